/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sim_traffic.c - tickets: when they come, what they show, who gets them.
 *
 *     honest    a customer by activity, at its hour; then perhaps again, perhaps to the same agent
 *     surge     the same, all about one thing within some hours
 *     ring      an account to an agent of its ring, who mostly succeeds in taking it
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "collusion/sim_parts.h"

enum { MINUTE_MS = 60 * 1000, WAIT_MEAN_MS = 4 * MINUTE_MS };
#define NO_INTENT UINT32_MAX
static const uint64_t hour_ms = 3600000, day_ms = 86400000;
static const double tickets_most = 1e9;

struct traffic {
    struct sg_sim *sim;
    const struct sg_sim_spread *spread;
    struct sg_sim_roster roster[2 * SG_SIM_BRANDS_MOST]; /* a brand's large queue, its small one */
    double *ranks;                                       /* sums of the activity within a brand */
    uint32_t *order; /* which customer of a brand has which rank */
    size_t cap;
};

static uint64_t end_ms(const struct sg_sim *sim)
{
    return sim->params.begin_ms + sim->params.days * day_ms;
}

static struct sg_sim_ticket *add(struct traffic *traffic)
{
    struct sg_sim *sim = traffic->sim;
    if (sim->n_tickets == traffic->cap) {
        const size_t cap = traffic->cap * 2 + 1024;
        struct sg_sim_ticket *more = realloc(sim->tickets, cap * sizeof *more);
        if (more == NULL)
            return NULL;
        sim->tickets = more;
        traffic->cap = cap;
    }
    struct sg_sim_ticket *ticket = &sim->tickets[sim->n_tickets++];
    *ticket = (struct sg_sim_ticket){.agent = SG_SIM_NONE, .ring = SG_SIM_NONE};
    return ticket;
}

/* --- what a ticket shows --- */

/* Texts from one template differ in the bits of their SimHash. */
static uint64_t vary(struct sg_philox *random, uint64_t template, double flips)
{
    for (unsigned bit = 0; bit < 64; bit++)
        if (sg_philox_chance(random, flips))
            template ^= UINT64_C(1) << bit;
    return template == 0 ? 1 : template;
}

static uint64_t honest_text(const struct sg_sim *sim, struct sg_philox *random, uint32_t brand,
                            uint32_t intent)
{
    const struct sg_sim_params *params = &sim->params;
    if (sg_philox_chance(random, params->boilerplate))
        return vary(random, sg_sim_name(sim, SG_SIM_KIND_FORM, brand), params->boilerplate_text);
    if (intent == NO_INTENT)
        intent = sg_philox_below(random, params->intents);
    return vary(random,
                sg_sim_name(sim, SG_SIM_KIND_INTENT, (uint64_t)brand * params->intents + intent),
                params->text);
}

static void show_honest(const struct traffic *traffic, struct sg_philox *random,
                        struct sg_sim_ticket *ticket, uint32_t intent)
{
    const struct sg_sim *sim = traffic->sim;
    const struct sg_sim_customer *customer = &sim->customers[ticket->customer];
    ticket->network = sg_philox_chance(random, sim->params.nat_tickets)
                          ? sg_sim_nat(sim, traffic->spread, random)
                          : customer->network;
    ticket->device = sg_philox_chance(random, sim->params.other_device)
                         ? sg_sim_device(sim, traffic->spread, random)
                         : customer->device;
    ticket->identity = sg_philox_chance(random, sim->params.identity) ? customer->identity : 0;
    ticket->content = honest_text(sim, random, customer->brand, intent);
}

