/* SPDX-License-Identifier: Apache-2.0 */
/*
 * head.h - the head of an HTTP/1 message (RFC 9112, sections 2 to 5), read strictly, sent plainly.
 *
 * Strict: CRLF only, no NUL, bare CR or other controls, names are tokens, no space before the
 * colon, no folded line, versions 1.0 and 1.1 only; a request has one Host (HTTP/1.0: at most one)
 * and a target of visible ASCII without a fragment.
 */
#ifndef SG_HTTP_HEAD_H
#define SG_HTTP_HEAD_H

#include <stddef.h>
#include <scrubgate/status.h>

#include "base/buf.h"
#include "http/header.h"

/* Borrowed from the text it was parsed from. */
struct sg_head {
    unsigned minor_version;         /* 0 or 1 */
    unsigned status;                /* response: 100 … 599 */
    struct sg_bytes reason;         /* response */
    struct sg_bytes method, target; /* request */
    struct sg_headers headers;
};

/*
 * Looks for a whole head at the start of text. OK: *used is its length with the empty line. FULL:
 * not complete yet. EMALFORMED (why is static), ELIMIT over max bytes or SG_HEADERS_MOST fields.
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_head_parse_response(struct sg_head *head,
                                                                struct sg_bytes text, size_t max,
                                                                size_t *used, const char **why);
SCRUBGATE_MUST_USE enum scrubgate_status sg_head_parse_request(struct sg_head *head,
                                                               struct sg_bytes text, size_t max,
                                                               size_t *used, const char **why);

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
