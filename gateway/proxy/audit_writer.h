/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audit_writer.h - who writes the audit log: takes what is in all rings, makes it durable in one
 * commit, answers.
 *
 *     gateway: ring, ring, ring ──records──> [writer: append all, one commit] ──numbers──> rings
 *     gateway: ── port, close, lend, recall, stop ──> socket ── ready, or why not ──> gateway
 *
 * It is a process of its own that the warden makes; in tests of other things a thread. What is said
 * on the socket is packets (net/packet.h), one word and perhaps a number each:
 */
#ifndef SG_PROXY_AUDIT_WRITER_H
#define SG_PROXY_AUDIT_WRITER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "proxy/audit_ring.h"

#define SG_WRITER_PORT   "port "    /* NUMBER, with a ring and what wakes its giver */
#define SG_WRITER_CLOSE  "close "   /* NUMBER: that ring is no more */
#define SG_WRITER_LEND   "lend\n"   /* with a socket (sg_ledger_lend) */
#define SG_WRITER_RECALL "recall\n" /* who had the log is gone */
#define SG_WRITER_GAP    "gap "     /* WORD SINCE REFUSED DROPPED: of the time without a writer */
#define SG_WRITER_STOP   "stop\n"   /* write what is there, seal, sign, end */
#define SG_WRITER_READY  "ready\n"  /* the writer's answer to its setup; else: */
#define SG_WRITER_FAILED "failed"

/* Words of a gap. */
#define SG_WRITER_DIED "died"
#define SG_WRITER_HUNG "hung"

enum { SG_WRITER_PATH = 4096, SG_WRITER_NAME = 512 };

struct sg_writer_failure {
    char word[8]; /* SG_WRITER_FAILED */
    enum scrubgate_status status;
    struct scrubgate_fault fault;
};

/* The first packet, with the board, the bell, and the log's lock when that is adopted. Both ends
 * are one program: it goes as it lies in memory. */
struct sg_writer_setup {
    char dir[SG_WRITER_PATH], keys[SG_WRITER_PATH]; /* keys "": a log that signs nothing */
    char origin[SG_WRITER_NAME], boot[64];
    uint64_t checkpoint_ns, epoch_ns, keep_ms, reserve;
    uint64_t records, failures; /* of writers before: it counts on */
    bool patient;               /* who had the log before may still be ending: waits for it */
    bool adopts;
    uint64_t durable, offset, files; /* struct sg_journal_place */
};

/* What the gateway and its writer see of each other; in memory of both. */
struct sg_audit_board {
    _Alignas(SG_RING_LINE) atomic_uint asleep;  /* the writer's: only the bell wakes it */
    _Alignas(SG_RING_LINE) atomic_uint mail;    /* there is a packet on its socket */
    atomic_uint sign;                           /* a checkpoint is wanted now */
    _Alignas(SG_RING_LINE) atomic_uint healthy; /* the last commit worked */
    atomic_uint signing;                        /* and so did what signs */
    atomic_uint_least64_t records, failures;    /* durable; commits that failed */
};

/* Writes until the gateway says stop, or is gone: then what is in the rings is still written. The
 * socket is the writer's. Zero: it ended as it should. */
int sg_audit_writer_run(int socket);

/* Tells the gateway that there will be no writer. */
void sg_audit_writer_fail(int socket, enum scrubgate_status rc,
                          const struct scrubgate_fault *fault);

#endif
