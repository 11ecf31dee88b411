/* SPDX-License-Identifier: Apache-2.0 */
/*
 * risk.h - what the gateway holds against a message beside its text: is this ticket made by both
 * its sides, and may this agent serve that brand?
 *
 *     worker: leg ──> judge ──┐              one scorer, one guard, one policy for all workers,
 *     admin: eligible ────────┤── [lock] ──  behind a lock that is held for microseconds
 *     keeper: views, batches ─┘
 *        └── disk: contacts each 100 ms, what others wrote, orders, the scorer's state each minute
 *
 * Nothing waits for a disk with the lock in hand. Whatever touches <state>/collusion is done on the
 * keeper's thread.
 *
 *     risk.c         its life: open, close, asking
 *     risk_judge.c   what a judgement comes to
 *     risk_keeper.c  the thread that sees to the disk
 *     risk_guard.c   the guard's file, which that thread opens, writes and leaves
 *     risk_state.c   the scorer's state: saved, restored
 */
#ifndef SG_PROXY_RISK_H
#define SG_PROXY_RISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "audit/record.h"
#include "base/bytes.h"
#include "base/digest.h"
#include "collusion/event.h"
#include "collusion/guard.h"
#include "collusion/policy.h"
#include "collusion/scorer.h"
#include "net/loop.h"

struct sg_auditor;
struct sg_generation;
struct sg_risks;

/* Borrowed for its life, except where said. */
struct sg_risks_setup {
    const char *state;                /* copied */
    struct sg_generation *generation; /* a hold is taken: its policy is in force */
    const uint8_t *key;               /* SG_KEY_SIZE, the same after a restart; copied */
    struct sg_auditor *auditor;       /* hears what became of the state; NULL: nobody does */
    const struct sg_record_source *source;
    struct sg_loop *loop; /* on its thread jobs are done */
    bool must_know;       /* the guard's file must be had: who served until now may know it */
};

/* Opens the guard and restores the scorer, or begins anew; starts the keeper. The folder
 * <state>/collusion is there. A guard that cannot be opened is told of and tried again: until then
 * it answers unknown; where it must be had that is an error. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_risks_open(struct sg_risks **risks,
                                                       const struct sg_risks_setup *setup,
                                                       struct scrubgate_fault *fault);
/* No worker may judge any more. Writes contacts and state, and waits for it. NULL is fine. */
void sg_risks_close(struct sg_risks *risks);
/* Another policy: in force once the guard has read its file under it, which takes a moment; told in
 * the operator's log. A hold is taken. Any thread. */
void sg_risks_renew(struct sg_risks *risks, struct sg_generation *generation);
/* Another gateway takes over: saves the state, and from then on it is that one's. Waits. */
void sg_risks_hand_over(struct sg_risks *risks);
/* It did not. */
void sg_risks_keep(struct sg_risks *risks);

/* --- judging ---------------------------------------------------------------------------------- */

/* What a judgement asks for, the mildest first. */
enum sg_course {
    SG_COURSE_ALLOW,
    SG_COURSE_REVIEW, /* somebody should look */
    SG_COURSE_DIVERT, /* to another agent */
    SG_COURSE_DENY,   /* not to this one */
    SG_COURSES
};
/* "allow", "review", "divert", "deny"; static. */
const char *sg_course_word(enum sg_course course);

/* A message on its way. Borrowed for the call. */
struct sg_risk_question {
    const struct sg_collusion_event *event; /* NULL: not scored */
    uint64_t agent, now_ms;                 /* agent: or SG_GUARD_SOMEBODY */
    struct sg_bytes brand, queue;
    bool is_private; /* nothing said here is analysed: an order to block is all that counts */
    bool acts;       /* false: the route only watches */
    bool can_divert; /* there is somewhere to send it, and none of it has left */
    bool serves;     /* unless it is sent elsewhere, the agent serves the brand by it */
};

struct sg_assessment_reason {
    enum sg_signal signal;
    float weight;
    bool is_told; /* to the upstream: its signal is not in shadow */
    bool is_over; /* its threshold */
};
struct sg_assessment_ruling {
    enum sg_guard_rule rule;
    enum sg_signal_mode mode;
    uint64_t order, until_ms; /* as in struct sg_ruling */
};

/* All-zero: nothing was found. */
struct sg_assessment {
    bool is_scored; /* both parties are known, and enough agents to compare with */
    double risk, told_risk;
    enum sg_course course;
    size_t n_reasons, n_rulings;
    struct sg_assessment_reason reasons[SG_RISK_REASONS]; /* largest first, but flagged last */
    struct sg_assessment_ruling rulings[SG_GUARD_RULES];
};

/*
 * Judges, and remembers: the scorer learns of the event, the guard that the agent serves the brand.
 * Below zero: that could not be remembered where a cool-off is acted on, and the message must not
 * leave. Any worker; no call of
 * the system but for a lock that another one holds.
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_risks_judge(struct sg_risks *risks,
                                                        const struct sg_risk_question *question,
                                                        struct sg_assessment *assessment);

/* --- asking, and orders: for the admin port --------------------------------------------------- */

/* An answer whose names outlive the policy. */
struct sg_risks_answer {
    struct sg_eligibility eligibility; /* its names point below */
    char name[SG_GUARD_RULES][SG_POLICY_TEXT + 1], brand[SG_GUARD_RULES][SG_POLICY_TEXT + 1];
};
/* Any thread, at once. */
void sg_risks_eligible(struct sg_risks *risks, uint64_t agent, struct sg_bytes brand,
                       struct sg_bytes queue, struct sg_risks_answer *answer);

/*
 * Something to be done with the guard's file: orders, appeals, lists, erasure. Embedded in its
 * owner, which sees it done exactly once.
 *
 *     server's thread: submit ──> keeper: run(guard) ──> catches up ──> server's thread: done
 */
struct sg_guard_job {
    /* On the keeper's thread, with a guard of its own on the same file, so that all its calls may
     * wait for the disk. What it answers is the status. It may write audit records, too. */
    enum scrubgate_status (*run)(struct sg_guard_job *job, struct sg_collusion_guard *guard);
    /* On the loop's thread. What run wrote is in force in the gateway; when it could not be run,
     * status and fault say why. */
    void (*done)(struct sg_guard_job *job);
    enum scrubgate_status status;
    struct scrubgate_fault fault; /* run's to fill */
    struct sg_guard_job *next;    /* the keeper's */
};
/* On the loop's thread; done comes later, at the latest from sg_risks_close. */
void sg_risks_submit(struct sg_risks *risks, struct sg_guard_job *job);

/* --- telling ---------------------------------------------------------------------------------- */

struct sg_risks_counts {
    bool guard_known;  /* its file could be read at the last look, and written lately */
    uint64_t agents;   /* that the scorer has seen */
    uint64_t saved_ms; /* wall clock of the last save; 0: none */
    uint64_t save_failures, flush_failures;
    uint64_t contacts_lost; /* for which there was no room */
};
void sg_risks_count(struct sg_risks *risks, struct sg_risks_counts *counts); /* any thread */

#endif
