/* SPDX-License-Identifier: Apache-2.0 */
/*
 * leg.h - one direction of an exchange: when its body may leave.
 *
 *     GATHER ─── the end ──> FINAL (WHOLE record waits) ──────────────────────> CLEARED
 *        └────── the mark ─> OPENING (BEGIN waits) ─> STREAM ─ the end ─> FINAL (END waits)
 *     any ── refused ──> FINAL (the refusal's record waits) ──> OVER
 *
 * Nothing leaves in GATHER, OPENING and FINAL. A leg that is not recorded (its route says pass)
 * goes the same way without waiting.
 */
#ifndef SG_PROXY_LEG_H
#define SG_PROXY_LEG_H

#include <stdbool.h>
#include <stdint.h>

#include "net/loop.h"
#include "proxy/auditor.h"
#include "proxy/decision.h"
#include "proxy/memory.h"
#include "proxy/relay.h"
#include "proxy/worker.h"

enum sg_leg_state {
    SG_LEG_IDLE,    /* not begun */
    SG_LEG_GATHER,  /* bytes come, none leave */
    SG_LEG_OPENING, /* BEGIN waits to be durable */
    SG_LEG_STREAM,  /* bytes come and leave */
    SG_LEG_FINAL,   /* WHOLE or END waits to be durable */
    SG_LEG_CLEARED, /* all that is held may leave, and then the end */
    SG_LEG_OVER     /* nothing more leaves; what still comes is dropped */
};

struct sg_leg;

/* What a leg's sink and source do. All are called on the worker's thread, never from submit. */
struct sg_leg_ops {
    /* A record is about to be made: complete what context says. */
    enum scrubgate_status (*prepare)(struct sg_leg *leg);
    /* The first byte may leave. whole: the leg is CLEARED; else STREAM. */
    void (*open)(struct sg_leg *leg, bool whole);
    /* STREAM: there is something ready. */
    void (*flow)(struct sg_leg *leg);
    /* May be NULL. STREAM of a body that passes, with nothing held before it: takes what it can of
     * piece, as it is, and answers how much. */
    size_t (*carry)(struct sg_leg *leg, struct sg_bytes piece);
    /* CLEARED after STREAM: the rest may leave. */
    void (*finish)(struct sg_leg *leg);
    /* OVER: the message does not leave, or no more of it. */
    void (*refuse)(struct sg_leg *leg, enum sg_reason reason, const char *detail);
    /* The source may send more. */
    void (*resume)(struct sg_leg *leg);
    /* The owner was closed while a record waited: the leg needs it no more. */
    void (*orphan)(struct sg_leg *leg);
};

struct sg_leg {
    const struct sg_leg_ops *ops;
    struct sg_worker *worker;
    const struct sg_context *context;
    struct sg_relay relay;
    enum sg_leg_state state;
    struct sg_judgement judgement;
    struct sg_assessment assessment; /* the judgement's, of a request */
    struct sg_audit_ticket ticket;
    struct sg_task task;         /* what is left for the next turn of the loop */
    uint64_t seq;                /* of its first record */
    uint64_t length;             /* of the body as its head says; UINT64_MAX: not said */
    uint64_t turn, spent;        /* bytes pushed in this turn */
    struct sg_memory_key sender; /* whose last messages were recalled, of which version */
    uint64_t version;
    bool remembers;         /* sender is set */
    enum sg_reason refusal; /* what the decision, once recorded, refuses the message for */
    bool recorded;          /* its decision is recorded; else it passes */
    bool durable;           /* seq is set: a record is in the log */
    bool divert;            /* goes to the route's other upstream */
    bool ended;             /* the source has no more */
    bool source_waits;      /* it was told so */
    bool unclear;           /* it could not be told which agent it is for, when that was asked */
    bool waiting;           /* the ticket is with the auditor */
    bool orphaned;
};

/* Begins to gather. The relay is open, ops, worker and context are set. length: of the body, as its
 * head says; UINT64_MAX: not said. */
void sg_leg_begin(struct sg_leg *leg, bool recorded, uint64_t length);
/* Body bytes. Answers how many were taken; fewer: ops->resume will be called. */
size_t sg_leg_push(struct sg_leg *leg, struct sg_bytes piece);
void sg_leg_end(struct sg_leg *leg);
/* The sink took something: there may be room again. */
void sg_leg_drained(struct sg_leg *leg);
/* Refuses from outside (an upstream or client that failed). Records it when a BEGIN is in the log;
 * calls none of the ops. */
void sg_leg_abandon(struct sg_leg *leg, const char *reason);
/* The owner is closing. True: a record still waits, and orphan will be called when it is done. */
bool sg_leg_close(struct sg_leg *leg);
/* Frees what it keeps from one message to the next. */
void sg_leg_fini(struct sg_leg *leg);

#endif
