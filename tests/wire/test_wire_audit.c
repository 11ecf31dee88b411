/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_wire_audit.c - a message leaves only after its record is durable: what the log of a running
 * gateway holds, and what happens when it cannot be written.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "audit/checkpoint.h"
#include "audit/merkle.h"
#include "base/json.h"

#include "../lib/program.h"
#include "../lib/scene.h"
#include "../lib/suite.h"

#define JSON "Content-Type: application/json\r\n"
#define TEXT "Content-Type: text/plain\r\n"
#define LOG  "var/audit/log/000000.ndjson"

static struct sg_scene scene;

static const char *const planted[] = {"toy123", "anna", "agent-7", NULL};

static const char pack[] =
    "pack: toy\nversion: 1\nowner: toys@example.org\nrules:\n"
    "  - {id: toy, title: Toy, entity: TOY, level: 1, match: 'toy\\d{3}', with: '[TOY]',\n"
    "     tests: ['«toy123»']}\n";

static void begin(void)
{
    sg_scene_open(
        &scene, pack,
        "rules: [toy.yaml]\n"
        "routes:\n"
        "  - {name: in, path: /in/, upstream: 'http://127.0.0.1:@/up/',\n"
        "     direction: to-agent, identity: {customer: $.from, agent: 'header:X-Agent',\n"
        "     conversation: $.talk, brand: =acme, queue: =one}}\n");
}

static void end(void)
{
    sg_scene_close(&scene);
}

/* Long enough for its content to be compared with others'. */
static const char message[] = "{\"from\":\"anna\",\"talk\":\"t1\",\"text\":\"my toy123 is blue and "
                              "stands on the upper shelf behind the door in the long hall\"}";

/* One message and its echo, delivered. */
static void deliver(void)
{
    struct sg_answer answer = {.cut = false};
    struct sg_heard heard;
    sg_wire_ask(scene.gateway.port, "POST", "/in/x", JSON "X-Agent: agent-7\r\n",
                sg_bytes_of(message), &answer);
    assert_int_equal(answer.head.status, 200);
    sg_recorder_take(&scene.origin, &heard);
    assert_true(heard.recorded);
    sg_heard_fini(&heard);
    sg_answer_fini(&answer);
}

/* --- the log of a day without trouble --- */

/* The checkpoint, by the public key alone, is of these lines and no others. */
static void check_signature(const struct sg_merkle_range *tree, struct sg_sha256 *sha)
{
    struct sg_note_key key;
    struct sg_checkpoint checkpoint;
    struct sg_hash root;
    size_t len, key_len;
    char *text = sg_tempdir_read(&scene.gateway.dir, "var/audit/checkpoint", &len);
    char *vkey = sg_tempdir_read(&scene.gateway.dir, "var/keys/log.vkey", &key_len);
    assert_int_equal(sg_note_key_read(&key, (struct sg_bytes){(const uint8_t *)vkey, key_len - 1}),
                     0);
    assert_int_equal(
        sg_checkpoint_open(&checkpoint, NULL, (struct sg_bytes){(const uint8_t *)text, len}, &key),
        0);
    assert_int_equal(checkpoint.size, tree->size);
    assert_int_equal(sg_merkle_root(tree, sha, &root), 0);
    assert_true(sg_hash_equal(&root, &checkpoint.root));
    free(text);
    free(vkey);
}

/* Every line is JSON and begins with its own number; together they are what was signed. */
static size_t check_log(void)
{
    struct sg_merkle_range tree = {.size = 0};
    struct sg_sha256 *sha;
    assert_int_equal(sg_sha256_new(&sha), 0);
    char *log = sg_gateway_audit(&scene.gateway), *rest = NULL;
    size_t number = 0;
    for (char *line = strtok_r(log, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest), number++) {
        struct sg_json *json = NULL;
        struct scrubgate_fault fault;
        char begins[40];
        (void)snprintf(begins, sizeof begins, "{\"seq\":%zu,\"time\":", number);
        if (strncmp(line, begins, strlen(begins)) != 0)
            fail_msg("line %zu is %.60s", number, line);
        assert_true(sg_json_parse(&json, sg_bytes_of(line), 16, &fault) >= 0);
        sg_json_free(json);
        struct sg_hash leaf;
        assert_int_equal(sg_merkle_leaf(sha, sg_bytes_of(line), &leaf), 0);
        assert_int_equal(sg_merkle_push(&tree, sha, &leaf, NULL, NULL), 0);
    }
    check_signature(&tree, sha);
    sg_sha256_free(sha);
    free(log);
    return number;
}

