/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_json.c - the judge at every split, the tree, and what yajl alone would let through.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/json.h"

#include "../lib/alloc_fail.h"
#include "../lib/suite.h"

enum { DEPTH = 4 };

/* --- the judge -------------------------------------------------------------------------------- */

#define GOOD SCRUBGATE_OK
#define BAD  SCRUBGATE_EMALFORMED
#define DEEP SCRUBGATE_ELIMIT

struct judge_row {
    const char *name, *text;
    enum scrubgate_status one, many; /* as exactly one value, as any number */
};

static const struct judge_row judged[] = {
    {"an object", "{\"a\": [1, -0.5e+3, true, false, null, \"x\"]}", GOOD, GOOD},
    {"a number alone", "12", GOOD, GOOD},
    {"a string alone, white space around", " \t\r\n\"a\" \t\r\n", GOOD, GOOD},
    {"numbers no machine holds", "[1e400, 123456789012345678901234567890]", GOOD, GOOD},
    {"every escape", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e4\"", GOOD, GOOD},
    {"letters beyond ASCII", "\"\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80\"", GOOD, GOOD},
    {"nothing", "", BAD, GOOD},
    {"only white space", " \n", BAD, GOOD},
    {"two values on two lines", "{\"a\": 1}\n[2]\n", BAD, GOOD},
    {"two numbers with a space", "1 2", BAD, GOOD},
    {"two objects with nothing between", "{}{}", BAD, BAD},
    {"a string glued to a number", "1\"a\"", BAD, BAD},
    {"two words glued", "truefalse", BAD, BAD},
    {"a number glued to an array", "[]1", BAD, BAD},
    {"a value and half a word", "1 tru", BAD, BAD},
    {"a value and an open string", "1 \"abc", BAD, BAD},
    {"a string and an open string", "\"a\" \"b", BAD, BAD},
    {"a value and half a number", "[] -", BAD, BAD},
    {"a value and a bracket", "[] ]", BAD, BAD},
    {"a value and a comma", "1,", BAD, BAD},
    {"half an object", "{\"a\": 1", BAD, BAD},
    {"half a string", "\"abc", BAD, BAD},
    {"half an escape", "\"abc\\", BAD, BAD},
    {"half a word", "nul", BAD, BAD},
    {"a comma too many in an array", "[1,]", BAD, BAD},
    {"a comma too many in an object", "{\"a\":1,}", BAD, BAD},
    {"a key that is no string", "{1:2}", BAD, BAD},
    {"a leading zero", "[01]", BAD, BAD},
    {"a plus sign", "+1", BAD, BAD},
    {"a point without digits", "[1.]", BAD, BAD},
    {"single quotes", "'a'", BAD, BAD},
    {"a comment", "/* x */ 1", BAD, BAD},
    {"a byte order mark", "\xEF\xBB\xBF{}", BAD, BAD},
    {"a line feed in a string", "\"a\nb\"", BAD, BAD},
    {"a vertical tab as white space", "[1,\v2]", BAD, BAD},
    {"a form feed as white space", "\f1", BAD, BAD},
    {"an unknown escape", "\"\\x41\"", BAD, BAD},
    {"an escape of three digits", "\"\\u12G4\"", BAD, BAD},
    {"invalid UTF-8", "\"\xFF\"", BAD, BAD},
    {"overlong UTF-8", "\"\xC0\xAF\"", BAD, BAD},
    {"UTF-8 of a surrogate", "\"\xED\xA0\x80\"", BAD, BAD},
    {"UTF-8 cut off by the quote", "\"\xC3\"", BAD, BAD},
    {"UTF-8 cut off by the end", "\"\xC3", BAD, BAD},
    {"as deep as allowed", "[[[[1]]]]", GOOD, GOOD},
    {"deep again and again", "[[[[1]]],[[[2]]],{\"a\":{\"b\":{}}}]", GOOD, GOOD},
    {"too deep", "[[[[[1]]]]]", DEEP, DEEP},
    {"too deep, and then a control", "[[[[[\v", DEEP, DEEP},
    {"too deep, and then invalid UTF-8", "[[[[[\"\xFF", DEEP, DEEP},
    {"a control, and then too deep", "[\v[[[[", BAD, BAD},
    {"too deep in objects", "{\"a\":{\"a\":{\"a\":{\"a\":{}}}}}", DEEP, DEEP},
};

