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
_Static_assert((STRIDE + AHEAD + 63) / 64 * 64 <= SG_SIEVE_APART, "low halves, then kinds");

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

/* Nothing of the text stays. In place, for most texts are short; up to 64 bytes more than len. */
INLINE void wipe(struct split *split, size_t len)
{
    const __m256i zero = _mm256_setzero_si256();
    for (size_t i = 0; i < len; i += 64) {
        store(split->halves + i, zero);
        store(split->halves + i + 32, zero);
        store(split->halves + SG_SIEVE_APART + i, zero);
        store(split->halves + SG_SIEVE_APART + i + 32, zero);
    }
    __asm__ volatile("" : : "r"(split) : "memory");
}

/* A byte for each of 32 places, up to 256: by name, not in a list, so that they stay in registers.
 */
struct lanes {
    __m256i a, b, c, d, e, f, g, h;
};

INLINE void ask(__m256i *held, __m256i table, const uint8_t *halves)
{
    *held = _mm256_and_si256(*held, _mm256_shuffle_epi8(table, load(halves)));
}

/* The buckets of one group that hold at n times 64 places; halves: of the first one's first byte.
 */
INLINE struct lanes look(const struct sg_sieve_looks *looks, const uint8_t *halves, size_t n)
{
    const __m256i ones = _mm256_set1_epi8(-1);
    struct lanes held = {ones, ones, ones, ones, ones, ones, ones, ones};
    const struct sg_sieve_look *own = looks->list, *end = own + looks->n;
    do {
        const __m256i table = load(own->table);
        const uint8_t *at = halves + own->at;
        ask(&held.a, table, at);
        ask(&held.b, table, at + 32);
        if (n > 1) {
            ask(&held.c, table, at + 64);
            ask(&held.d, table, at + 96);
        }
        if (n > 2) {
            ask(&held.e, table, at + 128);
            ask(&held.f, table, at + 160);
        }
        if (n > 3) {
            ask(&held.g, table, at + 192);
            ask(&held.h, table, at + 224);
        }
    } while (++own < end);
    return held;
}

INLINE void join(struct lanes *any, const struct lanes *more)
{
    any->a = _mm256_or_si256(any->a, more->a);
    any->b = _mm256_or_si256(any->b, more->b);
    any->c = _mm256_or_si256(any->c, more->c);
    any->d = _mm256_or_si256(any->d, more->d);
    any->e = _mm256_or_si256(any->e, more->e);
    any->f = _mm256_or_si256(any->f, more->f);
    any->g = _mm256_or_si256(any->g, more->g);
    any->h = _mm256_or_si256(any->h, more->h);
}

/* A bit for each of 64 places: whether any bucket is left. */
INLINE uint64_t left(__m256i first, __m256i last)
{
    const __m256i zero = _mm256_setzero_si256();
    unsigned low = (unsigned)_mm256_movemask_epi8(_mm256_cmpeq_epi8(first, zero));
    unsigned high = (unsigned)_mm256_movemask_epi8(_mm256_cmpeq_epi8(last, zero));
    return ~((uint64_t)high << 32 | low);
}

INLINE void look_all(const struct sg_sieve *sieve, const uint8_t *halves, uint64_t *hits, size_t n)
{
    const struct sg_sieve_looks *looks = sieve->looks, *end = looks + sieve->nibble_groups;
    struct lanes any = look(looks, halves, n);
    while (++looks < end) {
        const struct lanes more = look(looks, halves, n);
        join(&any, &more);
    }
    hits[0] = left(any.a, any.b);
    if (n > 1)
        hits[1] = left(any.c, any.d);
    if (n > 2)
        hits[2] = left(any.e, any.f);
    if (n > 3)
        hits[3] = left(any.g, any.h);
}

/* Not inline: each has all registers for itself. */
#define LOOK_AT(n)                                                                                 \
    FOR_AVX2 __attribute__((noinline)) static void look_at_##n(                                    \
        const struct sg_sieve *sieve, const uint8_t *halves, uint64_t *hits)                       \
    {                                                                                              \
        look_all(sieve, halves, hits, (n) / 64);                                                   \
    }
LOOK_AT(64)
LOOK_AT(128)
LOOK_AT(192)
LOOK_AT(256)

FOR_AVX2 static void run(const struct sg_sieve *sieve, const uint8_t *text, size_t n,
                         uint64_t *hits)
{
    static void (*const last[])(const struct sg_sieve *, const uint8_t *,
                                uint64_t *) = {look_at_64, look_at_128, look_at_192, look_at_256};
    struct split bytes;
    for (size_t start = 0; start < n; start += STRIDE) {
        size_t left = n - start < STRIDE ? (n - start + 63) / 64 * 64 : STRIDE;
        const uint8_t *halves = bytes.halves;
        uint64_t *own = hits + start / 64;
        split(&bytes, text + start - 1, left + AHEAD);
        for (; left > 256; left -= 256, halves += 256, own += 4)
            look_at_256(sieve, halves, own);
        last[left / 64 - 1](sieve, halves, own);
    }
    if (n > 0)
        hits[(n - 1) / 64] &= UINT64_MAX >> (63 - (n - 1) % 64);
    wipe(&bytes, n < STRIDE ? n + AHEAD : STRIDE + AHEAD);
}

const struct sg_kernel sg_kernel_avx2 = {"avx2", works, run, sg_suspect_avx2};

#endif
