/* SPDX-License-Identifier: Apache-2.0 */
/*
 * engine_api.c - the engine as an API: text in, findings or scrubbed text out, as JSON.
 *
 *     {"text":…} -> scanner -> findings, edits ─┐
 *     raw body   -> stream  -> findings, body ──┴─> sort -> count code points -> JSON
 */
#include "proxy/engine_api.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <scrubgate/stream.h>

#include "base/diag.h"
#include "base/json.h"
#include "base/utf8.h"
#include "body/stream.h"
#include "http/media_type.h"
#include "rule/pattern.h"
#include "scan/scanner.h"
#include "scan/scratch.h"

enum { DEPTH = 16, FIRST_LIST = 32, VALUE_LONGEST = 256, LEVEL = 2 };

/* One thing found, or one edit made: offsets of the text that came in, then of what goes out. */
struct mark {
    const char *rule, *entity;
    uint64_t start, end;
    uint64_t out_start, out_end;
    unsigned level;
    bool masks;
};

struct list {
    struct mark *at;
    size_t n, cap;
};

struct run {
    bool analyses; /* no text goes back, so nothing need be blocked */
    struct list found, edits;
    struct sg_buf out; /* the scrubbed text */
};

static enum scrubgate_status list_add(struct list *list, const struct mark *mark)
{
    if (list->n == list->cap) {
        size_t cap = list->cap == 0 ? FIRST_LIST : list->cap * 2;
        struct mark *at = realloc(list->at, cap * sizeof *at);
        if (at == NULL)
            return SCRUBGATE_ENOMEM;
        list->at = at;
        list->cap = cap;
    }
    list->at[list->n++] = *mark;
    return SCRUBGATE_OK;
}

static int by_start(const void *a, const void *b)
{
    const struct mark *x = a, *y = b;
    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    return x->end < y->end ? 1 : x->end > y->end ? -1 : strcmp(x->rule, y->rule);
}

static void sort(struct list *list)
{
    if (list->n > 1)
        qsort(list->at, list->n, sizeof *list->at, by_start);
}

/* --- scanning --- */

static enum scrubgate_status keep(void *ctx, uint64_t start, struct sg_bytes text)
{
    struct run *run = ctx;
    (void)start;
    return sg_buf_add_bytes(&run->out, text);
}

static enum scrubgate_status edit(void *ctx, uint64_t start, uint64_t end,
                                  struct sg_bytes replacement)
{
    struct run *run = ctx;
    const struct mark mark = {
        .rule = "",
        .entity = "",
        .start = start,
        .end = end,
        .out_start = run->out.len,
        .out_end = run->out.len + replacement.len,
    };
    enum scrubgate_status rc = list_add(&run->edits, &mark);
    return rc < 0 ? rc : sg_buf_add_bytes(&run->out, replacement);
}

static enum scrubgate_status finding(void *ctx, const struct sg_finding *told)
{
    struct run *run = ctx;
    const struct mark mark = {
        .rule = told->rule->id,
        .entity = told->rule->entity,
        .start = told->start,
        .end = told->end,
        .level = told->level,
        .masks = told->rule->action == SCRUBGATE_MASK,
    };
    if (told->rule->action == SCRUBGATE_BLOCK && !run->analyses)
        return SCRUBGATE_EBLOCKED;
    return list_add(&run->found, &mark);
}

static enum scrubgate_status scan_text(struct run *run, const struct sg_engine_request *request,
                                       struct sg_bytes text, struct scrubgate_fault *fault)
{
    const struct sg_scan_config config = {
        .level = LEVEL, .max_held = 64 * 1024, .reference = request->by_reference};
    const struct sg_scan_sink sink = {keep, edit, finding, run};
    const struct sg_place top = {NULL, 0};
    struct sg_scanner *scanner;
    enum scrubgate_status rc = sg_scanner_new(&scanner, request->rules, request->scratch, &config);
    if (rc >= 0)
        rc = sg_scanner_begin(scanner, SG_FIELD_TEXT, top, &sink);
    if (rc >= 0)
        rc = sg_scanner_feed(scanner, text, true);
    if (rc < 0 && scanner != NULL && sg_scanner_culprit(scanner) != NULL)
        sg_fault_set(fault, NULL, 0, 0, "rule %s: the matcher failed: %s",
                     sg_scanner_culprit(scanner)->id, sg_matcher_error(request->scratch->matcher));
    sg_scanner_free(scanner);
    return rc;
}

/* The stream has no way to hear that memory ran out: findings then end, and so does the answer. */
struct body_run {
    struct run *run;
    enum scrubgate_status rc;
};

static void body_event(void *ctx, const struct scrubgate_event *event)
{
    struct body_run *body = ctx;
    const struct mark mark = {.rule = event->rule,
                              .entity = event->entity,
                              .start = event->start,
                              .end = event->end,
                              .level = event->level};
    if (body->rc >= 0)
        body->rc = list_add(&body->run->found, &mark);
}

