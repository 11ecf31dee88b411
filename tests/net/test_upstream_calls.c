/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_upstream_calls.c - what is sent to an origin, and what it answers.
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

enum { MS = 1000000 };

/* --- what origins answer --- */

enum after { STAYS, CLOSES, RESETS };

struct answer {
    const char *name;
    const char *text;
    const char *want;
    enum after after;
    bool kept; /* a second call goes over the same connection */
    size_t flood;
    const char *request; /* NULL: GET */
};

static const struct answer answers[] = {
    {"a connection is used again after a length", SG_OK2, SG_SAID_OK, STAYS, 1, 0, 0},
    {"and after chunks", SG_OK_HEAD "Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
     "<200 chunked>ok<end>", STAYS, 1, 0, 0},
    {"and after 204", "HTTP/1.1 204 No Content\r\n\r\n", "<204 none><end>", STAYS, 1, 0, 0},
    {"and after 304", "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", "<304 none><end>",
     STAYS, 1, 0, 0},
    {"and after HEAD", SG_OK_HEAD "Content-Length: 9\r\n\r\n", "<200 none><end>", STAYS, 1, 0,
     "HEAD / HTTP/1.1\r\nHost: o\r\n\r\n"},
    {"and after interim answers", "HTTP/1.1 100 Continue\r\n\r\n" SG_OK2, SG_SAID_OK, STAYS, 1, 0,
     0},
    {"a body ends with its connection", SG_OK_HEAD "\r\nok", "<200 close>ok<end>", CLOSES, 0, 0, 0},
    {"a reset does not end a body", SG_OK_HEAD "\r\n", "<200 close><upstream-reset>", RESETS, 0, 0,
     0},
    {"Connection: close is heeded", SG_OK_HEAD "Connection: close\r\nContent-Length: 2\r\n\r\nok",
     SG_SAID_OK, STAYS, 0, 0, 0},
    {"an origin may close after its answer", SG_OK2, SG_SAID_OK, CLOSES, 0, 0, 0},
    {"HTTP/1.0 is not used again", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", SG_SAID_OK,
     STAYS, 0, 0, 0},
    {"nor is who says more than was asked", SG_OK2 SG_OK2, SG_SAID_OK, STAYS, 0, 0, 0},
    {"two lengths are refused", SG_OK_HEAD "Content-Length: 2\r\nContent-Length: 3\r\n\r\nok",
     "<upstream-malformed>", STAYS, 0, 0, 0},
    {"a length with chunks is refused",
     SG_OK_HEAD "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\nok", "<upstream-malformed>",
     STAYS, 0, 0, 0},
    {"garbage is refused", "\x16\x03\x01garbage", "<upstream-malformed>", STAYS, 0, 0, 0},
    {"HTTP/0.9 is refused", "<p>hello</p>", "<upstream-malformed>", CLOSES, 0, 0, 0},
    {"a head over the limit is refused", SG_OK_HEAD "X: ", "<upstream-limit>", STAYS, 0,
     2 * SG_CALLER_MAX_HEAD, 0},
    {"an answer of nothing", "", "<upstream-reset>", CLOSES, 0, 0, 0},
    {"a close in the head", SG_OK_HEAD "Content-", "<upstream-reset>", CLOSES, 0, 0, 0},
    {"a close in the body", SG_OK_HEAD "Content-Length: 5\r\n\r\nok",
     "<200 length>ok<upstream-reset>", CLOSES, 0, 0, 0},
    {"a close in a chunk", SG_OK_HEAD "Transfer-Encoding: chunked\r\n\r\n5\r\nok",
     "<200 chunked>ok<upstream-reset>", CLOSES, 0, 0, 0},
    {"a close before the last chunk", SG_OK_HEAD "Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n",
     "<200 chunked>ok<upstream-reset>", CLOSES, 0, 0, 0},
    {"a reset before any answer", "", "<upstream-reset>", RESETS, 0, 0, 0},
    {"a chunk size that is none", SG_OK_HEAD "Transfer-Encoding: chunked\r\n\r\nzz\r\nok",
     "<200 chunked><upstream-malformed>", STAYS, 0, 0, 0},
};

