/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_scorer_input.c - what a scorer says when what it is told is wrong, hostile or too much.
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
#include "collusion/scorer_parts.h"

#include "../lib/suite.h"

enum { MINUTE = 60000, AGENTS = 20, TICKETS = 3000, EVENTS = 3 * TICKETS, RING_AGENT = 3 };
static const uint64_t t0 = 1767225600000;
static const struct sg_scorer_config config = {.key = {8, 8, 8}};

static struct sg_scorer *new_scorer(const struct sg_scorer_config *with)
{
    struct sg_scorer *scorer;
    assert_int_equal(sg_scorer_new(&scorer, with), SCRUBGATE_OK);
    return scorer;
}

static int by_time(const void *a, const void *b)
{
    const struct sg_collusion_event *x = a, *y = b;
    if (x->time_ms != y->time_ms)
        return x->time_ms < y->time_ms ? -1 : 1;
    return (x->ticket > y->ticket) - (x->ticket < y->ticket);
}

/* Open, assign and resolve of some days of work, in which every thirtieth ticket is of a ring: six
 * accounts, one agent, one network. Free it. */
static struct sg_collusion_event *days_of_work(void)
{
    struct sg_collusion_event *events = calloc(EVENTS, sizeof *events);
    struct sg_philox random;
    assert_non_null(events);
    sg_philox_init(&random, 21, 1, 1);
    for (unsigned i = 0; i < TICKETS; i++) {
        const bool ring = i % 30 == 29;
        struct sg_collusion_event *open = &events[3 * i], *assign = open + 1, *done = open + 2;
        *open = (struct sg_collusion_event){.time_ms = t0 + (uint64_t)i * 6 * MINUTE,
                                            .event = SG_BYTES("open"),
                                            .brand = SG_BYTES("b"),
                                            .queue = SG_BYTES("q"),
                                            .ticket = 1 + i,
                                            .n_identities = 1,
                                            .content = sg_philox_u64(&random)};
        open->customer = ring ? 1 + i / 30 % 6 : 1000 + sg_philox_below(&random, 3000);
        open->network = ring ? 777777 : 1 + sg_philox_below(&random, 500);
        open->device = 1 + sg_philox_below(&random, 50);
        open->identities[0] = 1 + sg_philox_below(&random, 2000);
        *assign = (struct sg_collusion_event){.time_ms = open->time_ms + MINUTE,
                                              .event = SG_BYTES("assign"),
                                              .ticket = open->ticket,
                                              .agent = 1 + sg_philox_below(&random, AGENTS)};
        if (ring)
            assign->agent = RING_AGENT;
        *done = *assign;
        done->event = SG_BYTES("resolve");
        done->time_ms = assign->time_ms + 3 * MINUTE + sg_philox_below(&random, 20 * MINUTE);
        done->network = 900000 + done->agent;
    }
    qsort(events, EVENTS, sizeof *events, by_time);
    return events;
}

static void assert_sane(const struct sg_risk *risk)
{
    assert_true(isfinite(risk->total) && risk->total >= 0);
    assert_true(risk->risk >= 0 && risk->risk <= 1);
    assert_true(isfinite(risk->agent) && risk->agent >= 0);
    assert_true(risk->n <= SG_RISK_REASONS);
    for (size_t i = 0; i < risk->n; i++)
        assert_true(isfinite(risk->reasons[i].weight) && risk->reasons[i].weight > 0);
}

static struct sg_agent_standing standing(const struct sg_scorer *scorer, uint64_t agent)
{
    struct sg_agent_standing found;
    sg_scorer_agent(scorer, agent, &found);
    return found;
}

static unsigned flagged(const struct sg_scorer *scorer)
{
    unsigned n = 0;
    for (uint64_t agent = 1; agent <= AGENTS; agent++)
        n += standing(scorer, agent).flagged;
    return n;
}

/* --- events that are not as they should be: the ring is found all the same, and nobody else --- */

struct spoilt {
    const char *name;
    unsigned shuffle;  /* events that change places with any of so many before them */
    unsigned repeat;   /* times each is told */
    unsigned backward; /* minutes that every other event is late */
    uint64_t jump;     /* what each fiftieth event says that it is */
};

