/* SPDX-License-Identifier: Apache-2.0 */
/*
 * overload.h - which requests are turned away so that the others are served in time and in memory.
 *
 *     delay, memory, requests under way -> [overload] -> admit, or 503 with Retry-After
 *
 * A worker's; pure: it is told what was measured. Three things are looked at, each by itself:
 *
 *   requests  a hard cap of those under way
 *   delay     how long what is ready waits for its turn. A share of the new requests is turned away
 *             that a controller moves towards a target delay (PIE, RFC 8033, 4.2, with gains for a
 *             server, where what is turned away costs next to nothing and has an effect at once)
 *   memory    from 85 % of the ceiling on a growing share is turned away, from 95 % all
 */
#ifndef SG_PROXY_OVERLOAD_H
#define SG_PROXY_OVERLOAD_H

#include <stddef.h>
#include <stdint.h>

enum sg_shed { SG_SHED_NONE, SG_SHED_REQUESTS, SG_SHED_DELAY, SG_SHED_MEMORY, SG_SHED_KINDS };
const char *sg_shed_word(enum sg_shed shed); /* "requests", "delay", "memory"; static */

enum { SG_OVERLOAD_TARGET_NS = 50000000, SG_OVERLOAD_TICK_NS = 16000000 };

struct sg_overload {
    size_t requests;            /* most under way; 0: no cap */
    uint64_t memory;            /* ceiling in bytes; 0: none */
    double by_delay, by_memory; /* share of new requests turned away, 0 to 1 */
    uint64_t delay_ns;          /* as last told */
    uint64_t lasting_ns;        /* the shorter of the last two told */
    uint64_t dice;
};

void sg_overload_init(struct sg_overload *overload, size_t requests, uint64_t memory,
                      uint64_t seed);
/* How long something that was ready had to wait. To be told once a tick while there is work. */
void sg_overload_delay(struct sg_overload *overload, uint64_t delay_ns);
/* Bytes the process holds now. */
void sg_overload_memory(struct sg_overload *overload, uint64_t bytes);
/* Nothing is under way: what was measured before says nothing about the next request. */
void sg_overload_idle(struct sg_overload *overload);
/* Asked for each new request, with how many are under way. NONE: it may come in. */
enum sg_shed sg_overload_admit(struct sg_overload *overload, size_t under_way);

#endif
