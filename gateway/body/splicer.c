/* SPDX-License-Identifier: Apache-2.0 */
/*
 * splicer.c - put a scrubbed value back: kept text as its raw bytes were, edits encoded anew.
 *
 *     scanner -> scrub -> [splicer] -> outlet
 *
 * Only escapes are remembered: between them decoded and raw text are the same bytes, so what the
 * scanner hands back as kept can leave as it is.
 */
#include "body/splicer.h"

#include <assert.h>
#include <string.h>

#include "base/digest.h"
#include "base/utf8.h"

/*
 * A run of overlapping matches is one edit and waits as a whole. This bounds how many escapes it
 * may hold; the second bound, for what is not decided yet, leaves room for what else may wait with
 * it.
 */
enum { EDIT_MOST = 64 * 1024, WAITING_MOST = 2 * EDIT_MOST };

/* Decided escapes are dropped this many at a time, so that dropping costs little for each. */
enum { DROP_AT_LEAST = 64 };

static struct sg_escape *escapes_of(const struct sg_splicer *splicer)
{
    return (struct sg_escape *)(void *)splicer->escapes.data;
}

static size_t count_of(const struct sg_splicer *splicer)
{
    return splicer->escapes.len / sizeof(struct sg_escape);
}

/* The first escape not yet decided, or NULL. */
static const struct sg_escape *next_of(const struct sg_splicer *splicer)
{
    return splicer->decided < count_of(splicer) ? escapes_of(splicer) + splicer->decided : NULL;
}

void sg_splicer_init(struct sg_splicer *splicer, struct sg_outlet *outlet,
                     enum scrubgate_status (*encode)(struct sg_buf *to, struct sg_bytes text))
{
    *splicer = (struct sg_splicer){.outlet = outlet, .encode = encode};
}

void sg_splicer_fini(struct sg_splicer *splicer)
{
    sg_buf_fini(&splicer->encoded);
    sg_buf_fini(&splicer->escapes);
    sg_wipe(splicer->part, sizeof splicer->part);
}

void sg_splicer_begin(struct sg_splicer *splicer, uint64_t raw)
{
    sg_buf_clear(&splicer->escapes);
    splicer->decided = 0;
    splicer->base_text = 0;
    splicer->base_raw = raw;
    splicer->at = 0;
    splicer->part_len = 0;
    splicer->dirty = false;
}

/* Forgets decided escapes. Not while the scanner speaks: a finding may still ask where it stood. */
static void drop_decided(struct sg_splicer *splicer)
{
    size_t n = splicer->decided;
    if (n == 0 || (n < count_of(splicer) && n < DROP_AT_LEAST))
        return;
    const struct sg_escape *end = escapes_of(splicer) + n - 1;
    splicer->base_text = end->text + end->text_len;
    splicer->base_raw = end->raw + end->raw_len;
    sg_buf_drop(&splicer->escapes, n * sizeof *end);
    splicer->decided = 0;
}

enum scrubgate_status sg_splicer_escape(struct sg_splicer *splicer, const struct sg_escape *escape)
{
    drop_decided(splicer);
    if (count_of(splicer) - splicer->decided == WAITING_MOST)
        return SCRUBGATE_ELIMIT;
    return sg_buf_add(&splicer->escapes, escape, sizeof *escape);
}

static bool is_continuation(uint8_t c)
{
    return (c & 0xC0) == 0x80;
}

/* Length of the code point that begins with c; the text is valid UTF-8. */
static size_t length_of(uint8_t c)
{
    return c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
}

