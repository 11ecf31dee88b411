/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_analysis_input.c - what an analysis makes of events as they really come: late, twice, with
 * clocks that are off, from one who never stops writing, under two keys.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "collusion/analysis.h"
#include "collusion/philox.h"
#include "collusion/sim.h"

#include "../lib/suite.h"

enum { AGENTS = 60, RINGS = 2, DAY = 86400000 };
static const uint64_t begin_ms = 1767225600000; /* of every market */

#define WORLD                                                                                      \
    "days: 30\ntickets_a_day: 400\ncustomers: 3000\nagents: 60\nbrands: 2\nsurges: 0\nrings: 2\n"  \
    "small_customers: 30\nring: {agents: 3, accounts: 15, rate: 0.4}\n"

struct world {
    struct sg_sim *sim;
    struct sg_deals deals;
    struct sg_analysis analysis;
};

/* One event says all of a ticket. */
static struct sg_collusion_event event_of(const struct sg_sim *sim, size_t i)
{
    static const char *const queues[] = {"0-0", "0-1", "1-0", "1-1"};
    const struct sg_sim_ticket *ticket = &sim->tickets[i];
    const struct sg_sim_customer *customer = &sim->customers[ticket->customer];
    return (struct sg_collusion_event){
        .time_ms = ticket->open_ms + ticket->wait_ms,
        .event = sg_bytes_of("message"),
        .queue = sg_bytes_of(queues[2 * customer->brand + customer->small]),
        .ticket = ticket->id,
        .customer = customer->id,
        .agent = sim->agents[ticket->agent].id,
        .network = ticket->network,
        .device = ticket->device};
}

static void add(struct world *world, const struct sg_collusion_event *event)
{
    assert_int_equal(sg_deals_add(&world->deals, event), SCRUBGATE_OK);
}

/* --- how events come --- */

static void in_order(struct world *world)
{
    for (size_t i = 0; i < world->sim->n_tickets; i++) {
        const struct sg_collusion_event event = event_of(world->sim, i);
        add(world, &event);
    }
}

static void shuffled(struct world *world)
{
    const size_t n = world->sim->n_tickets;
    size_t *order = malloc((n + 1) * sizeof *order);
    struct sg_philox random;
    assert_non_null(order);
    sg_philox_init(&random, 1, 2, 3);
    for (size_t i = 0; i < n; i++) {
        const size_t j = sg_philox_below(&random, (uint32_t)i + 1);
        order[i] = order[j];
        order[j] = i;
    }
    for (size_t i = 0; i < n; i++) {
        const struct sg_collusion_event event = event_of(world->sim, order[i]);
        add(world, &event);
    }
    free(order);
}

static void twice(struct world *world)
{
    in_order(world);
    in_order(world);
}

static void without_facets(struct world *world)
{
    for (size_t i = 0; i < world->sim->n_tickets; i++) {
        struct sg_collusion_event event = event_of(world->sim, i);
        event.network = event.device = 0;
        add(world, &event);
    }
}

/* One of a thousand is a day early, one a year late, one of 1970. */
static void clocks_jump(struct world *world)
{
    for (size_t i = 0; i < world->sim->n_tickets; i++) {
        struct sg_collusion_event event = event_of(world->sim, i);
        event.time_ms -= i % 1000 == 999 ? DAY : 0;
        event.time_ms += i == 500 ? 365 * (uint64_t)DAY : 0;
        event.time_ms = i == 700 ? 1 : event.time_ms;
        add(world, &event);
    }
}

/* A customer who writes more than all others together, to whomever routing picks. */
static void never_stops(struct world *world)
{
    const size_t n = world->sim->n_tickets;
    struct sg_philox random;
    in_order(world);
    sg_philox_init(&random, 1, 2, 4);
    for (uint64_t i = 0; i < 100000; i++) {
        struct sg_collusion_event event = event_of(world->sim, (size_t)i % n);
        event.ticket = i + 1;
        event.customer = 77;
        event.network = event.device = 1;
        event.time_ms += sg_philox_below(&random, 1000);
        add(world, &event);
    }
}

