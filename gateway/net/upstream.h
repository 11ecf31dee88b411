/* SPDX-License-Identifier: Apache-2.0 */
/*
 * upstream.h - the HTTP/1.1 client to the origins behind the gateway: pooled, non-blocking.
 *
 *     exchange -> [call] -> pool -> conn (TCP or TLS) -> origin
 *
 * One thread's. One connection carries one call at a time and only bytes that our own serializer
 * made. Responses are read strictly; 1xx are swallowed; anything doubtful ends the call.
 */
#ifndef SG_NET_UPSTREAM_H
#define SG_NET_UPSTREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/bytes.h"
#include "http/framing.h"
#include "http/head.h"
#include "net/listen.h"
#include "net/loop.h"

struct sg_upstream; /* the pools of one loop */
struct sg_origin;   /* one http:// or https:// or unix: address, resolved; shared by threads */
struct sg_call;     /* one request and its response */
struct sg_tls;      /* whom to trust; shared by threads */

struct sg_upstream_limits {
    uint64_t connect_ns; /* TCP and TLS, all addresses of an origin together */
    /* Neither runs while the handler takes nothing: */
    uint64_t first_ns; /* from the connection, and anew from each piece of the request, to the
                        * response's head */
    uint64_t idle_ns;  /* between two pieces of the response */
    uint64_t total_ns; /* a call, from open to end, whatever it waits for; 0: any time */
    uint64_t kept_ns;  /* a pooled connection's life without use */
    size_t header;     /* bytes of a response head */
    size_t kept;       /* pooled connections per origin */
};

enum sg_call_failure {
    SG_CALL_CONNECT,      /* refused, unreachable */
    SG_CALL_CONNECT_TIME, /* connect_ns */
    SG_CALL_TLS,          /* handshake or certificate */
    SG_CALL_FIRST_TIME,   /* first_ns */
    SG_CALL_IDLE_TIME,    /* idle_ns */
    SG_CALL_TOTAL_TIME,   /* total_ns */
    SG_CALL_RESET,        /* closed or reset before the response was complete */
    SG_CALL_MALFORMED,    /* not HTTP/1.1 as it should be */
    SG_CALL_LIMIT,        /* head too large */
    SG_CALL_MEMORY
};
const char *sg_call_failure_word(enum sg_call_failure failure); /* "upstream-timeout" … */

/* All on the loop's thread, from the loop: never from within a function below. After end or failed
 * the call is gone. A handler may cancel its call, and open others. */
struct sg_call_handler {
    void (*head)(void *own, const struct sg_head *head, const struct sg_framing *framing);
    /* Body bytes (transfer coding removed). Returns how many were taken; fewer: no more come until
     * sg_call_resume. */
    size_t (*body)(void *own, struct sg_bytes piece);
    void (*end)(void *own);
    void (*failed)(void *own, enum sg_call_failure why);
    void (*writable)(void *own); /* after sg_call_send answered FULL: there is room again */
    /* May be NULL. It cannot be connected, and not a byte of the request has left. True: it goes on
     * where sg_call_turn_to, called from within, has sent it. */
    bool (*unreached)(void *own, enum sg_call_failure why);
};

/* Reads "http://host:port/base/", "https://…" or "unix:/socket:/base/" and resolves the host
 * (blocking: for load time). EINVAL; EIO when it does not resolve. path is what the request's rest
 * is appended to. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_origin_new(struct sg_origin **origin, const char *url,
                                                       struct scrubgate_fault *fault);
void sg_origin_free(struct sg_origin *origin); /* drops a hold, of which there is one at first */
/* Before it is shared: the TLS to use (a hold is taken; NULL: the upstream's) and the name to
 * expect (NULL: the host). It is https. ENOMEM. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_origin_trust(struct sg_origin *origin,
                                                         struct sg_tls *tls, const char *name);
bool sg_origin_secure(const struct sg_origin *origin); /* https */
struct sg_bytes sg_origin_path(const struct sg_origin *origin);
struct sg_bytes sg_origin_authority(const struct sg_origin *origin); /* for Host */

/* tls: for https origins that have none of their own; a hold is taken. NULL: those cannot be
 * connected. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_upstream_new(struct sg_upstream **upstream,
                                                         struct sg_loop *loop,
                                                         const struct sg_upstream_limits *limits,
                                                         struct sg_tls *tls);
/* Calls still open are cancelled silently. Not from within a handler. */
void sg_upstream_free(struct sg_upstream *upstream);

/*
 * Opens a call: head is a whole request head (sg_head_add_*) with its framing fields; it is copied.
 * chunked: sg_call_send frames the body. A pooled connection that dies before any response byte
 * while nothing but the head and a whole small body was sent is replaced once, when idempotent or
 * when not a byte was sent. origin, handler and own are borrowed until end, failed or cancel.
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_call_open(
    struct sg_call **call, struct sg_upstream *upstream, const struct sg_origin *origin,
    struct sg_bytes head, bool chunked, bool head_request, bool idempotent,
    const struct sg_call_handler *handler, void *own);
/* From within unreached only: the call goes on to another origin; start takes the place of the
 * first `drop` bytes of its head, which name the old one. Below zero: it does not. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_call_turn_to(struct sg_call *call,
                                                         const struct sg_origin *origin,
                                                         size_t drop, struct sg_bytes start);
/* Body bytes, copied. FULL: taken, but wait for writable, or the end, before more (64 KiB mark).
 * With last set the request is complete: a call without a body is sent an empty last. Below zero:
 * cancel it, or failed comes. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_call_send(struct sg_call *call, struct sg_bytes body,
                                                      bool last);
void sg_call_resume(struct sg_call *call);
/* Its handler is quick with what it is told: larger pieces may come, as long as it takes them. */
void sg_call_widen(struct sg_call *call);
/* No handler is called any more; the connection is closed. NULL is fine. */
void sg_call_cancel(struct sg_call *call);

#endif
