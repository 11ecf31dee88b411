/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_upstream_pool.c - lines that are kept for the next call, and those that turn out dead.
 */
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../lib/caller.h"
#include "../lib/suite.h"

enum { MS = 1000000 };

/* --- pooled lines that turn out dead --- */

struct stale {
    const char *name;
    const char *request, *body;
    bool idempotent;
    const char *says; /* the origin, before it closes the pooled line */
    bool again;       /* the request comes again over a new one */
    bool dies_again;
    const char *want;
};

static const struct stale stales[] = {
    {"an idempotent request is sent again", SG_GET, NULL, 1, "", 1, 0, SG_SAID_OK},
    {"with its body", SG_POST2, "ab", 1, "", 1, 0, SG_SAID_OK},
    {"but once only", SG_GET, NULL, 1, "", 1, 1, "<upstream-reset>"},
    {"a request that is not is never sent again", SG_POST2, "ab", 0, "", 0, 0, "<upstream-reset>"},
    {"nor is any once there was an answer", SG_GET, NULL, 1, "H", 0, 0, "<upstream-reset>"},
    {"even of an interim kind", SG_GET, NULL, 1, "HTTP/1.1 100 Continue\r\n\r\n", 0, 0,
     "<upstream-reset>"},
};

static void test_stale(void **state)
{
    const struct stale *row = *state;
    size_t body = row->body == NULL ? 0 : strlen(row->body);
    sg_caller_begin();
    sg_caller_add(SG_STEP_ACCEPT);
    sg_caller_add(SG_STEP_HEAD);
    sg_caller_say(SG_OK2);
    sg_caller_add(SG_STEP_HEAD);
    sg_scripted_origin_add(&sg_caller.origin, SG_STEP_READ, NULL, body);
    sg_caller_say(row->says);
    sg_caller_add(SG_STEP_CLOSE);
    if (row->again) {
        sg_caller_add(SG_STEP_ACCEPT);
        sg_caller_add(SG_STEP_HEAD);
        sg_scripted_origin_add(&sg_caller.origin, SG_STEP_READ, NULL, body);
        if (!row->dies_again)
            sg_caller_say(SG_OK2);
        sg_caller_add(row->dies_again ? SG_STEP_CLOSE : SG_STEP_CLOSED);
    }
    sg_caller_start();
    sg_caller_expect(SG_GET, NULL, false, SG_SAID_OK);
    sg_caller_expect(row->request, row->body, row->idempotent, row->want);
    sg_caller_finish();
    assert_int_equal(sg_caller.origin.accepted, row->again ? 2 : 1);
}

static void test_large_body_is_not_sent_again(void **state)
{
    (void)state;
    enum { LARGE = 65536 + 4096 };
    char head[96], *body = malloc(LARGE);
    struct sg_probe probe = {0};
    assert_non_null(body);
    memset(body, 'b', LARGE);
    (void)snprintf(head, sizeof head, "PUT / HTTP/1.1\r\nHost: o\r\nContent-Length: %d\r\n\r\n",
                   LARGE);
    sg_caller_begin();
    sg_caller_add(SG_STEP_ACCEPT);
    sg_caller_add(SG_STEP_HEAD);
    sg_caller_say(SG_OK2);
    sg_caller_add(SG_STEP_HEAD);
    sg_scripted_origin_add(&sg_caller.origin, SG_STEP_READ, NULL, LARGE);
    sg_caller_add(SG_STEP_CLOSE);
    sg_caller_start();
    sg_caller_expect(SG_GET, NULL, false, SG_SAID_OK);
    sg_caller_open(&probe, head, true);
    assert_true(sg_call_send(probe.call, (struct sg_bytes){(uint8_t *)body, LARGE}, true) >= 0);
    sg_probe_run(sg_caller.loop);
    assert_string_equal(probe.story, "<upstream-reset>");
    sg_caller_finish();
    free(body);
}

