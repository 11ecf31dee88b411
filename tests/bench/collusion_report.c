/* SPDX-License-Identifier: Apache-2.0 */
/*
 * collusion_report.c - agents and rings of a simulated market, found with hindsight.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "collusion/analysis.h"

#include "collusion_bench.h"

static const struct sg_analysis_config config = {
    .false_alarms = 0.001, .rounds = 200, .seed = 1, .tickets_most = 10};

/* Somebody who looks often accuses more often by chance: less each time. */
static const struct sg_analysis_config watch_config = {
    .false_alarms = 0.0001, .rounds = 100, .seed = 1, .tickets_most = 10};
static const uint64_t day_ms = 86400000, watch_window_ms = 60 * UINT64_C(86400000);

/* Rings of truth and of the analysis, by a number of the analysis; none: UINT32_MAX. */
struct membership {
    uint32_t truth, found;
};

static double twos(double n)
{
    return n * (n - 1) / 2;
}

/* How many of a ring (both UINT32_MAX: anybody's) are of a block. */
static double count(const struct membership *list, size_t n, uint32_t ring, uint32_t block)
{
    double members = 0;
    for (size_t i = 0; i < n; i++)
        members += (ring == UINT32_MAX || list[i].truth == ring) &&
                   (block == UINT32_MAX || list[i].found == block);
    return members;
}

/* Of all twos that one of both says belong together: how many do both. */
static double pair_f1(const struct membership *list, size_t n, uint32_t rings, size_t found)
{
    double both = 0, truth = 0, said = 0;
    for (uint32_t ring = 0; ring < rings; ring++) {
        truth += twos(count(list, n, ring, UINT32_MAX));
        for (uint32_t block = 0; block < found; block++)
            both += twos(count(list, n, ring, block));
    }
    for (uint32_t block = 0; block < found; block++)
        said += twos(count(list, n, UINT32_MAX, block));
    return truth + said == 0 ? 1 : 2 * both / (truth + said);
}

static double ring_recall(const struct membership *agents, size_t n, uint32_t rings, size_t found)
{
    double caught = 0;
    for (uint32_t ring = 0; ring < rings; ring++) {
        double most = 0;
        for (uint32_t block = 0; block < found; block++)
            most = fmax(most, count(agents, n, ring, block));
        caught += most > 0 && 2 * most >= count(agents, n, ring, UINT32_MAX);
    }
    return rings == 0 ? 1 : caught / rings;
}

static void judge(const struct sg_sim *sim, const struct sg_deals *deals,
                  const struct sg_analysis *analysis, struct scored *list,
                  struct membership *members, struct report_result *result)
{
    size_t n = 0, m = 0;
    double wrong = 0;
    for (size_t i = 0; i < deals->agents.n + deals->customers.n; i++)
        members[i] = (struct membership){UINT32_MAX, UINT32_MAX};
    for (size_t i = 0; i < analysis->n_rings; i++) {
        const struct sg_analysis_ring *ring = &analysis->rings[i];
        for (size_t j = 0; j < ring->n_agents; j++)
            members[ring->agents[j]].found = (uint32_t)i;
        for (size_t j = 0; j < ring->n_customers; j++)
            members[deals->agents.n + ring->customers[j]].found = (uint32_t)i;
    }
    m = deals->agents.n + deals->customers.n;
    for (size_t i = 0; i < sim->n_customers; i++) {
        const uint32_t number = sg_numbering_find(&deals->customers, sim->customers[i].id);
        if (number != UINT32_MAX)
            members[deals->agents.n + number].truth = sim->customers[i].ring;
    }
    double *score = calloc(deals->agents.n + 1, sizeof *score);
    bool *flagged = calloc(deals->agents.n + 1, sizeof *flagged);
    for (size_t i = 0; score != NULL && flagged != NULL && i < analysis->n_agents; i++) {
        score[analysis->agents[i].agent] = analysis->agents[i].score;
        flagged[analysis->agents[i].agent] = analysis->agents[i].flagged;
    }
    for (size_t i = 0; score != NULL && flagged != NULL && i < sim->n_agents; i++) {
        const uint32_t number = sg_numbering_find(&deals->agents, sim->agents[i].id);
        const bool ring = sim->agents[i].ring != SG_SIM_NONE;
        if (number == UINT32_MAX)
            continue;
        members[number].truth = sim->agents[i].ring;
        list[n++] = (struct scored){score[number], ring};
        wrong += flagged[number] && !ring;
    }
    free(score);
    free(flagged);
    const struct ranking ranking = rank_of(list, n);
    result->auc = ranking.auc;
    result->ap = ranking.ap;
    result->pair_f1 = pair_f1(members, m, sim->params.rings, analysis->n_rings);
    result->recall = ring_recall(members, deals->agents.n, sim->params.rings, analysis->n_rings);
    result->false_per = n == 0 ? 0 : 1000 * wrong / (analysis->months * (double)n);
}

