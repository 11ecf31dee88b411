/* SPDX-License-Identifier: Apache-2.0 */
/*
 * routing.h - what the platform's routing alone would do: p(agent | time, queue).
 *
 * An agent is on duty in a queue from one ticket to the next when these are not further apart than
 * a break. Of those on duty the one who takes more tickets an hour is the more likely to get the
 * next: p(a | t, s) = r_a / sum of r over agents on duty in queue s at t.
 */
#ifndef SG_COLLUSION_ROUTING_H
#define SG_COLLUSION_ROUTING_H

#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "collusion/deals.h"

/* An agent's share of what comes to a queue within half an hour. */
struct sg_share {
    uint32_t agent;
    float p;
};

struct sg_routing {
    struct sg_share *shares;
    size_t *begin;     /* of each cell's shares, n_cells + 1 */
    uint64_t begin_ms; /* of the first half hour */
    size_t n_slots;    /* half hours */
    size_t n_strata;
};

/* From finished deals. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_routing_init(struct sg_routing *routing,
                                                         const struct sg_deals *deals);
void sg_routing_fini(struct sg_routing *routing);

/* The number of the cell in which a deal was assigned: below n_strata * n_slots. */
size_t sg_routing_cell_of(const struct sg_routing *routing, const struct sg_deal *deal);
/* The shares of the cell (half hour, queue) in which a deal was assigned, by agent; *n of them. */
const struct sg_share *sg_routing_cell(const struct sg_routing *routing, const struct sg_deal *deal,
                                       size_t *n);
/* p(agent | when and where the deal was assigned). */
double sg_routing_p(const struct sg_routing *routing, const struct sg_deal *deal, uint32_t agent);

#endif
