/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_wire_engine.c - a running gateway and its engines: the live sample, and rules that meet the
 * limit of work.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../lib/scene.h"
#include "../lib/suite.h"

#define TEXT "Content-Type: text/plain\r\n"
#define ROUTES                                                                                     \
    "rules: [toy.yaml]\n"                                                                          \
    "routes:\n"                                                                                    \
    "  - {name: in, path: /in/, upstream: 'http://127.0.0.1:@/up/', direction: to-agent}\n"

/* Each rule alone is below what the lint allows; all of them together are over what a message of
 * one letter may cost. */
enum { RULES = 30, LETTERS = 1000 };

static struct sg_scene scene;

static void write_pack(struct sg_buf *pack)
{
    assert_true(sg_buf_add_text(pack, "pack: toy\nversion: 1\nowner: toys@example.org\nrules:\n"
                                      "  - {id: toy, title: Toy, entity: TOY, level: 1, match: "
                                      "'toy\\d{3}', with: '[TOY]', tests: ['toy123']}\n") >= 0);
    for (int i = 0; i < RULES; i++)
        assert_true(sg_buf_addf(pack,
                                "  - {id: r%d, title: Toy, entity: TOY, level: 1,\n"
                                "     match: '(?:x{1,4}){1,4}(?=y)', tests: ['xxy']}\n",
                                i) >= 0);
    assert_true(sg_buf_add_byte(pack, '\0') >= 0);
}

static size_t log_at(void)
{
    struct sg_gateway *gateway = &scene.gateway;
    (void)pthread_mutex_lock(&gateway->lock);
    size_t at = gateway->log.len;
    (void)pthread_mutex_unlock(&gateway->lock);
    return at;
}

/* --- the live sample --- */

static void ask(const char *body, const char *want)
{
    struct sg_answer answer = {.cut = false};
    sg_wire_ask(scene.gateway.port, "POST", "/in/x", TEXT, sg_bytes_of(body), &answer);
    assert_int_equal(answer.head.status, 200);
    sg_assert_text(sg_buf_bytes(&answer.body), want);
    sg_scene_skip(&scene);
    sg_answer_fini(&answer);
}

static void test_sample(void **state)
{
    static const char rechecks[] = "scrubgate_recheck_total";
    struct sg_gateway *gateway = &scene.gateway;
    (void)state;
    size_t at = log_at();
    ask("my toy123", "my [TOY]");
    assert_int_equal(sg_gateway_metric(gateway, rechecks), 0);
    sg_scene_config(&scene, "scan: {recheck: 1}\n" ROUTES);
    sg_gateway_signal(gateway, SIGHUP);
    sg_gateway_await(gateway, "\"what\":\"reloaded\"", &at);
    /* The worker takes the new config up between two requests. */
    for (int i = 0; i < 10000 && sg_gateway_metric(gateway, rechecks) == 0; i++)
        ask("my toy123", "my [TOY]");
    assert_true(sg_gateway_metric(gateway, rechecks) > 0);
    assert_int_equal(sg_gateway_metric(gateway, "scrubgate_recheck_differences_total"), 0);
    assert_int_equal(sg_gateway_metric(gateway, "scrubgate_engine_reference"), 0);
}

/* --- the limit of work --- */

/* Sends a message that costs too much; it must be refused. */
static void ask_too_much(void)
{
    char body[LETTERS];
    struct sg_answer answer = {.cut = false};
    memset(body, 'x', sizeof body);
    sg_wire_ask(scene.gateway.port, "POST", "/in/x", TEXT,
                (struct sg_bytes){(const uint8_t *)body, sizeof body}, &answer);
    assert_int_equal(answer.head.status, 422);
    assert_true(sg_holds(sg_buf_bytes(&answer.body), "urn:scrubgate:problem:matcher"));
    assert_false(sg_holds(sg_buf_bytes(&answer.body), "xxxx"));
    sg_answer_fini(&answer);
}

static void test_too_much_work(void **state)
{
    static const char named[] = "\"reason\":\"rule toy.r";
    struct sg_gateway *gateway = &scene.gateway;
    char metric[96], line[96];
    unsigned rule = RULES;
    (void)state;
    size_t at = log_at(), mark = sg_scene_mark(&scene);
    size_t from = sg_gateway_records(gateway);
    ask_too_much();
    sg_scene_heard_nothing(&scene, mark, "/in/y");
    char *record =
        sg_gateway_record(gateway, from, (const char *[]){"\"verdict\":\"refused\"", named, NULL});
    assert_int_equal(sscanf(strstr(record, named) + strlen(named), "%u: ", &rule), 1);
    assert_true(rule < RULES);
    free(record);
    (void)snprintf(line, sizeof line,
                   "could not be matched within its limits\",\"rule\":\"toy.r%u\"", rule);
    sg_gateway_await(gateway, line, &at);
    (void)snprintf(metric, sizeof metric, "scrubgate_rule_failures_total{rule=\"toy.r%u\"}", rule);
    assert_int_equal(sg_gateway_metric(gateway, metric), 1);
    ask_too_much();
    assert_int_equal(sg_gateway_metric(gateway, metric), 2);
    assert_int_equal(sg_gateway_metric(gateway, "scrubgate_failures_total{reason=\"matcher\"}"), 2);
}

int main(void)
{
    struct sg_buf pack = {0};
    write_pack(&pack);
    sg_scene_open(&scene, (const char *)pack.data, "scan: {recheck: 0}\n" ROUTES);
    sg_suite_add("a message over the limit of work is refused, its rule told and counted",
                 test_too_much_work, NULL);
    sg_suite_add("a live sample begins with a reload, and both engines agree", test_sample, NULL);
    int rc = sg_suite_run("wire: engine");
    sg_scene_close(&scene);
    sg_buf_fini(&pack);
    return rc;
}
