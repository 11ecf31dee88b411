/* SPDX-License-Identifier: Apache-2.0 */
/*
 * deals.c - tickets as analysis sees them, joined from events.
 */
#include "collusion/deals.h"

#include <stdlib.h>
#include <string.h>

#include "base/siphash.h"

enum { STRAYS_ONE_OF = 1000, STRAY_AMONG = 100 };
static const uint64_t far_ms = 30 * (uint64_t)86400000;

enum scrubgate_status sg_deals_init(struct sg_deals *deals)
{
    *deals = (struct sg_deals){.list = NULL};
    struct sg_numbering *const all[] = {&deals->customers, &deals->agents, &deals->strata,
                                        &deals->tickets};
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (size_t i = 0; i < sizeof all / sizeof all[0] && rc >= 0; i++)
        rc = sg_numbering_init(all[i]);
    return rc < 0 ? rc : sg_aliases_init(&deals->aliases);
}

void sg_deals_fini(struct sg_deals *deals)
{
    sg_numbering_fini(&deals->customers);
    sg_numbering_fini(&deals->agents);
    sg_numbering_fini(&deals->strata);
    sg_numbering_fini(&deals->tickets);
    sg_aliases_fini(&deals->aliases);
    sg_queue_names_fini(&deals->queues);
    free(deals->list);
    *deals = (struct sg_deals){.list = NULL};
}

/* --- taking events --- */

/* One number for a brand's queue; the key is no secret, texts are few. */
static uint64_t stratum_of(const struct sg_collusion_event *event)
{
    static const uint8_t key[SG_SIPHASH_KEY] = {0}, between = 0;
    struct sg_siphash hash;
    uint64_t digest[2];
    sg_siphash_begin(&hash, key);
    sg_siphash_add(&hash, event->brand);
    sg_siphash_add(&hash, (struct sg_bytes){&between, 1});
    sg_siphash_add(&hash, event->queue);
    sg_siphash_done(&hash, digest);
    return digest[0];
}

static enum scrubgate_status find_stratum(struct sg_deals *deals,
                                          const struct sg_collusion_event *event, uint32_t *number)
{
    const size_t before = deals->strata.n;
    const enum scrubgate_status rc = sg_numbering_add(&deals->strata, stratum_of(event), number);
    return rc < 0 || deals->strata.n == before
               ? rc
               : sg_queue_names_add(&deals->queues, event->brand, event->queue);
}

static enum scrubgate_status add_deal(struct sg_deals *deals, uint64_t ticket)
{
    if (deals->n == deals->cap) {
        const size_t cap = deals->cap * 2 + 1024;
        struct sg_deal *more = realloc(deals->list, cap * sizeof *more);
        if (more == NULL)
            return SCRUBGATE_ENOMEM;
        deals->list = more;
        deals->cap = cap;
    }
    deals->list[deals->n++] = (struct sg_deal){
        .ticket = ticket, .customer = SG_DEAL_NONE, .agent = SG_DEAL_NONE, .stratum = SG_DEAL_NONE};
    return SCRUBGATE_OK;
}

static enum scrubgate_status find_deal(struct sg_deals *deals, uint64_t ticket,
                                       struct sg_deal **deal)
{
    uint32_t number = 0;
    enum scrubgate_status rc = SCRUBGATE_OK;
    /* Without a name it gets one of its own: numbers from the top, which digests hardly meet. */
    if (ticket == 0)
        ticket = UINT64_MAX - deals->events;
    const size_t before = deals->tickets.n;
    rc = sg_numbering_add(&deals->tickets, ticket, &number);
    if (rc >= 0 && deals->tickets.n > before)
        rc = add_deal(deals, ticket);
    *deal = rc < 0 ? NULL : &deals->list[number];
    return rc;
}

static void keep_first(uint64_t *to, uint64_t value)
{
    if (*to == 0)
        *to = value;
}

static void keep_earliest(uint64_t *to, uint64_t value)
{
    if (*to == 0 || value < *to)
        *to = value;
}

static enum scrubgate_status keep_party(struct sg_numbering *numbering, uint64_t id, uint32_t *to)
{
    return id == 0 || *to != SG_DEAL_NONE ? SCRUBGATE_OK : sg_numbering_add(numbering, id, to);
}

/* 0: none. */
static void keep_identity(struct sg_deal *deal, uint64_t identity)
{
    size_t i = 0;
    while (i < SG_DEAL_IDENTITIES && deal->identities[i] != 0 && deal->identities[i] != identity)
        i++;
    if (i < SG_DEAL_IDENTITIES)
        deal->identities[i] = identity;
}

static bool is(const struct sg_collusion_event *event, const char *word)
{
    return sg_bytes_equal(event->event, sg_bytes_of(word));
}

