/* SPDX-License-Identifier: Apache-2.0 */
/*
 * assess.c - a decided message and its judgement: what is asked, and what is said of the answer.
 */
#include "proxy/assess.h"

#include "base/clock.h"

bool sg_assess_unclear(const struct sg_assess *message)
{
    const struct sg_parties *parties = message->context->parties;
    const bool all_has_come = message->judgement->part != SG_PART_BEGIN;
    return sg_parties_unclear(parties, SG_PARTY_AGENT, all_has_come) ||
           sg_parties_unclear(parties, SG_PARTY_BRAND, all_has_come);
}

enum scrubgate_status sg_assess(struct sg_risks *risks, const struct sg_assess *message,
                                struct sg_assessment *assessment)
{
    const struct sg_context *context = message->context;
    const struct sg_parties *parties = context->parties;
    const bool is_private = sg_decision_private(context);
    const bool is_unclear = sg_assess_unclear(message);
    struct sg_collusion_event event;
    struct sg_risk_question question = {
        .agent = is_unclear ? SG_GUARD_SOMEBODY : parties->facets.agent,
        .now_ms = sg_clock_wall_ms(),
        .brand = parties->value[SG_PARTY_BRAND],
        .queue = parties->value[SG_PARTY_QUEUE],
        .is_private = is_private,
        .acts = !context->route->shadow,
        .can_divert = context->route->divert_url != NULL && message->judgement->part != SG_PART_END,
        .serves = message->leaves && message->has_body,
    };
    /* The same messages as get a line for analysis. */
    if (message->has_body && !is_private && !is_unclear &&
        message->judgement->verdict != SG_VERDICT_REFUSED) {
        sg_decision_event(&event, context, message->relay, message->judgement);
        question.event = &event;
    }
    return sg_risks_judge(risks, &question, assessment);
}

/* --- what is said of it ----------------------------------------------------------------------- */

/* As the header rounds it. */
static bool is_said(const struct sg_assessment_reason *reason)
{
    return reason->is_told && reason->weight >= 0.05F;
}

/* One item of reasons=(…); w below zero: it has no weight. */
static enum scrubgate_status print_reason(struct sg_buf *out, const char *word, double weight,
                                          bool *first)
{
    enum scrubgate_status rc = sg_buf_add_text(out, *first ? ", reasons=(" : " ");
    *first = false;
    if (rc >= 0)
        rc = sg_buf_add_text(out, word);
    return rc < 0 || weight < 0 ? rc : sg_buf_addf(out, ";w=%.1f", weight);
}

enum scrubgate_status sg_assessment_print(const struct sg_assessment *assessment, bool shadow,
                                          struct sg_buf *out)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    bool first = true;
    if (assessment->is_scored)
        rc = sg_buf_addf(out, "%.2f", assessment->told_risk);
    for (size_t i = 0; i < assessment->n_rulings && rc >= 0; i++)
        if (assessment->rulings[i].mode >= SG_SIGNAL_ADVISE)
            rc = print_reason(out, sg_guard_rule_word(assessment->rulings[i].rule), -1, &first);
    for (size_t i = 0; i < assessment->n_reasons && rc >= 0; i++)
        if (is_said(&assessment->reasons[i]))
            rc = print_reason(out, sg_signal_word(assessment->reasons[i].signal),
                              (double)assessment->reasons[i].weight, &first);
    if (rc >= 0 && !first)
        rc = sg_buf_add_byte(out, ')');
    if (rc >= 0 && assessment->course != SG_COURSE_ALLOW && !shadow) {
        rc = sg_buf_add_text(out, ", action=");
        if (rc >= 0)
            rc = sg_buf_add_text(out, sg_course_word(assessment->course));
    }
    return rc;
}

void sg_assessment_count(const struct sg_assessment *assessment, struct sg_metrics *metrics,
                         uint64_t ns)
{
    struct sg_metrics_risk *risk = &metrics->risk;
    const size_t tenth = (size_t)(assessment->risk * SG_METRIC_RISKS);
    sg_metrics_count(&risk->courses[assessment->course], 1);
    if (assessment->is_scored)
        sg_metrics_count(&risk->risks[tenth < SG_METRIC_RISKS ? tenth : SG_METRIC_RISKS - 1], 1);
    for (size_t i = 0; i < assessment->n_reasons; i++)
        if (assessment->reasons[i].is_over)
            sg_metrics_count(&risk->signals[assessment->reasons[i].signal], 1);
    for (size_t i = 0; i < assessment->n_rulings; i++)
        sg_metrics_count(&risk->rulings[assessment->rulings[i].rule], 1);
    sg_metrics_time(&risk->judging, ns);
}
