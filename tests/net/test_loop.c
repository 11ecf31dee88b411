/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_loop.c - the event loop: order of timers, safe removal, wake-ups, tasks.
 */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/clock.h"
#include "net/loop.h"

enum { MS = 1000000 };

/* What happened, in order: one letter each. */
static char story[256];
static size_t told;
static struct sg_loop *loop;

static void tell(char letter)
{
    assert_true(told + 1 < sizeof story);
    story[told++] = letter;
    story[told] = '\0';
}

static int begin(void **state)
{
    (void)state;
    told = 0;
    story[0] = '\0';
    return sg_loop_new(&loop) == SCRUBGATE_OK ? 0 : -1;
}

static int finish(void **state)
{
    (void)state;
    sg_loop_free(loop);
    loop = NULL;
    return 0;
}

/* --- timers --- */

struct named {
    struct sg_timer timer;
    char letter;
    struct named *other; /* what it does something to */
};

static void timer_tells(struct sg_timer *timer)
{
    tell(((struct named *)timer)->letter);
}

static void timer_stops(struct sg_timer *timer)
{
    timer_tells(timer);
    sg_loop_stop(loop);
}

static void set(struct named *named, char letter, void (*due)(struct sg_timer *), uint64_t in_ns)
{
    named->letter = letter;
    named->timer.due = due;
    assert_int_equal(sg_timer_set(loop, &named->timer, sg_loop_now(loop) + in_ns), SCRUBGATE_OK);
}

static void test_timers_fire_in_order_of_time(void **state)
{
    (void)state;
    struct named a = {0}, b = {0}, c = {0}, d = {0};
    set(&d, 'd', timer_stops, 4 * MS);
    set(&b, 'b', timer_tells, 2 * MS);
    set(&a, 'a', timer_tells, 0);
    set(&c, 'c', timer_tells, 3 * MS);
    assert_int_equal(sg_loop_run(loop), SCRUBGATE_OK);
    assert_string_equal(story, "abcd");
    assert_int_equal(d.timer.place, 0);
}

static void test_a_timer_is_moved_by_setting_it_again(void **state)
{
    (void)state;
    struct named a = {0}, b = {0}, c = {0}, stop = {0};
    set(&a, 'a', timer_tells, 1 * MS);
    set(&b, 'b', timer_tells, 2 * MS);
    set(&c, 'c', timer_tells, 9 * MS);
    set(&stop, '.', timer_stops, 6 * MS);
    set(&a, 'a', timer_tells, 4 * MS);
    set(&c, 'c', timer_tells, 1 * MS);
    assert_int_equal(sg_loop_run(loop), SCRUBGATE_OK);
    assert_string_equal(story, "cba.");
}

static void timer_cancels_other(struct sg_timer *timer)
{
    timer_tells(timer);
    sg_timer_cancel(loop, &((struct named *)timer)->other->timer);
}

static void test_a_timer_cancelled_by_one_due_with_it_stays_silent(void **state)
{
    (void)state;
    struct named a = {0}, b = {0}, stop = {0};
    set(&a, 'a', timer_cancels_other, 0);
    set(&b, 'b', timer_tells, 1);
    a.other = &b;
    set(&stop, '.', timer_stops, 2);
    assert_int_equal(sg_loop_run(loop), SCRUBGATE_OK);
    assert_string_equal(story, "a.");
    sg_timer_cancel(loop, &b.timer); /* an idle one: nothing happens */
}

static void timer_again(struct sg_timer *timer)
{
    timer_tells(timer);
    if (told < 4)
        assert_int_equal(sg_timer_set(loop, timer, 0), SCRUBGATE_OK);
    else
        sg_loop_stop(loop);
}

static void byte_tells(struct sg_watch *watch, uint32_t events)
{
    (void)watch;
    (void)events;
    tell('w');
}

static void test_a_timer_that_is_always_due_does_not_starve_descriptors(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    assert_int_equal(write(ends[1], "x", 1), 1);
    struct sg_watch watch = {.fd = ends[0], .ready = byte_tells};
    assert_int_equal(sg_watch_add(loop, &watch, EPOLLIN), SCRUBGATE_OK);
    struct named a = {0};
    set(&a, 't', timer_again, 0);
    assert_int_equal(sg_loop_run(loop), SCRUBGATE_OK);
    assert_string_equal(story, "wtwt");
    sg_watch_remove(loop, &watch);
    (void)close(ends[0]);
    (void)close(ends[1]);
}

