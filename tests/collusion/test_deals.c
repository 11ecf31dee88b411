/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_deals.c - events become tickets, whatever their order, and tickets a routing.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "collusion/coservice.h"
#include "collusion/deals.h"
#include "collusion/numbering.h"
#include "collusion/routing.h"

#include "../lib/alloc_fail.h"
#include "../lib/suite.h"

enum { HOUR = 3600000 };
static const uint64_t t0 = 1767225600000;

/* --- numbering --- */

static void test_numbering(void **state)
{
    struct sg_numbering numbering;
    uint32_t number;
    (void)state;
    assert_int_equal(sg_numbering_init(&numbering), SCRUBGATE_OK);
    assert_int_equal(sg_numbering_find(&numbering, 5), UINT32_MAX);
    for (uint64_t i = 0; i < 5000; i++) {
        assert_int_equal(sg_numbering_add(&numbering, i << 40, &number), SCRUBGATE_OK);
        assert_int_equal(number, i);
        assert_int_equal(sg_numbering_add(&numbering, 0, &number), SCRUBGATE_OK);
        assert_int_equal(number, 0);
    }
    for (uint64_t i = 0; i < 5000; i++)
        assert_int_equal(sg_numbering_find(&numbering, i << 40), i);
    assert_int_equal(sg_numbering_find(&numbering, 1), UINT32_MAX);
    sg_numbering_fini(&numbering);
}

/* --- joining --- */

#define WORD(literal)                                                                              \
    {                                                                                              \
        (const uint8_t *)(literal), sizeof(literal) - 1                                            \
    }

static const struct sg_collusion_event story[] = {
    {.time_ms = t0 + 1000,
     .event = WORD("open"),
     .brand = WORD("a"),
     .queue = WORD("q"),
     .ticket = 7,
     .customer = 1,
     .network = 11,
     .device = 12,
     .content = 13,
     .identities = {14, 15},
     .n_identities = 2},
    {.time_ms = t0 + 2000,
     .event = WORD("assign"),
     .brand = WORD("a"),
     .queue = WORD("q"),
     .ticket = 7,
     .customer = 1,
     .agent = 2},
    {.time_ms = t0 + 9000,
     .event = WORD("resolve"),
     .brand = WORD("a"),
     .queue = WORD("q"),
     .ticket = 7,
     .customer = 1,
     .agent = 2,
     .network = 21,
     .device = 22,
     .handle_ms = 7000},
};

static const struct order {
    const char *name;
    int at[4];
} orders[] = {
    {"in order", {0, 1, 2, -1}},
    {"backwards", {2, 1, 0, -1}},
    {"with one that comes twice", {1, 0, 2, 1}},
};

static void test_join(void **state)
{
    const struct order *order = *state;
    struct sg_deals deals;
    assert_int_equal(sg_deals_init(&deals), SCRUBGATE_OK);
    for (int i = 0; i < 4 && order->at[i] >= 0; i++)
        assert_int_equal(sg_deals_add(&deals, &story[order->at[i]]), SCRUBGATE_OK);
    sg_deals_finish(&deals, 0);
    assert_int_equal(deals.n, 1);
    const struct sg_deal *deal = &deals.list[0];
    assert_int_equal(deal->open_ms, t0 + 1000);
    assert_int_equal(deal->assign_ms, t0 + 2000);
    assert_int_equal(deal->resolve_ms, t0 + 9000);
    assert_int_equal(deal->network, 11);
    assert_int_equal(deal->device, 12);
    assert_int_equal(deal->content, 13);
    assert_int_equal(deal->identities[0], 14);
    assert_int_equal(deal->identities[1], 15);
    assert_int_equal(deal->identities[2], 0);
    assert_int_equal(deal->agent_network, 21);
    assert_int_equal(deal->agent_device, 22);
    assert_int_equal(deal->handle_ms, 7000);
    assert_int_equal(deals.customers.n, 1);
    assert_int_equal(deals.agents.n, 1);
    assert_int_equal(deals.lone, 0);
    sg_deals_fini(&deals);
}

static void test_lone(void **state)
{
    struct sg_deals deals;
    (void)state;
    assert_int_equal(sg_deals_init(&deals), SCRUBGATE_OK);
    assert_int_equal(sg_deals_add(&deals, &story[0]), SCRUBGATE_OK);
    struct sg_collusion_event nameless = story[1];
    nameless.ticket = 0;
    assert_int_equal(sg_deals_add(&deals, &nameless), SCRUBGATE_OK);
    assert_int_equal(sg_deals_add(&deals, &nameless), SCRUBGATE_OK);
    sg_deals_finish(&deals, 0);
    assert_int_equal(deals.n, 2); /* each event without a ticket is one */
    assert_int_equal(deals.lone, 1);
    sg_deals_fini(&deals);
}

