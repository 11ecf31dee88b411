/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_yaml.c - the strict subset of YAML: trees, places, refusals and typed reads.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/yaml.h"

#include "../lib/alloc_fail.h"
#include "../lib/suite.h"

/* --- trees ------------------------------------------------------------------------------------ */

/* line:column, then 'quoted', |block| or plain text, [lists] and {line:column key=value}. */
static void draw(struct sg_buf *out, const struct sg_yaml_node *node)
{
    const char *mark = node->block ? "|" : node->quoted ? "'" : "";
    assert_true(sg_buf_addf(out, "%u:%u", node->line, node->column) >= 0);
    if (node->kind == SG_YAML_SCALAR) {
        assert_int_equal(strlen(node->text), node->text_len);
        assert_true(sg_buf_addf(out, " %s%s%s", mark, node->text, mark) >= 0);
        return;
    }
    bool map = node->kind == SG_YAML_MAPPING;
    size_t n = 0;
    assert_null(node->text);
    assert_true(sg_buf_add_text(out, map ? "{" : "[") >= 0);
    for (const struct sg_yaml_node *at = node->child; at != NULL; at = at->next) {
        if (n++ > 0)
            assert_true(sg_buf_add_text(out, ", ") >= 0);
        assert_int_equal(at->key != NULL, map);
        if (map)
            assert_true(sg_buf_addf(out, "%u:%u %s=", at->key_line, at->key_column, at->key) >= 0);
        draw(out, at);
    }
    assert_int_equal(n, node->count);
    assert_true(sg_buf_add_text(out, map ? "}" : "]") >= 0);
}

struct tree_row {
    const char *name, *text, *want;
};

static const struct tree_row trees[] = {
    {"an empty text is an empty mapping", "", "1:1{}"},
    {"only a comment is an empty mapping", "# nothing\n", "1:1{}"},
    {"a document with nothing in it is one too", "---\n", "2:1{}"},
    {"plain, single- and double-quoted", "a: b\nc: 'd'\ne: \"f\"\n",
     "1:1{1:1 a=1:4 b, 2:1 c=2:4 'd', 3:1 e=3:4 'f'}"},
    {"a block keeps its backslashes", "a: |-\n  \\d+\n  x\nb: 1\n",
     "1:1{1:1 a=1:4 |\\d+\nx|, 4:1 b=4:4 1}"},
    {"a folded block is a block", "a: >-\n  x\n  y\n", "1:1{1:1 a=1:4 |x y|}"},
    {"lists and mappings in each other", "a:\n  - b: 1\n    c: 2\n  - [d, e]\n",
     "1:1{1:1 a=2:3[2:5{2:5 b=2:8 1, 3:5 c=3:8 2}, 4:5[4:6 d, 4:9 e]]}"},
    {"flow form", "{a: [1, {b: 2}], c: {}}",
     "1:1{1:2 a=1:5[1:6 1, 1:9{1:10 b=1:13 2}], 1:18 c=1:21{}}"},
    {"an empty value is a text without letters", "a:\nb: ''\n", "1:1{1:1 a=1:3 , 2:1 b=2:4 ''}"},
    {"null, true and numbers are words", "[null, true, 1.50, ~]",
     "1:1[1:2 null, 1:8 true, 1:14 1.50, 1:20 ~]"},
    {"columns count letters, not bytes", "\xC3\xA4\xC3\xB6: x\n",
     "1:1{1:1 \xC3\xA4\xC3\xB6=1:5 x}"},
    {"a byte order mark is no letter",
     "\xEF\xBB\xBF"
     "a: b\n",
     "1:2{1:2 a=1:5 b}"},
    {"the same key in two mappings", "a: {k: 1}\nb: {k: 2}\n",
     "1:1{1:1 a=1:4{1:5 k=1:8 1}, 2:1 b=2:4{2:5 k=2:8 2}}"},
    {"lines that end in CRLF", "a: 1\r\nb: 2\r\n", "1:1{1:1 a=1:4 1, 2:1 b=2:4 2}"},
    {"a document start is fine", "---\na: 1\n...\n", "2:1{2:1 a=2:4 1}"},
};

