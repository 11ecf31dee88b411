/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_front_requests.c - requests that the front hands on, and what comes back to a client.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <cmocka.h>

#include "../lib/stand.h"
#include "../lib/talk.h"
#include "../lib/visitor.h"

/* --- what comes back --- */

struct exchange_row {
    const char *name, *send, *want;
    int status;
    const char *in_head, *not_in_head;
    bool stays; /* the connection lives on */
};

static const struct exchange_row exchanges[] = {
    {"a GET is answered", "GET /a HTTP/1.1\r\nHost: h\r\n\r\n", "GET /a 0:", 200,
     "Content-Length: 9\n", "Connection", true},
    {"an answer without waiting is the same as a later one",
     "GET /later HTTP/1.1\r\nHost: h\r\n\r\n", "GET /later 0:", 200, NULL, "Connection", true},
    {"a POST with a length is read",
     "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello", "POST /a 5:hello", 200, NULL,
     "Connection", true},
    {"a POST with chunks is read",
     "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
     "3\r\nhel\r\n1\r\nl\r\n1\r\no\r\n0\r\n\r\n",
     "POST /a 5:hello", 200, NULL, NULL, true},
    {"trailers are dropped",
     "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
     "5\r\nhello\r\n0\r\nX-T: 1\r\n\r\n",
     "POST /a 5:hello", 200, NULL, NULL, true},
    {"a length of 0 is no body", "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n",
     "POST /a 0:", 200, NULL, NULL, true},
    {"a body that is taken in pieces is whole",
     "POST /slow HTTP/1.1\r\nHost: h\r\nContent-Length: 26\r\n\r\nabcdefghijklmnopqrstuvwxyz",
     "POST /slow 26:abcdefghijklmnopqrstuvwxyz", 200, NULL, NULL, true},
    {"chunks that are taken in pieces are whole",
     "POST /slow HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
     "5\r\nabcde\r\n7\r\nfghijkl\r\n8\r\nmnopqrst\r\n0\r\n\r\n",
     "POST /slow 20:abcdefghijklmnopqrst", 200, NULL, NULL, true},
    {"the target comes raw", "GET /a%2f?x=%41&y=a+b HTTP/1.1\r\nHost: h\r\n\r\n",
     "GET /a%2f?x=%41&y=a+b 0:", 200, NULL, NULL, true},
    {"a method of one's own is a method", "MY-WAY /a HTTP/1.1\r\nHost: h\r\n\r\n",
     "MY-WAY /a 0:", 200, NULL, NULL, true},
    {"header fields keep order, case and repetition",
     "GET /headers HTTP/1.1\r\nHost: h\r\nX-b:  2 \r\nx-A: 1\r\nX-b: 3\r\nEmpty:\r\n\r\n",
     "Host=h|X-b=2|x-A=1|X-b=3|Empty=|", 200, NULL, NULL, true},
    {"the peer is known", "GET /peer HTTP/1.1\r\nHost: h\r\n\r\n", "4:127", 200, NULL, NULL, true},
    {"a handler's own fields pass, its framing does not", "GET /a HTTP/1.1\r\nHost: h\r\n\r\n",
     "GET /a 0:", 200, "X-From: handler\n", "gzip", true},
    {"a field without value is left out", "GET /a HTTP/1.1\r\nHost: h\r\n\r\n", "GET /a 0:", 200,
     NULL, "X-Empty", true},
    {"a handler can end the connection", "GET /close HTTP/1.1\r\nHost: h\r\n\r\n", "bye", 200,
     "Connection: close\n", NULL, false},
    {"a client can end the connection", "GET /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
     "GET /a 0:", 200, "Connection: close\n", NULL, false},
    {"HTTP/1.0 ends the connection and needs no Host", "GET /a HTTP/1.0\r\n\r\n", "GET /a 0:", 200,
     "Connection: close\n", NULL, false},
    {"HTTP/1.0 may keep it alive", "GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
     "GET /a 0:", 200, "Connection: Keep-Alive\n", NULL, true},
    {"an Upgrade is ignored",
     "GET /a HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n",
     "GET /a 0:", 200, NULL, "pgrade", true},
    {"204 has neither body nor length", "GET /204 HTTP/1.1\r\nHost: h\r\n\r\n", "", 204, NULL,
     "Content-Length", true},
    {"304 announces no length", "GET /304 HTTP/1.1\r\nHost: h\r\n\r\n", "", 304, NULL,
     "Content-Length", true},
    {"an answer before the body comes after it when the body is small",
     "POST /early HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello", "too large", 413, NULL,
     "Connection", true},
    {"an answer in the middle of a small body comes after it",
     "POST /early-body HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello", "blocked", 422, NULL,
     "Connection", true},
    {"an answer in the middle of small chunks comes after them",
     "POST /early-body HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
     "2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
     "blocked", 422, NULL, "Connection", true},
    {"an answer while a small body waits to be taken comes after it",
     "POST /early-stuck HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello", "blocked", 422,
     NULL, "Connection", true},
    {"an answer while small chunks wait to be taken comes after them",
     "POST /early-stuck HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
     "2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
     "blocked", 422, NULL, "Connection", true},
    {"an answer before chunks that turn out to be broken is sent all the same",
     "POST /early HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
     "2\r\nhe\r\n3\r\nllo!\r\n0\r\n\r\n",
     "too large", 413, "Connection: close\n", NULL, false},
    {"a client that will not be heard is answered instead of called",
     "POST /early HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n",
     "too large", 413, "Connection: close\n", NULL, false},
    {"a handler that cannot begin is 503", "GET /null HTTP/1.1\r\nHost: h\r\n\r\n",
     "{\"type\":\"urn:scrubgate:problem:overload\",\"title\":\"Service Unavailable\","
     "\"status\":503,\"detail\":\"try again later\"}\n",
     503, "Retry-After: 1\n", NULL, true},
    {"an abort at the beginning gives nothing",
     "POST /abort-begin HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello", "", 0, NULL, NULL,
     false},
    {"an abort in the body gives nothing",
     "POST /abort-body HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello", "", 0, NULL, NULL,
     false},
    {"an abort at the end gives nothing", "GET /abort HTTP/1.1\r\nHost: h\r\n\r\n", "", 0, NULL,
     NULL, false},
};

