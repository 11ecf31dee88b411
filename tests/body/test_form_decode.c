/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_form_decode.c - form text as runs and escapes, at every split; and written anew.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "body/form_decode.h"

#include "../lib/suite.h"

/* An escape stands in (), = is =, & is |, a fault is ! and its reason, an open end is ~. */
struct row {
    const char *name, *in, *want;
};

static const struct row rows[] = {
    {"nothing", "", ""},
    {"runs, = and &", "ab=c&d", "ab=c|d"},
    {"plus is a space", "a+b", "a( )b"},
    {"hex in both cases", "%4a%4A%2b", "(J)(J)(+)"},
    {"escaped = and & are text", "%3d%26", "(=)(&)"},
    {"two bytes in escapes are one", "%c3%bcx", "(ü)x"},
    {"two bytes, half escaped", "\xC3%bc%c3\xBC", "(ü)(ü)"},
    {"four bytes in escapes are one", "%f0%9f%98%80", "(😀)"},
    {"raw text beyond ASCII", "ü€", "(ü)(€)"},
    {"a zero byte in an escape is text", "%00", "()"},
    {"no digit", "a%g0", "a!a broken % escape"},
    {"one digit", "a%4", "a~"},
    {"one digit before &", "a%4&", "a!a broken % escape"},
    {"no digit before =", "a%=", "a!a broken % escape"},
    {"a stray continuation", "%80", "!invalid UTF-8"},
    {"overlong", "%c0%80", "!invalid UTF-8"},
    {"a surrogate", "%ed%a0%80", "!invalid UTF-8"},
    {"a code point cut by a letter", "%e2%82x", "!invalid UTF-8"},
    {"a code point cut by plus", "%c3+", "!invalid UTF-8"},
    {"a code point cut off", "%c3", "~"},
};

static void append(char *story, struct sg_bytes text)
{
    size_t len = strlen(story);
    for (size_t i = 0; i < text.len && text.data[i] != 0; i++)
        story[len++] = (char)text.data[i];
    story[len] = '\0';
}

static bool read_piece(struct sg_form_decode *decode, struct sg_bytes piece, char *story)
{
    size_t pos = 0;
    for (;;) {
        struct sg_form_part part;
        const char *why = "";
        if (sg_form_next(decode, piece, &pos, &part, &why) < 0) {
            append(story, SG_BYTES("!"));
            append(story, sg_bytes_of(why));
            return false;
        }
        switch (part.kind) {
        case SG_FORM_RUN:
        case SG_FORM_EQUALS:
            append(story, part.text);
            break;
        case SG_FORM_ESCAPE:
            append(story, SG_BYTES("("));
            append(story, part.text);
            append(story, SG_BYTES(")"));
            break;
        case SG_FORM_END:
            append(story, SG_BYTES("|"));
            break;
        case SG_FORM_MORE:
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
        for (size_t step = 1; step <= in.len + 1; step += in.len + 1) {
            struct sg_form_decode decode = {.raw_len = 0};
            char story[256] = "";
            size_t at = first;
            bool more = read_piece(&decode, (struct sg_bytes){in.data, first}, story);
            while (more && at < in.len) {
                size_t n = in.len - at < step ? in.len - at : step;
                more = read_piece(&decode, (struct sg_bytes){in.data + at, n}, story);
                at += n;
            }
            if (more && !sg_form_complete(&decode))
                append(story, SG_BYTES("~"));
            assert_string_equal(story, row->want);
        }
    }
}

static void what_is_written_reads_the_same(void **state)
{
    (void)state;
    struct sg_buf out = {0};
    assert_int_equal(sg_form_encode(&out, SG_BYTES("a-Z_0.9* &=%+ü\n")), SCRUBGATE_OK);
    assert_true(sg_bytes_equal(sg_buf_bytes(&out), SG_BYTES("a-Z_0.9*+%26%3D%25%2B%C3%BC%0A")));
    struct sg_form_decode decode = {.raw_len = 0};
    char story[256] = "";
    assert_true(read_piece(&decode, sg_buf_bytes(&out), story));
    assert_string_equal(story, "a-Z_0.9*( )(&)(=)(%)(+)(ü)(\n)");
    sg_buf_fini(&out);
}

int main(void)
{
    SG_SUITE_ROWS(reads, rows);
    sg_suite_add("what is written reads the same", what_is_written_reads_the_same, NULL);
    return sg_suite_run("form_decode");
}
