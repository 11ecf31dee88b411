/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_wire_heads.c - heads through the running gateway: what is passed on, what is ours to write,
 * and how messages follow each other on a connection.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../lib/scene.h"
#include "../lib/suite.h"

#define JSON   "Content-Type: application/json\r\n"
#define PARENT "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
#define MASKS  "{\"from\":\"anna\",\"t\":\"jo@example.com\"}"
#define CLEAN  "{\"from\":\"anna\",\"t\":\"hello\"}"

static struct sg_scene scene;

static const char *const planted[] = {"4111111111111111", "jo@example.com", NULL};
/* Who takes part is told to the upstream, and kept as digests only. */
static const char *const parties[] = {"anna", "berta", "agent-7", NULL};

/* --- the request's head --- */

enum { FIELDS = 8 };

struct request_row {
    const char *name, *method, *target, *fields, *body;
    const char *want_target;  /* as the origin hears it; NULL: not looked at */
    const char *have[FIELDS]; /* name, value, … as the origin hears them */
    const char *lack[FIELDS]; /* names that it must not hear */
};

static const struct request_row requests[] = {
    {.name = "what stands behind the route's path is put behind the upstream's",
     .method = "GET",
     .target = "/in/a/b%20c?x=1&y=%2F",
     .fields = "",
     .want_target = "/up/a/b%20c?x=1&y=%2F"},
    {.name = "the route's path alone is the upstream's path alone",
     .method = "DELETE",
     .target = "/in/",
     .fields = "",
     .want_target = "/up/"},
    {.name = "the longest prefix wins, and its upstream may have no path",
     .method = "GET",
     .target = "/in/vip/x",
     .fields = "",
     .want_target = "/x"},
    {.name = "fields that we do not know pass as they came",
     .method = "POST",
     .target = "/in/x",
     .fields =
         JSON "Cookie: a=b; c=\"d\"\r\nX-Odd:    spaced  inside \t\r\nAuthorization: Basic xyz\r\n"
              "If-None-Match: \"v1\"\r\n",
     .body = CLEAN,
     .have = {"Cookie", "a=b; c=\"d\"", "X-Odd", "spaced  inside", "Authorization", "Basic xyz",
              "If-None-Match", "\"v1\""}},
    {.name = "what concerns one hop stays on it",
     .method = "POST",
     .target = "/in/x",
     .fields = JSON "Connection: keep-alive, X-Hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=5\r\n"
                    "TE: trailers\r\nProxy-Authorization: secret\r\nProxy-Connection: x\r\n",
     .body = CLEAN,
     .have = {"Content-Type", "application/json"},
     .lack = {"X-Hop", "Keep-Alive", "TE", "Proxy-Authorization", "Proxy-Connection"}},
    {.name = "parts and codings are not asked for where the response is inspected",
     .method = "GET",
     .target = "/in/x",
     .fields = "Range: bytes=0-9\r\nIf-Range: \"v1\"\r\nAccept-Encoding: br, gzip\r\n",
     .have = {"Accept-Encoding", "identity"},
     .lack = {"Range", "If-Range"}},
    {.name = "parts and codings are the client's to ask for where nothing is inspected",
     .method = "GET",
     .target = "/pass/x",
     .fields = "Range: bytes=0-9\r\nAccept-Encoding: br\r\n",
     .have = {"Range", "bytes=0-9", "Accept-Encoding", "br"},
     .lack = {"Scrubgate"}},
    {.name = "digests of a body that is edited are dropped",
     .method = "POST",
     .target = "/in/x",
     .fields = JSON "Content-MD5: x\r\nDigest: md5=x\r\nContent-Digest: a=:x:\r\nETag: \"e\"\r\n",
     .body = MASKS,
     .lack = {"Content-MD5", "Digest", "Content-Digest", "ETag"}},
    {.name = "digests of a body that is left as it is are passed on",
     .method = "POST",
     .target = "/in/x",
     .fields = JSON "Content-MD5: x\r\nContent-Digest: a=:x:\r\n",
     .body = CLEAN,
     .have = {"Content-MD5", "x", "Content-Digest", "a=:x:"}},
    {.name = "a traceparent is passed on, its tracestate too",
     .method = "GET",
     .target = "/in/x",
     .fields = "traceparent: " PARENT "\r\ntracestate: a=1\r\n",
     .have = {"traceparent", PARENT, "tracestate", "a=1"}},
    {.name = "a tracestate without a traceparent that holds is dropped",
     .method = "GET",
     .target = "/in/x",
     .fields = "traceparent: 00-0-0-01\r\ntracestate: a=1\r\n",
     .lack = {"tracestate"}},
    {.name = "the body of a GET is inspected too",
     .method = "GET",
     .target = "/in/x",
     .fields = JSON,
     .body = CLEAN,
     .have = {"Content-Length", "27"}},
};

