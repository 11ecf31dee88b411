/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_auditor.c - no message before its record: group commit, failures, and the way back.
 *
 * fdatasync of the whole program passes through here: it can be counted, held and made to fail, so
 * that nothing below waits for time to pass.
 */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "audit/journal.h"
#include "proxy/auditor.h"

#include "../lib/suite.h"
#include "../lib/tempdir.h"

#define LOG "log/000000.ndjson"

/* --- the disk --- */

static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    unsigned syncs, fail;
    bool held, inside; /* held: a sync waits; inside: one does */
    bool signals_blocked;
} disk = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

static void lock(void)
{
    assert_int_equal(pthread_mutex_lock(&disk.lock), 0);
}

static void unlock(void)
{
    (void)pthread_cond_broadcast(&disk.changed);
    assert_int_equal(pthread_mutex_unlock(&disk.lock), 0);
}

int fdatasync(int fd)
{
    sigset_t blocked;
    (void)fd;
    (void)pthread_sigmask(SIG_SETMASK, NULL, &blocked);
    (void)pthread_mutex_lock(&disk.lock);
    disk.syncs++;
    disk.signals_blocked =
        sigismember(&blocked, SIGTERM) == 1 && sigismember(&blocked, SIGHUP) == 1;
    disk.inside = true;
    (void)pthread_cond_broadcast(&disk.changed);
    while (disk.held)
        (void)pthread_cond_wait(&disk.changed, &disk.lock);
    disk.inside = false;
    bool fail = disk.fail > 0;
    disk.fail -= fail;
    (void)pthread_mutex_unlock(&disk.lock);
    errno = EIO;
    return fail ? -1 : 0;
}

static void hold_disk(void)
{
    lock();
    disk.held = true;
    unlock();
}

static void wait_for_sync(void)
{
    lock();
    while (!disk.inside)
        (void)pthread_cond_wait(&disk.changed, &disk.lock);
    unlock();
}

static void release_disk(void)
{
    lock();
    disk.held = false;
    unlock();
}

static void fail_syncs(unsigned n)
{
    lock();
    disk.fail = n;
    unlock();
}

static unsigned syncs(void)
{
    lock();
    unsigned n = disk.syncs;
    unlock();
    return n;
}

/* --- a worker --- */

struct world {
    struct sg_tempdir dir;
    struct sg_auditor *auditor;
    struct sg_loop *loop;
    struct sg_audit_port *port;
    struct sg_task stop_task;
    size_t waiting; /* tickets: the loop stops when none is left */
    size_t good, bad;
};

struct message {
    struct sg_audit_ticket ticket; /* first */
    struct world *world;
    bool submitting;
};

static struct world *stopping_world; /* a task has no room for more than itself */

static void run_stop(struct sg_task *task)
{
    (void)task;
    sg_loop_stop(stopping_world->loop);
}

static void open_port(struct world *world)
{
    assert_int_equal(sg_loop_new(&world->loop), SCRUBGATE_OK);
    assert_int_equal(sg_audit_port_open(&world->port, world->auditor, world->loop), SCRUBGATE_OK);
}

static void close_port(struct world *world)
{
    sg_audit_port_close(world->port);
    sg_loop_free(world->loop);
    world->port = NULL;
    world->loop = NULL;
}

static void begin(struct world *world)
{
    struct scrubgate_fault fault;
    memset(world, 0, sizeof *world);
    lock();
    disk.syncs = disk.fail = 0;
    disk.held = disk.inside = false;
    unlock();
    sg_tempdir_make(&world->dir);
    assert_int_equal(sg_auditor_start(&world->auditor, world->dir.path, &fault), SCRUBGATE_OK);
    open_port(world);
}

static void end(struct world *world)
{
    if (world->port != NULL)
        close_port(world);
    sg_auditor_stop(world->auditor);
    sg_tempdir_remove(&world->dir);
}

/* One turn of the loop: what was submitted is handed over. */
static void turn(struct world *world)
{
    stopping_world = world;
    world->stop_task.run = run_stop;
    sg_task_queue(world->loop, &world->stop_task);
    assert_int_equal(sg_loop_run(world->loop), SCRUBGATE_OK);
}

static void run_until_answered(struct world *world)
{
    if (world->waiting > 0)
        assert_int_equal(sg_loop_run(world->loop), SCRUBGATE_OK);
    assert_int_equal(world->waiting, 0);
}

static void on_done(struct sg_audit_ticket *ticket)
{
    struct message *message = (struct message *)ticket;
    struct world *world = message->world;
    assert_false(message->submitting);
    assert_false(ticket->waiting);
    assert_int_equal(ticket->record.len, 0);
    sg_buf_fini(&ticket->record);
    if (ticket->status >= 0)
        world->good++;
    else
        world->bad++;
    if (--world->waiting == 0)
        sg_loop_stop(world->loop);
}

