/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_resolve.c - numbers of distinct values, what overlaps may show, and chains of overlaps.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../lib/suite.h"
#include "../lib/toy.h"

#define RULE(id, match, with)                                                                      \
    "  - {id: " id ", title: t, entity: TOY, level: 1, match: '" match "', with: '" with           \
    "', tests: [{todo: x}]}\n"

static const struct row {
    const char *name, *rules, *text, *want;
} rows[] = {
    {"distinct values are numbered in order", RULE("a", "[a-c]{2}", "<{n}>"), "ab bc ab ca AB",
     "<1> <2> <1> <3> AB"},
    {"spellings of one value share a number",
     "  - {id: a, title: t, entity: TOY, level: 1, match: '(?i)x-?y', with: '<{n}>', "
     "tests: [{todo: x}]}\n",
     "x-y XY xy", "<1> <1> <1>"},
    {"alone, the last digits show", RULE("a", "\\d{8}", "[{last:4}]"), "12345678", "[5678]"},
    {"two rules on one span show what both allow",
     RULE("a", "\\d{8}", "[{last:4}]") RULE("b", "1\\d{7}", "[{last:2}]"), "12345678", "[78]"},
    {"an overlap that is not the same span shows nothing",
     RULE("a", "\\d{8}", "[{last:4}]") RULE("b", "678x", "-"), "12345678x", "[]"},
    {"a chain of overlaps is one edit",
     RULE("a", "abc", "A") RULE("b", "cde", "B") RULE("c", "efg", "C") RULE("d", "ghijk", "D"),
     "-abcdefghijk-", "-D-"},
    {"a match inside another leaves nothing of it",
     RULE("a", "long match here", "A") RULE("b", "match", "B"), "a long match here.", "a A."},
};

static void resolves(void **state)
{
    const struct row *row = *state;
    struct scrubgate_ruleset *set = sg_toy_rules(row->rules);
    struct sg_bytes text = sg_bytes_of(row->text);
    for (size_t step = 1; step <= text.len; step++) {
        struct scrubgate_scratch *scratch = NULL;
        struct sg_scanner *scanner = NULL;
        struct sg_toy toy = {0};
        const struct sg_scan_config config = {.level = 1, .max_held = 4096};
        assert_int_equal(scrubgate_scratch_new(&scratch), 0);
        assert_int_equal(sg_scanner_new(&scanner, set, scratch, &config), 0);
        assert_int_equal(sg_toy_scan(&toy, scanner, text, step, step), 0);
        if (!sg_bytes_equal(sg_buf_bytes(&toy.out), sg_bytes_of(row->want)))
            fail_msg("%.*s", (int)toy.out.len, (const char *)toy.out.data);
        sg_toy_fini(&toy);
        sg_scanner_free(scanner);
        scrubgate_scratch_free(scratch);
    }
    scrubgate_ruleset_free(set);
}

int main(void)
{
    SG_SUITE_ROWS(resolves, rows);
    return sg_suite_run("resolve");
}
