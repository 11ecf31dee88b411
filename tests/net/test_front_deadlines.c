/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_front_deadlines.c - clients that are late: with a head, a body, a next request, or reading.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "../lib/stand.h"
#include "../lib/talk.h"
#include "../lib/visitor.h"

enum { MS = 1000000 };

static const struct late_row {
    const char *name, *send, *then;
    int answered;  /* requests that are answered before */
    int status;    /* 0: closed without a word */
    unsigned gone; /* requests the handler lost */
    uint64_t head, body, idle;
} lates[] = {
    {"a connection that says nothing is closed without a word", "", "", 0, 0, 0, 50 * MS,
     SG_STAND_LONG, SG_STAND_LONG},
    {"half a request line is 408", "GET /", "", 0, 408, 0, 50 * MS, SG_STAND_LONG, SG_STAND_LONG},
    {"a head without its end is 408", "GET / HTTP/1.1\r\nHost: h\r\nX: ", "", 0, 408, 0, 50 * MS,
     SG_STAND_LONG, SG_STAND_LONG},
    {"a body without its end is 408", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nhalf",
     "", 0, 408, 1, SG_STAND_LONG, 50 * MS, SG_STAND_LONG},
    {"an idle connection is closed without a word", "GET /a HTTP/1.1\r\nHost: h\r\n\r\n", "", 1, 0,
     0, SG_STAND_LONG, SG_STAND_LONG, 50 * MS},
    {"half a second request is 408", "GET /a HTTP/1.1\r\nHost: h\r\n\r\n", "GET ", 1, 408, 0,
     50 * MS, SG_STAND_LONG, 500 * MS},
    {"half a second request behind the first is 408", "GET /a HTTP/1.1\r\nHost: h\r\n\r\nGET ", "",
     1, 408, 0, 50 * MS, SG_STAND_LONG, 50 * MS},
    {"a second head without its end is 408", "GET /a HTTP/1.1\r\nHost: h\r\n\r\n",
     "GET / HTTP/1.1\r\nX: ", 1, 408, 0, 50 * MS, SG_STAND_LONG, SG_STAND_LONG},
};

static void test_late(void **state)
{
    const struct late_row *row = *state;
    struct sg_front_limits limits = sg_stand_usual;
    limits.header_ns = row->head;
    limits.body_ns = row->body;
    limits.idle_ns = row->idle;
    sg_stand_start(&limits, "127.0.0.1:0");
    struct sg_visitor line = sg_visitor_dial();
    sg_visitor_put_text(&line, row->send);
    for (int i = 0; i < row->answered; i++)
        sg_visitor_expect_answer(&line, 200, "GET /a 0:");
    sg_visitor_put_text(&line, row->then);
    struct sg_visitor_answer answer = sg_visitor_get_answer(&line, false);
    assert_int_equal(answer.status, row->status);
    if (row->status != 0)
        assert_non_null(strstr(answer.head, "application/problem+json"));
    assert_true(sg_visitor_ends_here(&line));
    sg_stand_wait_for(&sg_stand.closed[SG_REQUEST_GONE], row->gone);
    sg_buf_fini(&answer.body);
    sg_visitor_hang_up(&line);
    sg_stand_stop();
}

static void test_a_waiting_request_has_no_deadline_of_the_front(void **state)
{
    (void)state;
    struct sg_front_limits limits = sg_stand_usual;
    limits.header_ns = limits.body_ns = 20 * MS;
    sg_stand_start(&limits, "127.0.0.1:0");
    struct sg_visitor held = sg_visitor_dial(), silent = sg_visitor_dial();
    sg_visitor_put_text(&held, "POST /hold HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nx");
    sg_stand_wait_for(&sg_stand.ended, 1);
    assert_true(sg_visitor_ends_here(&silent)); /* connected later, and over already */
    struct sg_visitor again = sg_visitor_dial();
    assert_true(sg_visitor_ends_here(&again));
    sg_stand_let_loop(sg_talk_answer_held);
    sg_visitor_expect_answer(&held, 200, "POST /hold 1:x");
    sg_visitor_hang_up(&held);
    sg_visitor_hang_up(&silent);
    sg_visitor_hang_up(&again);
    sg_stand_stop();
}

/* Others are late meanwhile, so its time has passed. */
static void wait_for_a_late_body(void)
{
    struct sg_visitor line = sg_visitor_dial();
    sg_visitor_put_text(&line, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\n");
    struct sg_visitor_answer answer = sg_visitor_get_answer(&line, false);
    assert_int_equal(answer.status, 408);
    sg_buf_fini(&answer.body);
    sg_visitor_hang_up(&line);
}

static const struct held_row {
    const char *name, *body;
    int status;
} helds[] = {
    {"a body that is held back is not late", "ninebytes", 200},
    {"a body that is let go on has its time again, and no more", "half", 408},
};

static void test_held_back(void **state)
{
    const struct held_row *row = *state;
    struct sg_front_limits limits = sg_stand_usual;
    limits.body_ns = 20 * MS;
    sg_stand_start(&limits, "127.0.0.1:0");
    struct sg_visitor line = sg_visitor_dial();
    sg_visitor_put_text(&line, "POST /pause HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\n");
    sg_visitor_put_text(&line, row->body);
    wait_for_a_late_body();
    wait_for_a_late_body();
    sg_stand_wait_for(&sg_stand.closed[SG_REQUEST_GONE], 2); /* those, and not this one */
    sg_stand_let_loop(sg_talk_resume_held);
    struct sg_visitor_answer answer = sg_visitor_get_answer(&line, false);
    assert_int_equal(answer.status, row->status);
    sg_buf_fini(&answer.body);
    sg_visitor_hang_up(&line);
    sg_stand_stop();
}

static void test_a_client_that_does_not_read_its_answer_is_cut(void **state)
{
    (void)state;
    struct sg_front_limits limits = sg_stand_usual;
    limits.idle_ns = 50 * MS;
    sg_stand_start(&limits, "127.0.0.1:0");
    struct sg_visitor line = sg_visitor_dial();
    sg_visitor_put_text(&line, "GET /endless HTTP/1.1\r\nHost: h\r\n\r\n");
    sg_stand_wait_for(&sg_stand.closed[SG_REQUEST_GONE], 1);
    sg_visitor_hang_up(&line);
    sg_stand_stop();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_waiting_request_has_no_deadline_of_the_front),
        cmocka_unit_test(test_a_client_that_does_not_read_its_answer_is_cut),
    };
    int failed = SG_STAND_ROWS("late", lates, test_late);
    failed += SG_STAND_ROWS("held back", helds, test_held_back);
    return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
