/* SPDX-License-Identifier: Apache-2.0 */
/*
 * latency.c - how long requests took: counts by duration, from which quantiles follow.
 */
#include "report/latency.h"

enum { PARTS = 32, PART_BITS = 5 };

/* Values below 32 have a place each; above, the five bits behind the highest one choose. */
static size_t fine_of(uint64_t ns)
{
    unsigned shift = 0;
    while (ns >> shift >= 2 * PARTS)
        shift++;
    return (size_t)shift * PARTS + (size_t)(ns >> shift);
}

/* The middle of the values of a place. */
static uint64_t value_of(size_t fine)
{
    if (fine < 2 * PARTS)
        return fine;
    unsigned shift = (unsigned)(fine / PARTS) - 1;
    uint64_t start = (uint64_t)(fine - (size_t)shift * PARTS) << shift;
    return start + ((uint64_t)1 << shift) / 2;
}

uint64_t sg_latency_edge(size_t step)
{
    static const uint64_t digits[] = {1, 2, 5};
    uint64_t power = 1000;
    if (step >= SG_LATENCY_STEPS - 1)
        return UINT64_MAX;
    for (size_t i = 0; i < step / 3; i++)
        power *= 10;
    return digits[step % 3] * power;
}

void sg_latency_add(struct sg_latency *latency, uint64_t ns)
{
    size_t step = 0;
    while (ns >= sg_latency_edge(step) && step < SG_LATENCY_STEPS - 1)
        step++;
    latency->step[step]++;
    latency->fine[fine_of(ns)]++;
    latency->n++;
    if (ns > latency->most)
        latency->most = ns;
}

uint64_t sg_latency_quantile(const struct sg_latency *latency, unsigned per_myriad)
{
    /* The rank is rounded up, so that 9,999 of 10,000 need more than that many values. */
    uint64_t whole = latency->n / 10000 * per_myriad;
    uint64_t rank = whole + (latency->n % 10000 * per_myriad + 9999) / 10000, seen = 0;
    for (size_t i = 0; i < SG_LATENCY_FINE; i++) {
        seen += latency->fine[i];
        if (seen >= rank && seen > 0) {
            uint64_t value = value_of(i);
            return value > latency->most ? latency->most : value;
        }
    }
    return 0;
}
