/* SPDX-License-Identifier: Apache-2.0 */
/*
 * loop.c - one thread's event loop: descriptors, timers, wake-ups (epoll).
 *
 *     tasks -> epoll_wait -> ready descriptors -> due timers -> tasks ...
 *
 * epoll is given a descriptor's number and the turn it was added in, never a pointer: an event of
 * a watch that was removed, and even freed, earlier in the same turn finds nobody and is dropped.
 */
#include "net/loop.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/registers.h"

enum { BATCH = 256, FIRST_SLOTS = 64, FIRST_TIMERS = 64, NS_PER_MS = 1000000 };

struct sg_loop {
    int epoll;
    bool stopping;
    uint64_t now;
    size_t n_ready;          /* descriptors, in this turn */
    uint64_t turn;           /* counts adds; what tells one watch of a descriptor from the next */
    struct sg_watch **slots; /* by descriptor; NULL: not watched */
    size_t n_slots;
    struct sg_timer **heap; /* the earliest first; a timer's place is 1 + its index */
    size_t n_timers, cap_timers;
    struct sg_task *queue, **queue_end;
    struct sg_task *running; /* what is left of the tasks being run now */
};

enum scrubgate_status sg_loop_new(struct sg_loop **loop)
{
    *loop = NULL;
    struct sg_loop *made = calloc(1, sizeof *made);
    if (made == NULL)
        return SCRUBGATE_ENOMEM;
    made->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (made->epoll < 0) {
        free(made);
        return SCRUBGATE_EIO;
    }
    made->queue_end = &made->queue;
    made->now = sg_clock_mono_ns();
    *loop = made;
    return SCRUBGATE_OK;
}

void sg_loop_free(struct sg_loop *loop)
{
    if (loop == NULL)
        return;
    (void)close(loop->epoll);
    free(loop->slots);
    free(loop->heap);
    free(loop);
}

void sg_loop_stop(struct sg_loop *loop)
{
    loop->stopping = true;
}

uint64_t sg_loop_now(const struct sg_loop *loop)
{
    return loop->now;
}

size_t sg_loop_ready(const struct sg_loop *loop)
{
    return loop->n_ready;
}

/* --- descriptors --- */

static enum scrubgate_status grow_slots(struct sg_loop *loop, size_t need)
{
    if (need <= loop->n_slots)
        return SCRUBGATE_OK;
    size_t n = loop->n_slots == 0 ? FIRST_SLOTS : loop->n_slots;
    while (n < need)
        n *= 2;
    struct sg_watch **slots = realloc(loop->slots, n * sizeof(struct sg_watch *));
    if (slots == NULL)
        return SCRUBGATE_ENOMEM;
    for (size_t i = loop->n_slots; i < n; i++)
        slots[i] = NULL;
    loop->slots = slots;
    loop->n_slots = n;
    return SCRUBGATE_OK;
}

static int control(struct sg_loop *loop, int how, const struct sg_watch *watch, uint32_t events)
{
    struct epoll_event event = {
        .events = events,
        .data.u64 = (uint64_t)(uint32_t)watch->turn << 32 | (uint32_t)watch->fd,
    };
    return epoll_ctl(loop->epoll, how, watch->fd, &event);
}

enum scrubgate_status sg_watch_add(struct sg_loop *loop, struct sg_watch *watch, uint32_t events)
{
    assert(!watch->added && watch->fd >= 0);
    enum scrubgate_status rc = grow_slots(loop, (size_t)watch->fd + 1);
    if (rc < 0)
        return rc;
    assert(loop->slots[watch->fd] == NULL);
    watch->turn = ++loop->turn;
    if (control(loop, EPOLL_CTL_ADD, watch, events) != 0)
        return errno == ENOMEM ? SCRUBGATE_ENOMEM : SCRUBGATE_EIO;
    loop->slots[watch->fd] = watch;
    watch->added = true;
    return SCRUBGATE_OK;
}

