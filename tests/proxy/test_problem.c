/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_problem.c - errors as application/problem+json.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/json.h"
#include "proxy/problem.h"

#include "../lib/suite.h"

static const struct row {
    const char *name;
    enum sg_reason reason;
    unsigned status;
} rows[] = {
    {"malformed is 400", SG_REASON_MALFORMED, 400},
    {"what cannot be inspected is 415", SG_REASON_UNSUPPORTED, 415},
    {"too large is 413", SG_REASON_LIMIT, 413},
    {"a matcher's failure is 422: to send it again would not help", SG_REASON_MATCHER, 422},
    {"blocked is 422", SG_REASON_BLOCKED, 422},
    {"an audit log that cannot be written is 503", SG_REASON_AUDIT, 503},
    {"out of memory is 503", SG_REASON_MEMORY, 503},
    {"no route is 404", SG_REASON_NO_ROUTE, 404},
    {"nowhere to divert to is 503", SG_REASON_NO_DIVERT, 503},
    {"an upstream that cannot be reached is 502", SG_REASON_UPSTREAM_CONNECT, 502},
    {"an upstream without trust is 502", SG_REASON_UPSTREAM_TLS, 502},
    {"an upstream that takes too long is 504", SG_REASON_UPSTREAM_TIMEOUT, 504},
    {"an upstream that hangs up is 502", SG_REASON_UPSTREAM_RESET, 502},
    {"an upstream that talks nonsense is 502", SG_REASON_UPSTREAM_MALFORMED, 502},
    {"a client that is gone would be 408", SG_REASON_CLIENT_GONE, 408},
    {"overload is 503", SG_REASON_OVERLOAD, 503},
};

static struct sg_bytes text_of(const struct sg_json *json, const char *key)
{
    const struct sg_json_node *node = sg_json_get(sg_json_root(json), key);
    assert_non_null(node);
    return node->text;
}

static void test_row(void **state)
{
    const struct row *row = *state;
    struct scrubgate_fault fault;
    struct sg_buf out = {0};
    struct sg_json *json;
    char type[128];
    assert_int_equal(sg_problem_status(row->reason), row->status);
    assert_int_equal(sg_problem_print(&out, row->reason, "why \"so\"\n", "00ff"), SCRUBGATE_OK);
    assert_int_equal(sg_json_parse(&json, sg_buf_bytes(&out), 4, &fault), SCRUBGATE_OK);
    (void)snprintf(type, sizeof type, "urn:scrubgate:problem:%s", sg_reason_word(row->reason));
    assert_true(sg_bytes_equal(text_of(json, "type"), sg_bytes_of(type)));
    assert_true(sg_bytes_equal(text_of(json, "detail"), SG_BYTES("why \"so\"\n")));
    assert_true(sg_bytes_equal(text_of(json, "instance"), SG_BYTES("00ff")));
    assert_true(text_of(json, "title").len > 0);
    uint64_t status;
    assert_true(sg_bytes_to_u64(text_of(json, "status"), &status));
    assert_int_equal(status, row->status);
    sg_json_free(json);
    sg_buf_fini(&out);
}

static void test_what_is_empty_is_left_out(void **state)
{
    struct sg_buf out = {0};
    (void)state;
    assert_int_equal(sg_problem_print(&out, SG_REASON_BLOCKED, "", ""), SCRUBGATE_OK);
    assert_int_equal(sg_buf_add_byte(&out, '\0'), SCRUBGATE_OK);
    assert_string_equal((char *)out.data, "{\"type\":\"urn:scrubgate:problem:blocked\",\"title\":"
                                          "\"The message is blocked by a rule\",\"status\":422}\n");
    sg_buf_fini(&out);
}

int main(void)
{
    SG_SUITE_ROWS(test_row, rows);
    sg_suite_add("what is empty is left out", test_what_is_empty_is_left_out, NULL);
    return sg_suite_run("proxy/problem");
}