/* What happened until then. */
static bool gather(const struct sg_sim *sim, uint64_t until_ms, struct sg_deals *deals,
                   uint64_t since_ms)
{
    size_t n;
    struct moment *moments = moments_of(sim, &n);
    enum scrubgate_status rc = moments == NULL ? SCRUBGATE_ENOMEM : SCRUBGATE_OK;
    for (size_t i = 0; i < n && rc >= 0 && moments[i].ms < until_ms; i++) {
        const struct sg_collusion_event event = event_of(sim, &moments[i]);
        rc = sg_deals_add(deals, &event);
    }
    sg_deals_finish(deals, since_ms);
    free(moments);
    return rc >= 0;
}

bool report_market(const struct sg_sim *sim, struct report_result *result)
{
    struct sg_deals deals;
    struct sg_analysis analysis;
    if (sg_deals_init(&deals) < 0)
        return false;
    bool fine = gather(sim, UINT64_MAX, &deals, 0) &&
                sg_analysis_init(&analysis, &deals, &config) >= SCRUBGATE_OK;
    if (fine) {
        struct scored *list = malloc((sim->n_agents + 1) * sizeof *list);
        struct membership *members =
            malloc((deals.agents.n + deals.customers.n + 1) * sizeof *members);
        fine = list != NULL && members != NULL;
        if (fine)
            judge(sim, &deals, &analysis, list, members, result);
        free(list);
        free(members);
        sg_analysis_fini(&analysis);
    }
    sg_deals_fini(&deals);
    return fine;
}

/* --- a report every few days --- */

static void note(const struct sg_sim *sim, const struct sg_deals *deals,
                 const struct sg_analysis *analysis, uint64_t ms, uint64_t *since)
{
    for (size_t i = 0; i < sim->n_agents; i++) {
        const uint32_t number = sg_numbering_find(&deals->agents, sim->agents[i].id);
        for (size_t j = 0; j < analysis->n_agents && number != UINT32_MAX && since[i] == 0; j++)
            if (analysis->agents[j].agent == number && analysis->agents[j].flagged)
                since[i] = ms;
    }
}

static bool watch_once(const struct sg_sim *sim, uint64_t until_ms, uint64_t *since)
{
    struct sg_deals deals;
    struct sg_analysis analysis;
    if (sg_deals_init(&deals) < 0)
        return false;
    const uint64_t from_ms = until_ms > watch_window_ms ? until_ms - watch_window_ms : 0;
    const bool fine = gather(sim, until_ms, &deals, from_ms) &&
                      sg_analysis_init(&analysis, &deals, &watch_config) >= SCRUBGATE_OK;
    if (fine) {
        note(sim, &deals, &analysis, until_ms, since);
        sg_analysis_fini(&analysis);
    }
    sg_deals_fini(&deals);
    return fine;
}

bool watch_market(const struct sg_sim *sim, unsigned every_days, uint64_t *since)
{
    const uint64_t begin = sim->n_tickets == 0 ? 0 : sim->tickets[0].open_ms;
    bool fine = true;
    for (unsigned day = every_days; day <= sim->params.days && fine; day += every_days)
        fine = watch_once(sim, begin + day * day_ms, since);
    return fine;
}
