/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_wire_bad_upstreams.c - upstreams that are down, slow, broken or hostile: the client gets an
 * error or a visibly cut message, and never a byte that was not scrubbed.
 */
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <cmocka.h>

#include "../lib/scene.h"
#include "../lib/scripted_origin.h"
#include "../lib/suite.h"
#include "../lib/zipped.h"

#define CARD  "4111111111111111"
#define OK    "HTTP/1.1 200 OK\r\n"
#define TEXT  "Content-Type: text/plain\r\n"
#define JSON  "Content-Type: application/json\r\n"
#define CHUNK "Transfer-Encoding: chunked\r\n"
#define I     "HTTP/1.1 103 Early Hints\r\n\r\n"
#define MAIL  "to jo@example.com" /* 17 bytes */

enum { LIMIT = 256 * 1024, MARK = 64 * 1024, STUCK_MS = 300 };

static struct sg_scene scene;

static const char *const planted[] = {CARD, "4111 1111 1111 1111", "jo@example.com", NULL};

/* Nothing that was planted, in the head or the body. */
static void check_clean(const struct sg_answer *answer)
{
    for (size_t i = 0; planted[i] != NULL; i++) {
        if (sg_holds(sg_buf_bytes(&answer->text), planted[i]) ||
            sg_holds(sg_buf_bytes(&answer->body), planted[i]))
            fail_msg("the client heard %s", planted[i]);
    }
}

static void check_problem(const struct sg_answer *answer, unsigned status, const char *word)
{
    char type[96];
    assert_false(answer->cut);
    assert_int_equal(answer->head.status, status);
    sg_assert_text(sg_answer_field(answer, "Content-Type"), "application/problem+json");
    (void)snprintf(type, sizeof type, "{\"type\":\"urn:scrubgate:problem:%s\",", word);
    if (!sg_bytes_start_with(sg_buf_bytes(&answer->body), sg_bytes_of(type)))
        fail_msg("the problem is no %s: %.*s", word, (int)answer->body.len,
                 (const char *)answer->body.data);
    check_clean(answer);
}

/* The gateway still serves, and what a broken connection left behind reaches nobody. */
static void check_serves(void)
{
    struct sg_answer answer = {.cut = false};
    struct sg_heard heard;
    sg_wire_ask(scene.gateway.port, "POST", "/in/next", TEXT, SG_BYTES(MAIL), &answer);
    assert_int_equal(answer.head.status, 200);
    sg_assert_text(sg_buf_bytes(&answer.body), "to [EMAIL]");
    sg_recorder_take(&scene.origin, &heard);
    sg_assert_text(heard.head.target, "/up/next");
    sg_heard_fini(&heard);
    sg_answer_fini(&answer);
}

/* --- short answers --- */

struct said_row {
    const char *name, *said;
    enum sg_then then;
    unsigned status;
    const char *word;
};

