/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kernel_avx2.c - the sieve 64 places at a time, bytes by low half and kind.
 *
 * A shuffle looks up 32 of them at once in a table of 16. They are the same for each look, only
 * some places on: so they are made once and read from there. A byte of a lane is the 8 buckets of
 * one group at one place.
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

enum {
    STRIDE = 512, /* places whose bytes are split at once */
    AHEAD = 32    /* bytes behind them that their looks reach */
};
_Static_assert(STRIDE + AHEAD <= SG_SIEVE_APART, "low halves end where kinds begin");

/* Halves of the bytes from a place's first one on: low halves, and SG_SIEVE_APART on the kinds. */
struct split {
    _Alignas(32) uint8_t halves[2 * SG_SIEVE_APART];
};

INLINE __m256i load(const uint8_t *bytes)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)bytes);
}

INLINE __m256i load_table(const uint8_t table[16])
{
    return _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)table));
}

INLINE void store(uint8_t *bytes, __m256i value)
{
    _mm256_storeu_si256((__m256i *)(void *)bytes, value);
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
        store(split->halves + i, low);
        store(split->halves + SG_SIEVE_APART + i,
              _mm256_xor_si256(_mm256_shuffle_epi8(kinds, high), change));
    }
}

/* Nothing of the text stays: done in place, for most texts are short. */
INLINE void wipe(struct split *split, size_t len)
{
    const __m256i zero = _mm256_setzero_si256();
    for (size_t i = 0; i < len; i += 32) {
        store(split->halves + i, zero);
        store(split->halves + SG_SIEVE_APART + i, zero);
    }
    __asm__ volatile("" : : "r"(split) : "memory");
}

/* A byte for each of 128 places. */
struct lanes {
    __m256i a, b, c, d;
};

INLINE __m256i ask(__m256i table, const uint8_t *halves)
{
    return _mm256_shuffle_epi8(table, load(halves));
}

/* The buckets of one group at 128 places, or (not wide) at 64; halves: of the first one's first
 * byte. */
INLINE struct lanes look(const struct sg_sieve_looks *looks, const uint8_t *halves, bool wide)
{
    const __m256i ones = _mm256_set1_epi8(-1);
    struct lanes held = {ones, ones, ones, ones};
    const struct sg_sieve_look *own = looks->list, *end = own + looks->n;
    do {
        const __m256i table = load(own->table);
        const uint8_t *at = halves + own->at;
        held.a = _mm256_and_si256(held.a, ask(table, at));
        held.b = _mm256_and_si256(held.b, ask(table, at + 32));
        if (wide) {
            held.c = _mm256_and_si256(held.c, ask(table, at + 64));
            held.d = _mm256_and_si256(held.d, ask(table, at + 96));
        }
    } while (++own < end);
    return held;
}

/* A bit for each of 64 places: whether any bucket is left. */
INLINE uint64_t left(__m256i first, __m256i last)
{
    const __m256i zero = _mm256_setzero_si256();
    unsigned low = (unsigned)_mm256_movemask_epi8(_mm256_cmpeq_epi8(first, zero));
    unsigned high = (unsigned)_mm256_movemask_epi8(_mm256_cmpeq_epi8(last, zero));
    return ~((uint64_t)high << 32 | low);
}

INLINE void look_all(const struct sg_sieve *sieve, const uint8_t *halves, uint64_t *hits, bool wide)
{
    struct lanes any = look(&sieve->looks[0], halves, wide);
    for (unsigned group = 1; group < sieve->nibble_groups; group++) {
        struct lanes more = look(&sieve->looks[group], halves, wide);
        any.a = _mm256_or_si256(any.a, more.a);
        any.b = _mm256_or_si256(any.b, more.b);
        any.c = _mm256_or_si256(any.c, more.c);
        any.d = _mm256_or_si256(any.d, more.d);
    }
    hits[0] = left(any.a, any.b);
    if (wide)
        hits[1] = left(any.c, any.d);
}

FOR_AVX2 static void run(const struct sg_sieve *sieve, const uint8_t *text, size_t n,
                         uint64_t *hits)
{
    struct split bytes;
    for (size_t start = 0; start < n; start += STRIDE) {
        const size_t places = n - start < STRIDE ? (n - start + 63) / 64 * 64 : STRIDE;
        size_t at = 0;
        split(&bytes, text + start - 1, places + AHEAD);
        for (; at + 128 <= places; at += 128)
            look_all(sieve, bytes.halves + at, hits + (start + at) / 64, true);
        if (at < places)
            look_all(sieve, bytes.halves + at, hits + (start + at) / 64, false);
    }
    if (n > 0)
        hits[(n - 1) / 64] &= UINT64_MAX >> (63 - (n - 1) % 64);
    wipe(&bytes, n < STRIDE ? (n + 63) / 64 * 64 + AHEAD : STRIDE + AHEAD);
}

const struct sg_kernel sg_kernel_avx2 = {"avx2", works, run, sg_suspect_avx2};

#endif
