/* SPDX-License-Identifier: Apache-2.0 */
/*
 * recruit.h - agents of a ring that its block left out: its customers come to them, too.
 *
 * A block is cut where density falls, which may be before its last member. Once customers are known
 * each agent who is in no ring is asked: do a ring's customers reach him as they reach its members?
 * He joins when chance explains it in less than one of a hundred such questions, and when he gets a
 * fair part of what its members get. A ring most of whose agents would join another is a part of
 * that: its agents join, and it is left without any.
 */
#ifndef SG_COLLUSION_RECRUIT_H
#define SG_COLLUSION_RECRUIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "collusion/deals.h"
#include "collusion/membership.h"
#include "collusion/routing.h"

/* Changes ring, of each agent, of those who may join (thin: never, unless with its ring). *joined:
 * how many did. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_recruit(const struct sg_deals *deals,
                                                    const struct sg_routing *routing,
                                                    const struct sg_membership *membership,
                                                    const bool *thin, uint32_t *ring,
                                                    uint32_t rings, size_t *joined);

#endif