static size_t count_of(const struct sg_heard *heard, const char *name)
{
    size_t count = 0;
    (void)sg_headers_find(&heard->head.headers, name, &count);
    return count;
}

static void test_request(void **state)
{
    const struct request_row *row = *state;
    struct sg_answer answer = {.cut = false};
    struct sg_heard heard;
    char host[64];
    sg_wire_ask(scene.gateway.port, row->method, row->target, row->fields, sg_bytes_of(row->body),
                &answer);
    assert_int_equal(answer.head.status, 200);
    sg_recorder_take(&scene.origin, &heard);
    sg_assert_text(heard.head.method, row->method);
    if (row->want_target != NULL)
        sg_assert_text(heard.head.target, row->want_target);
    (void)snprintf(host, sizeof host, "127.0.0.1:%u", scene.origin.port);
    sg_assert_text(sg_heard_field(&heard, "Host"), host);
    for (size_t i = 0; i < FIELDS && row->have[i] != NULL; i += 2) {
        assert_int_equal(count_of(&heard, row->have[i]), 1);
        sg_assert_text(sg_heard_field(&heard, row->have[i]), row->have[i + 1]);
    }
    for (size_t i = 0; i < FIELDS && row->lack[i] != NULL; i++)
        if (count_of(&heard, row->lack[i]) != 0)
            fail_msg("the origin heard %s", row->lack[i]);
    assert_int_equal(count_of(&heard, "traceparent"), 1);
    sg_heard_fini(&heard);
    sg_answer_fini(&answer);
}

/* --- the Scrubgate field --- */

struct mark_row {
    const char *name, *target, *fields, *body, *verdict, *entities;
};

static const struct mark_row marks[] = {
    {"a masked message says what was found", "/in/x", JSON,
     "{\"t\":\"jo@example.com, 4111111111111111, 4111 1111 1111 1111\"}", "masked",
     "(EMAIL_ADDRESS;n=1 CREDIT_CARD;n=2)"},
    {"a clean message says so", "/in/x", JSON, CLEAN, "clean", "()"},
    {"a message without a body is clean", "/in/x", "", "", "clean", "()"},
    {"a Scrubgate field from outside is dropped", "/in/x",
     JSON "Scrubgate: verdict=clean, audit=\"forged/1\"\r\nscrubgate: risk=1\r\nSCRUBGATE: x\r\n",
     MASKS, "masked", "(EMAIL_ADDRESS;n=1)"},
    {"a body of another type is told as well", "/in/x", "Content-Type: text/plain\r\n",
     "to jo@example.com and ann@example.net", "masked", "(EMAIL_ADDRESS;n=2)"},
};

/* The number at the end of audit="<origin>/<seq>". */
static uint64_t seq_of(struct sg_bytes mark)
{
    uint64_t seq = 0;
    size_t begin = mark.len;
    assert_true(mark.len > 2 && mark.data[mark.len - 1] == '"');
    while (begin > 0 && mark.data[begin - 1] != '/')
        begin--;
    assert_true(sg_bytes_to_u64((struct sg_bytes){mark.data + begin, mark.len - 1 - begin}, &seq));
    return seq;
}

static void test_mark(void **state)
{
    const struct mark_row *row = *state;
    struct sg_answer answer = {.cut = false};
    struct sg_heard heard;
    char want[512], number[64], verdict[64];
    sg_wire_ask(scene.gateway.port, "POST", row->target, row->fields, sg_bytes_of(row->body),
                &answer);
    assert_int_equal(answer.head.status, 200);
    assert_int_equal(sg_answer_field(&answer, "Scrubgate").len, 0);
    sg_recorder_take(&scene.origin, &heard);
    struct sg_bytes mark = sg_heard_field(&heard, "Scrubgate");
    uint64_t seq = seq_of(mark);
    (void)snprintf(want, sizeof want,
                   "verdict=%s, entities=%s, risk=0.00;unjudged, audit=\"" SG_GATEWAY_ORIGIN
                   "/%llu\"",
                   row->verdict, row->entities, (unsigned long long)seq);
    sg_assert_text(mark, want);
    assert_int_equal(count_of(&heard, "Scrubgate"), 1);
    assert_true(heard.recorded);
    /* Line seq of the log is that decision. */
    (void)snprintf(number, sizeof number, "{\"seq\":%llu,", (unsigned long long)seq);
    (void)snprintf(verdict, sizeof verdict, "\"verdict\":\"%s\"", row->verdict);
    char *record = sg_gateway_record(&scene.gateway, (size_t)seq,
                                     (const char *[]){number, verdict, "\"direction\":\"to-agent\"",
                                                      "\"part\":\"whole\"", NULL});
    free(record);
    sg_heard_fini(&heard);
    sg_answer_fini(&answer);
}

