/* SPDX-License-Identifier: Apache-2.0 */
/*
 * splits.c - run a stage over a body cut in every way.
 */
#include "splits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ROOMY = 256 * 1024, ROOM_FOR_LITTLE = 2048, SPLITS_MOST = 600, RANDOM_RUNS = 12 };

static unsigned next_random(unsigned *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

static size_t amount(size_t most, size_t all, struct sg_cut *cut)
{
    size_t n = most == 0 ? all : most;
    if (cut->seed != 0)
        n = next_random(&cut->seed) % (n + 1);
    return n < all ? n : all;
}

/* One push through windows of exactly the size given, held to the contract. */
static enum scrubgate_status push_exactly(struct sg_stage *stage, struct sg_bytes piece,
                                          size_t *taken, size_t room, uint8_t *given,
                                          size_t *n_given, bool last)
{
    uint8_t *data = malloc(piece.len + (piece.len == 0));
    uint8_t *space = malloc(room + (room == 0));
    assert_non_null(data);
    assert_non_null(space);
    if (piece.len > 0)
        memcpy(data, piece.data, piece.len);
    memset(space, 0xA5, room + (room == 0));
    struct scrubgate_in in = {data, piece.len, 0};
    struct scrubgate_out out = {space, room, 0};
    enum scrubgate_status rc = sg_stage_push(stage, &in, &out, last);
    assert_true(in.pos <= in.len);
    assert_true(out.pos <= out.cap);
    switch (rc) {
    case SCRUBGATE_OK:
        assert_int_equal(in.pos, in.len);
        assert_false(last);
        break;
    case SCRUBGATE_FULL:
        break;
    case SCRUBGATE_DONE:
        assert_true(last);
        assert_int_equal(in.pos, in.len);
        break;
    default:
        assert_int_equal(out.pos, 0);
        assert_int_equal(sg_stage_push(stage, &in, &out, last), rc);
        break;
    }
    *taken = in.pos;
    *n_given = out.pos;
    memcpy(given, space, out.pos);
    free(data);
    free(space);
    return rc;
}

enum scrubgate_status sg_splits_run(const struct sg_splits *splits, struct sg_bytes input,
                                    struct sg_cut cut, struct sg_buf *out)
{
    struct sg_stage *stage = splits->open(splits->ctx);
    uint8_t *given = malloc(ROOMY);
    enum scrubgate_status rc = SCRUBGATE_OK;
    /* Filling much room again and again for a few bytes would cost most of the time. */
    size_t room = cut.in_most > 0 && cut.in_most < 64 ? ROOM_FOR_LITTLE : ROOMY;
    size_t pos = 0, idle = 0;
    assert_non_null(stage);
    assert_non_null(given);
    do {
        size_t most = pos == 0 && cut.first > 0 ? cut.first : cut.in_most;
        size_t n = amount(most, input.len - pos, &cut);
        size_t taken = 0, n_given = 0;
        struct sg_bytes piece = {input.data + pos, n};
        rc = push_exactly(stage, piece, &taken, amount(cut.out_most, room, &cut), given, &n_given,
                          pos + n == input.len);
        pos += taken;
        assert_int_equal(sg_buf_add(out, given, n_given), SCRUBGATE_OK);
        idle = taken + n_given == 0 ? idle + 1 : 0;
        assert_true(idle < 1000); /* it must get on */
    } while (rc == SCRUBGATE_OK || rc == SCRUBGATE_FULL);
    free(given);
    if (splits->close != NULL)
        splits->close(splits->ctx, stage);
    else
        sg_stage_free(stage);
    return rc;
}

static void check_one(const struct sg_splits *splits, struct sg_bytes input, struct sg_cut cut,
                      enum scrubgate_status want_rc, struct sg_bytes want, struct sg_buf *longest)
{
    struct sg_buf out = {0};
    enum scrubgate_status rc = sg_splits_run(splits, input, cut, &out);
    if (rc != want_rc)
        print_error("cut: first %zu, in %zu, out %zu, seed %u\n", cut.first, cut.in_most,
                    cut.out_most, cut.seed);
    assert_int_equal(rc, want_rc);
    if (rc == SCRUBGATE_DONE) {
        if (out.len != want.len || (want.len > 0 && memcmp(out.data, want.data, want.len) != 0))
            print_error("cut: first %zu, in %zu, out %zu, seed %u\n  is:   %.*s\n  want: %.*s\n",
                        cut.first, cut.in_most, cut.out_most, cut.seed, (int)out.len,
                        (const char *)out.data, (int)want.len, (const char *)want.data);
        assert_int_equal(out.len, want.len);
        if (want.len > 0)
            assert_memory_equal(out.data, want.data, want.len);
    } else {
        size_t common = out.len < longest->len ? out.len : longest->len;
        if (common > 0)
            assert_memory_equal(out.data, longest->data, common);
        if (out.len > longest->len)
            sg_buf_move(longest, &out);
    }
    sg_buf_fini(&out);
}

void sg_splits_check(const struct sg_splits *splits, struct sg_bytes input,
                     enum scrubgate_status want_rc, struct sg_bytes want)
{
    static const struct sg_cut cuts[] = {
        {0, 0, 0, 0}, {1, 0, 0, 0}, {0, 1, 0, 0}, {1, 1, 0, 0}, {3, 2, 0, 0}, {7, 5, 0, 0},
    };
    struct sg_buf longest = {0};
    for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++)
        check_one(splits, input, cuts[i], want_rc, want, &longest);
    size_t step = input.len / SPLITS_MOST + 1;
    for (size_t at = 1; at < input.len; at += step)
        check_one(splits, input, (struct sg_cut){.first = at}, want_rc, want, &longest);
    for (unsigned seed = 1; seed <= RANDOM_RUNS; seed++) {
        struct sg_cut cut = {1 + seed * 3, 1 + seed * 2, 0, seed};
        check_one(splits, input, cut, want_rc, want, &longest);
    }
    sg_buf_fini(&longest);
}