static const struct spoilt spoils[] = {
    {"as they should be", 0, 1, 0, 0},
    {"events out of order", 40, 1, 0, 0},
    {"every event twice", 0, 2, 0, 0},
    {"a clock that is two hours late", 0, 1, 120, 0},
    {"one event in fifty a year ahead", 0, 1, 0,
     UINT64_C(1767225600000) + 380 * UINT64_C(86400000)},
    {"one event in fifty at the beginning of time", 0, 1, 0, 5},
    {"one event in fifty at the end of time", 0, 1, 0, UINT64_MAX},
    {"all of it at once", 40, 3, 30, UINT64_MAX - 7},
};

static void test_spoilt(void **state)
{
    const struct spoilt *spoilt = *state;
    struct sg_collusion_event *events = days_of_work();
    struct sg_scorer *scorer = new_scorer(&config);
    struct sg_philox random;
    struct sg_risk risk;
    sg_philox_init(&random, 22, 1, 1);
    for (unsigned i = 1; i < EVENTS && spoilt->shuffle > 0; i++) {
        const unsigned most = i < spoilt->shuffle ? i : spoilt->shuffle;
        const unsigned other = i - sg_philox_below(&random, most + 1);
        const struct sg_collusion_event kept = events[other];
        events[other] = events[i];
        events[i] = kept;
    }
    for (unsigned i = 0; i < EVENTS; i++) {
        if (i % 2 == 1)
            events[i].time_ms -= (uint64_t)spoilt->backward * MINUTE;
        if (spoilt->jump != 0 && i % 50 == 49)
            events[i].time_ms = spoilt->jump;
        for (unsigned n = 0; n < spoilt->repeat; n++) {
            sg_scorer_feed(scorer, &events[i], &risk);
            assert_sane(&risk);
        }
    }
    assert_true(standing(scorer, RING_AGENT).flagged);
    assert_int_equal(flagged(scorer), 1);
    sg_scorer_free(scorer);
    free(events);
}

/* A step of the clock is believed when many in a row agree on it; until then nothing is forgotten.
 */
static void test_step(void **state)
{
    enum { ROW = 16 };
    const uint64_t steps[] = {t0 + 380 * UINT64_C(86400000), 5, UINT64_MAX};
    struct sg_collusion_event *events = days_of_work();
    struct sg_risk risk;
    (void)state;
    for (size_t step = 0; step < sizeof steps / sizeof steps[0]; step++) {
        struct sg_scorer *scorer = new_scorer(&config);
        for (unsigned i = 0; i < EVENTS; i++)
            sg_scorer_feed(scorer, &events[i], &risk);
        const uint64_t now = scorer->now_ms, newest = scorer->panes.newest;
        struct sg_collusion_event event = events[EVENTS - 1];
        for (unsigned i = 1; i < 5 * ROW; i++) { /* never so many in a row */
            event.time_ms = i % ROW == 0 ? now : steps[step];
            sg_scorer_feed(scorer, &event, &risk);
            assert_true(scorer->now_ms == now && scorer->panes.newest == newest);
        }
        for (unsigned i = 0; i < 4 * ROW; i++) { /* so many, but no two agree */
            event.time_ms = now + (i + 2) * 2 * UINT64_C(86400000);
            sg_scorer_feed(scorer, &event, &risk);
            assert_true(scorer->now_ms == now && scorer->panes.newest == newest);
        }
        event.time_ms = steps[step];
        for (unsigned i = 0; i < ROW; i++)
            sg_scorer_feed(scorer, &event, &risk);
        assert_true(scorer->now_ms == steps[step]);
        sg_scorer_free(scorer);
    }
    free(events);
}

