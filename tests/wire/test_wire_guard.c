/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_wire_guard.c - routers ask a running gateway who may serve whom, people order it, by the
 * admin port and by the command beside it: at once in force, in the log, there after a crash; and
 * why it was ordered is told to nobody who does not ask for it.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/json.h"

#include "../lib/program.h"
#include "../lib/scene.h"
#include "../lib/suite.h"

#define JSON   "Content-Type: application/json\r\n"
#define SECRET "his neighbour lied"

static struct sg_scene scene;

/* Words of people, ids of agents. */
static const char *const untold[] = {SECRET, "agent-7", "agent-8", "was on leave", NULL};

static const char pack[] =
    "pack: toy\nversion: 1\nowner: toys@example.org\nrules:\n"
    "  - {id: toy, title: Toy, entity: TOY, level: 1, match: 'toy\\d{3}', with: '[TOY]',\n"
    "     tests: ['«toy123»']}\n";
static const char config[] =
    "rules: [toy.yaml]\n"
    "routes:\n"
    "  - {name: in, path: /in/, upstream: 'http://127.0.0.1:@/up/', direction: to-agent,\n"
    "     identity: {agent: 'header:X-Agent', brand: 'header:X-Brand'}}\n";
static const char policy[] = "conflicts:\n"
                             "  - {name: cruises, brands: [atlantica, borealis], cooloff: 90d}\n"
                             "clearances:\n"
                             "  - {name: nda, brands: [callisto], mode: enforce}\n";

static void begin(void)
{
    sg_scene_open(&scene, pack, config);
}

static void end(void)
{
    sg_gateway_stop(&scene.gateway);
    sg_gateway_keeps_quiet(&scene.gateway, untold);
    sg_scene_close(&scene);
}

/* The answer's body, NUL ended, to be freed; it must have that status. */
static char *ask(const char *method, const char *target, const char *fields, const char *body,
                 unsigned status)
{
    struct sg_answer answer = {.cut = false};
    sg_wire_ask(scene.gateway.admin, method, target, fields, sg_bytes_of(body), &answer);
    char *text = calloc(1, answer.body.len + 1);
    assert_non_null(text);
    if (answer.body.len > 0)
        memcpy(text, answer.body.data, answer.body.len);
    if (answer.head.status != status)
        fail_msg("%s %s: %u, %s", method, target, answer.head.status, text);
    if (status >= 400)
        sg_assert_text(sg_answer_field(&answer, "Content-Type"), "application/problem+json");
    sg_answer_fini(&answer);
    return text;
}

static void expect(const char *method, const char *target, const char *body, unsigned status,
                   const char *holds)
{
    char *text = ask(method, target, JSON, body, status);
    if (strstr(text, holds) == NULL)
        fail_msg("%s %s: %s", method, target, text);
    free(text);
}

#define BLOCK                                                                                      \
    "{\"kind\":\"block\",\"agent\":\"agent-7\",\"brand\":\"atlantica\",\"for\":\"30d\","           \
    "\"reason\":\"" SECRET "\",\"actor\":\"jo\"}"
#define ASKS_7 "/v1/agents/agent-7/eligibility?brand=atlantica"

/* --- the life of an order --- */

