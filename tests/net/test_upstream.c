/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_upstream.c - calls against an origin that does what a script says, over loopback.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "net/origin.h"
#include "net/upstream.h"
#include "../lib/alloc_fail.h"
#include "../lib/probe.h"
#include "../lib/scripted_origin.h"
#include "../lib/suite.h"

enum { MS = 1000000, MAX_HEAD = 1024 };

#define GET          "GET / HTTP/1.1\r\nHost: o\r\n\r\n"
#define POST2        "POST / HTTP/1.1\r\nHost: o\r\nContent-Length: 2\r\n\r\n"
#define POST_CHUNKED "POST / HTTP/1.1\r\nHost: o\r\nTransfer-Encoding: chunked\r\n\r\n"
#define OK_HEAD      "HTTP/1.1 200 OK\r\n"
#define OK2          OK_HEAD "Content-Length: 2\r\n\r\nok"
#define SAID_OK      "<200 length>ok<end>"

static struct sg_loop *loop;
static struct sg_upstream *upstream;
static struct sg_origin *target;
static struct sg_scripted_origin origin;
static struct sg_wake bell;

/* Longer than any test may take: what needs them to end is stuck. */
static const struct sg_upstream_limits usual = {.connect_ns = UINT64_C(100000) * MS,
                                                .total_ns = UINT64_C(100000) * MS,
                                                .idle_ns = UINT64_C(100000) * MS,
                                                .header = MAX_HEAD,
                                                .idle = 8};

static void rung(struct sg_wake *wake)
{
    (void)wake;
    sg_loop_stop(loop);
}

static void begin_with(const struct sg_upstream_limits *limits)
{
    memset(&origin, 0, sizeof origin);
    assert_int_equal(sg_loop_new(&loop), SCRUBGATE_OK);
    assert_int_equal(sg_wake_init(loop, &bell, rung), SCRUBGATE_OK);
    assert_int_equal(sg_upstream_new(&upstream, loop, limits, NULL), SCRUBGATE_OK);
    target = NULL;
}

static void begin(void)
{
    begin_with(&usual);
}

static void add(enum sg_step_kind kind)
{
    sg_scripted_origin_add(&origin, kind, NULL, 0);
}

static void say(const char *text)
{
    sg_scripted_origin_add(&origin, SG_STEP_SAY, text, 0);
}

/* One turn of the loop: what counts from now should not count from before all was set up. */
static void turn(void)
{
    sg_wake_ring(&bell);
    sg_probe_run(loop);
}

static void start(void)
{
    char url[64];
    sg_scripted_origin_start(&origin, &bell);
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%u/", origin.port);
    assert_int_equal(sg_origin_new(&target, url, NULL), SCRUBGATE_OK);
    turn();
}

/* The client first: what the origin waits for is often its end. */
static void finish(void)
{
    sg_upstream_free(upstream);
    sg_origin_free(target);
    sg_wake_fini(loop, &bell);
    sg_loop_free(loop);
    sg_scripted_origin_stop(&origin);
}

static void open_call(struct sg_probe *probe, const char *head, bool idempotent)
{
    probe->loop = loop;
    assert_int_equal(sg_call_open(&probe->call, upstream, target, sg_bytes_of(head),
                                  strstr(head, "chunked") != NULL, strncmp(head, "HEAD", 4) == 0,
                                  idempotent, &sg_probe_handler, probe),
                     SCRUBGATE_OK);
}

static void send_last(struct sg_probe *probe, const char *body)
{
    assert_int_equal(sg_call_send(probe->call, sg_bytes_of(body), true), SCRUBGATE_OK);
}

/* A whole call, and what became of it. */
static void expect(const char *head, const char *body, bool idempotent, const char *want)
{
    struct sg_probe probe = {0};
    open_call(&probe, head, idempotent);
    send_last(&probe, body);
    sg_probe_run(loop);
    assert_string_equal(probe.story, want);
}

static size_t sent;

