/* SPDX-License-Identifier: Apache-2.0 */
/*
 * deals.c - tickets as analysis sees them, joined from events.
 */
#include "collusion/deals.h"

#include <stdlib.h>
#include <string.h>

#include "base/siphash.h"

enum scrubgate_status sg_deals_init(struct sg_deals *deals)
{
    *deals = (struct sg_deals){.list = NULL};
    struct sg_numbering *const all[] = {&deals->customers, &deals->agents, &deals->strata,
                                        &deals->tickets};
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (size_t i = 0; i < sizeof all / sizeof all[0] && rc >= 0; i++)
        rc = sg_numbering_init(all[i]);
    return rc;
}

void sg_deals_fini(struct sg_deals *deals)
{
    sg_numbering_fini(&deals->customers);
    sg_numbering_fini(&deals->agents);
    sg_numbering_fini(&deals->strata);
    sg_numbering_fini(&deals->tickets);
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

static void keep_identities(struct sg_deal *deal, const struct sg_collusion_event *event)
{
    for (size_t i = 0; i < event->n_identities; i++)
        for (size_t j = 0; j < SG_DEAL_IDENTITIES; j++) {
            if (deal->identities[j] == event->identities[i])
                break;
            if (deal->identities[j] != 0)
                continue;
            deal->identities[j] = event->identities[i];
            break;
        }
}

static bool is(const struct sg_collusion_event *event, const char *word)
{
    return sg_bytes_equal(event->event, sg_bytes_of(word));
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
        rc = sg_numbering_add(&deals->strata, stratum_of(event), &deal->stratum);
    if (rc < 0)
        return rc;
    const bool by_agent = is(event, "assign") || is(event, "resolve");
    keep_earliest(&deal->open_ms, event->time_ms);
    if (event->agent != 0)
        keep_earliest(&deal->assign_ms, event->time_ms);
    if (is(event, "resolve"))
        keep_earliest(&deal->resolve_ms, event->time_ms);
    keep_first(by_agent ? &deal->agent_network : &deal->network, event->network);
    keep_first(by_agent ? &deal->agent_device : &deal->device, event->device);
    if (!by_agent) {
        keep_first(&deal->content, event->content);
        keep_identities(deal, event);
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

static int by_time(const void *a, const void *b)
{
    const struct sg_deal *x = a, *y = b;
    if (x->assign_ms != y->assign_ms)
        return x->assign_ms < y->assign_ms ? -1 : 1;
    return (x->ticket > y->ticket) - (x->ticket < y->ticket);
}

void sg_deals_finish(struct sg_deals *deals, uint64_t since_ms)
{
    size_t kept = 0;
    for (size_t i = 0; i < deals->n; i++) {
        const struct sg_deal *deal = &deals->list[i];
        if (deal->customer == SG_DEAL_NONE || deal->agent == SG_DEAL_NONE)
            deals->lone++;
        else if (deal->assign_ms >= since_ms)
            deals->list[kept++] = *deal;
    }
    deals->n = kept;
    sg_numbering_fini(&deals->tickets); /* the list is no longer in its order */
    if (kept > 0)
        qsort(deals->list, kept, sizeof *deals->list, by_time);
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