/* Lines that hold the text. */
static size_t count_of(const char *text)
{
    char *log = sg_gateway_audit(&scene.gateway), *rest = NULL;
    size_t n = 0;
    for (char *line = strtok_r(log, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest))
        n += strstr(line, text) != NULL;
    free(log);
    return n;
}

static void test_records(void **state)
{
    (void)state;
    begin();
    for (int i = 0; i < 10; i++)
        deliver();
    sg_gateway_stop(&scene.gateway);
    /* start, sketches restored, ten times request, response, outcome, sketches saved, stop, seal */
    assert_int_equal(check_log(), 35);
    assert_int_equal(count_of("\"direction\":\"to-agent\""), 10);
    assert_int_equal(count_of("\"direction\":\"to-customer\""), 10);
    assert_int_equal(count_of("\"class_uid\":6003"), 10);
    assert_int_equal(count_of("\"instance\":\"" SG_GATEWAY_ORIGIN "\""), 35);
    sg_gateway_keeps_quiet(&scene.gateway, planted);
    end();
}

static void test_many_at_once(void **state)
{
    (void)state;
    enum { MANY = 40 };
    struct sg_wire wire[MANY];
    bool seen[4096] = {false};
    begin();
    for (int i = 0; i < MANY; i++) {
        sg_wire_open(&wire[i], scene.gateway.port);
        sg_wire_say(&wire[i],
                    "POST /in/x HTTP/1.1\r\nHost: g\r\n" TEXT "Content-Length: 6\r\n\r\ntoy123");
    }
    for (int i = 0; i < MANY; i++) {
        struct sg_answer answer = {.cut = false};
        sg_wire_read(&wire[i], &answer, false);
        assert_int_equal(answer.head.status, 200);
        sg_answer_fini(&answer);
        sg_wire_close(&wire[i]);
    }
    for (int i = 0; i < MANY; i++) {
        struct sg_heard heard;
        unsigned long long seq = 0;
        char mark[256] = "";
        sg_recorder_take(&scene.origin, &heard);
        assert_true(heard.recorded);
        struct sg_bytes value = sg_heard_field(&heard, "Scrubgate");
        assert_true(value.len < sizeof mark);
        memcpy(mark, value.data, value.len);
        assert_int_equal(sscanf(strrchr(mark, '/'), "/%llu", &seq), 1);
        assert_true(seq < sizeof seen && !seen[seq]);
        seen[seq] = true;
        sg_heard_fini(&heard);
    }
    sg_gateway_stop(&scene.gateway);
    assert_int_equal(check_log(), 5 + 3 * MANY);
    end();
}

static void test_events(void **state)
{
    (void)state;
    char name[64], day[16];
    begin();
    deliver();
    sg_gateway_stop(&scene.gateway);
    /* Named for the day of its first line. */
    char *log = sg_gateway_audit(&scene.gateway);
    unsigned long long ms = 0;
    assert_int_equal(sscanf(strstr(log, "\"time\":"), "\"time\":%llu", &ms), 1);
    free(log);
    time_t seconds = (time_t)(ms / 1000);
    struct tm tm;
    assert_non_null(gmtime_r(&seconds, &tm));
    assert_true(strftime(day, sizeof day, "%Y-%m-%d", &tm) > 0);
    (void)snprintf(name, sizeof name, "var/events/%s.ndjson", day);
    char *events = sg_tempdir_read(&scene.gateway.dir, name, NULL);
    assert_non_null(strstr(events, "\"event\":\"message\""));
    assert_non_null(strstr(events, "\"brand\":\"acme\""));
    assert_non_null(strstr(events, "\"queue\":\"one\""));
    static const char *const facets[] = {"\"ticket\":\"", "\"customer\":\"", "\"agent\":\"",
                                         "\"network\":\"", "\"content\":\""};
    for (size_t i = 0; i < sizeof facets / sizeof facets[0]; i++) {
        const char *at = strstr(events, facets[i]);
        if (at == NULL)
            fail_msg("no %s in %s", facets[i], events);
        else
            assert_int_equal(strspn(at + strlen(facets[i]), "0123456789abcdef"), 16);
    }
    free(events);
    sg_gateway_keeps_quiet(&scene.gateway, planted);
    end();
}

