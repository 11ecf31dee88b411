/* SPDX-License-Identifier: Apache-2.0 */
/*
 * suspect.h - where may the folded view differ from the text? One answer, in the forms that
 * processors know (scan/kernel.h).
 *
 * A place is suspect when a group of one of the sets holds there: the halves of its three bytes are
 * all among the group's. The groups of sg_suspect_near hold only beside ASCII, as do the leads of
 * two-byte look-alikes. Each set is one byte of groups, so that a shuffle looks all of them up at
 * once. Too coarse is slow; too fine loses look-alikes, so the tests go through every code point.
 *
 * Bytes outside the text count as zero, and the first has nothing before it.
 */
#ifndef SG_SCAN_SUSPECT_H
#define SG_SCAN_SUSPECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SG_SUSPECT_STEPS = 3, SG_SUSPECT_SETS = 3 };

/* A byte has what both tables say of its halves. */
struct sg_suspect_halves {
    uint8_t lo[16], hi[16];
};

struct sg_suspect_set {
    struct sg_suspect_halves steps[SG_SUSPECT_STEPS];
};

/* Code points of two bytes; the third step holds for all. */
extern const struct sg_suspect_set sg_suspect_two;
/* Those with lead byte E2, which quotation marks have too, and those of the other longer ones. */
extern const struct sg_suspect_set sg_suspect_e2, sg_suspect_long[SG_SUSPECT_SETS];
/* Three bytes, beside ASCII: look-alikes beside a word, SG_SUSPECT_HIDDEN also behind any. */
extern const struct sg_suspect_set sg_suspect_near;
enum { SG_SUSPECT_HIDDEN = 0xC0 };
/* Of single bytes. WORD: letter, digit or @, which joins the look-alikes at both its sides. A dot
 * joins those behind it. LEAD begins a two-byte look-alike. */
extern const struct sg_suspect_halves sg_suspect_bytes;
enum { SG_SUSPECT_WORD = 0x0F, SG_SUSPECT_DOT = 0x10, SG_SUSPECT_LEAD = 0x60 };

static inline uint8_t sg_suspect_look_up(const struct sg_suspect_halves *halves, uint8_t c)
{
    return halves->lo[c & 15] & halves->hi[c >> 4];
}

/* Is text + place, place < len, suspect? The definition: all forms agree with it. */
bool sg_suspect_at(const uint8_t *text, size_t place, size_t len);

/* What the wide forms see in 64 places, a bit each. */
struct sg_suspect_block {
    uint64_t sure;         /* a group holds there, whatever stands beside it */
    uint64_t lead;         /* of a two-byte look-alike */
    uint64_t near, hidden; /* groups of sg_suspect_near; hidden is among near */
    uint64_t word, dot, ascii;
};

/* What most texts have that is not ASCII, and what no group holds for: quotation marks, E2 80 with
 * these, and the ellipsis. */
enum { SG_SUSPECT_QUOTE = 0x98, SG_SUSPECT_LAST_QUOTE = 0x9D, SG_SUSPECT_ELLIPSIS = 0xA6 };

enum {
    SG_SUSPECT_PLACES = 64,
    SG_SUSPECT_REACH = SG_SUSPECT_PLACES + 3, /* bytes that decide about so many places */
    SG_SUSPECT_NOTHING = 0x80                 /* stands for the byte before the first */
};

/* Which of the places are suspect, given the byte before them and the three behind. */
static inline uint64_t sg_suspect_judge(const struct sg_suspect_block *block, uint8_t before,
                                        const uint8_t after[3])
{
    const unsigned join = SG_SUSPECT_WORD | SG_SUSPECT_DOT;
    uint64_t behind = 0;
    if ((block->lead | block->near) == 0)
        return block->sure;
    for (unsigned i = 0; i < 3; i++) {
        uint8_t next = sg_suspect_look_up(&sg_suspect_bytes, after[i]);
        behind |= (uint64_t)((next & SG_SUSPECT_WORD) != 0) << i;
    }
    uint64_t joined = (block->word | block->dot) << 1 |
                      ((sg_suspect_look_up(&sg_suspect_bytes, before) & join) != 0);
    uint64_t after_ascii = block->ascii << 1 | (before < 0x80);
    return block->sure | (block->lead & (joined | block->word >> 2 | behind << 62)) |
           (block->near & (joined | block->word >> 3 | behind << 61)) |
           (block->hidden & after_ascii);
}

/*
 * The offset of the first suspect place from `from` on; len when there is none. Reads
 * text[0 … len) only. Each but the first is there only in builds for its processors, and runs only
 * where its kernel works.
 */
size_t sg_suspect_scalar(const uint8_t *text, size_t from, size_t len);
size_t sg_suspect_avx2(const uint8_t *text, size_t from, size_t len);
size_t sg_suspect_avx512(const uint8_t *text, size_t from, size_t len);
size_t sg_suspect_neon(const uint8_t *text, size_t from, size_t len);

#endif
