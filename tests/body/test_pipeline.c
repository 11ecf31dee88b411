/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_pipeline.c - toy stages in a row, cut in every way.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "body/pipeline.h"

#include "../lib/splits.h"
#include "../lib/suite.h"

/*
 * A toy stage: says each byte `times` times, then "." at the end. A byte equal to `bad` is
 * refused where it stands, with rc.
 */
struct toy {
    struct sg_stage stage;
    unsigned times, left;
    uint8_t now;
    char bad;
    enum scrubgate_status rc;
    bool ended;
};

static unsigned living; /* toys not yet freed */

static bool say(struct toy *toy, struct scrubgate_out *out)
{
    while (toy->left > 0 && out->pos < out->cap) {
        ((uint8_t *)out->data)[out->pos++] = toy->now;
        toy->left--;
    }
    return toy->left == 0;
}

static enum scrubgate_status toy_push(struct sg_stage *stage, struct scrubgate_in *in,
                                      struct scrubgate_out *out, bool last)
{
    struct toy *toy = (struct toy *)stage;
    size_t start = out->pos;
    for (;;) {
        if (!say(toy, out))
            return SCRUBGATE_FULL;
        if (toy->ended)
            return SCRUBGATE_DONE;
        if (in->pos == in->len && !last)
            return SCRUBGATE_OK;
        if (in->pos == in->len) {
            toy->now = '.';
            toy->left = 1;
            toy->ended = true;
            continue;
        }
        toy->now = ((const uint8_t *)in->data)[in->pos];
        if (toy->bad != 0 && toy->now == (uint8_t)toy->bad)
            return out->pos > start ? SCRUBGATE_FULL : toy->rc;
        toy->left = toy->times;
        in->pos++;
    }
}

static void toy_free(struct sg_stage *stage)
{
    living--;
    free(stage);
}

static const struct sg_stage_ops toy_ops = {"toy", toy_push, toy_free};

static struct sg_stage *make_toy(unsigned times, char bad, enum scrubgate_status rc)
{
    struct toy *toy = calloc(1, sizeof *toy);
    assert_non_null(toy);
    living++;
    toy->stage.ops = &toy_ops;
    toy->times = times;
    toy->bad = bad;
    toy->rc = rc;
    return &toy->stage;
}

struct row {
    const char *name;
    struct {
        unsigned times;
        char bad;
        enum scrubgate_status rc;
    } toys[4];
    const char *in, *want; /* want NULL: refused with rc */
    enum scrubgate_status rc;
};

static const struct row rows[] = {
    {"one stage is itself", {{2, 0, 0}}, "abc", "aabbcc.", 0},
    {"each stage hears the end of the one before",
     {{1, 0, 0}, {1, 0, 0}, {1, 0, 0}},
     "x",
     "x...",
     0},
    {"no input at all", {{1, 0, 0}, {2, 0, 0}}, "", "...", 0},
    {"stages that grow", {{2, 0, 0}, {3, 0, 0}}, "ab", "aaaaaabbbbbb....", 0},
    {"a stage that swallows all but the end", {{0, 0, 0}, {2, 0, 0}}, "abc", "...", 0},
    {"the first stage refuses",
     {{1, '!', SCRUBGATE_EMALFORMED}, {1, 0, 0}},
     "ab!c",
     NULL,
     SCRUBGATE_EMALFORMED},
    {"the last stage refuses",
     {{1, 0, 0}, {1, '!', SCRUBGATE_ELIMIT}},
     "ab!c",
     NULL,
     SCRUBGATE_ELIMIT},
    {"the earlier byte wins, though a later stage refuses it",
     {{1, '!', SCRUBGATE_EMALFORMED}, {1, '?', SCRUBGATE_ELIMIT}, {1, 0, 0}},
     "ab?c!d",
     NULL,
     SCRUBGATE_ELIMIT},
    {"the earlier byte wins, refused by the earlier stage",
     {{1, '!', SCRUBGATE_EMALFORMED}, {1, '?', SCRUBGATE_ELIMIT}, {1, 0, 0}},
     "ab!c?d",
     NULL,
     SCRUBGATE_EMALFORMED},
    {"the earlier byte wins, though much stands before it",
     {{1, '!', SCRUBGATE_EMALFORMED}, {20000, 0, 0}, {1, '?', SCRUBGATE_ELIMIT}},
     "a?!",
     NULL,
     SCRUBGATE_ELIMIT},
    {"a refusal of the end",
     {{1, 0, 0}, {1, '.', SCRUBGATE_EBLOCKED}, {1, 0, 0}},
     "ab",
     NULL,
     SCRUBGATE_EBLOCKED},
};

static struct sg_stage *open_row(void *ctx)
{
    const struct row *row = ctx;
    struct sg_stage *stages[8], *made = NULL;
    size_t n = 0;
    for (size_t i = 0; i < 4 && (i == 0 || row->toys[i].times > 0); i++)
        stages[n++] = make_toy(row->toys[i].times, row->toys[i].bad, row->toys[i].rc);
    assert_int_equal(sg_pipeline_new(&made, stages, n), SCRUBGATE_OK);
    return made;
}

