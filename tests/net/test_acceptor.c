/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_acceptor.c - taking connections: no more than there is room for, and not in a shortage.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "net/acceptor.h"
#include "net/listen.h"
#include "net/loop.h"

enum { CLIENTS = 3 };

static struct sg_loop *loop;
static struct sg_acceptor acceptor;
static struct sg_address address;
static size_t places, taken, turned_away;
static int client[CLIENTS], got[CLIENTS], listening;
static unsigned turns;
static struct sg_task turn;

static size_t room(void *ctx)
{
    assert_ptr_equal(ctx, &acceptor);
    return places;
}

static void accepted(void *ctx, const void *mark, int fd, const struct sg_address *peer)
{
    (void)ctx;
    assert_ptr_equal(mark, &address);
    assert_true(places > 0 && taken < CLIENTS);
    assert_int_equal(peer->storage.ss_family, AF_INET);
    places--;
    got[taken++] = fd;
}

static void shed(void *ctx, const void *mark, int fd)
{
    (void)ctx;
    assert_ptr_equal(mark, &address);
    (void)close(fd);
    turned_away++;
}

static const struct sg_acceptor_calls calls = {room, accepted, shed};

static void count_turn(struct sg_task *task)
{
    if (--turns == 0)
        sg_loop_stop(loop);
    else
        sg_task_queue(loop, task);
}

static void run_turns(unsigned n)
{
    turns = n;
    turn.run = count_turn;
    sg_task_queue(loop, &turn);
    assert_int_equal(sg_loop_run(loop), SCRUBGATE_OK);
}

static int begin(void **state)
{
    struct scrubgate_fault fault;
    int fd;
    (void)state;
    taken = turned_away = 0;
    if (sg_loop_new(&loop) < 0 || sg_address_parse(&address, "127.0.0.1:0", &fault) < 0 ||
        sg_listen_open(&address, false, &fd, &fault) < 0)
        return -1;
    listening = fd;
    address.len = sizeof address.storage;
    if (getsockname(fd, (struct sockaddr *)&address.storage, &address.len) != 0)
        return -1;
    sg_acceptor_init(&acceptor, loop, &calls, &acceptor);
    if (sg_acceptor_add(&acceptor, fd, &address) < 0)
        return -1;
    for (int i = 0; i < CLIENTS; i++) {
        client[i] = socket(AF_INET, SOCK_STREAM, 0);
        if (connect(client[i], (struct sockaddr *)&address.storage, address.len) != 0)
            return -1;
    }
    return 0;
}

static int finish(void **state)
{
    (void)state;
    for (int i = 0; i < CLIENTS; i++)
        (void)close(client[i]);
    for (size_t i = 0; i < taken; i++)
        (void)close(got[i]);
    sg_acceptor_fini(&acceptor);
    sg_loop_free(loop);
    return 0;
}

static void test_it_takes_all_that_has_come(void **state)
{
    (void)state;
    places = 10;
    run_turns(2);
    assert_int_equal(taken, CLIENTS);
    assert_true(acceptor.watching);
}

static void test_it_looks_away_while_there_is_no_room(void **state)
{
    (void)state;
    places = 1;
    run_turns(2);
    assert_int_equal(taken, 1);
    assert_false(acceptor.watching);
    places = 1;
    run_turns(2);
    assert_int_equal(taken, 1); /* nobody told it */
    sg_acceptor_resume(&acceptor);
    run_turns(2);
    assert_int_equal(taken, 2);
}

static void test_in_a_shortage_of_descriptors_it_turns_away_who_waits_and_pauses(void **state)
{
    (void)state;
    struct rlimit before, none;
    int last = dup(client[0]); /* the lowest free number: all below are taken */
    assert_true(last >= 0);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = before;
    none.rlim_cur = (rlim_t)last + 1;
    places = 10;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    run_turns(2);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_int_equal(taken, 0);
    assert_int_equal(turned_away, CLIENTS);
    assert_false(acceptor.watching);
    assert_int_not_equal(acceptor.pause.place, 0); /* it will look again by itself */
    int late = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(late, (struct sockaddr *)&address.storage, address.len), 0);
    sg_acceptor_resume(&acceptor);
    run_turns(2);
    assert_int_equal(taken, 1);
    (void)close(late);
    (void)close(last);
}

static void test_draining_takes_what_has_come_and_closes(void **state)
{
    (void)state;
    places = 10;
    sg_acceptor_drain(&acceptor);
    assert_int_equal(taken, CLIENTS);
    int late = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_not_equal(connect(late, (struct sockaddr *)&address.storage, address.len), 0);
    (void)close(late);
}

/* A socket that was shut down is always ready and never gives a connection. */
static void test_an_error_that_lasts_makes_it_pause(void **state)
{
    (void)state;
    places = 10;
    assert_int_equal(shutdown(listening, SHUT_RDWR), 0);
    run_turns(2);
    assert_false(acceptor.watching);
    assert_int_not_equal(acceptor.pause.place, 0);
    assert_int_equal(taken, 0);
}

static void test_draining_ends_when_an_error_lasts(void **state)
{
    (void)state;
    places = 10;
    assert_int_equal(shutdown(listening, SHUT_RDWR), 0);
    sg_acceptor_drain(&acceptor);
    assert_int_equal(taken, 0);
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, begin, finish)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW(test_it_takes_all_that_has_come),
        ROW(test_it_looks_away_while_there_is_no_room),
        ROW(test_in_a_shortage_of_descriptors_it_turns_away_who_waits_and_pauses),
        ROW(test_draining_takes_what_has_come_and_closes),
        ROW(test_an_error_that_lasts_makes_it_pause),
        ROW(test_draining_ends_when_an_error_lasts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
