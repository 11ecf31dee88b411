/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_utf8.c - strict UTF-8, at every split.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/utf8.h"

#include "../lib/suite.h"

/* bad: bytes before the first that makes it invalid; -1: valid; -2: cut off at its end. */
struct row {
    const char *name, *text;
    int bad;
};

static const struct row rows[] = {
    {"plain text is valid", "plain text of more than eight bytes", -1},
    {"no text is valid", "", -1},
    {"two bytes: the first and the last", "\xC2\x80 \xDF\xBF", -1},
    {"three bytes: the first and the last", "\xE0\xA0\x80 \xEF\xBF\xBF", -1},
    {"the neighbours of the surrogates", "\xED\x9F\xBF \xEE\x80\x80", -1},
    {"four bytes: the first and the last", "\xF0\x90\x80\x80 \xF4\x8F\xBF\xBF", -1},
    {"a letter behind eight plain bytes", "12345678\xC3\xA4", -1},
    {"a stray continuation", "ab\x80", 2},
    {"a stray continuation behind eight bytes", "12345678\xBF", 8},
    {"overlong in two bytes", "\xC0\x80", 0},
    {"overlong slash", "\xC1\xAF", 0},
    {"overlong in three bytes", "\xE0\x9F\xBF", 1},
    {"overlong in four bytes", "\xF0\x8F\xBF\xBF", 1},
    {"the first surrogate", "\xED\xA0\x80", 1},
    {"the last surrogate", "\xED\xBF\xBF", 1},
    {"above U+10FFFF", "\xF4\x90\x80\x80", 1},
    {"a lead byte that is none: F5", "\xF5\x80\x80\x80", 0},
    {"a lead byte that is none: FF", "\xFF", 0},
    {"a letter where a continuation is due", "\xE2\x82x", 2},
    {"a lead where a continuation is due", "\xC3\xC3\xA4", 1},
    {"cut after the lead", "x\xC3", -2},
    {"cut before the last byte", "\xF0\x9F\x98", -2},
};

static void judges_at_every_split(void **state)
{
    const struct row *row = *state;
    struct sg_bytes text = sg_bytes_of(row->text);
    assert_int_equal(sg_utf8_valid(text), row->bad == -1);
    assert_int_equal(sg_utf8_valid_len(text), row->bad >= 0 ? (size_t)row->bad : text.len);
    for (size_t cut = 0; cut <= text.len; cut++) {
        struct sg_utf8 judge = {0};
        bool ok = sg_utf8_push(&judge, (struct sg_bytes){text.data, cut}) &&
                  sg_utf8_push(&judge, (struct sg_bytes){text.data + cut, text.len - cut});
        assert_int_equal(ok, row->bad < 0);
        if (ok)
            assert_int_equal(sg_utf8_complete(&judge), row->bad == -1);
    }
}

static void every_code_point_is_encoded_once(void **state)
{
    (void)state;
    uint8_t before[4] = {0}, out[4];
    for (uint32_t value = 0; value <= 0x110000; value++) {
        size_t len = sg_utf8_encode(value, out);
        if ((value >= 0xD800 && value <= 0xDFFF) || value > 0x10FFFF) {
            assert_int_equal(len, 0);
            continue;
        }
        assert_int_equal(len, value < 0x80 ? 1 : value < 0x800 ? 2 : value < 0x10000 ? 3 : 4);
        assert_true(sg_utf8_valid((struct sg_bytes){out, len}));
        assert_int_equal(sg_utf8_count((struct sg_bytes){out, len}), 1);
        memset(out + len, 0, 4 - len);
        /* UTF-8 sorts as its code points do. */
        if (value > 0)
            assert_true(memcmp(before, out, 4) < 0);
        memcpy(before, out, 4);
    }
    assert_int_equal(sg_utf8_encode(UINT32_MAX, out), 0);
}

static void counts_code_points(void **state)
{
    (void)state;
    assert_int_equal(sg_utf8_count(SG_BYTES("")), 0);
    assert_int_equal(sg_utf8_count(SG_BYTES("a\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80z")), 5);
}

int main(void)
{
    SG_SUITE_ROWS(judges_at_every_split, rows);
    sg_suite_add("every code point is encoded once", every_code_point_is_encoded_once, NULL);
    sg_suite_add("counts code points", counts_code_points, NULL);
    return sg_suite_run("utf8");
}