/* --- a key's end --- */

/* The story again, its resolve after a new key has come: ten added to each id. Then a ticket that
 * knows the new key alone, and one under a third. */
static struct sg_collusion_event rekeyed(size_t i)
{
    struct sg_collusion_event event = story[i];
    event.was = (struct sg_collusion_was){.ticket = event.ticket,
                                          .customer = event.customer,
                                          .network = event.network,
                                          .device = event.device,
                                          .identities = {event.identities[0], event.identities[1]},
                                          .n_identities = event.n_identities};
    event.ticket += 1000;
    event.customer += 1000;
    event.network += event.network == 0 ? 0 : 1000;
    event.device += event.device == 0 ? 0 : 1000;
    for (size_t k = 0; k < event.n_identities; k++)
        event.identities[k] += 1000;
    return event;
}

static void make_crossing(struct sg_collusion_event events[5])
{
    events[0] = story[0];
    events[1] = story[1];
    events[2] = rekeyed(2);
    events[3] = rekeyed(0);
    events[3].ticket = 8;
    events[3].was.ticket = 0;
    events[3].agent = 3;
    events[4] = (struct sg_collusion_event){.time_ms = t0 + 20000,
                                            .event = WORD("message"),
                                            .by_agent = true,
                                            .ticket = 9,
                                            .customer = 2001,
                                            .agent = 2,
                                            .network = 2021,
                                            .was = {.customer = 1001, .network = 1021}};
}

static const struct crossing {
    const char *name;
    int at[5];
} crossings[] = {
    {"over two new keys, in order", {0, 1, 2, 3, 4}},
    {"over two new keys, backwards", {4, 3, 2, 1, 0}},
    {"over two new keys, the new first", {2, 4, 0, 3, 1}},
};

static void test_crossing(void **state)
{
    const struct crossing *crossing = *state;
    struct sg_collusion_event events[5];
    struct sg_deals deals;
    make_crossing(events);
    assert_int_equal(sg_deals_init(&deals), SCRUBGATE_OK);
    for (int i = 0; i < 5; i++)
        assert_int_equal(sg_deals_add(&deals, &events[crossing->at[i]]), SCRUBGATE_OK);
    sg_deals_finish(&deals, 0);
    assert_int_equal(deals.n, 3);
    assert_int_equal(deals.lone, 0);
    uint32_t customer = sg_numbering_find(&deals.customers, 2001);
    for (size_t i = 0; i < deals.n; i++) {
        const struct sg_deal *deal = &deals.list[i];
        const bool story_deal = deal->ticket == 1007;
        assert_int_equal(deal->customer, customer);
        if (deal->ticket == 9) {
            assert_int_equal(deal->network, 0); /* the agent's */
            assert_int_equal(deal->agent_network, 2021);
            continue;
        }
        assert_true(story_deal || deal->ticket == 8);
        assert_int_equal(deal->network, 1011);
        assert_int_equal(deal->device, 1012);
        assert_int_equal(deal->identities[0], 1014);
        assert_int_equal(deal->identities[1], 1015);
        assert_int_equal(deal->identities[2], 0);
        assert_int_equal(deal->agent_network, story_deal ? 2021 : 0);
        assert_int_equal(deal->handle_ms, story_deal ? 7000 : 0);
        assert_int_equal(deal->open_ms, t0 + 1000);
        assert_int_equal(deal->resolve_ms, story_deal ? t0 + 9000 : 0);
    }
    sg_deals_fini(&deals);
}

/* Ids that an event takes for each other across what they are of: nothing is lost, nothing is read
 * that is not there. */
static void test_confused_aliases(void **state)
{
    struct sg_deals deals;
    struct sg_collusion_event event = story[1];
    (void)state;
    assert_int_equal(sg_deals_init(&deals), SCRUBGATE_OK);
    event.network = 99;
    event.was = (struct sg_collusion_was){.ticket = 99, .customer = 7, .network = 1};
    assert_int_equal(sg_deals_add(&deals, &event), SCRUBGATE_OK);
    event.ticket = event.customer = 99;
    event.was = (struct sg_collusion_was){.ticket = 7, .customer = 99, .network = 7};
    assert_int_equal(sg_deals_add(&deals, &event), SCRUBGATE_OK);
    sg_deals_finish(&deals, 0);
    assert_true(deals.n >= 1 && deals.n <= 2 && deals.lone == 0);
    sg_deals_fini(&deals);
}

