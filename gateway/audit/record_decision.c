/* SPDX-License-Identifier: Apache-2.0 */
/*
 * record_decision.c - records of messages: what was decided, what came of it, what was turned away.
 *
 *     exchange -> [record] -> auditor -> journal
 */
#include <assert.h>
#include <string.h>

#include "audit/record_put.h"

enum { ACTIVITY_CREATE = 1, ACTIVITY_UPDATE = 2 };
enum { ACTION_ALLOWED = 1, ACTION_DENIED = 2, ACTION_MODIFIED = 4 };
enum { DETECTION_DLP_GATEWAY = 2 };

const char *sg_verdict_word(enum sg_verdict verdict)
{
    static const char *const words[] = {[SG_VERDICT_CLEAN] = "clean",
                                        [SG_VERDICT_MASKED] = "masked",
                                        [SG_VERDICT_BLOCKED] = "blocked",
                                        [SG_VERDICT_DIVERTED] = "diverted",
                                        [SG_VERDICT_REFUSED] = "refused"};
    assert((size_t)verdict < sizeof words / sizeof words[0]);
    return words[verdict];
}

/* What was done, which is not what was decided where the route only watches or lets pass. */
static uint64_t action_id(const struct sg_decision *decision)
{
    bool enforced = strcmp(decision->mode, "enforce") == 0;
    switch (decision->verdict) {
    case SG_VERDICT_CLEAN:
        return ACTION_ALLOWED;
    case SG_VERDICT_MASKED:
    case SG_VERDICT_DIVERTED:
        return enforced ? ACTION_MODIFIED : ACTION_ALLOWED;
    case SG_VERDICT_BLOCKED:
        return enforced ? ACTION_DENIED : ACTION_ALLOWED;
    case SG_VERDICT_REFUSED:
        /* Watching does not make an unreadable body pass; the named exception does. */
        return strcmp(decision->mode, "pass-and-record") == 0 ? ACTION_ALLOWED : ACTION_DENIED;
    }
    return ACTION_DENIED;
}

static uint64_t decision_severity(enum sg_verdict verdict)
{
    if (verdict == SG_VERDICT_CLEAN)
        return SG_SEVERITY_INFORMATIONAL;
    return verdict == SG_VERDICT_MASKED ? SG_SEVERITY_LOW : SG_SEVERITY_MEDIUM;
}

static const char *part_word(enum sg_record_part part)
{
    static const char *const words[] = {
        [SG_PART_WHOLE] = "whole", [SG_PART_BEGIN] = "begin", [SG_PART_END] = "end"};
    assert((size_t)part < sizeof words / sizeof words[0]);
    return words[part];
}

static void found_list(struct sg_put *put, const struct sg_decision *decision)
{
    sg_put_key(put, SG_KEY("found"));
    sg_put_raw(put, SG_BYTES("["));
    for (size_t i = 0; i < decision->n_found && put->rc >= 0; i++) {
        const struct sg_record_rule *found = &decision->found[i];
        sg_put_raw(put, i == 0 ? SG_BYTES("{") : SG_BYTES(",{"));
        sg_put_word(put, SG_KEY("rule"), found->rule);
        sg_put_word(put, SG_KEY("entity"), found->entity);
        sg_put_word(put, SG_KEY("action"), found->action);
        sg_put_number(put, SG_KEY("count"), found->count);
        sg_put_raw(put, SG_BYTES("}"));
    }
    sg_put_raw(put, SG_BYTES("]"));
}

/* Places only, as [rule, offset, length]; the counts in found are complete, this list is cut. */
static void span_list(struct sg_put *put, const struct sg_decision *decision)
{
    size_t n = decision->n_spans < SG_RECORD_SPANS ? decision->n_spans : SG_RECORD_SPANS;
    sg_put_key(put, SG_KEY("spans"));
    sg_put_raw(put, SG_BYTES("["));
    for (size_t i = 0; i < n && put->rc >= 0; i++) {
        const struct sg_record_span *span = &decision->spans[i];
        sg_put_raw(put, i == 0 ? SG_BYTES("[") : SG_BYTES(",["));
        sg_put_count(put, span->rule);
        sg_put_raw(put, SG_BYTES(","));
        sg_put_count(put, span->offset);
        sg_put_raw(put, SG_BYTES(","));
        sg_put_count(put, span->length);
        sg_put_raw(put, SG_BYTES("]"));
    }
    sg_put_raw(put, SG_BYTES("]"));
}

