/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_wire_life.c - a running gateway: what routes and rules do besides masking, what the admin
 * port tells, and what signals do.
 */
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

#include "audit/provenance.h"

#include "../lib/scene.h"
#include "../lib/suite.h"

#define TEXT  "Content-Type: text/plain\r\n"
#define AUDIT "risk=0.00;unjudged, audit=\"" SG_GATEWAY_ORIGIN "/"
#define ADMIN scene.gateway.admin
#define DATA  scene.gateway.port

static struct sg_scene scene;

static const char pack[] =
    "pack: toy\nversion: 1\nowner: toys@example.org\nrules:\n"
    "  - {id: toy, title: Toy, entity: TOY, level: 1, match: 'toy\\d{3}', with: '[TOY]',\n"
    "     tests: ['«toy123»', not: 'toy12']}\n"
    "  - {id: stop, title: Stop, entity: STOP, level: 1, match: 'stopword', action: block,\n"
    "     tests: ['«stopword»']}\n"
    "  - {id: away, title: Away, entity: AWAY, level: 1, match: 'awayword', action: divert,\n"
    "     tests: ['«awayword»']}\n"
    "  - {id: seen, title: Seen, entity: SEEN, level: 1, match: 'seenword', action: tag,\n"
    "     tests: ['«seenword»']}\n"
    "  - {id: far, title: Far, entity: FAR, level: 3, match: 'farword', with: '[FAR]',\n"
    "     tests: ['«farword»']}\n"
    "exclude:\n"
    "  - {id: order, rule: toy.toy, path: $.order_no, because: toys are orders there,\n"
    "     owner: toys@example.org, expires: 9999-12-31}\n"
    "  - {id: idle, rule: toy.toy, path: $.nowhere, because: nobody knows any more,\n"
    "     owner: toys@example.org, expires: 9999-12-31}\n";

static const char pack_of_boys[] =
    "pack: toy\nversion: 2\nowner: toys@example.org\nrules:\n"
    "  - {id: boy, title: Boy, entity: BOY, level: 1, match: 'boy\\d{3}', with: '[BOY]',\n"
    "     tests: ['«boy123»']}\n";

static const char config[] =
    "rules: [toy.yaml]\n"
    "limits: {body: 256KiB}\n"
    "routes:\n"
    "  - {name: in, path: /in/, upstream: 'http://127.0.0.1:@/up/', direction: to-agent}\n"
    "  - {name: watch, path: /watch/, upstream: 'http://127.0.0.1:@/up/', direction: to-agent,\n"
    "     mode: shadow, divert: 'http://127.0.0.1:@/away/'}\n"
    "  - {name: lenient, path: /lenient/, upstream: 'http://127.0.0.1:@/up/',\n"
    "     direction: to-customer, on_failure: pass-and-record}\n"
    "  - {name: away, path: /away/, upstream: 'http://127.0.0.1:@/up/', direction: to-agent,\n"
    "     divert: 'http://127.0.0.1:@/diverted/'}\n"
    "  - {name: wide, path: /wide/, upstream: 'http://127.0.0.1:@/up/', direction: to-agent,\n"
    "     level: 3}\n";

static void write_pack(const char *text)
{
    sg_tempdir_write(&scene.gateway.dir, "toy.yaml", text, strlen(text));
}

/* --- what is decided, and what is done about it --- */

enum { TEXTS = 5 };

struct deed_row {
    const char *name, *target, *type, *body;
    unsigned status;
    const char *problem;       /* refused for; NULL: it passes */
    const char *heard_at;      /* the target at the origin */
    const char *heard;         /* the body there, and back at the client */
    const char *mark;          /* what the Scrubgate field begins with */
    const char *record[TEXTS]; /* in the decision's record */
};

