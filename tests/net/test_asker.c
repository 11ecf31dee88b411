/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_asker.c - many requests over few connections, from servers that answer well, badly, or
 * never.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "net/asker.h"

#include "../lib/scripted_origin.h"
#include "../lib/suite.h"

enum { MS = 1000000 };

#define HEAD      "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n"
#define OK_ANSWER "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

static struct sg_asker *asker_of(const struct sg_scripted_origin *origin, bool told, unsigned ms)
{
    struct sg_asker *asker;
    struct scrubgate_fault fault = {.what = ""};
    char url[64];
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%u/base", origin->port);
    const struct sg_asker_config config = {.url = url, .told = told, .total_ns = ms * (uint64_t)MS};
    assert_int_equal(sg_asker_new(&asker, &config, &fault), SCRUBGATE_OK);
    assert_true(sg_bytes_equal(sg_asker_path(asker), SG_BYTES("/base")));
    return asker;
}

static enum scrubgate_status ask(struct sg_asker *asker, uint64_t line, struct sg_asked *answer,
                                 struct scrubgate_fault *fault)
{
    return sg_asker_ask(asker, line, SG_BYTES(HEAD), SG_BYTES("hi"), answer, fault);
}

static void hear(struct sg_scripted_origin *origin, bool accepts)
{
    if (accepts)
        sg_scripted_origin_add(origin, SG_STEP_ACCEPT, NULL, 0);
    sg_scripted_origin_add(origin, SG_STEP_HEAD, NULL, 0);
    sg_scripted_origin_add(origin, SG_STEP_READ, NULL, 2);
}

/* --- one answer --- */

struct row {
    const char *name, *says;
    enum scrubgate_status status;
    unsigned answered;
    const char *body, *fault;
};

static const struct row rows[] = {
    {"an answer with a length", OK_ANSWER, SCRUBGATE_OK, 200, "ok", NULL},
    {"an answer in chunks",
     "HTTP/1.1 422 No\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n1\r\n!\r\n0\r\n\r\n",
     SCRUBGATE_OK, 422, "no!", NULL},
    {"an answer behind an interim one", "HTTP/1.1 100 Continue\r\n\r\n" OK_ANSWER, SCRUBGATE_OK,
     200, "ok", NULL},
    {"an answer without a body", "HTTP/1.1 204 No Content\r\n\r\n", SCRUBGATE_OK, 204, "", NULL},
    {"an answer that says it is the last",
     "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok", SCRUBGATE_OK, 200, "ok",
     NULL},
    {"an answer whose end is its connection's", "HTTP/1.1 200 OK\r\n\r\nok", SCRUBGATE_EIO, 0, NULL,
     "no answer: "},
    {"what is no HTTP", "hello\r\n\r\n", SCRUBGATE_EIO, 0, NULL, "it does not answer in HTTP"},
    {"half an answer", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok", SCRUBGATE_EIO, 0, NULL,
     "it closed before"},
    {"no answer at all", "", SCRUBGATE_EIO, 0, NULL, "it closed before"},
};

static void test_row(void **state)
{
    const struct row *row = *state;
    struct sg_scripted_origin origin = {.lenient = true};
    struct scrubgate_fault fault = {.what = ""};
    struct sg_asked answer;
    hear(&origin, true);
    sg_scripted_origin_add(&origin, SG_STEP_SAY, row->says, 0);
    sg_scripted_origin_add(&origin, SG_STEP_CLOSE, NULL, 0);
    sg_scripted_origin_start(&origin, NULL);
    struct sg_asker *asker = asker_of(&origin, false, 5000);
    assert_int_equal(ask(asker, 1, &answer, &fault), row->status);
    if (row->status >= 0) {
        assert_int_equal(answer.head->status, row->answered);
        assert_true(sg_bytes_equal(answer.body, sg_bytes_of(row->body)));
    } else {
        assert_non_null(strstr(fault.what, row->fault));
    }
    sg_asker_free(asker);
    sg_scripted_origin_stop(&origin);
    assert_int_equal(origin.accepted, 1);
    assert_true(strncmp(origin.heard, HEAD "hi", strlen(HEAD "hi")) == 0);
}

/* --- connections --- */

static void test_kept(void **state)
{
    struct sg_scripted_origin origin = {.lenient = false};
    struct scrubgate_fault fault;
    struct sg_asked answer;
    (void)state;
    for (int i = 0; i < 3; i++) {
        hear(&origin, i == 0);
        sg_scripted_origin_add(&origin, SG_STEP_SAY, OK_ANSWER, 0);
    }
    sg_scripted_origin_start(&origin, NULL);
    struct sg_asker *asker = asker_of(&origin, false, 5000);
    for (int i = 0; i < 3; i++)
        assert_int_equal(ask(asker, 7, &answer, &fault), SCRUBGATE_OK);
    sg_scripted_origin_stop(&origin);
    assert_int_equal(origin.accepted, 1);
    sg_asker_free(asker);
}