static void facets(struct sg_put *put, const struct sg_record_facets *known)
{
    size_t most = sizeof known->identities / sizeof known->identities[0];
    assert(known->n_identities <= most);
    sg_put_key(put, SG_KEY("facets"));
    sg_put_raw(put, SG_BYTES("{"));
    sg_put_digest(put, SG_KEY("customer"), known->customer);
    sg_put_digest(put, SG_KEY("agent"), known->agent);
    sg_put_digest(put, SG_KEY("conversation"), known->conversation);
    sg_put_digest(put, SG_KEY("network"), known->network);
    sg_put_digest(put, SG_KEY("tls"), known->tls);
    sg_put_digest(put, SG_KEY("device"), known->device);
    sg_put_digest(put, SG_KEY("content"), known->content);
    if (known->n_identities > 0) {
        sg_put_key(put, SG_KEY("identity"));
        for (size_t i = 0; i < known->n_identities; i++) {
            sg_put_raw(put, i == 0 ? SG_BYTES("[") : SG_BYTES(","));
            sg_put_digest_value(put, known->identities[i]);
        }
        sg_put_raw(put, SG_BYTES("]"));
    }
    sg_put_raw(put, SG_BYTES("}"));
}

/* A number of our own with so many decimals. */
static void decimal(struct sg_put *put, struct sg_bytes name, double value, int decimals)
{
    sg_put_key(put, name);
    if (put->rc >= 0)
        put->rc = sg_buf_addf(put->out, "%.*f", decimals, value);
}

/* Signals are words of ours, which need no escape: "reasons":{"pair":7.2,"farm":3.1}. */
static void reason_object(struct sg_put *put, const struct sg_record_risk *risk)
{
    sg_put_key(put, SG_KEY("reasons"));
    for (size_t i = 0; i < risk->n_reasons && put->rc >= 0; i++)
        put->rc = sg_buf_addf(put->out, "%s\"%s\":%.1f", i == 0 ? "{" : ",",
                              risk->reasons[i].signal, risk->reasons[i].weight);
    sg_put_raw(put, SG_BYTES("}"));
}

static void ruling_list(struct sg_put *put, const struct sg_record_risk *risk)
{
    sg_put_key(put, SG_KEY("rulings"));
    sg_put_raw(put, SG_BYTES("["));
    for (size_t i = 0; i < risk->n_rulings && put->rc >= 0; i++) {
        const struct sg_record_ruling *ruling = &risk->rulings[i];
        sg_put_raw(put, i == 0 ? SG_BYTES("{") : SG_BYTES(",{"));
        sg_put_word(put, SG_KEY("rule"), ruling->rule);
        sg_put_word(put, SG_KEY("mode"), ruling->mode);
        if (ruling->order != 0)
            sg_put_number(put, SG_KEY("order"), ruling->order);
        if (ruling->until_ms != 0)
            sg_put_number(put, SG_KEY("until_ms"), ruling->until_ms);
        sg_put_raw(put, SG_BYTES("}"));
    }
    sg_put_raw(put, SG_BYTES("]"));
}

/* What is not there is left out: most messages have nothing of it but a risk. */
static void risk_members(struct sg_put *put, const struct sg_record_risk *risk)
{
    if (risk->is_scored)
        decimal(put, SG_KEY("risk"), risk->risk, 2);
    if (risk->n_reasons > 0)
        reason_object(put, risk);
    if (risk->n_rulings > 0)
        ruling_list(put, risk);
    if (risk->action != NULL)
        sg_put_word(put, SG_KEY("action"), risk->action);
}

