/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_sim.c - the simulated market is as its params say, and says the truth about itself.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/digest.h"
#include "collusion/sim.h"

#include "../lib/suite.h"

enum { SEED = 7 };

static struct sg_sim *make(unsigned level, const char *changes, uint64_t seed)
{
    struct sg_sim_params params;
    struct sg_sim *sim;
    sg_sim_params_init(&params, level);
    assert_int_equal(sg_sim_params_read(&params, "changes", sg_bytes_of(changes), NULL),
                     SCRUBGATE_OK);
    assert_int_equal(sg_sim_new(&sim, &params, seed), SCRUBGATE_OK);
    return sim;
}

#define SMALL "days: 20\ntickets_a_day: 400\ncustomers: 4000\nagents: 100\nsmall_customers: 50\n"

static enum scrubgate_status gather(void *ctx, const struct sg_buf *text)
{
    return sg_buf_add(ctx, text->data, text->len);
}

static struct sg_buf events(const struct sg_sim *sim)
{
    struct sg_buf text = {0};
    assert_int_equal(sg_sim_events(sim, gather, &text), SCRUBGATE_OK);
    return text;
}

static void test_same(void **state)
{
    (void)state;
    struct sg_sim *sims[] = {make(2, SMALL, SEED), make(2, SMALL, SEED), make(2, SMALL, SEED + 1)};
    struct sg_buf texts[3];
    for (int i = 0; i < 3; i++)
        texts[i] = events(sims[i]);
    assert_int_equal(texts[0].len, texts[1].len);
    assert_memory_equal(texts[0].data, texts[1].data, texts[0].len);
    assert_false(texts[0].len == texts[2].len &&
                 memcmp(texts[0].data, texts[2].data, texts[0].len) == 0);
    for (int i = 0; i < 3; i++) {
        sg_buf_fini(&texts[i]);
        sg_sim_free(sims[i]);
    }
}

/* --- shares of the honest market --- */

static double share_of(const struct sg_sim *sim,
                       bool (*holds)(const struct sg_sim *, const struct sg_sim_ticket *))
{
    size_t n = 0;
    for (size_t i = 0; i < sim->n_tickets; i++)
        n += holds(sim, &sim->tickets[i]);
    return (double)n / (double)sim->n_tickets;
}

static bool has_identity(const struct sg_sim *sim, const struct sg_sim_ticket *ticket)
{
    (void)sim;
    return ticket->identity != 0;
}
static bool keeps_device(const struct sg_sim *sim, const struct sg_sim_ticket *ticket)
{
    return ticket->device == sim->customers[ticket->customer].device;
}
static bool keeps_network(const struct sg_sim *sim, const struct sg_sim_ticket *ticket)
{
    return ticket->network == sim->customers[ticket->customer].network;
}
static bool is_near_its_hour(const struct sg_sim *sim, const struct sg_sim_ticket *ticket)
{
    const uint64_t minute = (ticket->open_ms - sim->params.begin_ms) / 60000 % 1440;
    const uint64_t apart = (minute + 1440 - sim->customers[ticket->customer].minute) % 1440;
    return apart <= 120 || apart >= 1320;
}
static bool is_on_shift(const struct sg_sim *sim, const struct sg_sim_ticket *ticket)
{
    const struct sg_sim_agent *agent = &sim->agents[ticket->agent];
    const struct sg_sim_customer *customer = &sim->customers[ticket->customer];
    return agent->small == customer->small &&
           (agent->brand == customer->brand || agent->second == customer->brand);
}

static const struct share {
    const char *name;
    bool (*holds)(const struct sg_sim *, const struct sg_sim_ticket *);
    double want, within;
} shares[] = {
    {"two fifths of the tickets have an identity in their text", has_identity, 0.40, 0.02},
    /* 0.9, and now and then the other device is of the same class */
    {"nine tenths come from the customer's device", keeps_device, 0.905, 0.02},
    /* 0.7, and now and then the prefix of many is the customer's own */
    {"seven tenths come from the customer's network", keeps_network, 0.71, 0.025},
    /* 0.6, a sixth of the rest, and what comes again comes at any hour: the chains' own share */
    {"most come near the customer's hour", is_near_its_hour, 0.58, 0.04},
    {"all go to an agent who serves that queue", is_on_shift, 1, 0},
};

static void test_share(void **state)
{
    const struct share *share = *state;
    struct sg_sim *sim = make(0, SMALL "rings: 0\n", SEED);
    assert_true(fabs(share_of(sim, share->holds) - share->want) <= share->within);
    sg_sim_free(sim);
}

static void test_volume(void **state)
{
    (void)state;
    struct sg_sim *sim = make(0, SMALL "rings: 0\nsurges: 0\n", SEED);
    const double want = 20 * 400;
    assert_true(fabs((double)sim->n_tickets - want) < 0.05 * want);
    for (size_t i = 1; i < sim->n_tickets; i++)
        assert_true(sim->tickets[i - 1].open_ms <= sim->tickets[i].open_ms);
    sg_sim_free(sim);
}

/* --- rings --- */

static const struct ring_row {
    const char *name;
    unsigned level;
} ring_rows[] = {{"rings of level 0", 0},
                 {"rings of level 1", 1},
                 {"rings of level 2", 2},
                 {"rings of level 3", 3},
                 {"rings of level 4", 4}};

