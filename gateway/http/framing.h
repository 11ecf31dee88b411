/* SPDX-License-Identifier: Apache-2.0 */
/*
 * framing.h - where a body ends, decided once and strictly (RFC 9112, 6.3).
 */
#ifndef SG_HTTP_FRAMING_H
#define SG_HTTP_FRAMING_H

#include <stdbool.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "http/header.h"

enum sg_framing_kind { SG_FRAMING_NONE, SG_FRAMING_LENGTH, SG_FRAMING_CHUNKED, SG_FRAMING_CLOSE };

struct sg_framing {
    enum sg_framing_kind kind;
    uint64_t length; /* LENGTH */
};

/*
 * Of a request. EMALFORMED with why (static): two lengths, length with transfer coding, a length
 * that is no plain digits or over 2^53, any transfer coding but one `chunked`, a coding on
 * HTTP/1.0.
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_framing_request(struct sg_framing *framing,
                                                            const struct sg_headers *headers,
                                                            unsigned minor_version,
                                                            const char **why);
/* Of a response with that status to a request with that method (HEAD has no body). CLOSE when
 * nothing says where it ends. EMALFORMED also for 1xx and 204 that announce a body. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_framing_response(struct sg_framing *framing,
                                                             const struct sg_headers *headers,
                                                             unsigned minor_version,
                                                             unsigned status, bool head_request,
                                                             const char **why);

#endif
