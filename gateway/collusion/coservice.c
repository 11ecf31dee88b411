/* SPDX-License-Identifier: Apache-2.0 */
/*
 * coservice.c - do the same customers land on the same few agents more often than routing explains?
 */
#include "collusion/coservice.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- the tickets of each customer --- */

struct visits {
    uint32_t *deal; /* indexes, by customer and time */
    size_t *begin;  /* of each customer's */
};

static enum scrubgate_status gather(struct visits *visits, const struct sg_deals *deals)
{
    const size_t n = deals->customers.n;
    visits->begin = calloc(n + 2, sizeof *visits->begin);
    visits->deal = malloc((deals->n + 1) * sizeof *visits->deal);
    if (visits->begin == NULL || visits->deal == NULL)
        return SCRUBGATE_ENOMEM;
    for (size_t i = 0; i < deals->n; i++)
        visits->begin[deals->list[i].customer + 2]++;
    for (size_t i = 2; i < n + 2; i++)
        visits->begin[i] += visits->begin[i - 1];
    for (size_t i = 0; i < deals->n; i++)
        visits->deal[visits->begin[deals->list[i].customer + 1]++] = (uint32_t)i;
    return SCRUBGATE_OK;
}

/* --- sums --- */

static void add_pair(struct sg_coservice *co, const struct sg_routing *routing,
                     const struct sg_deal *x, const struct sg_deal *y, double weight)
{
    size_t n, m;
    const struct sg_share *a = sg_routing_cell(routing, x, &n);
    const struct sg_share *b = sg_routing_cell(routing, y, &m);
    co->obs[(size_t)x->agent * co->n + y->agent] += weight;
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

static void add_customer(struct sg_coservice *co, const struct sg_deals *deals,
                         const struct sg_routing *routing, const uint32_t *visits, size_t n)
{
    const double weight = 1 / sqrt((double)n - 1);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            if (i != j)
                add_pair(co, routing, &deals->list[visits[i]], &deals->list[visits[j]], weight);
}

/* --- the diagonal --- */

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The queue in which an agent took most. */
static uint32_t *homes_of(const struct sg_deals *deals)
{
    const size_t n = deals->agents.n, strata = deals->strata.n;
    uint32_t *homes = calloc(n + 1, sizeof *homes),
             *counts = calloc(n * strata + 1, sizeof *counts);
    if (homes != NULL && counts != NULL) {
        for (size_t i = 0; i < deals->n; i++)
            counts[deals->list[i].agent * strata + deals->list[i].stratum]++;
        for (size_t a = 0; a < n; a++)
            for (uint32_t s = 1; s < strata; s++)
                if (counts[a * strata + s] > counts[a * strata + homes[a]])
                    homes[a] = s;
    } else {
        free(homes);
        homes = NULL;
    }
    free(counts);
    return homes;
}

static enum scrubgate_status scale_diagonal(struct sg_coservice *co, const struct sg_deals *deals)
{
    uint32_t *homes = homes_of(deals);
    double *ratios = malloc((co->n + 1) * sizeof *ratios);
    for (uint32_t s = 0; s < deals->strata.n && homes != NULL && ratios != NULL; s++) {
        size_t n = 0;
        for (size_t a = 0; a < co->n; a++)
            if (homes[a] == s && co->exp[a * co->n + a] > 0)
                ratios[n++] = co->obs[a * co->n + a] / co->exp[a * co->n + a];
        if (n == 0)
            continue;
        qsort(ratios, n, sizeof *ratios, by_size);
        for (size_t a = 0; a < co->n; a++)
            if (homes[a] == s && ratios[n / 2] > 0) {
                co->exp[a * co->n + a] *= ratios[n / 2];
                co->var[a * co->n + a] *= ratios[n / 2];
            }
    }
    const bool ok = homes != NULL && ratios != NULL;
    free(homes);
    free(ratios);
    return ok ? SCRUBGATE_OK : SCRUBGATE_ENOMEM;
}

enum scrubgate_status sg_coservice_init(struct sg_coservice *co, const struct sg_deals *deals,
                                        const struct sg_routing *routing,
                                        const struct sg_coservice_config *config)
{
    struct visits visits = {NULL, NULL};
    const size_t n = deals->agents.n;
    *co = (struct sg_coservice){.n = n};
    enum scrubgate_status rc = gather(&visits, deals);
    co->obs = calloc(n * n + 1, sizeof *co->obs);
    co->exp = calloc(n * n + 1, sizeof *co->exp);
    co->var = calloc(n * n + 1, sizeof *co->var);
    co->z = calloc(n * n + 1, sizeof *co->z);
    if (rc >= 0 && (co->obs == NULL || co->exp == NULL || co->var == NULL || co->z == NULL))
        rc = SCRUBGATE_ENOMEM;
    for (size_t c = 0; c < deals->customers.n && rc >= 0; c++) {
        const uint32_t *own = visits.deal + visits.begin[c];
        const size_t count = visits.begin[c + 1] - visits.begin[c];
        if (count >= 2 && count <= config->tickets_most &&
            deals->list[own[0]].open_ms >= config->first_seen_ms)
            add_customer(co, deals, routing, own, count);
    }
    if (rc >= 0)
        rc = scale_diagonal(co, deals);
    for (size_t i = 0; i < n * n && rc >= 0; i++)
        co->z[i] = (co->obs[i] - co->exp[i]) / sqrt(co->var[i] + 0.25);
    free(visits.begin);
    free(visits.deal);
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
    *co = (struct sg_coservice){.n = 0};
}
