/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_wire_bad_requests.c - requests that cannot be inspected, or are no requests: each gets the
 * right status, none reaches the upstream, and the next one is served.
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

#define CARD  "4111111111111111"
#define TEXT  "Content-Type: text/plain\r\n"
#define JSON  "Content-Type: application/json\r\n"
#define FORM  "Content-Type: application/x-www-form-urlencoded\r\n"
#define PARTS "Content-Type: multipart/form-data; boundary=x\r\n"
#define GZIP  "Content-Encoding: gzip\r\n"
#define POST  "POST /in/x HTTP/1.1\r\nHost: g\r\n"

enum { LIMIT = 256 * 1024, MARK = 64 * 1024 };

static struct sg_scene scene;

static const char *const planted[] = {CARD, "4111 1111 1111 1111", "jo@example.com", NULL};

/* --- an answer that refuses --- */

/* A problem of that status and word, which quotes nothing. */
static void check_problem(const struct sg_answer *answer, unsigned status, const char *word)
{
    char type[96], number[32];
    assert_false(answer->cut);
    assert_int_equal(answer->head.status, status);
    sg_assert_text(sg_answer_field(answer, "Content-Type"), "application/problem+json");
    (void)snprintf(type, sizeof type, "{\"type\":\"urn:scrubgate:problem:%s\",", word);
    (void)snprintf(number, sizeof number, "\"status\":%u", status);
    if (!sg_bytes_start_with(sg_buf_bytes(&answer->body), sg_bytes_of(type)))
        fail_msg("the problem is no %s: %.*s", word, (int)answer->body.len,
                 (const char *)answer->body.data);
    assert_true(sg_holds(sg_buf_bytes(&answer->body), number));
    for (size_t i = 0; planted[i] != NULL; i++) {
        assert_false(sg_holds(sg_buf_bytes(&answer->body), planted[i]));
        assert_false(sg_holds(sg_buf_bytes(&answer->text), planted[i]));
    }
}

/* --- bodies that are refused --- */

struct body_row {
    const char *name, *fields, *body;
    unsigned status;
    const char *word;
};

