/* SPDX-License-Identifier: Apache-2.0 */
/*
 * passages.c - where fold rules match in a text, and the view with what is read there in its place.
 */
#include "scan/passages.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* --- finding ------------------------------------------------------------------------------- */

static enum scrubgate_status note(void *ctx, const struct sg_finding *finding,
                                  const struct sg_window *window)
{
    struct sg_passages *passages = ctx;
    (void)window;
    passages->sum += sg_finding_mix(finding, 0);
    if (passages->n == passages->cap) {
        size_t cap = passages->cap == 0 ? 16 : passages->cap * 2;
        struct sg_passage *grown = realloc(passages->list, cap * sizeof *grown);
        if (grown == NULL)
            return SCRUBGATE_ENOMEM;
        passages->list = grown;
        passages->cap = cap;
    }
    passages->list[passages->n++] =
        (struct sg_passage){finding->rule, finding->start, finding->end};
    return SCRUBGATE_OK;
}

static int by_place(const void *left, const void *right)
{
    const struct sg_passage *a = left, *b = right;
    if (a->start != b->start)
        return a->start < b->start ? -1 : 1;
    if (a->end != b->end)
        return a->end > b->end ? -1 : 1;
    return (a->rule->index > b->rule->index) - (a->rule->index < b->rule->index);
}

void sg_passages_begin(struct sg_passages *passages, const struct sg_active *active)
{
    passages->run.active = active;
    passages->run.found = note;
    passages->run.ctx = passages;
    sg_progress_begin(&passages->run.progress);
    passages->frontier = passages->sum = 0;
    passages->n = 0;
}

enum scrubgate_status sg_passages_find(struct sg_passages *passages, const struct sg_engine *engine,
                                       const struct sg_window *window)
{
    uint64_t frontier = 0;
    size_t known = passages->n;
    enum scrubgate_status rc = engine->advance(&passages->run, window, &frontier);
    if (rc < 0)
        return rc;
    if (frontier > passages->frontier)
        passages->frontier = frontier;
    if (passages->n > known && passages->n > 1)
        qsort(passages->list, passages->n, sizeof *passages->list, by_place);
    return rc;
}

/* --- the view ------------------------------------------------------------------------------ */

/* A walk over the pieces of two maps in a row: raw bytes -> steps -> read bytes -> pieces -> view.
 */
struct walk {
    const struct sg_reading_text *text;
    const struct sg_fold *chars;
    size_t step, piece;       /* the next ones */
    uint64_t steps_to;        /* read bytes that the steps before reach to */
    uint64_t pieces_to;       /* ... the pieces */
    size_t raw_len, view_len; /* of what is gathered */
};

static void take_step(struct walk *walk)
{
    const struct sg_reading_step *step = &walk->text->steps[walk->step++];
    walk->steps_to += step->view_len;
    walk->raw_len += step->raw_len;
}

/* Takes the next piece, or a byte of one that stands byte by byte. */
static void take_piece(struct walk *walk)
{
    const struct sg_fold_piece *piece = &walk->chars->pieces[walk->piece];
    uint64_t begin = piece->raw;
    if (piece->whole) {
        walk->pieces_to = begin + piece->raw_len;
        walk->view_len += piece->view_len;
        walk->piece++;
        return;
    }
    walk->pieces_to++;
    walk->view_len++;
    if (walk->pieces_to == begin + piece->raw_len)
        walk->piece++;
}

/* The text that was read goes into the view with its characters folded: bytes that either map keeps
 * together stay together. */
static enum scrubgate_status add_folded(struct sg_passages *passages, struct sg_fold *view)
{
    struct walk walk = {.text = &passages->text, .chars = &passages->chars};
    const uint8_t *data = walk.chars->view.data;
    enum scrubgate_status rc = SCRUBGATE_OK;
    while (rc >= 0 && (walk.step < walk.text->n || walk.piece < walk.chars->n_pieces)) {
        if (walk.step < walk.text->n && walk.steps_to <= walk.pieces_to)
            take_step(&walk);
        else
            take_piece(&walk);
        /* What is gone behind a character is gathered with it. */
        if (walk.steps_to != walk.pieces_to || walk.raw_len == 0)
            continue;
        rc = sg_fold_replace(view, (struct sg_bytes){data, walk.view_len}, walk.raw_len);
        data += walk.view_len;
        walk.raw_len = walk.view_len = 0;
    }
    assert(rc < 0 || (walk.raw_len == 0 && walk.view_len == 0));
    return rc;
}

