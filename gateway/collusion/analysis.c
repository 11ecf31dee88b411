/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analysis.c - from events to agents, rings and customers, each with the numbers that accuse them.
 */
#include "collusion/analysis.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "collusion/blocks.h"
#include "collusion/chance.h"
#include "collusion/coservice.h"
#include "collusion/evidence.h"
#include "collusion/membership.h"
#include "collusion/recruit.h"
#include "collusion/routing.h"
#include "collusion/suspicion.h"

enum {
    AGENTS_MOST = 5000, /* tables of any two: 4 GB */
    RINGS_MOST = 64,
    COLLEAGUES_FEWEST = 3, /* on duty on the average: below that routing has no choice */
    BANDS = 3,             /* of customers by their tickets: up to 10, 60, 360 */
    WIDER = 6,
    RECRUIT_ROUNDS = 4,
    CUSTOMER_TICKETS = 2 /* one ticket to a ring is no evidence */
};
/* A customer is named as a ring's when it is more likely that than not. */
static const double likely = 0.5;
static const double month_ms = 30.0 * 86400000;

/* What the steps share. */
struct work {
    struct sg_analysis *analysis;
    struct sg_deals *deals;
    struct sg_routing routing;
    struct sg_coservice co[SG_ANALYSIS_BANDS]; /* chained */
    struct sg_suspicion suspicion;
    struct sg_blocks blocks;
    struct sg_visits visits;
    struct sg_traces traces;
    struct sg_membership membership;
    uint32_t *ring; /* of each agent, by number */
    bool *thin;
    struct sg_arena *arena;
};

/* --- agents --- */

/* Agents who mostly have next to nobody beside them: whoever writes then must meet them. */
static enum scrubgate_status find_thin(struct work *work)
{
    const size_t n = work->deals->agents.n;
    double *colleagues = calloc(2 * n + 1, sizeof *colleagues);
    if (colleagues == NULL)
        return SCRUBGATE_ENOMEM;
    for (size_t i = 0; i < work->deals->n; i++) {
        size_t on_duty;
        (void)sg_routing_cell(&work->routing, &work->deals->list[i], &on_duty);
        colleagues[2 * work->deals->list[i].agent] += (double)on_duty;
        colleagues[2 * work->deals->list[i].agent + 1]++;
    }
    for (size_t a = 0; a < n; a++)
        work->thin[a] = colleagues[2 * a] < COLLEAGUES_FEWEST * colleagues[2 * a + 1];
    free(colleagues);
    return SCRUBGATE_OK;
}

static int by_edge(const void *a, const void *b)
{
    const struct sg_analysis_edge *x = a, *y = b;
    if (x->z != y->z)
        return x->z > y->z ? -1 : 1;
    return x->a != y->a ? (x->a > y->a) - (x->a < y->a) : (x->b > y->b) - (x->b < y->b);
}

/* By the customers who say most of the two. */
static struct sg_analysis_edge find_edge(const struct sg_coservice *co, uint32_t a, uint32_t b)
{
    const size_t at = (size_t)a * co->n + b;
    const struct sg_coservice *oddest = co;
    for (co = co->wider; co != NULL; co = co->wider)
        oddest = co->z[at] > oddest->z[at] ? co : oddest;
    const double scale = a == b ? oddest->habit[a] : 1;
    return (struct sg_analysis_edge){a, b, oddest->obs[at], oddest->exp[at] * scale, oddest->z[at]};
}

/* What made the score of one who is flagged, so that he can be asked and can answer. */
static enum scrubgate_status explain(struct work *work, struct sg_analysis_agent *agent)
{
    struct sg_analysis_edge *edges = sg_arena_alloc(work->arena, SG_SUSPICION_TOP * sizeof *edges);
    if (edges == NULL)
        return SCRUBGATE_ENOMEM;
    for (uint32_t b = 0; b < work->co->n; b++) {
        struct sg_analysis_edge edge = find_edge(work->co, agent->agent, b);
        for (size_t i = 0; i < agent->n_edges; i++)
            if (by_edge(&edge, &edges[i]) < 0) {
                const struct sg_analysis_edge less = edges[i];
                edges[i] = edge;
                edge = less;
            }
        if (agent->n_edges < SG_SUSPICION_TOP && edge.z > 0)
            edges[agent->n_edges++] = edge;
    }
    agent->edges = edges;
    return SCRUBGATE_OK;
}

