/* SPDX-License-Identifier: Apache-2.0 */
/*
 * identity_rings.c - customers who are likely the same hand: they share identities or rare facets.
 *
 *     traces -> pairs that share enough -> groups (union-find) -> those that reach an agent oddly
 */
#include "collusion/identity_rings.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "collusion/chance.h"

static const double false_share = 0.1;

/* Two customers who share a value. */
struct pair {
    uint32_t a, b;
    bool enough; /* by itself */
};

struct work {
    const struct sg_deals *deals;
    const struct sg_visits *visits;
    const struct sg_routing *routing;
    const struct sg_traces *traces;
    struct sg_arena *arena;
    struct pair *pairs;
    size_t n_pairs, cap;
    uint32_t *parent;                /* of each customer; itself: the group's first */
    uint32_t *order;                 /* customers, those of a group in a row */
    struct sg_identity_reach *reach; /* of each agent, for one group */
    uint32_t *last;                  /* customer who met the agent, plus one */
};

/* --- who is linked --- */

static size_t holders_of(const struct sg_traces *traces, size_t value)
{
    return traces->value[value + 1] - traces->value[value];
}

static bool links(const struct sg_traces *traces, size_t value)
{
    const size_t n = holders_of(traces, value);
    return n >= 2 && n <= SG_IDENTITY_HOLDERS;
}

static enum scrubgate_status add_pair(struct work *work, struct pair pair)
{
    if (work->n_pairs == work->cap) {
        const size_t cap = 2 * work->cap + 1024;
        struct pair *more = realloc(work->pairs, cap * sizeof *more);
        if (more == NULL)
            return SCRUBGATE_ENOMEM;
        work->pairs = more;
        work->cap = cap;
    }
    work->pairs[work->n_pairs++] = pair;
    return SCRUBGATE_OK;
}

static enum scrubgate_status find_pairs(struct work *work)
{
    const struct sg_traces *traces = work->traces;
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (size_t v = 0; v < traces->n_values; v++) {
        if (!links(traces, v))
            continue;
        const bool enough = traces->list[traces->value[v]].kind == SG_TRACE_IDENTITY;
        for (size_t i = traces->value[v]; i < traces->value[v + 1]; i++)
            for (size_t j = i + 1; j < traces->value[v + 1] && rc >= 0; j++)
                rc = add_pair(work,
                              (struct pair){traces->list[i].party, traces->list[j].party, enough});
    }
    return rc;
}

static int by_both(const void *a, const void *b)
{
    const struct pair *x = a, *y = b;
    if (x->a != y->a)
        return x->a < y->a ? -1 : 1;
    return (x->b > y->b) - (x->b < y->b);
}

static uint32_t first_of(uint32_t *parent, uint32_t customer)
{
    while (parent[customer] != customer) {
        parent[customer] = parent[parent[customer]];
        customer = parent[customer];
    }
    return customer;
}

/* Pairs of one identity, or of two other values, become one group; the smaller number leads. */
static void unite(struct work *work)
{
    if (work->n_pairs > 0)
        qsort(work->pairs, work->n_pairs, sizeof *work->pairs, by_both);
    for (size_t i = 0, j; i < work->n_pairs; i = j) {
        bool enough = false;
        for (j = i; j < work->n_pairs && by_both(&work->pairs[i], &work->pairs[j]) == 0; j++)
            enough = enough || work->pairs[j].enough;
        if (!enough && j - i < 2)
            continue;
        const uint32_t a = first_of(work->parent, work->pairs[i].a);
        const uint32_t b = first_of(work->parent, work->pairs[i].b);
        work->parent[a > b ? a : b] = a > b ? b : a;
    }
}

/* --- what a group's tickets say --- */

static int by_oddity(const void *a, const void *b)
{
    const struct sg_identity_reach *x = a, *y = b;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    return (x->agent > y->agent) - (x->agent < y->agent);
}

