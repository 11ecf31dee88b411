/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kernel_neon.c - the sieve 64 places at a time, bytes by their halves.
 *
 * A table look-up finds 16 halves at once in a table of 16. A byte of a lane is the 8 buckets of
 * one group at one place.
 */
#include "scan/kernel.h"

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

/* What the places' buckets of one group have left after one more step. */
INLINE void step_group(const struct sg_sieve *sieve, size_t group, size_t step,
                       const uint8x16_t bytes[LANES], uint8x16_t held[LANES])
{
    const uint8x16_t lo = vld1q_u8(sieve->lo[group][step]), hi = vld1q_u8(sieve->hi[group][step]);
    for (size_t i = 0; i < LANES; i++) {
        uint8x16_t in_lo = vqtbl1q_u8(lo, vandq_u8(bytes[i], vdupq_n_u8(0x0F)));
        uint8x16_t in_hi = vqtbl1q_u8(hi, vshrq_n_u8(bytes[i], 4));
        held[i] = vandq_u8(held[i], vandq_u8(in_lo, in_hi));
    }
}

/* The places from text on at which a bucket of one group holds. */
INLINE void look_group(const struct sg_sieve *sieve, const uint8_t *text, size_t group,
                       uint8x16_t any[LANES])
{
    uint8x16_t held[LANES], bytes[LANES];
    for (size_t i = 0; i < LANES; i++)
        held[i] = vdupq_n_u8(0xFF);
    for (size_t step = 0; step < SG_SIEVE_STEPS; step++) {
        for (size_t i = 0; i < LANES; i++)
            bytes[i] = vld1q_u8(text + step - 1 + i * 16);
        step_group(sieve, group, step, bytes, held);
    }
    for (size_t i = 0; i < LANES; i++)
        any[i] = vorrq_u8(any[i], held[i]);
}

INLINE uint64_t signs(const uint8_t *text)
{
    uint8x16_t lanes[LANES];
    for (size_t i = 0; i < LANES; i++)
        lanes[i] = vandq_u8(vld1q_u8(text + i * 16), vdupq_n_u8(0x80));
    return not_zero(lanes);
}

INLINE bool run_groups(const struct sg_sieve *sieve, const uint8_t *text, size_t n, uint64_t *hits,
                       unsigned groups)
{
    uint64_t high = 0;
    for (size_t start = 0; start < n; start += 64) {
        uint64_t inside = n - start < 64 ? (UINT64_C(1) << (n - start)) - 1 : UINT64_MAX;
        uint8x16_t any[LANES];
        for (size_t i = 0; i < LANES; i++)
            any[i] = vdupq_n_u8(0);
        for (size_t group = 0; group < groups; group++)
            look_group(sieve, text + start, group, any);
        high |= signs(text + start) & inside;
        hits[start / 64] = not_zero(any) & inside;
    }
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