static int by_agent_score(const void *a, const void *b)
{
    const struct sg_analysis_agent *x = a, *y = b;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    return (x->agent > y->agent) - (x->agent < y->agent);
}

static enum scrubgate_status list_agents(struct work *work)
{
    struct sg_analysis *analysis = work->analysis;
    const size_t n = work->deals->agents.n;
    analysis->agents = calloc(n + 1, sizeof *analysis->agents);
    if (analysis->agents == NULL)
        return SCRUBGATE_ENOMEM;
    for (size_t a = 0; a < n; a++) {
        const struct sg_suspect *suspect = &work->suspicion.list[a];
        analysis->agents[a] =
            (struct sg_analysis_agent){.agent = (uint32_t)a,
                                       .ring = work->ring[a],
                                       .score = suspect->adjusted,
                                       .p = suspect->p,
                                       .q = suspect->q,
                                       .thin = work->thin[a],
                                       .flagged = suspect->flagged && !work->thin[a]};
    }
    for (size_t i = 0; i < work->deals->n; i++)
        analysis->agents[work->deals->list[i].agent].tickets++;
    analysis->n_agents = n;
    if (n > 0)
        qsort(analysis->agents, n, sizeof *analysis->agents, by_agent_score);
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (size_t i = 0; i < n && rc >= 0; i++)
        if (analysis->agents[i].flagged)
            rc = explain(work, &analysis->agents[i]);
    return rc;
}

/* --- rings: dense blocks of the agents' residuals --- */

/* A block says something when it is denser than chance's, and one of its members alone would be
 * flagged. */
static bool is_ring(const struct work *work, size_t block)
{
    if (work->blocks.density[block] <= work->suspicion.block_threshold)
        return false;
    for (size_t i = work->blocks.begin[block]; i < work->blocks.begin[block + 1]; i++) {
        const uint32_t agent = work->blocks.member[i];
        if (work->suspicion.list[agent].flagged && !work->thin[agent])
            return true;
    }
    return false;
}

static enum scrubgate_status list_edges(struct work *work, struct sg_analysis_ring *ring)
{
    const size_t n = ring->n_agents;
    struct sg_analysis_edge *edges = sg_arena_alloc(work->arena, n * (n + 1) / 2 * sizeof *edges);
    if (edges == NULL)
        return SCRUBGATE_ENOMEM;
    for (size_t i = 0; i < n; i++)
        for (size_t j = i; j < n; j++)
            edges[ring->n_edges++] = find_edge(work->co, ring->agents[i], ring->agents[j]);
    qsort(edges, ring->n_edges, sizeof *edges, by_edge);
    ring->edges = edges;
    return SCRUBGATE_OK;
}

static void add_ring(struct work *work, size_t block)
{
    struct sg_analysis *analysis = work->analysis;
    for (size_t i = work->blocks.begin[block]; i < work->blocks.begin[block + 1]; i++)
        work->ring[work->blocks.member[i]] = (uint32_t)analysis->n_rings;
    analysis->rings[analysis->n_rings++] = (struct sg_analysis_ring){
        .density = work->blocks.density[block], .threshold = work->suspicion.block_threshold};
}

static enum scrubgate_status find_rings(struct work *work)
{
    const size_t n = work->co->n;
    double *weights = malloc((n * n + 1) * sizeof *weights);
    double *z = malloc((n * n + 1) * sizeof *z);
    work->analysis->rings = calloc(RINGS_MOST, sizeof *work->analysis->rings);
    enum scrubgate_status rc = SCRUBGATE_ENOMEM;
    if (weights != NULL && z != NULL && work->analysis->rings != NULL) {
        sg_coservice_oddest(work->co, z);
        sg_suspicion_weigh(z, n, weights);
        rc = sg_blocks_init(&work->blocks, weights, n, work->suspicion.block_threshold, RINGS_MOST);
    }
    free(weights);
    free(z);
    for (size_t i = 0; rc >= 0 && i < work->blocks.n; i++)
        if (is_ring(work, i))
            add_ring(work, i);
    return rc;
}

