/* SPDX-License-Identifier: Apache-2.0 */
/*
 * burst.h - how much busier a pair is now than it used to be, streaming.
 *
 * MIDAS-F (Bhatia et al., TKDD 2022): for the pair, its source and its target, chi-square of this
 * tick's count a against the mean of all t ticks, whose sum is s: (a + s - a t)^2 / (s (t - 1)).
 * What looks like a burst does not raise the mean that it is compared with. Each bucket is brought
 * up to date when it is looked at, not all of them at every tick.
 */
#ifndef SG_COLLUSION_BURST_H
#define SG_COLLUSION_BURST_H

#include <stdint.h>
#include <scrubgate/status.h>

#include "base/buf.h"
#include "collusion/state.h"

struct sg_burst {
    struct sg_burst_bucket *buckets;
    uint32_t tick; /* from 1 */
    uint64_t last; /* what the caller's clock said then */
};

SCRUBGATE_MUST_USE enum scrubgate_status sg_burst_init(struct sg_burst *burst);
void sg_burst_fini(struct sg_burst *burst);

/* Chi-square of the largest of the three; clock: any count of ticks, such as hours. */
double sg_burst_add(struct sg_burst *burst, uint64_t source, uint64_t target, uint64_t clock);

void sg_burst_merge(struct sg_burst *into, const struct sg_burst *other);
SCRUBGATE_MUST_USE enum scrubgate_status sg_burst_save(const struct sg_burst *burst,
                                                       struct sg_state_sink *to);
void sg_burst_load(struct sg_burst *burst, struct sg_state *state);

#endif
