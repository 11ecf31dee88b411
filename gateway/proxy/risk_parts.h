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

#include "proxy/generation.h"
#include "proxy/risk.h"

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
    struct sg_wake finished;                                     /* jobs: rings the server's loop */
    uint64_t save_ns, prune_ns, open_ns;                         /* when next; monotonic */
    bool open_failed, flush_failed, refresh_failed, save_failed; /* told already */
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
/* Tries to; tells when it cannot, which makes it no worse than it was. */
void sg_risks_open_guard(struct sg_risks *risks);

/* --- risk_state.c --- */

/* Fills risks->scorer from the file, or with a new one. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_risks_restore(struct sg_risks *risks);
/* Writes the file anew. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_risks_save(struct sg_risks *risks);
/* Says in the audit log how the last of the saves went. */
void sg_risks_record_save(struct sg_risks *risks, bool saved);

#endif
