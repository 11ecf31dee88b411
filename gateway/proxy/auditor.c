/* SPDX-License-Identifier: Apache-2.0 */
/*
 * auditor.c - the thread that makes audit records durable before their messages leave.
 *
 *     worker: submit, submit -> once a turn, lane.in --+
 *     worker: submit         -> once a turn, lane.in --+--> auditor: append all, one commit
 *     worker: done, done <- one ring <- lane.out ------+
 *
 * A lane is one way in and out: a port has one, and so has each direct write. Lists change hands
 * whole, under one lock, twice a batch; nothing is allocated on the way. A lane the auditor is busy
 * with is never closed: its ring comes last.
 */
#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/diag.h"
#include "net/packet.h"
#include "proxy/auditor_parts.h"
#include "proxy/oplog.h"
#include "proxy/sandbox.h"

enum { BYTES_MOST = 64 * 1024 * 1024 };
/* Notes that outlive a failed commit have their own room: they must not shut messages out. */
enum { KEPT_MOST = 32768, KEPT_BYTES_MOST = 32 * 1024 * 1024 };

void sg_auditor_drop_note(struct sg_auditor *auditor, struct sg_audit_ticket *ticket)
{
    sg_ticket_free_note(ticket);
    atomic_fetch_add(&auditor->dropped, 1);
}

/* --- lanes --- */

void sg_audit_lane_open(struct sg_auditor *auditor, struct sg_audit_lane *lane,
                        struct sg_wake *wake)
{
    *lane = (struct sg_audit_lane){.wake = wake};
    sg_tickets_init(&lane->in);
    sg_tickets_init(&lane->out);
    sg_tickets_init(&lane->flight);
    (void)pthread_mutex_lock(&auditor->lock);
    lane->next = auditor->lanes;
    auditor->lanes = lane;
    (void)pthread_mutex_unlock(&auditor->lock);
}

/* Waits until the auditor has nothing of it any more. */
void sg_audit_lane_close(struct sg_auditor *auditor, struct sg_audit_lane *lane)
{
    (void)pthread_mutex_lock(&auditor->lock);
    while (lane->in.n > 0 || lane->busy)
        (void)pthread_cond_wait(&auditor->idle, &auditor->lock);
    struct sg_audit_lane **at = &auditor->lanes;
    while (*at != lane)
        at = &(*at)->next;
    *at = lane->next;
    (void)pthread_mutex_unlock(&auditor->lock);
}

/* Moves tickets in as far as there is room; those left in list are too many. */
void sg_audit_lane_put(struct sg_auditor *auditor, struct sg_audit_lane *lane,
                       struct sg_ticket_list *list)
{
    (void)pthread_mutex_lock(&auditor->lock);
    if (auditor->n_in + list->n <= SG_AUDIT_WAITING_MOST &&
        auditor->bytes_in + list->bytes <= BYTES_MOST) {
        auditor->n_in += list->n;
        auditor->bytes_in += list->bytes;
        sg_tickets_join(&lane->in, list);
    }
    while (list->n > 0 && auditor->n_in < SG_AUDIT_WAITING_MOST &&
           auditor->bytes_in + list->first->record.len <= BYTES_MOST) {
        struct sg_audit_ticket *ticket = sg_tickets_take(list);
        auditor->n_in++;
        auditor->bytes_in += ticket->record.len;
        sg_tickets_add(&lane->in, ticket);
    }
    (void)pthread_mutex_unlock(&auditor->lock);
    (void)pthread_cond_signal(&auditor->work);
}

/* --- the thread --- */

/* Under the lock: takes what is in every lane and links those lanes. */
static struct sg_audit_lane *take_all(struct sg_auditor *auditor)
{
    struct sg_audit_lane *busy = NULL;
    for (struct sg_audit_lane *lane = auditor->lanes; lane != NULL; lane = lane->next) {
        if (lane->in.n == 0)
            continue;
        sg_tickets_join(&lane->flight, &lane->in);
        lane->busy = true;
        lane->next_busy = busy;
        busy = lane;
    }
    auditor->n_in = auditor->bytes_in = 0;
    return busy;
}

static size_t append_list(struct sg_auditor *auditor, struct sg_ticket_list *list)
{
    size_t n = 0;
    for (struct sg_audit_ticket *ticket = list->first; ticket != NULL; ticket = ticket->next) {
        ticket->status =
            sg_ledger_append(auditor->ledger, sg_buf_bytes(&ticket->record), &ticket->seq);
        n += ticket->status >= 0;
    }
    return n;
}

/* What a commit's end means for each ticket: a note that could not be written is kept, or dropped;
 * all else goes back to its worker, for memory is best freed where it was allocated. What was kept
 * has no worker any more. */
