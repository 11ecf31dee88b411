/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_tally.c - shares with their intervals, F2, and the levels that findings earn.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "cli/tally.h"

#include "../lib/suite.h"

/* Intervals as the R function prop.test(part, whole, correct = FALSE) gives them. */
static const struct share_row {
    const char *name;
    uint64_t part, whole;
    const char *share;
} shares[] = {
    {"8 of 10", 8, 10, "0.8000 0.4902 0.9433"},
    {"none of 10", 0, 10, "0.0000 0.0000 0.2775"},
    {"10 of 10", 10, 10, "1.0000 0.7225 1.0000"},
    {"515 of 517", 515, 517, "0.9961 0.9860 0.9989"},
    {"none of nothing", 0, 0, "1.0000 0.0000 1.0000"},
};

static void lies_between(void **state)
{
    const struct share_row *row = *state;
    struct sg_share share = sg_share_of(row->part, row->whole);
    char text[64];
    (void)snprintf(text, sizeof text, "%.4f %.4f %.4f", share.value, share.low, share.high);
    assert_string_equal(text, row->share);
}

static const struct level_row {
    const char *name;
    uint64_t right, found;
    unsigned earned;
    bool breaks_1, breaks_2;
} levels[] = {
    {"few findings earn nothing and break nothing", 0, 19, 0, false, false},
    {"always right, often", 2000, 2000, 1, false, false},
    {"always right, 20 times", 20, 20, 2, false, false},
    {"always right, 100 times", 100, 100, 1, false, false},
    {"one in 100 wrong", 990, 1000, 2, true, false},
    {"one in 250 wrong", 996, 1000, 2, false, false},
    {"one in 50 wrong", 980, 1000, 2, true, false},
    {"one in five wrong", 800, 1000, 3, true, true},
    {"mostly wrong", 100, 1000, 4, true, true},
};

static void earns(void **state)
{
    const struct level_row *row = *state;
    assert_int_equal(sg_level_earned(row->right, row->found), row->earned);
    assert_int_equal(sg_level_broken(1, row->right, row->found), row->breaks_1);
    assert_int_equal(sg_level_broken(2, row->right, row->found), row->breaks_2);
    assert_false(sg_level_broken(4, row->right, row->found));
}

static void test_f2_weighs_recall_twice(void **state)
{
    (void)state;
    char text[64];
    (void)snprintf(text, sizeof text, "%.4f %.4f %.4f %.4f", sg_f2(0.5, 1), sg_f2(1, 0.5),
                   sg_f2(0, 0), sg_f2(1, 1));
    assert_string_equal(text, "0.8333 0.5556 0.0000 1.0000");
}

static void test_rows_are_told_apart_by_name_and_level(void **state)
{
    struct sg_score_rows tallies = {.n = 0};
    (void)state;
    for (unsigned i = 0; i < 200; i++) {
        char name[80];
        int len = snprintf(name, sizeof name, "rule.%02u", i % 100);
        struct sg_bytes bytes = {(const uint8_t *)name, (size_t)len};
        struct sg_score_row *row = sg_score_rows_at(&tallies, bytes, 1 + i % 2);
        assert_non_null(row);
        row->found++;
    }
    assert_int_equal(tallies.n, 100); /* even numbers are of level 1, odd ones of 2 */
    sg_score_rows_sort(&tallies);
    for (size_t i = 0; i < tallies.n; i++) {
        assert_int_equal(tallies.list[i].found, 2);
        assert_int_equal(tallies.list[i].level, 1 + i % 2);
    }
    sg_score_rows_fini(&tallies);
}

int main(void)
{
    SG_SUITE_ROWS(lies_between, shares);
    SG_SUITE_ROWS(earns, levels);
    sg_suite_add("F2 weighs recall twice", test_f2_weighs_recall_twice, NULL);
    sg_suite_add("rows are told apart by name and level",
                 test_rows_are_told_apart_by_name_and_level, NULL);
    return sg_suite_run("tally");
}