static const struct body_row bodies[] = {
    {"JSON cut in half", JSON, "{\"t\":\"jo@example.com\",\"n\":" CARD ",\"u\":\"jo@exam", 400,
     "malformed"},
    {"JSON cut behind a whole value", JSON, "{\"n\":" CARD, 400, "malformed"},
    {"JSON with a second value behind it", JSON, "{\"n\":" CARD "} {}", 400, "malformed"},
    {"JSON without a value", JSON, " ", 400, "malformed"},
    {"JSON in single quotes", JSON, "{'t':'jo@example.com'}", 400, "malformed"},
    {"JSON with a comment", JSON, "{\"t\":\"jo@example.com\"} // x", 400, "malformed"},
    {"JSON with a line feed in a string", JSON, "{\"t\":\"jo@example.com\n\"}", 400, "malformed"},
    {"JSON with a byte order mark", JSON, "\xef\xbb\xbf{\"t\":\"jo@example.com\"}", 400,
     "malformed"},
    {"a lone high surrogate beside a card", JSON, "{\"t\":\"\\ud800 " CARD "\"}", 400, "malformed"},
    {"a lone low surrogate behind a card", JSON, "{\"t\":\"" CARD " \\udc00\"}", 400, "malformed"},
    {"surrogates in the wrong order", JSON, "{\"t\":\"" CARD " \\udc00\\ud800\"}", 400,
     "malformed"},
    {"invalid UTF-8 beside a card in JSON", JSON, "{\"t\":\"" CARD " \xff\"}", 400, "malformed"},
    {"invalid UTF-8 in a key", JSON, "{\"\xc3\":\"jo@example.com\"}", 400, "malformed"},
    {"invalid UTF-8 beside a card in text", TEXT, "pay " CARD "\xc3 now", 400, "malformed"},
    {"an overlong form of a character", TEXT,
     "jo\xc1\x80"
     "example.com jo@example.com",
     400, "malformed"},
    {"a surrogate as UTF-8", TEXT, CARD " \xed\xa0\x80", 400, "malformed"},
    {"text that ends inside a character", TEXT, "jo@example.com \xe2\x82", 400, "malformed"},
    {"invalid UTF-8 in a form", FORM, "t=" CARD "&u=%ff", 400, "malformed"},
    {"a broken escape in a form", FORM, "t=" CARD "&u=%4", 400, "malformed"},
    {"a type that is not known", "Content-Type: application/pdf\r\n", CARD, 415, "unsupported"},
    {"parts without a boundary", "Content-Type: multipart/form-data\r\n", CARD, 415, "unsupported"},
    {"a multipart body without a boundary in it", PARTS, CARD, 400, "malformed"},
    {"parts without an end", PARTS, "--x\r\n\r\n" CARD, 400, "malformed"},
    {"a boundary behind a bare LF", PARTS, "--x\r\n\r\na\n--x\r\n\r\n" CARD "\r\n--x--\r\n", 400,
     "malformed"},
    {"a part that is an image", PARTS,
     "--x\r\nContent-Type: image/png\r\n\r\n" CARD "\r\n--x--\r\n", 415, "unsupported"},
    {"a part in another charset", PARTS,
     "--x\r\nContent-Type: text/plain; charset=utf-7\r\n\r\n" CARD "\r\n--x--\r\n", 415,
     "unsupported"},
    {"a bare CR in events", "Content-Type: text/event-stream\r\n", "data: " CARD "\rid: 1\n\n", 400,
     "malformed"},
    {"HTML that is no UTF-8", "Content-Type: text/html\r\n", "<p>" CARD "\xff", 400, "malformed"},
    {"no type at all", "", CARD, 415, "unsupported"},
    {"two types", TEXT JSON, "{\"t\":\"jo@example.com\"}", 415, "unsupported"},
    {"a type that is no type", "Content-Type: text\r\n", CARD, 415, "unsupported"},
    {"a charset that is not UTF-8", "Content-Type: text/plain; charset=utf-16\r\n", CARD, 415,
     "unsupported"},
    {"a coding that is not known", TEXT "Content-Encoding: br\r\n", CARD, 415, "unsupported"},
    {"codings on top of each other", TEXT "Content-Encoding: gzip, gzip\r\n", CARD, 415,
     "unsupported"},
    {"two codings in two fields", TEXT GZIP "Content-Encoding: identity\r\n", CARD, 415,
     "unsupported"},
    {"what is said to be gzip and is not", TEXT GZIP, "jo@example.com " CARD, 400, "malformed"},
};

static void test_body(void **state)
{
    const struct body_row *row = *state;
    struct sg_answer answer = {.cut = false};
    size_t mark = sg_scene_mark(&scene);
    sg_wire_ask(scene.gateway.port, "POST", "/in/x", row->fields, sg_bytes_of(row->body), &answer);
    check_problem(&answer, row->status, row->word);
    sg_answer_fini(&answer);
    sg_scene_heard_nothing(&scene, mark, "/in/next");
}

/* --- gzip that is broken in other ways --- */

enum gzip_fault { CUT_SHORT, BAD_SUM, BYTES_BEHIND, NO_END };

struct gzip_row {
    const char *name;
    enum gzip_fault fault;
};

static const struct gzip_row zipped[] = {
    {"gzip that is cut in the middle", CUT_SHORT},
    {"gzip whose check sum is wrong", BAD_SUM},
    {"gzip with other bytes behind it", BYTES_BEHIND},
    {"gzip without its last byte", NO_END},
};

