/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_form.c - form bodies, each cut in every way.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "body/format.h"

#include "../lib/suite.h"
#include "../lib/toy_body.h"

/* want NULL: as it came. */
struct row {
    const char *name, *in, *want;
};

static const struct row rows[] = {
    {"an empty body passes", "", NULL},
    {"empty parts pass", "&&a=&=b&=&", NULL},
    {"spelling of what is clean survives", "a=%41%4a%4A+x%20y&%62=1;2&c=a=b==&d", NULL},
    {"raw text beyond ASCII leaves as it came", "ü=grün%20😀", NULL},
    {"a code point half raw and half escaped leaves as it came", "a=\xC3%BC", NULL},
    {"names are not scanned", "apple=1&jo%40example.com=2", NULL},
    {"a word", "t=an+apple+a+day", "t=an+%5BFRUIT%5D+a+day"},
    {"a part without = is a value", "apple&x=apple", "%5BFRUIT%5D&x=%5BFRUIT%5D"},
    {"the last part without = is a value", "x&apple", "x&%5BFRUIT%5D"},
    {"an escape inside a match is replaced with it", "m=to+jo%40example.com", "m=to+%5BMAIL%5D"},
    {"plus is a space in a card", "m=4111+1111+1111+1111&n=1",
     "m=%5BCARD+%E2%80%A2%E2%80%A21111%5D&n=1"},
    {"%20 is a space in a card", "m=4111%201111%201111%201111",
     "m=%5BCARD+%E2%80%A2%E2%80%A21111%5D"},
    {"a match all in escapes", "m=%61%70%70%6c%65", "m=%5BFRUIT%5D"},
    {"a match beyond ASCII in escapes", "m=%C3%BCnited%C3%BC", "m=%C2%AB%C3%BC%22%C2%BB%C3%BC"},
    {"a match beyond ASCII, raw", "m=ünited", "m=%C2%AB%C3%BC%22%C2%BB"},
    {"= in a value is text", "m=x=apple=y", "m=x=%5BFRUIT%5D=y"},
    {"JSON sent as a form", "{\"a\":\"apple\"}", "{\"a\":\"%5BFRUIT%5D\"}"},
    {"a match does not go over &", "m=app&le", NULL},
};

struct refused {
    const char *name, *in;
    enum scrubgate_status rc;
    const char *why;
};

static const struct refused refused[] = {
    {"a % escape without digits", "a=%zz", SCRUBGATE_EMALFORMED, "a broken % escape"},
    {"a % escape with one digit", "a=%4&b=1", SCRUBGATE_EMALFORMED, "a broken % escape"},
    {"a % escape cut off", "a=%4", SCRUBGATE_EMALFORMED, "cut off inside a character"},
    {"a broken % escape in a name", "%g1=a", SCRUBGATE_EMALFORMED, "a broken % escape"},
    {"invalid UTF-8 in escapes", "a=%ff", SCRUBGATE_EMALFORMED, "invalid UTF-8"},
    {"invalid UTF-8 beside a card", "a=4111+1111+1111+1111%C3%28", SCRUBGATE_EMALFORMED,
     "invalid UTF-8"},
    {"invalid UTF-8, raw", "a=\xFE", SCRUBGATE_EMALFORMED, "invalid UTF-8"},
    {"a code point cut by &", "a=%C3&b=%BC", SCRUBGATE_EMALFORMED, "invalid UTF-8"},
    {"a code point cut by the end", "a=%C3", SCRUBGATE_EMALFORMED, "cut off inside a character"},
    {"a code point cut by the end of a name", "%C3=%BC", SCRUBGATE_EMALFORMED, "invalid UTF-8"},
    {"a rule that blocks", "a=apple&b=bomb", SCRUBGATE_EBLOCKED, ""},
    {"a rule that blocks wins over a later fault", "b=bomb+%ff", SCRUBGATE_EBLOCKED, ""},
    {"an earlier fault wins over a rule that blocks", "a=%&b=bomb", SCRUBGATE_EMALFORMED,
     "a broken % escape"},
};

static void is_scrubbed(void **state)
{
    const struct row *row = *state;
    struct sg_toy_body body = {.make = sg_form_new};
    struct sg_splits splits = sg_toy_body_splits(&body);
    sg_splits_check(&splits, sg_bytes_of(row->in), SCRUBGATE_DONE,
                    sg_bytes_of(row->want == NULL ? row->in : row->want));
}

