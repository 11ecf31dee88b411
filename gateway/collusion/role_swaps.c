/* SPDX-License-Identifier: Apache-2.0 */
/*
 * role_swaps.c - an agent's own network, device or TLS library shows up at a customer of an agent
 * under suspicion.
 *
 *     agents' traces x customers' traces -> who looks like whom -> whom these customers reach
 */
#include "collusion/role_swaps.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "collusion/chance.h"
#include "collusion/identity_rings.h"

enum {
    OWNERS = 3,     /* agents who show a value: more, and it is their office's */
    KINDS_LEAST = 2 /* that a customer and an agent share */
};
static const double bits_least = 12;
static const double odd = 2;         /* -log10: one in a hundred */
static const double far_odds = 0.05; /* of all that are asked for, when nobody is suspected */

/* A customer who looks like an agent. */
struct likeness {
    uint32_t agent, customer, kinds;
    double bits;
};

/* What one such customer has with the agent who served it. */
struct contact {
    uint32_t agent, other, customer, kinds, tickets;
    double bits, expected;
};

struct work {
    const struct sg_deals *deals;
    const struct sg_visits *visits;
    const struct sg_routing *routing;
    const struct sg_traces *customers, *agents;
    const bool *suspected;
    struct sg_arena *arena;
    struct likeness *likes;
    size_t n_likes, cap_likes;
    struct contact *contacts;
    size_t n_contacts, cap_contacts;
};

/* --- who looks like whom --- */

static enum scrubgate_status add_like(struct work *work, struct likeness like)
{
    if (work->n_likes == work->cap_likes) {
        const size_t cap = 2 * work->cap_likes + 256;
        struct likeness *more = realloc(work->likes, cap * sizeof *more);
        if (more == NULL)
            return SCRUBGATE_ENOMEM;
        work->likes = more;
        work->cap_likes = cap;
    }
    work->likes[work->n_likes++] = like;
    return SCRUBGATE_OK;
}

static int compare(const struct sg_trace *x, const struct sg_trace *y)
{
    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    return (x->digest > y->digest) - (x->digest < y->digest);
}

static enum scrubgate_status pair_up(struct work *work, size_t ours, size_t theirs)
{
    const struct sg_traces *agents = work->agents, *customers = work->customers;
    const size_t holders = customers->value[theirs + 1] - customers->value[theirs];
    const double bits = log2((double)work->deals->customers.n / (double)holders);
    enum scrubgate_status rc = SCRUBGATE_OK;
    if (holders > SG_IDENTITY_HOLDERS || agents->value[ours + 1] - agents->value[ours] > OWNERS)
        return rc;
    for (size_t i = agents->value[ours]; i < agents->value[ours + 1]; i++)
        for (size_t j = customers->value[theirs]; j < customers->value[theirs + 1] && rc >= 0; j++)
            rc = add_like(work, (struct likeness){agents->list[i].party, customers->list[j].party,
                                                  1U << agents->list[i].kind, bits});
    return rc;
}

static int by_like(const void *a, const void *b)
{
    const struct likeness *x = a, *y = b;
    if (x->agent != y->agent)
        return x->agent < y->agent ? -1 : 1;
    return (x->customer > y->customer) - (x->customer < y->customer);
}

static unsigned count_bits(uint32_t kinds)
{
    unsigned n = 0;
    for (; kinds != 0; kinds &= kinds - 1)
        n++;
    return n;
}

/* Values of one agent and one customer become one likeness; those that say too little go. */
static enum scrubgate_status find_likes(struct work *work)
{
    const struct sg_traces *agents = work->agents, *customers = work->customers;
    enum scrubgate_status rc = SCRUBGATE_OK;
    size_t kept = 0;
    for (size_t i = 0, j = 0; i < agents->n_values && j < customers->n_values && rc >= 0;) {
        const int order =
            compare(&agents->list[agents->value[i]], &customers->list[customers->value[j]]);
        if (order == 0)
            rc = pair_up(work, i, j);
        i += order <= 0;
        j += order >= 0;
    }
    if (work->n_likes > 0)
        qsort(work->likes, work->n_likes, sizeof *work->likes, by_like);
    for (size_t i = 0, j; i < work->n_likes; i = j) {
        struct likeness all = work->likes[i];
        for (j = i + 1; j < work->n_likes && by_like(&all, &work->likes[j]) == 0; j++) {
            all.kinds |= work->likes[j].kinds;
            all.bits += work->likes[j].bits;
        }
        if (count_bits(all.kinds) >= KINDS_LEAST && all.bits >= bits_least)
            work->likes[kept++] = all;
    }
    work->n_likes = kept;
    return rc;
}