static const struct deed_row deeds[] = {
    {.name = "mask: the finding is replaced",
     .target = "/in/x",
     .body = "my toy123 and toy12",
     .status = 200,
     .heard_at = "/up/x",
     .heard = "my [TOY] and toy12",
     .mark = "verdict=masked, entities=(TOY;n=1), " AUDIT,
     .record = {"\"verdict\":\"masked\"", "\"action_id\":4", "\"rule\":\"toy.toy\"",
                "\"spans\":[[0,3,6]]"}},
    {.name = "tag: told, and left as it is",
     .target = "/in/x",
     .body = "a seenword here",
     .status = 200,
     .heard_at = "/up/x",
     .heard = "a seenword here",
     .mark = "verdict=clean, entities=(SEEN;n=1), " AUDIT,
     .record = {"\"verdict\":\"clean\"", "\"action_id\":1", "\"action\":\"tag\""}},
    {.name = "block: the message goes nowhere",
     .target = "/in/x",
     .body = "a stopword and toy123",
     .status = 422,
     .problem = "blocked",
     .record = {"\"verdict\":\"blocked\"", "\"action_id\":2", "\"rule\":\"toy.stop\"",
                "\"bytes_out\":0"}},
    {.name = "divert: the message goes to the other upstream, masked",
     .target = "/away/x",
     .body = "an awayword and toy123",
     .status = 200,
     .heard_at = "/diverted/x",
     .heard = "an awayword and [TOY]",
     .mark = "verdict=diverted, entities=(",
     .record = {"\"verdict\":\"diverted\"", "\"rule\":\"toy.away\""}},
    {.name = "divert without somewhere to divert to is refused",
     .target = "/in/x",
     .body = "an awayword",
     .status = 503,
     .problem = "no-divert",
     .record = {"\"verdict\":\"refused\"", "\"action_id\":2", "nowhere to divert to"}},
    {.name = "shadow: told and left as it is",
     .target = "/watch/x",
     .body = "my toy123",
     .status = 200,
     .heard_at = "/up/x",
     .heard = "my toy123",
     .mark = "verdict=masked, entities=(TOY;n=1), shadow, " AUDIT,
     .record = {"\"verdict\":\"masked\"", "\"mode\":\"shadow\"", "\"action_id\":1",
                "\"spans\":[[0,3,6]]", "\"edits\":0"}},
    {.name = "shadow: what would be blocked passes",
     .target = "/watch/x",
     .body = "a stopword",
     .status = 200,
     .heard_at = "/up/x",
     .heard = "a stopword",
     .mark = "verdict=blocked, entities=(STOP;n=1), shadow, ",
     .record = {"\"verdict\":\"blocked\"", "\"mode\":\"shadow\"", "\"action_id\":1"}},
    {.name = "shadow: what would be diverted is not",
     .target = "/watch/x",
     .body = "an awayword",
     .status = 200,
     .heard_at = "/up/x",
     .heard = "an awayword",
     .mark = "verdict=diverted, entities=(AWAY;n=1), shadow, ",
     .record = {"\"verdict\":\"diverted\"", "\"mode\":\"shadow\"", "\"action_id\":1"}},
    {.name = "shadow: what cannot be read is still refused",
     .target = "/watch/x",
     .body = "toy123 \xff",
     .status = 400,
     .problem = "malformed",
     .record = {"\"verdict\":\"refused\"", "\"mode\":\"shadow\"", "\"action_id\":2"}},
    {.name = "pass-and-record: what cannot be read passes as it came",
     .target = "/lenient/x",
     .body = "toy123 \xff",
     .status = 200,
     .heard_at = "/up/x",
     .heard = "toy123 \xff",
     .mark = "verdict=refused, entities=(), " AUDIT,
     .record = {"\"verdict\":\"refused\"", "\"mode\":\"pass-and-record\"", "\"action_id\":1,",
                "passed on failure: ", "\"direction\":\"to-customer\""}},
    {.name = "pass-and-record: a type that is not known passes as it came",
     .target = "/lenient/x",
     .type = "Content-Type: image/png\r\n",
     .body = "\x89PNG toy123",
     .status = 200,
     .heard_at = "/up/x",
     .heard = "\x89PNG toy123",
     .mark = "verdict=refused, ",
     .record = {"\"verdict\":\"refused\"", "passed on failure: a media type"}},
    {.name = "pass-and-record: what can be read is masked",
     .target = "/lenient/x",
     .body = "my toy123",
     .status = 200,
     .heard_at = "/up/x",
     .heard = "my [TOY]",
     .mark = "verdict=masked, ",
     .record = {"\"verdict\":\"masked\""}},
    {.name = "pass-and-record: what a rule blocks is blocked",
     .target = "/lenient/x",
     .body = "a stopword",
     .status = 422,
     .problem = "blocked",
     .record = {"\"verdict\":\"blocked\"", "\"action_id\":2"}},
    {.name = "a rule above the route's level does not run",
     .target = "/in/x",
     .body = "a farword",
     .status = 200,
     .heard_at = "/up/x",
     .heard = "a farword",
     .mark = "verdict=clean, entities=(), ",
     .record = {"\"level\":2"}},
    {.name = "a route of level 3 runs that rule",
     .target = "/wide/x",
     .body = "a farword",
     .status = 200,
     .heard_at = "/up/x",
     .heard = "a [FAR]",
     .mark = "verdict=masked, entities=(FAR;n=1), ",
     .record = {"\"level\":3"}},
};

