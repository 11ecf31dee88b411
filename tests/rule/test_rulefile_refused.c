/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_rulefile_refused.c - packs that must not load: patterns that cannot be searched for safely,
 * more rules than there may be, and what is no pack at all. Each has its sentence.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "rule/rulefile.h"
#include "rule/ruleset.h"
#include "../lib/suite.h"
#include "../lib/toy_pack.h"

/* A pack that holds every key there is. */
static const char whole[] =
    "pack: toy\n"
    "version: 2026.11\n"
    "owner: toys@example.org\n"
    "define: {sep: '[ -]', pair: '\\d%{sep}\\d'}\n"
    "rules:\n"
    "  - id: word\n"
    "    title: A word\n"
    "    entity: TOY\n"
    "    level: 3\n"
    "    match: '%{pair}x{1,9}'\n"
    "    check: [not-repeated, 'weighted(7 3 1, 10, 0)']\n"
    "    near: {words: [toy], before: 40, after: 10, else: level+1}\n"
    "    unless: '(?i)\\bno \\W{0,3}$'\n"
    "    where: {direction: to-agent, field: [text], path: ['$.a.*', $.b], channel: sms}\n"
    "    with: '<{entity}>'\n"
    "    tests: ['é «1 2x»', {not: '12x'}, {todo: 'one day «1_2x»'}]\n"
    "exclude:\n"
    "  - {id: fp, rule: toy.word, path: '$.n', because: numbers, owner: jo, expires: 2027-01-01}\n";

/* --- patterns ----------------------------------------------------------------------------- */

/* The pack's first rule has this pattern in single quotes, which starts at column 13 of line 5. */
static const struct row {
    const char *name, *match;
    unsigned column;
    const char *says;
} rows[] = {
    {"what is refused is shown", "(?:a{1,30}){1,30}b", 13, "rule may take) on \"aaaaaaaa"},
    {"a pattern without a bound: +", "ab+", 15, "no upper bound"},
    {"a pattern without a bound: {2,}", "ab{2,}", 15, "{2,} has no upper bound: write {2,64}"},
    {"a recursion", "a(?R)?b", 14, "recursion has no bound"},
    {"a subroutine", "(a)(?1)", 16, "subroutine"},
    {"a condition", "(a)?(?(1)b|c)", 17, "conditions"},
    {"a callout", "a(?C1)b", 14, "callouts"},
    {"a verb", "a(*SKIP)b", 14, "verbs"},
    {"\\K", "a\\Kb", 14, "(?<=...)"},
    {"\\G", "\\Gab", 13, "\\G depends on"},
    {"\\C", "a\\C", 14, "half a character"},
    {"\\X", "a\\X", 14, "\\X has no bound"},
    {"(?m)", "(?m)^abb", 15, "(?m) is not supported"},
    {"a lookbehind in a lookbehind", "(?<=x(?<=a))b", 18, "side by side"},
};

static void test_pattern(void **state)
{
    const struct row *row = *state;
    struct scrubgate_ruleset *set = NULL;
    struct scrubgate_fault fault = {.what = ""};
    char text[256];
    (void)snprintf(text, sizeof text,
                   "pack: toy\nrules:\n  - id: word\n    entity: TOY\n    match: '%s'\n"
                   "    tests: ['an «abb» here']\n",
                   row->match);
    assert_int_equal(sg_toy_pack(&set, text, &fault), SCRUBGATE_EINVAL);
    assert_null(set);
    if (fault.line != 5 || fault.column != row->column || strstr(fault.what, row->says) == NULL)
        fail_msg("%u:%u: %s", fault.line, fault.column, fault.what);
}

/* --- too much of it ----------------------------------------------------------------------- */

