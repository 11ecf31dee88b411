/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_eventlog.c - lines for analysis: whole ones, in the day's file, at the right moment.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/clock.h"
#include "proxy/eventlog.h"

#include "../lib/suite.h"
#include "../lib/tempdir.h"

#define DAY_ONE  1700000000000 /* 2023-11-14 */
#define DAY_TWO  1700090000000 /* 2023-11-15 */
#define FILE_ONE "events/2023-11-14.ndjson"
#define FILE_TWO "events/2023-11-15.ndjson"
#define LINE_ONE "{\"t\":1700000000000,\"customer\":\"0000000000000001\"}\n"
#define LINE_TWO "{\"t\":1700090000000,\"customer\":\"0000000000000001\"}\n"

struct world {
    struct sg_tempdir dir;
    struct sg_loop *loop;
    struct sg_eventfile *file;
    struct sg_eventlog *log;
    struct sg_timer stop;
};

static struct sg_loop *stopping;

static void stop_loop(struct sg_timer *timer)
{
    (void)timer;
    sg_loop_stop(stopping);
}

static void turn(struct world *world)
{
    world->stop.due = stop_loop;
    stopping = world->loop;
    assert_int_equal(sg_timer_set(world->loop, &world->stop, sg_clock_mono_ns()), SCRUBGATE_OK);
    assert_int_equal(sg_loop_run(world->loop), SCRUBGATE_OK);
}

/* Has the loop turn until the file is of that day, as the server's does. */
static void await_day(struct world *world, uint64_t time_ms)
{
    while (sg_eventfile_want(world->file, time_ms / 86400000) < 0)
        turn(world);
}

static void begin(struct world *world)
{
    struct scrubgate_fault fault;
    memset(world, 0, sizeof *world);
    sg_tempdir_make(&world->dir);
    assert_int_equal(sg_loop_new(&world->loop), SCRUBGATE_OK);
    assert_int_equal(sg_eventfile_open(&world->file, world->dir.path, world->loop, &fault),
                     SCRUBGATE_OK);
    assert_int_equal(sg_eventlog_open(&world->log, world->file, world->loop), SCRUBGATE_OK);
    await_day(world, DAY_ONE);
}

static void close_log(struct world *world)
{
    sg_eventlog_close(world->log);
    world->log = NULL;
}

static void end(struct world *world)
{
    close_log(world);
    sg_eventfile_close(world->file);
    sg_loop_free(world->loop);
    sg_tempdir_remove(&world->dir);
}

static void add(struct world *world, uint64_t time_ms)
{
    struct sg_collusion_event event = {.time_ms = time_ms, .customer = 1};
    sg_eventlog_add(world->log, &event);
}

static void assert_file(struct world *world, const char *name, const char *want)
{
    char *text = sg_tempdir_read(&world->dir, name, NULL);
    assert_string_equal(text, want);
    free(text);
}

static size_t size_of(struct world *world, const char *name)
{
    size_t len = 0;
    if (sg_tempdir_has(&world->dir, name))
        free(sg_tempdir_read(&world->dir, name, &len));
    return len;
}

static void test_lines_wait_and_closing_writes_them(void **state)
{
    (void)state;
    struct world world;
    begin(&world);
    add(&world, DAY_ONE);
    add(&world, DAY_ONE);
    assert_int_equal(size_of(&world, FILE_ONE), 0);
    close_log(&world);
    assert_file(&world, FILE_ONE, LINE_ONE LINE_ONE);
    end(&world);
}

static void test_the_timer_writes_them(void **state)
{
    (void)state;
    struct world world;
    begin(&world);
    add(&world, DAY_ONE);
    /* Set after the log's and for later: when it is due, the log's was. */
    stopping = world.loop;
    world.stop.due = stop_loop;
    assert_int_equal(sg_timer_set(world.loop, &world.stop, sg_loop_now(world.loop) + 1000000001),
                     SCRUBGATE_OK);
    assert_int_equal(sg_loop_run(world.loop), SCRUBGATE_OK);
    assert_file(&world, FILE_ONE, LINE_ONE);
    end(&world);
}

static void test_many_lines_do_not_wait(void **state)
{
    (void)state;
    struct world world;
    size_t n = 64 * 1024 / strlen(LINE_ONE);
    begin(&world);
    for (size_t i = 0; i < n; i++)
        add(&world, DAY_ONE);
    assert_int_equal(size_of(&world, FILE_ONE), 0);
    add(&world, DAY_ONE);
    assert_int_equal(size_of(&world, FILE_ONE), (n + 1) * strlen(LINE_ONE));
    end(&world);
}

static void test_each_day_has_its_file(void **state)
{
    (void)state;
    struct world world;
    begin(&world);
    add(&world, DAY_ONE);
    add(&world, DAY_TWO);
    add(&world, DAY_TWO);
    assert_file(&world, FILE_ONE, LINE_ONE);
    await_day(&world, DAY_TWO);
    close_log(&world);
    assert_file(&world, FILE_TWO, LINE_TWO LINE_TWO);
    end(&world);
}

static void test_two_workers_share_a_file(void **state)
{
    (void)state;
    struct world world;
    struct sg_eventlog *other;
    struct sg_collusion_event event = {.time_ms = DAY_ONE, .customer = 1};
    begin(&world);
    assert_int_equal(sg_eventlog_open(&other, world.file, world.loop), SCRUBGATE_OK);
    add(&world, DAY_ONE);
    sg_eventlog_add(other, &event);
    close_log(&world);
    sg_eventlog_close(other);
    assert_file(&world, FILE_ONE, LINE_ONE LINE_ONE);
    end(&world);
}

