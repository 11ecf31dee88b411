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
#include "proxy/auditor.h"

#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "audit/journal.h"
#include "base/diag.h"
#include "proxy/oplog.h"
#include "proxy/sandbox.h"

enum { BYTES_MOST = 64 * 1024 * 1024 };
/* Notes that outlive a failed commit have their own room: they must not shut messages out. */
enum { KEPT_MOST = 32768, KEPT_BYTES_MOST = 32 * 1024 * 1024 };
enum { SPARES_MOST = 128 };

struct list {
    struct sg_audit_ticket *first, **end;
    size_t n, bytes;
};

struct lane {
    struct lane *next;      /* of all lanes: the auditor's, under its lock */
    struct lane *next_busy; /* of those in this batch: the thread's */
    bool busy;              /* under the lock */
    struct list in, out;    /* under the lock */
    struct list flight;     /* the thread's */
    struct sg_wake *wake;   /* NULL: its owner waits on the auditor's idle */
};

struct sg_auditor {
    pthread_t thread;
    struct sg_journal *journal;    /* the thread's */
    struct list kept;              /* the thread's: notes of a commit that failed */
    struct sg_audit_ticket *trial; /* a note to try with; NULL: none is waiting */
    pthread_mutex_t lock;
    pthread_cond_t work, idle; /* something is in; a batch is over */
    struct lane *lanes;
    size_t n_in, bytes_in; /* of all lanes */
    bool stopping;
    atomic_bool healthy;
    atomic_uint_least64_t records, failures, dropped;
};

struct sg_audit_port {
    struct sg_task task; /* first, and so is the wake in its wrapper: owners are found from them */
    struct sg_auditor *auditor;
    struct sg_loop *loop;
    struct list fresh;  /* submitted in this turn */
    struct list spares; /* notes that are durable, for the next ones */
    struct lane lane;
    struct port_wake {
        struct sg_wake wake;
        struct sg_audit_port *port;
    } woken;
};

/* --- lists of tickets --- */

static void list_init(struct list *list)
{
    *list = (struct list){0};
    list->end = &list->first;
}

static void list_add(struct list *list, struct sg_audit_ticket *ticket)
{
    ticket->next = NULL;
    *list->end = ticket;
    list->end = &ticket->next;
    list->n++;
    list->bytes += ticket->record.len;
}

static struct sg_audit_ticket *list_take(struct list *list)
{
    struct sg_audit_ticket *ticket = list->first;
    if (ticket == NULL)
        return NULL;
    list->first = ticket->next;
    if (list->first == NULL)
        list->end = &list->first;
    list->n--;
    list->bytes -= ticket->record.len;
    return ticket;
}

static void list_join(struct list *to, struct list *from)
{
    if (from->first == NULL)
        return;
    *to->end = from->first;
    to->end = from->end;
    to->n += from->n;
    to->bytes += from->bytes;
    list_init(from);
}

/* A note belongs to whoever has it. */
static bool is_note(const struct sg_audit_ticket *ticket)
{
    return ticket->done == NULL && ticket->owned_by_port;
}

static void free_note(struct sg_audit_ticket *ticket)
{
    sg_buf_fini(&ticket->record);
    free(ticket);
}

static void drop_note(struct sg_auditor *auditor, struct sg_audit_ticket *ticket)
{
    free_note(ticket);
    atomic_fetch_add(&auditor->dropped, 1);
}

/* --- lanes --- */

static void lane_open(struct sg_auditor *auditor, struct lane *lane, struct sg_wake *wake)
{
    *lane = (struct lane){.wake = wake};
    list_init(&lane->in);
    list_init(&lane->out);
    list_init(&lane->flight);
    (void)pthread_mutex_lock(&auditor->lock);
    lane->next = auditor->lanes;
    auditor->lanes = lane;
    (void)pthread_mutex_unlock(&auditor->lock);
}

/* Waits until the auditor has nothing of it any more. */
static void lane_close(struct sg_auditor *auditor, struct lane *lane)
{
    (void)pthread_mutex_lock(&auditor->lock);
    while (lane->in.n > 0 || lane->busy)
        (void)pthread_cond_wait(&auditor->idle, &auditor->lock);
    struct lane **at = &auditor->lanes;
    while (*at != lane)
        at = &(*at)->next;
    *at = lane->next;
    (void)pthread_mutex_unlock(&auditor->lock);
}

