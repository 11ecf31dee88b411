/* SPDX-License-Identifier: Apache-2.0 */
/*
 * coservice.h - do the same customers land on the same few agents more often than routing explains?
 *
 * For customers c with few tickets, weight w_c = (n_c - 1)^-1/2, over ordered pairs i != j of their
 * tickets:
 *
 *     obs(a,b) = sum_c w_c   #{i,j: a served i, b served j}
 *     exp(a,b) = sum_c w_c   sum p(a|t_i) p(b|t_j)
 *     var(a,b) = sum_c w_c^2 sum p(a|t_i) p(b|t_j)
 *     z(a,b)   = (obs - exp) / sqrt(var + (doubt exp)^2 + 0.25)
 *
 * p is off by some share, which shows where much is expected: doubt. It is estimated from the same
 * counts, as what brings the median of z^2 to a normal number's, among the two agents who are
 * expected to share most. Chance's residuals are made as wide, for the bootstrap.
 *
 * A customer of many tickets adds up what is wrong with p, too. Counts that include such customers
 * stand beside the first, in a chain, and are doubted more.
 *
 * On the diagonal, where customers come back to the agent they know, exp and var are scaled by the
 * median of obs/exp within the queue, and z is narrowed to a normal number's quartiles: what all of
 * them do is no evidence.
 */
#ifndef SG_COLLUSION_COSERVICE_H
#define SG_COLLUSION_COSERVICE_H

#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "collusion/deals.h"
#include "collusion/routing.h"

struct sg_coservice_config {
    uint32_t tickets_most; /* of a customer: 10 */
    double doubt; /* share by which exp may be wrong: 0; below 0: so many times what is estimated */
    uint64_t first_seen_ms; /* only customers first seen then or later; 0: all */
};

struct sg_coservice {
    size_t n;                /* agents */
    double *obs, *exp, *var; /* n × n; exp and var as routing alone has them */
    double *habit;           /* n: what the diagonal's exp and var are scaled by */
    double *z;               /* n × n */
    double *narrow; /* n × n: z for each of obs - exp, did nobody come back out of habit */
    uint32_t tickets_most;
    double off;              /* share by which exp is wrong, estimated; 0: never asked */
    double doubt;            /* as asked for, or so many times off */
    struct sg_visits visits; /* of the customers that count, and count in no narrower one */
    size_t customers;
    const struct sg_coservice *wider; /* the same with customers of more tickets too; or NULL */
};

/* From finished deals. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_coservice_init(
    struct sg_coservice *co, const struct sg_deals *deals, const struct sg_routing *routing,
    const struct sg_coservice_config *config);
/* The same with customers of more tickets, chained behind narrower. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_coservice_widen(
    struct sg_coservice *co, struct sg_coservice *narrower, const struct sg_deals *deals,
    const struct sg_routing *routing, const struct sg_coservice_config *config);
void sg_coservice_fini(struct sg_coservice *co);

/* Of each two agents the largest z of the chain. */
void sg_coservice_oddest(const struct sg_coservice *co, double *z);
/* What that would be had agents[i] served deal i, and did nobody come back out of habit. spare:
 * room for n × n. ENOMEM. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_coservice_replay(const struct sg_coservice *co,
                                                             const uint32_t *agents, double *z,
                                                             double *spare);

#endif
