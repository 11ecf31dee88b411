/* SPDX-License-Identifier: Apache-2.0 */
/*
 * membership.c - which customers belong to a ring whose agents are known, and how likely.
 */
#include "collusion/membership.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 40, ROUNDS_BARE = 5, SIZES = 16, TIMES = 24 };
static const double prior_weight = 10; /* customers that a histogram starts with */
static const double least_p = 1e-4;

/* One who met an agent of the ring. */
struct candidate {
    uint32_t customer, n, hits;
    double expected;
    double r; /* how likely it is the ring's */
};

/* A ring, and what is estimated of it. */
struct model {
    double share;                 /* of customers */
    double claim;                 /* of its tickets, whatever routing says */
    double reuse[SG_TRACE_KINDS]; /* values that are the ring's, of those shown */
    double size[SIZES], size_any[SIZES];
    double time[TIMES], time_any[TIMES];
    double mass, values[SG_TRACE_KINDS]; /* sums over candidates */
};

struct work {
    const struct sg_deals *deals;
    const struct sg_visits *visits;
    const struct sg_routing *routing;
    const struct sg_traces *traces;
    const uint32_t *ring;
    uint32_t number; /* the ring at work */
    float *p;        /* of each deal: to the ring by routing */
    struct candidate *list;
    size_t n, customers; /* candidates; those who could have met the ring */
    uint32_t *value_of;  /* of each trace */
    size_t *own;         /* of each customer, where own_list begins */
    uint32_t *own_list;  /* traces by customer */
    double *held;        /* of each value: how many of the ring's show it */
    double shown[SG_TRACE_KINDS];
    bool bare; /* by routing alone, to begin with */
    struct model model;
};

/* --- what customers show --- */

static enum scrubgate_status index_traces(struct work *work)
{
    const struct sg_traces *traces = work->traces;
    const size_t n = work->deals->customers.n;
    work->value_of = malloc((traces->n + 1) * sizeof *work->value_of);
    work->own_list = malloc((traces->n + 1) * sizeof *work->own_list);
    work->own = calloc(n + 2, sizeof *work->own);
    work->held = malloc((traces->n_values + 1) * sizeof *work->held);
    if (work->value_of == NULL || work->own_list == NULL || work->own == NULL || work->held == NULL)
        return SCRUBGATE_ENOMEM;
    for (size_t v = 0; v < traces->n_values; v++)
        for (size_t i = traces->value[v]; i < traces->value[v + 1]; i++) {
            work->value_of[i] = (uint32_t)v;
            work->own[traces->list[i].party + 2]++;
            work->shown[traces->list[i].kind]++;
        }
    for (size_t c = 2; c < n + 2; c++)
        work->own[c] += work->own[c - 1];
    for (size_t i = 0; i < traces->n; i++)
        work->own_list[work->own[traces->list[i].party + 1]++] = (uint32_t)i;
    return SCRUBGATE_OK;
}

/* How often the ring's others show a value, against how often anybody else does. */
static double lift(const struct work *work, uint32_t trace, double r)
{
    const uint32_t v = work->value_of[trace];
    const enum sg_trace_kind kind = work->traces->list[trace].kind;
    const double holders = (double)(work->traces->value[v + 1] - work->traces->value[v]);
    const double among = work->model.values[kind];
    if (among <= 0)
        return 0;
    const double others = work->held[v] - r;
    const double any = (holders > 1 ? holders - 1 : 1) / work->shown[kind];
    return others > 0 ? others / among / any : 0;
}

/* --- one customer --- */

static size_t size_of(uint32_t n)
{
    const size_t bin = (size_t)(2 * log2((double)n));
    return bin < SIZES ? bin : SIZES - 1;
}

static size_t time_of(const struct work *work, const struct sg_deal *deal)
{
    const uint64_t begin = work->deals->list[0].assign_ms;
    const uint64_t length = work->deals->list[work->deals->n - 1].assign_ms - begin + 1;
    return (size_t)((double)(deal->assign_ms - begin) / (double)length * TIMES);
}

