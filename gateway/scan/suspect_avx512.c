/* SPDX-License-Identifier: Apache-2.0 */
/*
 * suspect_avx512.c - where may the folded view differ from the text? 64 places at a time, for
 * processors with AVX-512 on bytes.
 */
#include "scan/suspect.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define FOR_AVX512 __attribute__((target("avx512f,avx512bw")))
#define INLINE     FOR_AVX512 __attribute__((always_inline)) static inline

enum { LANES = 64 };

INLINE __m512i load(const uint8_t *text)
{
    return _mm512_loadu_si512((const void *)text);
}

/* The text's bytes from place on; zero behind its end, where nothing is read. */
INLINE __m512i load_some(const uint8_t *text, size_t place, size_t len)
{
    if (place >= len)
        return _mm512_setzero_si512();
    size_t n = len - place;
    return _mm512_maskz_loadu_epi8(n < LANES ? (UINT64_C(1) << n) - 1 : UINT64_MAX, text + place);
}

INLINE __m512i table(const uint8_t half[16])
{
    return _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)(const void *)half));
}

INLINE __m512i look_up(const struct sg_suspect_halves *halves, __m512i bytes)
{
    const __m512i low = _mm512_set1_epi8(0x0F);
    __m512i lo = _mm512_and_si512(bytes, low);
    __m512i hi = _mm512_and_si512(_mm512_srli_epi16(bytes, 4), low);
    return _mm512_and_si512(_mm512_shuffle_epi8(table(halves->lo), lo),
                            _mm512_shuffle_epi8(table(halves->hi), hi));
}

/* The groups that hold at each place. */
INLINE __m512i groups(const struct sg_suspect_set *set, const __m512i bytes[SG_SUSPECT_STEPS])
{
    __m512i held = look_up(&set->steps[0], bytes[0]);
    held = _mm512_and_si512(held, look_up(&set->steps[1], bytes[1]));
    return _mm512_and_si512(held, look_up(&set->steps[2], bytes[2]));
}

/* The places that have one of the bits. */
INLINE uint64_t places(__m512i held, int bits)
{
    return _mm512_test_epi8_mask(held, _mm512_set1_epi8((char)bits));
}

INLINE uint64_t is(__m512i bytes, int byte)
{
    return _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8((char)byte));
}

INLINE uint64_t at_least(__m512i bytes, int byte)
{
    return _mm512_cmpge_epu8_mask(bytes, _mm512_set1_epi8((char)byte));
}

/* Code points of three and four bytes, of which there are some. */
INLINE void look_long(struct sg_suspect_block *block, const __m512i bytes[SG_SUSPECT_STEPS],
                      uint64_t heads)
{
    __m512i held = groups(&sg_suspect_e2, bytes);
    if ((heads & ~is(bytes[0], 0xE2)) != 0)
        for (unsigned i = 0; i < SG_SUSPECT_SETS; i++)
            held = _mm512_or_si512(held, groups(&sg_suspect_long[i], bytes));
    block->sure |= places(held, 0xFF);
    held = groups(&sg_suspect_near, bytes);
    block->near = places(held, 0xFF);
    block->hidden = places(held, SG_SUSPECT_HIDDEN);
}

/* Is there no code point but ASCII, quotation marks and ellipses? */
INLINE bool only_quotes(const __m512i bytes[SG_SUSPECT_STEPS])
{
    uint64_t last =
        (at_least(bytes[2], SG_SUSPECT_QUOTE) & ~at_least(bytes[2], SG_SUSPECT_LAST_QUOTE + 1)) |
        is(bytes[2], SG_SUSPECT_ELLIPSIS);
    return at_least(bytes[0], 0xC0) == (is(bytes[0], 0xE2) & is(bytes[1], 0x80) & last);
}

INLINE uint64_t look(const uint8_t *text, size_t place, size_t len)
{
    const bool whole = len - place >= SG_SUSPECT_REACH;
    const __m512i here = whole ? load(text + place) : load_some(text, place, len);
    const uint64_t high = _mm512_movepi8_mask(here);
    if (high == 0)
        return 0;
    const __m512i bytes[SG_SUSPECT_STEPS] = {
        here, whole ? load(text + place + 1) : load_some(text, place + 1, len),
        whole ? load(text + place + 2) : load_some(text, place + 2, len)};
    if (only_quotes(bytes))
        return 0;
    __m512i two = _mm512_and_si512(look_up(&sg_suspect_two.steps[0], bytes[0]),
                                   look_up(&sg_suspect_two.steps[1], bytes[1]));
    __m512i kinds = look_up(&sg_suspect_bytes, here);
    struct sg_suspect_block block = {.sure = places(two, 0xFF),
                                     .lead = places(kinds, SG_SUSPECT_LEAD),
                                     .word = places(kinds, SG_SUSPECT_WORD),
                                     .dot = places(kinds, SG_SUSPECT_DOT),
                                     .ascii = ~high};
    uint64_t heads = at_least(here, 0xE0);
    if (heads != 0)
        look_long(&block, bytes, heads);
    uint8_t after[SG_SUSPECT_REACH - SG_SUSPECT_PLACES] = {0};
    for (size_t i = 0; i < sizeof after && len - place > SG_SUSPECT_PLACES + i; i++)
        after[i] = text[place + SG_SUSPECT_PLACES + i];
    return sg_suspect_judge(&block, place == 0 ? SG_SUSPECT_NOTHING : text[place - 1], after);
}

FOR_AVX512 size_t sg_suspect_avx512(const uint8_t *text, size_t from, size_t len)
{
    while (from < len) {
        while (len - from >= 2 * LANES && _mm512_movepi8_mask(_mm512_or_si512(
                                              load(text + from), load(text + from + LANES))) == 0)
            from += 2 * LANES;
        if (from == len)
            break;
        uint64_t found = look(text, from, len);
        if (found != 0)
            return from + (size_t)__builtin_ctzll(found);
        from = len - from > LANES ? from + LANES : len;
    }
    return len;
}

#endif