static void test_answer(void **state)
{
    const struct answer *row = *state;
    sg_caller_begin();
    sg_caller_add(SG_STEP_ACCEPT);
    sg_caller_add(SG_STEP_HEAD);
    sg_caller_say(row->text);
    if (row->flood > 0)
        sg_scripted_origin_add(&sg_caller.origin, SG_STEP_FLOOD, NULL, row->flood);
    if (row->after == STAYS && !row->kept)
        sg_caller_add(SG_STEP_CLOSED);
    if (row->after != STAYS)
        sg_caller_add(row->after == CLOSES ? SG_STEP_CLOSE : SG_STEP_RESET);
    if (!row->kept)
        sg_caller_add(SG_STEP_ACCEPT);
    sg_caller_add(SG_STEP_HEAD);
    sg_caller_say(SG_OK2);
    sg_caller_start();
    sg_caller_expect(row->request != NULL ? row->request : SG_GET, NULL, false, row->want);
    sg_caller_expect(SG_GET, NULL, true,
                     SG_SAID_OK); /* idempotent: the origin's close may still be on its way */
    sg_caller_finish();
    assert_int_equal(sg_caller.origin.accepted, row->kept ? 1 : 2);
}

static void test_byte_by_byte(void **state)
{
    (void)state;
    sg_caller_begin();
    sg_caller_add(SG_STEP_ACCEPT);
    sg_caller_add(SG_STEP_HEAD);
    sg_scripted_origin_add(&sg_caller.origin, SG_STEP_SAY,
                           "HTTP/1.1 100 Continue\r\n\r\n" SG_OK_HEAD
                           "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
                           1);
    sg_caller_start();
    sg_caller_expect(SG_GET, NULL, false, "<200 chunked>abcde<end>");
    sg_caller_finish();
}

/* --- what is sent --- */

static void test_request_is_sent_as_given(void **state)
{
    (void)state;
    sg_caller_begin();
    sg_caller_add(SG_STEP_ACCEPT);
    sg_caller_add(SG_STEP_HEAD);
    sg_scripted_origin_add(&sg_caller.origin, SG_STEP_READ, NULL, 2);
    sg_caller_say(SG_OK2);
    sg_caller_add(SG_STEP_HEAD);
    sg_scripted_origin_add(&sg_caller.origin, SG_STEP_READ, NULL, 2);
    sg_caller_say(SG_OK2);
    sg_caller_add(SG_STEP_CLOSED);
    sg_caller_start();
    sg_caller_expect(SG_POST2, "ab", false, SG_SAID_OK);
    sg_caller_expect(SG_POST2, "cd", true,
                     SG_SAID_OK); /* over a pooled line, and kept to be sent again */
    sg_caller_finish();
    assert_string_equal(sg_caller.origin.heard, SG_POST2 "ab" SG_POST2 "cd");
}

static void test_chunks_are_framed(void **state)
{
    (void)state;
    struct sg_probe probe = {0};
    sg_caller_begin();
    sg_caller_add(SG_STEP_ACCEPT);
    sg_caller_add(SG_STEP_CHUNKS);
    sg_caller_say(SG_OK2);
    sg_caller_add(SG_STEP_CLOSED);
    sg_caller_start();
    sg_caller_open(&probe, SG_POST_CHUNKED, false);
    assert_int_equal(sg_call_send(probe.call, SG_BYTES("abc"), false), SCRUBGATE_OK);
    assert_int_equal(sg_call_send(probe.call, SG_BYTES("0123456789abcdef"), false), SCRUBGATE_OK);
    sg_caller_send_last(&probe, "");
    sg_probe_run(sg_caller.loop);
    assert_string_equal(probe.story, SG_SAID_OK);
    sg_caller_finish();
    assert_string_equal(sg_caller.origin.heard,
                        SG_POST_CHUNKED "3\r\nabc\r\n10\r\n0123456789abcdef\r\n0\r\n\r\n");
}

