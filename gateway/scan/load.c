/* SPDX-License-Identifier: Apache-2.0 */
/*
 * load.c - a ruleset that has proved itself: compiled, its signatures tried, then every example in
 * its packs run.
 */
#include "scan/load.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/diag.h"
#include "rule/rulefile.h"
#include "scan/kernel.h"
#include "scan/scanner.h"
#include "scan/scratch.h"
#include "scan/selftest.h"

enum { SPANS_MOST = 32 };

/* What one run over an example found. */
struct catch
{
    struct sg_span spans[SPANS_MOST];
    size_t n;
};

/* One rule, alone, ready to be tried. */
struct trial {
    struct sg_scanner *scanner;
    const struct sg_matcher *matcher;
};

static enum scrubgate_status ignore_keep(void *ctx, uint64_t start, struct sg_bytes text)
{
    (void)ctx;
    (void)start;
    (void)text;
    return SCRUBGATE_OK;
}

static enum scrubgate_status ignore_edit(void *ctx, uint64_t start, uint64_t end,
                                         struct sg_bytes replacement)
{
    (void)ctx;
    (void)start;
    (void)end;
    (void)replacement;
    return SCRUBGATE_OK;
}

static enum scrubgate_status note(void *ctx, const struct sg_finding *finding)
{
    struct catch *got = ctx;
    if (got->n < SPANS_MOST)
        got->spans[got->n] = (struct sg_span){(size_t)finding->start, (size_t)finding->end};
    got->n++;
    return SCRUBGATE_OK;
}

/* Feeds the text in pieces of `step` bytes after a first one of `first`. */
static enum scrubgate_status run(struct trial *trial, struct sg_bytes text, size_t first,
                                 size_t step, struct catch *got)
{
    struct sg_scan_sink sink = {
        .keep = ignore_keep, .edit = ignore_edit, .finding = note, .ctx = got};
    struct sg_place top = {NULL, 0};
    got->n = 0;
    enum scrubgate_status rc = sg_scanner_begin(trial->scanner, SG_FIELD_TEXT, top, &sink);
    size_t pos = 0, take = first;
    do {
        if (take > text.len - pos)
            take = text.len - pos;
        struct sg_bytes piece = {text.data + pos, take};
        pos += take;
        if (rc >= 0)
            rc = sg_scanner_feed(trial->scanner, piece, pos == text.len);
        take = step;
    } while (rc >= 0 && pos < text.len);
    return rc;
}

static bool same(const struct catch *a, const struct sg_span *spans, size_t n)
{
    if (a->n != n || n > SPANS_MOST)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (a->spans[i].start != spans[i].start || a->spans[i].end != spans[i].end)
            return false;
    }
    return true;
}

static bool as_expected(const struct sg_example *example, const struct catch *got)
{
    if (example->kind == SG_EXAMPLE_NOT)
        return got->n == 0;
    if (example->n_spans == 0)
        return got->n > 0;
    return same(got, example->spans, example->n_spans);
}

static void say_what_came(const struct catch *got, struct sg_example_result *result)
{
    if (got->n == 0) {
        (void)snprintf(result->why, sizeof result->why, "nothing was found");
        return;
    }
    int len = snprintf(result->why, sizeof result->why, "found at bytes");
    for (size_t i = 0; i < got->n && i < 4 && len > 0 && (size_t)len < sizeof result->why; i++)
        len += snprintf(result->why + len, sizeof result->why - (size_t)len, "%s %zu-%zu",
                        i == 0 ? "" : ",", got->spans[i].start, got->spans[i].end);
}

/* Whether the text cut in other ways gives what it gave whole. */
static enum scrubgate_status cut_all_ways(struct trial *trial, struct sg_bytes text,
                                          bool every_split, const struct catch *whole,
                                          struct sg_example_result *result)
{
    struct catch got;
    enum scrubgate_status rc = run(trial, text, 1, 1, &got);
    size_t n = whole->n < SPANS_MOST ? whole->n : SPANS_MOST;
    if (rc >= 0 && !same(&got, whole->spans, n)) {
        result->passed = false;
        (void)snprintf(result->why, sizeof result->why, "byte by byte it finds something else");
    }
    for (size_t at = 1; every_split && at < text.len && rc >= 0 && result->passed; at++) {
        rc = run(trial, text, at, text.len, &got);
        if (rc >= 0 && !same(&got, whole->spans, n)) {
            result->passed = false;
            (void)snprintf(result->why, sizeof result->why,
                           "cut at byte %zu it finds something else", at);
        }
    }
    return rc;
}

static enum scrubgate_status try_example(struct trial *trial, bool every_split,
                                         struct sg_example_result *result)
{
    struct catch whole;
    struct sg_bytes text = result->example->text;
    enum scrubgate_status rc = run(trial, text, text.len, text.len, &whole);
    if (rc == SCRUBGATE_EMATCH) {
        (void)snprintf(result->why, sizeof result->why, "the matcher gave up: %s",
                       sg_matcher_error(trial->matcher));
        result->passed = false;
        return SCRUBGATE_OK;
    }
    if (rc < 0)
        return rc;
    result->passed = as_expected(result->example, &whole);
    if (!result->passed) {
        say_what_came(&whole, result);
        return SCRUBGATE_OK;
    }
    return cut_all_ways(trial, text, every_split, &whole, result);
}