/* Adds up one customer's tickets; whom they could have met is put into met. */
static void count_tickets(struct work *work, struct sg_identity_ring *group, uint32_t customer,
                          uint32_t *met, size_t *n_met)
{
    for (size_t i = work->visits->begin[customer]; i < work->visits->begin[customer + 1]; i++) {
        const struct sg_deal *deal = &work->deals->list[work->visits->deal[i]];
        size_t n;
        const struct sg_share *shares = sg_routing_cell(work->routing, deal, &n);
        for (size_t k = 0; k < n; k++) {
            if (work->reach[shares[k].agent].expected == 0)
                met[(*n_met)++] = shares[k].agent;
            work->reach[shares[k].agent].expected += shares[k].p;
        }
        struct sg_identity_reach *reach = &work->reach[deal->agent];
        reach->tickets++;
        reach->customers += work->last[deal->agent] != customer + 1;
        work->last[deal->agent] = customer + 1;
        group->tickets++;
        if (group->first_ms == 0 || deal->assign_ms < group->first_ms)
            group->first_ms = deal->assign_ms;
        if (deal->assign_ms > group->last_ms)
            group->last_ms = deal->assign_ms;
    }
}

/* The agents that a group met, oddest first, and the group's score: the oddest's, for as many
 * agents as could have been it. One customer who returns to an agent is a habit, and no group's. */
static enum scrubgate_status find_reached(struct work *work, struct sg_identity_ring *group,
                                          uint32_t *met)
{
    size_t n_met = 0, reached = 0;
    for (size_t i = 0; i < group->n_customers; i++)
        count_tickets(work, group, group->customers[i], met, &n_met);
    const size_t most = n_met < group->tickets ? n_met : group->tickets;
    struct sg_identity_reach *list = sg_arena_alloc(work->arena, (most + 1) * sizeof *list);
    for (size_t i = 0; i < n_met; i++) {
        struct sg_identity_reach *reach = &work->reach[met[i]];
        reach->agent = met[i];
        reach->score = -sg_chance_poisson_tail(reach->tickets, reach->expected) / log(10);
        if (reach->customers > 1)
            group->score = fmax(group->score, reach->score);
        if (list != NULL && reach->tickets > 0)
            list[reached++] = *reach;
        *reach = (struct sg_identity_reach){.agent = 0};
        work->last[met[i]] = 0;
    }
    if (list == NULL)
        return SCRUBGATE_ENOMEM;
    if (reached > 0)
        qsort(list, reached, sizeof *list, by_oddity);
    group->score = fmax(0, group->score - log10((double)n_met + 1));
    group->reached = list;
    group->n_reached = reached;
    return SCRUBGATE_OK;
}

/* --- groups --- */

static int by_leader(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b; /* leader, customer */
    if (x[0] != y[0])
        return x[0] < y[0] ? -1 : 1;
    return (x[1] > y[1]) - (x[1] < y[1]);
}

static int by_score(const void *a, const void *b)
{
    const struct sg_identity_ring *x = a, *y = b;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    return (x->customers[0] > y->customers[0]) - (x->customers[0] < y->customers[0]);
}

/* Groups of two and more, with their customers. */
static enum scrubgate_status list_groups(struct work *work, struct sg_identity_rings *rings)
{
    const size_t n = work->deals->customers.n;
    uint32_t *led = malloc((2 * n + 2) * sizeof *led);
    work->order = sg_arena_alloc(work->arena, (n + 1) * sizeof *work->order);
    rings->list = sg_arena_alloc(work->arena, (n / 2 + 1) * sizeof *rings->list);
    if (led == NULL || work->order == NULL || rings->list == NULL) {
        free(led);
        return SCRUBGATE_ENOMEM;
    }
    for (uint32_t c = 0; c < n; c++) {
        led[2 * c] = first_of(work->parent, c);
        led[2 * c + 1] = c;
    }
    if (n > 0)
        qsort(led, n, 2 * sizeof *led, by_leader);
    for (size_t i = 0, j; i < n; i = j) {
        for (j = i; j < n && led[2 * j] == led[2 * i]; j++)
            work->order[j] = led[2 * j + 1];
        if (j - i >= 2)
            rings->list[rings->groups++] =
                (struct sg_identity_ring){.customers = work->order + i, .n_customers = j - i};
    }
    free(led);
    return SCRUBGATE_OK;
}

/* Benjamini and Hochberg; keeps those of which few are there by chance. */
static void keep_odd(struct sg_identity_rings *rings)
{
    double least = 1;
    if (rings->groups > 0)
        qsort(rings->list, rings->groups, sizeof *rings->list, by_score);
    for (size_t i = rings->groups; i-- > 0;) {
        const double p = pow(10, -rings->list[i].score);
        least = fmin(least, p * (double)rings->groups / (double)(i + 1));
        rings->list[i].q = least;
    }
    while (rings->n < rings->groups && rings->list[rings->n].q <= false_share)
        rings->n++;
}

