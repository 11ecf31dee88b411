/* SPDX-License-Identifier: Apache-2.0 */
/*
 * auditor.h - makes audit records durable before their messages leave.
 *
 *     workers --ticket--> ring --> [writer: append all waiting, one write, one fdatasync]
 *             <--number-- ring <--
 *
 * The writer is a process of its own (audit_writer.h), which has the log's files and keys. When it
 * dies or hangs, what waits is refused at once, or after the deadline, and another one is made.
 */
#ifndef SG_PROXY_AUDITOR_H
#define SG_PROXY_AUDITOR_H

#include <stdbool.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/buf.h"
#include "net/loop.h"

enum { SG_AUDIT_WAITING_MOST = 65536 }; /* records; and 64 MiB */

struct sg_auditor;
struct sg_journal_place;
struct sg_ledger_setup;
struct sg_audit_port; /* one worker's door to it */

/* One record waiting to be durable; embedded in its owner. */
struct sg_audit_ticket {
    struct sg_buf record;         /* the owner's (sg_record_*); empty again at done */
    uint64_t seq;                 /* set when durable */
    enum scrubgate_status status; /* OK or why not */
    void (*done)(struct sg_audit_ticket *ticket); /* on the worker's thread; NULL: nobody waits */
    struct sg_audit_ticket *next;                 /* the port's */
    bool waiting;                                 /* the port's */
    bool owned_by_port;                           /* heap ticket that is the port's after done */
};

/* Opens a log that signs nothing; its writer is a thread, which may hang (tests). */
SCRUBGATE_MUST_USE enum scrubgate_status sg_auditor_start(struct sg_auditor **auditor,
                                                          const char *dir,
                                                          struct scrubgate_fault *fault);

/* Who makes the writer, and what becomes of one that hangs. */
struct sg_auditor_keeping {
    int warden;           /* socket to it (audit_warden.h), borrowed; 0: a thread is the writer */
    uint64_t deadline_ns; /* nothing waits longer: the writer is killed; 0: it may hang */
    struct sg_wake *lost; /* rung when the warden has ended: nobody can make a writer any more */
};
/* The same for any log; place: of one that another process lent, place->lock is the auditor's
 * from the call on, also on an error; NULL: it is opened. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_auditor_start_log(
    struct sg_auditor **auditor, const struct sg_ledger_setup *setup,
    const struct sg_auditor_keeping *keeping, const struct sg_journal_place *place,
    struct scrubgate_fault *fault);
/* Commits what waits, has the writer end. All ports must be closed. */
void sg_auditor_stop(struct sg_auditor *auditor);

/* On the worker's thread. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_audit_port_open(struct sg_audit_port **port,
                                                            struct sg_auditor *auditor,
                                                            struct sg_loop *loop);
void sg_audit_port_close(struct sg_audit_port *port); /* waits for its tickets, calls no done */

/* Hands the ticket over; done is called later, never from inside. Several submits in one turn of
 * the loop cost one wake-up. When too much waits already the answer is EIO: the disk is behind. */
void sg_audit_submit(struct sg_audit_port *port, struct sg_audit_ticket *ticket);

/* A record nobody waits for (an outcome): it is taken, an empty one with some memory may come back
 * in its place. When a commit fails it is kept
 * for the next one; dropped and counted only when memory or the room for what is kept runs out. */
void sg_audit_note(struct sg_audit_port *port, struct sg_buf *record);

/* From any thread without a loop (start, stop, reload): appends and waits until durable. A
 * checkpoint follows at once. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_auditor_write(struct sg_auditor *auditor,
                                                          struct sg_buf *record, uint64_t *seq);

/* The same for n records at once: each ticket says what became of it. */
void sg_auditor_write_all(struct sg_auditor *auditor, struct sg_audit_ticket *tickets, size_t n);

/*
 * Between two batches lends the log to the process at the other end of socket, a packet socket that
 * is the auditor's from the call on (sg_ledger_lend); SG_LEDGER_NOT_LENT and why is sent there when
 * it cannot. From then on what is submitted here is written there. Any thread; does not wait.
 */
void sg_auditor_lend(struct sg_auditor *auditor, int socket);
/* That process is gone: the log comes back. */
void sg_auditor_recall(struct sg_auditor *auditor);

/*
 * While commits fail: has the writer try again, with this record (taken), unless one is under way.
 * Does not wait: whether it worked shows in sg_auditor_healthy. So readiness comes back without a
 * message having to fail first. Any thread.
 */
void sg_auditor_retry(struct sg_auditor *auditor, struct sg_buf *record);

/* There is a writer, its last commit worked and so did what signs, and nothing has waited for two
 * fifths of the deadline. */
bool sg_auditor_healthy(struct sg_auditor *auditor);
uint64_t sg_auditor_records(const struct sg_auditor *auditor);  /* durable since start */
uint64_t sg_auditor_failures(const struct sg_auditor *auditor); /* commits that failed */
uint64_t sg_auditor_dropped(const struct sg_auditor *auditor);  /* notes lost */
uint64_t sg_auditor_writers(struct sg_auditor *auditor);        /* that were made after the first */

#endif