/* Moves tickets in as far as there is room; those left in list are too many. */
static void lane_put(struct sg_auditor *auditor, struct lane *lane, struct list *list)
{
    (void)pthread_mutex_lock(&auditor->lock);
    if (auditor->n_in + list->n <= SG_AUDIT_WAITING_MOST &&
        auditor->bytes_in + list->bytes <= BYTES_MOST) {
        auditor->n_in += list->n;
        auditor->bytes_in += list->bytes;
        list_join(&lane->in, list);
    }
    while (list->n > 0 && auditor->n_in < SG_AUDIT_WAITING_MOST &&
           auditor->bytes_in + list->first->record.len <= BYTES_MOST) {
        struct sg_audit_ticket *ticket = list_take(list);
        auditor->n_in++;
        auditor->bytes_in += ticket->record.len;
        list_add(&lane->in, ticket);
    }
    (void)pthread_mutex_unlock(&auditor->lock);
    (void)pthread_cond_signal(&auditor->work);
}

/* --- the thread --- */

/* Under the lock: takes what is in every lane and links those lanes. */
static struct lane *take_all(struct sg_auditor *auditor)
{
    struct lane *busy = NULL;
    for (struct lane *lane = auditor->lanes; lane != NULL; lane = lane->next) {
        if (lane->in.n == 0)
            continue;
        list_join(&lane->flight, &lane->in);
        lane->busy = true;
        lane->next_busy = busy;
        busy = lane;
    }
    auditor->n_in = auditor->bytes_in = 0;
    return busy;
}

static size_t append_list(struct sg_auditor *auditor, struct list *list)
{
    size_t n = 0;
    for (struct sg_audit_ticket *ticket = list->first; ticket != NULL; ticket = ticket->next) {
        ticket->status =
            sg_journal_append(auditor->journal, sg_buf_bytes(&ticket->record), &ticket->seq);
        n += ticket->status >= 0;
    }
    return n;
}

/* What a commit's end means for each ticket: a note that could not be written is kept, or dropped;
 * all else goes back to its worker, for memory is best freed where it was allocated. What was kept
 * has no worker any more. */
