/* SPDX-License-Identifier: Apache-2.0 */
/*
 * collusion_bench.h - what the bench of collusion measures, a file for each kind.
 *
 *     collusion_rank.c     how well a score tells two kinds apart; intervals over seeds
 *     collusion_inline.c   tickets scored at once, in simulated markets
 *     collusion_report.c   agents and rings found with hindsight, in the same markets
 *     collusion_detect.c   how long it takes until a ring is seen, and who is accused wrongly
 *     collusion_message.c  what a message of a kilobyte costs beside its scan
 *     collusion_large.c    a report over a million events; a million tickets in the scorer
 *     collusion_flows.c    bursts in the DARPA flows
 */
#ifndef SG_BENCH_COLLUSION_BENCH_H
#define SG_BENCH_COLLUSION_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collusion/event.h"
#include "collusion/scorer.h"
#include "collusion/sim.h"

enum { WORLDS_MOST = 100, RINGS_MOST = 16 };

/* --- collusion_rank.c --- */

struct scored {
    double score;
    bool positive;
};
struct ranking {
    double auc, ap; /* ties count half; as one step */
    double recall;  /* where one of 200 negatives is passed */
};
/* Sorts them. */
struct ranking rank_of(struct scored *list, size_t n);

struct interval {
    double mean, low, high; /* 95 %, by drawing seeds again 2,000 times */
};
struct interval interval_of(const double *values, size_t n);
/* The same of the median over all rings of all worlds. INFINITY: in half of the draws. */
struct interval interval_of_median(double (*days)[RINGS_MOST], const size_t *rings, size_t worlds);

/* --- collusion_inline.c --- */

struct inline_result {
    double auc, ap, recall;
    double ns; /* CPU time an event */
};
/* since: of each agent the time when it was flagged first, 0 when it was not. */
bool score_market(const struct sg_sim *sim, struct inline_result *result, uint64_t *since);
/* What a scorer has allocated, in 10^6 bytes; it is constant. */
double scorer_megabytes(void);
extern const struct sg_scorer_config bench_scorer_config;
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
    double recall;    /* of rings: half of the agents are in one ring of the report */
    double false_per; /* honest agents flagged for 1,000 agent-months */
};
bool report_market(const struct sg_sim *sim, struct report_result *result);
/* A report every so many days on what was there by then: who was flagged first, and when. */
bool watch_market(const struct sg_sim *sim, unsigned every_days, uint64_t *since);

/* --- collusion_detect.c --- */

struct detection {
    double first[RINGS_MOST], half[RINGS_MOST]; /* days from a ring's first ticket until its first
                                                   agent, or half of them, is flagged; INFINITY */
    size_t rings;
    double caught;    /* share of the rings */
    double prevented; /* share of their tickets whose agent was flagged before */
    double false_per; /* honest agents flagged for 1,000 agent-months */
};
void detect(const struct sg_sim *sim, const uint64_t *since, struct detection *detection);
/* Flagged by either. */
void earlier(uint64_t *since, const uint64_t *other, size_t n);

/* --- collusion_message.c, collusion_large.c, collusion_flows.c: print their rows --- */

bool bench_messages(void);
/* program: scrubgate; folder: where the events may lie. */
bool bench_large(const char *program, const char *folder);
/* path: the flows as CSV; NULL: says that they are absent. False: cannot. */
bool bench_flows(const char *path);

#endif
