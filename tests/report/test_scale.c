/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_scale.c - an axis ends where people would end it, whatever the numbers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "report/scale.h"

#include "../lib/dice.h"
#include "../lib/suite.h"

struct row {
    const char *name;
    uint64_t most, top, step;
    const char *label; /* of the top */
};

static const struct row rows[] = {
    {"nothing at all still has an axis", 0, 1, 1, "1"},
    {"one", 1, 1, 1, "1"},
    {"a few are counted one by one", 5, 5, 1, "5"},
    {"six by twos", 6, 6, 2, "6"},
    {"seven end at eight", 7, 8, 2, "8"},
    {"eleven by fives", 11, 15, 5, "15"},
    {"a hundred and one by fifties", 101, 150, 50, "150"},
    {"thousands are said in short", 4300, 5000, 1000, "5k"},
    {"and their tenths", 1100, 1500, 500, "1.5k"},
    {"millions", 9999999, 10000000, 2000000, "10M"},
    {"the largest there is", UINT64_MAX, UINT64_C(18446744073709551615),
     UINT64_C(5000000000000000000), "18.4E"},
};

static void test_row(void **state)
{
    const struct row *row = *state;
    struct sg_scale scale;
    char text[SG_NUMBER_TEXT];
    sg_scale_choose(&scale, row->most);
    assert_true(scale.top == row->top);
    assert_true(scale.step == row->step);
    sg_scale_label(scale.top, text);
    assert_string_equal(text, row->label);
}

static void test_any_number(void **state)
{
    struct sg_dice dice = {3};
    (void)state;
    for (int i = 0; i < 100000; i++) {
        uint64_t most = sg_dice_roll(&dice) >> sg_dice_below(&dice, 64);
        uint64_t value = most == UINT64_MAX ? most : sg_dice_roll(&dice) % (most + 1);
        struct sg_scale scale;
        sg_scale_choose(&scale, most);
        assert_true(scale.top >= most && scale.step > 0);
        assert_true(scale.n >= 2 && scale.n <= SG_SCALE_TICKS);
        double length = sg_scale_length(&scale, value, 190);
        assert_true(length >= 0 && length <= 190);
        assert_true(sg_scale_length(&scale, most, 190) >= length);
    }
}

int main(void)
{
    SG_SUITE_ROWS(test_row, rows);
    sg_suite_add("any number has an axis with a few ticks, and a place on it", test_any_number,
                 NULL);
    return sg_suite_run("report/test_scale");
}