static void test_exchange(void **state)
{
    const struct exchange_row *row = *state;
    sg_stand_start(&sg_stand_usual, "127.0.0.1:0");
    struct sg_visitor line = sg_visitor_dial();
    sg_visitor_put_text(&line, row->send);
    struct sg_visitor_answer answer = sg_visitor_get_answer(&line, false);
    assert_int_equal(answer.status, row->status);
    assert_int_equal(answer.cut, row->status == 0);
    assert_int_equal(answer.body.len, strlen(row->want));
    assert_memory_equal(answer.body.data == NULL ? (const uint8_t *)"" : answer.body.data,
                        row->want, answer.body.len);
    if (row->in_head != NULL)
        assert_non_null(strstr(answer.head, row->in_head));
    if (row->not_in_head != NULL)
        assert_null(strstr(answer.head, row->not_in_head));
    sg_buf_fini(&answer.body);
    if (row->stays) {
        sg_visitor_put_text(&line, "GET /next HTTP/1.1\r\nHost: h\r\n\r\n");
        sg_visitor_expect_answer(&line, 200, "GET /next 0:");
    } else {
        assert_true(sg_visitor_ends_here(&line));
    }
    sg_visitor_hang_up(&line);
    sg_stand_stop();
}

/* A client that sends its request byte by byte, and one that ends its side behind it, get the same
 * answer. */
static void test_exchange_drip(void **state)
{
    const struct exchange_row *row = *state;
    sg_stand_start(&sg_stand_usual, "127.0.0.1:0");
    struct sg_visitor line = sg_visitor_dial();
    for (const char *at = row->send; *at != '\0'; at++)
        (void)sg_visitor_put(&line, at, 1);
    struct sg_visitor_answer answer = sg_visitor_get_answer(&line, false);
    assert_int_equal(answer.status, row->status);
    assert_int_equal(answer.body.len, strlen(row->want));
    sg_buf_fini(&answer.body);
    sg_visitor_hang_up(&line);
    sg_stand_stop();
}

static void test_exchange_half_closed(void **state)
{
    const struct exchange_row *row = *state;
    sg_stand_start(&sg_stand_usual, "127.0.0.1:0");
    struct sg_visitor line = sg_visitor_dial();
    sg_visitor_put_text(&line, row->send);
    (void)shutdown(line.fd, SHUT_WR);
    struct sg_visitor_answer answer = sg_visitor_get_answer(&line, false);
    assert_int_equal(answer.status, row->status);
    assert_int_equal(answer.body.len, strlen(row->want));
    assert_true(sg_visitor_ends_here(&line));
    sg_buf_fini(&answer.body);
    sg_visitor_hang_up(&line);
    sg_stand_stop();
}

/* --- more than one request --- */