static void reads_tree(void **state)
{
    const struct tree_row *row = *state;
    struct scrubgate_fault fault = {.what = ""};
    struct sg_yaml *tree = NULL;
    struct sg_buf drawn = {0};
    assert_int_equal(sg_yaml_parse(&tree, "t.yaml", sg_bytes_of(row->text), &fault), SCRUBGATE_OK);
    draw(&drawn, sg_yaml_root(tree));
    assert_true(sg_buf_add_byte(&drawn, '\0') >= 0);
    assert_string_equal((const char *)drawn.data, row->want);
    assert_string_equal(sg_yaml_name(tree), "t.yaml");
    assert_string_equal(fault.what, "");
    sg_buf_fini(&drawn);
    sg_yaml_free(tree);
}

static enum scrubgate_status parse_once(void *ctx)
{
    const char *text = ctx;
    struct scrubgate_fault fault = {.what = ""};
    struct sg_yaml *tree = NULL;
    enum scrubgate_status rc = sg_yaml_parse(&tree, "t.yaml", sg_bytes_of(text), &fault);
    assert_int_equal(tree != NULL, rc >= 0);
    assert_int_equal(fault.what[0] != '\0', rc < 0);
    sg_yaml_free(tree);
    return rc;
}

static void each_allocation_may_fail(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof trees / sizeof trees[0]; i++)
        assert_true(sg_alloc_fail_each(parse_once, (void *)(uintptr_t)trees[i].text) > 5);
}

/* --- refusals --------------------------------------------------------------------------------- */

struct refusal_row {
    const char *name, *text;
    unsigned line, column;
    const char *says; /* part of the sentence */
};

static const struct refusal_row refusals[] = {
    {"a repeated key, with both places", "a: 1\nb: 2\na: 3\n", 3, 1, "'a', first at line 1"},
    {"a repeated key in flow form", "x: {a: 1, a: 2}\n", 1, 11, "repeated key 'a'"},
    {"a key repeated in other quotes", "a: 1\n'a': 2\n", 2, 1, "repeated key 'a'"},
    {"an anchor", "a: &b c\n", 1, 4, "anchors"},
    {"an anchor on a list", "a: &b [c]\n", 1, 4, "anchors"},
    {"an alias", "a: *b\n", 1, 4, "aliases"},
    {"a tag", "a: !!int 1\n", 1, 4, "tags"},
    {"a tag on a mapping", "!x {a: b}\n", 1, 1, "tags"},
    {"a tag on a key", "!x a: b\n", 1, 1, "tags"},
    {"a list as key", "{[a]: b}\n", 1, 2, "a key must be a word"},
    {"a mapping as key", "? {a: b}\n: c\n", 1, 3, "a key must be a word"},
    {"an empty key", "'': b\n", 1, 1, "an empty key"},
    {"a second document", "--- a\n--- b\n", 2, 1, "a second document"},
    {"a version directive", "%YAML 1.1\n---\na: b\n", 1, 1, "directives"},
    {"a tag directive", "%TAG ! tag:x,2000:\n---\na: b\n", 1, 1, "directives"},
    {"a NUL as escape", "a: \"x\\0y\"\n", 1, 4, "NUL"},
    {"a NUL as escape in a key", "\"x\\x00y\": 1\n", 1, 1, "NUL"},
    {"a control character", "a: b\nc: \x01\n", 2, 4, "a control character"},
    {"invalid UTF-8", "a: b\nc: \xC3\xA4 \xFF\n", 2, 6, "save the file as UTF-8"},
    {"UTF-8 cut off", "a: \xC3", 1, 5, "save the file as UTF-8"},
    {"UTF-8 of a surrogate", "a: \xED\xA0\x80", 1, 5, "save the file as UTF-8"},
    {"a tab as indentation", "a:\n\tb: c\n", 2, 1, "indent with spaces"},
    {"a colon in a plain text", "a: b: c\n", 1, 5, "in single quotes"},
    {"an unknown escape", "a: \"\\d\"\n", 1, 5, "use single quotes"},
    {"a quote that is never closed, where it opens", "a: 'b\nc: d\n", 1, 4, "close the quote"},
    {"a bracket that is never closed", "a: [b, c\nd: e\n", 2, 2, "close the bracket"},
    {"a text that begins with %", "a: %{sep}\n", 1, 4, "in single quotes"},
    {"a text that begins with @", "a: @b\n", 1, 4, "in single quotes"},
    {"a line indented too little", "a:\n  - b\n c: d\n", 3, 2, "check the indentation"},
    {"a list item where a key is due", "a: b\n- c\n", 2, 1, "check the indentation"},
};