static const struct said_row saids[] = {
    {"no answer, the connection closes", "", SG_THEN_CLOSE, 502, "upstream-reset"},
    {"no answer, the connection is reset", "", SG_THEN_RESET, 502, "upstream-reset"},
    {"half a head, then the end", OK TEXT "X-Half: " CARD, SG_THEN_CLOSE, 502, "upstream-reset"},
    {"garbage", "jo@example.com " CARD "\r\n\r\n", SG_THEN_KEEP, 502, "upstream-malformed"},
    {"another protocol", "SSH-2.0-x\r\n\r\n", SG_THEN_KEEP, 502, "upstream-malformed"},
    {"a status that is none", "HTTP/1.1 099 X\r\nContent-Length: 0\r\n\r\n", SG_THEN_KEEP, 502,
     "upstream-malformed"},
    {"a version that is not spoken here", "HTTP/3.0 200 OK\r\nContent-Length: 0\r\n\r\n",
     SG_THEN_KEEP, 502, "upstream-malformed"},
    {"two lengths", OK TEXT "Content-Length: 17\r\nContent-Length: 2\r\n\r\n" MAIL, SG_THEN_KEEP,
     502, "upstream-malformed"},
    {"a length and chunks", OK TEXT CHUNK "Content-Length: 17\r\n\r\n11\r\n" MAIL "\r\n0\r\n\r\n",
     SG_THEN_KEEP, 502, "upstream-malformed"},
    {"another transfer coding", OK TEXT "Transfer-Encoding: gzip, chunked\r\n\r\n11\r\n" MAIL,
     SG_THEN_KEEP, 502, "upstream-malformed"},
    {"no head at all: HTTP/0.9", "<p>jo@example.com " CARD "</p>\r\n", SG_THEN_KEEP, 502,
     "upstream-malformed"},
    {"two lengths, though they are the same",
     OK TEXT "Content-Length: 17\r\nContent-Length: 17\r\n\r\n" MAIL, SG_THEN_KEEP, 502,
     "upstream-malformed"},
    {"a list of lengths", OK TEXT "Content-Length: 17, 17\r\n\r\n" MAIL, SG_THEN_KEEP, 502,
     "upstream-malformed"},
    {"a length with a sign", OK TEXT "Content-Length: +17\r\n\r\n" MAIL, SG_THEN_KEEP, 502,
     "upstream-malformed"},
    {"a length in hex", OK TEXT "Content-Length: 0x11\r\n\r\n" MAIL, SG_THEN_KEEP, 502,
     "upstream-malformed"},
    {"a length that no number holds", OK TEXT "Content-Length: 18446744073709551633\r\n\r\n" MAIL,
     SG_THEN_KEEP, 502, "upstream-malformed"},
    {"an empty length", OK TEXT "Content-Length: \r\n\r\n" MAIL, SG_THEN_KEEP, 502,
     "upstream-malformed"},
    {"chunked twice", OK TEXT CHUNK CHUNK "\r\n11\r\n" MAIL "\r\n0\r\n\r\n", SG_THEN_KEEP, 502,
     "upstream-malformed"},
    {"chunked over chunked", OK TEXT "Transfer-Encoding: chunked, chunked\r\n\r\n11\r\n" MAIL,
     SG_THEN_KEEP, 502, "upstream-malformed"},
    {"a transfer coding that is only like chunked",
     OK TEXT "Transfer-Encoding: xchunked\r\n\r\n11\r\n" MAIL, SG_THEN_KEEP, 502,
     "upstream-malformed"},
    {"an identity that is none", OK TEXT "Transfer-Encoding: identity\r\n\r\n" MAIL, SG_THEN_KEEP,
     502, "upstream-malformed"},
    {"chunks in HTTP/1.0", "HTTP/1.0 200 OK\r\n" TEXT CHUNK "\r\n11\r\n" MAIL "\r\n0\r\n\r\n",
     SG_THEN_KEEP, 502, "upstream-malformed"},
    {"bare line feeds", "HTTP/1.1 200 OK\nContent-Type: text/plain\nContent-Length: 17\n\n" MAIL,
     SG_THEN_KEEP, 502, "upstream-malformed"},
    {"a bare line feed at one line", OK "Content-Type: text/plain\nContent-Length: 17\r\n\r\n" MAIL,
     SG_THEN_KEEP, 502, "upstream-malformed"},
    {"a bare carriage return in a value",
     OK TEXT "X-A: b\rContent-Length: 2\r\nContent-Length: 17\r\n\r\n" MAIL, SG_THEN_KEEP, 502,
     "upstream-malformed"},
    {"a control in a value", OK TEXT "X-A: \x01" CARD "\r\nContent-Length: 17\r\n\r\n" MAIL,
     SG_THEN_KEEP, 502, "upstream-malformed"},
    {"a space before the colon", OK TEXT "Content-Length : 17\r\n\r\n" MAIL, SG_THEN_KEEP, 502,
     "upstream-malformed"},
    {"a space before the first name", OK " " TEXT "Content-Length: 17\r\n\r\n" MAIL, SG_THEN_KEEP,
     502, "upstream-malformed"},
    {"a field without a name", OK TEXT ": " CARD "\r\nContent-Length: 17\r\n\r\n" MAIL,
     SG_THEN_KEEP, 502, "upstream-malformed"},
    {"a field without a colon", OK TEXT CARD "\r\nContent-Length: 17\r\n\r\n" MAIL, SG_THEN_KEEP,
     502, "upstream-malformed"},
    {"a flood of interim answers", I I I I I I I I I OK TEXT "Content-Length: 17\r\n\r\n" MAIL,
     SG_THEN_KEEP, 502, "upstream-malformed"},
    {"an interim answer with a body",
     "HTTP/1.1 103 Hints\r\nContent-Length: 17\r\n\r\n" MAIL OK TEXT "Content-Length: 2\r\n\r\nhi",
     SG_THEN_KEEP, 502, "upstream-malformed"},
    {"no content, and yet some",
     "HTTP/1.1 204 No Content\r\n" TEXT "Content-Length: 17\r\n\r\n" MAIL, SG_THEN_KEEP, 502,
     "upstream-malformed"},
    {"a chunk's size with a sign", OK TEXT CHUNK "\r\n-11\r\n" MAIL, SG_THEN_KEEP, 502,
     "upstream-malformed"},
    {"a chunk's size with 0x", OK TEXT CHUNK "\r\n0x11\r\n" MAIL, SG_THEN_KEEP, 502,
     "upstream-malformed"},
    {"a chunk's size of 17 digits", OK TEXT CHUNK "\r\n00000000000000011\r\n" MAIL "\r\n0\r\n\r\n",
     SG_THEN_KEEP, 502, "upstream-malformed"},
    {"a chunk's size that ends in a line feed", OK TEXT CHUNK "\r\n11\n" MAIL "\r\n0\r\n\r\n",
     SG_THEN_KEEP, 502, "upstream-malformed"},
    {"a chunk that ends in a line feed", OK TEXT CHUNK "\r\n11\r\n" MAIL "\n0\r\n\r\n",
     SG_THEN_KEEP, 502, "upstream-malformed"},
    {"a chunk that is shorter than it says", OK TEXT CHUNK "\r\n12\r\n" MAIL "\r\n0\r\n\r\n",
     SG_THEN_KEEP, 502, "upstream-malformed"},
    {"a control in a chunk's extension", OK TEXT CHUNK "\r\n11;a=\x01\r\n" MAIL "\r\n0\r\n\r\n",
     SG_THEN_KEEP, 502, "upstream-malformed"},
    {"a trailer that is no field", OK TEXT CHUNK "\r\n11\r\n" MAIL "\r\n0\r\n" CARD "\r\n\r\n",
     SG_THEN_KEEP, 502, "upstream-malformed"},
    {"a length that is no number", OK TEXT "Content-Length: 1x\r\n\r\n" MAIL, SG_THEN_KEEP, 502,
     "upstream-malformed"},
    {"a folded field", OK TEXT "X-Fold: a\r\n " CARD "\r\nContent-Length: 17\r\n\r\n" MAIL,
     SG_THEN_KEEP, 502, "upstream-malformed"},
    {"a chunk's size that is no number", OK TEXT CHUNK "\r\nx\r\n" MAIL, SG_THEN_KEEP, 502,
     "upstream-malformed"},
    {"a chunk that is longer than it says", OK TEXT CHUNK "\r\n2\r\n" MAIL "\r\n0\r\n\r\n",
     SG_THEN_KEEP, 502, "upstream-malformed"},
    {"the end before the length", OK TEXT "Content-Length: 99\r\n\r\n" MAIL, SG_THEN_CLOSE, 502,
     "upstream-reset"},
    {"a reset before the length", OK TEXT "Content-Length: 99\r\n\r\n" MAIL, SG_THEN_RESET, 502,
     "upstream-reset"},
    {"the end before the last chunk", OK TEXT CHUNK "\r\n11\r\n" MAIL "\r\n", SG_THEN_CLOSE, 502,
     "upstream-reset"},
    {"the end inside a chunk", OK TEXT CHUNK "\r\n99\r\n" MAIL, SG_THEN_CLOSE, 502,
     "upstream-reset"},
    {"a part that nobody asked for",
     "HTTP/1.1 206 Partial Content\r\n" TEXT "Content-Range: bytes 0-16/99\r\n"
     "Content-Length: 17\r\n\r\n" MAIL,
     SG_THEN_KEEP, 502, "upstream-malformed"},
    {"a switch of protocols", "HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n" CARD, SG_THEN_KEEP,
     502, "upstream-malformed"},
    {"JSON cut in half", OK JSON "Content-Length: 23\r\n\r\n{\"t\":\"" MAIL, SG_THEN_KEEP, 502,
     "upstream-malformed"},
    {"invalid UTF-8 beside a card", OK TEXT "Content-Length: 17\r\n\r\n" CARD "\xff", SG_THEN_KEEP,
     502, "upstream-malformed"},
    {"a lone surrogate", OK JSON "Content-Length: 24\r\n\r\n\"" CARD "\\ud800\"", SG_THEN_KEEP, 502,
     "upstream-malformed"},
    {"what is said to be gzip and is not",
     OK TEXT "Content-Encoding: gzip\r\nContent-Length: 17\r\n\r\n" MAIL, SG_THEN_KEEP, 502,
     "upstream-malformed"},
    {"a length over the limit that does not come", OK TEXT "Content-Length: 99999999\r\n\r\n" MAIL,
     SG_THEN_CLOSE, 502, "upstream-reset"},
    {"a type that is not known",
     OK "Content-Type: application/pdf\r\nContent-Length: 17\r\n\r\n" MAIL, SG_THEN_KEEP, 415,
     "unsupported"},
    {"no type at all", OK "Content-Length: 17\r\n\r\n" MAIL, SG_THEN_KEEP, 415, "unsupported"},
    {"a coding that is not known",
     OK TEXT "Content-Encoding: br\r\nContent-Length: 17\r\n\r\n" MAIL, SG_THEN_KEEP, 415,
     "unsupported"},
};