/* Packs of `each` rules until there are n; a plain one has few signatures. */
static enum scrubgate_status compile_many(size_t n, size_t each, const char *match,
                                          struct scrubgate_ruleset **set,
                                          struct scrubgate_fault *fault)
{
    enum { MOST = 8 };
    struct sg_buf texts[MOST] = {{0}};
    struct sg_pack_source sources[MOST];
    char names[MOST][16];
    size_t packs = 0;
    for (size_t i = 0; i < n; i++) {
        struct sg_buf *text = &texts[packs];
        if (i % each == 0)
            assert_int_equal(sg_buf_addf(text, "pack: p%zu\nrules:\n", packs), 0);
        assert_int_equal(
            sg_buf_addf(text, "- {id: r%zu, entity: T, match: %s, tests: [not: a]}\n", i, match),
            0);
        if (i % each != each - 1 && i != n - 1)
            continue;
        (void)snprintf(names[packs], sizeof names[packs], "p%zu.yaml", packs);
        sources[packs].name = names[packs];
        sources[packs].text = sg_buf_bytes(text);
        packs++;
        assert_true(packs <= MOST);
    }
    enum scrubgate_status rc = sg_rulefile_compile(set, sources, packs, sg_toy_today(), fault);
    for (size_t i = 0; i < packs; i++)
        sg_buf_fini(&texts[i]);
    return rc;
}

static void test_ten_thousand_rules(void **state)
{
    (void)state;
    struct scrubgate_ruleset *set = NULL;
    struct scrubgate_fault fault = {.what = ""};
    assert_int_equal(compile_many(10000, 10000, "abc", &set, &fault), SCRUBGATE_EINVAL);
    assert_null(set);
    assert_string_equal(fault.file, "p0.yaml");
    assert_int_equal(fault.line, 3);
    assert_non_null(strstr(fault.what, "there are 10000 rules, over the 2000"));
}

static void test_too_many_rules_in_all_packs(void **state)
{
    (void)state;
    struct scrubgate_ruleset *set = NULL;
    struct scrubgate_fault fault = {.what = ""};
    assert_int_equal(compile_many(2001, 1000, "abc", &set, &fault), SCRUBGATE_EINVAL);
    assert_string_equal(fault.file, "p2.yaml");
    assert_non_null(strstr(fault.what, "there are 2001 rules"));
    assert_int_equal(compile_many(2000, 1000, "abc", &set, &fault), SCRUBGATE_OK);
    assert_int_equal(scrubgate_ruleset_count(set), 2000);
    scrubgate_ruleset_free(set);
}

static void test_context_is_compiled_once(void **state)
{
    (void)state;
    static const char text[] =
        "pack: toy\nrules:\n"
        "  - {id: a, entity: T, match: abb, near: {words: [x, y]}, unless: 'n$', tests: [not: a]}\n"
        "  - {id: b, entity: T, match: acc, near: {words: [x, y]}, unless: 'n$', tests: [not: a]}\n"
        "  - {id: c, entity: T, match: add, near: {words: [x, z]}, keywords: [x, y], "
        "tests: [not: a]}\n";
    struct scrubgate_ruleset *set = NULL;
    assert_int_equal(sg_toy_pack(&set, text, NULL), SCRUBGATE_OK);
    assert_ptr_equal(set->rules[0]->near.words, set->rules[1]->near.words);
    assert_ptr_equal(set->rules[0]->unless, set->rules[1]->unless);
    assert_ptr_not_equal(set->rules[1]->near.words, set->rules[2]->near.words);
    assert_ptr_not_equal(set->rules[1]->near.words, set->rules[2]->keywords);
    assert_int_equal(set->n_contexts, 4);
    scrubgate_ruleset_free(set);
}

/* The words of near are also looked for at once, to save time, as many as there are. */
static void test_many_words(void **state)
{
    (void)state;
    enum { RULES = 12, WORDS = 200 };
    struct scrubgate_ruleset *set = NULL;
    struct scrubgate_fault fault = {.what = ""};
    struct sg_buf text = {0};
    size_t gated = 0;
    assert_int_equal(sg_buf_add_text(&text, "pack: toy\nrules:\n"), 0);
    for (unsigned i = 0; i < RULES; i++) {
        assert_int_equal(sg_buf_addf(&text,
                                     "- {id: r%u, entity: T, match: 'k\\d{6}', "
                                     "tests: [not: a], near: {words: [none",
                                     i),
                         0);
        for (unsigned k = 0; k < WORDS; k++)
            assert_int_equal(sg_buf_addf(&text, ", z%02u%03u", i, k), 0);
        assert_int_equal(sg_buf_add_text(&text, "]}}\n"), 0);
    }
    const struct sg_pack_source source = {"toy.yaml", sg_buf_bytes(&text)};
    if (sg_rulefile_compile(&set, &source, 1, sg_toy_today(), &fault) < 0)
        fail_msg("%u:%u: %s", fault.line, fault.column, fault.what);
    for (unsigned i = 0; i < RULES; i++)
        gated += set->rules[i]->gate.n > 0 ? 1 : 0;
    assert_int_equal(gated, RULES);
    scrubgate_ruleset_free(set);
    sg_buf_fini(&text);
}

