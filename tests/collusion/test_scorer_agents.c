/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_scorer_agents.c - what an agent's tickets come to: rings' agents stand out, nobody else.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "collusion/philox.h"
#include "collusion/scorer.h"

#include "../lib/suite.h"

enum { MINUTE = 60000, AGENTS = 20, RING_AGENT = 3, OTHER = 7 };
static const uint64_t t0 = 1767225600000, day = 86400000;
static const struct sg_scorer_config config = {.key = {4, 5, 6}};

/* A market of honest work, ten tickets an hour, into which plots are put. */
struct market {
    struct sg_scorer *scorer;
    struct sg_philox random;
    uint64_t ms, ticket;
};

static void open_market(struct market *market)
{
    *market = (struct market){.ms = t0};
    sg_philox_init(&market->random, 11, 1, 1);
    assert_int_equal(sg_scorer_new(&market->scorer, &config), SCRUBGATE_OK);
}

static struct sg_risk feed(struct market *market, struct sg_collusion_event event)
{
    struct sg_risk risk;
    event.time_ms = market->ms;
    event.event = SG_BYTES("message");
    event.brand = SG_BYTES("b");
    event.queue = SG_BYTES("q");
    event.ticket = ++market->ticket;
    sg_scorer_feed(market->scorer, &event, &risk);
    return risk;
}

static void honest(struct market *market, double days)
{
    const uint64_t end = market->ms + (uint64_t)(days * (double)day);
    for (; market->ms < end; market->ms += 6 * (uint64_t)MINUTE)
        (void)feed(market, (struct sg_collusion_event){
                               .customer = 1000 + sg_philox_below(&market->random, 3000),
                               .agent = 1 + sg_philox_below(&market->random, AGENTS),
                               .network = 1 + sg_philox_below(&market->random, 500),
                               .content = sg_philox_u64(&market->random)});
}

/* One of a ring's tickets: six accounts behind one network. */
static struct sg_risk ring(struct market *market, uint64_t agent)
{
    return feed(market, (struct sg_collusion_event){.customer = 100 + market->ticket % 6,
                                                    .agent = agent,
                                                    .network = 777777,
                                                    .content = sg_philox_u64(&market->random)});
}

static struct sg_agent_standing standing(const struct market *market, uint64_t agent)
{
    struct sg_agent_standing found;
    sg_scorer_agent(market->scorer, agent, &found);
    return found;
}

static unsigned flagged(const struct market *market)
{
    unsigned n = 0;
    for (uint64_t agent = 1; agent <= AGENTS; agent++)
        n += standing(market, agent).flagged;
    return n;
}

static void test_flagged(void **state)
{
    struct market market;
    struct sg_risk risk = {.n = 0};
    uint64_t since = 0;
    (void)state;
    open_market(&market);
    honest(&market, 10);
    assert_int_equal(flagged(&market), 0);
    for (unsigned i = 0; i < 20; i++) {
        honest(&market, 0.25);
        risk = ring(&market, RING_AGENT);
        if (risk.flagged && since == 0)
            since = market.ms;
    }
    assert_true(risk.flagged && risk.agent >= standing(&market, RING_AGENT).threshold);
    assert_true(standing(&market, RING_AGENT).since_ms == since);
    assert_int_equal(flagged(&market), 1);
    /* It is held while the score falls, and taken back at a half. */
    const double left =
        standing(&market, RING_AGENT).score / standing(&market, RING_AGENT).threshold;
    honest(&market, 14 * (log2(left) + 0.5));
    assert_true(standing(&market, RING_AGENT).score < standing(&market, RING_AGENT).threshold);
    assert_true(standing(&market, RING_AGENT).flagged);
    honest(&market, 14);
    assert_false(standing(&market, RING_AGENT).flagged);
    sg_scorer_free(market.scorer);
}

static void test_one_ticket(void **state)
{
    struct market market;
    (void)state;
    open_market(&market);
    honest(&market, 10);
    for (unsigned i = 0; i < 12; i++)
        (void)ring(&market, 0); /* nobody has taken them: nobody is to blame */
    assert_int_equal(flagged(&market), 0);
    for (unsigned i = 0; i < 30; i++) {
        honest(&market, 0.1);
        (void)ring(&market, RING_AGENT);
    }
    /* Routing gives one of the ring's tickets to somebody: it is odd, and he is not. */
    const struct sg_risk risk = ring(&market, OTHER);
    assert_true(risk.total > 5);
    assert_false(risk.flagged);
    assert_true(standing(&market, OTHER).score < 0.5);
    sg_scorer_free(market.scorer);
}

static void test_crowd(void **state)
{
    struct market market;
    (void)state;
    open_market(&market);
    assert_true(standing(&market, 1).known == false);
    honest(&market, 10);
    const double before = standing(&market, 1).threshold;
    /* Every agent has customers of its own who come back on purpose: that is how it is here. */
    for (unsigned i = 0; i < 2000; i++) {
        honest(&market, 0.02);
        const uint64_t agent = 1 + i % AGENTS;
        (void)feed(&market, (struct sg_collusion_event){
                                .customer = 50000 + agent * 4 + i / AGENTS % 4, .agent = agent});
    }
    assert_true(standing(&market, 1).score > before);
    assert_true(standing(&market, 1).threshold > 2 * before);
    honest(&market, 1);
    assert_int_equal(flagged(&market), 0);
    assert_false(standing(&market, 0).known);
    assert_false(standing(&market, 4711).known);
    sg_scorer_free(market.scorer);
}

static void test_merged(void **state)
{
    struct market left, right;
    (void)state;
    open_market(&left);
    open_market(&right);
    honest(&left, 10);
    honest(&right, 10);
    for (unsigned i = 0; i < 16; i++) {
        honest(&left, 0.1);
        honest(&right, 0.1);
        (void)ring(&left, RING_AGENT);
        (void)ring(&right, RING_AGENT);
    }
    const double both = standing(&left, RING_AGENT).score + standing(&right, RING_AGENT).score;
    assert_int_equal(sg_scorer_merge(left.scorer, right.scorer), SCRUBGATE_OK);
    assert_true(fabs(standing(&left, RING_AGENT).score - both) < 1e-9 * both);
    assert_true(standing(&left, RING_AGENT).flagged);
    sg_scorer_free(left.scorer);
    sg_scorer_free(right.scorer);
}

int main(void)
{
    sg_suite_add("a ring's agent is flagged, for as long as its score is up", test_flagged, NULL);
    sg_suite_add("one who gets a ring's ticket by accident is not", test_one_ticket, NULL);
    sg_suite_add("where everybody is odd, odd is usual", test_crowd, NULL);
    sg_suite_add("two shards' scores of an agent add up", test_merged, NULL);
    return sg_suite_run("scorer_agents");
}