static void test_gzip(void **state)
{
    const struct gzip_row *row = *state;
    struct sg_answer answer = {.cut = false};
    struct sg_buf body = sg_gzipped(SG_BYTES("mail jo@example.com or pay 4111 1111 1111 1111"));
    size_t mark = sg_scene_mark(&scene);
    switch (row->fault) {
    case CUT_SHORT:
        body.len /= 2;
        break;
    case BAD_SUM:
        body.data[body.len - 6] ^= 1;
        break;
    case BYTES_BEHIND:
        assert_true(sg_buf_add_text(&body, " jo@example.com") >= 0);
        break;
    case NO_END:
        body.len--;
        break;
    }
    sg_wire_ask(scene.gateway.port, "POST", "/in/x", TEXT GZIP, sg_buf_bytes(&body), &answer);
    check_problem(&answer, 400, "malformed");
    sg_answer_fini(&answer);
    sg_buf_fini(&body);
    sg_scene_heard_nothing(&scene, mark, "/in/next");
}

/* --- too much --- */

static void test_deep(void **state)
{
    (void)state;
    enum { DEPTH = 100000 };
    struct sg_answer answer = {.cut = false};
    struct sg_buf body = {0};
    size_t mark = sg_scene_mark(&scene);
    for (int i = 0; i < DEPTH; i++)
        assert_true(sg_buf_add_byte(&body, '[') >= 0);
    assert_true(sg_buf_add_text(&body, "\"jo@example.com\"") >= 0);
    for (int i = 0; i < DEPTH; i++)
        assert_true(sg_buf_add_byte(&body, ']') >= 0);
    sg_wire_ask(scene.gateway.port, "POST", "/in/x", JSON, sg_buf_bytes(&body), &answer);
    check_problem(&answer, 413, "limit");
    sg_answer_fini(&answer);
    sg_buf_fini(&body);
    sg_scene_heard_nothing(&scene, mark, "/in/next");
}

static void test_declared_over(void **state)
{
    (void)state;
    struct sg_wire wire;
    struct sg_answer answer = {.cut = false};
    size_t mark = sg_scene_mark(&scene);
    sg_wire_open(&wire, scene.gateway.port);
    sg_wire_say(&wire, POST TEXT "Content-Length: %d\r\n\r\n" CARD, LIMIT + 1);
    sg_wire_read(&wire, &answer, false);
    check_problem(&answer, 413, "limit");
    sg_answer_fini(&answer);
    sg_wire_close(&wire);
    sg_scene_heard_nothing(&scene, mark, "/in/next");
}

/* What of a body that streams has left before it is refused is clean, and visibly cut. */
static void check_cut_upstream(void)
{
    struct sg_heard heard;
    sg_recorder_take(&scene.origin, &heard);
    assert_false(heard.whole);
    assert_true(heard.recorded);
    for (size_t i = 0; planted[i] != NULL; i++)
        assert_false(sg_holds(sg_buf_bytes(&heard.body), planted[i]));
    sg_heard_fini(&heard);
}

static void add_lines(struct sg_buf *body, size_t least)
{
    while (body->len < least)
        assert_true(sg_buf_add_text(body, "mail jo@example.com or pay 4111 1111 1111 1111\n") >= 0);
}

static void test_chunked_over(void **state)
{
    (void)state;
    struct sg_wire wire;
    struct sg_answer answer = {.cut = false};
    struct sg_buf body = {0};
    char size[32];
    size_t from = sg_gateway_records(&scene.gateway);
    add_lines(&body, LIMIT + 1);
    (void)snprintf(size, sizeof size, "%zx\r\n", body.len);
    sg_wire_open(&wire, scene.gateway.port);
    sg_wire_say(&wire, POST TEXT "Transfer-Encoding: chunked\r\n\r\n%s", size);
    (void)sg_wire_try(&wire, sg_buf_bytes(&body));
    (void)sg_wire_try(&wire, SG_BYTES("\r\n0\r\n\r\n"));
    sg_wire_read(&wire, &answer, false);
    check_problem(&answer, 413, "limit");
    check_cut_upstream();
    free(sg_gateway_record(
        &scene.gateway, from,
        (const char *[]){"\"verdict\":\"refused\"", "\"part\":\"end\"", "over limits.body", NULL}));
    sg_answer_fini(&answer);
    sg_wire_close(&wire);
    sg_buf_fini(&body);
    sg_scene_heard_nothing(&scene, sg_scene_mark(&scene), "/in/next");
}

