/* SPDX-License-Identifier: Apache-2.0 */
/*
 * auditor_parts.h - what the auditor is made of; for its own files only.
 *
 *     auditor.c      the thread, and the lanes that lead to it
 *     audit_port.c   a worker's door: tickets in, answers out
 */
#ifndef SG_PROXY_AUDITOR_PARTS_H
#define SG_PROXY_AUDITOR_PARTS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "proxy/auditor.h"
#include "proxy/ledger.h"

struct sg_ticket_list {
    struct sg_audit_ticket *first, **end;
    size_t n, bytes;
};

struct sg_audit_lane {
    struct sg_audit_lane *next;      /* of all lanes: the auditor's, under its lock */
    struct sg_audit_lane *next_busy; /* of those in this batch: the thread's */
    bool busy;                       /* under the lock */
    struct sg_ticket_list in, out;   /* under the lock */
    struct sg_ticket_list flight;    /* the thread's */
    struct sg_wake *wake;            /* NULL: its owner waits on the auditor's idle */
};

struct sg_auditor {
    pthread_t thread;
    struct sg_ledger *ledger;      /* the thread's */
    struct sg_ticket_list kept;    /* the thread's: notes of a commit that failed */
    struct sg_audit_ticket *trial; /* a note to try with; NULL: none is waiting */
    pthread_mutex_t lock;
    pthread_cond_t work, idle; /* something is in; a batch is over */
    struct sg_audit_lane *lanes;
    size_t n_in, bytes_in; /* of all lanes */
    int lend;              /* 1 + socket to lend the log on; 0: nobody asks */
    bool recall;           /* who had the log is gone */
    bool sign;             /* what is there now, without waiting for its time */
    bool stopping;
    uint64_t tick_ns; /* the thread's: when the log wants to be asked again */
    atomic_bool healthy, signing;
    atomic_uint_least64_t records, failures, dropped;
};

/* --- lists of tickets --- */

static inline void sg_tickets_init(struct sg_ticket_list *list)
{
    *list = (struct sg_ticket_list){0};
    list->end = &list->first;
}

static inline void sg_tickets_add(struct sg_ticket_list *list, struct sg_audit_ticket *ticket)
{
    ticket->next = NULL;
    *list->end = ticket;
    list->end = &ticket->next;
    list->n++;
    list->bytes += ticket->record.len;
}

static inline struct sg_audit_ticket *sg_tickets_take(struct sg_ticket_list *list)
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

static inline void sg_tickets_join(struct sg_ticket_list *to, struct sg_ticket_list *from)
{
    if (from->first == NULL)
        return;
    *to->end = from->first;
    to->end = from->end;
    to->n += from->n;
    to->bytes += from->bytes;
    sg_tickets_init(from);
}

/* A note belongs to whoever has it. */
static inline bool sg_ticket_is_note(const struct sg_audit_ticket *ticket)
{
    return ticket->done == NULL && ticket->owned_by_port;
}

static inline void sg_ticket_free_note(struct sg_audit_ticket *ticket)
{
    sg_buf_fini(&ticket->record);
    free(ticket);
}

/* --- auditor.c --- */

void sg_auditor_drop_note(struct sg_auditor *auditor, struct sg_audit_ticket *ticket);

/* wake NULL: its owner waits in sg_audit_lane_close. */
void sg_audit_lane_open(struct sg_auditor *auditor, struct sg_audit_lane *lane,
                        struct sg_wake *wake);
/* Waits until the auditor has nothing of it any more. */
void sg_audit_lane_close(struct sg_auditor *auditor, struct sg_audit_lane *lane);
/* Moves tickets in as far as there is room; those left in list are too many. */
void sg_audit_lane_put(struct sg_auditor *auditor, struct sg_audit_lane *lane,
                       struct sg_ticket_list *list);

#endif
