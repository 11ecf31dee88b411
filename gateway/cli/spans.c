/* SPDX-License-Identifier: Apache-2.0 */
/*
 * spans.c - scrubgate scrub --spans: what would be masked, as code point offsets, line by line.
 *
 *     line -> [text or messages] -> stream -> findings -> clusters -> spans
 */
#include "cli/spans.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/utf8.h"
#include "body/stream.h"
#include "cli/console.h"
#include "rule/ruleset.h"
#include "scan/finding.h"

enum { LINE_DEPTH = 16 };

/* The findings of one text, in order of start. */
struct found {
    const struct scrubgate_ruleset *set;
    struct sg_finding *list;
    size_t n, cap;
    bool failed;
};

static void note(void *ctx, const struct scrubgate_event *event)
{
    struct found *found = ctx;
    if (event->action == SCRUBGATE_TAG || found->failed)
        return;
    if (found->n == found->cap) {
        size_t cap = found->cap == 0 ? 64 : found->cap * 2;
        struct sg_finding *grown = realloc(found->list, cap * sizeof *grown);
        if (grown == NULL) {
            found->failed = true;
            return;
        }
        found->list = grown;
        found->cap = cap;
    }
    found->list[found->n++] = (struct sg_finding){
        .rule = sg_ruleset_find(found->set, event->rule),
        .start = event->start,
        .end = event->end,
        .contextual = event->contextual,
    };
}

/* Pushes the whole text and throws the output away. */
static enum scrubgate_status scan(struct found *found, struct scrubgate_scratch *scratch,
                                  const struct scrubgate_stream_config *base, const char *type,
                                  struct sg_bytes text)
{
    struct scrubgate_stream_config config = *base;
    struct scrubgate_stream *stream = NULL;
    config.content_type = type;
    config.shadow = true;
    config.on_event = note;
    config.ctx = found;
    found->n = 0;
    enum scrubgate_status rc = scrubgate_stream_open(&stream, found->set, scratch, &config);
    if (rc >= 0)
        rc = sg_stream_run(stream, text, NULL);
    scrubgate_stream_close(&stream);
    return found->failed ? SCRUBGATE_ENOMEM : rc;
}

/* Code points before a byte offset, counted on from the last one asked for. */
struct counter {
    struct sg_bytes text;
    uint64_t at, points;
};

static uint64_t points_before(struct counter *counter, uint64_t offset)
{
    if (offset < counter->at)
        counter->at = counter->points = 0;
    struct sg_bytes part = {counter->text.data + counter->at, (size_t)(offset - counter->at)};
    counter->points += sg_utf8_count(part);
    counter->at = offset;
    return counter->points;
}

/* Prints the clusters as ",[…]" members: the union of overlapping findings, named by the best. */
static void print_clusters(const struct found *found, struct sg_bytes text, long message,
                           bool *first)
{
    struct counter counter = {.text = text};
    for (size_t i = 0; i < found->n;) {
        const struct sg_finding *best = &found->list[i];
        uint64_t start = best->start, end = best->end;
        size_t next = i + 1;
        for (; next < found->n && found->list[next].start < end; next++) {
            if (found->list[next].end > end)
                end = found->list[next].end;
            if (sg_finding_rank(&found->list[next], best) < 0)
                best = &found->list[next];
        }
        uint64_t from = points_before(&counter, start);
        (void)printf("%s[", *first ? "" : ",");
        if (message >= 0)
            (void)printf("%ld,", message);
        (void)printf("%llu,%llu,\"%s\",\"%s\"]", (unsigned long long)from,
                     (unsigned long long)points_before(&counter, end), best->rule->entity,
                     best->rule->id);
        *first = false;
        i = next;
    }
}

static const char *type_of(const struct sg_json_node *root)
{
    static const struct {
        const char *word, *type;
    } formats[] = {
        {"text", "text/plain"},
        {"json", "application/json"},
        {"ndjson", "application/x-ndjson"},
        {"form", "application/x-www-form-urlencoded"},
    };
    const struct sg_json_node *format = sg_json_get(root, "format");
    if (format == NULL)
        return formats[0].type;
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        if (format->kind == SG_JSON_STRING &&
            sg_bytes_equal(format->text, sg_bytes_of(formats[i].word)))
            return formats[i].type;
    }
    return NULL;
}