static uint64_t next_key(uint64_t id)
{
    return id == 0 ? 0 : id ^ 0x5555555555555555;
}

/* From the tenth day on ids are under another key; until the twentieth they say what they were. */
static void rekeyed(struct world *world)
{
    for (size_t i = 0; i < world->sim->n_tickets; i++) {
        struct sg_collusion_event event = event_of(world->sim, i);
        if (event.time_ms >= begin_ms + 10 * (uint64_t)DAY) {
            const struct sg_collusion_was was = {.ticket = event.ticket,
                                                 .customer = event.customer,
                                                 .network = event.network,
                                                 .device = event.device};
            if (event.time_ms < begin_ms + 20 * (uint64_t)DAY)
                event.was = was;
            event.epoch = 2;
            event.ticket = next_key(event.ticket);
            event.customer = next_key(event.customer);
            event.network = next_key(event.network);
            event.device = next_key(event.device);
        }
        add(world, &event);
    }
}

static const struct row {
    const char *name;
    void (*come)(struct world *world);
    uint64_t strays;
    size_t named; /* of a ring's 15 accounts, at least */
} rows[] = {
    {"in order", in_order, 0, 13},
    {"out of order", shuffled, 0, 13},
    {"every event twice", twice, 0, 13},
    {"without networks and devices", without_facets, 0, 8},
    {"a clock a day back, one a year ahead, one of 1970", clocks_jump, 2, 13},
    {"one customer with a hundred thousand tickets", never_stops, 0, 13},
    {"a key is replaced in the window", rekeyed, 0, 13},
};

/* --- what is found --- */

static void open_world(struct world *world, void (*come)(struct world *world))
{
    struct sg_sim_params params;
    const struct sg_analysis_config config = {
        .false_alarms = 0.001, .rounds = 200, .seed = 1, .tickets_most = 10};
    sg_sim_params_init(&params, 1);
    assert_int_equal(sg_sim_params_read(&params, "world", sg_bytes_of(WORLD), NULL), SCRUBGATE_OK);
    assert_int_equal(sg_sim_new(&world->sim, &params, 12), SCRUBGATE_OK);
    assert_int_equal(sg_deals_init(&world->deals), SCRUBGATE_OK);
    come(world);
    sg_deals_finish(&world->deals, 0);
    assert_int_equal(sg_analysis_init(&world->analysis, &world->deals, &config), SCRUBGATE_OK);
}

static void close_world(struct world *world)
{
    sg_analysis_fini(&world->analysis);
    sg_deals_fini(&world->deals);
    sg_sim_free(world->sim);
}

static uint32_t true_ring(const struct world *world, uint32_t agent)
{
    for (size_t i = 0; i < world->sim->n_agents; i++)
        if (world->sim->agents[i].id == world->deals.agents.ids[agent])
            return world->sim->agents[i].ring;
    return SG_SIM_NONE;
}

static bool is_account(const struct world *world, uint32_t customer)
{
    const uint64_t id = world->deals.customers.ids[customer];
    for (size_t i = world->sim->params.customers; i < world->sim->n_customers; i++)
        if (world->sim->customers[i].id == id || next_key(world->sim->customers[i].id) == id)
            return true;
    return false;
}

/* Both rings with all of their agents, hardly anybody else's customers, and where that comes from.
 */