static void submit(struct world *world, struct message *message, const char *text)
{
    message->world = world;
    message->ticket.done = on_done;
    assert_int_equal(sg_buf_add_text(&message->ticket.record, text), SCRUBGATE_OK);
    world->waiting++;
    message->submitting = true;
    sg_audit_submit(world->port, &message->ticket);
    message->submitting = false;
}

static void note(struct world *world, const char *text)
{
    struct sg_buf record = {0};
    assert_int_equal(sg_buf_add_text(&record, text), SCRUBGATE_OK);
    sg_audit_note(world->port, &record);
    assert_int_equal(record.len, 0);
    sg_buf_fini(&record);
}

static void assert_log(struct world *world, const char *want)
{
    char *text = sg_tempdir_read(&world->dir, LOG, NULL);
    assert_string_equal(text, want);
    free(text);
}

/* --- the way there and back --- */

static void on_done_look_at_the_log(struct sg_audit_ticket *ticket)
{
    struct message *message = (struct message *)ticket;
    assert_int_equal(syncs(), 1);
    assert_log(message->world, "{\"seq\":0,\"a\":1}\n");
    on_done(ticket);
}

static void test_a_record_is_durable_before_its_ticket_is_answered(void **state)
{
    (void)state;
    struct world world;
    struct message message = {0};
    begin(&world);
    submit(&world, &message, "\"a\":1}");
    message.ticket.done = on_done_look_at_the_log;
    assert_true(message.ticket.waiting);
    run_until_answered(&world);
    assert_int_equal(message.ticket.status, SCRUBGATE_OK);
    assert_int_equal(message.ticket.seq, 0);
    assert_int_equal(sg_auditor_records(world.auditor), 1);
    assert_true(sg_auditor_healthy(world.auditor));
    end(&world);
}

static void test_while_the_disk_works_nothing_is_answered(void **state)
{
    (void)state;
    struct world world;
    struct message message = {0};
    begin(&world);
    hold_disk();
    submit(&world, &message, "\"a\":1}");
    turn(&world);
    wait_for_sync();
    turn(&world);
    assert_int_equal(world.waiting, 1);
    release_disk();
    run_until_answered(&world);
    end(&world);
}

static void test_one_turn_is_one_commit(void **state)
{
    (void)state;
    struct world world;
    static struct message messages[100];
    memset(messages, 0, sizeof messages);
    begin(&world);
    for (size_t i = 0; i < 100; i++)
        submit(&world, &messages[i], "\"a\":1}");
    run_until_answered(&world);
    assert_int_equal(syncs(), 1);
    for (size_t i = 0; i < 100; i++)
        assert_int_equal(messages[i].ticket.seq, i);
    end(&world);
}

static void test_what_comes_during_a_sync_shares_the_next_one(void **state)
{
    (void)state;
    struct world world;
    static struct message messages[50];
    memset(messages, 0, sizeof messages);
    begin(&world);
    hold_disk();
    for (size_t i = 0; i < 50; i++) {
        submit(&world, &messages[i], "\"a\":1}");
        turn(&world);
        if (i == 0)
            wait_for_sync();
    }
    release_disk();
    run_until_answered(&world);
    assert_int_equal(world.good, 50);
    assert_int_equal(syncs(), 2);
    end(&world);
}

enum { READY = 8 }; /* descriptors at once: the worker is behind */

struct busy {
    struct sg_wake wake; /* first */
    struct world *world;
    struct message message;
};

static void on_busy(struct sg_wake *wake)
{
    struct busy *one = (struct busy *)wake;
    submit(one->world, &one->message, "\"a\":1}");
}

/* It would gather for ever if it waited for a turn that does not come. */
static void test_a_worker_that_was_behind_does_not_sleep_on_its_records(void **state)
{
    (void)state;
    struct world world;
    static struct busy busy[READY];
    memset(busy, 0, sizeof busy);
    begin(&world);
    for (size_t i = 0; i < READY; i++) {
        assert_int_equal(sg_wake_init(world.loop, &busy[i].wake, on_busy), SCRUBGATE_OK);
        busy[i].world = &world;
        sg_wake_ring(&busy[i].wake);
    }
    turn(&world);
    assert_int_equal(sg_loop_ready(world.loop), READY);
    assert_int_equal(world.waiting, READY);
    run_until_answered(&world);
    assert_int_equal(world.good, READY);
    for (size_t i = 0; i < READY; i++)
        sg_wake_fini(world.loop, &busy[i].wake);
    end(&world);
}

