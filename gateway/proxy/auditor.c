/* SPDX-License-Identifier: Apache-2.0 */
/*
 * auditor.c - the auditor's life, and writes from threads without a loop.
 *
 *     start: board, bells ──> keeper: a writer, the log is open ──> ports ──> stop
 *
 * Threads that have no loop (start, stop, reload) share one lane under a lock; the keeper hears its
 * answers.
 */
#define _GNU_SOURCE /* eventfd */
#include <assert.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"
#include "net/condition.h"
#include "net/packet.h"
#include "proxy/auditor_parts.h"
#include "proxy/ledger.h"

enum { WRITER_SECONDS = 3 };

/* --- starting --- */

static enum scrubgate_status copy_text(char *to, size_t size, const char *from,
                                       struct scrubgate_fault *fault)
{
    size_t len = from == NULL ? 0 : strlen(from);
    if (len >= size) {
        sg_fault_set(fault, NULL, 0, 0, "a path or name of the audit log is too long");
        return SCRUBGATE_EINVAL;
    }
    memcpy(to, from == NULL ? "" : from, len + 1);
    return SCRUBGATE_OK;
}

static enum scrubgate_status set_up(struct sg_writer_setup *to, const struct sg_ledger_setup *from,
                                    const struct sg_journal_place *place,
                                    struct scrubgate_fault *fault)
{
    const char *boot = from->source != NULL ? from->source->boot : NULL;
    enum scrubgate_status rc = copy_text(to->dir, sizeof to->dir, from->dir, fault);
    if (rc >= 0)
        rc = copy_text(to->keys, sizeof to->keys, from->keys, fault);
    if (rc >= 0)
        rc = copy_text(to->origin, sizeof to->origin, from->origin, fault);
    if (rc >= 0)
        rc = copy_text(to->boot, sizeof to->boot, boot, fault);
    to->checkpoint_ns = from->checkpoint_ns;
    to->epoch_ns = from->epoch_ns;
    to->keep_ms = from->keep_ms;
    to->reserve = from->reserve;
    if (place != NULL) {
        to->adopts = true;
        to->durable = place->durable;
        to->offset = place->offset;
        to->files = place->files;
    }
    return rc;
}

static enum scrubgate_status make_bells(struct sg_auditor *auditor, struct scrubgate_fault *fault)
{
    auditor->bell = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    auditor->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    auditor->direct.bell = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    auditor->board_memory = sg_audit_memory(sizeof *auditor->board);
    if (auditor->board_memory >= 0)
        auditor->board = sg_audit_map(auditor->board_memory, sizeof *auditor->board);
    if (auditor->bell >= 0 && auditor->wake >= 0 && auditor->direct.bell >= 0 &&
        auditor->board != NULL)
        return SCRUBGATE_OK;
    sg_fault_set(fault, NULL, 0, 0, "out of file descriptors or memory for the audit log's writer");
    return SCRUBGATE_EIO;
}

static void close_fd(int fd)
{
    if (fd >= 0)
        (void)close(fd);
}

static void free_auditor(struct sg_auditor *auditor)
{
    if (auditor == NULL)
        return;
    const int direct_bell = auditor->direct.bell;
    if (auditor->direct.ring != NULL) {
        sg_audit_lane_break(&auditor->direct);
        sg_audit_direct_take(auditor);
        sg_audit_lane_close(&auditor->direct);
    }
    if (auditor->link > 0)
        (void)close(auditor->link - 1);
    if (auditor->threaded) /* it has seen its socket close */
        (void)pthread_join(auditor->thread, NULL);
    if (auditor->board != NULL)
        (void)munmap(auditor->board, sizeof *auditor->board);
    close_fd(auditor->board_memory);
    close_fd(auditor->bell);
    close_fd(auditor->wake);
    close_fd(direct_bell);
    (void)pthread_mutex_destroy(&auditor->lock);
    (void)pthread_mutex_destroy(&auditor->direct_lock);
    (void)pthread_cond_destroy(&auditor->answered);
    free(auditor);
}

/* Signals are the server's: none may land in a thread that holds a lock of ours. */
static enum scrubgate_status start_keeper(struct sg_auditor *auditor, struct scrubgate_fault *fault)
{
    sigset_t all, before;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    int rc = pthread_create(&auditor->keeper, NULL, sg_audit_keeper_run, auditor);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (rc == 0)
        return SCRUBGATE_OK;
    sg_fault_set(fault, NULL, 0, 0, "cannot start the thread that watches the audit log's writer");
    return SCRUBGATE_EIO;
}

