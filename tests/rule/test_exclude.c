/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_exclude.c - exclusions that are of no use are told, with the place of what makes them so.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "rule/ruleset.h"
#include "../lib/suite.h"
#include "../lib/toy_pack.h"

#define HEAD  "pack: toy\nrules:\n  - id: word\n    entity: TOY\n"
#define MATCH "    match: 'ab{2}'\n"
#define TESTS "    tests: ['an «abb» here']\n"

static struct scrubgate_ruleset *must_compile(const char *text)
{
    struct scrubgate_ruleset *set = NULL;
    struct scrubgate_fault fault = {.what = ""};
    if (sg_toy_pack(&set, text, &fault) != SCRUBGATE_OK)
        fail_msg("%u:%u: %s", fault.line, fault.column, fault.what);
    return set;
}

/* The set warns of this alone; NULL: of nothing. */
static void expect(const struct scrubgate_ruleset *set, const char *says)
{
    assert_int_equal(set->n_warnings, says == NULL ? 0 : 1);
    if (says != NULL && strncmp(set->warnings[0].text, says, strlen(says)) != 0)
        fail_msg("%s", set->warnings[0].text);
}

#define EXCLUDED(id, path)                                                                         \
    "  - {id: " id ", rule: toy.word, path: " path ", because: b, owner: c, expires: "             \
    "2027-01-01}\n"

static const struct conflict_row {
    const char *name, *where, *exclusions;
    const char *says; /* the only warning begins so; NULL: none */
} conflicts[] = {
    {"two places apart", "", EXCLUDED("a", "$.a") EXCLUDED("b", "$.b"), NULL},
    {"the same place twice", "", EXCLUDED("a", "$.a") EXCLUDED("b", "$.a"),
     "toy.yaml:9:35: exclusion toy.b: toy.a of toy.yaml:8 keeps rule toy.word from this place "
     "already"},
    {"the same place twice in one list", "", EXCLUDED("a", "[$.a, $.a]"),
     "toy.yaml:8:41: exclusion toy.a: toy.a of toy.yaml:8 keeps"},
    {"a place within another", "", EXCLUDED("a", "$..a") EXCLUDED("b", "$.x.a"),
     "toy.yaml:9:35: exclusion toy.b: toy.a of toy.yaml:8 keeps rule toy.word from this place"},
    {"a place around another", "", EXCLUDED("a", "$.x.a") EXCLUDED("b", "$.x.*"),
     "toy.yaml:9:35: exclusion toy.b: toy.a of toy.yaml:8 keeps rule toy.word from a part of"},
    {"a place where the rule runs", "    where: {path: [$.a, $.b.*]}\n", EXCLUDED("a", "$.b.c"),
     NULL},
    {"a place that 'where' leaves out", "    where: {path: [$.a, $.b.*]}\n", EXCLUDED("a", "$.c"),
     "toy.yaml:9:35: exclusion toy.a: 'where' of rule toy.word (toy.yaml:3) keeps it from"},
};

static void test_conflict(void **state)
{
    const struct conflict_row *row = *state;
    char text[1024];
    (void)snprintf(text, sizeof text, HEAD MATCH "%s" TESTS "exclude:\n%s", row->where,
                   row->exclusions);
    struct scrubgate_ruleset *set = must_compile(text);
    expect(set, row->says);
    scrubgate_ruleset_free(set);
}

/* One that has expired neither holds nor stands in another's way. */
static void test_expired_is_ignored(void **state)
{
    (void)state;
    struct scrubgate_ruleset *set = must_compile(
        HEAD MATCH TESTS "exclude:\n"
                         "  - {id: a, rule: toy.word, path: $.a, because: b, owner: c, "
                         "expires: 2020-01-01}\n" EXCLUDED("b", "$.a"));
    assert_int_equal(set->n_warnings, 1);
    assert_non_null(strstr(set->warnings[0].text, "toy.a of rule toy.word expired on 2020-01-01"));
    assert_int_equal(set->n_exclusions, 1);
    assert_string_equal(set->exclusions[0].id, "toy.b");
    assert_ptr_equal(set->exclusions[0].rule, set->rules[0]);
    assert_int_equal(set->rules[0]->n_excluded, 1);
    assert_int_equal(sg_ruleset_exclusion(set, "toy.b"), 0);
    assert_int_equal(sg_ruleset_exclusion(set, "toy.a"), set->n_exclusions);
    scrubgate_ruleset_free(set);
}

int main(void)
{
    SG_SUITE_ROWS(test_conflict, conflicts);
    sg_suite_add("one that has expired is ignored, and in nobody's way", test_expired_is_ignored,
                 NULL);
    return sg_suite_run("exclude");
}
