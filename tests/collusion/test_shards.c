/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_shards.c - two gateways that each saw a part of a market, merged, judge what comes next as
 * one does that has seen it all.
 *
 *     events ─┬─> one ────────────────────────────────────┬─> each later ticket: two risks
 *             ├─> left, of some ──┐                       │
 *             └─> right, of others ┴─> merged ─> the rest ┘
 *
 * The score error is the mean difference of risks. That a weight differs at all is no fault: until
 * they are merged each shard learns from half of the tickets how quick agents are.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "collusion/event_read.h"
#include "collusion/philox.h"
#include "collusion/scorer.h"
#include "collusion/sim.h"

#include "../lib/suite.h"

#define WORLD                                                                                      \
    "days: 16\ntickets_a_day: 500\ncustomers: 3500\nagents: 110\nsmall_customers: 60\nsurges: 2\n" \
    "ring: {days: 16}\n"

static const uint64_t apart_days = 10;
static const struct sg_scorer_config config = {.key = {7, 8, 9}};

enum split { BY_CUSTOMER, BY_TICKET, NOT_AT_ALL };

struct row {
    const char *name;
    unsigned level;
    enum split split;
};
static const struct row rows[] = {
    {"shards by customer, rings of L0", 0, BY_CUSTOMER},
    {"shards by customer, rings of L1", 1, BY_CUSTOMER},
    {"shards by customer, rings of L2", 2, BY_CUSTOMER},
    {"shards by ticket, rings of L0", 0, BY_TICKET},
    {"shards by ticket, rings of L1", 1, BY_TICKET},
    {"shards by ticket, rings of L2", 2, BY_TICKET},
    {"a shard that has seen nothing adds nothing", 1, NOT_AT_ALL},
};

struct judged {
    double risk[2], total[2]; /* of one, of the merged */
    bool ring;
};

struct market {
    struct sg_sim *sim;
    struct sg_scorer *one, *left, *right;
    bool merged;
    struct judged *judged;
    size_t n;
};

/* --- the two ways --- */

static bool is_right(const struct row *row, const struct sg_collusion_event *event)
{
    return (row->split == BY_CUSTOMER && event->customer % 2 == 1) ||
           (row->split == BY_TICKET && event->ticket % 2 == 1);
}

static bool is_ring(const struct sg_sim *sim, uint64_t ticket)
{
    for (size_t i = 0; i < sim->n_tickets; i++)
        if (sim->tickets[i].id == ticket)
            return sim->tickets[i].ring != SG_SIM_NONE;
    return false;
}

static void take(struct market *market, const struct row *row,
                 const struct sg_collusion_event *event)
{
    struct sg_risk one, other;
    if (!market->merged && event->time_ms >= market->sim->params.begin_ms + apart_days * 86400000) {
        assert_int_equal(sg_scorer_merge(market->left, market->right), SCRUBGATE_OK);
        market->merged = true;
    }
    sg_scorer_feed(market->one, event, &one);
    sg_scorer_feed(!market->merged && is_right(row, event) ? market->right : market->left, event,
                   &other);
    if (!market->merged || !one.fresh || !other.fresh)
        return;
    market->judged[market->n++] = (struct judged){
        {one.risk, other.risk}, {one.total, other.total}, is_ring(market->sim, event->ticket)};
}

static enum scrubgate_status gather(void *ctx, const struct sg_buf *text)
{
    return sg_buf_add(ctx, text->data, text->len);
}

static void run(struct market *market, const struct row *row)
{
    struct sg_sim_params params;
    struct sg_buf text = {0};
    sg_sim_params_init(&params, row->level);
    assert_int_equal(sg_sim_params_read(&params, "world", SG_BYTES(WORLD), NULL), SCRUBGATE_OK);
    assert_int_equal(sg_sim_new(&market->sim, &params, 31), SCRUBGATE_OK);
    assert_int_equal(sg_sim_events(market->sim, gather, &text), SCRUBGATE_OK);
    market->judged = calloc(market->sim->n_tickets, sizeof *market->judged);
    assert_non_null(market->judged);
    struct sg_scorer **const all[] = {&market->one, &market->left, &market->right};
    for (int i = 0; i < 3; i++)
        assert_int_equal(sg_scorer_new(all[i], &config), SCRUBGATE_OK);
    for (struct sg_bytes rest = sg_buf_bytes(&text); rest.len > 0;) {
        const size_t len = sg_bytes_find(rest, '\n');
        struct sg_collusion_event event;
        struct sg_json *json;
        assert_int_equal(
            sg_collusion_event_read(&event, &json, (struct sg_bytes){rest.data, len}, NULL),
            SCRUBGATE_OK);
        take(market, row, &event);
        sg_json_free(json);
        rest = (struct sg_bytes){rest.data + len + 1, rest.len - len - 1};
    }
    sg_buf_fini(&text);
}