static void test_bomb(void **state)
{
    (void)state;
    struct sg_answer answer = {.cut = false};
    struct sg_buf body = {0};
    size_t size = 16 * LIMIT;
    assert_true(sg_buf_reserve(&body, size) >= 0);
    memset(body.data, 'x', size);
    body.len = size;
    memcpy(body.data, CARD " ", sizeof CARD);
    struct sg_buf bomb = sg_gzipped(sg_buf_bytes(&body));
    assert_true(bomb.len < LIMIT / 8);
    size_t mark = sg_scene_mark(&scene);
    sg_wire_ask(scene.gateway.port, "POST", "/in/x", TEXT GZIP, sg_buf_bytes(&bomb), &answer);
    check_problem(&answer, 413, "limit");
    assert_true(sg_scene_mark(&scene) - mark < LIMIT);
    /* Whatever of it had left is small, cut and clean. */
    if (sg_recorder_accepted(&scene.origin) > 0 && sg_scene_mark(&scene) != mark)
        check_cut_upstream();
    sg_answer_fini(&answer);
    sg_buf_fini(&bomb);
    sg_buf_fini(&body);
    sg_scene_heard_nothing(&scene, sg_scene_mark(&scene), "/in/next");
}

/* JSON that turns out broken after its beginning has left. */
static void test_broken_late(void **state)
{
    (void)state;
    struct sg_answer answer = {.cut = false};
    struct sg_buf body = {0};
    assert_true(sg_buf_add_text(&body, "[\"") >= 0);
    while (body.len < 2 * MARK)
        assert_true(sg_buf_add_text(&body, "mail jo@example.com\",\"") >= 0);
    assert_true(sg_buf_add_text(&body, CARD "\xff\"]") >= 0);
    sg_wire_ask(scene.gateway.port, "POST", "/in/x", JSON, sg_buf_bytes(&body), &answer);
    check_problem(&answer, 400, "malformed");
    check_cut_upstream();
    sg_answer_fini(&answer);
    sg_buf_fini(&body);
    sg_scene_heard_nothing(&scene, sg_scene_mark(&scene), "/in/next");
}

/* --- what is no request --- */

struct raw_row {
    const char *name, *text;
    unsigned status, or_status; /* either; the connection may be closed instead when 0 is one */
};