/* --- how often it may start --------------------------------------------------------------- */

static const struct rate_row {
    const char *name, *lines;
    const char *refused, *warned; /* what is said, or NULL */
    bool everywhere;
} rates[] = {
    {"a rare start is fine", "match: 'card \\d{4}'", NULL, NULL, false},
    {"a start at one place of twenty is refused", "match: '[a-z]{5,50}'",
     "% of the places in usual text, over the 5 % allowed", NULL, false},
    {"any byte is refused", "match: '(?s).'", "write slow: yes", NULL, false},
    {"slow: no does not help", "match: '[a-z]{5,50}'\n    slow: no", "over the 5 % allowed", NULL,
     false},
    {"slow: yes is tried everywhere", "match: '[a-z]{5,50}'\n    slow: yes", NULL, NULL, true},
    {"a start at one place of a hundred warns", "match: '\\b[a-z]{3}\\b'", NULL,
     "rule toy.word may start at ", false},
    {"slow: yes says that it is known", "match: '\\b[a-z]{3}\\b'\n    slow: yes", NULL, NULL,
     false},
    {"a start behind a gate needs no warning",
     "match: '\\b[a-z]{3}\\b'\n    near: {words: [badge]}", NULL, NULL, false},
    {"near that may only raise the level is no gate",
     "match: '\\b[a-z]{3}\\b'\n    near: {words: [badge], else: level+1}", NULL,
     "rule toy.word may start at ", false},
    {"behind a gate one place of twenty is refused too",
     "match: '[a-z]{5,50}'\n    near: {words: [badge]}", "over the 5 % allowed", NULL, false},
    {"slow is yes or no", "match: 'abc'\n    slow: very", "must be one of: no, yes", NULL, false},
};

static void test_rate(void **state)
{
    const struct rate_row *row = *state;
    struct scrubgate_ruleset *set = NULL;
    struct scrubgate_fault fault = {.what = ""};
    char text[256];
    (void)snprintf(text, sizeof text,
                   "pack: toy\nrules:\n  - id: word\n    entity: TOY\n    %s\n"
                   "    tests: ['«abb»']\n",
                   row->lines);
    enum scrubgate_status rc = sg_toy_pack(&set, text, &fault);
    if (row->refused != NULL) {
        assert_int_equal(rc, SCRUBGATE_EINVAL);
        if (strstr(fault.what, row->refused) == NULL || fault.line < 5 || fault.column == 0)
            fail_msg("%u:%u: %s", fault.line, fault.column, fault.what);
        return;
    }
    assert_int_equal(rc, SCRUBGATE_OK);
    assert_true(set->rules[0]->n_signatures > 0);
    assert_int_equal(set->rules[0]->everywhere, row->everywhere);
    assert_int_equal(set->n_warnings, row->warned == NULL ? 0 : 1);
    if (row->warned != NULL && (strstr(set->warnings[0].text, row->warned) == NULL ||
                                strstr(set->warnings[0].text, "toy.yaml:5:12: ") == NULL))
        fail_msg("%s", set->warnings[0].text);
    scrubgate_ruleset_free(set);
}

