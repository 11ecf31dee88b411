/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence.h - the tickets that speak against a ring: which, when, and how many routing explains.
 */
#ifndef SG_COLLUSION_EVIDENCE_H
#define SG_COLLUSION_EVIDENCE_H

#include <stdint.h>
#include <scrubgate/status.h>

#include "base/arena.h"
#include "collusion/analysis.h"
#include "collusion/routing.h"

struct sg_evidence_source {
    const struct sg_deals *deals;
    const struct sg_visits *visits;
    const struct sg_routing *routing;
    const uint32_t *ring; /* of each agent */
};

/*
 * Fills what a ring, whose agents and customers are there, says of tickets: observed to n_days.
 * Days are counted from the first deal of all. Lists are the arena's.
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_evidence_gather(struct sg_analysis_ring *ring,
                                                            uint32_t number,
                                                            const struct sg_evidence_source *source,
                                                            struct sg_arena *arena);

#endif
