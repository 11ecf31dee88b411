/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_text.h - write text as a JSON string.
 */
#ifndef SG_BASE_JSON_TEXT_H
#define SG_BASE_JSON_TEXT_H

#include <scrubgate/status.h>

#include "base/buf.h"
#include "base/bytes.h"

/* Writes text as a JSON string with its quotes. Pure ASCII: all else becomes \uXXXX, bytes that are
 * no UTF-8 become \ufffd. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_json_add_string(struct sg_buf *out,
                                                            struct sg_bytes text);
/* The same without the quotes, and with UTF-8 left as it is: for splicing into a document. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_json_add_spliced(struct sg_buf *out,
                                                             struct sg_bytes text);

#endif
