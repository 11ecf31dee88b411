/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_media_type.c - Content-Type, read strictly.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "http/media_type.h"

#include "../lib/suite.h"

struct row {
    const char *name, *value;
    bool ok;
    const char *type, *subtype, *charset;
};

static const struct row rows[] = {
    {"type and subtype", "application/json", true, "application", "json", ""},
    {"a suffix is part of the subtype", "application/problem+json", true, "application",
     "problem+json", ""},
    {"a charset", "text/plain; charset=utf-8", true, "text", "plain", "utf-8"},
    {"a charset in quotes", "text/plain;charset=\"UTF-8\"", true, "text", "plain", "UTF-8"},
    {"a charset in another case", "text/plain; CharSet=latin1", true, "text", "plain", "latin1"},
    {"blanks where they may be", " text/plain \t; \tcharset=x \t", true, "text", "plain", "x"},
    {"other parameters pass", "multipart/form-data; boundary=\"a; charset=b\"; q=1", true,
     "multipart", "form-data", ""},
    {"an escaped quote in another parameter", "a/b; x=\"\\\"; charset=y\"; charset=z", true, "a",
     "b", "z"},
    {"an empty parameter", "text/plain;; charset=x;", true, "text", "plain", "x"},
    {"nothing", "", false, NULL, NULL, NULL},
    {"a type alone", "text", false, NULL, NULL, NULL},
    {"no subtype", "text/", false, NULL, NULL, NULL},
    {"no type", "/plain", false, NULL, NULL, NULL},
    {"blanks around the slash", "text / plain", false, NULL, NULL, NULL},
    {"two slashes", "text/plain/x", false, NULL, NULL, NULL},
    {"two types", "text/plain, application/json", false, NULL, NULL, NULL},
    {"a charset twice", "text/plain; charset=a; charset=a", false, NULL, NULL, NULL},
    {"an empty charset", "text/plain; charset=", false, NULL, NULL, NULL},
    {"an empty charset in quotes", "text/plain; charset=\"\"", false, NULL, NULL, NULL},
    {"an escape in the charset", "text/plain; charset=\"utf\\-8\"", false, NULL, NULL, NULL},
    {"a boundary twice", "multipart/mixed; boundary=a; boundary=a", false, NULL, NULL, NULL},
    {"an empty boundary", "multipart/mixed; boundary=\"\"", false, NULL, NULL, NULL},
    {"an escape in the boundary", "multipart/mixed; boundary=\"a\\b\"", false, NULL, NULL, NULL},
    {"a quote that is never closed", "text/plain; charset=\"utf-8", false, NULL, NULL, NULL},
    {"a quote closed only by an escape", "text/plain; x=\"a\\\"", false, NULL, NULL, NULL},
    {"blanks around the equals sign", "text/plain; charset = utf-8", false, NULL, NULL, NULL},
    {"a parameter without a value", "text/plain; charset", false, NULL, NULL, NULL},
    {"a word behind the quotes", "text/plain; charset=\"a\"b", false, NULL, NULL, NULL},
    {"a control in quotes", "text/plain; x=\"a\x01\"", false, NULL, NULL, NULL},
};

static void reads(void **state)
{
    const struct row *row = *state;
    struct sg_media_type media;
    assert_int_equal(sg_media_type_parse(sg_bytes_of(row->value), &media), row->ok);
    if (!row->ok)
        return;
    assert_true(sg_bytes_equal(media.type, sg_bytes_of(row->type)));
    assert_true(sg_bytes_equal(media.subtype, sg_bytes_of(row->subtype)));
    assert_true(sg_bytes_equal(media.charset, sg_bytes_of(row->charset)));
}

struct boundary {
    const char *name, *value, *boundary;
};

static const struct boundary boundaries[] = {
    {"no boundary", "multipart/mixed", ""},
    {"a boundary", "multipart/mixed; Boundary=a'b; q=1", "a'b"},
    {"a boundary in quotes", "multipart/form-data; boundary=\"a; charset=b\"", "a; charset=b"},
};

static void reads_the_boundary(void **state)
{
    const struct boundary *row = *state;
    struct sg_media_type media;
    assert_true(sg_media_type_parse(sg_bytes_of(row->value), &media));
    assert_true(sg_bytes_equal(media.boundary, sg_bytes_of(row->boundary)));
}

static void an_absent_value_is_none(void **state)
{
    (void)state;
    struct sg_media_type media;
    assert_false(sg_media_type_parse(sg_bytes_of(NULL), &media));
}

int main(void)
{
    SG_SUITE_ROWS(reads, rows);
    SG_SUITE_ROWS(reads_the_boundary, boundaries);
    sg_suite_add("an absent value is none", an_absent_value_is_none, NULL);
    return sg_suite_run("media_type");
}
