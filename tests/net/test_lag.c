/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_lag.c - a loop's delay is measured while somebody asks, behind what was ready before.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/clock.h"
#include "net/lag.h"

#include "../lib/suite.h"

enum { MS = 1000000, PERIOD = MS };

static struct sg_loop *loop;
static struct sg_lag lag;
static struct sg_timer end;
static unsigned measured, wanted;
static uint64_t longest;

static void note(struct sg_lag *from, uint64_t delay_ns)
{
    assert_ptr_equal(from, &lag);
    measured++;
    longest = delay_ns > longest ? delay_ns : longest;
    if (measured < wanted)
        sg_lag_want(&lag);
    else if (wanted > 0)
        sg_loop_stop(loop);
}

static void stop(struct sg_timer *timer)
{
    (void)timer;
    sg_loop_stop(loop);
}

static void begin(unsigned times)
{
    measured = 0;
    wanted = times;
    longest = 0;
    end = (struct sg_timer){.due = stop};
    assert_int_equal(sg_loop_new(&loop), SCRUBGATE_OK);
    assert_int_equal(sg_lag_init(&lag, loop, PERIOD, note), SCRUBGATE_OK);
}

static void finish(void)
{
    sg_lag_fini(&lag);
    sg_timer_cancel(loop, &end);
    sg_loop_free(loop);
}

static void test_who_asks_is_told_each_time(void **state)
{
    (void)state;
    begin(3);
    sg_lag_want(&lag);
    assert_int_equal(sg_loop_run(loop), SCRUBGATE_OK);
    assert_int_equal(measured, 3);
    assert_true(longest > 0);
    finish();
}

static void test_nobody_asks_nothing_is_measured(void **state)
{
    (void)state;
    begin(0);
    assert_int_equal(sg_timer_set(loop, &end, sg_clock_mono_ns() + 20 * PERIOD), SCRUBGATE_OK);
    assert_int_equal(sg_loop_run(loop), SCRUBGATE_OK);
    assert_int_equal(measured, 0);
    finish();
}

static void test_asked_once_it_measures_once_and_rests(void **state)
{
    (void)state;
    begin(0);
    sg_lag_want(&lag);
    assert_int_equal(sg_timer_set(loop, &end, sg_clock_mono_ns() + 20 * PERIOD), SCRUBGATE_OK);
    assert_int_equal(sg_loop_run(loop), SCRUBGATE_OK);
    assert_int_equal(measured, 1);
    assert_int_equal(lag.timer.place, 0);
    finish();
}

/* Many descriptors that became ready before the probe: each takes its turn first. */
enum { OTHERS = 600 };
static struct sg_watch others[OTHERS];
static unsigned turns;

static void take_turn(struct sg_watch *watch, uint32_t events)
{
    (void)events;
    assert_int_equal(measured, 0);
    sg_watch_remove(loop, watch);
    turns++;
}

static void test_it_waits_behind_what_was_ready_before(void **state)
{
    (void)state;
    begin(1);
    turns = 0;
    for (size_t i = 0; i < OTHERS; i++) {
        others[i] =
            (struct sg_watch){.fd = eventfd(1, EFD_NONBLOCK | EFD_CLOEXEC), .ready = take_turn};
        assert_true(others[i].fd >= 0);
        assert_int_equal(sg_watch_add(loop, &others[i], EPOLLIN), SCRUBGATE_OK);
    }
    lag.every_ns = 60000 * UINT64_C(1000000); /* never late */
    lag.wanted = true;
    lag.timer.due(&lag.timer); /* a tick: the probe leaves now */
    assert_int_equal(sg_loop_run(loop), SCRUBGATE_OK);
    assert_int_equal(turns, OTHERS);
    for (size_t i = 0; i < OTHERS; i++)
        (void)close(others[i].fd);
    finish();
}

static void test_one_that_was_never_begun_can_be_ended(void **state)
{
    struct sg_lag none = {.loop = NULL};
    (void)state;
    sg_lag_fini(&none);
}

int main(void)
{
    sg_suite_add("who asks is told each time", test_who_asks_is_told_each_time, NULL);
    sg_suite_add("nobody asks: nothing is measured", test_nobody_asks_nothing_is_measured, NULL);
    sg_suite_add("asked once it measures once and rests",
                 test_asked_once_it_measures_once_and_rests, NULL);
    sg_suite_add("it waits behind what was ready before",
                 test_it_waits_behind_what_was_ready_before, NULL);
    sg_suite_add("one that was never begun can be ended",
                 test_one_that_was_never_begun_can_be_ended, NULL);
    return sg_suite_run("net/test_lag");
}
