/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_upstream_cancel.c - calls that end, and begin, in the midst of others.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "../lib/caller.h"
#include "../lib/suite.h"

/* --- ending calls at any point --- */

struct cancelled {
    const char *name;
    enum sg_probe_point at;
    size_t take_most;
    const char *want;
};

static const struct cancelled cancels[] = {
    {"at its head", SG_PROBE_HEAD, 0, "<200 chunked><cancelled>"},
    {"at its body", SG_PROBE_BODY, 0, "<200 chunked><cancelled>"},
    {"at a body held back", SG_PROBE_BODY, 1, "<200 chunked><cancelled>"},
    {"at its end, when it is gone already", SG_PROBE_END, 0, "<200 chunked>abcde<end><cancelled>"},
};

static void test_cancelled(void **state)
{
    const struct cancelled *row = *state;
    struct sg_probe probe = {.cancel_at = row->at, .take_most = row->take_most};
    sg_caller_begin();
    sg_caller_add(SG_STEP_ACCEPT);
    sg_caller_add(SG_STEP_HEAD);
    sg_caller_say(SG_OK_HEAD "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
    sg_caller_add(SG_STEP_CLOSED);
    sg_caller_start();
    sg_caller_open(&probe, SG_GET, false);
    sg_caller_send_last(&probe, NULL);
    sg_probe_run(sg_caller.loop);
    assert_string_equal(probe.story, row->want);
    sg_caller_finish();
}

static void test_cancelled_at_writable_and_failed(void **state)
{
    (void)state;
    struct sg_probe probe = {.cancel_at = SG_PROBE_WRITABLE};
    struct sg_probe other = {.cancel_at = SG_PROBE_FAILED};
    sg_caller_begin();
    sg_caller_add(SG_STEP_ACCEPT);
    sg_caller_add(SG_STEP_HEAD);
    sg_caller_add(SG_STEP_CLOSED);
    sg_caller_add(SG_STEP_ACCEPT);
    sg_caller_add(SG_STEP_HEAD);
    sg_caller_say("garbage");
    sg_caller_start();
    sg_caller.sent = 0;
    sg_caller_open(&probe, SG_POST_CHUNKED, false);
    sg_caller_fill(&probe);
    sg_probe_run(sg_caller.loop);
    assert_string_equal(probe.story, "<cancelled>");
    sg_caller_open(&other, SG_GET, false);
    sg_caller_send_last(&other, NULL);
    sg_probe_run(sg_caller.loop);
    assert_string_equal(other.story, "<upstream-malformed><cancelled>");
    sg_caller_finish();
}

static void test_cancelled_before_anything(void **state)
{
    (void)state;
    struct sg_probe probe = {0}, second = {0};
    sg_caller_begin();
    sg_caller_add(SG_STEP_ACCEPT); /* the first connection, closed before a byte */
    sg_caller_add(SG_STEP_CLOSED);
    sg_caller_add(SG_STEP_ACCEPT);
    sg_caller_add(SG_STEP_HEAD);
    sg_caller_say(SG_OK2);
    sg_caller_start();
    sg_caller_open(&probe, SG_GET, false);
    sg_call_cancel(probe.call);
    sg_caller_open(&second, SG_GET, false);
    sg_caller_send_last(&second, NULL);
    sg_probe_run(sg_caller.loop);
    assert_string_equal(probe.story, "");
    assert_string_equal(second.story, SG_SAID_OK);
    sg_call_cancel(NULL);
    sg_caller_finish();
}

static void test_upstream_goes_with_calls_open(void **state)
{
    (void)state;
    struct sg_probe probes[3] = {{0}};
    sg_caller_begin();
    sg_caller_add(SG_STEP_ACCEPT);
    sg_caller_add(SG_STEP_HEAD);
    sg_caller_add(SG_STEP_RING);
    sg_caller_add(SG_STEP_CLOSED);
    sg_caller_start();
    for (size_t i = 0; i < 3; i++)
        sg_caller_open(&probes[i], SG_GET, false);
    sg_caller_send_last(&probes[0], NULL);
    sg_probe_run(sg_caller.loop);
    sg_caller_finish();
    for (size_t i = 0; i < 3; i++)
        assert_string_equal(probes[i].story, "");
}

static struct sg_probe next_probe;

static void open_next(struct sg_probe *probe)
{
    (void)probe;
    sg_caller_open(&next_probe, SG_GET, false);
    sg_caller_send_last(&next_probe, NULL);
}

static void test_next_call_is_opened_from_end(void **state)
{
    (void)state;
    struct sg_probe probe = {.act_at = SG_PROBE_END, .act = open_next, .goes_on = true};
    memset(&next_probe, 0, sizeof next_probe);
    sg_caller_begin();
    sg_caller_add(SG_STEP_ACCEPT);
    for (int i = 0; i < 2; i++) {
        sg_caller_add(SG_STEP_HEAD);
        sg_caller_say(SG_OK2);
    }
    sg_caller_start();
    sg_caller_open(&probe, SG_GET, false);
    sg_caller_send_last(&probe, NULL);
    sg_probe_run(sg_caller.loop);
    assert_string_equal(next_probe.story, SG_SAID_OK);
    sg_caller_finish();
    assert_int_equal(sg_caller.origin.accepted, 1);
}

static void test_next_call_is_opened_from_failed(void **state)
{
    (void)state;
    struct sg_probe probe = {.act_at = SG_PROBE_FAILED, .act = open_next, .goes_on = true};
    memset(&next_probe, 0, sizeof next_probe);
    sg_caller_begin();
    sg_caller_add(SG_STEP_ACCEPT);
    sg_caller_add(SG_STEP_HEAD);
    sg_caller_add(SG_STEP_CLOSE);
    sg_caller_add(SG_STEP_ACCEPT);
    sg_caller_add(SG_STEP_HEAD);
    sg_caller_say(SG_OK2);
    sg_caller_start();
    sg_caller_open(&probe, SG_GET, false);
    sg_caller_send_last(&probe, NULL);
    sg_probe_run(sg_caller.loop);
    assert_string_equal(probe.story, "<upstream-reset>");
    assert_string_equal(next_probe.story, SG_SAID_OK);
    sg_caller_finish();
}

int main(void)
{
    SG_SUITE_ROWS(test_cancelled, cancels);
    sg_suite_add("cancelled where there is room, and where it failed",
                 test_cancelled_at_writable_and_failed, NULL);
    sg_suite_add("cancelled before anything", test_cancelled_before_anything, NULL);
    sg_suite_add("the upstream goes with calls open", test_upstream_goes_with_calls_open, NULL);
    sg_suite_add("the next call is opened from end", test_next_call_is_opened_from_end, NULL);
    sg_suite_add("the next call is opened from failed", test_next_call_is_opened_from_failed, NULL);
    return sg_suite_run("net/upstream: cancel");
}
