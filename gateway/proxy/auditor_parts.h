/* SPDX-License-Identifier: Apache-2.0 */
/*
 * auditor_parts.h - what the auditor is made of; for its own files only.
 *
 *     auditor.c        its life, and writes from threads without a loop
 *     audit_port.c     a worker's door: tickets in, answers out, once a turn
 *     audit_lane.c     tickets through one ring: given, answered, kept
 *     audit_keeper.c   the thread that watches the writer and has it made anew
 */
#ifndef SG_PROXY_AUDITOR_PARTS_H
#define SG_PROXY_AUDITOR_PARTS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "net/packet.h"
#include "proxy/audit_ring.h"
#include "proxy/audit_writer.h"
#include "proxy/auditor.h"

/* A log that is lent is written where two processes wait for each other. */
#define SG_AUDIT_LENT_NS UINT64_C(15000000000)

struct sg_ticket_list {
    struct sg_audit_ticket *first, **end;
    size_t n, bytes;
};

/*
 *     DOWN ──keeper: a writer has the ring──> LIVE ──keeper: it has no more──> BROKEN
 *      ^───────────────who gives: all that waited is refused─────────────────────┘
 *
 * Only in DOWN may the ring be emptied: neither end is at it.
 */
enum sg_lane_state { SG_LANE_DOWN, SG_LANE_LIVE, SG_LANE_BROKEN };

/* One thread's way to the writer. What is not atomic is that thread's, but where it says so. */
struct sg_audit_lane {
    struct sg_audit_lane *next; /* of all: the auditor's, under its lock */
    struct sg_auditor *auditor;
    unsigned number;
    int memory; /* of the ring: what the writer gets to map */
    int bell;   /* wakes the thread: whose it is, is its own business */
    struct sg_ring *ring;
    struct sg_ring_giver giver;
    atomic_int state;
    atomic_uint_least64_t since; /* it waits without an answer; 0: it does not */
    atomic_size_t n_kept;
    struct sg_ticket_list queue;  /* let in, and the ring has no room yet */
    struct sg_ticket_list flight; /* in the ring, in its order */
    struct sg_ticket_list kept;   /* notes of a commit that failed */
    uint64_t looked_ns, answered; /* the keeper's: when it saw that many answers first */
};

struct sg_auditor {
    pthread_mutex_t lock;
    /* Under the lock: */
    struct sg_audit_lane *lanes;
    unsigned next_number;
    int link; /* 1 + socket to the writer; 0: there is none */
    bool up;  /* it has opened the log */
    bool lent, stopping;
    uint64_t grace_ns; /* until then it may take as long as with a log that is lent */
    uint64_t writers;  /* that opened the log */
    struct {
        const char *word;
        uint64_t since_ms, refused, dropped; /* 0: none; the counters' state then */
    } gap;                                   /* time without a writer, that no record tells yet */
    /* The keeper's, after the start: */
    pthread_t keeper;
    uint64_t begun_ns, next_ns; /* the last writer was asked for; the next may be */
    struct sg_writer_setup setup;
    struct sg_packet packet;
    struct scrubgate_fault fault; /* why the last one could not begin */
    enum scrubgate_status failed;
    char told[sizeof(struct scrubgate_fault)]; /* and what was said of it */
    enum sg_stop_stage { SG_STOP_RUNS, SG_STOP_WRITES, SG_STOP_ENDS } stage;
    uint64_t stop_ns;     /* the writer was told then */
    atomic_int warden;    /* 1 + socket to it; 0: there is none */
    struct sg_wake *lost; /* rung when it is gone */
    pthread_t thread;     /* a writer that is no process */
    bool threaded;
    uint64_t deadline_ns; /* 0: it may take as long as it likes */
    /* Set up once: */
    struct sg_audit_board *board;
    int board_memory, bell, wake; /* bell wakes the writer, wake the keeper */
    /* For threads without a loop: */
    pthread_mutex_t direct_lock;
    pthread_cond_t answered;
    struct sg_audit_lane direct; /* under its lock; bell: the keeper's */
    /* Of all lanes: */
    atomic_size_t n_in, bytes_in, n_kept, bytes_kept;
    atomic_uint_least64_t dropped;
    atomic_uint_least64_t refused; /* messages, for want of a writer */
    atomic_bool distrusts;         /* somebody heard from the writer what cannot be */
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

/* --- audit_lane.c --- */

/* Memory that another process may map and none can take away; -1. */
int sg_audit_memory(size_t size);
/* What lies in it; NULL. */
void *sg_audit_map(int memory, size_t size);

SCRUBGATE_MUST_USE enum scrubgate_status sg_audit_lane_open(struct sg_auditor *auditor,
                                                            struct sg_audit_lane *lane, int bell);
/* With nothing waiting. What it kept goes with the direct lane. */
void sg_audit_lane_close(struct sg_audit_lane *lane);
/* Lets tickets in as far as there is room, and gives them; those left in list are refused. */
void sg_audit_lane_put(struct sg_audit_lane *lane, struct sg_ticket_list *list);
/* Answered or refused tickets, added to done: call it when the lane's bell has rung. */
void sg_audit_lane_take(struct sg_audit_lane *lane, struct sg_ticket_list *done);
/* Gives once more what was kept. */
void sg_audit_lane_try(struct sg_audit_lane *lane);
static inline bool sg_audit_lane_waits(const struct sg_audit_lane *lane)
{
    return lane->queue.n > 0 || lane->flight.n > 0;
}
void sg_audit_drop_note(struct sg_auditor *auditor, struct sg_audit_ticket *ticket);
void sg_audit_ring(int bell);

/* Under the auditor's lock. */
void sg_audit_lane_attach(struct sg_audit_lane *lane); /* in DOWN; stays so when it cannot */
void sg_audit_lane_break(struct sg_audit_lane *lane);
/* How long it has waited, at now. */
uint64_t sg_audit_lane_waited(const struct sg_audit_lane *lane, uint64_t now);

/* --- audit_keeper.c --- */

/* Under the lock: a packet to the writer, with descriptors. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_audit_tell(struct sg_auditor *auditor, const char *text,
                                                       const int *fd, size_t n_fds);
/* Has the first writer made and waits until it has opened the log; lock: of one that is adopted,
 * else -1, the auditor's from the call on. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_audit_keeper_begin(struct sg_auditor *auditor, int lock,
                                                               struct scrubgate_fault *fault);
/* The thread, until stopping. */
void *sg_audit_keeper_run(void *auditor);
/* What has come on the direct lane, under its lock. */
void sg_audit_direct_take(struct sg_auditor *auditor);

#endif