static void test_rings(void **state)
{
    const struct ring_row *row = *state;
    struct sg_sim *sim = make(row->level, "", SEED);
    const struct sg_sim_ring *ring = &sim->params.ring;
    size_t agents = 0, accounts = 0, own = 0, taken = 0;
    for (size_t i = 0; i < sim->n_agents; i++)
        agents += sim->agents[i].ring != SG_SIM_NONE;
    for (size_t i = 0; i < sim->n_customers; i++)
        accounts += sim->customers[i].ring != SG_SIM_NONE;
    for (size_t i = 0; i < sim->n_tickets; i++) {
        const struct sg_sim_ticket *ticket = &sim->tickets[i];
        if (ticket->ring == SG_SIM_NONE)
            continue;
        assert_int_equal(sim->customers[ticket->customer].ring, ticket->ring);
        own++;
        taken += sim->agents[ticket->agent].ring == ticket->ring;
    }
    assert_int_equal(agents, sim->params.rings * ring->agents);
    assert_int_equal(accounts, sim->params.rings * ring->accounts);
    const double want = (double)accounts * ring->rate * ring->days;
    assert_true(fabs((double)own - want) < 5 * sqrt(want));
    /* Routed by chance some of the rest come to the ring too. */
    assert_true((double)taken / (double)own > ring->claim - 0.04);
    assert_true((double)taken / (double)own < ring->claim + 0.08);
    sg_sim_free(sim);
}

/* --- what is written --- */

static size_t count(const struct sg_buf *text, const char *word)
{
    size_t n = 0;
    for (const char *at = (const char *)text->data; (at = strstr(at, word)) != NULL; at++)
        n++;
    return n;
}

static void test_written(void **state)
{
    struct sg_buf truth = {0};
    (void)state;
    struct sg_sim *sim = make(1, SMALL, SEED);
    struct sg_buf text = events(sim);
    assert_int_equal(sg_sim_truth(sim, gather, &truth), SCRUBGATE_OK);
    assert_true(sg_buf_add_byte(&text, '\0') >= 0 && sg_buf_add_byte(&truth, '\0') >= 0);
    assert_int_equal(count(&text, "\"event\":\"open\""), sim->n_tickets);
    assert_int_equal(count(&text, "\"event\":\"assign\""), sim->n_tickets);
    assert_int_equal(count(&text, "\"handle_ms\":"), sim->n_tickets);
    assert_int_equal(count(&truth, "{\"agent\":"), sim->n_agents);
    assert_int_equal(count(&truth, "{\"customer\":"), sim->n_customers);
    assert_int_equal(count(&truth, "{\"ticket\":"), sim->n_tickets);
    const size_t members =
        sim->params.rings * (sim->params.ring.agents + sim->params.ring.accounts);
    size_t own = 0;
    for (size_t i = 0; i < sim->n_tickets; i++)
        own += sim->tickets[i].ring != SG_SIM_NONE;
    assert_int_equal(count(&truth, "\"ring\":null}") + members + own,
                     sim->n_agents + sim->n_customers + sim->n_tickets);
    sg_buf_fini(&text);
    sg_buf_fini(&truth);
    sg_sim_free(sim);
}

static enum scrubgate_status refuse(void *ctx, const struct sg_buf *text)
{
    (void)ctx;
    (void)text;
    return SCRUBGATE_EIO;
}

static void test_full_disk(void **state)
{
    (void)state;
    struct sg_sim *sim = make(1, SMALL, SEED);
    assert_int_equal(sg_sim_events(sim, refuse, NULL), SCRUBGATE_EIO);
    assert_int_equal(sg_sim_truth(sim, refuse, NULL), SCRUBGATE_EIO);
    sg_sim_free(sim);
}

/* --- params that are refused --- */

static const struct bad {
    const char *name, *text, *says;
    unsigned line, column;
} bads[] = {
    {"an unknown key", "dais: 3\n", "days", 1, 1},
    {"no day at all", "days: 0\n", "days", 1, 7},
    {"a share over one", "\nidentity: 1.5\n", "identity must be a number from 0 to 1", 2, 11},
    {"a word for a number", "text: many\n", "text must be a number", 1, 7},
    {"not a number", "text: nan\n", "text must be a number", 1, 7},
    {"a ring that is no mapping", "ring: 3\n", "key: value pairs", 1, 7},
    {"shares over one together", "ring: {ip_agent: 0.9, ip_pool: 0.9}\n", "not be over 1 together",
     1, 1},
    {"more ring agents than the rest", "rings: 200\n", "more than half", 1, 1},
    {"a small queue as large as its brand", "customers: 1000\n", "small_customers", 1, 1},
    {"shifts that end before they begin", "shift_least: 10\n", "shift_least", 1, 1},
    {"too few agents", "agents: 20\n", "agents must be", 1, 1},
};

static void test_bad(void **state)
{
    const struct bad *bad = *state;
    struct scrubgate_fault fault = {.what = ""};
    struct sg_sim_params params;
    sg_sim_params_init(&params, 2);
    assert_int_equal(sg_sim_params_read(&params, "p.yaml", sg_bytes_of(bad->text), &fault),
                     SCRUBGATE_EINVAL);
    assert_non_null(strstr(fault.what, bad->says));
    assert_int_equal(fault.line, bad->line);
    assert_int_equal(fault.column, bad->column);
}

int main(void)
{
    sg_suite_add("the same seed makes the same market, another one another", test_same, NULL);
    sg_suite_add("as many tickets as asked for, by time", test_volume, NULL);
    SG_SUITE_ROWS(test_share, shares);
    SG_SUITE_ROWS(test_rings, ring_rows);
    sg_suite_add("events and truth tell of everybody", test_written, NULL);
    sg_suite_add("a full disk ends the writing", test_full_disk, NULL);
    SG_SUITE_ROWS(test_bad, bads);
    return sg_suite_run("sim");
}