/* Pushes text cut at two places. */
static enum scrubgate_status judge_cut(struct sg_bytes text, size_t first, size_t second, bool many)
{
    struct sg_json_judge *judge = NULL;
    const struct sg_bytes parts[] = {{text.data, first},
                                     {text.data + first, second - first},
                                     {text.data + second, text.len - second}};
    enum scrubgate_status rc = sg_json_judge_new(&judge, DEPTH, many);
    for (size_t i = 0; i < 3 && rc >= 0; i++)
        rc = sg_json_judge_push(judge, parts[i]);
    if (rc >= 0)
        rc = sg_json_judge_end(judge);
    sg_json_judge_free(judge);
    return rc;
}

static void judges_at_every_split(void **state)
{
    const struct judge_row *row = *state;
    struct sg_bytes text = sg_bytes_of(row->text);
    for (size_t first = 0; first <= text.len; first++) {
        for (size_t second = first; second <= text.len; second++) {
            assert_int_equal(judge_cut(text, first, second, false), row->one);
            assert_int_equal(judge_cut(text, first, second, true), row->many);
        }
    }
}

static void a_nul_is_refused_wherever_it_is(void **state)
{
    (void)state;
    assert_int_equal(judge_cut(SG_BYTES("1\0"), 1, 1, false), BAD);
    assert_int_equal(judge_cut(SG_BYTES("\"\0\""), 1, 2, false), BAD);
    assert_int_equal(judge_cut(SG_BYTES("\0"), 0, 0, true), BAD);
}

static void a_refusal_is_for_good(void **state)
{
    (void)state;
    struct sg_json_judge *judge = NULL;
    assert_int_equal(sg_json_judge_new(&judge, DEPTH, true), SCRUBGATE_OK);
    assert_int_equal(sg_json_judge_push(judge, SG_BYTES("[[[[[")), DEEP);
    assert_int_equal(sg_json_judge_push(judge, SG_BYTES("1")), DEEP);
    assert_int_equal(sg_json_judge_end(judge), DEEP);
    sg_json_judge_free(judge);
    sg_json_judge_free(NULL);
}

static void a_hundred_thousand_levels_are_refused(void **state)
{
    (void)state;
    struct sg_json_judge *judge = NULL;
    enum scrubgate_status rc = sg_json_judge_new(&judge, 64, false);
    for (size_t i = 0; i < 100000 && rc >= 0; i++)
        rc = sg_json_judge_push(judge, SG_BYTES("["));
    assert_int_equal(rc, DEEP);
    sg_json_judge_free(judge);
}

static enum scrubgate_status judge_once(void *ctx)
{
    (void)ctx;
    static const char text[] =
        "{\"key with \\u00e4\": [1, \"a \\n string in pieces\", [[ -1.5e3, \"";
    uint8_t letters[3000]; /* a string in pieces that outgrows what is set aside for one */
    struct sg_json_judge *judge = NULL;
    memset(letters, 'x', sizeof letters);
    enum scrubgate_status rc = sg_json_judge_new(&judge, DEPTH, false);
    assert_int_equal(judge != NULL, rc >= 0);
    for (size_t i = 0; text[i] != '\0' && rc >= 0; i++)
        rc = sg_json_judge_push(judge, (struct sg_bytes){(const uint8_t *)text + i, 1});
    if (rc >= 0)
        rc = sg_json_judge_push(judge, (struct sg_bytes){letters, sizeof letters});
    if (rc >= 0)
        rc = sg_json_judge_push(judge, SG_BYTES("\"]]]}"));
    if (rc >= 0)
        rc = sg_json_judge_end(judge);
    if (judge != NULL && rc < 0) /* and it stays so */
        assert_int_equal(sg_json_judge_end(judge), rc);
    sg_json_judge_free(judge);
    return rc;
}

static void the_judge_survives_each_refused_allocation(void **state)
{
    (void)state;
    assert_true(sg_alloc_fail_each(judge_once, NULL) >= 3);
}

/* --- the tree --------------------------------------------------------------------------------- */