void sg_watch_remove(struct sg_loop *loop, struct sg_watch *watch)
{
    if (!watch->added)
        return;
    (void)control(loop, EPOLL_CTL_DEL, watch, 0);
    loop->slots[watch->fd] = NULL;
    watch->added = false;
}

static void dispatch(struct sg_loop *loop, const struct epoll_event *events, int n)
{
    for (int i = 0; i < n; i++) {
        size_t fd = (uint32_t)events[i].data.u64;
        struct sg_watch *watch = loop->slots[fd];
        if (watch != NULL && (uint32_t)watch->turn == events[i].data.u64 >> 32)
            watch->ready(watch, events[i].events);
    }
}

/* --- timers --- */

static void put(struct sg_loop *loop, size_t at, struct sg_timer *timer)
{
    loop->heap[at] = timer;
    timer->place = at + 1;
}

static void sift_up(struct sg_loop *loop, size_t at, struct sg_timer *timer)
{
    while (at > 0) {
        size_t parent = (at - 1) / 2;
        if (loop->heap[parent]->at_ns <= timer->at_ns)
            break;
        put(loop, at, loop->heap[parent]);
        at = parent;
    }
    put(loop, at, timer);
}

static void sift_down(struct sg_loop *loop, size_t at, struct sg_timer *timer)
{
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= loop->n_timers)
            break;
        if (child + 1 < loop->n_timers && loop->heap[child + 1]->at_ns < loop->heap[child]->at_ns)
            child++;
        if (timer->at_ns <= loop->heap[child]->at_ns)
            break;
        put(loop, at, loop->heap[child]);
        at = child;
    }
    put(loop, at, timer);
}

/* Puts a timer where its time belongs, seen from a place that is free. */
static void settle(struct sg_loop *loop, size_t at, struct sg_timer *timer)
{
    if (at > 0 && loop->heap[(at - 1) / 2]->at_ns > timer->at_ns)
        sift_up(loop, at, timer);
    else
        sift_down(loop, at, timer);
}

enum scrubgate_status sg_timer_set(struct sg_loop *loop, struct sg_timer *timer, uint64_t at_ns)
{
    if (timer->place == 0) {
        if (loop->n_timers == loop->cap_timers) {
            size_t cap = loop->cap_timers == 0 ? FIRST_TIMERS : loop->cap_timers * 2;
            struct sg_timer **heap = realloc(loop->heap, cap * sizeof(struct sg_timer *));
            if (heap == NULL)
                return SCRUBGATE_ENOMEM;
            loop->heap = heap;
            loop->cap_timers = cap;
        }
        put(loop, loop->n_timers++, timer);
    }
    timer->at_ns = at_ns;
    settle(loop, timer->place - 1, timer);
    return SCRUBGATE_OK;
}

void sg_timer_cancel(struct sg_loop *loop, struct sg_timer *timer)
{
    if (timer->place == 0)
        return;
    size_t at = timer->place - 1;
    assert(loop->heap[at] == timer);
    struct sg_timer *last = loop->heap[--loop->n_timers];
    timer->place = 0;
    if (last != timer)
        settle(loop, at, last);
}

/* A timer that sets itself to now again waits for the next turn: no more fire than were there. */
static void fire(struct sg_loop *loop)
{
    for (size_t most = loop->n_timers; most > 0 && loop->n_timers > 0; most--) {
        struct sg_timer *timer = loop->heap[0];
        if (timer->at_ns > loop->now)
            break;
        sg_timer_cancel(loop, timer);
        timer->due(timer);
    }
}

/* --- tasks --- */

void sg_task_queue(struct sg_loop *loop, struct sg_task *task)
{
    if (task->queued)
        return;
    task->queued = true;
    task->next = NULL;
    *loop->queue_end = task;
    loop->queue_end = &task->next;
}

static bool unlink_task(struct sg_task **list, struct sg_task *task)
{
    while (*list != NULL && *list != task)
        list = &(*list)->next;
    if (*list == NULL)
        return false;
    *list = task->next;
    return true;
}

