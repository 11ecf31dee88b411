/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stand.c - the test stand of the front: it runs in a thread, with talk.h as its handler.
 */
#include "stand.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <cmocka.h>

#include "talk.h"

struct sg_stand sg_stand;

const struct sg_front_limits sg_stand_usual = {
    .header = 16384,
    .connections = 100,
    .header_ns = SG_STAND_LONG,
    .body_ns = SG_STAND_LONG,
    .idle_ns = SG_STAND_LONG,
};

void sg_stand_note(unsigned *counter)
{
    (void)pthread_mutex_lock(&sg_stand.lock);
    (*counter)++;
    (void)pthread_cond_broadcast(&sg_stand.changed);
    (void)pthread_mutex_unlock(&sg_stand.lock);
}

void sg_stand_wait_for(const unsigned *counter, unsigned least)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += SG_STAND_PATIENCE_S;
    int rc = 0;
    (void)pthread_mutex_lock(&sg_stand.lock);
    while (*counter < least && rc == 0)
        rc = pthread_cond_timedwait(&sg_stand.changed, &sg_stand.lock, &until);
    unsigned now = *counter;
    (void)pthread_mutex_unlock(&sg_stand.lock);
    assert_int_equal(now, least);
}

unsigned sg_stand_so_far(const unsigned *counter)
{
    (void)pthread_mutex_lock(&sg_stand.lock);
    unsigned now = *counter;
    (void)pthread_mutex_unlock(&sg_stand.lock);
    return now;
}

/* --- the thread --- */

static void *serve(void *arg)
{
    (void)arg;
    if (sg_loop_run(sg_stand.loop) < 0)
        abort();
    return NULL;
}

static void run_errand(struct sg_wake *wake)
{
    (void)wake;
    (void)pthread_mutex_lock(&sg_stand.lock);
    void (*errand)(void) = sg_stand.errand;
    (void)pthread_mutex_unlock(&sg_stand.lock);
    if (errand != NULL)
        errand();
    (void)pthread_mutex_lock(&sg_stand.lock);
    sg_stand.errand = NULL;
    (void)pthread_cond_broadcast(&sg_stand.changed);
    (void)pthread_mutex_unlock(&sg_stand.lock);
}

void sg_stand_let_loop(void (*errand)(void))
{
    (void)pthread_mutex_lock(&sg_stand.lock);
    sg_stand.errand = errand;
    (void)pthread_mutex_unlock(&sg_stand.lock);
    sg_wake_ring(&sg_stand.wake);
    (void)pthread_mutex_lock(&sg_stand.lock);
    while (sg_stand.errand != NULL)
        (void)pthread_cond_wait(&sg_stand.changed, &sg_stand.lock);
    (void)pthread_mutex_unlock(&sg_stand.lock);
}

static void stop_loop(void)
{
    sg_loop_stop(sg_stand.loop);
}

void sg_stand_count(void)
{
    sg_stand.connections = sg_front_connections(sg_stand.front);
}

void sg_stand_start(const struct sg_front_limits *limits, const char *where)
{
    struct scrubgate_fault fault;
    int fd = -1;
    memset(&sg_stand, 0, sizeof sg_stand);
    (void)pthread_mutex_init(&sg_stand.lock, NULL);
    (void)pthread_cond_init(&sg_stand.changed, NULL);
    assert_int_equal(sg_loop_new(&sg_stand.loop), SCRUBGATE_OK);
    assert_int_equal(sg_wake_init(sg_stand.loop, &sg_stand.wake, run_errand), SCRUBGATE_OK);
    assert_int_equal(sg_front_new(&sg_stand.front, sg_stand.loop, limits, &sg_talk_handler),
                     SCRUBGATE_OK);
    assert_int_equal(sg_address_parse(&sg_stand.address, where, &fault), SCRUBGATE_OK);
    assert_int_equal(sg_listen_open(&sg_stand.address, false, &fd, &fault), SCRUBGATE_OK);
    sg_stand.address.len = sizeof sg_stand.address.storage;
    assert_int_equal(
        getsockname(fd, (struct sockaddr *)&sg_stand.address.storage, &sg_stand.address.len), 0);
    assert_int_equal(sg_front_listen(sg_stand.front, fd, NULL), SCRUBGATE_OK);
    assert_int_equal(pthread_create(&sg_stand.thread, NULL, serve, NULL), 0);
}

void sg_stand_stop(void)
{
    sg_stand_let_loop(stop_loop);
    assert_int_equal(pthread_join(sg_stand.thread, NULL), 0);
    sg_front_free(sg_stand.front);
    sg_wake_fini(sg_stand.loop, &sg_stand.wake);
    sg_loop_free(sg_stand.loop);
    (void)pthread_cond_destroy(&sg_stand.changed);
    (void)pthread_mutex_destroy(&sg_stand.lock);
    unsigned all = 0;
    for (int how = SG_REQUEST_SENT; how <= SG_REQUEST_STOPPED; how++)
        all += sg_stand.closed[how];
    /* Whatever happened: each request that began has been closed, once. */
    assert_true(all <= sg_stand.begun);
}

int sg_stand_set_up(void **state)
{
    (void)state;
    sg_stand_start(&sg_stand_usual, "127.0.0.1:0");
    return 0;
}

int sg_stand_tear_down(void **state)
{
    (void)state;
    sg_stand_stop();
    return 0;
}

/* --- the runner --- */

int sg_stand_run_rows(const char *title, const void *rows, size_t n, size_t size,
                      void (*test)(void **state))
{
    enum { MOST = 64 };
    struct CMUnitTest tests[MOST];
    if (n > MOST)
        abort();
    for (size_t i = 0; i < n; i++) {
        const char *row = (const char *)rows + i * size;
        const char *name;
        memcpy(&name, row, sizeof name); /* each row begins with its name */
        tests[i] = (struct CMUnitTest){name, test, NULL, NULL, (void *)(uintptr_t)row};
    }
    return _cmocka_run_group_tests(title, tests, n, NULL, NULL);
}
