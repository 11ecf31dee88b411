/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_guard_json.c - orders and answers as programs read them: all that was said, nothing that was
 * not, and text that is text whatever people wrote.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "collusion/guard_json.h"

#include "../lib/alloc_fail.h"
#include "../lib/suite.h"

#define NOW UINT64_C(1795362910000) /* 2026-11-22T15:55:10Z */
#define TEXT(words)                                                                                \
    {                                                                                              \
        (const uint8_t *)(words), sizeof(words) - 1                                                \
    }

static const struct order_row {
    const char *name;
    struct sg_collusion_order order;
    const char *want;
} orders[] = {
    {"a block",
     {.id = 12,
      .kind = SG_ORDER_BLOCK,
      .agent = 0xff,
      .brand = TEXT("a"),
      .queue = TEXT("q"),
      .actor = TEXT("jo"),
      .reason = TEXT("x"),
      .created_ms = NOW,
      .expires_ms = NOW + 1},
     "{\"order\":12,\"kind\":\"block\",\"state\":\"in-force\",\"agent\":\"00000000000000ff\","
     "\"brand\":\"a\",\"queue\":\"q\",\"actor\":\"jo\",\"reason\":\"x\","
     "\"from\":\"2026-11-22T15:55:10.000Z\",\"until\":\"2026-11-22T15:55:10.001Z\"}"},
    {"one that is over when its time is",
     {.id = 1,
      .kind = SG_ORDER_ATTEST,
      .agent = 1,
      .clearance = TEXT("nda"),
      .actor = TEXT("jo"),
      .reason = TEXT("x"),
      .created_ms = NOW - 1,
      .expires_ms = NOW},
     "{\"order\":1,\"kind\":\"attest\",\"state\":\"expired\",\"agent\":\"0000000000000001\","
     "\"clearance\":\"nda\",\"actor\":\"jo\",\"reason\":\"x\","
     "\"from\":\"2026-11-22T15:55:09.999Z\",\"until\":\"2026-11-22T15:55:10.000Z\"}"},
    {"a link that was lifted, with an appeal",
     {.id = 2,
      .kind = SG_ORDER_LINK,
      .agent = 1,
      .other = 2,
      .actor = TEXT("m\xc3\xbc"),
      .reason = TEXT("\"\\<"),
      .appeal = TEXT("no"),
      .created_ms = NOW,
      .expires_ms = NOW + 1,
      .lifted_ms = NOW,
      .lifted_by = TEXT("mo"),
      .lifted_why = TEXT("y")},
     "{\"order\":2,\"kind\":\"link\",\"state\":\"lifted\",\"agent\":\"0000000000000001\","
     "\"other\":\"0000000000000002\",\"actor\":\"m\\u00fc\",\"reason\":\"\\\"\\\\<\","
     "\"from\":\"2026-11-22T15:55:10.000Z\",\"until\":\"2026-11-22T15:55:10.001Z\","
     "\"appeal\":\"no\",\"lifted\":\"2026-11-22T15:55:10.000Z\",\"lifted_by\":\"mo\","
     "\"lifted_why\":\"y\"}"},
};

static void test_order(void **state)
{
    const struct order_row *row = *state;
    struct sg_buf out = {0};
    assert_int_equal(sg_order_json(&out, &row->order, NOW), SCRUBGATE_OK);
    assert_int_equal(sg_buf_add_byte(&out, '\0'), SCRUBGATE_OK);
    assert_string_equal((const char *)out.data, row->want);
    sg_buf_fini(&out);
}

static const struct answer_row {
    const char *name;
    struct sg_eligibility answer;
    const char *want;
} answers[] = {
    {"it may", {.allowed = true}, "{\"allowed\":true,\"until\":null,\"rules\":[]}"},
    {"it may not before",
     {.until_ms = NOW,
      .n = 2,
      .ruling = {{.rule = SG_GUARD_BLOCK, .mode = SG_SIGNAL_ENFORCE, .until_ms = NOW, .order = 7},
                 {.rule = SG_GUARD_COOLOFF,
                  .mode = SG_SIGNAL_ADVISE,
                  .until_ms = NOW + 1,
                  .name = "ships",
                  .brand = "a"}}},
     "{\"allowed\":false,\"until\":\"2026-11-22T15:55:10.000Z\",\"rules\":[{\"rule\":\"block\","
     "\"mode\":\"enforce\",\"until\":\"2026-11-22T15:55:10.000Z\",\"order\":7},"
     "{\"rule\":\"cooloff\",\"mode\":\"advise\",\"until\":\"2026-11-22T15:55:10.001Z\","
     "\"name\":\"ships\",\"brand\":\"a\"}]}"},
    {"it may not until somebody does something",
     {.until_ms = SG_GUARD_NO_END,
      .n = 1,
      .ruling =
          {{.rule = SG_GUARD_UNKNOWN, .mode = SG_SIGNAL_ENFORCE, .until_ms = SG_GUARD_NO_END}}},
     "{\"allowed\":false,\"until\":null,\"rules\":[{\"rule\":\"unknown\",\"mode\":\"enforce\","
     "\"until\":null}]}"},
};

static void test_answer(void **state)
{
    const struct answer_row *row = *state;
    struct sg_buf out = {0};
    assert_int_equal(sg_eligibility_json(&out, &row->answer), SCRUBGATE_OK);
    assert_int_equal(sg_buf_add_byte(&out, '\0'), SCRUBGATE_OK);
    assert_string_equal((const char *)out.data, row->want);
    sg_buf_fini(&out);
}

static enum scrubgate_status print_all(void *ctx)
{
    struct sg_buf out = {0};
    (void)ctx;
    enum scrubgate_status rc = sg_order_json(&out, &orders[2].order, NOW);
    if (rc >= 0)
        rc = sg_eligibility_json(&out, &answers[1].answer);
    sg_buf_fini(&out);
    return rc;
}

static void test_out_of_memory_is_an_answer(void **state)
{
    (void)state;
    assert_true(sg_alloc_fail_each(print_all, NULL) > 0);
}

int main(void)
{
    SG_SUITE_ROWS(test_order, orders);
    SG_SUITE_ROWS(test_answer, answers);
    sg_suite_add("out of memory is an answer", test_out_of_memory_is_an_answer, NULL);
    return sg_suite_run("guard_json");
}