/* Over what an honest ticket of that account would show. */
static void show_ring(const struct traffic *traffic, struct sg_philox *random,
                      struct sg_sim_ticket *ticket, uint32_t agent)
{
    const struct sg_sim *sim = traffic->sim;
    const struct sg_sim_ring *ring = &sim->params.ring;
    const uint64_t pool = (uint64_t)ticket->ring * ring->pool;
    const double ip = sg_philox_unit(random), device = sg_philox_unit(random);
    if (ip < ring->ip_agent)
        ticket->network = sim->agents[agent].network;
    else if (ip < ring->ip_agent + ring->ip_pool)
        ticket->network =
            sg_sim_name(sim, SG_SIM_KIND_RING_PREFIX, pool + sg_philox_below(random, ring->pool));
    if (device < ring->device_agent)
        ticket->device = sim->agents[agent].device;
    else if (device < ring->device_agent + ring->device_pool)
        ticket->device = sg_sim_name(sim, SG_SIM_KIND_RING_DEVICE,
                                     (uint64_t)ticket->ring * 2 + sg_philox_below(random, 2));
    if (ticket->identity != 0 && sg_philox_chance(random, ring->identity))
        ticket->identity = sg_sim_name(sim, SG_SIM_KIND_RING_IDENTITY,
                                       (uint64_t)ticket->ring * 3 + sg_philox_below(random, 3));
    if (!ring->honest_text)
        ticket->content =
            vary(random, sg_sim_name(sim, SG_SIM_KIND_RING_TEXT, ticket->ring), ring->text);
}

/* --- when, and to whom --- */

static uint64_t near_its_hour(const struct sg_sim *sim, struct sg_philox *random,
                              const struct sg_sim_customer *customer)
{
    const uint64_t day = sg_philox_below(random, sim->params.days);
    double minute = 24 * 60 * sg_philox_unit(random);
    if (sg_philox_chance(random, sim->params.personal))
        minute = fmod(customer->minute + 1440 - 120 + 240 * sg_philox_unit(random), 1440);
    return sim->params.begin_ms + day * day_ms + (uint64_t)(minute * MINUTE_MS);
}

static const struct sg_sim_roster *roster_of(const struct traffic *traffic,
                                             const struct sg_sim_customer *customer)
{
    return &traffic->roster[2 * customer->brand + customer->small];
}

/* To an agent by the routing's rules, and how long both steps take. */
static void hand_on(const struct traffic *traffic, struct sg_philox *random,
                    struct sg_sim_ticket *ticket, uint32_t agent)
{
    const struct sg_sim *sim = traffic->sim;
    const struct sg_sim_params *params = &sim->params;
    uint64_t claimed = ticket->open_ms;
    if (agent == SG_SIM_NONE)
        agent = sg_sim_assign(sim, roster_of(traffic, &sim->customers[ticket->customer]), random,
                              &claimed);
    ticket->agent = agent;
    claimed += (uint64_t)sg_philox_exponential(random, WAIT_MEAN_MS);
    ticket->wait_ms = (uint32_t)(claimed - ticket->open_ms);
    const double handle =
        params->handle_minutes * MINUTE_MS * exp(params->handle_sigma * sg_philox_normal(random));
    ticket->handle_ms = (uint32_t)(handle < 1e9 ? handle : 1e9);
}

/* --- honest tickets --- */

/* One ticket, and those in which the customer comes back. */
static enum scrubgate_status add_chain(struct traffic *traffic, struct sg_philox *random,
                                       uint32_t customer, uint64_t ms, uint32_t intent)
{
    const struct sg_sim_params *params = &traffic->sim->params;
    uint32_t before = SG_SIM_NONE;
    while (ms < end_ms(traffic->sim)) {
        struct sg_sim_ticket *ticket = add(traffic);
        if (ticket == NULL)
            return SCRUBGATE_ENOMEM;
        ticket->customer = customer;
        ticket->open_ms = ms;
        show_honest(traffic, random, ticket, intent);
        hand_on(traffic, random, ticket, before);
        if (!sg_philox_chance(random, params->repeat))
            break;
        const double gap = sg_philox_exponential(random, params->repeat_days);
        ms += (uint64_t)(gap * (double)day_ms) + 1;
        const bool sticks = sg_philox_chance(random, params->sticky) && gap < params->sticky_days &&
                            ticket->agent != SG_SIM_NONE &&
                            sg_sim_on_shift(traffic->sim, ticket->agent, ms);
        before = sticks ? ticket->agent : SG_SIM_NONE;
    }
    return SCRUBGATE_OK;
}

/* A customer of a brand by activity. Those of a brand have numbers that leave the same rest. */
static uint32_t pick_customer(const struct traffic *traffic, struct sg_philox *random,
                              uint32_t brand)
{
    const struct sg_sim_params *params = &traffic->sim->params;
    const uint32_t of_brand = params->customers / params->brands;
    const size_t rank = sg_philox_pick(random, traffic->ranks, of_brand);
    return brand + params->brands * traffic->order[brand * of_brand + rank];
}

