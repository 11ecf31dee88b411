/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_line.c - one pass over a record's line says what a JSON parser says of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "audit/line.h"
#include "base/json.h"

#include "../lib/suite.h"

enum { DEEPEST = 16, LONGEST = 512 };

struct row {
    const char *name, *text;
    bool good;
};

static const struct row rows[] = {
    {"an empty object", "{}", true},
    {"blanks between all", " {}", false},
    {"blanks inside", "{ \"a\" : [ 1 ,\t{ } , [ ] ] }", true},
    {"numbers of all kinds", "{\"a\":[0,-0,10,-1.5,1e3,1E+3,0.25e-2]}", true},
    {"a number with a zero before it", "{\"a\":01}", false},
    {"a number that ends with its point", "{\"a\":1.}", false},
    {"a number without digits", "{\"a\":-}", false},
    {"a number with an empty exponent", "{\"a\":1e}", false},
    {"words", "{\"a\":[true,false,null]}", true},
    {"a word that is none", "{\"a\":nul}", false},
    {"all escapes", "{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\"}", true},
    {"an escape that is none", "{\"a\":\"\\x\"}", false},
    {"an escape that is cut", "{\"a\":\"\\u00e\"}", false},
    {"a backslash at the end", "{\"a\":\"\\", false},
    {"a control in a string", "{\"a\":\"\x01\"}", false},
    {"a control behind seven letters", "{\"a\":\"abcdefg\x1f\"}", false},
    {"UTF-8", "{\"a\":\"\xc3\xa9\"}", true},
    {"what is no UTF-8", "{\"a\":\"\xc3\"}", false},
    {"what is no UTF-8 in a long string", "{\"a\":\"abcdefghijklmnop\xff\"}", false},
    {"a key without a value", "{\"a\"}", false},
    {"a comma before the end of an object", "{\"a\":1,}", false},
    {"a comma before the end of an array", "{\"a\":[1,]}", false},
    {"a comma first", "{,\"a\":1}", false},
    {"two commas", "{\"a\":1,,\"b\":2}", false},
    {"a key that is no string", "{1:2}", false},
    {"an array that ends as an object", "{\"a\":[1}}", false},
    {"an object that ends as an array", "{\"a\":{]}", false},
    {"something behind the object", "{}x", false},
    {"two objects", "{}{}", false},
    {"an array", "[]", false},
    {"nothing", "", false},
    {"blanks alone", "   ", false},
    {"an object that is not closed", "{\"a\":1", false},
    {"a string that is not closed", "{\"a\":\"abcdefghijkl", false},
    {"sixteen levels", "{\"a\":[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]}", true},
    {"seventeen levels", "{\"a\":[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]}", false},
    {"a member of ours twice", "{\"seq\":1,\"seq\":2}", false},
    {"a member of others twice", "{\"sex\":1,\"sex\":2}", true},
    {"a member of ours twice, of which one is an object", "{\"what\":{},\"what\":\"seal\"}", false},
    {"a member of ours again deeper down", "{\"seq\":1,\"a\":{\"seq\":2}}", true},
};

static void test_row(void **state)
{
    const struct row *row = *state;
    struct sg_line line;
    assert_int_equal(sg_line_read(&line, sg_bytes_of(row->text)),
                     row->good ? SCRUBGATE_OK : SCRUBGATE_EMALFORMED);
}

static const char seal[] =
    "{\"seq\":7,\"time\":1795310766122,\"mono_ns\":12000000000,\"boot\":\"00112233\","
    "\"a\":{\"seq\":8,\"b\":[\"\\u00e9\",-1.5e3,true,null]},\"what\":\"seal\",\"epoch\":2,"
    "\"size\":6,\"root\":\"abcd\",\"mac\":\"ef\"}";

static void test_members(void **state)
{
    struct sg_line line;
    (void)state;
    assert_int_equal(sg_line_read(&line, sg_bytes_of(seal)), SCRUBGATE_OK);
    assert_int_equal(line.has, 0x1ff);
    assert_int_equal(line.seq, 7);
    assert_int_equal(line.time, 1795310766122);
    assert_int_equal(line.mono_ns, 12000000000);
    assert_int_equal(line.epoch, 2);
    assert_int_equal(line.size, 6);
    assert_true(sg_bytes_equal(line.boot, SG_BYTES("00112233")));
    assert_true(sg_bytes_equal(line.what, SG_BYTES("seal")));
    assert_true(sg_bytes_equal(line.root, SG_BYTES("abcd")));
    assert_true(sg_bytes_equal(line.mac, SG_BYTES("ef")));
}

static void test_members_of_another_kind_are_not_there(void **state)
{
    struct sg_line line;
    (void)state;
    assert_int_equal(sg_line_read(&line, SG_BYTES("{\"seq\":\"7\",\"time\":-1,\"mono_ns\":1.5,"
                                                  "\"epoch\":18446744073709551616,\"what\":7,"
                                                  "\"boot\":null,\"size\":[3],\"mac\":{}}")),
                     SCRUBGATE_OK);
    assert_int_equal(line.has, 0);
}

static bool judged_good(struct sg_bytes text)
{
    struct sg_json_judge *judge = NULL;
    assert_int_equal(sg_json_judge_new(&judge, DEEPEST, false), SCRUBGATE_OK);
    bool good = sg_json_judge_push(judge, text) >= 0 && sg_json_judge_end(judge) >= 0;
    sg_json_judge_free(judge);
    return good;
}

/* Every byte becomes every other one: both say the same, but where a member of ours comes twice. In
 * memory of its own, so that a read beyond the end is seen. */
static void test_the_same_as_a_parser(void **state)
{
    const size_t len = sizeof seal - 1;
    uint8_t *text = malloc(len);
    struct sg_line line;
    (void)state;
    assert_non_null(text);
    memcpy(text, seal, len);
    for (size_t i = 0; i < len; i++) {
        for (unsigned c = 0; c < 256; c++) {
            text[i] = (uint8_t)c;
            struct sg_bytes all = {text, len};
            bool good = sg_line_read(&line, all) >= 0;
            /* An LF ends a line, another first byte is no object's, and "boot" and "root" may
             * become the same. */
            bool again =
                (c == 'r' || c == 'b') && i + 5 < len && memcmp(text + i + 1, "oot\"", 4) == 0;
            if (c != '\n' && i > 0 && !again && good != judged_good(all))
                fail_msg("byte %d as %u: %d", (int)i, c, good);
        }
        text[i] = (uint8_t)seal[i];
    }
    free(text);
}

static void test_no_end_of_it_is_one(void **state)
{
    struct sg_line line;
    (void)state;
    for (size_t len = 0; len < sizeof seal - 1; len++) {
        uint8_t *text = malloc(len + 1);
        assert_non_null(text);
        memcpy(text, seal, len);
        assert_int_equal(sg_line_read(&line, (struct sg_bytes){text, len}), SCRUBGATE_EMALFORMED);
        free(text);
    }
}

int main(void)
{
    SG_SUITE_ROWS(test_row, rows);
    sg_suite_add("what a seal says is taken out", test_members, NULL);
    sg_suite_add("members of another kind are not there",
                 test_members_of_another_kind_are_not_there, NULL);
    sg_suite_add("a line with any byte changed is judged as by a parser", test_the_same_as_a_parser,
                 NULL);
    sg_suite_add("a line that is cut is none", test_no_end_of_it_is_one, NULL);
    return sg_suite_run("audit/test_line");
}
