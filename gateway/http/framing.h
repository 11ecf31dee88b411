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

/* No body is longer, whichever way it is framed: more than any party counts exactly. */
#define SG_BODY_MOST (UINT64_C(1) << 53)

struct sg_framing {
    enum sg_framing_kind kind;
    uint64_t length; /* LENGTH */
};

/*
 * Of a request. EMALFORMED with why (static): two lengths, length with transfer coding, a length
 * that is no plain digits or over SG_BODY_MOST, two transfer codings or what is none, a coding on
 * HTTP/1.0. EUNSUPPORTED: a list of transfer codings that is good but for one that is not
 * `chunked`.
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