/* --- routing and co-service, by hand --- */

static void deal(struct sg_deals *deals, uint64_t ticket, uint64_t ms, uint64_t customer,
                 uint64_t agent, const char *queue)
{
    const struct sg_collusion_event event = {.time_ms = ms,
                                             .event = sg_bytes_of("message"),
                                             .queue = sg_bytes_of(queue),
                                             .ticket = ticket,
                                             .customer = customer,
                                             .agent = agent};
    assert_int_equal(sg_deals_add(deals, &event), SCRUBGATE_OK);
}

/* Agent 1 takes three tickets while agent 2 takes one; agent 3 works on another day, agent 4 in
 * another queue. */
static void make_shifts(struct sg_deals *deals)
{
    assert_int_equal(sg_deals_init(deals), SCRUBGATE_OK);
    deal(deals, 1, t0, 101, 1, "q");
    deal(deals, 2, t0, 102, 2, "q");
    deal(deals, 3, t0 + 1, 103, 1, "q");
    deal(deals, 4, t0 + 2, 104, 1, "q");
    deal(deals, 5, t0 + 24 * (uint64_t)HOUR, 101, 3, "q");
    deal(deals, 6, t0, 105, 4, "other");
    sg_deals_finish(deals, 0);
}

static void test_shares(void **state)
{
    struct sg_deals deals;
    struct sg_routing routing;
    (void)state;
    make_shifts(&deals);
    assert_int_equal(sg_routing_init(&routing, &deals), SCRUBGATE_OK);
    for (size_t i = 0; i < deals.n; i++) {
        const struct sg_deal *at = &deals.list[i];
        const double p[4] = {sg_routing_p(&routing, at, sg_numbering_find(&deals.agents, 1)),
                             sg_routing_p(&routing, at, sg_numbering_find(&deals.agents, 2)),
                             sg_routing_p(&routing, at, sg_numbering_find(&deals.agents, 3)),
                             sg_routing_p(&routing, at, sg_numbering_find(&deals.agents, 4))};
        static const double first[4] = {0.75, 0.25, 0, 0}, later[4] = {0, 0, 1, 0},
                            other[4] = {0, 0, 0, 1};
        const double *want = at->ticket == 5 ? later : at->ticket == 6 ? other : first;
        for (int a = 0; a < 4; a++)
            assert_true(fabs(p[a] - want[a]) < 1e-6);
    }
    sg_routing_fini(&routing);
    sg_deals_fini(&deals);
}

/* What one customer brings does not make an agent look quick: of five agents with twenty customers
 * each one has a friend with thirty tickets, of whom routing explains a fifth. */
static void test_rate_is_capped(void **state)
{
    struct sg_deals deals;
    struct sg_routing routing;
    (void)state;
    assert_int_equal(sg_deals_init(&deals), SCRUBGATE_OK);
    for (uint64_t i = 0; i < 30; i++)
        deal(&deals, 1 + i, t0 + i, 100, 1, "q");
    for (uint64_t i = 0; i < 100; i++)
        deal(&deals, 50 + i, t0 + i, 200 + i, 1 + i % 5, "q");
    sg_deals_finish(&deals, 0);
    assert_int_equal(sg_routing_init(&routing, &deals), SCRUBGATE_OK);
    const double p = sg_routing_p(&routing, &deals.list[0], sg_numbering_find(&deals.agents, 1));
    assert_true(p > 0.2 && p < 0.26); /* 50 of 130 would be 0.38 */
    sg_routing_fini(&routing);
    sg_deals_fini(&deals);
}