enum scrubgate_status sg_record_decision(struct sg_buf *out, const struct sg_record_source *source,
                                         const struct sg_decision *decision)
{
    const struct sg_put_kind kind = {
        SG_CLASS_DECISION, decision->part == SG_PART_END ? ACTIVITY_UPDATE : ACTIVITY_CREATE,
        decision_severity(decision->verdict)};
    struct sg_put put = sg_put_begin(out, source, kind);
    sg_put_word(&put, SG_KEY("trace_id"), decision->trace_id);
    sg_put_word(&put, SG_KEY("id"), decision->id);
    sg_put_number(&put, SG_KEY("detection_system_id"), DETECTION_DLP_GATEWAY);
    sg_put_number(&put, SG_KEY("action_id"), action_id(decision));
    sg_put_word(&put, SG_KEY("verdict"), sg_verdict_word(decision->verdict));
    sg_put_word(&put, SG_KEY("part"), part_word(decision->part));
    sg_put_word(&put, SG_KEY("route"), decision->route);
    sg_put_word(&put, SG_KEY("direction"), decision->direction);
    sg_put_word(&put, SG_KEY("mode"), decision->mode);
    sg_put_number(&put, SG_KEY("level"), decision->level);
    sg_put_word(&put, SG_KEY("rules"), decision->rules);
    sg_put_word(&put, SG_KEY("format"), decision->format);
    sg_put_foreign(&put, SG_KEY("reason"), sg_bytes_of(decision->reason));
    sg_put_foreign(&put, SG_KEY("brand"), decision->brand);
    sg_put_foreign(&put, SG_KEY("channel"), decision->channel);
    sg_put_foreign(&put, SG_KEY("queue"), decision->queue);
    sg_put_foreign(&put, SG_KEY("event"), decision->event);
    sg_put_number(&put, SG_KEY("bytes_in"), decision->bytes_in);
    sg_put_number(&put, SG_KEY("bytes_out"), decision->bytes_out);
    sg_put_number(&put, SG_KEY("values"), decision->values);
    sg_put_number(&put, SG_KEY("edits"), decision->edits);
    found_list(&put, decision);
    span_list(&put, decision);
    facets(&put, &decision->facets);
    risk_members(&put, &decision->risk);
    return sg_put_end(&put);
}

enum scrubgate_status sg_record_outcome(struct sg_buf *out, const struct sg_record_source *source,
                                        const struct sg_outcome *outcome)
{
    const struct sg_put_kind kind = {SG_CLASS_OUTCOME, SG_ACTIVITY_OTHER,
                                     SG_SEVERITY_INFORMATIONAL};
    bool success = outcome->status >= 200 && outcome->status < 400;
    struct sg_put put = sg_put_begin(out, source, kind);
    sg_put_word(&put, SG_KEY("trace_id"), outcome->trace_id);
    sg_put_word(&put, SG_KEY("id"), outcome->id);
    sg_put_number(&put, SG_KEY("status_id"), success ? SG_STATUS_SUCCESS : SG_STATUS_FAILURE);
    sg_put_word(&put, SG_KEY("route"), outcome->route);
    sg_put_key(&put, SG_KEY("http_response"));
    sg_put_raw(&put, SG_BYTES("{"));
    sg_put_number(&put, SG_KEY("code"), outcome->status);
    sg_put_raw(&put, SG_BYTES("}"));
    sg_put_foreign(&put, SG_KEY("reason"), sg_bytes_of(outcome->reason));
    sg_put_number(&put, SG_KEY("latency_ns"), outcome->latency_ns);
    return sg_put_end(&put);
}

enum scrubgate_status sg_record_refused(struct sg_buf *out, const struct sg_record_source *source,
                                        const struct sg_refused *refused)
{
    const struct sg_put_kind kind = {SG_CLASS_REFUSED, SG_ACTIVITY_OTHER, SG_SEVERITY_LOW};
    struct sg_put put = sg_put_begin(out, source, kind);
    sg_put_number(&put, SG_KEY("action_id"), ACTION_DENIED);
    sg_put_word(&put, SG_KEY("object"), "listener");
    sg_put_word(&put, SG_KEY("reason"), refused->reason);
    sg_put_key(&put, SG_KEY("http_response"));
    sg_put_raw(&put, SG_BYTES("{"));
    sg_put_number(&put, SG_KEY("code"), refused->status);
    sg_put_raw(&put, SG_BYTES("}"));
    sg_put_number(&put, SG_KEY("count"), refused->requests);
    sg_put_digest(&put, SG_KEY("network"), refused->network);
    return sg_put_end(&put);
}
