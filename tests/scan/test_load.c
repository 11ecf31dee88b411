/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_load.c - a ruleset proves itself: the packs that ship do, at every split point, and a pack
 * whose own test fails is refused with the test's place.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rule/rulefile.h"
#include "scan/kernel.h"
#include "scan/load.h"

#include "../lib/suite.h"
#include "../lib/toy.h"

enum { FEWEST_EXAMPLES = 10, FEWEST_OF_A_KIND = 3 };

static void say(void *ctx, const struct sg_example_result *result)
{
    (void)ctx;
    if (!result->passed)
        print_message("%s:%u: %s: %s\n", result->rule->file, result->example->line,
                      result->rule->id, result->why);
}

static void every_example_that_ships_holds_at_every_split(void **state)
{
    (void)state;
    struct scrubgate_ruleset *set = NULL;
    struct scrubgate_fault fault = {.what = ""};
    size_t failed = 1;
    assert_int_equal(sg_rulefile_load(&set, NULL, 0, 0, &fault), SCRUBGATE_OK);
    assert_int_equal(sg_load_test(set, true, say, NULL, &failed), SCRUBGATE_OK);
    assert_int_equal(failed, 0);
    scrubgate_ruleset_free(set);
}

static void expect_examples(const struct scrubgate_ruleset *set)
{
    for (size_t i = 0; i < set->n_rules; i++) {
        const struct sg_rule *rule = set->rules[i];
        size_t finds = 0, nots = 0;
        for (size_t j = 0; j < rule->n_examples; j++) {
            finds += rule->examples[j].kind == SG_EXAMPLE_FINDS ? 1 : 0;
            nots += rule->examples[j].kind == SG_EXAMPLE_NOT ? 1 : 0;
        }
        if (finds + nots < FEWEST_EXAMPLES || finds < FEWEST_OF_A_KIND || nots < FEWEST_OF_A_KIND)
            fail_msg("%s has %zu that find and %zu that do not", rule->id, finds, nots);
    }
}

static void every_rule_that_ships_has_ten_examples_of_both_kinds(void **state)
{
    (void)state;
    struct scrubgate_ruleset *set = NULL;
    struct scrubgate_fault fault = {.what = ""};
    assert_int_equal(sg_rulefile_load(&set, NULL, 0, 0, &fault), SCRUBGATE_OK);
    assert_non_null(set->folds);
    expect_examples(set);
    expect_examples(set->folds);
    scrubgate_ruleset_free(set);
}

static const struct row {
    const char *name, *tests;
    size_t failed;
} rows[] = {
    {"a find that is not found fails", "['a «cow»']", 1},
    {"a find somewhere else fails", "['«a» cat']", 1},
    {"a find that is longer fails", "['a «ca»t']", 1},
    {"one find of two fails", "['«cat» cat']", 1},
    {"what must not be found and is fails", "[{not: 'a cat'}]", 1},
    {"a known miss does not fail", "[{todo: 'a «cow»'}]", 0},
    {"what is as it says passes", "['a «cat»', {not: 'a cow'}]", 0},
};

static void examples_are_run(void **state)
{
    const struct row *row = *state;
    struct sg_buf text = {0};
    size_t failed = 99;
    assert_int_equal(sg_buf_addf(&text,
                                 "  - {id: a, title: t, entity: TOY, level: 1, match: cat, "
                                 "tests: %s}\n",
                                 row->tests),
                     0);
    struct scrubgate_ruleset *set = sg_toy_rules((const char *)text.data);
    assert_int_equal(sg_load_test(set, true, NULL, NULL, &failed), SCRUBGATE_OK);
    assert_int_equal(failed, row->failed);
    scrubgate_ruleset_free(set);
    sg_buf_fini(&text);
}

static void a_pack_that_fails_its_own_test_is_not_loaded(void **state)
{
    (void)state;
    char path[] = "/tmp/scrubgate-pack-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    static const char text[] = "pack: p\nversion: 1\nowner: o\nrules:\n"
                               "  - id: a\n    title: t\n    entity: TOY\n    level: 1\n"
                               "    match: 'cat'\n    tests:\n      - 'a «cow»'\n";
    assert_int_equal(write(fd, text, sizeof text - 1), sizeof text - 1);
    (void)close(fd);
    struct scrubgate_ruleset *set = (struct scrubgate_ruleset *)-1;
    struct scrubgate_fault fault = {.what = ""};
    const char *paths[] = {path};
    assert_int_equal(scrubgate_ruleset_load(&set, paths, 1, &fault), SCRUBGATE_EINVAL);
    assert_null(set);
    assert_string_equal(fault.file, path);
    assert_int_equal(fault.line, 11);
    assert_non_null(strstr(fault.what, "p.a fails its own test"));
    (void)unlink(path);
}

/* --- kernels ------------------------------------------------------------------------------------
 */

static void every_kernel_can_be_asked_for(void **state)
{
    (void)state;
    for (size_t i = 0; sg_kernels[i] != NULL; i++) {
        struct scrubgate_ruleset *set = NULL;
        if (!sg_kernels[i]->works())
            continue;
        assert_int_equal(setenv("SCRUBGATE_KERNEL", sg_kernels[i]->name, 1), 0);
        assert_int_equal(scrubgate_ruleset_load(&set, NULL, 0, NULL), SCRUBGATE_OK);
        assert_ptr_equal(set->kernel, sg_kernels[i]);
        scrubgate_ruleset_free(set);
    }
    assert_int_equal(unsetenv("SCRUBGATE_KERNEL"), 0);
}

static void an_unknown_kernel_is_refused_with_those_there_are(void **state)
{
    (void)state;
    struct scrubgate_ruleset *set = NULL;
    struct scrubgate_fault fault = {.what = ""};
    assert_int_equal(setenv("SCRUBGATE_KERNEL", "mmx", 1), 0);
    assert_int_equal(scrubgate_ruleset_load(&set, NULL, 0, &fault), SCRUBGATE_EINVAL);
    assert_int_equal(unsetenv("SCRUBGATE_KERNEL"), 0);
    assert_null(set);
    assert_non_null(strstr(fault.what, "use one of: scalar"));
}

int main(void)
{
    sg_suite_add("every example that ships holds at every split",
                 every_example_that_ships_holds_at_every_split, NULL);
    sg_suite_add("every rule that ships has ten examples, of both kinds",
                 every_rule_that_ships_has_ten_examples_of_both_kinds, NULL);
    SG_SUITE_ROWS(examples_are_run, rows);
    sg_suite_add("a pack that fails its own test is not loaded",
                 a_pack_that_fails_its_own_test_is_not_loaded, NULL);
    sg_suite_add("every kernel can be asked for", every_kernel_can_be_asked_for, NULL);
    sg_suite_add("an unknown kernel is refused with those there are",
                 an_unknown_kernel_is_refused_with_those_there_are, NULL);
    return sg_suite_run("load");
}
