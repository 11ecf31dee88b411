/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_hint.c - hints lead to what the search for signatures finds, or nowhere.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "rule/hint.h"
#include "rule/rulefile.h"
#include "rule/ruleset.h"
#include "rule/signature.h"
#include "rule/signature_cut.h"
#include "../lib/suite.h"

enum { EACH = 24 }; /* of the rules that ship, one in so many is searched for */

static struct scrubgate_ruleset *set;

static void each_rule_that_ships_has_a_hint(void **state)
{
    struct sg_hint hint;
    (void)state;
    for (size_t i = 0; i < set->n_rules; i++) {
        if (!sg_hint_find(&hint, sg_pattern_text(set->rules[i]->pattern)))
            fail_msg("%s has none: make hints", set->rules[i]->id);
    }
    for (size_t i = 0; i < set->folds->n_rules; i++) {
        if (!sg_hint_find(&hint, sg_pattern_text(set->folds->rules[i]->pattern)))
            fail_msg("%s has none: make hints", set->folds->rules[i]->id);
    }
}

static void a_hint_leads_to_what_the_search_finds(void **state)
{
    struct sg_sample *sample;
    struct sg_hint hint, built_in;
    static struct sg_signatures found;
    (void)state;
    assert_int_equal(sg_sample_new(&sample), SCRUBGATE_OK);
    for (size_t i = 0; i < set->n_rules; i += EACH) {
        const struct sg_rule *rule = set->rules[i];
        assert_int_equal(sg_signatures_search(&found, rule->pattern, sample, &hint), SCRUBGATE_OK);
        assert_int_equal(found.n, rule->n_signatures);
        assert_memory_equal(found.list, rule->signatures, found.n * sizeof *found.list);
        assert_true(sg_hint_find(&built_in, sg_pattern_text(rule->pattern)));
        assert_int_equal(built_in.n, hint.n);
        assert_memory_equal(built_in.numbers, hint.numbers, hint.n * sizeof *hint.numbers);
    }
    sg_sample_free(sample);
}

static void no_hint_is_found_for_other_patterns(void **state)
{
    struct sg_hint hint;
    (void)state;
    assert_false(sg_hint_find(&hint, SG_BYTES("")));
    assert_false(sg_hint_find(&hint, SG_BYTES("no rule's pattern")));
}

/* a{2,4} then b: what is no cut of it, in every match, is none. */
static const struct row {
    const char *name;
    struct sg_cut cut;
    bool has;
} rows[] = {
    {"before all of it", {.rest_min = 2, .rest_max = 4}, true},
    {"behind one copy", {.lead_min = 1, .lead_max = 1, .rest_min = 1, .rest_max = 3}, true},
    {"before the last copy", {.lead_min = 1, .lead_max = 3, .rest_min = 1, .rest_max = 1}, true},
    {"before what follows", {.at = 1, .rest_min = 1, .rest_max = 1}, true},
    {"behind the last item", {.at = 2, .rest_min = 1, .rest_max = 1}, false},
    {"before the last two copies", {.lead_max = 2, .rest_min = 2, .rest_max = 2}, true},
    {"with copies that are not there", {.lead_min = 3, .lead_max = 3, .rest_max = 1}, false},
    {"with copies left out", {.lead_min = 1, .lead_max = 1, .rest_max = 3}, false},
    {"with neither side known",
     {.lead_min = 1, .lead_max = 2, .rest_min = 1, .rest_max = 2},
     false},
    {"in a copy of one byte", {.in_copy = true, .inner = 1, .rest_min = 1, .rest_max = 3}, false},
};

static void a_cut_must_be_one_of_the_pattern(void **state)
{
    const struct row *row = *state;
    struct sg_tree tree;
    struct sg_variant variant;
    assert_int_equal(sg_tree_parse(&tree, SG_BYTES("a{2,4}b"), NULL, NULL), SCRUBGATE_OK);
    assert_int_equal(sg_variant_make(&variant, &tree.arena, tree.root), SCRUBGATE_OK);
    assert_int_equal(sg_variant_has(&variant, &row->cut), row->has);
    sg_tree_fini(&tree);
}

int main(void)
{
    struct scrubgate_fault fault = {.what = ""};
    if (sg_rulefile_load(&set, NULL, 0, 20000, &fault) < 0)
        return 1;
    sg_suite_add("each rule that ships has a hint", each_rule_that_ships_has_a_hint, NULL);
    sg_suite_add("a hint leads to what the search finds", a_hint_leads_to_what_the_search_finds,
                 NULL);
    sg_suite_add("no hint is found for other patterns", no_hint_is_found_for_other_patterns, NULL);
    SG_SUITE_ROWS(a_cut_must_be_one_of_the_pattern, rows);
    int rc = sg_suite_run("rule/hint");
    scrubgate_ruleset_free(set);
    return rc;
}
