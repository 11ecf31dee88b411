/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_scorer.c - tickets are judged at once, by the past alone, whatever comes.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "collusion/philox.h"
#include "collusion/scorer.h"

#include "../lib/alloc_fail.h"
#include "../lib/suite.h"

enum { MINUTE = 60000, AGENTS = 20 };
static const uint64_t t0 = 1767225600000;
static const struct sg_scorer_config config = {.key = {1, 2, 3}};

static struct sg_scorer *new_scorer(void)
{
    struct sg_scorer *scorer;
    assert_int_equal(sg_scorer_new(&scorer, &config), SCRUBGATE_OK);
    return scorer;
}

/* One ticket in one event, as the gateway sees a message. */
static struct sg_collusion_event message(uint64_t ms, uint64_t customer, uint64_t agent)
{
    return (struct sg_collusion_event){.time_ms = ms,
                                       .event = SG_BYTES("message"),
                                       .brand = SG_BYTES("b"),
                                       .queue = SG_BYTES("q"),
                                       .customer = customer,
                                       .agent = agent};
}

/* Days of honest work: a ticket each minute, from anybody to anybody. Returns when it ends. */
static uint64_t work(struct sg_scorer *scorer, unsigned minutes, double *most)
{
    struct sg_philox random;
    struct sg_risk risk;
    sg_philox_init(&random, 1, 1, 1);
    for (unsigned i = 0; i < minutes; i++) {
        struct sg_collusion_event event =
            message(t0 + (uint64_t)i * MINUTE, 1000 + sg_philox_below(&random, 5000),
                    1 + sg_philox_below(&random, AGENTS));
        event.ticket = 1 + i;
        event.network = 1 + sg_philox_below(&random, 500);
        event.device = 1 + sg_philox_below(&random, 50);
        event.content = sg_philox_u64(&random);
        sg_scorer_feed(scorer, &event, &risk);
        assert_true(risk.settled && risk.fresh);
        if (most != NULL && i > minutes / 2)
            *most = fmax(*most, risk.total);
    }
    return t0 + (uint64_t)minutes * MINUTE;
}

static double weight_of(const struct sg_risk *risk, enum sg_signal signal)
{
    for (size_t i = 0; i < risk->n; i++)
        if (risk->reasons[i].signal == signal)
            return risk->reasons[i].weight;
    return 0;
}

/* --- what is found --- */

struct plot {
    const char *name;
    enum sg_signal signal;
    unsigned customers, agents;
    bool own, network, identity, text;
    double least;
};

static const struct plot plots[] = {
    {"one customer who keeps meeting one agent", SG_SIGNAL_PAIR, 1, 1, 0, 0, 0, 0, 5},
    {"one customer who keeps meeting two agents", SG_SIGNAL_PAIR, 1, 2, 0, 0, 0, 0, 4},
    {"customers from the agent's own network", SG_SIGNAL_SELF, 20, 1, 1, 0, 0, 0, 2},
    {"customers of one network at two agents", SG_SIGNAL_FARM, 20, 2, 0, 1, 0, 0, 5},
    {"customers of one identity at two agents", SG_SIGNAL_FARM, 20, 2, 0, 0, 1, 0, 5},
    {"customers who say the same to one agent", SG_SIGNAL_TEMPLATE, 20, 1, 0, 0, 0, 1, 3},
};

static void test_plot(void **state)
{
    const struct plot *plot = *state;
    struct sg_scorer *scorer = new_scorer();
    struct sg_risk risk = {.n = 0};
    double honest = 0;
    uint64_t ms = work(scorer, 3000, &honest);
    for (uint64_t i = 0; i < 20; i++, ms += 10 * (uint64_t)MINUTE) {
        const uint64_t agent = 1 + i % plot->agents;
        struct sg_collusion_event shown = message(ms, 0, agent);
        shown.event = SG_BYTES("resolve");
        shown.ticket = 900000 + i;
        shown.network = 777777 + agent;
        sg_scorer_feed(scorer, &shown, &risk);
        assert_false(risk.settled);
        struct sg_collusion_event event = message(ms, 100 + i % plot->customers, agent);
        event.ticket = 800000 + i;
        event.network = plot->own ? 777777 + agent : plot->network ? 666666 : 0;
        event.n_identities = plot->identity;
        event.identities[0] = 555555;
        event.content = plot->text ? UINT64_C(0x123456789abcdef) ^ UINT64_C(5) << i : 0;
        sg_scorer_feed(scorer, &event, &risk);
        assert_true(risk.fresh);
    }
    if (weight_of(&risk, plot->signal) < plot->least)
        fail_msg("%g", weight_of(&risk, plot->signal));
    for (size_t i = 1; i < risk.n; i++)
        assert_true(risk.reasons[i].weight <= risk.reasons[i - 1].weight);
    assert_true(risk.risk == sg_scorer_risk(risk.total));
    assert_true(honest < 6);
    sg_scorer_free(scorer);
}

