/* SPDX-License-Identifier: Apache-2.0 */
/*
 * overload.c - which requests are turned away so that the others are served in time and in memory.
 */
#include "proxy/overload.h"

#include <assert.h>

/*
 * Gains of the controller, per tick and per target's worth of delay: RFC 8033 moves slowly because
 * a sender hears of a drop a round trip later; here a request turned away is work saved in the same
 * turn. `drift` answers to how far the delay is from the target, `trend` to where it is going.
 */
static const double drift = 0.04, trend = 0.25;
/* Delay beyond this many targets tells no more than that it is far too long. */
static const double delay_most = 8.0;
static const double memory_first = 0.85, memory_last = 0.95;

const char *sg_shed_word(enum sg_shed shed)
{
    static const char *const words[SG_SHED_KINDS] = {"", "requests", "delay", "memory"};
    assert(shed < SG_SHED_KINDS);
    return words[shed];
}

void sg_overload_init(struct sg_overload *overload, size_t requests, uint64_t memory, uint64_t seed)
{
    *overload = (struct sg_overload){.requests = requests, .memory = memory, .dice = seed | 1};
}

static double within(double value, double least, double most)
{
    return value < least ? least : value > most ? most : value;
}

static double in_targets(uint64_t delay_ns)
{
    return within((double)delay_ns / SG_OVERLOAD_TARGET_NS, 0, delay_most);
}

/* Of two delays in a row the shorter: one alone was a single dear message, or the system's turn. */
void sg_overload_delay(struct sg_overload *overload, uint64_t delay_ns)
{
    uint64_t lasting = delay_ns < overload->delay_ns ? delay_ns : overload->delay_ns;
    double now = in_targets(lasting), before = in_targets(overload->lasting_ns);
    double share =
        overload->by_delay + drift * (now - 1) + trend * (now - before) * (now > 1 || before > 1);
    overload->delay_ns = delay_ns;
    overload->lasting_ns = lasting;
    /* One in fifty still comes in: else nothing would be left to measure by. */
    overload->by_delay = within(share, 0, 0.98);
}

void sg_overload_memory(struct sg_overload *overload, uint64_t bytes)
{
    double full = overload->memory == 0 ? 0 : (double)bytes / (double)overload->memory;
    overload->by_memory = within((full - memory_first) / (memory_last - memory_first), 0, 1);
}

void sg_overload_idle(struct sg_overload *overload)
{
    overload->by_delay = 0;
    overload->delay_ns = overload->lasting_ns = 0;
}

/* xorshift64*: nothing hangs on it but fairness. */
static double throw_dice(struct sg_overload *overload)
{
    overload->dice ^= overload->dice >> 12;
    overload->dice ^= overload->dice << 25;
    overload->dice ^= overload->dice >> 27;
    return (double)((overload->dice * UINT64_C(2685821657736338717)) >> 11) / 9007199254740992.0;
}

enum sg_shed sg_overload_admit(struct sg_overload *overload, size_t under_way)
{
    if (overload->requests > 0 && under_way >= overload->requests)
        return SG_SHED_REQUESTS;
    if (overload->by_memory > 0 && throw_dice(overload) < overload->by_memory)
        return SG_SHED_MEMORY;
    if (overload->by_delay > 0 && throw_dice(overload) < overload->by_delay)
        return SG_SHED_DELAY;
    return SG_SHED_NONE;
}
