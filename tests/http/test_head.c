/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_head.c - heads of our own: nothing foreign ends a line in them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "http/head.h"

#include "../lib/alloc_fail.h"
#include "../lib/suite.h"

#define OK SCRUBGATE_OK

static void a_head_is_its_lines(void **state)
{
    (void)state;
    struct sg_buf out = {0};
    assert_int_equal(sg_head_add_request_line(&out, SG_BYTES("POST"), SG_BYTES("/a?b")), OK);
    assert_int_equal(sg_head_add_field(&out, SG_BYTES("Host"), SG_BYTES("a")), OK);
    assert_int_equal(sg_head_add_field(&out, SG_BYTES("B"), SG_BYTES("")), OK);
    assert_int_equal(sg_head_add_end(&out), OK);
    assert_true(sg_bytes_equal(sg_buf_bytes(&out),
                               SG_BYTES("POST /a?b HTTP/1.1\r\nHost: a\r\nB: \r\n\r\n")));
    sg_buf_clear(&out);
    assert_int_equal(sg_head_add_status_line(&out, 404), OK);
    assert_int_equal(sg_head_add_status_line(&out, 599), OK);
    assert_true(sg_bytes_equal(sg_buf_bytes(&out),
                               SG_BYTES("HTTP/1.1 404 Not Found\r\nHTTP/1.1 599 \r\n")));
    sg_buf_fini(&out);
}

struct build_row {
    const char *name, *method, *target, *field, *value;
};

/* One of the four is wrong. */
static const struct build_row wrong[] = {
    {"an empty method", "", "/", "A", "b"},
    {"a method with a space", "GET /", "/", "A", "b"},
    {"a method with a line end", "GET\r\n", "/", "A", "b"},
    {"an empty target", "GET", "", "A", "b"},
    {"a target with a space", "GET", "/ HTTP/1.1", "A", "b"},
    {"a target with a line end", "GET", "/\r\nX: y", "A", "b"},
    {"a target with a LF", "GET", "/\n", "A", "b"},
    {"a target with a tab", "GET", "/\t", "A", "b"},
    {"a target beyond ASCII", "GET", "/\xC3\xA4", "A", "b"},
    {"an empty name", "GET", "/", "", "b"},
    {"a name with a colon", "GET", "/", "A:", "b"},
    {"a name with a space", "GET", "/", "A ", "b"},
    {"a name with a line end", "GET", "/", "A\r\nB", "b"},
    {"a value with a line end", "GET", "/", "A", "b\r\nSet-Cookie: c"},
    {"a value with a LF", "GET", "/", "A", "b\nc"},
    {"a value with a CR", "GET", "/", "A", "b\rc"},
    {"a value with a control", "GET", "/", "A", "b\x01"},
    {"a value with DEL", "GET", "/", "A", "b\x7F"},
};

static void nothing_foreign_ends_a_line(void **state)
{
    const struct build_row *row = *state;
    struct sg_buf out = {0};
    enum scrubgate_status line =
        sg_head_add_request_line(&out, sg_bytes_of(row->method), sg_bytes_of(row->target));
    assert_int_equal(out.len > 0, line == OK);
    size_t len = out.len;
    enum scrubgate_status field =
        sg_head_add_field(&out, sg_bytes_of(row->field), sg_bytes_of(row->value));
    assert_int_equal(out.len > len, field == OK);
    assert_true(line == SCRUBGATE_EINVAL || field == SCRUBGATE_EINVAL);
    assert_true(line == OK || field == OK);
    sg_buf_fini(&out);
}

static void a_status_has_three_digits(void **state)
{
    (void)state;
    struct sg_buf out = {0};
    assert_int_equal(sg_head_add_status_line(&out, 99), SCRUBGATE_EINVAL);
    assert_int_equal(sg_head_add_status_line(&out, 600), SCRUBGATE_EINVAL);
    assert_int_equal(out.len, 0);
    assert_string_equal(sg_status_phrase(200), "OK");
    assert_string_equal(sg_status_phrase(415), "Unsupported Media Type");
    assert_string_equal(sg_status_phrase(299), "");
}

static void a_ceiling_leaves_whole_lines(void **state)
{
    (void)state;
    for (size_t ceiling = 1; ceiling < 30; ceiling++) {
        struct sg_buf out;
        sg_buf_init(&out, ceiling);
        enum scrubgate_status rc = sg_head_add_request_line(&out, SG_BYTES("GET"), SG_BYTES("/"));
        assert_int_equal(rc, ceiling < 16 ? SCRUBGATE_ELIMIT : OK);
        assert_int_equal(out.len, ceiling < 16 ? 0 : 16);
        rc = sg_head_add_field(&out, SG_BYTES("A"), SG_BYTES("b"));
        assert_true(rc == OK || rc == SCRUBGATE_ELIMIT);
        assert_true(out.len == 0 || out.len == 6 || out.len == 16 || out.len == 22);
        sg_buf_fini(&out);
    }
}

static enum scrubgate_status build_once(void *ctx)
{
    (void)ctx;
    struct sg_buf out = {0};
    enum scrubgate_status rc = sg_head_add_status_line(&out, 200);
    size_t lines = rc >= 0 ? 1 : 0;
    for (size_t i = 0; i < 20 && rc >= 0; i++) {
        rc = sg_head_add_field(&out, SG_BYTES("Name"), SG_BYTES("value"));
        lines += rc >= 0 ? 1 : 0;
    }
    assert_int_equal(out.len, lines == 0 ? 0 : 17 + (lines - 1) * 13);
    sg_buf_fini(&out);
    return rc;
}

static void memory_that_runs_out_leaves_whole_lines(void **state)
{
    (void)state;
    assert_true(sg_alloc_fail_each(build_once, NULL) >= 3);
}

int main(void)
{
    sg_suite_add("a head is its lines", a_head_is_its_lines, NULL);
    SG_SUITE_ROWS(nothing_foreign_ends_a_line, wrong);
    sg_suite_add("a status has three digits", a_status_has_three_digits, NULL);
    sg_suite_add("a ceiling leaves whole lines", a_ceiling_leaves_whole_lines, NULL);
    sg_suite_add("memory that runs out leaves whole lines", memory_that_runs_out_leaves_whole_lines,
                 NULL);
    return sg_suite_run("head");
}
