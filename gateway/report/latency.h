/* SPDX-License-Identifier: Apache-2.0 */
/*
 * latency.h - how long requests took: counts by duration, from which quantiles follow.
 */
#ifndef SG_REPORT_LATENCY_H
#define SG_REPORT_LATENCY_H

#include <stddef.h>
#include <stdint.h>

enum {
    SG_LATENCY_STEPS = 30, /* 1, 2, 5 times the powers of ten from 1 us on; the last has no end */
    SG_LATENCY_FINE = 64 * 32
};

/* All-zero is valid, and empty. */
struct sg_latency {
    uint64_t n, most;
    uint64_t step[SG_LATENCY_STEPS]; /* [i]: below sg_latency_edge(i), not below the one before */
    uint64_t fine[SG_LATENCY_FINE];  /* 32 for each power of two: within 1.6 % of each value */
};

void sg_latency_add(struct sg_latency *latency, uint64_t ns);
/* The end of a step in ns; UINT64_MAX of the last. */
uint64_t sg_latency_edge(size_t step);
/* So many of 10,000 took that long or less, give or take 1.6 %; 0 when there are none. */
uint64_t sg_latency_quantile(const struct sg_latency *latency, unsigned per_myriad);

#endif
