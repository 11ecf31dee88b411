/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sim_people.c - who is in the market: agents, customers and their households, rings.
 */
#include <math.h>
#include <stdlib.h>

#include "collusion/sim_parts.h"

enum { HOUSEHOLD_LEAST = 2, HOUSEHOLD_MOST = 4, MINUTES = 24 * 60 };

enum scrubgate_status sg_sim_spread_init(struct sg_sim_spread *spread,
                                         const struct sg_sim_params *params)
{
    spread->nat = sg_sim_zipf(params->nat_prefixes, 1, 0);
    spread->devices = sg_sim_zipf(params->devices, params->device_zipf, 0);
    return spread->nat == NULL || spread->devices == NULL ? SCRUBGATE_ENOMEM : SCRUBGATE_OK;
}

void sg_sim_spread_fini(struct sg_sim_spread *spread)
{
    free(spread->nat);
    free(spread->devices);
}

uint64_t sg_sim_nat(const struct sg_sim *sim, const struct sg_sim_spread *spread,
                    struct sg_philox *random)
{
    return sg_sim_name(sim, SG_SIM_KIND_NAT,
                       sg_philox_pick(random, spread->nat, sim->params.nat_prefixes));
}

uint64_t sg_sim_home(const struct sg_sim *sim, const struct sg_sim_spread *spread,
                     struct sg_philox *random)
{
    if (sg_philox_chance(random, sim->params.nat_homes))
        return sg_sim_nat(sim, spread, random);
    return sg_sim_name(sim, SG_SIM_KIND_HOME, sg_philox_below(random, sim->params.home_prefixes));
}

uint64_t sg_sim_device(const struct sg_sim *sim, const struct sg_sim_spread *spread,
                       struct sg_philox *random)
{
    return sg_sim_name(sim, SG_SIM_KIND_DEVICE,
                       sg_philox_pick(random, spread->devices, sim->params.devices));
}

size_t sg_sim_account(const struct sg_sim *sim, uint32_t ring)
{
    return sim->params.customers + (size_t)ring * sim->params.ring.accounts;
}

/* --- agents --- */

static void make_agent(struct sg_sim *sim, uint32_t i)
{
    const struct sg_sim_params *params = &sim->params;
    struct sg_sim_agent *agent = &sim->agents[i];
    struct sg_philox random;
    sg_philox_init(&random, sim->seed, SG_SIM_AGENT, i);
    *agent = (struct sg_sim_agent){.id = sg_sim_name(sim, SG_SIM_KIND_AGENT, i),
                                   .network = sg_sim_name(sim, SG_SIM_KIND_AGENT_HOME, i),
                                   .device = sg_sim_name(sim, SG_SIM_KIND_AGENT_DEVICE, i),
                                   .brand = i % params->brands,
                                   .second = SG_SIM_NONE,
                                   .small = i / params->brands < params->small_agents,
                                   .ring = SG_SIM_NONE};
    const double hours =
        params->shift_least + sg_philox_unit(&random) * (params->shift_most - params->shift_least);
    agent->capacity = exp(params->capacity_sigma * sg_philox_normal(&random));
    agent->begin = (uint16_t)sg_philox_below(&random, 48);
    agent->length = (uint16_t)lround(hours * 2);
    const uint32_t first = sg_philox_below(&random, 7), second = sg_philox_below(&random, 6);
    agent->days_off = (uint8_t)(1U << first | 1U << (first + 1 + second) % 7);
    if (!agent->small && params->brands > 1 && sg_philox_chance(&random, params->second_brand))
        agent->second =
            (agent->brand + 1 + sg_philox_below(&random, params->brands - 1)) % params->brands;
}

/* --- customers --- */

static void make_customer(struct sg_sim *sim, const struct sg_sim_spread *spread, uint32_t i)
{
    struct sg_sim_customer *customer = &sim->customers[i];
    struct sg_philox random;
    sg_philox_init(&random, sim->seed, SG_SIM_CUSTOMER, i);
    *customer = (struct sg_sim_customer){.id = sg_sim_name(sim, SG_SIM_KIND_CUSTOMER, i),
                                         .identity = sg_sim_name(sim, SG_SIM_KIND_IDENTITY, i),
                                         .brand = i % sim->params.brands,
                                         .ring = SG_SIM_NONE};
    customer->network = sg_sim_home(sim, spread, &random);
    customer->device = sg_sim_device(sim, spread, &random);
    customer->minute = (uint16_t)sg_philox_below(&random, MINUTES);
}

/* A row of customers live together: of neighbouring numbers, but of ranks that have nothing to do
 * with each other. */
