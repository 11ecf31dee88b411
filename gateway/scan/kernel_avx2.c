/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kernel_avx2.c - the sieve 64 places at a time, bytes by low half and kind.
 *
 * A shuffle looks up 32 of them at once in a table of 16. They are the same for each step, only
 * one place on: so they are made once and read from there. A byte of a lane is the 8 buckets of
 * one group at one place.
 */
#include "scan/kernel.h"

#include "base/digest.h"
#include "scan/kernel_word.h"
#include "scan/suspect.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define FOR_AVX2 __attribute__((target("avx2")))
#define INLINE   FOR_AVX2 __attribute__((always_inline)) static inline

static bool works(void)
{
    return __builtin_cpu_supports("avx2") != 0;
}

enum { STRIDE = 512 /* places whose bytes are split at once */ };

/* Of the bytes from a place's first one on, those of the last place's last step too. */
struct split {
    uint8_t low[STRIDE + 32], kind[STRIDE + 32];
};

INLINE __m256i load(const uint8_t *bytes)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)bytes);
}

INLINE __m256i load_table(const uint8_t table[16])
{
    return _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)table));
}

/* len is a multiple of 32. */
INLINE void split(struct split *split, const uint8_t *bytes, size_t len)
{
    const __m256i kinds = load_table(sg_sieve_kinds[0]), asked = load_table(sg_sieve_kinds[1]);
    const __m256i marks = load_table(sg_sieve_kinds[2]), half = _mm256_set1_epi8(0x0F);
    for (size_t i = 0; i < len; i += 32) {
        __m256i whole = load(bytes + i);
        __m256i low = _mm256_and_si256(whole, half);
        __m256i high = _mm256_and_si256(_mm256_srli_epi16(whole, 4), half);
        __m256i change =
            _mm256_and_si256(_mm256_shuffle_epi8(asked, high), _mm256_shuffle_epi8(marks, low));
        __m256i kind = _mm256_xor_si256(_mm256_shuffle_epi8(kinds, high), change);
        _mm256_storeu_si256((__m256i *)(void *)(split->low + i), low);
        _mm256_storeu_si256((__m256i *)(void *)(split->kind + i), kind);
    }
}

/* What the 64 places' buckets of one group have left after one more step. */
INLINE void step_group(const struct sg_sieve *sieve, size_t group, size_t step,
                       const struct split *split, size_t at, __m256i held[2])
{
    const __m256i lo = load_table(sieve->lo[group][step]);
    const __m256i hi = load_table(sieve->hi[group][step]);
    for (size_t i = 0; i < 2; i++) {
        __m256i in_lo = _mm256_shuffle_epi8(lo, load(split->low + at + step + i * 32));
        __m256i in_hi = _mm256_shuffle_epi8(hi, load(split->kind + at + step + i * 32));
        held[i] = _mm256_and_si256(held[i], _mm256_and_si256(in_lo, in_hi));
    }
}

/* The top bits of 64 bytes. */
INLINE uint64_t signs(__m256i first, __m256i last)
{
    return (uint64_t)(unsigned)_mm256_movemask_epi8(last) << 32 |
           (unsigned)_mm256_movemask_epi8(first);
}

INLINE __m256i is_zero(__m256i held)
{
    return _mm256_cmpeq_epi8(held, _mm256_setzero_si256());
}

/* What 64 places have, `at` the first one's first byte. */
INLINE struct sg_word look(const struct sg_sieve *sieve, const struct split *split, size_t at,
                           unsigned groups)
{
    const __m256i ones = _mm256_set1_epi8(-1);
    const __m256i alone = _mm256_set1_epi8((char)sg_word_alone(sieve));
    __m256i a[2] = {ones, ones}, b[2] = {ones, ones}, c[2] = {ones, ones}, d[2] = {ones, ones};
    __m256i any[2];
    for (size_t step = 0; step < SG_SIEVE_STEPS; step++) {
        step_group(sieve, 0, step, split, at, a);
        if (groups > 1)
            step_group(sieve, 1, step, split, at, b);
        if (groups > 2) {
            step_group(sieve, 2, step, split, at, c);
            step_group(sieve, 3, step, split, at, d);
        }
    }
    for (size_t i = 0; i < 2; i++) {
        any[i] = _mm256_and_si256(a[i], alone);
        if (groups > 1)
            any[i] = _mm256_or_si256(any[i], b[i]);
        if (groups > 2)
            any[i] = _mm256_or_si256(any[i], _mm256_or_si256(c[i], d[i]));
    }
    /* Head and tail are the top bits of a byte, which is what movemask takes. */
    _Static_assert(SG_SIEVE_HEAD == 7 && SG_SIEVE_TAIL == 6, "");
    return (struct sg_word){
        ~signs(is_zero(any[0]), is_zero(any[1])),
        signs(a[0], a[1]),
        signs(_mm256_slli_epi16(a[0], 1), _mm256_slli_epi16(a[1], 1)),
    };
}

INLINE bool run_groups(const struct sg_sieve *sieve, const uint8_t *text, size_t n, uint64_t *hits,
                       unsigned groups)
{
    struct split bytes;
    uint64_t high = 0, heads = 0;
    for (size_t start = 0; start < n; start += 64) {
        const uint8_t *at = text + start;
        if (start % STRIDE == 0) {
            size_t len = n - start < STRIDE ? (n - start + 63) / 64 * 64 : STRIDE;
            split(&bytes, at - 1, len + 32);
        }
        uint64_t inside = n - start < 64 ? (UINT64_C(1) << (n - start)) - 1 : UINT64_MAX;
        high |= signs(load(at), load(at + 32)) & inside;
        struct sg_word word = look(sieve, &bytes, start % STRIDE, groups);
        sg_word_put(hits, start / 64, &word, heads);
        heads = word.heads;
    }
    if (n > 0)
        sg_word_end(hits, n, heads);
    const size_t used = (n < STRIDE ? (n + 63) / 64 * 64 : STRIDE) + 32;
    sg_wipe(bytes.low, used);
    sg_wipe(bytes.kind, used);
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
