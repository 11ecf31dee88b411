/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proxy_race.h - the same requests through some proxies, round by round in turn.
 */
#ifndef SG_BENCH_PROXY_RACE_H
#define SG_BENCH_PROXY_RACE_H

#include "proxy_bench.h"
#include "rounds.h"

struct racer {
    enum contestant who;
    struct load *load;
    double us[ROUNDS_MOST], p50[ROUNDS_MOST];
};

struct race {
    const char *title;
    enum asked asked;
    unsigned clients;
    struct load_pace pace;
    unsigned parked; /* requests that the origin lets wait meanwhile */
    size_t n;
    struct racer racers[CONTESTANTS];
};

/* Those of the list, which ends with CONTESTANTS, that are there. */
void race_enter(struct race *race, const struct bench *bench, const enum contestant *list);
void race_run(struct race *race, struct bench *bench);
/* A table of all of them, the first one is 1.00. */
void race_print(const struct race *race, const struct bench *bench);
/* A row of the table of goals: CPU time of a divided by that of b. */
void race_goal(const struct race *race, struct bench *bench, const char *measure, enum contestant a,
               enum contestant b, struct goal goal);

#endif
