/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_event.c - the line that analysis reads.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "collusion/event.h"

#include "../lib/alloc_fail.h"
#include "../lib/suite.h"

#define X128                                                                                       \
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"                             \
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

struct row {
    const char *name;
    struct sg_collusion_event event;
    const char *want;
};

#define TEXT(literal)                                                                              \
    {                                                                                              \
        (const uint8_t *)(literal), sizeof(literal) - 1                                            \
    }

static const struct row rows[] = {
    {"all of it",
     {.time_ms = 1700000000123,
      .event = TEXT("message"),
      .brand = TEXT("acme"),
      .queue = TEXT("sales"),
      .ticket = 1,
      .customer = 2,
      .agent = 3,
      .network = 4,
      .tls = 8,
      .device = 5,
      .content = 0xfedcba9876543210,
      .identities = {6, 7},
      .n_identities = 2},
     "{\"t\":1700000000123,\"event\":\"message\",\"ticket\":\"0000000000000001\","
     "\"customer\":\"0000000000000002\",\"agent\":\"0000000000000003\",\"brand\":\"acme\","
     "\"queue\":\"sales\",\"network\":\"0000000000000004\",\"tls\":\"0000000000000008\",\"device\":"
     "\"0000000000000005\","
     "\"identity\":[\"0000000000000006\",\"0000000000000007\"],"
     "\"content\":\"fedcba9876543210\"}\n"},
    {"what is not known is left out", {.time_ms = 7}, "{\"t\":7}\n"},
    {"foreign text cannot break the line",
     {.time_ms = 7, .brand = TEXT("a\"b\n{\xc3\xbc")},
     "{\"t\":7,\"brand\":\"a\\\"b\\n{\\u00fc\"}\n"},
    {"foreign text is cut",
     {.time_ms = 7, .queue = TEXT(X128 "y")},
     "{\"t\":7,\"queue\":\"" X128 "\"}\n"},
    {"four identities fit",
     {.time_ms = 7, .identities = {1, 2, 3, 4}, .n_identities = 4},
     "{\"t\":7,\"identity\":[\"0000000000000001\",\"0000000000000002\",\"0000000000000003\","
     "\"0000000000000004\"]}\n"},
};

static void test_row(void **state)
{
    const struct row *row = *state;
    struct sg_buf out = {0};
    assert_int_equal(sg_collusion_event_print(&row->event, &out), SCRUBGATE_OK);
    assert_int_equal(out.len, strlen(row->want));
    assert_memory_equal(out.data, row->want, out.len);
    sg_buf_fini(&out);
}

static void test_a_line_that_does_not_fit_leaves_nothing(void **state)
{
    (void)state;
    for (size_t room = 1; room < strlen(rows[0].want); room++) {
        struct sg_buf out;
        sg_buf_init(&out, 3 + room);
        assert_int_equal(sg_buf_add_text(&out, "old"), SCRUBGATE_OK);
        assert_int_equal(sg_collusion_event_print(&rows[0].event, &out), SCRUBGATE_ELIMIT);
        assert_int_equal(out.len, 3);
        sg_buf_fini(&out);
    }
}

static enum scrubgate_status print_one(void *ctx)
{
    struct sg_buf out = {0};
    (void)ctx;
    enum scrubgate_status rc = sg_collusion_event_print(&rows[0].event, &out);
    sg_buf_fini(&out);
    return rc;
}

static void test_out_of_memory_is_an_answer(void **state)
{
    (void)state;
    assert_true(sg_alloc_fail_each(print_one, NULL) > 0);
}

int main(void)
{
    SG_SUITE_ROWS(test_row, rows);
    sg_suite_add("a line that does not fit leaves nothing",
                 test_a_line_that_does_not_fit_leaves_nothing, NULL);
    sg_suite_add("out of memory is an answer", test_out_of_memory_is_an_answer, NULL);
    return sg_suite_run("event");
}