/* Rings that were taken over by others are none any more. */
static void drop_empty_rings(struct work *work)
{
    struct sg_analysis *analysis = work->analysis;
    uint32_t number[RINGS_MOST], kept = 0;
    for (uint32_t r = 0; r < analysis->n_rings; r++)
        number[r] = SG_ANALYSIS_NONE;
    for (size_t a = 0; a < work->deals->agents.n; a++)
        if (work->ring[a] != SG_ANALYSIS_NONE)
            number[work->ring[a]] = 0;
    for (uint32_t r = 0; r < analysis->n_rings; r++)
        if (number[r] != SG_ANALYSIS_NONE) {
            analysis->rings[kept] = analysis->rings[r];
            number[r] = kept++;
        }
    for (size_t a = 0; a < work->deals->agents.n; a++)
        if (work->ring[a] != SG_ANALYSIS_NONE)
            work->ring[a] = number[work->ring[a]];
    analysis->n_rings = kept;
}

/* Customers by agents, agents by customers, until nobody joins any more. */
static enum scrubgate_status find_members(struct work *work)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    size_t joined = 1;
    for (unsigned round = 0;
         round < RECRUIT_ROUNDS && work->analysis->n_rings > 0 && joined > 0 && rc >= 0; round++) {
        const uint32_t rings = (uint32_t)work->analysis->n_rings;
        sg_membership_fini(&work->membership);
        rc = sg_membership_init(&work->membership, work->deals, &work->visits, &work->routing,
                                &work->traces, work->ring, rings);
        if (rc >= 0 && round + 1 < RECRUIT_ROUNDS)
            rc = sg_recruit(work->deals, &work->routing, &work->membership, work->thin, work->ring,
                            rings, &joined);
        drop_empty_rings(work);
    }
    return rc;
}

/* --- customers of rings --- */

/* What is said of one who met its ring more than once. */
static struct sg_analysis_customer describe_customer(const struct work *work, uint32_t customer)
{
    const struct sg_member *member = &work->membership.list[customer];
    const size_t n = work->visits.begin[customer + 1] - work->visits.begin[customer];
    return (struct sg_analysis_customer){
        .customer = customer,
        .ring = member->probability > likely ? member->ring : SG_ANALYSIS_NONE,
        .score = -sg_chance_poisson_tail(member->to_ring, member->expected) / log(10),
        .probability = member->probability,
        .tickets = (uint32_t)n,
        .to_ring = member->to_ring,
        .expected = member->expected};
}

static int by_likelihood(const void *a, const void *b)
{
    const struct sg_analysis_customer *x = a, *y = b;
    if (x->probability != y->probability)
        return x->probability > y->probability ? -1 : 1;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    return (x->customer > y->customer) - (x->customer < y->customer);
}

static enum scrubgate_status list_customers(struct work *work)
{
    struct sg_analysis *analysis = work->analysis;
    const size_t n = work->deals->customers.n;
    analysis->customers = malloc((n + 1) * sizeof *analysis->customers);
    if (analysis->customers == NULL)
        return SCRUBGATE_ENOMEM;
    for (uint32_t c = 0; c < n && analysis->n_rings > 0; c++)
        if (work->membership.list[c].to_ring >= CUSTOMER_TICKETS)
            analysis->customers[analysis->n_customers++] = describe_customer(work, c);
    if (analysis->n_customers > 0)
        qsort(analysis->customers, analysis->n_customers, sizeof *analysis->customers,
              by_likelihood);
    return SCRUBGATE_OK;
}

