/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_wire_bodies.c - bodies through the running gateway, both ways: masked, and else as sent.
 *
 *     client -> gateway -> origin that keeps what it hears -> gateway -> client
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
#include "../lib/zipped.h"

#define CARD "4111111111111111"

static struct sg_scene scene;

/* What was planted in what clients and origins said: it must have gone nowhere. */
static const char *const planted[] = {CARD, "4111 1111 1111 1111", "jo@example.com",
                                      "jo%40example.com", NULL};

/* --- what is masked, and what is left --- */

struct body_row {
    const char *name, *type, *body, *want;
};

#define JSON  "application/json"
#define FORM  "application/x-www-form-urlencoded"
#define TEXT  "text/plain"
#define PARTS "multipart/form-data; boundary=x"

static const struct body_row bodies[] = {
    {"text: an address and a card are masked, all else is as sent", TEXT,
     "mail jo@example.com or\r\n\tpay 4111 1111 1111 1111.\n",
     "mail [EMAIL] or\r\n\tpay [CARD ••1111].\n"},
    {"text: nothing to find leaves every byte", TEXT,
     "order 4111111111111112 — ok \xe2\x82\xac\r\n", NULL},
    {"text with a charset parameter", TEXT "; charset=\"UTF-8\"", "to jo@example.com",
     "to [EMAIL]"},
    {"JSON: string values are masked where they stand", JSON,
     "{\"from\":\"c1\",\"text\":\"mail jo@example.com or pay 4111 1111 1111 1111\"}",
     "{\"from\":\"c1\",\"text\":\"mail [EMAIL] or pay [CARD ••1111]\"}"},
    {"JSON: duplicate keys, odd spacing, escapes and big numbers are kept", JSON,
     "\t{ \"a\" :1,\"a\": 2 ,\"\\u0062\":\"\\/\\u00e9\\n\",\"n\":[-0.0,1E+05,"
     "12345678901234567890123],\"t\" : \"jo@example.com\"}\r\n",
     "\t{ \"a\" :1,\"a\": 2 ,\"\\u0062\":\"\\/\\u00e9\\n\",\"n\":[-0.0,1E+05,"
     "12345678901234567890123],\"t\" : \"[EMAIL]\"}\r\n"},
    {"JSON: nothing to find leaves every byte", JSON,
     " { \"a\":\"\\u0041\" , \"b\" :[ ],\"a\":4111111111111112 } \n", NULL},
    {"JSON: escapes do not hide an address", JSON, "{\"t\":\"\\u006ao\\u0040example\\u002ecom\"}",
     "{\"t\":\"[EMAIL]\"}"},
    {"JSON: a card as a number becomes a string", JSON, "{\"pan\":4111111111111111,\"n\":1}",
     "{\"pan\":\"[CARD ••1111]\",\"n\":1}"},
    {"JSON: cards as numbers in an array", JSON, "[4111111111111111,4111111111111112]",
     "[\"[CARD ••1111]\",4111111111111112]"},
    {"JSON: a string alone", JSON, "\"jo@example.com\"", "\"[EMAIL]\""},
    {"a type that ends in +json", "application/vnd.chat+json", "{\"t\":\"jo@example.com\"}",
     "{\"t\":\"[EMAIL]\"}"},
    {"NDJSON: each line", "application/x-ndjson",
     "{\"t\":\"jo@example.com\"}\n{\"t\":\"4111111111111111\"}\n",
     "{\"t\":\"[EMAIL]\"}\n{\"t\":\"[CARD ••1111]\"}\n"},
    {"form: values are decoded, masked and encoded again", FORM,
     "from=c1&text=mail+jo%40example.com&card=4111+1111+1111+1111",
     "from=c1&text=mail+%5BEMAIL%5D&card=%5BCARD+%E2%80%A2%E2%80%A21111%5D"},
    {"form: nothing to find leaves every byte", FORM, "a=%7e+x&&b&c=&%41=%41%2b+%2B", NULL},
    {"form: a field that is left keeps its spelling beside one that is masked", FORM,
     "a=%7E%20x&t=jo@example.com&b=%41", "a=%7E%20x&t=%5BEMAIL%5D&b=%41"},
    {"multipart: each part by its type, and file names", PARTS,
     "--x\r\nContent-Disposition: form-data; name=\"t\"\r\n\r\nmail jo@example.com\r\n"
     "--x\r\nContent-Disposition: form-data; name=\"j\"\r\nContent-Type: application/json\r\n\r\n"
     "{\"t\":\"jo\\u0040example.com\",\"n\":1.0}\r\n"
     "--x\r\nContent-Disposition: form-data; name=\"f\"; filename=\"jo@example.com\"\r\n\r\n"
     "4111 1111 1111 1111\r\n--x--\r\n",
     "--x\r\nContent-Disposition: form-data; name=\"t\"\r\n\r\nmail [EMAIL]\r\n"
     "--x\r\nContent-Disposition: form-data; name=\"j\"\r\nContent-Type: application/json\r\n\r\n"
     "{\"t\":\"[EMAIL]\",\"n\":1.0}\r\n"
     "--x\r\nContent-Disposition: form-data; name=\"f\"; filename=\"[EMAIL]\"\r\n\r\n"
     "[CARD ••1111]\r\n--x--\r\n"},
    {"multipart: nothing to find leaves every byte", PARTS,
     "--x\r\ncontent-disposition:form-data;name=a\r\n\r\n-- x\r\n--x\r\n\r\n\r\n--x--", NULL},
    {"events: data, as JSON or text, and comments", "text/event-stream",
     "data: {\"t\":\"jo\\u0040example.com\"}\n\n: jo@example.com\r\ndata:pay 4111 1111 1111 "
     "1111\r\n\r\n",
     "data: {\"t\":\"[EMAIL]\"}\n\n: [EMAIL]\r\ndata:pay [CARD ••1111]\r\n\r\n"},
    {"events: nothing to find leaves every byte", "text/event-stream; charset=utf-8",
     "retry: 10\ndata\n\ndata:  {\"a\": 1.0}\r\n\r\n", NULL},
    {"HTML: text and attributes", "text/html; charset=utf-8",
     "<p>mail <a href=\"mailto:jo@example.com\">jo@example.com</a>",
     "<p>mail <a href=\"mailto:[EMAIL]\">[EMAIL]</a>"},
};