static enum scrubgate_status add_honest(struct traffic *traffic)
{
    const struct sg_sim *sim = traffic->sim;
    const struct sg_sim_params *params = &sim->params;
    const double chains = (double)params->days * params->tickets_a_day * (1 - params->repeat);
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (uint64_t i = 0; (double)i < chains && rc >= 0; i++) {
        struct sg_philox random;
        sg_philox_init(&random, sim->seed, SG_SIM_CHAIN, i);
        const uint32_t customer =
            pick_customer(traffic, &random, sg_philox_below(&random, params->brands));
        const uint64_t ms = near_its_hour(sim, &random, &sim->customers[customer]);
        rc = add_chain(traffic, &random, customer, ms, NO_INTENT);
    }
    return rc;
}

static enum scrubgate_status add_surge(struct traffic *traffic, uint32_t surge)
{
    const struct sg_sim *sim = traffic->sim;
    const struct sg_sim_params *params = &sim->params;
    struct sg_philox random;
    enum scrubgate_status rc = SCRUBGATE_OK;
    sg_philox_init(&random, sim->seed, SG_SIM_SURGE, surge);
    const uint32_t brand = sg_philox_below(&random, params->brands);
    const uint32_t intent = sg_philox_below(&random, params->intents);
    const double hours = params->surge_hours;
    const uint64_t begin =
        params->begin_ms + (uint64_t)(sg_philox_unit(&random) * (double)(params->days * day_ms));
    const uint32_t n = sg_philox_poisson(&random, (params->surge_factor - 1) * hours / 24 *
                                                      params->tickets_a_day / params->brands);
    for (uint32_t i = 0; i < n && rc >= 0; i++) {
        const uint64_t ms = begin + (uint64_t)(sg_philox_unit(&random) * hours * (double)hour_ms);
        rc = add_chain(traffic, &random, pick_customer(traffic, &random, brand), ms, intent);
    }
    return rc;
}

/* --- a ring's tickets --- */

struct ring_time {
    uint64_t begin, length;
};

static uint64_t within(struct sg_philox *random, const struct ring_time *time)
{
    return time->begin + (uint64_t)(sg_philox_unit(random) * (double)time->length);
}

/* Its agents stand anywhere among all; a ring has few. */
static uint32_t nth_agent(const struct sg_sim *sim, uint32_t ring, uint32_t n)
{
    uint32_t i = 0;
    for (; sim->agents[i].ring != ring || n-- > 0; i++) {
    }
    return i;
}

/* The account writes when its agent is there; an agent is off for most of a week. */
static uint64_t when_on_shift(const struct sg_sim *sim, struct sg_philox *random, uint32_t agent,
                              const struct ring_time *time)
{
    enum { TRIES = 64 };
    uint64_t ms = within(random, time);
    for (int i = 0; i < TRIES && !sg_sim_on_shift(sim, agent, ms); i++)
        ms = within(random, time);
    return ms;
}

static enum scrubgate_status add_account(struct traffic *traffic, uint32_t ring, uint32_t customer,
                                         const struct ring_time *time)
{
    const struct sg_sim *sim = traffic->sim;
    const struct sg_sim_ring *works = &sim->params.ring;
    struct sg_philox random;
    sg_philox_init(&random, sim->seed, SG_SIM_RING_ACCOUNT, customer);
    const double mean = works->rate * (double)time->length / (double)day_ms;
    const uint32_t n = sg_philox_poisson(&random, mean);
    const uint32_t covers = sg_philox_poisson(&random, mean * works->cover);
    for (uint32_t i = 0; i < n + covers; i++) {
        struct sg_sim_ticket *ticket = add(traffic);
        if (ticket == NULL)
            return SCRUBGATE_ENOMEM;
        ticket->customer = customer;
        if (i >= n) {
            ticket->open_ms = within(&random, time);
            show_honest(traffic, &random, ticket, NO_INTENT);
            hand_on(traffic, &random, ticket, SG_SIM_NONE);
            continue;
        }
        const uint32_t agent = nth_agent(sim, ring, sg_philox_below(&random, works->agents));
        ticket->ring = ring;
        ticket->open_ms = when_on_shift(sim, &random, agent, time);
        show_honest(traffic, &random, ticket, NO_INTENT);
        show_ring(traffic, &random, ticket, agent);
        const bool taken = sg_philox_chance(&random, works->claim);
        hand_on(traffic, &random, ticket, taken ? agent : SG_SIM_NONE);
        if (taken)
            ticket->handle_ms = (uint32_t)(ticket->handle_ms * works->handle) + 1;
    }
    return SCRUBGATE_OK;
}

