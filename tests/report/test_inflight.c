/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_inflight.c - decisions and outcomes find each other, in any order and number.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "report/inflight.h"

#include "../lib/dice.h"
#include "../lib/suite.h"

static const struct sg_bytes boot = {(const uint8_t *)"b", 1};

static struct sg_bytes id_of(uint64_t n, char text[17])
{
    (void)snprintf(text, 17, "%016llx", (unsigned long long)n);
    return (struct sg_bytes){(const uint8_t *)text, 16};
}

static void decide(struct sg_inflight *inflight, uint64_t id, uint64_t seq, bool in_range)
{
    char text[17];
    sg_inflight_decision(inflight, boot, id_of(id, text), seq, in_range);
}

static void end(struct sg_inflight *inflight, uint64_t id)
{
    char text[17];
    sg_inflight_outcome(inflight, boot, id_of(id, text), true);
}

static void test_an_outcome_ends_its_decisions(void **state)
{
    struct sg_inflight inflight;
    uint64_t before, behind;
    char text[17];
    (void)state;
    assert_int_equal(sg_inflight_init(&inflight), SCRUBGATE_OK);
    decide(&inflight, 1, 10, true);
    decide(&inflight, 1, 11, true); /* the response */
    decide(&inflight, 2, 12, true);
    decide(&inflight, 3, 13, false);
    end(&inflight, 1);
    end(&inflight, 9);
    sg_inflight_outcome(&inflight, SG_BYTES("other"), id_of(2, text), true);
    assert_int_equal(inflight.decided, 2);
    assert_int_equal(inflight.joined, 1);
    assert_int_equal(inflight.alone, 2);
    sg_inflight_count(&inflight, 12, &before, &behind);
    assert_int_equal(before, 0);
    assert_int_equal(behind, 1);
    sg_inflight_count(&inflight, 13, &before, &behind);
    assert_int_equal(before, 1);
    sg_inflight_fini(&inflight);
}

/* Those that stand in each other's way in the table are found all the same. */
static void test_any_order(void **state)
{
    enum { MANY = 100000 };
    static bool open[MANY];
    struct sg_inflight inflight;
    struct sg_dice dice = {11};
    uint64_t joined = 0, alone = 0, left = 0, before, behind;
    (void)state;
    assert_int_equal(sg_inflight_init(&inflight), SCRUBGATE_OK);
    for (int i = 0; i < 4 * MANY; i++) {
        size_t id = sg_dice_below(&dice, MANY);
        if (sg_dice_often(&dice, 500)) {
            decide(&inflight, id, id, true);
            open[id] = true;
        } else {
            end(&inflight, id);
            joined += open[id];
            alone += !open[id];
            open[id] = false;
        }
    }
    for (int i = 0; i < MANY; i++)
        left += open[i];
    sg_inflight_count(&inflight, UINT64_MAX, &before, &behind);
    assert_int_equal(inflight.joined, joined);
    assert_int_equal(inflight.alone, alone);
    assert_int_equal(before, left);
    assert_int_equal(inflight.unjoined, 0);
    sg_inflight_fini(&inflight);
}

static void test_more_than_there_is_room_for_are_told(void **state)
{
    struct sg_inflight inflight;
    uint64_t before, behind;
    (void)state;
    assert_int_equal(sg_inflight_init(&inflight), SCRUBGATE_OK);
    for (uint64_t i = 0; i < SG_INFLIGHT_MOST + 50; i++)
        decide(&inflight, i, i, true);
    assert_int_equal(inflight.unjoined, 50);
    sg_inflight_count(&inflight, 0, &before, &behind);
    assert_int_equal(behind, SG_INFLIGHT_MOST);
    end(&inflight, 3);
    decide(&inflight, UINT64_MAX, 1, true);
    assert_int_equal(inflight.unjoined, 50);
    sg_inflight_fini(&inflight);
}

int main(void)
{
    sg_suite_add("an outcome ends the decisions of its id and boot",
                 test_an_outcome_ends_its_decisions, NULL);
    sg_suite_add("in any order, as a plain table would say", test_any_order, NULL);
    sg_suite_add("more than there is room for are told as not joined",
                 test_more_than_there_is_room_for_are_told, NULL);
    return sg_suite_run("report/test_inflight");
}
