/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_wire_who.c - where rules hang on who the agent is, a message that does not say so clearly,
 * or says it late, does not pass.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../lib/scene.h"
#include "../lib/suite.h"

static const char config[] =
    "routes:\n"
    "  - {name: body, path: /body/, upstream: 'http://127.0.0.1:@/up/', direction: to-agent,\n"
    "     identity: {agent: $.agent, brand: =atlantica}}\n"
    "  - {name: free, path: /free/, upstream: 'http://127.0.0.1:@/up/', direction: to-agent,\n"
    "     identity: {agent: $.agent, brand: =acme}}\n"
    "  - {name: head, path: /head/, upstream: 'http://127.0.0.1:@/up/', direction: to-agent,\n"
    "     identity: {agent: 'header:X-Agent', brand: =atlantica}}\n";
static const char policy[] =
    "conflicts:\n  - {name: cruises, brands: [atlantica, borealis], cooloff: 30d}\n";

#define JSON "Content-Type: application/json\r\n"
#define X32  "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define X256 X32 X32 X32 X32 X32 X32 X32 X32

static const struct row {
    const char *name, *path, *fields, *begin, *end;
    size_t filler; /* bytes between begin and end */
    unsigned status;
    bool arrives; /* as a whole */
} rows[] = {
    {"named once", "/body/", JSON, "{\"agent\":\"a\",\"text\":\"", "\"}", 9, 200, true},
    {"not named at all", "/body/", JSON, "{\"text\":\"", "\"}", 9, 200, true},
    {"twice, and the same", "/body/", JSON, "{\"agent\":\"a\",\"text\":\"", "\",\"agent\":\"a\"}",
     9, 200, true},
    {"twice, not the same", "/body/", JSON, "{\"agent\":\"a\",\"text\":\"", "\",\"agent\":\"b\"}",
     9, 403, false},
    {"the second begins like the first", "/body/", JSON, "{\"agent\":\"a\",\"text\":\"",
     "\",\"agent\":\"ab\"}", 9, 403, false},
    {"the second is the first's beginning", "/body/", JSON, "{\"agent\":\"ab\",\"text\":\"",
     "\",\"agent\":\"a\"}", 9, 403, false},
    {"twice, and nothing hangs on it", "/free/", JSON, "{\"agent\":\"a\",\"text\":\"",
     "\",\"agent\":\"b\"}", 9, 200, true},
    {"by a name too long to keep", "/body/", JSON, "{\"agent\":\"" X256 "x\",\"text\":\"", "\"}", 9,
     403, false},
    {"behind what would have left", "/body/", JSON, "{\"text\":\"", "\",\"agent\":\"a\"}", 300000,
     403, false},
    {"before a long text", "/body/", JSON, "{\"agent\":\"a\",\"text\":\"", "\"}", 300000, 200,
     true},
    {"late, and nothing hangs on it", "/free/", JSON, "{\"text\":\"", "\",\"agent\":\"a\"}", 300000,
     200, true},
    {"by a header field", "/head/", JSON "X-Agent: a\r\n", "{\"text\":\"", "\"}", 9, 200, true},
    {"by two header fields alike", "/head/", JSON "X-Agent: a\r\nX-Agent: a\r\n", "{\"text\":\"",
     "\"}", 9, 200, true},
    {"by two header fields", "/head/", JSON "X-Agent: a\r\nx-agent: b\r\n", "{\"text\":\"", "\"}",
     9, 403, false},
};

static struct sg_scene scene;

static void add_body(struct sg_buf *body, const struct row *row)
{
    assert_true(sg_buf_add_text(body, row->begin) >= 0);
    for (size_t i = 0; i < row->filler; i++)
        assert_true(sg_buf_add_byte(body, i % 8 == 7 ? ' ' : 'y') >= 0);
    assert_true(sg_buf_add_text(body, row->end) >= 0);
}

static void test_row(void **state)
{
    const struct row *row = *state;
    struct sg_answer answer = {.cut = false};
    struct sg_buf body = {0};
    const size_t before = sg_recorder_whole(&scene.origin);
    add_body(&body, row);
    sg_wire_ask(scene.gateway.port, "POST", row->path, row->fields, sg_buf_bytes(&body), &answer);
    assert_int_equal(answer.head.status, row->status);
    assert_int_equal(sg_recorder_whole(&scene.origin) > before, row->arrives);
    sg_answer_fini(&answer);
    sg_buf_fini(&body);
}

/* Some had left for the one who was named first: the rest does not follow. */
static void test_another_name_at_the_end(void **state)
{
    const struct row row = {
        "",     "/body/", JSON, "{\"agent\":\"a\",\"text\":\"", "\",\"agent\":\"b\"}",
        300000, 0,        false};
    struct sg_answer answer = {.cut = false};
    struct sg_buf body = {0};
    const size_t before = sg_recorder_whole(&scene.origin);
    (void)state;
    add_body(&body, &row);
    sg_wire_ask(scene.gateway.port, "POST", row.path, row.fields, sg_buf_bytes(&body), &answer);
    assert_int_not_equal(answer.head.status, 200);
    assert_true(sg_recorder_whole(&scene.origin) == before);
    free(sg_gateway_record(&scene.gateway, 0,
                           (const char *[]){"\"part\":\"end\"", "\"verdict\":\"blocked\"",
                                            "\"rule\":\"unknown\"", NULL}));
    sg_answer_fini(&answer);
    sg_buf_fini(&body);
}

int main(void)
{
    size_t at = 0;
    sg_scene_open(&scene, NULL, config);
    sg_tempdir_write(&scene.gateway.dir, "policy.yaml", policy, sizeof policy - 1);
    sg_gateway_signal(&scene.gateway, SIGHUP);
    sg_gateway_await(&scene.gateway, "policy in force", &at);
    SG_SUITE_ROWS(test_row, rows);
    sg_suite_add("another name at the end of a stream", test_another_name_at_the_end, NULL);
    int failed = sg_suite_run("who");
    sg_gateway_stop(&scene.gateway);
    sg_scene_close(&scene);
    return failed;
}