static void test_said(void **state)
{
    const struct said_row *row = *state;
    struct sg_answer answer = {.cut = false};
    sg_recorder_say_text(&scene.origin, row->said, row->then);
    sg_wire_ask(scene.gateway.port, "POST", "/in/x", TEXT, SG_BYTES("hello"), &answer);
    sg_scene_skip(&scene);
    check_problem(&answer, row->status, row->word);
    sg_answer_fini(&answer);
    check_serves();
}

/* --- answers that stream before they break --- */

enum late_fault { LATE_CLOSE, LATE_RESET, LATE_GARBAGE, LATE_UTF8, LATE_LIMIT };

struct late_row {
    const char *name;
    enum late_fault fault;
};

static const struct late_row lates[] = {
    {"a response that ends too early while it streams is visibly cut", LATE_CLOSE},
    {"a response that is reset while it streams is visibly cut", LATE_RESET},
    {"a response whose chunks break while it streams is visibly cut", LATE_GARBAGE},
    {"a response that cannot be read further while it streams is visibly cut", LATE_UTF8},
    {"a response that grows over the limit while it streams is visibly cut", LATE_LIMIT},
};

static void test_late(void **state)
{
    const struct late_row *row = *state;
    struct sg_answer answer = {.cut = false};
    struct sg_buf lines = {0}, said = {0};
    size_t from = sg_gateway_records(&scene.gateway);
    while (lines.len < (row->fault == LATE_LIMIT ? 2 * LIMIT : 2 * MARK))
        assert_true(sg_buf_add_text(&lines, "mail jo@example.com or pay 4111 1111 1111 1111\n") >=
                    0);
    assert_true(sg_buf_addf(&said, OK TEXT CHUNK "\r\n%zx\r\n", lines.len) >= 0);
    assert_true(sg_buf_add_bytes(&said, sg_buf_bytes(&lines)) >= 0);
    if (row->fault == LATE_GARBAGE)
        assert_true(sg_buf_add_text(&said, "\r\n" CARD) >= 0);
    if (row->fault == LATE_UTF8)
        assert_true(sg_buf_add_text(&said, "\r\n12\r\n" CARD "\xff\xff\r\n0\r\n\r\n") >= 0);
    if (row->fault == LATE_LIMIT)
        assert_true(sg_buf_add_text(&said, "\r\n0\r\n\r\n") >= 0);
    sg_recorder_say(
        &scene.origin,
        &(struct sg_said){.text = sg_buf_bytes(&said),
                          .then = row->fault == LATE_RESET ? SG_THEN_RESET : SG_THEN_CLOSE});
    sg_wire_ask(scene.gateway.port, "GET", "/in/x", "", SG_BYTES(""), &answer);
    sg_scene_skip(&scene);
    /* A reset may overtake what came before it: then nothing had to leave. */
    if (answer.head.status == 200)
        assert_true(answer.cut);
    else
        check_problem(&answer, 502,
                      row->fault == LATE_RESET ? "upstream-reset" : "upstream-malformed");
    check_clean(&answer);
    free(sg_gateway_record(&scene.gateway, from,
                           (const char *[]){"\"class_uid\":6003", "upstream-", NULL}));
    sg_answer_fini(&answer);
    sg_buf_fini(&lines);
    sg_buf_fini(&said);
    check_serves();
}

