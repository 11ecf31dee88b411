/* SPDX-License-Identifier: Apache-2.0 */
/*
 * suspicion.h - how odd an agent's company is, and how often chance alone is as odd.
 *
 * An agent's score is the sum of the three largest co-service residuals (collusion/coservice.h).
 * What scores chance gives is found by the operator's own traffic: every ticket is handed out anew
 * by p(a | t, s), and everybody is scored again, many times (parametric bootstrap). Real queues are
 * odder than chance in ways no model has; so before the comparison scores are brought to the median
 * and quartiles that chance gives, which a ring, being a few among many, cannot move.
 */
#ifndef SG_COLLUSION_SUSPICION_H
#define SG_COLLUSION_SUSPICION_H

#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "collusion/coservice.h"

enum { SG_SUSPICION_PARTS = 1000, SG_SUSPICION_TOP = 3 /* residuals that make a score */ };

struct sg_suspicion_config {
    unsigned rounds; /* of the bootstrap: 100 */
    uint64_t seed;
    double false_alarms; /* agents per agent-month: 0.001 */
};

struct sg_suspect {
    uint32_t agent;
    double score;    /* as it is */
    double adjusted; /* as chance's scores are spread */
    double p, q;     /* chance alone is as odd; Benjamini and Hochberg's */
    bool flagged;
};

struct sg_suspicion {
    struct sg_suspect *list; /* of all agents, by number */
    size_t n;
    double inflation;       /* how much wider the scores were spread than chance's */
    double threshold;       /* adjusted scores above it are flagged */
    double block_threshold; /* density that chance's densest block has in one of twenty rounds */
    /* What scores chance gave: the lowest, and what 1/1000, 2/1000 … of them are at most. */
    double chance[SG_SUSPICION_PARTS + 1];
};

/* Weight that two agents have to each other, for sg_blocks_init: what of z is over 1.5. */
void sg_suspicion_weigh(const double *z, size_t n, double *weights);

/* months: how long the deals go on. co: one, or several that are chained by their wider: the oddest
 * residual of each two agents counts. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_suspicion_init(
    struct sg_suspicion *suspicion, const struct sg_coservice *co, const struct sg_deals *deals,
    const struct sg_routing *routing, const struct sg_suspicion_config *config, double months);
void sg_suspicion_fini(struct sg_suspicion *suspicion);

#endif
