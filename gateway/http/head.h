/* SPDX-License-Identifier: Apache-2.0 */
/*
 * head.h - the head of an HTTP/1 message (RFC 9112, sections 2 to 5), and how to write one.
 */
#ifndef SG_HTTP_HEAD_H
#define SG_HTTP_HEAD_H

#include <stddef.h>
#include <scrubgate/status.h>

#include "base/buf.h"
#include "http/header.h"

/* Borrowed from the text it was read from: http/head_reader.h. */
struct sg_head {
    unsigned minor_version;         /* 0 or 1 */
    unsigned status;                /* response: 100 … 599 */
    struct sg_bytes reason;         /* response */
    struct sg_bytes method, target; /* request */
    struct sg_headers headers;
};

/* Building a head: a start line, fields, then the empty line. A field whose name or value is not
 * valid is EINVAL: nothing foreign can end a line here. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_head_add_request_line(struct sg_buf *out,
                                                                  struct sg_bytes method,
                                                                  struct sg_bytes target);
SCRUBGATE_MUST_USE enum scrubgate_status sg_head_add_status_line(struct sg_buf *out,
                                                                 unsigned status);
SCRUBGATE_MUST_USE enum scrubgate_status sg_head_add_field(struct sg_buf *out, struct sg_bytes name,
                                                           struct sg_bytes value);
SCRUBGATE_MUST_USE enum scrubgate_status sg_head_add_end(struct sg_buf *out);

/* "Not Found" for 404; "" when unknown. Static. */
const char *sg_status_phrase(unsigned status);

#endif