static void test_pipelined_requests_are_answered_in_order(void **state)
{
    (void)state;
    struct sg_visitor line = sg_visitor_dial();
    sg_visitor_put_text(&line,
                        "POST /later HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nab"
                        "GET /b HTTP/1.1\r\nHost: h\r\n\r\n"
                        "POST /slow HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
                        "3\r\nabc\r\n0\r\n\r\nGET /d HTTP/1.1\r\nHost: h\r\n\r\n");
    sg_visitor_expect_answer(&line, 200, "POST /later 2:ab");
    sg_visitor_expect_answer(&line, 200, "GET /b 0:");
    sg_visitor_expect_answer(&line, 200, "POST /slow 3:abc");
    sg_visitor_expect_answer(&line, 200, "GET /d 0:");
    sg_visitor_hang_up(&line);
}

static void test_a_connection_serves_many_requests(void **state)
{
    (void)state;
    struct sg_visitor line = sg_visitor_dial();
    for (int i = 0; i < 1000; i++) {
        sg_visitor_put_text(&line,
                            "POST /later HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nab");
        sg_visitor_expect_answer(&line, 200, "POST /later 2:ab");
    }
    sg_visitor_hang_up(&line);
    sg_stand_wait_for(&sg_stand.closed[SG_REQUEST_SENT], 1000);
}

static void test_a_burst_of_requests_is_answered_in_order(void **state)
{
    (void)state;
    enum { MANY = 500 };
    struct sg_visitor line = sg_visitor_dial();
    struct sg_buf text = {.data = NULL};
    for (int i = 0; i < MANY; i++)
        assert_int_equal(sg_buf_addf(&text,
                                     "POST /n%d HTTP/1.1\r\nHost: h\r\nContent-Length: "
                                     "3\r\n\r\n%03d",
                                     i, i),
                         SCRUBGATE_OK);
    assert_true(sg_visitor_put(&line, text.data, text.len));
    (void)shutdown(line.fd, SHUT_WR);
    for (int i = 0; i < MANY; i++) {
        char want[64];
        (void)snprintf(want, sizeof want, "POST /n%d 3:%03d", i, i);
        sg_visitor_expect_answer(&line, 200, want);
    }
    assert_true(sg_visitor_ends_here(&line));
    sg_buf_fini(&text);
    sg_visitor_hang_up(&line);
}

static void test_a_waiting_request_does_not_hold_up_the_others(void **state)
{
    (void)state;
    enum { MANY = 40, EACH = 10 };
    struct sg_visitor held = sg_visitor_dial(), lines[MANY];
    sg_visitor_put_text(&held, "GET /hold HTTP/1.1\r\nHost: h\r\n\r\n");
    sg_stand_wait_for(&sg_stand.ended, 1);
    for (int i = 0; i < MANY; i++)
        lines[i] = sg_visitor_dial();
    for (int round = 0; round < EACH; round++) {
        for (int i = 0; i < MANY; i++)
            sg_visitor_put_text(&lines[i], i % 2 == 0 ? "GET /a HTTP/1.1\r\nHost: h\r\n\r\n"
                                                      : "GET /later HTTP/1.1\r\nHost: h\r\n\r\n");
        for (int i = 0; i < MANY; i++)
            sg_visitor_expect_answer(&lines[i], 200, i % 2 == 0 ? "GET /a 0:" : "GET /later 0:");
    }
    sg_stand_let_loop(sg_talk_answer_held);
    sg_visitor_expect_answer(&held, 200, "GET /hold 0:");
    for (int i = 0; i < MANY; i++)
        sg_visitor_hang_up(&lines[i]);
    sg_visitor_hang_up(&held);
}

/* --- bodies --- */

static void test_a_client_that_asks_is_called_to_continue(void **state)
{
    (void)state;
    struct sg_visitor line = sg_visitor_dial();
    sg_visitor_put_text(&line, "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n"
                               "Expect: 100-continue\r\n\r\n");
    assert_int_equal(sg_visitor_get_answer(&line, true).status, 100);
    sg_visitor_put_text(&line, "hello");
    sg_visitor_expect_answer(&line, 200, "POST /a 5:hello");
    sg_visitor_hang_up(&line);
}

static void test_a_client_that_does_not_wait_is_not_called(void **state)
{
    (void)state;
    struct sg_visitor line = sg_visitor_dial();
    sg_visitor_put_text(&line, "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n"
                               "Expect: 100-continue\r\n\r\nhello");
    sg_visitor_expect_answer(&line, 200, "POST /a 5:hello");
    sg_visitor_hang_up(&line);
}

