/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proxy_race.c - the same requests through some proxies, round by round in turn.
 */
#include "proxy_race.h"

#include <stdio.h>

void race_enter(struct race *race, const struct bench *bench, const enum contestant *list)
{
    for (; *list != CONTESTANTS; list++) {
        if (bench->there[*list])
            race->racers[race->n++].who = *list;
    }
}

static void open_load(struct race *race, struct bench *bench, struct racer *racer)
{
    const struct peer *peer = &bench->peers[racer->who];
    const struct ask ask = ask_of(racer->who, race->asked);
    bool is_long = race->asked == ASK_UP || race->asked == ASK_DOWN || race->asked == ASK_BOTH;
    struct load_pace warm = race->pace;
    warm.seconds /= 4;
    racer->load = load_open(is_long ? peer->long_port : peer->port, race->clients, &ask);
    if (racer->load == NULL)
        bench_fail(bench, racer->who, "takes no connections");
    (void)bench_cpu(bench, racer->who, racer->load, &warm, NULL);
}

static void measure(struct race *race, struct bench *bench, struct racer *racer, size_t round)
{
    struct crowd *crowd =
        race->parked == 0 ? NULL : bench_crowd(bench, racer->who, race->parked, ASK_HOLD);
    racer->us[round] = bench_cpu(bench, racer->who, racer->load, &race->pace, &racer->p50[round]);
    if (crowd != NULL)
        bench_crowd_close(bench, racer->who, crowd);
}

void race_run(struct race *race, struct bench *bench)
{
    for (size_t i = 0; i < race->n; i++)
        open_load(race, bench, &race->racers[i]);
    for (size_t round = 0; round < bench->rounds; round++) {
        /* To and fro, so that nobody has the same one before him each time. */
        for (size_t i = 0; i < race->n; i++)
            measure(race, bench, &race->racers[round % 2 == 0 ? i : race->n - 1 - i], round);
    }
    for (size_t i = 0; i < race->n; i++)
        load_close(race->racers[i].load);
}

void race_print(const struct race *race, const struct bench *bench)
{
    (void)printf("| %s | CPU µs a request | ÷ %s | quartiles | answer after, p50 |\n"
                 "|---|---|---|---|---|\n",
                 race->title, bench->peers[race->racers[0].who].name);
    for (size_t i = 0; i < race->n; i++) {
        const struct racer *racer = &race->racers[i];
        struct spread us = spread_of(racer->us, bench->rounds);
        struct spread p50 = spread_of(racer->p50, bench->rounds);
        struct spread ratio = spread_of_ratios(racer->us, race->racers[0].us, bench->rounds);
        (void)printf("| %s | %.1f | %.2f | %.2f–%.2f | %s%.0f µs |\n",
                     bench->peers[racer->who].name, us.middle, ratio.middle, ratio.low, ratio.high,
                     p50.middle < LOAD_SLOWEST_US ? "" : "> ", p50.middle);
    }
    (void)printf("\n");
    (void)fflush(stdout);
}

static const struct racer *find(const struct race *race, enum contestant who)
{
    for (size_t i = 0; i < race->n; i++) {
        if (race->racers[i].who == who)
            return &race->racers[i];
    }
    return NULL;
}

void race_goal(const struct race *race, struct bench *bench, const char *measure, enum contestant a,
               enum contestant b, struct goal goal)
{
    const struct racer *ours = find(race, a), *theirs = find(race, b);
    if (ours == NULL || theirs == NULL) {
        bench_row_missing(bench, measure, goal,
                          peer_lacks(bench->peers[ours == NULL ? a : b].kind));
        return;
    }
    struct spread ratio = spread_of_ratios(ours->us, theirs->us, bench->rounds);
    bench_row(bench, measure, ratio.middle, 2, "", goal, "%.2f–%.2f; %.1f ÷ %.1f µs", ratio.low,
              ratio.high, spread_of(ours->us, bench->rounds).middle,
              spread_of(theirs->us, bench->rounds).middle);
}