static enum scrubgate_status push_body(struct scrubgate_stream *stream, struct body_run *body,
                                       struct sg_bytes text)
{
    enum scrubgate_status rc = sg_stream_run(stream, text, &body->run->out);
    return rc < 0 ? rc : body->rc;
}

static enum scrubgate_status scan_body(struct run *run, const struct sg_engine_request *request,
                                       struct scrubgate_fault *fault)
{
    char type[VALUE_LONGEST], coding[VALUE_LONGEST];
    struct body_run body = {run, SCRUBGATE_OK};
    struct scrubgate_stream *stream = NULL;
    const struct scrubgate_stream_config config = {
        .content_type = type,
        .content_encoding = request->content_encoding.len > 0 ? coding : NULL,
        .level = LEVEL,
        .reference = request->by_reference,
        .on_event = body_event,
        .ctx = &body,
    };
    enum scrubgate_status rc = SCRUBGATE_EUNSUPPORTED;
    if (sg_bytes_to_text(request->content_type, type, sizeof type) &&
        sg_bytes_to_text(request->content_encoding, coding, sizeof coding))
        rc = scrubgate_stream_open(&stream, request->rules, request->scratch, &config);
    if (rc >= 0) {
        rc = push_body(stream, &body, request->body);
        if (rc < 0)
            sg_fault_set(fault, NULL, 0, 0, "%s", scrubgate_stream_reason(stream));
    }
    scrubgate_stream_close(&stream);
    return rc;
}

/* --- from bytes to what is printed --- */

/* Turns sorted byte offsets into code points, in one pass over the text: each mark begins at or
 * behind the one before. */
static void count_points(struct list *list, struct sg_bytes text)
{
    uint64_t at = 0, points = 0;
    for (size_t i = 0; i < list->n; i++) {
        struct mark *mark = &list->at[i];
        struct sg_bytes gap = {text.data + at, (size_t)(mark->start - at)};
        struct sg_bytes self = {text.data + mark->start, (size_t)(mark->end - mark->start)};
        points += sg_utf8_count(gap);
        at = mark->start;
        mark->start = points;
        mark->end = points + sg_utf8_count(self);
    }
}

/* An edit covers the union of findings that touch; the longest of them names it. Both lists are
 * sorted, and no finding belongs to two edits. */
static void name_edits(struct run *run)
{
    size_t k = 0;
    for (size_t i = 0; i < run->edits.n; i++) {
        struct mark *mark = &run->edits.at[i];
        uint64_t longest = 0;
        while (k < run->found.n && run->found.at[k].start < mark->end) {
            const struct mark *found = &run->found.at[k++];
            if (found->masks && found->start >= mark->start &&
                found->end - found->start > longest) {
                longest = found->end - found->start;
                mark->entity = found->entity;
            }
        }
    }
}

static enum scrubgate_status add_pair(struct sg_buf *out, const char *name, const char *value)
{
    enum scrubgate_status rc = sg_buf_addf(out, "\"%s\":", name);
    return rc < 0 ? rc : sg_json_add_string(out, sg_bytes_of(value));
}

static enum scrubgate_status add_range(struct sg_buf *out, uint64_t start, uint64_t end)
{
    return sg_buf_addf(out, ",\"start\":%llu,\"end\":%llu", (unsigned long long)start,
                       (unsigned long long)end);
}

static enum scrubgate_status print_scrub(const struct run *run, struct sg_buf *out)
{
    enum scrubgate_status rc = sg_buf_add_text(out, "{\"text\":");
    if (rc >= 0)
        rc = sg_json_add_string(out, sg_buf_bytes(&run->out));
    if (rc >= 0)
        rc = sg_buf_add_text(out, ",\"findings\":[");
    for (size_t i = 0; i < run->found.n && rc >= 0; i++) {
        const struct mark *mark = &run->found.at[i];
        rc = sg_buf_add_text(out, i > 0 ? ",{" : "{");
        if (rc >= 0)
            rc = add_pair(out, "rule", mark->rule);
        if (rc >= 0)
            rc = sg_buf_add_byte(out, ',');
        if (rc >= 0)
            rc = add_pair(out, "entity", mark->entity);
        if (rc >= 0)
            rc = add_range(out, mark->start, mark->end);
        if (rc >= 0)
            rc = sg_buf_add_byte(out, '}');
    }
    return rc < 0 ? rc : sg_buf_add_text(out, "]}\n");
}

/* A level says how sure a rule is; Presidio's callers compare scores with a threshold. */
static const char *score(unsigned level)
{
    static const char *const scores[] = {"1.0", "1.0", "0.85", "0.6", "0.4"};
    return scores[level < sizeof scores / sizeof scores[0] ? level : 4];
}

