/* SPDX-License-Identifier: Apache-2.0 */
/*
 * blocks.c - groups whose members have more to do with each other than with anybody else.
 */
#include "collusion/blocks.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static const double tie_share = 0.25;

struct peel {
    const double *weights;
    size_t n;
    bool *taken;     /* by a block before */
    bool *in;        /* still here */
    double *degree;  /* to those who are */
    uint32_t *order; /* who went, first to last */
    double *sum;
};

/* Everybody who is in no block; the sum of what they have to do with each other. */
static double begin(struct peel *peel, size_t *left)
{
    double total = 0;
    *left = 0;
    for (size_t a = 0; a < peel->n; a++) {
        peel->in[a] = !peel->taken[a];
        *left += peel->in[a];
    }
    for (size_t a = 0; a < peel->n; a++) {
        peel->degree[a] = 0;
        for (size_t b = 0; b < peel->n && peel->in[a]; b++)
            if (peel->in[b])
                peel->degree[a] += peel->weights[a * peel->n + b];
        if (peel->in[a])
            total += (peel->degree[a] + peel->weights[a * peel->n + a]) / 2;
    }
    return total;
}

static size_t least(const struct peel *peel)
{
    size_t found = peel->n;
    for (size_t a = 0; a < peel->n; a++)
        if (peel->in[a] && (found == peel->n || peel->degree[a] < peel->degree[found]))
            found = a;
    return found;
}

/* The densest group on the way: its density; *gone: how many went before it was left. */
static double run(struct peel *peel, size_t *n_left, size_t *gone)
{
    size_t left;
    double total = begin(peel, &left), best = 0;
    *n_left = left;
    *gone = left;
    for (size_t step = 0; left > 0; step++, left--) {
        const double density = total / (double)left;
        if (density > best) {
            best = density;
            *gone = step;
        }
        const size_t out = least(peel);
        total -= peel->degree[out];
        peel->in[out] = false;
        peel->order[step] = (uint32_t)out;
        for (size_t a = 0; a < peel->n; a++)
            peel->degree[a] -= peel->in[a] ? peel->weights[a * peel->n + out] : 0;
    }
    return best;
}

/* Grows a group from the strongest member, the first: whoever has most to do with all of it comes
 * next, as long as that is a fair part of what its members have with each other. One link more or
 * less, which chance makes, does not tie two groups. Moves the group to the front. sum: room for n.
 */
static size_t part_off(const struct peel *peel, uint32_t *member, size_t n, double *sum)
{
    size_t tied = 1;
    double within = 0;
    for (size_t i = 0; i < n; i++)
        sum[i] = 0;
    for (; tied < n; tied++) {
        size_t best = tied;
        const uint32_t last = member[tied - 1];
        for (size_t i = tied; i < n; i++) {
            sum[i] += peel->weights[(size_t)last * peel->n + member[i]];
            best = sum[i] > sum[best] ? i : best;
        }
        const double pairs = (double)(tied * (tied - 1)) / 2;
        const double fair = pairs > 0 ? within / pairs * tie_share : 0;
        const double mean = sum[best] / (double)tied;
        if (mean <= 0 || mean < fair)
            break;
        const uint32_t next = member[best];
        within += sum[best];
        member[best] = member[tied];
        sum[best] = sum[tied];
        member[tied] = next;
    }
    return tied;
}

static double density_of(const struct peel *peel, const uint32_t *member, size_t n)
{
    double total = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t j = i; j < n; j++)
            total += peel->weights[(size_t)member[i] * peel->n + member[j]];
    return total / (double)n;
}

static void keep(struct sg_blocks *blocks, const struct peel *peel, uint32_t *member, size_t n)
{
    const size_t end = blocks->begin[blocks->n];
    memcpy(blocks->member + end, member, n * sizeof *member);
    for (size_t i = 0; i < n; i++)
        peel->taken[member[i]] = true;
    blocks->density[blocks->n++] = density_of(peel, member, n);
    blocks->begin[blocks->n] = end + n;
}

