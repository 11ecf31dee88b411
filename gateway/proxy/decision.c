/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decision.c - from what a body added up to, to a verdict, an audit record and an event line.
 */
#include "proxy/decision.h"

#include <string.h>
#include <scrubgate/event.h>

#include "base/clock.h"
#include "proxy/oplog.h"
#include "rule/rule.h"

const char *sg_direction_word(enum scrubgate_direction direction)
{
    return direction == SCRUBGATE_TO_CUSTOMER ? "to-customer" : "to-agent";
}

enum sg_verdict sg_decision_verdict(const struct sg_relay *relay)
{
    const struct sg_summary *summary = sg_relay_summary(relay);
    if (relay->status == SCRUBGATE_EBLOCKED)
        return SG_VERDICT_BLOCKED;
    if (relay->status < 0 || relay->gave_in)
        return SG_VERDICT_REFUSED;
    if (summary->blocked)
        return SG_VERDICT_BLOCKED; /* in shadow mode: the stream did not stop at it */
    if (summary->diverted)
        return SG_VERDICT_DIVERTED;
    if (summary->edits > 0)
        return SG_VERDICT_MASKED;
    for (size_t i = 0; i < summary->n_tallies; i++)
        if (summary->tallies[i].rule->action == SCRUBGATE_MASK)
            return SG_VERDICT_MASKED; /* shadow mode again */
    return SG_VERDICT_CLEAN;
}

enum sg_reason sg_decision_reason(const struct sg_relay *relay)
{
    switch (relay->status) {
    case SCRUBGATE_EBLOCKED:
        return SG_REASON_BLOCKED;
    case SCRUBGATE_EUNSUPPORTED:
        return SG_REASON_UNSUPPORTED;
    case SCRUBGATE_ELIMIT:
        return SG_REASON_LIMIT;
    case SCRUBGATE_EMATCH:
        return SG_REASON_MATCHER;
    case SCRUBGATE_EMALFORMED:
        return SG_REASON_MALFORMED;
    default:
        return SG_REASON_MEMORY;
    }
}

enum scrubgate_status sg_decision_found(const struct sg_relay *relay,
                                        struct sg_record_rule found[SG_FOUND_MOST], size_t *n)
{
    const struct sg_summary *summary = sg_relay_summary(relay);
    *n = 0;
    if (summary->n_tallies > SG_FOUND_MOST)
        return SCRUBGATE_ELIMIT;
    for (size_t i = 0; i < summary->n_tallies; i++) {
        const struct sg_rule *rule = summary->tallies[i].rule;
        found[i] =
            (struct sg_record_rule){rule->id, rule->entity, scrubgate_action_word(rule->action),
                                    summary->tallies[i].count, summary->tallies[i].apart};
    }
    *n = summary->n_tallies;
    return SCRUBGATE_OK;
}

/* Spans name a rule by its place in the list of found ones. Events and tallies carry the same
 * string, so most are found by its address. */
static size_t list_spans(const struct sg_relay *relay, const struct sg_record_rule *found,
                         size_t n_found, struct sg_record_span *spans)
{
    size_t n = 0;
    for (size_t i = 0; i < relay->n_spans; i++) {
        size_t k = 0;
        while (k < n_found && found[k].rule != relay->spans[i].rule &&
               strcmp(found[k].rule, relay->spans[i].rule) != 0)
            k++;
        if (k < n_found)
            spans[n++] =
                (struct sg_record_span){(uint32_t)k, relay->spans[i].start, relay->spans[i].length};
    }
    return n;
}

bool sg_decision_private(const struct sg_context *context)
{
    const struct sg_collusion_policy *policy =
        context->generation == NULL ? NULL : context->generation->config->policy;
    /* A sender who names the channel could call any a private one. */
    return policy != NULL && context->route->party[SG_PARTY_CHANNEL].kind == SG_SOURCE_CONST &&
           sg_collusion_policy_is_private(policy, context->parties->value[SG_PARTY_CHANNEL]);
}

