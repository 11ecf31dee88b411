/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_parameter.c - the parameters of a header value.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "http/parameter.h"

#include "../lib/suite.h"

/* want: name(value), a ' behind one in quotes, a \ behind one with a backslash; ! is a fault. */
struct row {
    const char *name, *value, *want;
};

static const struct row rows[] = {
    {"nothing", "", ""},
    {"blanks", " \t", ""},
    {"one", ";a=b", "a(b)"},
    {"several, with blanks", " ; a=b;c=d \t;\te=f ", "a(b)c(d)e(f)"},
    {"quotes", ";a=\"b; c=d\"; e=\"\"", "a(b; c=d)'e()'"},
    {"backslashes stay", ";a=\"\\\"b\\\\\"", "a(\\\"b\\\\)'\\"},
    {"empty ones", ";;a=b;;", "a(b)"},
    {"a star in a name", ";filename*=UTF-8''x", "filename*(UTF-8''x)"},
    {"no semicolon", "a=b", "!"},
    {"no value", ";a", "!"},
    {"an empty value", ";a=", "!"},
    {"blanks around =", ";a =b", "!"},
    {"a blank in a value", ";a=b c", "a(b)!"},
    {"an open quote", ";a=b;c=\"d", "a(b)!"},
    {"a quote that only a backslash ends", ";a=\"b\\\"", "!"},
    {"a control in quotes", ";a=\"\x01\"", "!"},
};

static void reads(void **state)
{
    const struct row *row = *state;
    struct sg_bytes rest = sg_bytes_of(row->value);
    struct sg_parameter one;
    char story[128] = "";
    for (;;) {
        size_t len = strlen(story);
        if (!sg_parameter_next(&rest, &one)) {
            (void)snprintf(story + len, sizeof story - len, "!");
            break;
        }
        if (one.name.len == 0)
            break;
        (void)snprintf(story + len, sizeof story - len, "%.*s(%.*s)%s%s", (int)one.name.len,
                       (const char *)one.name.data, (int)one.value.len,
                       (const char *)one.value.data, one.quoted ? "'" : "",
                       one.escaped ? "\\" : "");
    }
    assert_string_equal(story, row->want);
}

int main(void)
{
    SG_SUITE_ROWS(reads, rows);
    return sg_suite_run("parameter");
}
