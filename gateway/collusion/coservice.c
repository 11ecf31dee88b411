/* SPDX-License-Identifier: Apache-2.0 */
/*
 * coservice.c - do the same customers land on the same few agents more often than routing explains?
 */
#include "collusion/coservice.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- the customers that count --- */

/* Drops those with too few or too many tickets, and those who came too early. */
static enum scrubgate_status gather(struct sg_coservice *co, const struct sg_deals *deals,
                                    const struct sg_coservice_config *config)
{
    uint32_t *deal;
    size_t kept = 0, first = 0;
    enum scrubgate_status rc = sg_visits_init(&co->visits, deals);
    if (rc < 0)
        return rc;
    deal = co->visits.deal;
    for (size_t c = 0; c < deals->customers.n; c++) {
        const size_t end = co->visits.begin[c + 1], n = end - first;
        if (n >= 2 && n <= config->tickets_most &&
            deals->list[deal[first]].open_ms >= config->first_seen_ms) {
            memmove(deal + kept, deal + first, n * sizeof *deal);
            co->visits.begin[co->customers++] = kept;
            kept += n;
        }
        first = end;
    }
    co->visits.begin[co->customers] = kept;
    return rc;
}

/* --- sums over pairs of a customer's tickets --- */

static void expect_pair(struct sg_coservice *co, const struct sg_routing *routing,
                        const struct sg_deal *x, const struct sg_deal *y, double weight)
{
    size_t n, m;
    const struct sg_share *a = sg_routing_cell(routing, x, &n);
    const struct sg_share *b = sg_routing_cell(routing, y, &m);
    for (size_t i = 0; i < n; i++) {
        double *exp = co->exp + (size_t)a[i].agent * co->n;
        double *var = co->var + (size_t)a[i].agent * co->n;
        const double p = weight * a[i].p, q = weight * p;
        for (size_t j = 0; j < m; j++) {
            exp[b[j].agent] += p * b[j].p;
            var[b[j].agent] += q * b[j].p;
        }
    }
}

static double weight_of(size_t n)
{
    return 1 / sqrt((double)n - 1);
}

static void expect(struct sg_coservice *co, const struct sg_deals *deals,
                   const struct sg_routing *routing)
{
    for (size_t c = 0; c < co->customers; c++) {
        const uint32_t *own = co->visits.deal + co->visits.begin[c];
        const size_t n = co->visits.begin[c + 1] - co->visits.begin[c];
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n; j++)
                if (i != j)
                    expect_pair(co, routing, &deals->list[own[i]], &deals->list[own[j]],
                                weight_of(n));
    }
}

static void observe(const struct sg_coservice *co, const uint32_t *agents, double *obs)
{
    memset(obs, 0, co->n * co->n * sizeof *obs);
    for (size_t c = 0; c < co->customers; c++) {
        const uint32_t *own = co->visits.deal + co->visits.begin[c];
        const size_t n = co->visits.begin[c + 1] - co->visits.begin[c];
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n; j++)
                if (i != j)
                    obs[(size_t)agents[own[i]] * co->n + agents[own[j]]] += weight_of(n);
    }
}

static double residual(double obs, double exp, double var)
{
    return (obs - exp) / sqrt(var + 0.25);
}

void sg_coservice_replay(const struct sg_coservice *co, const uint32_t *agents, double *z)
{
    observe(co, agents, z);
    for (size_t i = 0; i < co->n * co->n; i++)
        z[i] = residual(z[i], co->exp[i], co->var[i]);
}

/* --- customers who come back to the agent they know --- */

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The queue in which an agent took most. */
static uint32_t *homes_of(const struct sg_deals *deals)
{
    const size_t n = deals->agents.n, strata = deals->strata.n;
    uint32_t *homes = calloc(n + 1, sizeof *homes);
    uint32_t *counts = calloc(n * strata + 1, sizeof *counts);
    for (size_t i = 0; i < deals->n && counts != NULL; i++)
        counts[deals->list[i].agent * strata + deals->list[i].stratum]++;
    for (size_t a = 0; a < n && homes != NULL && counts != NULL; a++)
        for (uint32_t s = 1; s < strata; s++)
            if (counts[a * strata + s] > counts[a * strata + homes[a]])
                homes[a] = s;
    if (counts == NULL) {
        free(homes);
        homes = NULL;
    }
    free(counts);
    return homes;
}