/* Sends the body, and checks what the origin heard and what came back of its echo. */
static void pass_through(const char *method, const char *type, const char *coding,
                         struct sg_bytes body, const char *want)
{
    struct sg_answer answer = {.cut = false};
    struct sg_heard heard;
    struct sg_buf plain, back;
    char fields[256];
    (void)snprintf(fields, sizeof fields, "Content-Type: %s\r\n%s", type, coding);
    sg_wire_ask(scene.gateway.port, method, "/in/message", fields, body, &answer);
    assert_int_equal(answer.head.status, 200);
    assert_false(answer.cut);
    sg_recorder_take(&scene.origin, &heard);
    assert_true(heard.whole);
    assert_true(heard.recorded);
    sg_assert_text(sg_heard_field(&heard, "Content-Type"), type);
    if (coding[0] == '\0') {
        sg_assert_text(sg_buf_bytes(&heard.body), want);
        sg_assert_text(sg_buf_bytes(&answer.body), want);
    } else {
        sg_assert_text(sg_heard_field(&heard, "Content-Encoding"), "gzip");
        plain = sg_gunzipped(sg_buf_bytes(&heard.body));
        back = sg_gunzipped(sg_buf_bytes(&answer.body));
        sg_assert_text(sg_buf_bytes(&plain), want);
        sg_assert_text(sg_buf_bytes(&back), want);
        sg_buf_fini(&plain);
        sg_buf_fini(&back);
    }
    sg_heard_fini(&heard);
    sg_answer_fini(&answer);
}

static void test_body(void **state)
{
    const struct body_row *row = *state;
    const char *want = row->want != NULL ? row->want : row->body;
    struct sg_buf zipped = sg_gzipped(sg_bytes_of(row->body));
    pass_through("POST", row->type, "", sg_bytes_of(row->body), want);
    pass_through("PUT", row->type, "Content-Encoding: gzip\r\n", sg_buf_bytes(&zipped), want);
    sg_buf_fini(&zipped);
}

static void test_response(void **state)
{
    const struct body_row *row = *state;
    const char *want = row->want != NULL ? row->want : row->body;
    struct sg_answer answer = {.cut = false};
    struct sg_heard heard;
    char text[1024];
    int len = snprintf(text, sizeof text,
                       "HTTP/1.1 201 Made\r\nContent-Type: %s\r\nX-Own: kept\r\n"
                       "Content-Length: %zu\r\n\r\n%s",
                       row->type, strlen(row->body), row->body);
    assert_true(len > 0 && (size_t)len < sizeof text);
    sg_recorder_say_text(&scene.origin, text, SG_THEN_KEEP);
    sg_wire_ask(scene.gateway.port, "GET", "/in/answer", "", SG_BYTES(""), &answer);
    assert_int_equal(answer.head.status, 201);
    sg_assert_text(sg_answer_field(&answer, "Content-Type"), row->type);
    sg_assert_text(sg_answer_field(&answer, "X-Own"), "kept");
    sg_assert_text(sg_buf_bytes(&answer.body), want);
    sg_recorder_take(&scene.origin, &heard);
    sg_heard_fini(&heard);
    sg_answer_fini(&answer);
}

