/* SPDX-License-Identifier: Apache-2.0 */
/*
 * meetings.c - what the customers and the agents of a ring had to do with each other.
 */
#include "report/meetings.h"

#include <stdlib.h>

#include "collusion/identity_rings.h"
#include "collusion/routing.h"

/* Where somebody is: in no ring, or at a place of one's list. */
struct seat {
    uint32_t ring, place;
};

struct work {
    struct sg_all_meetings *all;
    const struct sg_analysis *analysis;
    const struct sg_deals *deals;
    struct sg_routing routing;
    struct seat *customers, *agents; /* by number in deals */
    uint32_t *strata;                /* [ring × n_strata + stratum] */
};

/* --- who sits where --- */

static struct seat *seats_of(size_t n)
{
    struct seat *seats = malloc((n + 1) * sizeof *seats);
    for (size_t i = 0; seats != NULL && i < n; i++)
        seats[i] = (struct seat){SG_ANALYSIS_NONE, 0};
    return seats;
}

static enum scrubgate_status seat_all(struct work *work)
{
    work->customers = seats_of(work->deals->customers.n);
    work->agents = seats_of(work->deals->agents.n);
    work->strata = calloc(work->all->n * work->deals->strata.n + 1, sizeof *work->strata);
    if (work->customers == NULL || work->agents == NULL || work->strata == NULL)
        return SCRUBGATE_ENOMEM;
    for (uint32_t r = 0; r < work->all->n; r++) {
        const struct sg_analysis_ring *ring = &work->analysis->rings[r];
        for (uint32_t i = 0; i < ring->n_customers; i++)
            work->customers[ring->customers[i]] = (struct seat){r, i};
        for (uint32_t i = 0; i < ring->n_agents; i++)
            work->agents[ring->agents[i]] = (struct seat){r, i};
    }
    return SCRUBGATE_OK;
}

static void *room(struct work *work, size_t n, size_t size)
{
    return sg_arena_alloc(&work->all->arena, (n + 1) * size);
}

static enum scrubgate_status make_room(struct work *work)
{
    const size_t bins = work->all->bins.n;
    work->all->list = room(work, work->all->n, sizeof *work->all->list);
    for (size_t r = 0; work->all->list != NULL && r < work->all->n; r++) {
        struct sg_meetings *of = &work->all->list[r];
        const struct sg_analysis_ring *ring = of->ring = &work->analysis->rings[r];
        of->pair = room(work, ring->n_customers * ring->n_agents, sizeof *of->pair);
        of->opened = room(work, ring->n_customers, sizeof *of->opened);
        of->seen = room(work, bins, sizeof *of->seen);
        of->expected = room(work, bins, sizeof *of->expected);
        of->strip = room(work, ring->n_agents * bins, sizeof *of->strip);
        of->handle = room(work, 1, sizeof *of->handle);
        of->others = room(work, 1, sizeof *of->others);
        if (of->pair == NULL || of->opened == NULL || of->seen == NULL || of->expected == NULL ||
            of->strip == NULL || of->handle == NULL || of->others == NULL)
            return SCRUBGATE_ENOMEM;
    }
    return work->all->list == NULL ? SCRUBGATE_ENOMEM : SCRUBGATE_OK;
}

/* --- ticket by ticket --- */

static void take_handle(struct sg_latency *latency, const struct sg_deal *deal)
{
    if (deal->handle_ms > 0)
        sg_latency_add(latency, (uint64_t)deal->handle_ms * 1000000);
}

/* A ticket that reached an agent of its customer's ring. */
struct meeting {
    const struct sg_deal *deal;
    uint32_t customer, agent; /* places in the ring */
    size_t bin, on_duty, members;
};

static void take_meeting(struct work *work, struct sg_meetings *of, const struct meeting *at)
{
    const struct sg_deal *deal = at->deal;
    struct sg_meeting *pair = &of->pair[at->customer * of->ring->n_agents + at->agent];
    of->tickets++;
    of->again += pair->tickets > 0;
    of->one_place += deal->network != 0 && deal->network == deal->agent_network;
    of->on_duty += (double)at->on_duty;
    of->members += (double)at->members;
    of->seen[at->bin]++;
    of->strip[at->agent * work->all->bins.n + at->bin]++;
    pair->tickets++;
    work->strata[(size_t)(of - work->all->list) * work->deals->strata.n + deal->stratum]++;
    take_handle(of->handle, deal);
}

/* What routing alone would have sent of a ticket to each agent of its customer's ring. */
static void expect(const struct work *work, struct sg_meetings *of, const struct seat *customer,
                   struct meeting *at)
{
    const struct sg_share *shares = sg_routing_cell(&work->routing, at->deal, &at->on_duty);
    for (size_t i = 0; i < at->on_duty; i++) {
        const struct seat seat = work->agents[shares[i].agent];
        if (seat.ring != customer->ring)
            continue;
        of->pair[customer->place * of->ring->n_agents + seat.place].expected += shares[i].p;
        of->expected[at->bin] += shares[i].p;
        at->members++;
    }
}

