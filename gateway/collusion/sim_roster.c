/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sim_roster.c - who is on shift in each half hour of a week, and so who gets a ticket.
 */
#include <stdlib.h>
#include <string.h>

#include "collusion/sim_parts.h"

static const uint64_t half_hour_ms = 30 * 60 * 1000;

static bool serves(const struct sg_sim_agent *agent, uint32_t brand, bool small)
{
    return agent->small == small && (agent->brand == brand || agent->second == brand);
}

/* A shift belongs to the day on which it begins, also past midnight. */
static bool works(const struct sg_sim_agent *agent, unsigned half_hour)
{
    const unsigned since = (half_hour % 48 + 48 - agent->begin) % 48;
    const unsigned began = (half_hour + SG_SIM_WEEK - since) % SG_SIM_WEEK;
    return since < agent->length && (agent->days_off >> began / 48 & 1) == 0;
}

enum scrubgate_status sg_sim_roster_init(struct sg_sim_roster *roster, const struct sg_sim *sim,
                                         uint32_t brand, bool small)
{
    size_t n = 0, cap = 0;
    *roster = (struct sg_sim_roster){.agents = NULL};
    for (uint32_t i = 0; i < sim->n_agents; i++)
        if (serves(&sim->agents[i], brand, small))
            cap += SG_SIM_WEEK;
    roster->agents = malloc((cap + 1) * sizeof *roster->agents);
    roster->sums = malloc((cap + 1) * sizeof *roster->sums);
    if (roster->agents == NULL || roster->sums == NULL)
        return SCRUBGATE_ENOMEM;
    for (unsigned half_hour = 0; half_hour < SG_SIM_WEEK; half_hour++) {
        double sum = 0;
        roster->begin[half_hour] = n;
        for (uint32_t i = 0; i < sim->n_agents; i++) {
            const struct sg_sim_agent *agent = &sim->agents[i];
            if (!serves(agent, brand, small) || !works(agent, half_hour))
                continue;
            sum += agent->capacity;
            roster->agents[n] = i;
            roster->sums[n++] = sum;
        }
    }
    roster->begin[SG_SIM_WEEK] = n;
    return SCRUBGATE_OK;
}

void sg_sim_roster_fini(struct sg_sim_roster *roster)
{
    free(roster->agents);
    free(roster->sums);
}

static unsigned half_hour_of(const struct sg_sim *sim, uint64_t ms)
{
    return (unsigned)((ms - sim->params.begin_ms) / half_hour_ms % SG_SIM_WEEK);
}

bool sg_sim_on_shift(const struct sg_sim *sim, uint32_t agent, uint64_t ms)
{
    return works(&sim->agents[agent], half_hour_of(sim, ms));
}

uint32_t sg_sim_assign(const struct sg_sim *sim, const struct sg_sim_roster *roster,
                       struct sg_philox *random, uint64_t *ms)
{
    for (unsigned tries = 0; tries <= SG_SIM_WEEK; tries++) {
        const unsigned half_hour = half_hour_of(sim, *ms);
        const size_t begin = roster->begin[half_hour], n = roster->begin[half_hour + 1] - begin;
        if (n > 0)
            return roster->agents[begin + sg_philox_pick(random, roster->sums + begin, n)];
        *ms += half_hour_ms - (*ms - sim->params.begin_ms) % half_hour_ms;
    }
    return SG_SIM_NONE;
}
