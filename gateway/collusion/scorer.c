/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scorer.c - events become tickets, and tickets are judged at once.
 */
#include "collusion/scorer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "collusion/scorer_parts.h"

enum { CUSTOMERS = 1 << 18, FACETS = 1 << 18, TEXTS_AGENT = 32, TEXTS_QUEUE = 128 };
/* A step of the clock is believed when so many events in a row have it. */
enum { BELIEVED = 16 };
static const uint64_t day_ms = 86400000, minute_ms = 60000, second_ms = 1000;
static const double prior = 3; /* one in 10^3 */

enum scrubgate_status sg_scorer_new(struct sg_scorer **out, const struct sg_scorer_config *config)
{
    struct sg_scorer *scorer = calloc(1, sizeof *scorer);
    enum scrubgate_status rc = scorer == NULL ? SCRUBGATE_ENOMEM : SCRUBGATE_OK;
    *out = NULL;
    if (rc < 0)
        return rc;
    scorer->config = *config;
    scorer->check = sg_mark(config->key, SG_MARK_CHECK, 1);
    scorer->tickets = calloc(SG_SCORER_TICKETS, sizeof *scorer->tickets);
    scorer->own = calloc(SG_STRATA_AGENTS, sizeof *scorer->own);
    scorer->standings = calloc(SG_STRATA_AGENTS, sizeof *scorer->standings);
    if (scorer->tickets == NULL || scorer->own == NULL || scorer->standings == NULL)
        rc = SCRUBGATE_ENOMEM;
    if (rc >= 0)
        rc = sg_panes_init(&scorer->panes);
    if (rc >= 0)
        rc = sg_frequency_init(&scorer->frequency);
    if (rc >= 0)
        rc = sg_strata_init(&scorer->strata);
    if (rc >= 0)
        rc = sg_company_init(&scorer->customers, CUSTOMERS);
    if (rc >= 0)
        rc = sg_company_init(&scorer->facets, FACETS);
    if (rc >= 0)
        rc = sg_near_duplicates_init(&scorer->at_agents, SG_STRATA_AGENTS, TEXTS_AGENT);
    if (rc >= 0)
        rc = sg_near_duplicates_init(&scorer->in_queues, SG_STRATA_MOST, TEXTS_QUEUE);
    if (rc >= 0)
        rc = sg_burst_init(&scorer->burst);
    if (rc >= 0)
        rc = sg_rekeyed_init(&scorer->rekeyed);
    if (rc < 0)
        sg_scorer_free(scorer);
    else
        *out = scorer;
    return rc;
}

void sg_scorer_free(struct sg_scorer *scorer)
{
    if (scorer == NULL)
        return;
    sg_panes_fini(&scorer->panes);
    sg_frequency_fini(&scorer->frequency);
    sg_strata_fini(&scorer->strata);
    sg_company_fini(&scorer->customers);
    sg_company_fini(&scorer->facets);
    sg_near_duplicates_fini(&scorer->at_agents);
    sg_near_duplicates_fini(&scorer->in_queues);
    sg_burst_fini(&scorer->burst);
    sg_rekeyed_fini(&scorer->rekeyed);
    free(scorer->tickets);
    free(scorer->own);
    free(scorer->standings);
    sg_wipe(&scorer->config, sizeof scorer->config);
    free(scorer);
}

/* --- time --- */

static bool day_apart(uint64_t a, uint64_t b)
{
    return a > b ? a - b > day_ms : b - a > day_ms;
}

/* Late events count as of now. One that is a day off, either way, moves nothing: one bad clock
 * must not make all others' events old. Many in a row that agree are a clock that was set, or the
 * end of a long pause. */
static void pass_time(struct sg_scorer *scorer, uint64_t ms)
{
    const bool strange = scorer->now_ms != 0 && day_apart(ms, scorer->now_ms);
    if (strange)
        scorer->strange = day_apart(ms, scorer->strange_ms) ? 1 : scorer->strange + 1;
    else
        scorer->strange = 0;
    scorer->strange_ms = strange ? ms : 0;
    if ((!strange && ms > scorer->now_ms) || scorer->strange >= BELIEVED) {
        scorer->now_ms = ms;
        scorer->strange = 0;
    }
}

/* --- tickets --- */

static struct sg_scorer_ticket *bucket_of(struct sg_scorer *scorer, uint64_t mark)
{
    return &scorer->tickets[mark & (SG_SCORER_TICKETS - 1) & ~(uint64_t)(SG_SCORER_WAYS - 1)];
}

static struct sg_scorer_ticket *known_ticket(struct sg_scorer *scorer, uint64_t mark)
{
    struct sg_scorer_ticket *bucket = bucket_of(scorer, mark);
    for (size_t i = 0; i < SG_SCORER_WAYS; i++)
        if (bucket[i].mark == mark)
            return &bucket[i];
    return NULL;
}