static enum scrubgate_status try_rule(const struct scrubgate_ruleset *set,
                                      const struct sg_rule *rule, struct scrubgate_scratch *scratch,
                                      bool every_split,
                                      void (*told)(void *, const struct sg_example_result *),
                                      void *ctx, size_t *failed)
{
    struct trial trial = {.matcher = scratch->matcher};
    struct sg_scan_config config = {.level = rule->level, .max_held = SIZE_MAX, .only = rule};
    enum scrubgate_status rc = sg_scanner_new(&trial.scanner, set, scratch, &config);
    for (size_t i = 0; i < rule->n_examples && rc >= 0; i++) {
        struct sg_example_result result = {.rule = rule, .example = &rule->examples[i]};
        rc = try_example(&trial, every_split, &result);
        if (rc >= 0 && !result.passed && result.example->kind != SG_EXAMPLE_TODO)
            ++*failed;
        if (rc >= 0 && told != NULL)
            told(ctx, &result);
    }
    sg_scanner_free(trial.scanner);
    return rc;
}

enum scrubgate_status sg_load_test(const struct scrubgate_ruleset *set, bool every_split,
                                   void (*told)(void *ctx, const struct sg_example_result *result),
                                   void *ctx, size_t *failed)
{
    struct scrubgate_scratch *scratch = NULL;
    *failed = 0;
    enum scrubgate_status rc = scrubgate_scratch_new(&scratch);
    for (size_t i = 0; i < set->n_rules && rc >= 0; i++)
        rc = try_rule(set, set->rules[i], scratch, every_split, told, ctx, failed);
    for (size_t i = 0; set->folds != NULL && i < set->folds->n_rules && rc >= 0; i++)
        rc = try_rule(set->folds, set->folds->rules[i], scratch, every_split, told, ctx, failed);
    scrubgate_scratch_free(scratch);
    return rc;
}

/* Keeps the first failure, to be told as the fault. */
static void first_failure(void *ctx, const struct sg_example_result *result)
{
    struct scrubgate_fault *fault = ctx;
    if (result->passed || result->example->kind == SG_EXAMPLE_TODO || fault->what[0] != '\0')
        return;
    sg_fault_set(fault, result->rule->file, result->example->line, result->example->column,
                 "rule %s fails its own test: %s; mend the pattern or the test", result->rule->id,
                 result->why);
}

enum scrubgate_status sg_load_kernel(const struct sg_kernel **kernel, struct scrubgate_fault *fault)
{
    static const char variable[] = "SCRUBGATE_KERNEL";
    struct scrubgate_fault own = {.what = ""};
    enum scrubgate_status rc = sg_kernel_choose(getenv(variable), kernel, &own);
    if (rc < 0)
        sg_fault_set(fault, variable, 0, 0, "%s", own.what);
    return rc;
}

enum scrubgate_status sg_load_compile(struct scrubgate_ruleset **set, const char *const *paths,
                                      size_t n, struct scrubgate_fault *fault)
{
    struct scrubgate_ruleset *made = NULL;
    *set = NULL;
    enum scrubgate_status rc = sg_rulefile_load(&made, paths, n, sg_clock_today(), fault);
    if (rc < 0)
        goto out;
    rc = sg_load_kernel(&made->kernel, fault);
    if (rc < 0)
        goto out;
    rc = sg_selftest_run(made, made->kernel, fault);
    if (rc >= 0 && made->folds != NULL) {
        made->folds->kernel = made->kernel;
        rc = sg_selftest_run(made->folds, made->kernel, fault);
    }
    if (rc < 0)
        goto out;
    *set = made;
    made = NULL; /* the caller's now: the exit frees nothing */
out:
    scrubgate_ruleset_free(made);
    return rc;
}

enum scrubgate_status scrubgate_ruleset_load(struct scrubgate_ruleset **set,
                                             const char *const *paths, size_t n,
                                             struct scrubgate_fault *fault)
{
    struct scrubgate_ruleset *made = NULL;
    struct scrubgate_fault first = {.what = ""};
    size_t failed = 0;
    *set = NULL;
    enum scrubgate_status rc = sg_load_compile(&made, paths, n, fault);
    if (rc < 0)
        goto out;
    /* What is built in cannot change any more: its examples are run by the tests of the program. */
    if (n > 0)
        rc = sg_load_test(made, false, first_failure, &first, &failed);
    if (rc < 0) {
        sg_fault_set(fault, NULL, 0, 0, "the rules' own tests could not be run: %s",
                     scrubgate_status_word(rc));
        goto out;
    }
    if (failed > 0) {
        if (fault != NULL)
            *fault = first;
        rc = SCRUBGATE_EINVAL;
        goto out;
    }
    *set = made;
    made = NULL; /* the caller's now: the exit frees nothing */
out:
    scrubgate_ruleset_free(made);
    return rc;
}
