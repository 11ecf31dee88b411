/* SPDX-License-Identifier: Apache-2.0 */
/*
 * front.h - the side that customers' channels talk to: listen, accept, read requests, write
 * replies.
 *
 *     accept4 -> arrival -> conn -> guard -> [front] -> handler (proxy/exchange, admin, echo)
 *                                              front -> conn: the reply
 *
 * http/guard is the only reader of a client's bytes, so nobody behind it could read them in another
 * way. What it refuses, what comes too late and what there is no room for is answered here, and the
 * handler is told of it in passing, without a byte of the request.
 */
#ifndef SG_NET_FRONT_H
#define SG_NET_FRONT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/bytes.h"
#include "http/framing.h"
#include "http/guard.h"
#include "http/header.h"
#include "net/arrival.h"
#include "net/listen.h"
#include "net/loop.h"

struct sg_front;   /* the listeners and connections of one loop */
struct sg_request; /* one request until its reply is sent or given up */

struct sg_front_limits {
    size_t header;      /* bytes of a request head */
    size_t connections; /* of this front; over it new ones wait in the accept queue */
    size_t per_peer;    /* of one address, an IPv6 one by its /64; 0: no cap; over it: 503 */
    uint64_t header_ns; /* from accept, or a later request's first byte, to its head's end: 408 */
    uint64_t body_ns;   /* from the head to the end of the body: 408 */
    uint64_t idle_ns;   /* a kept-alive connection without a request: closed */
    uint64_t write_ns;  /* a client that hardly reads its reply: cut; 0: as idle_ns */
};

enum sg_request_end {
    SG_REQUEST_SENT,    /* the whole reply went out */
    SG_REQUEST_ABORTED, /* sg_request_abort, or a reader that failed */
    SG_REQUEST_GONE,    /* the client closed or failed, or a deadline passed */
    SG_REQUEST_STOPPED  /* the front is shutting down */
};

/*
 * All calls come on the loop's thread. `own` is what begin returned; it may reply at once or later.
 *
 *     begin -> body* -> end -> (reply) -> closed
 *
 * closed comes exactly once for each begin that returned one, always last, whatever happened. After
 * a reply that is made before the end, body and end are not called any more.
 */
struct sg_front_handler {
    void *(*begin)(void *ctx, struct sg_request *request); /* the head is complete; NULL: 503 */
    /* Body bytes. Returns how many were taken; fewer than len: no more come until
     * sg_request_resume. */
    size_t (*body)(void *own, struct sg_bytes piece);
    void (*end)(void *own); /* the whole body has come (also when there is none) */
    void (*closed)(void *own, enum sg_request_end how);
    void *ctx;
    /* These may be NULL. */
    /* A head is whole: whether there is room for its request. False: 503 and Retry-After, at the
     * price of a head; the connection stays. */
    bool (*admit)(void *ctx);
    /* The front has answered by itself, or cut (status 0). peer as sg_request_peer. */
    void (*refused)(void *ctx, struct sg_bytes peer, const struct sg_refusal *why);
};

SCRUBGATE_MUST_USE enum scrubgate_status sg_front_new(struct sg_front **front, struct sg_loop *loop,
                                                      const struct sg_front_limits *limits,
                                                      const struct sg_front_handler *handler);
/* Starts accepting on a listening socket, which the front then owns. arrival (may be NULL: plain)
 * is borrowed for the front's life. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_front_listen(struct sg_front *front, int fd,
                                                         const struct sg_arrival *arrival);
/*
 * Proves, before the first client comes, that the guard is in the way: sends requests that must be
 * refused, and one that must not be, over a connection of its own. The loop runs meanwhile, and the
 * front's handler hears nothing. EIO with what was not refused.
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_front_selftest(struct sg_front *front,
                                                           struct scrubgate_fault *fault);
/* Stops accepting; running requests go on; idle connections close, but not before a request that is
 * on its way could have come. drained is called (once, on the loop) when the last connection is
 * gone or at deadline_ns, when what is left is cut. */
void sg_front_drain(struct sg_front *front, uint64_t deadline_ns, void (*drained)(void *ctx),
                    void *ctx);
void sg_front_free(struct sg_front *front);
size_t sg_front_connections(const struct sg_front *front);

/* The request; borrowed until closed. */
struct sg_bytes sg_request_method(const struct sg_request *request);
struct sg_bytes sg_request_target(const struct sg_request *request); /* raw: path and query */
const struct sg_headers *sg_request_headers(const struct sg_request *request);
const struct sg_framing *sg_request_framing(const struct sg_request *request);
/* The client's address, 4 or 16 bytes: the TCP peer's, or as a PROXY header says; empty for a unix
 * socket. */
struct sg_bytes sg_request_peer(const struct sg_request *request);
/* What the client's TLS library gives away (net/tls.h); empty without TLS. */
struct sg_bytes sg_request_tls_print(const struct sg_request *request);

/* Asks for more body after body() took less than it was given. */
void sg_request_resume(struct sg_request *request);

/* A reply's head, borrowed for the call. Framing fields in it are ignored: framing is the front's.
 */
struct sg_reply {
    unsigned status; /* 200 … 599 */
    const struct sg_header *fields;
    size_t n_fields;
    bool close; /* end the connection after it */
};

/* Answers with a whole body (sent or copied). May be called any time after begin and before closed,
 * once: while the body still comes, small rests are read and dropped first, large ones cut the
 * connection after the answer. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_request_reply(struct sg_request *request,
                                                          const struct sg_reply *reply,
                                                          struct sg_bytes body);

/*
 * Answers with a body that is pulled. read(own, out, cap): > 0 bytes put, 0 nothing yet (call
 * sg_request_more when there is), -1 the body's end, -2 failed: the connection is cut so that the
 * client sees an incomplete message. length: UINT64_MAX when not known (chunked). While the body
 * still comes, all of it is read and dropped first.
 */
typedef int64_t sg_reply_reader(void *own, uint8_t *out, size_t cap);
SCRUBGATE_MUST_USE enum scrubgate_status sg_request_stream(struct sg_request *request,
                                                           const struct sg_reply *reply,
                                                           uint64_t length, sg_reply_reader *read);
void sg_request_more(struct sg_request *request);
/* Bytes of such a body that need not be pulled: taken when nothing waits to be sent before them,
 * and copied only where the socket does not take them. False: read() is to give them. */
bool sg_request_offer(struct sg_request *request, struct sg_bytes piece);

/* Gives up without a reply: the connection is cut. */
void sg_request_abort(struct sg_request *request);

#endif