static enum scrubgate_status keep_aliases(struct sg_deals *deals,
                                          const struct sg_collusion_event *event)
{
    const struct sg_collusion_was *was = &event->was;
    const uint64_t pairs[][2] = {{event->ticket, was->ticket},
                                 {event->customer, was->customer},
                                 {event->network, was->network},
                                 {event->tls, was->tls},
                                 {event->device, was->device}};
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0] && rc >= 0; i++)
        rc = sg_aliases_add(&deals->aliases, pairs[i][0], pairs[i][1]);
    for (size_t i = 0; i < was->n_identities && rc >= 0; i++)
        rc = sg_aliases_add(&deals->aliases, event->identities[i], was->identities[i]);
    /* The newest has a number, whichever of them a ticket was given. */
    uint32_t number;
    if (rc >= 0 && event->customer != 0 && was->customer != 0)
        rc = sg_numbering_add(&deals->customers, event->customer, &number);
    return rc;
}

enum scrubgate_status sg_deals_add(struct sg_deals *deals, const struct sg_collusion_event *event)
{
    struct sg_deal *deal;
    enum scrubgate_status rc = find_deal(deals, event->ticket, &deal);
    if (rc >= 0)
        rc = keep_party(&deals->customers, event->customer, &deal->customer);
    if (rc >= 0)
        rc = keep_party(&deals->agents, event->agent, &deal->agent);
    if (rc >= 0 && deal->stratum == SG_DEAL_NONE)
        rc = find_stratum(deals, event, &deal->stratum);
    if (rc >= 0)
        rc = keep_aliases(deals, event);
    if (rc < 0)
        return rc;
    const bool by_agent = sg_collusion_event_by_agent(event);
    keep_earliest(&deal->open_ms, event->time_ms);
    if (event->agent != 0)
        keep_earliest(&deal->assign_ms, event->time_ms);
    if (is(event, "resolve"))
        keep_earliest(&deal->resolve_ms, event->time_ms);
    keep_first(by_agent ? &deal->agent_network : &deal->network, event->network);
    keep_first(by_agent ? &deal->agent_tls : &deal->tls, event->tls);
    keep_first(by_agent ? &deal->agent_device : &deal->device, event->device);
    if (!by_agent) {
        keep_first(&deal->content, event->content);
        for (size_t i = 0; i < event->n_identities; i++)
            keep_identity(deal, event->identities[i]);
    }
    if (deal->handle_ms == 0)
        deal->handle_ms = event->handle_ms < UINT32_MAX ? (uint32_t)event->handle_ms : UINT32_MAX;
    keep_earliest(&deals->begin_ms, event->time_ms);
    if (event->time_ms > deals->end_ms)
        deals->end_ms = event->time_ms;
    deals->events++;
    return SCRUBGATE_OK;
}

/* --- the end --- */

/* What a ticket's events said under the key before, into what they said under the next. */
static void join(struct sg_deal *deal, const struct sg_deal *before)
{
    keep_earliest(&deal->open_ms, before->open_ms);
    if (before->assign_ms != 0)
        keep_earliest(&deal->assign_ms, before->assign_ms);
    if (before->resolve_ms != 0)
        keep_earliest(&deal->resolve_ms, before->resolve_ms);
    if (before->customer != SG_DEAL_NONE)
        deal->customer = before->customer;
    if (before->agent != SG_DEAL_NONE)
        deal->agent = before->agent;
    if (before->stratum != SG_DEAL_NONE)
        deal->stratum = before->stratum;
    deal->handle_ms = deal->handle_ms == 0 ? before->handle_ms : deal->handle_ms;
    keep_first(&deal->network, before->network);
    keep_first(&deal->tls, before->tls);
    keep_first(&deal->device, before->device);
    keep_first(&deal->content, before->content);
    keep_first(&deal->agent_network, before->agent_network);
    keep_first(&deal->agent_tls, before->agent_tls);
    keep_first(&deal->agent_device, before->agent_device);
    for (size_t i = 0; i < SG_DEAL_IDENTITIES; i++)
        keep_identity(deal, before->identities[i]);
}

static void rename_facets(struct sg_aliases *aliases, struct sg_deal *deal)
{
    uint64_t *const facets[] = {&deal->network,       &deal->tls,       &deal->device,
                                &deal->agent_network, &deal->agent_tls, &deal->agent_device};
    for (size_t i = 0; i < sizeof facets / sizeof facets[0]; i++)
        *facets[i] = sg_aliases_newest(aliases, *facets[i]);
    uint64_t identities[SG_DEAL_IDENTITIES];
    memcpy(identities, deal->identities, sizeof identities);
    memset(deal->identities, 0, sizeof deal->identities);
    for (size_t i = 0; i < SG_DEAL_IDENTITIES; i++)
        keep_identity(deal, sg_aliases_newest(aliases, identities[i]));
}

