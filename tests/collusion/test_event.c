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
#include "collusion/event_read.h"

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
    {"what the agent sent, under an epoch's key",
     {.time_ms = 7, .event = TEXT("message"), .by_agent = true, .epoch = 229, .network = 4},
     "{\"t\":7,\"event\":\"message\",\"from\":\"agent\",\"epoch\":229,"
     "\"network\":\"0000000000000004\"}\n"},
    {"the same under the key before",
     {.time_ms = 7,
      .epoch = 4294967295,
      .ticket = 1,
      .identities = {6, 7},
      .n_identities = 2,
      .handle_ms = 9,
      .was = {11, 12, 14, 18, 15, {16, 17}, 2}},
     "{\"t\":7,\"epoch\":4294967295,\"ticket\":\"0000000000000001\","
     "\"identity\":[\"0000000000000006\",\"0000000000000007\"],\"handle_ms\":9,"
     "\"was\":{\"ticket\":\"000000000000000b\",\"customer\":\"000000000000000c\","
     "\"network\":\"000000000000000e\",\"tls\":\"0000000000000012\","
     "\"device\":\"000000000000000f\","
     "\"identity\":[\"0000000000000010\",\"0000000000000011\"]}}\n"},
    {"of what was before only some is known",
     {.time_ms = 7, .ticket = 1, .was = {.device = 2}},
     "{\"t\":7,\"ticket\":\"0000000000000001\",\"was\":{\"device\":\"0000000000000002\"}}\n"},
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

/* What was printed is read back the same. */
static void test_read_back(void **state)
{
    const struct row *row = *state;
    struct sg_collusion_event event;
    struct sg_json *json;
    struct sg_buf out = {0};
    assert_int_equal(sg_collusion_event_read(
                         &event, &json,
                         (struct sg_bytes){(const uint8_t *)row->want, strlen(row->want) - 1},
                         NULL),
                     SCRUBGATE_OK);
    assert_int_equal(sg_collusion_event_print(&event, &out), SCRUBGATE_OK);
    assert_int_equal(out.len, strlen(row->want));
    assert_memory_equal(out.data, row->want, out.len);
    sg_buf_fini(&out);
    sg_json_free(json);
}

static void test_fraction(void **state)
{
    struct sg_collusion_event event;
    struct sg_json *json;
    (void)state;
    assert_int_equal(
        sg_collusion_event_read(&event, &json,
                                SG_BYTES("{\"t\":1795310790123.999,\"handle_ms\":9.0}"), NULL),
        SCRUBGATE_OK);
    assert_int_equal(event.time_ms, 1795310790123);
    assert_int_equal(event.handle_ms, 9);
    sg_json_free(json);
}

static const struct bad {
    const char *name, *line, *says;
} bads[] = {
    {"a line that is no JSON", "{\"t\":1", ""},
    {"an event that is no object", "[1]", "must be a JSON object"},
    {"an event without a time", "{\"event\":\"open\"}", "\"t\" must be there"},
    {"a time with an exponent", "{\"t\":1.5e3}", "\"t\" must be a number of milliseconds"},
    {"a time before 1970", "{\"t\":-1}", "\"t\" must be a number of milliseconds"},
    {"a time as text", "{\"t\":\"1\"}", "\"t\" must be a number of milliseconds"},
    {"a party of 15 digits", "{\"t\":1,\"agent\":\"000000000000001\"}", "\"agent\" must be 16 hex"},
    {"a party that is a number", "{\"t\":1,\"agent\":1}", "\"agent\" must be 16 hex"},
    {"a party with other letters", "{\"t\":1,\"agent\":\"000000000000000g\"}",
     "\"agent\" must be 16 hex"},
    {"a queue that is no string", "{\"t\":1,\"queue\":[]}", "\"queue\" must be a string"},
    {"an identity that is no list", "{\"t\":1,\"identity\":\"0000000000000001\"}",
     "\"identity\" must be a list"},
    {"a list with something else in it", "{\"t\":1,\"identity\":[\"0000000000000001\",2]}",
     "\"identity\" must be a list"},
    {"a sender that is neither", "{\"t\":1,\"from\":\"router\"}", "\"from\" must be agent or"},
    {"an epoch beyond 32 bits", "{\"t\":1,\"epoch\":4294967296}", "\"epoch\" must be a whole"},
    {"an earlier form that is no object", "{\"t\":1,\"was\":[]}", "\"was\" must be an object"},
    {"an earlier form of 15 digits", "{\"t\":1,\"was\":{\"ticket\":\"000000000000001\"}}",
     "\"ticket\" must be 16 hex"},
    {"more earlier identities than the event has",
     "{\"t\":1,\"was\":{\"identity\":[\"0000000000000001\"]}}", "as many as in the event"},
    {"too deep a value", "{\"t\":1,\"more\":[[[[[1]]]]]}", ""},
};

