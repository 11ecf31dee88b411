/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_engine_api.c - the engine as an API: text in, JSON out.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "proxy/engine_api.h"

#include "../lib/blind.h"
#include "../lib/costly.h"
#include "../lib/suite.h"
#include "../lib/toy.h"
#include "../lib/toy_body.h"
#include "../lib/wire.h"

#define JSON "application/json"

static const struct row {
    const char *name;
    enum sg_engine_call call;
    const char *type, *body;
    enum scrubgate_status rc;
    const char *want;
} rows[] = {
    {"text is scrubbed and what was found is listed", SG_ENGINE_SCRUB, JSON,
     "{\"text\":\"an apple\"}", 0,
     "{\"text\":\"an [FRUIT]\",\"findings\":[{\"rule\":\"toy.fruit\",\"entity\":\"FRUIT\","
     "\"start\":3,\"end\":8}]}\n"},
    {"offsets count code points", SG_ENGINE_SCRUB, JSON,
     "{\"text\":\"\xc3\xa9\xe2\x82\xac apple\"}", 0,
     "{\"text\":\"\\u00e9\\u20ac [FRUIT]\",\"findings\":[{\"rule\":\"toy.fruit\",\"entity\":"
     "\"FRUIT\",\"start\":3,\"end\":8}]}\n"},
    {"escapes in JSON are decoded first", SG_ENGINE_SCRUB, JSON, "{\"text\":\"\\u0061pple\"}", 0,
     "{\"text\":\"[FRUIT]\",\"findings\":[{\"rule\":\"toy.fruit\",\"entity\":\"FRUIT\","
     "\"start\":0,\"end\":5}]}\n"},
    {"a text of nothing is fine", SG_ENGINE_SCRUB, JSON, "{\"text\":\"\"}", 0,
     "{\"text\":\"\",\"findings\":[]}\n"},
    {"another type is scrubbed as a body", SG_ENGINE_SCRUB, "application/x-www-form-urlencoded",
     "a=apple&b=1", 0,
     "{\"text\":\"a=%5BFRUIT%5D&b=1\",\"findings\":[{\"rule\":\"toy.fruit\",\"entity\":\"FRUIT\","
     "\"start\":2,\"end\":7}]}\n"},
    {"JSON without a text is scrubbed as a body", SG_ENGINE_SCRUB, JSON, "[\"apple\"]", 0,
     "{\"text\":\"[\\\"[FRUIT]\\\"]\",\"findings\":[{\"rule\":\"toy.fruit\",\"entity\":\"FRUIT\","
     "\"start\":2,\"end\":7}]}\n"},
    {"a text that a rule blocks does not come back", SG_ENGINE_SCRUB, JSON, "{\"text\":\"a bomb\"}",
     SCRUBGATE_EBLOCKED, NULL},
    {"nor does one to anonymize", SG_ENGINE_ANONYMIZE, JSON, "{\"text\":\"a bomb\"}",
     SCRUBGATE_EBLOCKED, NULL},
    {"nor a body", SG_ENGINE_SCRUB, "text/plain", "a bomb", SCRUBGATE_EBLOCKED, NULL},
    {"analysis tells of what a rule blocks", SG_ENGINE_ANALYZE, JSON, "{\"text\":\"a bomb\"}", 0,
     "[{\"entity_type\":\"WORD\",\"start\":2,\"end\":6,\"score\":1.0}]\n"},
    {"what cannot be inspected is refused", SG_ENGINE_SCRUB, "text/xml", "<p>",
     SCRUBGATE_EUNSUPPORTED, NULL},
    {"a body that is malformed is refused", SG_ENGINE_SCRUB, JSON, "[\"apple\"",
     SCRUBGATE_EMALFORMED, NULL},
    {"analysis has Presidio's shape", SG_ENGINE_ANALYZE, JSON,
     "{\"text\":\"apple notable\",\"language\":\"en\"}", 0,
     "[{\"entity_type\":\"FRUIT\",\"start\":0,\"end\":5,\"score\":1.0},"
     "{\"entity_type\":\"WORD\",\"start\":6,\"end\":13,\"score\":1.0}]\n"},
    {"analysis of nothing is an empty list", SG_ENGINE_ANALYZE, JSON, "{\"text\":\"x\"}", 0,
     "[]\n"},
    {"analysis wants a text", SG_ENGINE_ANALYZE, JSON, "{\"texts\":1}", SCRUBGATE_EINVAL, NULL},
    {"analysis wants JSON", SG_ENGINE_ANALYZE, JSON, "text=apple", SCRUBGATE_EMALFORMED, NULL},
    {"items stand where the new text has them", SG_ENGINE_ANONYMIZE, JSON,
     "{\"text\":\"\xc3\xa9 apple, notable apple\"}", 0,
     "{\"text\":\"\\u00e9 [FRUIT], notable [FRUIT]\",\"items\":["
     "{\"operator\":\"replace\",\"entity_type\":\"FRUIT\",\"start\":2,\"end\":9,\"text\":"
     "\"[FRUIT]\"},{\"operator\":\"replace\",\"entity_type\":\"FRUIT\",\"start\":19,\"end\":26,"
     "\"text\":\"[FRUIT]\"}]}\n"},
};

