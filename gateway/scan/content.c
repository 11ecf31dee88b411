/* SPDX-License-Identifier: Apache-2.0 */
/*
 * content.c - a 64-bit SimHash of a message's masked text.
 */
#include "scan/content.h"

#include <string.h>

/* The finaliser of MurmurHash3's 64-bit form (public domain): every input bit reaches every output
 * bit. */
static uint64_t mix(uint64_t x)
{
    x ^= x >> 33;
    x *= UINT64_C(0xff51afd7ed558ccd);
    x ^= x >> 33;
    x *= UINT64_C(0xc4ceb9fe1a85ec53);
    return x ^ x >> 33;
}

void sg_content_init(struct sg_content *content, uint64_t seed)
{
    memset(content, 0, sizeof *content);
    content->seed = seed | 1;
}

/* One more byte of a word: FNV-1a's step from a keyed start. */
static uint64_t extend(uint64_t word, uint64_t seed, uint8_t c)
{
    if (word == 0)
        word = seed;
    return (word ^ c) * UINT64_C(0x100000001b3);
}

/* Adds one to each counter from plane k on that has its bit set in run: a ripple of carries that
 * mostly ends soon. */
static void ripple(struct sg_content *content, unsigned k, uint64_t run)
{
    for (; run != 0 && k < SG_CONTENT_PLANES; k++) {
        uint64_t carry = content->planes[k] & run;
        content->planes[k] ^= run;
        run = carry;
    }
}

/* 64 adders side by side: the sum of a plane and two runs stays there, the carry is returned. */
static uint64_t add_two(uint64_t *plane, uint64_t a, uint64_t b)
{
    uint64_t half = *plane ^ a, carry = (*plane & a) | (half & b);
    *plane = half ^ b;
    return carry;
}

/* Eight runs at once: seven adders, and one ripple of what is worth eight. */
static void add_runs(struct sg_content *content)
{
    const uint64_t *runs = content->runs;
    uint64_t *planes = content->planes;
    uint64_t twos = add_two(&planes[0], runs[0], runs[1]);
    uint64_t fours = add_two(&planes[1], twos, add_two(&planes[0], runs[2], runs[3]));
    twos = add_two(&planes[0], runs[4], runs[5]);
    uint64_t more = add_two(&planes[1], twos, add_two(&planes[0], runs[6], runs[7]));
    ripple(content, 3, add_two(&planes[2], fours, more));
    content->n_runs = 0;
}

static void finish_word(struct sg_content *content)
{
    if (content->word == 0)
        return;
    uint64_t word = mix(content->word ^ content->seed);
    content->word = 0;
    content->words++;
    if (content->words >= 3) {
        content->runs[content->n_runs++] =
            mix(word + 3 * mix(content->before[0] + 5 * mix(content->before[1])));
        if (content->n_runs == SG_CONTENT_RUNS)
            add_runs(content);
    }
    content->before[1] = content->before[0];
    content->before[0] = word;
}

/* What a byte is in a word: its lower case; 0 where none is. Letters, digits and everything beyond
 * ASCII make words. */
/* clang-format off */
#define RUN8(c)  (c), (c) + 1, (c) + 2, (c) + 3, (c) + 4, (c) + 5, (c) + 6, (c) + 7
#define RUN26(c) RUN8(c), RUN8((c) + 8), RUN8((c) + 16), (c) + 24, (c) + 25
#define RUN64(c) RUN26(c), RUN26((c) + 26), RUN8((c) + 52), (c) + 60, (c) + 61, (c) + 62, (c) + 63
static const uint8_t folded[256] = {
    ['0'] = RUN8('0'), '8', '9',
    ['A'] = RUN26('a'),
    ['a'] = RUN26('a'),
    [0x80] = RUN64(0x80), RUN64(0xC0),
};
/* clang-format on */

void sg_content_add(struct sg_content *content, struct sg_bytes text)
{
    uint64_t word = content->word;
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = folded[text.data[i]];
        if (c != 0) {
            word = extend(word, content->seed, c);
        } else if (word != 0) {
            content->word = word;
            finish_word(content);
            word = 0;
        }
    }
    content->word = word;
}

void sg_content_add_entity(struct sg_content *content, const char *entity)
{
    finish_word(content);
    /* 0x01 cannot be in a word: no text is mistaken for an entity. */
    content->word = extend(content->word, content->seed, 1);
    for (; *entity != '\0'; entity++)
        content->word = extend(content->word, content->seed, (uint8_t)*entity);
    finish_word(content);
}

void sg_content_break(struct sg_content *content)
{
    finish_word(content);
}

uint64_t sg_content_value(const struct sg_content *content)
{
    struct sg_content done = *content;
    finish_word(&done);
    for (size_t i = 0; i < done.n_runs; i++)
        ripple(&done, 0, done.runs[i]);
    if (done.words < SG_CONTENT_FEWEST_WORDS)
        return 0;
    /* 64 comparisons side by side, from the highest plane that the number of runs reaches: is the
     * count over half the runs? */
    uint64_t runs = done.words - 2, half = runs / 2, value = 0, equal = UINT64_MAX;
    unsigned k = 0;
    while (k < SG_CONTENT_PLANES && runs >> k != 0)
        k++;
    while (k-- > 0) {
        uint64_t own = done.planes[k], half_bit = half >> k & 1 ? UINT64_MAX : 0;
        value |= equal & own & ~half_bit;
        equal &= ~(own ^ half_bit);
    }
    return value == 0 ? 1 : value;
}