static void test_haste(void **state)
{
    struct sg_scorer *scorer = new_scorer();
    struct sg_risk risk;
    struct sg_philox random;
    (void)state;
    sg_philox_init(&random, 2, 1, 1);
    for (unsigned i = 0; i < 2000; i++) {
        const bool hasty = i % 40 == 39;
        struct sg_collusion_event event =
            message(t0 + (uint64_t)i * MINUTE, hasty ? 7 : 100 + i, 1 + i % AGENTS);
        event.ticket = 1 + i;
        sg_scorer_feed(scorer, &event, &risk);
        event.event = SG_BYTES("resolve");
        event.handle_ms = hasty ? 20000 : 200000 + sg_philox_below(&random, 800000);
        sg_scorer_feed(scorer, &event, &risk);
    }
    struct sg_collusion_event event = message(t0 + 2000 * (uint64_t)MINUTE, 7, 3);
    sg_scorer_feed(scorer, &event, &risk);
    assert_true(weight_of(&risk, SG_SIGNAL_HANDLE) > 2.9);
    event.customer = 101;
    sg_scorer_feed(scorer, &event, &risk);
    assert_true(weight_of(&risk, SG_SIGNAL_HANDLE) < 0.5);
    sg_scorer_free(scorer);
}

/* --- what is no evidence, and what is hostile --- */

static void test_two_agents(void **state)
{
    struct sg_scorer *scorer = new_scorer();
    struct sg_risk risk = {.n = 0};
    (void)state;
    for (unsigned i = 0; i < 200; i++) {
        struct sg_collusion_event event = message(t0 + (uint64_t)i * MINUTE, 1, 1 + i % 2);
        event.network = 5;
        sg_scorer_feed(scorer, &event, &risk);
    }
    assert_true(risk.thin);
    assert_true(weight_of(&risk, SG_SIGNAL_PAIR) == 0);
    assert_true(weight_of(&risk, SG_SIGNAL_FARM) == 0);
    sg_scorer_free(scorer);
}

static void test_order(void **state)
{
    struct sg_scorer *scorer = new_scorer();
    struct sg_risk risk, again;
    (void)state;
    const uint64_t ms = work(scorer, 500, NULL);
    struct sg_collusion_event event = {.time_ms = ms, .ticket = 900, .agent = 4};
    event.event = SG_BYTES("assign");
    sg_scorer_feed(scorer, &event, &risk); /* before its opening */
    assert_false(risk.settled);
    event = message(ms - 5 * (uint64_t)MINUTE, 77, 0);
    event.ticket = 900;
    sg_scorer_feed(scorer, &event, &risk);
    assert_false(risk.settled);
    event.agent = 4;
    sg_scorer_feed(scorer, &event, &risk);
    assert_true(risk.settled && risk.fresh);
    sg_scorer_feed(scorer, &event, &again); /* a second time: as it was judged */
    assert_true(again.settled && !again.fresh);
    assert_true(again.total == risk.total);
    event.agent = 5; /* given to another: judged anew */
    sg_scorer_feed(scorer, &event, &again);
    assert_true(again.fresh);
    event = (struct sg_collusion_event){.time_ms = 0};
    sg_scorer_feed(scorer, &event, &risk); /* nothing known at all */
    assert_false(risk.settled);
    event = message(ms, 77, 4);
    event.brand = event.queue = SG_BYTES("");
    sg_scorer_feed(scorer, &event, &risk); /* no queue: no routing to compare with */
    assert_true(risk.settled && risk.thin);
    sg_scorer_free(scorer);
}

struct clock_row {
    const char *name;
    uint64_t ms;
};
static const struct clock_row clocks[] = {
    {"a clock that jumps to the end of time", UINT64_MAX},
    {"a clock that jumps a hundred years ahead", 4900000000000},
    {"a clock that jumps back to its beginning", 1},
};

