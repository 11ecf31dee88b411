/* SPDX-License-Identifier: Apache-2.0 */
/*
 * transcript.c - all that one scan of one text told, in a form that can be compared.
 */
#include "transcript.h"

#include <stdlib.h>
#include <string.h>

static bool comes_next(struct sg_transcript *transcript, uint64_t start, uint64_t end)
{
    bool fits = start == transcript->next && end >= start && end <= transcript->text.len;
    transcript->next = end;
    transcript->broken = transcript->broken || !fits;
    return fits;
}

static enum scrubgate_status keep(void *ctx, uint64_t start, struct sg_bytes text)
{
    struct sg_transcript *transcript = ctx;
    if (comes_next(transcript, start, start + text.len) && text.len > 0 &&
        memcmp(transcript->text.data + start, text.data, text.len) != 0)
        transcript->broken = true;
    return SCRUBGATE_OK;
}

static enum scrubgate_status edit(void *ctx, uint64_t start, uint64_t end,
                                  struct sg_bytes replacement)
{
    struct sg_transcript *transcript = ctx;
    const uint64_t places[3] = {start, end, replacement.len};
    (void)comes_next(transcript, start, end);
    enum scrubgate_status rc = sg_buf_add(&transcript->edits, places, sizeof places);
    return rc < 0 ? rc : sg_buf_add_bytes(&transcript->edits, replacement);
}

static enum scrubgate_status finding(void *ctx, const struct sg_finding *found)
{
    struct sg_transcript *transcript = ctx;
    if (transcript->n_told == transcript->cap) {
        size_t cap = transcript->cap == 0 ? 16 : transcript->cap * 2;
        struct sg_told *grown = realloc(transcript->told, cap * sizeof *grown);
        if (grown == NULL)
            return SCRUBGATE_ENOMEM;
        transcript->told = grown;
        transcript->cap = cap;
    }
    transcript->told[transcript->n_told++] = (struct sg_told){
        .start = found->start,
        .end = found->end,
        .fingerprint = found->fingerprint,
        .rule = found->rule->index,
        .level = found->level,
        .contextual = found->contextual,
    };
    return SCRUBGATE_OK;
}

static int compare(const void *left, const void *right)
{
    const struct sg_told *a = left, *b = right;
    const uint64_t as[] = {a->start, a->end, a->rule, a->level, a->contextual, a->fingerprint};
    const uint64_t bs[] = {b->start, b->end, b->rule, b->level, b->contextual, b->fingerprint};
    for (size_t i = 0; i < sizeof as / sizeof as[0]; i++) {
        if (as[i] != bs[i])
            return as[i] < bs[i] ? -1 : 1;
    }
    return 0;
}

/* One piece as a copy of its own. */
static enum scrubgate_status feed_copy(struct sg_scanner *scanner, struct sg_bytes piece, bool last)
{
#if defined(__SANITIZE_ADDRESS__)
    static const char behind[1]; /* not used: the sanitizer sees one byte too many */
    const size_t more = piece.len == 0;
#else
    static const char behind[] = "@1-a.7 ";
    const size_t more = sizeof behind;
#endif
    uint8_t *copy = malloc(piece.len + more);
    if (copy == NULL)
        return SCRUBGATE_ENOMEM;
    if (piece.len > 0)
        memcpy(copy, piece.data, piece.len);
    memcpy(copy + piece.len, behind, more);
    enum scrubgate_status rc = sg_scanner_feed(scanner, (struct sg_bytes){copy, piece.len}, last);
    free(copy);
    return rc;
}

void sg_transcript_begin(struct sg_transcript *transcript, struct sg_scanner *scanner,
                         struct sg_bytes text, size_t longest, const struct sg_dice *dice)
{
    transcript->sink = (struct sg_scan_sink){keep, edit, finding, transcript};
    transcript->scanner = scanner;
    transcript->text = text;
    transcript->longest = longest;
    transcript->pos = 0;
    if (dice != NULL)
        transcript->dice = *dice;
    transcript->next = 0;
    transcript->broken = false;
    transcript->n_told = 0;
    sg_buf_clear(&transcript->edits);
    transcript->rc =
        sg_scanner_begin(scanner, SG_FIELD_TEXT, (struct sg_place){NULL, 0}, &transcript->sink);
}

bool sg_transcript_step(struct sg_transcript *transcript)
{
    struct sg_dice *dice = &transcript->dice;
    struct sg_bytes text = transcript->text;
    size_t left = text.len - transcript->pos, n = left;
    bool last = true;
    if (transcript->rc >= 0 && transcript->longest > 0) {
        /* A piece may be empty, and the end may come with the last bytes or after them. */
        n = sg_dice_often(dice, 30) ? 0 : 1 + sg_dice_below(dice, transcript->longest);
        n = n < left ? n : left;
        last = n == left && (n == 0 || sg_dice_often(dice, 800));
    }
    if (transcript->rc >= 0)
        transcript->rc =
            feed_copy(transcript->scanner, (struct sg_bytes){text.data + transcript->pos, n}, last);
    transcript->pos += n;
    if (!last && transcript->rc >= 0)
        return true;
    if (transcript->rc >= 0 && transcript->next != text.len)
        transcript->broken = true;
    if (transcript->n_told > 1)
        qsort(transcript->told, transcript->n_told, sizeof *transcript->told, compare);
    return false;
}

void sg_transcript_take(struct sg_transcript *transcript, struct sg_scanner *scanner,
                        struct sg_bytes text, size_t longest, const struct sg_dice *dice)
{
    sg_transcript_begin(transcript, scanner, text, longest, dice);
    while (sg_transcript_step(transcript))
        continue;
}

bool sg_transcript_same(const struct sg_transcript *a, const struct sg_transcript *b)
{
    if (a->rc != b->rc || a->broken || b->broken)
        return false;
    if (a->rc < 0)
        return true;
    if (a->n_told != b->n_told || !sg_bytes_equal(sg_buf_bytes(&a->edits), sg_buf_bytes(&b->edits)))
        return false;
    for (size_t i = 0; i < a->n_told; i++) {
        if (compare(&a->told[i], &b->told[i]) != 0)
            return false;
    }
    return true;
}

void sg_transcript_fini(struct sg_transcript *transcript)
{
    sg_buf_fini(&transcript->edits);
    free(transcript->told);
    *transcript = (struct sg_transcript){.n_told = 0};
}