static void test_a_large_body_taken_in_pieces_is_whole(void **state)
{
    (void)state;
    char *text = sg_visitor_large_text();
    struct sg_visitor line = sg_visitor_dial();
    sg_visitor_put_text(&line, "POST /slow HTTP/1.1\r\nHost: h\r\nContent-Length: 1048576\r\n\r\n");
    assert_true(sg_visitor_put(&line, text, SG_TALK_LARGE));
    sg_visitor_expect_large(&line, "POST /slow 1048576:");
    sg_visitor_put_text(&line,
                        "POST /slow HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
    sg_visitor_put_text(&line, "80000\r\n");
    assert_true(sg_visitor_put(&line, text, SG_TALK_LARGE / 2));
    sg_visitor_put_text(&line, "\r\n1\r\n");
    assert_true(sg_visitor_put(&line, text + SG_TALK_LARGE / 2, 1));
    sg_visitor_put_text(&line, "\r\n7FFFF\r\n");
    assert_true(sg_visitor_put(&line, text + SG_TALK_LARGE / 2 + 1, SG_TALK_LARGE / 2 - 1));
    sg_visitor_put_text(&line, "\r\n0\r\n\r\n");
    sg_visitor_expect_large(&line, "POST /slow 1048576:");
    free(text);
    sg_visitor_hang_up(&line);
}

static void test_a_handler_that_takes_nothing_stops_the_client(void **state)
{
    (void)state;
    static const char zeros[65536];
    struct sg_visitor line = sg_visitor_dial();
    sg_visitor_put_text(&line,
                        "POST /stuck HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999\r\n\r\n");
    size_t sent = 0;
    for (;;) {
        struct pollfd poll_fd = {.fd = line.fd, .events = POLLOUT};
        if (poll(&poll_fd, 1, 300) == 0)
            break; /* stuck */
        ssize_t n = send(line.fd, zeros, sizeof zeros, MSG_NOSIGNAL | MSG_DONTWAIT);
        assert_true(n > 0 || errno == EAGAIN);
        sent += n > 0 ? (size_t)n : 0;
        assert_true(sent < 99999999);
    }
    sg_stand_let_loop(sg_talk_resume_held);
    sg_stand_let_loop(sg_stand_count);
    (void)pthread_mutex_lock(&sg_stand.lock);
    uint64_t offered = sg_stand.body_bytes;
    (void)pthread_mutex_unlock(&sg_stand.lock);
    /* It was offered the same piece twice, and no more was read meanwhile. */
    assert_true(offered > 0 && offered <= (uint64_t)2 * 65536);
    sg_stand_let_loop(sg_talk_answer_held); /* gives up on the rest */
    struct sg_visitor_answer answer = sg_visitor_get_answer(&line, false);
    assert_int_equal(answer.status, 200);
    sg_buf_fini(&answer.body);
    sg_visitor_hang_up(&line);
    sg_stand_wait_for(&sg_stand.closed[SG_REQUEST_SENT], 1);
}

static void test_an_answer_does_not_wait_for_a_rest_that_nobody_takes(void **state)
{
    (void)state;
    struct sg_visitor line = sg_visitor_dial();
    sg_visitor_put_text(&line, "POST /stuck HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n"
                               "hello");
    sg_stand_wait_for(&sg_stand.begun, 1);
    sg_stand_let_loop(sg_talk_answer_held);
    sg_visitor_put_text(&line, "there");
    sg_visitor_expect_status(&line, 200);
    sg_visitor_put_text(&line, "GET /a HTTP/1.1\r\nHost: h\r\n\r\n"); /* the connection stays */
    sg_visitor_expect_answer(&line, 200, "GET /a 0:");
    sg_visitor_hang_up(&line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SG_STAND_TEST(test_pipelined_requests_are_answered_in_order),
        SG_STAND_TEST(test_a_connection_serves_many_requests),
        SG_STAND_TEST(test_a_burst_of_requests_is_answered_in_order),
        SG_STAND_TEST(test_a_waiting_request_does_not_hold_up_the_others),
        SG_STAND_TEST(test_a_client_that_asks_is_called_to_continue),
        SG_STAND_TEST(test_a_client_that_does_not_wait_is_not_called),
        SG_STAND_TEST(test_a_large_body_taken_in_pieces_is_whole),
        SG_STAND_TEST(test_a_handler_that_takes_nothing_stops_the_client),
        SG_STAND_TEST(test_an_answer_does_not_wait_for_a_rest_that_nobody_takes),
    };
    int failed = SG_STAND_ROWS("exchanges", exchanges, test_exchange);
    failed += SG_STAND_ROWS("exchanges, byte by byte", exchanges, test_exchange_drip);
    failed += SG_STAND_ROWS("exchanges, half closed", exchanges, test_exchange_half_closed);
    return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
