/* SPDX-License-Identifier: Apache-2.0 */
/*
 * coservice.c - do the same customers land on the same few agents more often than routing explains?
 */
#include "collusion/coservice.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    MISSES = 20000,     /* at most that doubt is estimated from */
    MISSES_FEWEST = 200 /* of those with the most expected */
};
static const double nothing = 1e-12; /* what rounding leaves of no pair at all */

/* --- the customers that count --- */

/* Drops those with too few or too many tickets, and those who came too early. */
static enum scrubgate_status gather(struct sg_coservice *co, const struct sg_deals *deals,
                                    const struct sg_coservice_config *config, uint32_t least)
{
    uint32_t *deal;
    size_t kept = 0, first = 0;
    enum scrubgate_status rc = sg_visits_init(&co->visits, deals);
    if (rc < 0)
        return rc;
    deal = co->visits.deal;
    for (size_t c = 0; c < deals->customers.n; c++) {
        const size_t end = co->visits.begin[c + 1], n = end - first;
        if (n >= least && n <= config->tickets_most &&
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

/* What one customer has with each agent, for those with whom it has anything. */
struct sheet {
    double *sum; /* of each agent; zero outside touched */
    uint32_t *touched;
    size_t n;
};

static enum scrubgate_status begin_sheet(struct sheet *sheet, size_t agents)
{
    *sheet = (struct sheet){.sum = calloc(agents + 1, sizeof *sheet->sum),
                            .touched = malloc((agents + 1) * sizeof *sheet->touched)};
    return sheet->sum == NULL || sheet->touched == NULL ? SCRUBGATE_ENOMEM : SCRUBGATE_OK;
}

static void end_sheet(struct sheet *sheet)
{
    free(sheet->sum);
    free(sheet->touched);
}

static void note(struct sheet *sheet, uint32_t agent, double value)
{
    if (sheet->sum[agent] == 0)
        sheet->touched[sheet->n++] = agent;
    sheet->sum[agent] += value;
}

static void clear(struct sheet *sheet)
{
    for (size_t i = 0; i < sheet->n; i++)
        sheet->sum[sheet->touched[i]] = 0;
    sheet->n = 0;
}

static double weight_of(size_t n)
{
    return 1 / sqrt((double)n - 1);
}

/* exp and var of two agents, side by side: they are added to together. */
struct moments {
    double exp, var;
};

/* Over i and j, i = j among them, p(a|i) p(b|j) is the product of two sums. On and above the
 * diagonal only. */
static void expect_all(struct moments *moments, size_t agents, const struct sheet *sheet,
                       double weight)
{
    for (size_t i = 0; i < sheet->n; i++) {
        const uint32_t a = sheet->touched[i];
        const double p = weight * sheet->sum[a], q = weight * p;
        for (size_t j = i; j < sheet->n; j++) {
            const uint32_t b = sheet->touched[j], low = a < b ? a : b, high = a < b ? b : a;
            struct moments *both = &moments[(size_t)low * agents + high];
            both->exp += p * sheet->sum[b];
            both->var += q * sheet->sum[b];
        }
    }
}

/* Takes i = j out again: what comes to a cell has the same shares, whoever's it is. */
static void expect_apart(struct moments *moments, size_t agents, const struct sg_share *shares,
                         size_t n, const struct moments *weight)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = i; j < n; j++) {
            const uint32_t a = shares[i].agent, b = shares[j].agent;
            const double p = (double)shares[i].p * shares[j].p;
            struct moments *both = &moments[(size_t)(a < b ? a : b) * agents + (a < b ? b : a)];
            both->exp -= weight->exp * p;
            both->var -= weight->var * p;
        }
}

/* All customers; weights: of what comes to each cell, the sums of w and of its square. */
static void expect_customers(struct sg_coservice *co, const struct sg_deals *deals,
                             const struct sg_routing *routing, struct sheet *sheet,
                             struct moments *moments, struct moments *weights)
{
    for (size_t c = 0; c < co->customers; c++) {
        const uint32_t *own = co->visits.deal + co->visits.begin[c];
        const size_t n = co->visits.begin[c + 1] - co->visits.begin[c];
        const double weight = weight_of(n);
        for (size_t i = 0; i < n; i++) {
            const size_t cell = sg_routing_cell_of(routing, &deals->list[own[i]]);
            for (size_t k = routing->begin[cell]; k < routing->begin[cell + 1]; k++)
                note(sheet, routing->shares[k].agent, routing->shares[k].p);
            weights[cell].exp += weight;
            weights[cell].var += weight * weight;
        }
        expect_all(moments, co->n, sheet, weight);
        clear(sheet);
    }
}

static void spread(struct sg_coservice *co, const struct moments *moments)
{
    for (size_t a = 0; a < co->n; a++)
        for (size_t b = a; b < co->n; b++) {
            const struct moments *both = &moments[a * co->n + b];
            if (both->exp < nothing || both->var < nothing)
                continue;
            co->exp[a * co->n + b] += both->exp;
            co->var[a * co->n + b] += both->var;
            co->exp[b * co->n + a] = co->exp[a * co->n + b];
            co->var[b * co->n + a] = co->var[a * co->n + b];
        }
}

static enum scrubgate_status expect(struct sg_coservice *co, const struct sg_deals *deals,
                                    const struct sg_routing *routing)
{
    const size_t cells = routing->n_strata * routing->n_slots;
    struct moments *moments = calloc(co->n * co->n + 1, sizeof *moments);
    struct moments *weights = calloc(cells + 1, sizeof *weights);
    struct sheet sheet;
    enum scrubgate_status rc = begin_sheet(&sheet, co->n);
    if (moments == NULL || weights == NULL || rc < 0) {
        rc = SCRUBGATE_ENOMEM;
        goto out;
    }
    expect_customers(co, deals, routing, &sheet, moments, weights);
    for (size_t cell = 0; cell < cells; cell++)
        if (weights[cell].exp > 0)
            expect_apart(moments, co->n, routing->shares + routing->begin[cell],
                         routing->begin[cell + 1] - routing->begin[cell], &weights[cell]);
    spread(co, moments);
out:
    end_sheet(&sheet);
    free(moments);
    free(weights);
    return rc;
}

/* Adds up obs on and above the diagonal. */
static enum scrubgate_status observe(const struct sg_coservice *co, const uint32_t *agents,
                                     double *obs)
{
    struct sheet sheet;
    enum scrubgate_status rc = begin_sheet(&sheet, co->n);
    for (size_t c = 0; c < co->customers && rc >= 0; c++) {
        const uint32_t *own = co->visits.deal + co->visits.begin[c];
        const size_t n = co->visits.begin[c + 1] - co->visits.begin[c];
        const double weight = weight_of(n);
        for (size_t i = 0; i < n; i++)
            note(&sheet, agents[own[i]], 1);
        for (size_t i = 0; i < sheet.n; i++) {
            const uint32_t a = sheet.touched[i];
            const double k = sheet.sum[a], times = weight * k;
            obs[(size_t)a * co->n + a] += times * (k - 1);
            for (size_t j = i + 1; j < sheet.n; j++) {
                const uint32_t b = sheet.touched[j], low = a < b ? a : b, high = a < b ? b : a;
                obs[(size_t)low * co->n + high] += times * sheet.sum[b];
            }
        }
        clear(&sheet);
    }
    end_sheet(&sheet);
    return rc;
}

static void mirror(double *cells, size_t n)
{
    for (size_t a = 0; a < n; a++)
        for (size_t b = a + 1; b < n; b++)
            cells[b * n + a] = cells[a * n + b];
}

enum scrubgate_status sg_coservice_replay(const struct sg_coservice *co, const uint32_t *agents,
                                          double *z, double *spare)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    const struct sg_coservice *first = co;
    const size_t n = co->n;
    memset(spare, 0, n * n * sizeof *spare);
    for (; co != NULL && rc >= 0; co = co->wider) {
        rc = observe(co, agents, spare);
        for (size_t a = 0; a < n; a++)
            for (size_t i = a * n + a; i < (a + 1) * n; i++) {
                const double now = (spare[i] - co->exp[i]) * co->narrow[i];
                z[i] = co == first || now > z[i] ? now : z[i];
            }
    }
    mirror(z, n);
    return rc;
}