static enum scrubgate_status give_agents(struct work *work, struct sg_analysis_ring *ring,
                                         uint32_t number)
{
    const struct sg_analysis *analysis = work->analysis;
    uint32_t *list = sg_arena_alloc(work->arena, (analysis->n_agents + 1) * sizeof *list);
    if (list == NULL)
        return SCRUBGATE_ENOMEM;
    for (size_t i = 0; i < analysis->n_agents; i++)
        if (analysis->agents[i].ring == number)
            list[ring->n_agents++] = analysis->agents[i].agent;
    ring->agents = list;
    return list_edges(work, ring);
}

static enum scrubgate_status give_customers(struct work *work, struct sg_analysis_ring *ring,
                                            uint32_t number)
{
    const struct sg_analysis *analysis = work->analysis;
    uint32_t *list = sg_arena_alloc(work->arena, (analysis->n_customers + 1) * sizeof *list);
    double *how = sg_arena_alloc(work->arena, (analysis->n_customers + 1) * sizeof *how);
    if (list == NULL || how == NULL)
        return SCRUBGATE_ENOMEM;
    for (size_t i = 0; i < analysis->n_customers; i++)
        if (analysis->customers[i].ring == number) {
            how[ring->n_customers] = analysis->customers[i].probability;
            list[ring->n_customers++] = analysis->customers[i].customer;
        }
    ring->customers = list;
    ring->likely = how;
    return SCRUBGATE_OK;
}

/* Groups of customers, and agents who show up as customers of suspected ones. */
static enum scrubgate_status find_likenesses(struct work *work)
{
    struct sg_analysis *analysis = work->analysis;
    struct sg_traces own = {.list = NULL};
    bool *suspected = calloc(work->deals->agents.n + 1, sizeof *suspected);
    enum scrubgate_status rc = SCRUBGATE_ENOMEM;
    if (suspected == NULL)
        goto out;
    for (size_t i = 0; i < analysis->n_agents; i++)
        suspected[analysis->agents[i].agent] =
            analysis->agents[i].flagged || analysis->agents[i].ring != SG_ANALYSIS_NONE;
    rc = sg_identity_rings_init(&analysis->identities, work->deals, &work->visits, &work->routing,
                                &work->traces, work->arena);
    if (rc >= 0)
        rc = sg_traces_of_agents(&own, work->deals);
    if (rc >= 0)
        rc = sg_role_swaps_init(&analysis->swaps, work->deals, &work->visits, &work->routing,
                                &work->traces, &own, suspected, work->arena);
out:
    sg_traces_fini(&own);
    free(suspected);
    return rc;
}

static enum scrubgate_status describe_rings(struct work *work)
{
    const struct sg_evidence_source source = {work->deals, &work->visits, &work->routing,
                                              work->ring};
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (uint32_t r = 0; r < work->analysis->n_rings && rc >= 0; r++) {
        struct sg_analysis_ring *ring = &work->analysis->rings[r];
        rc = give_agents(work, ring, r);
        if (rc >= 0)
            rc = give_customers(work, ring, r);
        if (rc >= 0)
            rc = sg_evidence_gather(ring, r, &source, work->arena);
    }
    return rc;
}

/* --- all of it --- */

static enum scrubgate_status keep_chance(struct work *work)
{
    const struct sg_suspicion *suspicion = &work->suspicion;
    double *chance = sg_arena_alloc(work->arena, sizeof suspicion->chance);
    if (chance == NULL)
        return SCRUBGATE_ENOMEM;
    memcpy(chance, suspicion->chance, sizeof suspicion->chance);
    work->analysis->chance = chance;
    work->analysis->n_chance = sizeof suspicion->chance / sizeof suspicion->chance[0];
    work->analysis->threshold = suspicion->threshold;
    work->analysis->inflation = suspicion->inflation;
    return SCRUBGATE_OK;
}

