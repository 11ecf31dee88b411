/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_action.c - what stands in place of a value, and how little of it shows.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "scan/action.h"

#include "../lib/suite.h"

static const struct row {
    const char *name, *template, *value, *want;
    struct sg_reveal most;
} rows[] = {
    {"plain text stands as it is", "[GONE]", "secret", "[GONE]", {8, 8}},
    {"the last digits may show",
     "[CARD ••{last:4}]",
     "4111 1111 1111 1111",
     "[CARD ••1111]",
     {8, 8}},
    {"the last ones skip separators", "{last:4}", "4111-11-23-4 5", "2345", {8, 8}},
    {"first and last keep their order", "{first:2}…{last:2}", "123456789", "12…89", {8, 8}},
    {"what the union does not allow stays hidden",
     "[CARD ••{last:4}]",
     "4111111111111111",
     "[CARD ••]",
     {0, 0}},
    {"the stricter of two matches decides", "[{last:4}]", "4111111111111111", "[11]", {0, 2}},
    {"a short value never shows whole", "{last:4}", "1234", "34", {8, 8}},
    {"of a short value the end shows before the beginning",
     "{first:4}{last:4}",
     "123456",
     "3456",
     {8, 8}},
    {"one letter is not shown at all", "<{last:1}>", "x", "<>", {8, 8}},
    {"the length counts code points", "{len}", "j\xC3\xB6@x", "4", {8, 8}},
    {"the entity is named", "<{entity}>", "x", "<TOY>", {8, 8}},
    {"the number is the one given", "#{n}", "x", "#3", {8, 8}},
    {"stars keep the separators", "{stars}", "41-1 2", "**-* *", {8, 8}},
    {"a code point is one star", "{stars}", "j\xC3\xB6-x", "**-*", {8, 8}},
    {"braces are doubled to be meant", "{{{last:1}}}", "abc", "{c}", {8, 8}},
};

static void renders(void **state)
{
    const struct row *row = *state;
    struct sg_arena arena = {NULL};
    struct sg_rule rule = {.entity = "TOY"};
    struct scrubgate_fault fault = {.what = ""};
    struct sg_buf out = {0};
    size_t at = 0;
    assert_int_equal(sg_template_parse(&rule.with, &arena, sg_bytes_of(row->template), &at, &fault),
                     0);
    assert_int_equal(sg_action_render(&out, &rule, sg_bytes_of(row->value), 3, row->most),
                     SCRUBGATE_OK);
    if (!sg_bytes_equal(sg_buf_bytes(&out), sg_bytes_of(row->want)))
        fail_msg("%.*s", (int)out.len, (const char *)out.data);
    sg_buf_fini(&out);
    sg_arena_fini(&arena);
}

int main(void)
{
    SG_SUITE_ROWS(renders, rows);
    return sg_suite_run("action");
}