/* Logarithm of how much likelier a customer's tickets are from one of the ring's. */
static double likelihood(const struct work *work, const struct candidate *one)
{
    const struct model *model = &work->model;
    const uint32_t *visits = work->visits->deal + work->visits->begin[one->customer];
    double sum = 0;
    for (size_t i = 0; i < one->n; i++) {
        const struct sg_deal *deal = &work->deals->list[visits[i]];
        const double p = fmax(work->p[visits[i]], least_p);
        const bool hit = work->ring[deal->agent] == work->number;
        sum += log(1 - model->claim + (hit ? model->claim / p : 0));
        if (!work->bare) {
            const size_t time = time_of(work, deal);
            sum += log(model->time[time] / model->time_any[time]);
        }
    }
    if (work->bare)
        return sum;
    sum += log(model->size[size_of(one->n)] / model->size_any[size_of(one->n)]);
    for (size_t i = work->own[one->customer]; i < work->own[one->customer + 1]; i++) {
        const double reuse = model->reuse[work->traces->list[work->own_list[i]].kind];
        sum += log(1 - reuse + reuse * lift(work, work->own_list[i], one->r));
    }
    return sum;
}

/* --- rounds of estimation --- */

static void expect(struct work *work)
{
    const double odds = work->model.share / (1 - work->model.share);
    for (size_t i = 0; i < work->n; i++) {
        struct candidate *one = &work->list[i];
        const double log_odds = log(odds) + likelihood(work, one);
        one->r = 1 / (1 + exp(-log_odds));
    }
    memset(work->model.values, 0, sizeof work->model.values);
    memset(work->held, 0, work->traces->n_values * sizeof *work->held);
    for (size_t i = 0; i < work->n; i++) {
        const struct candidate *one = &work->list[i];
        for (size_t k = work->own[one->customer]; k < work->own[one->customer + 1]; k++) {
            work->held[work->value_of[work->own_list[k]]] += one->r;
            work->model.values[work->traces->list[work->own_list[k]].kind] += one->r;
        }
    }
}

static void count_tickets(const struct work *work, const struct candidate *one, struct model *sum)
{
    const uint32_t *visits = work->visits->deal + work->visits->begin[one->customer];
    const double claim = work->model.claim;
    for (size_t i = 0; i < one->n; i++) {
        const struct sg_deal *deal = &work->deals->list[visits[i]];
        const double p = fmax(work->p[visits[i]], least_p);
        if (work->ring[deal->agent] == work->number)
            sum->claim += one->r * claim / (claim + (1 - claim) * p);
        sum->time[time_of(work, deal)] += one->r;
    }
}

static void count_values(const struct work *work, const struct candidate *one, struct model *sum)
{
    for (size_t i = work->own[one->customer]; i < work->own[one->customer + 1]; i++) {
        const enum sg_trace_kind kind = work->traces->list[work->own_list[i]].kind;
        const double reuse = work->model.reuse[kind],
                     own = reuse * lift(work, work->own_list[i], one->r);
        sum->reuse[kind] += one->r * own / (1 - reuse + own);
        sum->values[kind] += one->r;
    }
}

static void mix(double *bins, size_t n, const double *any, const double *counted, double weight)
{
    double total = 0;
    for (size_t i = 0; i < n; i++)
        total += counted[i];
    for (size_t i = 0; i < n; i++)
        bins[i] = (counted[i] + weight * any[i]) / (total + weight);
}

static void maximise(struct work *work)
{
    struct model *model = &work->model, sum = {.share = 0};
    double tickets = 0;
    for (size_t i = 0; i < work->n; i++) {
        const struct candidate *one = &work->list[i];
        sum.mass += one->r;
        tickets += one->r * one->n;
        sum.size[size_of(one->n)] += one->r;
        count_tickets(work, one, &sum);
        count_values(work, one, &sum);
    }
    model->mass = sum.mass;
    model->share = fmin(fmax(sum.mass, 0.5) / (double)work->customers, 0.5);
    if (tickets > 0)
        model->claim = fmin(fmax(sum.claim / tickets, 0.05), 0.99);
    for (size_t k = 0; k < SG_TRACE_KINDS; k++)
        if (sum.values[k] > 0)
            model->reuse[k] = fmin(fmax(sum.reuse[k] / sum.values[k], 1e-3), 0.95);
    mix(model->size, SIZES, model->size_any, sum.size, prior_weight);
    mix(model->time, TIMES, model->time_any, sum.time, prior_weight * 4);
}