static struct sg_scorer_ticket *oldest_ticket(struct sg_scorer *scorer, uint64_t mark)
{
    struct sg_scorer_ticket *bucket = bucket_of(scorer, mark), *oldest = bucket;
    for (size_t i = 0; i < SG_SCORER_WAYS; i++)
        if (bucket[i].mark == 0 || (oldest->mark != 0 && bucket[i].minute < oldest->minute))
            oldest = &bucket[i];
    return oldest;
}

/* One that is open when the key is replaced goes on under its new id. */
static struct sg_scorer_ticket *find_ticket(struct sg_scorer *scorer,
                                            const struct sg_collusion_event *event)
{
    /* Without a name it is one of its own: numbers from the top, which digests hardly meet. */
    const uint64_t mark = sg_mark(scorer->config.key, SG_MARK_TICKET,
                                  event->ticket != 0 ? event->ticket : UINT64_MAX - scorer->seen);
    const uint64_t was = event->ticket == 0 ? 0 : event->was.ticket;
    struct sg_scorer_ticket *ticket = known_ticket(scorer, mark);
    if (ticket == NULL) {
        struct sg_scorer_ticket *before =
            was == 0 ? NULL
                     : known_ticket(scorer, sg_mark(scorer->config.key, SG_MARK_TICKET, was));
        struct sg_scorer_ticket kept = {.agent = SG_STRATA_NONE};
        if (before != NULL) {
            kept = *before;
            *before = (struct sg_scorer_ticket){.mark = 0};
        }
        ticket = oldest_ticket(scorer, mark);
        *ticket = kept;
        ticket->mark = mark;
        if (before == NULL)
            ticket->opened_s = (uint32_t)(scorer->now_ms / second_ms);
    }
    ticket->minute = (uint32_t)(scorer->now_ms / minute_ms);
    return ticket;
}

static uint64_t mark_of(const struct sg_scorer *scorer, enum sg_mark_role role, uint64_t id)
{
    return id == 0 ? 0 : sg_mark(scorer->config.key, role, id);
}

/* By what it was first known. */
static uint64_t first_mark(struct sg_scorer *scorer, enum sg_mark_role role, uint64_t id,
                           uint64_t was)
{
    return sg_rekeyed_first(&scorer->rekeyed, mark_of(scorer, role, id),
                            mark_of(scorer, role, was));
}

/* Network, device and TLS library of whoever sent it. */
static void mark_facets(struct sg_scorer *scorer, const struct sg_collusion_event *event,
                        uint64_t marks[SG_FACETS])
{
    const struct sg_collusion_was *was = &event->was;
    marks[SG_FACET_NETWORK] = first_mark(scorer, SG_MARK_NETWORK, event->network, was->network);
    marks[SG_FACET_DEVICE] = first_mark(scorer, SG_MARK_DEVICE, event->device, was->device);
    marks[SG_FACET_TLS] = first_mark(scorer, SG_MARK_TLS, event->tls, was->tls);
}

static uint64_t text_number(struct sg_bytes text)
{
    uint64_t number =
        UINT64_C(0xcbf29ce484222325); /* FNV-1a: only to tell operators' names apart */
    for (size_t i = 0; i < text.len; i++)
        number = (number ^ text.data[i]) * UINT64_C(0x100000001b3);
    return number;
}

static void take_queue(struct sg_scorer *scorer, struct sg_scorer_ticket *ticket,
                       const struct sg_collusion_event *event)
{
    if (ticket->has_queue || (event->brand.len == 0 && event->queue.len == 0))
        return;
    const uint64_t both = sg_mark_pair(text_number(event->brand), text_number(event->queue));
    ticket->queue =
        sg_strata_queue(&scorer->strata, sg_mark(scorer->config.key, SG_MARK_STRATUM, both));
    ticket->has_queue = true;
}

static void take_customer_side(struct sg_scorer *scorer, struct sg_scorer_ticket *ticket,
                               const struct sg_collusion_event *event)
{
    uint64_t facets[SG_FACETS];
    mark_facets(scorer, event, facets);
    for (unsigned i = 0; i < SG_FACETS; i++)
        if (ticket->facets[i] == 0)
            ticket->facets[i] = facets[i];
    if (ticket->content == 0)
        ticket->content = event->content;
    for (size_t i = 0; i < event->n_identities && i < SG_SCORER_IDENTITIES; i++) {
        const uint64_t mark =
            first_mark(scorer, SG_MARK_IDENTITY, event->identities[i], event->was.identities[i]);
        for (size_t j = 0; j < SG_SCORER_IDENTITIES && ticket->identities[j] != mark; j++)
            if (ticket->identities[j] == 0) {
                ticket->identities[j] = mark;
                break;
            }
    }
}

