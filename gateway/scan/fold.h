/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fold.h - the folded view of a text: what a reader sees in it, as plain bytes.
 *
 * Characters that nobody sees are gone, digits of all scripts are 0-9, wide and mathematical
 * letters are A-Z, blanks are blanks, dashes are dashes, and letters that look Latin are Latin
 * where they stand beside ASCII. Everything else is as it is, byte by byte, so the view of ASCII is
 * the same text. A map leads from each byte of the view back to the code points it stands for.
 *
 * The views that fold rules ask for (scan/passages.h) are made with the same map.
 */
#ifndef SG_SCAN_FOLD_H
#define SG_SCAN_FOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "scan/kernel.h"

/* One step of the map. Offsets count from the starts of text and view. */
struct sg_fold_piece {
    uint64_t view, raw;
    uint32_t view_len, raw_len;
    bool whole; /* not byte by byte: the view's bytes stand for all of the raw ones together */
};

/* A value's view while it is made. Zeroed is the start of a value. */
struct sg_fold {
    struct sg_buf view; /* bytes view_base … of the view */
    uint64_t view_base;
    struct sg_fold_piece *pieces; /* cover view and the raw bytes behind it without gaps */
    size_t n_pieces, cap;
    uint64_t raw_end; /* the view is made of the raw bytes before it */
    uint8_t before;   /* what the view ends with (enum sg_fold_side) */
    bool changed;     /* a code point was changed: accented letters after it lose their accents */
};

/* Look-alikes in a longer run of bytes are a text of their own. */
enum { SG_FOLD_RUN = 64 };

/*
 * The bytes before which are surely unchanged by folding, whatever follows: the offset of the
 * first code point, from `from` on, that is changed, or that would be if the right bytes followed.
 * With last, nothing follows. *changed: the code point there is changed.
 *
 * All before `from` is unchanged as well, and text has at least the two bytes before it unless the
 * value begins later.
 */
size_t sg_fold_same(const struct sg_kernel *kernel, struct sg_bytes text, size_t from, bool last,
                    bool *changed);

/* Starts the view in the middle of a text: the bytes base … base + same.len are the same in both,
 * and all before them are. same has two bytes or more unless the value does not. The fold is
 * cleared or zeroed. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_fold_begin(struct sg_fold *fold, uint64_t base,
                                                       struct sg_bytes same);
/*
 * Adds what raw text makes of the view: raw starts at fold->raw_end. Takes all but the code points
 * that depend on what follows (less than SG_FOLD_RUN + 8 bytes); with last, all. What was taken is
 * told by raw_end. After an error only clear and fini are of use.
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_fold_add(struct sg_fold *fold, struct sg_bytes raw,
                                                     bool last);
/* The view goes on with raw text as it is. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_fold_copy(struct sg_fold *fold, struct sg_bytes raw);
/* The view goes on with bytes that stand for the next raw_len raw ones, all together; none: those
 * are gone. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_fold_replace(struct sg_fold *fold, struct sg_bytes view,
                                                         size_t raw_len);
/* Forgets the view's bytes before offset `view` and what maps them. */
void sg_fold_drop(struct sg_fold *fold, uint64_t view);
/* The raw bytes that the view's bytes [start, end) stand for, whole code points each. What is gone
 * behind the last is not among them, or the same text would span more when its end came later.
 * start < end, both within what is held. */
void sg_fold_back(const struct sg_fold *fold, uint64_t start, uint64_t end, uint64_t *raw_start,
                  uint64_t *raw_end);
/* The raw offset that the view's place stands at: what comes before it in the view stands for raw
 * bytes before it. place may be the view's end. */
uint64_t sg_fold_place(const struct sg_fold *fold, uint64_t place);
/* Keeps the memory for the next value. */
void sg_fold_clear(struct sg_fold *fold);
/* Wipes and frees. */
void sg_fold_fini(struct sg_fold *fold);

#endif
