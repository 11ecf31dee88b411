/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kernel_neon.c - the sieve 64 places at a time, bytes by low half and kind.
 *
 * A table look-up finds 16 of them at once in a table of 16. They are the same for each look, only
 * some places on: so they are made once and read from there. A byte of a lane is the 8 buckets of
 * one group at one place.
 */
#include "scan/kernel.h"

#include "base/digest.h"
#include "scan/suspect.h"

#if defined(__aarch64__)

#include <arm_neon.h>

#define INLINE __attribute__((always_inline)) static inline

enum {
    LANES = 4,    /* of 16 places each */
    STRIDE = 512, /* places whose bytes are split at once */
    AHEAD = 16    /* bytes behind them that their looks reach */
};
_Static_assert(STRIDE + AHEAD <= SG_SIEVE_APART, "low halves end where kinds begin");

static bool works(void)
{
    return true; /* every 64-bit ARM processor has it */
}

/* A bit for each of 64 places: whether its byte in the lanes is not zero. */
INLINE uint64_t not_zero(const uint8x16_t lanes[LANES])
{
    static const uint8_t places[16] = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    const uint8x16_t bits = vld1q_u8(places);
    uint8x16_t marks[LANES];
    for (size_t i = 0; i < LANES; i++)
        marks[i] = vandq_u8(vtstq_u8(lanes[i], lanes[i]), bits);
    /* Three sums of neighbours make a byte of 8 places' bits. */
    uint8x16_t sum = vpaddq_u8(vpaddq_u8(marks[0], marks[1]), vpaddq_u8(marks[2], marks[3]));
    sum = vpaddq_u8(sum, sum);
    return vgetq_lane_u64(vreinterpretq_u64_u8(sum), 0);
}

/* Halves of the bytes from a place's first one on: low halves, and SG_SIEVE_APART on the kinds. */
struct split {
    uint8_t halves[2 * SG_SIEVE_APART];
};

/* len is a multiple of 16. */
INLINE void split(struct split *split, const uint8_t *bytes, size_t len)
{
    const uint8x16_t kinds = vld1q_u8(sg_sieve_kinds[0]), asked = vld1q_u8(sg_sieve_kinds[1]);
    const uint8x16_t marks = vld1q_u8(sg_sieve_kinds[2]);
    for (size_t i = 0; i < len; i += 16) {
        const uint8x16_t whole = vld1q_u8(bytes + i), high = vshrq_n_u8(whole, 4);
        const uint8x16_t low = vandq_u8(whole, vdupq_n_u8(0x0F));
        uint8x16_t change = vandq_u8(vqtbl1q_u8(asked, high), vqtbl1q_u8(marks, low));
        vst1q_u8(split->halves + i, low);
        vst1q_u8(split->halves + SG_SIEVE_APART + i, veorq_u8(vqtbl1q_u8(kinds, high), change));
    }
}

/* The buckets of one group at 64 places, halves: of the first one's first byte, join any. */
INLINE void look(const struct sg_sieve_looks *looks, const uint8_t *halves, uint8x16_t any[LANES])
{
    uint8x16_t held[LANES];
    for (size_t i = 0; i < LANES; i++)
        held[i] = vdupq_n_u8(0xFF);
    for (size_t k = 0; k < looks->n; k++) {
        const uint8x16_t table = vld1q_u8(looks->list[k].table);
        const uint8_t *at = halves + looks->list[k].at;
        for (size_t i = 0; i < LANES; i++)
            held[i] = vandq_u8(held[i], vqtbl1q_u8(table, vld1q_u8(at + 16 * i)));
    }
    for (size_t i = 0; i < LANES; i++)
        any[i] = vorrq_u8(any[i], held[i]);
}

static void run(const struct sg_sieve *sieve, const uint8_t *text, size_t n, uint64_t *hits)
{
    struct split bytes;
    for (size_t start = 0; start < n; start += STRIDE) {
        const size_t places = n - start < STRIDE ? (n - start + 63) / 64 * 64 : STRIDE;
        split(&bytes, text + start - 1, places + AHEAD);
        for (size_t at = 0; at < places; at += 64) {
            uint8x16_t any[LANES];
            for (size_t i = 0; i < LANES; i++)
                any[i] = vdupq_n_u8(0);
            for (unsigned group = 0; group < sieve->nibble_groups; group++)
                look(&sieve->looks[group], bytes.halves + at, any);
            hits[(start + at) / 64] = not_zero(any);
        }
    }
    if (n > 0)
        hits[(n - 1) / 64] &= UINT64_MAX >> (63 - (n - 1) % 64);
    sg_wipe(&bytes, sizeof bytes);
}

const struct sg_kernel sg_kernel_neon = {"neon", works, run, sg_suspect_neon};

#endif
