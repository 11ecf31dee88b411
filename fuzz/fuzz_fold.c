/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_fold.c - three bytes that say how to cut, and any text: the view of it is the same for every
 * way of cutting, its map only goes forward, ASCII is in it as it is, and what is said to be the
 * same before it is made is.
 */
#include <stdlib.h>
#include <string.h>

#include "scan/fold.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { CUTS = 3 };

static void must(bool holds)
{
    if (!holds)
        abort();
}

/* A copy with nothing behind it, so that a sanitizer sees one byte too many. */
static uint8_t *copy_of(struct sg_bytes text)
{
    uint8_t *copy = malloc(text.len == 0 ? 1 : text.len);
    must(copy != NULL);
    if (text.len > 0)
        memcpy(copy, text.data, text.len);
    return copy;
}

static void add(struct sg_fold *fold, struct sg_bytes text, size_t end, bool last)
{
    struct sg_bytes more = {text.data + fold->raw_end, end - (size_t)fold->raw_end};
    uint8_t *copy = copy_of(more);
    must(sg_fold_add(fold, (struct sg_bytes){copy, more.len}, last) == SCRUBGATE_OK);
    must(last ? fold->raw_end == end : end - fold->raw_end < SG_FOLD_RUN + 8);
    free(copy);
}

/* Makes the view of text[base …), of which the bytes before `same` are the same in it, in pieces
 * whose lengths come from cuts; no cuts: all at once. */
static void make(struct sg_fold *fold, struct sg_bytes text, size_t base, size_t same,
                 struct sg_bytes cuts)
{
    must(sg_fold_begin(fold, base, (struct sg_bytes){text.data + base, same - base}) ==
         SCRUBGATE_OK);
    size_t end = same;
    for (size_t i = 0; cuts.len > 0; i++) {
        end += cuts.data[i % cuts.len] % 80u;
        if (end >= text.len || i > text.len)
            break;
        add(fold, text, end, false);
    }
    add(fold, text, text.len, true);
}

/* Side by side, in order, and byte by byte unless it says that it is not. */
static void check_pieces(const struct sg_fold *fold, struct sg_bytes text)
{
    uint64_t view = fold->view_base;
    uint64_t raw = fold->n_pieces == 0 ? fold->raw_end : fold->pieces[0].raw;
    for (size_t i = 0; i < fold->n_pieces; i++) {
        const struct sg_fold_piece *piece = fold->pieces + i;
        must(piece->view == view && piece->raw == raw && piece->raw_len > 0);
        if (!piece->whole)
            must(piece->view_len == piece->raw_len &&
                 memcmp(fold->view.data + (view - fold->view_base), text.data + raw,
                        piece->raw_len) == 0);
        /* ASCII never changes. */
        for (uint32_t k = 0; piece->whole && k < piece->raw_len; k++)
            must(text.data[raw + k] >= 0x80);
        view += piece->view_len;
        raw += piece->raw_len;
    }
    must(view == fold->view_base + fold->view.len && raw == fold->raw_end);
}

/* Both views are the same from view offset `from` on, and stand for the same. */
static void check_same(const struct sg_fold *a, const struct sg_fold *b, uint64_t from)
{
    uint64_t end = a->view_base + a->view.len, before = 0;
    must(b->view_base + b->view.len == end);
    for (uint64_t at = from; at < end; at++) {
        uint64_t start[2], stop[2];
        must(a->view.data[at - a->view_base] == b->view.data[at - b->view_base]);
        sg_fold_back(a, at, at + 1, &start[0], &stop[0]);
        sg_fold_back(b, at, at + 1, &start[1], &stop[1]);
        must(start[0] == start[1] && stop[0] == stop[1]);
        must(start[0] >= before && stop[0] > start[0]);
        must(sg_fold_place(a, at) == start[0] && sg_fold_place(b, at) == start[0]);
        before = stop[0];
    }
    must(sg_fold_place(a, end) == sg_fold_place(b, end));
}

/* Where the view first differs from the text. */
static size_t first_change(const struct sg_fold *fold, size_t len)
{
    for (size_t i = 0; i < fold->n_pieces; i++)
        if (fold->pieces[i].whole)
            return (size_t)fold->pieces[i].raw;
    return len;
}

static void check_kernels(struct sg_bytes text, size_t from)
{
    size_t first = sg_kernels[0]->suspect(text.data, from, text.len);
    for (size_t i = 1; sg_kernels[i] != NULL; i++)
        if (sg_kernels[i]->works())
            must(sg_kernels[i]->suspect(text.data, from, text.len) == first);
}

/* What is said of a part of the text holds for the whole; the view may begin there. */
static void check_part(const struct sg_fold *whole, struct sg_bytes text, size_t len,
                       struct sg_bytes cuts)
{
    struct sg_fold fold = {.view_base = 0};
    bool changed;
    uint8_t *copy = copy_of((struct sg_bytes){text.data, len});
    struct sg_bytes part = {copy, len};
    size_t first = first_change(whole, text.len);
    size_t same = sg_fold_same(sg_kernels[0], part, 0, false, &changed);
    check_kernels(part, len / 2);
    must(same <= len && same <= first && (!changed || same == first));
    must(changed || len - same < SG_FOLD_RUN + 8);
    free(copy);
    size_t base = same < 2 ? 0 : same - 2;
    make(&fold, text, base, same, cuts);
    check_pieces(&fold, text);
    check_same(whole, &fold, base);
    /* What is forgotten changes nothing about the rest. */
    uint64_t middle = base + fold.view.len / 2;
    sg_fold_drop(&fold, middle);
    check_pieces(&fold, text);
    check_same(whole, &fold, middle);
    sg_fold_fini(&fold);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sg_fold whole = {.view_base = 0}, cut = {.view_base = 0};
    bool changed;
    if (size < CUTS)
        return 0;
    struct sg_bytes cuts = {data, CUTS}, text = {data + CUTS, size - CUTS};
    make(&whole, text, 0, 0, (struct sg_bytes){NULL, 0});
    check_pieces(&whole, text);
    make(&cut, text, 0, 0, cuts);
    check_pieces(&cut, text);
    check_same(&whole, &cut, 0);
    check_kernels(text, 0);
    size_t first = first_change(&whole, text.len);
    must(whole.changed == (first < text.len));
    must(sg_fold_same(sg_kernels[0], text, 0, true, &changed) == first);
    must(changed == (first < text.len));
    check_part(&whole, text, text.len, cuts);
    check_part(&whole, text, text.len * data[0] / 256, cuts);
    sg_fold_fini(&whole);
    sg_fold_fini(&cut);
    return 0;
}