static void test_gzip_cut(void **state)
{
    (void)state;
    struct sg_answer answer = {.cut = false};
    struct sg_buf said = {0}, body = sg_gzipped(SG_BYTES(MAIL " and " CARD));
    body.len -= 5;
    assert_true(sg_buf_addf(&said, OK TEXT "Content-Encoding: gzip\r\nContent-Length: %zu\r\n\r\n",
                            body.len) >= 0);
    assert_true(sg_buf_add_bytes(&said, sg_buf_bytes(&body)) >= 0);
    sg_recorder_say(&scene.origin, &(struct sg_said){.text = sg_buf_bytes(&said)});
    sg_wire_ask(scene.gateway.port, "GET", "/in/x", "", SG_BYTES(""), &answer);
    sg_scene_skip(&scene);
    check_problem(&answer, 502, "upstream-malformed");
    sg_answer_fini(&answer);
    sg_buf_fini(&said);
    sg_buf_fini(&body);
    check_serves();
}

struct long_row {
    const char *name;
    size_t len; /* of the head */
    int field;  /* of one field's value */
};

static const struct long_row longs[] = {
    {"a head over the limit", 128 * 1024, 1000},
    {"a head of a MiB", 1024 * 1024, 1000},
    {"a head that is one field", 128 * 1024, 128 * 1024},
    {"a head of too many fields", 16 * 1024, 1},
};