static void take(struct work *work, const struct sg_deal *deal)
{
    const struct seat customer = work->customers[deal->customer];
    const struct seat agent = work->agents[deal->agent];
    if (agent.ring != SG_ANALYSIS_NONE && agent.ring != customer.ring)
        take_handle(work->all->list[agent.ring].others, deal);
    if (customer.ring == SG_ANALYSIS_NONE)
        return;
    struct sg_meetings *of = &work->all->list[customer.ring];
    struct meeting at = {.deal = deal,
                         .customer = customer.place,
                         .agent = agent.place,
                         .bin = sg_bins_find(&work->all->bins, deal->assign_ms)};
    expect(work, of, &customer, &at);
    of->opened[customer.place]++;
    of->all_tickets++;
    if (agent.ring == customer.ring)
        take_meeting(work, of, &at);
}

static void sum_up(struct work *work)
{
    const size_t n_strata = work->deals->strata.n;
    for (size_t r = 0; r < work->all->n; r++) {
        struct sg_meetings *of = &work->all->list[r];
        of->on_duty /= of->tickets > 0 ? (double)of->tickets : 1;
        of->members /= of->tickets > 0 ? (double)of->tickets : 1;
        for (size_t i = 0; i < work->all->bins.n; i++)
            if (of->seen[i] > of->busiest) {
                of->busiest = of->seen[i];
                of->busiest_bin = i;
            }
        for (uint32_t s = 0; s < n_strata; s++)
            if (work->strata[r * n_strata + s] > of->in_stratum) {
                of->in_stratum = work->strata[r * n_strata + s];
                of->stratum = s;
            }
    }
}

/* --- who shows the same --- */

/* Of one value: how many of each ring show it. */
static void count_holders(const struct work *work, const struct sg_traces *traces, size_t value,
                          uint32_t *holders)
{
    for (size_t i = traces->value[value]; i < traces->value[value + 1]; i++)
        if (work->customers[traces->list[i].party].ring != SG_ANALYSIS_NONE)
            holders[work->customers[traces->list[i].party].ring]++;
}

/* Each customer counts once for a kind, whatever many values are shared. */
static void note_sharing(struct work *work, const struct sg_traces *traces, size_t value,
                         const uint32_t *holders, uint32_t *noted)
{
    for (size_t i = traces->value[value]; i < traces->value[value + 1]; i++) {
        const struct sg_trace *trace = &traces->list[i];
        const uint32_t ring = work->customers[trace->party].ring;
        if (ring == SG_ANALYSIS_NONE || holders[ring] < 2)
            continue;
        struct sg_sharing *sharing = &work->all->list[ring].sharing[trace->kind];
        sharing->most = holders[ring] > sharing->most ? holders[ring] : sharing->most;
        sharing->customers += (noted[trace->party] >> trace->kind & 1) == 0;
        noted[trace->party] |= 1U << trace->kind;
    }
}

static enum scrubgate_status find_sharing(struct work *work)
{
    struct sg_traces traces = {.list = NULL};
    uint32_t *noted = calloc(work->deals->customers.n + 1, sizeof *noted);
    enum scrubgate_status rc = noted == NULL ? SCRUBGATE_ENOMEM : SCRUBGATE_OK;
    if (rc >= 0)
        rc = sg_traces_of_customers(&traces, work->deals);
    for (size_t v = 0; rc >= 0 && v < traces.n_values; v++) {
        uint32_t holders[SG_MEETINGS_RINGS] = {0};
        const size_t n = traces.value[v + 1] - traces.value[v];
        if (n < 2 || n > SG_IDENTITY_HOLDERS)
            continue;
        count_holders(work, &traces, v, holders);
        note_sharing(work, &traces, v, holders, noted);
    }
    sg_traces_fini(&traces);
    free(noted);
    return rc;
}

/* --- all of it --- */

enum scrubgate_status sg_meetings_init(struct sg_all_meetings *all,
                                       const struct sg_analysis *analysis,
                                       const struct sg_deals *deals)
{
    struct work work = {.all = all, .analysis = analysis, .deals = deals};
    *all = (struct sg_all_meetings){.n = analysis->n_rings < SG_MEETINGS_RINGS ? analysis->n_rings
                                                                               : SG_MEETINGS_RINGS};
    sg_bins_choose(&all->bins, analysis->begin_ms, analysis->end_ms);
    if (all->n == 0)
        return SCRUBGATE_OK;
    enum scrubgate_status rc = seat_all(&work);
    if (rc >= 0)
        rc = make_room(&work);
    if (rc >= 0)
        rc = sg_routing_init(&work.routing, deals);
    for (size_t i = 0; rc >= 0 && i < deals->n; i++)
        take(&work, &deals->list[i]);
    if (rc >= 0) {
        sum_up(&work);
        rc = find_sharing(&work);
    }
    sg_routing_fini(&work.routing);
    free(work.customers);
    free(work.agents);
    free(work.strata);
    if (rc < 0)
        sg_meetings_fini(all);
    return rc;
}

void sg_meetings_fini(struct sg_all_meetings *all)
{
    sg_arena_fini(&all->arena);
    all->list = NULL;
    all->n = 0;
}
