/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_sse_line.c - the lines of an event, and what of them is a value.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "body/sse_line.h"

#include "../lib/suite.h"

/* want: the name and the value of each line. */
struct row {
    const char *name, *in, *want;
};

static const struct row rows[] = {
    {"nothing", "", ""},
    {"fields", "data: a\nevent:b\nid:  c\nretry: 1\n", "data(a)event(b)id( c)retry(1)"},
    {"CR LF, and no end", "data: a\r\ndata: b", "data(a)data(b)"},
    {"a comment", ": a:b\n:\n", "comment(a:b)comment()"},
    {"no colon", "data\nid\nfoo\n", "data()id()comment(foo)"},
    {"a field that is not known is a value with its name", "foo: bar\nDATA: x\n",
     "comment(foo: bar)comment(DATA: x)"},
    {"blank lines", "\n\r\n", "comment()comment()"},
    {"a blank before the name is none", " data: x\n", "comment( data: x)"},
    {"a CR inside is text", "data: a\rb\n", "data(a\rb)"},
};

static void reads(void **state)
{
    const struct row *row = *state;
    struct sg_sse_line line;
    char story[256] = "";
    size_t pos = 0;
    while (sg_sse_line_next(sg_bytes_of(row->in), &pos, &line)) {
        size_t len = strlen(story);
        (void)snprintf(story + len, sizeof story - len, "%s(%.*s)", sg_sse_field_name(line.field),
                       (int)(line.end - line.value), row->in + line.value);
        assert_int_equal(line.next, pos);
    }
    assert_int_equal(pos, strlen(row->in));
    assert_string_equal(story, row->want);
}

int main(void)
{
    SG_SUITE_ROWS(reads, rows);
    return sg_suite_run("sse_line");
}