static void test_row(void **state)
{
    const struct row *row = *state;
    const struct sg_engine_request request = {
        .call = row->call,
        .body = sg_bytes_of(row->body),
        .content_type = sg_bytes_of(row->type),
        .rules = sg_toy_body_rules(),
        .scratch = sg_toy_body_scratch(),
    };
    struct scrubgate_fault fault = {.what = ""};
    struct sg_buf out = {0};
    assert_int_equal(sg_engine_answer(&request, &out, &fault), row->rc);
    if (row->want != NULL) {
        assert_int_equal(sg_buf_add_byte(&out, '\0'), SCRUBGATE_OK);
        assert_string_equal((char *)out.data, row->want);
    }
    assert_null(strstr(fault.what, "apple"));
    sg_buf_fini(&out);
}

static const struct failure_row {
    const char *name, *type, *body;
} failure_rows[] = {
    {"a rule that cannot be matched in a text is named", JSON, "{\"text\":\"" SG_COSTLY_TEXT "\"}"},
    {"a rule that cannot be matched in a body is named", "text/plain", SG_COSTLY_TEXT},
};

static void test_failure_row(void **state)
{
    const struct failure_row *row = *state;
    struct sg_costly costly;
    struct scrubgate_fault fault = {.what = ""};
    struct sg_buf out = {0};
    sg_costly_make(&costly);
    const struct sg_engine_request request = {
        .body = sg_bytes_of(row->body),
        .content_type = sg_bytes_of(row->type),
        .rules = costly.set,
        .scratch = sg_toy_body_scratch(),
        .by_reference = true,
    };
    assert_int_equal(sg_engine_answer(&request, &out, &fault), SCRUBGATE_EMATCH);
    assert_non_null(strstr(fault.what, "rule toy.costly: the matcher failed: match limit"));
    assert_int_equal(out.len, 0);
    sg_costly_fini(&costly);
}

static const struct distrust_row {
    const char *name, *type, *body, *want;
} distrust_rows[] = {
    {"the reference engine scans a text when the other is not trusted", JSON,
     "{\"text\":\"an apple\"}",
     "{\"text\":\"an [FRUIT]\",\"findings\":[{\"rule\":\"toy.fruit\",\"entity\":\"FRUIT\","
     "\"start\":3,\"end\":8}]}\n"},
    {"the reference engine scans a body when the other is not trusted", "text/plain", "an apple",
     "{\"text\":\"an [FRUIT]\",\"findings\":[{\"rule\":\"toy.fruit\",\"entity\":\"FRUIT\","
     "\"start\":3,\"end\":8}]}\n"},
};

static void test_distrust_row(void **state)
{
    const struct distrust_row *row = *state;
    struct scrubgate_ruleset *rules =
        sg_toy_rules("  - {id: fruit, title: t, entity: FRUIT, level: 1, match: 'apple', "
                     "with: '[FRUIT]', tests: ['apple']}\n");
    const struct sg_engine_request request = {
        .body = sg_bytes_of(row->body),
        .content_type = sg_bytes_of(row->type),
        .rules = rules,
        .scratch = sg_toy_body_scratch(),
        .by_reference = true,
    };
    struct scrubgate_fault fault = {.what = ""};
    struct sg_buf out = {0};
    sg_blind(rules);
    assert_int_equal(sg_engine_answer(&request, &out, &fault), SCRUBGATE_OK);
    sg_assert_text(sg_buf_bytes(&out), row->want);
    sg_buf_fini(&out);
    scrubgate_ruleset_free(rules);
}

int main(void)
{
    SG_SUITE_ROWS(test_row, rows);
    SG_SUITE_ROWS(test_failure_row, failure_rows);
    SG_SUITE_ROWS(test_distrust_row, distrust_rows);
    int rc = sg_suite_run("proxy/engine_api");
    sg_toy_body_fini();
    return rc;
}
