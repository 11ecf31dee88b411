/* SPDX-License-Identifier: Apache-2.0 */
/*
 * header.h - header fields of a message, in order, as they came.
 */
#ifndef SG_HTTP_HEADER_H
#define SG_HTTP_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <scrubgate/status.h>

#include "base/bytes.h"

struct sg_header {
    struct sg_bytes name, value; /* value without outer white space */
};

enum { SG_HEADERS_MOST = 128 };

/* Borrowed names and values: the head's memory must outlive it. All-zero is empty. A copy that is
 * only read may have room for its n items alone. */
struct sg_headers {
    size_t n;
    struct sg_header item[SG_HEADERS_MOST];
};
/* What such a copy takes. */
static inline size_t sg_headers_size(size_t n)
{
    return offsetof(struct sg_headers, item) + n * sizeof(struct sg_header);
}

/* ELIMIT over SG_HEADERS_MOST. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_headers_add(struct sg_headers *headers,
                                                        struct sg_bytes name,
                                                        struct sg_bytes value);
/* First value of that name (any case), or NULL. count (may be NULL) gets how many there are. */
const struct sg_header *sg_headers_find(const struct sg_headers *headers, const char *name,
                                        size_t *count);
/* Whether a comma-separated list value (all fields of that name) holds the token, any case. */
bool sg_headers_list_has(const struct sg_headers *headers, const char *name, const char *token);
/* Must not be passed on: Connection and all it names, Keep-Alive, TE, Trailer, Transfer-Encoding,
 * Upgrade, Proxy-*, (RFC 9110, 7.6.1). */
bool sg_header_is_hop_by_hop(const struct sg_headers *headers, struct sg_bytes name);

/* Grammar of RFC 9110, 5.1 and 5.5. */
bool sg_header_name_valid(struct sg_bytes name);   /* a token */
bool sg_header_value_valid(struct sg_bytes value); /* no controls but tab, no CR, LF, NUL */
bool sg_is_token_char(int c);

#endif