/* --- whom these customers reach --- */

static enum scrubgate_status add_contact(struct work *work, struct contact contact)
{
    if (work->n_contacts == work->cap_contacts) {
        const size_t cap = 2 * work->cap_contacts + 256;
        struct contact *more = realloc(work->contacts, cap * sizeof *more);
        if (more == NULL)
            return SCRUBGATE_ENOMEM;
        work->contacts = more;
        work->cap_contacts = cap;
    }
    work->contacts[work->n_contacts++] = contact;
    return SCRUBGATE_OK;
}

static int by_contact(const void *a, const void *b)
{
    const struct contact *x = a, *y = b;
    if (x->agent != y->agent)
        return x->agent < y->agent ? -1 : 1;
    if (x->other != y->other)
        return x->other < y->other ? -1 : 1;
    return (x->customer > y->customer) - (x->customer < y->customer);
}

/* Every agent who served it once; what routing explains of that. */
static enum scrubgate_status follow(struct work *work, const struct likeness *like)
{
    const size_t begin = work->visits->begin[like->customer];
    const size_t end = work->visits->begin[like->customer + 1], first = work->n_contacts;
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (size_t i = begin; i < end && rc >= 0; i++) {
        const uint32_t other = work->deals->list[work->visits->deal[i]].agent;
        size_t at = first;
        while (at < work->n_contacts && work->contacts[at].other != other)
            at++;
        if (at == work->n_contacts)
            rc = add_contact(work, (struct contact){.agent = like->agent,
                                                    .other = other,
                                                    .customer = like->customer,
                                                    .kinds = like->kinds,
                                                    .bits = like->bits});
        if (rc >= 0)
            work->contacts[at].tickets++;
    }
    for (size_t at = first; at < work->n_contacts && rc >= 0; at++)
        for (size_t i = begin; i < end; i++)
            work->contacts[at].expected += sg_routing_p(
                work->routing, &work->deals->list[work->visits->deal[i]], work->contacts[at].other);
    return rc;
}

/* --- swaps --- */

static int by_tickets(const void *a, const void *b)
{
    const struct contact *x = a, *y = b;
    if (x->tickets != y->tickets)
        return x->tickets > y->tickets ? -1 : 1;
    return (x->customer > y->customer) - (x->customer < y->customer);
}

/* What n contacts of the same two agents say together. */
static enum scrubgate_status sum_up(struct work *work, struct contact *contacts, size_t n,
                                    struct sg_role_swap *swap)
{
    uint32_t *customers = sg_arena_alloc(work->arena, n * sizeof *customers);
    *swap = (struct sg_role_swap){.agent = contacts->agent,
                                  .other = contacts->other,
                                  .third = SG_DEAL_NONE,
                                  .circle = contacts->agent == contacts->other,
                                  .suspected = work->suspected[contacts->other],
                                  .customers = customers,
                                  .n_customers = n};
    if (customers == NULL)
        return SCRUBGATE_ENOMEM;
    qsort(contacts, n, sizeof *contacts, by_tickets);
    for (size_t i = 0; i < n; i++) {
        customers[i] = contacts[i].customer;
        swap->kinds |= contacts[i].kinds;
        swap->tickets += contacts[i].tickets;
        swap->expected += contacts[i].expected;
        swap->bits = fmax(swap->bits, contacts[i].bits);
    }
    swap->score = -sg_chance_poisson_tail(swap->tickets, swap->expected) / log(10);
    return SCRUBGATE_OK;
}