/* It may not be slow, so nobody is told that it could. */
static void test_common_fold(void **state)
{
    (void)state;
    struct scrubgate_ruleset *set = NULL;
    struct scrubgate_fault fault = {.what = ""};
    assert_int_equal(sg_toy_pack(&set,
                                 "pack: toy\nrules:\n  - id: word\n    fold: nothing\n"
                                 "    match: '[a-z]{5,50}'\n    tests: ['«abbab»']\n",
                                 &fault),
                     SCRUBGATE_EINVAL);
    assert_non_null(strstr(fault.what, "over the 5 % allowed"));
    assert_null(strstr(fault.what, "slow"));
}

static void test_too_many_signatures(void **state)
{
    (void)state;
    struct scrubgate_ruleset *set = NULL;
    struct scrubgate_fault fault = {.what = ""};
    static const char several[] = "'(?:born|dob|aged|alter|fecha|naiss|geb)'";
    assert_int_equal(compile_many(2000, 1000, several, &set, &fault), SCRUBGATE_EINVAL);
    assert_null(set);
    if (strstr(fault.what, "signatures, over the 2048") == NULL)
        fail_msg("%s", fault.what);
}

/* --- what is no pack ---------------------------------------------------------------------- */

/* Has an answer, with a sentence when it is no. */
static void answer(struct sg_bytes text)
{
    uint8_t *copy = malloc(text.len + 1); /* its own memory, so that a sanitizer sees */
    assert_non_null(copy);
    memcpy(copy, text.data, text.len);
    const struct sg_pack_source source = {"toy.yaml", {copy, text.len}};
    struct scrubgate_ruleset *set = NULL;
    struct scrubgate_fault fault = {.what = ""};
    enum scrubgate_status rc = sg_rulefile_compile(&set, &source, 1, sg_toy_today(), &fault);
    if (rc < 0) {
        assert_int_equal(rc, SCRUBGATE_EINVAL);
        assert_null(set);
        assert_string_equal(fault.file, "toy.yaml");
        assert_true(fault.line > 0 && fault.what[0] != '\0');
    }
    scrubgate_ruleset_free(set);
    free(copy);
}

static void test_cut_anywhere(void **state)
{
    (void)state;
    for (size_t cut = 0; cut < sizeof whole - 1; cut++)
        answer((struct sg_bytes){(const uint8_t *)whole, cut});
}

static void test_damaged_anywhere(void **state)
{
    (void)state;
    uint32_t dice = 1;
    for (size_t i = 0; i < 1000; i++) {
        char text[sizeof whole];
        memcpy(text, whole, sizeof whole);
        for (unsigned n = 0; n < 3; n++) {
            dice = dice * 1664525 + 1013904223;
            text[(dice >> 8) % (sizeof whole - 1)] = (char)(dice >> 24);
        }
        answer((struct sg_bytes){(const uint8_t *)text, sizeof whole - 1});
    }
}

static void test_random_bytes(void **state)
{
    (void)state;
    uint32_t dice = 7;
    for (size_t i = 0; i < 200; i++) {
        uint8_t text[256];
        for (size_t k = 0; k < sizeof text; k++) {
            dice = dice * 1664525 + 1013904223;
            text[k] = (uint8_t)(dice >> 24);
        }
        answer((struct sg_bytes){text, sizeof text});
    }
}

int main(void)
{
    SG_SUITE_ROWS(test_pattern, rows);
    SG_SUITE_ROWS(test_rate, rates);
    sg_suite_add("a fold rule that may start anywhere is refused and not told to be slow",
                 test_common_fold, NULL);
    sg_suite_add("too many signatures", test_too_many_signatures, NULL);
    sg_suite_add("thousands of words of gates", test_many_words, NULL);
    sg_suite_add("ten thousand rules", test_ten_thousand_rules, NULL);
    sg_suite_add("too many rules in all packs", test_too_many_rules_in_all_packs, NULL);
    sg_suite_add("context that rules share is compiled once", test_context_is_compiled_once, NULL);
    sg_suite_add("a pack cut anywhere has an answer", test_cut_anywhere, NULL);
    sg_suite_add("a damaged pack has an answer", test_damaged_anywhere, NULL);
    sg_suite_add("random bytes have an answer", test_random_bytes, NULL);
    return sg_suite_run("rulefile, refused");
}
