/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scorer_signals.c - what each signal has to say of a ticket.
 */
#include <math.h>

#include "collusion/chance.h"
#include "collusion/scorer_parts.h"

static const uint64_t burst_tick_ms = 6 * 3600000;
/* Fewer: whom a ticket meets is no choice, and there is nobody to compare an agent with. */
static const double least_on_duty = 3;
enum {
    COMMON = 6,       /* of a queue's last 128 texts: a form, or an outage, that many write of */
    USUAL_PAIR = 2,   /* so many tickets of a pair count for the agent's rate */
    COUNTED = 1 << 14 /* a customer with more: the sketch's counts may be full */
};

static const double limits[SG_SCORER_JUDGED] = {12, 8, 8, 6, 2, 3};

/* What a signal says of a ticket, and how much of it of the ticket's agent. */
struct finding {
    double weight, blame;
};

/* -log10 of the chance of k or more. */
static double surprise(uint64_t k, double mean)
{
    return k == 0 ? 0 : -sg_chance_poisson_tail(k, mean) / 2.302585092994046;
}

static uint64_t everything(const struct sg_scorer *scorer, unsigned facet)
{
    return sg_mark_pair(scorer->check, facet + 1);
}

/* How rare each facet is that is the agent's own, too. Half: they are of one household at times. */
static double judge_self(struct sg_scorer *scorer, const struct sg_scorer_ticket *ticket)
{
    const struct sg_scorer_own *own = &scorer->own[ticket->agent];
    double weight = 0;
    for (unsigned i = 0; i < SG_FACETS; i++) {
        const uint64_t mark = ticket->facets[i];
        if (mark == 0)
            continue;
        const double common = sg_frequency_add(&scorer->frequency, mark, scorer->now_ms);
        const double all =
            sg_frequency_add(&scorer->frequency, everything(scorer, i), scorer->now_ms);
        for (unsigned j = 0; j < SG_SCORER_OWN; j++)
            if (own->facets[i][j] == mark)
                weight += log10(all / common);
    }
    return weight;
}

/* A ticket's evidence is its agent's as far as the agent alone is met more than chance brings: one
 * who gets a ring's ticket by accident is not of the ring. */
static struct finding found(struct sg_meeting meeting, double p)
{
    const double own = surprise((uint64_t)meeting.seen, meeting.all * p);
    return (struct finding){meeting.evidence, fmin(meeting.evidence, own)};
}

/* What the pair's count says beside the customer's company. */
static struct finding judge_pair(struct sg_scorer *scorer, const struct sg_scorer_ticket *ticket,
                                 uint64_t pair, double p, bool thin)
{
    const uint32_t met = sg_panes_count(&scorer->panes, pair);
    const uint32_t all = met == 0 || thin ? 0 : sg_panes_count(&scorer->panes, ticket->customer);
    sg_panes_add(&scorer->panes, pair, scorer->now_ms);
    sg_panes_add(&scorer->panes, ticket->customer, scorer->now_ms);
    sg_strata_take(&scorer->strata, ticket->has_queue ? ticket->queue : SG_STRATA_NONE,
                   ticket->agent, scorer->now_ms, met < USUAL_PAIR);
    if (thin)
        return (struct finding){0, 0};
    struct sg_company_record *record =
        sg_company_find(&scorer->customers, ticket->customer, scorer->now_ms);
    struct finding pair_found =
        found(sg_company_meet(record, ticket->agent, ticket->customer, p, false), p);
    const double often = all > COUNTED ? 0 : surprise(met, all * p) / 2;
    pair_found.weight = fmax(pair_found.weight, often);
    pair_found.blame = fmax(pair_found.blame, often);
    return pair_found;
}

static struct finding judge_facet(struct sg_scorer *scorer, const struct sg_scorer_ticket *ticket,
                                  uint64_t mark, double p)
{
    if (mark == 0)
        return (struct finding){0, 0};
    struct sg_company_record *record = sg_company_find(&scorer->facets, mark, scorer->now_ms);
    return found(sg_company_meet(record, ticket->agent, ticket->customer, p, true), p);
}

static struct finding judge_farm(struct sg_scorer *scorer, const struct sg_scorer_ticket *ticket,
                                 double p, bool thin)
{
    struct finding sum = {0, 0};
    for (unsigned i = 0; i < SG_FACETS + SG_SCORER_IDENTITIES && !thin; i++) {
        const uint64_t mark = i < SG_FACETS ? ticket->facets[i] : ticket->identities[i - SG_FACETS];
        const struct finding one = judge_facet(scorer, ticket, mark, p);
        sum.weight += one.weight;
        sum.blame += one.blame;
    }
    return sum;
}

