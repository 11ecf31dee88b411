/* SPDX-License-Identifier: Apache-2.0 */
/*
 * suspicion.c - how odd an agent's company is, and how often chance alone is as odd.
 */
#include "collusion/suspicion.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "collusion/blocks.h"
#include "collusion/philox.h"

enum { STREAM = 1000 };

/* --- scores --- */

static void score_all(const double *z, size_t n, double *scores)
{
    for (size_t a = 0; a < n; a++) {
        double top[SG_SUSPICION_TOP] = {0};
        for (size_t b = 0; b < n; b++) {
            double value = z[a * n + b];
            for (int k = 0; k < SG_SUSPICION_TOP; k++)
                if (value > top[k]) {
                    const double less = top[k];
                    top[k] = value;
                    value = less;
                }
        }
        scores[a] = top[0] + top[1] + top[2];
    }
}

void sg_suspicion_weigh(const double *z, size_t n, double *weights)
{
    for (size_t a = 0; a < n; a++)
        for (size_t b = 0; b < n; b++) {
            const double both = (z[a * n + b] + z[b * n + a]) / 2 - 1.5;
            weights[a * n + b] = both > 0 ? both : 0;
        }
}

/* --- what chance gives --- */

static enum scrubgate_status densest(const double *z, size_t n, double *weights, double *density)
{
    struct sg_blocks blocks;
    sg_suspicion_weigh(z, n, weights);
    enum scrubgate_status rc = sg_blocks_init(&blocks, weights, n, 0, 1);
    if (rc < 0)
        return rc;
    *density = blocks.n > 0 ? blocks.density[0] : 0;
    sg_blocks_fini(&blocks);
    return rc;
}

static void draw_agents(const struct sg_routing *routing, const size_t *cells, size_t n,
                        struct sg_philox *random, uint32_t *agents)
{
    for (size_t i = 0; i < n; i++) {
        const size_t last = routing->begin[cells[i] + 1] - 1;
        size_t at = routing->begin[cells[i]];
        float part = (float)sg_philox_u32(random) * 0x1p-32F;
        while (at < last && (part -= routing->shares[at].p) > 0)
            at++;
        agents[i] = routing->shares[at].agent;
    }
}

/* Scores of everybody and the densest block of each round. */
static enum scrubgate_status draw_scores(const struct sg_coservice *co,
                                         const struct sg_deals *deals,
                                         const struct sg_routing *routing,
                                         const struct sg_suspicion_config *config, double *scores,
                                         double *densities)
{
    const size_t pairs = co->n * co->n;
    uint32_t *agents = malloc((deals->n + 1) * sizeof *agents);
    size_t *cells = malloc((deals->n + 1) * sizeof *cells);
    double *z = malloc((2 * pairs + 1) * sizeof *z);
    enum scrubgate_status rc =
        agents != NULL && cells != NULL && z != NULL ? SCRUBGATE_OK : SCRUBGATE_ENOMEM;
    for (size_t i = 0; i < deals->n && rc >= 0; i++)
        cells[i] = sg_routing_cell_of(routing, &deals->list[i]);
    for (unsigned round = 0; round < config->rounds && rc >= 0; round++) {
        struct sg_philox random;
        sg_philox_init(&random, config->seed, STREAM, round);
        draw_agents(routing, cells, deals->n, &random, agents);
        rc = sg_coservice_replay(co, agents, z, z + pairs);
        if (rc < 0)
            break;
        score_all(z, co->n, scores + round * co->n);
        rc = densest(z, co->n, z + pairs, &densities[round]);
    }
    free(agents);
    free(cells);
    free(z);
    return rc;
}

/* --- the comparison --- */

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* How many of n sorted values are at least value. */
static size_t count_from(const double *values, size_t n, double value)
{
    size_t low = 0, high = n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (values[middle] < value)
            low = middle + 1;
        else
            high = middle;
    }
    return n - low;
}

/* Brings scores to chance's median and quartiles, where they are spread wider; never narrower. */
static void adjust(struct sg_suspicion *suspicion, const double *sorted, const double *chance,
                   size_t n_chance)
{
    const size_t n = suspicion->n;
    const double wide = sorted[n * 3 / 4] - sorted[n / 4];
    const double usual = chance[n_chance * 3 / 4] - chance[n_chance / 4];
    suspicion->inflation = usual > 0 && wide > usual ? wide / usual : 1;
    for (size_t i = 0; i < n; i++)
        suspicion->list[i].adjusted =
            chance[n_chance / 2] +
            (suspicion->list[i].score - sorted[n / 2]) / suspicion->inflation;
}

