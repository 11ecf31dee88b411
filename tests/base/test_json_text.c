/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_json_text.c - text written as a JSON string.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/json.h"
#include "base/utf8.h"

#include "../lib/alloc_fail.h"
#include "../lib/suite.h"

struct row {
    const char *name, *text, *string, *spliced;
};

static const struct row rows[] = {
    {"nothing", "", "\"\"", ""},
    {"plain text", "plain 12 text", "\"plain 12 text\"", "plain 12 text"},
    {"quotes and backslashes", "a\"b\\c/", "\"a\\\"b\\\\c/\"", "a\\\"b\\\\c/"},
    {"line ends and tabs", "\r\n\t", "\"\\r\\n\\t\"", "\\r\\n\\t"},
    {"other controls", "\x01\x1F", "\"\\u0001\\u001f\"", "\\u0001\\u001f"},
    {"DEL would move a terminal's cursor", "a\x7F", "\"a\\u007f\"", "a\x7F"},
    {"letters beyond ASCII", "\xC3\xA4 \xE2\x82\xAC", "\"\\u00e4 \\u20ac\"",
     "\xC3\xA4 \xE2\x82\xAC"},
    {"a letter beyond 16 bits", "\xF0\x9F\x98\x80", "\"\\ud83d\\ude00\"", "\xF0\x9F\x98\x80"},
    {"the last code point", "\xF4\x8F\xBF\xBF", "\"\\udbff\\udfff\"", "\xF4\x8F\xBF\xBF"},
    {"bytes that are no UTF-8", "a\xFF\x80z", "\"a\\ufffd\\ufffdz\"", "a\\ufffd\\ufffdz"},
    {"a letter cut off", "a\xE2\x82", "\"a\\ufffd\\ufffd\"", "a\\ufffd\\ufffd"},
    {"a surrogate's bytes", "\xED\xA0\x80", "\"\\ufffd\\ufffd\\ufffd\"", "\\ufffd\\ufffd\\ufffd"},
    {"good letters around bad bytes", "\xC3\xA4\xFF\xC3\xA4", "\"\\u00e4\\ufffd\\u00e4\"",
     "\xC3\xA4\\ufffd\xC3\xA4"},
};

static void writes_both_forms(void **state)
{
    const struct row *row = *state;
    struct sg_buf out = {0};
    struct sg_bytes text = sg_bytes_of(row->text);
    assert_int_equal(sg_json_add_string(&out, text), SCRUBGATE_OK);
    assert_true(sg_bytes_equal(sg_buf_bytes(&out), sg_bytes_of(row->string)));
    sg_buf_clear(&out);
    assert_int_equal(sg_json_add_spliced(&out, text), SCRUBGATE_OK);
    assert_true(sg_bytes_equal(sg_buf_bytes(&out), sg_bytes_of(row->spliced)));
    sg_buf_fini(&out);
}

/* Every code point, read back by the parser. */
static void what_is_written_reads_back(void **state)
{
    (void)state;
    struct sg_buf text = {0}, out = {0};
    uint8_t bytes[4];
    for (uint32_t value = 0; value <= 0x10FFFF; value += value < 0x3000 ? 1 : 251) {
        size_t len = sg_utf8_encode(value, bytes);
        assert_int_equal(sg_buf_add(&text, bytes, len), SCRUBGATE_OK);
    }
    for (int spliced = 0; spliced < 2; spliced++) {
        struct sg_json *json = NULL;
        sg_buf_clear(&out);
        if (spliced) {
            assert_int_equal(sg_buf_add_byte(&out, '"'), SCRUBGATE_OK);
            assert_int_equal(sg_json_add_spliced(&out, sg_buf_bytes(&text)), SCRUBGATE_OK);
            assert_int_equal(sg_buf_add_byte(&out, '"'), SCRUBGATE_OK);
        } else {
            assert_int_equal(sg_json_add_string(&out, sg_buf_bytes(&text)), SCRUBGATE_OK);
            for (size_t i = 0; i < out.len; i++)
                assert_in_range(out.data[i], 0x20, 0x7E);
        }
        assert_int_equal(sg_json_parse(&json, sg_buf_bytes(&out), 1, NULL), SCRUBGATE_OK);
        assert_true(sg_bytes_equal(sg_json_root(json)->text, sg_buf_bytes(&text)));
        sg_json_free(json);
    }
    sg_buf_fini(&text);
    sg_buf_fini(&out);
}

static void a_ceiling_leaves_nothing_half_written(void **state)
{
    (void)state;
    struct sg_bytes text = SG_BYTES("ab\xC3\xA4\"");
    for (size_t ceiling = 1; ceiling < 14; ceiling++) {
        struct sg_buf out;
        sg_buf_init(&out, ceiling);
        assert_int_equal(sg_buf_add_byte(&out, '['), SCRUBGATE_OK);
        assert_int_equal(sg_json_add_string(&out, text),
                         ceiling < 13 ? SCRUBGATE_ELIMIT : SCRUBGATE_OK);
        assert_int_equal(out.len, ceiling < 13 ? 1 : 13);
        sg_buf_fini(&out);
    }
}

static enum scrubgate_status write_once(void *ctx)
{
    (void)ctx;
    struct sg_buf out = {0};
    struct sg_bytes text = sg_bytes_of("\"a text of more than one block of sixty-four bytes, with "
                                       "\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC and more of the same");
    enum scrubgate_status rc = sg_json_add_string(&out, text);
    assert_int_equal(out.len > 0, rc >= 0);
    sg_buf_fini(&out);
    return rc;
}

static void memory_that_runs_out_leaves_nothing_half_written(void **state)
{
    (void)state;
    assert_true(sg_alloc_fail_each(write_once, NULL) >= 2);
}

/* Plain text is looked at eight bytes at a time: what needs an escape counts wherever it stands. */
static void an_escape_is_seen_wherever_it_stands(void **state)
{
    (void)state;
    enum { LEN = 21 };
    struct sg_buf out = {0};
    for (unsigned c = 0; c < 256; c++) {
        bool plain = c >= 0x20 && c < 0x7F && c != '"' && c != '\\';
        for (size_t at = 0; at < LEN; at++) {
            uint8_t text[LEN];
            memset(text, 'x', sizeof text);
            text[at] = (uint8_t)c;
            sg_buf_clear(&out);
            assert_int_equal(sg_json_add_string(&out, (struct sg_bytes){text, LEN}), 0);
            assert_int_equal(out.len == LEN + 2, plain);
            assert_memory_equal(out.data + 1, text, plain ? LEN : at);
            assert_int_equal(out.data[1 + at] == '\\', !plain);
            assert_memory_equal(out.data + out.len - (LEN - at), text + at + 1, LEN - at - 1);
        }
    }
    sg_buf_fini(&out);
}

int main(void)
{
    SG_SUITE_ROWS(writes_both_forms, rows);
    sg_suite_add("what is written reads back", what_is_written_reads_back, NULL);
    sg_suite_add("a ceiling leaves nothing half written", a_ceiling_leaves_nothing_half_written,
                 NULL);
    sg_suite_add("memory that runs out leaves nothing half written",
                 memory_that_runs_out_leaves_nothing_half_written, NULL);
    sg_suite_add("an escape is seen wherever it stands", an_escape_is_seen_wherever_it_stands,
                 NULL);
    return sg_suite_run("json_text");
}