static void check_record(size_t from, const char *const texts[TEXTS])
{
    const char *all[TEXTS + 2] = {"\"class_uid\":2006"};
    for (size_t i = 0; i < TEXTS && texts[i] != NULL; i++)
        all[i + 1] = texts[i];
    free(sg_gateway_record(&scene.gateway, from, all));
}

static void check_problem(const struct sg_answer *answer, const char *word)
{
    char type[96];
    (void)snprintf(type, sizeof type, "{\"type\":\"urn:scrubgate:problem:%s\",", word);
    if (!sg_bytes_start_with(sg_buf_bytes(&answer->body), sg_bytes_of(type)))
        fail_msg("the problem is no %s: %.*s", word, (int)answer->body.len,
                 (const char *)answer->body.data);
    sg_assert_text(sg_answer_field(answer, "Content-Type"), "application/problem+json");
}

static void test_deed(void **state)
{
    const struct deed_row *row = *state;
    struct sg_answer answer = {.cut = false};
    struct sg_heard heard;
    const char *type = row->type != NULL ? row->type : TEXT;
    size_t from = sg_gateway_records(&scene.gateway), mark = sg_scene_mark(&scene);
    /* A response cannot be diverted: what diverts is not echoed. */
    bool echo = strcmp(row->target, "/away/x") != 0;
    if (!echo)
        sg_recorder_say_text(&scene.origin, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
                             SG_THEN_KEEP);
    sg_wire_ask(DATA, "POST", row->target, type, sg_bytes_of(row->body), &answer);
    assert_int_equal(answer.head.status, row->status);
    check_record(from, row->record);
    if (row->problem != NULL) {
        check_problem(&answer, row->problem);
        sg_scene_heard_nothing(&scene, mark, "/in/next");
    } else {
        sg_recorder_take(&scene.origin, &heard);
        sg_assert_text(heard.head.target, row->heard_at);
        sg_assert_text(sg_buf_bytes(&heard.body), row->heard);
        sg_assert_text(sg_buf_bytes(&answer.body), echo ? row->heard : "");
        if (!sg_bytes_start_with(sg_heard_field(&heard, "Scrubgate"), sg_bytes_of(row->mark)))
            fail_msg("the origin was told %.*s", (int)sg_heard_field(&heard, "Scrubgate").len,
                     (const char *)sg_heard_field(&heard, "Scrubgate").data);
        assert_true(heard.recorded);
        sg_heard_fini(&heard);
    }
    sg_answer_fini(&answer);
}

/* --- the same in responses, and in bodies that stream --- */

static void test_blocked_response(void **state)
{
    (void)state;
    struct sg_answer answer = {.cut = false};
    size_t from = sg_gateway_records(&scene.gateway);
    sg_recorder_say_text(&scene.origin,
                         "HTTP/1.1 200 OK\r\n" TEXT "Content-Length: 17\r\n\r\na stopword toy123",
                         SG_THEN_KEEP);
    sg_wire_ask(DATA, "GET", "/in/x", "", SG_BYTES(""), &answer);
    sg_scene_skip(&scene);
    assert_int_equal(answer.head.status, 422);
    check_problem(&answer, "blocked");
    assert_false(sg_holds(sg_buf_bytes(&answer.body), "toy123"));
    check_record(from, (const char *[TEXTS]){"\"verdict\":\"blocked\"",
                                             "\"direction\":\"to-customer\"", "\"bytes_out\":0"});
    sg_answer_fini(&answer);
}