static void test_long_head(void **state)
{
    const struct long_row *row = *state;
    struct sg_answer answer = {.cut = false};
    struct sg_buf said = {0};
    assert_true(sg_buf_add_text(&said, OK TEXT) >= 0);
    while (said.len < row->len)
        assert_true(sg_buf_addf(&said, "X-Long: jo@example.com %0*d\r\n", row->field, 7) >= 0);
    assert_true(sg_buf_add_text(&said, "\r\n") >= 0);
    sg_recorder_say(&scene.origin, &(struct sg_said){.text = sg_buf_bytes(&said)});
    sg_wire_ask(scene.gateway.port, "GET", "/in/x", "", SG_BYTES(""), &answer);
    sg_scene_skip(&scene);
    check_problem(&answer, 502, "upstream-malformed");
    sg_answer_fini(&answer);
    sg_buf_fini(&said);
    check_serves();
}

/* Some end a text there, and some do not. */
static void test_nul(void **state)
{
    (void)state;
    struct sg_answer answer = {.cut = false};
    sg_recorder_say(
        &scene.origin,
        &(struct sg_said){
            .text = SG_BYTES(OK TEXT "X-A: b\0" CARD "\r\nContent-Length: 17\r\n\r\n" MAIL)});
    sg_wire_ask(scene.gateway.port, "GET", "/in/x", "", SG_BYTES(""), &answer);
    sg_scene_skip(&scene);
    check_problem(&answer, 502, "upstream-malformed");
    sg_answer_fini(&answer);
    check_serves();
}

