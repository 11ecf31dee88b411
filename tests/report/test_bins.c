/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_bins.c - time is cut where people would cut it, and nothing falls between the parts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "report/bins.h"

#include "../lib/dice.h"
#include "../lib/suite.h"

#define MINUTE UINT64_C(60000)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)
/* Sunday, 22 November 2026, 13:24:06.789 */
#define NOW    (UINT64_C(20779) * DAY + 13 * HOUR + 24 * MINUTE + 6789)

struct row {
    const char *name;
    uint64_t first, last;
    const char *width;
    size_t n;
    const char *first_bin, *last_bin, *label; /* of the first */
};

static const struct row rows[] = {
    {"one moment is one minute", NOW, NOW, "1 minute", 1, "2026-11-22 13:24", "2026-11-22 13:24",
     "13:24"},
    {"an hour is by the minute", NOW, NOW + 59 * MINUTE, "1 minute", 60, "2026-11-22 13:24",
     "2026-11-22 14:23", "13:24"},
    {"over an hour by two minutes", NOW, NOW + 60 * MINUTE, "2 minutes", 31, "2026-11-22 13:24",
     "2026-11-22 14:24", "13:24"},
    {"a day is by half hours", NOW, NOW + DAY, "30 minutes", 49, "2026-11-22 13:00",
     "2026-11-23 13:00", "13:00"},
    {"two days by the hour", NOW, NOW + 2 * DAY, "1 hour", 49, "2026-11-22 13:00",
     "2026-11-24 13:00", "13:00"},
    {"a week is by three hours", NOW, NOW + 7 * DAY, "3 hours", 57, "2026-11-22 12:00",
     "2026-11-29 12:00", "12:00"},
    {"a month is by days", NOW, NOW + 30 * DAY, "1 day", 31, "2026-11-22", "2026-12-22", "22 Nov"},
    {"half a year is by weeks, which begin on Monday", NOW, NOW + 182 * DAY, "1 week", 27,
     "2026-11-16", "2027-05-17", "16 Nov"},
    {"three years are by months", NOW, NOW + 3 * 365 * DAY, "1 month", 37, "2026-11", "2029-11",
     "Nov 2026"},
    {"ten years are by quarters", NOW, NOW + 3650 * DAY, "3 months", 41, "2026-10", "2036-10",
     "Oct 2026"},
    {"the first week of all is short", 0, 120 * DAY, "1 week", 18, "1970-01-01", "1970-04-27",
     "1 Jan"},
    {"all of time is one range", 0, UINT64_MAX, "100 years", 81, "1970-01", "9900-01", "1970"},
    {"what ends before it begins is one moment", NOW, NOW - 1, "1 minute", 1, "2026-11-22 13:24",
     "2026-11-22 13:24", "13:24"},
};

static void test_row(void **state)
{
    const struct row *row = *state;
    struct sg_bins bins;
    char text[SG_BIN_LABEL];
    sg_bins_choose(&bins, row->first, row->last);
    assert_string_equal(bins.width, row->width);
    assert_int_equal(bins.n, row->n);
    sg_bins_name(&bins, 0, text);
    assert_string_equal(text, row->first_bin);
    sg_bins_name(&bins, bins.n - 1, text);
    assert_string_equal(text, row->last_bin);
    sg_bins_label(&bins, 0, text);
    assert_string_equal(text, row->label);
}

/* Edges rise, each moment is in the bin whose edges are around it, and labels fit. */
static void check(uint64_t first, uint64_t last, struct sg_dice *dice)
{
    struct sg_bins bins;
    size_t start, step;
    sg_bins_choose(&bins, first, last);
    assert_true(bins.n >= 1 && bins.n <= SG_BINS_MOST);
    assert_true(bins.edge[0] <= first && bins.edge[bins.n] > last);
    for (size_t i = 0; i < bins.n; i++)
        assert_true(bins.edge[i] < bins.edge[i + 1]);
    for (int i = 0; i < 20; i++) {
        uint64_t time = first + sg_dice_roll(dice) % (last - first + 1);
        size_t bin = sg_bins_find(&bins, time);
        assert_true(bins.edge[bin] <= time && time < bins.edge[bin + 1]);
    }
    assert_int_equal(sg_bins_find(&bins, UINT64_MAX), bins.n - 1);
    for (size_t most = 3; most < 12; most++) {
        step = sg_bins_label_step(&bins, most, &start);
        assert_true(step > 0 && start < bins.n);
        assert_true((bins.n - start + step - 1) / step <= most + 1);
    }
}

static void test_any_range(void **state)
{
    struct sg_dice dice = {7};
    (void)state;
    for (int i = 0; i < 20000; i++) {
        uint64_t first = sg_dice_roll(&dice) % (UINT64_C(100) * 365 * DAY);
        uint64_t length = sg_dice_roll(&dice) % ((uint64_t)1 << (10 + sg_dice_below(&dice, 33)));
        check(first, first + length, &dice);
    }
}

int main(void)
{
    SG_SUITE_ROWS(test_row, rows);
    sg_suite_add("any range is covered by a few parts, without a gap", test_any_range, NULL);
    return sg_suite_run("report/test_bins");
}