void sg_scorer_learn_own(struct sg_scorer_own *own, unsigned facet, uint64_t mark)
{
    bool known = mark == 0;
    for (unsigned i = 0; i < SG_SCORER_OWN; i++)
        known = known || own->facets[facet][i] == mark;
    if (!known)
        own->facets[facet][own->next++ % SG_SCORER_OWN] = mark;
}

static void take_agent_side(struct sg_scorer *scorer, uint16_t agent,
                            const struct sg_collusion_event *event)
{
    uint64_t facets[SG_FACETS];
    mark_facets(scorer, event, facets);
    for (unsigned i = 0; i < SG_FACETS; i++)
        sg_scorer_learn_own(&scorer->own[agent], i, facets[i]);
}

/* --- what is said --- */

uint64_t sg_scorer_agents(const struct sg_scorer *scorer)
{
    return sg_strata_agents(&scorer->strata);
}

double sg_scorer_risk(double total)
{
    return 1 / (1 + pow(10, prior - total));
}

static void tell(const struct sg_scorer *scorer, const struct sg_scorer_ticket *ticket,
                 struct sg_risk *risk)
{
    const struct sg_agent_standing standing = sg_scorer_standing(scorer, ticket->agent);
    risk->agent = standing.score;
    risk->flagged = standing.flagged;
    risk->settled = true;
    risk->thin = ticket->thin;
    for (unsigned i = 0; i < SG_SCORER_JUDGED; i++) {
        const double weight = (double)ticket->weights[i];
        if (weight <= 0)
            continue;
        size_t at = risk->n++;
        for (; at > 0 && risk->reasons[at - 1].weight < weight; at--)
            risk->reasons[at] = risk->reasons[at - 1];
        risk->reasons[at] = (struct sg_risk_reason){(enum sg_signal)i, weight};
        risk->total += weight;
    }
    risk->risk = sg_scorer_risk(risk->total);
}

/* Both are known: judges it, or what is new of it. */
static bool judge(struct sg_scorer *scorer, struct sg_scorer_ticket *ticket, uint16_t agent)
{
    const uint32_t now_s = (uint32_t)(scorer->now_ms / second_ms);
    if (ticket->judged && (agent == SG_STRATA_NONE || agent == ticket->agent))
        return sg_scorer_judge_more(scorer, ticket);
    if (agent == SG_STRATA_NONE || ticket->customer == 0)
        return false;
    const bool first = !ticket->judged;
    ticket->agent = agent;
    ticket->judged = true;
    ticket->met_s = now_s;
    sg_scorer_judge(scorer, ticket);
    if (first && ticket->opened_s < now_s) /* it was there before its agent */
        sg_scorer_claimed(scorer, ticket, (now_s - ticket->opened_s) * second_ms);
    return true;
}

/* How long it took; 0: it is not done, or that is not known. */
static uint64_t handled(const struct sg_scorer *scorer, const struct sg_scorer_ticket *ticket,
                        const struct sg_collusion_event *event)
{
    const uint32_t now_s = (uint32_t)(scorer->now_ms / second_ms);
    if (event->handle_ms > 0)
        return event->handle_ms;
    if (!sg_bytes_equal(event->event, SG_BYTES("resolve")) || now_s <= ticket->met_s)
        return 0;
    return (now_s - ticket->met_s) * second_ms;
}

void sg_scorer_feed(struct sg_scorer *scorer, const struct sg_collusion_event *event,
                    struct sg_risk *risk)
{
    *risk = (struct sg_risk){.n = 0};
    pass_time(scorer, event->time_ms);
    scorer->seen++;
    struct sg_scorer_ticket *ticket = find_ticket(scorer, event);
    const uint64_t agent_mark = mark_of(scorer, SG_MARK_AGENT, event->agent);
    const uint16_t agent =
        agent_mark == 0 ? SG_STRATA_NONE : sg_strata_agent(&scorer->strata, agent_mark);
    take_queue(scorer, ticket, event);
    if (ticket->customer == 0)
        ticket->customer =
            first_mark(scorer, SG_MARK_CUSTOMER, event->customer, event->was.customer);
    if (!sg_collusion_event_by_agent(event))
        take_customer_side(scorer, ticket, event);
    else if (agent != SG_STRATA_NONE)
        take_agent_side(scorer, agent, event);
    risk->fresh = judge(scorer, ticket, agent);
    const uint64_t handle_ms = ticket->judged ? handled(scorer, ticket, event) : 0;
    if (handle_ms > 0 && !ticket->done) {
        ticket->done = true;
        sg_scorer_done(scorer, ticket, handle_ms);
    }
    if (ticket->judged)
        tell(scorer, ticket, risk);
}
