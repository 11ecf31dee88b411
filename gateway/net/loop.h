/* SPDX-License-Identifier: Apache-2.0 */
/*
 * loop.h - one thread's event loop: descriptors, timers, wake-ups (epoll).
 *
 * Everything but sg_wake_ring is for the loop's own thread only.
 */
#ifndef SG_NET_LOOP_H
#define SG_NET_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

struct sg_loop;

/* A descriptor watched; embedded in its owner. ready gets EPOLLIN, EPOLLOUT, … bits. It may remove
 * itself or any other watch. */
struct sg_watch {
    int fd;
    void (*ready)(struct sg_watch *watch, uint32_t events);
    uint64_t turn; /* the loop's: guards against events of a removed watch */
    bool added;
};

/* A point in time; embedded in its owner; all-zero is an idle one. */
struct sg_timer {
    void (*due)(struct sg_timer *timer);
    uint64_t at_ns; /* sg_clock_mono_ns */
    size_t place;   /* the loop's: 1 + index in its heap, 0: idle */
};

/* Lets another thread (or a signal handler) call something on the loop's thread. Many rings before
 * the loop gets there make one call. */
struct sg_wake {
    struct sg_watch watch; /* an eventfd */
    void (*woken)(struct sg_wake *wake);
};

/* Run once before the loop sleeps again; embedded; may be queued from anywhere on the thread. */
struct sg_task {
    void (*run)(struct sg_task *task);
    struct sg_task *next;
    bool queued;
};

SCRUBGATE_MUST_USE enum scrubgate_status sg_loop_new(struct sg_loop **loop);
void sg_loop_free(struct sg_loop *loop);
/* Until sg_loop_stop. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_loop_run(struct sg_loop *loop);
void sg_loop_stop(struct sg_loop *loop);
/* The time taken at the start of this turn: cheap. */
uint64_t sg_loop_now(const struct sg_loop *loop);
/* How many descriptors were ready in this turn: what the loop is behind by. */
size_t sg_loop_ready(const struct sg_loop *loop);

SCRUBGATE_MUST_USE enum scrubgate_status sg_watch_add(struct sg_loop *loop, struct sg_watch *watch,
                                                      uint32_t events);
void sg_watch_remove(struct sg_loop *loop, struct sg_watch *watch); /* before closing the fd */

/* Sets or moves it. ENOMEM. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_timer_set(struct sg_loop *loop, struct sg_timer *timer,
                                                      uint64_t at_ns);
void sg_timer_cancel(struct sg_loop *loop, struct sg_timer *timer);

SCRUBGATE_MUST_USE enum scrubgate_status sg_wake_init(struct sg_loop *loop, struct sg_wake *wake,
                                                      void (*woken)(struct sg_wake *wake));
void sg_wake_fini(struct sg_loop *loop, struct sg_wake *wake);
void sg_wake_ring(struct sg_wake *wake); /* any thread, also a signal handler */

void sg_task_queue(struct sg_loop *loop, struct sg_task *task);
void sg_task_cancel(struct sg_loop *loop, struct sg_task *task);

#endif
