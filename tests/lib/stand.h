/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stand.h - the test stand of the front: it runs in a thread, with talk.h as its handler.
 *
 *     test's client (visitor.h) -> front -> talk.h
 *
 * What the handler was told is kept and waited for, never slept for.
 */
#ifndef SG_TESTS_STAND_H
#define SG_TESTS_STAND_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/front.h"
#include "net/listen.h"
#include "net/loop.h"

struct sg_talk; /* one request as the handler sees it */

enum { SG_STAND_PATIENCE_S = 20 };

#define SG_STAND_LONG UINT64_C(3600000000000) /* longer than any test may take */

struct sg_stand {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct sg_loop *loop;
    struct sg_front *front;
    struct sg_address address;
    struct sg_wake wake;
    void (*errand)(void); /* to be run by the loop's thread */
    struct sg_talk *held; /* the last request of /hold */
    unsigned begun, ended, refused, closed[SG_REQUEST_STOPPED + 1];
    bool full; /* no more requests are admitted; the loop's thread's */
    uint64_t body_bytes;
    size_t connections; /* as sg_stand_count found them */
};

/* The one that runs. What the loop's thread changes is read by the calls below, or after an errand.
 */
extern struct sg_stand sg_stand;

/* Limits that no test meets by chance. */
extern const struct sg_front_limits sg_stand_usual;

/* Starts a front that listens at where, as in a configuration; port 0 takes a free one. */
void sg_stand_start(const struct sg_front_limits *limits, const char *where);
/* Frees all, in the middle of whatever goes on. */
void sg_stand_stop(void);

/* A stand of the usual limits around one test: cmocka's setup and teardown. */
int sg_stand_set_up(void **state);
int sg_stand_tear_down(void **state);

/* Counts one up, from any thread, and tells who waits for it. */
void sg_stand_note(unsigned *counter);
/* Waits until a counter is at least that; fails when it takes too long, or when it is more. */
void sg_stand_wait_for(const unsigned *counter, unsigned least);
/* What a counter is now. */
unsigned sg_stand_so_far(const unsigned *counter);

/* Has the loop's thread do something, and waits until it is done. */
void sg_stand_let_loop(void (*errand)(void));
/* An errand: counts the open connections. */
void sg_stand_count(void);

/* Runs test for each row of a table, as a group of its own. Rows begin with `const char *name`. */
int sg_stand_run_rows(const char *title, const void *rows, size_t n, size_t size,
                      void (*test)(void **state));

#define SG_STAND_ROWS(title, rows, test)                                                           \
    sg_stand_run_rows(title, rows, sizeof rows / sizeof rows[0], sizeof rows[0], test)
#define SG_STAND_TEST(test)                                                                        \
    cmocka_unit_test_setup_teardown(test, sg_stand_set_up, sg_stand_tear_down)

#endif
