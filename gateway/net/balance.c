/* SPDX-License-Identifier: Apache-2.0 */
/*
 * balance.c - which of several upstreams is asked next: those that work, in turn.
 */
#include "net/balance.h"

#include <assert.h>

enum state { CLOSED, OPEN, TRIAL };

static unsigned state_of(const struct sg_balance_peer *peer)
{
    return atomic_load_explicit(&peer->state, memory_order_relaxed);
}

static void set_state(struct sg_balance_peer *peer, enum state state)
{
    atomic_store_explicit(&peer->state, (unsigned)state, memory_order_relaxed);
}

/* Nanoseconds until it may be asked; a trial's end is not known: a while is as good as any. */
static uint64_t wait_of(const struct sg_balance *balance, const struct sg_balance_peer *peer,
                        uint64_t now_ns)
{
    switch (state_of(peer)) {
    case OPEN:
        return peer->until_ns > now_ns ? peer->until_ns - now_ns : 0;
    case TRIAL:
        return balance->open_ns > 0 ? balance->open_ns : 1;
    default:
        return 0;
    }
}

bool sg_balance_any(const struct sg_balance *balance, uint64_t now_ns, uint64_t *wait_ns)
{
    uint64_t least = UINT64_MAX;
    for (size_t i = 0; i < balance->n; i++) {
        uint64_t wait = wait_of(balance, &balance->peer[i], now_ns);
        if (wait < least)
            least = wait;
    }
    if (wait_ns != NULL)
        *wait_ns = least;
    return least == 0;
}

struct sg_turn sg_balance_take(struct sg_balance *balance, uint64_t now_ns, unsigned tried,
                               uint64_t *wait_ns)
{
    assert(balance->n > 0 && balance->n <= SG_BALANCE_MOST);
    for (size_t k = 0; k < balance->n; k++) {
        size_t i = (balance->next + k) % balance->n;
        struct sg_balance_peer *peer = &balance->peer[i];
        struct sg_turn turn = {(int)i, 0};
        if ((tried & 1u << i) != 0 || wait_of(balance, peer, now_ns) > 0)
            continue;
        if (state_of(peer) == OPEN) {
            set_state(peer, TRIAL);
            peer->serial += peer->serial == UINT32_MAX ? 2 : 1;
            turn.serial = peer->serial;
        }
        balance->next = (i + 1) % balance->n;
        return turn;
    }
    (void)sg_balance_any(balance, now_ns, wait_ns);
    return (struct sg_turn){SG_BALANCE_NONE, 0};
}

static void open_peer(struct sg_balance *balance, struct sg_balance_peer *peer, uint64_t now_ns)
{
    set_state(peer, OPEN);
    peer->until_ns = now_ns + balance->open_ns;
    peer->failures = 0;
}

/* Whether this turn is the one that decides about an upstream that was open. */
static bool on_trial(const struct sg_balance_peer *peer, const struct sg_turn *turn)
{
    return turn->serial != 0 && state_of(peer) == TRIAL && peer->serial == turn->serial;
}

static bool tell_failed(struct sg_balance *balance, struct sg_balance_peer *peer, bool trial,
                        uint64_t now_ns)
{
    uint64_t failed = atomic_load_explicit(&peer->failed, memory_order_relaxed);
    atomic_store_explicit(&peer->failed, failed + 1, memory_order_relaxed);
    if (trial) {
        open_peer(balance, peer, now_ns);
        return false; /* it was told when it opened first */
    }
    if (state_of(peer) != CLOSED || balance->limit == 0 || ++peer->failures < balance->limit)
        return false;
    open_peer(balance, peer, now_ns);
    return true;
}

bool sg_balance_tell(struct sg_balance *balance, struct sg_turn *turn, enum sg_turn_end how,
                     uint64_t now_ns)
{
    if (turn->peer == SG_BALANCE_NONE)
        return false;
    struct sg_balance_peer *peer = &balance->peer[turn->peer];
    bool trial = on_trial(peer, turn), changed = false;
    switch (how) {
    case SG_TURN_DONE:
        if (state_of(peer) == CLOSED)
            peer->failures = 0; /* in a row, with no success between */
        /* fall through */
    case SG_TURN_ANSWERED:
        changed = trial;
        if (trial)
            set_state(peer, CLOSED);
        break;
    case SG_TURN_FAILED:
        changed = tell_failed(balance, peer, trial, now_ns);
        break;
    case SG_TURN_UNKNOWN:
        if (trial) { /* the next call may try */
            set_state(peer, OPEN);
            peer->until_ns = now_ns;
        }
        break;
    }
    if (how != SG_TURN_ANSWERED)
        turn->peer = SG_BALANCE_NONE;
    return changed;
}

bool sg_balance_healthy(const struct sg_balance_peer *peer)
{
    return state_of(peer) == CLOSED;
}

uint64_t sg_balance_failures(const struct sg_balance_peer *peer)
{
    return atomic_load_explicit(&peer->failed, memory_order_relaxed);
}
