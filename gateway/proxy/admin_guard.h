/* SPDX-License-Identifier: Apache-2.0 */
/*
 * admin_guard.h - what routers and people ask of the guard through the admin port.
 *
 *     GET    /v1/agents/{agent}/eligibility?brand=&queue=      at once, from memory
 *     GET    /v1/guard/orders[?agent=&all=yes] ─┐
 *     POST   /v1/guard/orders                   ├─ on the thread that sees to the disk
 *     DELETE /v1/guard/orders/{number}          │  (proxy/risk): durable, told in the audit log
 *     POST   /v1/guard/orders/{number}/appeal  ─┘  and in force, then answered
 *
 * Only what is exact is told here: orders and the policy's rules, never a score.
 *
 *     admin_path.c   what a target asks    admin_guard.c       the question, the answer
 *                                          admin_guard_acts.c  what is done with the guard's file
 */
#ifndef SG_PROXY_ADMIN_GUARD_H
#define SG_PROXY_ADMIN_GUARD_H

#include <stdbool.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "audit/record.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/json.h"
#include "proxy/admin_path.h"
#include "proxy/auditor.h"
#include "proxy/risk.h"

struct sg_admin_guard; /* on the loop's thread */

/* Borrowed for its life; key is copied. */
struct sg_admin_guard_setup {
    struct sg_risks *risks;
    struct sg_auditor *auditor;
    const struct sg_record_source *source;
    const uint8_t *key;      /* SG_KEY_SIZE: of agents' digests */
    const uint8_t *peer_key; /* SG_KEY_SIZE: of the digests of addresses */
};

/* One call; embedded in its owner. All-zero but for what is asked. */
struct sg_guard_call {
    /* What is asked; borrowed until ask returns, body too. */
    struct sg_bytes method, target, content_type, body, peer;
    bool is_cut;  /* the body was longer than there is room for */
    bool by_page; /* a browser sent it, as its fields say */
    /* What is answered: a JSON document, a problem when status is over 399. */
    unsigned status;
    const char *allow; /* of a 405 */
    struct sg_buf answer;
    /* On the loop's thread, once, after ask has answered false. It may come after the guard's end.
     */
    void (*done)(struct sg_guard_call *call);
    /* Its own from here on. */
    struct sg_guard_job job;
    struct sg_admin_guard_acting {
        struct sg_auditor *auditor;
        const struct sg_record_source *source;
        struct sg_actor actor;
        struct sg_json *json; /* of the body: texts below point into it */
        uint64_t now_ms;
        bool all;
        struct sg_collusion_order order; /* as asked; of a lift its number; of a list its agent */
        struct sg_bytes actor_name, words;
    } acting;
};

SCRUBGATE_MUST_USE enum scrubgate_status sg_admin_guard_open(
    struct sg_admin_guard **guard, const struct sg_admin_guard_setup *setup);
void sg_admin_guard_close(struct sg_admin_guard *guard); /* NULL is fine */

enum sg_guard_asked_how {
    SG_GUARD_ANSWERED,  /* status and answer are there */
    SG_GUARD_UNDER_WAY, /* done will be called */
    SG_GUARD_NOT_OURS   /* no path of the guard's */
};
enum sg_guard_asked_how sg_admin_guard_ask(struct sg_admin_guard *guard,
                                           struct sg_guard_call *call);
/* Of a call that is not under way. */
void sg_guard_call_fini(struct sg_guard_call *call);

/* --- admin_guard_acts.c --- */

/* Each is run by the keeper (struct sg_guard_job), and leaves status and answer in the call. */
enum scrubgate_status sg_guard_act_list(struct sg_guard_job *job, struct sg_collusion_guard *guard);
enum scrubgate_status sg_guard_act_order(struct sg_guard_job *job,
                                         struct sg_collusion_guard *guard);
enum scrubgate_status sg_guard_act_lift(struct sg_guard_job *job, struct sg_collusion_guard *guard);
enum scrubgate_status sg_guard_act_appeal(struct sg_guard_job *job,
                                          struct sg_collusion_guard *guard);

enum sg_guard_problem {
    SG_GUARD_UNAVAILABLE, /* 503: the file, memory */
    SG_GUARD_UNTOLD,      /* 503: the audit log */
    SG_GUARD_MALFORMED,   /* 400 */
    SG_GUARD_BY_PAGE,     /* 403 */
    SG_GUARD_NO_ORDER,    /* 404 */
    SG_GUARD_NO_METHOD,   /* 405 */
    SG_GUARD_TOO_LARGE,   /* 413 */
    SG_GUARD_UNSUPPORTED, /* 415 */
    SG_GUARD_PROBLEMS
};
/* A problem document in place of what is there. detail is a sentence of ours or "". */
void sg_guard_call_refuse(struct sg_guard_call *call, enum sg_guard_problem problem,
                          const char *detail);

#endif