static void end(struct market *market)
{
    sg_scorer_free(market->one);
    sg_scorer_free(market->left);
    sg_scorer_free(market->right);
    sg_sim_free(market->sim);
    free(market->judged);
}

/* --- how far apart --- */

/* How often a ring's ticket has more than an honest one. */
static double area(const struct market *market, int which)
{
    double over = 0, pairs = 0;
    for (size_t i = 0; i < market->n; i++)
        for (size_t j = 0; j < market->n && market->judged[i].ring; j++) {
            if (market->judged[j].ring)
                continue;
            const double a = market->judged[i].total[which], b = market->judged[j].total[which];
            over += a > b ? 1 : a == b ? 0.5 : 0;
            pairs++;
        }
    return over / pairs;
}

/* Of all tickets, or of those of rings. */
static double mean_error(const struct market *market, bool rings)
{
    double sum = 0, n = 0;
    for (size_t i = 0; i < market->n; i++) {
        const struct judged *judged = &market->judged[i];
        if (rings && !judged->ring)
            continue;
        sum += fabs(judged->risk[0] - judged->risk[1]);
        n++;
    }
    assert_true(n >= 30);
    return sum / n;
}

static void test_merged(void **state)
{
    const struct row *row = *state;
    /* Of all; of rings, whose tickets are a few in a thousand and often between yes and no. */
    const double most = row->split == NOT_AT_ALL ? 0 : 0.01;
    struct market market = {.n = 0};
    run(&market, row);
    const double all = mean_error(&market, false), rings = mean_error(&market, true);
    const double areas = fabs(area(&market, 0) - area(&market, 1));
    if (all > most || rings > 3 * most || areas > most)
        fail_msg("%zu tickets: risk off by %.4f, of rings by %.4f, AUC by %.4f", market.n, all,
                 rings, areas);
    print_message("%zu tickets: risk off by %.4f, of rings by %.4f, AUC by %.5f\n", market.n, all,
                  rings, areas);
    end(&market);
}

/* --- numbers are a shard's own --- */

enum { AGENTS = 12, MINUTE = 60000 };

static void meet(struct sg_scorer *scorer, uint64_t ms, uint64_t customer, uint64_t agent,
                 struct sg_risk *risk)
{
    const struct sg_collusion_event event = {.time_ms = ms,
                                             .event = SG_BYTES("message"),
                                             .brand = SG_BYTES("b"),
                                             .queue = SG_BYTES("q"),
                                             .ticket = customer << 32 | ms % 0xffffffff,
                                             .customer = customer,
                                             .agent = agent,
                                             .content = 0x0123456789abcdef};
    sg_scorer_feed(scorer, &event, risk);
}

static double weight_of(const struct sg_risk *risk, enum sg_signal signal)
{
    for (size_t i = 0; i < risk->n; i++)
        if (risk->reasons[i].signal == signal)
            return risk->reasons[i].weight;
    return 0;
}

/* Right's busy agent, whom its customer met as often as all do, has there the number that a rare
 * one has in left, whom the customer never met. */
static void test_numbers(void **state)
{
    struct sg_scorer *left, *right;
    struct sg_risk risk;
    struct sg_philox random;
    uint64_t ms = 1767225600000;
    (void)state;
    sg_philox_init(&random, 1, 1, 1);
    assert_int_equal(sg_scorer_new(&left, &config), SCRUBGATE_OK);
    assert_int_equal(sg_scorer_new(&right, &config), SCRUBGATE_OK);
    meet(right, ms, 4999, 1, &risk); /* the first agent of right; the first of left is AGENTS */
    for (unsigned i = 0; i < 60 * AGENTS; i++, ms += MINUTE) {
        meet(left, ms, 1000 + i, AGENTS - i % AGENTS, &risk);
        const bool busy = sg_philox_chance(&random, 0.75);
        meet(right, ms, i % 20 == 0 ? 42 : 5000 + i,
             busy ? 1 : 2 + sg_philox_below(&random, AGENTS - 1), &risk);
    }
    assert_int_equal(sg_scorer_merge(left, right), SCRUBGATE_OK);
    meet(left, ms, 42, AGENTS, &risk);
    assert_true(risk.settled && !risk.thin);
    if (weight_of(&risk, SG_SIGNAL_PAIR) > 1)
        fail_msg("%g", weight_of(&risk, SG_SIGNAL_PAIR));
    sg_scorer_free(left);
    sg_scorer_free(right);
}

