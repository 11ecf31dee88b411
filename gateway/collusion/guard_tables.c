/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guard_tables.c - the guard's memory: agents, whom they served, what was ordered about them.
 */
#include "collusion/guard_tables.h"

#include <stdlib.h>

#include "collusion/guard.h"

enum {
    FIRST = 64,
    ORDERED = 2 * SG_GUARD_ORDERS,           /* a link takes two places, and is about two agents */
    AGENTS_MOST = SG_GUARD_AGENTS + ORDERED, /* so no order lacks room for its agents */
};

enum scrubgate_status sg_guard_tables_init(struct sg_guard_tables *tables)
{
    *tables = (struct sg_guard_tables){.walks = 0};
    return sg_numbering_init(&tables->numbers);
}

void sg_guard_tables_fini(struct sg_guard_tables *tables)
{
    sg_numbering_fini(&tables->numbers);
    free(tables->agents);
    free(tables->served);
    free(tables->ordered);
    sg_arena_fini(&tables->texts);
    *tables = (struct sg_guard_tables){.walks = 0};
}

/* Room for one more behind n of them. */
static enum scrubgate_status make_room(void **list, size_t *cap, size_t n, size_t size, size_t most)
{
    if (n < *cap)
        return SCRUBGATE_OK;
    if (n >= most)
        return SCRUBGATE_ELIMIT;
    const size_t wanted = *cap == 0 ? FIRST : *cap * 2;
    void *grown = realloc(*list, wanted * size);
    if (grown == NULL)
        return SCRUBGATE_ENOMEM;
    *list = grown;
    *cap = wanted;
    return SCRUBGATE_OK;
}

struct sg_guard_agent *sg_guard_tables_find(struct sg_guard_tables *tables, uint64_t agent)
{
    if (tables->numbers.n == 0)
        return NULL;
    const uint32_t number = sg_numbering_find(&tables->numbers, agent);
    return number == UINT32_MAX ? NULL : &tables->agents[number];
}

static enum scrubgate_status add_agent(struct sg_guard_tables *tables, uint64_t agent,
                                       uint32_t *number)
{
    const size_t before = tables->numbers.n;
    void *list = tables->agents;
    if (before > 0 && (*number = sg_numbering_find(&tables->numbers, agent)) != UINT32_MAX)
        return SCRUBGATE_OK;
    enum scrubgate_status rc =
        make_room(&list, &tables->agents_cap, before, sizeof *tables->agents, AGENTS_MOST);
    tables->agents = list;
    if (rc >= 0)
        rc = sg_numbering_add(&tables->numbers, agent, number);
    if (rc >= 0)
        tables->agents[*number] =
            (struct sg_guard_agent){.contact = SG_GUARD_END, .order = SG_GUARD_END};
    return rc;
}

static struct sg_guard_served *find_served(struct sg_guard_tables *tables,
                                           const struct sg_guard_agent *agent, uint16_t brand)
{
    for (uint32_t at = agent->contact; at != SG_GUARD_END; at = tables->served[at].next)
        if (tables->served[at].brand == brand)
            return &tables->served[at];
    return NULL;
}

bool sg_guard_tables_has_room(struct sg_guard_tables *tables, uint64_t agent, uint16_t brand)
{
    const struct sg_guard_agent *who = sg_guard_tables_find(tables, agent);
    if (who != NULL && find_served(tables, who, brand) != NULL)
        return true;
    const bool is_met = who != NULL && who->contact != SG_GUARD_END;
    return (is_met || tables->n_met < SG_GUARD_AGENTS) && tables->n_served < SG_GUARD_CONTACTS;
}

enum scrubgate_status sg_guard_tables_serve(struct sg_guard_tables *tables, uint64_t agent,
                                            uint16_t brand, struct sg_guard_served **served)
{
    uint32_t number;
    if (!sg_guard_tables_has_room(tables, agent, brand))
        return SCRUBGATE_ELIMIT;
    enum scrubgate_status rc = add_agent(tables, agent, &number);
    if (rc < 0)
        return rc;
    struct sg_guard_agent *who = &tables->agents[number];
    *served = find_served(tables, who, brand);
    if (*served != NULL)
        return SCRUBGATE_OK;
    void *list = tables->served;
    rc = make_room(&list, &tables->served_cap, tables->n_served, sizeof *tables->served,
                   SG_GUARD_CONTACTS);
    tables->served = list;
    if (rc < 0)
        return rc;
    *served = &tables->served[tables->n_served];
    tables->n_met += who->contact == SG_GUARD_END;
    **served = (struct sg_guard_served){.agent = number, .next = who->contact, .brand = brand};
    who->contact = (uint32_t)tables->n_served++;
    return SCRUBGATE_OK;
}

