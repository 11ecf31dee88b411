/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_analysis.c - planted rings are found with the numbers that accuse them, honest markets are
 * left in peace.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "collusion/analysis.h"
#include "collusion/chance.h"
#include "collusion/sim.h"
#include "collusion/suspicion.h"

#include "../lib/suite.h"

/* --- chance --- */

static const struct tail {
    const char *name;
    uint64_t k;
    double mean, want; /* -log10; from tables with many digits */
} tails[] = {
    {"nothing is sure", 0, 3, 0},
    {"at least one of one expected", 1, 1, 0.19917985},      /* 1 - 1/e */
    {"at least five of two expected", 5, 2, 1.27848900},     /* 0.05265302 */
    {"at least two of ten expected", 2, 10, 0.00021693},     /* 0.99950060 */
    {"at least ten of a tenth expected", 10, 0.1, 16.59922}, /* 2.516e-17 */
    {"at least a hundred of one expected", 100, 1, 158.40},  /* far below the smallest float */
};

static void test_tail(void **state)
{
    const struct tail *tail = *state;
    const double is = -sg_chance_poisson_tail(tail->k, tail->mean) / log(10);
    assert_true(fabs(is - tail->want) <= 1e-6 + 1e-3 * tail->want);
}

static void test_tail_of_nothing(void **state)
{
    (void)state;
    assert_true(isinf(sg_chance_poisson_tail(1, 0)));
    assert_true(sg_chance_poisson_tail(0, 0) == 0);
}

/* --- markets --- */

/* Agents of few queues who take many tickets, some ten times as many as others, and are asked for
 * again: what is wrong with their rates is far above chance's spread. */
#define BUSY                                                                                       \
    "days: 30\ntickets_a_day: 2400\ncustomers: 12000\nagents: 120\nsmall_agents: 0\n"              \
    "small_customers: 0\nsurges: 1\nrings: 0\ncapacity_sigma: 0.8\nsticky: 0.3\n"
#define WORLD                                                                                      \
    "days: 30\ntickets_a_day: 800\ncustomers: 6000\nagents: 240\nsmall_customers: 60\nsurges: 1\n"

struct world {
    struct sg_sim *sim;
    struct sg_deals deals;
    struct sg_analysis analysis;
};

static void add(struct sg_deals *deals, const struct sg_sim *sim,
                const struct sg_sim_ticket *ticket)
{
    const struct sg_sim_customer *customer = &sim->customers[ticket->customer];
    char queue[32];
    (void)snprintf(queue, sizeof queue, "%u-%d", (unsigned)customer->brand, customer->small);
    const struct sg_collusion_event event = {.time_ms = ticket->open_ms + ticket->wait_ms,
                                             .event = sg_bytes_of("assign"),
                                             .queue = sg_bytes_of(queue),
                                             .ticket = ticket->id,
                                             .customer = customer->id,
                                             .agent = sim->agents[ticket->agent].id};
    assert_int_equal(sg_deals_add(deals, &event), SCRUBGATE_OK);
}

static void open_market(struct world *world, unsigned level, const char *text, uint64_t window_ms)
{
    struct sg_sim_params params;
    sg_sim_params_init(&params, level);
    assert_int_equal(sg_sim_params_read(&params, "world", sg_bytes_of(text), NULL), SCRUBGATE_OK);
    assert_int_equal(sg_sim_new(&world->sim, &params, 11), SCRUBGATE_OK);
    assert_int_equal(sg_deals_init(&world->deals), SCRUBGATE_OK);
    for (size_t i = 0; i < world->sim->n_tickets; i++)
        add(&world->deals, world->sim, &world->sim->tickets[i]);
    sg_deals_finish(&world->deals, window_ms == 0 ? 0 : world->deals.end_ms - window_ms);
    const struct sg_analysis_config config = {
        .false_alarms = 0.001, .rounds = 60, .seed = 1, .tickets_most = 10};
    assert_int_equal(sg_analysis_init(&world->analysis, &world->deals, &config), SCRUBGATE_OK);
}