static void is_refused(void **state)
{
    const struct refused *row = *state;
    struct sg_toy_body body = {.make = sg_form_new};
    struct sg_splits splits = sg_toy_body_splits(&body);
    sg_splits_check(&splits, sg_bytes_of(row->in), row->rc, (struct sg_bytes){NULL, 0});
    assert_string_equal(body.why, row->why);
}

/* A name of n letters before "=apple". */
static void check_name(size_t n, const char *tail, const char *want_tail)
{
    static const struct sg_cut cuts[] = {{0, 0, 0, 0}, {1, 0, 0, 0}, {1000, 0, 0, 0}, {0, 1, 0, 0}};
    struct sg_buf in = {0}, want = {0};
    for (size_t i = 0; i < n; i++)
        assert_int_equal(sg_buf_add_byte(&in, 'n'), 0);
    assert_int_equal(sg_buf_add_bytes(&want, sg_buf_bytes(&in)), 0);
    assert_int_equal(sg_buf_add_text(&in, tail), 0);
    assert_int_equal(sg_buf_add_text(&want, want_tail), 0);
    struct sg_toy_body body = {.make = sg_form_new};
    struct sg_splits splits = sg_toy_body_splits(&body);
    for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
        struct sg_buf out = {0};
        assert_int_equal(sg_splits_run(&splits, sg_buf_bytes(&in), cuts[i], &out), SCRUBGATE_DONE);
        assert_true(sg_bytes_equal(sg_buf_bytes(&out), sg_buf_bytes(&want)));
        sg_buf_fini(&out);
    }
    sg_buf_fini(&in);
    sg_buf_fini(&want);
}

static void a_long_name_is_a_name_up_to_its_limit(void **state)
{
    (void)state;
    check_name(SG_FORM_NAME_LONGEST - 5, "apple=apple&apple", "apple=%5BFRUIT%5D&%5BFRUIT%5D");
}

static void a_name_over_its_limit_is_scanned_as_a_value(void **state)
{
    (void)state;
    check_name(SG_FORM_NAME_LONGEST - 4, "apple=apple&apple=1", "%5BFRUIT%5D=%5BFRUIT%5D&apple=1");
    check_name(3 * SG_FORM_NAME_LONGEST, "apple=+apple&x", "%5BFRUIT%5D=+%5BFRUIT%5D&x");
}

struct told {
    char text[512];
};

static void write_down(void *ctx, const struct scrubgate_event *event)
{
    struct told *told = ctx;
    size_t len = strlen(told->text);
    (void)snprintf(told->text + len, sizeof told->text - len, "%s %s %d-%d; ", event->rule,
                   event->path, (int)event->start, (int)event->end);
}

static void events_name_the_field_and_raw_offsets(void **state)
{
    (void)state;
    static const struct sg_cut cuts[] = {{0, 0, 0, 0}, {1, 0, 0, 0}, {5, 2, 0, 0}};
    const char *in = "%66rom=x&t=%c3%bc+appl%65+&apple&u=4111+1111+1111+1111";
    struct told told = {""};
    struct sg_toy_body body = {.make = sg_form_new, .on_event = write_down, .ctx = &told};
    struct sg_splits splits = sg_toy_body_splits(&body);
    for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
        struct sg_buf out = {0};
        told.text[0] = '\0';
        assert_int_equal(sg_splits_run(&splits, sg_bytes_of(in), cuts[i], &out), SCRUBGATE_DONE);
        assert_string_equal(told.text, "toy.fruit t 18-25; toy.fruit  27-32; toy.card u 35-54; ");
        sg_buf_fini(&out);
    }
}

int main(void)
{
    SG_SUITE_ROWS(is_scrubbed, rows);
    SG_SUITE_ROWS(is_refused, refused);
    sg_suite_add("a long name is a name up to its limit", a_long_name_is_a_name_up_to_its_limit,
                 NULL);
    sg_suite_add("a name over its limit is scanned as a value",
                 a_name_over_its_limit_is_scanned_as_a_value, NULL);
    sg_suite_add("events name the field and raw offsets", events_name_the_field_and_raw_offsets,
                 NULL);
    int rc = sg_suite_run("form");
    sg_toy_body_fini();
    return rc;
}
