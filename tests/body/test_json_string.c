/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_json_string.c - string bodies as runs and escapes, at every split.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "body/json_string.h"

#include "../lib/suite.h"

/* Text reads as it decodes; an escape stands in (), the end is |, a fault is ! and its reason. */
struct row {
    const char *name, *in, *want;
};

static const struct row rows[] = {
    {"an empty string", "\"", "|"},
    {"a run", "one two three four\"", "one two three four|"},
    {"stops in the first, the eighth and the ninth byte", "\\n123456\\n12345678\\n\"",
     "(\n)123456(\n)12345678(\n)|"},
    {"every short escape", "\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "(\")(\\)(/)(\b)(\f)(\n)(\r)(\t)|"},
    {"hex in both cases", "\\u00e9\\u00E9\"", "(é)(é)|"},
    {"three bytes", "\\u20ac\"", "(€)|"},
    {"a pair", "x\\uD83D\\uDE00y\"", "x(😀)y|"},
    {"the first and the last pair", "\\ud800\\udc00\\udbff\\udfff\"",
     "(\xF0\x90\x80\x80)(\xF4\x8F\xBF\xBF)|"},
    {"raw text beyond ASCII", "12345678ü€😀\"", "12345678ü€😀|"},
    {"DEL is no control", "\x7F\"", "\x7F|"},
    {"what is behind the quote is left", "a\"b", "a|"},
    {"no end", "abc", "abc"},
    {"no end inside an escape", "ab\\u00", "ab"},
    {"a control", "ab\x1F\"", "ab!a control byte in a string"},
    {"a control behind text beyond ASCII", "ü\n\"", "ü!a control byte in a string"},
    {"\\v is no escape", "a\\v\"", "a!a broken escape in a string"},
    {"a letter that is no digit", "\\u00G0\"", "!a broken escape in a string"},
    {"a quote in an escape", "\\u0\"", "!a broken escape in a string"},
    {"a low half first", "\\udfff\"", "!a lone surrogate"},
    {"two low halves", "\\ude00\\ude00\"", "!a lone surrogate"},
    {"a control among eight bytes",
     "abc\x1F"
     "defghij\"",
     "abc!a control byte in a string"},
    {"a high half alone", "\\ud83dx\"", "!a lone surrogate"},
    {"a high half before another escape", "\\ud83d\\n\"", "!a lone surrogate"},
    {"two high halves", "\\ud83d\\ud83d\"", "!a lone surrogate"},
    {"a half pair whose digits break", "\\ud83d\\ude0x\"", "!a lone surrogate"},
    {"a stray continuation", "ab\x80\"", "ab!invalid UTF-8 in a string"},
    {"overlong", "ab\xC0\x80\"", "ab!invalid UTF-8 in a string"},
    {"a letter inside a code point", "ab\xE2\x82g\"", "ab\xE2\x82!invalid UTF-8 in a string"},
    {"an escape inside a code point", "ab\xE2\x82\\n\"", "ab\xE2\x82!invalid UTF-8 in a string"},
};

static void append(char *story, struct sg_bytes text)
{
    size_t len = strlen(story);
    assert_true(len + text.len < 200);
    if (text.len > 0)
        memcpy(story + len, text.data, text.len);
    story[len + text.len] = '\0';
}

/* Reads one piece; false once the string has ended or failed. */
static bool read_piece(struct sg_json_string *string, struct sg_bytes piece, char *story)
{
    size_t pos = 0;
    for (;;) {
        struct sg_json_part part;
        const char *why = "";
        if (sg_json_string_next(string, piece, &pos, &part, &why) < 0) {
            append(story, SG_BYTES("!"));
            append(story, sg_bytes_of(why));
            return false;
        }
        switch (part.kind) {
        case SG_JSON_RUN:
            assert_ptr_equal(part.text.data, part.raw.data);
            append(story, part.text);
            break;
        case SG_JSON_ESCAPE:
            append(story, SG_BYTES("("));
            append(story, part.text);
            append(story, SG_BYTES(")"));
            break;
        case SG_JSON_END:
            append(story, SG_BYTES("|"));
            return false;
        case SG_JSON_MORE:
            assert_int_equal(pos, piece.len);
            return true;
        }
    }
}

static void reads(void **state)
{
    const struct row *row = *state;
    struct sg_bytes in = sg_bytes_of(row->in);
    for (size_t first = 0; first <= in.len; first++) {
        for (size_t step = 1; step <= in.len + 1; step += in.len) {
            struct sg_json_string string = {.raw_len = 0};
            char story[256] = "";
            size_t at = first;
            bool more = read_piece(&string, (struct sg_bytes){in.data, first}, story);
            while (more && at < in.len) {
                size_t n = in.len - at < step ? in.len - at : step;
                more = read_piece(&string, (struct sg_bytes){in.data + at, n}, story);
                at += n;
            }
            assert_string_equal(story, row->want);
        }
    }
}

int main(void)
{
    SG_SUITE_ROWS(reads, rows);
    return sg_suite_run("json_string");
}
