/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fold.c - the folded view of a text and the map that leads back.
 *
 *     raw text -> step, code point by code point -> view and pieces
 */
#include "scan/fold.h"

#include <assert.h>
#include <stdlib.h>

#include "scan/fold_native.h"
#include "scan/fold_step.h"

enum {
    FIRST_PIECES = 16,
    LONGEST_PIECE = 1 << 30 /* its lengths are 32 bits wide */
};

static enum scrubgate_status grow(struct sg_fold *fold)
{
    size_t cap = fold->cap == 0 ? FIRST_PIECES : fold->cap * 2;
    if (cap > SIZE_MAX / 2 / sizeof *fold->pieces)
        return SCRUBGATE_ENOMEM;
    struct sg_fold_piece *pieces = realloc(fold->pieces, cap * sizeof *pieces);
    if (pieces == NULL)
        return SCRUBGATE_ENOMEM;
    fold->pieces = pieces;
    fold->cap = cap;
    return SCRUBGATE_OK;
}

static uint64_t view_end(const struct sg_fold *fold)
{
    return fold->view_base + fold->view.len;
}

/* One step of the map at both ends; lengthens the last one where that says the same. */
static enum scrubgate_status add_piece(struct sg_fold *fold, struct sg_fold_piece piece)
{
    struct sg_fold_piece *end = fold->n_pieces == 0 ? NULL : fold->pieces + fold->n_pieces - 1;
    bool gone = piece.view_len == 0;
    if (end != NULL && gone == (end->view_len == 0) && (gone || (!piece.whole && !end->whole)) &&
        piece.raw_len <= LONGEST_PIECE - end->raw_len) {
        end->view_len += piece.view_len;
        end->raw_len += piece.raw_len;
    } else {
        if (fold->n_pieces == fold->cap && grow(fold) < 0)
            return SCRUBGATE_ENOMEM;
        piece.view = view_end(fold);
        piece.raw = fold->raw_end;
        fold->pieces[fold->n_pieces++] = piece;
    }
    fold->raw_end += piece.raw_len;
    return SCRUBGATE_OK;
}

enum scrubgate_status sg_fold_copy(struct sg_fold *fold, struct sg_bytes text)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    while (rc >= 0 && text.len > 0) {
        size_t n = text.len < LONGEST_PIECE ? text.len : LONGEST_PIECE;
        rc = sg_buf_reserve(&fold->view, n);
        if (rc >= 0)
            rc = add_piece(fold,
                           (struct sg_fold_piece){.view_len = (uint32_t)n, .raw_len = (uint32_t)n});
        if (rc >= 0)
            rc = sg_buf_add(&fold->view, text.data, n);
        text.data += n;
        text.len -= n;
    }
    return rc;
}

enum scrubgate_status sg_fold_replace(struct sg_fold *fold, struct sg_bytes view, size_t raw_len)
{
    assert(view.len <= LONGEST_PIECE && raw_len <= LONGEST_PIECE);
    struct sg_fold_piece piece = {
        .view_len = (uint32_t)view.len, .raw_len = (uint32_t)raw_len, .whole = true};
    fold->changed = true;
    enum scrubgate_status rc = sg_buf_reserve(&fold->view, view.len);
    if (rc >= 0)
        rc = add_piece(fold, piece);
    return rc < 0 ? rc : sg_buf_add_bytes(&fold->view, view);
}

enum scrubgate_status sg_fold_begin(struct sg_fold *fold, uint64_t base, struct sg_bytes same)
{
    assert(fold->n_pieces == 0 && fold->view.len == 0);
    fold->view_base = fold->raw_end = base;
    fold->before = (uint8_t)sg_fold_side_of(SG_FOLD_SIDE_NONE, same);
    return sg_fold_copy(fold, same);
}

/* What a changed code point is in the view. */
static struct sg_bytes read_as(const struct sg_fold_step *step)
{
    return (struct sg_bytes){&step->code.byte, step->code.kind == SG_FOLD_MAP ? 1 : 0};
}

/* The end of the ASCII bytes that begin at `from`. */
static size_t find_other(struct sg_bytes text, size_t from)
{
    uint64_t eight;
    while (text.len - from >= sizeof eight) {
        memcpy(&eight, text.data + from, sizeof eight);
        if ((eight & UINT64_C(0x8080808080808080)) != 0)
            break;
        from += sizeof eight;
    }
    while (from < text.len && text.data[from] < 0x80)
        from++;
    return from;
}

/* Does it leave a run in front of it as it is? */
static bool is_plain(uint8_t c)
{
    return c < 0x80 && !sg_fold_word(c);
}

/* The end of what is kept from place on, found fast: ASCII, and native text up to a run that may
 * not be. *asked: native text was looked at up to here. */
