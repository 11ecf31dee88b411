/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scorer_agents.c - what an agent's tickets come to, and when that is too much.
 *
 * The threshold was set by markets without rings (tests/bench/collusion_detect.c). Where honest
 * work is odder than in these, the upper quarter of all agents says so, and the threshold follows.
 */
#include <math.h>

#include "collusion/scorer_parts.h"

enum { BUCKETS = 64, EACH_DOUBLING = 4 };
static const uint64_t day_ms = 86400000, crowd_every_ms = 6 * 3600000;
static const double half_life_days = 14;
static const double least = 3;         /* of a ticket: less is chance */
static const double most = 1.5;        /* that one ticket counts: one alone flags nobody */
static const double threshold = 2.5;   /* of an agent, where honest work is hardly odd */
static const double beyond_others = 4; /* and so many times the upper quarter's */
static const double hold = 0.5;        /* what is left of the threshold when a flag is taken back */

static double score_at(const struct sg_scorer_standing *standing, uint64_t ms)
{
    if (ms <= standing->ms || standing->score <= 0)
        return standing->score;
    const double days = (double)(ms - standing->ms) / (double)day_ms;
    return standing->score * exp2(-days / half_life_days);
}

/* A bucket's upper end, from 1/8 on; the first is all that is less. */
static double bucket_end(unsigned bucket)
{
    return 0.125 * exp2((double)bucket / EACH_DOUBLING);
}

static unsigned bucket_of(double score)
{
    const double at = score <= 0.125 ? 0 : ceil(EACH_DOUBLING * log2(score * 8));
    return at < BUCKETS - 1 ? (unsigned)at : BUCKETS - 1;
}

/* What all but a quarter of the agents are below; rings are too few to move it. */
static void ask_crowd(struct sg_scorer *scorer)
{
    uint32_t counts[BUCKETS] = {0};
    uint64_t agents = 0, below = 0;
    unsigned bucket = 0;
    if (scorer->crowd_ms != 0 && scorer->now_ms < scorer->crowd_ms + crowd_every_ms &&
        scorer->now_ms >= scorer->crowd_ms)
        return;
    for (size_t i = 0; i < SG_STRATA_AGENTS; i++) {
        if (scorer->standings[i].ms == 0)
            continue;
        agents++;
        counts[bucket_of(score_at(&scorer->standings[i], scorer->now_ms))]++;
    }
    while (bucket < BUCKETS - 1 && (below += counts[bucket]) * 4 < agents * 3)
        bucket++;
    scorer->threshold = fmax(threshold, bucket == 0 ? 0 : beyond_others * bucket_end(bucket));
    scorer->crowd_ms = scorer->now_ms;
}

/* What of a ticket counts. */
static double counting(double blame)
{
    return fmin(fmax(0, blame - least), most);
}

void sg_scorer_blame(struct sg_scorer *scorer, uint16_t agent, double before, double blame)
{
    struct sg_scorer_standing *standing = &scorer->standings[agent];
    ask_crowd(scorer);
    standing->score = score_at(standing, scorer->now_ms) + counting(blame) - counting(before);
    if (scorer->now_ms > standing->ms)
        standing->ms = scorer->now_ms;
    if (standing->flagged_ms == 0 && standing->score >= scorer->threshold)
        standing->flagged_ms = scorer->now_ms;
    else if (standing->score < hold * scorer->threshold)
        standing->flagged_ms = 0;
}

struct sg_agent_standing sg_scorer_standing(const struct sg_scorer *scorer, uint16_t agent)
{
    const struct sg_scorer_standing *standing = &scorer->standings[agent];
    const double score = score_at(standing, scorer->now_ms);
    const bool flagged = standing->flagged_ms != 0 && score >= hold * scorer->threshold;
    return (struct sg_agent_standing){.known = true,
                                      .score = score,
                                      .threshold = scorer->threshold,
                                      .flagged = flagged,
                                      .since_ms = flagged ? standing->flagged_ms : 0};
}

void sg_scorer_agent(const struct sg_scorer *scorer, uint64_t agent,
                     struct sg_agent_standing *standing)
{
    const uint16_t number =
        sg_strata_known(&scorer->strata, sg_mark(scorer->config.key, SG_MARK_AGENT, agent));
    *standing = (struct sg_agent_standing){.known = false};
    if (agent != 0 && number != SG_STRATA_NONE)
        *standing = sg_scorer_standing(scorer, number);
}

/* Each shard saw other tickets of the agent. */
void sg_scorer_merge_standings(struct sg_scorer *into, const struct sg_scorer *other,
                               const uint16_t *numbers)
{
    for (size_t i = 0; i < SG_STRATA_AGENTS; i++) {
        const struct sg_scorer_standing *more = &other->standings[i];
        if (more->ms == 0 || numbers[i] == SG_STRATA_NONE)
            continue;
        struct sg_scorer_standing *to = &into->standings[numbers[i]];
        const uint64_t ms = to->ms > more->ms ? to->ms : more->ms;
        to->score = score_at(to, ms) + score_at(more, ms);
        to->ms = ms;
        if (to->flagged_ms == 0 || (more->flagged_ms != 0 && more->flagged_ms < to->flagged_ms))
            to->flagged_ms = more->flagged_ms;
    }
    into->crowd_ms = 0;
}
