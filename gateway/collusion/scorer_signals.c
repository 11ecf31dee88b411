/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scorer_signals.c - what each signal has to say of a ticket.
 */
#include <math.h>
#include <string.h>

#include "collusion/chance.h"
#include "collusion/scorer_parts.h"

static const uint64_t burst_tick_ms = 6 * 3600000;
/* Fewer: whom a ticket meets is no choice, and there is nobody to compare an agent with. */
static const double least_on_duty = 3;
enum {
    CONTENT = SG_FACETS + SG_SCORER_IDENTITIES, /* the last of what a ticket shows */
    COMMON = 6,       /* of a queue's last 128 texts: a form, or an outage, that many write of */
    USUAL_PAIR = 2,   /* so many tickets of a pair count for the agent's rate */
    BUSY = 500,       /* a customer with more speaks against nobody: it is a shop, or a machine */
    COUNTED = 1 << 14 /* a customer with more: the sketch's counts may be full */
};

static const double limits[SG_SCORER_JUDGED] = {12, 8, 8, 6, 2, 3};

/* What a signal says of a ticket, and how much of it of the ticket's agent. */
struct finding {
    double weight, blame;
};

/* Shares are known as well as that: of many tickets a small error would be a large surprise. */
static const double margin = 1.25;

/* -log10 of the chance of k or more. */
static double surprise(uint64_t k, double mean)
{
    return k == 0 ? 0 : -sg_chance_poisson_tail(k, mean) / 2.302585092994046;
}

/* What a ticket shows of its customer: facets, identities, the text; each has a bit. */
static uint64_t shown_mark(const struct sg_scorer_ticket *ticket, unsigned i)
{
    return i < SG_FACETS ? ticket->facets[i]
           : i < CONTENT ? ticket->identities[i - SG_FACETS]
                         : ticket->content;
}

static unsigned all_shown(const struct sg_scorer_ticket *ticket)
{
    unsigned shown = 0;
    for (unsigned i = 0; i <= CONTENT; i++)
        shown |= shown_mark(ticket, i) != 0 ? 1U << i : 0;
    return shown;
}

static uint64_t everything(const struct sg_scorer *scorer, unsigned facet)
{
    return sg_mark_pair(scorer->check, facet + 1);
}