static int by_agents(const void *a, const void *b)
{
    const struct sg_role_swap *x = a, *y = b;
    if (x->agent != y->agent)
        return x->agent < y->agent ? -1 : 1;
    return (x->other > y->other) - (x->other < y->other);
}

static const struct sg_role_swap *find(const struct sg_role_swaps *swaps, uint32_t agent,
                                       uint32_t other)
{
    const struct sg_role_swap key = {.agent = agent, .other = other};
    return swaps->n == 0 ? NULL : bsearch(&key, swaps->list, swaps->n, sizeof key, by_agents);
}

/* Swaps are odd ones only here, by agent and other. */
static void find_circles(struct sg_role_swaps *swaps)
{
    for (size_t i = 0; i < swaps->n; i++) {
        struct sg_role_swap *swap = &swaps->list[i];
        if (swap->circle == 1)
            continue;
        if (find(swaps, swap->other, swap->agent) != NULL) {
            swap->circle = 2;
            continue;
        }
        for (size_t k = 0; k < swaps->n && swap->circle == 0; k++) {
            const struct sg_role_swap *next = &swaps->list[k];
            if (next->agent != swap->other || next->other == swap->other ||
                find(swaps, next->other, swap->agent) == NULL)
                continue;
            swap->circle = 3;
            swap->third = next->other;
        }
    }
}

static int by_strength(const void *a, const void *b)
{
    const struct sg_role_swap *x = a, *y = b;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    return by_agents(a, b);
}

/* Those that say something: the other is suspected, they come back, or it is too odd for all that
 * were asked. */
static void keep_telling(struct sg_role_swaps *swaps, size_t asked)
{
    const double far = log10((double)asked / far_odds);
    size_t kept = 0;
    for (size_t i = 0; i < swaps->n; i++)
        if (swaps->list[i].suspected || swaps->list[i].circle > 0 || swaps->list[i].score >= far)
            swaps->list[kept++] = swaps->list[i];
    swaps->n = kept;
    if (kept > 0)
        qsort(swaps->list, kept, sizeof *swaps->list, by_strength);
}

static enum scrubgate_status list_swaps(struct work *work, struct sg_role_swaps *swaps)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    size_t asked = 0;
    swaps->list = sg_arena_alloc(work->arena, (work->n_contacts + 1) * sizeof *swaps->list);
    if (swaps->list == NULL)
        return SCRUBGATE_ENOMEM;
    if (work->n_contacts > 0)
        qsort(work->contacts, work->n_contacts, sizeof *work->contacts, by_contact);
    for (size_t i = 0, j; i < work->n_contacts && rc >= 0; i = j) {
        struct contact *first = &work->contacts[i];
        for (j = i; j < work->n_contacts && work->contacts[j].agent == first->agent &&
                    work->contacts[j].other == first->other;
             j++) {
        }
        rc = sum_up(work, first, j - i, &swaps->list[swaps->n]);
        asked++;
        swaps->n += rc >= 0 && swaps->list[swaps->n].score >= odd;
    }
    find_circles(swaps);
    keep_telling(swaps, asked);
    return rc;
}

enum scrubgate_status sg_role_swaps_init(struct sg_role_swaps *swaps, const struct sg_deals *deals,
                                         const struct sg_visits *visits,
                                         const struct sg_routing *routing,
                                         const struct sg_traces *customers,
                                         const struct sg_traces *agents, const bool *suspected,
                                         struct sg_arena *arena)
{
    struct work work = {.deals = deals,
                        .visits = visits,
                        .routing = routing,
                        .customers = customers,
                        .agents = agents,
                        .suspected = suspected,
                        .arena = arena};
    *swaps = (struct sg_role_swaps){.list = NULL};
    enum scrubgate_status rc = find_likes(&work);
    for (size_t i = 0; i < work.n_likes && rc >= 0; i++)
        rc = follow(&work, &work.likes[i]);
    if (rc >= 0)
        rc = list_swaps(&work, swaps);
    if (rc < 0)
        *swaps = (struct sg_role_swaps){.list = NULL};
    free(work.likes);
    free(work.contacts);
    return rc;
}
