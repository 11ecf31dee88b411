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
/* What a mixture gains over routing alone when there is no ring is up to about twenty. */
static const double gain_least = 25;
static const double settled = 0.001; /* customers more or less */
static const float least_p = 1e-4F;

/* A ticket, as far as a ring is concerned. */
struct visit {
    float p; /* to the ring by routing */
    uint8_t time;
    bool hit;
};

/* One who met an agent of the ring. */
struct candidate {
    size_t begin; /* of its n visits */
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
    double likelier[TIMES];              /* logarithm of time over time_any */
    double mass, values[SG_TRACE_KINDS]; /* sums over candidates */
};

struct work {
    const struct sg_deals *deals;
    const struct sg_visits *visits;
    const struct sg_routing *routing;
    const struct sg_traces *traces;
    const uint32_t *ring;
    uint32_t number; /* the ring at work */
    uint8_t *time;   /* of each deal */
    size_t *cell;
    float *p; /* of each cell: to the ring by routing */
    struct visit *visits_to;
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

/* The part of the window that a deal falls into; and its cell. */
static enum scrubgate_status find_places(struct work *work)
{
    const struct sg_deals *deals = work->deals;
    work->time = malloc(deals->n + 1);
    work->cell = malloc((deals->n + 1) * sizeof *work->cell);
    if (work->time == NULL || work->cell == NULL)
        return SCRUBGATE_ENOMEM;
    for (size_t i = 0; i < deals->n; i++) {
        const uint64_t begin = deals->list[0].assign_ms;
        const uint64_t length = deals->list[deals->n - 1].assign_ms - begin + 1;
        const double part = (double)(deals->list[i].assign_ms - begin) / (double)length;
        work->time[i] = (uint8_t)(part * TIMES);
        work->cell[i] = sg_routing_cell_of(work->routing, &deals->list[i]);
    }
    return SCRUBGATE_OK;
}

/* Logarithm of how much likelier a customer's tickets are from one of the ring's. */
static double likelihood(const struct work *work, const struct candidate *one)
{
    const struct model *model = &work->model;
    const struct visit *visit = work->visits_to + one->begin;
    double sum = (one->n - one->hits) * log(1 - model->claim);
    for (size_t i = 0; i < one->n; i++) {
        if (visit[i].hit)
            sum += log(1 - model->claim + model->claim / visit[i].p);
        if (!work->bare)
            sum += model->likelier[visit[i].time];
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
    const struct visit *visit = work->visits_to + one->begin;
    const double claim = work->model.claim;
    for (size_t i = 0; i < one->n; i++) {
        if (visit[i].hit)
            sum->claim += one->r * claim / (claim + (1 - claim) * visit[i].p);
        sum->time[visit[i].time] += one->r;
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
    for (size_t i = 0; i < TIMES; i++)
        model->likelier[i] = log(model->time[i] / model->time_any[i]);
}

/* --- a ring --- */

/* To the ring by routing: of each cell. */
static void find_p(struct work *work)
{
    const struct sg_routing *routing = work->routing;
    const size_t cells = routing->n_strata * routing->n_slots;
    for (size_t cell = 0; cell < cells; cell++) {
        double sum = 0;
        for (size_t k = routing->begin[cell]; k < routing->begin[cell + 1]; k++)
            sum += work->ring[routing->shares[k].agent] == work->number ? routing->shares[k].p : 0;
        work->p[cell] = (float)sum;
    }
}

/* One customer's visits, behind those of the candidates before. */
static struct candidate consider(const struct work *work, uint32_t customer, size_t begin)
{
    const size_t first = work->visits->begin[customer];
    struct candidate one = {.customer = customer,
                            .begin = begin,
                            .n = (uint32_t)(work->visits->begin[customer + 1] - first)};
    for (size_t i = 0; i < one.n; i++) {
        const uint32_t deal = work->visits->deal[first + i];
        const float p = work->p[work->cell[deal]];
        const bool hit = work->ring[work->deals->list[deal].agent] == work->number;
        work->visits_to[begin + i] = (struct visit){fmaxf(p, least_p), work->time[deal], hit};
        one.hits += hit;
        one.expected += p;
    }
    return one;
}

static void find_candidates(struct work *work)
{
    struct model *model = &work->model;
    double sizes[SIZES] = {0}, times[TIMES] = {0}, even[SIZES + TIMES];
    size_t end = 0;
    work->n = work->customers = 0;
    for (uint32_t c = 0; c < work->deals->customers.n; c++) {
        const struct candidate one = consider(work, c, end);
        if (one.n == 0 || one.expected <= 0)
            continue;
        work->customers++;
        sizes[size_of(one.n)]++;
        for (size_t i = 0; i < one.n; i++)
            times[work->visits_to[end + i].time]++;
        if (one.hits == 0)
            continue;
        work->list[work->n++] = one;
        end += one.n;
    }
    for (size_t i = 0; i < SIZES + TIMES; i++)
        even[i] = 1.0 / (i < SIZES ? SIZES : TIMES);
    mix(model->size_any, SIZES, even, sizes, 1);
    mix(model->time_any, TIMES, even + SIZES, times, 1);
}

/* How much better the mixture explains all tickets than routing alone does, as a logarithm. */
static double gain_of(const struct work *work)
{
    const double share = work->model.share;
    double sum = (double)(work->customers - work->n) * log(1 - share);
    for (size_t i = 0; i < work->n; i++)
        sum += log(1 - share + share * exp(likelihood(work, &work->list[i])));
    return sum;
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
        const double before = model->mass;
        work->bare = round < ROUNDS_BARE;
        expect(work);
        maximise(work);
        if (!work->bare && fabs(model->mass - before) < settled)
            break;
    }
    if (work->n > 0 && gain_of(work) < gain_least)
        for (size_t i = 0; i < work->n; i++)
            work->list[i].r = 0; /* nobody stands out: nobody is named */
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
    work.p = malloc((routing->n_strata * routing->n_slots + 1) * sizeof *work.p);
    work.list = malloc((n + 1) * sizeof *work.list);
    work.visits_to = malloc((deals->n + 1) * sizeof *work.visits_to);
    enum scrubgate_status rc = SCRUBGATE_ENOMEM;
    if (membership->list == NULL || work.p == NULL || work.list == NULL || work.visits_to == NULL)
        goto out;
    for (size_t c = 0; c < n; c++)
        membership->list[c] = (struct sg_member){.ring = SG_MEMBER_NONE};
    rc = index_traces(&work);
    if (rc >= 0)
        rc = find_places(&work);
    for (uint32_t r = 0; r < rings && rc >= 0; r++) {
        work.number = r;
        judge_ring(&work);
        take(&work, membership->list);
    }
out:
    free(work.p);
    free(work.time);
    free(work.cell);
    free(work.list);
    free(work.visits_to);
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
