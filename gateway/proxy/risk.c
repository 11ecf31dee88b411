/* SPDX-License-Identifier: Apache-2.0 */
/*
 * risk.c - the life of what judges messages, and asking it.
 */
#include "proxy/risk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"
#include "proxy/risk_parts.h"

enum { AGENTS_LEAST = 5 }; /* with fewer nobody knows what is usual */

/* --- its life --------------------------------------------------------------------------------- */

/* Marks are for memory and its file only: a key of their own, which no digest shares. */
static enum scrubgate_status derive_key(struct sg_risks *risks, const uint8_t key[SG_KEY_SIZE])
{
    struct sg_hmac *hmac = NULL;
    uint8_t made[SG_SHA256_SIZE];
    enum scrubgate_status rc = sg_hmac_new(&hmac, key, "scrubgate collusion marks 1");
    if (rc >= 0)
        rc = sg_hmac(hmac, SG_BYTES("scorer"), made);
    if (rc >= 0)
        memcpy(risks->scorer_config.key, made, sizeof risks->scorer_config.key);
    sg_wipe(made, sizeof made);
    sg_hmac_free(hmac);
    return rc;
}

static enum scrubgate_status open_folder(struct sg_risks *risks, const char *state,
                                         struct scrubgate_fault *fault)
{
    const size_t size = strlen(state) + sizeof "/" SG_GUARD_FILE;
    risks->guard_path = malloc(size);
    if (risks->guard_path == NULL)
        return SCRUBGATE_ENOMEM;
    (void)snprintf(risks->guard_path, size, "%s/%s", state, SG_GUARD_FOLDER);
    risks->folder = open(risks->guard_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (risks->folder < 0) {
        sg_fault_set(fault, risks->guard_path, 0, 0, "cannot open this folder: %s",
                     strerror(errno));
        return SCRUBGATE_EIO;
    }
    (void)snprintf(risks->guard_path, size, "%s/%s", state, SG_GUARD_FILE);
    return SCRUBGATE_OK;
}

enum scrubgate_status sg_risks_open(struct sg_risks **risks, const struct sg_risks_setup *setup,
                                    struct scrubgate_fault *fault)
{
    struct sg_risks *made = calloc(1, sizeof *made);
    enum scrubgate_status rc = SCRUBGATE_ENOMEM;
    *risks = NULL;
    if (made == NULL)
        return rc;
    made->folder = -1;
    made->auditor = setup->auditor;
    made->source = setup->source;
    made->loop = setup->loop;
    made->generation = sg_generation_hold(setup->generation);
    made->asked_end = &made->asked;
    made->done_end = &made->done;
    (void)pthread_mutex_init(&made->lock, NULL); /* of this kind none fails in glibc */
    (void)pthread_mutex_init(&made->desk, NULL);
    rc = derive_key(made, setup->key);
    if (rc >= 0)
        rc = open_folder(made, setup->state, fault);
    if (rc >= 0)
        rc = sg_risks_restore(made);
    if (rc >= 0) {
        sg_event_expiry_init(&made->clock, sg_clock_wall_ms(), sg_clock_boot_ns());
        made->doubt_after_ns = SG_RISKS_DOUBT_NS;
        sg_risks_open_guard(made);
    }
    if (rc >= 0 && setup->must_know && made->guard == NULL) {
        sg_fault_set(fault, made->guard_path, 0, 0,
                     "it cannot be had, and the running gateway may know what it says: put a copy "
                     "in its place first");
        rc = SCRUBGATE_EIO;
    }
    if (rc >= 0)
        rc = sg_risks_start_keeper(made);
    if (rc < 0) {
        sg_risks_close(made);
        return rc;
    }
    *risks = made;
    return rc;
}

void sg_risks_close(struct sg_risks *risks)
{
    if (risks == NULL)
        return;
    sg_risks_stop_keeper(risks);
    sg_risks_close_guard(risks);
    sg_guard_batch_free(risks->unwritten);
    sg_scorer_free(risks->scorer);
    sg_generation_drop(risks->next);
    sg_generation_drop(risks->generation);
    sg_wipe(&risks->scorer_config, sizeof risks->scorer_config);
    (void)pthread_mutex_destroy(&risks->lock);
    (void)pthread_mutex_destroy(&risks->desk);
    if (risks->folder >= 0)
        (void)close(risks->folder);
    free(risks->guard_path);
    free(risks);
}

/* --- asking ----------------------------------------------------------------------------------- */

/* What cannot be remembered must not leave, where a cool-off would be acted on. */
static enum scrubgate_status remember(struct sg_risks *risks,
                                      const struct sg_risk_question *question)
{
    const enum scrubgate_status rc = sg_collusion_guard_contact(risks->guard, question->agent,
                                                                question->brand, question->now_ms);
    const enum sg_signal_mode mode =
        sg_collusion_policy_signal(sg_risks_policy(risks), SG_SIGNAL_COOLOFF).mode;
    risks->counts.contacts_lost += rc < 0;
    return question->acts && mode == SG_SIGNAL_ENFORCE ? rc : SCRUBGATE_OK;
}

enum scrubgate_status sg_risks_judge(struct sg_risks *risks,
                                     const struct sg_risk_question *question,
                                     struct sg_assessment *assessment)
{
    struct sg_risk risk = {.n = 0};
    struct sg_eligibility eligibility;
    enum scrubgate_status rc = SCRUBGATE_OK;
    (void)pthread_mutex_lock(&risks->lock);
    const struct sg_collusion_policy *policy = sg_risks_policy(risks);
    if (question->event != NULL)
        sg_scorer_feed(risks->scorer, question->event, &risk);
    risk.settled = risk.settled && sg_scorer_agents(risks->scorer) >= AGENTS_LEAST;
    sg_collusion_guard_ask(risks->guard, policy, question->agent, question->brand, question->queue,
                           question->now_ms, &eligibility);
    sg_assessment_make(assessment, policy, question, &risk, &eligibility);
    if (risks->guard != NULL && sg_assessment_serves(assessment, question))
        rc = remember(risks, question);
    (void)pthread_mutex_unlock(&risks->lock);
    return rc;
}

static void keep_text(const char **text, char place[SG_POLICY_TEXT + 1])
{
    if (*text == NULL)
        return;
    (void)snprintf(place, SG_POLICY_TEXT + 1, "%s", *text);
    *text = place;
}

void sg_risks_eligible(struct sg_risks *risks, uint64_t agent, struct sg_bytes brand,
                       struct sg_bytes queue, struct sg_risks_answer *answer)
{
    struct sg_eligibility *found = &answer->eligibility;
    (void)pthread_mutex_lock(&risks->lock);
    sg_collusion_guard_ask(risks->guard, sg_risks_policy(risks), agent, brand, queue,
                           sg_clock_wall_ms(), found);
    for (size_t i = 0; i < found->n; i++) {
        keep_text(&found->ruling[i].name, answer->name[i]);
        keep_text(&found->ruling[i].brand, answer->brand[i]);
    }
    (void)pthread_mutex_unlock(&risks->lock);
}

void sg_risks_count(struct sg_risks *risks, struct sg_risks_counts *counts)
{
    (void)pthread_mutex_lock(&risks->lock);
    *counts = risks->counts;
    counts->agents = sg_scorer_agents(risks->scorer);
    (void)pthread_mutex_unlock(&risks->lock);
}
