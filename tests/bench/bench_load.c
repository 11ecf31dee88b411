/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_load.c - what it takes to load the packs built in; and the hints that make it quick.
 *
 * usage: bench_load [--hints]
 *
 * --hints: looks for the signatures of all built-in rules without hints and prints rules/hints.txt.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "rule/hint.h"
#include "rule/ruleset.h"
#include "rule/sample.h"
#include "rule/signature.h"

#include <scrubgate/ruleset.h>

enum { LINES = 4096, ROUNDS = 5 };

struct line {
    uint64_t hash;
    struct sg_hint hint;
};

static double now_ms(void)
{
    struct timespec at;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &at);
    return (double)at.tv_sec * 1e3 + (double)at.tv_nsec / 1e6;
}

static int by_hash(const void *a, const void *b)
{
    const struct line *x = a, *y = b;
    return x->hash < y->hash ? -1 : x->hash > y->hash;
}

static size_t search(struct line *lines, size_t n, const struct scrubgate_ruleset *set,
                     struct sg_sample *sample)
{
    struct sg_signatures found;
    for (size_t i = 0; set != NULL && i < set->n_rules && n < LINES; i++) {
        const struct sg_pattern *pattern = set->rules[i]->pattern;
        lines[n].hash = sg_hint_hash(sg_pattern_text(pattern));
        if (sg_signatures_search(&found, pattern, sample, &lines[n].hint) < 0)
            exit(1);
        n += lines[n].hint.n > 0;
    }
    return n;
}

static int print_hints(const struct scrubgate_ruleset *set)
{
    struct sg_sample *sample = NULL;
    struct line *lines = calloc(LINES, sizeof *lines);
    if (lines == NULL || sg_sample_new(&sample) < 0)
        return 1;
    size_t n = search(lines, 0, set, sample);
    n = search(lines, n, set->folds, sample);
    qsort(lines, n, sizeof *lines, by_hash);
    (void)printf("# SPDX-License-Identifier: Apache-2.0. Written by `make hints`; see "
                 "gateway/rule/hint.h.\n");
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && lines[i].hash == lines[i - 1].hash)
            continue;
        (void)printf("%016" PRIx64, lines[i].hash);
        for (size_t k = 0; k < lines[i].hint.n; k++)
            (void)printf(" %" PRIu32, lines[i].hint.numbers[k]);
        (void)printf("\n");
    }
    sg_sample_free(sample);
    free(lines);
    return 0;
}

int main(int argc, char **argv)
{
    struct scrubgate_ruleset *set = NULL;
    struct scrubgate_fault fault = {.what = ""};
    double best = 1e30;
    bool hints = argc > 1 && strcmp(argv[1], "--hints") == 0;
    for (size_t round = 0; round < (hints ? 1 : ROUNDS); round++) {
        scrubgate_ruleset_free(set);
        double begun = now_ms();
        if (scrubgate_ruleset_load(&set, NULL, 0, &fault) < 0) {
            (void)fprintf(stderr, "%s\n", fault.what);
            return 1;
        }
        double took = now_ms() - begun;
        best = took < best ? took : best;
    }
    int rc = hints ? print_hints(set) : 0;
    if (!hints)
        (void)printf("%zu rules loaded in %.0f ms\n", scrubgate_ruleset_count(set), best);
    scrubgate_ruleset_free(set);
    return rc;
}