/* What is told twice says no more than once. */
static void test_twice(void **state)
{
    struct sg_collusion_event *events = days_of_work();
    struct sg_scorer *once = new_scorer(&config), *twice = new_scorer(&config);
    struct sg_risk a, b;
    (void)state;
    for (unsigned i = 0; i < EVENTS; i++) {
        sg_scorer_feed(once, &events[i], &a);
        sg_scorer_feed(twice, &events[i], &b);
        assert_true(a.total == b.total && a.agent == b.agent && a.fresh == b.fresh);
        sg_scorer_feed(twice, &events[i], &b);
        assert_true(!b.fresh && a.total == b.total && a.agent == b.agent);
    }
    sg_scorer_free(once);
    sg_scorer_free(twice);
    free(events);
}

/* Any of what a ticket shows may be missing: what needs it says nothing, and the rest as ever. */
static void test_missing(void **state)
{
    enum { PARTS = 7 };
    struct sg_collusion_event *events = days_of_work();
    struct sg_risk risk;
    (void)state;
    for (unsigned left = 0; left < 1U << PARTS; left += 9) {
        struct sg_scorer *scorer = new_scorer(&config);
        for (unsigned i = 0; i < EVENTS; i++) {
            struct sg_collusion_event event = events[i];
            event.network = left & 1 ? event.network : 0;
            event.device = left & 2 ? event.device : 0;
            event.content = left & 4 ? event.content : 0;
            event.n_identities = left & 8 ? event.n_identities : 0;
            event.customer = left & 16 ? event.customer : 0;
            event.agent = left & 32 ? event.agent : 0;
            event.ticket = left & 64 ? event.ticket : 0;
            sg_scorer_feed(scorer, &event, &risk);
            assert_sane(&risk);
            assert_true(!risk.settled || ((left & 16) != 0 && (left & 32) != 0));
            for (size_t j = 0; j < risk.n; j++)
                assert_true(risk.reasons[j].signal != SG_SIGNAL_TEMPLATE || (left & 4) != 0);
        }
        sg_scorer_free(scorer);
    }
    free(events);
}

/* What is told later counts when it comes, and once. */
static void test_later(void **state)
{
    struct sg_scorer *scorer = new_scorer(&config);
    struct sg_risk before = {.n = 0}, after = {.n = 0};
    struct sg_collusion_event *events = days_of_work();
    (void)state;
    for (unsigned i = 0; i < EVENTS; i++)
        sg_scorer_feed(scorer, &events[i], &before);
    const uint64_t ms = events[EVENTS - 1].time_ms;
    for (uint64_t i = 0; i < 30; i++) {
        struct sg_collusion_event event = {.time_ms = ms + i * 2 * MINUTE,
                                           .event = SG_BYTES("message"),
                                           .brand = SG_BYTES("b"),
                                           .queue = SG_BYTES("q"),
                                           .ticket = 800000 + i,
                                           .customer = 700000 + i,
                                           .agent = 9};
        sg_scorer_feed(scorer, &event, &before);
        assert_true(before.fresh);
        event.n_identities = 1;
        event.identities[0] = 666;
        sg_scorer_feed(scorer, &event, &after);
        assert_true(after.fresh && after.total >= before.total);
        sg_scorer_feed(scorer, &event, &after);
        assert_false(after.fresh);
    }
    assert_true(after.total > before.total + 5);
    assert_true(after.reasons[0].signal == SG_SIGNAL_FARM);
    assert_true(after.flagged);
    sg_scorer_free(scorer);
    free(events);
}

/* Without handle_ms a ticket took as long as from its agent to its end. */
static void test_handled(void **state)
{
    struct sg_scorer *scorer = new_scorer(&config);
    struct sg_philox random;
    struct sg_risk risk = {.n = 0};
    uint64_t ms = t0;
    (void)state;
    sg_philox_init(&random, 23, 1, 1);
    for (unsigned i = 0; i < 2500; i++) {
        const bool hasty = i % 40 == 39;
        struct sg_collusion_event event = {.time_ms = ms += 30 * MINUTE,
                                           .event = SG_BYTES("message"),
                                           .brand = SG_BYTES("b"),
                                           .queue = SG_BYTES("q"),
                                           .ticket = 1 + i,
                                           .customer = hasty ? 7 : 100 + i,
                                           .agent = 1 + i % AGENTS};
        sg_scorer_feed(scorer, &event, &risk);
        event.time_ms += hasty ? 20000 : 200000 + sg_philox_below(&random, 800000);
        event.event = SG_BYTES("resolve");
        sg_scorer_feed(scorer, &event, &risk);
    }
    const struct sg_collusion_event event = {.time_ms = ms + MINUTE, .customer = 7, .agent = 5};
    sg_scorer_feed(scorer, &event, &risk);
    double handle = 0;
    for (size_t i = 0; i < risk.n; i++)
        handle = risk.reasons[i].signal == SG_SIGNAL_HANDLE ? risk.reasons[i].weight : handle;
    assert_true(handle > 2);
    sg_scorer_free(scorer);
}

