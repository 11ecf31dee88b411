/* SPDX-License-Identifier: Apache-2.0 */
/*
 * suspect_avx2.c - where may the folded view differ from the text? 64 places at a time, for
 * processors with AVX2.
 */
#include "scan/suspect.h"

#if defined(__x86_64__)

#include <immintrin.h>
#include <string.h>

#define FOR_AVX2 __attribute__((target("avx2")))
#define INLINE   FOR_AVX2 __attribute__((always_inline)) static inline

enum { LANES = 32 };

INLINE __m256i load(const uint8_t *text)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)text);
}

INLINE __m256i table(const uint8_t half[16])
{
    return _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)half));
}

INLINE __m256i look_up(const struct sg_suspect_halves *halves, __m256i bytes)
{
    const __m256i low = _mm256_set1_epi8(0x0F);
    __m256i lo = _mm256_and_si256(bytes, low);
    __m256i hi = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), low);
    return _mm256_and_si256(_mm256_shuffle_epi8(table(halves->lo), lo),
                            _mm256_shuffle_epi8(table(halves->hi), hi));
}

/* The groups that hold at each place. */
INLINE __m256i groups(const struct sg_suspect_set *set, const __m256i bytes[SG_SUSPECT_STEPS])
{
    __m256i held = look_up(&set->steps[0], bytes[0]);
    held = _mm256_and_si256(held, look_up(&set->steps[1], bytes[1]));
    return _mm256_and_si256(held, look_up(&set->steps[2], bytes[2]));
}

/* The places that have one of the bits. */
INLINE uint64_t places(__m256i held, int bits)
{
    __m256i some = _mm256_and_si256(held, _mm256_set1_epi8((char)bits));
    __m256i none = _mm256_cmpeq_epi8(some, _mm256_setzero_si256());
    return ~(uint32_t)_mm256_movemask_epi8(none) & UINT32_MAX;
}

INLINE uint64_t is(__m256i bytes, int byte)
{
    return (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(bytes, _mm256_set1_epi8((char)byte)));
}

INLINE uint64_t at_least(__m256i bytes, int byte)
{
    __m256i most = _mm256_max_epu8(bytes, _mm256_set1_epi8((char)byte));
    return (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(most, bytes));
}

/* Is there no code point but ASCII, quotation marks and ellipses? */
INLINE bool only_quotes(const __m256i bytes[SG_SUSPECT_STEPS])
{
    uint64_t last =
        (at_least(bytes[2], SG_SUSPECT_QUOTE) & ~at_least(bytes[2], SG_SUSPECT_LAST_QUOTE + 1)) |
        is(bytes[2], SG_SUSPECT_ELLIPSIS);
    return at_least(bytes[0], 0xC0) == (is(bytes[0], 0xE2) & is(bytes[1], 0x80) & last);
}

/* Code points of three and four bytes, of which there are some. */
INLINE void look_long(struct sg_suspect_block *block, const __m256i bytes[SG_SUSPECT_STEPS],
                      uint64_t heads, unsigned shift)
{
    __m256i held = groups(&sg_suspect_e2, bytes);
    if ((heads & ~is(bytes[0], 0xE2)) != 0)
        for (unsigned i = 0; i < SG_SUSPECT_SETS; i++)
            held = _mm256_or_si256(held, groups(&sg_suspect_long[i], bytes));
    block->sure |= places(held, 0xFF) << shift;
    held = groups(&sg_suspect_near, bytes);
    block->near |= places(held, 0xFF) << shift;
    block->hidden |= places(held, SG_SUSPECT_HIDDEN) << shift;
}

INLINE void look_half(struct sg_suspect_block *block, const __m256i bytes[SG_SUSPECT_STEPS],
                      unsigned shift)
{
    __m256i kinds = look_up(&sg_suspect_bytes, bytes[0]);
    __m256i two = _mm256_and_si256(look_up(&sg_suspect_two.steps[0], bytes[0]),
                                   look_up(&sg_suspect_two.steps[1], bytes[1]));
    block->sure |= places(two, 0xFF) << shift;
    block->lead |= places(kinds, SG_SUSPECT_LEAD) << shift;
    block->word |= places(kinds, SG_SUSPECT_WORD) << shift;
    block->dot |= places(kinds, SG_SUSPECT_DOT) << shift;
    block->ascii |= (uint64_t)(~(uint32_t)_mm256_movemask_epi8(bytes[0])) << shift;
    uint64_t heads = at_least(bytes[0], 0xE0);
    if (heads != 0)
        look_long(block, bytes, heads, shift);
}

FOR_AVX2 static uint64_t look(const uint8_t *at, uint8_t before)
{
    struct sg_suspect_block block = {0};
    const __m256i a[SG_SUSPECT_STEPS] = {load(at), load(at + 1), load(at + 2)};
    at += LANES;
    const __m256i b[SG_SUSPECT_STEPS] = {load(at), load(at + 1), load(at + 2)};
    if (_mm256_movemask_epi8(_mm256_or_si256(a[0], b[0])) == 0 ||
        (only_quotes(a) && only_quotes(b)))
        return 0;
    look_half(&block, a, 0);
    look_half(&block, b, LANES);
    return sg_suspect_judge(&block, before, at + LANES);
}

/* Skips ASCII, in large steps. */
INLINE size_t skip(const uint8_t *text, size_t from, size_t len)
{
    for (; len - from >= 4 * LANES; from += 4 * LANES) {
        __m256i a = _mm256_or_si256(load(text + from), load(text + from + LANES));
        __m256i b = _mm256_or_si256(load(text + from + 2 * LANES), load(text + from + 3 * LANES));
        if (_mm256_movemask_epi8(_mm256_or_si256(a, b)) != 0)
            break;
    }
    return from;
}

FOR_AVX2 size_t sg_suspect_avx2(const uint8_t *text, size_t from, size_t len)
{
    uint64_t found = 0;
    from = skip(text, from, len);
    while (from < len) {
        uint8_t before = from == 0 ? SG_SUSPECT_NOTHING : text[from - 1];
        if (len - from >= SG_SUSPECT_REACH) {
            found = look(text + from, before);
        } else {
            uint8_t rest[SG_SUSPECT_REACH] = {0};
            memcpy(rest, text + from, len - from);
            found = look(rest, before);
        }
        if (found != 0)
            return from + (size_t)__builtin_ctzll(found);
        from += SG_SUSPECT_PLACES;
        if (from < len && text[from] < 0x80)
            from = skip(text, from, len);
    }
    return len;
}

#endif