static void refuses_with_place_and_advice(void **state)
{
    const struct refusal_row *row = *state;
    struct scrubgate_fault fault = {.what = ""};
    struct sg_yaml *tree = (struct sg_yaml *)&fault;
    assert_int_equal(sg_yaml_parse(&tree, "t.yaml", sg_bytes_of(row->text), &fault),
                     SCRUBGATE_EINVAL);
    assert_null(tree);
    if (strstr(fault.what, row->says) == NULL)
        fail_msg("'%s' does not say '%s'", fault.what, row->says);
    assert_string_equal(fault.file, "t.yaml");
    assert_int_equal(fault.line, row->line);
    assert_int_equal(fault.column, row->column);
    /* and nobody has to listen */
    assert_int_equal(sg_yaml_parse(&tree, "t.yaml", sg_bytes_of(row->text), NULL),
                     SCRUBGATE_EINVAL);
}

static enum scrubgate_status parse_repeated(const char *part, size_t times, const char *end,
                                            struct scrubgate_fault *fault)
{
    struct sg_buf text = {0};
    struct sg_yaml *tree = NULL;
    for (size_t i = 0; i < times; i++)
        assert_true(sg_buf_add_text(&text, part) >= 0);
    assert_true(sg_buf_add_text(&text, end) >= 0);
    enum scrubgate_status rc = sg_yaml_parse(&tree, "t.yaml", sg_buf_bytes(&text), fault);
    sg_yaml_free(tree);
    sg_buf_fini(&text);
    return rc;
}

static void thirty_two_levels_and_no_more(void **state)
{
    (void)state;
    struct scrubgate_fault fault;
    char close[33];
    memset(close, ']', sizeof close);
    close[32] = '\0';
    assert_int_equal(parse_repeated("[", 32, close, &fault), SCRUBGATE_OK);
    assert_int_equal(parse_repeated("[", 33, "]", &fault), SCRUBGATE_ELIMIT);
    assert_int_equal(fault.column, 33);
    assert_int_equal(parse_repeated("[", 1000000, "", &fault), SCRUBGATE_ELIMIT);
    assert_int_equal(parse_repeated("- ", 500000, "", &fault), SCRUBGATE_ELIMIT);
    assert_int_equal(parse_repeated("{a: ", 250000, "", &fault), SCRUBGATE_ELIMIT);
}

static void one_mebibyte_and_no_more(void **state)
{
    (void)state;
    struct scrubgate_fault fault;
    assert_int_equal(parse_repeated("#23456789012345\n", 65536, "", &fault), SCRUBGATE_OK);
    assert_int_equal(parse_repeated("#23456789012345\n", 65536, "#", &fault), SCRUBGATE_ELIMIT);
    assert_non_null(strstr(fault.what, "1 MiB"));
}

static void a_long_key_is_shown_short_and_harmless(void **state)
{
    (void)state;
    struct scrubgate_fault fault;
    struct sg_buf text = {0};
    struct sg_yaml *tree = NULL;
    for (int twice = 0; twice < 2; twice++) {
        assert_true(sg_buf_add_text(&text, "\"\\e[31m") >= 0);
        for (int i = 0; i < 40; i++)
            assert_true(sg_buf_add_text(&text, "\xE2\x82\xAC") >= 0);
        assert_true(sg_buf_add_text(&text, "\": 1\n") >= 0);
    }
    assert_int_equal(sg_yaml_parse(&tree, "t.yaml", sg_buf_bytes(&text), &fault), SCRUBGATE_EINVAL);
    assert_null(strchr(fault.what, '\x1b'));
    assert_non_null(strstr(fault.what, "?[31m\xE2\x82\xAC"));
    assert_non_null(strstr(fault.what, "\xE2\x82\xAC', first at line 1"));
    assert_true(strlen(fault.what) < 130);
    sg_buf_fini(&text);
}

/* --- places inside a text --------------------------------------------------------------------- */