/* An origin that has more to say tells a first event: it comes through at once, masked. */
static void test_events_do_not_wait(void **state)
{
    static const char event[] = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                                "Transfer-Encoding: chunked\r\n\r\n"
                                "1c\r\nid: 1\ndata: jo@example.com\n\n\r\n";
    struct sg_answer answer = {.cut = false};
    struct sg_wire wire;
    (void)state;
    sg_recorder_say_text(&scene.origin, event, SG_THEN_HOLD);
    sg_wire_open(&wire, scene.gateway.port);
    sg_wire_say(&wire, "GET /in/events HTTP/1.1\r\nHost: gate.example\r\n\r\n");
    sg_wire_read(&wire, &answer, true);
    assert_int_equal(answer.head.status, 200);
    while (!sg_holds(sg_buf_bytes(&wire.in), "id: 1\ndata: [EMAIL]\n\n"))
        assert_true(sg_wire_more(&wire));
    sg_wire_reset(&wire);
    sg_answer_fini(&answer);
    sg_scene_skip(&scene);
}

/* --- a type that is not known is not guessed --- */

static void test_an_empty_type_is_none(void **state)
{
    struct sg_answer answer = {.cut = false};
    size_t mark = sg_scene_mark(&scene);
    (void)state;
    sg_wire_ask(scene.gateway.port, "POST", "/in/untyped", "Content-Type:\r\n",
                SG_BYTES("\"jo\\u0040example.com\""), &answer);
    assert_int_equal(answer.head.status, 415);
    sg_scene_heard_nothing(&scene, mark, "/in/next");
    sg_recorder_say_text(&scene.origin,
                         "HTTP/1.1 200 OK\r\nContent-Type: \r\nContent-Length: 21\r\n\r\n"
                         "\"jo\\u0040example.com\"",
                         SG_THEN_KEEP);
    sg_wire_ask(scene.gateway.port, "GET", "/in/untyped", "", SG_BYTES(""), &answer);
    assert_int_equal(answer.head.status, 415);
    sg_scene_skip(&scene);
    sg_answer_fini(&answer);
}

/* Else the origin would be free to read text as JSON, where an escape hides an address. */
static void test_a_type_cannot_be_taken_off_on_the_way(void **state)
{
    struct sg_answer answer = {.cut = false};
    struct sg_heard heard;
    (void)state;
    sg_recorder_say_text(&scene.origin,
                         "HTTP/1.1 200 OK\r\nConnection: Content-Type\r\n"
                         "Content-Type: text/plain\r\nContent-Length: 2\r\n\r\nok",
                         SG_THEN_KEEP);
    sg_wire_ask(scene.gateway.port, "POST", "/in/typed",
                "Connection: Content-Type, X-Own\r\nX-Own: 1\r\nContent-Type: text/plain\r\n",
                SG_BYTES("plain"), &answer);
    assert_int_equal(answer.head.status, 200);
    sg_assert_text(sg_answer_field(&answer, "Content-Type"), "text/plain");
    sg_recorder_take(&scene.origin, &heard);
    sg_assert_text(sg_heard_field(&heard, "Content-Type"), "text/plain");
    sg_assert_text(sg_heard_field(&heard, "X-Own"), "");
    sg_heard_fini(&heard);
    sg_answer_fini(&answer);
}

/* --- every way to cut --- */

/* One whole exchange on another connection of the same loop: what was sent before it is read. */
static void settle(struct sg_wire *other)
{
    struct sg_answer answer = {.cut = false};
    sg_wire_say(other, "GET /nowhere HTTP/1.1\r\nHost: gate.example\r\n\r\n");
    sg_wire_read(other, &answer, false);
    assert_int_equal(answer.head.status, 404);
    sg_answer_fini(&answer);
}

struct cut_row {
    const char *name, *request, *want;
};

