/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_front_replies.c - replies without a body, early, streamed and cut.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <cmocka.h>

#include "../lib/stand.h"
#include "../lib/talk.h"
#include "../lib/visitor.h"

/* --- HEAD --- */

static void test_head_tells_the_length_and_sends_no_body(void **state)
{
    (void)state;
    struct sg_visitor line = sg_visitor_dial();
    sg_visitor_put_text(&line, "HEAD /a HTTP/1.1\r\nHost: h\r\n\r\n");
    struct sg_visitor_answer answer = sg_visitor_get_answer(&line, true);
    assert_non_null(strstr(answer.head, "Content-Length: 10\n"));
    sg_visitor_put_text(&line, "HEAD /length HTTP/1.1\r\nHost: h\r\n\r\n");
    answer = sg_visitor_get_answer(&line, true);
    assert_non_null(strstr(answer.head, "Content-Length: 1048576\n"));
    sg_visitor_put_text(&line, "HEAD /stream HTTP/1.1\r\nHost: h\r\n\r\n");
    answer = sg_visitor_get_answer(&line, true);
    assert_int_equal(answer.status, 200);
    assert_null(strstr(answer.head, "Content-Length"));
    /* Not a byte of a body, not even an empty chunk: what comes next is the next answer. */
    sg_visitor_put_text(&line, "GET /a HTTP/1.1\r\nHost: h\r\n\r\n");
    sg_visitor_expect_answer(&line, 200, "GET /a 0:");
    sg_visitor_hang_up(&line);
}

/* --- answers while the body still comes --- */

static const struct early_row {
    const char *name, *head;
    const char *before; /* each piece of the body */
    int status;
    const char *want;
} earlies[] = {
    {"a large upload is answered in the middle and cut when it was refused at its head",
     "POST /early HTTP/1.1\r\nHost: h\r\nContent-Length: 67108864\r\n\r\n", "", 413, "too large"},
    {"a large upload is answered in the middle and cut when it was refused in its body",
     "POST /early-body HTTP/1.1\r\nHost: h\r\nContent-Length: 67108864\r\n\r\n", "", 422,
     "blocked"},
    {"large chunks are answered in the middle and cut",
     "POST /early-body HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n", "10000\r\n", 422,
     "blocked"},
};

static void test_early(void **state)
{
    static const char zeros[65536];
    const struct early_row *row = *state;
    sg_stand_start(&sg_stand_usual, "127.0.0.1:0");
    struct sg_visitor line = sg_visitor_dial();
    sg_visitor_put_text(&line, row->head);
    for (int i = 0; i < 4; i++) {
        sg_visitor_put_text(&line, row->before);
        assert_true(sg_visitor_put(&line, zeros, sizeof zeros));
        if (row->before[0] != '\0')
            sg_visitor_put_text(&line, "\r\n");
    }
    struct sg_visitor_answer answer = sg_visitor_get_answer(&line, false);
    assert_int_equal(answer.status, row->status);
    assert_false(answer.cut);
    assert_non_null(strstr(answer.head, "X-From: handler\n"));
    assert_non_null(strstr(answer.head, "Connection: close\n"));
    assert_int_equal(answer.body.len, strlen(row->want));
    assert_memory_equal(answer.body.data, row->want, answer.body.len);
    /* Ended, not reset: a reset may overtake the answer. */
    char rest;
    assert_int_equal(line.ahead.len, 0);
    assert_int_equal(recv(line.fd, &rest, 1, 0), 0);
    sg_buf_fini(&answer.body);
    sg_visitor_hang_up(&line);
    sg_stand_wait_for(&sg_stand.closed[SG_REQUEST_SENT], 1);
    sg_stand_stop();
}

static void test_a_streamed_answer_waits_for_the_end_of_the_body(void **state)
{
    (void)state;
    char *text = sg_visitor_large_text();
    struct sg_visitor line = sg_visitor_dial();
    sg_visitor_put_text(&line, "POST /early-stream HTTP/1.1\r\nHost: h\r\n"
                               "Content-Length: 1048576\r\n\r\n");
    assert_true(sg_visitor_put(&line, text, SG_TALK_LARGE));
    sg_visitor_expect_large(&line, "");
    free(text);
    sg_visitor_hang_up(&line);
}

/* --- streamed answers --- */

static void test_a_streamed_answer_is_whole(void **state)
{
    (void)state;
    struct sg_visitor line = sg_visitor_dial();
    sg_visitor_put_text(&line, "GET /stream HTTP/1.1\r\nHost: h\r\n\r\n");
    sg_visitor_expect_large(&line, "");
    sg_visitor_put_text(&line, "GET /length HTTP/1.1\r\nHost: h\r\n\r\n");
    sg_visitor_expect_large(&line, "");
    sg_visitor_put_text(&line, "GET /stream HTTP/1.0\r\n\r\n");
    sg_visitor_expect_large(&line, "");
    assert_true(sg_visitor_ends_here(&line));
    sg_visitor_hang_up(&line);
    sg_stand_wait_for(&sg_stand.closed[SG_REQUEST_SENT], 3);
}

static void test_a_client_that_reads_slowly_gets_all(void **state)
{
    (void)state;
    const int small = 65536;
    struct sg_visitor line = sg_visitor_dial();
    (void)setsockopt(line.fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    for (int i = 0; i < 3; i++)
        sg_visitor_put_text(&line, "GET /stream HTTP/1.1\r\nHost: h\r\n\r\n");
    for (int i = 0; i < 3; i++)
        sg_visitor_expect_large(&line, "");
    sg_visitor_hang_up(&line);
}

static const struct cut_row {
    const char *name, *send;
    bool reset;
} cuts[] = {
    {"chunks that fail have no end", "GET /fail HTTP/1.1\r\nHost: h\r\n\r\n", false},
    {"an end before the length is a cut", "GET /short HTTP/1.1\r\nHost: h\r\n\r\n", false},
    {"a failed answer that would end by closing is reset", "GET /fail HTTP/1.0\r\n\r\n", true},
};

static void test_cut(void **state)
{
    const struct cut_row *row = *state;
    sg_stand_start(&sg_stand_usual, "127.0.0.1:0");
    struct sg_visitor line = sg_visitor_dial();
    char piece[4096];
    ssize_t n;
    sg_visitor_put_text(&line, row->send);
    if (row->reset) {
        while ((n = recv(line.fd, piece, sizeof piece, 0)) > 0)
            continue;
        assert_true(n < 0 && errno == ECONNRESET);
    } else {
        struct sg_visitor_answer answer = sg_visitor_get_answer(&line, false);
        assert_int_equal(answer.status, 200);
        assert_true(answer.cut);
        sg_buf_fini(&answer.body);
    }
    sg_visitor_hang_up(&line);
    sg_stand_wait_for(&sg_stand.closed[SG_REQUEST_ABORTED], 1);
    sg_stand_stop();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SG_STAND_TEST(test_head_tells_the_length_and_sends_no_body),
        SG_STAND_TEST(test_a_streamed_answer_waits_for_the_end_of_the_body),
        SG_STAND_TEST(test_a_streamed_answer_is_whole),
        SG_STAND_TEST(test_a_client_that_reads_slowly_gets_all),
    };
    int failed = SG_STAND_ROWS("early answers", earlies, test_early);
    failed += SG_STAND_ROWS("cut answers", cuts, test_cut);
    return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
