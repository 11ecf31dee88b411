/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_csv.c - cells come back as they were, and none is a formula.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/csv.h"

#include "../lib/suite.h"

struct row {
    const char *name, *cell, *want;
};

static const struct row rows[] = {
    {"a plain cell", "chat-in", "a,chat-in\r\n"},
    {"an empty one", "", "a,\r\n"},
    {"a comma", "b,c", "a,\"b,c\"\r\n"},
    {"a quote", "b\"c", "a,\"b\"\"c\"\r\n"},
    {"nothing but quotes", "\"\"", "a,\"\"\"\"\"\"\r\n"},
    {"a line end", "b\nc", "a,\"b\nc\"\r\n"},
    {"a semicolon, which some take for a comma", "b;c", "a,\"b;c\"\r\n"},
    {"a formula", "=1+1", "a,'=1+1\r\n"},
    {"a formula with a quote", "=HYPERLINK(\"x\")", "a,\"'=HYPERLINK(\"\"x\"\")\"\r\n"},
    {"a plus", "+1", "a,'+1\r\n"},
    {"a minus", "-1", "a,'-1\r\n"},
    {"an at", "@SUM", "a,'@SUM\r\n"},
    {"a tab before it", "\t=1", "a,\"'\t=1\"\r\n"},
    {"a return before it", "\r=1", "a,\"'\r=1\"\r\n"},
    {"blanks before it", "  =1", "a,\"'  =1\"\r\n"},
    {"one further on is none", "a=1", "a,a=1\r\n"},
};

static void test_row(void **state)
{
    const struct row *row = *state;
    struct sg_buf out = {0};
    assert_int_equal(sg_csv_add(&out, true, SG_BYTES("a")), SCRUBGATE_OK);
    assert_int_equal(sg_csv_add(&out, false, sg_bytes_of(row->cell)), SCRUBGATE_OK);
    assert_int_equal(sg_csv_end(&out), SCRUBGATE_OK);
    assert_int_equal(out.len, strlen(row->want));
    assert_memory_equal(out.data, row->want, out.len);
    sg_buf_fini(&out);
}

int main(void)
{
    SG_SUITE_ROWS(test_row, rows);
    return sg_suite_run("base/test_csv");
}