static void test_late_block(void **state)
{
    const char *word = *state;
    struct sg_answer answer = {.cut = false};
    struct sg_heard heard;
    struct sg_buf body = {0};
    size_t from = sg_gateway_records(&scene.gateway);
    while (body.len < 128 * 1024)
        assert_true(sg_buf_add_text(&body, "a long talk about my toy123\n") >= 0);
    assert_true(sg_buf_add_text(&body, word) >= 0);
    sg_wire_ask(DATA, "POST", "/away/x", TEXT, sg_buf_bytes(&body), &answer);
    assert_true(answer.head.status == 422 || answer.head.status == 503);
    sg_recorder_take(&scene.origin, &heard);
    assert_false(heard.whole);
    assert_false(sg_holds(sg_buf_bytes(&heard.body), word));
    assert_false(sg_holds(sg_buf_bytes(&heard.body), "toy123"));
    check_record(from, (const char *[TEXTS]){"\"part\":\"end\"", "\"action_id\":2"});
    sg_heard_fini(&heard);
    sg_answer_fini(&answer);
    sg_buf_fini(&body);
}

/* --- the admin port --- */

struct admin_row {
    const char *name, *method, *target, *fields, *body;
    unsigned status;
    const char *type, *holds;
};

static const struct admin_row admins[] = {
    {"/healthz says that it lives", "GET", "/healthz", "", "", 200, "text/plain", "ok\n"},
    {"/readyz says that it serves", "GET", "/readyz", "", "", 200, "text/plain", "ready\n"},
    {"/readyz takes HEAD", "HEAD", "/readyz", "", "", 200, "text/plain", ""},
    {"/metrics is OpenMetrics to its end", "GET", "/metrics", "", "", 200,
     "application/openmetrics-text; version=1.0.0; charset=utf-8", "\n# EOF\n"},
    {"what can only be read cannot be posted to", "POST", "/metrics", TEXT, "x", 405, "", ""},
    {"what must be posted to cannot be read", "GET", "/v1/scrub", "", "", 405, "", ""},
    {"any other path is not there", "GET", "/in/x", "", "", 404, "application/problem+json",
     "no-route"},
    {"/v1/scrub scrubs a text", "POST", "/v1/scrub", "Content-Type: application/json\r\n",
     "{\"text\":\"my toy123\"}", 200, "application/json", "\"text\":\"my [TOY]\""},
    {"/v1/scrub refuses what it cannot read", "POST", "/v1/scrub",
     "Content-Type: application/json\r\n", "{\"text\":\"my toy123", 400, "application/problem+json",
     "malformed"},
    {"/analyze answers as Presidio does", "POST", "/analyze", "Content-Type: application/json\r\n",
     "{\"text\":\"my toy123\",\"language\":\"en\"}", 200, "application/json",
     "\"entity_type\":\"TOY\""},
    {"/anonymize answers as Presidio does", "POST", "/anonymize",
     "Content-Type: application/json\r\n", "{\"text\":\"my toy123\"}", 200, "application/json",
     "\"text\":\"my [TOY]\""},
};

static void test_admin(void **state)
{
    const struct admin_row *row = *state;
    struct sg_answer answer = {.cut = false};
    sg_wire_ask(ADMIN, row->method, row->target, row->fields, sg_bytes_of(row->body), &answer);
    assert_int_equal(answer.head.status, row->status);
    sg_assert_text(sg_answer_field(&answer, "Content-Type"), row->type);
    if (!sg_holds(sg_buf_bytes(&answer.body), row->holds))
        fail_msg("it says %.*s", (int)answer.body.len, (const char *)answer.body.data);
    sg_answer_fini(&answer);
}

static void test_admin_is_not_data(void **state)
{
    (void)state;
    static const char *const paths[] = {"/metrics", "/healthz", "/readyz", "/v1/scrub"};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        struct sg_answer answer = {.cut = false};
        sg_wire_ask(DATA, "GET", paths[i], "", SG_BYTES(""), &answer);
        assert_int_equal(answer.head.status, 404);
        sg_answer_fini(&answer);
    }
}

