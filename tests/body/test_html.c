/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_html.c - HTML bodies: one text, in which replacements are no markup.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "body/format.h"
#include "body/html.h"

#include "../lib/suite.h"
#include "../lib/toy_body.h"

/* want NULL: as it came. */
struct row {
    const char *name, *in, *want;
};

static const struct row rows[] = {
    {"an empty body passes", "", NULL},
    {"nothing to find leaves every byte", "<!DOCTYPE html>\r\n<p class=\"a\">&amp;&lt; x", NULL},
    {"text", "<p>an apple</p>", "<p>an [FRUIT]</p>"},
    {"an attribute", "<a href=\"mailto:jo@example.com\">x</a>", "<a href=\"mailto:[MAIL]\">x</a>"},
    {"a replacement ends no attribute", "<a title=\"ünited\">", "<a title=\"«ü&quot;»\">"},
};

static void is_scrubbed(void **state)
{
    const struct row *row = *state;
    struct sg_toy_body body = {.make = sg_html_new};
    struct sg_splits splits = sg_toy_body_splits(&body);
    sg_splits_check(&splits, sg_bytes_of(row->in), SCRUBGATE_DONE,
                    sg_bytes_of(row->want == NULL ? row->in : row->want));
}

static void what_is_no_text_is_refused(void **state)
{
    (void)state;
    struct sg_toy_body body = {.make = sg_html_new};
    struct sg_splits splits = sg_toy_body_splits(&body);
    sg_splits_check(&splits, SG_BYTES("<p>\xFF"), SCRUBGATE_EMALFORMED, (struct sg_bytes){NULL, 0});
    assert_string_equal(body.why, "invalid UTF-8");
}

static void markup_is_written_as_text(void **state)
{
    (void)state;
    struct sg_buf out = {0};
    assert_int_equal(sg_html_encode(&out, SG_BYTES("<a b=\"c\" d='e'>&ü</a>")), 0);
    assert_true(sg_bytes_equal(
        sg_buf_bytes(&out), SG_BYTES("&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;ü&lt;/a&gt;")));
    sg_buf_fini(&out);
}

int main(void)
{
    SG_SUITE_ROWS(is_scrubbed, rows);
    sg_suite_add("what is no text is refused", what_is_no_text_is_refused, NULL);
    sg_suite_add("markup is written as text", markup_is_written_as_text, NULL);
    int rc = sg_suite_run("html");
    sg_toy_body_fini();
    return rc;
}
