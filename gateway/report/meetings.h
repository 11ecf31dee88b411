/* SPDX-License-Identifier: Apache-2.0 */
/*
 * meetings.h - what the customers and the agents of a ring had to do with each other: counted from
 * the tickets, beside what routing alone would have sent; and what an honest reason would look
 * like.
 *
 *     deals, analysis -> [meetings, a ring each] -> inquiry (sentences, plots, tables)
 */
#ifndef SG_REPORT_MEETINGS_H
#define SG_REPORT_MEETINGS_H

#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/arena.h"
#include "collusion/analysis.h"
#include "collusion/trace.h"
#include "report/bins.h"
#include "report/latency.h"

enum { SG_MEETINGS_RINGS = 32 /* the densest; more are told in one line each */ };

/* Of one customer with one agent. */
struct sg_meeting {
    uint32_t tickets;
    double expected; /* by routing alone */
};

/* Customers of the ring who show the same; only values that few in the market show. */
struct sg_sharing {
    uint32_t customers; /* who share one with another of the ring */
    uint32_t most;      /* who share the same one */
};

struct sg_meetings {
    const struct sg_analysis_ring *ring;
    struct sg_meeting *pair;       /* [customer × n_agents + agent], places in the ring's lists */
    uint32_t *opened;              /* of each customer: all tickets, to whomever */
    uint64_t tickets, all_tickets; /* of them to the ring; to anybody */
    uint64_t *seen;                /* of each bin: to the ring */
    double *expected;              /* … and by routing alone */
    uint32_t *strip;               /* [agent × bins.n + bin] */
    double on_duty, members;       /* at these tickets, on the average: agents; of the ring */
    uint64_t again;                /* to an agent whom the customer had met */
    uint64_t one_place;            /* customer and agent wrote from one network */
    uint64_t busiest;              /* of a day, or whatever a bin is */
    size_t busiest_bin;
    uint32_t stratum; /* the queue where most came in, and how many these were */
    uint64_t in_stratum;
    struct sg_sharing sharing[SG_TRACE_KINDS];
    struct sg_latency *handle, *others; /* ns: these tickets; their agents' other ones */
};

struct sg_all_meetings {
    struct sg_arena arena;
    struct sg_bins bins; /* of the whole window */
    struct sg_meetings *list;
    size_t n; /* rings that have one: the first of the analysis */
};

/* Borrows both. ENOMEM. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_meetings_init(struct sg_all_meetings *all,
                                                          const struct sg_analysis *analysis,
                                                          const struct sg_deals *deals);
void sg_meetings_fini(struct sg_all_meetings *all);

#endif