/* The number of the same thing's newest id; number itself where that has none, as when an event
 * said so of different things. */
static uint32_t newest_number(struct sg_aliases *aliases, const struct sg_numbering *numbering,
                              uint32_t number)
{
    const uint64_t id = numbering->ids[number], newest = sg_aliases_newest(aliases, id);
    const uint32_t found = newest == id ? number : sg_numbering_find(numbering, newest);
    return found == UINT32_MAX ? number : found;
}

/* Everything by its newest id. A ticket that was joined to a later one stays without a name. */
static void rename_all(struct sg_deals *deals)
{
    struct sg_aliases *aliases = &deals->aliases;
    if (aliases->ids.n == 0)
        return;
    for (size_t i = 0; i < deals->n; i++) {
        struct sg_deal *deal = &deals->list[i];
        if (deal->customer != SG_DEAL_NONE)
            deal->customer = newest_number(aliases, &deals->customers, deal->customer);
        rename_facets(aliases, deal);
    }
    for (size_t i = 0; i < deals->n; i++) {
        const uint32_t number = newest_number(aliases, &deals->tickets, (uint32_t)i);
        if (number == i)
            continue;
        join(&deals->list[number], &deals->list[i]);
        deals->list[i].ticket = 0;
    }
}

static int by_time(const void *a, const void *b)
{
    const struct sg_deal *x = a, *y = b;
    if (x->assign_ms != y->assign_ms)
        return x->assign_ms < y->assign_ms ? -1 : 1;
    return (x->ticket > y->ticket) - (x->ticket < y->ticket);
}

/* Tickets, sorted, whose clock was off: a few that are far from all others, before or after them.
 * Of each end so many at most. */
static void drop_strays(struct sg_deals *deals)
{
    const size_t most = deals->n / STRAYS_ONE_OF + (deals->n >= STRAY_AMONG);
    size_t begin = 0, end = deals->n;
    for (size_t i = 1; i <= most; i++) {
        if (deals->list[i].assign_ms - deals->list[i - 1].assign_ms > far_ms)
            begin = i;
        if (deals->list[deals->n - i].assign_ms - deals->list[deals->n - i - 1].assign_ms > far_ms)
            end = deals->n - i;
    }
    if (begin == 0 && end == deals->n)
        return;
    deals->strays = deals->n - (end - begin);
    deals->n = end - begin;
    memmove(deals->list, deals->list + begin, deals->n * sizeof *deals->list);
    deals->begin_ms = deals->list[0].assign_ms;
    deals->end_ms = deals->list[deals->n - 1].assign_ms;
}

void sg_deals_finish(struct sg_deals *deals, uint64_t since_ms)
{
    size_t kept = 0;
    rename_all(deals);
    for (size_t i = 0; i < deals->n; i++) {
        const struct sg_deal *deal = &deals->list[i];
        if (deal->ticket == 0)
            continue; /* another ticket's part */
        if (deal->customer == SG_DEAL_NONE || deal->agent == SG_DEAL_NONE)
            deals->lone++;
        else
            deals->list[kept++] = *deal;
    }
    deals->n = kept;
    sg_aliases_fini(&deals->aliases);
    sg_numbering_fini(&deals->tickets); /* the list is no longer in its order */
    if (kept > 0)
        qsort(deals->list, kept, sizeof *deals->list, by_time);
    drop_strays(deals);
    sg_deals_since(deals, since_ms);
}

void sg_deals_since(struct sg_deals *deals, uint64_t since_ms)
{
    size_t before = 0;
    while (before < deals->n && deals->list[before].assign_ms < since_ms)
        before++;
    deals->n -= before;
    if (before > 0)
        memmove(deals->list, deals->list + before, deals->n * sizeof *deals->list);
}

enum scrubgate_status sg_visits_init(struct sg_visits *visits, const struct sg_deals *deals)
{
    const size_t n = deals->customers.n;
    visits->deal = malloc((deals->n + 1) * sizeof *visits->deal);
    /* Counted one place too far, so that filling moves each beginning to where it belongs. */
    visits->begin = calloc(n + 2, sizeof *visits->begin);
    if (visits->deal == NULL || visits->begin == NULL) {
        sg_visits_fini(visits);
        return SCRUBGATE_ENOMEM;
    }
    for (size_t i = 0; i < deals->n; i++)
        visits->begin[deals->list[i].customer + 2]++;
    for (size_t i = 2; i < n + 2; i++)
        visits->begin[i] += visits->begin[i - 1];
    for (size_t i = 0; i < deals->n; i++)
        visits->deal[visits->begin[deals->list[i].customer + 1]++] = (uint32_t)i;
    return SCRUBGATE_OK;
}

void sg_visits_fini(struct sg_visits *visits)
{
    free(visits->deal);
    free(visits->begin);
    *visits = (struct sg_visits){.deal = NULL};
}
