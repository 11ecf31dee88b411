/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mould.h - read lines that look like one that was read before by comparing, not by parsing.
 *
 * A mould is a line that was parsed, and the places in it where later ones of its kind had another
 * value. A line that is the same but in those places, and has a plain string or a whole number
 * there, is as good JSON as the mould is; all others are parsed. So the answer is always that of
 * sg_line_read, at a fraction of its time.
 */
#ifndef SG_AUDIT_MOULD_H
#define SG_AUDIT_MOULD_H

#include <scrubgate/status.h>

#include "audit/line.h"
#include "base/bytes.h"

struct sg_moulds;

SCRUBGATE_MUST_USE enum scrubgate_status sg_moulds_new(struct sg_moulds **moulds);
/* As sg_line_read; what line borrows is good until the next call. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_moulds_read(struct sg_moulds *moulds,
                                                        struct sg_line *line, struct sg_bytes text);
void sg_moulds_free(struct sg_moulds *moulds); /* NULL is fine */

#endif
