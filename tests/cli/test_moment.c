/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_moment.c - moments as people type them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/clock.h"
#include "cli/moment.h"

#include "../lib/suite.h"

static const uint64_t now = UINT64_C(1795310759122); /* 2026-11-22T01:25:59.122Z */

struct row {
    const char *name, *text;
    const char *since, *until; /* NULL: no moment */
};

static const struct row rows[] = {
    {"RFC 3339", "2026-11-22T01:26:38Z", "2026-11-22T01:26:38.000Z", "2026-11-22T01:26:39.000Z"},
    {"with a fraction", "2026-11-22T01:26:38.122Z", "2026-11-22T01:26:38.122Z",
     "2026-11-22T01:26:38.123Z"},
    {"with more of it", "2026-11-22T01:26:38.1229999Z", "2026-11-22T01:26:38.122Z",
     "2026-11-22T01:26:38.123Z"},
    {"small letters", "2026-11-22t01:26:38z", "2026-11-22T01:26:38.000Z",
     "2026-11-22T01:26:39.000Z"},
    {"a zone in the east", "2026-11-22T02:26:38+01:00", "2026-11-22T01:26:38.000Z",
     "2026-11-22T01:26:39.000Z"},
    {"a zone in the west", "2026-11-21T20:26:38-0500", "2026-11-22T01:26:38.000Z",
     "2026-11-22T01:26:39.000Z"},
    {"without a zone it is UTC", "2026-11-22 01:26:38", "2026-11-22T01:26:38.000Z",
     "2026-11-22T01:26:39.000Z"},
    {"a minute", "2026-11-22 01:26", "2026-11-22T01:26:00.000Z", "2026-11-22T01:27:00.000Z"},
    {"a date", "2026-11-22", "2026-11-22T00:00:00.000Z", "2026-11-23T00:00:00.000Z"},
    {"the end of a year", "2026-12-31", "2026-12-31T00:00:00.000Z", "2027-01-01T00:00:00.000Z"},
    {"a leap day", "2028-02-29", "2028-02-29T00:00:00.000Z", "2028-03-01T00:00:00.000Z"},
    {"a leap day in another year", "2026-02-29", NULL, NULL},
    {"a leap day in a century", "2100-02-29", NULL, NULL},
    {"a leap second", "2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000Z",
     "2017-01-01T00:00:01.000Z"},
    {"so many hours", "24h", "2026-11-21T01:25:59.122Z", "2026-11-21T01:25:59.122Z"},
    {"so long ago", "2h ago", "2026-11-21T23:25:59.122Z", "2026-11-21T23:25:59.122Z"},
    {"two units", "1d1h", "2026-11-21T00:25:59.122Z", "2026-11-21T00:25:59.122Z"},
    {"weeks", "1w", "2026-11-15T01:25:59.122Z", "2026-11-15T01:25:59.122Z"},
    {"now", "now", "2026-11-22T01:25:59.122Z", "2026-11-22T01:25:59.122Z"},
    {"today", "today", "2026-11-22T00:00:00.000Z", "2026-11-23T00:00:00.000Z"},
    {"yesterday", "yesterday", "2026-11-21T00:00:00.000Z", "2026-11-22T00:00:00.000Z"},
    {"seconds since 1970", "@1795310759", "2026-11-22T01:25:59.000Z", "2026-11-22T01:26:00.000Z"},
    {"nothing", "", NULL, NULL},
    {"a number without a unit", "24", NULL, NULL},
    {"a unit that is none", "24y", NULL, NULL},
    {"longer ago than 1970", "99999w", NULL, NULL},
    {"longer ago than a number can say", "99999999999999999999s", NULL, NULL},
    {"a month that is none", "2026-13-01", NULL, NULL},
    {"a day that is none", "2026-11-31", NULL, NULL},
    {"an hour that is none", "2026-11-22T24:00:00Z", NULL, NULL},
    {"something behind it", "2026-11-22T01:26:38Zx", NULL, NULL},
    {"something behind a date", "2026-11-22x", NULL, NULL},
    {"half a time", "2026-11-22T01", NULL, NULL},
    {"a point without a fraction", "2026-11-22T01:26:38.Z", NULL, NULL},
    {"before 1970", "1969-12-31", NULL, NULL},
    {"before 1970 by its zone", "1970-01-01T00:00:00+01:00", NULL, NULL},
    {"seconds that are none", "@-1", NULL, NULL},
};

static void test_row(void **state)
{
    const struct row *row = *state;
    for (int end = 0; end < 2; end++) {
        const char *want = end == 1 ? row->until : row->since;
        char text[25];
        uint64_t ms = 0;
        bool good = sg_moment_read(row->text, now, end == 1, &ms);
        assert_int_equal(good, want != NULL);
        if (!good)
            continue;
        sg_clock_format(ms, text);
        assert_string_equal(text, want);
    }
}

static const struct span_row {
    const char *name, *text;
    uint64_t ms; /* 0: none */
} span_rows[] = {
    {"days", "400d", UINT64_C(34560000000)},
    {"two units of it", "1h30m", 5400000},
    {"not so long ago", "1h ago", 0},
    {"not a date", "2026-11-22", 0},
    {"not a word", "today", 0},
    {"not nothing", "", 0},
};

static void test_span(void **state)
{
    const struct span_row *row = *state;
    uint64_t ms = 0;
    assert_int_equal(sg_span_read(row->text, &ms), row->ms > 0);
    assert_int_equal(ms, row->ms);
}

int main(void)
{
    SG_SUITE_ROWS(test_row, rows);
    SG_SUITE_ROWS(test_span, span_rows);
    return sg_suite_run("cli/test_moment");
}
