/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_clock.c - dates and durations.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/clock.h"

#include "../lib/suite.h"

struct time_row {
    const char *name;
    uint64_t wall_ms;
    const char *want;
};

static const struct time_row times[] = {
    {"the start of time", 0, "1970-01-01T00:00:00.000Z"},
    {"milliseconds keep their zeros", 1007, "1970-01-01T00:00:01.007Z"},
    {"a leap day", 951782399999, "2000-02-28T23:59:59.999Z"},
    {"the second after it", 951782400000, "2000-02-29T00:00:00.000Z"},
    {"a billion seconds", 1000000000000, "2001-09-09T01:46:40.000Z"},
    {"past 32 bits", 4294967296000, "2106-02-07T06:28:16.000Z"},
};

static void formats_time(void **state)
{
    const struct time_row *row = *state;
    char text[25];
    sg_clock_format(row->wall_ms, text);
    assert_string_equal(text, row->want);
}

struct day_row {
    const char *name;
    int year, month, day;
    int64_t days;
};

static const struct day_row days[] = {
    {"day 0", 1970, 1, 1, 0},
    {"the day before", 1969, 12, 31, -1},
    {"a leap day in a year that 400 divides", 2000, 2, 29, 11016},
    {"1 March in a year that only 100 divides", 1900, 3, 1, -25508},
    {"28 February of that year", 1900, 2, 28, -25509},
    {"a leap day in a year that 4 divides", 2024, 2, 29, 19782},
    {"the day behind it", 2024, 3, 1, 19783},
    {"the first day counted", 1, 1, 1, -719162},
};

static void counts_days(void **state)
{
    const struct day_row *row = *state;
    assert_int_equal(sg_clock_days(row->year, row->month, row->day), row->days);
}

static void monotonic_time_does_not_step_back(void **state)
{
    (void)state;
    uint64_t before = sg_clock_mono_ns();
    for (int i = 0; i < 1000; i++) {
        uint64_t now = sg_clock_mono_ns();
        assert_true(now >= before);
        before = now;
    }
    assert_true(sg_clock_wall_ms() > UINT64_C(1600000000000));
}

int main(void)
{
    SG_SUITE_ROWS(formats_time, times);
    SG_SUITE_ROWS(counts_days, days);
    sg_suite_add("monotonic time does not step back", monotonic_time_does_not_step_back, NULL);
    return sg_suite_run("clock");
}
