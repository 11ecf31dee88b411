/* SPDX-License-Identifier: Apache-2.0 */
/*
 * routing.c - what the platform's routing alone would do: p(agent | time, queue).
 *
 *     deals -> who was on duty when (sessions) -> rates -> shares of each half hour of each queue
 */
#include "collusion/routing.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PAIR_FEW = 3 /* tickets of one customer that always count for an agent's rate */ };
static const uint64_t slot_ms = 30 * 60 * 1000;
static const uint64_t break_ms = 3 * 60 * 60 * 1000; /* longer: a shift has ended */

/* An agent in a queue from one half hour to another. */
struct duty {
    uint32_t stratum, agent, first, last;
};

struct duties {
    struct duty *list;
    size_t n, cap;
};

static uint32_t slot_of(const struct sg_routing *routing, uint64_t ms)
{
    return (uint32_t)((ms - routing->begin_ms) / slot_ms);
}

/* --- who was on duty --- */

static enum scrubgate_status add_duty(struct duties *duties, struct duty duty)
{
    if (duties->n == duties->cap) {
        const size_t cap = duties->cap * 2 + 1024;
        struct duty *more = realloc(duties->list, cap * sizeof *more);
        if (more == NULL)
            return SCRUBGATE_ENOMEM;
        duties->list = more;
        duties->cap = cap;
    }
    duties->list[duties->n++] = duty;
    return SCRUBGATE_OK;
}

/* By queue, agent, time. */
struct work {
    uint64_t ms;
    uint32_t stratum, agent, customer;
};

static int by_agent(const void *a, const void *b)
{
    const struct work *x = a, *y = b;
    if (x->stratum != y->stratum)
        return x->stratum < y->stratum ? -1 : 1;
    if (x->agent != y->agent)
        return x->agent < y->agent ? -1 : 1;
    return (x->ms > y->ms) - (x->ms < y->ms);
}

static struct work *work_of(const struct sg_deals *deals)
{
    struct work *work = malloc((deals->n + 1) * sizeof *work);
    if (work == NULL)
        return NULL;
    for (size_t i = 0; i < deals->n; i++) {
        const struct sg_deal *deal = &deals->list[i];
        work[i] = (struct work){deal->assign_ms, deal->stratum, deal->agent, deal->customer};
    }
    if (deals->n > 0)
        qsort(work, deals->n, sizeof *work, by_agent);
    return work;
}

/* Sessions: tickets not further apart than a break, and half an hour around them. */
static enum scrubgate_status find_duties(struct sg_routing *routing, const struct work *work,
                                         size_t n, struct duties *duties)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (size_t i = 0, j; i < n && rc >= 0; i = j) {
        for (j = i + 1; j < n && work[j].stratum == work[i].stratum &&
                        work[j].agent == work[i].agent && work[j].ms - work[j - 1].ms <= break_ms;
             j++) {
        }
        const uint32_t first = slot_of(routing, work[i].ms),
                       last = slot_of(routing, work[j - 1].ms);
        rc = add_duty(duties,
                      (struct duty){work[i].stratum, work[i].agent, first == 0 ? 0 : first - 1,
                                    last + 1 < routing->n_slots ? last + 1 : last});
    }
    return rc;
}

/* --- how much each takes --- */

/* What routing would have sent of a customer's tickets in a queue to an agent. */
static double expected(const struct sg_routing *routing, const struct sg_deals *deals,
                       const struct sg_visits *visits, const struct work *work)
{
    double sum = 0;
    for (size_t i = visits->begin[work->customer]; i < visits->begin[work->customer + 1]; i++) {
        const struct sg_deal *deal = &deals->list[visits->deal[i]];
        if (deal->stratum == work->stratum)
            sum += sg_routing_p(routing, deal, work->agent);
    }
    return sum;
}

/* Tickets of an agent in a queue, sorted by customer: of one customer only so many as routing
 * explains, or a few. What a ring brings must not make its agent look quick. routing NULL: a few.
 */
static double count_tickets(const struct sg_routing *routing, const struct sg_deals *deals,
                            const struct sg_visits *visits, const struct work *work, size_t n)
{
    double counted = 0;
    for (size_t i = 0, j; i < n; i = j) {
        for (j = i + 1; j < n && work[j].customer == work[i].customer; j++) {
        }
        double most = (double)(j - i);
        if (most > PAIR_FEW) {
            const double explained =
                routing == NULL ? 0 : expected(routing, deals, visits, &work[i]);
            most = fmin(most, fmax(PAIR_FEW, explained));
        }
        counted += most;
    }
    return counted;
}

static int by_customer(const void *a, const void *b)
{
    const struct work *x = a, *y = b;
    return (x->customer > y->customer) - (x->customer < y->customer);
}

/* The rate of each duty's agent in its queue, in tickets a half hour. Work is sorted by queue and
 * agent; within that, it is by customer afterwards. */
static void find_rates(const struct sg_routing *routing, const struct sg_deals *deals,
                       const struct sg_visits *visits, struct work *work,
                       const struct duties *duties, double *rates)
{
    size_t duty = 0;
    for (size_t i = 0, j; i < deals->n; i = j) {
        const size_t first = duty;
        double slots = 0;
        for (j = i;
             j < deals->n && work[j].stratum == work[i].stratum && work[j].agent == work[i].agent;
             j++) {
        }
        for (; duty < duties->n && duties->list[duty].stratum == work[i].stratum &&
               duties->list[duty].agent == work[i].agent;
             duty++)
            slots += duties->list[duty].last - duties->list[duty].first + 1;
        qsort(work + i, j - i, sizeof *work, by_customer);
        const double counted = count_tickets(routing, deals, visits, work + i, j - i);
        for (size_t k = first; k < duty; k++)
            rates[k] = counted / slots;
    }
}

