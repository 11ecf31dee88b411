/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guard.h - the one reader of a client's bytes: HTTP/1.1 requests (RFC 9112), strictly.
 *
 *     client -> arrival -> [guard] -> front -> handler
 *
 *     head -> body runs* -> end -> head -> ...
 *
 * Pure: bytes in; need more, a head, body bytes, the end, or refused with a reason. The caller owns
 * the bytes and pulls: what was not taken it offers again, with more behind it. However the bytes
 * are cut, the steps are the same ones, and a byte that can never be part of a request is refused
 * when it is seen. What two parties could read in two ways is refused, also where the standard has
 * a rule for it.
 */
#ifndef SG_HTTP_GUARD_H
#define SG_HTTP_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "http/chunked.h"
#include "http/framing.h"
#include "http/head.h"
#include "http/head_reader.h"

/* Why a request is not served, in our own words. */
struct sg_refusal {
    unsigned status;
    const char *word;   /* the problem's type */
    const char *detail; /* a sentence; no byte of the request */
};

enum sg_guard_step {
    SG_GUARD_MORE, /* nothing can be told without bytes behind those given */
    SG_GUARD_HEAD, /* *head and *framing are set, *pos is behind the head */
    SG_GUARD_BODY, /* *run has body bytes: sg_guard_take those that are wanted */
    SG_GUARD_END,  /* the request is complete; the next call begins another */
    SG_GUARD_REJECT
};

/* Of a connection. */
struct sg_guard {
    int state;
    bool blank; /* an empty line came before this request */
    struct sg_head_reader head;
    uint64_t left; /* of a body with a length */
    struct sg_chunked chunked;
    size_t run; /* body bytes at *pos that were told of and not taken yet */
    struct sg_refusal why;
};

void sg_guard_init(struct sg_guard *guard, size_t max_head);

/*
 * Goes one step on in text, from *pos, which moves over what is used up. *head and *run are
 * borrowed from text. An incomplete head stays at *pos: it is offered again from its first byte, at
 * whatever address, and costs no more for having come in pieces. REJECT: *why is set (it lives as
 * long as the guard), *pos does not matter any more and every later call says so again.
 *
 *     400 malformed     what RFC 9112 does not allow, or two parties could read in two ways
 *     417 expectation   an Expect other than 100-continue
 *     431 limit         a head over max_head bytes or SG_HEADERS_MOST fields
 *     501 unsupported   a transfer coding other than chunked; CONNECT, TRACE
 *     505 version       another than HTTP/1.0 and HTTP/1.1
 */
enum sg_guard_step sg_guard_read(struct sg_guard *guard, struct sg_bytes text, size_t *pos,
                                 struct sg_head *head, struct sg_framing *framing,
                                 struct sg_bytes *run, const struct sg_refusal **why);
/* The first n bytes of the run are the caller's: moves *pos over them. */
void sg_guard_take(struct sg_guard *guard, size_t *pos, size_t n);

#endif