static void send_until_full(struct sg_probe *probe)
{
    static const uint8_t piece[30000];
    enum { ENOUGH = 64 << 20 };
    enum scrubgate_status rc = SCRUBGATE_OK;
    while (rc == SCRUBGATE_OK) {
        assert_true(sent < ENOUGH);
        rc = sg_call_send(probe->call, (struct sg_bytes){piece, sizeof piece}, false);
        assert_true(rc >= 0);
        sent += sizeof piece;
    }
    assert_int_equal(rc, SCRUBGATE_FULL);
}

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
    {"a connection is used again after a length", OK2, SAID_OK, STAYS, 1, 0, 0},
    {"and after chunks", OK_HEAD "Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
     "<200 chunked>ok<end>", STAYS, 1, 0, 0},
    {"and after 204", "HTTP/1.1 204 No Content\r\n\r\n", "<204 none><end>", STAYS, 1, 0, 0},
    {"and after 304", "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", "<304 none><end>",
     STAYS, 1, 0, 0},
    {"and after HEAD", OK_HEAD "Content-Length: 9\r\n\r\n", "<200 none><end>", STAYS, 1, 0,
     "HEAD / HTTP/1.1\r\nHost: o\r\n\r\n"},
    {"and after interim answers", "HTTP/1.1 100 Continue\r\n\r\n" OK2, SAID_OK, STAYS, 1, 0, 0},
    {"a body ends with its connection", OK_HEAD "\r\nok", "<200 close>ok<end>", CLOSES, 0, 0, 0},
    {"a reset does not end a body", OK_HEAD "\r\n", "<200 close><upstream-reset>", RESETS, 0, 0, 0},
    {"Connection: close is heeded", OK_HEAD "Connection: close\r\nContent-Length: 2\r\n\r\nok",
     SAID_OK, STAYS, 0, 0, 0},
    {"an origin may close after its answer", OK2, SAID_OK, CLOSES, 0, 0, 0},
    {"HTTP/1.0 is not used again", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", SAID_OK, STAYS,
     0, 0, 0},
    {"nor is who says more than was asked", OK2 OK2, SAID_OK, STAYS, 0, 0, 0},
    {"two lengths are refused", OK_HEAD "Content-Length: 2\r\nContent-Length: 3\r\n\r\nok",
     "<upstream-malformed>", STAYS, 0, 0, 0},
    {"a length with chunks is refused",
     OK_HEAD "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\nok", "<upstream-malformed>",
     STAYS, 0, 0, 0},
    {"garbage is refused", "\x16\x03\x01garbage", "<upstream-malformed>", STAYS, 0, 0, 0},
    {"HTTP/0.9 is refused", "<p>hello</p>", "<upstream-malformed>", CLOSES, 0, 0, 0},
    {"a head over the limit is refused", OK_HEAD "X: ", "<upstream-limit>", STAYS, 0, 2 * MAX_HEAD,
     0},
    {"an answer of nothing", "", "<upstream-reset>", CLOSES, 0, 0, 0},
    {"a close in the head", OK_HEAD "Content-", "<upstream-reset>", CLOSES, 0, 0, 0},
    {"a close in the body", OK_HEAD "Content-Length: 5\r\n\r\nok", "<200 length>ok<upstream-reset>",
     CLOSES, 0, 0, 0},
    {"a close in a chunk", OK_HEAD "Transfer-Encoding: chunked\r\n\r\n5\r\nok",
     "<200 chunked>ok<upstream-reset>", CLOSES, 0, 0, 0},
    {"a close before the last chunk", OK_HEAD "Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n",
     "<200 chunked>ok<upstream-reset>", CLOSES, 0, 0, 0},
    {"a reset before any answer", "", "<upstream-reset>", RESETS, 0, 0, 0},
    {"a chunk size that is none", OK_HEAD "Transfer-Encoding: chunked\r\n\r\nzz\r\nok",
     "<200 chunked><upstream-malformed>", STAYS, 0, 0, 0},
};

static void test_answer(void **state)
{
    const struct answer *row = *state;
    begin();
    add(SG_STEP_ACCEPT);
    add(SG_STEP_HEAD);
    say(row->text);
    if (row->flood > 0)
        sg_scripted_origin_add(&origin, SG_STEP_FLOOD, NULL, row->flood);
    if (row->after == STAYS && !row->kept)
        add(SG_STEP_CLOSED);
    if (row->after != STAYS)
        add(row->after == CLOSES ? SG_STEP_CLOSE : SG_STEP_RESET);
    if (!row->kept)
        add(SG_STEP_ACCEPT);
    add(SG_STEP_HEAD);
    say(OK2);
    start();
    expect(row->request != NULL ? row->request : GET, NULL, false, row->want);
    expect(GET, NULL, true, SAID_OK); /* idempotent: the origin's close may still be on its way */
    finish();
    assert_int_equal(origin.accepted, row->kept ? 1 : 2);
}

static void test_byte_by_byte(void **state)
{
    (void)state;
    begin();
    add(SG_STEP_ACCEPT);
    add(SG_STEP_HEAD);
    sg_scripted_origin_add(&origin, SG_STEP_SAY,
                           "HTTP/1.1 100 Continue\r\n\r\n" OK_HEAD
                           "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
                           1);
    start();
    expect(GET, NULL, false, "<200 chunked>abcde<end>");
    finish();
}