static enum scrubgate_status print_analysis(const struct run *run, struct sg_buf *out)
{
    enum scrubgate_status rc = sg_buf_add_byte(out, '[');
    for (size_t i = 0; i < run->found.n && rc >= 0; i++) {
        const struct mark *mark = &run->found.at[i];
        rc = sg_buf_add_text(out, i > 0 ? ",{" : "{");
        if (rc >= 0)
            rc = add_pair(out, "entity_type", mark->entity);
        if (rc >= 0)
            rc = add_range(out, mark->start, mark->end);
        if (rc >= 0)
            rc = sg_buf_addf(out, ",\"score\":%s}", score(mark->level));
    }
    return rc < 0 ? rc : sg_buf_add_text(out, "]\n");
}

static enum scrubgate_status print_item(const struct run *run, const struct mark *mark, uint64_t at,
                                        struct sg_buf *out)
{
    struct sg_bytes text = {run->out.data + mark->out_start,
                            (size_t)(mark->out_end - mark->out_start)};
    enum scrubgate_status rc = sg_buf_add_text(out, "{\"operator\":\"replace\",");
    if (rc >= 0)
        rc = add_pair(out, "entity_type", mark->entity);
    if (rc >= 0)
        rc = add_range(out, at, at + sg_utf8_count(text));
    if (rc >= 0)
        rc = sg_buf_add_text(out, ",\"text\":");
    if (rc >= 0)
        rc = sg_json_add_string(out, text);
    return rc < 0 ? rc : sg_buf_add_byte(out, '}');
}

static enum scrubgate_status print_anonymized(const struct run *run, struct sg_buf *out)
{
    uint64_t at = 0, points = 0;
    enum scrubgate_status rc = sg_buf_add_text(out, "{\"text\":");
    if (rc >= 0)
        rc = sg_json_add_string(out, sg_buf_bytes(&run->out));
    if (rc >= 0)
        rc = sg_buf_add_text(out, ",\"items\":[");
    for (size_t i = 0; i < run->edits.n && rc >= 0; i++) {
        const struct mark *mark = &run->edits.at[i];
        struct sg_bytes gap = {run->out.data + at, (size_t)(mark->out_start - at)};
        points += sg_utf8_count(gap);
        at = mark->out_start;
        if (i > 0)
            rc = sg_buf_add_byte(out, ',');
        if (rc >= 0)
            rc = print_item(run, mark, points, out);
    }
    return rc < 0 ? rc : sg_buf_add_text(out, "]}\n");
}

/* --- answering --- */

static enum scrubgate_status answer_text(struct run *run, const struct sg_engine_request *request,
                                         struct sg_bytes text, struct sg_buf *out,
                                         struct scrubgate_fault *fault)
{
    enum scrubgate_status rc = scan_text(run, request, text, fault);
    if (rc < 0)
        return rc;
    sort(&run->found);
    if (request->call == SG_ENGINE_ANONYMIZE) {
        name_edits(run);
        return print_anonymized(run, out);
    }
    count_points(&run->found, text);
    return request->call == SG_ENGINE_SCRUB ? print_scrub(run, out) : print_analysis(run, out);
}

static bool is_json(struct sg_bytes content_type)
{
    struct sg_media_type media;
    return sg_media_type_parse(content_type, &media) &&
           sg_bytes_equal_nocase(media.type, SG_BYTES("application")) &&
           sg_bytes_equal_nocase(media.subtype, SG_BYTES("json"));
}

enum scrubgate_status sg_engine_answer(const struct sg_engine_request *request, struct sg_buf *out,
                                       struct scrubgate_fault *fault)
{
    struct run run = {.analyses = request->call == SG_ENGINE_ANALYZE};
    struct sg_json *json = NULL;
    const struct sg_json_node *text = NULL;
    bool presidio = request->call != SG_ENGINE_SCRUB;
    enum scrubgate_status rc = SCRUBGATE_OK;
    if (presidio || (is_json(request->content_type) && request->content_encoding.len == 0)) {
        rc = sg_json_parse(&json, request->body, DEPTH, fault);
        if (rc >= 0 && sg_json_root(json)->kind == SG_JSON_OBJECT)
            text = sg_json_get(sg_json_root(json), "text");
    }
    if (text != NULL && text->kind == SG_JSON_STRING) {
        rc = answer_text(&run, request, text->text, out, fault);
    } else if (presidio) {
        if (rc >= 0)
            sg_fault_set(fault, NULL, 0, 0, "send a JSON object with a string \"text\"");
        rc = rc < 0 ? rc : SCRUBGATE_EINVAL;
    } else {
        rc = scan_body(&run, request, fault);
        if (rc >= 0) {
            sort(&run.found);
            rc = print_scrub(&run, out);
        }
    }
    sg_json_free(json);
    free(run.found.at);
    free(run.edits.at);
    sg_buf_fini(&run.out);
    return rc;
}