static void test_metrics_count(void **state)
{
    (void)state;
    static const char masked[] =
        "scrubgate_messages_total{direction=\"to-agent\",verdict=\"masked\"}";
    static const char blocked[] = "scrubgate_failures_total{reason=\"blocked\"}";
    struct sg_answer answer = {.cut = false};
    uint64_t before = sg_gateway_metric(&scene.gateway, masked);
    uint64_t edits = sg_gateway_metric(&scene.gateway, "scrubgate_edits_total");
    uint64_t blocks = sg_gateway_metric(&scene.gateway, blocked);
    sg_wire_ask(DATA, "POST", "/in/x", TEXT, SG_BYTES("toy123 toy456"), &answer);
    sg_scene_skip(&scene);
    sg_wire_ask(DATA, "POST", "/in/x", TEXT, SG_BYTES("stopword"), &answer);
    assert_int_equal(sg_gateway_metric(&scene.gateway, masked), before + 1);
    assert_int_equal(sg_gateway_metric(&scene.gateway, "scrubgate_edits_total"), edits + 2);
    assert_int_equal(sg_gateway_metric(&scene.gateway, blocked), blocks + 1);
    sg_answer_fini(&answer);
}

static void test_exclusions_are_counted(void **state)
{
    (void)state;
    static const char used[] = "scrubgate_exclusion_matches_total{exclusion=\"toy.order\"}";
    static const char idle[] = "scrubgate_exclusion_matches_total{exclusion=\"toy.idle\"}";
    struct sg_answer answer = {.cut = false};
    uint64_t before = sg_gateway_metric(&scene.gateway, used);
    sg_wire_ask(DATA, "POST", "/in/x", "Content-Type: application/json\r\n",
                SG_BYTES("{\"order_no\":\"toy123\",\"a\":\"toy123\"}"), &answer);
    sg_assert_text(sg_buf_bytes(&answer.body), "{\"order_no\":\"toy123\",\"a\":\"[TOY]\"}");
    sg_scene_skip(&scene);
    /* The request, and the response that says it again. */
    assert_int_equal(sg_gateway_metric(&scene.gateway, used), before + 2);
    assert_int_equal(sg_gateway_metric(&scene.gateway, idle), 0);
    sg_answer_fini(&answer);
}

/* --- reload --- */

static bool masks_with(const char *want)
{
    struct sg_answer answer = {.cut = false};
    sg_wire_ask(DATA, "POST", "/in/x", TEXT, SG_BYTES("toy123 boy123"), &answer);
    assert_int_equal(answer.head.status, 200);
    sg_scene_skip(&scene);
    bool same = sg_bytes_equal(sg_buf_bytes(&answer.body), sg_bytes_of(want));
    sg_answer_fini(&answer);
    return same;
}

/* The worker takes the new rules up between two requests. */
static void await_masks_with(const char *want)
{
    for (int i = 0; i < 10000; i++)
        if (masks_with(want))
            return;
    fail_msg("the new rules never came into force");
}

static size_t log_at(void)
{
    size_t at = 0;
    struct sg_gateway *gateway = &scene.gateway;
    (void)pthread_mutex_lock(&gateway->lock);
    at = gateway->log.len;
    (void)pthread_mutex_unlock(&gateway->lock);
    return at;
}

static void reload_with(const char *text, const char *says)
{
    size_t at = log_at();
    write_pack(text);
    sg_gateway_signal(&scene.gateway, SIGHUP);
    sg_gateway_await(&scene.gateway, says, &at);
}

/* The packs behind both digests of the record are beside the log, and are what they were. */
static void assert_rules_are_kept(const char *record)
{
    static const char *const keys[] = {"\"old_rules\":\"", "\"new_rules\":\""};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        char dir[512], digest[65] = "";
        struct sg_provenance rules;
        struct scrubgate_fault fault = {.what = ""};
        const char *at = strstr(record, keys[i]);
        assert_non_null(at);
        memcpy(digest, at + strlen(keys[i]), 64);
        sg_tempdir_path(&scene.gateway.dir, "var/audit", dir);
        assert_int_equal(sg_provenance_load(&rules, dir, digest, &fault), SCRUBGATE_OK);
        assert_int_equal(rules.n, 1);
        assert_string_equal(rules.packs[0].name, "000-toy.yaml");
        sg_provenance_free(&rules);
    }
}

static void test_reload(void **state)
{
    (void)state;
    size_t from = sg_gateway_records(&scene.gateway);
    uint64_t before = sg_gateway_metric(&scene.gateway, "scrubgate_reloads_total");
    assert_true(masks_with("[TOY] boy123"));
    reload_with(pack_of_boys, "\"what\":\"reloaded\"");
    await_masks_with("toy123 [BOY]");
    char *record = sg_gateway_record(
        &scene.gateway, from,
        (const char *[]){"\"class_uid\":5019", "\"what\":\"reload\"", "\"status_id\":1", NULL});
    assert_rules_are_kept(record);
    char who[32];
    (void)snprintf(who, sizeof who, "\"actor\":{\"uid\":%u}", (unsigned)getuid());
    assert_non_null(strstr(record, who));
    free(record);
    assert_int_equal(sg_gateway_metric(&scene.gateway, "scrubgate_reloads_total"), before + 1);
    reload_with(pack, "\"what\":\"reloaded\"");
    await_masks_with("[TOY] boy123");
}