/* Against a plain sorted list: the heap must agree whatever is set, moved and cancelled. */
static uint64_t last_at;
static size_t fired;

static void timer_in_order(struct sg_timer *timer)
{
    assert_true(timer->at_ns >= last_at);
    last_at = timer->at_ns;
    fired++;
}

static void test_a_thousand_timers_set_moved_and_cancelled_keep_their_order(void **state)
{
    (void)state;
    enum { MANY = 1000 };
    struct named *many = calloc(MANY, sizeof *many), stop = {0};
    assert_non_null(many);
    uint32_t dice = 12345;
    size_t set_now = 0;
    for (int round = 0; round < 5000; round++) {
        dice = dice * 1664525 + 1013904223;
        struct named *one = &many[(dice >> 8) % MANY];
        if (dice % 4 == 0)
            sg_timer_cancel(loop, &one->timer);
        else
            set(one, 'x', timer_in_order, (dice >> 4) % (5 * MS));
    }
    for (size_t i = 0; i < MANY; i++)
        set_now += many[i].timer.place != 0;
    last_at = 0;
    fired = 0;
    set(&stop, '.', timer_stops, 6 * MS);
    assert_int_equal(sg_loop_run(loop), SCRUBGATE_OK);
    assert_int_equal(fired, set_now);
    assert_true(fired > MANY / 2);
    free(many);
}

/* --- descriptors --- */

struct end {
    struct sg_watch watch;
    char letter;
    struct end *other;
    int peer;
};

static void open_end(struct end *end, char letter, void (*ready)(struct sg_watch *, uint32_t))
{
    int ends[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    *end = (struct end){{.fd = ends[0], .ready = ready}, letter, NULL, ends[1]};
    assert_int_equal(write(end->peer, "x", 1), 1);
    assert_int_equal(sg_watch_add(loop, &end->watch, EPOLLIN), SCRUBGATE_OK);
}

static void close_end(struct end *end)
{
    sg_watch_remove(loop, &end->watch);
    (void)close(end->watch.fd);
    (void)close(end->peer);
}

static struct end *survivor;

static void end_frees_other(struct sg_watch *watch, uint32_t events)
{
    (void)events;
    struct end *end = (struct end *)watch;
    tell(end->letter);
    close_end(end->other);
    free(end->other);
    survivor = end;
    sg_loop_stop(loop);
}

static void test_a_watch_removed_and_freed_by_its_neighbour_is_not_called(void **state)
{
    (void)state;
    struct end *a = malloc(sizeof *a), *b = malloc(sizeof *b);
    assert_true(a != NULL && b != NULL);
    open_end(a, 'x', end_frees_other);
    open_end(b, 'x', end_frees_other);
    a->other = b;
    b->other = a;
    assert_int_equal(sg_loop_run(loop), SCRUBGATE_OK);
    assert_string_equal(story, "x"); /* whichever came first, the other is gone */
    close_end(survivor);
    free(survivor);
}

static struct end second, third;

static void end_replaces_other(struct sg_watch *watch, uint32_t events)
{
    (void)events;
    struct end *end = (struct end *)watch;
    tell(end->letter);
    if (end->other != NULL) {
        close_end(end->other);
        /* The lowest free descriptor is the one just closed; the new one has nothing to read. */
        int fd = end->other->watch.fd;
        open_end(&third, 'n', end_replaces_other);
        assert_int_equal(third.watch.fd, fd);
        char byte;
        assert_int_equal(read(fd, &byte, 1), 1);
    }
    sg_loop_stop(loop);
}

static void test_a_new_watch_of_a_reused_number_does_not_get_the_old_events(void **state)
{
    (void)state;
    struct end first;
    open_end(&first, 'f', end_replaces_other);
    open_end(&second, 's', end_replaces_other);
    first.other = &second; /* epoll tells in the order of becoming ready */
    assert_int_equal(sg_loop_run(loop), SCRUBGATE_OK);
    assert_string_equal(story, "f");
    close_end(&first);
    close_end(&third);
}

/* --- tasks --- */

struct job {
    struct sg_task task;
    char letter;
    struct job *other;
    void (*what)(struct job *job);
};

static void job_runs(struct sg_task *task)
{
    struct job *job = (struct job *)task;
    tell(job->letter);
    if (job->what != NULL)
        job->what(job);
}

static void queue_other(struct job *job)
{
    sg_task_queue(loop, &job->other->task);
}

static void cancel_other(struct job *job)
{
    sg_task_cancel(loop, &job->other->task);
}

static void stop_now(struct job *job)
{
    (void)job;
    sg_loop_stop(loop);
}

static void test_tasks_run_once_in_order_and_those_they_queue_in_the_next_turn(void **state)
{
    (void)state;
    struct job stop = {{.run = job_runs}, '.', NULL, stop_now};
    struct job c = {{.run = job_runs}, 'c', &stop, queue_other};
    struct job a = {{.run = job_runs}, 'a', &c, queue_other};
    struct job b = {{.run = job_runs}, 'b', NULL, NULL};
    struct named due = {0};
    set(&due, 't', timer_tells, 0);
    sg_task_queue(loop, &a.task);
    sg_task_queue(loop, &b.task);
    sg_task_queue(loop, &a.task); /* queued already */
    assert_int_equal(sg_loop_run(loop), SCRUBGATE_OK);
    assert_string_equal(story, "abtc.");
}

static void test_a_cancelled_task_does_not_run(void **state)
{
    (void)state;
    struct job stop = {{.run = job_runs}, '.', NULL, stop_now};
    struct job b = {{.run = job_runs}, 'b', NULL, NULL};
    struct job a = {{.run = job_runs}, 'a', &b, cancel_other};
    struct job c = {{.run = job_runs}, 'c', NULL, NULL};
    struct job d = {{.run = job_runs}, 'd', NULL, NULL};
    sg_task_queue(loop, &a.task);
    sg_task_queue(loop, &b.task); /* cancelled while its round runs */
    sg_task_queue(loop, &c.task);
    sg_task_queue(loop, &d.task); /* cancelled as the last of the queue */
    sg_task_cancel(loop, &d.task);
    sg_task_cancel(loop, &d.task);
    sg_task_queue(loop, &stop.task);
    assert_int_equal(sg_loop_run(loop), SCRUBGATE_OK);
    assert_string_equal(story, "ac.");
}

/* --- wake-ups --- */

static void woken(struct sg_wake *wake)
{
    (void)wake;
    tell('w');
    sg_loop_stop(loop);
}

static void *ring_often(void *arg)
{
    for (int i = 0; i < 1000; i++)
        sg_wake_ring(arg);
    return NULL;
}

static void test_many_rings_before_the_loop_looks_make_one_call(void **state)
{
    (void)state;
    struct sg_wake wake;
    assert_int_equal(sg_wake_init(loop, &wake, woken), SCRUBGATE_OK);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, ring_often, &wake), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(sg_loop_run(loop), SCRUBGATE_OK);
    assert_string_equal(story, "w");
    sg_wake_fini(loop, &wake);
    sg_wake_fini(loop, &wake);
}

