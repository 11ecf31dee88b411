/* SPDX-License-Identifier: Apache-2.0 */
/*
 * record.c - one audit record: a line of JSON that proves a decision and holds no personal value.
 *
 *     exchange -> [record] -> auditor -> journal
 *
 * Written by hand, one pass, into one buf: this runs once per message. The first failure sticks and
 * takes the whole line back.
 */
#include "audit/record.h"

#include <assert.h>
#include <string.h>
#include <scrubgate/version.h>

#include "base/clock.h"
#include "base/json_text.h"

/* OCSF: type_uid is class_uid * 100 + activity. */
enum {
    CLASS_DECISION = 2006, /* Data Security Finding */
    CLASS_OUTCOME = 6003,  /* API Activity */
    CLASS_CHANGE = 5019,   /* Device Config State Change */
    CLASS_LIFE = 6002      /* Application Lifecycle */
};
enum { ACTIVITY_CREATE = 1, ACTIVITY_UPDATE = 2, ACTIVITY_START = 3, ACTIVITY_STOP = 4 };
enum { ACTIVITY_LOG = 1, ACTIVITY_OTHER = 99 };
enum { ACTION_ALLOWED = 1, ACTION_DENIED = 2, ACTION_MODIFIED = 4 };
enum { SEVERITY_INFORMATIONAL = 1, SEVERITY_LOW = 2, SEVERITY_MEDIUM = 3 };
enum { STATUS_SUCCESS = 1, STATUS_FAILURE = 2 };
enum { DETECTION_DLP_GATEWAY = 2 };

static const char metadata[] =
    "{\"version\":\"1.4.0\",\"product\":{\"name\":\"scrubgate\",\"version\":\"" SCRUBGATE_VERSION
    "\"}}";

/* Enough for nearly every record, so that a line grows its buf once. */
enum { TYPICAL = 1024 };

struct line {
    struct sg_buf *out;
    size_t start;
    enum scrubgate_status rc;
};

static struct line begin(struct sg_buf *out)
{
    struct line line = {.out = out, .start = out->len, .rc = sg_buf_reserve(out, TYPICAL)};
    return line;
}

static enum scrubgate_status finish(struct line *line)
{
    if (line->rc >= 0)
        line->rc = sg_buf_add_byte(line->out, '}');
    if (line->rc >= 0 && line->out->len - line->start > SG_RECORD_LONGEST)
        line->rc = SCRUBGATE_ELIMIT;
    if (line->rc < 0)
        line->out->len = line->start;
    return line->rc;
}

static void raw(struct line *line, const char *text)
{
    if (line->rc >= 0)
        line->rc = sg_buf_add_text(line->out, text);
}

/* ,"name": - but no comma at the start of the line or of an object. */
static void key(struct line *line, const char *name)
{
    size_t len = strlen(name);
    if (line->rc >= 0)
        line->rc = sg_buf_reserve(line->out, len + 4);
    if (line->rc < 0)
        return;
    uint8_t *to = line->out->data + line->out->len;
    size_t at = 0;
    bool first = line->out->len == line->start || to[-1] == '{';
    if (!first)
        to[at++] = ',';
    to[at++] = '"';
    memcpy(to + at, name, len);
    at += len;
    to[at++] = '"';
    to[at++] = ':';
    line->out->len += at;
}

static void number(struct line *line, const char *name, uint64_t value)
{
    key(line, name);
    if (line->rc >= 0)
        line->rc = sg_buf_add_u64(line->out, value);
}

static bool is_plain(struct sg_bytes text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] < 0x20 || text.data[i] > 0x7e || text.data[i] == '"' ||
            text.data[i] == '\\')
            return false;
    return true;
}