/* One customer with two tickets, one for each of two agents who share the queue evenly. */
static void test_coservice(void **state)
{
    struct sg_deals deals;
    struct sg_routing routing;
    struct sg_coservice co;
    (void)state;
    assert_int_equal(sg_deals_init(&deals), SCRUBGATE_OK);
    deal(&deals, 1, t0, 9, 1, "q");
    deal(&deals, 2, t0 + 1, 9, 2, "q");
    deal(&deals, 3, t0 + 2, 10, 1, "q");
    deal(&deals, 4, t0 + 3, 11, 2, "q");
    sg_deals_finish(&deals, 0);
    assert_int_equal(sg_routing_init(&routing, &deals), SCRUBGATE_OK);
    assert_int_equal(
        sg_coservice_init(&co, &deals, &routing, &(struct sg_coservice_config){.tickets_most = 10}),
        SCRUBGATE_OK);
    assert_int_equal(co.n, 2);
    /* Weight 1; two ordered pairs, each a half times a half on every cell. */
    const double obs[4] = {0, 1, 1, 0}, exp = 0.5, var = 0.5;
    for (int i = 0; i < 4; i++)
        assert_true(fabs(co.obs[i] - obs[i]) < 1e-6);
    assert_true(fabs(co.exp[1] - exp) < 1e-6 && fabs(co.exp[2] - exp) < 1e-6);
    assert_true(fabs(co.var[1] - var) < 1e-6);
    assert_true(fabs(co.z[1] - (1 - exp) / sqrt(var + 0.25)) < 1e-6);
    sg_coservice_fini(&co);
    /* Of customers first seen later there is none. */
    assert_int_equal(sg_coservice_init(&co, &deals, &routing,
                                       &(struct sg_coservice_config){.tickets_most = 10,
                                                                     .first_seen_ms = t0 + 1}),
                     SCRUBGATE_OK);
    for (int i = 0; i < 4; i++)
        assert_true(co.obs[i] == 0 && co.exp[i] == 0);
    sg_coservice_fini(&co);
    /* And one with more tickets than count is left out. */
    assert_int_equal(
        sg_coservice_init(&co, &deals, &routing, &(struct sg_coservice_config){.tickets_most = 1}),
        SCRUBGATE_OK);
    assert_true(co.obs[1] == 0);
    sg_coservice_fini(&co);
    sg_routing_fini(&routing);
    sg_deals_fini(&deals);
}

static enum scrubgate_status all_of_it(void *ctx)
{
    struct sg_deals deals;
    struct sg_routing routing;
    struct sg_coservice co;
    (void)ctx;
    enum scrubgate_status rc = sg_deals_init(&deals);
    for (int i = 0; i < 3 && rc >= 0; i++)
        rc = sg_deals_add(&deals, &story[i]);
    const struct sg_collusion_event again = rekeyed(2);
    if (rc >= 0)
        rc = sg_deals_add(&deals, &again);
    if (rc >= 0) {
        sg_deals_finish(&deals, 0);
        rc = sg_routing_init(&routing, &deals);
    }
    if (rc >= 0) {
        rc = sg_coservice_init(&co, &deals, &routing,
                               &(struct sg_coservice_config){.tickets_most = 10});
        if (rc >= 0)
            sg_coservice_fini(&co);
        sg_routing_fini(&routing);
    }
    sg_deals_fini(&deals);
    return rc;
}

static void test_out_of_memory(void **state)
{
    (void)state;
    assert_true(sg_alloc_fail_each(all_of_it, NULL) > 0);
}

static void test_nothing(void **state)
{
    struct sg_deals deals;
    struct sg_routing routing;
    struct sg_coservice co;
    (void)state;
    assert_int_equal(sg_deals_init(&deals), SCRUBGATE_OK);
    sg_deals_finish(&deals, 0);
    assert_int_equal(sg_routing_init(&routing, &deals), SCRUBGATE_OK);
    assert_int_equal(
        sg_coservice_init(&co, &deals, &routing, &(struct sg_coservice_config){.tickets_most = 10}),
        SCRUBGATE_OK);
    assert_int_equal(co.n, 0);
    sg_coservice_fini(&co);
    sg_routing_fini(&routing);
    sg_deals_fini(&deals);
}

int main(void)
{
    sg_suite_add("ids are numbered as they come", test_numbering, NULL);
    SG_SUITE_ROWS(test_join, orders);
    sg_suite_add("a ticket that nobody took is told, one without a name counts", test_lone, NULL);
    SG_SUITE_ROWS(test_crossing, crossings);
    sg_suite_add("ids that are taken for each other lose nothing", test_confused_aliases, NULL);
    sg_suite_add("who is on duty shares by rate", test_shares, NULL);
    sg_suite_add("one customer's many tickets do not raise a rate", test_rate_is_capped, NULL);
    sg_suite_add("co-service of one customer, by hand", test_coservice, NULL);
    sg_suite_add("no event at all", test_nothing, NULL);
    sg_suite_add("out of memory is an answer", test_out_of_memory, NULL);
    return sg_suite_run("deals");
}