/* A caller points at letter i of a pattern: column + i, past the quote when there is one. */
static void a_letter_of_a_text_has_a_column(void **state)
{
    (void)state;
    static const char *const lines[] = {"match: abc!def\n", "match: 'abc!def'\n",
                                        "match:    abc!def  # x\n", "{match: 'abc!def'}\n"};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct sg_yaml *tree = NULL;
        assert_int_equal(sg_yaml_parse(&tree, "t", sg_bytes_of(lines[i]), NULL), SCRUBGATE_OK);
        const struct sg_yaml_node *node = sg_yaml_get(sg_yaml_root(tree), "match");
        size_t at = strcspn(node->text, "!");
        size_t column = node->column + (node->quoted ? 1 : 0) + at;
        assert_int_equal(lines[i][column - 1], '!');
        sg_yaml_free(tree);
    }
}

/* --- typed reads ------------------------------------------------------------------------------ */

enum read_as { AS_TEXT, AS_SMALL, AS_NUMBER, AS_TIME, AS_SIZE };

struct read_row {
    const char *name, *text;
    enum read_as as;
    bool ok;
    uint64_t value;
};

static const struct read_row reads[] = {
    {"a text", "k: word", AS_TEXT, true, 4},
    {"a text that is empty on purpose", "k: ''", AS_TEXT, true, 0},
    {"a text left out", "k:", AS_TEXT, false, 0},
    {"a list is no text", "k: [a]", AS_TEXT, false, 0},
    {"a number", "k: 42", AS_NUMBER, true, 42},
    {"the largest number", "k: 18446744073709551615", AS_NUMBER, true, UINT64_MAX},
    {"a number that wraps", "k: 18446744073709551616", AS_NUMBER, false, 0},
    {"a negative number", "k: -1", AS_NUMBER, false, 0},
    {"a broken number", "k: 1.5", AS_NUMBER, false, 0},
    {"a list is no number", "k: [1]", AS_NUMBER, false, 0},
    {"a mapping is no number", "k: {a: 1}", AS_NUMBER, false, 0},
    {"the least allowed", "k: 1", AS_SMALL, true, 1},
    {"the most allowed", "k: 4", AS_SMALL, true, 4},
    {"below the least", "k: 0", AS_SMALL, false, 0},
    {"above the most", "k: 5", AS_SMALL, false, 0},
    {"milliseconds", "k: 250ms", AS_TIME, true, 250},
    {"seconds", "k: 10s", AS_TIME, true, 10000},
    {"minutes", "k: 5m", AS_TIME, true, 300000},
    {"hours", "k: 1h", AS_TIME, true, 3600000},
    {"days", "k: 2d", AS_TIME, true, 172800000},
    {"a time of zero", "k: 0s", AS_TIME, true, 0},
    {"a time without a unit", "k: 10", AS_TIME, false, 0},
    {"a time with another unit", "k: 10sec", AS_TIME, false, 0},
    {"a unit without a time", "k: s", AS_TIME, false, 0},
    {"a time with a space", "k: 10 s", AS_TIME, false, 0},
    {"a time that wraps", "k: 18446744073709551615d", AS_TIME, false, 0},
    {"plain bytes", "k: 512", AS_SIZE, true, 512},
    {"kibibytes", "k: 32KiB", AS_SIZE, true, 32768},
    {"mebibytes", "k: 16MiB", AS_SIZE, true, 16777216},
    {"gibibytes", "k: 1GiB", AS_SIZE, true, 1073741824},
    {"kilobytes are not known", "k: 32KB", AS_SIZE, false, 0},
    {"a size that wraps", "k: 18446744073709551615KiB", AS_SIZE, false, 0},
    {"a list is no size", "k: [1]", AS_SIZE, false, 0},
};