static int by_p(const void *a, const void *b)
{
    const struct sg_suspect *const *x = a, *const *y = b;
    return ((*x)->p > (*y)->p) - ((*x)->p < (*y)->p);
}

/* Benjamini and Hochberg (1995): the smallest share of false ones among all that are as odd. */
static enum scrubgate_status find_q(struct sg_suspicion *suspicion)
{
    struct sg_suspect **order = malloc((suspicion->n + 1) * sizeof *order);
    double least = 1;
    if (order == NULL)
        return SCRUBGATE_ENOMEM;
    for (size_t i = 0; i < suspicion->n; i++)
        order[i] = &suspicion->list[i];
    qsort(order, suspicion->n, sizeof *order, by_p);
    for (size_t i = suspicion->n; i-- > 0;) {
        const double q = order[i]->p * (double)suspicion->n / (double)(i + 1);
        least = q < least ? q : least;
        order[i]->q = least;
    }
    free(order);
    return SCRUBGATE_OK;
}

static void keep_chance(struct sg_suspicion *suspicion, const double *chance, size_t n_chance)
{
    for (size_t i = 0; i <= SG_SUSPICION_PARTS; i++)
        suspicion->chance[i] = chance[(n_chance - 1) * i / SG_SUSPICION_PARTS];
}

static void judge(struct sg_suspicion *suspicion, const double *chance, size_t n_chance,
                  double rate)
{
    const size_t beyond = (size_t)(rate * (double)n_chance);
    suspicion->threshold = chance[n_chance - 1 - (beyond < n_chance ? beyond : n_chance - 1)];
    for (size_t i = 0; i < suspicion->n; i++) {
        struct sg_suspect *suspect = &suspicion->list[i];
        suspect->p =
            (double)(1 + count_from(chance, n_chance, suspect->adjusted)) / (double)(1 + n_chance);
        suspect->flagged = suspect->adjusted > suspicion->threshold;
    }
}

enum scrubgate_status sg_suspicion_init(struct sg_suspicion *suspicion,
                                        const struct sg_coservice *co, const struct sg_deals *deals,
                                        const struct sg_routing *routing,
                                        const struct sg_suspicion_config *config, double months)
{
    const size_t n = co->n, n_chance = n * config->rounds;
    *suspicion = (struct sg_suspicion){.n = n};
    suspicion->list = calloc(n + 1, sizeof *suspicion->list);
    double *sorted = malloc((n + 1) * sizeof *sorted);
    double *z = malloc((n * n + 1) * sizeof *z);
    double *chance = malloc((n_chance + 1) * sizeof *chance);
    double *densities = malloc((config->rounds + 1) * sizeof *densities);
    enum scrubgate_status rc = SCRUBGATE_ENOMEM;
    if (suspicion->list == NULL || sorted == NULL || z == NULL || chance == NULL ||
        densities == NULL)
        goto out;
    rc = draw_scores(co, deals, routing, config, chance, densities);
    if (rc < 0 || n_chance == 0)
        goto out;
    qsort(densities, config->rounds, sizeof *densities, by_size);
    suspicion->block_threshold = densities[config->rounds * 19 / 20];
    sg_coservice_oddest(co, z);
    score_all(z, n, sorted);
    for (size_t i = 0; i < n; i++)
        suspicion->list[i] = (struct sg_suspect){.agent = (uint32_t)i, .score = sorted[i]};
    qsort(sorted, n, sizeof *sorted, by_size);
    qsort(chance, n_chance, sizeof *chance, by_size);
    adjust(suspicion, sorted, chance, n_chance);
    judge(suspicion, chance, n_chance, config->false_alarms * months);
    keep_chance(suspicion, chance, n_chance);
    rc = find_q(suspicion);
out:
    free(sorted);
    free(z);
    free(chance);
    free(densities);
    if (rc < 0)
        sg_suspicion_fini(suspicion);
    return rc;
}

void sg_suspicion_fini(struct sg_suspicion *suspicion)
{
    free(suspicion->list);
    *suspicion = (struct sg_suspicion){.n = 0};
}
