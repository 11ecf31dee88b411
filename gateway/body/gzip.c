/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gzip.c - the gzip coding (RFC 1952) taken off and put on: the home of zlib.
 *
 *     in -> [gunzip] -> json|form|text -> [gzip] -> out
 *
 * What is refused, and where, must not depend on how the input was cut: the ratio is looked at only
 * where the input reaches a multiple of RATIO_STEP and all it can give has been given.
 */
#include "body/format.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define ZLIB_CONST
#include <zlib.h>

#include "base/digest.h"

enum {
    WINDOW_GZIP = 15 + 16, /* the largest window, gzip's header and trailer */
    MEMORY_LEVEL = 8,
    RATIO_STEP = 256,
    RATIO_MOST = 200,
    RATIO_FREE = 64 * 1024,
    TURN_MOST = 1 << 20 /* bytes in one call of zlib: its counters are narrower than ours */
};

/* --- zlib's memory, which holds body bytes ---------------------------------------------------- */

struct block {
    size_t size;
    max_align_t data[];
};

static voidpf block_alloc(voidpf ctx, uInt items, uInt size)
{
    (void)ctx;
    size_t bytes = (size_t)items * size;
    struct block *block = malloc(sizeof *block + bytes);
    if (block == NULL)
        return Z_NULL;
    block->size = bytes;
    return block->data;
}

static void block_free(voidpf ctx, voidpf data)
{
    (void)ctx;
    struct block *block = (struct block *)(void *)((uint8_t *)data - offsetof(struct block, data));
    sg_wipe(block->data, block->size);
    free(block);
}

static uInt turn(uint64_t len)
{
    return (uInt)(len < TURN_MOST ? len : TURN_MOST);
}

/* --- gunzip ----------------------------------------------------------------------------------- */

struct gunzip {
    struct sg_stage stage;
    z_stream zlib;
    uint64_t taken, given, max_out;
    bool opened;                 /* zlib is set up */
    bool inside;                 /* a member has begun and not ended */
    bool pending;                /* zlib may have more to give without more input */
    enum scrubgate_status fault; /* found, but what came before it goes out first */
};

static void found_fault(struct gunzip *gunzip, enum scrubgate_status rc, const char *why)
{
    gunzip->fault = rc;
    gunzip->stage.why = why;
}

static void look_at_ratio(struct gunzip *gunzip)
{
    if (gunzip->given > RATIO_FREE && gunzip->given > gunzip->taken * RATIO_MOST)
        found_fault(gunzip, SCRUBGATE_ELIMIT, "inflates too much");
}

static void read_answer(struct gunzip *gunzip, int answer)
{
    switch (answer) {
    case Z_OK:
    case Z_BUF_ERROR: /* no progress without more input or room */
        break;
    case Z_STREAM_END:
        gunzip->inside = false;
        gunzip->pending = false;
        break;
    case Z_MEM_ERROR:
        found_fault(gunzip, SCRUBGATE_ENOMEM, NULL);
        break;
    default:
        found_fault(gunzip, SCRUBGATE_EMALFORMED, "broken gzip data");
        break;
    }
}

/* One call of zlib, never past a place where the ratio is looked at. */
static void inflate_some(struct gunzip *gunzip, struct scrubgate_in *in, struct scrubgate_out *out)
{
    z_stream *zlib = &gunzip->zlib;
    uint8_t probe; /* where a byte over the limit would go */
    uint64_t left = in->len - in->pos, step = RATIO_STEP - gunzip->taken % RATIO_STEP;
    uint64_t room = out->cap - out->pos, allowed = gunzip->max_out - gunzip->given;
    /* All that the input so far can give comes first, or the ratio would be looked at too late. */
    uInt feed = gunzip->pending ? 0 : turn(left < step ? left : step);
    uInt space = allowed == 0 ? 1 : turn(room < allowed ? room : allowed);

    zlib->next_in = feed == 0 ? Z_NULL : (const Bytef *)in->data + in->pos;
    zlib->avail_in = feed;
    zlib->next_out = allowed == 0 ? &probe : (Bytef *)out->data + out->pos;
    zlib->avail_out = space;
    int answer = inflate(zlib, Z_NO_FLUSH);

    in->pos += feed - zlib->avail_in;
    gunzip->taken += feed - zlib->avail_in;
    uInt made = space - zlib->avail_out;
    gunzip->pending = zlib->avail_out == 0;
    if (allowed == 0 && made > 0) {
        sg_wipe(&probe, sizeof probe);
        found_fault(gunzip, SCRUBGATE_ELIMIT, "inflates over the limit");
        return;
    }
    out->pos += made;
    gunzip->given += made;
    read_answer(gunzip, answer);
    if (gunzip->fault >= 0 && !gunzip->pending && gunzip->taken % RATIO_STEP == 0)
        look_at_ratio(gunzip);
}