/* Members come weakest first, as they were peeled; they leave strongest first. */
static void part(struct sg_blocks *blocks, const struct peel *peel, uint32_t *member, size_t n,
                 size_t most)
{
    for (size_t i = 0; i < n / 2; i++) {
        const uint32_t other = member[i];
        member[i] = member[n - 1 - i];
        member[n - 1 - i] = other;
    }
    for (size_t at = 0; at < n && blocks->n < most;) {
        const size_t tied = part_off(peel, member + at, n - at, peel->sum);
        keep(blocks, peel, member + at, tied);
        at += tied;
    }
}

struct place {
    double density;
    size_t begin, n;
};

static int by_density(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    if (x->density != y->density)
        return x->density > y->density ? -1 : 1;
    return (x->begin > y->begin) - (x->begin < y->begin);
}

/* The densest first: parts of one group are not found in that order. */
static enum scrubgate_status sort(struct sg_blocks *blocks)
{
    const size_t total = blocks->begin[blocks->n];
    struct place *places = malloc((blocks->n + 1) * sizeof *places);
    uint32_t *member = malloc((total + 1) * sizeof *member);
    enum scrubgate_status rc = SCRUBGATE_ENOMEM;
    if (places == NULL || member == NULL)
        goto out;
    for (size_t i = 0; i < blocks->n; i++)
        places[i] = (struct place){blocks->density[i], blocks->begin[i],
                                   blocks->begin[i + 1] - blocks->begin[i]};
    memcpy(member, blocks->member, total * sizeof *member);
    if (blocks->n > 0)
        qsort(places, blocks->n, sizeof *places, by_density);
    for (size_t i = 0; i < blocks->n; i++) {
        memcpy(blocks->member + blocks->begin[i], member + places[i].begin,
               places[i].n * sizeof *member);
        blocks->begin[i + 1] = blocks->begin[i] + places[i].n;
        blocks->density[i] = places[i].density;
    }
    rc = SCRUBGATE_OK;
out:
    free(places);
    free(member);
    return rc;
}

enum scrubgate_status sg_blocks_init(struct sg_blocks *blocks, const double *weights, size_t n,
                                     double floor, size_t most)
{
    struct peel peel = {.weights = weights, .n = n};
    enum scrubgate_status rc = SCRUBGATE_OK;
    size_t left, gone;
    *blocks = (struct sg_blocks){.n = 0};
    blocks->member = malloc((n + 1) * sizeof *blocks->member);
    blocks->begin = calloc(most + 1, sizeof *blocks->begin);
    blocks->density = malloc((most + 1) * sizeof *blocks->density);
    peel.taken = calloc(n + 1, sizeof *peel.taken);
    peel.in = calloc(n + 1, sizeof *peel.in);
    peel.degree = malloc((n + 1) * sizeof *peel.degree);
    peel.order = malloc((n + 1) * sizeof *peel.order);
    peel.sum = malloc((n + 1) * sizeof *peel.sum);
    if (peel.sum == NULL || blocks->member == NULL || blocks->begin == NULL ||
        blocks->density == NULL || peel.taken == NULL || peel.in == NULL || peel.degree == NULL ||
        peel.order == NULL)
        rc = SCRUBGATE_ENOMEM;
    while (rc >= 0 && blocks->n < most) {
        const double density = run(&peel, &left, &gone);
        if (density <= floor || gone == left)
            break;
        part(blocks, &peel, peel.order + gone, left - gone, most);
    }
    if (rc >= 0)
        rc = sort(blocks);
    free(peel.taken);
    free(peel.in);
    free(peel.degree);
    free(peel.order);
    free(peel.sum);
    if (rc < 0)
        sg_blocks_fini(blocks);
    return rc;
}

void sg_blocks_fini(struct sg_blocks *blocks)
{
    free(blocks->member);
    free(blocks->begin);
    free(blocks->density);
    *blocks = (struct sg_blocks){.n = 0};
}