/* --- what is sent --- */

static void test_request_is_sent_as_given(void **state)
{
    (void)state;
    begin();
    add(SG_STEP_ACCEPT);
    add(SG_STEP_HEAD);
    sg_scripted_origin_add(&origin, SG_STEP_READ, NULL, 2);
    say(OK2);
    add(SG_STEP_HEAD);
    sg_scripted_origin_add(&origin, SG_STEP_READ, NULL, 2);
    say(OK2);
    add(SG_STEP_CLOSED);
    start();
    expect(POST2, "ab", false, SAID_OK);
    expect(POST2, "cd", true, SAID_OK); /* over a pooled line, and kept to be sent again */
    finish();
    assert_string_equal(origin.heard, POST2 "ab" POST2 "cd");
}

static void test_chunks_are_framed(void **state)
{
    (void)state;
    struct sg_probe probe = {0};
    begin();
    add(SG_STEP_ACCEPT);
    add(SG_STEP_CHUNKS);
    say(OK2);
    add(SG_STEP_CLOSED);
    start();
    open_call(&probe, POST_CHUNKED, false);
    assert_int_equal(sg_call_send(probe.call, SG_BYTES("abc"), false), SCRUBGATE_OK);
    assert_int_equal(sg_call_send(probe.call, SG_BYTES("0123456789abcdef"), false), SCRUBGATE_OK);
    send_last(&probe, "");
    sg_probe_run(loop);
    assert_string_equal(probe.story, SAID_OK);
    finish();
    assert_string_equal(origin.heard,
                        POST_CHUNKED "3\r\nabc\r\n10\r\n0123456789abcdef\r\n0\r\n\r\n");
}

static void test_head_goes_before_the_body_comes(void **state)
{
    (void)state;
    struct sg_probe probe = {0};
    begin();
    add(SG_STEP_ACCEPT);
    add(SG_STEP_HEAD);
    say(OK2);
    add(SG_STEP_HEAD);
    add(SG_STEP_RING);
    sg_scripted_origin_add(&origin, SG_STEP_READ, NULL, 1);
    add(SG_STEP_RING);
    sg_scripted_origin_add(&origin, SG_STEP_READ, NULL, 1);
    say(OK2);
    start();
    expect(GET, NULL, false, SAID_OK);
    open_call(&probe, POST2, false); /* over the pooled line */
    sg_probe_run(loop);              /* until the head was read */
    assert_int_equal(sg_call_send(probe.call, SG_BYTES("a"), false), SCRUBGATE_OK);
    sg_probe_run(loop); /* until the first byte was read */
    send_last(&probe, "b");
    sg_probe_run(loop);
    assert_string_equal(probe.story, SAID_OK);
    finish();
    assert_string_equal(origin.heard, GET POST2 "ab");
}

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
    {"an idempotent request is sent again", GET, NULL, 1, "", 1, 0, SAID_OK},
    {"with its body", POST2, "ab", 1, "", 1, 0, SAID_OK},
    {"but once only", GET, NULL, 1, "", 1, 1, "<upstream-reset>"},
    {"a request that is not is never sent again", POST2, "ab", 0, "", 0, 0, "<upstream-reset>"},
    {"nor is any once there was an answer", GET, NULL, 1, "H", 0, 0, "<upstream-reset>"},
    {"even of an interim kind", GET, NULL, 1, "HTTP/1.1 100 Continue\r\n\r\n", 0, 0,
     "<upstream-reset>"},
};

static void test_stale(void **state)
{
    const struct stale *row = *state;
    size_t body = row->body == NULL ? 0 : strlen(row->body);
    begin();
    add(SG_STEP_ACCEPT);
    add(SG_STEP_HEAD);
    say(OK2);
    add(SG_STEP_HEAD);
    sg_scripted_origin_add(&origin, SG_STEP_READ, NULL, body);
    say(row->says);
    add(SG_STEP_CLOSE);
    if (row->again) {
        add(SG_STEP_ACCEPT);
        add(SG_STEP_HEAD);
        sg_scripted_origin_add(&origin, SG_STEP_READ, NULL, body);
        if (!row->dies_again)
            say(OK2);
        add(row->dies_again ? SG_STEP_CLOSE : SG_STEP_CLOSED);
    }
    start();
    expect(GET, NULL, false, SAID_OK);
    expect(row->request, row->body, row->idempotent, row->want);
    finish();
    assert_int_equal(origin.accepted, row->again ? 2 : 1);
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
    begin();
    add(SG_STEP_ACCEPT);
    add(SG_STEP_HEAD);
    say(OK2);
    add(SG_STEP_HEAD);
    sg_scripted_origin_add(&origin, SG_STEP_READ, NULL, LARGE);
    add(SG_STEP_CLOSE);
    start();
    expect(GET, NULL, false, SAID_OK);
    open_call(&probe, head, true);
    assert_true(sg_call_send(probe.call, (struct sg_bytes){(uint8_t *)body, LARGE}, true) >= 0);
    sg_probe_run(loop);
    assert_string_equal(probe.story, "<upstream-reset>");
    finish();
    free(body);
}