/* Writes the tree as JSON without white space. */
static void write_tree(struct sg_buf *out, const struct sg_json_node *node)
{
    static const char *const brackets[] = {"[", "]", "{", "}"};
    bool map = node->kind == SG_JSON_OBJECT;
    enum scrubgate_status rc = SCRUBGATE_OK;
    size_t n = 0;
    switch (node->kind) {
    case SG_JSON_NULL:
        rc = sg_buf_add_text(out, "null");
        break;
    case SG_JSON_BOOL:
        rc = sg_buf_add_text(out, node->truth ? "true" : "false");
        break;
    case SG_JSON_NUMBER:
        rc = sg_buf_add_bytes(out, node->text);
        break;
    case SG_JSON_STRING:
        assert_int_equal(node->text.data[node->text.len], 0);
        rc = sg_json_add_string(out, node->text);
        break;
    case SG_JSON_ARRAY:
    case SG_JSON_OBJECT:
        assert_true(sg_buf_add_text(out, brackets[map ? 2 : 0]) >= 0);
        for (const struct sg_json_node *at = node->child; at != NULL; at = at->next) {
            if (n++ > 0)
                assert_true(sg_buf_add_text(out, ",") >= 0);
            if (map) {
                assert_true(sg_json_add_string(out, at->key) >= 0);
                assert_true(sg_buf_add_text(out, ":") >= 0);
            }
            write_tree(out, at);
        }
        assert_int_equal(n, node->count);
        rc = sg_buf_add_text(out, brackets[map ? 3 : 1]);
        break;
    }
    assert_true(rc >= 0);
}

struct tree_row {
    const char *name, *text, *want;
};

static const struct tree_row trees[] = {
    {"values of every kind, in order", "[null, true, false, 1, \"x\", [], {}]",
     "[null,true,false,1,\"x\",[],{}]"},
    {"numbers as they are written", "[-0, 1.50, 1e400, 12345678901234567890123]",
     "[-0,1.50,1e400,12345678901234567890123]"},
    {"escapes are decoded", "\"\\u0041\\n\\/\\\\\"", "\"A\\n/\\\\\""},
    {"a NUL and a pair of surrogates", "\"a\\u0000\\ud83d\\ude00\"", "\"a\\u0000\\ud83d\\ude00\""},
    {"a backslash before a u is no escape", "\"\\\\ud800\"", "\"\\\\ud800\""},
    {"keys in order, decoded", "{\"b\": 1, \"\\u0061\": {\"b\": 2}}", "{\"b\":1,\"a\":{\"b\":2}}"},
    {"keys that only a NUL tells apart", "{\"a\": 1, \"a\\u0000\": 2}", "{\"a\":1,\"a\\u0000\":2}"},
    {"siblings behind deep ones", "[[[[1]]],2,[3]]", "[[[[1]]],2,[3]]"},
};

static void reads_tree(void **state)
{
    const struct tree_row *row = *state;
    struct scrubgate_fault fault = {.what = ""};
    struct sg_json *json = NULL;
    struct sg_buf written = {0};
    assert_int_equal(sg_json_parse(&json, sg_bytes_of(row->text), DEPTH, &fault), SCRUBGATE_OK);
    write_tree(&written, sg_json_root(json));
    assert_true(sg_buf_add_byte(&written, '\0') >= 0);
    assert_string_equal((const char *)written.data, row->want);
    assert_string_equal(fault.what, "");
    sg_buf_fini(&written);
    sg_json_free(json);
}

static void finds_by_key(void **state)
{
    (void)state;
    struct sg_json *json = NULL;
    assert_int_equal(
        sg_json_parse(&json, SG_BYTES("{\"a\": {\"c\": 1}, \"ab\": true}"), DEPTH, NULL),
        SCRUBGATE_OK);
    const struct sg_json_node *root = sg_json_root(json);
    assert_int_equal(sg_json_get(root, "ab")->kind, SG_JSON_BOOL);
    assert_int_equal(sg_json_get(sg_json_get(root, "a"), "c")->kind, SG_JSON_NUMBER);
    assert_null(sg_json_get(root, "b"));
    assert_null(sg_json_get(sg_json_get(root, "ab"), "c"));
    sg_json_free(json);
}

struct refusal_row {
    const char *name, *text;
    enum scrubgate_status rc;
    const char *says;
};