static const struct cut_row cuts[] = {
    {"a JSON request cut at every byte boundary gives the same body upstream",
     "POST /in/cut HTTP/1.1\r\nHost: gate.example\r\nContent-Type: application/json\r\n"
     "Content-Length: 84\r\n\r\n"
     "{\"a\":\"\\u006ao\\u0040example.com \",\"n\":4111111111111111,\"b\":\"pay 4111 1111 1111 "
     "1111\"}",
     "{\"a\":\"[EMAIL] \",\"n\":\"[CARD ••1111]\",\"b\":\"pay [CARD ••1111]\"}"},
    {"a chunked form cut at every byte boundary gives the same body upstream",
     "POST /in/cut HTTP/1.1\r\nHost: gate.example\r\nContent-Type: " FORM "\r\n"
     "Transfer-Encoding: chunked\r\n\r\n"
     "a;x=y\r\nt=jo%40exa\r\n7\r\nmple.co\r\n1\r\nm\r\n6\r\n&c=411\r\n00e\r\n1+1111+1111+"
     "11\r\n2\r\n"
     "11\r\n0\r\nX-Trailer: gone\r\n\r\n",
     "t=%5BEMAIL%5D&c=%5BCARD+%E2%80%A2%E2%80%A21111%5D"},
};

static void test_cut(void **state)
{
    const struct cut_row *row = *state;
    struct sg_bytes whole = sg_bytes_of(row->request);
    struct sg_wire wire, other;
    struct sg_answer answer = {.cut = false};
    sg_wire_open(&wire, scene.gateway.port);
    sg_wire_open(&other, scene.gateway.port);
    for (size_t at = 1; at < whole.len; at++) {
        struct sg_heard heard;
        sg_wire_send(&wire, (struct sg_bytes){whole.data, at});
        settle(&other);
        sg_wire_send(&wire, (struct sg_bytes){whole.data + at, whole.len - at});
        sg_wire_read(&wire, &answer, false);
        assert_int_equal(answer.head.status, 200);
        sg_assert_text(sg_buf_bytes(&answer.body), row->want);
        sg_recorder_take(&scene.origin, &heard);
        sg_assert_text(sg_buf_bytes(&heard.body), row->want);
        sg_heard_fini(&heard);
    }
    /* And all of it one byte at a time. */
    for (size_t at = 0; at < whole.len; at++) {
        sg_wire_send(&wire, (struct sg_bytes){whole.data + at, 1});
        settle(&other);
    }
    sg_wire_read(&wire, &answer, false);
    sg_assert_text(sg_buf_bytes(&answer.body), row->want);
    struct sg_heard heard;
    sg_recorder_take(&scene.origin, &heard);
    sg_assert_text(sg_buf_bytes(&heard.body), row->want);
    sg_heard_fini(&heard);
    sg_answer_fini(&answer);
    sg_wire_close(&wire);
    sg_wire_close(&other);
}

/* --- large bodies --- */

enum { LARGE = 2 * 1024 * 1024, LESS = 512 * 1024 };

/* Lines of text with an address, or a card, in some. */
static void make_large(struct sg_buf *body, struct sg_buf *want, size_t least)
{
    for (unsigned i = 0; body->len < least; i++) {
        enum scrubgate_status rc = sg_buf_addf(body, "line %u of a long talk ", i);
        if (rc >= 0)
            rc = sg_buf_addf(want, "line %u of a long talk ", i);
        if (rc >= 0)
            rc = sg_buf_add_text(body, i % 7 == 0    ? "with jo@example.com in it\n"
                                       : i % 11 == 0 ? "with 4111 1111 1111 1111 in it\n"
                                                     : "with nothing in it\n");
        if (rc >= 0)
            rc = sg_buf_add_text(want, i % 7 == 0    ? "with [EMAIL] in it\n"
                                       : i % 11 == 0 ? "with [CARD ••1111] in it\n"
                                                     : "with nothing in it\n");
        assert_true(rc >= 0);
    }
}

/* A sanitizer keeps what was freed for a while. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
static const bool sanitized = true;
#else
static const bool sanitized = false;
#endif

static uint64_t resident_kib(void)
{
    char path[64], line[256];
    unsigned long long kib = 0;
    (void)snprintf(path, sizeof path, "/proc/%ld/status", (long)scene.gateway.pid);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    while (kib == 0 && fgets(line, sizeof line, file) != NULL)
        (void)sscanf(line, "VmHWM: %llu", &kib);
    (void)fclose(file);
    assert_true(kib > 0);
    return kib;
}

static void test_large_request(void **state)
{
    (void)state;
    struct sg_buf body = {0}, want = {0};
    struct sg_answer answer = {.cut = false};
    struct sg_heard heard;
    make_large(&body, &want, LARGE);
    uint64_t before = resident_kib();
    sg_wire_ask(scene.gateway.port, "POST", "/in/large", "Content-Type: text/plain\r\n",
                sg_buf_bytes(&body), &answer);
    assert_int_equal(answer.head.status, 200);
    sg_recorder_take(&scene.origin, &heard);
    assert_true(heard.whole);
    assert_int_equal(heard.framing.kind, SG_FRAMING_CHUNKED);
    sg_assert_same(sg_buf_bytes(&heard.body), sg_buf_bytes(&want));
    assert_true(sg_bytes_start_with(sg_heard_field(&heard, "Scrubgate"),
                                    SG_BYTES("streamed, risk=0.00;unjudged, audit=\"")));
    assert_true(heard.recorded);
    assert_int_equal(answer.framing.kind, SG_FRAMING_CHUNKED);
    assert_false(answer.cut);
    sg_assert_same(sg_buf_bytes(&answer.body), sg_buf_bytes(&want));
    /* It went through both ways and was never held as a whole: not even one and a half times the
     * marks of both directions, sanitizers' own memory left aside. */
    if (!sanitized)
        assert_true(resident_kib() - before < 2 * LARGE / 1024);
    sg_heard_fini(&heard);
    sg_answer_fini(&answer);
    sg_buf_fini(&body);
    sg_buf_fini(&want);
}

