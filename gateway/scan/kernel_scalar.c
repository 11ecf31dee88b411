/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kernel_scalar.c - the sieve one place at a time, for processors that we know nothing of.
 *
 * A chain looks at all steps of 8 buckets at once: with each byte its bits move one step on, and a
 * bucket whose bit was never set has held at all of them. Where one did, the 64 buckets of the
 * plain tables are asked.
 */
#include "scan/kernel.h"

#include <string.h>

#include "scan/suspect.h"

enum { AT_ONCE = 4 }; /* places, for one look at whether any bucket is left */

static bool works(void)
{
    return true;
}

static uint64_t held(const struct sg_sieve *sieve, const uint8_t *place)
{
    uint64_t buckets = sieve->plain[0][place[-1]];
    for (size_t step = 1; step < SG_SIEVE_STEPS && buckets != 0; step++)
        buckets &= sieve->plain[step][place[step - 1]];
    return buckets;
}

static bool holds(const struct sg_sieve *sieve, const uint8_t *place)
{
    const uint64_t head = UINT64_C(1) << SG_SIEVE_HEAD, tail = UINT64_C(1) << SG_SIEVE_TAIL;
    const uint64_t buckets = held(sieve, place);
    if (!sieve->paired || (buckets & ~(head | tail)) != 0)
        return buckets != 0;
    return (buckets & head) != 0 && (held(sieve, place + SG_SIEVE_STEPS) & tail) != 0;
}

/* What the buckets of each chain have missed, with one more byte; of all chains together. */
static inline __attribute__((always_inline)) uint64_t move(const struct sg_sieve *sieve,
                                                           unsigned chains,
                                                           uint64_t missed[SG_SIEVE_GROUPS],
                                                           uint8_t byte)
{
    const uint64_t *more = sieve->chain[byte];
    missed[0] = missed[0] << 8 | more[0];
    if (chains == 1)
        return missed[0];
    missed[1] = missed[1] << 8 | more[1];
    if (chains == 2)
        return missed[0] & missed[1];
    missed[2] = missed[2] << 8 | more[2];
    missed[3] = missed[3] << 8 | more[3];
    return missed[0] & missed[1] & missed[2] & missed[3];
}

static inline __attribute__((always_inline)) void run_chains(const struct sg_sieve *sieve,
                                                             const uint8_t *text, size_t n,
                                                             uint64_t *hits, unsigned chains)
{
    const uint64_t all_missed = UINT64_C(0xFF) << 56;
    uint64_t missed[SG_SIEVE_GROUPS] = {0};
    for (size_t step = 0; step < SG_SIEVE_STEPS - 1; step++)
        (void)move(sieve, chains, missed, *(text - 1 + step));
    for (size_t i = 0; i < n; i += AT_ONCE) {
        const uint8_t *more = text + i + SG_SIEVE_STEPS - 2;
        uint64_t at[AT_ONCE];
        at[0] = move(sieve, chains, missed, more[0]);
        at[1] = move(sieve, chains, missed, more[1]);
        at[2] = move(sieve, chains, missed, more[2]);
        at[3] = move(sieve, chains, missed, more[3]);
        if ((at[0] & at[1] & at[2] & at[3]) >= all_missed)
            continue;
        for (size_t k = 0; k < AT_ONCE && i + k < n; k++) {
            if (at[k] < all_missed && holds(sieve, text + i + k))
                hits[(i + k) / 64] |= UINT64_C(1) << (i + k) % 64;
        }
    }
}

static void run(const struct sg_sieve *sieve, const uint8_t *text, size_t n, uint64_t *hits)
{
    memset(hits, 0, (n + 63) / 64 * sizeof *hits);
    if (sieve->chains == 1)
        run_chains(sieve, text, n, hits, 1);
    else if (sieve->chains == 2)
        run_chains(sieve, text, n, hits, 2);
    else
        run_chains(sieve, text, n, hits, 4);
}

const struct sg_kernel sg_kernel_scalar = {"scalar", works, run, sg_suspect_scalar};