static void test_an_order_is_in_force_when_it_is_answered(void **state)
{
    (void)state;
    begin();
    expect("GET", ASKS_7, "", 200, "{\"allowed\":true,\"until\":null,\"rules\":[]}");
    size_t from = sg_gateway_records(&scene.gateway);
    expect("POST", "/v1/guard/orders", BLOCK, 201, "{\"order\":1,\"kind\":\"block\",\"state\":");
    char *text = ask("GET", ASKS_7, "", "", 200);
    assert_memory_equal(text, "{\"allowed\":false,\"until\":\"20", 27);
    assert_non_null(strstr(text, "\"rule\":\"block\",\"mode\":\"enforce\",\"until\":\"20"));
    assert_non_null(strstr(text, ",\"order\":1}]}"));
    assert_null(strstr(text, SECRET));
    free(text);
    expect("GET", "/v1/agents/agent-7/eligibility?brand=borealis", "", 200, "\"allowed\":true");
    expect("GET", "/v1/agents/agent%2D8/eligibility?brand=atlantica", "", 200, "\"allowed\":true");
    free(sg_gateway_record(&scene.gateway, from,
                           (const char *[]){"\"what\":\"guard\"", "\"status_id\":1",
                                            "\"actor\":{\"peer\":\"", "\"act\":\"order\"",
                                            "\"kind\":\"block\"", "\"order\":1",
                                            "\"brand\":\"atlantica\"", "\"by\":\"jo\"", NULL}));
    expect("POST", "/v1/guard/orders/1/appeal", "{\"note\":\"was on leave\",\"actor\":\"mo\"}", 200,
           "{\"order\":1,\"noted\":true}");
    expect("DELETE", "/v1/guard/orders/1", "{\"reason\":\"x\",\"actor\":\"mo\"}", 200,
           "{\"order\":1,\"lifted\":true}");
    expect("GET", ASKS_7, "", 200, "\"allowed\":true");
    expect("DELETE", "/v1/guard/orders/1", "{\"reason\":\"x\",\"actor\":\"mo\"}", 404,
           "the order was lifted before");
    free(sg_gateway_record(
        &scene.gateway, from,
        (const char *[]){"\"what\":\"guard\"", "\"status_id\":2", "\"act\":\"lift\"", NULL}));
    expect("GET", "/v1/guard/orders", "", 200, "{\"orders\":[]}");
    text = ask("GET", "/v1/guard/orders?all=yes&agent=agent-7", "", "", 200);
    assert_non_null(strstr(text, "\"state\":\"lifted\""));
    assert_non_null(strstr(text, "\"reason\":\"" SECRET "\""));
    assert_non_null(strstr(text, "\"appeal\":\"was on leave\""));
    assert_non_null(strstr(text, "\"lifted_by\":\"mo\""));
    free(text);
    expect("GET", "/v1/guard/orders?all=yes&agent=agent-8", "", 200, "{\"orders\":[]}");
    end();
}

static void test_the_policy_is_asked_too(void **state)
{
    (void)state;
    static const char asks[] = "/v1/agents/agent-7/eligibility?brand=callisto&queue=q";
    begin();
    sg_tempdir_write(&scene.gateway.dir, "policy.yaml", policy, sizeof policy - 1);
    sg_gateway_stop(&scene.gateway);
    sg_gateway_start(&scene.gateway);
    expect("GET", asks, "", 200,
           "\"rules\":[{\"rule\":\"clearance\",\"mode\":\"enforce\",\"until\":null,\"name\":"
           "\"nda\"}]}");
    expect("POST", "/v1/guard/orders",
           "{\"kind\":\"attest\",\"agent\":\"agent-7\",\"clearance\":\"nda\",\"for\":\"365d\","
           "\"reason\":\"signed\",\"actor\":\"jo\"}",
           201, "\"clearance\":\"nda\"");
    expect("GET", asks, "", 200, "\"allowed\":true");
    expect("POST", "/v1/guard/orders",
           "{\"kind\":\"link\",\"agent\":\"agent-7\",\"other\":\"agent-8\",\"for\":\"1d\","
           "\"reason\":\"x\",\"actor\":\"jo\"}",
           201, "\"other\":\"");
    expect("GET", "/v1/agents/agent-8/eligibility?brand=callisto", "", 200, "\"allowed\":true");
    end();
}

/* A message that reaches an agent of a brand; the brand of a competitor must wait. */
static void test_who_served_a_competitor_waits(void **state)
{
    (void)state;
    static const char asks[] = "/v1/agents/agent-7/eligibility?brand=borealis";
    struct sg_answer answer = {.cut = false};
    begin();
    sg_tempdir_write(&scene.gateway.dir, "policy.yaml", policy, sizeof policy - 1);
    sg_gateway_stop(&scene.gateway);
    sg_gateway_start(&scene.gateway);
    expect("GET", asks, "", 200, "\"allowed\":true");
    sg_wire_ask(scene.gateway.port, "POST", "/in/x",
                "Content-Type: text/plain\r\nX-Agent: agent-7\r\nX-Brand: atlantica\r\n",
                SG_BYTES("hello"), &answer);
    assert_int_equal(answer.head.status, 200);
    sg_answer_fini(&answer);
    sg_scene_skip(&scene);
    char *text = ask("GET", asks, "", "", 200);
    assert_non_null(strstr(text, "{\"allowed\":false,\"until\":\"20"));
    assert_non_null(strstr(text, "{\"rule\":\"cooloff\",\"mode\":\"enforce\",\"until\":\"20"));
    assert_non_null(strstr(text, "\"name\":\"cruises\",\"brand\":\"atlantica\"}]}"));
    free(text);
    expect("GET", "/v1/agents/agent-7/eligibility?brand=atlantica", "", 200, "\"allowed\":true");
    expect("GET", "/v1/agents/agent-8/eligibility?brand=borealis", "", 200, "\"allowed\":true");
    expect("POST", "/v1/guard/orders",
           "{\"kind\":\"waive\",\"agent\":\"agent-7\",\"brand\":\"borealis\",\"for\":\"1d\","
           "\"reason\":\"both agreed\",\"actor\":\"jo\"}",
           201, "\"kind\":\"waive\"");
    expect("GET", asks, "", 200, "\"allowed\":true");
    end();
}

