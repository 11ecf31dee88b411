/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_upstream_failures.c - calls that cannot connect, take too long or find no memory.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
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

#include "../lib/alloc_fail.h"
#include "../lib/caller.h"
#include "../lib/suite.h"

enum { MS = 1000000 };

/* --- failures to connect, and time --- */

static void test_refused(void **state)
{
    (void)state;
    sg_caller_begin();
    sg_caller_start();
    sg_scripted_origin_stop(&sg_caller.origin); /* nobody listens there now */
    sg_caller_expect(SG_GET, NULL, false, "<upstream-connect>");
    sg_caller_finish();
}

/* The target's name has another address too, which is to be tried before. */
static void lead_first_to(const struct sockaddr_in *address)
{
    struct sg_addresses to = {.n = 2};
    struct sg_places *places = sg_origin_places(sg_caller.target);
    memcpy(&to.item[0].storage, address, sizeof *address);
    to.item[0].len = sizeof *address;
    to.item[1] = places->to.item[0];
    sg_places_drop(places);
    assert_int_equal(sg_origin_move(sg_caller.target, &to), SCRUBGATE_OK);
}

static void test_next_address_is_tried(void **state)
{
    (void)state;
    sg_caller_begin();
    sg_caller_add(SG_STEP_ACCEPT);
    sg_caller_add(SG_STEP_HEAD);
    sg_caller_say(SG_OK2);
    sg_caller_start();
    struct sockaddr_in nobody = {
        .sin_family = AF_INET, .sin_port = htons(1), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    lead_first_to(&nobody);
    sg_caller_expect(SG_GET, NULL, false, SG_SAID_OK);
    sg_caller_finish();
}

static void test_unix_socket(void **state)
{
    (void)state;
    char dir[] = "/tmp/test_upstream.XXXXXX", path[64], url[96];
    sg_caller_begin();
    assert_non_null(mkdtemp(dir));
    (void)snprintf(path, sizeof path, "%s/socket", dir);
    sg_caller.origin.path = path;
    sg_caller_add(SG_STEP_ACCEPT);
    sg_caller_add(SG_STEP_HEAD);
    sg_caller_say(SG_OK2);
    sg_caller_add(SG_STEP_HEAD);
    sg_caller_say(SG_OK2);
    sg_scripted_origin_start(&sg_caller.origin, &sg_caller.bell);
    (void)snprintf(url, sizeof url, "unix:%s:/base/", path);
    assert_int_equal(sg_origin_new(&sg_caller.target, url, NULL), SCRUBGATE_OK);
    sg_caller_expect(SG_GET, NULL, false, SG_SAID_OK);
    sg_caller_expect(SG_GET, NULL, false, SG_SAID_OK);
    sg_caller_finish();
    assert_int_equal(rmdir(dir), 0);
}

static void test_unix_socket_that_is_not_there(void **state)
{
    (void)state;
    sg_caller_begin();
    assert_int_equal(sg_origin_new(&sg_caller.target, "unix:/nonexistent/socket", NULL),
                     SCRUBGATE_OK);
    sg_caller_expect(SG_GET, NULL, false, "<upstream-connect>");
    sg_caller_finish();
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
    struct sg_upstream_limits brief = sg_caller_usual;
    brief.connect_ns = 50 * MS;
    sg_caller_begin_with(&brief);
    open_hole(&hole);
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%u/", ntohs(hole.address.sin_port));
    assert_int_equal(sg_origin_new(&sg_caller.target, url, NULL), SCRUBGATE_OK);
    sg_caller_turn();
    sg_caller_expect(SG_GET, NULL, false, "<upstream-connect-timeout>");
    close_hole(&hole);
    sg_caller_finish();
}

static void test_address_that_does_not_answer_is_left(void **state)
{
    (void)state;
    struct black_hole hole;
    struct sg_upstream_limits brief = sg_caller_usual;
    brief.connect_ns = 1000 * MS;
    sg_caller_begin_with(&brief);
    open_hole(&hole);
    sg_caller_add(SG_STEP_ACCEPT);
    sg_caller_add(SG_STEP_HEAD);
    sg_caller_say(SG_OK2);
    sg_caller_start();
    lead_first_to(&hole.address);
    sg_caller_expect(SG_GET, NULL, false, SG_SAID_OK);
    close_hole(&hole);
    sg_caller_finish();
}

/* --- another origin, where the first is not reached --- */

struct turned {
    const char *name;
    unsigned targets; /* tried in turn; only the last is there */
    bool chunked, in_pieces;
};

static const struct turned turneds[] = {
    {"a call that is not reached is turned to another origin", 2, false, false},
    {"with a body in chunks too", 2, true, false},
    {"with a body that comes in pieces", 2, false, true},
    {"and to the next, and the next", 4, false, false},
};

enum { TARGETS = 4 };
static struct sg_origin *others[TARGETS];
static struct sg_call *turning;
static unsigned turns, turns_most;

static bool turn(void *own, enum sg_call_failure why)
{
    static const char drop[] = "POST / HTTP/1.1\r\nHost: o\r\n";
    (void)own;
    assert_int_equal(why, SG_CALL_CONNECT);
    if (turns == turns_most)
        return false;
    return sg_call_turn_to(turning, others[turns++], sizeof drop - 1,
                           SG_BYTES("POST /b HTTP/1.1\r\nHost: another\r\n")) >= 0;
}

static struct sg_call_handler turning_handler(void)
{
    struct sg_call_handler handler = sg_probe_handler;
    handler.unreached = turn;
    return handler;
}

static void open_turning(struct sg_probe *probe, const struct sg_call_handler *handler,
                         const struct sg_origin *first, const char *head, bool chunked)
{
    probe->loop = sg_caller.loop;
    assert_int_equal(sg_call_open(&probe->call, sg_caller.upstream, first, sg_bytes_of(head),
                                  chunked, false, false, handler, probe),
                     SCRUBGATE_OK);
    turning = probe->call;
}

static void test_turned(void **state)
{
    const struct turned *row = *state;
    const struct sg_call_handler handler = turning_handler();
    struct sg_probe probe = {0};
    struct sg_origin *gone = NULL;
    sg_caller_begin();
    sg_caller_add(SG_STEP_ACCEPT);
    sg_caller_add(row->chunked ? SG_STEP_CHUNKS : SG_STEP_HEAD);
    if (!row->chunked)
        sg_scripted_origin_add(&sg_caller.origin, SG_STEP_READ, NULL, 2);
    sg_caller_say(SG_OK2);
    sg_caller_start();
    /* A socket that is not there fails at once, a port that refuses at once or later. */
    assert_int_equal(sg_origin_new(&gone, "unix:/nonexistent/socket", NULL), SCRUBGATE_OK);
    for (unsigned i = 0; i + 2 < row->targets; i++)
        assert_int_equal(sg_origin_new(&others[i], "http://127.0.0.1:1/", NULL), SCRUBGATE_OK);
    others[row->targets - 2] = sg_origin_hold(sg_caller.target);
    turns = 0;
    turns_most = row->targets - 1;
    open_turning(&probe, &handler, gone, row->chunked ? SG_POST_CHUNKED : SG_POST2, row->chunked);
    if (row->in_pieces) {
        assert_int_equal(sg_call_send(probe.call, SG_BYTES("a"), false), SCRUBGATE_OK);
        assert_int_equal(sg_call_send(probe.call, SG_BYTES("b"), true), SCRUBGATE_OK);
    } else {
        sg_caller_send_last(&probe, "ab");
    }
    sg_probe_run(sg_caller.loop);
    assert_string_equal(probe.story, SG_SAID_OK);
    assert_int_equal(turns, row->targets - 1);
    for (unsigned i = 0; i + 1 < row->targets; i++)
        sg_origin_free(others[i]);
    sg_origin_free(gone);
    sg_caller_finish();
    assert_non_null(strstr(sg_caller.origin.heard, "POST /b HTTP/1.1\r\nHost: another\r\n"));
    assert_null(strstr(sg_caller.origin.heard, "Host: o\r\n"));
}

static void test_turned_to_nowhere(void **state)
{
    (void)state;
    const struct sg_call_handler handler = turning_handler();
    struct sg_probe probe = {0};
    sg_caller_begin();
    sg_caller_start();
    sg_scripted_origin_stop(&sg_caller.origin); /* nobody listens there now */
    turns = turns_most = 0;
    open_turning(&probe, &handler, sg_caller.target, SG_POST2, false);
    sg_caller_send_last(&probe, "ab");
    sg_probe_run(sg_caller.loop);
    assert_string_equal(probe.story, "<upstream-connect>");
    sg_caller_finish();
}

/* What has been connected has perhaps been heard. */
static void test_not_turned_once_sent(void **state)
{
    (void)state;
    const struct sg_call_handler handler = turning_handler();
    struct sg_probe probe = {0};
    sg_caller_begin();
    sg_caller_add(SG_STEP_ACCEPT);
    sg_caller_add(SG_STEP_HEAD);
    sg_caller_add(SG_STEP_RESET);
    sg_caller_start();
    turns = 0;
    turns_most = 1;
    others[0] = sg_caller.target;
    open_turning(&probe, &handler, sg_caller.target, SG_POST2, false);
    sg_caller_send_last(&probe, "ab");
    sg_probe_run(sg_caller.loop);
    assert_string_equal(probe.story, "<upstream-reset>");
    assert_int_equal(turns, 0);
    sg_caller_finish();
}

struct slow {
    const char *name, *text, *want;
};

static const struct slow slows[] = {
    {"an origin that never answers", "", "<upstream-timeout>"},
    {"one that stops in its head", SG_OK_HEAD "Content", "<upstream-timeout>"},
    {"one that stops after an interim head", "HTTP/1.1 100 Continue\r\n\r\n", "<upstream-timeout>"},
    {"one that stops in a body", SG_OK_HEAD "Content-Length: 5\r\n\r\nok",
     "<200 length>ok<upstream-idle-timeout>"},
    {"one that stops in a chunk", SG_OK_HEAD "Transfer-Encoding: chunked\r\n\r\n5\r\nok",
     "<200 chunked>ok<upstream-idle-timeout>"},
    {"one that does not close", SG_OK_HEAD "\r\nok", "<200 close>ok<upstream-idle-timeout>"},
};

static void test_slow(void **state)
{
    const struct slow *row = *state;
    struct sg_upstream_limits brief = sg_caller_usual;
    brief.first_ns = brief.idle_ns = 300 * MS;
    sg_caller_begin_with(&brief);
    sg_caller_add(SG_STEP_ACCEPT);
    sg_caller_add(SG_STEP_HEAD);
    sg_caller_say(row->text);
    sg_caller_add(SG_STEP_CLOSED);
    sg_caller_start();
    sg_caller_expect(SG_GET, NULL, true, row->want);
    sg_caller_finish();
}

/* What comes in time, again and again, may still be too much in all. */
static void test_total_time(void **state)
{
    (void)state;
    struct sg_upstream_limits brief = sg_caller_usual;
    struct sg_probe probe = {.pauses = true};
    brief.total_ns = 100 * MS;
    sg_caller_begin_with(&brief);
    sg_caller_add(SG_STEP_ACCEPT);
    sg_caller_add(SG_STEP_HEAD);
    sg_caller_say(SG_OK_HEAD "Content-Length: 5\r\n\r\nok");
    sg_caller_add(SG_STEP_CLOSED);
    sg_caller_start();
    sg_caller_expect(SG_GET, NULL, true, "<200 length>ok<upstream-total-timeout>");
    sg_caller_finish();
    /* Also while the handler takes nothing: then no other time runs. */
    sg_caller_begin_with(&brief);
    sg_caller_add(SG_STEP_ACCEPT);
    sg_caller_add(SG_STEP_HEAD);
    sg_caller_say(SG_OK2);
    sg_caller_add(SG_STEP_CLOSED);
    sg_caller_start();
    sg_caller_open(&probe, SG_GET, true);
    sg_caller_send_last(&probe, NULL);
    sg_probe_run(sg_caller.loop);
    assert_string_equal(probe.story, "<200 length><upstream-total-timeout>");
    sg_caller_finish();
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
        sg_caller_begin();
        sg_caller.origin.lenient = true;
        sg_caller_add(SG_STEP_ACCEPT);
        sg_caller_add(SG_STEP_HEAD);
        sg_caller_say(SG_OK2);
        sg_caller_start();
        probe.loop = sg_caller.loop;
        sg_alloc_fail_start(n);
        enum scrubgate_status rc =
            sg_call_open(&probe.call, sg_caller.upstream, sg_caller.target, sg_bytes_of(SG_POST2),
                         false, false, false, &sg_probe_handler, &probe);
        if (rc >= 0)
            rc = sg_call_send(probe.call, SG_BYTES("ab"), true);
        if (probe.call != NULL)
            sg_probe_run(sg_caller.loop);
        refused = sg_alloc_fail_stop();
        if (probe.call == NULL)
            assert_int_equal(rc, SCRUBGATE_ENOMEM);
        else if (strcmp(probe.story, SG_SAID_OK) != 0)
            assert_string_equal(probe.story, "<upstream-memory>");
        else
            assert_int_equal(rc, SCRUBGATE_OK);
        sg_caller_finish();
    }
}

int main(void)
{
    sg_suite_add("a refused connection", test_refused, NULL);
    sg_suite_add("the next address is tried", test_next_address_is_tried, NULL);
    sg_suite_add("a unix socket", test_unix_socket, NULL);
    sg_suite_add("a unix socket that is not there", test_unix_socket_that_is_not_there, NULL);
    sg_suite_add("a connect that takes too long", test_connect_takes_too_long, NULL);
    sg_suite_add("an address that does not answer is left for the next",
                 test_address_that_does_not_answer_is_left, NULL);
    SG_SUITE_ROWS(test_turned, turneds);
    sg_suite_add("a call that nobody knows another place for fails", test_turned_to_nowhere, NULL);
    sg_suite_add("a call of which something was sent is not turned", test_not_turned_once_sent,
                 NULL);
    SG_SUITE_ROWS(test_slow, slows);
    sg_suite_add("a call that takes too long in all", test_total_time, NULL);
    sg_suite_add("out of memory is an answer", test_out_of_memory, NULL);
    return sg_suite_run("net/upstream: failures");
}
