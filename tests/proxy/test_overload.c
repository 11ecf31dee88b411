/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_overload.c - what is turned away, by what is told, and by a model of a server under load.
 *
 * The model: one server, first come first served, 1 ms for a request and 50 µs for one turned away;
 * clients send so many requests a second, at most `waiting` of them unanswered. Time is a number.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "proxy/overload.h"

#include "../lib/suite.h"

enum { MS = 1000000, COST_NS = MS, SHED_NS = 50000, WAITING_MOST = 4000, PER_SECOND = 1000 };

/* --- single answers --- */

static unsigned admitted_of_1000(struct sg_overload *overload, size_t under_way)
{
    unsigned n = 0;
    for (unsigned i = 0; i < 1000; i++)
        n += sg_overload_admit(overload, under_way) == SG_SHED_NONE ? 1 : 0;
    return n;
}

static void test_all_come_in_when_nothing_is_short(void **state)
{
    struct sg_overload overload;
    (void)state;
    sg_overload_init(&overload, 100, 1000, 7);
    sg_overload_delay(&overload, SG_OVERLOAD_TARGET_NS / 4);
    sg_overload_memory(&overload, 800);
    assert_int_equal(admitted_of_1000(&overload, 99), 1000);
}

static void test_a_cap_of_requests_is_never_passed(void **state)
{
    struct sg_overload overload;
    (void)state;
    sg_overload_init(&overload, 100, 0, 7);
    assert_int_equal(sg_overload_admit(&overload, 100), SG_SHED_REQUESTS);
    assert_int_equal(sg_overload_admit(&overload, 99), SG_SHED_NONE);
}

static void test_without_a_cap_any_number_comes_in(void **state)
{
    struct sg_overload overload;
    (void)state;
    sg_overload_init(&overload, 0, 0, 7);
    assert_int_equal(admitted_of_1000(&overload, SIZE_MAX), 1000);
}

static void test_memory_near_its_ceiling_turns_a_share_away_and_at_it_all(void **state)
{
    struct sg_overload overload;
    (void)state;
    sg_overload_init(&overload, 0, 1000, 7);
    sg_overload_memory(&overload, 900);
    assert_in_range(admitted_of_1000(&overload, 1), 400, 600);
    assert_int_equal(sg_overload_admit(&overload, 1) == SG_SHED_DELAY, false);
    sg_overload_memory(&overload, 950);
    assert_int_equal(admitted_of_1000(&overload, 1), 0);
    assert_int_equal(sg_overload_admit(&overload, 1), SG_SHED_MEMORY);
    sg_overload_memory(&overload, 849);
    assert_int_equal(admitted_of_1000(&overload, 1), 1000);
}

static void test_one_long_delay_is_no_overload_yet_many_are(void **state)
{
    struct sg_overload overload;
    (void)state;
    sg_overload_init(&overload, 0, 0, 7);
    sg_overload_delay(&overload, 10 * SG_OVERLOAD_TARGET_NS);
    assert_int_equal(admitted_of_1000(&overload, 1), 1000);
    sg_overload_delay(&overload, 0);
    assert_int_equal(admitted_of_1000(&overload, 1), 1000);
    sg_overload_delay(&overload, 2 * SG_OVERLOAD_TARGET_NS);
    sg_overload_delay(&overload, 2 * SG_OVERLOAD_TARGET_NS);
    assert_in_range(admitted_of_1000(&overload, 1), 400, 999);
    for (unsigned i = 0; i < 200; i++)
        sg_overload_delay(&overload, 2 * SG_OVERLOAD_TARGET_NS);
    assert_in_range(admitted_of_1000(&overload, 1), 1, 60); /* never quite none */
    assert_int_equal(overload.by_delay < 1, true);
}

static void test_an_idle_server_forgets_its_delay(void **state)
{
    struct sg_overload overload;
    (void)state;
    sg_overload_init(&overload, 0, 0, 7);
    for (unsigned i = 0; i < 200; i++)
        sg_overload_delay(&overload, 2 * SG_OVERLOAD_TARGET_NS);
    sg_overload_idle(&overload);
    assert_int_equal(admitted_of_1000(&overload, 0), 1000);
}

/* --- the model --- */