/* --- the command beside it --- */

static void command(const char *const args[], int code)
{
    struct sg_program_run run;
    sg_program_run(&run, scene.gateway.dir.path, args, SG_BYTES(""));
    if (run.code != code)
        fail_msg("exit %d: %s%s", run.code, (const char *)run.out.data, (const char *)run.err.data);
    sg_program_run_fini(&run);
}

/* The gateway looks several times a second. */
static void await_answer(const char *holds)
{
    for (int i = 0; i < 10000; i++) {
        char *text = ask("GET", ASKS_7, "", "", 200);
        const bool is_so = strstr(text, holds) != NULL;
        free(text);
        if (is_so)
            return;
    }
    fail_msg("it never became %s", holds);
}

static void test_a_command_beside_it(void **state)
{
    (void)state;
    begin();
    size_t from = sg_gateway_records(&scene.gateway);
    command((const char *[]){"collusion", "guard", "block", "agent-7", "-c", "gateway.yaml",
                             "--for", "1d", "--because", SECRET, NULL},
            0);
    await_answer("\"order\":1}");
    char uid[40];
    (void)snprintf(uid, sizeof uid, "\"actor\":{\"uid\":%u}", (unsigned)geteuid());
    free(sg_gateway_record(
        &scene.gateway, from,
        (const char *[]){"\"what\":\"guard\"", uid, "\"act\":\"order\"", "\"order\":1", NULL}));
    command((const char *[]){"collusion", "guard", "eligible", "agent-7", "-c", "gateway.yaml",
                             "--brand", "atlantica", NULL},
            1);
    command((const char *[]){"collusion", "guard", "lift", "1", "--state", "var", "--because", "x",
                             NULL},
            0);
    await_answer("\"allowed\":true");
    /* What one of them ordered the other lifts. */
    expect("POST", "/v1/guard/orders", BLOCK, 201, "{\"order\":2,");
    command((const char *[]){"collusion", "guard", "lift", "2", "-c", "gateway.yaml", "--because",
                             "x", NULL},
            0);
    await_answer("\"allowed\":true");
    command((const char *[]){"collusion", "guard", "erase", "agent-7", "-c", "gateway.yaml", NULL},
            0);
    free(sg_gateway_record(
        &scene.gateway, from,
        (const char *[]){"\"what\":\"guard\"", "\"act\":\"erase\"", "\"kept\":0", NULL}));
    expect("GET", "/v1/guard/orders?all=yes", "", 200, "{\"orders\":[]}");
    end();
}

/* --- what is wrong --- */

#define X64            "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define X1K            X64 X64 X64 X64 X64 X64 X64 X64 X64 X64 X64 X64 X64 X64 X64 X64
#define X4K            X1K X1K X1K X1K
#define ORDER(members) "{\"kind\":\"flag\",\"agent\":\"a\",\"for\":\"1d\"," members "}"
#define WHO            "\"reason\":\"x\",\"actor\":\"jo\""