/* Our own words are escaped too: that they need none is another module's promise. */
static void string(struct line *line, struct sg_bytes text)
{
    if (line->rc < 0)
        return;
    if (!is_plain(text)) {
        line->rc = sg_json_add_string(line->out, text);
        return;
    }
    line->rc = sg_buf_reserve(line->out, text.len + 2);
    if (line->rc < 0)
        return;
    uint8_t *to = line->out->data + line->out->len;
    to[0] = '"';
    if (text.len > 0)
        memcpy(to + 1, text.data, text.len);
    to[text.len + 1] = '"';
    line->out->len += text.len + 2;
}

static void word(struct line *line, const char *name, const char *text)
{
    key(line, name);
    string(line, sg_bytes_of(text));
}

/* Cut between code points, so that a cut leaves no half of one. */
static struct sg_bytes cut(struct sg_bytes text)
{
    if (text.len <= SG_RECORD_FOREIGN)
        return text;
    text.len = SG_RECORD_FOREIGN;
    while (text.len > 0 && (text.data[text.len] & 0xc0) == 0x80)
        text.len--;
    return text;
}

static void foreign(struct line *line, const char *name, struct sg_bytes text)
{
    if (text.len == 0)
        return;
    key(line, name);
    string(line, cut(text));
}

static void digest_value(struct line *line, uint64_t digest)
{
    static const char hex[] = "0123456789abcdef";
    char text[19];
    text[0] = text[17] = '"';
    text[18] = '\0';
    for (size_t i = 16; i > 0; i--, digest >>= 4)
        text[i] = hex[digest & 15];
    raw(line, text);
}

static void digest(struct line *line, const char *name, uint64_t value)
{
    if (value == 0)
        return; /* not known: left out */
    key(line, name);
    digest_value(line, value);
}

/* What every record begins with. */
static void common(struct line *line, const struct sg_record_source *source, uint64_t class_uid,
                   uint64_t activity, uint64_t severity)
{
    number(line, "time", sg_clock_wall_ms());
    number(line, "mono_ns", sg_clock_mono_ns());
    word(line, "boot", source->boot);
    number(line, "class_uid", class_uid);
    number(line, "type_uid", class_uid * 100 + activity);
    number(line, "severity_id", severity);
    key(line, "metadata");
    raw(line, metadata);
    word(line, "instance", source->instance);
}

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
        return SEVERITY_INFORMATIONAL;
    return verdict == SG_VERDICT_MASKED ? SEVERITY_LOW : SEVERITY_MEDIUM;
}

static const char *part_word(enum sg_record_part part)
{
    static const char *const words[] = {
        [SG_PART_WHOLE] = "whole", [SG_PART_BEGIN] = "begin", [SG_PART_END] = "end"};
    assert((size_t)part < sizeof words / sizeof words[0]);
    return words[part];
}

static void found_list(struct line *line, const struct sg_decision *decision)
{
    key(line, "found");
    raw(line, "[");
    for (size_t i = 0; i < decision->n_found && line->rc >= 0; i++) {
        const struct sg_record_rule *found = &decision->found[i];
        raw(line, i == 0 ? "{" : ",{");
        word(line, "rule", found->rule);
        word(line, "entity", found->entity);
        word(line, "action", found->action);
        number(line, "count", found->count);
        raw(line, "}");
    }
    raw(line, "]");
}

/* Places only, as [rule, offset, length]; the counts in found are complete, this list is cut. */
static void span_list(struct line *line, const struct sg_decision *decision)
{
    size_t n = decision->n_spans < SG_RECORD_SPANS ? decision->n_spans : SG_RECORD_SPANS;
    key(line, "spans");
    raw(line, "[");
    for (size_t i = 0; i < n && line->rc >= 0; i++) {
        const struct sg_record_span *span = &decision->spans[i];
        line->rc = sg_buf_addf(line->out, "%s[%lu,%llu,%llu]", i == 0 ? "" : ",",
                               (unsigned long)span->rule, (unsigned long long)span->offset,
                               (unsigned long long)span->length);
    }
    raw(line, "]");
}