static size_t find_changing(struct sg_fold_reader *reader, size_t place, size_t *asked)
{
    for (;;) {
        size_t start = place;
        place = find_other(reader->text, start);
        reader->before = sg_fold_side_of(
            reader->before, (struct sg_bytes){reader->text.data + start, place - start});
        if (place < *asked || reader->before >= SG_FOLD_SIDE_DOT)
            return place;
        *asked = sg_fold_native_end(reader->text, place);
        size_t run = *asked;
        if (run == reader->text.len ? !reader->last : !is_plain(reader->text.data[run]))
            run = sg_fold_run_back(reader->text, place, run, reader->text.len);
        if (run == place)
            return place;
        reader->before = SG_FOLD_SIDE_NONE;
        place = run;
    }
}

enum scrubgate_status sg_fold_add(struct sg_fold *fold, struct sg_bytes raw, bool last)
{
    struct sg_fold_reader reader = {
        .text = raw, .last = last, .changed = fold->changed, .before = fold->before};
    size_t same = 0, place = 0, asked = 0;
    enum scrubgate_status rc = SCRUBGATE_OK;
    while (rc >= 0) {
        place = find_changing(&reader, place, &asked);
        if (place == raw.len)
            break;
        struct sg_fold_step step = sg_fold_step(&reader, place);
        if (step.len == 0)
            break;
        if (step.code.kind == SG_FOLD_KEEP) {
            reader.before = SG_FOLD_SIDE_NONE;
        } else {
            rc = sg_fold_copy(fold, (struct sg_bytes){raw.data + same, place - same});
            if (rc >= 0)
                rc = sg_fold_replace(fold, read_as(&step), step.len);
            reader.changed = true;
            if (step.code.kind == SG_FOLD_MAP)
                reader.before = sg_fold_side_after(reader.before, step.code.byte);
            same = place + step.len;
        }
        place += step.len;
    }
    if (rc >= 0)
        rc = sg_fold_copy(fold, (struct sg_bytes){raw.data + same, place - same});
    fold->before = (uint8_t)reader.before;
    return rc;
}

/* The last piece that begins at the view's offset or before it; there is one. */
static const struct sg_fold_piece *find(const struct sg_fold *fold, uint64_t view)
{
    size_t from = 0, to = fold->n_pieces;
    assert(to > 0 && fold->pieces[0].view <= view);
    while (to - from > 1) {
        size_t middle = from + (to - from) / 2;
        if (fold->pieces[middle].view <= view)
            from = middle;
        else
            to = middle;
    }
    return fold->pieces + from;
}

void sg_fold_drop(struct sg_fold *fold, uint64_t view)
{
    size_t n = 0;
    assert(view >= fold->view_base && view <= view_end(fold));
    while (n < fold->n_pieces && fold->pieces[n].view + fold->pieces[n].view_len <= view)
        n++;
    if (n < fold->n_pieces && fold->pieces[n].whole && fold->pieces[n].view < view)
        view = fold->pieces[n].view; /* its bytes stand together */
    fold->n_pieces -= n;
    if (n > 0 && fold->n_pieces > 0)
        memmove(fold->pieces, fold->pieces + n, fold->n_pieces * sizeof *fold->pieces);
    if (fold->n_pieces > 0 && fold->pieces[0].view < view) {
        uint32_t gone = (uint32_t)(view - fold->pieces[0].view);
        fold->pieces[0].view += gone;
        fold->pieces[0].raw += gone;
        fold->pieces[0].view_len -= gone;
        fold->pieces[0].raw_len -= gone;
    }
    sg_buf_drop(&fold->view, (size_t)(view - fold->view_base));
    fold->view_base = view;
}

void sg_fold_back(const struct sg_fold *fold, uint64_t start, uint64_t end, uint64_t *raw_start,
                  uint64_t *raw_end)
{
    assert(start >= fold->view_base && start < end && end <= view_end(fold));
    const struct sg_fold_piece *piece = find(fold, start);
    *raw_start = piece->raw + (piece->whole ? 0 : start - piece->view);
    piece = find(fold, end - 1);
    *raw_end = piece->raw + (piece->whole ? piece->raw_len : end - piece->view);
}

uint64_t sg_fold_place(const struct sg_fold *fold, uint64_t place)
{
    assert(place >= fold->view_base && place <= view_end(fold));
    if (place == view_end(fold))
        return fold->raw_end;
    const struct sg_fold_piece *piece = find(fold, place);
    return piece->raw + (piece->whole ? 0 : place - piece->view);
}

void sg_fold_clear(struct sg_fold *fold)
{
    struct sg_fold_piece *pieces = fold->pieces;
    struct sg_buf view = fold->view;
    size_t cap = fold->cap;
    sg_buf_clear(&view);
    *fold = (struct sg_fold){.view = view, .pieces = pieces, .cap = cap};
}

void sg_fold_fini(struct sg_fold *fold)
{
    sg_buf_fini(&fold->view);
    free(fold->pieces);
    *fold = (struct sg_fold){.view = fold->view};
}