static const struct bad {
    const char *name, *method, *target, *fields, *body;
    unsigned status;
    const char *holds;
} bads[] = {
    {"no brand", "GET", "/v1/agents/a/eligibility", "", "", 400, "brand is missing"},
    {"a broken byte", "GET", "/v1/agents/%zz/eligibility?brand=a", "", "", 400, "malformed"},
    {"an id of three kilobytes", "GET", "/v1/agents/" X1K X1K X1K "/eligibility?brand=a", "", "",
     400, "too long"},
    {"a digest that is none", "GET", "/v1/agents/digest:12/eligibility?brand=a", "", "", 400,
     "16 hex digits"},
    {"a brand twice", "GET", "/v1/agents/a/eligibility?brand=a&brand=b", "", "", 400, "twice"},
    {"a question that is posted", "POST", "/v1/agents/a/eligibility?brand=a", JSON, "{}", 405, ""},
    {"a score", "GET", "/v1/agents/a/score?brand=a", "", "", 404, "no-route"},
    {"an order that is put", "PUT", "/v1/guard/orders", JSON, "{}", 405, ""},
    {"an order that is read", "GET", "/v1/guard/orders/1", "", "", 405, ""},
    {"an order that says not what it is", "POST", "/v1/guard/orders", "", ORDER(WHO), 415, ""},
    {"an order as web pages post it", "POST", "/v1/guard/orders", "Content-Type: text/plain\r\n",
     ORDER(WHO), 415, ""},
    {"an order by a page that thinks it is ours", "POST", "/v1/guard/orders",
     JSON "Origin: http://127.0.0.1:8081\r\n", ORDER(WHO), 403, "problem:page"},
    {"the same without its origin", "POST", "/v1/guard/orders",
     JSON "Sec-Fetch-Site: same-origin\r\n", ORDER(WHO), 403, "problem:page"},
    {"no JSON", "POST", "/v1/guard/orders", JSON, "kind=flag", 400, "no JSON object"},
    {"an array", "POST", "/v1/guard/orders", JSON, "[1]", 400, "no JSON object"},
    {"an object of objects", "POST", "/v1/guard/orders", JSON, "{\"a\":{\"b\":{\"c\":1}}}", 400,
     "no JSON object"},
    {"a member twice", "POST", "/v1/guard/orders", JSON, ORDER("\"kind\":\"block\"," WHO), 400,
     "no JSON object"},
    {"a member that is not known", "POST", "/v1/guard/orders", JSON, ORDER("\"ban\":\"x\"," WHO),
     400, "not known here"},
    {"a number for a reason", "POST", "/v1/guard/orders", JSON,
     ORDER("\"reason\":7,\"actor\":\"jo\""), 400, "is no string"},
    {"no reason", "POST", "/v1/guard/orders", JSON, ORDER("\"actor\":\"jo\""), 400,
     "the reason is missing"},
    {"nobody who orders it", "POST", "/v1/guard/orders", JSON, ORDER("\"reason\":\"x\""), 400,
     "who ordered it is missing"},
    {"a reason without an end", "POST", "/v1/guard/orders", JSON,
     ORDER("\"reason\":\"" X1K "\",\"actor\":\"jo\""), 400, "too long"},
    {"a reason with a NUL", "POST", "/v1/guard/orders", JSON,
     ORDER("\"reason\":\"a\\u0000b\",\"actor\":\"jo\""), 400, "no plain text"},
    {"no kind", "POST", "/v1/guard/orders", JSON, "{\"agent\":\"a\",\"for\":\"1d\"," WHO "}", 400,
     "no such kind"},
    {"no agent", "POST", "/v1/guard/orders", JSON, "{\"kind\":\"flag\",\"for\":\"1d\"," WHO "}",
     400, "1 to 1024 bytes"},
    {"no end", "POST", "/v1/guard/orders", JSON, "{\"kind\":\"flag\",\"agent\":\"a\"," WHO "}", 400,
     "for is missing"},
    {"an end that is no time", "POST", "/v1/guard/orders", JSON,
     "{\"kind\":\"flag\",\"agent\":\"a\",\"for\":\"soon\"," WHO "}", 400, "for is missing"},
    {"an end too far away", "POST", "/v1/guard/orders", JSON,
     "{\"kind\":\"flag\",\"agent\":\"a\",\"for\":\"367d\"," WHO "}", 400, "within 366 days"},
    {"an end that no number has", "POST", "/v1/guard/orders", JSON,
     "{\"kind\":\"flag\",\"agent\":\"a\",\"for\":\"99999999999999999999d\"," WHO "}", 400,
     "for is missing"},
    {"an order that is not there", "DELETE", "/v1/guard/orders/7", JSON, "{" WHO "}", 404,
     "no order of that number"},
    {"an objection to none", "POST", "/v1/guard/orders/7/appeal", JSON,
     "{\"note\":\"x\",\"actor\":\"jo\"}", 404, "no order of that number"},
    {"a lift without a reason", "DELETE", "/v1/guard/orders/7", JSON, "{\"actor\":\"jo\"}", 400,
     "is missing"},
    {"a lift without anything", "DELETE", "/v1/guard/orders/7", "", "", 415, ""},
    {"an objection and a reason", "POST", "/v1/guard/orders/7/appeal", JSON,
     "{\"note\":\"x\",\"reason\":\"y\",\"actor\":\"jo\"}", 400, "not known here"},
};