static void describe(struct work *work)
{
    struct sg_analysis *analysis = work->analysis;
    const struct sg_deals *deals = work->deals;
    analysis->tickets = deals->n;
    if (deals->n == 0)
        return;
    analysis->begin_ms = deals->list[0].assign_ms;
    analysis->end_ms = deals->list[deals->n - 1].assign_ms;
    analysis->months = (double)(analysis->end_ms - analysis->begin_ms) / month_ms;
}

static enum scrubgate_status prepare(struct work *work)
{
    const size_t n = work->deals->agents.n;
    if (n > AGENTS_MOST)
        return SCRUBGATE_ELIMIT;
    work->analysis->memory = work->arena = calloc(1, sizeof *work->arena);
    work->ring = malloc((n + 1) * sizeof *work->ring);
    work->thin = calloc(n + 1, sizeof *work->thin);
    if (work->ring == NULL || work->thin == NULL || work->arena == NULL)
        return SCRUBGATE_ENOMEM;
    for (size_t a = 0; a < n; a++)
        work->ring[a] = SG_ANALYSIS_NONE;
    enum scrubgate_status rc = sg_routing_init(&work->routing, work->deals);
    if (rc >= 0)
        rc = sg_visits_init(&work->visits, work->deals);
    return rc < 0 ? rc : sg_traces_of_customers(&work->traces, work->deals);
}

static enum scrubgate_status score(struct work *work)
{
    const struct sg_analysis_config *config = &work->analysis->config;
    const struct sg_suspicion_config chance = {
        .rounds = config->rounds, .seed = config->seed, .false_alarms = config->false_alarms};
    struct sg_coservice_config few = {.tickets_most = config->tickets_most};
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (size_t i = 0; i < SG_ANALYSIS_BANDS && rc >= 0; i++, few.tickets_most *= WIDER) {
        few.doubt = i == 0 ? -1 : -3;
        rc = i == 0 ? sg_coservice_init(work->co, work->deals, &work->routing, &few)
                    : sg_coservice_widen(&work->co[i], &work->co[i - 1], work->deals,
                                         &work->routing, &few);
        work->analysis->bands[i] = (struct sg_analysis_band){few.tickets_most, work->co[i].doubt};
    }
    if (rc >= 0)
        rc = sg_suspicion_init(&work->suspicion, work->co, work->deals, &work->routing, &chance,
                               work->analysis->months);
    return rc < 0 ? rc : find_thin(work);
}

enum scrubgate_status sg_analysis_init(struct sg_analysis *analysis, struct sg_deals *deals,
                                       const struct sg_analysis_config *config)
{
    struct work work = {.analysis = analysis, .deals = deals};
    *analysis = (struct sg_analysis){.config = *config};
    describe(&work);
    enum scrubgate_status rc = prepare(&work);
    if (rc >= 0 && deals->n > 0) {
        rc = score(&work);
        if (rc >= 0)
            rc = find_rings(&work);
        if (rc >= 0)
            rc = find_members(&work);
        if (rc >= 0)
            rc = list_agents(&work);
        if (rc >= 0)
            rc = list_customers(&work);
        if (rc >= 0)
            rc = describe_rings(&work);
        if (rc >= 0)
            rc = find_likenesses(&work);
        if (rc >= 0)
            rc = keep_chance(&work);
    }
    sg_blocks_fini(&work.blocks);
    sg_suspicion_fini(&work.suspicion);
    for (size_t i = 0; i < SG_ANALYSIS_BANDS; i++)
        sg_coservice_fini(&work.co[i]);
    sg_routing_fini(&work.routing);
    sg_visits_fini(&work.visits);
    sg_traces_fini(&work.traces);
    sg_membership_fini(&work.membership);
    free(work.ring);
    free(work.thin);
    if (rc < 0)
        sg_analysis_fini(analysis);
    return rc;
}

void sg_analysis_fini(struct sg_analysis *analysis)
{
    struct sg_arena *arena = analysis->memory;
    if (arena != NULL) {
        sg_arena_fini(arena);
        free(arena);
    }
    free(analysis->agents);
    free(analysis->customers);
    free(analysis->rings);
    *analysis = (struct sg_analysis){.agents = NULL};
}
