/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mould.c - read lines that look like one that was read before by comparing, not by parsing.
 */
#include "audit/mould.h"

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { MOULDS = 16, PLACES = 256, LONGEST = 4096 };

struct mould {
    size_t len, n, n_varying;
    struct sg_line line; /* what it says itself; borrows text */
    struct sg_line_place place[PLACES];
    uint16_t varying[PLACES]; /* the places that are, in order */
    bool varies[PLACES];
    uint8_t text[LONGEST];
};

struct sg_moulds {
    struct mould *mould[MOULDS]; /* the last used one first */
    size_t n;
    struct mould fresh; /* a line that was just parsed */
};

enum scrubgate_status sg_moulds_new(struct sg_moulds **moulds)
{
    *moulds = calloc(1, sizeof **moulds);
    return *moulds == NULL ? SCRUBGATE_ENOMEM : SCRUBGATE_OK;
}

void sg_moulds_free(struct sg_moulds *moulds)
{
    if (moulds == NULL)
        return;
    for (size_t i = 0; i < moulds->n; i++)
        free(moulds->mould[i]);
    free(moulds);
}

/* --- a line and a mould --- */

/* What stands in a place that varies; NULL data: nothing that fits. What ends it is compared by the
 * caller, as the mould's next bytes. */
static struct sg_bytes take_value(const uint8_t *at, const uint8_t *end, bool string)
{
    const uint8_t *start = at;
    if (string)
        at = sg_line_skip_plain(at, end);
    else
        while (at < end && sg_is_digit(*at))
            at++;
    size_t len = (size_t)(at - start);
    bool fits = string || (len > 0 && (*start != '0' || len == 1));
    return (struct sg_bytes){fits ? start : NULL, len};
}

static bool fit(const struct mould *mould, struct sg_line *line, struct sg_bytes text)
{
    const uint8_t *at = text.data, *end = text.data + text.len;
    size_t from = 0;
    *line = mould->line;
    for (size_t i = 0; i < mould->n_varying; i++) {
        const struct sg_line_place *place = &mould->place[mould->varying[i]];
        size_t same = place->start - from;
        if ((size_t)(end - at) < same || memcmp(at, mould->text + from, same) != 0)
            return false;
        struct sg_bytes value = take_value(at + same, end, place->string);
        if (value.data == NULL)
            return false;
        if (place->member != 0)
            sg_line_set(line, place, value);
        at = value.data + value.len;
        from = place->end;
    }
    return (size_t)(end - at) == mould->len - from &&
           memcmp(at, mould->text + from, mould->len - from) == 0;
}

/* --- learning --- */

static void use_first(struct sg_moulds *moulds, size_t i)
{
    struct mould *used = moulds->mould[i];
    memmove(moulds->mould + 1, moulds->mould, i * sizeof moulds->mould[0]);
    moulds->mould[0] = used;
}

/* Whether both are the same between their places. */
static bool same_kind(const struct mould *a, const struct mould *b)
{
    size_t from_a = 0, from_b = 0;
    if (a->n != b->n)
        return false;
    for (size_t i = 0; i <= a->n; i++) {
        size_t to_a = i < a->n ? a->place[i].start : a->len;
        size_t to_b = i < b->n ? b->place[i].start : b->len;
        if (to_a - from_a != to_b - from_b ||
            memcmp(a->text + from_a, b->text + from_b, to_a - from_a) != 0)
            return false;
        if (i < a->n) {
            from_a = a->place[i].end;
            from_b = b->place[i].end;
        }
    }
    return true;
}

static void widen(struct mould *mould, const struct mould *by)
{
    mould->n_varying = 0;
    for (size_t i = 0; i < mould->n; i++) {
        size_t len = (size_t)(mould->place[i].end - mould->place[i].start);
        if (len != (size_t)(by->place[i].end - by->place[i].start) ||
            memcmp(mould->text + mould->place[i].start, by->text + by->place[i].start, len) != 0)
            mould->varies[i] = true;
        if (mould->varies[i])
            mould->varying[mould->n_varying++] = (uint16_t)i;
    }
}

/* Keeps what was just parsed. Without memory for it nothing is lost but time. */
static void keep(struct sg_moulds *moulds)
{
    if (moulds->n < MOULDS) {
        struct mould *made = malloc(sizeof *made);
        if (made == NULL)
            return;
        moulds->mould[moulds->n++] = made;
    }
    use_first(moulds, moulds->n - 1);
    struct mould *to = moulds->mould[0];
    *to = moulds->fresh;
    /* Read from the copy, so that it borrows its own text; it was good a moment ago. */
    enum scrubgate_status rc = sg_line_read(&to->line, (struct sg_bytes){to->text, to->len});
    assert(rc >= 0);
    (void)rc;
}

static void learn(struct sg_moulds *moulds, struct sg_bytes text)
{
    struct mould *fresh = &moulds->fresh;
    memcpy(fresh->text, text.data, text.len);
    fresh->len = text.len;
    fresh->n_varying = 0;
    memset(fresh->varies, 0, sizeof fresh->varies);
    for (size_t i = 0; i < moulds->n; i++) {
        if (!same_kind(moulds->mould[i], fresh))
            continue;
        widen(moulds->mould[i], fresh);
        use_first(moulds, i);
        return;
    }
    keep(moulds);
}

enum scrubgate_status sg_moulds_read(struct sg_moulds *moulds, struct sg_line *line,
                                     struct sg_bytes text)
{
    for (size_t i = 0; i < moulds->n; i++) {
        if (!fit(moulds->mould[i], line, text))
            continue;
        if (i > 0)
            use_first(moulds, i);
        return SCRUBGATE_OK;
    }
    struct mould *fresh = &moulds->fresh;
    enum scrubgate_status rc = sg_line_read_places(line, text, fresh->place, PLACES, &fresh->n);
    if (rc >= 0 && fresh->n <= PLACES && text.len <= LONGEST)
        learn(moulds, text);
    return rc;
}