static void settle(struct sg_auditor *auditor, struct sg_ticket_list *list,
                   enum scrubgate_status rc, struct sg_ticket_list *kept)
{
    struct sg_ticket_list back;
    struct sg_audit_ticket *ticket;
    sg_tickets_init(&back);
    while ((ticket = sg_tickets_take(list)) != NULL) {
        if (!sg_ticket_is_note(ticket)) {
            if (rc < 0)
                ticket->status = SCRUBGATE_EIO;
            sg_tickets_add(&back, ticket);
        } else if (rc >= 0 && ticket->status >= 0) {
            if (list != &auditor->kept)
                sg_tickets_add(&back, ticket);
            else
                sg_ticket_free_note(ticket);
        } else if (rc >= 0 || kept->n >= KEPT_MOST ||
                   kept->bytes + ticket->record.len > KEPT_BYTES_MOST) {
            sg_auditor_drop_note(auditor,
                                 ticket); /* rc >= 0: this one alone could not be appended */
        } else {
            sg_tickets_add(kept, ticket);
        }
    }
    sg_tickets_join(list, &back);
}

static void tell_health(struct sg_auditor *auditor, enum scrubgate_status rc,
                        const struct scrubgate_fault *fault)
{
    char text[sizeof *fault];
    bool was = atomic_exchange(&auditor->healthy, rc >= 0);
    if (rc < 0)
        atomic_fetch_add(&auditor->failures, 1);
    if (was && rc < 0) {
        sg_fault_print(fault, text, sizeof text);
        sg_oplog(SG_OPLOG_ERROR, "audit log cannot be written: messages are refused", "why", text,
                 NULL);
    }
    if (!was && rc >= 0)
        sg_oplog(SG_OPLOG_INFO, "audit log is written again", NULL);
}

/* Notes kept from before go first: the log stays in the order of what happened. */
static void write_batch(struct sg_auditor *auditor, struct sg_audit_lane *busy)
{
    struct scrubgate_fault fault = {0};
    struct sg_ticket_list kept;
    size_t n = append_list(auditor, &auditor->kept);
    for (struct sg_audit_lane *lane = busy; lane != NULL; lane = lane->next_busy)
        n += append_list(auditor, &lane->flight);
    enum scrubgate_status rc = sg_ledger_commit(auditor->ledger, &fault);
    if (rc >= 0)
        atomic_fetch_add(&auditor->records, n);
    tell_health(auditor, rc, &fault);
    sg_tickets_init(&kept);
    settle(auditor, &auditor->kept, rc, &kept);
    for (struct sg_audit_lane *lane = busy; lane != NULL; lane = lane->next_busy)
        settle(auditor, &lane->flight, rc, &kept);
    sg_tickets_join(&auditor->kept, &kept);
}

/* Gives a batch back. Rings outside the lock; only then may a lane be closed. */
static void give_back(struct sg_auditor *auditor, struct sg_audit_lane *busy)
{
    (void)pthread_mutex_lock(&auditor->lock);
    for (struct sg_audit_lane *lane = busy; lane != NULL; lane = lane->next_busy)
        sg_tickets_join(&lane->out, &lane->flight);
    (void)pthread_mutex_unlock(&auditor->lock);
    for (struct sg_audit_lane *lane = busy; lane != NULL; lane = lane->next_busy)
        if (lane->wake != NULL)
            sg_wake_ring(lane->wake);
    (void)pthread_mutex_lock(&auditor->lock);
    for (struct sg_audit_lane *lane = busy; lane != NULL; lane = lane->next_busy)
        lane->busy = false;
    (void)pthread_cond_broadcast(&auditor->idle);
    (void)pthread_mutex_unlock(&auditor->lock);
}

/* The log changes hands where no batch is under way: neither half of one can be lost. */
static void change_hands(struct sg_auditor *auditor, int lend, bool recall)
{
    struct scrubgate_fault fault = {.what = ""};
    char why[sizeof fault], text[sizeof fault + sizeof SG_AUDITOR_REFUSED + 2];
    if (recall)
        sg_ledger_recall(auditor->ledger);
    if (lend == 0)
        return;
    if (sg_ledger_lend(auditor->ledger, lend - 1, &fault) < 0) {
        sg_fault_print(&fault, why, sizeof why);
        (void)snprintf(text, sizeof text, SG_AUDITOR_REFUSED "%s\n", why);
        (void)!sg_packet_send(lend - 1, sg_bytes_of(text), NULL, 0);
    }
    (void)close(lend - 1);
}