static struct sg_auditor *new_auditor(const struct sg_auditor_keeping *keeping)
{
    struct sg_auditor *made = calloc(1, sizeof *made);
    if (made == NULL)
        return NULL;
    made->board_memory = made->bell = made->wake = made->direct.bell = -1;
    made->warden = keeping->warden > 0 ? keeping->warden + 1 : 0;
    made->deadline_ns = keeping->deadline_ns;
    made->lost = keeping->lost;
    made->setup.patient = made->warden > 0;
    /* With such attributes these only fill in memory: they cannot fail on Linux. */
    (void)pthread_mutex_init(&made->lock, NULL);
    (void)pthread_mutex_init(&made->direct_lock, NULL);
    (void)sg_condition_init(&made->answered);
    return made;
}

enum scrubgate_status sg_auditor_start_log(struct sg_auditor **auditor,
                                           const struct sg_ledger_setup *setup,
                                           const struct sg_auditor_keeping *keeping,
                                           const struct sg_journal_place *place,
                                           struct scrubgate_fault *fault)
{
    int lock = place != NULL ? place->lock : -1;
    struct sg_auditor *made = new_auditor(keeping);
    enum scrubgate_status rc = made == NULL ? SCRUBGATE_ENOMEM : SCRUBGATE_OK;
    *auditor = NULL;
    if (rc < 0)
        sg_fault_set(fault, NULL, 0, 0, "out of memory");
    if (rc >= 0)
        rc = set_up(&made->setup, setup, place, fault);
    if (rc >= 0)
        rc = make_bells(made, fault);
    if (rc < 0)
        goto out;
    rc = sg_audit_keeper_begin(made, lock, fault);
    lock = -1;
    if (rc >= 0)
        rc = sg_audit_lane_open(made, &made->direct, made->direct.bell);
    if (rc >= 0)
        rc = start_keeper(made, fault);
    if (rc < 0)
        goto out;
    *auditor = made;
    made = NULL; /* the caller's now */
out:
    close_fd(lock);
    free_auditor(made);
    return rc;
}

enum scrubgate_status sg_auditor_start(struct sg_auditor **auditor, const char *dir,
                                       struct scrubgate_fault *fault)
{
    const struct sg_ledger_setup setup = {.dir = dir};
    const struct sg_auditor_keeping keeping = {.warden = 0};
    return sg_auditor_start_log(auditor, &setup, &keeping, NULL, fault);
}

void sg_auditor_stop(struct sg_auditor *auditor)
{
    if (auditor == NULL)
        return;
    (void)pthread_mutex_lock(&auditor->lock);
    assert(auditor->lanes == &auditor->direct && auditor->direct.next == NULL);
    auditor->stopping = true;
    (void)pthread_mutex_unlock(&auditor->lock);
    sg_audit_ring(auditor->wake);
    (void)pthread_join(auditor->keeper, NULL);
    free_auditor(auditor);
}

/* --- writes without a loop --- */

void sg_audit_direct_take(struct sg_auditor *auditor)
{
    struct sg_ticket_list done;
    struct sg_audit_ticket *ticket;
    sg_tickets_init(&done);
    sg_audit_lane_take(&auditor->direct, &done);
    while ((ticket = sg_tickets_take(&done)) != NULL) {
        ticket->waiting = false;
        if (sg_ticket_is_note(ticket))
            sg_ticket_free_note(ticket);
    }
    (void)pthread_cond_broadcast(&auditor->answered);
}

static bool any_waits(const struct sg_audit_ticket *tickets, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (tickets[i].waiting)
            return true;
    return false;
}

/* Between two writers, which takes milliseconds: nothing else is lost by waiting for the next. */
static void wait_for_writer(struct sg_auditor *auditor)
{
    struct timespec until;
    int rc = clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += WRITER_SECONDS;
    while (rc == 0 && auditor->warden > 0 && atomic_load(&auditor->direct.state) != SG_LANE_LIVE)
        rc = pthread_cond_timedwait(&auditor->answered, &auditor->direct_lock, &until);
}

void sg_auditor_write_all(struct sg_auditor *auditor, struct sg_audit_ticket *tickets, size_t n)
{
    struct sg_ticket_list list;
    struct sg_audit_ticket *refused;
    sg_tickets_init(&list);
    for (size_t i = 0; i < n; i++) {
        tickets[i].waiting = true;
        sg_tickets_add(&list, &tickets[i]);
    }
    (void)pthread_mutex_lock(&auditor->direct_lock);
    wait_for_writer(auditor);
    sg_audit_lane_put(&auditor->direct, &list);
    while ((refused = sg_tickets_take(&list)) != NULL) {
        refused->status = SCRUBGATE_EIO;
        refused->waiting = false;
    }
    while (any_waits(tickets, n))
        (void)pthread_cond_wait(&auditor->answered, &auditor->direct_lock);
    (void)pthread_mutex_unlock(&auditor->direct_lock);
}