static void test_what_is_wrong_changes_nothing(void **state)
{
    (void)state;
    begin();
    for (size_t i = 0; i < sizeof bads / sizeof bads[0]; i++) {
        const struct bad *bad = &bads[i];
        char *text = ask(bad->method, bad->target, bad->fields, bad->body, bad->status);
        if (strstr(text, bad->holds) == NULL)
            fail_msg("%s: %s", bad->name, text);
        assert_null(strstr(text, X64));
        free(text);
    }
    static char large[20 * 1024];
    memset(large, ' ', sizeof large - 1);
    expect("POST", "/v1/guard/orders", large, 413, "problem:limit");
    expect("GET", "/v1/guard/orders?all=yes", "", 200, "{\"orders\":[]}");
    end();
}

/* --- crashes and full disks --- */

static void restart(void)
{
    sg_gateway_kill(&scene.gateway);
    sg_gateway_start(&scene.gateway);
}

static void post_block(struct sg_wire *wire)
{
    sg_wire_open(wire, scene.gateway.admin);
    sg_wire_say(wire,
                "POST /v1/guard/orders HTTP/1.1\r\nHost: g\r\n" JSON
                "Content-Length: %zu\r\n\r\n" BLOCK,
                sizeof BLOCK - 1);
}

static void test_what_was_answered_survives_a_kill(void **state)
{
    (void)state;
    enum { MANY = 12, ROUNDS = 4 };
    size_t answered = 0;
    begin();
    for (int round = 0; round < ROUNDS; round++) {
        struct sg_wire wires[MANY];
        for (int i = 0; i < MANY; i++) {
            post_block(&wires[i]);
        }
        /* Some are answered, some are under way, some are not begun. */
        for (int i = 0; i < 3 * round; i++)
            assert_true(sg_wire_more(&wires[i]));
        sg_gateway_kill(&scene.gateway);
        for (int i = 0; i < MANY; i++) {
            while (sg_wire_more(&wires[i]))
                continue;
            answered += sg_holds(sg_buf_bytes(&wires[i].in), "HTTP/1.1 201 ");
            sg_wire_close(&wires[i]);
        }
        sg_gateway_start(&scene.gateway);
    }
    assert_true(answered >= 3 + 6 + 9);
    char *list = ask("GET", "/v1/guard/orders", "", "", 200),
         *log = sg_gateway_audit(&scene.gateway);
    size_t kept = 0, told = 0;
    for (const char *at = list; (at = strstr(at, "{\"order\":")) != NULL; at++)
        kept++;
    for (const char *at = log; (at = strstr(at, "\"act\":\"order\"")) != NULL; at++)
        told++;
    assert_true(kept >= answered && told >= answered);
    free(list);
    free(log);
    expect("GET", ASKS_7, "", 200, "\"allowed\":false");
    restart();
    expect("GET", ASKS_7, "", 200, "\"allowed\":false");
    end();
}

/* Whether it was done is for the list to say; the gateway goes on, and ends well in the middle. */
static void test_who_leaves_and_a_gateway_that_stops(void **state)
{
    (void)state;
    enum { MANY = 10 };
    struct sg_wire wires[MANY];
    begin();
    for (int i = 0; i < MANY; i++) {
        post_block(&wires[i]);
        sg_wire_reset(&wires[i]);
    }
    expect("POST", "/v1/guard/orders", BLOCK, 201, "\"state\":\"in-force\"");
    for (int i = 0; i < MANY; i++)
        post_block(&wires[i]);
    assert_true(sg_wire_more(&wires[0]));
    sg_gateway_signal(&scene.gateway, SIGTERM);
    sg_gateway_join(&scene.gateway);
    for (int i = 0; i < MANY; i++)
        sg_wire_close(&wires[i]);
    sg_gateway_start(&scene.gateway);
    expect("GET", ASKS_7, "", 200, "\"allowed\":false");
    end();
}