/* --- trace and records --- */

static void test_trace_is_made(void **state)
{
    (void)state;
    static const char *const given[] = {
        "", "traceparent: 00-00000000000000000000000000000000-00f067aa0ba902b7-01\r\n",
        "traceparent: " PARENT "\r\ntraceparent: " PARENT "\r\n", "traceparent: nonsense\r\n",
        "traceparent: 00-41111111111111114111111111111111-4111111111111111-01\r\n"};
    for (size_t i = 0; i < sizeof given / sizeof given[0]; i++) {
        struct sg_answer answer = {.cut = false};
        struct sg_heard heard;
        sg_wire_ask(scene.gateway.port, "GET", "/in/x", given[i], SG_BYTES(""), &answer);
        sg_recorder_take(&scene.origin, &heard);
        struct sg_bytes made = sg_heard_field(&heard, "traceparent");
        assert_int_equal(made.len, strlen(PARENT));
        assert_int_equal(count_of(&heard, "traceparent"), 1);
        assert_false(sg_bytes_equal(made, SG_BYTES(PARENT)));
        assert_memory_equal(made.data, "00-", 3);
        for (size_t k = 0; k < made.len; k++)
            assert_true(k == 2 || k == 35 || k == 52 ? made.data[k] == '-'
                                                     : sg_hex_value(made.data[k]) >= 0);
        sg_heard_fini(&heard);
        sg_answer_fini(&answer);
    }
}

/* Copies the text behind key up to the next quote. */
static void copy_value(const char *record, const char *key, char value[64])
{
    const char *at = strstr(record, key);
    assert_non_null(at);
    assert_int_equal(sscanf(at + strlen(key), "%63[^\"]", value), 1);
}

static void test_records_join(void **state)
{
    (void)state;
    struct sg_answer answer = {.cut = false};
    struct sg_heard heard;
    char id[64], joined[96];
    size_t from = sg_gateway_records(&scene.gateway);
    sg_wire_ask(scene.gateway.port, "POST", "/in/x", JSON "traceparent: " PARENT "\r\n",
                sg_bytes_of(MASKS), &answer);
    assert_int_equal(answer.head.status, 200);
    sg_recorder_take(&scene.origin, &heard);
    char *request = sg_gateway_record(
        &scene.gateway, from,
        (const char *[]){"\"class_uid\":2006", "\"direction\":\"to-agent\"",
                         "\"trace_id\":\"4bf92f3577b34da6a3ce929d0e0e4736\"", NULL});
    copy_value(request, "\"id\":\"", id);
    (void)snprintf(joined, sizeof joined, "\"id\":\"%s\"", id);
    char *response = sg_gateway_record(
        &scene.gateway, from,
        (const char *[]){joined, "\"class_uid\":2006", "\"direction\":\"to-customer\"", NULL});
    char *outcome = sg_gateway_record(
        &scene.gateway, from,
        (const char *[]){joined, "\"class_uid\":6003", "\"http_response\":{\"code\":200}", NULL});
    free(request);
    free(response);
    free(outcome);
    sg_heard_fini(&heard);
    sg_answer_fini(&answer);
}

