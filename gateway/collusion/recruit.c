/* SPDX-License-Identifier: Apache-2.0 */
/*
 * recruit.c - agents of a ring that its block left out: its customers come to them, too.
 */
#include "collusion/recruit.h"

#include <math.h>
#include <stdlib.h>

#include "collusion/chance.h"

static const double fair_part = 0.25, doubt = 0.01;

/* Tickets of a ring's customers to an agent, and what routing explains of them. */
struct reach {
    double observed, expected;
};

static void count(const struct sg_deals *deals, const struct sg_routing *routing,
                  const struct sg_membership *membership, struct reach *reach)
{
    for (size_t i = 0; i < deals->n; i++) {
        const struct sg_deal *deal = &deals->list[i];
        const struct sg_member *member = &membership->list[deal->customer];
        if (member->ring == SG_MEMBER_NONE || member->probability <= 0.1)
            continue;
        struct reach *of_ring = reach + (size_t)member->ring * deals->agents.n;
        size_t n;
        const struct sg_share *shares = sg_routing_cell(routing, deal, &n);
        for (size_t k = 0; k < n; k++)
            of_ring[shares[k].agent].expected += member->probability * shares[k].p;
        of_ring[deal->agent].observed += member->probability;
    }
}

/* What a ring's members get over what routing explains, on the average. */
static double usual(const struct reach *reach, const uint32_t *ring, size_t n, uint32_t number)
{
    double sum = 0;
    size_t members = 0;
    for (size_t a = 0; a < n; a++)
        if (ring[a] == number) {
            sum += reach[a].observed - reach[a].expected;
            members++;
        }
    return members > 0 ? sum / (double)members : 0;
}

static bool joins(const struct reach *reach, double most, size_t asked)
{
    if (most <= 0 || reach->observed - reach->expected < fair_part * most)
        return false;
    const double chance = sg_chance_poisson_tail((uint64_t)reach->observed, reach->expected);
    return chance + log((double)asked) < log(doubt);
}

/* Whether most agents of another ring get what this one's members get: it is a part of it. */
static bool is_part(const struct reach *reach, const uint32_t *ring, size_t n, uint32_t other,
                    double most, size_t asked)
{
    size_t members = 0, fit = 0;
    for (size_t a = 0; a < n; a++)
        if (ring[a] == other) {
            members++;
            fit += joins(&reach[a], most, asked);
        }
    return members > 0 && 2 * fit > members;
}

static size_t take_over(uint32_t *ring, size_t n, uint32_t from, uint32_t to)
{
    size_t moved = 0;
    for (size_t a = 0; a < n; a++)
        if (ring[a] == from) {
            ring[a] = to;
            moved++;
        }
    return moved;
}

enum scrubgate_status sg_recruit(const struct sg_deals *deals, const struct sg_routing *routing,
                                 const struct sg_membership *membership, const bool *thin,
                                 uint32_t *ring, uint32_t rings, size_t *joined)
{
    const size_t n = deals->agents.n;
    struct reach *reach = calloc(n * rings + 1, sizeof *reach);
    *joined = 0;
    if (reach == NULL)
        return SCRUBGATE_ENOMEM;
    count(deals, routing, membership, reach);
    for (uint32_t r = 0; r < rings; r++) {
        const double most = usual(reach + r * n, ring, n, r);
        for (uint32_t other = 0; other < rings; other++)
            if (other != r && is_part(reach + r * n, ring, n, other, most, n * rings))
                *joined += take_over(ring, n, other, r);
        for (size_t a = 0; a < n; a++)
            if (ring[a] == SG_MEMBER_NONE && !thin[a] &&
                joins(&reach[r * n + a], most, n * rings)) {
                ring[a] = r;
                ++*joined;
            }
    }
    free(reach);
    return SCRUBGATE_OK;
}