/* A pair's history outlives one bad clock; a clock that stays is followed. */
static void test_clock(void **state)
{
    const struct clock_row *row = *state;
    struct sg_scorer *scorer = new_scorer();
    struct sg_risk risk = {.n = 0};
    uint64_t ms = work(scorer, 2000, NULL);
    for (unsigned i = 0; i < 15; i++) {
        struct sg_collusion_event event = message(ms += 5 * (uint64_t)MINUTE, 42, 3);
        sg_scorer_feed(scorer, &event, &risk);
        event = message(row->ms, 43 + i, 5);
        sg_scorer_feed(scorer, &event, &risk);
    }
    struct sg_collusion_event event = message(ms + MINUTE, 42, 3);
    sg_scorer_feed(scorer, &event, &risk);
    assert_true(weight_of(&risk, SG_SIGNAL_PAIR) > 4);
    for (unsigned i = 0; i < 1000; i++) {
        event = message(row->ms - (row->ms > 2 ? 1 : 0), 10000 + i, 1 + i % AGENTS);
        sg_scorer_feed(scorer, &event, &risk);
        assert_true(isfinite(risk.total) && risk.risk >= 0 && risk.risk <= 1);
    }
    sg_scorer_free(scorer);
}

/* One customer with very many tickets, and then one flood of ids. */
static void test_flood(void **state)
{
    struct sg_scorer *scorer = new_scorer();
    struct sg_risk risk;
    struct sg_philox random;
    double most = 0;
    (void)state;
    uint64_t ms = work(scorer, 2000, NULL);
    sg_philox_init(&random, 3, 1, 1);
    for (unsigned i = 0; i < 300000; i++) {
        struct sg_collusion_event event =
            message(ms + i * 100, 42, 1 + sg_philox_below(&random, AGENTS));
        event.network = i < 150000 ? 0 : ((uint64_t)i << 40);
        event.n_identities = 4;
        for (unsigned j = 0; j < 4; j++)
            event.identities[j] = i < 150000 ? 0 : ((uint64_t)i << 32 | j);
        sg_scorer_feed(scorer, &event, &risk);
        assert_true(isfinite(risk.total) && risk.risk <= 1);
        most = fmax(most, weight_of(&risk, SG_SIGNAL_PAIR));
    }
    if (most >= 6)
        fail_msg("%g", most); /* many tickets alone are no company */
    sg_scorer_free(scorer);
}

/* --- state --- */

static void test_saved(void **state)
{
    struct sg_scorer *scorer = new_scorer(), *back;
    struct sg_scorer_config other = config;
    struct sg_buf text = {0};
    struct sg_risk a, b;
    (void)state;
    const uint64_t ms = work(scorer, 2000, NULL);
    assert_int_equal(sg_scorer_save(scorer, &text), SCRUBGATE_OK);
    assert_int_equal(sg_scorer_load(&back, &config, sg_buf_bytes(&text)), SCRUBGATE_OK);
    for (unsigned i = 0; i < 500; i++) {
        struct sg_collusion_event event =
            message(ms + (uint64_t)i * MINUTE, 1 + i % 30, 1 + i % AGENTS);
        event.network = 1 + i % 50;
        event.content = UINT64_C(0xf0f0f0) << i % 7;
        sg_scorer_feed(scorer, &event, &a);
        sg_scorer_feed(back, &event, &b);
        assert_true(a.total == b.total && a.n == b.n);
    }
    sg_scorer_free(back);
    other.key[5] ^= 1;
    assert_int_equal(sg_scorer_load(&back, &other, sg_buf_bytes(&text)), SCRUBGATE_EMALFORMED);
    assert_null(back);
    for (size_t i = 0; i < 40; i++) {
        const size_t at = text.len / 40 * i;
        text.data[at] ^= 0x40;
        assert_int_equal(sg_scorer_load(&back, &config, sg_buf_bytes(&text)), SCRUBGATE_EMALFORMED);
        text.data[at] ^= 0x40;
        assert_int_equal(sg_scorer_load(&back, &config, (struct sg_bytes){text.data, at}),
                         SCRUBGATE_EMALFORMED);
    }
    sg_buf_fini(&text);
    sg_scorer_free(scorer);
}

/* Customers of one half go to one shard, of the other, a ring among them, to the other: what both
 * know together judges what comes next as one does that has seen it all, the ring's first ticket
 * too. */