/* --- what links a group --- */

static int by_holders(const void *a, const void *b)
{
    const struct sg_identity_link *x = a, *y = b;
    if (x->n_customers != y->n_customers)
        return x->n_customers > y->n_customers ? -1 : 1;
    if (x->kind != y->kind)
        return x->kind > y->kind ? -1 : 1;
    return (x->digest > y->digest) - (x->digest < y->digest);
}

/* Values that hold at least two of a group's customers; links has no room: counts. */
static size_t find_links(const struct work *work, uint32_t leader, struct sg_identity_link *list,
                         uint32_t *customers)
{
    const struct sg_traces *traces = work->traces;
    size_t n = 0;
    for (size_t v = 0; v < traces->n_values; v++) {
        size_t shared = 0;
        if (!links(traces, v))
            continue;
        for (size_t i = traces->value[v]; i < traces->value[v + 1]; i++)
            if (first_of(work->parent, traces->list[i].party) == leader)
                customers[shared++] = traces->list[i].party;
        if (shared < 2)
            continue;
        const struct sg_trace *trace = &traces->list[traces->value[v]];
        if (list != NULL) {
            list[n] = (struct sg_identity_link){trace->kind, trace->digest, customers, shared};
            customers += shared;
        }
        n++;
    }
    return n;
}

static enum scrubgate_status give_links(struct work *work, struct sg_identity_ring *group)
{
    const uint32_t leader = first_of(work->parent, group->customers[0]);
    uint32_t some[SG_IDENTITY_HOLDERS];
    const size_t n = find_links(work, leader, NULL, some);
    struct sg_identity_link *list = sg_arena_alloc(work->arena, (n + 1) * sizeof *list);
    uint32_t *customers =
        sg_arena_alloc(work->arena, (n + 1) * SG_IDENTITY_HOLDERS * sizeof *customers);
    if (list == NULL || customers == NULL)
        return SCRUBGATE_ENOMEM;
    (void)find_links(work, leader, list, customers);
    if (n > 0)
        qsort(list, n, sizeof *list, by_holders);
    group->links = list;
    group->n_links = n;
    return SCRUBGATE_OK;
}

/* --- all of it --- */

static enum scrubgate_status analyse(struct work *work, struct sg_identity_rings *rings,
                                     uint32_t *met)
{
    enum scrubgate_status rc = find_pairs(work);
    if (rc < 0)
        return rc;
    for (uint32_t c = 0; c < work->deals->customers.n; c++)
        work->parent[c] = c;
    unite(work);
    rc = list_groups(work, rings);
    for (size_t i = 0; i < rings->groups && rc >= 0; i++)
        rc = find_reached(work, &rings->list[i], met);
    if (rc < 0)
        return rc;
    keep_odd(rings);
    for (size_t i = 0; i < rings->n && rc >= 0; i++)
        rc = give_links(work, &rings->list[i]);
    return rc;
}

enum scrubgate_status sg_identity_rings_init(
    struct sg_identity_rings *rings, const struct sg_deals *deals, const struct sg_visits *visits,
    const struct sg_routing *routing, const struct sg_traces *customers, struct sg_arena *arena)
{
    struct work work = {
        .deals = deals, .visits = visits, .routing = routing, .traces = customers, .arena = arena};
    *rings = (struct sg_identity_rings){.list = NULL};
    uint32_t *met = malloc((deals->agents.n + 1) * sizeof *met);
    work.parent = malloc((deals->customers.n + 1) * sizeof *work.parent);
    work.reach = calloc(deals->agents.n + 1, sizeof *work.reach);
    work.last = calloc(deals->agents.n + 1, sizeof *work.last);
    enum scrubgate_status rc =
        met == NULL || work.parent == NULL || work.reach == NULL || work.last == NULL
            ? SCRUBGATE_ENOMEM
            : analyse(&work, rings, met);
    if (rc < 0)
        *rings = (struct sg_identity_rings){.list = NULL};
    free(met);
    free(work.pairs);
    free(work.parent);
    free(work.reach);
    free(work.last);
    return rc;
}
