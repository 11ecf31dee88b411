/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_access_line.c - what lines of access logs name the exchange by.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "cli/access_line.h"

#include "../lib/suite.h"

#define TRACE  "4bf92f3577b34da6a3ce929d0e0e4736"
#define PARENT "00-" TRACE "-00f067aa0ba902b7-01"
#define MARK   "verdict=clean, entities=(), risk=0.00, audit=\"gw.example/scrubgate/1/42\""

struct row {
    const char *name, *line, *want;
    const char *field;
    unsigned column;
};

#define ROW(name, line, want)                                                                      \
    {                                                                                              \
        name, line, want, NULL, 0                                                                  \
    }
#define FIELD(name, line, want, field)                                                             \
    {                                                                                              \
        name, line, want, field, 0                                                                 \
    }
#define COLUMN(name, line, want, column)                                                           \
    {                                                                                              \
        name, line, want, NULL, column                                                             \
    }

static const struct row rows[] = {
    ROW("nginx's combined form with a traceparent behind it",
        "10.0.0.7 - - [22/Nov/2026:01:26:38 +0000] \"POST /h HTTP/1.1\" 200 5 \"-\" \"x\" \"" PARENT
        "\"",
        "trace " TRACE),
    ROW("and with the Scrubgate header, as nginx escapes it",
        "10.0.0.7 - - [-] \"POST /h HTTP/1.1\" 200 "
        "\"verdict=clean, audit=\\x22gw.example/scrubgate/1/42\\x22\"",
        "audit gw.example/scrubgate/1 42"),
    ROW("haproxy's captured headers",
        "haproxy[14389]: 10.0.1.2:33317 [06/Feb/2026:12:14:14.655] fe be/srv 10/0/30 200 2750 - - "
        "{" PARENT "|x} \"POST /h\"",
        "trace " TRACE),
    ROW("the header as it is", MARK, "audit gw.example/scrubgate/1 42"),
    ROW("the header in JSON as it stands", "{\"h\":\"audit=\\\"a/b/7\\\"\"}", "audit a/b 7"),
    ROW("an audit id comes before a trace", PARENT " " MARK, "audit gw.example/scrubgate/1 42"),
    ROW("a trace alone", TRACE, "trace " TRACE),
    ROW("a trace with blanks around it", "  " TRACE " ", "trace " TRACE),
    ROW("an exchange alone", "00f067aa0ba902b7", "id 00f067aa0ba902b7"),
    ROW("a trace among others needs a column", "x " TRACE " y", ""),
    ROW("a hyphen where it should be", "10.0.0.7 \"-\"", ""),
    ROW("a traceparent that is cut", "00-" TRACE "-00f067aa0ba902", ""),
    ROW("one that is none", "00-" TRACE "-00f067aa0ba902b7_01", ""),
    ROW("an audit id without a number", "audit=\"gw/x\"", ""),
    ROW("an audit id without an origin", "audit=\"42\"", ""),
    ROW("audit= at the end", "audit=", ""),
    ROW("audit= twice", "audit=no audit=\"a/9\"", "audit a 9"),
    ROW("an empty line", "", ""),
    COLUMN("the second column", "x " TRACE " y", "trace " TRACE, 2),
    COLUMN("a column in quotes", "[a b] \"c d\" \"" TRACE "\"", "trace " TRACE, 3),
    COLUMN("a column behind an escaped quote", "\"a \\\" b\" " TRACE, "trace " TRACE, 2),
    COLUMN("a column in braces", "a {" TRACE "}", "trace " TRACE, 2),
    COLUMN("columns with tabs between", "a\t" TRACE "\tb", "trace " TRACE, 2),
    COLUMN("a column that is not there", "a b", "", 3),
    COLUMN("a quote that is not closed", "a \"b", "", 2),
    COLUMN("a quote at the end", "a \"", "", 2),
    FIELD("a field", "{\"a\":1,\"trace\":\"" TRACE "\"}", "trace " TRACE, "trace"),
    FIELD("a field of an object",
          "{\"x\":{\"scrubgate\":\"no\"},\"request\":{\"a\":{},\"headers\":{\"b\":[],\"scrubgate\":"
          "\"audit=\\\"o/3\\\"\"}}}",
          "audit o 3", "request.headers.scrubgate"),
    FIELD("a field of the same name elsewhere", "{\"x\":{\"trace\":\"" TRACE "\"}}", "", "trace"),
    FIELD("a field behind an object that ended",
          "{\"request\":{\"a\":1},\"trace\":\"" TRACE "\",\"request\":{}}", "", "request.trace"),
    FIELD("a field that is a number", "{\"trace\":1}", "", "trace"),
    FIELD("a field of what is no object", "{\"a\":\"" TRACE "\"}", "", "a.b"),
    FIELD("a line that is no JSON", "trace " PARENT, "", "trace"),
};

static void test_row(void **state)
{
    static uint8_t room[SG_ACCESS_ROOM];
    const struct row *row = *state;
    const struct sg_access_form form = {row->field, row->column};
    struct sg_access_name name;
    char is[128] = "";
    /* In memory of its own, so that a read beyond the end is seen. */
    size_t len = strlen(row->line);
    uint8_t *line = malloc(len + 1);
    assert_non_null(line);
    memcpy(line, row->line, len);
    line = realloc(line, len == 0 ? 1 : len);
    assert_non_null(line);
    sg_access_line_read(&name, &form, (struct sg_bytes){line, len}, room);
    if (name.kind == SG_ACCESS_AUDIT)
        (void)snprintf(is, sizeof is, "audit %.*s %llu", (int)name.origin.len,
                       (const char *)name.origin.data, (unsigned long long)name.id[1]);
    else if (name.kind == SG_ACCESS_TRACE)
        (void)snprintf(is, sizeof is, "trace %016llx%016llx", (unsigned long long)name.id[0],
                       (unsigned long long)name.id[1]);
    else if (name.kind == SG_ACCESS_ID)
        (void)snprintf(is, sizeof is, "id %016llx", (unsigned long long)name.id[1]);
    assert_string_equal(is, row->want);
    free(line);
}

int main(void)
{
    SG_SUITE_ROWS(test_row, rows);
    return sg_suite_run("cli/test_access_line");
}
