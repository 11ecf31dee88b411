/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kernel_avx512.c - the sieve 64 places at a time, bytes by symbol.
 *
 * With VBMI one shuffle looks up 64 symbols at once in a table of 64, so a step is one shuffle for
 * each group. A byte of a lane is the 8 buckets of one group at one place.
 */
#include "scan/kernel.h"

#include "scan/kernel_word.h"
#include "scan/suspect.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define FOR_VBMI __attribute__((target("avx512f,avx512bw,avx512vbmi")))
#define INLINE   FOR_VBMI __attribute__((always_inline)) static inline

static bool works(void)
{
    return __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
           __builtin_cpu_supports("avx512vbmi") != 0;
}

INLINE __m512i load(const uint8_t *bytes)
{
    return _mm512_loadu_si512((const void *)bytes);
}

INLINE __m512i fold(const struct sg_sieve *sieve, const uint8_t *text)
{
    __m512i bytes = load(text);
    __m512i ascii = _mm512_permutex2var_epi8(load(sieve->fold), bytes, load(sieve->fold + 64));
    return _mm512_mask_blend_epi8(_mm512_movepi8_mask(bytes), ascii,
                                  _mm512_set1_epi8((char)sieve->high));
}

/* symbols[i]: those of the bytes at each place - 1 + i, from the 64 there and the next 64. */
INLINE void shift(__m512i here, __m512i next, __m512i symbols[SG_SIEVE_STEPS])
{
    /* alignr moves within 16 bytes: it needs the 16 that follow each. */
    const __m512i after = _mm512_alignr_epi64(next, here, 2);
    symbols[0] = here;
    symbols[1] = _mm512_alignr_epi8(after, here, 1);
    symbols[2] = _mm512_alignr_epi8(after, here, 2);
    symbols[3] = _mm512_alignr_epi8(after, here, 3);
    symbols[4] = _mm512_alignr_epi8(after, here, 4);
    symbols[5] = _mm512_alignr_epi8(after, here, 5);
    symbols[6] = _mm512_alignr_epi8(after, here, 6);
    symbols[7] = _mm512_alignr_epi8(after, here, 7);
}

INLINE __m512i look_up(const uint8_t table[64], __m512i symbols)
{
    return _mm512_permutexvar_epi8(symbols, load(table));
}

INLINE __m512i and3(__m512i a, __m512i b, __m512i c)
{
    return _mm512_ternarylogic_epi64(a, b, c, 0x80);
}

/* The buckets of one group that hold at each place. */
INLINE __m512i look(const uint8_t tables[SG_SIEVE_STEPS][64], const __m512i symbols[SG_SIEVE_STEPS])
{
    __m512i held = and3(look_up(tables[0], symbols[0]), look_up(tables[1], symbols[1]),
                        look_up(tables[2], symbols[2]));
    held = and3(held, look_up(tables[3], symbols[3]), look_up(tables[4], symbols[4]));
    held = and3(held, look_up(tables[5], symbols[5]), look_up(tables[6], symbols[6]));
    return _mm512_and_si512(held, look_up(tables[7], symbols[7]));
}

/* What 64 places have. */
INLINE struct sg_word look_word(const struct sg_sieve *sieve, unsigned groups,
                                const __m512i symbols[SG_SIEVE_STEPS])
{
    const __m512i alone = _mm512_set1_epi8((char)sg_word_alone(sieve));
    const __m512i first = look(sieve->symbols[0], symbols);
    __m512i held = _mm512_and_si512(first, alone);
    if (groups > 1)
        held = _mm512_or_si512(held, look(sieve->symbols[1], symbols));
    if (groups > 2) {
        held = _mm512_or_si512(held, look(sieve->symbols[2], symbols));
        held = _mm512_or_si512(held, look(sieve->symbols[3], symbols));
    }
    return (struct sg_word){
        _mm512_test_epi8_mask(held, held),
        _mm512_test_epi8_mask(first, _mm512_set1_epi8((char)(1 << SG_SIEVE_HEAD))),
        _mm512_test_epi8_mask(first, _mm512_set1_epi8(1 << SG_SIEVE_TAIL)),
    };
}

INLINE void run_groups(const struct sg_sieve *sieve, const uint8_t *text, size_t n, uint64_t *hits,
                       unsigned groups)
{
    __m512i symbols[SG_SIEVE_STEPS];
    __m512i here = fold(sieve, text - 1);
    uint64_t heads = 0;
    for (size_t start = 0; start < n; start += 64) {
        __m512i next = fold(sieve, text + start + 63);
        shift(here, next, symbols);
        here = next;
        struct sg_word word = look_word(sieve, groups, symbols);
        sg_word_put(hits, start / 64, &word, heads);
        heads = word.heads;
    }
    if (n > 0)
        sg_word_end(hits, n, heads);
}

FOR_VBMI static void run(const struct sg_sieve *sieve, const uint8_t *text, size_t n,
                         uint64_t *hits)
{
    if (sieve->fold_groups == 1)
        run_groups(sieve, text, n, hits, 1);
    else if (sieve->fold_groups == 2)
        run_groups(sieve, text, n, hits, 2);
    else
        run_groups(sieve, text, n, hits, 4);
}

const struct sg_kernel sg_kernel_avx512 = {"avx512vbmi", works, run, sg_suspect_avx512};

#endif
