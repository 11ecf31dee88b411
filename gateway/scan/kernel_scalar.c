/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kernel_scalar.c - the sieve one place at a time, for processors that we know nothing of.
 */
#include "scan/kernel.h"

#include "scan/suspect.h"

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

static bool run(const struct sg_sieve *sieve, const uint8_t *text, size_t n, uint64_t *hits)
{
    unsigned all = 0;
    for (size_t start = 0; start < n; start += 64) {
        const size_t len = n - start < 64 ? n - start : 64;
        uint64_t word = 0;
        for (size_t i = 0; i < len; i++) {
            all |= text[start + i];
            word |= (uint64_t)(held(sieve, text + start + i) != 0) << i;
        }
        hits[start / 64] = word;
    }
    return all >= 0x80;
}

const struct sg_kernel sg_kernel_scalar = {"scalar", works, run, sg_suspect_scalar};