static void reads_typed(void **state)
{
    const struct read_row *row = *state;
    struct scrubgate_fault fault = {.what = ""};
    struct sg_yaml *tree = NULL;
    const char *text = NULL;
    uint64_t value = 0;
    enum scrubgate_status rc = SCRUBGATE_OK;
    assert_int_equal(sg_yaml_parse(&tree, "t.yaml", sg_bytes_of(row->text), &fault), SCRUBGATE_OK);
    const struct sg_yaml_node *node = sg_yaml_get(sg_yaml_root(tree), "k");
    assert_non_null(node);
    switch (row->as) {
    case AS_TEXT:
        rc = sg_yaml_text(tree, node, &text, &fault);
        value = text == NULL ? 0 : strlen(text);
        break;
    case AS_SMALL:
        rc = sg_yaml_u64(tree, node, 1, 4, &value, &fault);
        break;
    case AS_NUMBER:
        rc = sg_yaml_u64(tree, node, 0, UINT64_MAX, &value, &fault);
        break;
    case AS_TIME:
        rc = sg_yaml_duration(tree, node, &value, &fault);
        break;
    case AS_SIZE:
        rc = sg_yaml_size(tree, node, &value, &fault);
        break;
    }
    assert_int_equal(rc, row->ok ? SCRUBGATE_OK : SCRUBGATE_EINVAL);
    assert_true(value == row->value);
    if (!row->ok) {
        assert_int_equal(strncmp(fault.what, "'k' must be ", 12), 0);
        assert_int_equal(fault.line, 1);
        assert_int_equal(fault.column, node->column);
    }
    sg_yaml_free(tree);
}

static void an_item_of_a_list_is_told_as_one(void **state)
{
    (void)state;
    struct scrubgate_fault fault = {.what = ""};
    struct sg_yaml *tree = NULL;
    const char *text = NULL;
    assert_int_equal(sg_yaml_parse(&tree, "t", SG_BYTES("- [a]"), &fault), SCRUBGATE_OK);
    assert_int_equal(sg_yaml_text(tree, sg_yaml_root(tree)->child, &text, &fault),
                     SCRUBGATE_EINVAL);
    assert_string_equal(fault.what, "this item must be a text, not a list or a mapping");
    assert_null(sg_yaml_get(sg_yaml_root(tree), "a"));
    sg_yaml_free(tree);
}

/* --- keys ------------------------------------------------------------------------------------- */

struct key_row {
    const char *name, *text;
    unsigned line, column;
    const char *says;
};

static const struct key_row keys[] = {
    {"known keys in any order", "path: 1\nlisten: 2\n", 0, 0, NULL},
    {"no keys at all", "", 0, 0, NULL},
    {"a letter too few", "a: 1\n", 1, 1,
     "unknown key 'a': remove it, or use one of listen, path, up"},
    {"a letter left out", "path: 1\nlistn: 2\n", 2, 1, "did you mean 'listen'?"},
    {"two letters swapped", "{paht: 1}", 1, 2, "did you mean 'path'?"},
    {"another case", "Path: 1\n", 1, 1, "did you mean 'path'?"},
    {"a list is no mapping", "[a]", 1, 1, "a mapping"},
};

static void accepts_only_known_keys(void **state)
{
    static const char *const names[] = {"listen", "path", "upstream"};
    const struct key_row *row = *state;
    struct scrubgate_fault fault = {.what = ""};
    struct sg_yaml *tree = NULL;
    assert_int_equal(sg_yaml_parse(&tree, "t", sg_bytes_of(row->text), &fault), SCRUBGATE_OK);
    enum scrubgate_status rc = sg_yaml_only(tree, sg_yaml_root(tree), names, 3, &fault);
    assert_int_equal(rc, row->says == NULL ? SCRUBGATE_OK : SCRUBGATE_EINVAL);
    assert_int_equal(fault.line, row->line);
    assert_int_equal(fault.column, row->column);
    if (row->says != NULL && strstr(fault.what, row->says) == NULL)
        fail_msg("'%s' does not say '%s'", fault.what, row->says);
    sg_yaml_free(tree);
}

int main(void)
{
    SG_SUITE_ROWS(reads_tree, trees);
    sg_suite_add("each allocation may fail", each_allocation_may_fail, NULL);
    SG_SUITE_ROWS(refuses_with_place_and_advice, refusals);
    sg_suite_add("32 levels and no more", thirty_two_levels_and_no_more, NULL);
    sg_suite_add("1 MiB and no more", one_mebibyte_and_no_more, NULL);
    sg_suite_add("a long key is shown short and harmless", a_long_key_is_shown_short_and_harmless,
                 NULL);
    sg_suite_add("a letter of a text has a column", a_letter_of_a_text_has_a_column, NULL);
    SG_SUITE_ROWS(reads_typed, reads);
    sg_suite_add("an item of a list is told as one", an_item_of_a_list_is_told_as_one, NULL);
    SG_SUITE_ROWS(accepts_only_known_keys, keys);
    return sg_suite_run("yaml");
}