enum scrubgate_status sg_auditor_write(struct sg_auditor *auditor, struct sg_buf *record,
                                       uint64_t *seq)
{
    struct sg_audit_ticket ticket = {.seq = 0};
    sg_buf_move(&ticket.record, record);
    sg_auditor_write_all(auditor, &ticket, 1);
    sg_buf_fini(&ticket.record);
    if (ticket.status >= 0)
        *seq = ticket.seq;
    atomic_store(&auditor->board->sign, 1);
    sg_audit_ring(auditor->bell);
    return ticket.status;
}

void sg_auditor_retry(struct sg_auditor *auditor, struct sg_buf *record)
{
    struct sg_audit_ticket *ticket = calloc(1, sizeof *ticket);
    struct sg_ticket_list list;
    if (ticket == NULL) {
        sg_buf_fini(record);
        return; /* the next one who asks tries again */
    }
    sg_tickets_init(&list);
    sg_buf_move(&ticket->record, record);
    ticket->owned_by_port = true;
    /* Full or not signed is not what a record could change: it would be one more each time. */
    const bool fails = atomic_load(&auditor->board->healthy) == 0;
    (void)pthread_mutex_lock(&auditor->direct_lock);
    struct sg_audit_lane *lane = &auditor->direct;
    if (lane->kept.n > 0 && !sg_audit_lane_waits(lane))
        sg_audit_lane_try(lane);
    /* What waits is trial enough: a record for each time somebody asked would be noise. */
    if (fails && atomic_load(&lane->state) == SG_LANE_LIVE && lane->kept.n == 0 &&
        !sg_audit_lane_waits(lane)) {
        sg_tickets_add(&list, ticket);
        sg_audit_lane_put(lane, &list);
        ticket = sg_tickets_take(&list);
    }
    (void)pthread_mutex_unlock(&auditor->direct_lock);
    if (ticket != NULL)
        sg_ticket_free_note(ticket);
}

/* --- changing hands --- */

void sg_auditor_lend(struct sg_auditor *auditor, int socket)
{
    static const char why[] = SG_LEDGER_NOT_LENT "the audit log has no writer now\n";
    (void)pthread_mutex_lock(&auditor->lock);
    enum scrubgate_status rc =
        auditor->up ? sg_audit_tell(auditor, SG_WRITER_LEND, &socket, 1) : SCRUBGATE_EIO;
    auditor->lent = rc >= 0;
    (void)pthread_mutex_unlock(&auditor->lock);
    if (rc < 0)
        (void)!sg_packet_send(socket, SG_BYTES(why), NULL, 0);
    (void)close(socket);
}

void sg_auditor_recall(struct sg_auditor *auditor)
{
    (void)pthread_mutex_lock(&auditor->lock);
    auditor->grace_ns = sg_clock_mono_ns() + SG_AUDIT_LENT_NS;
    auditor->lent = false;
    (void)!sg_audit_tell(auditor, SG_WRITER_RECALL, NULL, 0); /* a new writer opens it anyway */
    (void)pthread_mutex_unlock(&auditor->lock);
}

/* --- what is told --- */

bool sg_auditor_healthy(struct sg_auditor *auditor)
{
    const uint64_t now = sg_clock_mono_ns();
    (void)pthread_mutex_lock(&auditor->lock);
    bool ok = auditor->up && atomic_load(&auditor->board->healthy) != 0 &&
              atomic_load(&auditor->board->signing) != 0;
    for (const struct sg_audit_lane *lane = auditor->lanes; ok && lane != NULL; lane = lane->next)
        ok = auditor->deadline_ns == 0 ||
             sg_audit_lane_waited(lane, now) < auditor->deadline_ns / 5 * 2;
    (void)pthread_mutex_unlock(&auditor->lock);
    return ok;
}

uint64_t sg_auditor_writers(struct sg_auditor *auditor)
{
    (void)pthread_mutex_lock(&auditor->lock);
    uint64_t n = auditor->writers;
    (void)pthread_mutex_unlock(&auditor->lock);
    return n > 0 ? n - 1 : 0;
}

uint64_t sg_auditor_records(const struct sg_auditor *auditor)
{
    return atomic_load(&auditor->board->records);
}

uint64_t sg_auditor_failures(const struct sg_auditor *auditor)
{
    return atomic_load(&auditor->board->failures);
}

uint64_t sg_auditor_dropped(const struct sg_auditor *auditor)
{
    return atomic_load(&auditor->dropped);
}