/* --- what comes besides an answer --- */

/* Bytes behind an answer are no answer to the next request. */
struct surplus_row {
    const char *name, *said;
};

static const struct surplus_row surpluses[] = {
    {"bytes behind a length reach nobody",
     OK TEXT "Content-Length: 2\r\n\r\nhi" OK TEXT "Content-Length: 17\r\n\r\n" MAIL},
    {"bytes behind the last chunk reach nobody",
     OK TEXT CHUNK "\r\n2\r\nhi\r\n0\r\n\r\n" OK TEXT "Content-Length: 17\r\n\r\n" MAIL},
    {"a trailer reaches nobody",
     OK TEXT CHUNK "\r\n2\r\nhi\r\n0\r\nX-Mail: jo@example.com\r\nContent-Length: 17\r\n\r\n"},
    {"interim answers reach nobody",
     "HTTP/1.1 103 Early Hints\r\nLink: jo@example.com\r\n\r\n" OK TEXT
     "Content-Length: 2\r\n\r\nhi"},
};

static void test_surplus(void **state)
{
    const struct surplus_row *row = *state;
    struct sg_answer answer = {.cut = false};
    sg_recorder_say_text(&scene.origin, row->said, SG_THEN_KEEP);
    sg_wire_ask(scene.gateway.port, "GET", "/in/x", "", SG_BYTES(""), &answer);
    sg_scene_skip(&scene);
    assert_int_equal(answer.head.status, 200);
    sg_assert_text(sg_buf_bytes(&answer.body), "hi");
    check_clean(&answer);
    sg_answer_fini(&answer);
    check_serves();
}

/* An answer before the request is in, that wants no more of it. */
static void test_early_answer(void **state)
{
    (void)state;
    struct sg_wire wire;
    struct sg_answer answer = {.cut = false};
    struct sg_heard heard;
    struct sg_buf lines = {0};
    while (lines.len < 2 * MARK)
        assert_true(sg_buf_add_text(&lines, "mail jo@example.com again\n") >= 0);
    sg_recorder_say(&scene.origin,
                    &(struct sg_said){.text = SG_BYTES("HTTP/1.1 413 No\r\n" TEXT
                                                       "Content-Length: 17\r\n\r\n" MAIL),
                                      .then = SG_THEN_CLOSE,
                                      .early = true});
    sg_wire_open(&wire, scene.gateway.port);
    sg_wire_say(&wire, "POST /in/x HTTP/1.1\r\nHost: g\r\n" TEXT "Content-Length: %zu\r\n\r\n",
                lines.len + 1);
    (void)sg_wire_try(&wire, sg_buf_bytes(&lines));
    (void)sg_wire_try(&wire, SG_BYTES("\n"));
    sg_wire_read(&wire, &answer, false);
    check_clean(&answer);
    assert_true(answer.head.status == 413 || answer.head.status == 502);
    sg_answer_fini(&answer);
    sg_wire_close(&wire);
    sg_buf_fini(&lines);
    while (sg_recorder_waiting(&scene.origin) > 0) {
        sg_recorder_take(&scene.origin, &heard);
        sg_heard_fini(&heard);
    }
    check_serves();
}

