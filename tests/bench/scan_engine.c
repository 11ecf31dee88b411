/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scan_engine.c - our engines as bench_scan runs them: scanners whose results go nowhere.
 *
 * What is measured is sg_scanner_begin and sg_scanner_feed with a sink that only counts: choosing
 * rules, scanning, checks, context, clusters and making each replacement count; parsing a body,
 * fingerprints and audit do not.
 */
#include "scan_engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rule/ruleset.h"
#include "scan/kernel.h"

enum { LEVEL = 2, PIECE_MOST = 64, HELD_MOST = 16 * 1024 };

struct engine {
    struct scrubgate_scratch *scratch;
    struct sg_scanner *scanner;
    size_t chunk;
    struct sg_kernel kernel; /* the one that sees nothing to fold */
    uint64_t edits;          /* a digest of where they were in the last pass */
};

static void check(enum scrubgate_status rc, const char *what)
{
    if (rc >= 0)
        return;
    (void)fprintf(stderr, "%s: %s\n", what, scrubgate_status_word(rc));
    exit(1);
}

/* All texts are their own view. */
static size_t suspect_nothing(const uint8_t *text, size_t from, size_t len)
{
    (void)text;
    (void)from;
    return len;
}

struct engine *engine_new(const struct scrubgate_ruleset *set, struct engine_way way)
{
    struct engine *engine = calloc(1, sizeof *engine);
    struct sg_scan_config config = {
        .level = LEVEL, .max_held = SIZE_MAX, .reference = way.reference, .kernel = way.kernel};
    if (engine == NULL)
        exit(2);
    if (way.raw_only) {
        engine->kernel = *(way.kernel == NULL ? set->kernel : way.kernel);
        engine->kernel.suspect = suspect_nothing;
        config.kernel = &engine->kernel;
    }
    engine->chunk = way.chunk == 0 ? SIZE_MAX : way.chunk;
    check(scrubgate_scratch_new(&engine->scratch), "scratch");
    check(sg_scanner_new(&engine->scanner, set, engine->scratch, &config), "scanner");
    return engine;
}

void engine_free(struct engine *engine)
{
    if (engine == NULL)
        return;
    sg_scanner_free(engine->scanner);
    scrubgate_scratch_free(engine->scratch);
    free(engine);
}

static enum scrubgate_status keep(void *ctx, uint64_t start, struct sg_bytes text)
{
    (void)ctx;
    (void)start;
    (void)text;
    return SCRUBGATE_OK;
}

static enum scrubgate_status edit(void *ctx, uint64_t start, uint64_t end, struct sg_bytes text)
{
    struct engine *engine = ctx;
    (void)text;
    engine->edits = (engine->edits ^ start) * 0x9E3779B97F4A7C15U + end;
    return SCRUBGATE_OK;
}

void engine_scan(struct engine *engine, struct sg_bytes text, const struct sg_scan_sink *sink)
{
    size_t pos = 0;
    check(sg_scanner_begin(engine->scanner, SG_FIELD_TEXT, (struct sg_place){NULL, 0}, sink),
          "scan");
    do {
        size_t take = text.len - pos < engine->chunk ? text.len - pos : engine->chunk;
        struct sg_bytes piece = {text.data + pos, take};
        pos += take;
        check(sg_scanner_feed(engine->scanner, piece, pos == text.len), "scan");
    } while (pos < text.len);
}

void engine_pass(void *ctx, const struct corpus *corpus)
{
    struct engine *engine = ctx;
    const struct sg_scan_sink sink = {.keep = keep, .edit = edit, .ctx = engine};
    engine->edits = 0;
    for (size_t i = 0; i < corpus->n; i++)
        engine_scan(engine, corpus_text(corpus, i), &sink);
}

bool engine_agrees(const struct engine *engine, const struct engine *other)
{
    return engine->edits == other->edits;
}

void engine_counted(struct engine *engine, const struct corpus *corpus)
{
    engine_pass(engine, corpus);
}

struct runner engine_runner(const char *name, struct engine *engine)
{
    return (struct runner){name, engine_pass, engine};
}

/* --- kernels --------------------------------------------------------------------------------- */

size_t engine_kernels(const struct sg_kernel **kernels, size_t most)
{
    size_t n = 0;
    for (size_t i = 0; sg_kernels[i] != NULL && n < most; i++) {
        if (sg_kernels[i]->works())
            kernels[n++] = sg_kernels[i];
    }
    return n;
}

const struct sg_kernel *engine_kernel(const char *name)
{
    const struct sg_kernel *kernels[RUNNERS_MOST];
    size_t n = engine_kernels(kernels, RUNNERS_MOST);
    for (size_t i = 0; i < n; i++) {
        if (strcmp(kernels[i]->name, name) == 0)
            return kernels[i];
    }
    return NULL;
}

/* --- what is held back ----------------------------------------------------------------------- */

static enum scrubgate_status keep_until(void *ctx, uint64_t start, struct sg_bytes text)
{
    *(uint64_t *)ctx = start + text.len;
    return SCRUBGATE_OK;
}

static enum scrubgate_status edit_until(void *ctx, uint64_t start, uint64_t end,
                                        struct sg_bytes text)
{
    (void)start;
    (void)text;
    *(uint64_t *)ctx = end;
    return SCRUBGATE_OK;
}

static unsigned percentile(const size_t counts[HELD_MOST + 1], size_t n, double part)
{
    size_t seen = 0;
    for (unsigned i = 0; i <= HELD_MOST; i++) {
        seen += counts[i];
        if ((double)seen >= part * (double)n)
            return i;
    }
    return HELD_MOST;
}

struct holdback engine_holdback(struct engine *engine, const struct corpus *corpus)
{
    static size_t counts[HELD_MOST + 1];
    uint64_t seed = 3, out = 0;
    const struct sg_scan_sink sink = {.keep = keep_until, .edit = edit_until, .ctx = &out};
    struct holdback held = {0};
    memset(counts, 0, sizeof counts);
    for (size_t i = 0; i < corpus->n; i++) {
        struct sg_bytes text = corpus_text(corpus, i);
        size_t pos = 0;
        out = 0;
        check(sg_scanner_begin(engine->scanner, SG_FIELD_TEXT, (struct sg_place){NULL, 0}, &sink),
              "scan");
        while (pos < text.len) {
            size_t take = 1 + random_below(&seed, PIECE_MOST);
            take = text.len - pos < take ? text.len - pos : take;
            struct sg_bytes piece = {text.data + pos, take};
            pos += take;
            check(sg_scanner_feed(engine->scanner, piece, pos == text.len), "scan");
            if (pos == text.len)
                break;
            uint64_t waits = pos - out;
            counts[waits < HELD_MOST ? waits : HELD_MOST]++;
            held.feeds++;
            held.most = waits > held.most ? (unsigned)waits : held.most;
        }
    }
    held.p50 = percentile(counts, held.feeds, 0.5);
    held.p90 = percentile(counts, held.feeds, 0.9);
    held.p99 = percentile(counts, held.feeds, 0.99);
    return held;
}
