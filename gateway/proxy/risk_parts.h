/* SPDX-License-Identifier: Apache-2.0 */
/*
 * risk_parts.h - the inside of what judges messages; for risk*.c only.
 *
 * Two locks, never both: `lock` for what workers ask, `desk` for what the keeper is asked to do.
 */
#ifndef SG_PROXY_RISK_PARTS_H
#define SG_PROXY_RISK_PARTS_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "proxy/event_expiry.h"
#include "proxy/generation.h"
#include "proxy/risk.h"

#define SG_RISKS_DOUBT_NS UINT64_C(3000000000)

struct sg_risks {
    /* As set up. */
    struct sg_auditor *auditor;
    const struct sg_record_source *source;
    struct sg_loop *loop;
    char *guard_path;
    int folder; /* <state>/collusion */
    struct sg_scorer_config scorer_config;

    /* Under lock; of the keeper's hand alone, so that it reads them without. */
    pthread_mutex_t lock;
    struct sg_scorer *scorer;
    struct sg_collusion_guard *guard; /* NULL: cannot be had */
    struct sg_generation *generation; /* held: its policy is in force */
    struct sg_risks_counts counts;    /* but for agents */

    /* Under desk. */
    pthread_mutex_t desk;
    pthread_cond_t wake, idle;
    struct sg_generation *next; /* held: its policy is to be put in force; NULL: none */
    struct sg_guard_job *asked, **asked_end;
    struct sg_guard_job *done, **done_end;
    bool stop;
    bool lends;   /* the state is to be saved for another gateway, who waits */
    bool is_lent; /* its file is that one's */

    /* The keeper's. */
    pthread_t thread;
    bool has_thread, has_wake;
    struct sg_wake finished;             /* jobs: rings the server's loop */
    struct sg_collusion_guard *clerk;    /* of jobs, on the same file; NULL until there is one */
    struct sg_guard_batch *unwritten;    /* contacts that wait for a file */
    struct sg_event_expiry clock;        /* as it was at the start */
    uint64_t save_ns, prune_ns, open_ns; /* when next; monotonic */
    uint64_t failing_ns,
        doubt_after_ns; /* contacts are not written since; for how long that may be */
    bool had_guard;     /* there was a file before */
    bool open_failed, flush_failed, refresh_failed, save_failed, prune_failed; /* told already */
};

static inline const struct sg_collusion_policy *sg_risks_policy(const struct sg_risks *risks)
{
    return risks->generation->config->policy;
}

/* --- risk_judge.c --- */

/* What the guard's rulings and the scorer's weights come to under a policy. */
void sg_assessment_make(struct sg_assessment *assessment, const struct sg_collusion_policy *policy,
                        const struct sg_risk_question *question, const struct sg_risk *risk,
                        const struct sg_eligibility *eligibility);
/* The agent serves the brand by it. */
bool sg_assessment_serves(const struct sg_assessment *assessment,
                          const struct sg_risk_question *question);

/* --- risk_keeper.c --- */

SCRUBGATE_MUST_USE enum scrubgate_status sg_risks_start_keeper(struct sg_risks *risks);
void sg_risks_stop_keeper(struct sg_risks *risks);

/* --- risk_guard.c: all on the keeper's thread, or while there is none --- */

/* Tries to; tells when it cannot, which makes it no worse than it was. */
void sg_risks_open_guard(struct sg_risks *risks);
/* Keeps what was not written for the next one. */
void sg_risks_close_guard(struct sg_risks *risks);
/* Contacts to the disk. */
void sg_risks_flush(struct sg_risks *risks);
/* What others wrote is in force, and the policy that was asked for; by a file opened anew where the
 * old one cannot be read. */
void sg_risks_catch_up(struct sg_risks *risks);
/* With a guard of its own: this thread may wait for it as long as it takes. */
void sg_risks_run_job(struct sg_risks *risks, struct sg_guard_job *job);
/* When it is time, erases what is too old; not under a legal hold, nor by a clock in doubt. */
void sg_risks_prune(struct sg_risks *risks);
/* Once for each trouble, and once when it is over. */
void sg_risks_tell(bool *told, enum scrubgate_status rc, const char *what,
                   const struct scrubgate_fault *fault);

/* --- risk_state.c --- */

/* Fills risks->scorer from the file, or with a new one. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_risks_restore(struct sg_risks *risks);
/* Writes the file anew. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_risks_save(struct sg_risks *risks);
/* Says in the audit log how the last of the saves went. */
void sg_risks_record_save(struct sg_risks *risks, bool saved);

#endif
