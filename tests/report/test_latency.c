/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_latency.c - quantiles are those of the sorted values, but for 1.6 %.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "report/latency.h"

#include "../lib/dice.h"
#include "../lib/suite.h"

static int compare(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return (left > right) - (left < right);
}

static void test_quantiles(void **state)
{
    enum { MANY = 9973 };
    static const unsigned wanted[] = {1, 100, 5000, 9000, 9900, 9990, 10000};
    static uint64_t values[MANY];
    static struct sg_latency latency;
    struct sg_dice dice = {2};
    (void)state;
    for (size_t i = 0; i < MANY; i++) {
        values[i] = sg_dice_roll(&dice) >> (20 + sg_dice_below(&dice, 40));
        sg_latency_add(&latency, values[i]);
    }
    qsort(values, MANY, sizeof values[0], compare);
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        uint64_t rank = ((uint64_t)MANY * wanted[i] + 9999) / 10000;
        double right = (double)values[rank - 1];
        double said = (double)sg_latency_quantile(&latency, wanted[i]);
        assert_true(said >= right * 0.984 - 1 && said <= right * 1.016 + 1);
    }
}

static void test_steps_hold_each_once(void **state)
{
    static const uint64_t values[] = {0,       999,     1000,          1999,          2000,
                                      4999999, 5000000, 2000000000000, 9999999999999, UINT64_MAX};
    static struct sg_latency latency;
    uint64_t sum = 0;
    (void)state;
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
        sg_latency_add(&latency, values[i]);
    for (size_t i = 0; i < SG_LATENCY_STEPS; i++)
        sum += latency.step[i];
    assert_int_equal(sum, sizeof values / sizeof values[0]);
    assert_int_equal(latency.step[0], 2);
    assert_int_equal(latency.step[1], 2);
    assert_int_equal(latency.step[2], 1);
    assert_int_equal(latency.step[SG_LATENCY_STEPS - 1], 3);
    assert_true(sg_latency_quantile(&latency, 10000) > UINT64_MAX / 100 * 98);
}

static void test_none(void **state)
{
    static const struct sg_latency latency = {.n = 0};
    (void)state;
    assert_int_equal(sg_latency_quantile(&latency, 5000), 0);
}

int main(void)
{
    sg_suite_add("quantiles are those of the sorted values, but for 1.6 %", test_quantiles, NULL);
    sg_suite_add("steps hold each value once", test_steps_hold_each_once, NULL);
    sg_suite_add("of nothing there is none", test_none, NULL);
    return sg_suite_run("report/test_latency");
}