static void test_half_sent_request_is_not_sent_again(void **state)
{
    (void)state;
    enum { HUGE_BODY = 32 << 20 }; /* of which the system takes the smaller part */
    struct sg_probe probe = {0};
    uint8_t *body = calloc(1, HUGE_BODY);
    assert_non_null(body);
    begin();
    origin.narrow = true;
    add(SG_STEP_ACCEPT);
    add(SG_STEP_HEAD);
    say(OK2);
    add(SG_STEP_HEAD);
    add(SG_STEP_AWAIT);
    add(SG_STEP_RESET);
    start();
    expect(GET, NULL, false, SAID_OK);
    open_call(&probe, POST_CHUNKED, false);
    assert_int_equal(sg_call_send(probe.call, (struct sg_bytes){body, HUGE_BODY}, false),
                     SCRUBGATE_FULL);
    sg_scripted_origin_go(&origin);
    sg_probe_run(loop);
    assert_string_equal(probe.story, "<upstream-reset>");
    finish();
    assert_int_equal(origin.accepted, 1);
    free(body);
}

/* An origin that speaks unasked would have its words taken for the next call's response. */
static void test_idle_line_that_speaks_is_closed(void **state)
{
    (void)state;
    begin();
    add(SG_STEP_ACCEPT);
    add(SG_STEP_HEAD);
    say(OK2);
    add(SG_STEP_AWAIT);
    say(OK_HEAD "Content-Length: 6\r\n\r\npoison");
    add(SG_STEP_CLOSED);
    add(SG_STEP_RING);
    add(SG_STEP_ACCEPT);
    add(SG_STEP_HEAD);
    say(OK2);
    start();
    expect(GET, NULL, false, SAID_OK);
    sg_scripted_origin_go(&origin);
    sg_probe_run(loop); /* until the line was closed */
    expect(POST2, "ab", false, SAID_OK);
    finish();
    assert_int_equal(origin.accepted, 2);
}

/* --- what comes in the very turn in which an idle line is lent --- */

struct unasked {
    const char *name;
    const char *request, *body;
    bool idempotent;
    const char *says; /* NULL: it closes */
    const char *want;
};

#define POISON OK_HEAD "Content-Length: 6\r\n\r\npoison"

static const struct unasked unaskeds[] = {
    {"words before the question are no answer", GET, NULL, 1, POISON, SAID_OK},
    {"nor to a request that cannot be sent again", POST2, "ab", 0, POISON, "<upstream-reset>"},
    {"a farewell that crosses the question", GET, NULL, 1, NULL, SAID_OK},
    {"with a request that cannot be sent again", POST2, "ab", 0, NULL, "<upstream-reset>"},
};

static const struct unasked *unasked;
static struct sg_probe crossing;

static void ask_now(struct sg_wake *wake)
{
    (void)wake;
    open_call(&crossing, unasked->request, unasked->idempotent);
    send_last(&crossing, unasked->body);
}

/* The bell rings before the origin speaks, so that one turn brings both, the bell first: its
 * handler takes the line while the news of that line waits to be told. */
static void test_unasked(void **state)
{
    struct sg_loop *aside;
    struct sg_wake spoken;
    unasked = *state;
    memset(&crossing, 0, sizeof crossing);
    begin();
    assert_int_equal(sg_loop_new(&aside), SCRUBGATE_OK);
    assert_int_equal(sg_wake_init(aside, &spoken, rung), SCRUBGATE_OK);
    add(SG_STEP_ACCEPT);
    add(SG_STEP_HEAD);
    say(OK2);
    add(SG_STEP_AWAIT);
    if (unasked->says != NULL)
        say(unasked->says);
    else
        add(SG_STEP_CLOSE);
    add(SG_STEP_RING);
    if (unasked->says != NULL)
        add(SG_STEP_CLOSED);
    if (unasked->idempotent) {
        add(SG_STEP_ACCEPT);
        add(SG_STEP_HEAD);
        say(OK2);
    }
    start();
    origin.bell = &spoken;
    expect(GET, NULL, false, SAID_OK);
    bell.woken = ask_now;
    sg_wake_ring(&bell);
    sg_scripted_origin_go(&origin);
    struct pollfd said = {.fd = spoken.watch.fd, .events = POLLIN};
    assert_int_equal(poll(&said, 1, 20000), 1);
    sg_probe_run(loop);
    assert_string_equal(crossing.story, unasked->want);
    finish();
    sg_wake_fini(aside, &spoken);
    sg_loop_free(aside);
}

