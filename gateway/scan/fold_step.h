/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fold_step.h - what the folded view does with the code point at one place of a text.
 *
 * It depends on the view's bytes before the place, on whether anything was changed before, and for
 * look-alikes on what follows their run.
 */
#ifndef SG_SCAN_FOLD_STEP_H
#define SG_SCAN_FOLD_STEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "scan/fold_table.h"

/* What the view ends with. Zero at the start of a value. */
enum sg_fold_side {
    SG_FOLD_SIDE_NONE,  /* nothing, or a byte that is not ASCII */
    SG_FOLD_SIDE_ASCII, /* any other */
    SG_FOLD_SIDE_DOT,   /* one dot behind a letter, digit or @: "name@host." */
    SG_FOLD_SIDE_WORD   /* a letter, digit or @ */
};

/* A text that is read from front to back. before and changed are the owner's to keep up. */
struct sg_fold_reader {
    struct sg_bytes text;
    bool last;                /* nothing follows the text */
    bool changed;             /* something before was changed: weak letters are mapped */
    enum sg_fold_side before; /* of the place that is read next */
    size_t run_end;           /* the run of look-alikes that was looked at ends here … */
    uint8_t run_next;         /* … and is followed by this (enum in fold_step.c) */
};

struct sg_fold_step {
    size_t len;               /* bytes of the code point; 0: it depends on what follows the text */
    struct sg_fold_code code; /* KEEP, MAP or DROP */
};

static inline bool sg_fold_word(uint8_t c)
{
    return sg_is_alnum(c) || c == '@';
}

/* The side behind one more byte of the view. */
static inline enum sg_fold_side sg_fold_side_after(enum sg_fold_side before, uint8_t c)
{
    if (c >= 0x80 || c == 0)
        return SG_FOLD_SIDE_NONE;
    if (sg_fold_word(c))
        return SG_FOLD_SIDE_WORD;
    return c == '.' && before == SG_FOLD_SIDE_WORD ? SG_FOLD_SIDE_DOT : SG_FOLD_SIDE_ASCII;
}

/* Look-alikes change together with what stands beside them; what is not seen does not part them. */
static inline bool sg_fold_in_run(const struct sg_fold_code *code)
{
    return code->kind >= SG_FOLD_NEAR;
}

/* The side after a text; before is that in front of it. */
enum sg_fold_side sg_fold_side_of(enum sg_fold_side before, struct sg_bytes text);

/* The code point at `place` < text.len. Bad UTF-8 is kept, byte by byte. */
struct sg_fold_step sg_fold_step(struct sg_fold_reader *reader, size_t place);

/* Reads the code point at place: its length, 1 for a byte that is none (kept), 0 when the text ends
 * within it. */
size_t sg_fold_read(struct sg_bytes text, size_t place, struct sg_fold_code *code);

/* Where the code point begins that ends at `end`, or end when none does. Not before `from`. */
size_t sg_fold_read_back(struct sg_bytes text, size_t from, size_t end, struct sg_fold_code *code);

/* Where the run begins that ends at `end` and changes with what follows it; from or later. */
size_t sg_fold_run_back(struct sg_bytes text, size_t from, size_t end, size_t most);

/* The text's bytes without the code point at its end that has begun only. */
size_t sg_fold_whole(struct sg_bytes text);

#endif
