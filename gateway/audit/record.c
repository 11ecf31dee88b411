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

#include "base/base64.h"
#include "base/clock.h"
#include "base/json_text.h"

/* OCSF: type_uid is class_uid * 100 + activity. */
enum {
    CLASS_DECISION = 2006, /* Data Security Finding */
    CLASS_OUTCOME = 6003,  /* API Activity */
    CLASS_REFUSED = 4002,  /* HTTP Activity */
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

static void raw(struct line *line, struct sg_bytes text)
{
    if (line->rc >= 0)
        line->rc = sg_buf_add_bytes(line->out, text);
}

/* A key as it stands in a line, measured by the compiler: a record has thirty. */
#define KEY(name) SG_BYTES(",\"" name "\":")

/* No comma at the start of the line or of an object. */
static void key(struct line *line, struct sg_bytes name)
{
    if (line->rc >= 0)
        line->rc = sg_buf_reserve(line->out, name.len);
    if (line->rc < 0)
        return;
    uint8_t *to = line->out->data + line->out->len;
    size_t skip = line->out->len == line->start || to[-1] == '{' ? 1 : 0;
    memcpy(to, name.data + skip, name.len - skip);
    line->out->len += name.len - skip;
}

static void count(struct line *line, uint64_t value)
{
    if (line->rc >= 0)
        line->rc = sg_buf_add_u64(line->out, value);
}

static void number(struct line *line, struct sg_bytes name, uint64_t value)
{
    key(line, name);
    count(line, value);
}

/* Our own words are escaped too: that they need none is another module's promise. */
static void string(struct line *line, struct sg_bytes text)
{
    if (line->rc >= 0)
        line->rc = sg_json_add_string(line->out, text);
}

static void word(struct line *line, struct sg_bytes name, const char *text)
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

static void foreign(struct line *line, struct sg_bytes name, struct sg_bytes text)
{
    if (text.len == 0)
        return;
    key(line, name);
    string(line, cut(text));
}

static void digest_value(struct line *line, uint64_t digest)
{
    raw(line, SG_BYTES("\""));
    if (line->rc >= 0)
        line->rc = sg_buf_add_hex64(line->out, digest);
    raw(line, SG_BYTES("\""));
}

static void digest(struct line *line, struct sg_bytes name, uint64_t value)
{
    if (value == 0)
        return; /* not known: left out */
    key(line, name);
    digest_value(line, value);
}

/* What every record begins with. */
static void common_at(struct line *line, const struct sg_record_source *source, uint64_t class_uid,
                      uint64_t activity, uint64_t severity, uint64_t mono_ns)
{
    number(line, KEY("time"), sg_clock_wall_ms());
    number(line, KEY("mono_ns"), mono_ns);
    word(line, KEY("boot"), source->boot);
    number(line, KEY("class_uid"), class_uid);
    number(line, KEY("type_uid"), class_uid * 100 + activity);
    number(line, KEY("severity_id"), severity);
    key(line, KEY("metadata"));
    raw(line, SG_BYTES(metadata));
    word(line, KEY("instance"), source->instance);
}

static void common(struct line *line, const struct sg_record_source *source, uint64_t class_uid,
                   uint64_t activity, uint64_t severity)
{
    common_at(line, source, class_uid, activity, severity, sg_clock_mono_ns());
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
    key(line, KEY("found"));
    raw(line, SG_BYTES("["));
    for (size_t i = 0; i < decision->n_found && line->rc >= 0; i++) {
        const struct sg_record_rule *found = &decision->found[i];
        raw(line, i == 0 ? SG_BYTES("{") : SG_BYTES(",{"));
        word(line, KEY("rule"), found->rule);
        word(line, KEY("entity"), found->entity);
        word(line, KEY("action"), found->action);
        number(line, KEY("count"), found->count);
        raw(line, SG_BYTES("}"));
    }
    raw(line, SG_BYTES("]"));
}

/* Places only, as [rule, offset, length]; the counts in found are complete, this list is cut. */
static void span_list(struct line *line, const struct sg_decision *decision)
{
    size_t n = decision->n_spans < SG_RECORD_SPANS ? decision->n_spans : SG_RECORD_SPANS;
    key(line, KEY("spans"));
    raw(line, SG_BYTES("["));
    for (size_t i = 0; i < n && line->rc >= 0; i++) {
        const struct sg_record_span *span = &decision->spans[i];
        raw(line, i == 0 ? SG_BYTES("[") : SG_BYTES(",["));
        count(line, span->rule);
        raw(line, SG_BYTES(","));
        count(line, span->offset);
        raw(line, SG_BYTES(","));
        count(line, span->length);
        raw(line, SG_BYTES("]"));
    }
    raw(line, SG_BYTES("]"));
}

static void facets(struct line *line, const struct sg_record_facets *known)
{
    size_t most = sizeof known->identities / sizeof known->identities[0];
    assert(known->n_identities <= most);
    key(line, KEY("facets"));
    raw(line, SG_BYTES("{"));
    digest(line, KEY("customer"), known->customer);
    digest(line, KEY("agent"), known->agent);
    digest(line, KEY("conversation"), known->conversation);
    digest(line, KEY("network"), known->network);
    digest(line, KEY("tls"), known->tls);
    digest(line, KEY("device"), known->device);
    digest(line, KEY("content"), known->content);
    if (known->n_identities > 0) {
        key(line, KEY("identity"));
        for (size_t i = 0; i < known->n_identities; i++) {
            raw(line, i == 0 ? SG_BYTES("[") : SG_BYTES(","));
            digest_value(line, known->identities[i]);
        }
        raw(line, SG_BYTES("]"));
    }
    raw(line, SG_BYTES("}"));
}

enum scrubgate_status sg_record_decision(struct sg_buf *out, const struct sg_record_source *source,
                                         const struct sg_decision *decision)
{
    struct line line = begin(out);
    common(&line, source, CLASS_DECISION,
           decision->part == SG_PART_END ? ACTIVITY_UPDATE : ACTIVITY_CREATE,
           decision_severity(decision->verdict));
    word(&line, KEY("trace_id"), decision->trace_id);
    word(&line, KEY("id"), decision->id);
    number(&line, KEY("detection_system_id"), DETECTION_DLP_GATEWAY);
    number(&line, KEY("action_id"), action_id(decision));
    word(&line, KEY("verdict"), sg_verdict_word(decision->verdict));
    word(&line, KEY("part"), part_word(decision->part));
    word(&line, KEY("route"), decision->route);
    word(&line, KEY("direction"), decision->direction);
    word(&line, KEY("mode"), decision->mode);
    number(&line, KEY("level"), decision->level);
    word(&line, KEY("rules"), decision->rules);
    word(&line, KEY("format"), decision->format);
    foreign(&line, KEY("reason"), sg_bytes_of(decision->reason));
    foreign(&line, KEY("brand"), decision->brand);
    foreign(&line, KEY("channel"), decision->channel);
    foreign(&line, KEY("queue"), decision->queue);
    foreign(&line, KEY("event"), decision->event);
    number(&line, KEY("bytes_in"), decision->bytes_in);
    number(&line, KEY("bytes_out"), decision->bytes_out);
    number(&line, KEY("values"), decision->values);
    number(&line, KEY("edits"), decision->edits);
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
    word(&line, KEY("trace_id"), outcome->trace_id);
    word(&line, KEY("id"), outcome->id);
    number(&line, KEY("status_id"), success ? STATUS_SUCCESS : STATUS_FAILURE);
    word(&line, KEY("route"), outcome->route);
    key(&line, KEY("http_response"));
    raw(&line, SG_BYTES("{"));
    number(&line, KEY("code"), outcome->status);
    raw(&line, SG_BYTES("}"));
    foreign(&line, KEY("reason"), sg_bytes_of(outcome->reason));
    number(&line, KEY("latency_ns"), outcome->latency_ns);
    return finish(&line);
}

enum scrubgate_status sg_record_refused(struct sg_buf *out, const struct sg_record_source *source,
                                        const struct sg_refused *refused)
{
    struct line line = begin(out);
    common(&line, source, CLASS_REFUSED, ACTIVITY_OTHER, SEVERITY_LOW);
    number(&line, KEY("action_id"), ACTION_DENIED);
    word(&line, KEY("reason"), refused->reason);
    key(&line, KEY("http_response"));
    raw(&line, SG_BYTES("{"));
    number(&line, KEY("code"), refused->status);
    raw(&line, SG_BYTES("}"));
    number(&line, KEY("count"), refused->requests);
    digest(&line, KEY("network"), refused->network);
    return finish(&line);
}

enum scrubgate_status sg_record_change(struct sg_buf *out, const struct sg_record_source *source,
                                       const struct sg_change *change)
{
    bool start = strcmp(change->what, "start") == 0 || strcmp(change->what, "takeover") == 0;
    bool stop = strcmp(change->what, "stop") == 0;
    bool resume = strcmp(change->what, "resume") == 0;
    bool failed = strcmp(change->what, "reload-failed") == 0 ||
                  strcmp(change->what, "engine-distrusted") == 0;
    struct line line = begin(out);
    common(&line, source, start || stop || resume ? CLASS_LIFE : CLASS_CHANGE,
           start ? ACTIVITY_START : (stop ? ACTIVITY_STOP : ACTIVITY_LOG),
           failed ? SEVERITY_MEDIUM : SEVERITY_INFORMATIONAL);
    number(&line, KEY("status_id"), failed ? STATUS_FAILURE : STATUS_SUCCESS);
    word(&line, KEY("what"), change->what);
    word(&line, KEY("old_rules"), change->old_rules);
    word(&line, KEY("new_rules"), change->new_rules);
    word(&line, KEY("old_config"), change->old_config);
    word(&line, KEY("new_config"), change->new_config);
    return finish(&line);
}

enum scrubgate_status sg_record_seal(struct sg_buf *out, const struct sg_record_source *source,
                                     const struct sg_seal *seal, const uint8_t mac[SG_SHA256_SIZE])
{
    char hex[2 * SG_SHA256_SIZE + 1];
    struct line line = begin(out);
    common_at(&line, source, CLASS_LIFE, ACTIVITY_OTHER, SEVERITY_INFORMATIONAL, seal->mono_ns);
    number(&line, KEY("status_id"), STATUS_SUCCESS);
    word(&line, KEY("what"), "seal");
    number(&line, KEY("epoch"), seal->epoch);
    number(&line, KEY("size"), seal->size);
    key(&line, KEY("root"));
    raw(&line, SG_BYTES("\""));
    if (line.rc >= 0)
        line.rc = sg_base64_add(out, (struct sg_bytes){seal->root.bytes, SG_SHA256_SIZE});
    raw(&line, SG_BYTES("\""));
    sg_hex((struct sg_bytes){mac, SG_SHA256_SIZE}, hex);
    word(&line, KEY("mac"), hex);
    return finish(&line);
}