void sg_coservice_oddest(const struct sg_coservice *co, double *z)
{
    memcpy(z, co->z, co->n * co->n * sizeof *z);
    for (const struct sg_coservice *next = co->wider; next != NULL; next = next->wider)
        for (size_t i = 0; i < co->n * co->n; i++)
            z[i] = next->z[i] > z[i] ? next->z[i] : z[i];
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
    co->narrow = calloc(cells, sizeof *co->narrow);
    co->habit = calloc(co->n + 1, sizeof *co->habit);
    return co->obs == NULL || co->exp == NULL || co->var == NULL || co->z == NULL ||
                   co->narrow == NULL || co->habit == NULL
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
    enum scrubgate_status rc = observe(co, agents, co->obs);
    mirror(co->obs, co->n);
    free(agents);
    return rc < 0 ? rc : find_habits(co, deals);
}

/* Two agents as doubt sees them: squares of obs - exp and of exp, and var with what is under the
 * root anyway. */
struct miss {
    double square, var, exp;
};

/* The median of z^2, were doubt that much. */
static double median_of(const struct miss *misses, size_t n, double doubt, double *sorted)
{
    for (size_t i = 0; i < n; i++)
        sorted[i] = misses[i].square / (misses[i].var + doubt * doubt * misses[i].exp);
    qsort(sorted, n, sizeof *sorted, by_size);
    return sorted[n / 2];
}