/* Sends as much as the gateway takes while its upstream reads nothing: the rest. */
static struct sg_bytes send_until_stuck(struct sg_wire *wire, struct sg_bytes text)
{
    struct pollfd room = {.fd = wire->fd, .events = POLLOUT};
    while (poll(&room, 1, STUCK_MS) == 1) {
        ssize_t n = send(wire->fd, text.data, text.len, MSG_NOSIGNAL | MSG_DONTWAIT);
        assert_true(n > 0 || errno == EAGAIN);
        n = n > 0 ? n : 0;
        text = (struct sg_bytes){text.data + n, text.len - (size_t)n};
        assert_true(text.len > 0);
    }
    return text;
}

/* The same while the request is held up, since the upstream does not read it: what is left of it is
 * dropped, and the answer comes. */
static void test_early_answer_unread(void **state)
{
    static struct sg_scene own;
    struct sg_scripted_origin origin = {.narrow = true, .lenient = true};
    struct sg_answer answer = {.cut = false};
    struct sg_buf lines = {0};
    struct sg_wire wire;
    char config[256];
    (void)state;
    sg_scripted_origin_add(&origin, SG_STEP_ACCEPT, NULL, 0);
    sg_scripted_origin_add(&origin, SG_STEP_HEAD, NULL, 0);
    sg_scripted_origin_add(&origin, SG_STEP_AWAIT, NULL, 0);
    sg_scripted_origin_add(&origin, SG_STEP_SAY,
                           "HTTP/1.1 413 No\r\n" TEXT "Content-Length: 262144\r\n\r\n", 0);
    sg_scripted_origin_add(&origin, SG_STEP_FLOOD, NULL, LIMIT);
    sg_scripted_origin_add(&origin, SG_STEP_AWAIT, NULL, 0);
    sg_scripted_origin_start(&origin, NULL);
    (void)snprintf(config, sizeof config,
                   "limits: {body: 64MiB, body_time: 5s}\n"
                   "routes:\n"
                   "  - {name: in, path: /in/, upstream: 'http://127.0.0.1:%u/',\n"
                   "     direction: to-agent, request: pass, response: pass}\n",
                   origin.port);
    sg_scene_open(&own, NULL, config);
    while (lines.len < 512 * MARK)
        assert_true(sg_buf_add_text(&lines, "a line of plain text that passes\n") >= 0);
    sg_wire_open(&wire, own.gateway.port);
    sg_wire_say(&wire, "POST /in/x HTTP/1.1\r\nHost: g\r\n" TEXT "Content-Length: %zu\r\n\r\n",
                lines.len);
    struct sg_bytes rest = send_until_stuck(&wire, sg_buf_bytes(&lines));
    sg_scripted_origin_go(&origin);
    (void)sg_wire_try(&wire, rest);
    sg_wire_read(&wire, &answer, false);
    assert_int_equal(answer.head.status, 413);
    assert_int_equal(answer.body.len, LIMIT);
    sg_answer_fini(&answer);
    sg_wire_close(&wire);
    sg_buf_fini(&lines);
    sg_scripted_origin_go(&origin);
    sg_scripted_origin_stop(&origin);
    sg_scene_close(&own);
}

/* --- upstreams that are not there --- */

static void test_down(void **state)
{
    (void)state;
    struct sg_answer answer = {.cut = false};
    size_t from = sg_gateway_records(&scene.gateway);
    sg_wire_ask(scene.gateway.port, "POST", "/down/x", TEXT, SG_BYTES(MAIL), &answer);
    check_problem(&answer, 502, "upstream-connect");
    free(sg_gateway_record(
        &scene.gateway, from,
        (const char *[]){"\"class_uid\":6003", "\"code\":502", "upstream-connect", NULL}));
    sg_answer_fini(&answer);
    check_serves();
}

/* A request that reached a kept connection too late is asked again, once, when that can do no
 * harm; what could is not. */
