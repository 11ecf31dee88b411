/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_event_expiry.c - old days of events go, each once, and a wrong clock takes none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <cmocka.h>

#include "base/clock.h"
#include "proxy/event_expiry.h"

#include "../lib/suite.h"
#include "../lib/tempdir.h"

#define DAY UINT64_C(86400000)

static const uint64_t today = 20600; /* of a May of 2026 */

struct world {
    struct sg_tempdir dir;
    struct sg_event_expiry expiry;
    struct sg_expired expired;
    struct scrubgate_fault fault;
};

static void name_of(uint64_t day, char name[64])
{
    char text[25];
    sg_clock_format(day * DAY, text);
    (void)snprintf(name, 64, "%.10s.ndjson", text);
}

static void put_day(struct world *world, uint64_t day)
{
    char name[64];
    name_of(day, name);
    sg_tempdir_write(&world->dir, name, "{}\n", 3);
}

static bool has_day(const struct world *world, uint64_t day)
{
    char name[64];
    name_of(day, name);
    return sg_tempdir_has(&world->dir, name);
}

/* Every tenth day of a year, and yesterday. */
static void begin(struct world *world)
{
    memset(world, 0, sizeof *world);
    sg_tempdir_make(&world->dir);
    for (uint64_t back = 0; back <= 360; back += 10)
        put_day(world, today - back);
    put_day(world, today - 1);
    sg_event_expiry_init(&world->expiry, today * DAY, 0);
}

static enum scrubgate_status tend(struct world *world, uint64_t wall_ms, uint64_t boot_ms)
{
    return sg_event_expiry_tend(&world->expiry, world->dir.path, wall_ms, boot_ms * 1000000,
                                &world->expired, &world->fault);
}

static void test_old_days_go(void **state)
{
    struct world world;
    (void)state;
    begin(&world);
    static const char *const strangers[] = {
        "notes.ndjson",      "2020-01-01.json",     "2020-13-01.ndjson",
        "2020-00-01.ndjson", "2020-01-01.ndjson.x", "x2020-01-01.ndjson",
        "20-01-2020.ndjson", "2020-01-1.ndjson",    "1969-12-31.ndjson",
    };
    for (size_t i = 0; i < sizeof strangers / sizeof strangers[0]; i++)
        sg_tempdir_write(&world.dir, strangers[i], "x", 1);
    assert_int_equal(tend(&world, today * DAY + 5, 5), SCRUBGATE_OK);
    assert_int_equal(world.expired.files, 18);
    assert_int_equal(world.expired.to_ms, (today - 189) * DAY);
    for (uint64_t back = 0; back <= 360; back += 10)
        assert_true(has_day(&world, today - back) == (back <= 180));
    for (size_t i = 0; i < sizeof strangers / sizeof strangers[0]; i++)
        assert_true(sg_tempdir_has(&world.dir, strangers[i]));
    /* Once a day; the next takes the next. */
    put_day(&world, today - 300);
    assert_int_equal(tend(&world, today * DAY + 9, 9), SCRUBGATE_DONE);
    assert_true(has_day(&world, today - 300));
    assert_int_equal(tend(&world, (today + 1) * DAY, DAY), SCRUBGATE_OK);
    assert_int_equal(world.expired.files, 2);
    sg_tempdir_remove(&world.dir);
}

static const struct clock_row {
    const char *name;
    uint64_t begun, wall, boot; /* days; the process's, and how long it runs */
    bool day_behind;            /* there are events of the day before */
    bool goes;
} clocks[] = {
    {"a clock that jumps ahead under the process", today, today + 400, 0, true, false},
    {"a clock that jumps back under the process", today + 400, today, 0, true, false},
    {"a start with a clock a year ahead", today + 400, today + 400, 0, false, false},
    {"a clock that was a year ahead and has gone on for a day", today + 400, today + 401, 1, true,
     true},
    {"a start after a week that was switched off", today + 7, today + 7, 0, false, true},
};

static void test_clock(void **state)
{
    const struct clock_row *row = *state;
    struct world world;
    begin(&world);
    sg_event_expiry_init(&world.expiry, row->begun * DAY, 0);
    if (row->day_behind)
        put_day(&world, row->wall - 1);
    assert_int_equal(tend(&world, row->wall * DAY, row->boot * DAY),
                     row->goes ? SCRUBGATE_OK : SCRUBGATE_DONE);
    assert_true(has_day(&world, today - 360) == !row->goes);
    sg_tempdir_remove(&world.dir);
}

static void test_trouble(void **state)
{
    struct world world;
    char name[64], path[512];
    (void)state;
    begin(&world);
    name_of(today - 200, name);
    sg_tempdir_path(&world.dir, name, path);
    assert_int_equal(remove(path), 0);
    assert_int_equal(mkdir(path, 0700), 0); /* no file to unlink */
    assert_int_equal(tend(&world, today * DAY, 0), SCRUBGATE_EIO);
    assert_int_equal(world.expired.files, 17);
    assert_int_equal(sg_event_expiry_tend(&world.expiry, "/nowhere", (today + 1) * DAY,
                                          DAY * 1000000, &world.expired, &world.fault),
                     SCRUBGATE_EIO);
    assert_int_equal(world.expired.files, 0);
    sg_tempdir_remove(&world.dir);
}

int main(void)
{
    sg_suite_add("days beyond 180 go, once a day, and nothing else", test_old_days_go, NULL);
    SG_SUITE_ROWS(test_clock, clocks);
    sg_suite_add("what cannot be removed is told, the rest goes", test_trouble, NULL);
    return sg_suite_run("event_expiry");
}