static void open_world(struct world *world, unsigned level, const char *changes, uint64_t window_ms)
{
    char text[512];
    (void)snprintf(text, sizeof text, "%s%s", WORLD, changes);
    open_market(world, level, text, window_ms);
}

static void close_world(struct world *world)
{
    sg_analysis_fini(&world->analysis);
    sg_deals_fini(&world->deals);
    sg_sim_free(world->sim);
}

/* --- a key's end --- */

/* What gateways would have written whose key was replaced in the middle: from then on other ids,
 * for a third of the time with those of before. */
static void add_rekeyed(struct sg_deals *deals, const struct sg_sim *sim,
                        const struct sg_sim_ticket *ticket, uint64_t begin_ms, uint64_t end_ms)
{
    const struct sg_sim_customer *customer = &sim->customers[ticket->customer];
    const uint64_t turn = UINT64_C(0x5555000000000000);
    const bool later = ticket->open_ms > begin_ms, doubled = ticket->open_ms < end_ms;
    char queue[32];
    (void)snprintf(queue, sizeof queue, "%u-%d", (unsigned)customer->brand, customer->small);
    struct sg_collusion_event event = {.time_ms = ticket->open_ms,
                                       .event = sg_bytes_of("open"),
                                       .queue = sg_bytes_of(queue),
                                       .ticket = ticket->id,
                                       .customer = customer->id};
    for (unsigned k = 0; k < 2; k++) {
        struct sg_collusion_event told = event;
        /* Each hundredth ticket is open at that moment. */
        if (later && (k == 1 || ticket->id % 100 != 0)) {
            told.ticket ^= turn;
            told.customer ^= turn;
            if (doubled)
                told.was =
                    (struct sg_collusion_was){.ticket = event.ticket, .customer = event.customer};
        }
        if (!later || doubled || k == 1 || ticket->id % 100 != 0)
            assert_int_equal(sg_deals_add(deals, &told), SCRUBGATE_OK);
        event.time_ms += ticket->wait_ms;
        event.event = sg_bytes_of("assign");
        event.agent = sim->agents[ticket->agent].id;
    }
}

/* The same rings, agents and numbers as without. */
static void test_a_keys_end(void **state)
{
    const struct sg_analysis_config config = {
        .false_alarms = 0.001, .rounds = 60, .seed = 1, .tickets_most = 10};
    struct world world;
    struct sg_deals deals;
    struct sg_analysis analysis;
    (void)state;
    open_world(&world, 2, "", 0);
    assert_true(world.analysis.n_rings > 0);
    assert_int_equal(sg_deals_init(&deals), SCRUBGATE_OK);
    const uint64_t third = (world.deals.end_ms - world.deals.begin_ms) / 3,
                   begin_ms = world.deals.begin_ms + third;
    for (size_t i = 0; i < world.sim->n_tickets; i++)
        add_rekeyed(&deals, world.sim, &world.sim->tickets[i], begin_ms, UINT64_MAX);
    sg_deals_finish(&deals, 0);
    assert_int_equal(deals.n, world.deals.n);
    assert_int_equal(sg_analysis_init(&analysis, &deals, &config), SCRUBGATE_OK);
    assert_int_equal(analysis.n_rings, world.analysis.n_rings);
    for (size_t i = 0; i < analysis.n_rings; i++) {
        assert_int_equal(analysis.rings[i].n_agents, world.analysis.rings[i].n_agents);
        assert_int_equal(analysis.rings[i].n_customers, world.analysis.rings[i].n_customers);
    }
    assert_int_equal(analysis.n_agents, world.analysis.n_agents);
    for (size_t i = 0; i < analysis.n_agents; i++)
        assert_true(fabs(analysis.agents[i].score - world.analysis.agents[i].score) < 1e-6);
    sg_analysis_fini(&analysis);
    sg_deals_fini(&deals);
    /* An overlap shorter than the window: who came in it goes on, and no ring is lost. */
    assert_int_equal(sg_deals_init(&deals), SCRUBGATE_OK);
    for (size_t i = 0; i < world.sim->n_tickets; i++)
        add_rekeyed(&deals, world.sim, &world.sim->tickets[i], begin_ms, begin_ms + third);
    sg_deals_finish(&deals, 0);
    assert_int_equal(sg_analysis_init(&analysis, &deals, &config), SCRUBGATE_OK);
    assert_int_equal(analysis.n_rings, world.analysis.n_rings);
    sg_analysis_fini(&analysis);
    sg_deals_fini(&deals);
    close_world(&world);
}