static void fill_disk(void)
{
    char *text = sg_tempdir_read(&scene.gateway.dir, "var/audit/log/000000.ndjson", NULL);
    sg_program_limit_files(sg_gateway_writer(&scene.gateway), strlen(text));
    free(text);
}

static void test_what_the_log_cannot_be_told_of_is_not_done(void **state)
{
    (void)state;
    begin();
    expect("POST", "/v1/guard/orders", BLOCK, 201, "{\"order\":1,");
    fill_disk();
    for (int i = 0; i < 3; i++)
        expect("POST", "/v1/guard/orders", BLOCK, 503, "problem:audit");
    expect("DELETE", "/v1/guard/orders/1", "{" WHO "}", 503, "problem:audit");
    expect("POST", "/v1/guard/orders/1/appeal", "{\"note\":\"x\",\"actor\":\"jo\"}", 503,
           "problem:audit");
    char *text = ask("GET", "/v1/guard/orders", "", "", 200);
    assert_non_null(strstr(text, "{\"orders\":[{\"order\":1,"));
    assert_null(strstr(text, "},{"));
    assert_null(strstr(text, "appeal"));
    free(text);
    expect("GET", ASKS_7, "", 200, "\"order\":1}");
    sg_program_limit_files(sg_gateway_writer(&scene.gateway), 0);
    sg_gateway_await_ready(&scene.gateway, 200);
    expect("DELETE", "/v1/guard/orders/1", "{" WHO "}", 200, "lifted");
    end();
}

static void test_a_damaged_file_denies_what_it_would_know(void **state)
{
    (void)state;
    static const char junk[] = "this is no guard's file at all, it is somebody else's";
    char file[512];
    size_t from;
    begin();
    sg_tempdir_write(&scene.gateway.dir, "policy.yaml", policy, sizeof policy - 1);
    sg_gateway_stop(&scene.gateway);
    sg_tempdir_write(&scene.gateway.dir, "var/collusion/guard.db", junk, sizeof junk - 1);
    sg_gateway_start(&scene.gateway);
    expect("GET", "/v1/agents/agent-7/eligibility?brand=callisto", "", 200,
           "{\"allowed\":false,\"until\":null,\"rules\":[{\"rule\":\"unknown\"");
    expect("POST", "/v1/guard/orders", BLOCK, 503, "problem:guard");
    expect("GET", "/v1/guard/orders", "", 503, "problem:guard");
    expect("GET", "/readyz", "", 200, "ready, but it is not known which agents may serve");
    /* No restart is needed: what is there now counts as soon as it is asked for. */
    sg_tempdir_path(&scene.gateway.dir, "var/collusion/guard.db", file);
    assert_int_equal(unlink(file), 0);
    from = sg_gateway_records(&scene.gateway);
    expect("POST", "/v1/guard/orders", BLOCK, 201, "{\"order\":1,");
    expect("GET", ASKS_7, "", 200, "\"order\":1}]");
    expect("GET", "/v1/agents/agent-8/eligibility?brand=atlantica", "", 200, "\"allowed\":true");
    expect("GET", "/readyz", "", 200, "ready\n");
    free(sg_gateway_record(&scene.gateway, from,
                           (const char *[]){"\"what\":\"guard-anew\"", "\"status_id\":2", NULL}));
    end();
}

int main(void)
{
    sg_suite_add("an order is in force when it is answered",
                 test_an_order_is_in_force_when_it_is_answered, NULL);
    sg_suite_add("the policy is asked, too", test_the_policy_is_asked_too, NULL);
    sg_suite_add("who served a competitor waits", test_who_served_a_competitor_waits, NULL);
    sg_suite_add("a command beside it", test_a_command_beside_it, NULL);
    sg_suite_add("what is wrong is told, and changes nothing", test_what_is_wrong_changes_nothing,
                 NULL);
    sg_suite_add("what was answered survives a kill", test_what_was_answered_survives_a_kill, NULL);
    sg_suite_add("who leaves, and a gateway that stops, amid orders",
                 test_who_leaves_and_a_gateway_that_stops, NULL);
    sg_suite_add("what the log cannot be told of is not done",
                 test_what_the_log_cannot_be_told_of_is_not_done, NULL);
    sg_suite_add("a damaged file denies what it would know",
                 test_a_damaged_file_denies_what_it_would_know, NULL);
    return sg_suite_run("wire_guard");
}