/* --- a crash --- */

static void test_crash(void **state)
{
    (void)state;
    size_t size;
    begin();
    deliver();
    sg_gateway_kill(&scene.gateway);
    /* And a line that was half written, where zeros stood. */
    char *log = sg_tempdir_read(&scene.gateway.dir, LOG, &size);
    const size_t len = strlen(log);
    size_t lines = sg_gateway_records(&scene.gateway);
    struct sg_buf torn = {0};
    assert_true(sg_buf_add(&torn, log, len) >= 0);
    assert_true(sg_buf_addf(&torn, "{\"seq\":%zu,\"time\":17", lines) >= 0);
    while (torn.len < size)
        assert_true(sg_buf_add_byte(&torn, '\0') >= 0);
    sg_tempdir_write(&scene.gateway.dir, LOG, torn.data, torn.len);
    sg_gateway_start(&scene.gateway);
    deliver();
    sg_gateway_stop(&scene.gateway);
    assert_int_equal(check_log(), lines + 9); /* one tells what was set aside */
    /* What was there is there still, byte for byte; the torn line is beside it. */
    char *after = sg_tempdir_read(&scene.gateway.dir, LOG, NULL);
    assert_memory_equal(after, log, len);
    assert_true(sg_tempdir_has(&scene.gateway.dir, "var/audit/log/000000.torn"));
    free(log);
    free(after);
    sg_buf_fini(&torn);
    end();
}

/* --- a disk that is full --- */

/* Of its lines: zeros stand ahead of them. */
static size_t log_size(void)
{
    char *text = sg_tempdir_read(&scene.gateway.dir, LOG, NULL);
    const size_t len = strlen(text);
    free(text);
    return len;
}

/* From now on the log has room for so many bytes more. */
static void fill_disk(size_t left)
{
    sg_program_limit_files(sg_gateway_writer(&scene.gateway), log_size() + left);
}

static void clear_disk(void)
{
    sg_program_limit_files(sg_gateway_writer(&scene.gateway), 0);
}

/* Waits until the three records of one exchange are there: its outcome comes last. */
static void deliver_and_settle(void)
{
    size_t from = sg_gateway_records(&scene.gateway);
    deliver();
    free(sg_gateway_record(&scene.gateway, from, (const char *[]){"\"class_uid\":6003", NULL}));
}

static void check_refused(const struct sg_answer *answer)
{
    assert_int_equal(answer->head.status, 503);
    sg_assert_text(sg_answer_field(answer, "Content-Type"), "application/problem+json");
    assert_true(sg_answer_field(answer, "Retry-After").len > 0);
    assert_true(sg_holds(sg_buf_bytes(&answer->body), "urn:scrubgate:problem:audit"));
    assert_false(sg_holds(sg_buf_bytes(&answer->body), "toy123"));
    assert_false(sg_holds(sg_buf_bytes(&answer->body), "[TOY]"));
}

static unsigned ask_admin(const char *path)
{
    struct sg_answer answer = {.cut = false};
    sg_wire_ask(scene.gateway.admin, "GET", path, "", SG_BYTES(""), &answer);
    unsigned status = answer.head.status;
    sg_answer_fini(&answer);
    return status;
}

static void test_full_disk(void **state)
{
    (void)state;
    struct sg_answer answer = {.cut = false};
    begin();
    deliver_and_settle();
    size_t lines = sg_gateway_records(&scene.gateway), mark = sg_scene_mark(&scene);
    fill_disk(0);
    for (int i = 0; i < 3; i++) {
        sg_wire_ask(scene.gateway.port, "POST", "/in/x", TEXT, SG_BYTES("my toy123"), &answer);
        check_refused(&answer);
    }
    sg_wire_ask(scene.gateway.port, "GET", "/in/x", "", SG_BYTES(""), &answer);
    check_refused(&answer);
    assert_int_equal(ask_admin("/readyz"), 503);
    assert_int_equal(ask_admin("/healthz"), 200);
    assert_true(sg_gateway_metric(&scene.gateway, "scrubgate_audit_failures_total") > 0);
    size_t at = 0;
    sg_gateway_await(&scene.gateway, "audit log cannot be written: messages are refused", &at);
    assert_int_equal(sg_gateway_records(&scene.gateway), lines);
    /* The disk has room again: all is as before, and what was refused was never sent. */
    clear_disk();
    sg_scene_heard_nothing(&scene, mark, "/in/next");
    sg_gateway_await(&scene.gateway, "audit log is written again", &at);
    assert_int_equal(ask_admin("/readyz"), 200);
    deliver();
    sg_gateway_stop(&scene.gateway);
    (void)check_log();
    sg_answer_fini(&answer);
    sg_gateway_keeps_quiet(&scene.gateway, planted);
    end();
}