static void test_the_thread_takes_no_signals(void **state)
{
    (void)state;
    struct world world;
    struct message message = {0};
    begin(&world);
    submit(&world, &message, "\"a\":1}");
    run_until_answered(&world);
    lock();
    assert_true(disk.signals_blocked);
    unlock();
    end(&world);
}

/* --- failures --- */

static void test_a_failed_commit_refuses_all_it_held(void **state)
{
    (void)state;
    struct world world;
    struct message messages[3] = {0}, after = {0};
    begin(&world);
    fail_syncs(1);
    for (size_t i = 0; i < 3; i++)
        submit(&world, &messages[i], "\"a\":1}");
    run_until_answered(&world);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(messages[i].ticket.status, SCRUBGATE_EIO);
    assert_false(sg_auditor_healthy(world.auditor));
    assert_int_equal(sg_auditor_failures(world.auditor), 1);
    assert_int_equal(sg_auditor_records(world.auditor), 0);
    assert_int_equal(syncs(), 1);
    /* The next one tries again by itself. */
    submit(&world, &after, "\"b\":2}");
    run_until_answered(&world);
    assert_int_equal(after.ticket.status, SCRUBGATE_OK);
    assert_int_equal(after.ticket.seq, 0);
    assert_true(sg_auditor_healthy(world.auditor));
    assert_log(&world, "{\"seq\":0,\"b\":2}\n");
    end(&world);
}

static void test_one_record_too_long_harms_no_other(void **state)
{
    (void)state;
    struct world world;
    struct message longest = {0}, other = {0};
    static char text[20000];
    memset(text, ' ', sizeof text - 1);
    memcpy(text, "\"a\":1", 5);
    text[sizeof text - 2] = '}';
    begin(&world);
    submit(&world, &longest, text);
    submit(&world, &other, "\"b\":2}");
    run_until_answered(&world);
    assert_int_equal(longest.ticket.status, SCRUBGATE_ELIMIT);
    assert_int_equal(other.ticket.status, SCRUBGATE_OK);
    assert_int_equal(sg_auditor_records(world.auditor), 1);
    assert_log(&world, "{\"seq\":0,\"b\":2}\n");
    end(&world);
}

static void test_a_note_outlives_a_failed_commit(void **state)
{
    (void)state;
    struct world world;
    struct message first = {0}, second = {0};
    begin(&world);
    fail_syncs(1);
    note(&world, "\"note\":1}");
    submit(&world, &first, "\"a\":1}");
    run_until_answered(&world);
    assert_int_equal(first.ticket.status, SCRUBGATE_EIO);
    note(&world, "\"note\":2}");
    submit(&world, &second, "\"b\":2}");
    run_until_answered(&world);
    assert_log(&world, "{\"seq\":0,\"note\":1}\n{\"seq\":1,\"note\":2}\n{\"seq\":2,\"b\":2}\n");
    assert_int_equal(sg_auditor_dropped(world.auditor), 0);
    assert_int_equal(sg_auditor_records(world.auditor), 3);
    end(&world);
}

/* Readiness may be asked for often, and for other reasons than a commit that failed. */
static void test_a_log_that_works_is_not_tried(void **state)
{
    (void)state;
    struct world world;
    struct message first = {0}, second = {0};
    struct sg_buf trial = {0};
    begin(&world);
    submit(&world, &first, "\"a\":1}");
    run_until_answered(&world);
    assert_int_equal(sg_buf_add_text(&trial, "\"trial\":1}"), SCRUBGATE_OK);
    sg_auditor_retry(world.auditor, &trial);
    submit(&world, &second, "\"b\":2}");
    run_until_answered(&world);
    close_port(&world);
    sg_auditor_stop(world.auditor);
    assert_log(&world, "{\"seq\":0,\"a\":1}\n{\"seq\":1,\"b\":2}\n");
    sg_tempdir_remove(&world.dir);
}

static void test_a_stop_writes_the_notes_that_were_kept(void **state)
{
    (void)state;
    struct world world;
    struct message first = {0};
    begin(&world);
    fail_syncs(1);
    note(&world, "\"note\":1}");
    submit(&world, &first, "\"a\":1}");
    run_until_answered(&world);
    close_port(&world);
    sg_auditor_stop(world.auditor);
    assert_log(&world, "{\"seq\":0,\"note\":1}\n");
    sg_tempdir_remove(&world.dir);
}

