/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inflight.h - decisions that wait for their outcome, while a log is read from its start.
 *
 * A decision whose outcome never comes was in flight when the gateway died. So many may be open at
 * once; those beyond are told as not joined, never as lost.
 */
#ifndef SG_REPORT_INFLIGHT_H
#define SG_REPORT_INFLIGHT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/bytes.h"

enum { SG_INFLIGHT_BITS = 18, SG_INFLIGHT_MOST = 1 << (SG_INFLIGHT_BITS - 1) };

struct sg_inflight_open {
    uint64_t key; /* of boot and id; 0: free */
    uint64_t seq; /* of its first decision, and whether that is one of the range's */
};

struct sg_inflight {
    struct sg_inflight_open *slot;
    size_t n;          /* open now */
    uint64_t decided;  /* exchanges of the range that a decision was made for */
    uint64_t joined;   /* of those: that have an outcome */
    uint64_t alone;    /* outcomes of the range without a decision: nothing was scrubbed */
    uint64_t unjoined; /* of the range: there was no room to wait */
};

SCRUBGATE_MUST_USE enum scrubgate_status sg_inflight_init(struct sg_inflight *inflight);
void sg_inflight_decision(struct sg_inflight *inflight, struct sg_bytes boot, struct sg_bytes id,
                          uint64_t seq, bool in_range);
void sg_inflight_outcome(struct sg_inflight *inflight, struct sg_bytes boot, struct sg_bytes id,
                         bool in_range);
/* Of the range's that are open: how many began at record `from` or behind it, and how many before.
 */
void sg_inflight_count(const struct sg_inflight *inflight, uint64_t from, uint64_t *before,
                       uint64_t *behind);
/* The first of them, by seq; false: none. */
bool sg_inflight_first(const struct sg_inflight *inflight, uint64_t *seq);
void sg_inflight_fini(struct sg_inflight *inflight);

#endif