/* The digests under which the log knows who took part. */
static void parties_of(const char *agent, const char *body, char customer[64], char of_agent[64])
{
    struct sg_answer answer = {.cut = false};
    struct sg_heard heard;
    char fields[128];
    size_t from = sg_gateway_records(&scene.gateway);
    (void)snprintf(fields, sizeof fields, JSON "X-Agent-Id: %s\r\n", agent);
    sg_wire_ask(scene.gateway.port, "POST", "/in/x", fields, sg_bytes_of(body), &answer);
    sg_recorder_take(&scene.origin, &heard);
    sg_assert_text(sg_heard_field(&heard, "X-Agent-Id"), agent);
    char *record = sg_gateway_record(
        &scene.gateway, from,
        (const char *[]){"\"direction\":\"to-agent\"", "\"brand\":\"acme\"",
                         "\"channel\":\"widget\"", "\"network\":\"", "\"device\":\"", NULL});
    copy_value(record, "\"customer\":\"", customer);
    copy_value(record, "\"agent\":\"", of_agent);
    assert_int_equal(strlen(customer), 16);
    free(record);
    sg_heard_fini(&heard);
    sg_answer_fini(&answer);
}

static void test_parties(void **state)
{
    (void)state;
    char anna[64], again[64], berta[64], seven[64], seven_too[64], eight[64];
    parties_of("agent-7", "{\"from\":\"anna\",\"t\":\"one\"}", anna, seven);
    parties_of("agent-7", "{\"t\":\"two\",\"from\":\"anna\"}", again, seven_too);
    parties_of("agent-8", "{\"from\":\"berta\",\"t\":\"one\"}", berta, eight);
    assert_string_equal(anna, again);
    assert_string_equal(seven, seven_too);
    assert_string_not_equal(anna, berta);
    assert_string_not_equal(seven, eight);
}

/* --- the response's head --- */

struct response_row {
    const char *name, *method, *said;
    enum sg_then then;
    unsigned status;
    const char *have[FIELDS], *lack[FIELDS], *body;
};

static const struct response_row responses[] = {
    {.name = "what the upstream says of itself reaches the client, what we say does not",
     .method = "GET",
     .said = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nSet-Cookie: a=b\r\nServer: up\r\n"
             "Scrubgate: verdict=clean, risk=0.99\r\ntraceparent: " PARENT "\r\n"
             "Content-Length: 2\r\n\r\nhi",
     .status = 200,
     .have = {"Set-Cookie", "a=b", "Server", "up", "Content-Type", "text/plain"},
     .lack = {"Scrubgate", "traceparent"},
     .body = "hi"},
    {.name = "hop-by-hop fields of the upstream stay on its hop",
     .method = "GET",
     .said = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close, X-Hop\r\n"
             "X-Hop: 1\r\nKeep-Alive: timeout=1\r\nProxy-Authenticate: Basic\r\n"
             "Content-Length: 2\r\n\r\nhi",
     .then = SG_THEN_CLOSE,
     .status = 200,
     .lack = {"X-Hop", "Keep-Alive", "Proxy-Authenticate"},
     .body = "hi"},
    {.name = "what describes a response's body is dropped when that is edited",
     .method = "GET",
     .said = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nETag: \"v1\"\r\nDigest: md5=x\r\n"
             "Accept-Ranges: bytes\r\nContent-Length: 17\r\n\r\nto jo@example.com",
     .status = 200,
     .lack = {"ETag", "Digest", "Accept-Ranges"},
     .body = "to [EMAIL]"},
    {.name = "what describes a response's body is kept when that is left as it is",
     .method = "GET",
     .said = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nETag: \"v1\"\r\n"
             "Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
     .status = 200,
     .have = {"ETag", "\"v1\"", "Content-Length", "2"},
     .body = "hi"},
    {.name = "an answer to HEAD has no body",
     .method = "HEAD",
     .said = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 99\r\n\r\n",
     .status = 200,
     .have = {"Content-Type", "text/plain"},
     .body = ""},
    {.name = "204 has no body",
     .method = "DELETE",
     .said = "HTTP/1.1 204 No Content\r\nX-Own: 1\r\n\r\n",
     .status = 204,
     .have = {"X-Own", "1"},
     .lack = {"Transfer-Encoding", "Content-Length"},
     .body = ""},
    {.name = "304 has no body and keeps its ETag",
     .method = "GET",
     .said = "HTTP/1.1 304 Not Modified\r\nETag: \"v1\"\r\n\r\n",
     .status = 304,
     .have = {"ETag", "\"v1\""},
     .body = ""},
    {.name = "interim answers of the upstream are read over",
     .method = "GET",
     .said = "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\n"
             "Content-Type: text/plain\r\nContent-Length: 2\r\n\r\nhi",
     .status = 200,
     .lack = {"Link"},
     .body = "hi"},
    {.name = "an error of the upstream is passed on, scrubbed",
     .method = "GET",
     .said = "HTTP/1.1 500 Oh\r\nContent-Type: text/plain\r\nContent-Length: 17\r\n\r\n"
             "to jo@example.com",
     .status = 500,
     .body = "to [EMAIL]"},
    {.name = "an empty body needs no type",
     .method = "GET",
     .said = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
     .status = 200,
     .body = ""},
    {.name = "an HTTP/1.0 answer that the connection's end ends",
     .method = "GET",
     .said = "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nto jo@example.com",
     .then = SG_THEN_CLOSE,
     .status = 200,
     .body = "to [EMAIL]"},
};