static void tell_signing(struct sg_auditor *auditor, enum scrubgate_status rc,
                         const struct scrubgate_fault *fault)
{
    char text[sizeof *fault];
    if (rc == SCRUBGATE_DONE)
        return;
    bool was = atomic_exchange(&auditor->signing, rc >= 0);
    if (was && rc < 0) {
        sg_fault_print(fault, text, sizeof text);
        sg_oplog(SG_OPLOG_ERROR, "audit log cannot be signed or sealed", "why", text, NULL);
    }
    if (!was && rc >= 0)
        sg_oplog(SG_OPLOG_INFO, "audit log is signed again", NULL);
}

/* The tree, checkpoint and seals: behind the release, so that no message waits for them. */
static void tend_log(struct sg_auditor *auditor, bool at_once, bool last)
{
    struct scrubgate_fault fault = {.what = ""};
    enum scrubgate_status rc =
        last ? sg_ledger_finish(auditor->ledger, &fault)
             : sg_ledger_tick(auditor->ledger, at_once, &auditor->tick_ns, &fault);
    tell_signing(auditor, rc, &fault);
}

static bool has_work(const struct sg_auditor *auditor)
{
    return auditor->n_in > 0 || auditor->trial != NULL || auditor->lend > 0 || auditor->recall ||
           auditor->sign || auditor->stopping;
}

/* Under the lock. False: it is time to look after the log. */
static bool wait_for_work(struct sg_auditor *auditor)
{
    const uint64_t second = 1000 * 1000 * 1000;
    const struct timespec until = {.tv_sec = (time_t)(auditor->tick_ns / second),
                                   .tv_nsec = (long)(auditor->tick_ns % second)};
    if (auditor->tick_ns == UINT64_MAX)
        return pthread_cond_wait(&auditor->work, &auditor->lock) == 0;
    return pthread_cond_timedwait(&auditor->work, &auditor->lock, &until) != ETIMEDOUT;
}

static void *run(void *ctx)
{
    struct sg_auditor *auditor = ctx;
    /* Messages wait for what it says: without it none leaves. */
    if (sg_sandbox_enter(SG_SANDBOX_AUDITOR) < 0)
        abort();
    for (;;) {
        (void)pthread_mutex_lock(&auditor->lock);
        while (!has_work(auditor) && wait_for_work(auditor)) {
        }
        struct sg_audit_lane *busy = take_all(auditor);
        struct sg_audit_ticket *trial = auditor->trial;
        int lend = auditor->lend;
        bool recall = auditor->recall, last = auditor->stopping, sign = auditor->sign;
        auditor->trial = NULL;
        auditor->lend = 0;
        auditor->recall = auditor->sign = false;
        (void)pthread_mutex_unlock(&auditor->lock);
        change_hands(auditor, lend, recall);
        /* What is kept is trial enough: a record for each time somebody asked would be noise. */
        if (trial != NULL && auditor->kept.n == 0)
            sg_tickets_add(&auditor->kept, trial);
        else if (trial != NULL)
            sg_ticket_free_note(trial);
        if (busy != NULL || auditor->kept.n > 0) {
            write_batch(auditor, busy);
            give_back(auditor, busy);
        }
        tend_log(auditor, sign, last);
        if (last)
            return NULL;
    }
}

/* --- the auditor --- */

/* Signals are the server's: none may land in a thread that holds the log. */
static enum scrubgate_status start_thread(struct sg_auditor *auditor)
{
    sigset_t all, before;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    int rc = pthread_create(&auditor->thread, NULL, run, auditor);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return rc == 0 ? SCRUBGATE_OK : SCRUBGATE_EIO;
}

static void free_auditor(struct sg_auditor *auditor)
{
    if (auditor == NULL)
        return;
    if (auditor->trial != NULL)
        sg_ticket_free_note(auditor->trial);
    if (auditor->lend > 0)
        (void)close(auditor->lend - 1);
    (void)pthread_mutex_destroy(&auditor->lock);
    (void)pthread_cond_destroy(&auditor->work);
    (void)pthread_cond_destroy(&auditor->idle);
    sg_ledger_close(auditor->ledger);
    free(auditor);
}

enum scrubgate_status sg_auditor_start_with(struct sg_auditor **auditor, struct sg_ledger *ledger,
                                            struct scrubgate_fault *fault)
{
    struct sg_auditor *made = calloc(1, sizeof *made);
    *auditor = NULL;
    if (made == NULL) {
        sg_fault_set(fault, NULL, 0, 0, "out of memory");
        sg_ledger_close(ledger);
        return SCRUBGATE_ENOMEM;
    }
    /* With such attributes these only fill in memory: they cannot fail on Linux. */
    pthread_condattr_t steady;
    (void)pthread_condattr_init(&steady);
    (void)pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
    (void)pthread_mutex_init(&made->lock, NULL);
    (void)pthread_cond_init(&made->work, &steady);
    (void)pthread_condattr_destroy(&steady);
    (void)pthread_cond_init(&made->idle, NULL);
    sg_tickets_init(&made->kept);
    atomic_store(&made->healthy, true);
    atomic_store(&made->signing, true);
    made->ledger = ledger;
    if (start_thread(made) < 0) {
        sg_fault_set(fault, NULL, 0, 0, "cannot start the audit log's thread");
        free_auditor(made);
        return SCRUBGATE_EIO;
    }
    *auditor = made;
    return SCRUBGATE_OK;
}

