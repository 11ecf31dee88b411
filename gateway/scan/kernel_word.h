/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kernel_word.h - what a kernel finds in 64 places at once, put together as hits.
 *
 * A long signature's tail stands SG_SIEVE_STEPS places behind its head, so its hit is known when
 * the next 64 places are. Where those are not looked at, the tail counts as there.
 */
#ifndef SG_SCAN_KERNEL_WORD_H
#define SG_SCAN_KERNEL_WORD_H

#include <stddef.h>
#include <stdint.h>

#include "rule/sieve.h"

/* A bit for each place. */
struct sg_word {
    uint64_t alone; /* some bucket holds that means something alone */
    uint64_t heads, tails;
};

/* The buckets of the first group that mean something alone. */
static inline uint8_t sg_word_alone(const struct sg_sieve *sieve)
{
    return sieve->paired ? 0xFF & ~(1U << SG_SIEVE_HEAD | 1U << SG_SIEVE_TAIL) : 0xFF;
}

/* Sets hits[at], and in hits[at - 1] what the heads before waited for. */
static inline void sg_word_put(uint64_t *hits, size_t at, const struct sg_word *word,
                               uint64_t heads_before)
{
    if (at > 0)
        hits[at - 1] |= heads_before & word->tails << (64 - SG_SIEVE_STEPS);
    hits[at] = word->alone | (word->heads & word->tails >> SG_SIEVE_STEPS);
}

/* Ends the hits of n places, n > 0. */
static inline void sg_word_end(uint64_t *hits, size_t n, uint64_t heads_before)
{
    const size_t last = (n - 1) / 64, inside = n - last * 64;
    hits[last] |= heads_before & UINT64_MAX << (64 - SG_SIEVE_STEPS);
    hits[last] &= UINT64_MAX >> (64 - inside);
}

#endif