/* --- too much --- */

static void test_million(void **state)
{
    struct sg_collusion_event *events = days_of_work();
    struct sg_scorer *scorer = new_scorer(&config);
    struct sg_philox random;
    struct sg_risk risk;
    (void)state;
    sg_philox_init(&random, 24, 1, 1);
    for (unsigned i = 0; i < EVENTS; i++)
        sg_scorer_feed(scorer, &events[i], &risk);
    uint64_t ms = events[EVENTS - 1].time_ms;
    for (unsigned i = 0; i < 1000000; i++) {
        const struct sg_collusion_event event = {.time_ms = ms += 80,
                                                 .brand = SG_BYTES("b"),
                                                 .queue = SG_BYTES("q"),
                                                 .ticket = 1000000 + i,
                                                 .customer = 4242,
                                                 .agent = 1 + sg_philox_below(&random, AGENTS)};
        sg_scorer_feed(scorer, &event, &risk);
        if (i % 1000 == 0)
            assert_sane(&risk);
        assert_true(risk.total < 9); /* many alone are no company */
    }
    assert_true(standing(scorer, RING_AGENT).flagged); /* what was known still is */
    sg_scorer_free(scorer);
    free(events);
}

/* --- hostile ids --- */

/* Ids of customers that stand in one place of the table with victim, under a key; the place is the
 * low bits of the mark. */
static void craft(const uint8_t key[SG_MARK_KEY], uint64_t victim, uint64_t *ids, size_t n)
{
    enum { PLACE = (1 << 18) - 4 };
    const uint64_t place = sg_mark(key, SG_MARK_CUSTOMER, victim) & PLACE;
    uint64_t id = UINT64_C(1) << 40;
    for (size_t i = 0; i < n; i++, id++) {
        while ((sg_mark(key, SG_MARK_CUSTOMER, id) & PLACE) != place)
            id++;
        ids[i] = id;
    }
}

static double company_of(const uint8_t crafted_for[SG_MARK_KEY])
{
    enum { CRAFTED = 16, VICTIM = 4711 };
    struct sg_scorer *scorer = new_scorer(&config);
    struct sg_collusion_event *events = days_of_work();
    struct sg_risk risk = {.n = 0};
    uint64_t ids[CRAFTED];
    craft(crafted_for, VICTIM, ids, CRAFTED);
    for (unsigned i = 0; i < EVENTS; i++)
        sg_scorer_feed(scorer, &events[i], &risk);
    uint64_t ms = events[EVENTS - 1].time_ms;
    for (unsigned i = 0; i < 8; i++)
        for (unsigned j = 0; j < CRAFTED + 1; j++) {
            const struct sg_collusion_event event = {.time_ms = ms += 20 * MINUTE,
                                                     .brand = SG_BYTES("b"),
                                                     .queue = SG_BYTES("q"),
                                                     .customer = j == 0 ? VICTIM : ids[j - 1],
                                                     .agent = j == 0 ? 5 : 1 + j};
            struct sg_risk other;
            sg_scorer_feed(scorer, &event, j == 0 ? &risk : &other);
        }
    sg_scorer_free(scorer);
    free(events);
    return risk.total;
}

/* Who knew the key could have the evidence of a pair forgotten; a guess at it does nothing. */
static void test_crafted(void **state)
{
    const uint8_t guess[SG_MARK_KEY] = {1};
    (void)state;
    assert_true(company_of(guess) > 5);
    assert_true(company_of(config.key) < company_of(guess));
}