static void test_bad_reload(void **state)
{
    (void)state;
    size_t from = sg_gateway_records(&scene.gateway);
    uint64_t before = sg_gateway_metric(&scene.gateway, "scrubgate_reload_failures_total");
    reload_with("pack: toy\nversion: 1\nowner: x\nrules:\n  - {id: a, oops: 1}\n",
                "toy.yaml:5:13: unknown key 'oops'");
    free(sg_gateway_record(&scene.gateway, from,
                           (const char *[]){"\"class_uid\":5019", "\"what\":\"reload-failed\"",
                                            "\"status_id\":2", NULL}));
    assert_true(masks_with("[TOY] boy123"));
    assert_int_equal(sg_gateway_metric(&scene.gateway, "scrubgate_reload_failures_total"),
                     before + 1);
    /* A config that only a restart can bring into force. */
    size_t at = log_at();
    write_pack(pack_of_boys);
    sg_scene_config(&scene, "rules: [toy.yaml]\nlimits: {idle_time: 3s}\nroutes:\n"
                            "  - {name: in, path: /in/, upstream: 'http://127.0.0.1:@/up/',\n"
                            "     direction: to-agent}\n");
    sg_gateway_signal(&scene.gateway, SIGHUP);
    sg_gateway_await(&scene.gateway, "cannot change while running", &at);
    assert_true(masks_with("[TOY] boy123"));
    sg_scene_config(&scene, config);
    write_pack(pack);
}

/* A message keeps the rules it began with. */
static void test_reload_amid(void **state)
{
    (void)state;
    struct sg_wire wire;
    struct sg_answer answer = {.cut = false};
    size_t from = sg_gateway_records(&scene.gateway);
    struct sg_buf body = {0};
    while (body.len < 100 * 1024)
        assert_true(sg_buf_add_text(&body, "toy123 boy123\n") >= 0);
    sg_wire_open(&wire, DATA);
    sg_wire_say(&wire, "POST /in/x HTTP/1.1\r\nHost: g\r\n" TEXT "Content-Length: %zu\r\n\r\n",
                2 * body.len);
    sg_wire_send(&wire, sg_buf_bytes(&body));
    free(sg_gateway_record(&scene.gateway, from, (const char *[]){"\"part\":\"begin\"", NULL}));
    reload_with(pack_of_boys, "\"what\":\"reloaded\"");
    await_masks_with("toy123 [BOY]");
    sg_wire_send(&wire, sg_buf_bytes(&body));
    sg_wire_read(&wire, &answer, false);
    assert_int_equal(answer.head.status, 200);
    sg_scene_skip(&scene);
    assert_false(answer.cut);
    assert_false(sg_holds(sg_buf_bytes(&answer.body), "toy123"));
    assert_false(sg_holds(sg_buf_bytes(&answer.body), "[BOY]"));
    sg_answer_fini(&answer);
    sg_wire_close(&wire);
    sg_buf_fini(&body);
    reload_with(pack, "\"what\":\"reloaded\"");
    await_masks_with("[TOY] boy123");
}

static void test_reloads_lose_nothing(void **state)
{
    (void)state;
    struct sg_wire wire;
    struct sg_answer answer = {.cut = false};
    size_t at = log_at();
    sg_wire_open(&wire, DATA);
    for (int i = 0; i < 20; i++) {
        sg_wire_say(&wire,
                    "POST /in/x HTTP/1.1\r\nHost: g\r\n" TEXT "Content-Length: 6\r\n\r\ntoy");
        sg_gateway_signal(&scene.gateway, SIGHUP);
        sg_gateway_await(&scene.gateway, "\"what\":\"reloaded\"", &at);
        sg_wire_say(&wire, "123");
        sg_wire_read(&wire, &answer, false);
        assert_int_equal(answer.head.status, 200);
        sg_assert_text(sg_buf_bytes(&answer.body), "[TOY]");
        sg_scene_skip(&scene);
    }
    sg_answer_fini(&answer);
    sg_wire_close(&wire);
}