static void test_merged(void **state)
{
    enum { BEFORE = 22000, AFTER = 2000, RING_EACH = 40 };
    struct sg_scorer *one = new_scorer(), *left = new_scorer(), *right = new_scorer();
    struct sg_scorer_config other = config;
    struct sg_philox random;
    struct sg_risk a, b;
    double off = 0, ring_off = 0;
    (void)state;
    sg_philox_init(&random, 4, 1, 1);
    for (unsigned i = 0; i < BEFORE + AFTER; i++) {
        const bool ring = i % RING_EACH == 0;
        const uint32_t dice = sg_philox_below(&random, 5000);
        const uint64_t customer = ring ? 1 + 2 * (dice % 20) : 1000 + dice;
        const uint64_t agent = 1 + sg_philox_below(&random, ring ? 2 : AGENTS);
        struct sg_collusion_event event = message(t0 + (uint64_t)i * MINUTE, customer, agent);
        event.network = ring ? 99999 : 1 + sg_philox_below(&random, 1000);
        if (i == BEFORE)
            assert_int_equal(sg_scorer_merge(left, right), SCRUBGATE_OK);
        sg_scorer_feed(one, &event, &a);
        sg_scorer_feed(i >= BEFORE || customer % 2 == 0 ? left : right, &event, &b);
        if (i < BEFORE)
            continue;
        off += fabs(a.risk - b.risk);
        ring_off += ring ? fabs(a.risk - b.risk) : 0;
        if (ring && (a.risk < 0.9 || b.risk < 0.9))
            fail_msg("%u: %g and %g", i, a.risk, b.risk);
    }
    if (off / AFTER > 0.01 || ring_off / (AFTER / RING_EACH) > 0.01)
        fail_msg("%g and %g", off / AFTER, ring_off / (AFTER / RING_EACH));
    sg_scorer_free(right);
    other.key[0] ^= 1;
    assert_int_equal(sg_scorer_new(&right, &other), SCRUBGATE_OK);
    assert_int_equal(sg_scorer_merge(left, right), SCRUBGATE_EINVAL);
    sg_scorer_free(one);
    sg_scorer_free(left);
    sg_scorer_free(right);
}

/* --- a key's end --- */

static uint64_t under(uint64_t id, unsigned epoch)
{
    return id == 0 ? 0 : id + epoch * UINT64_C(0x1234567800000000);
}

/* The same event as a gateway of that epoch writes it. */
static struct sg_collusion_event told_under(const struct sg_collusion_event *event, unsigned epoch,
                                            bool overlap)
{
    struct sg_collusion_event told = *event;
    told.epoch = epoch;
    told.ticket = under(event->ticket, epoch);
    told.customer = under(event->customer, epoch);
    told.network = under(event->network, epoch);
    told.device = under(event->device, epoch);
    for (size_t i = 0; i < event->n_identities; i++)
        told.identities[i] = under(event->identities[i], epoch);
    if (!overlap)
        return told;
    const unsigned before = epoch - 1;
    told.was = (struct sg_collusion_was){.ticket = under(event->ticket, before),
                                         .customer = under(event->customer, before),
                                         .network = under(event->network, before),
                                         .device = under(event->device, before),
                                         .n_identities = event->n_identities};
    for (size_t i = 0; i < event->n_identities; i++)
        told.was.identities[i] = under(event->identities[i], before);
    return told;
}

/* A ring among honest work, its customers on one device, one of them with the agent's own network;
 * each ticket is an open and an assign, and those of every hundredth minute have the new key
 * between the two. */
static void ring_ticket(struct sg_philox *random, unsigned i, struct sg_collusion_event events[2])
{
    enum { RING_EACH = 40 };
    const bool ring = i % RING_EACH == 0;
    const uint64_t customer =
        ring ? 1 + sg_philox_below(random, 20) : 1000 + (uint64_t)sg_philox_below(random, 5000);
    const uint64_t agent = 1 + sg_philox_below(random, ring ? 2 : AGENTS);
    events[0] = message(t0 + (uint64_t)i * MINUTE, customer, 0);
    events[0].event = SG_BYTES("open");
    events[0].ticket = 1 + i;
    events[0].network = ring ? 7000 + customer % 3 : 1 + sg_philox_below(random, 1000);
    events[0].device = ring ? 9999 : 1 + sg_philox_below(random, 50);
    events[0].identities[0] = ring ? 800 + customer % 5 : 0;
    events[0].n_identities = ring ? 1 : 0;
    events[1] = message(events[0].time_ms + 10, customer, agent);
    events[1].by_agent = true;
    events[1].ticket = 1 + i;
    events[1].network = 7000 + agent;
}