static void test_too_many_waiting_are_refused_not_queued(void **state)
{
    (void)state;
    struct world world;
    struct message first = {0};
    enum { MANY = SG_AUDIT_WAITING_MOST - 1 + 10 };
    struct message *messages = calloc(MANY, sizeof *messages);
    assert_non_null(messages);
    begin(&world);
    hold_disk();
    submit(&world, &first, "\"a\":1}");
    turn(&world);
    wait_for_sync(); /* with the first, which counts as well: it is not answered yet */
    for (size_t i = 0; i < MANY; i++)
        submit(&world, &messages[i], "\"a\":1}");
    turn(&world);
    assert_int_equal(world.bad, 10);
    assert_int_equal(world.good, 0);
    assert_int_equal(messages[MANY - 1].ticket.status, SCRUBGATE_EIO);
    note(&world, "\"note\":1}");
    turn(&world);
    assert_int_equal(sg_auditor_dropped(world.auditor), 1);
    release_disk();
    run_until_answered(&world);
    assert_int_equal(world.good, SG_AUDIT_WAITING_MOST);
    assert_int_equal(sg_auditor_records(world.auditor), SG_AUDIT_WAITING_MOST);
    end(&world);
    free(messages);
}

static void test_too_many_bytes_are_refused_too(void **state)
{
    (void)state;
    struct world world;
    struct message first = {0};
    enum { MANY = 4200 };
    struct message *messages = calloc(MANY, sizeof *messages);
    static char text[16001];
    assert_non_null(messages);
    memset(text, ' ', sizeof text - 1);
    memcpy(text, "\"a\":1", 5);
    text[sizeof text - 2] = '}';
    begin(&world);
    hold_disk();
    submit(&world, &first, "\"a\":1}");
    turn(&world);
    wait_for_sync();
    for (size_t i = 0; i < MANY; i++)
        submit(&world, &messages[i], text);
    turn(&world);
    assert_int_equal(world.bad, MANY - 64 * 1024 * 1024 / 16000);
    release_disk();
    run_until_answered(&world);
    end(&world);
    free(messages);
}

/* --- without a loop, and closing --- */

static void test_a_direct_write_waits_until_it_is_durable(void **state)
{
    (void)state;
    struct world world;
    struct sg_buf record = {0};
    uint64_t seq = 77;
    begin(&world);
    assert_int_equal(sg_buf_add_text(&record, "\"what\":\"start\"}"), SCRUBGATE_OK);
    assert_int_equal(sg_auditor_write(world.auditor, &record, &seq), SCRUBGATE_OK);
    assert_int_equal(seq, 0);
    assert_int_equal(record.len, 0);
    assert_log(&world, "{\"seq\":0,\"what\":\"start\"}\n");
    fail_syncs(1);
    seq = 77;
    assert_int_equal(sg_buf_add_text(&record, "\"what\":\"stop\"}"), SCRUBGATE_OK);
    assert_int_equal(sg_auditor_write(world.auditor, &record, &seq), SCRUBGATE_EIO);
    assert_int_equal(seq, 77);
    end(&world);
}

static void never_done(struct sg_audit_ticket *ticket)
{
    (void)ticket;
    fail();
}

static void test_closing_a_port_waits_and_calls_nobody(void **state)
{
    (void)state;
    struct world world;
    struct message mine = {0};
    struct sg_audit_ticket *given = calloc(1, sizeof *given);
    assert_non_null(given);
    begin(&world);
    submit(&world, &mine, "\"a\":1}");
    mine.ticket.done = never_done;
    given->done = never_done;
    given->owned_by_port = true;
    assert_int_equal(sg_buf_add_text(&given->record, "\"b\":2}"), SCRUBGATE_OK);
    sg_audit_submit(world.port, given);
    note(&world, "\"note\":1}");
    close_port(&world);
    assert_false(mine.ticket.waiting);
    assert_int_equal(mine.ticket.status, SCRUBGATE_OK);
    sg_buf_fini(&mine.ticket.record);
    assert_log(&world, "{\"seq\":0,\"a\":1}\n{\"seq\":1,\"b\":2}\n{\"seq\":2,\"note\":1}\n");
    end(&world);
}

static void test_a_log_in_use_is_a_failed_start(void **state)
{
    (void)state;
    struct world world;
    struct sg_auditor *other;
    struct scrubgate_fault fault = {.what = ""};
    begin(&world);
    assert_int_equal(sg_auditor_start(&other, world.dir.path, &fault), SCRUBGATE_EIO);
    assert_null(other);
    assert_non_null(strstr(fault.what, "in use"));
    end(&world);
}

/* --- many workers --- */

enum { WORKERS = 3, ROUNDS = 300, IN_FLIGHT = 16 };