static struct sg_record_facets facets_of(const struct sg_context *context,
                                         const struct sg_relay *relay,
                                         const struct sg_judgement *judgement)
{
    const struct sg_summary *summary = sg_relay_summary(relay);
    struct sg_record_facets facets = context->parties->facets;
    if (sg_decision_private(context)) {
        facets.network = facets.tls = facets.device = 0;
        return facets; /* who, and no more */
    }
    facets.content = summary->content;
    facets.n_identities = summary->n_identities;
    memcpy(facets.identities, summary->identities, sizeof facets.identities);
    if (!judgement->request)
        facets.network = facets.tls = facets.device = 0; /* the receiver's, not the sender's */
    return facets;
}

/* --- names from outside ----------------------------------------------------------------------- */

/* What a record or an event may say of a party in clear. The config's own words it may; what a
 * client sent only where it is a label, for it could be anything. */
static struct sg_bytes label_of(const struct sg_context *context, enum sg_party party)
{
    const struct sg_bytes none = {NULL, 0}, name = context->parties->value[party];
    bool ours = context->route->party[party].kind == SG_SOURCE_CONST;
    return ours || sg_record_is_label(name) ? name : none;
}

/* One of the words that analysis knows. */
static struct sg_bytes event_word(const struct sg_context *context)
{
    static const char *const words[] = {"open", "assign", "resolve"};
    struct sg_bytes said = context->parties->value[SG_PARTY_EVENT];
    for (size_t i = 0; i < sizeof words / sizeof words[0] && said.len > 0; i++)
        if (sg_bytes_equal(said, sg_bytes_of(words[i])))
            return sg_bytes_of(words[i]);
    return SG_BYTES("message");
}

/* --- records and events ----------------------------------------------------------------------- */

/* The exception is named where it was made use of. */
static const char *mode_word(const struct sg_context *context, const struct sg_relay *relay)
{
    if (relay->gave_in && relay->status >= 0)
        return "pass-and-record";
    return context->route->shadow ? "shadow" : "enforce";
}

/* The log's names for them: each conversation's own. A record is made in any case: one that names
 * nobody says less, and nothing under a key that others share. */
static struct sg_record_facets named_facets(const struct sg_context *context,
                                            const struct sg_relay *relay,
                                            const struct sg_judgement *judgement)
{
    struct sg_record_facets facets = facets_of(context, relay, judgement);
    if (context->pseudonyms == NULL)
        return (struct sg_record_facets){0};
    if (sg_pseudonyms_apply(context->pseudonyms, &facets) < 0 && context->metrics != NULL)
        sg_metrics_count(&context->metrics->unnamed, 1);
    return facets;
}

/* What is held against it; the lists are the caller's. */
static struct sg_record_risk risk_of(const struct sg_assessment *assessment,
                                     struct sg_record_reason reasons[SG_RISK_REASONS],
                                     struct sg_record_ruling rulings[SG_GUARD_RULES])
{
    struct sg_record_risk risk = {.reasons = reasons, .rulings = rulings};
    if (assessment == NULL)
        return risk;
    risk.is_scored = assessment->is_scored;
    risk.risk = assessment->risk;
    if (assessment->course != SG_COURSE_ALLOW)
        risk.action = sg_course_word(assessment->course);
    for (size_t i = 0; i < assessment->n_reasons; i++)
        reasons[risk.n_reasons++] = (struct sg_record_reason){
            sg_signal_word(assessment->reasons[i].signal), (double)assessment->reasons[i].weight};
    for (size_t i = 0; i < assessment->n_rulings; i++) {
        const struct sg_assessment_ruling *ruling = &assessment->rulings[i];
        rulings[risk.n_rulings++] = (struct sg_record_ruling){
            sg_guard_rule_word(ruling->rule), sg_signal_mode_word(ruling->mode), ruling->order,
            ruling->until_ms == SG_GUARD_NO_END ? 0 : ruling->until_ms};
    }
    return risk;
}