static void test_kept_connection_closed(void **state)
{
    (void)state;
    struct sg_answer answer = {.cut = false};
    check_serves();
    sg_recorder_say_text(&scene.origin, "", SG_THEN_CLOSE);
    sg_wire_ask(scene.gateway.port, "GET", "/in/x", "", SG_BYTES(""), &answer);
    sg_scene_skip(&scene);
    if (sg_recorder_waiting(&scene.origin) > 0)
        sg_scene_skip(&scene);
    assert_true(answer.head.status == 200 || answer.head.status == 502);
    check_serves();
    sg_recorder_say_text(&scene.origin, "", SG_THEN_CLOSE);
    sg_wire_ask(scene.gateway.port, "POST", "/in/x", TEXT, SG_BYTES(MAIL), &answer);
    check_problem(&answer, 502, "upstream-reset");
    sg_scene_skip(&scene);
    assert_int_equal(sg_recorder_waiting(&scene.origin), 0);
    sg_answer_fini(&answer);
    check_serves();
}

/* --- deadlines: a gateway of its own with little patience --- */

static void test_slow_upstream(void **state)
{
    static struct sg_scene slow;
    struct sg_answer answer = {.cut = false};
    struct sg_heard heard;
    (void)state;
    sg_scene_open(&slow, NULL,
                  "limits: {upstream_time: 300ms}\n"
                  "routes:\n"
                  "  - {name: in, path: /in/, upstream: 'http://127.0.0.1:@/up/',\n"
                  "     direction: to-agent}\n");
    sg_recorder_say(&slow.origin, &(struct sg_said){.text = SG_BYTES(""), .then = SG_THEN_HOLD});
    sg_wire_ask(slow.gateway.port, "POST", "/in/x", TEXT, SG_BYTES(MAIL), &answer);
    check_problem(&answer, 504, "upstream-timeout");
    sg_recorder_take(&slow.origin, &heard);
    sg_heard_fini(&heard);
    /* Half a body, and then nothing. */
    sg_recorder_say_text(&slow.origin, OK TEXT "Content-Length: 99\r\n\r\n" MAIL, SG_THEN_HOLD);
    sg_wire_ask(slow.gateway.port, "POST", "/in/x", TEXT, SG_BYTES(MAIL), &answer);
    check_problem(&answer, 504, "upstream-idle-timeout");
    sg_recorder_take(&slow.origin, &heard);
    sg_heard_fini(&heard);
    sg_answer_fini(&answer);
    sg_scene_ends_quietly(&slow, planted);
    sg_scene_close(&slow);
}

static void test_quiet(void **state)
{
    (void)state;
    sg_scene_ends_quietly(&scene, planted);
}

int main(void)
{
    sg_scene_open(&scene, NULL,
                  "limits: {body: 256KiB}\n"
                  "routes:\n"
                  "  - {name: in, path: /in/, upstream: 'http://127.0.0.1:@/up/',\n"
                  "     direction: to-agent}\n"
                  "  - {name: down, path: /down/, upstream: 'http://127.0.0.1:!/',\n"
                  "     direction: to-agent}\n");
    SG_SUITE_ROWS(test_said, saids);
    SG_SUITE_ROWS(test_late, lates);
    sg_suite_add("gzip that is cut", test_gzip_cut, NULL);
    sg_suite_add("a NUL in a head", test_nul, NULL);
    SG_SUITE_ROWS(test_long_head, longs);
    SG_SUITE_ROWS(test_surplus, surpluses);
    sg_suite_add("an answer before the request is in", test_early_answer, NULL);
    sg_suite_add("an answer while the request is held up", test_early_answer_unread, NULL);
    sg_suite_add("an upstream that is down", test_down, NULL);
    sg_suite_add("a kept connection that closes: only what does no harm is asked again",
                 test_kept_connection_closed, NULL);
    sg_suite_add("an upstream that is slow", test_slow_upstream, NULL);
    sg_suite_add("what was planted is nowhere, and the gateway ends well", test_quiet, NULL);
    int rc = sg_suite_run("wire: bad upstreams");
    sg_scene_close(&scene);
    return rc;
}
