/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scan_race.c - some ways to scan the same texts, measured side by side.
 */
#include "scan_race.h"

#include <assert.h>
#include <string.h>
#include <time.h>

#include "rounds.h"

/* A measurement shorter than this repeats its pass: the clock and its call must not count. */
static const double SHORTEST_S = 0.05;

double cpu_s(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

size_t race_enter(struct race *race, struct runner runner)
{
    assert(race->n < RUNNERS_MOST);
    race->runners[race->n] = runner;
    return race->n++;
}

static double ns_a_byte(const struct runner *runner, const struct corpus *corpus)
{
    double start = cpu_s(), spent = 0;
    size_t passes = 0;
    do {
        runner->pass(runner->ctx, corpus);
        passes++;
        spent = cpu_s() - start;
    } while (spent < SHORTEST_S);
    return spent * 1e9 / ((double)corpus->len * (double)passes);
}

void race_run(struct race *race, const struct corpus *corpus)
{
    for (size_t round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < race->n; i++)
            race->ns[i][round] = ns_a_byte(&race->runners[i], corpus);
    }
}

double race_ratio(const struct race *race, size_t a, size_t b)
{
    double ratios[ROUNDS];
    for (size_t round = 0; round < ROUNDS; round++)
        ratios[round] = race->ns[b][round] / race->ns[a][round];
    return median(ratios, ROUNDS);
}

double race_mb_s(const struct race *race, size_t a)
{
    double ns[ROUNDS];
    memcpy(ns, race->ns[a], sizeof ns);
    return 1e3 / median(ns, ROUNDS);
}