/* Hangs it on one agent. */
static enum scrubgate_status hang(struct sg_guard_tables *tables, uint32_t agent,
                                  const struct sg_guard_ordered *ordered)
{
    void *list = tables->ordered;
    enum scrubgate_status rc =
        make_room(&list, &tables->ordered_cap, tables->n_ordered, sizeof *tables->ordered, ORDERED);
    tables->ordered = list;
    if (rc < 0)
        return rc;
    struct sg_guard_ordered *place = &tables->ordered[tables->n_ordered];
    *place = *ordered;
    place->next = tables->agents[agent].order;
    tables->agents[agent].order = (uint32_t)tables->n_ordered++;
    return SCRUBGATE_OK;
}

bool sg_guard_tables_takes_order(const struct sg_guard_tables *tables)
{
    return tables->n_ordered + 2 <= ORDERED;
}

enum scrubgate_status sg_guard_tables_order(struct sg_guard_tables *tables,
                                            const struct sg_collusion_order *order)
{
    struct sg_guard_ordered ordered = {
        .id = order->id,
        .expires_ms = order->expires_ms,
        .kind = order->kind,
        .brand = sg_arena_copy(&tables->texts, order->brand),
        .queue = sg_arena_copy(&tables->texts, order->queue),
        .clearance = sg_arena_copy(&tables->texts, order->clearance),
    };
    uint32_t agent, other = SG_GUARD_END;
    if (ordered.brand == NULL || ordered.queue == NULL || ordered.clearance == NULL)
        return SCRUBGATE_ENOMEM;
    enum scrubgate_status rc = add_agent(tables, order->agent, &agent);
    if (rc >= 0 && order->kind == SG_ORDER_LINK)
        rc = add_agent(tables, order->other, &other);
    ordered.other = other;
    if (rc >= 0)
        rc = hang(tables, agent, &ordered);
    ordered.other = agent;
    if (rc >= 0 && order->kind == SG_ORDER_LINK)
        rc = hang(tables, other, &ordered);
    return rc;
}

void sg_guard_tables_lift(struct sg_guard_tables *tables, uint64_t id)
{
    for (size_t i = 0; i < tables->n_ordered; i++)
        if (tables->ordered[i].id == id)
            tables->ordered[i].expires_ms = 0;
}

struct sg_guard_agent *sg_guard_tables_walk(struct sg_guard_tables *tables, uint64_t agent,
                                            uint64_t now_ms)
{
    struct sg_guard_agent *const first = sg_guard_tables_find(tables, agent);
    struct sg_guard_agent *last = first;
    if (first == NULL)
        return NULL;
    if (++tables->walks == 0) { /* once in four billion: no walk of old may look like this one */
        for (size_t i = 0; i < tables->numbers.n; i++)
            tables->agents[i].walked = 0;
        tables->walks = 1;
    }
    first->walked = tables->walks;
    first->walk = SG_GUARD_END;
    for (struct sg_guard_agent *at = first; at != NULL; at = sg_guard_tables_next(tables, at)) {
        for (uint32_t i = at->order; i != SG_GUARD_END; i = tables->ordered[i].next) {
            const struct sg_guard_ordered *link = &tables->ordered[i];
            if (link->kind != SG_ORDER_LINK || link->expires_ms <= now_ms ||
                tables->agents[link->other].walked == tables->walks)
                continue;
            last->walk = link->other;
            last = &tables->agents[link->other];
            last->walked = tables->walks;
            last->walk = SG_GUARD_END;
        }
    }
    return first;
}

struct sg_guard_agent *sg_guard_tables_next(struct sg_guard_tables *tables,
                                            const struct sg_guard_agent *agent)
{
    return agent->walk == SG_GUARD_END ? NULL : &tables->agents[agent->walk];
}