static void test_response(void **state)
{
    const struct response_row *row = *state;
    struct sg_answer answer = {.cut = false};
    struct sg_heard heard;
    sg_recorder_say_text(&scene.origin, row->said, row->then);
    sg_wire_ask(scene.gateway.port, row->method, "/in/x", "", SG_BYTES(""), &answer);
    assert_int_equal(answer.head.status, row->status);
    assert_false(answer.cut);
    for (size_t i = 0; i < FIELDS && row->have[i] != NULL; i += 2)
        sg_assert_text(sg_answer_field(&answer, row->have[i]), row->have[i + 1]);
    for (size_t i = 0; i < FIELDS && row->lack[i] != NULL; i++)
        if (sg_answer_field(&answer, row->lack[i]).len != 0)
            fail_msg("the client heard %s", row->lack[i]);
    sg_assert_text(sg_buf_bytes(&answer.body), row->body);
    sg_recorder_take(&scene.origin, &heard);
    sg_heard_fini(&heard);
    sg_answer_fini(&answer);
}

/* --- one connection, many messages --- */

static void test_keep_alive(void **state)
{
    (void)state;
    struct sg_wire wire;
    struct sg_answer answer = {.cut = false};
    struct sg_heard heard;
    unsigned link = 0;
    sg_wire_open(&wire, scene.gateway.port);
    for (int i = 0; i < 5; i++) {
        sg_wire_say(&wire,
                    "POST /in/x HTTP/1.1\r\nHost: g\r\n" JSON "Content-Length: 27\r\n\r\n" CLEAN);
        sg_wire_read(&wire, &answer, false);
        assert_int_equal(answer.head.status, 200);
        sg_assert_text(sg_buf_bytes(&answer.body), CLEAN);
        sg_recorder_take(&scene.origin, &heard);
        if (link != 0)
            assert_int_equal(heard.link, link); /* and one connection to the upstream */
        link = heard.link;
        sg_heard_fini(&heard);
    }
    sg_wire_say(&wire, "GET /in/x HTTP/1.1\r\nHost: g\r\nConnection: close\r\n\r\n");
    sg_wire_read(&wire, &answer, false);
    assert_int_equal(answer.head.status, 200);
    assert_true(sg_wire_ends(&wire));
    sg_recorder_take(&scene.origin, &heard);
    sg_heard_fini(&heard);
    sg_answer_fini(&answer);
    sg_wire_close(&wire);
}

static void test_pipelining(void **state)
{
    (void)state;
    struct sg_wire wire;
    struct sg_answer answer = {.cut = false};
    struct sg_heard heard;
    sg_wire_open(&wire, scene.gateway.port);
    sg_wire_say(&wire, "POST /in/1 HTTP/1.1\r\nHost: g\r\nContent-Type: text/plain\r\n"
                       "Content-Length: 15\r\n\r\njo@example.com1"
                       "POST /in/2 HTTP/1.1\r\nHost: g\r\nContent-Type: text/plain\r\n"
                       "Transfer-Encoding: chunked\r\n\r\n3\r\ntwo\r\n0\r\n\r\n"
                       "GET /nowhere HTTP/1.1\r\nHost: g\r\n\r\n"
                       "POST /in/4 HTTP/1.1\r\nHost: g\r\nContent-Type: text/plain\r\n"
                       "Content-Length: 16\r\n\r\n4111111111111111"
                       "GET /in/5 HTTP/1.1\r\nHost: g\r\nConnection: close\r\n\r\n");
    static const char *const bodies[] = {"[EMAIL]1", "two", NULL, "[CARD ••1111]", ""};
    for (size_t i = 0; i < 5; i++) {
        sg_wire_read(&wire, &answer, false);
        assert_int_equal(answer.head.status, bodies[i] == NULL ? 404 : 200);
        if (bodies[i] != NULL)
            sg_assert_text(sg_buf_bytes(&answer.body), bodies[i]);
    }
    assert_true(sg_wire_ends(&wire));
    for (size_t i = 0; i < 5; i++) {
        if (bodies[i] == NULL)
            continue;
        sg_recorder_take(&scene.origin, &heard);
        assert_int_equal(heard.head.target.data[4], '1' + i);
        sg_assert_text(sg_buf_bytes(&heard.body), bodies[i]);
        sg_heard_fini(&heard);
    }
    sg_answer_fini(&answer);
    sg_wire_close(&wire);
}