static void test_half_sent_request_is_not_sent_again(void **state)
{
    (void)state;
    enum { HUGE_BODY = 32 << 20 }; /* of which the system takes the smaller part */
    struct sg_probe probe = {0};
    uint8_t *body = calloc(1, HUGE_BODY);
    assert_non_null(body);
    sg_caller_begin();
    sg_caller.origin.narrow = true;
    sg_caller_add(SG_STEP_ACCEPT);
    sg_caller_add(SG_STEP_HEAD);
    sg_caller_say(SG_OK2);
    sg_caller_add(SG_STEP_HEAD);
    sg_caller_add(SG_STEP_AWAIT);
    sg_caller_add(SG_STEP_RESET);
    sg_caller_start();
    sg_caller_expect(SG_GET, NULL, false, SG_SAID_OK);
    sg_caller_open(&probe, SG_POST_CHUNKED, false);
    assert_int_equal(sg_call_send(probe.call, (struct sg_bytes){body, HUGE_BODY}, false),
                     SCRUBGATE_FULL);
    sg_scripted_origin_go(&sg_caller.origin);
    sg_probe_run(sg_caller.loop);
    assert_string_equal(probe.story, "<upstream-reset>");
    sg_caller_finish();
    assert_int_equal(sg_caller.origin.accepted, 1);
    free(body);
}

/* An origin that speaks unasked would have its words taken for the next call's response. */
static void test_idle_line_that_speaks_is_closed(void **state)
{
    (void)state;
    sg_caller_begin();
    sg_caller_add(SG_STEP_ACCEPT);
    sg_caller_add(SG_STEP_HEAD);
    sg_caller_say(SG_OK2);
    sg_caller_add(SG_STEP_AWAIT);
    sg_caller_say(SG_OK_HEAD "Content-Length: 6\r\n\r\npoison");
    sg_caller_add(SG_STEP_CLOSED);
    sg_caller_add(SG_STEP_RING);
    sg_caller_add(SG_STEP_ACCEPT);
    sg_caller_add(SG_STEP_HEAD);
    sg_caller_say(SG_OK2);
    sg_caller_start();
    sg_caller_expect(SG_GET, NULL, false, SG_SAID_OK);
    sg_scripted_origin_go(&sg_caller.origin);
    sg_probe_run(sg_caller.loop); /* until the line was closed */
    sg_caller_expect(SG_POST2, "ab", false, SG_SAID_OK);
    sg_caller_finish();
    assert_int_equal(sg_caller.origin.accepted, 2);
}

/* --- what comes in the very turn in which an idle line is lent --- */

struct unasked {
    const char *name;
    const char *request, *body;
    bool idempotent;
    const char *says; /* NULL: it closes */
    const char *want;
};

#define POISON SG_OK_HEAD "Content-Length: 6\r\n\r\npoison"

static const struct unasked unaskeds[] = {
    {"words before the question are no answer", SG_GET, NULL, 1, POISON, SG_SAID_OK},
    {"nor to a request that cannot be sent again", SG_POST2, "ab", 0, POISON, "<upstream-reset>"},
    {"a farewell that crosses the question", SG_GET, NULL, 1, NULL, SG_SAID_OK},
    {"with a request that cannot be sent again", SG_POST2, "ab", 0, NULL, "<upstream-reset>"},
};

static const struct unasked *unasked;
static struct sg_probe crossing;

static void ask_now(struct sg_wake *wake)
{
    (void)wake;
    sg_caller_open(&crossing, unasked->request, unasked->idempotent);
    sg_caller_send_last(&crossing, unasked->body);
}

/* The bell rings before the origin speaks, so that one turn brings both, the bell first: its
 * handler takes the line while the news of that line waits to be told. */
