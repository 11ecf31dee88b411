/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scan_labels.c - dialogues with labelled values: a corpus of real talk, and what is found of it.
 */
#include "scan_labels.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>

#include "base/json.h"

enum { EDITS_MOST = 256, DEPTH = 8 };

struct label {
    size_t text; /* in the corpus */
    size_t start, end;
};

struct labels {
    struct label *list;
    size_t n, cap;
};

static void give_up(const char *path, const char *what)
{
    (void)fprintf(stderr, "%s: %s\n", path, what);
    exit(2);
}

static size_t number(const struct sg_json_node *node)
{
    uint64_t value = 0;
    (void)sg_bytes_to_u64(node->text, &value);
    return (size_t)value;
}

/* The offset of the n-th code point. */
static size_t byte_of(struct sg_bytes text, size_t n)
{
    size_t at = 0;
    for (; at < text.len; at++) {
        if ((text.data[at] & 0xC0) != 0x80 && n-- == 0)
            break;
    }
    return at;
}

static void take_labels(struct labels *labels, const struct sg_json_node *spans, size_t index,
                        struct sg_bytes text)
{
    for (const struct sg_json_node *span = spans->child; span != NULL; span = span->next) {
        if (labels->n == labels->cap) {
            labels->cap = labels->cap == 0 ? 256 : labels->cap * 2;
            labels->list = realloc(labels->list, labels->cap * sizeof *labels->list);
            if (labels->list == NULL)
                exit(2);
        }
        labels->list[labels->n++] = (struct label){index, byte_of(text, number(span->child)),
                                                   byte_of(text, number(span->child->next))};
    }
}

struct corpus *labels_read(const char *path, struct labels **labels)
{
    FILE *file = fopen(path, "r");
    char *line = NULL;
    size_t cap = 0;
    struct corpus *corpus = corpus_new("dialogues", "labelled dialogues");
    *labels = calloc(1, sizeof **labels);
    if (file == NULL || *labels == NULL)
        give_up(path, "cannot be read");
    for (ssize_t len = getline(&line, &cap, file); len > 0; len = getline(&line, &cap, file)) {
        struct sg_json *json = NULL;
        struct scrubgate_fault fault = {.what = ""};
        if (sg_json_parse(&json, (struct sg_bytes){(uint8_t *)line, (size_t)len}, DEPTH, &fault) <
            0)
            give_up(path, fault.what);
        const struct sg_json_node *text = sg_json_get(sg_json_root(json), "text");
        const struct sg_json_node *spans = sg_json_get(sg_json_root(json), "spans");
        if (text == NULL || spans == NULL)
            give_up(path, "a line has no text or no spans");
        corpus_begin(corpus);
        corpus_add(corpus, text->text.data, text->text.len);
        take_labels(*labels, spans, corpus->n - 1, text->text);
        sg_json_free(json);
    }
    free(line);
    (void)fclose(file);
    if (corpus->len == 0)
        give_up(path, "has no text");
    return corpus;
}

void labels_free(struct labels *labels)
{
    if (labels != NULL)
        free(labels->list);
    free(labels);
}

/* The edits of one text. */
struct edits {
    struct sg_span list[EDITS_MOST];
    size_t n;
};

static enum scrubgate_status keep(void *ctx, uint64_t start, struct sg_bytes text)
{
    (void)ctx;
    (void)start;
    (void)text;
    return SCRUBGATE_OK;
}

static enum scrubgate_status edit(void *ctx, uint64_t start, uint64_t end, struct sg_bytes text)
{
    struct edits *edits = ctx;
    (void)text;
    if (edits->n < EDITS_MOST)
        edits->list[edits->n++] = (struct sg_span){(size_t)start, (size_t)end};
    return SCRUBGATE_OK;
}

struct labels_score labels_judge(const struct labels *labels, const struct corpus *corpus,
                                 struct engine *engine)
{
    struct labels_score score = {0};
    struct edits edits;
    const struct sg_scan_sink sink = {.keep = keep, .edit = edit, .ctx = &edits};
    const struct label *label = labels->list, *end = labels->list + labels->n;
    for (size_t i = 0; i < corpus->n; i++) {
        bool touched[EDITS_MOST] = {false};
        edits.n = 0;
        engine_scan(engine, corpus_text(corpus, i), &sink);
        for (; label < end && label->text == i; label++) {
            bool covered = false;
            for (size_t e = 0; e < edits.n; e++) {
                struct sg_span *own = &edits.list[e];
                covered = covered || (own->start <= label->start && own->end >= label->end);
                touched[e] = touched[e] || (own->start < label->end && own->end > label->start);
            }
            score.covered += covered ? 1 : 0;
            score.missed += covered ? 0 : 1;
        }
        for (size_t e = 0; e < edits.n; e++)
            score.others += touched[e] ? 0 : 1;
    }
    return score;
}