static void test_a_ring_from_another_thread_ends_the_sleep(void **state)
{
    (void)state;
    struct sg_wake wake;
    assert_int_equal(sg_wake_init(loop, &wake, woken), SCRUBGATE_OK);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, ring_often, &wake), 0);
    assert_int_equal(sg_loop_run(loop), SCRUBGATE_OK);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_string_equal(story, "w");
    errno = 7;
    sg_wake_ring(&wake);
    assert_int_equal(errno, 7); /* fit for a signal handler */
    sg_wake_fini(loop, &wake);
}

static void test_a_stop_before_the_run_makes_it_return_at_once(void **state)
{
    (void)state;
    sg_loop_stop(loop);
    assert_int_equal(sg_loop_run(loop), SCRUBGATE_OK);
    struct named stop = {0};
    set(&stop, '.', timer_stops, 0);
    assert_int_equal(sg_loop_run(loop), SCRUBGATE_OK); /* and the next run is a run */
    assert_string_equal(story, ".");
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, begin, finish)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW(test_timers_fire_in_order_of_time),
        ROW(test_a_timer_is_moved_by_setting_it_again),
        ROW(test_a_timer_cancelled_by_one_due_with_it_stays_silent),
        ROW(test_a_timer_that_is_always_due_does_not_starve_descriptors),
        ROW(test_a_thousand_timers_set_moved_and_cancelled_keep_their_order),
        ROW(test_a_watch_removed_and_freed_by_its_neighbour_is_not_called),
        ROW(test_a_new_watch_of_a_reused_number_does_not_get_the_old_events),
        ROW(test_tasks_run_once_in_order_and_those_they_queue_in_the_next_turn),
        ROW(test_a_cancelled_task_does_not_run),
        ROW(test_many_rings_before_the_loop_looks_make_one_call),
        ROW(test_a_ring_from_another_thread_ends_the_sleep),
        ROW(test_a_stop_before_the_run_makes_it_return_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
