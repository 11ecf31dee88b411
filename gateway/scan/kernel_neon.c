/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kernel_neon.c - the sieve 64 places at a time, bytes by low half and kind.
 *
 * A table look-up finds 16 of them at once in a table of 16. A byte of a lane is the 8 buckets of
 * one group at one place.
 */
#include "scan/kernel.h"

#include "scan/kernel_word.h"
#include "scan/suspect.h"

#if defined(__aarch64__)

#include <arm_neon.h>

#define INLINE __attribute__((always_inline)) static inline

enum { LANES = 4 }; /* of 16 places each */

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

/* 16 bytes at each lane's places. */
struct split {
    uint8x16_t low[LANES], kind[LANES];
};

INLINE struct split split(const uint8_t *text)
{
    const uint8x16_t kinds = vld1q_u8(sg_sieve_kinds[0]), asked = vld1q_u8(sg_sieve_kinds[1]);
    const uint8x16_t marks = vld1q_u8(sg_sieve_kinds[2]);
    struct split split;
    for (size_t i = 0; i < LANES; i++) {
        const uint8x16_t whole = vld1q_u8(text + i * 16), high = vshrq_n_u8(whole, 4);
        split.low[i] = vandq_u8(whole, vdupq_n_u8(0x0F));
        uint8x16_t change = vandq_u8(vqtbl1q_u8(asked, high), vqtbl1q_u8(marks, split.low[i]));
        split.kind[i] = veorq_u8(vqtbl1q_u8(kinds, high), change);
    }
    return split;
}

/* The buckets of one group that hold at each place from text on. */
INLINE void look(const struct sg_sieve *sieve, const uint8_t *text, size_t group,
                 uint8x16_t held[LANES])
{
    for (size_t i = 0; i < LANES; i++)
        held[i] = vdupq_n_u8(0xFF);
    for (size_t step = 0; step < SG_SIEVE_STEPS; step++) {
        const struct split bytes = split(text + step - 1);
        const uint8x16_t lo = vld1q_u8(sieve->lo[group][step]);
        const uint8x16_t hi = vld1q_u8(sieve->hi[group][step]);
        for (size_t i = 0; i < LANES; i++) {
            uint8x16_t in_lo = vqtbl1q_u8(lo, bytes.low[i]);
            uint8x16_t in_hi = vqtbl1q_u8(hi, bytes.kind[i]);
            held[i] = vandq_u8(held[i], vandq_u8(in_lo, in_hi));
        }
    }
}

/* The places whose lanes' bytes have a bit of mask. */
INLINE uint64_t have(const uint8x16_t lanes[LANES], uint8_t mask)
{
    uint8x16_t masked[LANES];
    for (size_t i = 0; i < LANES; i++)
        masked[i] = vandq_u8(lanes[i], vdupq_n_u8(mask));
    return not_zero(masked);
}

INLINE struct sg_word look_word(const struct sg_sieve *sieve, const uint8_t *text, unsigned groups)
{
    uint8x16_t held[LANES];
    look(sieve, text, 0, held);
    struct sg_word word = {have(held, sg_word_alone(sieve)), have(held, 1U << SG_SIEVE_HEAD),
                           have(held, 1U << SG_SIEVE_TAIL)};
    for (size_t group = 1; group < groups; group++) {
        look(sieve, text, group, held);
        word.alone |= not_zero(held);
    }
    return word;
}

INLINE uint64_t signs(const uint8_t *text)
{
    uint8x16_t lanes[LANES];
    for (size_t i = 0; i < LANES; i++)
        lanes[i] = vld1q_u8(text + i * 16);
    return have(lanes, 0x80);
}

INLINE bool run_groups(const struct sg_sieve *sieve, const uint8_t *text, size_t n, uint64_t *hits,
                       unsigned groups)
{
    uint64_t high = 0, heads = 0;
    for (size_t start = 0; start < n; start += 64) {
        uint64_t inside = n - start < 64 ? (UINT64_C(1) << (n - start)) - 1 : UINT64_MAX;
        high |= signs(text + start) & inside;
        struct sg_word word = look_word(sieve, text + start, groups);
        sg_word_put(hits, start / 64, &word, heads);
        heads = word.heads;
    }
    if (n > 0)
        sg_word_end(hits, n, heads);
    return high != 0;
}

static bool run(const struct sg_sieve *sieve, const uint8_t *text, size_t n, uint64_t *hits)
{
    if (sieve->nibble_groups == 1)
        return run_groups(sieve, text, n, hits, 1);
    if (sieve->nibble_groups == 2)
        return run_groups(sieve, text, n, hits, 2);
    return run_groups(sieve, text, n, hits, 4);
}

const struct sg_kernel sg_kernel_neon = {"neon", works, run, sg_suspect_neon};

#endif
