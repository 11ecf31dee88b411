/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mark.h - where an id stands in a sketch: a keyed hash, so that nobody can choose ids that meet.
 */
#ifndef SG_COLLUSION_MARK_H
#define SG_COLLUSION_MARK_H

#include <stdint.h>

enum { SG_MARK_KEY = 16 };

/* What an id is of: the same id in another role has nothing to do with it. */
enum sg_mark_role {
    SG_MARK_CHECK, /* of a constant: tells keys apart */
    SG_MARK_CUSTOMER,
    SG_MARK_AGENT,
    SG_MARK_TICKET,
    SG_MARK_STRATUM,
    SG_MARK_NETWORK,
    SG_MARK_DEVICE,
    SG_MARK_TLS,
    SG_MARK_IDENTITY
};

/* Never 0. */
uint64_t sg_mark(const uint8_t key[SG_MARK_KEY], enum sg_mark_role role, uint64_t id);

/* Of two marks, in order: they are secret, so mixing is enough. */
static inline uint64_t sg_mark_pair(uint64_t a, uint64_t b)
{
    uint64_t x = a * UINT64_C(0x9e3779b97f4a7c15) ^ (b << 31 | b >> 33);
    x = (x ^ x >> 29) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 32) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 29;
}

/* The nth of the numbers that a mark stands for in a sketch's rows. */
static inline uint32_t sg_mark_row(uint64_t mark, unsigned row)
{
    const uint32_t low = (uint32_t)mark, high = (uint32_t)(mark >> 32) | 1;
    return low + row * high + row * row;
}

#endif
