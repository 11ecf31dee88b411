/* SPDX-License-Identifier: Apache-2.0 */
/*
 * risk_judge.c - what a judgement comes to: weights and rulings, under the policy's modes.
 *
 *     signal over its threshold   shadow: nothing   advise: review   enforce: divert
 *     ruling of the guard         shadow: nothing   advise: review   enforce: divert, or deny where
 *                                                                    there is nowhere to divert to
 *
 * A statistic never denies: to be sent to another agent costs an honest customer nothing.
 */
#include <assert.h>

#include "proxy/risk_parts.h"

static const double bits_of_ten = 3.321928094887362; /* log2(10) */

const char *sg_course_word(enum sg_course course)
{
    static const char *const words[SG_COURSES] = {
        [SG_COURSE_ALLOW] = "allow",
        [SG_COURSE_REVIEW] = "review",
        [SG_COURSE_DIVERT] = "divert",
        [SG_COURSE_DENY] = "deny",
    };
    assert((unsigned)course < SG_COURSES);
    return words[course];
}

static void turn_to(struct sg_assessment *assessment, enum sg_course course)
{
    if (course > assessment->course)
        assessment->course = course;
}

/* Thresholds are -log10 p as weights are, but of self: bits. */
static bool is_over(const struct sg_risk_reason *reason, double threshold)
{
    const double unit = reason->signal == SG_SIGNAL_SELF ? bits_of_ten : 1;
    return reason->weight * unit >= threshold;
}

static void take_weights(struct sg_assessment *assessment, const struct sg_collusion_policy *policy,
                         const struct sg_risk *risk)
{
    double told = 0;
    assessment->is_scored = true;
    assessment->risk = risk->risk;
    for (size_t i = 0; i < risk->n; i++) {
        const struct sg_risk_reason *reason = &risk->reasons[i];
        const struct sg_signal_policy signal = sg_collusion_policy_signal(policy, reason->signal);
        struct sg_assessment_reason *to = &assessment->reasons[assessment->n_reasons++];
        *to = (struct sg_assessment_reason){
            .signal = reason->signal,
            .weight = (float)reason->weight,
            .is_told = signal.mode >= SG_SIGNAL_ADVISE,
            .is_over = is_over(reason, signal.threshold),
        };
        if (to->is_told)
            told += reason->weight;
        if (to->is_told && to->is_over)
            turn_to(assessment,
                    signal.mode == SG_SIGNAL_ENFORCE ? SG_COURSE_DIVERT : SG_COURSE_REVIEW);
    }
    assessment->told_risk = sg_scorer_risk(told);
}

static bool is_ruled(const struct sg_eligibility *eligibility, enum sg_guard_rule rule)
{
    for (size_t i = 0; i < eligibility->n; i++)
        if (eligibility->ruling[i].rule == rule)
            return true;
    return false;
}

/* Whether all is told that a score is made of: no signal in shadow is told by another's name. */
static bool is_standing_told(const struct sg_collusion_policy *policy)
{
    for (unsigned i = 0; i < SG_SIGNALS; i++)
        if (i != SG_SIGNAL_COOLOFF &&
            sg_collusion_policy_signal(policy, (enum sg_signal)i).mode == SG_SIGNAL_SHADOW)
            return false;
    return true;
}

/* The agent's own score is over its threshold: somebody should look, whatever the mode; to act on
 * it is a person's to order. Where one has, that says it. */
static void take_standing(struct sg_assessment *assessment,
                          const struct sg_collusion_policy *policy, const struct sg_risk *risk,
                          const struct sg_eligibility *eligibility)
{
    if (!risk->flagged || is_ruled(eligibility, SG_GUARD_FLAGGED) ||
        assessment->n_reasons == SG_RISK_REASONS)
        return;
    /* Last: it is of all the agent's tickets, and no weight of this one. */
    struct sg_assessment_reason *to = &assessment->reasons[assessment->n_reasons++];
    *to = (struct sg_assessment_reason){
        .signal = SG_SIGNAL_FLAGGED,
        .weight = (float)risk->agent,
        .is_told = is_standing_told(policy),
        .is_over = true,
    };
    if (to->is_told)
        turn_to(assessment, SG_COURSE_REVIEW);
}

/* Of what is said to representatives nothing counts, not even whom they serve: only whether
 * somebody ordered that the agent serves nobody, or whether that cannot be known. */
static bool counts(const struct sg_risk_question *question, const struct sg_ruling *ruling)
{
    return !question->is_private || ruling->rule == SG_GUARD_BLOCK ||
           ruling->rule == SG_GUARD_UNKNOWN;
}

static void take_rulings(struct sg_assessment *assessment, const struct sg_risk_question *question,
                         const struct sg_eligibility *eligibility)
{
    for (size_t i = 0; i < eligibility->n; i++) {
        const struct sg_ruling *ruling = &eligibility->ruling[i];
        if (!counts(question, ruling))
            continue;
        assessment->rulings[assessment->n_rulings++] = (struct sg_assessment_ruling){
            ruling->rule, ruling->mode, ruling->order, ruling->until_ms};
        if (ruling->mode == SG_SIGNAL_ADVISE)
            turn_to(assessment, SG_COURSE_REVIEW);
        if (ruling->mode == SG_SIGNAL_ENFORCE)
            turn_to(assessment, question->can_divert ? SG_COURSE_DIVERT : SG_COURSE_DENY);
    }
}

void sg_assessment_make(struct sg_assessment *assessment, const struct sg_collusion_policy *policy,
                        const struct sg_risk_question *question, const struct sg_risk *risk,
                        const struct sg_eligibility *eligibility)
{
    *assessment = (struct sg_assessment){.course = SG_COURSE_ALLOW};
    if (risk->settled)
        take_weights(assessment, policy, risk);
    if (risk->settled)
        take_standing(assessment, policy, risk, eligibility);
    take_rulings(assessment, question, eligibility);
}

/* What only a router behind could divert reaches the agent, as far as anybody here knows. */
bool sg_assessment_serves(const struct sg_assessment *assessment,
                          const struct sg_risk_question *question)
{
    const bool kept_away =
        question->acts && (assessment->course == SG_COURSE_DENY ||
                           (assessment->course == SG_COURSE_DIVERT && question->can_divert));
    return question->serves && question->agent != SG_GUARD_SOMEBODY && !question->is_private &&
           !kept_away;
}