/* The same, each stage looked at closely and fed small windows. */
static struct sg_stage *open_pedantic(void *ctx)
{
    const struct row *row = ctx;
    struct sg_stage *stages[8], *made = NULL;
    size_t n = 0;
    for (size_t i = 0; i < 4 && (i == 0 || row->toys[i].times > 0); i++)
        stages[n++] =
            sg_pedantic_new(make_toy(row->toys[i].times, row->toys[i].bad, row->toys[i].rc),
                            (struct sg_cut){.in_most = 2, .out_most = 3, .seed = (unsigned)i + 1});
    assert_int_equal(sg_pipeline_new(&made, stages, n), SCRUBGATE_OK);
    return made;
}

static void runs(void **state)
{
    const struct row *row = *state;
    enum scrubgate_status rc = row->want == NULL ? row->rc : SCRUBGATE_DONE;
    struct sg_splits plain = {open_row, NULL, (void *)(uintptr_t)row};
    struct sg_splits pedantic = {open_pedantic, NULL, (void *)(uintptr_t)row};
    sg_splits_check(&plain, sg_bytes_of(row->in), rc, sg_bytes_of(row->want));
    sg_splits_check(&pedantic, sg_bytes_of(row->in), rc, sg_bytes_of(row->want));
    assert_int_equal(living, 0);
}

static void more_than_the_buffers_hold_goes_through(void **state)
{
    (void)state;
    static const struct row row = {"", {{3, 0, 0}, {2, 0, 0}, {1, 0, 0}}, NULL, NULL, 0};
    static const struct sg_cut cuts[] = {{0, 0, 0, 0}, {1000, 50000, 0, 0}, {40000, 100, 0, 0}};
    struct sg_splits splits = {open_row, NULL, (void *)(uintptr_t)&row};
    struct sg_buf in = {0};
    for (size_t i = 0; i < 20000; i++)
        assert_int_equal(sg_buf_add_byte(&in, (uint8_t)('a' + i % 26)), 0);
    for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
        struct sg_buf out = {0};
        assert_int_equal(sg_splits_run(&splits, sg_buf_bytes(&in), cuts[i], &out), SCRUBGATE_DONE);
        assert_int_equal(out.len, 20000 * 6 + 4);
        for (size_t at = 0; at < 20000 * 6; at++)
            assert_int_equal(out.data[at], 'a' + at / 6 % 26);
        sg_buf_fini(&out);
    }
    sg_buf_fini(&in);
}

static void a_refusal_takes_back_what_the_call_wrote(void **state)
{
    (void)state;
    static const uint8_t zeros[8];
    static const struct row row = {
        "", {{1, 0, 0}, {1, '!', SCRUBGATE_ELIMIT}, {1, 0, 0}}, NULL, NULL, 0};
    struct sg_stage *stage = open_row((void *)(uintptr_t)&row);
    uint8_t room[8] = {0};
    struct scrubgate_in in = {"ab!", 3, 0};
    struct scrubgate_out out = {room, sizeof room, 0};
    assert_int_equal(sg_stage_push(stage, &in, &out, false), SCRUBGATE_ELIMIT);
    assert_int_equal(out.pos, 0);
    assert_memory_equal(room, zeros, sizeof room);
    in = (struct scrubgate_in){"c", 1, 0};
    assert_int_equal(sg_stage_push(stage, &in, &out, true), SCRUBGATE_ELIMIT);
    assert_int_equal(in.pos, 0);
    sg_stage_free(stage);
}

static void bytes_are_counted(void **state)
{
    (void)state;
    static const struct row row = {"", {{2, 0, 0}, {2, 0, 0}}, NULL, NULL, 0};
    struct sg_stage *stage = open_row((void *)(uintptr_t)&row);
    uint8_t room[16];
    struct scrubgate_in in = {"abc", 3, 0};
    struct scrubgate_out out = {room, 5, 0};
    assert_int_equal(sg_stage_push(stage, &in, &out, true), SCRUBGATE_FULL);
    out.cap = sizeof room;
    assert_int_equal(sg_stage_push(stage, &in, &out, true), SCRUBGATE_DONE);
    assert_int_equal(stage->taken, 3);
    assert_int_equal(stage->given, 15);
    assert_int_equal(sg_stage_push(stage, &in, &out, true), SCRUBGATE_DONE);
    sg_stage_free(stage);
    sg_stage_free(NULL);
}

int main(void)
{
    SG_SUITE_ROWS(runs, rows);
    sg_suite_add("more than the buffers hold goes through", more_than_the_buffers_hold_goes_through,
                 NULL);
    sg_suite_add("a refusal takes back what the call wrote",
                 a_refusal_takes_back_what_the_call_wrote, NULL);
    sg_suite_add("bytes are counted, and DONE stays DONE", bytes_are_counted, NULL);
    return sg_suite_run("pipeline");
}
