/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_front_life.c - connections that come, break off and are drained.
 */
#define _DEFAULT_SOURCE /* struct linger */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "../lib/stand.h"
#include "../lib/talk.h"
#include "../lib/visitor.h"

/* --- aborts and hang-ups --- */

static void reset(struct sg_visitor *line)
{
    const struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    (void)setsockopt(line->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    sg_visitor_hang_up(line);
}

static void test_an_abort_from_outside_cuts_a_waiting_request(void **state)
{
    (void)state;
    struct sg_visitor line = sg_visitor_dial();
    sg_visitor_put_text(&line, "GET /hold HTTP/1.1\r\nHost: h\r\n\r\n");
    sg_stand_wait_for(&sg_stand.ended, 1);
    sg_stand_let_loop(sg_talk_abort_held);
    assert_true(sg_visitor_ends_here(&line));
    sg_stand_wait_for(&sg_stand.closed[SG_REQUEST_ABORTED], 1);
    sg_visitor_hang_up(&line);
}

static void test_an_abort_from_outside_cuts_a_waiting_answer(void **state)
{
    (void)state;
    struct sg_visitor line = sg_visitor_dial();
    char text[256];
    sg_visitor_put_text(&line, "GET /wait HTTP/1.1\r\nHost: h\r\n\r\n");
    while (sg_visitor_get_line(&line, text, sizeof text) && strcmp(text, "x") != 0)
        continue;
    sg_stand_wait_for(&sg_stand.ended, 1);
    sg_stand_let_loop(sg_stand_count); /* a turn of the loop */
    sg_stand_let_loop(sg_stand_count);
    assert_int_equal(sg_stand.held->made, 2); /* not asked again without need */
    sg_stand_let_loop(sg_talk_more_held);
    sg_stand_let_loop(sg_stand_count);
    sg_stand_let_loop(sg_stand_count);
    assert_int_equal(sg_stand.held->made, 3);
    sg_stand_let_loop(sg_talk_abort_held);
    assert_true(sg_visitor_ends_here(&line));
    sg_stand_wait_for(&sg_stand.closed[SG_REQUEST_ABORTED], 1);
    sg_visitor_hang_up(&line);
}

static void test_a_client_that_resets_while_it_waits_is_gone(void **state)
{
    (void)state;
    struct sg_visitor line = sg_visitor_dial();
    sg_visitor_put_text(&line, "GET /hold HTTP/1.1\r\nHost: h\r\n\r\n");
    sg_stand_wait_for(&sg_stand.ended, 1);
    reset(&line);
    sg_stand_wait_for(&sg_stand.closed[SG_REQUEST_GONE], 1);
}

static void test_a_client_that_closes_while_it_waits_is_gone(void **state)
{
    (void)state;
    struct sg_visitor line = sg_visitor_dial();
    sg_visitor_put_text(&line, "GET /hold HTTP/1.1\r\nHost: h\r\n\r\n");
    sg_stand_wait_for(&sg_stand.ended, 1);
    sg_visitor_hang_up(&line);
    sg_stand_wait_for(&sg_stand.closed[SG_REQUEST_GONE], 1);
}

static void test_a_client_that_closes_with_its_request_is_gone(void **state)
{
    (void)state;
    struct sg_visitor line = sg_visitor_dial();
    sg_visitor_put_text(&line, "GET /hold HTTP/1.1\r\nHost: h\r\n\r\n");
    sg_visitor_hang_up(&line);
    sg_stand_wait_for(&sg_stand.closed[SG_REQUEST_GONE], 1);
}

/* It looks as if it had closed: it is asked by an interim answer, and then gets its own. */
static void test_a_client_that_ends_its_side_and_waits_is_answered(void **state)
{
    (void)state;
    struct sg_visitor line = sg_visitor_dial();
    sg_visitor_put_text(&line, "GET /hold HTTP/1.1\r\nHost: h\r\n\r\n");
    (void)shutdown(line.fd, SHUT_WR);
    assert_int_equal(sg_visitor_get_answer(&line, true).status, 100);
    sg_stand_let_loop(sg_talk_answer_held);
    sg_visitor_expect_answer(&line, 200, "GET /hold 0:");
    assert_true(sg_visitor_ends_here(&line));
    sg_visitor_hang_up(&line);
    sg_stand_wait_for(&sg_stand.closed[SG_REQUEST_SENT], 1);
}

static void test_a_client_that_resets_while_an_answer_waits_is_gone(void **state)
{
    (void)state;
    struct sg_visitor line = sg_visitor_dial();
    char text[256];
    sg_visitor_put_text(&line, "GET /wait HTTP/1.1\r\nHost: h\r\n\r\n");
    while (sg_visitor_get_line(&line, text, sizeof text) && strcmp(text, "x") != 0)
        continue;
    reset(&line);
    sg_stand_wait_for(&sg_stand.closed[SG_REQUEST_GONE], 1);
}

static void test_a_client_that_closes_in_its_body_is_gone(void **state)
{
    (void)state;
    struct sg_visitor line = sg_visitor_dial();
    sg_visitor_put_text(&line, "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 50\r\n\r\nhalf");
    sg_stand_wait_for(&sg_stand.begun, 1);
    sg_visitor_hang_up(&line);
    sg_stand_wait_for(&sg_stand.closed[SG_REQUEST_GONE], 1);
}

static void test_a_client_that_closes_in_an_answer_is_gone(void **state)
{
    (void)state;
    struct sg_visitor line = sg_visitor_dial();
    sg_visitor_put_text(&line, "GET /endless HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_int_equal(sg_visitor_pull(&line), true);
    sg_visitor_hang_up(&line);
    sg_stand_wait_for(&sg_stand.closed[SG_REQUEST_GONE], 1);
}

/* --- how many, and where --- */

static void test_connections_over_the_limit_wait_for_one_to_close(void **state)
{
    (void)state;
    struct sg_front_limits limits = sg_stand_usual;
    limits.connections = 2;
    sg_stand_start(&limits, "127.0.0.1:0");
    struct sg_visitor lines[4];
    for (int i = 0; i < 4; i++) {
        lines[i] = sg_visitor_dial();
        sg_visitor_put_text(&lines[i], "GET /a HTTP/1.1\r\nHost: h\r\n\r\n");
    }
    sg_visitor_expect_answer(&lines[0], 200, "GET /a 0:");
    sg_visitor_expect_answer(&lines[1], 200, "GET /a 0:");
    sg_stand_let_loop(sg_stand_count);
    assert_int_equal(sg_stand.connections, 2);
    assert_int_equal(sg_stand_so_far(&sg_stand.begun), 2);
    sg_visitor_hang_up(&lines[1]);
    sg_visitor_expect_answer(&lines[2], 200, "GET /a 0:");
    sg_visitor_hang_up(&lines[0]);
    sg_visitor_expect_answer(&lines[3], 200, "GET /a 0:");
    sg_visitor_hang_up(&lines[2]);
    sg_visitor_hang_up(&lines[3]);
    sg_stand_stop();
}

static void test_an_address_has_no_more_connections_than_it_may(void **state)
{
    (void)state;
    struct sg_front_limits limits = sg_stand_usual;
    limits.per_peer = 2;
    sg_stand_start(&limits, "127.0.0.1:0");
    struct sg_visitor lines[3];
    for (int i = 0; i < 2; i++) {
        lines[i] = sg_visitor_dial();
        sg_visitor_put_text(&lines[i], "GET /a HTTP/1.1\r\nHost: h\r\n\r\n");
        sg_visitor_expect_answer(&lines[i], 200, "GET /a 0:");
    }
    lines[2] = sg_visitor_dial();
    struct sg_visitor_answer answer = sg_visitor_get_answer(&lines[2], false);
    assert_int_equal(answer.status, 503);
    assert_non_null(strstr(answer.head, "Retry-After: 1\n"));
    assert_true(sg_visitor_ends_here(&lines[2]));
    assert_int_equal(sg_stand_so_far(&sg_stand.refused), 1);
    sg_buf_fini(&answer.body);
    sg_visitor_hang_up(&lines[2]);
    (void)shutdown(lines[0].fd, SHUT_WR);
    assert_true(sg_visitor_ends_here(&lines[0])); /* the front has let go of it */
    lines[2] = sg_visitor_dial();
    sg_visitor_put_text(&lines[2], "GET /a HTTP/1.1\r\nHost: h\r\n\r\n");
    sg_visitor_expect_answer(&lines[2], 200, "GET /a 0:");
    for (int i = 0; i < 3; i++)
        sg_visitor_hang_up(&lines[i]);
    sg_stand_stop();
}

static void test_accepting_survives_a_shortage_of_descriptors(void **state)
{
    (void)state;
    struct rlimit before, none;
    struct sg_visitor line = {.fd = socket(AF_INET, SOCK_STREAM, 0)};
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = before;
    none.rlim_cur = (rlim_t)line.fd + 1; /* the lowest free number was taken: no other is left */
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    int rc = connect(line.fd, (struct sockaddr *)&sg_stand.address.storage, sg_stand.address.len);
    sg_stand_let_loop(sg_stand_count); /* the loop has looked */
    sg_stand_let_loop(sg_stand_count);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_int_equal(rc, 0);
    assert_int_equal(sg_stand.connections, 0);
    sg_visitor_expect_status(&line, 503); /* it is not left hanging */
    sg_visitor_hang_up(&line);
    line = sg_visitor_dial();
    sg_visitor_put_text(&line, "GET /a HTTP/1.1\r\nHost: h\r\n\r\n");
    sg_visitor_expect_answer(&line, 200, "GET /a 0:");
    sg_visitor_hang_up(&line);
}

static void test_a_unix_socket_serves_and_has_no_peer_address(void **state)
{
    (void)state;
    char folder[] = "/tmp/scrubgate-test-XXXXXX", where[64];
    assert_non_null(mkdtemp(folder));
    (void)snprintf(where, sizeof where, "unix:%s/socket", folder);
    sg_stand_start(&sg_stand_usual, where);
    struct sg_visitor line = sg_visitor_dial();
    sg_visitor_put_text(&line, "GET /peer HTTP/1.1\r\nHost: h\r\n\r\n");
    sg_visitor_expect_answer(&line, 200, "0:0");
    sg_visitor_put_text(&line, "GET /stream HTTP/1.1\r\nHost: h\r\n\r\n");
    sg_visitor_expect_large(&line, "");
    sg_visitor_hang_up(&line);
    sg_stand_stop();
    (void)unlink(where + 5);
    (void)rmdir(folder);
}

/* --- the end --- */

static unsigned drained_count;

static void on_drained(void *ctx)
{
    (void)ctx;
    sg_stand_note(&drained_count);
}

static void drain_patiently(void)
{
    sg_front_drain(sg_stand.front, sg_loop_now(sg_stand.loop) + SG_STAND_LONG, on_drained, NULL);
}

static void drain_at_once(void)
{
    sg_front_drain(sg_stand.front, sg_loop_now(sg_stand.loop), on_drained, NULL);
}

static void test_draining_closes_idle_connections_and_lets_requests_end(void **state)
{
    (void)state;
    drained_count = 0;
    struct sg_visitor held = sg_visitor_dial(), idle = sg_visitor_dial(), begun = sg_visitor_dial();
    sg_visitor_put_text(&idle, "GET /a HTTP/1.1\r\nHost: h\r\n\r\n");
    sg_visitor_expect_answer(&idle, 200, "GET /a 0:");
    sg_visitor_put_text(&held, "GET /hold HTTP/1.1\r\nHost: h\r\n\r\n");
    sg_visitor_put_text(&begun, "GET /later HTTP/1.1\r\n");
    sg_stand_wait_for(&sg_stand.ended, 2);
    sg_stand_let_loop(drain_patiently);
    assert_true(sg_visitor_ends_here(&idle));
    int refused = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_not_equal(
        connect(refused, (struct sockaddr *)&sg_stand.address.storage, sg_stand.address.len), 0);
    (void)close(refused);
    sg_visitor_put_text(&begun, "Host: h\r\n\r\n");
    struct sg_visitor_answer answer = sg_visitor_get_answer(&begun, false);
    assert_int_equal(answer.status, 200);
    assert_non_null(strstr(answer.head, "Connection: close\n"));
    sg_buf_fini(&answer.body);
    assert_int_equal(sg_stand_so_far(&drained_count), 0);
    sg_stand_let_loop(sg_talk_answer_held);
    answer = sg_visitor_get_answer(&held, false);
    assert_int_equal(answer.status, 200);
    assert_non_null(strstr(answer.head, "Connection: close\n"));
    assert_true(sg_visitor_ends_here(&held));
    sg_buf_fini(&answer.body);
    sg_stand_wait_for(&drained_count, 1);
    sg_visitor_hang_up(&held);
    sg_visitor_hang_up(&idle);
    sg_visitor_hang_up(&begun);
}

static void test_draining_cuts_what_is_left_at_its_deadline(void **state)
{
    (void)state;
    drained_count = 0;
    struct sg_visitor held = sg_visitor_dial(), half = sg_visitor_dial();
    sg_visitor_put_text(&held, "GET /hold HTTP/1.1\r\nHost: h\r\n\r\n");
    sg_visitor_put_text(&half, "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nhalf");
    sg_stand_wait_for(&sg_stand.ended, 1);
    sg_stand_wait_for(&sg_stand.begun, 2);
    sg_stand_let_loop(drain_at_once);
    sg_stand_wait_for(&drained_count, 1);
    assert_true(sg_visitor_ends_here(&held));
    assert_true(sg_visitor_ends_here(&half));
    sg_stand_wait_for(&sg_stand.closed[SG_REQUEST_STOPPED], 2);
    sg_visitor_hang_up(&held);
    sg_visitor_hang_up(&half);
}

static void test_an_empty_front_drains_at_once(void **state)
{
    (void)state;
    drained_count = 0;
    sg_stand_let_loop(drain_patiently);
    sg_stand_wait_for(&drained_count, 1);
}

static void test_a_front_can_be_freed_in_the_middle_of_everything(void **state)
{
    (void)state;
    sg_stand_start(&sg_stand_usual, "127.0.0.1:0");
    struct sg_visitor held = sg_visitor_dial(), half = sg_visitor_dial(), stuck = sg_visitor_dial(),
                      answer = sg_visitor_dial(), silent = sg_visitor_dial();
    sg_visitor_put_text(&held, "GET /hold HTTP/1.1\r\nHost: h\r\n\r\n");
    sg_visitor_put_text(&half, "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nhalf");
    sg_visitor_put_text(&stuck,
                        "POST /stuck HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nninebytes");
    sg_visitor_put_text(&answer, "GET /endless HTTP/1.1\r\nHost: h\r\n\r\n");
    sg_stand_wait_for(&sg_stand.ended, 2);
    sg_stand_wait_for(&sg_stand.begun, 4);
    sg_stand_stop();
    assert_int_equal(sg_stand.closed[SG_REQUEST_STOPPED], 4);
    sg_visitor_hang_up(&held);
    sg_visitor_hang_up(&half);
    sg_visitor_hang_up(&stuck);
    sg_visitor_hang_up(&answer);
    sg_visitor_hang_up(&silent);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SG_STAND_TEST(test_an_abort_from_outside_cuts_a_waiting_request),
        SG_STAND_TEST(test_an_abort_from_outside_cuts_a_waiting_answer),
        SG_STAND_TEST(test_a_client_that_resets_while_it_waits_is_gone),
        SG_STAND_TEST(test_a_client_that_closes_while_it_waits_is_gone),
        SG_STAND_TEST(test_a_client_that_closes_with_its_request_is_gone),
        SG_STAND_TEST(test_a_client_that_ends_its_side_and_waits_is_answered),
        SG_STAND_TEST(test_a_client_that_resets_while_an_answer_waits_is_gone),
        SG_STAND_TEST(test_a_client_that_closes_in_its_body_is_gone),
        SG_STAND_TEST(test_a_client_that_closes_in_an_answer_is_gone),
        cmocka_unit_test(test_connections_over_the_limit_wait_for_one_to_close),
        cmocka_unit_test(test_an_address_has_no_more_connections_than_it_may),
        SG_STAND_TEST(test_accepting_survives_a_shortage_of_descriptors),
        cmocka_unit_test(test_a_unix_socket_serves_and_has_no_peer_address),
        SG_STAND_TEST(test_draining_closes_idle_connections_and_lets_requests_end),
        SG_STAND_TEST(test_draining_cuts_what_is_left_at_its_deadline),
        SG_STAND_TEST(test_an_empty_front_drains_at_once),
        cmocka_unit_test(test_a_front_can_be_freed_in_the_middle_of_everything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