static enum scrubgate_status add_steps(const struct sg_reading_text *text, struct sg_fold *view)
{
    const uint8_t *data = text->view.data;
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (size_t i = 0; i < text->n && rc >= 0; i++) {
        const struct sg_reading_step *step = &text->steps[i];
        rc = sg_fold_replace(view, (struct sg_bytes){data, step->view_len}, step->raw_len);
        data += step->view_len;
    }
    return rc;
}

static bool is_ascii(struct sg_bytes text)
{
    uint8_t all = 0;
    for (size_t i = 0; i < text.len; i++)
        all |= text.data[i];
    return all < 0x80;
}

static enum scrubgate_status add_reading(struct sg_passages *passages, struct sg_fold *view)
{
    struct sg_bytes read = sg_buf_bytes(&passages->text.view);
    if (is_ascii(read))
        return add_steps(&passages->text, view);
    sg_fold_clear(&passages->chars);
    enum scrubgate_status rc = sg_fold_begin(&passages->chars, 0, (struct sg_bytes){read.data, 0});
    if (rc >= 0)
        rc = sg_fold_add(&passages->chars, read, true);
    if (rc >= 0)
        rc = add_folded(passages, view);
    sg_fold_clear(&passages->chars);
    return rc;
}

/* The window's bytes from where the view has come to. */
static struct sg_bytes part_to(const struct sg_window *window, const struct sg_fold *view,
                               uint64_t end)
{
    assert(view->raw_end >= window->base && end <= window->base + window->text.len);
    return (struct sg_bytes){window->text.data + (view->raw_end - window->base),
                             (size_t)(end - view->raw_end)};
}

static struct sg_bytes bytes_of(const struct sg_passage *passage, const struct sg_window *window)
{
    return (struct sg_bytes){window->text.data + (passage->start - window->base),
                             (size_t)(passage->end - passage->start)};
}

/* Forgets the first n. */
static void drop_first(struct sg_passages *passages, size_t n)
{
    passages->n -= n;
    if (n > 0 && passages->n > 0)
        memmove(passages->list, passages->list + n, passages->n * sizeof *passages->list);
}

/* A passage takes its place in the view, unless it says nothing else than what stands there. */
static enum scrubgate_status add_passage(struct sg_passages *passages,
                                         const struct sg_passage *passage,
                                         const struct sg_window *window, struct sg_fold *view)
{
    bool reads = false;
    if (passage->start < view->raw_end)
        return SCRUBGATE_OK; /* another one's */
    enum scrubgate_status rc =
        sg_reading_read(passage->rule->fold, bytes_of(passage, window), &passages->text, &reads);
    if (rc < 0 || !reads)
        return rc;
    rc = sg_fold_copy(view, part_to(window, view, passage->start));
    return rc < 0 ? rc : add_reading(passages, view);
}

enum scrubgate_status sg_passages_first(struct sg_passages *passages,
                                        const struct sg_window *window, uint64_t *first,
                                        bool *reads)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    size_t i = 0;
    *reads = false;
    for (; i < passages->n && passages->list[i].start < passages->frontier; i++) {
        const struct sg_passage *passage = &passages->list[i];
        rc =
            sg_reading_read(passage->rule->fold, bytes_of(passage, window), &passages->text, reads);
        if (rc < 0 || *reads)
            break;
    }
    sg_buf_clear(&passages->text.view);
    drop_first(passages, i);
    *first = *reads ? passages->list[0].start : passages->frontier;
    return rc;
}

enum scrubgate_status sg_passages_view(struct sg_passages *passages, const struct sg_window *window,
                                       struct sg_fold *view)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    size_t i = 0;
    for (; i < passages->n && passages->list[i].start < passages->frontier && rc >= 0; i++)
        rc = add_passage(passages, &passages->list[i], window, view);
    if (rc < 0)
        return rc;
    drop_first(passages, i);
    if (passages->frontier <= view->raw_end)
        return rc;
    return sg_fold_copy(view, part_to(window, view, passages->frontier));
}

void sg_passages_clear(struct sg_passages *passages)
{
    passages->n = 0;
    sg_reading_text_fini(&passages->text);
    sg_fold_fini(&passages->chars);
}

void sg_passages_fini(struct sg_passages *passages)
{
    sg_passages_clear(passages);
    free(passages->list);
    passages->list = NULL;
    passages->cap = 0;
}
