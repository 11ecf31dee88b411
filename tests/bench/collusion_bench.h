/* SPDX-License-Identifier: Apache-2.0 */
/*
 * collusion_bench.h - what the bench of collusion measures, a file for each kind.
 *
 *     collusion_rank.c     how well a score tells two kinds apart; intervals over seeds
 *     collusion_inline.c   tickets scored at once, in simulated markets
 *     collusion_report.c   agents and rings found with hindsight, in the same markets
 *     collusion_flows.c    bursts in the DARPA flows
 */
#ifndef SG_BENCH_COLLUSION_BENCH_H
#define SG_BENCH_COLLUSION_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collusion/event.h"
#include "collusion/sim.h"

/* --- collusion_rank.c --- */

struct scored {
    double score;
    bool positive;
};
struct ranking {
    double auc, ap; /* ties count half; as one step */
};
/* Sorts them. */
struct ranking rank_of(struct scored *list, size_t n);

struct interval {
    double mean, low, high; /* 95 %, by drawing seeds again 2,000 times */
};
struct interval interval_of(const double *values, size_t n);

/* --- collusion_inline.c --- */

struct inline_result {
    double auc, ap;
    double ns; /* CPU time an event */
};
bool score_market(const struct sg_sim *sim, struct inline_result *result);
/* What a scorer has allocated, in 10^6 bytes; it is constant. */
double scorer_megabytes(void);
/* The events of a market by time: times and tickets; free them. */
struct moment {
    uint64_t ms;
    uint32_t ticket, step; /* 0 open, 1 assign, 2 resolve */
};
struct moment *moments_of(const struct sg_sim *sim, size_t *n);
struct sg_collusion_event event_of(const struct sg_sim *sim, const struct moment *moment);
double cpu_ns(void);

/* --- collusion_report.c --- */

struct report_result {
    double auc, ap;
    double pair_f1;   /* of agents and customers that belong to one ring, by twos */
    double false_per; /* honest agents flagged for 1,000 agent-months */
    double seconds;
};
bool report_market(const struct sg_sim *sim, struct report_result *result);

/* --- collusion_flows.c --- */

/* Prints its rows. path: the flows as CSV; NULL: says that they are absent. False: cannot. */
bool bench_flows(const char *path);

#endif