static uint32_t true_ring(const struct world *world, uint64_t agent)
{
    for (size_t i = 0; i < world->sim->n_agents; i++)
        if (world->sim->agents[i].id == agent)
            return world->sim->agents[i].ring;
    return SG_SIM_NONE;
}

static bool is_account(const struct world *world, uint64_t customer)
{
    for (size_t i = world->sim->params.customers; i < world->sim->n_customers; i++)
        if (world->sim->customers[i].id == customer)
            return true;
    return false;
}

static void test_rings(void **state)
{
    struct world world;
    (void)state;
    open_world(&world, 1, "rings: 2\nring: {agents: 3, accounts: 15, rate: 0.35}\n", 0);
    const struct sg_analysis *analysis = &world.analysis;
    assert_int_equal(analysis->n_rings, 2);
    for (size_t r = 0; r < 2; r++) {
        const struct sg_analysis_ring *ring = &analysis->rings[r];
        assert_int_equal(ring->n_agents, 3);
        const uint32_t truth = true_ring(&world, world.deals.agents.ids[ring->agents[0]]);
        for (size_t i = 0; i < 3; i++)
            assert_int_equal(true_ring(&world, world.deals.agents.ids[ring->agents[i]]), truth);
        assert_true(truth != SG_SIM_NONE);
        assert_int_equal(ring->n_edges, 6);
        for (size_t i = 1; i < ring->n_edges; i++)
            assert_true(ring->edges[i].z <= ring->edges[i - 1].z);
        assert_true(ring->n_customers >= 2 && ring->n_customers <= 17);
        size_t right = 0;
        for (size_t i = 0; i < ring->n_customers; i++)
            right += is_account(&world, world.deals.customers.ids[ring->customers[i]]);
        assert_true(right + 2 >= ring->n_customers);
        assert_true(ring->observed > 2 * ring->expected);
        assert_true(ring->first_ms < ring->last_ms && ring->density > ring->threshold);
    }
    for (size_t i = 0; i < 6; i++) {
        assert_true(analysis->agents[i].flagged && analysis->agents[i].ring < 2);
        assert_true(analysis->agents[i].q < 0.05);
    }
    close_world(&world);
}

/* Accounts who write more often than anybody is asked about first. */
static void test_often(void **state)
{
    struct world world;
    (void)state;
    open_world(&world, 1, "rings: 2\nring: {agents: 3, accounts: 8, rate: 1.5, days: 30}\n", 0);
    assert_int_equal(world.analysis.n_rings, 2);
    for (size_t i = 0; i < 6; i++) {
        assert_true(world.analysis.agents[i].flagged);
        assert_true(true_ring(&world, world.deals.agents.ids[world.analysis.agents[i].agent]) !=
                    SG_SIM_NONE);
    }
    close_world(&world);
}

static void test_honest(void **state)
{
    struct world world;
    (void)state;
    open_world(&world, 0, "rings: 0\n", 0);
    assert_int_equal(world.analysis.n_rings, 0);
    assert_int_equal(world.analysis.n_customers, 0);
    size_t flagged = 0;
    for (size_t i = 0; i < world.analysis.n_agents; i++)
        flagged += world.analysis.agents[i].flagged;
    assert_true(flagged <= 1); /* 0.12 are expected */
    close_world(&world);
}

