/* SPDX-License-Identifier: Apache-2.0 */
/*
 * identity_rings.h - customers who are likely the same hand: they share identities or rare facets.
 *
 * Two customers are linked by one identity that both gave, or by two rare values (network, TLS,
 * device) that both showed. What more than 20 customers show links nobody: carriers' networks,
 * a company's phone. Linked customers make a group (union-find), which by itself is no more than
 * a household; it counts when its tickets reach an agent more often than routing explains.
 */
#ifndef SG_COLLUSION_IDENTITY_RINGS_H
#define SG_COLLUSION_IDENTITY_RINGS_H

#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/arena.h"
#include "collusion/deals.h"
#include "collusion/routing.h"
#include "collusion/trace.h"

enum { SG_IDENTITY_HOLDERS = 20 /* of a value that links */ };

/* A value that several customers of a group show. */
struct sg_identity_link {
    enum sg_trace_kind kind; /* its word: sg_trace_word */
    uint64_t digest;
    const uint32_t *customers; /* numbers in deals.customers */
    size_t n_customers;
};

/* An agent whom a group's customers met. */
struct sg_identity_reach {
    uint32_t agent; /* its number in deals.agents */
    uint32_t tickets, customers;
    double expected; /* of these tickets, by routing alone */
    double score;    /* -log10 of how often chance alone would send as many */
};

struct sg_identity_ring {
    const uint32_t *customers; /* numbers in deals.customers */
    size_t n_customers;
    const struct sg_identity_link *links; /* those of most holders first */
    size_t n_links;
    const struct sg_identity_reach *reached; /* oddest first */
    size_t n_reached;
    uint32_t tickets;
    double score; /* -log10 of how often chance alone would be as odd to any agent */
    double q;     /* share of false ones among all groups as odd */
    uint64_t first_ms, last_ms;
};

struct sg_identity_rings {
    struct sg_identity_ring *list; /* those of q at most 0.1, oddest first */
    size_t n;
    size_t groups; /* of customers that share something, these among them */
};

/* What the list points into is from the arena; so is the list. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_identity_rings_init(
    struct sg_identity_rings *rings, const struct sg_deals *deals, const struct sg_visits *visits,
    const struct sg_routing *routing, const struct sg_traces *customers, struct sg_arena *arena);

#endif