static bool print_id(const struct sg_json_node *id)
{
    struct sg_buf text = {0};
    enum scrubgate_status rc = SCRUBGATE_OK;
    if (id == NULL)
        rc = sg_buf_add_text(&text, "null");
    else if (id->kind == SG_JSON_STRING)
        rc = sg_json_add_string(&text, id->text);
    else
        rc = sg_buf_add_bytes(&text, id->kind == SG_JSON_NUMBER ? id->text : SG_BYTES("null"));
    if (rc >= 0)
        (void)printf("{\"id\":%.*s,", (int)text.len, (const char *)text.data);
    sg_buf_fini(&text);
    return rc >= 0;
}

/* Handles one object. Returns why it could not be, or NULL. */
static const char *handle(const struct sg_json_node *root, struct found *found,
                          struct scrubgate_scratch *scratch,
                          const struct scrubgate_stream_config *base, bool *refused)
{
    const struct sg_json_node *text = sg_json_get(root, "text");
    const struct sg_json_node *messages = sg_json_get(root, "messages");
    const char *type = type_of(root);
    bool first = true;
    if (root->kind != SG_JSON_OBJECT || (text == NULL) == (messages == NULL))
        return "wants an object with \"text\" or \"messages\"";
    if (type == NULL)
        return "\"format\" is one of text, json, ndjson, form";
    if ((text != NULL && text->kind != SG_JSON_STRING) ||
        (messages != NULL && messages->kind != SG_JSON_ARRAY))
        return "\"text\" wants a string, \"messages\" an array of strings";
    if (!print_id(sg_json_get(root, "id")))
        return "out of memory";
    (void)printf("\"spans\":[");
    const struct sg_json_node *one = text != NULL ? text : messages->child;
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (long i = 0; one != NULL && rc >= 0; i++) {
        rc = one->kind == SG_JSON_STRING ? scan(found, scratch, base, type, one->text)
                                         : SCRUBGATE_EMALFORMED;
        if (rc >= 0)
            print_clusters(found, one->text, text != NULL ? -1 : i, &first);
        one = text != NULL ? NULL : one->next;
    }
    (void)printf("]");
    if (rc < 0) {
        (void)printf(",\"error\":\"%s\"", scrubgate_status_word(rc));
        *refused = true;
    }
    (void)printf("}\n");
    return NULL;
}

int sg_spans_run(FILE *in, const char *name, const struct scrubgate_ruleset *set,
                 struct scrubgate_scratch *scratch, const struct scrubgate_stream_config *base)
{
    struct found found = {.set = set};
    char *line = NULL;
    size_t cap = 0;
    bool refused = false;
    int exit_code = SG_EXIT_FINE;
    for (unsigned number = 1; exit_code != SG_EXIT_USAGE; number++) {
        struct scrubgate_fault fault = {.what = ""};
        struct sg_json *json = NULL;
        const char *why = fault.what;
        ssize_t len = getline(&line, &cap, in);
        if (len < 0)
            break;
        if (len > 0 && line[len - 1] == '\n')
            len--;
        if (len == 0)
            continue;
        struct sg_bytes text = {(const uint8_t *)line, (size_t)len};
        if (sg_json_parse(&json, text, LINE_DEPTH, &fault) >= 0)
            why = handle(sg_json_root(json), &found, scratch, base, &refused);
        if (why != NULL) {
            (void)fprintf(stderr, "%s:%u: %s\n", name, number, why);
            exit_code = SG_EXIT_USAGE;
        }
        sg_json_free(json);
    }
    if (exit_code == SG_EXIT_FINE && refused)
        exit_code = SG_EXIT_WRONG;
    if (ferror(in) != 0) {
        (void)fprintf(stderr, "%s: cannot be read: %s\n", name, strerror(errno));
        exit_code = SG_EXIT_WRONG;
    }
    free(line);
    free(found.list);
    return sg_flush_output() ? exit_code : SG_EXIT_WRONG;
}