static void facets(struct line *line, const struct sg_record_facets *known)
{
    size_t most = sizeof known->identities / sizeof known->identities[0];
    assert(known->n_identities <= most);
    key(line, "facets");
    raw(line, "{");
    digest(line, "customer", known->customer);
    digest(line, "agent", known->agent);
    digest(line, "conversation", known->conversation);
    digest(line, "network", known->network);
    digest(line, "device", known->device);
    digest(line, "content", known->content);
    if (known->n_identities > 0) {
        key(line, "identity");
        for (size_t i = 0; i < known->n_identities; i++) {
            raw(line, i == 0 ? "[" : ",");
            digest_value(line, known->identities[i]);
        }
        raw(line, "]");
    }
    raw(line, "}");
}

enum scrubgate_status sg_record_decision(struct sg_buf *out, const struct sg_record_source *source,
                                         const struct sg_decision *decision)
{
    struct line line = begin(out);
    common(&line, source, CLASS_DECISION,
           decision->part == SG_PART_END ? ACTIVITY_UPDATE : ACTIVITY_CREATE,
           decision_severity(decision->verdict));
    word(&line, "trace_id", decision->trace_id);
    word(&line, "id", decision->id);
    number(&line, "detection_system_id", DETECTION_DLP_GATEWAY);
    number(&line, "action_id", action_id(decision));
    word(&line, "verdict", sg_verdict_word(decision->verdict));
    word(&line, "part", part_word(decision->part));
    word(&line, "route", decision->route);
    word(&line, "direction", decision->direction);
    word(&line, "mode", decision->mode);
    number(&line, "level", decision->level);
    word(&line, "rules", decision->rules);
    word(&line, "format", decision->format);
    foreign(&line, "reason", sg_bytes_of(decision->reason));
    foreign(&line, "brand", decision->brand);
    foreign(&line, "channel", decision->channel);
    foreign(&line, "queue", decision->queue);
    foreign(&line, "event", decision->event);
    number(&line, "bytes_in", decision->bytes_in);
    number(&line, "bytes_out", decision->bytes_out);
    number(&line, "values", decision->values);
    number(&line, "edits", decision->edits);
    found_list(&line, decision);
    span_list(&line, decision);
    facets(&line, &decision->facets);
    return finish(&line);
}

enum scrubgate_status sg_record_outcome(struct sg_buf *out, const struct sg_record_source *source,
                                        const struct sg_outcome *outcome)
{
    bool success = outcome->status >= 200 && outcome->status < 400;
    struct line line = begin(out);
    common(&line, source, CLASS_OUTCOME, ACTIVITY_OTHER, SEVERITY_INFORMATIONAL);
    word(&line, "trace_id", outcome->trace_id);
    word(&line, "id", outcome->id);
    number(&line, "status_id", success ? STATUS_SUCCESS : STATUS_FAILURE);
    word(&line, "route", outcome->route);
    key(&line, "http_response");
    raw(&line, "{");
    number(&line, "code", outcome->status);
    raw(&line, "}");
    foreign(&line, "reason", sg_bytes_of(outcome->reason));
    number(&line, "latency_ns", outcome->latency_ns);
    return finish(&line);
}

enum scrubgate_status sg_record_change(struct sg_buf *out, const struct sg_record_source *source,
                                       const struct sg_change *change)
{
    bool start = strcmp(change->what, "start") == 0;
    bool stop = strcmp(change->what, "stop") == 0;
    bool failed = strcmp(change->what, "reload-failed") == 0;
    struct line line = begin(out);
    common(&line, source, start || stop ? CLASS_LIFE : CLASS_CHANGE,
           start ? ACTIVITY_START : (stop ? ACTIVITY_STOP : ACTIVITY_LOG),
           failed ? SEVERITY_MEDIUM : SEVERITY_INFORMATIONAL);
    number(&line, "status_id", failed ? STATUS_FAILURE : STATUS_SUCCESS);
    word(&line, "what", change->what);
    word(&line, "old_rules", change->old_rules);
    word(&line, "new_rules", change->new_rules);
    word(&line, "old_config", change->old_config);
    word(&line, "new_config", change->new_config);
    return finish(&line);
}