/* Where routing is off, that is doubt, not a reason to flag who works much. */
static void test_busy(void **state)
{
    struct world world;
    (void)state;
    open_market(&world, 0, BUSY, 0);
    assert_true(world.analysis.bands[0].doubt > 0.05 && world.analysis.bands[0].doubt < 0.3);
    assert_true(world.analysis.inflation < 1.3);
    for (size_t i = 0; i < world.analysis.n_agents; i++)
        assert_false(world.analysis.agents[i].flagged);
    close_world(&world);
}

/* Whoever is flagged, in a ring or not, is told with whom he shares customers. */
static void test_pairs(void **state)
{
    struct world world;
    (void)state;
    open_world(&world, 1, "rings: 2\nring: {agents: 1, accounts: 15, rate: 0.35}\n", 0);
    assert_true(world.analysis.agents[0].flagged && world.analysis.agents[1].flagged);
    for (size_t i = 0; i < world.analysis.n_agents; i++) {
        const struct sg_analysis_agent *agent = &world.analysis.agents[i];
        assert_int_equal(agent->n_edges, agent->flagged ? SG_SUSPICION_TOP : 0);
        for (size_t k = 0; k < agent->n_edges; k++) {
            assert_int_equal(agent->edges[k].a, agent->agent);
            assert_true(agent->edges[k].z > 0 &&
                        agent->edges[k].observed > agent->edges[k].expected);
            assert_true(k == 0 || agent->edges[k].z <= agent->edges[k - 1].z);
        }
    }
    /* One agent alone: his customers come back to him. */
    assert_int_equal(world.analysis.agents[0].edges[0].b, world.analysis.agents[0].agent);
    close_world(&world);
}

/* What was before the window is no evidence. */
static void test_window(void **state)
{
    struct world world;
    (void)state;
    open_world(&world, 1, "", 5 * (uint64_t)86400000);
    assert_true(world.analysis.months < 5.1 / 30);
    assert_true(world.analysis.tickets < 7 * 800);
    close_world(&world);
}

static void test_thin(void **state)
{
    struct world world;
    size_t thin = 0;
    (void)state;
    open_world(&world, 0, "rings: 0\nsmall_agents: 2\n", 0);
    for (size_t i = 0; i < world.analysis.n_agents; i++)
        if (world.analysis.agents[i].thin) {
            assert_false(world.analysis.agents[i].flagged);
            thin++;
        }
    assert_true(thin >= 8); /* two for each brand's small queue */
    close_world(&world);
}

static void test_nothing(void **state)
{
    struct sg_deals deals;
    struct sg_analysis analysis;
    (void)state;
    assert_int_equal(sg_deals_init(&deals), SCRUBGATE_OK);
    sg_deals_finish(&deals, 0);
    assert_int_equal(
        sg_analysis_init(&analysis, &deals, &(struct sg_analysis_config){.rounds = 10}),
        SCRUBGATE_OK);
    assert_int_equal(analysis.n_agents + analysis.n_rings + analysis.n_customers, 0);
    sg_analysis_fini(&analysis);
    sg_deals_fini(&deals);
}

int main(void)
{
    SG_SUITE_ROWS(test_tail, tails);
    sg_suite_add("a key's end in the window changes nothing", test_a_keys_end, NULL);
    sg_suite_add("what is not expected at all is impossible", test_tail_of_nothing, NULL);
    sg_suite_add("planted rings are found, whole and apart", test_rings, NULL);
    sg_suite_add("rings whose accounts write often are found, too", test_often, NULL);
    sg_suite_add("an honest market has no ring", test_honest, NULL);
    sg_suite_add("where routing is off nobody is flagged for working much", test_busy, NULL);
    sg_suite_add("whoever is flagged is told with whom he shares customers", test_pairs, NULL);
    sg_suite_add("only the window counts", test_window, NULL);
    sg_suite_add("two agents alone in a queue are no evidence", test_thin, NULL);
    sg_suite_add("no event at all", test_nothing, NULL);
    return sg_suite_run("analysis");
}