/* --- shares --- */

static size_t cell_of(const struct sg_routing *routing, uint32_t stratum, uint32_t slot)
{
    return (size_t)stratum * routing->n_slots + slot;
}

/* Room for who is on duty in each cell. */
static enum scrubgate_status place(struct sg_routing *routing, const struct duties *duties)
{
    const size_t n_cells = routing->n_strata * routing->n_slots;
    size_t total = 0;
    routing->begin = calloc(n_cells + 2, sizeof *routing->begin);
    if (routing->begin == NULL)
        return SCRUBGATE_ENOMEM;
    for (size_t i = 0; i < duties->n; i++)
        for (uint32_t slot = duties->list[i].first; slot <= duties->list[i].last; slot++, total++)
            routing->begin[cell_of(routing, duties->list[i].stratum, slot) + 1]++;
    for (size_t i = 1; i <= n_cells; i++)
        routing->begin[i] += routing->begin[i - 1];
    routing->shares = malloc((total + 1) * sizeof *routing->shares);
    return routing->shares == NULL ? SCRUBGATE_ENOMEM : SCRUBGATE_OK;
}

/* What each takes of what comes to a cell. */
static void share_out(struct sg_routing *routing, const struct duties *duties, const double *rates,
                      size_t *fill)
{
    const size_t n_cells = routing->n_strata * routing->n_slots;
    memcpy(fill, routing->begin, n_cells * sizeof *fill);
    for (size_t i = 0; i < duties->n; i++)
        for (uint32_t slot = duties->list[i].first; slot <= duties->list[i].last; slot++)
            routing->shares[fill[cell_of(routing, duties->list[i].stratum, slot)]++] =
                (struct sg_share){duties->list[i].agent, (float)rates[i]};
    for (size_t cell = 0; cell < n_cells; cell++) {
        double sum = 0;
        for (size_t i = routing->begin[cell]; i < routing->begin[cell + 1]; i++)
            sum += routing->shares[i].p;
        for (size_t i = routing->begin[cell]; i < routing->begin[cell + 1]; i++)
            routing->shares[i].p = (float)(routing->shares[i].p / sum);
    }
}

/* Twice: first all tickets count for an agent's rate, then only those that this routing explains.
 */
static enum scrubgate_status find_shares(struct sg_routing *routing, const struct sg_deals *deals,
                                         struct work *work, const struct duties *duties)
{
    struct sg_visits visits = {.deal = NULL};
    double *rates = malloc((duties->n + 1) * sizeof *rates);
    enum scrubgate_status rc = place(routing, duties);
    size_t *fill = malloc((routing->n_strata * routing->n_slots + 1) * sizeof *fill);
    if (rates == NULL || fill == NULL)
        rc = SCRUBGATE_ENOMEM;
    if (rc >= 0)
        rc = sg_visits_init(&visits, deals);
    if (rc >= 0) {
        find_rates(NULL, deals, &visits, work, duties, rates);
        share_out(routing, duties, rates, fill);
        find_rates(routing, deals, &visits, work, duties, rates);
        share_out(routing, duties, rates, fill);
    }
    sg_visits_fini(&visits);
    free(rates);
    free(fill);
    return rc;
}

enum scrubgate_status sg_routing_init(struct sg_routing *routing, const struct sg_deals *deals)
{
    struct duties duties = {NULL, 0, 0};
    *routing = (struct sg_routing){.n_strata = deals->strata.n};
    if (deals->n > 0) {
        routing->begin_ms = deals->list[0].assign_ms;
        routing->n_slots = slot_of(routing, deals->list[deals->n - 1].assign_ms) + 1;
    }
    struct work *work = work_of(deals);
    enum scrubgate_status rc = work == NULL ? SCRUBGATE_ENOMEM : SCRUBGATE_OK;
    if (rc >= 0)
        rc = find_duties(routing, work, deals->n, &duties);
    if (rc >= 0)
        rc = find_shares(routing, deals, work, &duties);
    free(work);
    free(duties.list);
    if (rc < 0)
        sg_routing_fini(routing);
    return rc;
}

void sg_routing_fini(struct sg_routing *routing)
{
    free(routing->shares);
    free(routing->begin);
    *routing = (struct sg_routing){.shares = NULL};
}

size_t sg_routing_cell_of(const struct sg_routing *routing, const struct sg_deal *deal)
{
    return cell_of(routing, deal->stratum, slot_of(routing, deal->assign_ms));
}

const struct sg_share *sg_routing_cell(const struct sg_routing *routing, const struct sg_deal *deal,
                                       size_t *n)
{
    const size_t cell = sg_routing_cell_of(routing, deal);
    *n = routing->begin[cell + 1] - routing->begin[cell];
    return routing->shares + routing->begin[cell];
}

double sg_routing_p(const struct sg_routing *routing, const struct sg_deal *deal, uint32_t agent)
{
    size_t n;
    const struct sg_share *shares = sg_routing_cell(routing, deal, &n);
    for (size_t i = 0; i < n; i++)
        if (shares[i].agent == agent)
            return shares[i].p;
    return 0;
}