static void test_replaced(void **state)
{
    struct sg_scripted_origin origin = {.lenient = false};
    struct scrubgate_fault fault;
    struct sg_asked answer;
    (void)state;
    for (int i = 0; i < 2; i++) {
        hear(&origin, true);
        sg_scripted_origin_add(&origin, SG_STEP_SAY, OK_ANSWER, 0);
        sg_scripted_origin_add(&origin, SG_STEP_CLOSE, NULL, 0);
    }
    sg_scripted_origin_start(&origin, NULL);
    struct sg_asker *asker = asker_of(&origin, false, 5000);
    for (int i = 0; i < 2; i++)
        assert_int_equal(ask(asker, 7, &answer, &fault), SCRUBGATE_OK);
    sg_scripted_origin_stop(&origin);
    assert_int_equal(origin.accepted, 2);
    sg_asker_free(asker);
}

/* Each client has a connection of its own, which begins with its address, once. */
static void test_told(void **state)
{
    struct sg_scripted_origin origin = {.lenient = false};
    struct scrubgate_fault fault;
    struct sg_asked answer;
    (void)state;
    for (int i = 0; i < 3; i++) {
        hear(&origin, i != 1);
        sg_scripted_origin_add(&origin, SG_STEP_SAY, OK_ANSWER, 0);
    }
    sg_scripted_origin_start(&origin, NULL);
    struct sg_asker *asker = asker_of(&origin, true, 5000);
    assert_int_equal(ask(asker, UINT64_C(0xab0001c0de), &answer, &fault), SCRUBGATE_OK);
    assert_int_equal(ask(asker, UINT64_C(0xab0001c0de), &answer, &fault), SCRUBGATE_OK);
    assert_int_equal(ask(asker, 2, &answer, &fault), SCRUBGATE_OK);
    sg_scripted_origin_stop(&origin);
    assert_int_equal(origin.accepted, 2);
    static const char want[] = "PROXY TCP6 fdab:0001:c0de::1 ::1 40000 80\r\n" HEAD "hi" HEAD "hi"
                               "PROXY TCP6 fd00:0000:0002::1 ::1 40000 80\r\n" HEAD "hi";
    assert_string_equal(origin.heard, want);
    sg_asker_free(asker);
}

static void test_late(void **state)
{
    struct sg_scripted_origin origin = {.lenient = true};
    struct scrubgate_fault fault = {.what = ""};
    struct sg_asked answer;
    (void)state;
    hear(&origin, true);
    sg_scripted_origin_add(&origin, SG_STEP_SAY, OK_ANSWER, 0);
    hear(&origin, false);
    sg_scripted_origin_add(&origin, SG_STEP_CLOSED, NULL, 0);
    sg_scripted_origin_start(&origin, NULL);
    struct sg_asker *asker = asker_of(&origin, false, 200);
    assert_int_equal(ask(asker, 7, &answer, &fault), SCRUBGATE_OK);
    assert_int_equal(ask(asker, 7, &answer, &fault), SCRUBGATE_EIO);
    assert_non_null(strstr(fault.what, "it took too long"));
    sg_scripted_origin_stop(&origin);
    assert_int_equal(origin.accepted, 1); /* what may have been heard is not said again */
    sg_asker_free(asker);
}

/* --- whom it asks at all --- */

struct place {
    const char *name, *url;
    bool anywhere;
    enum scrubgate_status status;
};
static const struct place places[] = {
    {"this machine by its address", "http://127.0.0.1:9/", false, SCRUBGATE_OK},
    {"this machine by another of its addresses", "http://127.3.2.1:9/", false, SCRUBGATE_OK},
    {"this machine by its IPv6 address", "http://[::1]:9/", false, SCRUBGATE_OK},
    {"a unix socket", "unix:/nowhere.sock:/", false, SCRUBGATE_OK},
    {"another machine", "http://192.0.2.1:9/", false, SCRUBGATE_EINVAL},
    {"another machine by IPv6", "http://[2001:db8::1]:9/", false, SCRUBGATE_EINVAL},
    {"another machine, and that is meant", "http://192.0.2.1:9/", true, SCRUBGATE_OK},
    {"TLS", "https://127.0.0.1:9/", false, SCRUBGATE_EINVAL},
    {"no URL", "127.0.0.1:9", false, SCRUBGATE_EINVAL},
};

static void test_place(void **state)
{
    const struct place *place = *state;
    struct scrubgate_fault fault = {.what = ""};
    struct sg_asker *asker;
    const struct sg_asker_config config = {
        .url = place->url, .anywhere = place->anywhere, .total_ns = MS};
    assert_int_equal(sg_asker_new(&asker, &config, &fault), place->status);
    assert_true((asker != NULL) == (place->status >= 0));
    assert_true((fault.what[0] != '\0') == (place->status < 0));
    sg_asker_free(asker);
}

int main(void)
{
    SG_SUITE_ROWS(test_row, rows);
    SG_SUITE_ROWS(test_place, places);
    sg_suite_add("a connection is kept for the same client", test_kept, NULL);
    sg_suite_add("one that was closed meanwhile is replaced", test_replaced, NULL);
    sg_suite_add("each client's connection begins with its address", test_told, NULL);
    sg_suite_add("what takes too long is not said again", test_late, NULL);
    return sg_suite_run("asker");
}
