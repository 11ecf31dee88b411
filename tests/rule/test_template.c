/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_template.c - replacements: which parts a text gives, what it reveals, where it is wrong.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "rule/template.h"
#include "../lib/suite.h"

/* parts: each as a word, texts in quotes. */
static const struct row {
    const char *name, *text, *parts;
    unsigned first, last;
} rows[] = {
    {"plain text is one part", "[CARD]", "'[CARD]'", 0, 0},
    {"nothing puts nothing in place", "", "", 0, 0},
    {"the last four", "[CARD ••{last:4}]", "'[CARD ••' last4 ']'", 0, 4},
    {"both ends", "{first:6}{last:4}", "first6 last4", 6, 4},
    {"the larger of two is what it reveals", "{first:2}-{first:6}", "first2 '-' first6", 6, 0},
    {"the larger comes first", "{first:6}{first:2}", "first6 first2", 6, 0},
    {"all other words", "{len}{entity}{n}{stars}", "len entity n stars", 0, 0},
    {"braces are written twice", "a{{b}}c", "'a' '{' 'b' '}' 'c'", 0, 0},
    {"braces around a word", "{{{n}}}", "'{' n '}'", 0, 0},
    {"the most that can be shown", "{last:8}", "last8", 0, 8},
};

static void print(const struct sg_template *tpl, struct sg_buf *out)
{
    static const char *const words[] = {"", "last", "first", "len", "entity", "n", "stars"};
    for (size_t i = 0; i < tpl->n; i++) {
        const struct sg_part *part = &tpl->parts[i];
        const char *gap = i == 0 ? "" : " ";
        if (part->kind == SG_PART_TEXT)
            assert_int_equal(
                sg_buf_addf(out, "%s'%.*s'", gap, (int)part->text.len, part->text.data), 0);
        else if (part->count > 0)
            assert_int_equal(sg_buf_addf(out, "%s%s%u", gap, words[part->kind], part->count), 0);
        else
            assert_int_equal(sg_buf_addf(out, "%s%s", gap, words[part->kind]), 0);
    }
    assert_int_equal(sg_buf_add_byte(out, 0), 0);
}

static void test_row(void **state)
{
    const struct row *row = *state;
    struct sg_arena arena = {0};
    struct sg_template tpl;
    struct sg_buf got = {0};
    size_t at;
    assert_int_equal(sg_template_parse(&tpl, &arena, sg_bytes_of(row->text), &at, NULL), 0);
    print(&tpl, &got);
    assert_string_equal((const char *)got.data, row->parts);
    assert_int_equal(tpl.first, row->first);
    assert_int_equal(tpl.last, row->last);
    sg_buf_fini(&got);
    sg_arena_fini(&arena);
}

static const struct refusal {
    const char *name, *text;
    size_t at;
    const char *says;
} refusals[] = {
    {"an unknown word", "ab{middle:4}", 2, "there is only {last:N}"},
    {"a word without its number", "{last}", 0, "needs a number"},
    {"none shown", "{last:0}", 0, "from 1 to 8"},
    {"nine shown", "x{first:9}", 1, "from 1 to 8"},
    {"a number that is none", "{last:x}", 0, "needs a number"},
    {"a number where none is taken", "{len:4}", 0, "takes no number"},
    {"a brace that stays open", "ab {last:4", 3, "without a \"}\""},
    {"a brace that was not opened", "ab}", 2, "without a \"{\""},
    {"empty braces", "{}", 0, "there is only"},
};

static void test_refusal(void **state)
{
    const struct refusal *row = *state;
    struct sg_arena arena = {0};
    struct sg_template tpl;
    struct scrubgate_fault fault = {.what = ""};
    size_t at = 99;
    assert_int_equal(sg_template_parse(&tpl, &arena, sg_bytes_of(row->text), &at, &fault),
                     SCRUBGATE_EINVAL);
    assert_int_equal(at, row->at);
    assert_int_equal(tpl.n, 0);
    if (strstr(fault.what, row->says) == NULL)
        fail_msg("%s", fault.what);
    sg_arena_fini(&arena);
}

static void test_longest(void **state)
{
    (void)state;
    static const uint8_t text[513] = {'x'};
    struct sg_arena arena = {0};
    struct sg_template tpl;
    size_t at;
    assert_int_equal(sg_template_parse(&tpl, &arena, (struct sg_bytes){text, 512}, &at, NULL),
                     SCRUBGATE_OK);
    assert_int_equal(sg_template_parse(&tpl, &arena, (struct sg_bytes){text, 513}, &at, NULL),
                     SCRUBGATE_EINVAL);
    sg_arena_fini(&arena);
}

int main(void)
{
    SG_SUITE_ROWS(test_row, rows);
    SG_SUITE_ROWS(test_refusal, refusals);
    sg_suite_add("a text of more than 512 bytes is refused", test_longest, NULL);
    return sg_suite_run("template");
}
