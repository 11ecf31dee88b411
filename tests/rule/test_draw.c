/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_draw.c - what is drawn from a pattern's tree, the pattern finds; and edges come up.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>
#include <string.h>

#include "rule/draw.h"
#include "rule/pattern.h"

#include "../lib/alloc_fail.h"
#include "../lib/suite.h"

enum { DRAWN = 200 };

/* Each is found in all of what is drawn from it, up to its end. */
static const struct row {
    const char *name, *pattern;
} rows[] = {
    {"a literal", "\\A(?:abc)\\z"},
    {"sets", "\\A[a-f][^a-f]\\d[\\x80-\\xFF]\\z"},
    {"alternatives", "\\A(?:a|bc|d\\d|)x\\z"},
    {"repeats of each mode", "\\Aa{0,3}b{2,5}?c{1,40}+\\z"},
    {"repeats in repeats", "\\A(?:a{1,3}b?){2,4}\\z"},
    {"code points", "\\A[a\xC2\xB7\xD0\xB0-\xD1\x8F]{1,9}\\z"},
    {"references", "\\A(\\d{1,3})-(a|b)\\2-\\1\\z"},
    {"what a lookbehind asks for is written before it", "(?<=key: |pin=)\\d{4}\\z"},
    {"a lookbehind in the middle is left out", "\\A[a-z]{2}(?<=[a-z][a-z])x?(?!y)\\z"},
    {"more than is drawn of a long one", "\\A[a-z]{1,9000}\\z"},
};

static void is_found(void **state)
{
    const struct row *row = *state;
    uint64_t dice = 1;
    struct sg_tree tree;
    struct sg_pattern *pattern;
    struct sg_matcher *matcher;
    size_t found = 0;
    assert_int_equal(sg_tree_parse(&tree, sg_bytes_of(row->pattern), NULL, NULL), SCRUBGATE_OK);
    assert_int_equal(sg_pattern_new(&pattern, sg_bytes_of(row->pattern), false, NULL, NULL), 0);
    assert_int_equal(sg_matcher_new(&matcher), SCRUBGATE_OK);
    for (unsigned i = 0; i < DRAWN; i++) {
        struct sg_buf text = {0};
        struct sg_span span;
        enum sg_match match;
        assert_int_equal(sg_draw_text(&tree, &dice, &text), SCRUBGATE_OK);
        assert_in_range(text.len, 1, 600);
        assert_int_equal(
            sg_pattern_search(pattern, matcher, sg_buf_bytes(&text), 0, true, &match, &span),
            SCRUBGATE_OK);
        found += match == SG_MATCH_FOUND ? 1 : 0;
        sg_buf_fini(&text);
    }
    assert_int_equal(found, DRAWN);
    sg_matcher_free(matcher);
    sg_pattern_free(pattern);
    sg_tree_fini(&tree);
}

static void edges_come_up(void **state)
{
    (void)state;
    uint64_t dice = 1;
    struct sg_tree tree;
    size_t least = 0, most = 0, low = 0, high = 0;
    assert_int_equal(sg_tree_parse(&tree, SG_BYTES("(?s).{3,9}"), NULL, NULL), SCRUBGATE_OK);
    for (unsigned i = 0; i < DRAWN; i++) {
        struct sg_buf text = {0};
        assert_int_equal(sg_draw_text(&tree, &dice, &text), SCRUBGATE_OK);
        assert_in_range(text.len, 3, 9);
        least += text.len == 3 ? 1 : 0;
        most += text.len == 9 ? 1 : 0;
        low += memchr(text.data, 0, text.len) != NULL ? 1 : 0;
        high += memchr(text.data, 0xFF, text.len) != NULL ? 1 : 0;
        sg_buf_fini(&text);
    }
    assert_true(least > DRAWN / 5 && most > DRAWN / 5);
    assert_true(low > DRAWN / 5 && high > DRAWN / 5);
    sg_tree_fini(&tree);
}

static void the_same_dice_give_the_same_texts(void **state)
{
    (void)state;
    struct sg_tree tree;
    struct sg_buf texts[3] = {{0}};
    uint64_t dice[3] = {5, 5, 6};
    assert_int_equal(sg_tree_parse(&tree, SG_BYTES("[a-z]{20}"), NULL, NULL), SCRUBGATE_OK);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(sg_draw_text(&tree, &dice[i], &texts[i]), SCRUBGATE_OK);
    assert_memory_equal(texts[0].data, texts[1].data, 20);
    assert_memory_not_equal(texts[0].data, texts[2].data, 20);
    for (size_t i = 0; i < 3; i++)
        sg_buf_fini(&texts[i]);
    sg_tree_fini(&tree);
}

static enum scrubgate_status draw(void *ctx)
{
    uint64_t dice = 1;
    struct sg_buf text = {0};
    enum scrubgate_status rc = sg_draw_text(ctx, &dice, &text);
    sg_buf_fini(&text);
    return rc;
}

static void running_out_of_memory_is_an_answer(void **state)
{
    (void)state;
    struct sg_tree tree;
    assert_int_equal(sg_tree_parse(&tree, SG_BYTES("(a|b){300}\\1"), NULL, NULL), SCRUBGATE_OK);
    assert_true(sg_alloc_fail_each(draw, &tree) > 0);
    sg_tree_fini(&tree);
}

int main(void)
{
    SG_SUITE_ROWS(is_found, rows);
    sg_suite_add("edges come up", edges_come_up, NULL);
    sg_suite_add("the same dice give the same texts", the_same_dice_give_the_same_texts, NULL);
    sg_suite_add("running out of memory is an answer", running_out_of_memory_is_an_answer, NULL);
    return sg_suite_run("draw");
}