static double judge_template(struct sg_scorer *scorer, const struct sg_scorer_ticket *ticket,
                             bool thin)
{
    if (ticket->content == 0 || !ticket->has_queue || ticket->queue == SG_STRATA_NONE)
        return 0;
    const struct sg_alike here = sg_near_duplicates_count(
        &scorer->at_agents, ticket->agent, ticket->content, ticket->customer, SG_STRATA_NONE);
    const struct sg_alike around = sg_near_duplicates_count(
        &scorer->in_queues, ticket->queue, ticket->content, ticket->customer, ticket->agent);
    const double each = here.n / (around.n + 16.0);
    const double weight = fmax(surprise(here.close, each * (around.close + 0.5)),
                               surprise(here.far, each * (around.far + 0.5)));
    sg_near_duplicates_add(&scorer->at_agents, ticket->agent, ticket->content, ticket->customer,
                           ticket->queue, around.far >= COMMON);
    sg_near_duplicates_add(&scorer->in_queues, ticket->queue, ticket->content, ticket->customer,
                           ticket->agent, false);
    return thin ? 0 : fmax(0, weight - 0.3); /* of two the larger */
}

/* Chi-square grows with time for whatever is rare: a pair's second ticket is no burst. */
static double judge_burst(struct sg_scorer *scorer, const struct sg_scorer_ticket *ticket,
                          uint64_t pair)
{
    const double score =
        sg_burst_add(&scorer->burst, ticket->customer, pair, scorer->now_ms / burst_tick_ms);
    return score <= 0 ? 0 : fmax(0, 0.5 * (log10(score / scorer->burst.tick) - 0.5));
}

static double haste_of(struct sg_scorer *scorer, const struct sg_scorer_ticket *ticket)
{
    return (double)sg_company_find(&scorer->customers, ticket->customer, scorer->now_ms)->haste;
}

/* Most of a judgement would be waiting for memory, one table after the other. */
static void fetch(const struct sg_scorer *scorer, const struct sg_scorer_ticket *ticket,
                  uint64_t pair)
{
    sg_panes_fetch(&scorer->panes, pair);
    sg_panes_fetch(&scorer->panes, ticket->customer);
    sg_company_fetch(&scorer->customers, ticket->customer);
    for (unsigned i = 0; i < SG_FACETS; i++)
        if (ticket->facets[i] != 0) {
            sg_company_fetch(&scorer->facets, ticket->facets[i]);
            sg_frequency_fetch(&scorer->frequency, ticket->facets[i]);
        }
    for (unsigned i = 0; i < SG_SCORER_IDENTITIES; i++)
        if (ticket->identities[i] != 0)
            sg_company_fetch(&scorer->facets, ticket->identities[i]);
    if (ticket->content != 0)
        sg_near_duplicates_fetch(&scorer->at_agents, ticket->agent);
}

double sg_scorer_judge(struct sg_scorer *scorer, struct sg_scorer_ticket *ticket)
{
    const uint64_t pair = sg_mark_pair(ticket->customer, ticket->agent + UINT64_C(1));
    fetch(scorer, ticket, pair);
    const uint16_t queue = ticket->has_queue ? ticket->queue : SG_STRATA_NONE;
    const double p = sg_strata_share(&scorer->strata, queue, ticket->agent, scorer->now_ms);
    const bool thin = sg_strata_on_duty(&scorer->strata, queue, scorer->now_ms) < least_on_duty;
    const double self = judge_self(scorer, ticket);
    const struct finding met = judge_pair(scorer, ticket, pair, p, thin);
    const struct finding farm = judge_farm(scorer, ticket, p, thin);
    const double alike = judge_template(scorer, ticket, thin);
    const double burst = judge_burst(scorer, ticket, pair), haste = haste_of(scorer, ticket);
    const double mine = fmin(1, met.blame);
    const struct finding findings[SG_SCORER_JUDGED] = {
        {self, self}, met, farm, {alike, alike}, {burst, burst * mine}, {haste, haste * mine},
    };
    double blame = 0;
    ticket->thin = thin;
    for (unsigned i = 0; i < SG_SCORER_JUDGED; i++) {
        ticket->weights[i] = (float)fmin(findings[i].weight, limits[i]);
        blame += fmin(findings[i].blame, limits[i]);
    }
    return blame;
}

/* Chance gives every rank alike; who hurries, small ones more often, with density 1/2 r^-1/2. */
void sg_scorer_done(struct sg_scorer *scorer, const struct sg_scorer_ticket *ticket,
                    uint64_t handle_ms)
{
    struct sg_quantiles *handling =
        sg_strata_handling(&scorer->strata, ticket->has_queue ? ticket->queue : SG_STRATA_NONE);
    if (handling == NULL)
        return;
    const double rank = fmax(sg_quantiles_rank(handling, handle_ms), 1e-3);
    struct sg_company_record *record =
        sg_company_find(&scorer->customers, ticket->customer, scorer->now_ms);
    if (handling->total >= 50)
        record->haste = (float)fmax(0, (double)record->haste + log10(0.5) - 0.5 * log10(rank));
    sg_quantiles_add(handling, handle_ms);
}