/* Two keys' ends in one history: what is judged while keys overlap weighs what it would without,
 * and after the overlap all but the same, for ids that nobody had seen begin in other places. */
static void test_rekeyed(void **state)
{
    enum { EACH = 6000, OVERLAP = 4000, ALL = 3 * EACH };
    struct sg_scorer *plain = new_scorer(), *keyed = new_scorer(), *back;
    struct sg_buf text = {0};
    struct sg_philox random;
    struct sg_risk a, b;
    double off = 0, ring = 0;
    (void)state;
    sg_philox_init(&random, 5, 1, 1);
    for (unsigned i = 0; i < ALL; i++) {
        struct sg_collusion_event events[2];
        const unsigned epoch = i / EACH;
        const bool overlap = epoch > 0 && i % EACH < OVERLAP;
        ring_ticket(&random, i, events);
        if (i == EACH + OVERLAP / 2) { /* and a restart between */
            assert_int_equal(sg_scorer_save(keyed, &text), SCRUBGATE_OK);
            assert_int_equal(sg_scorer_load(&back, &config, sg_buf_bytes(&text)), SCRUBGATE_OK);
            sg_scorer_free(keyed);
            keyed = back;
        }
        for (unsigned k = 0; k < 2; k++) {
            const bool opened_before = k == 0 && epoch > 0 && i % EACH == 0;
            const struct sg_collusion_event told = opened_before
                                                       ? told_under(&events[k], epoch - 1, false)
                                                       : told_under(&events[k], epoch, overlap);
            sg_scorer_feed(plain, &events[k], &a);
            sg_scorer_feed(keyed, &told, &b);
        }
        if (fabs(a.total - b.total) > 1e-6 && epoch == 1 && overlap)
            fail_msg("%u: %g and %g", i, a.total, b.total);
        if (i % 40 == 0 && epoch == 2 && b.risk < 0.9)
            fail_msg("%u: %g", i, b.risk);
        off += fabs(a.risk - b.risk);
        ring = i % 40 == 0 && epoch == 2 ? fmax(ring, fabs(a.risk - b.risk)) : ring;
        assert_true(a.settled && b.settled && a.fresh == b.fresh);
    }
    if (off / ALL > 0.001 || ring > 0.01)
        fail_msg("%g and %g", off / ALL, ring);
    sg_buf_fini(&text);
    sg_scorer_free(plain);
    sg_scorer_free(keyed);
}

static enum scrubgate_status make(void *ctx)
{
    struct sg_scorer *scorer;
    (void)ctx;
    enum scrubgate_status rc = sg_scorer_new(&scorer, &config);
    assert_true((rc >= 0) == (scorer != NULL));
    sg_scorer_free(scorer);
    return rc;
}

static void test_memory(void **state)
{
    (void)state;
    assert_true(sg_alloc_fail_each(make, NULL) > 8);
}

static void test_words(void **state)
{
    (void)state;
    assert_string_equal(sg_signal_word(SG_SIGNAL_SELF), "self");
    assert_string_equal(sg_signal_word(SG_SIGNAL_FLAGGED), "flagged");
    assert_true(sg_scorer_risk(3) == 0.5);
    assert_true(sg_scorer_risk(0) < 0.0011 && sg_scorer_risk(40) <= 1);
}

int main(void)
{
    SG_SUITE_ROWS(test_plot, plots);
    SG_SUITE_ROWS(test_clock, clocks);
    sg_suite_add("a customer whose tickets are done oddly fast", test_haste, NULL);
    sg_suite_add("a queue of two agents gives no evidence, and says so", test_two_agents, NULL);
    sg_suite_add("events in any order, twice, or with nothing in them", test_order, NULL);
    sg_suite_add("one customer with very many tickets, and a flood of ids", test_flood, NULL);
    sg_suite_add("a state comes back; a damaged one, or another key's, does not", test_saved, NULL);
    sg_suite_add("what is known outlives two keys", test_rekeyed, NULL);
    sg_suite_add("two shards merged are one, within 1 %", test_merged, NULL);
    sg_suite_add("each allocation may fail", test_memory, NULL);
    sg_suite_add("signals have words, and weights a risk", test_words, NULL);
    return sg_suite_run("scorer");
}
