/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_selftest.c - tables that would miss a match are seen before they are used: whatever bit is
 * taken from them, by whatever kernel they are read.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "rule/rulefile.h"
#include "scan/selftest.h"

#include "../lib/alloc_fail.h"
#include "../lib/suite.h"
#include "../lib/toy.h"

#define RULE(match, more)                                                                          \
    "  - {id: a, title: t, entity: TOY, level: 1, match: '" match "', tests: [{todo: x}]" more "}" \
    "\n"

static void the_packs_that_ship_are_covered_by_every_kernel(void **state)
{
    (void)state;
    struct scrubgate_ruleset *set = NULL;
    struct scrubgate_fault fault = {.what = ""};
    assert_int_equal(sg_rulefile_load(&set, NULL, 0, 0, &fault), SCRUBGATE_OK);
    for (size_t i = 0; sg_kernels[i] != NULL; i++) {
        if (sg_kernels[i]->works() && sg_selftest_run(set, sg_kernels[i], &fault) < 0)
            fail_msg("%s: %s", sg_kernels[i]->name, fault.what);
    }
    scrubgate_ruleset_free(set);
}

/* --- what is broken is seen ---------------------------------------------------------------------
 */

/* No signature holds where a byte of that class stands. */
static void forget(struct sg_sieve *sieve, unsigned class)
{
    for (unsigned k = 0; k < SG_SIGNATURE_BYTES; k++) {
        const uint64_t *row = sg_sieve_row(sieve, k, class);
        memset(sieve->rows + (row - sieve->rows), 0, sieve->words * sizeof *row);
    }
}

static void forget_row(struct sg_sieve *sieve)
{
    forget(sieve, sieve->classes['7']);
}

static void forget_outside(struct sg_sieve *sieve)
{
    forget(sieve, sieve->outside);
}

static void forget_plain(struct sg_sieve *sieve)
{
    for (unsigned k = 0; k < SG_SIEVE_STEPS; k++)
        sieve->plain[k]['7'] = 0;
}

static void forget_before(struct sg_sieve *sieve)
{
    for (size_t i = 0; i < sieve->n; i++) {
        sieve->entries[i].before = (struct sg_set){{0}};
        if (sieve->entries[i].min_before == 0)
            sieve->entries[i].min_before = 1;
    }
}

static void shorten_reach(struct sg_sieve *sieve)
{
    for (size_t i = 0; i < sieve->n; i++) {
        sieve->entries[i].max_before = 3;
        sieve->entries[i].min_before = 0;
    }
}

static void lengthen_least(struct sg_sieve *sieve)
{
    for (size_t i = 0; i < sieve->n; i++)
        sieve->entries[i].min_before = ++sieve->entries[i].max_before;
}

static const struct row {
    const char *name, *rules;
    void (*damage)(struct sg_sieve *sieve);
} rows[] = {
    {"a byte that a row forgot", RULE("k[0-9]{6}", ""), forget_row},
    {"the end of the value that the rows forgot", RULE("\\d{6}\\z", ""), forget_outside},
    {"a byte that the buckets forgot", RULE("[7]{6}", ""), forget_plain},
    {"bytes before the place that were forgotten", RULE("[a-z]{1,40}@[a-z]{2,9}", ""),
     forget_before},
    {"starts nearer than they are", RULE("[a-z]{5,40}@[a-z]{2,9}", ""), shorten_reach},
    {"starts farther than they are", RULE("k\\d{6}", ""), lengthen_least},
};

static void is_seen(void **state)
{
    const struct row *row = *state;
    struct scrubgate_ruleset *set = sg_toy_rules(row->rules);
    struct scrubgate_fault fault = {.what = ""};
    assert_int_equal(sg_selftest_run(set, sg_kernels[0], &fault), SCRUBGATE_OK);
    row->damage(sg_sieves_of(set->sieves, set->rules[0]));
    assert_int_equal(sg_selftest_run(set, sg_kernels[0], &fault), SCRUBGATE_EINVAL);
    assert_string_equal(fault.file, "toy.yaml");
    assert_int_equal(fault.line, 5);
    if (strstr(fault.what, "rule toy.a: the engine's signature does not cover its own pattern") ==
            NULL ||
        strstr(fault.what, "kernel scalar") == NULL || strstr(fault.what, "slow: yes") == NULL)
        fail_msg("%s", fault.what);
    scrubgate_ruleset_free(set);
}

static void a_word_that_a_gate_forgot_is_seen(void **state)
{
    (void)state;
    static const char rules[] = RULE("k\\d{6}", ", near: {words: [seven, eight, account]}");
    struct scrubgate_ruleset *set = sg_toy_rules(rules);
    struct scrubgate_fault fault = {.what = ""};
    assert_true(set->rules[0]->gate.n > 0);
    assert_int_equal(sg_selftest_run(set, sg_kernels[0], &fault), SCRUBGATE_OK);
    struct sg_triples *triples = set->sieves->words->triples;
    memset(triples->heads, 0xFF, sizeof triples->heads);
    assert_int_equal(sg_selftest_run(set, sg_kernels[0], &fault), SCRUBGATE_EINVAL);
    assert_non_null(strstr(fault.what, "rule toy.a: the engine's signature does not cover"));
    scrubgate_ruleset_free(set);
}

