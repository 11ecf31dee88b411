/* SPDX-License-Identifier: Apache-2.0 */
/*
 * content.c - a 64-bit SimHash of a message's masked text.
 */
#include "scan/content.h"

#include <stdbool.h>
#include <string.h>

#include "base/digest.h"

/* Of words that are hashed already: every bit of the result hangs on all of theirs. */
static uint64_t mix(uint64_t x)
{
    x *= UINT64_C(0xff51afd7ed558ccd);
    x ^= x >> 32;
    return x * UINT64_C(0xc4ceb9fe1a85ec53);
}

void sg_content_init(struct sg_content *content, uint64_t seed)
{
    memset(content, 0, sizeof *content);
    content->seed = seed | 1;
}

/* --- words ------------------------------------------------------------------------------------ */

enum { LANE = 8, BLOCK = 64, BEHIND = 2 * LANE /* bytes that are read, too */ };

/* Eight more bytes of a word. */
static uint64_t step(uint64_t hash, uint64_t chunk)
{
    hash = (hash ^ chunk) * UINT64_C(0x9fb21c651e98df25);
    return hash ^ hash >> 32;
}

/* What is left, seven bytes at most, and the length in the place of the eighth. */
static uint64_t end_word(uint64_t hash, uint64_t chunk, uint64_t len)
{
    return step(hash, chunk ^ len << 56);
}

static uint64_t load(const uint8_t *bytes)
{
    uint64_t lane;
    memcpy(&lane, bytes, sizeof lane);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    lane = __builtin_bswap64(lane);
#endif
    return lane;
}

#define ALL(byte) (UINT64_C(0x0101010101010101) * (byte))

/* The top bit of each byte tells whether it is at least c; the others, and those of bytes from 0x80
 * on, tell nothing. */
static uint64_t at_least(uint64_t low, uint8_t c)
{
    return low + ALL(0x80u - c);
}

/* Of bytes of a word: digits have that bit, and what is beyond ASCII stays. */
static uint64_t lower_case(uint64_t lane)
{
    return lane | (ALL(0x20) & ~(lane >> 2));
}

/* Which of eight bytes make words, a bit each, the first lowest: letters, digits and everything
 * beyond ASCII. */
static uint64_t in_words(uint64_t lane)
{
    const uint64_t low = lane & ALL(0x7f), lower = low | ALL(0x20);
    const uint64_t letter = at_least(lower, 'a') & ~at_least(lower, 'z' + 1);
    const uint64_t digit = at_least(low, '0') & ~at_least(low, '9' + 1);
    const uint64_t all = (letter | digit | lane) & ALL(0x80);
    return (all >> 7) * UINT64_C(0x0102040810204080) >> 56;
}

/* The first n < 8 of eight bytes. */
static uint64_t first_of(uint64_t lane, uint64_t n)
{
    return lane & ((UINT64_C(1) << 8 * n) - 1);
}

/* Adds one to each counter from plane k on that has its bit set in run; below plane `end` there is
 * room for all that were added. To the end in any case: how far carries go nobody can predict. */
static void ripple(struct sg_content *content, unsigned k, unsigned end, uint64_t run)
{
    for (; k < end; k++) {
        uint64_t carry = content->planes[k] & run;
        content->planes[k] ^= run;
        run = carry;
    }
}

/* Planes that so many runs need. */
static unsigned planes_for(uint64_t runs)
{
    const unsigned k = runs == 0 ? 0 : 64 - (unsigned)__builtin_clzll(runs);
    return k < SG_CONTENT_PLANES ? k : SG_CONTENT_PLANES;
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
    content->added += SG_CONTENT_RUNS;
    const uint64_t *runs = content->runs;
    uint64_t *planes = content->planes;
    uint64_t twos = add_two(&planes[0], runs[0], runs[1]);
    uint64_t fours = add_two(&planes[1], twos, add_two(&planes[0], runs[2], runs[3]));
    twos = add_two(&planes[0], runs[4], runs[5]);
    uint64_t more = add_two(&planes[1], twos, add_two(&planes[0], runs[6], runs[7]));
    ripple(content, 3, planes_for(content->added), add_two(&planes[2], fours, more));
    content->n_runs = 0;
}

/* One more word, and with it a run of three. */
static inline void add_word(struct sg_content *content, struct sg_content_past *past, uint64_t word)
{
    if (past->words >= 2) {
        content->runs[content->n_runs++] =
            mix(word ^ (past->one << 21 | past->one >> 43) ^ (past->two << 42 | past->two >> 22));
        if (content->n_runs == SG_CONTENT_RUNS)
            add_runs(content);
    }
    *past = (struct sg_content_past){word, past->one, past->words + 1};
}

/* Adds to the word that has begun, or begins one; behind bytes + len there are eight more. */
static void extend(struct sg_content *content, const uint8_t *bytes, uint64_t len)
{
    struct sg_content_word *word = &content->word;
    if (word->len == 0)
        word->hash = content->seed;
    while (len > 0) {
        const uint64_t at = word->len % LANE, room = LANE - at, n = len < room ? len : room;
        const uint64_t lane = lower_case(load(bytes));
        word->chunk |= (n < LANE ? first_of(lane, n) : lane) << 8 * at;
        word->len += n;
        bytes += n;
        len -= n;
        if (at + n == LANE) {
            word->hash = step(word->hash, word->chunk);
            word->chunk = 0;
        }
    }
}

