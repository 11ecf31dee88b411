/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_wire_memory.c - values that are split over messages, through a running gateway with several
 * workers: each request is a connection of its own, so any worker may get it.
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
#include "../lib/zipped.h"

#define JSON  "Content-Type: application/json\r\n"
#define FORM  "Content-Type: application/x-www-form-urlencoded\r\n"
#define PARTS "Content-Type: multipart/form-data; boundary=x\r\n"
#define PART(name, text)                                                                           \
    "--x\r\nContent-Disposition: form-data; name=\"" name "\"\r\n\r\n" text "\r\n"
#define PARTS_END "--x--\r\n"
#define PARTIES   "customer: $.from, agent: $.agent, conversation: $.conv, brand: =toys"
#define ROUTES                                                                                     \
    "rules: [toy.yaml]\n"                                                                          \
    "routes:\n"                                                                                    \
    "  - {name: in, path: /in/, upstream: 'http://127.0.0.1:@/', direction: to-agent,\n"           \
    "     identity: {" PARTIES "}}\n"                                                              \
    "  - {name: out, path: /out/, upstream: 'http://127.0.0.1:@/', direction: to-customer,\n"      \
    "     identity: {" PARTIES "}}\n"                                                              \
    "  - {name: head, path: /head/, upstream: 'http://127.0.0.1:@/', direction: to-agent,\n"       \
    "     identity: {conversation: 'header:X-Conversation'}}\n"                                    \
    "  - {name: form, path: /form/, upstream: 'http://127.0.0.1:@/', direction: to-agent,\n"       \
    "     identity: {customer: 'form:From'}}\n"                                                    \
    "  - {name: alone, path: /alone/, upstream: 'http://127.0.0.1:@/', direction: to-agent}\n"

/* A number counts behind "call", or where two messages are its halves. */
static const char pack[] =
    "pack: toy\nversion: 1\nowner: toys@example.org\nrules:\n"
    "  - {id: near, title: Near, entity: TOY, level: 1, match: '\\d{3}-\\d{4}', with: '[NEAR]',\n"
    "     near: {words: [call]}, tests: ['call 555-0134']}\n"
    "  - {id: whole, title: Whole, entity: TOY, level: 1, match: '5550[\\x1E\\x1F]?4321',\n"
    "     with: '[REST]', tests: ['«55504321»']}\n";

static const char *const secrets[] = {"55504321", "555-0134", NULL};

static struct sg_scene scene;

/* Sends a body, which the origin must hear as want. */
static void send(const char *target, const char *fields, struct sg_bytes body, const char *want)
{
    struct sg_answer answer = {.cut = false};
    struct sg_heard heard;
    sg_wire_ask(scene.gateway.port, "POST", target, fields, body, &answer);
    assert_int_equal(answer.head.status, 200);
    sg_answer_fini(&answer);
    sg_recorder_take(&scene.origin, &heard);
    if (want != NULL)
        sg_assert_text(sg_buf_bytes(&heard.body), want);
    sg_heard_fini(&heard);
}

/* One message: who speaks stands behind what is said. */
static void say(const char *target, unsigned conversation, const char *text, const char *want)
{
    static const char form[] = "{\"text\":\"%s\",\"from\":\"c1\",\"conv\":\"v%u\"}";
    char body[512], clean[512];
    (void)snprintf(body, sizeof body, form, text, conversation);
    (void)snprintf(clean, sizeof clean, form, want, conversation);
    send(target, JSON, sg_bytes_of(body), clean);
}

static void test_any_worker(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 20; i++) {
        say("/in/x", i, "please call me", "please call me");
        say("/in/x", i, "ok", "ok");
        say("/in/x", i, "555-0134", "[NEAR]");
        say("/in/x", i, "5550", "5550");
        say("/in/x", i, "4321 thanks", "[REST] thanks");
    }
}

static void test_senders(void **state)
{
    (void)state;
    say("/in/x", 100, "please call me", "please call me");
    say("/in/x", 101, "555-0134", "555-0134");  /* another conversation */
    say("/out/x", 100, "555-0134", "555-0134"); /* the other side */
    say("/in/x", 100, "555-0134", "[NEAR]");
    send("/in/x", JSON, SG_BYTES("{\"text\":\"555-0134\",\"from\":\"c2\",\"conv\":\"v100\"}"),
         "{\"text\":\"555-0134\",\"from\":\"c2\",\"conv\":\"v100\"}");
    /* Nobody is named: each message stands alone. */
    send("/in/x", JSON, SG_BYTES("{\"text\":\"please call me\"}"), NULL);
    send("/in/x", JSON, SG_BYTES("{\"text\":\"555-0134\"}"), "{\"text\":\"555-0134\"}");
    send("/alone/x", JSON, SG_BYTES("{\"text\":\"please call me\"}"), NULL);
    send("/alone/x", JSON, SG_BYTES("{\"text\":\"555-0134\"}"), "{\"text\":\"555-0134\"}");
}