static const struct raw_row raws[] = {
    {"two lengths", POST TEXT "Content-Length: 16\r\nContent-Length: 17\r\n\r\n" CARD "x", 400,
     400},
    {"one length twice", POST TEXT "Content-Length: 16\r\nContent-Length: 16\r\n\r\n" CARD, 400,
     400},
    {"a list of lengths", POST TEXT "Content-Length: 16, 16\r\n\r\n" CARD, 400, 400},
    {"a length with a sign", POST TEXT "Content-Length: +16\r\n\r\n" CARD, 400, 400},
    {"a length in hex", POST TEXT "Content-Length: 0x10\r\n\r\n" CARD, 400, 400},
    {"an endless length", POST TEXT "Content-Length: 99999999999999999999\r\n\r\n" CARD, 400, 413},
    {"a length and chunks",
     POST TEXT "Content-Length: 16\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n" CARD
               "\r\n0\r\n\r\n",
     400, 400},
    {"chunks and another transfer coding",
     POST TEXT "Transfer-Encoding: gzip, chunked\r\n\r\n10\r\n" CARD "\r\n0\r\n\r\n", 400, 501},
    {"a transfer coding that only looks like chunked",
     POST TEXT "Transfer-Encoding: xchunked\r\n\r\n10\r\n" CARD "\r\n0\r\n\r\n", 400, 501},
    {"chunked twice",
     POST TEXT "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"
               "10\r\n" CARD "\r\n0\r\n\r\n",
     400, 400},
    {"chunked in HTTP/1.0",
     "POST /in/x HTTP/1.0\r\n" TEXT "Transfer-Encoding: chunked\r\n\r\n"
     "10\r\n" CARD "\r\n0\r\n\r\n",
     400, 400},
    {"a chunk's size that is no number",
     POST TEXT "Transfer-Encoding: chunked\r\n\r\nxyz\r\n" CARD "\r\n0\r\n\r\n", 400, 0},
    {"a chunk that is longer than it says",
     POST TEXT "Transfer-Encoding: chunked\r\n\r\n8\r\n" CARD "\r\n0\r\n\r\n", 400, 0},
    {"a chunk's size over 64 bits",
     POST TEXT "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n" CARD "\r\n0\r\n\r\n", 400,
     413},
    {"no host", "POST /in/x HTTP/1.1\r\n" TEXT "Content-Length: 16\r\n\r\n" CARD, 400, 400},
    {"two hosts", POST "Host: h\r\n" TEXT "Content-Length: 16\r\n\r\n" CARD, 400, 400},
    {"a field name with a space behind it", POST TEXT "Content-Length : 16\r\n\r\n" CARD, 400, 400},
    {"a folded field", POST TEXT "X-Fold: a\r\n b\r\nContent-Length: 16\r\n\r\n" CARD, 400, 400},
    {"line feeds alone", "POST /in/x HTTP/1.1\nHost: g\nContent-Length: 16\n\n" CARD, 400, 400},
    {"a carriage return inside a field", POST TEXT "X-A: a\rb\r\nContent-Length: 16\r\n\r\n" CARD,
     400, 400},
    {"a target with a fragment",
     "POST /in/x#f HTTP/1.1\r\nHost: g\r\n" TEXT "Content-Length: 16\r\n\r\n" CARD, 400, 400},
    {"a target with a space",
     "POST /in/x y HTTP/1.1\r\nHost: g\r\n" TEXT "Content-Length: 16\r\n\r\n" CARD, 400, 400},
    {"a version that is not spoken here",
     "POST /in/x HTTP/2.0\r\nHost: g\r\n" TEXT "Content-Length: 16\r\n\r\n" CARD, 400, 505},
    {"what is no HTTP", "\x16\x03\x01\x02" CARD " jo@example.com\r\n\r\n", 400, 0},
    {"a path that leaves its route",
     "POST /in/../out/x HTTP/1.1\r\nHost: g\r\n" TEXT "Content-Length: 16\r\n\r\n" CARD, 400, 404},
    {"a path that leaves its route, encoded",
     "POST /in/%2e%2E/out/x HTTP/1.1\r\nHost: g\r\n" TEXT "Content-Length: 16\r\n\r\n" CARD, 400,
     400},
    {"a path without a route",
     "POST /other HTTP/1.1\r\nHost: g\r\n" TEXT "Content-Length: 16\r\n\r\n" CARD, 404, 404},
    {"a proxy's target in place of a path",
     "POST http://g/in/x HTTP/1.1\r\nHost: g\r\n" TEXT "Content-Length: 16\r\n\r\n" CARD, 400, 404},
    {"CONNECT", "CONNECT g:443 HTTP/1.1\r\nHost: g:443\r\n\r\n" CARD, 501, 0},
};