static void test_idle_line_is_closed_in_time(void **state)
{
    (void)state;
    struct sg_upstream_limits brief = usual;
    brief.idle_ns = 20 * MS;
    begin_with(&brief);
    add(SG_STEP_ACCEPT);
    add(SG_STEP_HEAD);
    say(OK2);
    add(SG_STEP_CLOSED);
    add(SG_STEP_RING);
    start();
    expect(GET, NULL, false, SAID_OK);
    sg_probe_run(loop);
    finish();
}

static void test_idle_lines_are_bounded(void **state)
{
    (void)state;
    struct sg_upstream_limits few = usual;
    few.idle = 0;
    begin_with(&few);
    for (int i = 0; i < 2; i++) {
        add(SG_STEP_ACCEPT);
        add(SG_STEP_HEAD);
        say(OK2);
        add(SG_STEP_CLOSED);
    }
    start();
    expect(GET, NULL, false, SAID_OK);
    expect(GET, NULL, false, SAID_OK);
    finish();
    assert_int_equal(origin.accepted, 2);
}

/* --- early answers --- */

static void test_early_answer_is_told_and_the_line_closed(void **state)
{
    (void)state;
    struct sg_probe probe = {0};
    begin();
    add(SG_STEP_ACCEPT);
    add(SG_STEP_HEAD);
    say("HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nno");
    add(SG_STEP_CLOSED);
    add(SG_STEP_RING);
    start();
    open_call(&probe, POST_CHUNKED, false);
    assert_int_equal(sg_call_send(probe.call, SG_BYTES("abc"), false), SCRUBGATE_OK);
    sg_probe_run(loop);
    assert_string_equal(probe.story, "<413 length>no<end>");
    sg_probe_run(loop); /* until the line was closed */
    finish();
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
    begin();
    origin.narrow = true;
    add(SG_STEP_ACCEPT);
    add(SG_STEP_HEAD);
    say("HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nno");
    add(SG_STEP_RESET);
    start();
    open_call(&probe, POST_CHUNKED, false);
    send_more(&probe);
    sg_probe_run(loop);
    assert_true(strcmp(probe.story, "<413 length>no<end>") == 0 ||
                strcmp(probe.story, "<upstream-reset>") == 0);
    finish();
}

/* --- back-pressure --- */

static void test_handler_that_takes_little_gets_all(void **state)
{
    (void)state;
    struct sg_probe probe = {.take_most = 3};
    begin();
    add(SG_STEP_ACCEPT);
    add(SG_STEP_HEAD);
    say(OK_HEAD "Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n7\r\nfghijkl\r\n0\r\n\r\n");
    start();
    open_call(&probe, GET, false);
    send_last(&probe, NULL);
    sg_probe_run(loop);
    assert_string_equal(probe.story, "<200 chunked>abcdefghijkl<end>");
    finish();
}

static void test_large_answer_in_small_bites(void **state)
{
    (void)state;
    enum { LARGE = 1000000 };
    struct sg_probe probe = {.take_most = 10007};
    begin();
    add(SG_STEP_ACCEPT);
    add(SG_STEP_HEAD);
    say(OK_HEAD "Content-Length: 1000000\r\n\r\n");
    sg_scripted_origin_add(&origin, SG_STEP_FLOOD, NULL, LARGE);
    start();
    open_call(&probe, GET, false);
    send_last(&probe, NULL);
    sg_probe_run(loop);
    assert_int_equal(probe.body, LARGE);
    assert_non_null(strstr(probe.story, "<end>"));
    finish();
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
    struct sg_upstream_limits brief = usual;
    brief.total_ns = 200 * MS;
    begin_with(&brief);
    add(SG_STEP_ACCEPT);
    add(SG_STEP_HEAD);
    say(OK2);
    start();
    open_call(&probe, GET, false);
    send_last(&probe, NULL);
    waiting = &probe;
    later = (struct sg_timer){.due = take_now};
    assert_int_equal(sg_timer_set(loop, &later, sg_loop_now(loop) + 600 * MS), SCRUBGATE_OK);
    sg_probe_run(loop);
    assert_string_equal(probe.story, SAID_OK);
    finish();
}

static void send_the_end(struct sg_probe *probe)
{
    if (probe->writables < 3)
        send_until_full(probe);
    else
        send_last(probe, "");
}

