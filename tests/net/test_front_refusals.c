/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_front_refusals.c - requests that the front refuses, of which its handler hears nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "../lib/stand.h"
#include "../lib/talk.h"
#include "../lib/visitor.h"

/* --- what is refused --- */

struct refusal_row {
    const char *name, *send;
    int status;
    size_t len; /* of send, when it has a NUL */
};

#define WITH_NUL(text, status) text, status, sizeof(text) - 1
#define PLAIN(text, status)    text, status, 0

static const struct refusal_row refusals[] = {
    {"two Hosts", PLAIN("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400)},
    {"no Host", PLAIN("GET / HTTP/1.1\r\n\r\n", 400)},
    {"an empty Host", PLAIN("GET / HTTP/1.1\r\nHost:\r\n\r\n", 400)},
    {"a Host with a user", PLAIN("GET / HTTP/1.1\r\nHost: a@b\r\n\r\n", 400)},
    {"a Host with a path", PLAIN("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400)},
    {"two lengths",
     PLAIN("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx", 400)},
    {"two equal lengths",
     PLAIN("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx", 400)},
    {"a length with a coding",
     PLAIN("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"
           "0\r\n\r\n",
           400)},
    {"a coding with a length",
     PLAIN("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n"
           "0\r\n\r\n",
           400)},
    {"an unknown coding",
     PLAIN("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip\r\n\r\nxx", 501)},
    {"a coding before chunked",
     PLAIN("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501)},
    {"two codings", PLAIN("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: "
                          "chunked\r\nTransfer-Encoding: chunked\r\n"
                          "\r\n0\r\n\r\n",
                          400)},
    {"a coding on HTTP/1.0",
     PLAIN("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400)},
    {"a length over 2^53",
     PLAIN("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9007199254740993\r\n\r\nx", 400)},
    {"a space before the colon",
     PLAIN("POST / HTTP/1.1\r\nHost: h\r\nContent-Length : 1\r\n\r\nx", 400)},
    {"a name with a space", PLAIN("GET / HTTP/1.1\r\nHost: h\r\nX Y: 1\r\n\r\n", 400)},
    {"an empty name", PLAIN("GET / HTTP/1.1\r\nHost: h\r\n: 1\r\n\r\n", 400)},
    {"a name beyond ASCII", PLAIN("GET / HTTP/1.1\r\nHost: h\r\nX\xc3\xa4: 1\r\n\r\n", 400)},
    {"a control in a value", PLAIN("GET / HTTP/1.1\r\nHost: h\r\nX: a\x01"
                                   "b\r\n\r\n",
                                   400)},
    {"a bare CR in a value", PLAIN("GET / HTTP/1.1\r\nHost: h\r\nX: a\rb\r\n\r\n", 400)},
    {"a NUL in a value", WITH_NUL("GET / HTTP/1.1\r\nHost: h\r\nX: a\0b\r\n\r\n", 400)},
    {"a header line that ends in a bare LF", PLAIN("GET / HTTP/1.1\r\nX: 1\nHost: h\r\n\r\n", 400)},
    {"a request line that ends in a bare LF", PLAIN("GET / HTTP/1.1\nHost: h\r\n\r\n", 400)},
    {"a last header line that ends in a bare LF", PLAIN("GET / HTTP/1.1\r\nHost: h\n\r\n", 400)},
    {"a head that ends in a bare LF", PLAIN("GET / HTTP/1.1\r\nHost: h\r\n\n", 400)},
    {"a folded line", PLAIN("GET / HTTP/1.1\r\nHost: h\r\nX: 1\r\n two\r\n\r\n", 400)},
    {"a folded line without content",
     PLAIN("GET / HTTP/1.1\r\nHost: h\r\nX: 1\r\n \r\nY: 1\r\n\r\n", 400)},
    {"a folded transfer coding",
     PLAIN("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n", 400)},
    {"two spaces before the target", PLAIN("GET  / HTTP/1.1\r\nHost: h\r\n\r\n", 400)},
    {"two spaces before the version", PLAIN("GET /  HTTP/1.1\r\nHost: h\r\n\r\n", 400)},
    {"a method that is no token", PLAIN("GE@T / HTTP/1.1\r\nHost: h\r\n\r\n", 400)},
    {"CONNECT", PLAIN("CONNECT h:80 HTTP/1.1\r\nHost: h\r\n\r\n", 501)},
    {"TRACE", PLAIN("TRACE / HTTP/1.1\r\nHost: h\r\n\r\n", 501)},
    {"a whole address as target", PLAIN("GET http://h/ HTTP/1.1\r\nHost: h\r\n\r\n", 400)},
    {"an asterisk as target", PLAIN("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", 400)},
    {"a target without slash", PLAIN("GET a HTTP/1.1\r\nHost: h\r\n\r\n", 400)},
    {"a space in the target", PLAIN("GET /a b HTTP/1.1\r\nHost: h\r\n\r\n", 400)},
    {"a fragment in the target", PLAIN("GET /a#b HTTP/1.1\r\nHost: h\r\n\r\n", 400)},
    {"a target beyond ASCII", PLAIN("GET /\xc3\xa4 HTTP/1.1\r\nHost: h\r\n\r\n", 400)},
    {"HTTP/1.2", PLAIN("GET / HTTP/1.2\r\nHost: h\r\n\r\n", 505)},
    {"a NUL in a name", WITH_NUL("GET / HTTP/1.1\r\nHost: h\r\nX\0Y: a\r\n\r\n", 400)},
    {"a signed length", PLAIN("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: +1\r\n\r\nx", 400)},
    {"a list of lengths",
     PLAIN("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1, 1\r\n\r\nx", 400)},
    {"an expectation other than 100-continue",
     PLAIN("POST / HTTP/1.1\r\nHost: h\r\nExpect: 200-ok\r\nContent-Length: 1\r\n\r\nx", 417)},
    {"two expectations",
     PLAIN("POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nExpect: 100-continue\r\n"
           "Content-Length: 1\r\n\r\nx",
           417)},
};

static void test_refusal(void **state)
{
    const struct refusal_row *row = *state;
    sg_stand_start(&sg_stand_usual, "127.0.0.1:0");
    struct sg_visitor line = sg_visitor_dial();
    assert_true(sg_visitor_put(&line, row->send, row->len == 0 ? strlen(row->send) : row->len));
    struct sg_visitor_answer answer = sg_visitor_get_answer(&line, false);
    assert_int_equal(answer.status, row->status);
    assert_non_null(strstr(answer.head, "Connection: close\n"));
    assert_int_equal(sg_buf_add_byte(&answer.body, '\0'), SCRUBGATE_OK);
    assert_non_null(strstr(answer.head, "Content-Type: application/problem+json\n"));
    assert_non_null(strstr((const char *)answer.body.data, "urn:scrubgate:problem:"));
    assert_true(sg_visitor_ends_here(&line));
    assert_int_equal(sg_stand_so_far(&sg_stand.begun), 0);
    assert_int_equal(sg_stand_so_far(&sg_stand.refused), 1);
    sg_buf_fini(&answer.body);
    sg_visitor_hang_up(&line);
    sg_stand_stop();
}

/* --- heads that are too large --- */

static void expect_large_head(size_t limit, size_t fields, size_t len, int status)
{
    struct sg_front_limits limits = sg_stand_usual;
    struct sg_buf text = {.data = NULL};
    limits.header = limit;
    sg_stand_start(&limits, "127.0.0.1:0");
    struct sg_visitor line = sg_visitor_dial();
    sg_visitor_put_text(&line, "GET /a HTTP/1.1\r\nHost: h\r\n");
    for (size_t i = 0; i < fields; i++)
        assert_int_equal(sg_buf_addf(&text, "X-%zu: %0*d\r\n", i, (int)len, 0), SCRUBGATE_OK);
    (void)sg_visitor_put(&line, text.data, text.len);
    (void)sg_visitor_put(&line, "\r\n", 2);
    struct sg_visitor_answer answer = sg_visitor_get_answer(&line, false);
    assert_int_equal(answer.status, status);
    sg_buf_fini(&answer.body);
    sg_buf_fini(&text);
    sg_visitor_hang_up(&line);
    sg_stand_stop();
}

static void test_a_head_within_the_limits_passes(void **state)
{
    (void)state;
    expect_large_head(16384, 1, 12000, 200);
    expect_large_head(16384, 127, 20, 200);
    expect_large_head(32768, 2, 13000, 200);
    expect_large_head(131072, 1, 100000, 200);
    expect_large_head(1048576, 100, 10000, 200);
}

static void test_a_head_over_the_limits_is_431(void **state)
{
    (void)state;
    expect_large_head(16384, 1, 20000, 431);
    expect_large_head(16384, 128, 1, 431);
    expect_large_head(1000, 1, 1000, 431);
    expect_large_head(131072, 1, 140000, 431);
}

/* --- requests for which there is no room --- */

static const struct crowd_row {
    const char *name, *send;
    bool stays;
} crowds[] = {
    {"a GET that is not admitted is 503 and keeps its connection",
     "GET /a HTTP/1.1\r\nHost: h\r\n\r\n", true},
    {"a POST that is not admitted is 503 behind its body and keeps its connection",
     "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello", true},
    {"a large POST that is not admitted is 503 at once",
     "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999\r\n\r\nhello", false},
    {"a POST that is not admitted is not called to continue",
     "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n", false},
};

static void test_crowd(void **state)
{
    const struct crowd_row *row = *state;
    sg_stand_start(&sg_stand_usual, "127.0.0.1:0");
    struct sg_visitor line = sg_visitor_dial();
    sg_stand_let_loop(sg_talk_fill_up);
    sg_visitor_put_text(&line, row->send);
    struct sg_visitor_answer answer = sg_visitor_get_answer(&line, false);
    assert_int_equal(answer.status, 503);
    assert_non_null(strstr(answer.head, "Retry-After: 1\n"));
    assert_int_equal(sg_stand_so_far(&sg_stand.begun), 0);
    assert_int_equal(sg_stand_so_far(&sg_stand.refused), 1);
    sg_stand_let_loop(sg_talk_make_room);
    if (row->stays) {
        sg_visitor_put_text(&line, "GET /a HTTP/1.1\r\nHost: h\r\n\r\n");
        sg_visitor_expect_answer(&line, 200, "GET /a 0:");
    } else {
        assert_true(sg_visitor_ends_here(&line));
    }
    sg_buf_fini(&answer.body);
    sg_visitor_hang_up(&line);
    sg_stand_stop();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_head_within_the_limits_passes),
        cmocka_unit_test(test_a_head_over_the_limits_is_431),
    };
    int failed = SG_STAND_ROWS("refusals", refusals, test_refusal);
    failed += SG_STAND_ROWS("no room", crowds, test_crowd);
    return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
