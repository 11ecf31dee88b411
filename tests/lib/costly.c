/* SPDX-License-Identifier: Apache-2.0 */
/*
 * costly.c - rules one of which the matcher gives up on: no pack gets such a pattern past the lint.
 */
#include "costly.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "toy.h"

static const char rules[] =
    "  - {id: cheap, title: t, entity: WORD, level: 1, match: 'apple', tests: ['apple']}\n"
    "  - {id: costly, title: t, entity: WORD, level: 1, match: 'a{1,3}b', tests: ['ab']}\n";

void sg_costly_make(struct sg_costly *costly)
{
    struct scrubgate_fault fault = {.what = ""};
    size_t at = 0;
    *costly = (struct sg_costly){.set = sg_toy_rules(rules)};
    /* Every way to split a run of a's. */
    assert_int_equal(
        sg_pattern_new(&costly->costly, SG_BYTES("(?:a{1,20}){1,20}b"), false, &at, &fault),
        SCRUBGATE_OK);
    costly->rule = costly->set->rules[1];
    costly->own = costly->set->rules[1]->pattern;
    costly->set->rules[1]->pattern = costly->costly;
}

void sg_costly_fini(struct sg_costly *costly)
{
    costly->set->rules[1]->pattern = costly->own;
    sg_pattern_free(costly->costly);
    scrubgate_ruleset_free(costly->set);
}
