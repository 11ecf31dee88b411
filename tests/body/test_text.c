/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_text.c - text bodies, each cut in every way.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "body/format.h"

#include "../lib/suite.h"
#include "../lib/toy_body.h"

/* want NULL: refused with rc and why. */
struct row {
    const char *name, *in, *want;
    enum scrubgate_status rc;
    const char *why;
};

static const struct row rows[] = {
    {"an empty body passes", "", "", 0, NULL},
    {"nothing to find leaves every byte", "plain 12 text\r\n\t{}\"\\u0040",
     "plain 12 text\r\n\t{}\"\\u0040", 0, NULL},
    {"text beyond ASCII leaves as it came", "grün 😀 ünit", "grün 😀 ünit", 0, NULL},
    {"a word", "an apple a day", "an [FRUIT] a day", 0, NULL},
    {"a card ends with the body", "pay 4111 1111 1111 1111", "pay [CARD ••1111]", 0, NULL},
    {"a card is the body", "4111111111111111", "[CARD ••1111]", 0, NULL},
    {"a replacement is not escaped", "ünited ü", "«ü\"» ü", 0, NULL},
    {"tag and divert edit nothing", "notable elsewhere", "notable elsewhere", 0, NULL},
    {"a rule that blocks", "an apple, a bomb", NULL, SCRUBGATE_EBLOCKED, ""},
    {"invalid UTF-8", "apple \xFF apple", NULL, SCRUBGATE_EMALFORMED, "invalid UTF-8"},
    {"invalid UTF-8 beside a card", "4111 1111 1111 1111\xC0\xAF", NULL, SCRUBGATE_EMALFORMED,
     "invalid UTF-8"},
    {"UTF-8 cut off at the end", "apple \xE2\x82", NULL, SCRUBGATE_EMALFORMED, "invalid UTF-8"},
    {"a rule that blocks wins over a later fault", "bomb \xFF", NULL, SCRUBGATE_EBLOCKED, ""},
    {"an earlier fault wins over a rule that blocks", "\xFF bomb", NULL, SCRUBGATE_EMALFORMED,
     "invalid UTF-8"},
};

static void is_scrubbed(void **state)
{
    const struct row *row = *state;
    struct sg_toy_body body = {.make = sg_text_new};
    struct sg_splits splits = sg_toy_body_splits(&body);
    enum scrubgate_status rc = row->want == NULL ? row->rc : SCRUBGATE_DONE;
    sg_splits_check(&splits, sg_bytes_of(row->in), rc, sg_bytes_of(row->want));
    if (row->want == NULL)
        assert_string_equal(body.why, row->why);
    if (rc == SCRUBGATE_DONE) {
        body.shadow = true;
        sg_splits_check(&splits, sg_bytes_of(row->in), rc, sg_bytes_of(row->in));
    }
}

static void a_long_text_streams(void **state)
{
    (void)state;
    static const struct sg_cut cuts[] = {
        {0, 0, 0, 0}, {8191, 0, 0, 0}, {0, 777, 0, 0}, {1, 0, 0, 0}};
    struct sg_buf in = {0}, want = {0};
    for (size_t i = 0; i < 2000; i++) {
        assert_int_equal(sg_buf_add_text(&in, "one two apple 😀 three, "), 0);
        assert_int_equal(sg_buf_add_text(&want, "one two [FRUIT] 😀 three, "), 0);
    }
    struct sg_toy_body body = {.make = sg_text_new};
    struct sg_splits splits = sg_toy_body_splits(&body);
    for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
        struct sg_buf out = {0};
        assert_int_equal(sg_splits_run(&splits, sg_buf_bytes(&in), cuts[i], &out), SCRUBGATE_DONE);
        assert_true(sg_bytes_equal(sg_buf_bytes(&out), sg_buf_bytes(&want)));
        assert_int_equal(body.summary.edits, 2000);
        assert_int_equal(body.summary.values, 1);
        sg_buf_fini(&out);
    }
    sg_buf_fini(&in);
    sg_buf_fini(&want);
}

/* UTF-16 without its mark is valid UTF-8 when its letters are ASCII, and no rule sees a value in
 * it. */
static void a_nul_is_no_text(void **state)
{
    (void)state;
    static const char utf16[] = "a\0p\0p\0l\0e";
    struct sg_toy_body body = {.make = sg_text_new};
    struct sg_splits splits = sg_toy_body_splits(&body);
    for (size_t first = 0; first < sizeof utf16; first++) {
        struct sg_buf out = {0};
        const struct sg_cut cut = {first, 0, 0, 0};
        assert_int_equal(sg_splits_run(&splits,
                                       (struct sg_bytes){(const uint8_t *)utf16, sizeof utf16 - 1},
                                       cut, &out),
                         SCRUBGATE_EMALFORMED);
        sg_buf_fini(&out);
    }
}

static void bytes_leave_while_the_body_still_comes(void **state)
{
    (void)state;
    struct sg_toy_body body = {.make = sg_text_new};
    struct sg_splits splits = sg_toy_body_splits(&body);
    struct sg_stage *stage = splits.open(splits.ctx);
    char room[256];
    struct scrubgate_in in = {"an apple, and some more text. appl", 34, 0};
    struct scrubgate_out out = {room, sizeof room, 0};
    assert_int_equal(sg_stage_push(stage, &in, &out, false), SCRUBGATE_OK);
    assert_memory_equal(room, "an [FRUIT], and some more text.", 31);
    assert_true(out.pos < 36); /* what may yet become a word waits */
    splits.close(splits.ctx, stage);
}

int main(void)
{
    SG_SUITE_ROWS(is_scrubbed, rows);
    sg_suite_add("a long text streams", a_long_text_streams, NULL);
    sg_suite_add("bytes leave while the body still comes", bytes_leave_while_the_body_still_comes,
                 NULL);
    sg_suite_add("a NUL is no text", a_nul_is_no_text, NULL);
    int rc = sg_suite_run("text");
    sg_toy_body_fini();
    return rc;
}