static void test_raw(void **state)
{
    const struct raw_row *row = *state;
    struct sg_wire wire;
    struct sg_answer answer = {.cut = false};
    size_t mark = sg_scene_mark(&scene);
    sg_wire_open(&wire, scene.gateway.port);
    (void)sg_wire_try(&wire, sg_bytes_of(row->text));
    sg_wire_read(&wire, &answer, false);
    if (answer.head.status != row->status && answer.head.status != row->or_status)
        fail_msg("the answer is %u", answer.head.status);
    for (size_t i = 0; planted[i] != NULL; i++)
        assert_false(sg_holds(sg_buf_bytes(&answer.body), planted[i]));
    sg_answer_fini(&answer);
    sg_wire_close(&wire);
    sg_scene_heard_nothing(&scene, mark, "/in/next");
}

static void test_long_head(void **state)
{
    (void)state;
    struct sg_wire wire;
    struct sg_answer answer = {.cut = false};
    struct sg_buf text = {0};
    size_t mark = sg_scene_mark(&scene);
    assert_true(sg_buf_add_text(&text, POST) >= 0);
    for (int i = 0; text.len < 9 * 1024; i++)
        assert_true(sg_buf_addf(&text, "X-Long-%d: jo@example.com %080d\r\n", i, i) >= 0);
    assert_true(sg_buf_add_text(&text, "\r\n") >= 0);
    sg_wire_open(&wire, scene.gateway.port);
    (void)sg_wire_try(&wire, sg_buf_bytes(&text));
    sg_wire_read(&wire, &answer, false);
    assert_true(answer.head.status == 431 || answer.head.status == 413 ||
                answer.head.status == 400);
    assert_false(sg_holds(sg_buf_bytes(&answer.body), "jo@example.com"));
    sg_answer_fini(&answer);
    sg_wire_close(&wire);
    sg_buf_fini(&text);
    sg_scene_heard_nothing(&scene, mark, "/in/next");
}

/* A length that is too short: the rest is read as a request of its own, which it is not. */
static void test_short_length(void **state)
{
    (void)state;
    struct sg_wire wire;
    struct sg_answer answer = {.cut = false};
    size_t mark = sg_scene_mark(&scene);
    sg_wire_open(&wire, scene.gateway.port);
    sg_wire_say(&wire, POST JSON "Content-Length: 20\r\n\r\n{\"t\":\"jo@example.com\",\"n\":" CARD
                                 "}\r\n\r\n");
    sg_wire_read(&wire, &answer, false);
    check_problem(&answer, 400, "malformed");
    sg_wire_read(&wire, &answer, false);
    assert_true(answer.head.status == 400 || answer.head.status == 0);
    assert_false(sg_holds(sg_buf_bytes(&answer.body), CARD));
    sg_answer_fini(&answer);
    sg_wire_close(&wire);
    sg_scene_heard_nothing(&scene, mark, "/in/next");
}

/* --- clients that go --- */

static const char gone[] = "scrubgate_failures_total{reason=\"client-gone\"}";

static void await_metric(const char *name, uint64_t least)
{
    uint64_t value = 0;
    for (int i = 0; i < 3000 && value < least; i++)
        value = sg_gateway_metric(&scene.gateway, name);
    assert_true(value >= least);
}

/* Each look is a request of its own, so the loop turns meanwhile. */
static void await_heard(size_t more_than)
{
    for (int i = 0; i < 3000 && sg_recorder_bytes(&scene.origin) <= more_than; i++)
        (void)sg_gateway_metric(&scene.gateway, gone);
    assert_true(sg_recorder_bytes(&scene.origin) > more_than);
}

static void test_gone_in_head(void **state)
{
    (void)state;
    struct sg_wire wire;
    size_t mark = sg_scene_mark(&scene);
    sg_wire_open(&wire, scene.gateway.port);
    sg_wire_say(&wire, POST TEXT "X-Half: jo@exam");
    sg_wire_reset(&wire);
    sg_wire_open(&wire, scene.gateway.port);
    sg_wire_close(&wire);
    sg_scene_heard_nothing(&scene, mark, "/in/next");
}