static void settle(struct sg_auditor *auditor, struct list *list, enum scrubgate_status rc,
                   struct list *kept)
{
    struct list back;
    struct sg_audit_ticket *ticket;
    list_init(&back);
    while ((ticket = list_take(list)) != NULL) {
        if (!is_note(ticket)) {
            if (rc < 0)
                ticket->status = SCRUBGATE_EIO;
            list_add(&back, ticket);
        } else if (rc >= 0 && ticket->status >= 0) {
            if (list != &auditor->kept)
                list_add(&back, ticket);
            else
                free_note(ticket);
        } else if (rc >= 0 || kept->n >= KEPT_MOST ||
                   kept->bytes + ticket->record.len > KEPT_BYTES_MOST) {
            drop_note(auditor, ticket); /* rc >= 0: this one alone could not be appended */
        } else {
            list_add(kept, ticket);
        }
    }
    list_join(list, &back);
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
static void write_batch(struct sg_auditor *auditor, struct lane *busy)
{
    struct scrubgate_fault fault = {0};
    struct list kept;
    size_t n = append_list(auditor, &auditor->kept);
    for (struct lane *lane = busy; lane != NULL; lane = lane->next_busy)
        n += append_list(auditor, &lane->flight);
    enum scrubgate_status rc = sg_journal_commit(auditor->journal, &fault);
    if (rc >= 0)
        atomic_fetch_add(&auditor->records, n);
    tell_health(auditor, rc, &fault);
    list_init(&kept);
    settle(auditor, &auditor->kept, rc, &kept);
    for (struct lane *lane = busy; lane != NULL; lane = lane->next_busy)
        settle(auditor, &lane->flight, rc, &kept);
    list_join(&auditor->kept, &kept);
}

/* Gives a batch back. Rings outside the lock; only then may a lane be closed. */
static void give_back(struct sg_auditor *auditor, struct lane *busy)
{
    (void)pthread_mutex_lock(&auditor->lock);
    for (struct lane *lane = busy; lane != NULL; lane = lane->next_busy)
        list_join(&lane->out, &lane->flight);
    (void)pthread_mutex_unlock(&auditor->lock);
    for (struct lane *lane = busy; lane != NULL; lane = lane->next_busy)
        if (lane->wake != NULL)
            sg_wake_ring(lane->wake);
    (void)pthread_mutex_lock(&auditor->lock);
    for (struct lane *lane = busy; lane != NULL; lane = lane->next_busy)
        lane->busy = false;
    (void)pthread_cond_broadcast(&auditor->idle);
    (void)pthread_mutex_unlock(&auditor->lock);
}

static void *run(void *ctx)
{
    struct sg_auditor *auditor = ctx;
    /* Messages wait for what it says: without it none leaves. */
    if (sg_sandbox_enter(SG_SANDBOX_AUDITOR) < 0)
        abort();
    for (;;) {
        (void)pthread_mutex_lock(&auditor->lock);
        while (auditor->n_in == 0 && auditor->trial == NULL && !auditor->stopping)
            (void)pthread_cond_wait(&auditor->work, &auditor->lock);
        struct lane *busy = take_all(auditor);
        struct sg_audit_ticket *trial = auditor->trial;
        auditor->trial = NULL;
        bool last = auditor->stopping;
        (void)pthread_mutex_unlock(&auditor->lock);
        /* What is kept is trial enough: a record for each time somebody asked would be noise. */
        if (trial != NULL && auditor->kept.n == 0)
            list_add(&auditor->kept, trial);
        else if (trial != NULL)
            free_note(trial);
        if (busy != NULL || auditor->kept.n > 0) {
            write_batch(auditor, busy);
            give_back(auditor, busy);
        }
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
        free_note(auditor->trial);
    (void)pthread_mutex_destroy(&auditor->lock);
    (void)pthread_cond_destroy(&auditor->work);
    (void)pthread_cond_destroy(&auditor->idle);
    sg_journal_close(auditor->journal);
    free(auditor);
}

enum scrubgate_status sg_auditor_start(struct sg_auditor **auditor, const char *dir,
                                       struct scrubgate_fault *fault)
{
    enum scrubgate_status rc = SCRUBGATE_ENOMEM;
    struct sg_auditor *made = calloc(1, sizeof *made);
    *auditor = NULL;
    if (made == NULL) {
        sg_fault_set(fault, dir, 0, 0, "out of memory");
        goto out;
    }
    /* With default attributes these only fill in memory: they cannot fail on Linux. */
    (void)pthread_mutex_init(&made->lock, NULL);
    (void)pthread_cond_init(&made->work, NULL);
    (void)pthread_cond_init(&made->idle, NULL);
    list_init(&made->kept);
    atomic_store(&made->healthy, true);
    rc = sg_journal_open(&made->journal, dir, fault);
    if (rc < 0)
        goto out;
    rc = start_thread(made);
    if (rc < 0) {
        sg_fault_set(fault, dir, 0, 0, "cannot start the audit log's thread");
        goto out;
    }
    *auditor = made;
    made = NULL; /* the caller's now: the exit frees nothing */
out:
    free_auditor(made);
    return rc;
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
    while ((ticket = list_take(&auditor->kept)) != NULL)
        drop_note(auditor, ticket);
    free_auditor(auditor);
}

enum scrubgate_status sg_auditor_write(struct sg_auditor *auditor, struct sg_buf *record,
                                       uint64_t *seq)
{
    struct lane lane;
    struct list list;
    struct sg_audit_ticket ticket = {.status = SCRUBGATE_EIO};
    sg_buf_move(&ticket.record, record);
    list_init(&list);
    list_add(&list, &ticket);
    lane_open(auditor, &lane, NULL);
    lane_put(auditor, &lane, &list);
    lane_close(auditor, &lane); /* when it has no room, status still says EIO */
    sg_buf_fini(&ticket.record);
    if (ticket.status >= 0)
        *seq = ticket.seq;
    return ticket.status;
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
        free_note(spare);
}

bool sg_auditor_healthy(const struct sg_auditor *auditor)
{
    return atomic_load(&auditor->healthy);
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

/* --- ports: on a worker's thread --- */

static void put_spare(struct sg_audit_port *port, struct sg_audit_ticket *ticket)
{
    if (port->spares.n < SPARES_MOST)
        list_add(&port->spares, ticket);
    else
        free_note(ticket);
}

/* done may free the ticket's owner and the ticket in it: it comes last. */
static void answer(struct sg_audit_port *port, struct list *list)
{
    struct sg_audit_ticket *ticket;
    while ((ticket = list_take(list)) != NULL) {
        bool owned = ticket->owned_by_port;
        ticket->waiting = false;
        sg_buf_spare(&ticket->record, SG_SPARE_MOST);
        if (ticket->done != NULL)
            ticket->done(ticket);
        if (owned)
            put_spare(port, ticket);
    }
}

/* Hands over what this turn submitted; what finds no room is refused. */
static void hand_over(struct sg_audit_port *port, struct list *refused)
{
    struct sg_audit_ticket *ticket;
    list_init(refused);
    if (port->fresh.n > 0)
        lane_put(port->auditor, &port->lane, &port->fresh);
    while ((ticket = list_take(&port->fresh)) != NULL) {
        if (is_note(ticket)) {
            drop_note(port->auditor, ticket);
            continue;
        }
        ticket->status = SCRUBGATE_EIO;
        list_add(refused, ticket);
    }
}

static void on_turn_end(struct sg_task *task)
{
    struct sg_audit_port *port = (struct sg_audit_port *)task;
    struct list refused;
    hand_over(port, &refused);
    answer(port, &refused);
}

static void on_ring(struct sg_wake *wake)
{
    struct sg_audit_port *port = ((struct port_wake *)wake)->port;
    struct list done;
    list_init(&done);
    (void)pthread_mutex_lock(&port->auditor->lock);
    list_join(&done, &port->lane.out);
    (void)pthread_mutex_unlock(&port->auditor->lock);
    answer(port, &done);
}

enum scrubgate_status sg_audit_port_open(struct sg_audit_port **port, struct sg_auditor *auditor,
                                         struct sg_loop *loop)
{
    struct sg_audit_port *made = calloc(1, sizeof *made);
    *port = NULL;
    if (made == NULL)
        return SCRUBGATE_ENOMEM;
    made->auditor = auditor;
    made->loop = loop;
    made->task.run = on_turn_end;
    made->woken.port = made;
    list_init(&made->fresh);
    list_init(&made->spares);
    enum scrubgate_status rc = sg_wake_init(loop, &made->woken.wake, on_ring);
    if (rc < 0) {
        free(made);
        return rc;
    }
    lane_open(auditor, &made->lane, &made->woken.wake);
    *port = made;
    return SCRUBGATE_OK;
}

void sg_audit_port_close(struct sg_audit_port *port)
{
    struct list refused;
    struct sg_audit_ticket *ticket;
    if (port == NULL)
        return;
    hand_over(port, &refused);
    lane_close(port->auditor, &port->lane);
    sg_wake_fini(port->loop, &port->woken.wake);
    sg_task_cancel(port->loop, &port->task);
    list_join(&refused, &port->lane.out);
    for (ticket = refused.first; ticket != NULL; ticket = ticket->next)
        ticket->done = NULL; /* its owner is going too */
    answer(port, &refused);
    while ((ticket = list_take(&port->spares)) != NULL)
        free_note(ticket);
    free(port);
}

void sg_audit_submit(struct sg_audit_port *port, struct sg_audit_ticket *ticket)
{
    assert(!ticket->waiting);
    ticket->waiting = true;
    list_add(&port->fresh, ticket);
    sg_task_queue(port->loop, &port->task);
}

void sg_audit_note(struct sg_audit_port *port, struct sg_buf *record)
{
    struct sg_audit_ticket *ticket = list_take(&port->spares);
    if (ticket == NULL)
        ticket = calloc(1, sizeof *ticket);
    if (ticket == NULL) {
        sg_buf_fini(record);
        atomic_fetch_add(&port->auditor->dropped, 1);
        return;
    }
    struct sg_buf spare = ticket->record;
    *ticket = (struct sg_audit_ticket){.record = *record, .owned_by_port = true};
    *record = spare;
    sg_audit_submit(port, ticket);
}