static void finish_word(struct sg_content *content)
{
    const struct sg_content_word word = content->word;
    if (word.len == 0)
        return;
    content->word = (struct sg_content_word){.len = 0};
    add_word(content, &content->past, end_word(word.hash, word.chunk, word.len));
}

/* The hash of one that lies whole in a block. */
static inline uint64_t whole_word(uint64_t seed, const uint8_t *bytes, uint64_t len)
{
    const uint64_t all = len;
    uint64_t hash = seed, lane = load(bytes);
    for (; len >= LANE; len -= LANE) {
        hash = step(hash, lower_case(lane));
        bytes += LANE;
        lane = load(bytes);
    }
    return end_word(hash, first_of(lower_case(lane), len), all);
}

/* --- text ------------------------------------------------------------------------------------- */

/* The lowest set bit's place; there is one. */
static unsigned lowest(uint64_t bits)
{
    return (unsigned)__builtin_ctzll(bits);
}

/*
 * words: which of n bytes are in words. The first may go on with what came before, the last with
 * what comes. Returns how many bytes were taken: with more to come in one piece, none of a word
 * that only begins here.
 */
static unsigned add_words(struct sg_content *content, const uint8_t *bytes, uint64_t words,
                          unsigned n, bool more)
{
    unsigned at = 0;
    if (content->word.len > 0) {
        at = ~words == 0 ? BLOCK : lowest(~words);
        extend(content, bytes, at);
        if (at == n)
            return n;
        finish_word(content);
    }
    words = at == 0 ? words : words >> (at - 1) >> 1 << (at - 1) << 1;
    struct sg_content_past past = content->past; /* a copy: nothing else can point to it */
    while (words != 0) {
        /* One more at where a word begins carries to where it has ended. */
        const uint64_t carried = words + (words & (0 - words));
        const unsigned begin = lowest(words), end = carried == 0 ? BLOCK : lowest(carried);
        words &= carried;
        if (end < n)
            add_word(content, &past, whole_word(content->seed, bytes + begin, end - begin));
        else if (more && begin > 0)
            n = begin;
        else
            extend(content, bytes + begin, n - begin);
    }
    content->past = past;
    return n;
}

/* Reads sixteen bytes behind the last. */
static unsigned add_block(struct sg_content *content, const uint8_t *bytes, unsigned n, bool more)
{
    uint64_t words = 0;
    for (unsigned i = 0; i < n; i += LANE)
        words |= in_words(load(bytes + i)) << i;
    return add_words(content, bytes, words, n, more);
}

void sg_content_add(struct sg_content *content, struct sg_bytes text)
{
    uint8_t rest[BLOCK + 2 * BEHIND] = {0};
    while (text.len >= BLOCK + BEHIND) {
        const unsigned taken = add_block(content, text.data, BLOCK, true);
        text.data += taken;
        text.len -= taken;
    }
    if (text.len > 0)
        memcpy(rest, text.data, text.len);
    for (size_t at = 0; at < text.len;) {
        const bool more = text.len - at > BLOCK;
        at += add_block(content, rest + at, more ? BLOCK : (unsigned)(text.len - at), more);
    }
    sg_wipe(rest, text.len);
}

void sg_content_add_entity(struct sg_content *content, const char *entity)
{
    /* 0x01 cannot be in a word: no text is mistaken for an entity. */
    uint8_t piece[2 * LANE] = {1};
    size_t filled = 1;
    finish_word(content);
    for (; *entity != '\0'; entity++) {
        piece[filled++] = (uint8_t)*entity;
        if (filled == LANE) {
            extend(content, piece, filled);
            filled = 0;
        }
    }
    extend(content, piece, filled);
    finish_word(content);
}

void sg_content_break(struct sg_content *content)
{
    finish_word(content);
}

/* --- what it comes to ------------------------------------------------------------------------- */

uint64_t sg_content_value(const struct sg_content *content)
{
    struct sg_content done = *content;
    finish_word(&done);
    if (done.past.words < SG_CONTENT_FEWEST_WORDS)
        return 0;
    const uint64_t runs = done.past.words - 2;
    for (size_t i = 0; i < done.n_runs; i++)
        ripple(&done, 0, planes_for(runs), done.runs[i]);
    /* 64 comparisons side by side, from the highest plane down: is the count over half the runs? */
    uint64_t half = runs / 2, value = 0, equal = UINT64_MAX;
    for (unsigned k = planes_for(runs); k-- > 0;) {
        uint64_t own = done.planes[k], half_bit = half >> k & 1 ? UINT64_MAX : 0;
        value |= equal & own & ~half_bit;
        equal &= ~(own ^ half_bit);
    }
    return value == 0 ? 1 : value;
}