static void test_unasked(void **state)
{
    struct sg_loop *aside;
    struct sg_wake spoken;
    unasked = *state;
    memset(&crossing, 0, sizeof crossing);
    sg_caller_begin();
    assert_int_equal(sg_loop_new(&aside), SCRUBGATE_OK);
    assert_int_equal(sg_wake_init(aside, &spoken, sg_caller_rung), SCRUBGATE_OK);
    sg_caller_add(SG_STEP_ACCEPT);
    sg_caller_add(SG_STEP_HEAD);
    sg_caller_say(SG_OK2);
    sg_caller_add(SG_STEP_AWAIT);
    if (unasked->says != NULL)
        sg_caller_say(unasked->says);
    else
        sg_caller_add(SG_STEP_CLOSE);
    sg_caller_add(SG_STEP_RING);
    if (unasked->says != NULL)
        sg_caller_add(SG_STEP_CLOSED);
    if (unasked->idempotent) {
        sg_caller_add(SG_STEP_ACCEPT);
        sg_caller_add(SG_STEP_HEAD);
        sg_caller_say(SG_OK2);
    }
    sg_caller_start();
    sg_caller.origin.bell = &spoken;
    sg_caller_expect(SG_GET, NULL, false, SG_SAID_OK);
    sg_caller.bell.woken = ask_now;
    sg_wake_ring(&sg_caller.bell);
    sg_scripted_origin_go(&sg_caller.origin);
    struct pollfd said = {.fd = spoken.watch.fd, .events = POLLIN};
    assert_int_equal(poll(&said, 1, 20000), 1);
    sg_probe_run(sg_caller.loop);
    assert_string_equal(crossing.story, unasked->want);
    sg_caller_finish();
    sg_wake_fini(aside, &spoken);
    sg_loop_free(aside);
}

/* What was connected while the name led there is not used when it leads elsewhere. */
static void test_idle_line_to_where_the_name_led(void **state)
{
    (void)state;
    struct sg_addresses nowhere = {.n = 1};
    sg_caller_begin();
    sg_caller_add(SG_STEP_ACCEPT);
    sg_caller_add(SG_STEP_HEAD);
    sg_caller_say(SG_OK2);
    sg_caller_add(SG_STEP_CLOSED);
    sg_caller_start();
    sg_caller_expect(SG_GET, NULL, false, SG_SAID_OK);
    assert_int_equal(sg_address_parse(&nowhere.item[0], "unix:/nonexistent/socket", NULL),
                     SCRUBGATE_OK);
    assert_int_equal(sg_origin_move(sg_caller.target, &nowhere), SCRUBGATE_OK);
    sg_caller_expect(SG_GET, NULL, true, "<upstream-connect>");
    sg_caller_finish();
}

static void test_idle_line_is_closed_in_time(void **state)
{
    (void)state;
    struct sg_upstream_limits brief = sg_caller_usual;
    brief.kept_ns = 20 * MS;
    sg_caller_begin_with(&brief);
    sg_caller_add(SG_STEP_ACCEPT);
    sg_caller_add(SG_STEP_HEAD);
    sg_caller_say(SG_OK2);
    sg_caller_add(SG_STEP_CLOSED);
    sg_caller_add(SG_STEP_RING);
    sg_caller_start();
    sg_caller_expect(SG_GET, NULL, false, SG_SAID_OK);
    sg_probe_run(sg_caller.loop);
    sg_caller_finish();
}

static void test_idle_lines_are_bounded(void **state)
{
    (void)state;
    struct sg_upstream_limits few = sg_caller_usual;
    few.kept = 0;
    sg_caller_begin_with(&few);
    for (int i = 0; i < 2; i++) {
        sg_caller_add(SG_STEP_ACCEPT);
        sg_caller_add(SG_STEP_HEAD);
        sg_caller_say(SG_OK2);
        sg_caller_add(SG_STEP_CLOSED);
    }
    sg_caller_start();
    sg_caller_expect(SG_GET, NULL, false, SG_SAID_OK);
    sg_caller_expect(SG_GET, NULL, false, SG_SAID_OK);
    sg_caller_finish();
    assert_int_equal(sg_caller.origin.accepted, 2);
}

int main(void)
{
    SG_SUITE_ROWS(test_stale, stales);
    sg_suite_add("an idle line to where its name leads no more is not used",
                 test_idle_line_to_where_the_name_led, NULL);
    sg_suite_add("nor is a large body", test_large_body_is_not_sent_again, NULL);
    sg_suite_add("nor is one that was sent in part", test_half_sent_request_is_not_sent_again,
                 NULL);
    sg_suite_add("an idle line that speaks is closed", test_idle_line_that_speaks_is_closed, NULL);
    SG_SUITE_ROWS(test_unasked, unaskeds);
    sg_suite_add("an idle line is closed in time", test_idle_line_is_closed_in_time, NULL);
    sg_suite_add("idle lines are bounded", test_idle_lines_are_bounded, NULL);
    return sg_suite_run("net/upstream: pool");
}