static void check_ring(const struct world *world, const struct sg_analysis_ring *ring, size_t named)
{
    size_t right = 0;
    uint64_t before = 0;
    assert_int_equal(ring->n_agents, 3);
    for (size_t i = 0; i < ring->n_agents; i++) {
        assert_int_equal(true_ring(world, ring->agents[i]), true_ring(world, ring->agents[0]));
        assert_true(true_ring(world, ring->agents[i]) != SG_SIM_NONE);
    }
    for (size_t i = 0; i < ring->n_customers; i++) {
        right += is_account(world, ring->customers[i]);
        assert_true(ring->likely[i] > 0.5 && ring->likely[i] <= 1);
        assert_true(i == 0 || ring->likely[i] <= ring->likely[i - 1]);
    }
    assert_true(right >= named && right + 1 >= ring->n_customers);
    assert_true(ring->n_tickets > 20 && ring->n_tickets <= SG_ANALYSIS_TICKETS);
    for (size_t i = 0; i < ring->n_tickets; i++) {
        assert_true(ring->tickets[i].time_ms >= before);
        before = ring->tickets[i].time_ms;
        assert_true(true_ring(world, ring->tickets[i].agent) == true_ring(world, ring->agents[0]));
    }
    double observed = 0, expected = 0;
    for (size_t i = 0; i < ring->n_days; i++) {
        observed += ring->days[i].observed;
        expected += ring->days[i].expected;
    }
    assert_true(observed > ring->observed - 0.5 && observed < ring->observed + 0.5);
    assert_true(expected > ring->expected - 0.01 && expected < ring->expected + 0.01);
}

static void test_row(void **state)
{
    const struct row *row = *state;
    struct world world;
    open_world(&world, row->come);
    assert_int_equal(world.deals.strays, row->strays);
    assert_true(world.analysis.months > 0.9 && world.analysis.months < 1.2);
    assert_int_equal(world.analysis.n_rings, RINGS);
    for (size_t i = 0; i < world.analysis.n_rings; i++)
        check_ring(&world, &world.analysis.rings[i], row->named);
    close_world(&world);
}

/* --- hardly any agent, and too many --- */

static enum scrubgate_status analyse_agents(uint64_t agents, struct sg_deals *deals,
                                            struct sg_analysis *analysis)
{
    assert_int_equal(sg_deals_init(deals), SCRUBGATE_OK);
    for (uint64_t i = 0; i < 1000 || i < agents; i++) {
        const struct sg_collusion_event event = {.time_ms = begin_ms + i * 60000,
                                                 .event = sg_bytes_of("message"),
                                                 .queue = sg_bytes_of("q"),
                                                 .ticket = i + 1,
                                                 .customer = 1 + i % 100,
                                                 .agent = 1 + i % agents};
        assert_int_equal(sg_deals_add(deals, &event), SCRUBGATE_OK);
    }
    sg_deals_finish(deals, 0);
    return sg_analysis_init(
        analysis, deals,
        &(struct sg_analysis_config){
            .false_alarms = 0.001, .rounds = 20, .seed = 1, .tickets_most = 10});
}

static void test_few(void **state)
{
    struct sg_deals deals;
    struct sg_analysis analysis;
    (void)state;
    for (uint64_t agents = 1; agents <= 2; agents++) {
        assert_int_equal(analyse_agents(agents, &deals, &analysis), SCRUBGATE_OK);
        assert_int_equal(analysis.n_agents, agents);
        assert_int_equal(analysis.n_rings, 0);
        for (size_t i = 0; i < analysis.n_agents; i++)
            assert_true(analysis.agents[i].thin && !analysis.agents[i].flagged);
        sg_analysis_fini(&analysis);
        sg_deals_fini(&deals);
    }
}

static void test_many(void **state)
{
    struct sg_deals deals;
    struct sg_analysis analysis;
    (void)state;
    assert_int_equal(analyse_agents(5001, &deals, &analysis), SCRUBGATE_ELIMIT);
    sg_deals_fini(&deals);
}

int main(void)
{
    SG_SUITE_ROWS(test_row, rows);
    sg_suite_add("one agent, or two, are no evidence", test_few, NULL);
    sg_suite_add("more agents than there may be are refused", test_many, NULL);
    return sg_suite_run("analysis_input");
}