struct model {
    struct sg_overload overload;
    uint64_t now, next_arrival, next_tick;
    uint64_t came[WAITING_MOST]; /* ring */
    size_t first, n;
    unsigned served, shed;
    uint64_t longest;
};

static void arrive(struct model *model, uint64_t until, unsigned per_second, size_t waiting)
{
    for (; model->next_arrival <= until; model->next_arrival += 1000 * (uint64_t)MS / per_second) {
        if (model->n < waiting)
            model->came[(model->first + model->n++) % WAITING_MOST] = model->next_arrival;
    }
}

static void serve_one(struct model *model)
{
    uint64_t waited = model->now - model->came[model->first];
    model->first = (model->first + 1) % WAITING_MOST;
    model->n--;
    if (model->now >= model->next_tick) {
        sg_overload_delay(&model->overload, waited);
        model->next_tick = model->now + SG_OVERLOAD_TICK_NS;
    }
    bool in = sg_overload_admit(&model->overload, 1) == SG_SHED_NONE;
    model->now += in ? COST_NS : SHED_NS;
    model->served += in ? 1 : 0;
    model->shed += in ? 0 : 1;
    if (in && waited > model->longest)
        model->longest = waited;
}

/* So many seconds at that rate. What was counted before is forgotten. */
static void run(struct model *model, unsigned seconds, unsigned per_second, size_t waiting)
{
    uint64_t end = model->now + seconds * UINT64_C(1000) * MS;
    model->served = model->shed = 0;
    model->longest = 0;
    while (model->now < end) {
        arrive(model, model->now, per_second, waiting);
        if (model->n > 0)
            serve_one(model);
        else
            model->now = model->next_arrival;
    }
}

static struct model *fresh(void)
{
    static struct model model;
    model = (struct model){.now = MS};
    sg_overload_init(&model.overload, 0, 0, 99);
    return &model;
}

struct load {
    const char *name;
    unsigned per_second;
    size_t waiting;
};

static const struct load loads[] = {
    {"three times what can be served, from many clients", 3 * PER_SECOND, WAITING_MOST},
    {"three times, from some clients", 3 * PER_SECOND, 500},
    {"ten times", 10 * PER_SECOND, WAITING_MOST},
    {"a fifth too much", 1200, WAITING_MOST},
};

static void test_a_load(void **state)
{
    const struct load *load = *state;
    struct model *model = fresh();
    run(model, 2, load->per_second, load->waiting); /* finds its share */
    run(model, 20, load->per_second, load->waiting);
    /* What is turned away costs time too: of what was left, nine tenths are used. */
    uint64_t left = 20 * PER_SECOND - (uint64_t)model->shed * SHED_NS / MS;
    assert_in_range(model->served, left * 9 / 10, left + 1);
    assert_true(model->longest < 10 * (uint64_t)SG_OVERLOAD_TARGET_NS);
    run(model, 2, PER_SECOND * 7 / 10, load->waiting); /* normal within two seconds */
    run(model, 2, PER_SECOND * 7 / 10, load->waiting);
    assert_int_equal(model->shed, 0);
}

static void test_a_busy_server_whose_clients_wait_for_it_turns_nobody_away(void **state)
{
    struct model *model = fresh();
    (void)state;
    run(model, 20, 50 * PER_SECOND, 16); /* sixteen connections, each always asking */
    assert_int_equal(model->shed, 0);
}

int main(void)
{
    sg_suite_add("all come in when nothing is short", test_all_come_in_when_nothing_is_short, NULL);
    sg_suite_add("a cap of requests is never passed", test_a_cap_of_requests_is_never_passed, NULL);
    sg_suite_add("without a cap any number comes in", test_without_a_cap_any_number_comes_in, NULL);
    sg_suite_add("memory near its ceiling turns a share away, and at it all",
                 test_memory_near_its_ceiling_turns_a_share_away_and_at_it_all, NULL);
    sg_suite_add("one long delay is no overload yet, many are",
                 test_one_long_delay_is_no_overload_yet_many_are, NULL);
    sg_suite_add("an idle server forgets its delay", test_an_idle_server_forgets_its_delay, NULL);
    SG_SUITE_ROWS(test_a_load, loads);
    sg_suite_add("a busy server whose clients wait for it turns nobody away",
                 test_a_busy_server_whose_clients_wait_for_it_turns_nobody_away, NULL);
    return sg_suite_run("proxy/test_overload");
}