/* How rare each facet is that is the agent's own, too. Half: they are of one household at times. */
static double judge_self(struct sg_scorer *scorer, const struct sg_scorer_ticket *ticket,
                         unsigned shown)
{
    const struct sg_scorer_own *own = &scorer->own[ticket->agent];
    double weight = 0;
    for (unsigned i = 0; i < SG_FACETS; i++) {
        const uint64_t mark = ticket->facets[i];
        if ((shown & 1U << i) == 0)
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
    const double own = surprise((uint64_t)meeting.seen, margin * meeting.all * p);
    return (struct finding){meeting.evidence, fmin(meeting.evidence, own)};
}

/* What the pair's count says beside the customer's company. */
static struct finding judge_pair(struct sg_scorer *scorer, const struct sg_scorer_ticket *ticket,
                                 uint64_t pair, double p)
{
    const bool thin = ticket->thin;
    const uint32_t met = sg_panes_count(&scorer->panes, pair);
    const uint32_t all = met == 0 || thin ? 0 : sg_panes_count(&scorer->panes, ticket->customer);
    const uint32_t surely = met < all ? met : all; /* sketches count too much at times */
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
    const double often = all > COUNTED ? 0 : surprise(surely, margin * all * p) / 2;
    pair_found.weight = fmax(pair_found.weight, often);
    pair_found.blame = fmax(pair_found.blame, often);
    return pair_found;
}

static struct finding judge_farm(struct sg_scorer *scorer, const struct sg_scorer_ticket *ticket,
                                 double p, unsigned shown)
{
    struct finding sum = {0, 0};
    for (unsigned i = 0; i < CONTENT && !ticket->thin; i++) {
        if ((shown & 1U << i) == 0)
            continue;
        struct sg_company_record *record =
            sg_company_find(&scorer->facets, shown_mark(ticket, i), scorer->now_ms);
        const struct finding one =
            found(sg_company_meet(record, ticket->agent, ticket->customer, p, true), p);
        sum.weight += one.weight;
        sum.blame += one.blame;
    }
    return sum;
}

static double judge_template(struct sg_scorer *scorer, const struct sg_scorer_ticket *ticket,
                             unsigned shown)
{
    if ((shown & 1U << CONTENT) == 0 || !ticket->has_queue || ticket->queue == SG_STRATA_NONE)
        return 0;
    const struct sg_alike here = sg_near_duplicates_count(
        &scorer->at_agents, ticket->agent, ticket->content, ticket->customer, SG_STRATA_NONE);
    struct sg_alike around = {0, 0, 0};
    double weight = 0;
    if (here.far > 0) { /* most have nothing like them, and need not be looked for elsewhere */
        around = sg_near_duplicates_count(&scorer->in_queues, ticket->queue, ticket->content,
                                          ticket->customer, ticket->agent);
        const double each = here.n / (around.n + 16.0);
        weight = fmax(surprise(here.close, each * (around.close + 0.5)),
                      surprise(here.far, each * (around.far + 0.5)));
    }
    sg_near_duplicates_add(&scorer->at_agents, ticket->agent, ticket->content, ticket->customer,
                           ticket->queue, around.far >= COMMON);
    sg_near_duplicates_add(&scorer->in_queues, ticket->queue, ticket->content, ticket->customer,
                           ticket->agent, false);
    return ticket->thin ? 0 : fmax(0, weight - 0.3); /* of two the larger */
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
                  uint64_t pair, unsigned shown)
{
    sg_panes_fetch(&scorer->panes, pair);
    sg_panes_fetch(&scorer->panes, ticket->customer);
    sg_company_fetch(&scorer->customers, ticket->customer);
    for (unsigned i = 0; i < CONTENT; i++) {
        if ((shown & 1U << i) == 0)
            continue;
        sg_company_fetch(&scorer->facets, shown_mark(ticket, i));
        if (i < SG_FACETS)
            sg_frequency_fetch(&scorer->frequency, ticket->facets[i]);
    }
    if ((shown & 1U << CONTENT) != 0)
        sg_near_duplicates_fetch(&scorer->at_agents, ticket->agent);
}

/* Adds what was found to a ticket's weights, each up to its limit. */
static void weigh(const struct sg_scorer *scorer, struct sg_scorer_ticket *ticket,
                  const struct finding findings[SG_SCORER_JUDGED])
{
    const bool busy = sg_panes_count(&scorer->panes, ticket->customer) > BUSY;
    for (unsigned i = 0; i < SG_SCORER_JUDGED; i++) {
        const double room = limits[i] - (double)ticket->weights[i];
        ticket->weights[i] += (float)fmin(findings[i].weight, room);
        ticket->blame += busy ? 0 : (float)fmin(findings[i].blame, room);
    }
}

void sg_scorer_judge(struct sg_scorer *scorer, struct sg_scorer_ticket *ticket)
{
    const uint16_t queue = ticket->has_queue ? ticket->queue : SG_STRATA_NONE;
    const uint64_t pair =
        sg_mark_pair(ticket->customer, sg_strata_mark(&scorer->strata, ticket->agent));
    const unsigned shown = all_shown(ticket);
    fetch(scorer, ticket, pair, shown);
    const double p = sg_strata_share(&scorer->strata, queue, ticket->agent, scorer->now_ms);
    ticket->thin = sg_strata_on_duty(&scorer->strata, queue, scorer->now_ms) < least_on_duty;
    const double self = judge_self(scorer, ticket, shown);
    const struct finding met = judge_pair(scorer, ticket, pair, p);
    const struct finding farm = judge_farm(scorer, ticket, p, shown);
    const double alike = judge_template(scorer, ticket, shown);
    const double burst = judge_burst(scorer, ticket, pair), haste = haste_of(scorer, ticket);
    /* A customer's are the agent's where the two belong together. */
    const double mine = fmin(1, met.blame);
    const struct finding findings[SG_SCORER_JUDGED] = {
        {self, self}, met, farm, {alike, alike}, {burst, burst * mine}, {haste, haste * mine},
    };
    memset(ticket->weights, 0, sizeof ticket->weights);
    ticket->blame = 0;
    ticket->counted = (uint8_t)shown;
    weigh(scorer, ticket, findings);
    sg_scorer_blame(scorer, ticket->agent, 0, (double)ticket->blame);
}

bool sg_scorer_judge_more(struct sg_scorer *scorer, struct sg_scorer_ticket *ticket)
{
    const unsigned shown = all_shown(ticket) & ~(unsigned)ticket->counted;
    if (shown == 0)
        return false;
    const uint16_t queue = ticket->has_queue ? ticket->queue : SG_STRATA_NONE;
    const double p = sg_strata_share(&scorer->strata, queue, ticket->agent, scorer->now_ms);
    const double before = (double)ticket->blame, self = judge_self(scorer, ticket, shown);
    const double alike = judge_template(scorer, ticket, shown);
    const struct finding findings[SG_SCORER_JUDGED] = {
        [SG_SIGNAL_SELF] = {self, self},
        [SG_SIGNAL_FARM] = judge_farm(scorer, ticket, p, shown),
        [SG_SIGNAL_TEMPLATE] = {alike, alike},
    };
    ticket->counted |= (uint8_t)shown;
    weigh(scorer, ticket, findings);
    sg_scorer_blame(scorer, ticket->agent, before, (double)ticket->blame);
    return true;
}

/* --- how long it took --- */

/* Chance gives every rank alike; who hurries, small ones more often, with density 1/2 r^-1/2. */
static void hurry(struct sg_scorer *scorer, const struct sg_scorer_ticket *ticket,
                  struct sg_quantiles *usual, uint64_t ms)
{
    double rank;
    if (usual == NULL)
        return;
    struct sg_company_record *record =
        sg_company_find(&scorer->customers, ticket->customer, scorer->now_ms);
    if (sg_quantiles_rank(usual, ms, &rank))
        record->haste =
            (float)fmax(0, (double)record->haste + log10(0.5) - 0.5 * log10(fmax(rank, 1e-3)));
    sg_quantiles_add(usual, ms);
}

void sg_scorer_claimed(struct sg_scorer *scorer, const struct sg_scorer_ticket *ticket,
                       uint64_t wait_ms)
{
    const uint16_t queue = ticket->has_queue ? ticket->queue : SG_STRATA_NONE;
    hurry(scorer, ticket, sg_strata_waiting(&scorer->strata, queue), wait_ms);
}

void sg_scorer_done(struct sg_scorer *scorer, const struct sg_scorer_ticket *ticket,
                    uint64_t handle_ms)
{
    const uint16_t queue = ticket->has_queue ? ticket->queue : SG_STRATA_NONE;
    hurry(scorer, ticket, sg_strata_handling(&scorer->strata, queue), handle_ms);
}