static void test_send_says_full_and_then_writable(void **state)
{
    (void)state;
    struct sg_probe probe = {.act_at = SG_PROBE_WRITABLE, .act = send_the_end};
    begin();
    origin.narrow = true;
    add(SG_STEP_ACCEPT);
    add(SG_STEP_HEAD);
    add(SG_STEP_AWAIT);
    add(SG_STEP_CHUNKS);
    say(OK2);
    start();
    sent = 0;
    open_call(&probe, POST_CHUNKED, false);
    send_until_full(&probe);
    sg_scripted_origin_go(&origin);
    sg_probe_run(loop);
    assert_string_equal(probe.story, SAID_OK);
    assert_int_equal(probe.writables, 3);
    finish();
    assert_true(origin.n_read > sent);
}

/* --- failures to connect, and time --- */

static void test_refused(void **state)
{
    (void)state;
    begin();
    start();
    sg_scripted_origin_stop(&origin); /* nobody listens there now */
    expect(GET, NULL, false, "<upstream-connect>");
    finish();
}

static void test_next_address_is_tried(void **state)
{
    (void)state;
    begin();
    add(SG_STEP_ACCEPT);
    add(SG_STEP_HEAD);
    say(OK2);
    start();
    target->address[1] = target->address[0];
    target->n = 2;
    ((struct sockaddr_in *)&target->address[0].storage)->sin_port = htons(1);
    expect(GET, NULL, false, SAID_OK);
    finish();
}

static void test_unix_socket(void **state)
{
    (void)state;
    char dir[] = "/tmp/test_upstream.XXXXXX", path[64], url[96];
    begin();
    assert_non_null(mkdtemp(dir));
    (void)snprintf(path, sizeof path, "%s/socket", dir);
    origin.path = path;
    add(SG_STEP_ACCEPT);
    add(SG_STEP_HEAD);
    say(OK2);
    add(SG_STEP_HEAD);
    say(OK2);
    sg_scripted_origin_start(&origin, &bell);
    (void)snprintf(url, sizeof url, "unix:%s:/base/", path);
    assert_int_equal(sg_origin_new(&target, url, NULL), SCRUBGATE_OK);
    expect(GET, NULL, false, SAID_OK);
    expect(GET, NULL, false, SAID_OK);
    finish();
    assert_int_equal(rmdir(dir), 0);
}

static void test_unix_socket_that_is_not_there(void **state)
{
    (void)state;
    begin();
    assert_int_equal(sg_origin_new(&target, "unix:/nonexistent/socket", NULL), SCRUBGATE_OK);
    expect(GET, NULL, false, "<upstream-connect>");
    finish();
}

/* A listener whose queue is full leaves who connects without an answer. */
struct black_hole {
    int listener, filler[8];
    struct sockaddr_in address;
};

