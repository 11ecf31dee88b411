/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_syntax_work.c - what the tree proves about a pattern's cost holds for PCRE2, whatever the
 * text; and is worth having for the patterns of daily work.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "rule/pattern.h"
#include "rule/syntax_tree.h"

#include "../lib/suite.h"

enum { LIMIT = 10000, PATTERNS = 2000, TEXTS = 4, LONGEST = 48 };

static uint64_t work_of(const struct sg_pattern *pattern)
{
    struct sg_tree tree;
    assert_int_equal(sg_tree_parse(&tree, sg_pattern_text(pattern), NULL, NULL), SCRUBGATE_OK);
    uint64_t work = sg_tree_work(&tree);
    sg_tree_fini(&tree);
    return work;
}

/* --- worth having -------------------------------------------------------------------------------
 */

static const struct row {
    const char *name, *pattern;
    uint64_t most;
} rows[] = {
    {"a literal", "abc", 4},
    {"a key of fixed length", "AKIA[A-Z0-9]{16}(?!\\w)", 16},
    {"a number in groups", "\\d{3}[ -]?\\d{2}[ -]?\\d{4}", 48},
    {"a run that is followed", "[a-z]{1,40}x", 100},
    {"a possessive run", "[a-z]{1,4000}+x{1,9}+y", 16384},
    {"a list of words", "(?i)(?:(?<!\\w)(?:card|visa|number|account|iban)(?!\\w)|tel:)", 100},
};

static void is_worth_having(void **state)
{
    const struct row *row = *state;
    struct sg_pattern *pattern;
    assert_int_equal(sg_pattern_new(&pattern, sg_bytes_of(row->pattern), false, NULL, NULL), 0);
    assert_in_range(work_of(pattern), 1, row->most);
    sg_pattern_free(pattern);
}

static void grows_with_what_multiplies(void **state)
{
    (void)state;
    struct sg_pattern *pattern;
    static const char *const bad[] = {"(?:a{1,10}){1,10}b", "(?:a|aa){1,30}c",
                                      "[a-z]{1,100}[a-z0-9]{1,100}x", "(?:[ab]{1,9}c{0,9}){1,9}x"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(sg_pattern_new(&pattern, sg_bytes_of(bad[i]), false, NULL, NULL), 0);
        assert_true(work_of(pattern) > 1000);
        sg_pattern_free(pattern);
    }
}

/* --- sound --------------------------------------------------------------------------------------
 */

struct dice {
    uint64_t state;
    struct sg_buf text;
};

static unsigned roll(struct dice *dice, unsigned n)
{
    dice->state = dice->state * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return (unsigned)(dice->state >> 33) % n;
}

static void put(struct dice *dice, const char *text)
{
    assert_int_equal(sg_buf_add_text(&dice->text, text), SCRUBGATE_OK);
}

static void write_pattern(struct dice *dice, unsigned depth);

static void write_piece(struct dice *dice, unsigned depth)
{
    static const char *const singles[] = {"a", "b", "[ab]", "[^a]", "\\w", "c"};
    static const char *const opens[] = {"(?:", "(", "(?>", "(?:", "(?:", "(?=", "(?!"};
    static const char *const repeats[] = {"",      "?",     "{2}",    "{0,3}", "{1,4}?",
                                          "{2,5}", "{1,9}", "{0,4}+", "??",    "{3,6}"};
    unsigned open = depth == 0 ? 99 : roll(dice, 14);
    if (open >= sizeof opens / sizeof opens[0]) {
        put(dice, singles[roll(dice, sizeof singles / sizeof singles[0])]);
    } else {
        put(dice, opens[open]);
        write_pattern(dice, depth - 1);
        put(dice, ")");
    }
    if (open < 5 || open >= sizeof opens / sizeof opens[0])
        put(dice, repeats[roll(dice, sizeof repeats / sizeof repeats[0])]);
}

static void write_pattern(struct dice *dice, unsigned depth)
{
    for (unsigned branches = 1 + roll(dice, 5) / 3; branches > 0; branches--) {
        for (unsigned pieces = 1 + roll(dice, 3); pieces > 0; pieces--)
            write_piece(dice, depth);
        if (branches > 1)
            put(dice, "|");
    }
}

static void holds_for_pcre2_on_any_text(void **state)
{
    (void)state;
    struct dice dice = {.state = 1};
    struct sg_matcher *matcher;
    size_t tried = 0;
    assert_int_equal(sg_matcher_new(&matcher), SCRUBGATE_OK);
    for (unsigned i = 0; i < PATTERNS; i++) {
        struct sg_pattern *pattern;
        sg_buf_clear(&dice.text);
        write_pattern(&dice, 3);
        if (sg_pattern_new(&pattern, sg_buf_bytes(&dice.text), true, NULL, NULL) < 0)
            continue; /* nested repeats may be too long */
        uint64_t work = work_of(pattern);
        for (unsigned t = 0; t < TEXTS && work <= LIMIT; t++) {
            uint8_t text[LONGEST];
            for (size_t k = 0; k < sizeof text; k++)
                text[k] = t == 0 ? 'a' : (uint8_t) "aabc!"[roll(&dice, 5)];
            if (!sg_pattern_fits(pattern, matcher, (struct sg_bytes){text, sizeof text},
                                 (uint32_t)work))
                fail_msg("%.*s takes more than %u", (int)dice.text.len, dice.text.data,
                         (unsigned)work);
            tried++;
        }
        sg_pattern_free(pattern);
    }
    assert_true(tried > PATTERNS);
    sg_matcher_free(matcher);
    sg_buf_fini(&dice.text);
}

int main(void)
{
    SG_SUITE_ROWS(is_worth_having, rows);
    sg_suite_add("grows with what multiplies", grows_with_what_multiplies, NULL);
    sg_suite_add("holds for PCRE2 on any text", holds_for_pcre2_on_any_text, NULL);
    return sg_suite_run("syntax work");
}
