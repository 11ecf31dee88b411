/* SPDX-License-Identifier: Apache-2.0 */
/*
 * quantiles.h - how many durations of a queue are as short: counts in steps of a fifth.
 *
 * Four buckets for each doubling (as DDSketch, Masson et al. 2019, has them), so a merge is a sum
 * and exact. Old counts halve when there are many.
 */
#ifndef SG_COLLUSION_QUANTILES_H
#define SG_COLLUSION_QUANTILES_H

#include <stdbool.h>
#include <stdint.h>

enum { SG_QUANTILES_BUCKETS = 128, SG_QUANTILES_MOST = 1 << 16 };

struct sg_quantiles {
    uint32_t counts[SG_QUANTILES_BUCKETS];
    uint64_t total;
};

void sg_quantiles_add(struct sg_quantiles *quantiles, uint64_t ms);
/* Share of durations below ms, within its bucket in proportion. False: nothing can be said, for
 * there are under 50, or one in four is as long: where all are alike none is short. */
bool sg_quantiles_rank(const struct sg_quantiles *quantiles, uint64_t ms, double *rank);
void sg_quantiles_merge(struct sg_quantiles *into, const struct sg_quantiles *other);

#endif