static void open_hole(struct black_hole *hole)
{
    socklen_t len = sizeof hole->address;
    hole->address =
        (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    hole->listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(hole->listener, (struct sockaddr *)&hole->address, len), 0);
    assert_int_equal(getsockname(hole->listener, (struct sockaddr *)&hole->address, &len), 0);
    assert_int_equal(listen(hole->listener, 0), 0);
    for (size_t i = 0; i < sizeof hole->filler / sizeof hole->filler[0]; i++) {
        hole->filler[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        (void)connect(hole->filler[i], (struct sockaddr *)&hole->address, len);
    }
}

static void close_hole(struct black_hole *hole)
{
    for (size_t i = 0; i < sizeof hole->filler / sizeof hole->filler[0]; i++)
        (void)close(hole->filler[i]);
    (void)close(hole->listener);
}

static void test_connect_takes_too_long(void **state)
{
    (void)state;
    struct black_hole hole;
    char url[64];
    struct sg_upstream_limits brief = usual;
    brief.connect_ns = 50 * MS;
    begin_with(&brief);
    open_hole(&hole);
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%u/", ntohs(hole.address.sin_port));
    assert_int_equal(sg_origin_new(&target, url, NULL), SCRUBGATE_OK);
    turn();
    expect(GET, NULL, false, "<upstream-timeout>");
    close_hole(&hole);
    finish();
}

static void test_address_that_does_not_answer_is_left(void **state)
{
    (void)state;
    struct black_hole hole;
    struct sg_upstream_limits brief = usual;
    brief.connect_ns = 1000 * MS;
    begin_with(&brief);
    open_hole(&hole);
    add(SG_STEP_ACCEPT);
    add(SG_STEP_HEAD);
    say(OK2);
    start();
    target->address[1] = target->address[0];
    target->n = 2;
    memcpy(&target->address[0].storage, &hole.address, sizeof hole.address);
    expect(GET, NULL, false, SAID_OK);
    close_hole(&hole);
    finish();
}

struct slow {
    const char *name, *text, *want;
};

static const struct slow slows[] = {
    {"an origin that never answers", "", "<upstream-timeout>"},
    {"one that stops in its head", OK_HEAD "Content", "<upstream-timeout>"},
    {"one that stops after an interim head", "HTTP/1.1 100 Continue\r\n\r\n", "<upstream-timeout>"},
    {"one that stops in a body", OK_HEAD "Content-Length: 5\r\n\r\nok",
     "<200 length>ok<upstream-timeout>"},
    {"one that stops in a chunk", OK_HEAD "Transfer-Encoding: chunked\r\n\r\n5\r\nok",
     "<200 chunked>ok<upstream-timeout>"},
    {"one that does not close", OK_HEAD "\r\nok", "<200 close>ok<upstream-timeout>"},
};

static void test_slow(void **state)
{
    const struct slow *row = *state;
    struct sg_upstream_limits brief = usual;
    brief.total_ns = 300 * MS;
    begin_with(&brief);
    add(SG_STEP_ACCEPT);
    add(SG_STEP_HEAD);
    say(row->text);
    add(SG_STEP_CLOSED);
    start();
    expect(GET, NULL, true, row->want);
    finish();
}

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
    begin();
    add(SG_STEP_ACCEPT);
    add(SG_STEP_HEAD);
    say(OK_HEAD "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
    add(SG_STEP_CLOSED);
    start();
    open_call(&probe, GET, false);
    send_last(&probe, NULL);
    sg_probe_run(loop);
    assert_string_equal(probe.story, row->want);
    finish();
}

static void test_cancelled_at_writable_and_failed(void **state)
{
    (void)state;
    struct sg_probe probe = {.cancel_at = SG_PROBE_WRITABLE};
    struct sg_probe other = {.cancel_at = SG_PROBE_FAILED};
    begin();
    add(SG_STEP_ACCEPT);
    add(SG_STEP_HEAD);
    add(SG_STEP_CLOSED);
    add(SG_STEP_ACCEPT);
    add(SG_STEP_HEAD);
    say("garbage");
    start();
    sent = 0;
    open_call(&probe, POST_CHUNKED, false);
    send_until_full(&probe);
    sg_probe_run(loop);
    assert_string_equal(probe.story, "<cancelled>");
    open_call(&other, GET, false);
    send_last(&other, NULL);
    sg_probe_run(loop);
    assert_string_equal(other.story, "<upstream-malformed><cancelled>");
    finish();
}

static void test_cancelled_before_anything(void **state)
{
    (void)state;
    struct sg_probe probe = {0}, second = {0};
    begin();
    add(SG_STEP_ACCEPT); /* the first connection, closed before a byte */
    add(SG_STEP_CLOSED);
    add(SG_STEP_ACCEPT);
    add(SG_STEP_HEAD);
    say(OK2);
    start();
    open_call(&probe, GET, false);
    sg_call_cancel(probe.call);
    open_call(&second, GET, false);
    send_last(&second, NULL);
    sg_probe_run(loop);
    assert_string_equal(probe.story, "");
    assert_string_equal(second.story, SAID_OK);
    sg_call_cancel(NULL);
    finish();
}

static void test_upstream_goes_with_calls_open(void **state)
{
    (void)state;
    struct sg_probe probes[3] = {{0}};
    begin();
    add(SG_STEP_ACCEPT);
    add(SG_STEP_HEAD);
    add(SG_STEP_RING);
    add(SG_STEP_CLOSED);
    start();
    for (size_t i = 0; i < 3; i++)
        open_call(&probes[i], GET, false);
    send_last(&probes[0], NULL);
    sg_probe_run(loop);
    finish();
    for (size_t i = 0; i < 3; i++)
        assert_string_equal(probes[i].story, "");
}

static struct sg_probe next_probe;

static void open_next(struct sg_probe *probe)
{
    (void)probe;
    open_call(&next_probe, GET, false);
    send_last(&next_probe, NULL);
}

static void test_next_call_is_opened_from_end(void **state)
{
    (void)state;
    struct sg_probe probe = {.act_at = SG_PROBE_END, .act = open_next, .goes_on = true};
    memset(&next_probe, 0, sizeof next_probe);
    begin();
    add(SG_STEP_ACCEPT);
    for (int i = 0; i < 2; i++) {
        add(SG_STEP_HEAD);
        say(OK2);
    }
    start();
    open_call(&probe, GET, false);
    send_last(&probe, NULL);
    sg_probe_run(loop);
    assert_string_equal(next_probe.story, SAID_OK);
    finish();
    assert_int_equal(origin.accepted, 1);
}

static void test_next_call_is_opened_from_failed(void **state)
{
    (void)state;
    struct sg_probe probe = {.act_at = SG_PROBE_FAILED, .act = open_next, .goes_on = true};
    memset(&next_probe, 0, sizeof next_probe);
    begin();
    add(SG_STEP_ACCEPT);
    add(SG_STEP_HEAD);
    add(SG_STEP_CLOSE);
    add(SG_STEP_ACCEPT);
    add(SG_STEP_HEAD);
    say(OK2);
    start();
    open_call(&probe, GET, false);
    send_last(&probe, NULL);
    sg_probe_run(loop);
    assert_string_equal(probe.story, "<upstream-reset>");
    assert_string_equal(next_probe.story, SAID_OK);
    finish();
}

/* --- out of memory --- */

/* Whatever is refused: an answer or a failure, and no leak. */
static void test_out_of_memory(void **state)
{
    (void)state;
    enum { MOST = 100 };
    bool refused = true;
    for (size_t n = 0; refused; n++) {
        struct sg_probe probe = {.loop = NULL};
        assert_true(n < MOST);
        begin();
        origin.lenient = true;
        add(SG_STEP_ACCEPT);
        add(SG_STEP_HEAD);
        say(OK2);
        start();
        probe.loop = loop;
        sg_alloc_fail_start(n);
        enum scrubgate_status rc = sg_call_open(&probe.call, upstream, target, sg_bytes_of(POST2),
                                                false, false, false, &sg_probe_handler, &probe);
        if (rc >= 0)
            rc = sg_call_send(probe.call, SG_BYTES("ab"), true);
        if (probe.call != NULL)
            sg_probe_run(loop);
        refused = sg_alloc_fail_stop();
        if (probe.call == NULL)
            assert_int_equal(rc, SCRUBGATE_ENOMEM);
        else if (strcmp(probe.story, SAID_OK) != 0)
            assert_string_equal(probe.story, "<upstream-memory>");
        else
            assert_int_equal(rc, SCRUBGATE_OK);
        finish();
    }
}

int main(void)
{
    SG_SUITE_ROWS(test_answer, answers);
    sg_suite_add("an answer comes byte by byte", test_byte_by_byte, NULL);
    sg_suite_add("a request is sent as given", test_request_is_sent_as_given, NULL);
    sg_suite_add("chunks are framed", test_chunks_are_framed, NULL);
    sg_suite_add("a head goes before its body comes", test_head_goes_before_the_body_comes, NULL);
    SG_SUITE_ROWS(test_stale, stales);
    sg_suite_add("nor is a large body", test_large_body_is_not_sent_again, NULL);
    sg_suite_add("nor is one that was sent in part", test_half_sent_request_is_not_sent_again,
                 NULL);
    sg_suite_add("an idle line that speaks is closed", test_idle_line_that_speaks_is_closed, NULL);
    SG_SUITE_ROWS(test_unasked, unaskeds);
    sg_suite_add("an idle line is closed in time", test_idle_line_is_closed_in_time, NULL);
    sg_suite_add("idle lines are bounded", test_idle_lines_are_bounded, NULL);
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
    sg_suite_add("a refused connection", test_refused, NULL);
    sg_suite_add("the next address is tried", test_next_address_is_tried, NULL);
    sg_suite_add("a unix socket", test_unix_socket, NULL);
    sg_suite_add("a unix socket that is not there", test_unix_socket_that_is_not_there, NULL);
    sg_suite_add("a connect that takes too long", test_connect_takes_too_long, NULL);
    sg_suite_add("an address that does not answer is left for the next",
                 test_address_that_does_not_answer_is_left, NULL);
    SG_SUITE_ROWS(test_slow, slows);
    SG_SUITE_ROWS(test_cancelled, cancels);
    sg_suite_add("cancelled where there is room, and where it failed",
                 test_cancelled_at_writable_and_failed, NULL);
    sg_suite_add("cancelled before anything", test_cancelled_before_anything, NULL);
    sg_suite_add("the upstream goes with calls open", test_upstream_goes_with_calls_open, NULL);
    sg_suite_add("the next call is opened from end", test_next_call_is_opened_from_end, NULL);
    sg_suite_add("the next call is opened from failed", test_next_call_is_opened_from_failed, NULL);
    sg_suite_add("out of memory is an answer", test_out_of_memory, NULL);
    return sg_suite_run("net/upstream");
}