static void test_bad(void **state)
{
    const struct bad *bad = *state;
    struct scrubgate_fault fault = {.what = ""};
    struct sg_collusion_event event;
    struct sg_json *json;
    assert_true(sg_collusion_event_read(&event, &json, sg_bytes_of(bad->line), &fault) < 0);
    assert_null(json);
    assert_non_null(strstr(fault.what, bad->says));
}

static void test_unknown(void **state)
{
    struct sg_collusion_event event;
    struct sg_json *json;
    (void)state;
    static const char line[] =
        "{\"more\":{\"a\":[1]},\"agent\":null,\"t\":5,\"identity\":[\"0000000000000001\","
        "\"0000000000000002\",\"0000000000000003\",\"0000000000000004\",\"0000000000000005\"]}";
    assert_int_equal(sg_collusion_event_read(&event, &json, sg_bytes_of(line), NULL), SCRUBGATE_OK);
    assert_int_equal(event.time_ms, 5);
    assert_int_equal(event.agent, 0);
    assert_int_equal(event.n_identities, 4);
    sg_json_free(json);
}

static void test_whose(void **state)
{
    static const struct {
        const char *line;
        bool by_agent;
    } lines[] = {
        {"{\"t\":1,\"event\":\"message\"}", false},
        {"{\"t\":1,\"event\":\"message\",\"from\":\"customer\"}", false},
        {"{\"t\":1,\"event\":\"message\",\"from\":\"agent\"}", true},
        {"{\"t\":1,\"event\":\"open\",\"from\":\"agent\"}", true},
        {"{\"t\":1,\"event\":\"assign\"}", true},
        {"{\"t\":1,\"event\":\"resolve\"}", true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct sg_collusion_event event;
        struct sg_json *json;
        assert_int_equal(sg_collusion_event_read(&event, &json, sg_bytes_of(lines[i].line), NULL),
                         SCRUBGATE_OK);
        assert_true(sg_collusion_event_by_agent(&event) == lines[i].by_agent);
        sg_json_free(json);
    }
}

static void test_a_line_that_does_not_fit_leaves_nothing(void **state)
{
    const struct row *row = &rows[sizeof rows / sizeof rows[0] - 2];
    (void)state;
    for (size_t room = 1; room < strlen(row->want); room++) {
        struct sg_buf out;
        sg_buf_init(&out, 3 + room);
        assert_int_equal(sg_buf_add_text(&out, "old"), SCRUBGATE_OK);
        assert_int_equal(sg_collusion_event_print(&row->event, &out), SCRUBGATE_ELIMIT);
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
    SG_SUITE_ROWS(test_read_back, rows);
    SG_SUITE_ROWS(test_bad, bads);
    sg_suite_add("parts of a millisecond are cut off", test_fraction, NULL);
    sg_suite_add("what is not known is passed over", test_unknown, NULL);
    sg_suite_add("an event shows its sender's facets", test_whose, NULL);
    sg_suite_add("a line that does not fit leaves nothing",
                 test_a_line_that_does_not_fit_leaves_nothing, NULL);
    sg_suite_add("out of memory is an answer", test_out_of_memory_is_an_answer, NULL);
    return sg_suite_run("event");
}