static const struct refusal_row refusals[] = {
    {"a repeated key", "{\"secret\": 1, \"b\": 2, \"secret\": 3}", BAD,
     "repeated key before byte 30"},
    {"a key repeated in escapes", "{\"a\": 1, \"\\u0061\": 2}", BAD, "repeated key before byte 17"},
    {"a repeated key inside", "[{\"a\": {\"b\": 1, \"b\": 1}}]", BAD,
     "repeated key before byte 19"},
    {"half a pair: high", "[\"\\ud800\"]", BAD, "half a surrogate pair at byte 2"},
    {"half a pair: low", "[\"\\udc00\"]", BAD, "half a surrogate pair at byte 2"},
    {"two low halves", "[\"\\udc00\\udc00\"]", BAD, "half a surrogate pair at byte 2"},
    {"a high half twice", "\"\\ud83d\\ud83d\\ude00\"", BAD, "half a surrogate pair at byte 1"},
    {"a high half before a letter", "\"\\uD83Dx\\ude00\"", BAD, "half a surrogate pair at byte 1"},
    {"a high half and another escape", "\"\\uD83D\\u0041\"", BAD,
     "half a surrogate pair at byte 1"},
    {"half a pair in a key", "{\"x\\udfff\": 1}", BAD, "half a surrogate pair at byte 3"},
    {"half a pair behind an escaped backslash", "\"\\\\\\ud800\"", BAD,
     "half a surrogate pair at byte 3"},
    {"invalid UTF-8", "\"secret \xFF\"", BAD, "invalid UTF-8 at byte 8"},
    {"a vertical tab", "[1,\v2]", BAD, "control character at byte 3"},
    {"a comma too many", "[1, 2,]", BAD, "no valid JSON at byte"},
    {"cut off", "{\"secret\": [1", BAD, "cut off at byte 13"},
    {"nothing", "", BAD, "cut off at byte 0"},
    {"a second value", "1 2", BAD, "more than one JSON value"},
    {"an open string behind the value", "1 \"secret", BAD, "more than one JSON value"},
    {"too deep", "[[[[[1]]]]]", DEEP, "over 4 levels at byte 5"},
};

static void refuses_and_tells_no_byte_of_it(void **state)
{
    const struct refusal_row *row = *state;
    struct scrubgate_fault fault = {.what = ""};
    struct sg_json *json = (struct sg_json *)&fault;
    assert_int_equal(sg_json_parse(&json, sg_bytes_of(row->text), DEPTH, &fault), row->rc);
    assert_null(json);
    if (strstr(fault.what, row->says) == NULL)
        fail_msg("'%s' does not say '%s'", fault.what, row->says);
    assert_null(strstr(fault.what, "secret"));
    assert_int_equal(sg_json_parse(&json, sg_bytes_of(row->text), DEPTH, NULL), row->rc);
}

static void sixteen_mebibytes_and_no_more(void **state)
{
    (void)state;
    enum { MOST = 16 * 1024 * 1024 };
    struct sg_json *json = NULL;
    uint8_t *text = malloc(MOST + 1);
    assert_non_null(text);
    memset(text, ' ', MOST + 1);
    text[0] = '7';
    assert_int_equal(sg_json_parse(&json, (struct sg_bytes){text, MOST}, DEPTH, NULL),
                     SCRUBGATE_OK);
    sg_json_free(json);
    assert_int_equal(sg_json_parse(&json, (struct sg_bytes){text, MOST + 1}, DEPTH, NULL), DEEP);
    free(text);
}

static enum scrubgate_status parse_once(void *ctx)
{
    struct scrubgate_fault fault = {.what = ""};
    struct sg_json *json = NULL;
    enum scrubgate_status rc = sg_json_parse(&json, sg_bytes_of(ctx), DEPTH, &fault);
    assert_int_equal(json != NULL, rc >= 0);
    assert_int_equal(fault.what[0] != '\0', rc < 0);
    sg_json_free(json);
    return rc;
}

static void the_tree_survives_each_refused_allocation(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof trees / sizeof trees[0]; i++)
        assert_true(sg_alloc_fail_each(parse_once, (void *)(uintptr_t)trees[i].text) >= 2);
}

int main(void)
{
    SG_SUITE_ROWS(judges_at_every_split, judged);
    sg_suite_add("a NUL is refused wherever it is", a_nul_is_refused_wherever_it_is, NULL);
    sg_suite_add("a refusal is for good", a_refusal_is_for_good, NULL);
    sg_suite_add("100,000 levels are refused", a_hundred_thousand_levels_are_refused, NULL);
    sg_suite_add("the judge survives each refused allocation",
                 the_judge_survives_each_refused_allocation, NULL);
    SG_SUITE_ROWS(reads_tree, trees);
    sg_suite_add("finds by key", finds_by_key, NULL);
    SG_SUITE_ROWS(refuses_and_tells_no_byte_of_it, refusals);
    sg_suite_add("16 MiB and no more", sixteen_mebibytes_and_no_more, NULL);
    sg_suite_add("the tree survives each refused allocation",
                 the_tree_survives_each_refused_allocation, NULL);
    return sg_suite_run("json");
}
