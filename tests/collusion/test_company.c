/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_company.c - who is on duty, and whose company is no accident.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "collusion/company.h"
#include "collusion/mark.h"
#include "collusion/philox.h"
#include "collusion/strata.h"

#include "../lib/suite.h"

static const uint8_t key[SG_MARK_KEY] = {9};
static const uint64_t t0 = 1767225600000, minute = 60000, day = 86400000;

static void assert_near(double value, double wanted, double off)
{
    if (!(fabs(value - wanted) <= off))
        fail_msg("%g, not %g", value, wanted);
}

/* --- strata --- */

static uint16_t agent_of(struct sg_strata *strata, uint64_t id)
{
    return sg_strata_agent(strata, sg_mark(key, SG_MARK_AGENT, id));
}

/* Ten agents, the last of whom takes twice as many. */
static uint64_t work(struct sg_strata *strata, uint16_t queue, unsigned hours)
{
    uint64_t ms = t0;
    for (; ms < t0 + hours * 60 * minute; ms += minute) {
        const uint64_t turn = ms / minute % 11;
        sg_strata_take(strata, queue, agent_of(strata, turn < 10 ? turn : 9), ms, 1);
    }
    return ms;
}

static void test_shares(void **state)
{
    struct sg_strata strata;
    double sum = 0;
    (void)state;
    assert_int_equal(sg_strata_init(&strata), SCRUBGATE_OK);
    const uint16_t queue = sg_strata_queue(&strata, 1), other = sg_strata_queue(&strata, 2);
    const uint64_t ms = work(&strata, queue, 24);
    for (uint64_t id = 0; id < 10; id++)
        sum += sg_strata_share(&strata, queue, agent_of(&strata, id), ms);
    assert_near(sum, 1, 0.03);
    assert_near(sg_strata_share(&strata, queue, agent_of(&strata, 0), ms), 1 / 11.0, 0.02);
    assert_near(sg_strata_share(&strata, queue, agent_of(&strata, 9), ms), 2 / 11.0, 0.03);
    assert_near(sg_strata_on_duty(&strata, queue, ms), 10, 0.1);
    assert_near(sg_strata_on_duty(&strata, other, ms), 0, 0);
    /* Gone home: the one who stays gets more and more, but newcomers stay possible. */
    for (unsigned i = 0; i < 300; i++)
        sg_strata_take(&strata, queue, agent_of(&strata, 5), ms + i * minute, 1);
    assert_true(sg_strata_share(&strata, queue, agent_of(&strata, 5), ms + 300 * minute) > 0.5);
    assert_true(sg_strata_share(&strata, queue, agent_of(&strata, 3), ms + 300 * minute) < 0.1);
    assert_true(sg_strata_share(&strata, queue, agent_of(&strata, 77), ms + 300 * minute) > 0);
    assert_true(sg_strata_share(&strata, queue, agent_of(&strata, 77), ms - day) <= 1);
    sg_strata_fini(&strata);
}

static void test_strata_full(void **state)
{
    struct sg_strata strata;
    (void)state;
    assert_int_equal(sg_strata_init(&strata), SCRUBGATE_OK);
    for (uint64_t i = 1; i <= SG_STRATA_MOST; i++)
        assert_int_equal(sg_strata_queue(&strata, i), i - 1);
    assert_int_equal(sg_strata_queue(&strata, 5000), SG_STRATA_NONE);
    assert_int_equal(sg_strata_queue(&strata, 5), 4);
    for (uint64_t i = 0; i < SG_STRATA_AGENTS; i++)
        assert_int_equal(agent_of(&strata, i), i);
    assert_int_equal(agent_of(&strata, UINT64_MAX), SG_STRATA_NONE);
    /* More members than there is room for. */
    for (uint16_t queue = 0; queue < 4; queue++)
        for (uint16_t agent = 0; agent < SG_STRATA_AGENTS; agent++)
            sg_strata_take(&strata, queue, agent, t0, 1);
    assert_true(sg_strata_share(&strata, 3, 5, t0) > 0);
    assert_near(sg_strata_share(&strata, SG_STRATA_NONE, 5, t0), 1, 0);
    assert_near(sg_strata_share(&strata, 3, SG_STRATA_NONE, t0), 1, 0);
    sg_strata_fini(&strata);
}

/* --- company --- */

enum { AGENTS = 25 };

struct world {
    const char *name;
    unsigned own;    /* the first so many agents get what is arranged */
    double arranged; /* how often */
    unsigned customers;
    bool shared;
    double least, most; /* evidence after 30 tickets, at the median of the rounds */
};

static const struct world worlds[] = {
    {"whom routing sends anywhere is no company", 1, 0, 1, false, 0, 0.5},
    {"one agent every other time is", 1, 0.5, 1, false, 8, 99},
    {"three agents, too", 3, 0.8, 1, false, 8, 99},
    {"a network that all share is no company", 1, 0, 30, true, 0, 0.5},
    {"a network whose customers go to three agents is", 3, 0.8, 30, true, 8, 99},
    {"one customer alone makes no network odd", 1, 1, 1, true, 0, 0.5},
};

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void test_world(void **state)
{
    const struct world *world = *state;
    double evidence[101];
    for (unsigned round = 0; round < 101; round++) {
        struct sg_company_record record = {.tag = 1};
        struct sg_philox random;
        sg_philox_init(&random, round, 1, 1);
        for (unsigned i = 0; i < 30; i++) {
            uint32_t agent = sg_philox_below(&random, AGENTS);
            if (sg_philox_chance(&random, world->arranged))
                agent = sg_philox_below(&random, world->own);
            const uint64_t customer = sg_philox_below(&random, world->customers);
            evidence[round] =
                sg_company_meet(&record, (uint16_t)agent, sg_mark(key, SG_MARK_CUSTOMER, customer),
                                1.0 / AGENTS, world->shared)
                    .evidence;
        }
    }
    qsort(evidence, 101, sizeof *evidence, compare);
    assert_true(evidence[50] >= world->least);
    assert_true(evidence[50] <= world->most);
    if (world->arranged == 0) /* about once in 10^3 tries over 3, wherever it begins */
        assert_true(evidence[99] < 3);
}

static void test_company_table(void **state)
{
    struct sg_company company;
    (void)state;
    assert_int_equal(sg_company_init(&company, 1024), SCRUBGATE_OK);
    struct sg_company_record *record = sg_company_find(&company, sg_mark(key, 1, 1), t0);
    record->evidence = 8;
    record->customers = 7;
    assert_near(sg_company_customers(record), 3, 0.2);
    assert_ptr_equal(sg_company_find(&company, sg_mark(key, 1, 1), t0 + 30 * day), record);
    assert_near(record->evidence, 4, 0.01);
    assert_ptr_equal(sg_company_find(&company, sg_mark(key, 1, 1), t0), record);
    assert_near(record->evidence, 4, 0.01); /* time does not go back */
    for (uint64_t id = 2; id < 20000; id++) /* a flood: the oldest goes */
        (void)sg_company_find(&company, sg_mark(key, 1, id), t0 + 31 * day);
    assert_near(sg_company_find(&company, sg_mark(key, 1, 1), t0 + 31 * day)->evidence, 0, 0);
    sg_company_fini(&company);
}

int main(void)
{
    sg_suite_add("shares follow who is here and how fast, and add up", test_shares, NULL);
    sg_suite_add("a full table says what it knows, and that it does not", test_strata_full, NULL);
    sg_suite_add("records fade, and the oldest makes room", test_company_table, NULL);
    SG_SUITE_ROWS(test_world, worlds);
    return sg_suite_run("company");
}