static enum scrubgate_status find_habits(struct sg_coservice *co, const struct sg_deals *deals)
{
    uint32_t *homes = homes_of(deals);
    double *ratios = malloc((co->n + 1) * sizeof *ratios);
    const bool ok = homes != NULL && ratios != NULL;
    for (uint32_t s = 0; s < deals->strata.n && ok; s++) {
        size_t n = 0;
        for (size_t a = 0; a < co->n; a++)
            if (homes[a] == s && co->exp[a * co->n + a] > 0)
                ratios[n++] = co->obs[a * co->n + a] / co->exp[a * co->n + a];
        if (n > 0)
            qsort(ratios, n, sizeof *ratios, by_size);
        for (size_t a = 0; a < co->n; a++)
            if (homes[a] == s)
                co->habit[a] = n > 0 && ratios[n / 2] > 0 ? ratios[n / 2] : 1;
    }
    free(homes);
    free(ratios);
    return ok ? SCRUBGATE_OK : SCRUBGATE_ENOMEM;
}

/* Habits differ from agent to agent: the diagonal's residuals are brought to the quartiles of a
 * normal number, when they are spread wider. */
static enum scrubgate_status temper_diagonal(struct sg_coservice *co)
{
    const double usual = 1.349; /* between the quartiles of a normal number */
    double *sorted = malloc((co->n + 1) * sizeof *sorted);
    if (sorted == NULL)
        return SCRUBGATE_ENOMEM;
    for (size_t a = 0; a < co->n; a++)
        sorted[a] = co->z[a * co->n + a];
    if (co->n > 0) {
        qsort(sorted, co->n, sizeof *sorted, by_size);
        const double wide = (sorted[co->n * 3 / 4] - sorted[co->n / 4]) / usual;
        for (size_t a = 0; a < co->n && wide > 1; a++)
            co->z[a * co->n + a] /= wide;
    }
    free(sorted);
    return SCRUBGATE_OK;
}

/* --- all of it --- */

static enum scrubgate_status allocate(struct sg_coservice *co)
{
    const size_t cells = co->n * co->n + 1;
    co->obs = calloc(cells, sizeof *co->obs);
    co->exp = calloc(cells, sizeof *co->exp);
    co->var = calloc(cells, sizeof *co->var);
    co->z = calloc(cells, sizeof *co->z);
    co->habit = calloc(co->n + 1, sizeof *co->habit);
    return co->obs == NULL || co->exp == NULL || co->var == NULL || co->z == NULL ||
                   co->habit == NULL
               ? SCRUBGATE_ENOMEM
               : SCRUBGATE_OK;
}

static enum scrubgate_status observe_deals(struct sg_coservice *co, const struct sg_deals *deals)
{
    uint32_t *agents = malloc((deals->n + 1) * sizeof *agents);
    if (agents == NULL)
        return SCRUBGATE_ENOMEM;
    for (size_t i = 0; i < deals->n; i++)
        agents[i] = deals->list[i].agent;
    observe(co, agents, co->obs);
    free(agents);
    return find_habits(co, deals);
}

enum scrubgate_status sg_coservice_init(struct sg_coservice *co, const struct sg_deals *deals,
                                        const struct sg_routing *routing,
                                        const struct sg_coservice_config *config)
{
    *co = (struct sg_coservice){.n = deals->agents.n};
    enum scrubgate_status rc = allocate(co);
    if (rc >= 0)
        rc = gather(co, deals, config);
    if (rc >= 0) {
        expect(co, deals, routing);
        rc = observe_deals(co, deals);
    }
    for (size_t a = 0; a < co->n && rc >= 0; a++)
        for (size_t b = 0; b < co->n; b++) {
            const size_t i = a * co->n + b;
            const double scale = a == b ? co->habit[a] : 1;
            co->z[i] = residual(co->obs[i], co->exp[i] * scale, co->var[i] * scale);
        }
    if (rc >= 0)
        rc = temper_diagonal(co);
    if (rc < 0)
        sg_coservice_fini(co);
    return rc;
}

void sg_coservice_fini(struct sg_coservice *co)
{
    free(co->obs);
    free(co->exp);
    free(co->var);
    free(co->z);
    free(co->habit);
    sg_visits_fini(&co->visits);
    *co = (struct sg_coservice){.n = 0};
}
