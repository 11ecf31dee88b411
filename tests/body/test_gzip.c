/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_gzip.c - gzip taken off and put on, cut in every way.
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

#include "../lib/splits.h"
#include "../lib/suite.h"

static const uint64_t roomy = 16 * 1024 * 1024;

static struct sg_stage *open_gzip(void *ctx)
{
    struct sg_stage *stage = NULL;
    (void)ctx;
    assert_int_equal(sg_gzip_new(&stage), SCRUBGATE_OK);
    return stage;
}

static struct sg_stage *open_gunzip(void *ctx)
{
    const uint64_t *max_out = ctx;
    struct sg_stage *stage = NULL;
    assert_int_equal(sg_gunzip_new(&stage, *max_out), SCRUBGATE_OK);
    return stage;
}

static const struct sg_splits gzip = {open_gzip, NULL, NULL};

static struct sg_splits gunzip(const uint64_t *max_out)
{
    return (struct sg_splits){open_gunzip, NULL, (void *)(uintptr_t)max_out};
}

/* Appends one member that holds text. */
static void add_member(struct sg_buf *out, struct sg_bytes text)
{
    assert_int_equal(sg_splits_run(&gzip, text, (struct sg_cut){0}, out), SCRUBGATE_DONE);
}

static void fill(struct sg_buf *out, const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        assert_int_equal(sg_buf_add_text(out, text), 0);
}

/* Text that deflates badly, the same each time. */
static void fill_noise(struct sg_buf *out, size_t n)
{
    uint32_t state = 1;
    for (size_t i = 0; i < n; i++) {
        state = state * 1664525u + 1013904223u;
        assert_int_equal(sg_buf_add_byte(out, (uint8_t)(state >> 24)), 0);
    }
}

static void what_goes_in_comes_out(void **state)
{
    (void)state;
    static const struct sg_cut cuts[] = {
        {0, 0, 0, 0}, {1, 0, 0, 0}, {1000, 100, 0, 0}, {0, 99, 0, 3}};
    struct sg_buf text = {0}, packed = {0};
    struct sg_splits unpack = gunzip(&roomy);
    fill(&text, "the same words again and again, ", 3000);
    fill_noise(&text, 40000);
    add_member(&packed, sg_buf_bytes(&text));
    for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
        struct sg_buf out = {0}, again = {0};
        assert_int_equal(sg_splits_run(&unpack, sg_buf_bytes(&packed), cuts[i], &out),
                         SCRUBGATE_DONE);
        assert_true(sg_bytes_equal(sg_buf_bytes(&out), sg_buf_bytes(&text)));
        assert_int_equal(sg_splits_run(&gzip, sg_buf_bytes(&text), cuts[i], &again),
                         SCRUBGATE_DONE);
        assert_true(sg_bytes_equal(sg_buf_bytes(&again), sg_buf_bytes(&packed)));
        sg_buf_fini(&out);
        sg_buf_fini(&again);
    }
    sg_buf_fini(&text);
    sg_buf_fini(&packed);
}

static void members_follow_each_other(void **state)
{
    (void)state;
    struct sg_buf packed = {0};
    struct sg_splits unpack = gunzip(&roomy);
    sg_splits_check(&unpack, (struct sg_bytes){NULL, 0}, SCRUBGATE_DONE,
                    (struct sg_bytes){NULL, 0});
    add_member(&packed, SG_BYTES("one "));
    sg_splits_check(&unpack, sg_buf_bytes(&packed), SCRUBGATE_DONE, SG_BYTES("one "));
    add_member(&packed, SG_BYTES(""));
    add_member(&packed, SG_BYTES("two"));
    sg_splits_check(&unpack, sg_buf_bytes(&packed), SCRUBGATE_DONE, SG_BYTES("one two"));
    sg_buf_fini(&packed);
}

static void our_member_has_no_name_and_no_time(void **state)
{
    (void)state;
    struct sg_buf packed = {0};
    add_member(&packed, SG_BYTES("x"));
    assert_true(packed.len > 10);
    assert_memory_equal(packed.data, "\x1f\x8b\x08\x00\x00\x00\x00\x00", 8);
    sg_buf_fini(&packed);
}

struct broken {
    const char *name;
    enum { CUT, FLIP, ADD } how;
    int at; /* from the end when negative */
    uint8_t byte;
};

