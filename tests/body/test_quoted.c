/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_quoted.c - text in quoted-printable, cut in every way.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "body/quoted.h"

#include "../lib/suite.h"
#include "../lib/toy_body.h"

/* want NULL: as it came. */
struct row {
    const char *name, *in, *want;
};

static const struct row rows[] = {
    {"nothing", "", NULL},
    {"spelling of what is clean survives", "=41=4a=4A =\r\nx\t=20\r\n=3D \xC3\xBC =c3=BC", NULL},
    {"a word", "an apple", "an [FRUIT]"},
    {"a word in escapes", "=61pp=6Ce", "[FRUIT]"},
    {"a word over lines that are one", "ap=\r\nple ap=\r\n=70le", "[FRUIT] [FRUIT]"},
    {"a line's end ends a word", "ap\r\nple", NULL},
    {"a replacement is written in it", "=C3=BCnited", "=C2=AB=C3=BC\"=C2=BB"},
    {"blanks of a replacement are written in it", "4111 1111 1111=201111",
     "[CARD=20=E2=80=A2=E2=80=A21111]"},
    {"a line break inside a character", "=C3=\r\n=BCnited =E2=\r\n=82=\r\n=AC",
     "=C2=AB=C3=BC\"=C2=BB =E2=\r\n=82=\r\n=AC"},
    {"a line break before a line's end", "x =\r\n\r\nan apple", "x =\r\n\r\nan [FRUIT]"},
    {"a line break before a word stays out of it", "x=\r\n apple", "x=\r\n [FRUIT]"},
};

struct refused {
    const char *name, *in;
    enum scrubgate_status rc;
    const char *why;
};

static const struct refused refused[] = {
    {"no hex", "a=zz", SCRUBGATE_EMALFORMED, "a broken = escape"},
    {"one digit", "a=4 ", SCRUBGATE_EMALFORMED, "a broken = escape"},
    {"cut off", "a=", SCRUBGATE_EMALFORMED, "cut off inside a character"},
    {"a line break at the end", "a=\r\n", SCRUBGATE_EMALFORMED, "cut off inside a character"},
    {"a blank behind =", "a= \r\nb", SCRUBGATE_EMALFORMED, "a broken = escape"},
    {"a blank at a line's end", "apple \r\nb", SCRUBGATE_EMALFORMED, "a blank at a line's end"},
    {"a tab at the end", "apple\t", SCRUBGATE_EMALFORMED, "a blank at a line's end"},
    {"a bare CR", "a\rb", SCRUBGATE_EMALFORMED, "a bare CR"},
    {"a bare CR at the end", "a\r", SCRUBGATE_EMALFORMED, "cut off inside a character"},
    {"a bare LF", "a\nb", SCRUBGATE_EMALFORMED, "a bare LF"},
    {"a bare LF behind a line break", "a=\r\n\nb", SCRUBGATE_EMALFORMED, "a bare LF"},
    {"a control", "a\x01", SCRUBGATE_EMALFORMED, "a control"},
    {"a NUL", "a=00", SCRUBGATE_EMALFORMED, "a NUL byte"},
    {"invalid UTF-8", "=FF", SCRUBGATE_EMALFORMED, "invalid UTF-8"},
    {"a character without its end", "=C3", SCRUBGATE_EMALFORMED, "cut off inside a character"},
    {"too many line breaks", "=\r\n=\r\n=\r\n=\r\n=\r\n=\r\n=\r\n=\r\nx", SCRUBGATE_EMALFORMED,
     "too many line breaks inside a character"},
    {"a rule that blocks", "bo=6Db", SCRUBGATE_EBLOCKED, ""},
    {"a rule that blocks wins over a later fault", "bomb =zz", SCRUBGATE_EBLOCKED, ""},
    {"a fault before a rule that blocks wins", "=zz bomb", SCRUBGATE_EMALFORMED,
     "a broken = escape"},
};

static enum scrubgate_status make(struct sg_stage **stage, struct sg_scrub *scrub)
{
    return sg_quoted_new(stage, scrub, false);
}

static void is_scrubbed(void **state)
{
    const struct row *row = *state;
    struct sg_toy_body body = {.make = make};
    struct sg_splits splits = sg_toy_body_splits(&body);
    sg_splits_check(&splits, sg_bytes_of(row->in), SCRUBGATE_DONE,
                    sg_bytes_of(row->want == NULL ? row->in : row->want));
}

static void is_refused(void **state)
{
    const struct refused *row = *state;
    struct sg_toy_body body = {.make = make};
    struct sg_splits splits = sg_toy_body_splits(&body);
    sg_splits_check(&splits, sg_bytes_of(row->in), row->rc, (struct sg_bytes){NULL, 0});
    assert_string_equal(body.why, row->why);
}

int main(void)
{
    SG_SUITE_ROWS(is_scrubbed, rows);
    SG_SUITE_ROWS(is_refused, refused);
    int rc = sg_suite_run("quoted");
    sg_toy_body_fini();
    return rc;
}
