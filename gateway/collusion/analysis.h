/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analysis.h - from events to agents, rings and customers, each with the numbers that accuse them.
 *
 *     deals -> routing -> co-service -> suspicion (agents) -> blocks (rings) -> customers of rings
 *
 * Nothing in it decides anything: it says what routing does not explain, and how often chance alone
 * would look like that. A person decides.
 */
#ifndef SG_COLLUSION_ANALYSIS_H
#define SG_COLLUSION_ANALYSIS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "collusion/deals.h"
#include "collusion/identity_rings.h"
#include "collusion/role_swaps.h"

#define SG_ANALYSIS_NONE UINT32_MAX
enum { SG_ANALYSIS_TICKETS = 100 /* listed of a ring */, SG_ANALYSIS_BANDS = 3 };

struct sg_analysis_config {
    uint64_t window_ms;  /* of the last events; 0: all */
    double false_alarms; /* honest agents flagged for each agent-month: 0.001 */
    unsigned rounds;     /* of the bootstrap: 200 */
    uint64_t seed;
    uint32_t tickets_most; /* of a customer that counts as evidence: 10 */
};

/* Customers of up to so many tickets, counted together (collusion/coservice.h). */
struct sg_analysis_band {
    uint32_t tickets_most;
    double doubt; /* of what routing explains, as a share of it */
};

/* Two agents who share customers. */
struct sg_analysis_edge {
    uint32_t a, b; /* numbers in deals.agents; the same: one whose customers come back */
    double observed, expected, z;
};

struct sg_analysis_agent {
    uint32_t agent; /* its number in deals.agents */
    uint32_t ring;
    double score;     /* as chance's scores are spread; above the threshold: flagged */
    double p, q;      /* chance alone is as odd; share of false ones among all as odd */
    uint32_t tickets; /* in the window */
    bool flagged;
    bool thin; /* too few colleagues on duty for any evidence: says nothing of it */
    const struct sg_analysis_edge *edges; /* of one flagged: those that made the score; a is he */
    size_t n_edges;
};

struct sg_analysis_customer {
    uint32_t customer; /* its number in deals.customers */
    uint32_t ring;
    double score;              /* -log10 of how often chance alone would send it there */
    double probability;        /* that it is one of its ring's, or of the likeliest one's */
    uint32_t tickets, to_ring; /* to_ring: to agents of its ring, or of the likeliest one */
    double expected;           /* of those, by routing alone */
};

/* A ticket that speaks against a ring: one of its customers', served by one of its agents. */
struct sg_analysis_ticket {
    uint64_t ticket, time_ms; /* its digest; when it was assigned */
    uint32_t customer, agent; /* numbers in deals */
    double probability;       /* by routing alone, of reaching an agent of the ring */
};

/* Tickets of a ring's customers to its agents on one day. */
struct sg_analysis_day {
    uint32_t observed;
    double expected; /* by routing alone */
};

struct sg_analysis_ring {
    const uint32_t *agents;    /* numbers in deals.agents, strongest first */
    const uint32_t *customers; /* numbers in deals.customers, likeliest first */
    const double *likely;      /* of each customer: the probability that it belongs, over 0.5 */
    size_t n_agents, n_customers;
    double density, threshold; /* weight for each member; chance's densest, all but one in twenty */
    double observed, expected; /* its customers' tickets to its agents; by routing alone */
    uint64_t first_ms, last_ms;               /* of these tickets */
    const struct sg_analysis_ticket *tickets; /* of the likeliest customers, by time */
    size_t n_tickets;                         /* listed; observed says how many there are */
    const struct sg_analysis_day *days;       /* from begin_ms on, each of 24 hours */
    size_t n_days;
    const struct sg_analysis_edge *edges; /* between its agents, strongest first */
    size_t n_edges;
};

struct sg_analysis {
    struct sg_analysis_config config;
    uint64_t begin_ms, end_ms; /* of the tickets in the window */
    double months;             /* of 30 days */
    size_t tickets;
    double threshold, inflation;
    struct sg_analysis_band bands[SG_ANALYSIS_BANDS]; /* 10, 60 and 360 tickets */
    const double *chance; /* what scores chance gave: n_chance quantiles, evenly, lowest first */
    size_t n_chance;
    struct sg_analysis_agent *agents;       /* by score, highest first */
    struct sg_analysis_customer *customers; /* those with any evidence, by score, highest first */
    struct sg_analysis_ring *rings;         /* densest first */
    size_t n_agents, n_customers, n_rings;
    struct sg_identity_rings identities; /* customers that share identities or rare facets */
    struct sg_role_swaps swaps;          /* agents who show up as customers */
    void *memory;                        /* what rings point into; its own */
};

/* deals (borrowed, finished) must outlive the analysis. ENOMEM; ELIMIT: over 5,000 agents. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_analysis_init(struct sg_analysis *analysis,
                                                          struct sg_deals *deals,
                                                          const struct sg_analysis_config *config);
void sg_analysis_fini(struct sg_analysis *analysis);

#endif