static const struct broken broken[] = {
    {"cut in the header", CUT, 5, 0},
    {"cut in the data", CUT, 15, 0},
    {"cut in the trailer", CUT, -1, 0},
    {"no gzip at all", FLIP, 0, 0},
    {"another method than deflate", FLIP, 2, 0},
    {"reserved flags", FLIP, 3, 0},
    {"a wrong checksum", FLIP, -6, 0},
    {"a wrong length", FLIP, -1, 0},
    {"a zero byte behind it", ADD, 0, 0},
    {"a letter behind it", ADD, 0, 'x'},
    {"the start of a member behind it", ADD, 0, 0x1f},
};

static void is_malformed(void **state)
{
    const struct broken *row = *state;
    struct sg_buf packed = {0};
    struct sg_splits unpack = gunzip(&roomy);
    add_member(&packed, SG_BYTES("some text that is broken behind its back"));
    size_t at = row->at < 0 ? packed.len - (size_t)-row->at : (size_t)row->at;
    if (row->how == CUT)
        packed.len = at;
    else if (row->how == FLIP)
        packed.data[at] ^= 0xFF;
    else
        assert_int_equal(sg_buf_add_byte(&packed, row->byte), 0);
    sg_splits_check(&unpack, sg_buf_bytes(&packed), SCRUBGATE_EMALFORMED,
                    (struct sg_bytes){NULL, 0});
    sg_buf_fini(&packed);
}

static void output_up_to_the_limit_passes(void **state)
{
    (void)state;
    static const uint64_t exact = 10, short_by_one = 9, none = 0;
    struct sg_buf packed = {0};
    add_member(&packed, SG_BYTES("0123456789"));
    struct sg_splits fits = gunzip(&exact), over = gunzip(&short_by_one), nothing = gunzip(&none);
    sg_splits_check(&fits, sg_buf_bytes(&packed), SCRUBGATE_DONE, SG_BYTES("0123456789"));
    sg_splits_check(&over, sg_buf_bytes(&packed), SCRUBGATE_ELIMIT, (struct sg_bytes){NULL, 0});
    sg_splits_check(&nothing, sg_buf_bytes(&packed), SCRUBGATE_ELIMIT, (struct sg_bytes){NULL, 0});
    sg_buf_fini(&packed);
}

/* n bytes of the same letter deflate about a thousandfold. */
static enum scrubgate_status inflate_same(size_t n, struct sg_cut cut, size_t *len)
{
    struct sg_buf text = {0}, packed = {0}, out = {0};
    struct sg_splits unpack = gunzip(&roomy);
    assert_int_equal(sg_buf_reserve(&text, n), SCRUBGATE_OK);
    memset(text.data, 'a', n);
    text.len = n;
    add_member(&packed, sg_buf_bytes(&text));
    enum scrubgate_status rc = sg_splits_run(&unpack, sg_buf_bytes(&packed), cut, &out);
    *len = out.len;
    sg_buf_fini(&text);
    sg_buf_fini(&packed);
    sg_buf_fini(&out);
    return rc;
}

static void a_bomb_is_over_the_ratio(void **state)
{
    (void)state;
    static const struct sg_cut cuts[] = {
        {0, 0, 0, 0}, {1, 0, 0, 0}, {0, 100, 0, 0}, {300, 1000, 0, 5}};
    size_t len = 0;
    for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
        assert_int_equal(inflate_same(64 * 1024, cuts[i], &len), SCRUBGATE_DONE);
        assert_int_equal(len, 64 * 1024);
        assert_int_equal(inflate_same(64 * 1024 + 1, cuts[i], &len), SCRUBGATE_ELIMIT);
        assert_int_equal(inflate_same(1024 * 1024, cuts[i], &len), SCRUBGATE_ELIMIT);
        assert_true(len < 512 * 1024);
    }
}

static void the_library_has_a_name(void **state)
{
    (void)state;
    assert_memory_equal(sg_gzip_library(), "zlib 1.", 7);
}

int main(void)
{
    sg_suite_add("what goes in comes out, the same for every cut", what_goes_in_comes_out, NULL);
    sg_suite_add("any number of members follow each other", members_follow_each_other, NULL);
    sg_suite_add("our member has no name and no time", our_member_has_no_name_and_no_time, NULL);
    SG_SUITE_ROWS(is_malformed, broken);
    sg_suite_add("output up to the limit passes, one byte more does not",
                 output_up_to_the_limit_passes, NULL);
    sg_suite_add("a bomb is over the ratio", a_bomb_is_over_the_ratio, NULL);
    sg_suite_add("the library has a name", the_library_has_a_name, NULL);
    return sg_suite_run("gzip");
}
