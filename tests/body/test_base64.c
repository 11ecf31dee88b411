/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_base64.c - content in base64: decoded, and encoded again as it was, cut in every way.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "body/base64.h"
#include "body/pipeline.h"

#include "../lib/splits.h"
#include "../lib/suite.h"

/* raw: how it is written. */
struct row {
    const char *name, *raw, *text;
};

static const struct row rows[] = {
    {"nothing", "", ""},
    {"only the end of a line", "\r\n", ""},
    {"two pads", "YQ==", "a"},
    {"one pad", "YWI=", "ab"},
    {"no pad", "YWJj", "abc"},
    {"both marks", "/+8A", "\xFF\xEF"},
    {"an end of line at the end", "YWJjZA==\r\n", "abcd"},
    {"lines", "YWJj\r\nYWJj\r\nYQ==", "abcabca"},
    {"lines that are all full", "YWJj\r\nYWJj", "abcabc"},
    {"lines that are all full, the last with its end", "YWJj\r\nYWJj\r\n", "abcabc"},
    {"lines that end inside a group", "YWJjY\r\nWJjYQ\r\n==", "abcabca"},
    {"nine digits", "aaa123456789aaaa", "\x69\xA6\xB5\xDB\x7E\x39\xEB\xBF\x3D\x69\xA6\x9A"},
};

static const char *const bad[] = {
    "YWJ",
    "YQ=",
    "Y===",
    "=YWJ",
    "YQ==YQ==",
    "YR==",
    "YWK=",
    "YW Jj",
    "YWJj\nYWJj",
    "YWJj\r",
    "YWJj\rYWJj",
    "YW-_",
    "YWJj\r\nYW\r\nJj",
    "YWJj\r\nYWJjY\r\nWJj",
    "YWJj\r\n\r\nYWJj",
    "\r\nYWJj",
    "YWJj\r\n\r\n",
    "YQ==\r\nYWJj",
    "YWJj.",
};

static struct sg_base64_layout layout;

static struct sg_stage *open_decode(void *ctx)
{
    struct sg_stage *stage = NULL;
    (void)ctx;
    layout = (struct sg_base64_layout){.line = 0};
    assert_int_equal(sg_base64_decode_new(&stage, &layout), SCRUBGATE_OK);
    return stage;
}

static struct sg_stage *open_both(void *ctx)
{
    struct sg_stage *stages[2] = {open_decode(ctx), NULL}, *both = NULL;
    assert_int_equal(sg_base64_encode_new(&stages[1], &layout), SCRUBGATE_OK);
    assert_int_equal(sg_pipeline_new(&both, stages, 2), SCRUBGATE_OK);
    return both;
}

static const struct sg_splits decode = {open_decode, NULL, NULL};
static const struct sg_splits both = {open_both, NULL, NULL};

static void is_decoded_and_put_back(void **state)
{
    const struct row *row = *state;
    struct sg_bytes text = sg_bytes_of(row->text);
    if (strcmp(row->raw, "/+8A") == 0)
        text.len++; /* the NUL */
    sg_splits_check(&decode, sg_bytes_of(row->raw), SCRUBGATE_DONE, text);
    sg_splits_check(&both, sg_bytes_of(row->raw), SCRUBGATE_DONE, sg_bytes_of(row->raw));
}

static void what_could_not_be_put_back_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        sg_splits_check(&decode, sg_bytes_of(bad[i]), SCRUBGATE_EMALFORMED,
                        (struct sg_bytes){NULL, 0});
}

static void what_reads_as_a_number_is_refused(void **state)
{
    (void)state;
    sg_splits_check(&decode, SG_BYTES("aa1234567890"), SCRUBGATE_EUNSUPPORTED,
                    (struct sg_bytes){NULL, 0});
    sg_splits_check(&decode, SG_BYTES("a1234\r\n56789\r\n0aab"), SCRUBGATE_EUNSUPPORTED,
                    (struct sg_bytes){NULL, 0});
}

/* Lines of that many letters, around the limit and around the size of a step. */
static void long_lines_are_put_back(void **state)
{
    (void)state;
    static const struct sg_cut cuts[] = {{0, 0, 0, 0}, {1, 0, 0, 0}, {1000, 300, 0, 0}};
    static const size_t lines[] = {76, SG_BASE64_LINE_LONGEST - 1, SG_BASE64_LINE_LONGEST, 20000};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct sg_buf in = {0};
        for (size_t n = 0; n < 20000; n++) {
            if (n > 0 && n % lines[i] == 0)
                assert_int_equal(sg_buf_add_text(&in, "\r\n"), 0);
            assert_int_equal(sg_buf_add_byte(&in, (uint8_t)('A' + n % 26)), 0);
        }
        for (size_t c = 0; c < sizeof cuts / sizeof cuts[0]; c++) {
            struct sg_buf out = {0};
            assert_int_equal(sg_splits_run(&both, sg_buf_bytes(&in), cuts[c], &out),
                             SCRUBGATE_DONE);
            assert_true(sg_bytes_equal(sg_buf_bytes(&out), sg_buf_bytes(&in)));
            sg_buf_fini(&out);
        }
        sg_buf_fini(&in);
    }
}

static void a_line_over_the_limit_is_the_only_one(void **state)
{
    (void)state;
    struct sg_buf in = {0};
    for (size_t n = 0; n <= SG_BASE64_LINE_LONGEST; n++)
        assert_int_equal(sg_buf_add_byte(&in, 'A'), 0);
    assert_int_equal(sg_buf_add_text(&in, "\r\nAAA"), 0);
    sg_splits_check(&decode, sg_buf_bytes(&in), SCRUBGATE_EMALFORMED, (struct sg_bytes){NULL, 0});
    sg_buf_fini(&in);
}

/* Each byte's letters hold its bits: the first one its upper, the last one its lower. */
static void offsets_are_those_of_the_letters(void **state)
{
    (void)state;
    const struct sg_base64_layout flat = {.line = 0}, lined = {.line = 4};
    static const uint64_t start[] = {0, 1, 2, 4, 5, 6}, end[] = {0, 2, 3, 4, 6, 7, 8};
    for (uint64_t i = 0; i < 6; i++) {
        assert_int_equal(sg_base64_raw(&flat, i, false), start[i]);
        assert_int_equal(sg_base64_raw(&flat, i + 1, true), end[i + 1]);
        assert_int_equal(sg_base64_raw(&lined, i, false), start[i] + (i >= 3 ? 2 : 0));
        assert_int_equal(sg_base64_raw(&lined, i + 1, true), end[i + 1] + (i >= 3 ? 2 : 0));
    }
    assert_int_equal(sg_base64_raw(&flat, 0, true), 0);
}

int main(void)
{
    SG_SUITE_ROWS(is_decoded_and_put_back, rows);
    sg_suite_add("what could not be put back is refused", what_could_not_be_put_back_is_refused,
                 NULL);
    sg_suite_add("what reads as a number is refused", what_reads_as_a_number_is_refused, NULL);
    sg_suite_add("long lines are put back", long_lines_are_put_back, NULL);
    sg_suite_add("a line over the limit is the only one", a_line_over_the_limit_is_the_only_one,
                 NULL);
    sg_suite_add("offsets are those of the letters", offsets_are_those_of_the_letters, NULL);
    return sg_suite_run("base64");
}