/* --- the end --- */

static void test_drain(void **state)
{
    (void)state;
    struct sg_wire running, idle;
    struct sg_answer answer = {.cut = false};
    size_t at = log_at();
    sg_wire_open(&idle, DATA);
    sg_wire_say(&idle, "GET /nowhere HTTP/1.1\r\nHost: g\r\n\r\n");
    sg_wire_read(&idle, &answer, false);
    sg_wire_open(&running, DATA);
    sg_wire_say(&running,
                "POST /in/x HTTP/1.1\r\nHost: g\r\n" TEXT "Content-Length: 13\r\n\r\ntoy123 ");
    assert_true(masks_with("[TOY] boy123")); /* so the beginning above has been read */
    sg_gateway_signal(&scene.gateway, SIGTERM);
    sg_gateway_await(&scene.gateway, "\"what\":\"draining\"", &at);
    sg_wire_ask(ADMIN, "GET", "/readyz", "", SG_BYTES(""), &answer);
    assert_int_equal(answer.head.status, 503);
    sg_wire_ask(ADMIN, "GET", "/healthz", "", SG_BYTES(""), &answer);
    assert_int_equal(answer.head.status, 200);
    assert_true(sg_wire_ends(&idle));
    sg_wire_say(&running, "toy456");
    sg_wire_read(&running, &answer, false);
    assert_int_equal(answer.head.status, 200);
    sg_assert_text(sg_buf_bytes(&answer.body), "[TOY] [TOY]");
    assert_true(sg_wire_ends(&running));
    sg_scene_skip(&scene);
    sg_gateway_join(&scene.gateway);
    free(sg_gateway_record(&scene.gateway, sg_gateway_records(&scene.gateway) - 2,
                           (const char *[]){"\"class_uid\":6002", "\"what\":\"stop\"", NULL}));
    sg_answer_fini(&answer);
    sg_wire_close(&running);
    sg_wire_close(&idle);
}

static void test_second_signal(void **state)
{
    (void)state;
    struct sg_wire wire;
    size_t at = 0;
    sg_gateway_start(&scene.gateway);
    sg_wire_open(&wire, DATA);
    sg_wire_say(&wire, "POST /in/x HTTP/1.1\r\nHost: g\r\n" TEXT "Content-Length: 9\r\n\r\nhalf");
    assert_true(masks_with("[TOY] boy123"));
    sg_gateway_signal(&scene.gateway, SIGINT);
    sg_gateway_await(&scene.gateway, "\"what\":\"draining\"", &at);
    sg_gateway_signal(&scene.gateway, SIGTERM);
    assert_true(sg_wire_ends(&wire));
    sg_gateway_join(&scene.gateway);
    sg_wire_close(&wire);
}

int main(void)
{
    sg_scene_open(&scene, pack, config);
    SG_SUITE_ROWS(test_deed, deeds);
    sg_suite_add("block in a response: the client gets none of it", test_blocked_response, NULL);
    sg_suite_add("block after the beginning has left: no more leaves", test_late_block, "stopword");
    sg_suite_add("divert after the beginning has left: no more leaves", test_late_block,
                 "awayword");
    SG_SUITE_ROWS(test_admin, admins);
    sg_suite_add("the data port has no admin pages", test_admin_is_not_data, NULL);
    sg_suite_add("metrics count what was decided", test_metrics_count, NULL);
    sg_suite_add("metrics count what exclusions leave alone, and those that never do",
                 test_exclusions_are_counted, NULL);
    sg_suite_add("SIGHUP: new rules come into force, and that is recorded", test_reload, NULL);
    sg_suite_add("SIGHUP: broken rules do not, the old ones stay, and that is recorded",
                 test_bad_reload, NULL);
    sg_suite_add("SIGHUP: a message keeps the rules it began with", test_reload_amid, NULL);
    sg_suite_add("SIGHUP: no request is lost", test_reloads_lose_nothing, NULL);
    sg_suite_add("SIGTERM: what runs is finished, nothing new begins", test_drain, NULL);
    sg_suite_add("a second signal ends it at once", test_second_signal, NULL);
    int rc = sg_suite_run("wire: life");
    sg_scene_close(&scene);
    return rc;
}