/* Kept text that holds no escape. */
static enum scrubgate_status keep_plain(struct sg_splicer *splicer, struct sg_bytes text)
{
    size_t i = 0;
    if (splicer->dirty) {
        while (i < text.len && is_continuation(text.data[i]))
            i++;
        splicer->dirty = i == text.len;
    }
    while (splicer->part_len > 0 && i < text.len) {
        splicer->part[splicer->part_len++] = text.data[i++];
        if (splicer->part_len == length_of(splicer->part[0])) {
            struct sg_bytes whole = {splicer->part, splicer->part_len};
            splicer->part_len = 0;
            enum scrubgate_status rc = sg_outlet_add(splicer->outlet, whole);
            if (rc < 0)
                return rc;
        }
    }
    struct sg_bytes rest = {text.data + i, text.len - i};
    size_t tail = sg_utf8_open_tail(rest);
    rest.len -= tail;
    if (tail > 0) {
        memcpy(splicer->part, rest.data + rest.len, tail);
        splicer->part_len = (uint8_t)tail;
    }
    return sg_outlet_add(splicer->outlet, rest);
}

static enum scrubgate_status keep(void *ctx, uint64_t start, struct sg_bytes text)
{
    struct sg_splicer *splicer = ctx;
    enum scrubgate_status rc = SCRUBGATE_OK;
    assert(start == splicer->at);
    while (text.len > 0 && rc >= 0) {
        const struct sg_escape *escape = next_of(splicer);
        size_t n = text.len;
        if (escape == NULL || splicer->at < escape->text) {
            if (escape != NULL && escape->text - splicer->at < n)
                n = (size_t)(escape->text - splicer->at);
            rc = keep_plain(splicer, (struct sg_bytes){text.data, n});
        } else {
            uint64_t end = escape->text + escape->text_len;
            if (splicer->at == escape->text)
                splicer->dirty = false;
            if (end - splicer->at <= n) {
                n = (size_t)(end - splicer->at);
                if (!splicer->dirty)
                    rc = sg_outlet_add(splicer->outlet,
                                       (struct sg_bytes){escape->bytes, escape->raw_len});
                splicer->dirty = false;
                splicer->decided++;
            }
        }
        splicer->at += n;
        text.data += n;
        text.len -= n;
    }
    return rc;
}

static enum scrubgate_status edit(void *ctx, uint64_t start, uint64_t end,
                                  struct sg_bytes replacement)
{
    struct sg_splicer *splicer = ctx;
    enum scrubgate_status rc = SCRUBGATE_OK;
    assert(start == splicer->at && end > start);
    splicer->part_len = 0;
    splicer->dirty = true;
    splicer->at = end;
    size_t first = splicer->decided;
    for (const struct sg_escape *escape = next_of(splicer);
         escape != NULL && escape->text + escape->text_len <= end; escape = next_of(splicer))
        splicer->decided++;
    if (splicer->decided - first > EDIT_MOST)
        return SCRUBGATE_ELIMIT;
    if (splicer->encode == NULL)
        return sg_outlet_add(splicer->outlet, replacement);
    rc = splicer->encode(&splicer->encoded, replacement);
    if (rc >= 0)
        rc = sg_outlet_add(splicer->outlet, sg_buf_bytes(&splicer->encoded));
    sg_buf_clear(&splicer->encoded);
    return rc;
}

static uint64_t raw(void *ctx, uint64_t offset, bool end)
{
    const struct sg_splicer *splicer = ctx;
    const struct sg_escape *escapes = escapes_of(splicer);
    /* How many escapes begin before offset, or at it when it is a start. */
    size_t low = 0, high = count_of(splicer);
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (escapes[mid].text < offset || (!end && escapes[mid].text == offset))
            low = mid + 1;
        else
            high = mid;
    }
    if (low == 0) {
        uint64_t past = offset > splicer->base_text ? offset - splicer->base_text : 0;
        return splicer->base_raw + past;
    }
    const struct sg_escape *before = escapes + low - 1;
    uint64_t text_end = before->text + before->text_len;
    if (offset < text_end)
        return end ? before->raw + before->raw_len : before->raw;
    return before->raw + before->raw_len + (offset - text_end);
}

struct sg_splice sg_splicer_splice(struct sg_splicer *splicer, enum sg_path_style style)
{
    return (struct sg_splice){keep, edit, raw, style, splicer, false};
}