static void make_households(struct sg_sim *sim)
{
    const struct sg_sim_params *params = &sim->params;
    struct sg_philox random;
    sg_philox_init(&random, sim->seed, SG_SIM_HOUSEHOLD, 0);
    for (uint32_t i = 0; i < params->customers;) {
        const uint32_t size =
            HOUSEHOLD_LEAST + sg_philox_below(&random, HOUSEHOLD_MOST - HOUSEHOLD_LEAST + 1);
        /* So that the share is of customers, not of homes. */
        const double starts = params->households / (size - params->households * (size - 1));
        if (!sg_philox_chance(&random, starts)) {
            i++;
            continue;
        }
        const struct sg_sim_customer *head = &sim->customers[i];
        for (uint32_t j = 1; j < size && i + j < params->customers; j++) {
            struct sg_sim_customer *other = &sim->customers[i + j];
            other->network = head->network;
            if (sg_philox_chance(&random, params->household_device))
                other->device = head->device;
            if (sg_philox_chance(&random, params->household_identity))
                other->identity = head->identity;
        }
        i += size;
    }
}

/* The small queue's customers, and the agents who are somebody's customer too. */
static void mark_customers(struct sg_sim *sim)
{
    const struct sg_sim_params *params = &sim->params;
    struct sg_philox random;
    sg_philox_init(&random, sim->seed, SG_SIM_HOUSEHOLD, 1);
    const uint32_t of_brand = params->customers / params->brands;
    for (uint32_t brand = 0; brand < params->brands && params->small_agents > 0; brand++)
        for (uint32_t n = 0; n < params->small_customers;) {
            struct sg_sim_customer *customer =
                &sim->customers[brand + params->brands * sg_philox_below(&random, of_brand)];
            n += !customer->small;
            customer->small = true;
        }
    for (uint32_t i = 0; i < params->agents; i++) {
        if (!sg_philox_chance(&random, params->agent_customer))
            continue;
        struct sg_sim_customer *account =
            &sim->customers[sg_philox_below(&random, params->customers)];
        account->network = sim->agents[i].network;
        account->device = sim->agents[i].device;
    }
}

/* --- rings --- */

/* Agents of one brand's large queue who are in no ring yet. */
static void recruit(struct sg_sim *sim, struct sg_philox *random, uint32_t ring, uint32_t brand)
{
    const struct sg_sim_params *params = &sim->params;
    for (uint32_t n = 0, tries = 0; n < params->ring.agents; tries++) {
        struct sg_sim_agent *agent = &sim->agents[sg_philox_below(random, params->agents)];
        const bool fits = agent->brand == brand || tries > 64 * params->agents;
        if (agent->small || agent->ring != SG_SIM_NONE || !fits)
            continue;
        agent->ring = ring;
        n++;
    }
}

static void make_ring(struct sg_sim *sim, const struct sg_sim_spread *spread, uint32_t ring)
{
    const struct sg_sim_params *params = &sim->params;
    struct sg_philox random;
    sg_philox_init(&random, sim->seed, SG_SIM_RING, ring);
    const uint32_t brand = sg_philox_below(&random, params->brands);
    recruit(sim, &random, ring, brand);
    for (uint32_t i = 0; i < params->ring.accounts; i++) {
        const uint32_t at = (uint32_t)sg_sim_account(sim, ring) + i;
        make_customer(sim, spread, at);
        sim->customers[at].brand = brand;
        sim->customers[at].ring = ring;
    }
}

enum scrubgate_status sg_sim_people(struct sg_sim *sim, const struct sg_sim_spread *spread)
{
    const struct sg_sim_params *params = &sim->params;
    sim->n_agents = params->agents;
    sim->n_customers = params->customers + (size_t)params->rings * params->ring.accounts;
    if (sim->n_customers >= UINT32_MAX)
        return SCRUBGATE_ELIMIT;
    sim->agents = malloc(sim->n_agents * sizeof *sim->agents);
    sim->customers = malloc(sim->n_customers * sizeof *sim->customers);
    if (sim->agents == NULL || sim->customers == NULL)
        return SCRUBGATE_ENOMEM;
    for (uint32_t i = 0; i < params->agents; i++)
        make_agent(sim, i);
    for (uint32_t i = 0; i < params->customers; i++)
        make_customer(sim, spread, i);
    make_households(sim);
    mark_customers(sim);
    for (uint32_t ring = 0; ring < params->rings; ring++)
        make_ring(sim, spread, ring);
    return SCRUBGATE_OK;
}