/* --- a ring --- */

/* To the ring by routing: of each cell, then of each deal. */
static void find_p(struct work *work)
{
    for (size_t i = 0; i < work->deals->n; i++) {
        size_t n;
        const struct sg_share *shares = sg_routing_cell(work->routing, &work->deals->list[i], &n);
        double sum = 0;
        for (size_t k = 0; k < n; k++)
            sum += work->ring[shares[k].agent] == work->number ? shares[k].p : 0;
        work->p[i] = (float)sum;
    }
}

static void find_candidates(struct work *work)
{
    struct model *model = &work->model;
    double sizes[SIZES] = {0}, times[TIMES] = {0}, even[TIMES];
    work->n = work->customers = 0;
    for (uint32_t c = 0; c < work->deals->customers.n; c++) {
        const uint32_t *visits = work->visits->deal + work->visits->begin[c];
        struct candidate one = {
            .customer = c, .n = (uint32_t)(work->visits->begin[c + 1] - work->visits->begin[c])};
        for (size_t i = 0; i < one.n; i++) {
            const struct sg_deal *deal = &work->deals->list[visits[i]];
            one.hits += work->ring[deal->agent] == work->number;
            one.expected += work->p[visits[i]];
        }
        if (one.n == 0 || one.expected <= 0)
            continue;
        work->customers++;
        sizes[size_of(one.n)]++;
        for (size_t i = 0; i < one.n; i++)
            times[time_of(work, &work->deals->list[visits[i]])]++;
        if (one.hits > 0)
            work->list[work->n++] = one;
    }
    for (size_t i = 0; i < TIMES; i++)
        even[i] = 1.0 / TIMES;
    mix(model->time_any, TIMES, even, times, 1);
    for (size_t i = 0; i < TIMES; i++)
        even[i] = 1.0 / SIZES;
    mix(model->size_any, SIZES, even, sizes, 1);
}

static void judge_ring(struct work *work)
{
    struct model *model = &work->model;
    *model = (struct model){.share = 0.01, .claim = 0.5};
    find_p(work);
    find_candidates(work);
    for (size_t k = 0; k < SG_TRACE_KINDS; k++)
        model->reuse[k] = 0.1;
    for (unsigned round = 0; round < ROUNDS && work->n > 0; round++) {
        work->bare = round < ROUNDS_BARE;
        expect(work);
        maximise(work);
    }
}

static void take(const struct work *work, struct sg_member *list)
{
    for (size_t i = 0; i < work->n; i++) {
        const struct candidate *one = &work->list[i];
        struct sg_member *member = &list[one->customer];
        if (member->ring == SG_MEMBER_NONE || one->r > member->probability)
            *member = (struct sg_member){work->number, one->hits, one->expected, one->r};
    }
}

enum scrubgate_status sg_membership_init(struct sg_membership *membership,
                                         const struct sg_deals *deals,
                                         const struct sg_visits *visits,
                                         const struct sg_routing *routing,
                                         const struct sg_traces *traces, const uint32_t *ring,
                                         uint32_t rings)
{
    struct work work = {
        .deals = deals, .visits = visits, .routing = routing, .traces = traces, .ring = ring};
    const size_t n = deals->customers.n;
    membership->list = malloc((n + 1) * sizeof *membership->list);
    work.p = malloc((deals->n + 1) * sizeof *work.p);
    work.list = malloc((n + 1) * sizeof *work.list);
    enum scrubgate_status rc = SCRUBGATE_ENOMEM;
    if (membership->list == NULL || work.p == NULL || work.list == NULL)
        goto out;
    for (size_t c = 0; c < n; c++)
        membership->list[c] = (struct sg_member){.ring = SG_MEMBER_NONE};
    rc = index_traces(&work);
    for (uint32_t r = 0; r < rings && rc >= 0; r++) {
        work.number = r;
        judge_ring(&work);
        take(&work, membership->list);
    }
out:
    free(work.p);
    free(work.list);
    free(work.value_of);
    free(work.own);
    free(work.own_list);
    free(work.held);
    if (rc < 0)
        sg_membership_fini(membership);
    return rc;
}

void sg_membership_fini(struct sg_membership *membership)
{
    free(membership->list);
    membership->list = NULL;
}
