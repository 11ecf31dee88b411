/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_explain.c - each match is told once, with where it stands in the text as it was given.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "rule/ruleset.h"
#include "scan/explain.h"

#include "../lib/suite.h"
#include "../lib/toy.h"

static const char rules[] = "  - {id: num, title: t, entity: NUM, match: '\\d{3}', with: 'N',\n"
                            "     unless: 'no $', tests: ['x «123»', {not: 'x'}]}\n"
                            "  - {id: pal, title: t, entity: PAL, match: 'pal', with: 'P',\n"
                            "     tests: ['«pal»', {not: 'x'}]}\n";

/* Told: "rule@start-end", ! for dropped ones, * for those of the view, and what was seen. */
static const struct row {
    const char *name, *text, *told;
} rows[] = {
    {"nothing matches", "none", ""},
    {"matches of the text, rule by rule", "pal 123", "toy.num@4-7=123 toy.pal@0-3=pal "},
    {"a match that is dropped", "no 123", "!toy.num@3-6=123 "},
    {"a match of the view stands for raw bytes", "x 1\u200B2３", "*toy.num@2-10=123 "},
    {"a match of both is told once", "123 \u200B pal", "toy.num@0-3=123 toy.pal@8-11=pal "},
    {"dropped in both is told once", "no 123 \u200B", "!toy.num@3-6=123 "},
    {"dropped in the view alone", "no 1２3", "!*toy.num@3-8=123 "},
    {"accepted in the text, dropped in the view", "n\u200Bo 123",
     "toy.num@6-9=123 !*toy.num@6-9=123 "},
};

static void see(void *ctx, struct sg_bytes view)
{
    (void)ctx;
    (void)view;
}

static void remember(void *ctx, const struct sg_explanation *one)
{
    struct sg_buf *told = ctx;
    assert_int_equal(sg_buf_addf(told, "%s%s%s@%zu-%zu=%.*s ",
                                 one->result.verdict == SG_CONTEXT_ACCEPT ? "" : "!",
                                 one->view > 0 ? "*" : "", one->rule->id, one->span.start,
                                 one->span.end, (int)one->seen.len, (const char *)one->seen.data),
                     SCRUBGATE_OK);
}

static void tells(void **state)
{
    const struct row *row = *state;
    struct scrubgate_ruleset *set = sg_toy_rules(rules);
    struct scrubgate_scratch *scratch = NULL;
    const struct sg_rule *culprit = NULL;
    struct sg_scan_config config = {.level = 2};
    struct sg_buf told = {0};
    struct sg_bytes text = sg_bytes_of(row->text);
    assert_int_equal(scrubgate_scratch_new(&scratch), SCRUBGATE_OK);
    const struct sg_explain_to to = {see, remember, &told};
    assert_int_equal(sg_explain(set, scratch, &config, text, &to, &culprit), SCRUBGATE_OK);
    assert_null(culprit);
    assert_int_equal(sg_buf_add_byte(&told, 0), SCRUBGATE_OK);
    assert_string_equal((const char *)told.data, row->told);
    sg_buf_fini(&told);
    scrubgate_scratch_free(scratch);
    scrubgate_ruleset_free(set);
}

int main(void)
{
    SG_SUITE_ROWS(tells, rows);
    return sg_suite_run("explain");
}