static void test_a_full_disk_cuts_no_line_for_good(void **state)
{
    (void)state;
    struct world world;
    struct rlimit before, small;
    char want[1024];
    begin(&world);
    (void)signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = before;
    small.rlim_cur = strlen(LINE_ONE) + 10; /* ends inside the second line */
    add(&world, DAY_ONE);
    add(&world, DAY_ONE);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    add(&world, DAY_TWO); /* writes the old day's, as far as it goes */
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    await_day(&world, DAY_TWO);
    close_log(&world);
    (void)snprintf(want, sizeof want, "%s%.10s", LINE_ONE, LINE_ONE);
    assert_file(&world, FILE_ONE, want);
    assert_file(&world, FILE_TWO, LINE_ONE LINE_TWO);
    end(&world);
}

static void test_a_line_cut_by_a_full_disk_does_not_run_into_the_next(void **state)
{
    (void)state;
    struct world world;
    struct rlimit before, small;
    char want[4096];
    size_t n = 64 * 1024 / strlen(LINE_ONE) + 1;
    begin(&world);
    (void)signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = before;
    small.rlim_cur = 10;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    for (size_t i = 0; i < n; i++)
        add(&world, DAY_ONE); /* the last one writes, and is stopped after ten bytes */
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    close_log(&world);
    char *text = sg_tempdir_read(&world.dir, FILE_ONE, NULL);
    (void)snprintf(want, sizeof want, "%.10s\n%s%s", LINE_ONE, LINE_ONE, LINE_ONE);
    assert_memory_equal(text, want, strlen(want));
    assert_int_equal(strlen(text), 11 + n * strlen(LINE_ONE));
    free(text);
    end(&world);
}

static void test_lines_wait_for_their_days_file(void **state)
{
    (void)state;
    struct world world;
    begin(&world);
    add(&world, DAY_TWO); /* the server has not opened it yet */
    assert_false(sg_tempdir_has(&world.dir, FILE_TWO));
    assert_int_equal(size_of(&world, FILE_ONE), 0);
    await_day(&world, DAY_TWO);
    close_log(&world);
    assert_file(&world, FILE_TWO, LINE_TWO);
    assert_file(&world, FILE_ONE, "");
    end(&world);
}

static void test_at_the_end_another_days_file_is_better_than_none(void **state)
{
    (void)state;
    struct world world;
    begin(&world);
    add(&world, DAY_TWO);
    close_log(&world); /* the server opens nothing any more */
    assert_file(&world, FILE_ONE, LINE_TWO);
    end(&world);
}

static void test_a_day_that_cannot_be_opened_is_asked_for_again(void **state)
{
    (void)state;
    struct world world;
    char path[512];
    begin(&world);
    sg_tempdir_mkdir(&world.dir, FILE_TWO);
    add(&world, DAY_TWO);
    turn(&world);
    turn(&world); /* it has tried by now */
    assert_int_equal(sg_eventfile_want(world.file, DAY_TWO / 86400000), -1);
    sg_tempdir_path(&world.dir, FILE_TWO, path);
    assert_int_equal(rmdir(path), 0);
    await_day(&world, DAY_TWO);
    close_log(&world);
    assert_file(&world, FILE_TWO, LINE_TWO);
    end(&world);
}

static void test_a_file_in_the_folders_place_is_an_error(void **state)
{
    (void)state;
    struct world world;
    struct sg_eventfile *file;
    struct scrubgate_fault fault = {.what = ""};
    char path[512];
    begin(&world);
    sg_tempdir_write(&world.dir, "state", "", 0);
    sg_tempdir_path(&world.dir, "state", path);
    assert_int_equal(sg_eventfile_open(&file, path, world.loop, &fault), SCRUBGATE_EIO);
    assert_null(file);
    assert_true(strlen(fault.what) > 0);
    end(&world);
}

int main(void)
{
    sg_suite_add("lines wait, and closing writes them", test_lines_wait_and_closing_writes_them,
                 NULL);
    sg_suite_add("the timer writes them", test_the_timer_writes_them, NULL);
    sg_suite_add("many lines do not wait", test_many_lines_do_not_wait, NULL);
    sg_suite_add("each day has its file", test_each_day_has_its_file, NULL);
    sg_suite_add("two workers share a file", test_two_workers_share_a_file, NULL);
    sg_suite_add("a full disk cuts no line for good", test_a_full_disk_cuts_no_line_for_good, NULL);
    sg_suite_add("a line cut by a full disk does not run into the next",
                 test_a_line_cut_by_a_full_disk_does_not_run_into_the_next, NULL);
    sg_suite_add("lines wait for their day's file", test_lines_wait_for_their_days_file, NULL);
    sg_suite_add("at the end another day's file is better than none",
                 test_at_the_end_another_days_file_is_better_than_none, NULL);
    sg_suite_add("a day that cannot be opened is asked for again",
                 test_a_day_that_cannot_be_opened_is_asked_for_again, NULL);
    sg_suite_add("a file in the folder's place is an error",
                 test_a_file_in_the_folders_place_is_an_error, NULL);
    return sg_suite_run("eventlog");
}