static void test_without_a_conversation(void **state)
{
    (void)state;
    send("/in/x", JSON, SG_BYTES("{\"text\":\"please call me\",\"from\":\"c7\"}"), NULL);
    send("/in/x", JSON, SG_BYTES("{\"text\":\"555-0134\",\"from\":\"c7\"}"),
         "{\"text\":\"[NEAR]\",\"from\":\"c7\"}");
    /* An agent's words to one customer are not those to another. */
    send("/out/x", JSON, SG_BYTES("{\"text\":\"call us\",\"agent\":\"a1\",\"from\":\"c7\"}"), NULL);
    send("/out/x", JSON, SG_BYTES("{\"text\":\"555-0134\",\"agent\":\"a1\",\"from\":\"c8\"}"),
         "{\"text\":\"555-0134\",\"agent\":\"a1\",\"from\":\"c8\"}");
    send("/out/x", JSON, SG_BYTES("{\"text\":\"555-0134\",\"agent\":\"a1\",\"from\":\"c7\"}"),
         "{\"text\":\"[NEAR]\",\"agent\":\"a1\",\"from\":\"c7\"}");
}

static void test_parts_of_one_body(void **state)
{
    (void)state;
    send("/alone/x", PARTS,
         SG_BYTES(PART("line1", "please call me") PART("line2", "555-0134") PARTS_END),
         PART("line1", "please call me") PART("line2", "[NEAR]") PARTS_END);
    send("/alone/x", PARTS, SG_BYTES(PART("line1", "5550") PART("line2", "4321") PARTS_END),
         PART("line1", "5550") PART("line2", "[REST]") PARTS_END);
    send("/alone/x", PARTS, SG_BYTES(PART("order", "5550") PART("id", "4321") PARTS_END),
         PART("order", "5550") PART("id", "4321") PARTS_END);
}

static void test_other_bodies(void **state)
{
    static const char coded[] = JSON "Content-Encoding: gzip\r\n";
    (void)state;
    send("/head/x", "Content-Type: text/plain\r\nX-Conversation: t1\r\n", SG_BYTES("call me"),
         "call me");
    send("/head/x", "Content-Type: text/plain\r\nX-Conversation: t1\r\n", SG_BYTES("555-0134"),
         "[NEAR]");
    send("/form/x", FORM, SG_BYTES("Body=call+me&From=c1"), "Body=call+me&From=c1");
    send("/form/x", FORM, SG_BYTES("Body=555-0134&From=c1"), "Body=%5BNEAR%5D&From=c1");
    send("/form/x", PARTS, SG_BYTES(PART("Body", "call me") PART("From", "c2") PARTS_END), NULL);
    send("/form/x", PARTS, SG_BYTES(PART("Body", "555-0134") PART("From", "c2") PARTS_END),
         PART("Body", "[NEAR]") PART("From", "c2") PARTS_END);
    send("/form/x", "Content-Type: text/event-stream\r\n",
         SG_BYTES("data: {\"text\":\"call me\"}\n\ndata: {\"text\":\"555-0134\"}\n\n"),
         "data: {\"text\":\"call me\"}\n\ndata: {\"text\":\"[NEAR]\"}\n\n");
    struct sg_buf zipped =
        sg_gzipped(SG_BYTES("{\"text\":\"call me\",\"from\":\"c1\",\"conv\":\"v200\"}"));
    send("/in/x", coded, sg_buf_bytes(&zipped), NULL);
    sg_buf_fini(&zipped);
    say("/in/x", 200, "555-0134", "[NEAR]");
}

static void test_one_body(void **state)
{
    (void)state;
    send("/alone/x", JSON, SG_BYTES("[\"5550\",\"4321\"]"), "[\"5550\",\"[REST]\"]");
    send("/alone/x", JSON, SG_BYTES("{\"a\":\"5550\",\"b\":\"4321\"}"),
         "{\"a\":\"5550\",\"b\":\"[REST]\"}");
    send("/alone/x", FORM, SG_BYTES("a=5550&b=4321"), "a=5550&b=%5BREST%5D");
    send("/alone/x", JSON, SG_BYTES("[\"5550\"]"), "[\"5550\"]");
    send("/alone/x", JSON, SG_BYTES("[\"4321\"]"), "[\"4321\"]");
}

/* A body of that many letters in front of the text, which it may stream. */
static struct sg_buf long_body(const char *head, const char *text, size_t letters, const char *end)
{
    struct sg_buf body = {0};
    assert_true(sg_buf_add_text(&body, head) >= 0 && sg_buf_add_text(&body, text) >= 0);
    for (size_t i = 0; i < letters; i++)
        assert_true(sg_buf_add_text(&body, "x") >= 0);
    assert_true(sg_buf_add_text(&body, end) >= 0);
    return body;
}

