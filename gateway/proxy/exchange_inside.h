/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exchange_inside.h - an exchange's inside: for its own files.
 *
 *     exchange.c          its life: begin, fail, closed
 *     exchange_request.c  the leg to the upstream
 *     exchange_reply.c    the call's answer, and the leg to the client
 */
#ifndef SG_PROXY_EXCHANGE_INSIDE_H
#define SG_PROXY_EXCHANGE_INSIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/front.h"
#include "net/upstream.h"
#include "proxy/decision.h"
#include "proxy/epochs.h"
#include "proxy/forward.h"
#include "proxy/generation.h"
#include "proxy/leg.h"
#include "proxy/parties.h"
#include "proxy/trace.h"
#include "proxy/worker.h"

struct sg_exchange {
    struct sg_worker *worker;
    struct sg_generation *generation;
    struct sg_epoch *epoch; /* under whose key all of it is digested */
    const struct sg_route *route;
    struct sg_request *request; /* NULL once closed */
    struct sg_call *call;       /* NULL before and after */
    struct sg_leg to_upstream, to_client;
    const struct sg_leg *seeker; /* the leg whose body may name parties */
    struct sg_trace trace;
    struct sg_parties parties;
    struct sg_context context;
    struct sg_kept head; /* the response's */
    uint64_t begun_ns;
    struct sg_choice choice; /* of an upstream */
    uint64_t wait_ns;        /* until one of them may be asked, where none may be now */
    enum sg_reason early;    /* answered with this when more of the request comes */
    uint64_t reply_length;   /* as the upstream declares; UINT64_MAX: not */
    enum sg_reason reason;   /* why it failed, for the outcome */
    unsigned status;         /* of the reply, 0: none yet */
    bool head_request;
    bool request_in;  /* all of the request has come */
    bool call_full;   /* the upstream takes no more for now */
    bool reply_waits; /* may begin when the request is in */
    bool reply_coded; /* has a Content-Encoding: scrubbing makes other bytes */
    struct sg_exchange *next, *prev;
};

#define EXCHANGE_OF(leg, member)                                                                   \
    ((struct sg_exchange *)(void *)((char *)(leg)-offsetof(struct sg_exchange, member)))

/* Ends it with a problem where the client can still be told, or by cutting it off. */
void sg_exchange_fail(struct sg_exchange *x, enum sg_reason reason, const char *detail);
/* The last record it waited for is done: nothing needs it any more. */
void sg_exchange_recycle(struct sg_exchange *x);
/* Cancels the call, if there is one, for a reason that is not its upstream's. */
void sg_exchange_cancel_call(struct sg_exchange *x);
/* How it goes with the upstream. */
void sg_exchange_tell_upstream(struct sg_exchange *x, enum sg_turn_end how);

/* Bytes of the body, as the framing says; UINT64_MAX: it does not. */
uint64_t sg_exchange_length(const struct sg_framing *framing);
/* Opens a leg's relay for a body with these headers. captures: parties are looked for in it. */
void sg_exchange_open_relay(struct sg_exchange *x, struct sg_leg *leg,
                            const struct sg_headers *headers, bool captures);
/* A message without a body has nothing to inspect, and is decided (and recorded) like any other. */
void sg_exchange_open_empty(struct sg_leg *leg);
/* Digests the parties before a record of the leg is made, where it may have brought news. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_exchange_settle(struct sg_exchange *x,
                                                            const struct sg_leg *leg);

extern const struct sg_leg_ops sg_to_upstream_ops, sg_to_client_ops;
extern const struct sg_call_handler sg_exchange_call_handler;
void sg_exchange_begin_request(struct sg_exchange *x);
/* The whole request has come. */
void sg_exchange_request_in(struct sg_exchange *x);
/* It could not be connected: to another upstream, if there is one. */
bool sg_exchange_call_unreached(struct sg_exchange *x);
/* The call has room again. */
void sg_exchange_call_writable(struct sg_exchange *x);

#endif
