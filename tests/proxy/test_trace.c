/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_trace.c - ids of exchanges, and traceparent taken or made.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "proxy/trace.h"

#include "../lib/suite.h"

#define ID     "4bf92f3577b34da6a3ce929d0e0e4736"
#define PARENT "00f067aa0ba902b7"
#define GOOD   "00-" ID "-" PARENT "-01"

static const struct row {
    const char *name, *value;
    const char *parent; /* what is sent on; NULL: refused, so one is made */
} rows[] = {
    {"a valid one is passed on", GOOD, GOOD},
    {"a later version is read as ours", "cc-" ID "-" PARENT "-01", GOOD},
    {"what a later version adds is dropped", "cc-" ID "-" PARENT "-01-what", GOOD},
    {"a later version goes on after a dash only", "cc-" ID "-" PARENT "-01.what", NULL},
    {"version 00 has nothing behind it", GOOD "-what", NULL},
    {"version ff does not exist", "ff-" ID "-" PARENT "-01", NULL},
    {"capitals are no hex here", "00-4BF92F3577B34DA6A3CE929D0E0E4736-" PARENT "-01", NULL},
    {"a trace id of zeros is none", "00-00000000000000000000000000000000-" PARENT "-01", NULL},
    {"a parent id of zeros is none", "00-" ID "-0000000000000000-01", NULL},
    {"flags are hex", "00-" ID "-" PARENT "-0x", NULL},
    {"a dash is missing", "00_" ID "-" PARENT "-01", NULL},
    {"a trace id with a card in it is not taken",
     "00-41111111111111114111111111111111-" PARENT "-01", NULL},
    {"nor with one in its middle", "00-ab4f5555555555554444fe3da6a3ce92-" PARENT "-01", NULL},
    {"nor with one behind zeros", "00-00000000000000004111111111111111-" PARENT "-01", NULL},
    {"nor with a phone at its end", "00-4bf92f3577b34da6a3ced07700900123-" PARENT "-01", NULL},
    {"nor a parent id with a card", "00-" ID "-4111111111111111-01", NULL},
    {"nor one with a phone behind it", "00-" ID "-abcde07700900123-01", NULL},
    {"ten digits in a row are no number", "00-" ID "-a0770090012b1234-01",
     "00-" ID "-a0770090012b1234-01"},
    {"digits of two ids are no number", "00-" ID "-1234567890abcdef-01",
     "00-" ID "-1234567890abcdef-01"},
    {"one digit short", "00-" ID "-" PARENT "-0", NULL},
    {"empty", "", NULL},
};

static struct sg_headers headers_with(const char *value)
{
    struct sg_headers headers = {.n = 0};
    assert_int_equal(sg_headers_add(&headers, SG_BYTES("TraceParent"), sg_bytes_of(value)),
                     SCRUBGATE_OK);
    return headers;
}

static void test_row(void **state)
{
    const struct row *row = *state;
    struct sg_headers headers = headers_with(row->value);
    struct sg_trace trace;
    uint64_t serial = 1;
    sg_trace_begin(&trace, &headers, &serial);
    assert_int_equal(trace.continued, row->parent != NULL);
    if (row->parent != NULL) {
        assert_string_equal(trace.parent, row->parent);
        assert_string_equal(trace.trace_id, ID);
    } else {
        assert_true(sg_traceparent_valid(sg_bytes_of(trace.parent)));
        assert_null(strstr(trace.parent, ID));
        assert_memory_equal(trace.parent + 3, trace.trace_id, 32);
        assert_memory_equal(trace.parent + 36, trace.id, 16);
    }
}

static void test_a_padded_trace_id_is_kept(void **state)
{
    static const char padded[] = "00-0000000000000000a3ce929d0e0e4736-" PARENT "-01";
    struct sg_headers headers = headers_with(padded);
    struct sg_trace trace;
    uint64_t serial = 1;
    (void)state;
    sg_trace_begin(&trace, &headers, &serial);
    assert_true(trace.continued);
    assert_string_equal(trace.parent, padded);
}

static void test_two_of_them_are_none(void **state)
{
    struct sg_headers headers = headers_with(GOOD);
    struct sg_trace trace;
    uint64_t serial = 1;
    (void)state;
    assert_int_equal(sg_headers_add(&headers, SG_BYTES("traceparent"), SG_BYTES(GOOD)),
                     SCRUBGATE_OK);
    sg_trace_begin(&trace, &headers, &serial);
    assert_false(trace.continued);
}

static void test_no_two_exchanges_share_an_id(void **state)
{
    enum { MANY = 500 };
    static char ids[2 * MANY][SG_TRACE_ID];
    struct sg_headers none = {.n = 0};
    struct sg_trace trace;
    uint64_t serial = 0;
    (void)state;
    for (size_t i = 0; i < MANY; i++) {
        sg_trace_begin(&trace, &none, &serial);
        assert_int_equal(strlen(trace.id), 16);
        assert_int_equal(strlen(trace.trace_id), 32);
        memcpy(ids[2 * i], trace.id, sizeof trace.id);
        memcpy(ids[2 * i + 1], trace.trace_id, sizeof trace.trace_id);
        for (size_t k = 0; k < 2 * i; k++) {
            assert_string_not_equal(ids[k], trace.id);
            assert_string_not_equal(ids[k], trace.trace_id);
        }
    }
}

int main(void)
{
    SG_SUITE_ROWS(test_row, rows);
    sg_suite_add("a trace id of 64 bits, made longer with zeros, is kept",
                 test_a_padded_trace_id_is_kept, NULL);
    sg_suite_add("two of them are none", test_two_of_them_are_none, NULL);
    sg_suite_add("no two exchanges share an id", test_no_two_exchanges_share_an_id, NULL);
    return sg_suite_run("proxy/trace");
}