/* The gateway has taken the connection and waits; then the last bytes and the end come together.
 * Many, because whether they are seen together is chance. */
static void test_gone_in_body(void **state)
{
    (void)state;
    enum { MANY = 200 };
    struct sg_wire other;
    struct sg_answer answer = {.cut = false};
    size_t mark = sg_scene_mark(&scene);
    uint64_t before = sg_gateway_metric(&scene.gateway, gone);
    sg_wire_open(&other, scene.gateway.port);
    for (int i = 0; i < MANY; i++) {
        struct sg_wire wire;
        sg_wire_open(&wire, scene.gateway.port);
        sg_wire_say(&wire, POST TEXT "Content-Length: 1000\r\n\r\n" CARD " jo@example.com");
        sg_wire_say(&other, "GET /nowhere HTTP/1.1\r\nHost: g\r\n\r\n");
        sg_wire_read(&other, &answer, false);
        sg_wire_say(&wire, " and more");
        sg_wire_close(&wire);
    }
    sg_wire_close(&other);
    sg_answer_fini(&answer);
    await_metric(gone, before + MANY);
    sg_scene_heard_nothing(&scene, mark, "/in/next");
}

static void test_gone_in_stream(void **state)
{
    (void)state;
    struct sg_wire wire;
    struct sg_buf body = {0};
    size_t from = sg_gateway_records(&scene.gateway);
    size_t heard = sg_recorder_bytes(&scene.origin);
    add_lines(&body, 2 * MARK);
    sg_wire_open(&wire, scene.gateway.port);
    sg_wire_say(&wire, POST TEXT "Content-Length: %d\r\n\r\n", LIMIT);
    sg_wire_send(&wire, sg_buf_bytes(&body));
    /* Its beginning may leave, and has. */
    free(sg_gateway_record(&scene.gateway, from, (const char *[]){"\"part\":\"begin\"", NULL}));
    await_heard(heard);
    free(sg_gateway_record(&scene.gateway, from, (const char *[]){"\"part\":\"begin\"", NULL}));
    sg_wire_reset(&wire);
    check_cut_upstream();
    free(sg_gateway_record(&scene.gateway, from,
                           (const char *[]){"\"part\":\"end\"", "\"verdict\":\"refused\"", NULL}));
    free(sg_gateway_record(&scene.gateway, from,
                           (const char *[]){"\"class_uid\":6003", "client-gone", NULL}));
    sg_buf_fini(&body);
    sg_scene_heard_nothing(&scene, sg_scene_mark(&scene), "/in/next");
}

static void test_gone_while_waiting(void **state)
{
    (void)state;
    struct sg_wire wire;
    struct sg_heard heard;
    size_t from = sg_gateway_records(&scene.gateway);
    sg_recorder_say(&scene.origin, &(struct sg_said){.text = SG_BYTES(""), .then = SG_THEN_HOLD});
    sg_wire_open(&wire, scene.gateway.port);
    sg_wire_say(&wire, POST TEXT "Content-Length: 14\r\n\r\njo@example.com");
    sg_recorder_take(&scene.origin, &heard);
    sg_assert_text(sg_buf_bytes(&heard.body), "[EMAIL]");
    sg_wire_reset(&wire);
    free(sg_gateway_record(&scene.gateway, from,
                           (const char *[]){"\"class_uid\":6003", "client-gone", NULL}));
    sg_heard_fini(&heard);
    sg_scene_heard_nothing(&scene, sg_scene_mark(&scene), "/in/next");
}

/* --- clients that are slow: a gateway of its own with little patience --- */

static struct sg_scene slow;

struct slow_row {
    const char *name;
    const char *first; /* a whole request that is answered before; NULL: none */
    const char *half;
};