static void test_large_gzip(void **state)
{
    (void)state;
    struct sg_buf body = {0}, want = {0};
    struct sg_answer answer = {.cut = false};
    struct sg_heard heard;
    make_large(&body, &want, LESS);
    struct sg_buf zipped = sg_gzipped(sg_buf_bytes(&body));
    sg_wire_ask(scene.gateway.port, "POST", "/in/large",
                "Content-Type: text/plain\r\nContent-Encoding: gzip\r\n", sg_buf_bytes(&zipped),
                &answer);
    assert_int_equal(answer.head.status, 200);
    sg_recorder_take(&scene.origin, &heard);
    struct sg_buf plain = sg_gunzipped(sg_buf_bytes(&heard.body));
    struct sg_buf back = sg_gunzipped(sg_buf_bytes(&answer.body));
    sg_assert_same(sg_buf_bytes(&plain), sg_buf_bytes(&want));
    sg_assert_same(sg_buf_bytes(&back), sg_buf_bytes(&want));
    sg_buf_fini(&plain);
    sg_buf_fini(&back);
    sg_heard_fini(&heard);
    sg_answer_fini(&answer);
    sg_buf_fini(&zipped);
    sg_buf_fini(&body);
    sg_buf_fini(&want);
}

/* A response that only its connection's end ends. */
static void test_large_response(void **state)
{
    (void)state;
    struct sg_buf body = {0}, want = {0};
    struct sg_answer answer = {.cut = false};
    struct sg_heard heard;
    assert_true(sg_buf_add_text(&body, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n") >= 0);
    make_large(&body, &want, LESS);
    sg_recorder_say(&scene.origin,
                    &(struct sg_said){.text = sg_buf_bytes(&body), .then = SG_THEN_CLOSE});
    sg_wire_ask(scene.gateway.port, "GET", "/in/large", "", SG_BYTES(""), &answer);
    assert_int_equal(answer.head.status, 200);
    assert_int_equal(answer.framing.kind, SG_FRAMING_CHUNKED);
    assert_false(answer.cut);
    sg_assert_same(sg_buf_bytes(&answer.body), sg_buf_bytes(&want));
    sg_recorder_take(&scene.origin, &heard);
    sg_heard_fini(&heard);
    sg_answer_fini(&answer);
    sg_buf_fini(&body);
    sg_buf_fini(&want);
}

static void test_quiet(void **state)
{
    (void)state;
    sg_scene_ends_quietly(&scene, planted);
}

int main(void)
{
    sg_scene_open(&scene, NULL,
                  "routes:\n"
                  "  - {name: in, path: /in/, upstream: 'http://127.0.0.1:@/up/',\n"
                  "     direction: to-agent, identity: {customer: $.from}}\n");

    SG_SUITE_ROWS(test_body, bodies);
    SG_SUITE_ROWS(test_response, bodies);
    sg_suite_add("an empty type is none", test_an_empty_type_is_none, NULL);
    sg_suite_add("a type cannot be taken off on the way",
                 test_a_type_cannot_be_taken_off_on_the_way, NULL);
    SG_SUITE_ROWS(test_cut, cuts);
    sg_suite_add("2 MiB of text stream through both ways, masked and never held",
                 test_large_request, NULL);
    sg_suite_add("an event does not wait for the next", test_events_do_not_wait, NULL);
    sg_suite_add("half a MiB of gzipped text stream through both ways", test_large_gzip, NULL);
    sg_suite_add("half a MiB of response without a length stream to the client",
                 test_large_response, NULL);
    sg_suite_add("what was planted is nowhere, and the gateway ends well", test_quiet, NULL);
    int rc = sg_suite_run("wire: bodies");
    sg_scene_close(&scene);
    return rc;
}
