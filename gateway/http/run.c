/* SPDX-License-Identifier: Apache-2.0 */
/*
 * run.c - how far a run of one kind of byte goes: what the lines of a head are made of.
 *
 * Every byte of every head is asked about here, so the long runs are looked at in blocks: of 16
 * where the machine has SSE2, of 8 elsewhere and in what is left over.
 */
#include "http/run.h"

#include <string.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

enum { VALUE = 1, TARGET = 2, TOKEN = 4, HOST = 8 };

#define V VALUE
#define N (VALUE | TOKEN)
#define T (VALUE | TARGET)
#define H (VALUE | TARGET | HOST)
#define K (VALUE | TARGET | TOKEN)
#define A (VALUE | TARGET | TOKEN | HOST)
/* clang-format off */
/* What each byte may be part of. */
static const uint8_t kind[256] = {
    0, 0, 0, 0, 0, 0, 0, 0, 0, V, 0, 0, 0, 0, 0, 0, /* controls, tab */
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    V, A, T, N, A, K, A, A, H, H, A, A, T, A, A, T, /* space ! " # $ % & ' ( ) * + , - . / */
    A, A, A, A, A, A, A, A, A, A, T, H, T, H, T, T, /* 0 to 9 : ; < = > ? */
    T, A, A, A, A, A, A, A, A, A, A, A, A, A, A, A, /* @ A to O */
    A, A, A, A, A, A, A, A, A, A, A, T, T, T, K, A, /* P to Z [ \ ] ^ _ */
    K, A, A, A, A, A, A, A, A, A, A, A, A, A, A, A, /* ` a to o */
    A, A, A, A, A, A, A, A, A, A, A, T, K, T, A, 0, /* p to z { | } ~ DEL */
    V, V, V, V, V, V, V, V, V, V, V, V, V, V, V, V, /* beyond ASCII */
    V, V, V, V, V, V, V, V, V, V, V, V, V, V, V, V,
    V, V, V, V, V, V, V, V, V, V, V, V, V, V, V, V,
    V, V, V, V, V, V, V, V, V, V, V, V, V, V, V, V,
    V, V, V, V, V, V, V, V, V, V, V, V, V, V, V, V,
    V, V, V, V, V, V, V, V, V, V, V, V, V, V, V, V,
    V, V, V, V, V, V, V, V, V, V, V, V, V, V, V, V,
    V, V, V, V, V, V, V, V, V, V, V, V, V, V, V, V,
};
/* clang-format on */

static size_t run_of(struct sg_bytes text, size_t at, unsigned wanted)
{
    while (at < text.len && (kind[text.data[at]] & wanted) != 0)
        at++;
    return at;
}

size_t sg_run_host(struct sg_bytes text, size_t at)
{
    return run_of(text, at, HOST);
}

/* Whether eight bytes hold no control. A borrow or carry comes only out of one. */
static bool has_no_control(const uint8_t *bytes)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), highs = UINT64_C(0x8080808080808080);
    uint64_t x;
    memcpy(&x, bytes, sizeof x);
    uint64_t low = (x - ones * 0x20) & ~x, del = (x + ones) & ~x;
    return ((low | del) & highs) == 0;
}

#if defined(__SSE2__)

static __m128i load(const uint8_t *bytes)
{
    return _mm_loadu_si128((const __m128i *)(const void *)bytes);
}

static __m128i bytes_equal_to(__m128i block, int c)
{
    return _mm_cmpeq_epi8(block, _mm_set1_epi8((char)c));
}

/* Each gives a bit for every byte that is not of the kind; for tokens also for the rarer marks. */

static unsigned no_token(__m128i block)
{
    __m128i letter = _mm_sub_epi8(_mm_or_si128(block, _mm_set1_epi8(0x20)), _mm_set1_epi8('a'));
    __m128i digit = _mm_sub_epi8(block, _mm_set1_epi8('0'));
    __m128i good =
        _mm_or_si128(_mm_cmpeq_epi8(_mm_min_epu8(letter, _mm_set1_epi8('z' - 'a')), letter),
                     _mm_cmpeq_epi8(_mm_min_epu8(digit, _mm_set1_epi8(9)), digit));
    return (unsigned)_mm_movemask_epi8(_mm_or_si128(good, bytes_equal_to(block, '-'))) ^ 0xFFFFu;
}

static unsigned no_value(__m128i block)
{
    __m128i low = _mm_cmpeq_epi8(_mm_min_epu8(block, _mm_set1_epi8(0x1F)), block);
    __m128i control = _mm_andnot_si128(bytes_equal_to(block, '\t'), low);
    return (unsigned)_mm_movemask_epi8(_mm_or_si128(control, bytes_equal_to(block, 0x7F)));
}

static unsigned no_target(__m128i block)
{
    /* Signed: what is beyond ASCII is below the space too. */
    __m128i visible = _mm_cmpgt_epi8(block, _mm_set1_epi8(' '));
    __m128i marks = _mm_or_si128(bytes_equal_to(block, '#'), bytes_equal_to(block, 0x7F));
    return (unsigned)_mm_movemask_epi8(_mm_andnot_si128(marks, visible)) ^ 0xFFFFu;
}

/* Passes whole blocks; true when *at is at a byte that is not of the kind. */
static bool pass_blocks(struct sg_bytes text, size_t *at, unsigned (*outside)(__m128i block))
{
    for (; text.len - *at >= 16; *at += 16) {
        unsigned bad = outside(load(text.data + *at));
        if (bad != 0) {
            *at += (size_t)__builtin_ctz(bad);
            return true;
        }
    }
    return false;
}

size_t sg_run_token(struct sg_bytes text, size_t at)
{
    (void)pass_blocks(text, &at, no_token);
    return run_of(text, at, TOKEN);
}

size_t sg_run_target(struct sg_bytes text, size_t at)
{
    return pass_blocks(text, &at, no_target) ? at : run_of(text, at, TARGET);
}

#else

size_t sg_run_token(struct sg_bytes text, size_t at)
{
    return run_of(text, at, TOKEN);
}

size_t sg_run_target(struct sg_bytes text, size_t at)
{
    return run_of(text, at, TARGET);
}

#endif

size_t sg_run_value(struct sg_bytes text, size_t at)
{
#if defined(__SSE2__)
    if (pass_blocks(text, &at, no_value))
        return at;
#endif
    while (text.len - at >= 8 && has_no_control(text.data + at))
        at += 8;
    return run_of(text, at, VALUE);
}
