/* SPDX-License-Identifier: Apache-2.0 */
/*
 * membership.h - which customers belong to a ring whose agents are known, and how likely.
 *
 * A mixture of two kinds of customers, for each ring: anybody, whose tickets go where routing sends
 * them; and the ring's, of whose tickets a share goes to its agents whatever routing says. The
 * ring's also write as much as each other, in the same weeks, and show values (networks, devices,
 * identities) of each other's. How many are the ring's, and how far each of these goes, is not
 * assumed: it is estimated from the same tickets (expectation maximisation), each customer judged
 * by what the others do.
 *
 * A mixture explains any tickets a little better: of a ring where it does not gain enough nobody is
 * named. Over 0.5 a customer is more likely the ring's than not: naming these makes the fewest
 * mistakes.
 */
#ifndef SG_COLLUSION_MEMBERSHIP_H
#define SG_COLLUSION_MEMBERSHIP_H

#include <stdint.h>
#include <scrubgate/status.h>

#include "collusion/deals.h"
#include "collusion/routing.h"
#include "collusion/trace.h"

#define SG_MEMBER_NONE UINT32_MAX

struct sg_member {
    uint32_t ring; /* the likeliest; SG_MEMBER_NONE: never met an agent of any */
    uint32_t to_ring;
    double expected; /* of these, by routing alone */
    double probability;
};

struct sg_membership {
    struct sg_member *list; /* by customer */
};

/* ring: of each agent, SG_MEMBER_NONE or below rings. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_membership_init(struct sg_membership *membership,
                                                            const struct sg_deals *deals,
                                                            const struct sg_visits *visits,
                                                            const struct sg_routing *routing,
                                                            const struct sg_traces *traces,
                                                            const uint32_t *ring, uint32_t rings);
void sg_membership_fini(struct sg_membership *membership);

#endif
