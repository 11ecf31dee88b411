/* SPDX-License-Identifier: Apache-2.0 */
/*
 * collusion_detect.c - how long it takes until a ring is seen, and who is accused wrongly.
 *
 * The markets that the scorer's threshold for agents was set by are those without rings of seeds
 * 21, 22 and 31 to 38: there it flags one agent in 12,000 agent-months.
 */
#include <math.h>
#include <stdlib.h>

#include "collusion_bench.h"

enum { MEMBERS_MOST = 64 };
static const double day_ms = 86400000;

void earlier(uint64_t *since, const uint64_t *other, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (since[i] == 0 || (other[i] != 0 && other[i] < since[i]))
            since[i] = other[i];
}

/* When the first of a ring's tickets was opened. */
static uint64_t begin_of(const struct sg_sim *sim, uint32_t ring)
{
    for (size_t i = 0; i < sim->n_tickets; i++)
        if (sim->tickets[i].ring == ring)
            return sim->tickets[i].open_ms;
    return 0;
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Days until each of a ring's agents was flagged, in order; returns how many agents. */
static size_t days_of(const struct sg_sim *sim, const uint64_t *since, uint32_t ring, double *days)
{
    const double begin = (double)begin_of(sim, ring);
    size_t n = 0;
    for (size_t i = 0; i < sim->n_agents && n < MEMBERS_MOST; i++) {
        if (sim->agents[i].ring != ring)
            continue;
        days[n++] = since[i] == 0 ? INFINITY : fmax(0, ((double)since[i] - begin) / day_ms);
    }
    qsort(days, n, sizeof *days, ascending);
    return n;
}

static double prevented(const struct sg_sim *sim, const uint64_t *since)
{
    double all = 0, kept = 0;
    for (size_t i = 0; i < sim->n_tickets; i++) {
        const struct sg_sim_ticket *ticket = &sim->tickets[i];
        if (ticket->ring == SG_SIM_NONE || ticket->agent == SG_SIM_NONE)
            continue;
        all++;
        kept += since[ticket->agent] != 0 && since[ticket->agent] < ticket->open_ms;
    }
    return all == 0 ? 0 : kept / all;
}

void detect(const struct sg_sim *sim, const uint64_t *since, struct detection *detection)
{
    double wrong = 0, honest = 0;
    *detection = (struct detection){.rings = sim->params.rings};
    if (detection->rings > RINGS_MOST)
        detection->rings = RINGS_MOST;
    for (uint32_t ring = 0; ring < detection->rings; ring++) {
        double days[MEMBERS_MOST] = {INFINITY};
        const size_t n = days_of(sim, since, ring, days);
        detection->first[ring] = days[0];
        detection->half[ring] = days[n == 0 ? 0 : (n - 1) / 2];
        detection->caught += isfinite(detection->first[ring]) / (double)detection->rings;
    }
    for (size_t i = 0; i < sim->n_agents; i++) {
        honest += sim->agents[i].ring == SG_SIM_NONE;
        wrong += sim->agents[i].ring == SG_SIM_NONE && since[i] != 0;
    }
    detection->prevented = prevented(sim, since);
    detection->false_per = 1000 * wrong / (honest * sim->params.days / 30);
}