void sg_task_cancel(struct sg_loop *loop, struct sg_task *task)
{
    if (!task->queued)
        return;
    task->queued = false;
    if (unlink_task(&loop->running, task))
        return;
    bool found = unlink_task(&loop->queue, task);
    assert(found);
    (void)found;
    loop->queue_end = &loop->queue;
    while (*loop->queue_end != NULL)
        loop->queue_end = &(*loop->queue_end)->next;
}

/* What tasks queue meanwhile runs in the next turn, so that descriptors are never starved. */
static void run_tasks(struct sg_loop *loop)
{
    assert(loop->running == NULL);
    loop->running = loop->queue;
    loop->queue = NULL;
    loop->queue_end = &loop->queue;
    while (loop->running != NULL) {
        struct sg_task *task = loop->running;
        loop->running = task->next;
        task->queued = false;
        task->run(task);
    }
}

/* --- wake-ups from other threads --- */

static void rung(struct sg_watch *watch, uint32_t events)
{
    struct sg_wake *wake = (struct sg_wake *)watch; /* its first member */
    uint64_t rings;
    (void)events;
    if (read(watch->fd, &rings, sizeof rings) == (ssize_t)sizeof rings)
        wake->woken(wake);
}

enum scrubgate_status sg_wake_init(struct sg_loop *loop, struct sg_wake *wake,
                                   void (*woken)(struct sg_wake *wake))
{
    *wake = (struct sg_wake){.watch = {.fd = -1, .ready = rung}, .woken = woken};
    wake->watch.fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (wake->watch.fd < 0)
        return SCRUBGATE_EIO;
    enum scrubgate_status rc = sg_watch_add(loop, &wake->watch, EPOLLIN);
    if (rc < 0) {
        (void)close(wake->watch.fd);
        wake->watch.fd = -1;
    }
    return rc;
}

void sg_wake_fini(struct sg_loop *loop, struct sg_wake *wake)
{
    if (wake->woken == NULL || wake->watch.fd < 0)
        return; /* never begun, or ended before */
    sg_watch_remove(loop, &wake->watch);
    (void)close(wake->watch.fd);
    wake->watch.fd = -1;
}

void sg_wake_ring(struct sg_wake *wake)
{
    int saved = errno; /* a signal handler must leave it alone */
    const uint64_t one = 1;
    /* EAGAIN means the counter is full of rings already: the loop will wake. */
    ssize_t n = write(wake->watch.fd, &one, sizeof one);
    (void)n;
    errno = saved;
}

/* --- the turn --- */

/* Milliseconds to sleep, rounded up so that a timer is never looked at just before its time. */
static int patience(const struct sg_loop *loop)
{
    if (loop->queue != NULL || loop->stopping)
        return 0;
    if (loop->n_timers == 0)
        return -1;
    uint64_t at = loop->heap[0]->at_ns, now = sg_clock_mono_ns();
    if (at <= now)
        return 0;
    uint64_t ms = (at - now - 1) / NS_PER_MS + 1;
    return ms > INT_MAX ? INT_MAX : (int)ms;
}

enum scrubgate_status sg_loop_run(struct sg_loop *loop)
{
    struct epoll_event events[BATCH];
    enum scrubgate_status rc = SCRUBGATE_OK;
    while (!loop->stopping) {
        run_tasks(loop);
        int ms = patience(loop);
        if (ms != 0) /* it may sleep for long */
            sg_registers_wipe();
        int n = epoll_wait(loop->epoll, events, BATCH, ms);
        if (n < 0 && errno != EINTR) {
            rc = SCRUBGATE_EIO;
            break;
        }
        loop->now = sg_clock_mono_ns();
        loop->n_ready = n > 0 ? (size_t)n : 0;
        dispatch(loop, events, n);
        fire(loop);
    }
    loop->stopping = false;
    return rc;
}