/* Whoever asks /readyz to send messages here again must not have to send one first. */
static void test_ready_again(void **state)
{
    (void)state;
    struct sg_answer answer = {.cut = false};
    unsigned status = 503;
    begin();
    fill_disk(0);
    sg_wire_ask(scene.gateway.port, "POST", "/in/x", TEXT, SG_BYTES("my toy123"), &answer);
    check_refused(&answer);
    assert_int_equal(ask_admin("/readyz"), 503);
    clear_disk();
    for (int i = 0; i < 5000 && status != 200; i++)
        status = ask_admin("/readyz");
    assert_int_equal(status, 200);
    sg_answer_fini(&answer);
    end();
}

/* There is room for the request's record and not for the response's. */
static void test_full_for_response(void **state)
{
    (void)state;
    struct sg_answer answer = {.cut = false};
    begin();
    deliver_and_settle();
    size_t lines = sg_gateway_records(&scene.gateway);
    deliver_and_settle();
    char *record = sg_gateway_record(&scene.gateway, lines,
                                     (const char *[]){"\"direction\":\"to-agent\"", NULL});
    fill_disk(strlen(record) + 64);
    free(record);
    sg_wire_ask(scene.gateway.port, "POST", "/in/x", JSON "X-Agent: agent-7\r\n",
                SG_BYTES("{\"from\":\"anna\",\"talk\":\"t1\",\"text\":\"my toy123\"}"), &answer);
    sg_scene_skip(&scene);
    check_refused(&answer);
    clear_disk();
    deliver();
    sg_gateway_stop(&scene.gateway);
    (void)check_log();
    sg_answer_fini(&answer);
    end();
}

/* A body that streams has begun to leave when the disk fills: it is visibly cut. */
static void test_full_amid(void **state)
{
    (void)state;
    struct sg_wire wire;
    struct sg_answer answer = {.cut = false};
    struct sg_heard heard;
    struct sg_buf half = {0};
    begin();
    while (half.len < 100 * 1024)
        assert_true(sg_buf_add_text(&half, "a long talk about toy123\n") >= 0);
    size_t from = sg_gateway_records(&scene.gateway);
    sg_wire_open(&wire, scene.gateway.port);
    sg_wire_say(&wire, "POST /in/x HTTP/1.1\r\nHost: g\r\n" TEXT "Content-Length: %zu\r\n\r\n",
                2 * half.len);
    sg_wire_send(&wire, sg_buf_bytes(&half));
    free(sg_gateway_record(&scene.gateway, from, (const char *[]){"\"part\":\"begin\"", NULL}));
    fill_disk(0);
    sg_wire_send(&wire, sg_buf_bytes(&half));
    sg_wire_read(&wire, &answer, false);
    check_refused(&answer);
    sg_recorder_take(&scene.origin, &heard);
    assert_false(heard.whole);
    assert_true(heard.recorded);
    assert_false(sg_holds(sg_buf_bytes(&heard.body), "toy123"));
    clear_disk();
    sg_heard_fini(&heard);
    deliver();
    sg_gateway_stop(&scene.gateway);
    (void)check_log();
    sg_answer_fini(&answer);
    sg_wire_close(&wire);
    sg_buf_fini(&half);
    end();
}

int main(void)
{
    sg_suite_add("each message has its record, numbered without a gap", test_records, NULL);
    sg_suite_add("messages at the same time have each their own", test_many_at_once, NULL);
    sg_suite_add("events for analysis are written, with digests only", test_events, NULL);
    sg_suite_add("after a crash the log goes on where it was durable", test_crash, NULL);
    sg_suite_add("a full disk: messages are refused, the upstream gets nothing", test_full_disk,
                 NULL);
    sg_suite_add("a full disk: it is ready again when there is room", test_ready_again, NULL);
    sg_suite_add("a full disk: a response without a record stays here", test_full_for_response,
                 NULL);
    sg_suite_add("a full disk: a body that streams is cut", test_full_amid, NULL);
    return sg_suite_run("wire: audit");
}