enum scrubgate_status sg_auditor_start(struct sg_auditor **auditor, const char *dir,
                                       struct scrubgate_fault *fault)
{
    const struct sg_ledger_setup setup = {.dir = dir};
    return sg_auditor_start_log(auditor, &setup, fault);
}

enum scrubgate_status sg_auditor_start_log(struct sg_auditor **auditor,
                                           const struct sg_ledger_setup *setup,
                                           struct scrubgate_fault *fault)
{
    struct sg_ledger *ledger;
    *auditor = NULL;
    enum scrubgate_status rc = sg_ledger_open(&ledger, setup, fault);
    return rc < 0 ? rc : sg_auditor_start_with(auditor, ledger, fault);
}

void sg_auditor_stop(struct sg_auditor *auditor)
{
    struct sg_audit_ticket *ticket;
    if (auditor == NULL)
        return;
    assert(auditor->lanes == NULL);
    (void)pthread_mutex_lock(&auditor->lock);
    auditor->stopping = true;
    (void)pthread_mutex_unlock(&auditor->lock);
    (void)pthread_cond_signal(&auditor->work);
    (void)pthread_join(auditor->thread, NULL);
    while ((ticket = sg_tickets_take(&auditor->kept)) != NULL)
        sg_auditor_drop_note(auditor, ticket);
    free_auditor(auditor);
}

void sg_auditor_write_all(struct sg_auditor *auditor, struct sg_audit_ticket *tickets, size_t n)
{
    struct sg_audit_lane lane;
    struct sg_ticket_list list;
    sg_tickets_init(&list);
    for (size_t i = 0; i < n; i++) {
        tickets[i].status = SCRUBGATE_EIO; /* stays, when there is no room for it */
        sg_tickets_add(&list, &tickets[i]);
    }
    sg_audit_lane_open(auditor, &lane, NULL);
    sg_audit_lane_put(auditor, &lane, &list);
    sg_audit_lane_close(auditor, &lane);
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
    (void)pthread_mutex_lock(&auditor->lock);
    auditor->sign = true;
    (void)pthread_mutex_unlock(&auditor->lock);
    (void)pthread_cond_signal(&auditor->work);
    return ticket.status;
}

void sg_auditor_lend(struct sg_auditor *auditor, int socket)
{
    (void)pthread_mutex_lock(&auditor->lock);
    int before = auditor->lend;
    auditor->lend = socket + 1;
    (void)pthread_mutex_unlock(&auditor->lock);
    (void)pthread_cond_signal(&auditor->work);
    if (before > 0)
        (void)close(before - 1);
}

void sg_auditor_recall(struct sg_auditor *auditor)
{
    (void)pthread_mutex_lock(&auditor->lock);
    auditor->recall = true;
    (void)pthread_mutex_unlock(&auditor->lock);
    (void)pthread_cond_signal(&auditor->work);
}

void sg_auditor_retry(struct sg_auditor *auditor, struct sg_buf *record)
{
    struct sg_audit_ticket *ticket = calloc(1, sizeof *ticket);
    if (ticket == NULL) {
        sg_buf_fini(record);
        return; /* the next one who asks tries again */
    }
    sg_buf_move(&ticket->record, record);
    ticket->owned_by_port = true;
    (void)pthread_mutex_lock(&auditor->lock);
    struct sg_audit_ticket *spare = auditor->trial;
    auditor->trial = ticket;
    (void)pthread_mutex_unlock(&auditor->lock);
    (void)pthread_cond_signal(&auditor->work);
    if (spare != NULL)
        sg_ticket_free_note(spare);
}

bool sg_auditor_healthy(const struct sg_auditor *auditor)
{
    return atomic_load(&auditor->healthy) && atomic_load(&auditor->signing);
}

uint64_t sg_auditor_records(const struct sg_auditor *auditor)
{
    return atomic_load(&auditor->records);
}

uint64_t sg_auditor_failures(const struct sg_auditor *auditor)
{
    return atomic_load(&auditor->failures);
}

uint64_t sg_auditor_dropped(const struct sg_auditor *auditor)
{
    return atomic_load(&auditor->dropped);
}
