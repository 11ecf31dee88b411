/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kernel_avx2.c - the sieve 64 places at a time, bytes by their halves.
 *
 * A shuffle looks up 32 halves at once in a table of 16. A byte of a lane is the 8 buckets of one
 * group at one place.
 */
#include "scan/kernel.h"

#include "scan/suspect.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define FOR_AVX2 __attribute__((target("avx2")))
#define INLINE   FOR_AVX2 __attribute__((always_inline)) static inline

static bool works(void)
{
    return __builtin_cpu_supports("avx2") != 0;
}

/* 32 bytes, each half of them in a lane of its own. */
struct halves {
    __m256i lo, hi;
};

INLINE struct halves split(const uint8_t *text)
{
    const __m256i low = _mm256_set1_epi8(0x0F);
    __m256i bytes = _mm256_loadu_si256((const __m256i *)(const void *)text);
    return (struct halves){_mm256_and_si256(bytes, low),
                           _mm256_and_si256(_mm256_srli_epi16(bytes, 4), low)};
}

INLINE __m256i table(const uint8_t half[16])
{
    return _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)half));
}

/* What the places' buckets of one group have left after one more step. */
INLINE void step_group(const struct sg_sieve *sieve, size_t group, size_t step,
                       const struct halves bytes[2], __m256i held[2])
{
    const __m256i lo = table(sieve->lo[group][step]), hi = table(sieve->hi[group][step]);
    for (size_t i = 0; i < 2; i++) {
        __m256i in_lo = _mm256_shuffle_epi8(lo, bytes[i].lo);
        __m256i in_hi = _mm256_shuffle_epi8(hi, bytes[i].hi);
        held[i] = _mm256_and_si256(held[i], _mm256_and_si256(in_lo, in_hi));
    }
}

INLINE unsigned none(__m256i held)
{
    __m256i zero = _mm256_cmpeq_epi8(held, _mm256_setzero_si256());
    return (unsigned)_mm256_movemask_epi8(zero);
}

/* The places from text on at which a bucket holds. */
INLINE uint64_t look(const struct sg_sieve *sieve, const uint8_t *text, unsigned groups)
{
    const __m256i ones = _mm256_set1_epi8(-1);
    __m256i a[2] = {ones, ones}, b[2] = {ones, ones}, c[2] = {ones, ones}, d[2] = {ones, ones};
    for (size_t step = 0; step < SG_SIEVE_STEPS; step++) {
        const struct halves bytes[2] = {split(text + step - 1), split(text + step + 31)};
        step_group(sieve, 0, step, bytes, a);
        if (groups > 1)
            step_group(sieve, 1, step, bytes, b);
        if (groups > 2) {
            step_group(sieve, 2, step, bytes, c);
            step_group(sieve, 3, step, bytes, d);
        }
    }
    for (size_t i = 0; i < 2; i++) {
        if (groups > 1)
            a[i] = _mm256_or_si256(a[i], b[i]);
        if (groups > 2)
            a[i] = _mm256_or_si256(a[i], _mm256_or_si256(c[i], d[i]));
    }
    return ~((uint64_t)none(a[1]) << 32 | none(a[0]));
}

INLINE bool run_groups(const struct sg_sieve *sieve, const uint8_t *text, size_t n, uint64_t *hits,
                       unsigned groups)
{
    uint64_t high = 0;
    for (size_t start = 0; start < n; start += 64) {
        const uint8_t *at = text + start;
        uint64_t inside = n - start < 64 ? (UINT64_C(1) << (n - start)) - 1 : UINT64_MAX;
        __m256i first = _mm256_loadu_si256((const __m256i *)(const void *)at);
        __m256i last = _mm256_loadu_si256((const __m256i *)(const void *)(at + 32));
        uint64_t signs = (uint64_t)(unsigned)_mm256_movemask_epi8(last) << 32 |
                         (unsigned)_mm256_movemask_epi8(first);
        high |= signs & inside;
        hits[start / 64] = look(sieve, at, groups) & inside;
    }
    return high != 0;
}

FOR_AVX2 static bool run(const struct sg_sieve *sieve, const uint8_t *text, size_t n,
                         uint64_t *hits)
{
    if (sieve->nibble_groups == 1)
        return run_groups(sieve, text, n, hits, 1);
    if (sieve->nibble_groups == 2)
        return run_groups(sieve, text, n, hits, 2);
    return run_groups(sieve, text, n, hits, 4);
}

const struct sg_kernel sg_kernel_avx2 = {"avx2", works, run, sg_suspect_avx2};

#endif