struct worker {
    struct world world;       /* its own loop and port */
    pthread_t joined, thread; /* as its maker, and as itself, knows it */
    struct message messages[IN_FLIGHT];
    size_t left;
    uint8_t *seen; /* by seq, shared: each byte is written once */
};

static void on_done_again(struct sg_audit_ticket *ticket)
{
    struct message *message = (struct message *)ticket;
    struct worker *worker = (struct worker *)message->world;
    if (ticket->status < 0 || worker->seen[ticket->seq]++ != 0 ||
        pthread_equal(worker->thread, pthread_self()) == 0)
        abort();
    worker->world.waiting--;
    if (worker->left > 0) {
        worker->left--;
        worker->world.waiting++;
        if (sg_buf_add_text(&ticket->record, "\"a\":1}") < 0)
            abort();
        sg_audit_submit(worker->world.port, ticket);
    } else if (worker->world.waiting == 0) {
        sg_loop_stop(worker->world.loop);
    }
}

static void *work(void *ctx)
{
    struct worker *worker = ctx;
    worker->thread = pthread_self();
    open_port(&worker->world);
    worker->left = ROUNDS - IN_FLIGHT;
    for (size_t i = 0; i < IN_FLIGHT; i++) {
        submit(&worker->world, &worker->messages[i], "\"a\":1}");
        worker->messages[i].ticket.done = on_done_again;
    }
    if (sg_loop_run(worker->world.loop) < 0)
        abort();
    note(&worker->world, "\"note\":1}");
    close_port(&worker->world);
    return NULL;
}

static void test_each_worker_gets_its_own_back_on_its_own_thread(void **state)
{
    (void)state;
    struct world world;
    static struct worker workers[WORKERS];
    static uint8_t seen[WORKERS * (ROUNDS + 1)];
    memset(workers, 0, sizeof workers);
    memset(seen, 0, sizeof seen);
    begin(&world);
    for (size_t i = 0; i < WORKERS; i++) {
        workers[i].world.auditor = world.auditor;
        workers[i].seen = seen;
        assert_int_equal(pthread_create(&workers[i].joined, NULL, work, &workers[i]), 0);
    }
    for (size_t i = 0; i < WORKERS; i++)
        assert_int_equal(pthread_join(workers[i].joined, NULL), 0);
    size_t n = 0;
    for (size_t i = 0; i < sizeof seen; i++)
        n += seen[i];
    assert_int_equal(n, WORKERS * ROUNDS);
    assert_int_equal(sg_auditor_records(world.auditor), WORKERS * (ROUNDS + 1));
    end(&world);
}

int main(void)
{
    sg_suite_add("a record is durable before its ticket is answered",
                 test_a_record_is_durable_before_its_ticket_is_answered, NULL);
    sg_suite_add("while the disk works nothing is answered",
                 test_while_the_disk_works_nothing_is_answered, NULL);
    sg_suite_add("one turn is one commit", test_one_turn_is_one_commit, NULL);
    sg_suite_add("a worker that was behind does not sleep on its records",
                 test_a_worker_that_was_behind_does_not_sleep_on_its_records, NULL);
    sg_suite_add("what comes during a sync shares the next one",
                 test_what_comes_during_a_sync_shares_the_next_one, NULL);
    sg_suite_add("the thread takes no signals", test_the_thread_takes_no_signals, NULL);
    sg_suite_add("a failed commit refuses all it held", test_a_failed_commit_refuses_all_it_held,
                 NULL);
    sg_suite_add("one record too long harms no other", test_one_record_too_long_harms_no_other,
                 NULL);
    sg_suite_add("a note outlives a failed commit", test_a_note_outlives_a_failed_commit, NULL);
    sg_suite_add("a log that works is not tried", test_a_log_that_works_is_not_tried, NULL);
    sg_suite_add("a stop writes the notes that were kept",
                 test_a_stop_writes_the_notes_that_were_kept, NULL);
    sg_suite_add("too many waiting are refused, not queued",
                 test_too_many_waiting_are_refused_not_queued, NULL);
    sg_suite_add("too many bytes are refused too", test_too_many_bytes_are_refused_too, NULL);
    sg_suite_add("a direct write waits until it is durable",
                 test_a_direct_write_waits_until_it_is_durable, NULL);
    sg_suite_add("closing a port waits and calls nobody",
                 test_closing_a_port_waits_and_calls_nobody, NULL);
    sg_suite_add("a log in use is a failed start", test_a_log_in_use_is_a_failed_start, NULL);
    sg_suite_add("each worker gets its own back on its own thread",
                 test_each_worker_gets_its_own_back_on_its_own_thread, NULL);
    return sg_suite_run("auditor");
}