/* A text that right's agent heard from others, and nobody else. */
static void test_texts(void **state)
{
    struct sg_scorer *left, *right;
    struct sg_risk risk;
    uint64_t ms = 1767225600000;
    (void)state;
    assert_int_equal(sg_scorer_new(&left, &config), SCRUBGATE_OK);
    assert_int_equal(sg_scorer_new(&right, &config), SCRUBGATE_OK);
    for (unsigned i = 0; i < 40 * AGENTS; i++, ms += MINUTE) {
        struct sg_collusion_event event = {.time_ms = ms,
                                           .event = SG_BYTES("message"),
                                           .queue = SG_BYTES("q"),
                                           .ticket = 1 + i,
                                           .customer = 1000 + i,
                                           .agent = 1 + i % AGENTS};
        event.content = (i + 1) * UINT64_C(0x9e3779b97f4a7c15);
        sg_scorer_feed(left, &event, &risk);
        event.agent = AGENTS - i % AGENTS;
        event.content = event.agent == 3 ? 7 : (i + 1) * UINT64_C(0xbf58476d1ce4e5b9);
        sg_scorer_feed(right, &event, &risk);
    }
    assert_int_equal(sg_scorer_merge(left, right), SCRUBGATE_OK);
    struct sg_collusion_event event = {.time_ms = ms,
                                       .event = SG_BYTES("message"),
                                       .queue = SG_BYTES("q"),
                                       .ticket = 90000,
                                       .customer = 42,
                                       .agent = 3,
                                       .content = 7};
    sg_scorer_feed(left, &event, &risk);
    assert_true(weight_of(&risk, SG_SIGNAL_TEMPLATE) > 3);
    event.ticket = 90001;
    event.agent = AGENTS - 2;
    sg_scorer_feed(left, &event, &risk);
    assert_true(weight_of(&risk, SG_SIGNAL_TEMPLATE) < 1);
    sg_scorer_free(left);
    sg_scorer_free(right);
}

/* What the agent showed to the other shard only. */
static void test_own(void **state)
{
    struct sg_scorer *left, *right;
    struct sg_risk risk;
    uint64_t ms = 1767225600000;
    (void)state;
    assert_int_equal(sg_scorer_new(&left, &config), SCRUBGATE_OK);
    assert_int_equal(sg_scorer_new(&right, &config), SCRUBGATE_OK);
    struct sg_collusion_event event = {.event = SG_BYTES("message"), .queue = SG_BYTES("q")};
    for (unsigned i = 0; i < 40 * AGENTS; i++, ms += MINUTE) {
        event.time_ms = ms;
        event.ticket = 1 + i;
        event.customer = 1000 + i;
        event.agent = 1 + i % AGENTS;
        event.network = 100 + i;
        sg_scorer_feed(left, &event, &risk);
    }
    const struct sg_collusion_event shown = {
        .time_ms = ms, .event = SG_BYTES("resolve"), .ticket = 80000, .agent = 3, .network = 77};
    sg_scorer_feed(right, &shown, &risk);
    assert_int_equal(sg_scorer_merge(left, right), SCRUBGATE_OK);
    event.ticket = 90000;
    event.agent = 3;
    event.network = 77;
    sg_scorer_feed(left, &event, &risk);
    assert_true(weight_of(&risk, SG_SIGNAL_SELF) > 1);
    sg_scorer_free(left);
    sg_scorer_free(right);
}

int main(void)
{
    sg_suite_add("nobody is taken for whom the other shard gave the same number", test_numbers,
                 NULL);
    sg_suite_add("texts that one shard heard are known to both", test_texts, NULL);
    sg_suite_add("what an agent showed to one shard is known to both", test_own, NULL);
    SG_SUITE_ROWS(test_merged, rows);
    return sg_suite_run("shards");
}
