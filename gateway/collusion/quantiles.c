/* SPDX-License-Identifier: Apache-2.0 */
/*
 * quantiles.c - how many durations of a queue are as short.
 */
#include "collusion/quantiles.h"

#include <math.h>

enum { EACH_DOUBLING = 4, ENOUGH = 50 };

/* Where a duration is among the buckets. */
static double place(uint64_t ms)
{
    const double at = ms < 2 ? 0 : EACH_DOUBLING * log2((double)ms);
    return at < SG_QUANTILES_BUCKETS - 1 ? at : SG_QUANTILES_BUCKETS - 1;
}

static void halve(struct sg_quantiles *quantiles)
{
    quantiles->total = 0;
    for (unsigned i = 0; i < SG_QUANTILES_BUCKETS; i++)
        quantiles->total += quantiles->counts[i] /= 2;
}

void sg_quantiles_add(struct sg_quantiles *quantiles, uint64_t ms)
{
    quantiles->counts[(unsigned)place(ms)]++;
    if (++quantiles->total >= SG_QUANTILES_MOST)
        halve(quantiles);
}

bool sg_quantiles_rank(const struct sg_quantiles *quantiles, uint64_t ms, double *rank)
{
    const double at = place(ms);
    const unsigned bucket = (unsigned)at;
    double below = 0;
    if (quantiles->total < ENOUGH || (uint64_t)quantiles->counts[bucket] * 4 > quantiles->total)
        return false;
    for (unsigned i = 0; i < bucket; i++)
        below += quantiles->counts[i];
    below += (at - bucket) * quantiles->counts[bucket];
    *rank = below / (double)quantiles->total;
    return true;
}

void sg_quantiles_merge(struct sg_quantiles *into, const struct sg_quantiles *other)
{
    for (unsigned i = 0; i < SG_QUANTILES_BUCKETS; i++)
        into->counts[i] += other->counts[i];
    into->total += other->total;
    while (into->total >= SG_QUANTILES_MOST)
        halve(into);
}