static void test_head_goes_before_the_body_comes(void **state)
{
    (void)state;
    struct sg_probe probe = {0};
    sg_caller_begin();
    sg_caller_add(SG_STEP_ACCEPT);
    sg_caller_add(SG_STEP_HEAD);
    sg_caller_say(SG_OK2);
    sg_caller_add(SG_STEP_HEAD);
    sg_caller_add(SG_STEP_RING);
    sg_scripted_origin_add(&sg_caller.origin, SG_STEP_READ, NULL, 1);
    sg_caller_add(SG_STEP_RING);
    sg_scripted_origin_add(&sg_caller.origin, SG_STEP_READ, NULL, 1);
    sg_caller_say(SG_OK2);
    sg_caller_start();
    sg_caller_expect(SG_GET, NULL, false, SG_SAID_OK);
    sg_caller_open(&probe, SG_POST2, false); /* over the pooled line */
    sg_probe_run(sg_caller.loop);            /* until the head was read */
    assert_int_equal(sg_call_send(probe.call, SG_BYTES("a"), false), SCRUBGATE_OK);
    sg_probe_run(sg_caller.loop); /* until the first byte was read */
    sg_caller_send_last(&probe, "b");
    sg_probe_run(sg_caller.loop);
    assert_string_equal(probe.story, SG_SAID_OK);
    sg_caller_finish();
    assert_string_equal(sg_caller.origin.heard, SG_GET SG_POST2 "ab");
}

/* --- early answers --- */

static void test_early_answer_is_told_and_the_line_closed(void **state)
{
    (void)state;
    struct sg_probe probe = {0};
    sg_caller_begin();
    sg_caller_add(SG_STEP_ACCEPT);
    sg_caller_add(SG_STEP_HEAD);
    sg_caller_say("HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nno");
    sg_caller_add(SG_STEP_CLOSED);
    sg_caller_add(SG_STEP_RING);
    sg_caller_start();
    sg_caller_open(&probe, SG_POST_CHUNKED, false);
    assert_int_equal(sg_call_send(probe.call, SG_BYTES("abc"), false), SCRUBGATE_OK);
    sg_probe_run(sg_caller.loop);
    assert_string_equal(probe.story, "<413 length>no<end>");
    sg_probe_run(sg_caller.loop); /* until the line was closed */
    sg_caller_finish();
}

static void send_more(struct sg_probe *probe)
{
    static const uint8_t piece[65536];
    struct sg_bytes bytes = {piece, sizeof piece};
    enum scrubgate_status rc = sg_call_send(probe->call, bytes, false);
    assert_true(rc == SCRUBGATE_OK || rc == SCRUBGATE_FULL);
    while (rc == SCRUBGATE_OK && !probe->over)
        rc = sg_call_send(probe->call, bytes, false);
}

/* It answers and resets while the body still comes: the answer, where it can still be read, or a
 * failure; never a wait. */
static void test_answer_and_reset_while_sending(void **state)
{
    (void)state;
    struct sg_probe probe = {.act_at = SG_PROBE_WRITABLE, .act = send_more};
    sg_caller_begin();
    sg_caller.origin.narrow = true;
    sg_caller_add(SG_STEP_ACCEPT);
    sg_caller_add(SG_STEP_HEAD);
    sg_caller_say("HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nno");
    sg_caller_add(SG_STEP_RESET);
    sg_caller_start();
    sg_caller_open(&probe, SG_POST_CHUNKED, false);
    send_more(&probe);
    sg_probe_run(sg_caller.loop);
    assert_true(strcmp(probe.story, "<413 length>no<end>") == 0 ||
                strcmp(probe.story, "<upstream-reset>") == 0);
    sg_caller_finish();
}

/* --- back-pressure --- */

static void test_handler_that_takes_little_gets_all(void **state)
{
    (void)state;
    struct sg_probe probe = {.take_most = 3};
    sg_caller_begin();
    sg_caller_add(SG_STEP_ACCEPT);
    sg_caller_add(SG_STEP_HEAD);
    sg_caller_say(SG_OK_HEAD
                  "Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n7\r\nfghijkl\r\n0\r\n\r\n");
    sg_caller_start();
    sg_caller_open(&probe, SG_GET, false);
    sg_caller_send_last(&probe, NULL);
    sg_probe_run(sg_caller.loop);
    assert_string_equal(probe.story, "<200 chunked>abcdefghijkl<end>");
    sg_caller_finish();
}