/* --- a restart in the middle --- */

static void test_restart(void **state)
{
    struct sg_collusion_event *events = days_of_work();
    struct sg_scorer *scorer = new_scorer(&config), *again = new_scorer(&config);
    struct sg_risk a, b;
    (void)state;
    for (unsigned i = 0; i < EVENTS; i++) {
        sg_scorer_feed(scorer, &events[i], &a);
        sg_scorer_feed(again, &events[i], &b);
        assert_true(a.total == b.total && a.agent == b.agent && a.flagged == b.flagged);
        assert_true(a.n == b.n && a.thin == b.thin && a.fresh == b.fresh);
        if (i % 2500 == 1200) { /* also between a ticket's open and its assign */
            struct sg_buf text = {0};
            assert_int_equal(sg_scorer_save(again, &text), SCRUBGATE_OK);
            sg_scorer_free(again);
            assert_int_equal(sg_scorer_load(&again, &config, sg_buf_bytes(&text)), SCRUBGATE_OK);
            sg_buf_fini(&text);
        }
    }
    assert_true(standing(again, RING_AGENT).since_ms == standing(scorer, RING_AGENT).since_ms);
    sg_scorer_free(scorer);
    sg_scorer_free(again);
    free(events);
}

static void refuse(struct sg_bytes text)
{
    struct sg_scorer *scorer;
    assert_int_equal(sg_scorer_load(&scorer, &config, text), SCRUBGATE_EMALFORMED);
    assert_null(scorer);
}

static void test_damaged(void **state)
{
    struct sg_scorer *scorer = new_scorer(&config);
    struct sg_buf text = {0};
    struct sg_philox random;
    struct sg_risk risk;
    (void)state;
    sg_philox_init(&random, 25, 1, 1);
    for (uint64_t i = 0; i < 20; i++) {
        const struct sg_collusion_event event = {.time_ms = t0 + i * MINUTE,
                                                 .brand = SG_BYTES("b"),
                                                 .queue = SG_BYTES("q"),
                                                 .customer = 1 + i % 3,
                                                 .agent = 1 + i % 4,
                                                 .network = 5,
                                                 .content = 77};
        sg_scorer_feed(scorer, &event, &risk);
    }
    assert_int_equal(sg_scorer_save(scorer, &text), SCRUBGATE_OK);
    for (size_t len = 0; len < text.len; len += len < 256 || len + 256 > text.len ? 1 : 17)
        refuse((struct sg_bytes){text.data, len});
    for (unsigned i = 0; i < 2000; i++) {
        const size_t at = sg_philox_below(&random, (uint32_t)text.len);
        const uint8_t bit = (uint8_t)(1U << sg_philox_below(&random, 8));
        text.data[at] ^= bit;
        refuse(sg_buf_bytes(&text));
        text.data[at] ^= bit;
    }
    assert_int_equal(sg_buf_add_byte(&text, 0), SCRUBGATE_OK);
    refuse(sg_buf_bytes(&text));
    sg_buf_fini(&text);
    sg_scorer_free(scorer);
}

int main(void)
{
    SG_SUITE_ROWS(test_spoilt, spoils);
    sg_suite_add("a step of the clock is believed when many in a row agree", test_step, NULL);
    sg_suite_add("what is told twice says no more than once", test_twice, NULL);
    sg_suite_add("whatever is missing, the rest is judged", test_missing, NULL);
    sg_suite_add("what a customer shows later counts when it comes, once", test_later, NULL);
    sg_suite_add("how long a ticket took, where nobody says it", test_handled, NULL);
    sg_suite_add("one customer with a million tickets", test_million, NULL);
    sg_suite_add("ids made to meet do so only under a key that is known", test_crafted, NULL);
    sg_suite_add("a restart in the middle changes nothing", test_restart, NULL);
    sg_suite_add("a damaged state is no state", test_damaged, NULL);
    return sg_suite_run("scorer_input");
}
