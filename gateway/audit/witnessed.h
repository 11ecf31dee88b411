/* SPDX-License-Identifier: Apache-2.0 */
/*
 * witnessed.h - the file checkpoint.witnessed: a log's checkpoint with cosignatures of witnesses.
 *
 * A signed note, replaced whole. Who reads it verifies it: it is no more than a file.
 */
#ifndef SG_AUDIT_WITNESSED_H
#define SG_AUDIT_WITNESSED_H

#include <scrubgate/status.h>

#include "base/buf.h"
#include "base/bytes.h"

#define SG_WITNESSED_NAME "checkpoint.witnessed"

struct sg_witnessed; /* the right to replace it: one process at a time */

/* dir is the log's (audit.dir). EIO: no such folder, or another process has the right. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_witnessed_open(struct sg_witnessed **witnessed,
                                                           const char *dir,
                                                           struct scrubgate_fault *fault);
/* Makes it durable under another name first. EIO. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_witnessed_write(struct sg_witnessed *witnessed,
                                                            struct sg_bytes note,
                                                            struct scrubgate_fault *fault);
void sg_witnessed_close(struct sg_witnessed *witnessed); /* NULL is fine */

/* Appends the file; dir as above. DONE: there is none. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_witnessed_read(const char *dir, struct sg_buf *out,
                                                           struct scrubgate_fault *fault);

#endif
