/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scan_race.h - some ways to scan the same texts, measured side by side.
 *
 * Each round every runner takes the whole corpus once or, when that is short, some times over. What
 * is kept is CPU time of the thread for a byte; what counts is the median of the rounds' ratios.
 */
#ifndef SG_BENCH_SCAN_RACE_H
#define SG_BENCH_SCAN_RACE_H

#include "scan_corpus.h"

enum { RUNNERS_MOST = 10, ROUNDS = 5 };

struct runner {
    const char *name;
    void (*pass)(void *ctx, const struct corpus *corpus); /* scans all its texts once */
    void *ctx;
};

struct race {
    struct runner runners[RUNNERS_MOST];
    size_t n;
    double ns[RUNNERS_MOST][ROUNDS]; /* for a byte */
};

/* Its number in the race. */
size_t race_enter(struct race *race, struct runner runner);
void race_run(struct race *race, const struct corpus *corpus);
/* How many times as fast a is as b. */
double race_ratio(const struct race *race, size_t a, size_t b);
double race_mb_s(const struct race *race, size_t a);

/* CPU time of this thread so far. */
double cpu_s(void);

#endif