/* Sets zlib up for a member, the first or another. */
static enum scrubgate_status begin_member(struct gunzip *gunzip)
{
    int answer =
        gunzip->opened ? inflateReset(&gunzip->zlib) : inflateInit2(&gunzip->zlib, WINDOW_GZIP);
    if (answer != Z_OK)
        return answer == Z_MEM_ERROR ? SCRUBGATE_ENOMEM : SCRUBGATE_EINVAL;
    gunzip->opened = gunzip->inside = true;
    return SCRUBGATE_OK;
}

static enum scrubgate_status gunzip_push(struct sg_stage *stage, struct scrubgate_in *in,
                                         struct scrubgate_out *out, bool last)
{
    struct gunzip *gunzip = (struct gunzip *)stage;
    size_t start = out->pos;
    while (gunzip->fault >= 0) {
        bool empty = in->pos == in->len;
        if (!gunzip->inside && empty) {
            if (!last)
                return SCRUBGATE_OK;
            look_at_ratio(gunzip);
            if (gunzip->fault >= 0)
                return SCRUBGATE_DONE;
            break;
        }
        if (!gunzip->inside) {
            enum scrubgate_status rc = begin_member(gunzip);
            if (rc < 0)
                return rc;
        }
        if (empty && !gunzip->pending) {
            if (!last)
                return SCRUBGATE_OK;
            found_fault(gunzip, SCRUBGATE_EMALFORMED, "cut off");
            break;
        }
        if (out->pos == out->cap)
            return SCRUBGATE_FULL;
        inflate_some(gunzip, in, out);
    }
    return out->pos > start ? SCRUBGATE_FULL : gunzip->fault;
}

static void gunzip_free(struct sg_stage *stage)
{
    struct gunzip *gunzip = (struct gunzip *)stage;
    if (gunzip->opened)
        (void)inflateEnd(&gunzip->zlib);
    free(gunzip);
}

static const struct sg_stage_ops gunzip_ops = {"gunzip", gunzip_push, gunzip_free};

enum scrubgate_status sg_gunzip_new(struct sg_stage **stage, uint64_t max_out)
{
    struct gunzip *gunzip = calloc(1, sizeof *gunzip);
    *stage = NULL;
    if (gunzip == NULL)
        return SCRUBGATE_ENOMEM;
    gunzip->stage.ops = &gunzip_ops;
    gunzip->zlib.zalloc = block_alloc;
    gunzip->zlib.zfree = block_free;
    gunzip->max_out = max_out;
    *stage = &gunzip->stage;
    return SCRUBGATE_OK;
}

/* --- gzip ------------------------------------------------------------------------------------- */

struct gzip {
    struct sg_stage stage;
    z_stream zlib;
    bool done;
};

static enum scrubgate_status gzip_push(struct sg_stage *stage, struct scrubgate_in *in,
                                       struct scrubgate_out *out, bool last)
{
    struct gzip *gzip = (struct gzip *)stage;
    z_stream *zlib = &gzip->zlib;
    while (!gzip->done) {
        if (out->pos == out->cap)
            return SCRUBGATE_FULL;
        uInt feed = turn(in->len - in->pos), space = turn(out->cap - out->pos);
        bool all = feed == in->len - in->pos;
        zlib->next_in = feed == 0 ? Z_NULL : (const Bytef *)in->data + in->pos;
        zlib->avail_in = feed;
        zlib->next_out = (Bytef *)out->data + out->pos;
        zlib->avail_out = space;
        int answer = deflate(zlib, last && all ? Z_FINISH : Z_NO_FLUSH);
        in->pos += feed - zlib->avail_in;
        out->pos += space - zlib->avail_out;
        if (answer != Z_OK && answer != Z_STREAM_END && answer != Z_BUF_ERROR)
            return SCRUBGATE_EINVAL;
        gzip->done = answer == Z_STREAM_END;
        if (!last && in->pos == in->len && zlib->avail_out > 0)
            return SCRUBGATE_OK;
    }
    return SCRUBGATE_DONE;
}

static void gzip_free(struct sg_stage *stage)
{
    struct gzip *gzip = (struct gzip *)stage;
    (void)deflateEnd(&gzip->zlib);
    free(gzip);
}

static const struct sg_stage_ops gzip_ops = {"gzip", gzip_push, gzip_free};

enum scrubgate_status sg_gzip_new(struct sg_stage **stage)
{
    struct gzip *gzip = calloc(1, sizeof *gzip);
    *stage = NULL;
    if (gzip == NULL)
        return SCRUBGATE_ENOMEM;
    gzip->stage.ops = &gzip_ops;
    gzip->zlib.zalloc = block_alloc;
    gzip->zlib.zfree = block_free;
    if (deflateInit2(&gzip->zlib, Z_DEFAULT_COMPRESSION, Z_DEFLATED, WINDOW_GZIP, MEMORY_LEVEL,
                     Z_DEFAULT_STRATEGY) != Z_OK) {
        free(gzip);
        return SCRUBGATE_ENOMEM;
    }
    *stage = &gzip->stage;
    return SCRUBGATE_OK;
}

const char *sg_gzip_library(void)
{
    static const char header[] = "zlib " ZLIB_VERSION;
    return header;
}