static void test_streamed(void **state)
{
    enum { LETTERS = 200 * 1024 };
    static const char head[] = "{\"from\":\"c1\",\"conv\":\"v300\",\"text\":\"";
    (void)state;
    say("/in/x", 300, "call me", "call me");
    struct sg_buf body = long_body(head, "555-0134 ", LETTERS, "5550\"}");
    struct sg_buf want = long_body(head, "[NEAR] ", LETTERS, "5550\"}");
    assert_true(sg_buf_add_byte(&want, '\0') >= 0);
    send("/in/x", JSON, sg_buf_bytes(&body), (const char *)want.data);
    sg_buf_fini(&want);
    sg_buf_fini(&body);
    /* What streamed is remembered at its end. Its end is one word: all of it that is kept. */
    body = long_body(head, "", LETTERS, " 5550\"}");
    send("/in/x", JSON, sg_buf_bytes(&body), NULL);
    sg_buf_fini(&body);
    say("/in/x", 300, "4321", "[REST]");
}

static void test_refused(void **state)
{
    struct sg_answer answer = {.cut = false};
    (void)state;
    say("/in/x", 400, "please call me", "please call me");
    sg_wire_ask(scene.gateway.port, "POST", "/in/x", JSON,
                SG_BYTES("{\"from\":\"c1\",\"conv\":\"v400\",\"text\":\"5550\"}}"), &answer);
    assert_int_equal(answer.head.status, 400);
    sg_answer_fini(&answer);
    say("/in/x", 400, "4321", "4321");
    say("/in/x", 400, "555-0134", "[NEAR]");
}

static void test_reload(void **state)
{
    size_t at = 0;
    (void)state;
    say("/in/x", 500, "please call me", "please call me");
    sg_scene_config(&scene, "scan: {recheck: 7}\n" ROUTES);
    sg_gateway_signal(&scene.gateway, SIGHUP);
    sg_gateway_await(&scene.gateway, "\"what\":\"reloaded\"", &at);
    say("/in/x", 500, "555-0134", "[NEAR]");
    sg_scene_config(&scene, "conversation: {memory: 0}\n" ROUTES);
    sg_gateway_signal(&scene.gateway, SIGHUP);
    sg_gateway_await(&scene.gateway, "conversation: cannot change while running", &at);
    say("/in/x", 500, "555-0134", "[NEAR]");
}

static void test_metrics(void **state)
{
    struct sg_gateway *gateway = &scene.gateway;
    (void)state;
    assert_true(sg_gateway_metric(gateway, "scrubgate_conversation_memory_senders") > 20);
    assert_true(sg_gateway_metric(gateway, "scrubgate_conversation_memory_bytes") > 0);
    assert_true(sg_gateway_metric(gateway, "scrubgate_conversation_memory_recalled_total") > 60);
    assert_int_equal(sg_gateway_metric(gateway, "scrubgate_conversation_memory_evicted_total"), 0);
    sg_gateway_keeps_quiet(gateway, secrets);
}

/* A gateway that remembers for a second, and then one that does not remember. */
static void test_times_out(void **state)
{
    struct sg_gateway *gateway = &scene.gateway;
    (void)state;
    sg_gateway_stop(gateway);
    sg_scene_config(&scene, "conversation: {time: 1s}\n" ROUTES);
    sg_gateway_start(gateway);
    say("/in/x", 600, "please call me", "please call me");
    while (sg_gateway_metric(gateway, "scrubgate_conversation_memory_senders") > 0)
        ; /* each question takes its time; the test's own limit ends it */
    say("/in/x", 600, "555-0134", "555-0134");
    sg_gateway_stop(gateway);
    sg_scene_config(&scene, "conversation: {memory: 0}\n" ROUTES);
    sg_gateway_start(gateway);
    say("/in/x", 600, "please call me", "please call me");
    say("/in/x", 600, "555-0134", "555-0134");
}

int main(void)
{
    /* The config's own key is one worker; the environment wins over it. */
    if (setenv("SCRUBGATE_WORKERS", "3", 1) != 0)
        return 1;
    sg_scene_open(&scene, pack, ROUTES);
    sg_suite_add("a value split over requests is found, whichever workers they meet",
                 test_any_worker, NULL);
    sg_suite_add("a conversation's senders do not continue each other", test_senders, NULL);
    sg_suite_add("without a conversation a customer's messages belong together",
                 test_without_a_conversation, NULL);
    sg_suite_add("text, forms, parts, events and gzip are remembered as well", test_other_bodies,
                 NULL);
    sg_suite_add("parts of one body continue each other", test_parts_of_one_body, NULL);
    sg_suite_add("fields and items of one body continue each other", test_one_body, NULL);
    sg_suite_add("a body that streams is read behind what was said, and remembered", test_streamed,
                 NULL);
    sg_suite_add("a message that is refused leaves nothing", test_refused, NULL);
    sg_suite_add("a reload keeps the memory", test_reload, NULL);
    sg_suite_add("the memory is counted, and nothing of it is told", test_metrics, NULL);
    sg_suite_add("it is forgotten in time, or not kept at all", test_times_out, NULL);
    int rc = sg_suite_run("wire: memory");
    sg_scene_close(&scene);
    return rc;
}