static enum scrubgate_status add_ring(struct traffic *traffic, uint32_t ring)
{
    const struct sg_sim *sim = traffic->sim;
    const struct sg_sim_params *params = &sim->params;
    struct sg_philox random;
    enum scrubgate_status rc = SCRUBGATE_OK;
    sg_philox_init(&random, sim->seed, SG_SIM_RING, UINT32_MAX + (uint64_t)ring + 1);
    const double days = params->ring.days < params->days ? params->ring.days : params->days;
    const double begin = sg_philox_unit(&random) * (params->days - days);
    const struct ring_time time = {params->begin_ms + (uint64_t)(begin * (double)day_ms),
                                   (uint64_t)(days * (double)day_ms)};
    for (uint32_t i = 0; i < params->ring.accounts && rc >= 0; i++)
        rc = add_account(traffic, ring, (uint32_t)sg_sim_account(sim, ring) + i, &time);
    return rc;
}

/* --- all of it --- */

static enum scrubgate_status prepare(struct traffic *traffic)
{
    const struct sg_sim *sim = traffic->sim;
    const struct sg_sim_params *params = &sim->params;
    const uint32_t of_brand = params->customers / params->brands;
    struct sg_philox random;
    traffic->ranks = sg_sim_zipf(of_brand, params->activity, params->activity_clip);
    traffic->order = malloc((size_t)of_brand * params->brands * sizeof *traffic->order);
    if (traffic->ranks == NULL || traffic->order == NULL)
        return SCRUBGATE_ENOMEM;
    sg_philox_init(&random, sim->seed, SG_SIM_RANK, 0);
    for (uint32_t brand = 0; brand < params->brands; brand++) {
        uint32_t *order = traffic->order + (size_t)brand * of_brand;
        for (uint32_t i = 0; i < of_brand; i++) {
            const uint32_t j = sg_philox_below(&random, i + 1); /* Fisher and Yates */
            order[i] = order[j];
            order[j] = i;
        }
    }
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (uint32_t i = 0; i < 2 * params->brands && rc >= 0; i++)
        rc = sg_sim_roster_init(&traffic->roster[i], sim, i / 2, i % 2 == 1);
    return rc;
}

static void end(struct traffic *traffic)
{
    for (size_t i = 0; i < sizeof traffic->roster / sizeof traffic->roster[0]; i++)
        sg_sim_roster_fini(&traffic->roster[i]);
    free(traffic->ranks);
    free(traffic->order);
}

static int by_time(const void *a, const void *b)
{
    const struct sg_sim_ticket *x = a, *y = b;
    if (x->open_ms != y->open_ms)
        return x->open_ms < y->open_ms ? -1 : 1;
    return (x->customer > y->customer) - (x->customer < y->customer);
}

enum scrubgate_status sg_sim_traffic(struct sg_sim *sim, const struct sg_sim_spread *spread)
{
    struct traffic traffic = {.sim = sim, .spread = spread};
    const struct sg_sim_params *params = &sim->params;
    if ((double)params->days * params->tickets_a_day > tickets_most)
        return SCRUBGATE_ELIMIT;
    enum scrubgate_status rc = prepare(&traffic);
    if (rc >= 0)
        rc = add_honest(&traffic);
    for (uint32_t i = 0; i < params->surges && rc >= 0; i++)
        rc = add_surge(&traffic, i);
    for (uint32_t i = 0; i < params->rings && rc >= 0; i++)
        rc = add_ring(&traffic, i);
    end(&traffic);
    if (rc < 0)
        return rc;
    /* Numbers after sorting: neither they nor the order tell who made a ticket. */
    qsort(sim->tickets, sim->n_tickets, sizeof *sim->tickets, by_time);
    for (size_t i = 0; i < sim->n_tickets; i++)
        sim->tickets[i].id = sg_sim_name(sim, SG_SIM_KIND_TICKET, i);
    return rc;
}