enum scrubgate_status sg_decision_record(struct sg_buf *out, const struct sg_context *context,
                                         const struct sg_relay *relay,
                                         const struct sg_judgement *judgement)
{
    const struct sg_summary *summary = sg_relay_summary(relay);
    struct sg_record_rule found[SG_FOUND_MOST];
    struct sg_record_span spans[SG_RECORD_SPANS];
    struct sg_record_reason reasons[SG_RISK_REASONS];
    struct sg_record_ruling rulings[SG_GUARD_RULES];
    size_t n_found;
    enum scrubgate_status rc = sg_decision_found(relay, found, &n_found);
    if (rc < 0)
        return rc;
    const struct sg_decision decision = {
        .id = context->trace->id,
        .trace_id = context->trace->trace_id,
        .route = context->route->name,
        .direction = sg_direction_word(judgement->direction),
        .mode = mode_word(context, relay),
        .rules = context->rules,
        .brand = label_of(context, SG_PARTY_BRAND),
        .channel = label_of(context, SG_PARTY_CHANNEL),
        .queue = label_of(context, SG_PARTY_QUEUE),
        .event = event_word(context),
        .format = relay->format,
        .reason = relay->reason,
        .level = context->route->level,
        .verdict = judgement->verdict,
        .part = judgement->part,
        .bytes_in = relay->bytes_in,
        .bytes_out = relay->status < 0 ? relay->bytes_left : relay->bytes_out,
        .values = summary->values,
        .edits = summary->edits,
        .found = found,
        .n_found = n_found,
        .spans = spans,
        .n_spans = list_spans(relay, found, n_found, spans),
        .facets = named_facets(context, relay, judgement),
        .risk = risk_of(judgement->assessment, reasons, rulings),
    };
    return sg_record_decision(out, context->source, &decision);
}

/* The facets of who sent it: of a response not those of the client's connection. */
static struct sg_collusion_was sides_of(const struct sg_collusion_was *party,
                                        const uint64_t identities[SG_EVENT_IDENTITIES], size_t n,
                                        bool request)
{
    struct sg_collusion_was sides = *party;
    memcpy(sides.identities, identities, sizeof sides.identities);
    sides.n_identities = n;
    if (!request)
        sides.network = sides.tls = sides.device = 0;
    return sides;
}

void sg_decision_event(struct sg_collusion_event *event, const struct sg_context *context,
                       const struct sg_relay *relay, const struct sg_judgement *judgement)
{
    const struct sg_parties *parties = context->parties;
    const struct sg_summary *summary = sg_relay_summary(relay);
    const size_t n = summary->n_identities;
    const bool doubled = n > 0 && summary->identities_before[0] != 0;
    const struct sg_collusion_was now =
        sides_of(&parties->now, summary->identities, n, judgement->request);
    *event = (struct sg_collusion_event){
        .time_ms = sg_clock_wall_ms(),
        .event = event_word(context),
        .brand = label_of(context, SG_PARTY_BRAND),
        .queue = label_of(context, SG_PARTY_QUEUE),
        .ticket = now.ticket,
        .customer = now.customer,
        .agent = parties->facets.agent,
        .network = now.network,
        .tls = now.tls,
        .device = now.device,
        .content = summary->content,
        .n_identities = n,
        .by_agent = judgement->direction == SCRUBGATE_TO_CUSTOMER,
        .epoch = parties->epoch,
        .was = sides_of(&parties->before, summary->identities_before, doubled ? n : 0,
                        judgement->request),
    };
    memcpy(event->identities, now.identities, sizeof event->identities);
}

void sg_decision_count(struct sg_metrics *metrics, const struct sg_context *context,
                       const struct sg_relay *relay, const struct sg_judgement *judgement)
{
    const struct sg_summary *summary = sg_relay_summary(relay);
    size_t direction = judgement->direction == SCRUBGATE_TO_CUSTOMER ? 1 : 0;
    sg_metrics_count(&metrics->verdicts[direction][judgement->verdict], 1);
    sg_metrics_count(&metrics->findings, summary->findings);
    sg_metrics_count(&metrics->edits, summary->edits);
    sg_metrics_count(&metrics->bytes_in, relay->bytes_in);
    sg_metrics_count(&metrics->bytes_out, relay->bytes_out);
    sg_metrics_time(&metrics->scrubbing, relay->busy_ns);
    if (relay->failed != NULL && sg_generation_failed(context->generation, relay->failed))
        sg_oplog(SG_OPLOG_WARN, "a rule could not be matched within its limits", "rule",
                 relay->failed->id, "id", context->trace->id, NULL);
}
