/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trace.h - which customers showed which network, TLS library, device or identity, and how often.
 *
 *     deals -> [traces, by value] -> groups of customers, role swaps, members of rings
 */
#ifndef SG_COLLUSION_TRACE_H
#define SG_COLLUSION_TRACE_H

#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "collusion/deals.h"

enum sg_trace_kind {
    SG_TRACE_NETWORK,
    SG_TRACE_TLS,
    SG_TRACE_DEVICE,
    SG_TRACE_IDENTITY,
    SG_TRACE_KINDS
};
const char *sg_trace_word(enum sg_trace_kind kind); /* "network" */

/* A customer (or an agent) who showed a value in so many tickets. */
struct sg_trace {
    uint64_t digest;
    uint32_t party, tickets;
    enum sg_trace_kind kind;
};

/* Sorted by kind, digest and party. */
struct sg_traces {
    struct sg_trace *list;
    size_t n;
    size_t *value; /* where each value's traces begin, n_values + 1 */
    size_t n_values;
};

/* What customers showed, from finished deals. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_traces_of_customers(struct sg_traces *traces,
                                                                const struct sg_deals *deals);
/* What agents showed of their own. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_traces_of_agents(struct sg_traces *traces,
                                                             const struct sg_deals *deals);
void sg_traces_fini(struct sg_traces *traces);

#endif