static const struct slow_row slows[] = {
    {"a client that is slow with the head", NULL, "POST /in/x HTTP/1.1\r\nHost: jo@exam"},
    {"a client that is slow with the body", NULL, POST TEXT "Content-Length: 20\r\n\r\n" CARD},
    {"a client that is slow with its second head", "GET /nowhere HTTP/1.1\r\nHost: g\r\n\r\n",
     "POST /in/x HTTP/1.1\r\nHost: jo@exam"},
    {"a client that is slow with its second body", "GET /nowhere HTTP/1.1\r\nHost: g\r\n\r\n",
     POST TEXT "Content-Length: 20\r\n\r\n" CARD},
};

static void test_slow(void **state)
{
    const struct slow_row *row = *state;
    struct sg_wire wire;
    struct sg_answer answer = {.cut = false};
    sg_wire_open(&wire, slow.gateway.port);
    if (row->first != NULL) {
        sg_wire_send(&wire, sg_bytes_of(row->first));
        sg_wire_read(&wire, &answer, false);
    }
    sg_wire_send(&wire, sg_bytes_of(row->half));
    sg_wire_read(&wire, &answer, false);
    assert_int_equal(answer.head.status, 408);
    assert_true(sg_wire_ends(&wire));
    assert_int_equal(sg_recorder_accepted(&slow.origin), 0);
    sg_answer_fini(&answer);
    sg_wire_close(&wire);
}

static void test_slow_quiet(void **state)
{
    (void)state;
    sg_scene_ends_quietly(&slow, planted);
}

static void test_quiet(void **state)
{
    (void)state;
    sg_scene_ends_quietly(&scene, planted);
}

int main(void)
{
    sg_scene_open(&scene, NULL,
                  "limits: {body: 256KiB, header: 8KiB}\n"
                  "routes:\n"
                  "  - {name: in, path: /in/, upstream: 'http://127.0.0.1:@/up/',\n"
                  "     direction: to-agent, identity: {customer: $.from}}\n"
                  "  - {name: out, path: /out/, upstream: 'http://127.0.0.1:@/',\n"
                  "     direction: to-customer}\n");
    /* A deadline that is not kept would be seen as no answer at all: the others are far off. */
    sg_scene_open(&slow, NULL,
                  "limits: {header_time: 300ms, body_time: 300ms, idle_time: 60m}\n"
                  "routes:\n"
                  "  - {name: in, path: /in/, upstream: 'http://127.0.0.1:@/',\n"
                  "     direction: to-agent}\n");
    SG_SUITE_ROWS(test_slow, slows);
    sg_suite_add("what slow clients planted is nowhere", test_slow_quiet, NULL);
    SG_SUITE_ROWS(test_body, bodies);
    SG_SUITE_ROWS(test_gzip, zipped);
    SG_SUITE_ROWS(test_raw, raws);
    sg_suite_add("JSON a hundred thousand deep", test_deep, NULL);
    sg_suite_add("a length over the limit is refused before the body", test_declared_over, NULL);
    sg_suite_add("chunks over the limit are refused, what has left is clean and cut",
                 test_chunked_over, NULL);
    sg_suite_add("a gzip bomb is refused at the limit", test_bomb, NULL);
    sg_suite_add("JSON that breaks late is refused, what has left is clean and cut",
                 test_broken_late, NULL);
    sg_suite_add("a head over the limit", test_long_head, NULL);
    sg_suite_add("a length shorter than the body", test_short_length, NULL);
    sg_suite_add("a client that goes inside the head", test_gone_in_head, NULL);
    sg_suite_add("clients that go inside a short body are noticed at once", test_gone_in_body,
                 NULL);
    sg_suite_add("a client that goes inside a body that streams", test_gone_in_stream, NULL);
    sg_suite_add("a client that goes while the upstream thinks", test_gone_while_waiting, NULL);
    sg_suite_add("what was planted is nowhere, and the gateway ends well", test_quiet, NULL);
    int rc = sg_suite_run("wire: bad requests");
    sg_scene_close(&slow);
    sg_scene_close(&scene);
    return rc;
}
