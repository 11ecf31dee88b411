/* SPDX-License-Identifier: Apache-2.0 */
/*
 * upstream_response.h - read one HTTP/1 response from bytes, strictly. Knows no socket.
 *
 *     1xx heads* -> head -> body runs* -> done
 *
 * The caller owns the bytes and pulls: what was not taken it offers again, with more behind it.
 */
#ifndef SG_NET_UPSTREAM_RESPONSE_H
#define SG_NET_UPSTREAM_RESPONSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "http/chunked.h"
#include "http/framing.h"
#include "http/head.h"
#include "http/head_reader.h"
#include "net/upstream.h"

/* Interim heads (1xx) that one response may have before it. */
enum { SG_RESPONSE_INTERIMS = 8 };

struct sg_response {
    int state;
    bool head_request;
    bool keep; /* the connection may carry another call after this one */
    unsigned interims;
    struct sg_head_reader head;
    struct sg_framing framing;
    uint64_t left; /* of a body with a length */
    struct sg_chunked chunked;
    size_t run; /* body bytes at *pos that were told of and not taken yet */
};

enum sg_response_step {
    SG_RESPONSE_MORE, /* nothing can be told without bytes behind those given */
    SG_RESPONSE_HEAD, /* *head and response->framing are set */
    SG_RESPONSE_BODY, /* *run has body bytes: sg_response_take those that are wanted */
    SG_RESPONSE_DONE, /* complete; what is behind *pos does not belong to it */
    SG_RESPONSE_FAILED
};

void sg_response_init(struct sg_response *response, bool head_request, size_t max_head);

/*
 * Goes one step on in text, from *pos, which moves over what is used up. *head and *run are
 * borrowed from text. why is set when it FAILED: MALFORMED or LIMIT.
 */
enum sg_response_step sg_response_read(struct sg_response *response, struct sg_bytes text,
                                       size_t *pos, struct sg_head *head, struct sg_bytes *run,
                                       enum sg_call_failure *why);
/* The first n bytes of the run are the caller's: moves *pos over them. */
void sg_response_take(struct sg_response *response, size_t *pos, size_t n);
/* The origin has closed behind the last byte given: whether that completes it. */
bool sg_response_closed(const struct sg_response *response);

#endif