/* --- the pedantic stage ----------------------------------------------------------------------- */

struct pedantic {
    struct sg_stage stage;
    struct sg_stage *inner;
    struct sg_cut cut;
};

static enum scrubgate_status pedantic_push(struct sg_stage *stage, struct scrubgate_in *in,
                                           struct scrubgate_out *out, bool last)
{
    struct pedantic *pedantic = (struct pedantic *)stage;
    size_t start = out->pos;
    uint8_t given[256];
    for (;;) {
        size_t left = in->len - in->pos, room = out->cap - out->pos;
        size_t n = amount(pedantic->cut.in_most, left, &pedantic->cut);
        size_t space = amount(pedantic->cut.out_most, room < sizeof given ? room : sizeof given,
                              &pedantic->cut);
        size_t taken = 0, n_given = 0;
        struct sg_bytes piece = {(const uint8_t *)in->data + in->pos, n};
        enum scrubgate_status rc =
            push_exactly(pedantic->inner, piece, &taken, space, given, &n_given, last && n == left);
        /* Its refusal comes when what it gave before has gone. */
        if (rc < 0)
            return out->pos > start ? SCRUBGATE_FULL : rc;
        if (n_given > 0)
            memcpy((uint8_t *)out->data + out->pos, given, n_given);
        in->pos += taken;
        out->pos += n_given;
        if (rc == SCRUBGATE_DONE)
            return rc;
        if (rc == SCRUBGATE_FULL && out->pos == out->cap)
            return rc;
        if (rc == SCRUBGATE_OK && in->pos == in->len && !last)
            return rc;
    }
}

static void pedantic_free(struct sg_stage *stage)
{
    struct pedantic *pedantic = (struct pedantic *)stage;
    sg_stage_free(pedantic->inner);
    free(pedantic);
}

static const struct sg_stage_ops pedantic_ops = {"pedantic", pedantic_push, pedantic_free};

struct sg_stage *sg_pedantic_new(struct sg_stage *inner, struct sg_cut cut)
{
    struct pedantic *pedantic = calloc(1, sizeof *pedantic);
    assert_non_null(pedantic);
    pedantic->stage.ops = &pedantic_ops;
    pedantic->inner = inner;
    pedantic->cut = cut;
    return &pedantic->stage;
}