static void test_expect(void **state)
{
    (void)state;
    struct sg_wire wire;
    struct sg_answer answer = {.cut = false};
    struct sg_heard heard;
    sg_wire_open(&wire, scene.gateway.port);
    sg_wire_say(&wire, "POST /in/x HTTP/1.1\r\nHost: g\r\n" JSON
                       "Expect: 100-continue\r\nContent-Length: 36\r\n\r\n");
    /* Nothing else may come before the body: a hundred, or patience ends. */
    while (!sg_holds(sg_buf_bytes(&wire.in), "\r\n\r\n"))
        assert_true(sg_wire_more(&wire));
    assert_true(sg_bytes_start_with(sg_buf_bytes(&wire.in), SG_BYTES("HTTP/1.1 100 ")));
    sg_wire_say(&wire, MASKS);
    sg_wire_read(&wire, &answer, false);
    assert_int_equal(answer.head.status, 200);
    sg_recorder_take(&scene.origin, &heard);
    assert_int_equal(count_of(&heard, "Expect"), 0);
    assert_int_equal(heard.framing.kind, SG_FRAMING_LENGTH);
    sg_heard_fini(&heard);
    sg_answer_fini(&answer);
    sg_wire_close(&wire);
}

static void test_old_http(void **state)
{
    (void)state;
    struct sg_wire wire;
    struct sg_answer answer = {.cut = false};
    struct sg_heard heard;
    sg_wire_open(&wire, scene.gateway.port);
    sg_wire_say(&wire, "POST /in/x HTTP/1.0\r\nContent-Type: text/plain\r\n"
                       "Content-Length: 14\r\n\r\njo@example.com");
    sg_wire_read(&wire, &answer, false);
    assert_int_equal(answer.head.status, 200);
    sg_assert_text(sg_buf_bytes(&answer.body), "[EMAIL]");
    assert_true(sg_wire_ends(&wire));
    sg_recorder_take(&scene.origin, &heard);
    sg_heard_fini(&heard);
    sg_answer_fini(&answer);
    sg_wire_close(&wire);
}

static void test_quiet(void **state)
{
    (void)state;
    sg_gateway_keeps_quiet(&scene.gateway, parties);
    sg_scene_ends_quietly(&scene, planted);
}

int main(void)
{
    sg_scene_open(&scene, NULL,
                  "routes:\n"
                  "  - {name: in, path: /in/, upstream: 'http://127.0.0.1:@/up/',\n"
                  "     direction: to-agent, identity: {customer: $.from, brand: =acme,\n"
                  "     agent: 'header:X-Agent-Id', channel: =widget}}\n"
                  "  - {name: vip, path: /in/vip, upstream: 'http://127.0.0.1:@',\n"
                  "     direction: to-agent}\n"
                  "  - {name: pass, path: /pass/, upstream: 'http://127.0.0.1:@/',\n"
                  "     direction: to-agent, request: pass, response: pass}\n");

    SG_SUITE_ROWS(test_request, requests);
    SG_SUITE_ROWS(test_mark, marks);
    SG_SUITE_ROWS(test_response, responses);
    sg_suite_add("a traceparent is made when none holds", test_trace_is_made, NULL);
    sg_suite_add("decisions and the outcome of an exchange share its id", test_records_join, NULL);
    sg_suite_add("parties are known by digests: the same for the same", test_parties, NULL);
    sg_suite_add("a connection takes one request after another", test_keep_alive, NULL);
    sg_suite_add("requests that come at once are answered in order", test_pipelining, NULL);
    sg_suite_add("a client that waits to be asked for the body is asked", test_expect, NULL);
    sg_suite_add("HTTP/1.0 is answered and closed", test_old_http, NULL);
    sg_suite_add("what was planted is nowhere, and the gateway ends well", test_quiet, NULL);
    int rc = sg_suite_run("wire: heads");
    sg_scene_close(&scene);
    return rc;
}