static int by_most(const void *a, const void *b)
{
    const struct miss *x = a, *y = b;
    return (x->exp < y->exp) - (x->exp > y->exp);
}

/* Of any two agents who are expected to share customers, or of some of these twos, the eighth with
 * the most expected: there doubt shows, and counts are no steps any more. */
static size_t find_misses(const struct sg_coservice *co, struct miss *misses)
{
    const size_t cells = co->n * co->n, step = cells / 2 / MISSES + 1;
    size_t n = 0;
    for (size_t i = 0; i < cells && n < MISSES; i += step) {
        const double exp = co->exp[i], off = co->obs[i] - exp;
        if (i / co->n < i % co->n && exp >= 1)
            misses[n++] = (struct miss){off * off, co->var[i] + 0.25, exp * exp};
    }
    if (n > MISSES_FEWEST) {
        qsort(misses, n, sizeof *misses, by_most);
        n = n / 8 > MISSES_FEWEST ? n / 8 : MISSES_FEWEST;
    }
    return n;
}

/* How far off routing is, as a share of what it explains: a third where nothing is expected. */
static enum scrubgate_status find_doubt(struct sg_coservice *co)
{
    const double usual = 0.455; /* the median of a normal number's square */
    double low = 0, high = 1;
    struct miss *misses = malloc(MISSES * sizeof *misses);
    double *sorted = malloc(MISSES * sizeof *sorted);
    enum scrubgate_status rc = SCRUBGATE_ENOMEM;
    if (misses == NULL || sorted == NULL)
        goto out;
    const size_t n = find_misses(co, misses);
    for (int halves = 0; halves < 10 && n > 0; halves++) {
        const double middle = (low + high) / 2;
        if (median_of(misses, n, middle, sorted) > usual)
            low = middle;
        else
            high = middle;
    }
    co->off = n > 0 ? high : 1.0 / 3;
    rc = SCRUBGATE_OK;
out:
    free(misses);
    free(sorted);
    return rc;
}

/* Chance's residuals are spread as real ones are where routing is off. */
static void compare(struct sg_coservice *co)
{
    for (size_t a = 0; a < co->n; a++)
        for (size_t b = 0; b < co->n; b++) {
            const size_t i = a * co->n + b;
            const double scale = a == b ? co->habit[a] : 1;
            const double exp = co->exp[i], var = co->var[i] + 0.25;
            const double wrong = pow(co->doubt * exp, 2), off = pow(co->off * exp, 2);
            co->narrow[i] = sqrt((var + off) / var / (var + wrong));
            co->z[i] = (co->obs[i] - exp * scale) /
                       sqrt(co->var[i] * scale + wrong * scale * scale + 0.25);
        }
}

static enum scrubgate_status fill(struct sg_coservice *co, const struct sg_coservice *narrower,
                                  const struct sg_deals *deals, const struct sg_routing *routing,
                                  const struct sg_coservice_config *config)
{
    const size_t size = deals->agents.n * deals->agents.n * sizeof *co->obs;
    *co = (struct sg_coservice){
        .n = deals->agents.n, .tickets_most = config->tickets_most, .doubt = config->doubt};
    enum scrubgate_status rc = allocate(co);
    if (rc >= 0 && narrower != NULL) {
        memcpy(co->obs, narrower->obs, size);
        memcpy(co->exp, narrower->exp, size);
        memcpy(co->var, narrower->var, size);
    }
    if (rc >= 0)
        rc = gather(co, deals, config, narrower == NULL ? 2 : narrower->tickets_most + 1);
    if (rc >= 0)
        rc = expect(co, deals, routing);
    if (rc >= 0)
        rc = observe_deals(co, deals);
    if (rc >= 0 && config->doubt < 0) {
        rc = find_doubt(co);
        co->doubt = -config->doubt * co->off;
    }
    if (rc >= 0) {
        compare(co);
        rc = temper_diagonal(co);
    }
    if (rc < 0)
        sg_coservice_fini(co);
    return rc;
}

enum scrubgate_status sg_coservice_init(struct sg_coservice *co, const struct sg_deals *deals,
                                        const struct sg_routing *routing,
                                        const struct sg_coservice_config *config)
{
    return fill(co, NULL, deals, routing, config);
}

enum scrubgate_status sg_coservice_widen(struct sg_coservice *co, struct sg_coservice *narrower,
                                         const struct sg_deals *deals,
                                         const struct sg_routing *routing,
                                         const struct sg_coservice_config *config)
{
    enum scrubgate_status rc = fill(co, narrower, deals, routing, config);
    if (rc >= 0)
        narrower->wider = co;
    return rc;
}

void sg_coservice_fini(struct sg_coservice *co)
{
    free(co->obs);
    free(co->exp);
    free(co->var);
    free(co->z);
    free(co->narrow);
    free(co->habit);
    sg_visits_fini(&co->visits);
    *co = (struct sg_coservice){.n = 0};
}
