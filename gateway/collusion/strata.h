/* SPDX-License-Identifier: Apache-2.0 */
/*
 * strata.h - who is on duty now, and how likely routing alone is to choose each: p(agent | now).
 *
 * collusion/routing.h does it with hindsight; here only the past is known. An agent counts as on
 * duty for a while after a ticket, then less and less, and a little for a week: somebody's shift
 * begins every hour. Those on duty are chosen by the tickets that they take an hour.
 */
#ifndef SG_COLLUSION_STRATA_H
#define SG_COLLUSION_STRATA_H

#include <stdint.h>
#include <scrubgate/status.h>

#include "base/buf.h"
#include "collusion/quantiles.h"
#include "collusion/state.h"

enum { SG_STRATA_MOST = 256, SG_STRATA_AGENTS = 1 << 14, SG_STRATA_MEMBERS = 1 << 15 };
/* A queue or an agent that there is no room for: nothing is known of it. */
#define SG_STRATA_NONE UINT16_MAX

struct sg_strata {
    struct sg_strata_table *table; /* constant in size */
};

SCRUBGATE_MUST_USE enum scrubgate_status sg_strata_init(struct sg_strata *strata);
void sg_strata_fini(struct sg_strata *strata);

/* Numbers for marks, new ones as long as there is room. */
uint16_t sg_strata_queue(struct sg_strata *strata, uint64_t mark);
uint16_t sg_strata_agent(struct sg_strata *strata, uint64_t mark);
/* An agent's number; SG_STRATA_NONE: it has none. */
uint16_t sg_strata_known(const struct sg_strata *strata, uint64_t mark);
/* An agent's mark by its number, which another shard may have given to another. */
uint64_t sg_strata_mark(const struct sg_strata *strata, uint16_t agent);
/* How many agents have one. */
uint64_t sg_strata_agents(const struct sg_strata *strata);

/* An agent takes a ticket. weight: how far it counts for the agent's rate, so that a pair that
 * makes its own tickets does not look like a fast agent; 0 to 1. */
void sg_strata_take(struct sg_strata *strata, uint16_t queue, uint16_t agent, uint64_t ms,
                    double weight);
/* p(agent | queue, now), above 0 and at most 1. Call it before the ticket is taken. */
double sg_strata_share(struct sg_strata *strata, uint16_t queue, uint16_t agent, uint64_t ms);
/* About how many are on duty. */
double sg_strata_on_duty(struct sg_strata *strata, uint16_t queue, uint64_t ms);
/* How long the queue's tickets wait for an agent, and how long they take. NULL: no queue. */
struct sg_quantiles *sg_strata_waiting(struct sg_strata *strata, uint16_t queue);
struct sg_quantiles *sg_strata_handling(struct sg_strata *strata, uint16_t queue);

/* What another's numbers are here; SG_STRATA_NONE: no room. */
struct sg_strata_numbers {
    uint16_t agents[SG_STRATA_AGENTS], queues[SG_STRATA_MOST];
};
/* Adds what other knows, and fills numbers. */
void sg_strata_merge(struct sg_strata *into, const struct sg_strata *other,
                     struct sg_strata_numbers *numbers);
SCRUBGATE_MUST_USE enum scrubgate_status sg_strata_save(const struct sg_strata *strata,
                                                        struct sg_state_sink *to);
void sg_strata_load(struct sg_strata *strata, struct sg_state *state);

#endif
