/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_rulelint.c - patterns that hurt are refused, those of daily work are not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "rule/rulelint.h"

#include "../lib/alloc_fail.h"
#include "../lib/suite.h"
#include "../lib/toy_pattern.h"

#define TEN "c{0,2}d?c{0,2}d?c{0,2}d?c{0,2}d?c{0,2}d?"

static const struct row {
    const char *name, *pattern;
    const char *says; /* NULL: it passes */
} rows[] = {
    {"a literal is cheap", "abc", NULL},
    {"a card is cheap", "(?<![\\w-])\\d(?:[ .-]?\\d){11,18}(?![\\w-])", NULL},
    {"an e-mail address is cheap",
     "[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\\.){1,8}[A-Za-z]{2,24}", NULL},
    {"a long possessive run is cheap", "[a-z]{1,4096}+x", NULL},
    {"a run its follower ends is cheap", "[a-z]{1,4096}!", NULL},
    {"references and lookarounds are cheap", "(?<!a)(\\w{2})(?=-)-\\1(?>b|bc)?+$", NULL},
    {"a run given back byte by byte", "[a-z]{1,4096}x", "takes over 1000 matching steps"},
    {"two runs that share bytes", "[a-z]{1,100}[a-z0-9]{1,100}x", "265 x \"a\""},
    {"a repeat in a repeat", "(?:a{1,10}){1,10}b", "takes over 1000 matching steps"},
    {"alternatives that overlap", "(?:a|aa){1,30}c", "x \"a\""},
    {"two classes that take turns", "(?:[ab]{1,9}c{0,9}){1,9}x", "match takes"},
    {"pairs of bytes in more than one way", "(?:ab|a|b){1,40}c", "x \"ab\""},
    {"what two classes share", "(?:[b-hx]|[i-mx]){1,30}z", "x \"bx\""},
    {"one way or two, many times and no repeat",
     "(?:x|xx)(?:x|xx)(?:x|xx)(?:x|xx)(?:x|xx)(?:x|xx)(?:x|xx)(?:x|xx)(?:x|xx)(?:x|xx)(?:x|xx)z",
     "x \"x\""},
    {"pairs that are not in the first alternative", "(?:zz|ab|a|b){1,40}c", "x \"ab\""},
    {"what hurts behind a prefix", "key=(?:\\w{1,9} ?){1,9}#", "match takes"},
    {"what hurts only behind a prefix", "k-(?:[ab]{1,9}){1,9}c(?<=d)",
     "\"k-\", 9 x \"a\", \"!k-acd!\""},
    {"what hurts in a lookahead", "=(?=(?:a{1,8}){1,7}b)a", "match takes"},
    {"what hurts in another part of one alternative", "x|yy|z(?:q|qq){1,30}r", "match takes"},
    {"more than can be tried", "[ab]{15000}" TEN TEN TEN TEN, "has too many long repeats"},
    {"a reference searched for in many places", "([a-c]{1,60})[a-c]{1,60}\\1x", "match takes"},
};

static void judges(void **state)
{
    const struct row *row = *state;
    struct scrubgate_fault fault = {.what = ""};
    struct sg_pattern *pattern = sg_toy_pattern(row->pattern, true);
    struct sg_matcher *matcher = sg_toy_matcher();
    unsigned cost = 0;
    enum scrubgate_status rc = sg_rulelint_cost(pattern, "match", matcher, &cost, &fault);
    assert_int_equal(rc, row->says == NULL ? SCRUBGATE_OK : SCRUBGATE_EINVAL);
    if (row->says != NULL && strstr(fault.what, row->says) == NULL)
        fail_msg("says: %s", fault.what);
    if (row->says == NULL)
        assert_in_range(cost, 1, 1000);
    /* Whether it is too much does not depend on whether its cost is asked for. */
    assert_int_equal(sg_rulelint_cost(pattern, "match", matcher, NULL, &fault), rc);
    sg_matcher_free(matcher);
    sg_pattern_free(pattern);
}

static void names_the_key_of_the_rule(void **state)
{
    (void)state;
    struct scrubgate_fault fault = {.what = ""};
    struct sg_matcher *matcher = sg_toy_matcher();
    struct sg_pattern *bad = sg_toy_pattern("(?:a{1,10}){1,10}b", true);
    assert_int_equal(sg_rulelint_cost(bad, "unless", matcher, NULL, &fault), SCRUBGATE_EINVAL);
    assert_memory_equal(fault.what, "unless takes", strlen("unless takes"));
    sg_pattern_free(bad);
    sg_matcher_free(matcher);
}

struct job {
    struct sg_pattern *pattern;
    struct sg_matcher *matcher;
};

static enum scrubgate_status lint(void *ctx)
{
    struct job *job = ctx;
    struct scrubgate_fault fault;
    unsigned cost;
    return sg_rulelint_cost(job->pattern, "match", job->matcher, &cost, &fault);
}

/* The interpreter's memory is kept from search to search, so that it is there already. */
static void running_out_of_memory_is_an_answer(void **state)
{
    (void)state;
    struct job job = {.pattern = sg_toy_pattern("a[bc]{1,3}d(?:e|f|gh){1,9}", true),
                      .matcher = sg_toy_matcher()};
    assert_int_equal(lint(&job), SCRUBGATE_OK);
    assert_true(sg_alloc_fail_each(lint, &job) > 0);
    sg_matcher_free(job.matcher);
    sg_pattern_free(job.pattern);
}

int main(void)
{
    SG_SUITE_ROWS(judges, rows);
    sg_suite_add("names the key of the rule", names_the_key_of_the_rule, NULL);
    sg_suite_add("running out of memory is an answer", running_out_of_memory_is_an_answer, NULL);
    return sg_suite_run("rulelint");
}
