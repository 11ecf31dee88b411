/* SPDX-License-Identifier: Apache-2.0 */
/*
 * role_swaps.h - an agent's own network, device or identity shows up at a customer of an agent
 * under suspicion.
 *
 * An honest agent may well be somebody's customer: an account of his is then served by whomever
 * routing picks. It counts when the account meets one agent more often than routing explains, or
 * when that agent's things come back the same way: at customers of the first (two help each other),
 * or around a circle of three.
 */
#ifndef SG_COLLUSION_ROLE_SWAPS_H
#define SG_COLLUSION_ROLE_SWAPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/arena.h"
#include "collusion/deals.h"
#include "collusion/routing.h"
#include "collusion/trace.h"

struct sg_role_swap {
    uint32_t agent;  /* whose things they are; numbers in deals.agents */
    uint32_t other;  /* who served the customers that show them; the same: served himself */
    uint32_t circle; /* 1: himself; 2: the other's come back; 3: by a third; 0: one way */
    uint32_t third;  /* of a circle of three; else SG_DEAL_NONE */
    bool suspected;  /* other is flagged or in a ring without this */
    uint32_t kinds;  /* bits 1 << enum sg_trace_kind of what was shown */
    const uint32_t *customers; /* numbers in deals.customers, those of most tickets first */
    size_t n_customers;
    uint32_t tickets; /* of these customers to other */
    double expected;  /* of them, by routing alone */
    double bits;      /* how rare what they show is among customers: log2(1/share), summed */
    double score;     /* -log10 of how often chance alone would send as many */
};

struct sg_role_swaps {
    struct sg_role_swap *list; /* strongest first */
    size_t n;
};

/* suspected: by agent's number, flagged or in a ring. What the list points into is from the arena;
 * so is the list. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_role_swaps_init(
    struct sg_role_swaps *swaps, const struct sg_deals *deals, const struct sg_visits *visits,
    const struct sg_routing *routing, const struct sg_traces *customers,
    const struct sg_traces *agents, const bool *suspected, struct sg_arena *arena);

#endif
