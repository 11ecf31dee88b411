/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audit_ring.h - one worker's records on their way to the log's writer, and the answers back, in
 * memory that both processes see.
 *
 *     giver: give, give, show ──bytes──> taker: take, take, taken
 *            hear            <─numbers── answer
 *
 * One thread at each end, no lock. Neither end believes the other: what an index or a length there
 * says is looked at once, and held against what can be. Records are answered in the order in which
 * they were given.
 */
#ifndef SG_PROXY_AUDIT_RING_H
#define SG_PROXY_AUDIT_RING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/bytes.h"

enum {
    SG_RING_WORDS = 128 * 1024, /* of 8 bytes: 1 MiB of records */
    SG_RING_ANSWERS = 8192,     /* records given and not yet heard of */
    SG_RING_RECORD_MOST = 32 * 1024,
    SG_RING_LINE = 64 /* what is written by one end is far from what the other one writes */
};

/* An answer is the record's number in the log, or one of these. */
#define SG_RING_REFUSED UINT64_MAX       /* the log cannot be written */
#define SG_RING_UNFIT   (UINT64_MAX - 1) /* this one cannot: too long, or no record */

/* All-zero is an empty one. */
struct sg_ring {
    _Alignas(SG_RING_LINE) atomic_uint_least64_t head; /* the giver's: words given */
    atomic_uint_least64_t given;                       /* and records */
    _Alignas(SG_RING_LINE) atomic_uint_least64_t tail; /* the taker's: words taken */
    atomic_uint_least64_t answered;                    /* records answered */
    _Alignas(SG_RING_LINE) atomic_uint rung;           /* the giver was woken and has not come */
    _Alignas(SG_RING_LINE) uint64_t answer[SG_RING_ANSWERS];
    uint64_t word[SG_RING_WORDS];
};

/* Empties it: while nobody is at either end. */
void sg_ring_reset(struct sg_ring *ring);

/* --- the giver: a worker --- */

struct sg_ring_giver {
    struct sg_ring *ring;
    uint64_t head, tail;  /* ours; the other's, as seen last */
    uint64_t sent, heard; /* records */
};

void sg_ring_giver_init(struct sg_ring_giver *giver, struct sg_ring *ring);
/* Copies a record in. FULL: there is no room before another answer has been heard. ELIMIT: it is
 * longer than any may be. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_ring_give(struct sg_ring_giver *giver,
                                                      struct sg_bytes record);
/* From now on the taker sees what was given. */
void sg_ring_show(struct sg_ring_giver *giver);
/* Answers that have come, at most so many. EMALFORMED: there are more than there can be; nothing
 * that this ring says is to be believed from then on. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_ring_hear(struct sg_ring_giver *giver, uint64_t *answer,
                                                      size_t most, size_t *n);
/* Before hearing: the next answer rings again. */
void sg_ring_listen(struct sg_ring_giver *giver);
/* Whether records wait for the taker, as anyone may ask at any time. */
bool sg_ring_waits(const struct sg_ring *ring);

/* --- the taker: the log's writer --- */

struct sg_ring_taker {
    struct sg_ring *ring;
    uint64_t head, tail; /* the other's, as seen last; ours */
    uint64_t answered;
};

void sg_ring_taker_init(struct sg_ring_taker *taker, struct sg_ring *ring);
/* Copies the next record to `to`, of SG_RING_RECORD_MOST bytes. DONE: there is none. EMALFORMED:
 * what is there is no ring; it stays so. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_ring_take(struct sg_ring_taker *taker, uint8_t *to,
                                                      size_t *len);
/* Whether there is one, seen in order with every atomic step before. */
bool sg_ring_has(const struct sg_ring_taker *taker);
/* The room of what was taken is free. */
void sg_ring_taken(struct sg_ring_taker *taker);
/* Answers the next n records of those that were taken. True: the giver must be woken. */
SCRUBGATE_MUST_USE bool sg_ring_answer(struct sg_ring_taker *taker, const uint64_t *answer,
                                       size_t n);

#endif