static bool works(void)
{
    return true;
}

static void see_nothing(const struct sg_sieve *sieve, const uint8_t *text, size_t n, uint64_t *hits)
{
    (void)sieve;
    (void)text;
    memset(hits, 0, (n + 63) / 64 * sizeof *hits);
}

static void a_kernel_that_sees_nothing_is_seen(void **state)
{
    (void)state;
    static const struct sg_kernel blind = {"blind", works, see_nothing, NULL};
    struct scrubgate_ruleset *set = sg_toy_rules(RULE("k\\d{6}", ""));
    struct scrubgate_fault fault = {.what = ""};
    assert_int_equal(sg_selftest_run(set, &blind, &fault), SCRUBGATE_EINVAL);
    assert_non_null(strstr(fault.what, "kernel blind"));
    scrubgate_ruleset_free(set);
}

static void a_slow_rule_is_then_tried_everywhere(void **state)
{
    (void)state;
    struct scrubgate_ruleset *set = sg_toy_rules(RULE("k[0-9]{6}", ", slow: yes"));
    assert_false(set->rules[0]->everywhere);
    forget_row(sg_sieves_of(set->sieves, set->rules[0]));
    assert_int_equal(sg_selftest_run(set, sg_kernels[0], NULL), SCRUBGATE_OK);
    assert_true(set->rules[0]->everywhere);
    assert_int_equal(sg_sieves_of(set->sieves, set->rules[0])->parts[0].n, 0);
    scrubgate_ruleset_free(set);
}

/* --- one text -----------------------------------------------------------------------------------
 */

static void every_start_in_a_text_is_looked_at(void **state)
{
    (void)state;
    static char text[3 * SG_KERNEL_BLOCK];
    struct scrubgate_ruleset *set = sg_toy_rules(RULE("k\\d{6}", ""));
    struct sg_selftest test;
    struct sg_matcher *matcher;
    size_t missed = 0;
    assert_int_equal(sg_matcher_new(&matcher), SCRUBGATE_OK);
    sg_selftest_init(&test, set->sieves, sg_kernels[0], matcher);
    memset(text, '.', sizeof text);
    for (size_t at = 0; at + 7 <= sizeof text; at += 61)
        memcpy(text + at, "k123456", 7);
    struct sg_bytes whole = {(const uint8_t *)text, sizeof text};
    assert_int_equal(sg_selftest_text(&test, set->rules[0], whole, &missed), SCRUBGATE_OK);
    assert_int_equal(missed, SIZE_MAX);
    assert_int_equal(test.starts, (sizeof text - 7) / 61 + 1);
    forget_row(sg_sieves_of(set->sieves, set->rules[0])); /* all digits are of one class */
    text[3] = '.';
    assert_int_equal(sg_selftest_text(&test, set->rules[0], whole, &missed), SCRUBGATE_OK);
    assert_int_equal(missed, 61);
    assert_int_equal(sg_selftest_text(&test, set->rules[0], SG_BYTES(""), &missed), SCRUBGATE_OK);
    assert_int_equal(missed, SIZE_MAX);
    sg_selftest_fini(&test);
    sg_matcher_free(matcher);
    scrubgate_ruleset_free(set);
}

static enum scrubgate_status run(void *ctx)
{
    return sg_selftest_run(ctx, sg_kernels[0], NULL);
}

static void running_out_of_memory_is_an_answer(void **state)
{
    (void)state;
    struct scrubgate_ruleset *set = sg_toy_rules(RULE("k\\d{6}", ""));
    assert_true(sg_alloc_fail_each(run, set) > 0);
    scrubgate_ruleset_free(set);
}

int main(void)
{
    sg_suite_add("the packs that ship are covered by every kernel",
                 the_packs_that_ship_are_covered_by_every_kernel, NULL);
    SG_SUITE_ROWS(is_seen, rows);
    sg_suite_add("a word that a gate forgot is seen", a_word_that_a_gate_forgot_is_seen, NULL);
    sg_suite_add("a kernel that sees nothing is seen", a_kernel_that_sees_nothing_is_seen, NULL);
    sg_suite_add("a slow rule is then tried everywhere", a_slow_rule_is_then_tried_everywhere,
                 NULL);
    sg_suite_add("every start in a text is looked at", every_start_in_a_text_is_looked_at, NULL);
    sg_suite_add("running out of memory is an answer", running_out_of_memory_is_an_answer, NULL);
    return sg_suite_run("selftest");
}
