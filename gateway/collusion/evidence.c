/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence.c - the tickets that speak against a ring: which, when, and how many routing explains.
 */
#include "collusion/evidence.h"

#include <stdlib.h>

static const uint64_t day_ms = 86400000;

/* What is gathered, still to be written into. */
struct gathered {
    struct sg_analysis_ring *ring;
    struct sg_analysis_ticket *tickets;
    struct sg_analysis_day *days;
    uint32_t number;
};

/* p of the ring's agents together. */
static double expect(const struct sg_evidence_source *source, const struct sg_deal *deal,
                     uint32_t number)
{
    size_t n;
    double sum = 0;
    const struct sg_share *shares = sg_routing_cell(source->routing, deal, &n);
    for (size_t i = 0; i < n; i++)
        sum += source->ring[shares[i].agent] == number ? shares[i].p : 0;
    return sum;
}

static void count(struct gathered *to, const struct sg_evidence_source *source,
                  const struct sg_deal *deal)
{
    struct sg_analysis_ring *ring = to->ring;
    const double p = expect(source, deal, to->number);
    struct sg_analysis_day *day =
        &to->days[(deal->assign_ms - source->deals->list[0].assign_ms) / day_ms];
    ring->expected += p;
    day->expected += p;
    if (source->ring[deal->agent] != to->number)
        return;
    ring->observed++;
    day->observed++;
    if (ring->first_ms == 0 || deal->assign_ms < ring->first_ms)
        ring->first_ms = deal->assign_ms;
    if (deal->assign_ms > ring->last_ms)
        ring->last_ms = deal->assign_ms;
    if (ring->n_tickets < SG_ANALYSIS_TICKETS)
        to->tickets[ring->n_tickets++] = (struct sg_analysis_ticket){
            deal->ticket, deal->assign_ms, deal->customer, deal->agent, p};
}

static int by_time(const void *a, const void *b)
{
    const struct sg_analysis_ticket *x = a, *y = b;
    if (x->time_ms != y->time_ms)
        return x->time_ms < y->time_ms ? -1 : 1;
    return (x->ticket > y->ticket) - (x->ticket < y->ticket);
}

enum scrubgate_status sg_evidence_gather(struct sg_analysis_ring *ring, uint32_t number,
                                         const struct sg_evidence_source *source,
                                         struct sg_arena *arena)
{
    const struct sg_deals *deals = source->deals;
    const size_t days =
        (size_t)((deals->list[deals->n - 1].assign_ms - deals->list[0].assign_ms) / day_ms) + 1;
    struct gathered to = {.ring = ring, .number = number};
    to.tickets = sg_arena_alloc(arena, SG_ANALYSIS_TICKETS * sizeof *to.tickets);
    to.days = sg_arena_alloc(arena, days * sizeof *to.days);
    if (to.tickets == NULL || to.days == NULL)
        return SCRUBGATE_ENOMEM;
    for (size_t i = 0; i < ring->n_customers; i++) {
        const uint32_t customer = ring->customers[i];
        const size_t end = source->visits->begin[customer + 1];
        for (size_t k = source->visits->begin[customer]; k < end; k++)
            count(&to, source, &deals->list[source->visits->deal[k]]);
    }
    if (ring->n_tickets > 0)
        qsort(to.tickets, ring->n_tickets, sizeof *to.tickets, by_time);
    ring->tickets = to.tickets;
    ring->days = to.days;
    ring->n_days = days;
    return SCRUBGATE_OK;
}