static void test_large_answer_in_small_bites(void **state)
{
    (void)state;
    enum { LARGE = 1000000 };
    struct sg_probe probe = {.take_most = 10007};
    sg_caller_begin();
    sg_caller_add(SG_STEP_ACCEPT);
    sg_caller_add(SG_STEP_HEAD);
    sg_caller_say(SG_OK_HEAD "Content-Length: 1000000\r\n\r\n");
    sg_scripted_origin_add(&sg_caller.origin, SG_STEP_FLOOD, NULL, LARGE);
    sg_caller_start();
    sg_caller_open(&probe, SG_GET, false);
    sg_caller_send_last(&probe, NULL);
    sg_probe_run(sg_caller.loop);
    assert_int_equal(probe.body, LARGE);
    assert_non_null(strstr(probe.story, "<end>"));
    sg_caller_finish();
}

static struct sg_timer later;
static struct sg_probe *waiting;

static void take_now(struct sg_timer *timer)
{
    (void)timer;
    assert_string_equal(waiting->story, "<200 length>");
    waiting->taking = true;
    sg_call_resume(waiting->call);
}

/* The origin is not to blame for a slow client. */
static void test_no_timeout_while_the_handler_takes_nothing(void **state)
{
    (void)state;
    struct sg_probe probe = {.pauses = true};
    struct sg_upstream_limits brief = sg_caller_usual;
    brief.first_ns = brief.idle_ns = 200 * MS;
    sg_caller_begin_with(&brief);
    sg_caller_add(SG_STEP_ACCEPT);
    sg_caller_add(SG_STEP_HEAD);
    sg_caller_say(SG_OK2);
    sg_caller_start();
    sg_caller_open(&probe, SG_GET, false);
    sg_caller_send_last(&probe, NULL);
    waiting = &probe;
    later = (struct sg_timer){.due = take_now};
    assert_int_equal(sg_timer_set(sg_caller.loop, &later, sg_loop_now(sg_caller.loop) + 600 * MS),
                     SCRUBGATE_OK);
    sg_probe_run(sg_caller.loop);
    assert_string_equal(probe.story, SG_SAID_OK);
    sg_caller_finish();
}

static void send_the_end(struct sg_probe *probe)
{
    if (probe->writables < 3)
        sg_caller_fill(probe);
    else
        sg_caller_send_last(probe, "");
}

static void test_send_says_full_and_then_writable(void **state)
{
    (void)state;
    struct sg_probe probe = {.act_at = SG_PROBE_WRITABLE, .act = send_the_end};
    sg_caller_begin();
    sg_caller.origin.narrow = true;
    sg_caller_add(SG_STEP_ACCEPT);
    sg_caller_add(SG_STEP_HEAD);
    sg_caller_add(SG_STEP_AWAIT);
    sg_caller_add(SG_STEP_CHUNKS);
    sg_caller_say(SG_OK2);
    sg_caller_start();
    sg_caller.sent = 0;
    sg_caller_open(&probe, SG_POST_CHUNKED, false);
    sg_caller_fill(&probe);
    sg_scripted_origin_go(&sg_caller.origin);
    sg_probe_run(sg_caller.loop);
    assert_string_equal(probe.story, SG_SAID_OK);
    assert_int_equal(probe.writables, 3);
    sg_caller_finish();
    assert_true(sg_caller.origin.n_read > sg_caller.sent);
}

int main(void)
{
    SG_SUITE_ROWS(test_answer, answers);
    sg_suite_add("an answer comes byte by byte", test_byte_by_byte, NULL);
    sg_suite_add("a request is sent as given", test_request_is_sent_as_given, NULL);
    sg_suite_add("chunks are framed", test_chunks_are_framed, NULL);
    sg_suite_add("a head goes before its body comes", test_head_goes_before_the_body_comes, NULL);
    sg_suite_add("an early answer is told and the line closed",
                 test_early_answer_is_told_and_the_line_closed, NULL);
    sg_suite_add("an origin answers and resets while it is sent to",
                 test_answer_and_reset_while_sending, NULL);
    sg_suite_add("a handler that takes little gets all", test_handler_that_takes_little_gets_all,
                 NULL);
    sg_suite_add("a large answer is taken in small bites", test_large_answer_in_small_bites, NULL);
    sg_suite_add("time does not run while the handler takes nothing",
                 test_no_timeout_while_the_handler_takes_nothing, NULL);
    sg_suite_add("send says full and then writable", test_send_says_full_and_then_writable, NULL);
    return sg_suite_run("net/upstream: calls");
}
