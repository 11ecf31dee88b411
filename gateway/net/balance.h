/* SPDX-License-Identifier: Apache-2.0 */
/*
 * balance.h - which of several upstreams is asked next: those that work, in turn.
 *
 *     CLOSED ── failures in a row ──> OPEN ── its time ──> TRIAL ── an answer ──> CLOSED
 *                                      └<──── a failure ─────┘
 *
 * Health is learnt from the calls themselves; nothing is sent to find it out. An upstream that is
 * OPEN is asked nothing, one on TRIAL by one call. Pure: the clock is passed in. One thread's, but
 * that any may ask what is healthy.
 */
#ifndef SG_NET_BALANCE_H
#define SG_NET_BALANCE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SG_BALANCE_MOST = 16, SG_BALANCE_NONE = -1 };

/* One upstream, as this thread has come to know it. */
struct sg_balance_peer {
    atomic_uint state;
    unsigned failures; /* in a row */
    uint64_t until_ns; /* OPEN */
    unsigned serial;   /* of the trial: older calls do not decide it */
    atomic_uint_fast64_t failed;
};

/* All-zero but peer, n, limit and open_ns is a start: all are healthy. */
struct sg_balance {
    struct sg_balance_peer *peer;
    size_t n;       /* 1 … SG_BALANCE_MOST */
    unsigned limit; /* failures in a row that open it; 0: none do */
    uint64_t open_ns;
    size_t next;
};

/* One call's turn with an upstream. */
struct sg_turn {
    int peer;        /* SG_BALANCE_NONE: it has none */
    unsigned serial; /* not 0: it is the trial */
};

enum sg_turn_end {
    SG_TURN_ANSWERED, /* a response has begun: ends a trial, but not yet the turn */
    SG_TURN_DONE,     /* … and has come to its end */
    SG_TURN_FAILED,
    SG_TURN_UNKNOWN /* ended for another's sake: says nothing */
};

/* The next one that may be asked, but for those in tried (bit n: peer n). peer is NONE when there
 * is none; then *wait_ns, when not NULL, is how long it takes at least until there is. */
struct sg_turn sg_balance_take(struct sg_balance *balance, uint64_t now_ns, unsigned tried,
                               uint64_t *wait_ns);
/* Whether take would find one. */
bool sg_balance_any(const struct sg_balance *balance, uint64_t now_ns, uint64_t *wait_ns);
/* How it went. After all but ANSWERED the turn is over, and without a peer. True: the upstream has
 * opened, or closed again, by this. */
bool sg_balance_tell(struct sg_balance *balance, struct sg_turn *turn, enum sg_turn_end how,
                     uint64_t now_ns);
/* Any thread. */
bool sg_balance_healthy(const struct sg_balance_peer *peer);
uint64_t sg_balance_failures(const struct sg_balance_peer *peer);

#endif
