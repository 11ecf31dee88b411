/* SPDX-License-Identifier: Apache-2.0 */
/*
 * collusion_rank.c - how well a score tells two kinds apart, and how sure that is.
 */
#include <math.h>
#include <stdlib.h>

#include "collusion/philox.h"

#include "collusion_bench.h"

enum { DRAWN = 2000 };
static const double passed_most = 0.005;

static int by_score(const void *a, const void *b)
{
    const struct scored *x = a, *y = b;
    return (x->score < y->score) - (x->score > y->score);
}

struct ranking rank_of(struct scored *list, size_t n)
{
    double all = 0, found = 0, passed = 0, area = 0, precision = 0, recall = 0;
    qsort(list, n, sizeof *list, by_score);
    for (size_t i = 0; i < n; i++)
        all += list[i].positive;
    for (size_t i = 0; i < n;) {
        double hits = 0, misses = 0;
        size_t j = i;
        for (; j < n && list[j].score >= list[i].score; j++) {
            hits += list[j].positive;
            misses += !list[j].positive;
        }
        area += misses * (found + hits / 2);
        found += hits;
        passed += misses;
        if (passed <= passed_most * ((double)n - all))
            recall = found / all;
        precision += hits * found / (found + passed);
        i = j;
    }
    if (all == 0 || passed == 0)
        return (struct ranking){0, 0, 0};
    return (struct ranking){area / (all * passed), precision / all, recall};
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

struct interval interval_of(const double *values, size_t n)
{
    double means[DRAWN], mean = 0;
    struct sg_philox random;
    sg_philox_init(&random, 1, 1, n);
    for (size_t i = 0; i < n; i++)
        mean += values[i];
    for (size_t draw = 0; draw < DRAWN; draw++) {
        means[draw] = 0;
        for (size_t i = 0; i < n; i++)
            means[draw] += values[sg_philox_below(&random, (uint32_t)n)];
        means[draw] /= (double)n;
    }
    qsort(means, DRAWN, sizeof *means, ascending);
    return (struct interval){mean / (double)n, means[DRAWN / 40], means[DRAWN - 1 - DRAWN / 40]};
}

/* Of rings in worlds that were drawn; worlds NULL: of all. */
static double median_of(double (*days)[RINGS_MOST], const size_t *rings, size_t n,
                        const uint32_t *worlds)
{
    double pool[WORLDS_MOST * RINGS_MOST];
    size_t have = 0;
    for (size_t i = 0; i < n; i++) {
        const size_t world = worlds == NULL ? i : worlds[i];
        for (size_t ring = 0; ring < rings[world]; ring++)
            pool[have++] = days[world][ring];
    }
    qsort(pool, have, sizeof *pool, ascending);
    return have == 0 ? INFINITY : (pool[(have - 1) / 2] + pool[have / 2]) / 2;
}

struct interval interval_of_median(double (*days)[RINGS_MOST], const size_t *rings, size_t n)
{
    double medians[DRAWN];
    struct sg_philox random;
    sg_philox_init(&random, 1, 2, n);
    for (size_t draw = 0; draw < DRAWN; draw++) {
        uint32_t worlds[WORLDS_MOST];
        for (size_t i = 0; i < n; i++)
            worlds[i] = sg_philox_below(&random, (uint32_t)n);
        medians[draw] = median_of(days, rings, n, worlds);
    }
    qsort(medians, DRAWN, sizeof *medians, ascending);
    return (struct interval){median_of(days, rings, n, NULL), medians[DRAWN / 40],
                             medians[DRAWN - 1 - DRAWN / 40]};
}
