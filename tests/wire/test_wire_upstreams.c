/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_wire_upstreams.c - routes with several upstreams, some of them down: who is asked, what the
 * client hears meanwhile, and that nothing is asked twice.
 */
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "../lib/scene.h"
#include "../lib/suite.h"

#define OK   "HTTP/1.1 200 OK\r\n"
#define TEXT "Content-Type: text/plain\r\n"
#define MAIL "to jo@example.com" /* 17 bytes */

static struct sg_scene scene;
static struct sg_recorder second;
static struct sockaddr_in raw_address; /* a listener that the test itself plays */
static int raw;

static const char *const planted[] = {"jo@example.com", NULL};

static void ask(const char *target, unsigned status, const char *body)
{
    struct sg_answer answer = {.cut = false};
    sg_wire_ask(scene.gateway.port, "POST", target, TEXT, SG_BYTES(MAIL), &answer);
    assert_int_equal(answer.head.status, status);
    if (body != NULL)
        sg_assert_text(sg_buf_bytes(&answer.body), body);
    sg_answer_fini(&answer);
}

static void expect_heard(struct sg_recorder *recorder, const char *target)
{
    struct sg_heard heard;
    sg_recorder_take(recorder, &heard);
    sg_assert_text(heard.head.target, target);
    sg_assert_text(sg_buf_bytes(&heard.body), "to [EMAIL]");
    char host[32];
    (void)snprintf(host, sizeof host, "127.0.0.1:%u", recorder->port);
    sg_assert_text(sg_heard_field(&heard, "Host"), host);
    assert_true(heard.whole);
    sg_heard_fini(&heard);
}

static uint64_t healthy(const char *route, unsigned number)
{
    char name[96];
    (void)snprintf(name, sizeof name, "scrubgate_upstream_healthy{route=\"%s\",upstream=\"%u\"}",
                   route, number);
    return sg_gateway_metric(&scene.gateway, name);
}

static uint64_t failures(const char *route, unsigned number)
{
    char name[96];
    (void)snprintf(name, sizeof name,
                   "scrubgate_upstream_failures_total{route=\"%s\",upstream=\"%u\"}", route,
                   number);
    return sg_gateway_metric(&scene.gateway, name);
}

/* --- several --- */

static void test_in_turn(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        ask("/turns/x", 200, "to [EMAIL]");
        ask("/turns/x", 200, "to [EMAIL]");
        expect_heard(&scene.origin, "/one/x");
        expect_heard(&second, "/two/x");
    }
}

/* Not idempotent, and with a body: what was not sent can do no harm twice. */
static void test_unreached(void **state)
{
    (void)state;
    size_t from = sg_gateway_records(&scene.gateway);
    uint64_t before = failures("half", 0);
    for (int i = 0; i < 4; i++) {
        ask("/half/x", 200, "to [EMAIL]");
        expect_heard(&scene.origin, "/up/x");
    }
    /* Each message has one record, however many upstreams it was tried at. */
    free(sg_gateway_record(&scene.gateway, from + 3, (const char *[]){"\"class_uid\"", NULL}));
    assert_true(failures("half", 0) > before);
    assert_int_equal(healthy("half", 0), 1); /* it may fail often there */
    assert_int_equal(sg_recorder_waiting(&scene.origin), 0);
}

/* One that has heard the message is not replaced by another: it may have acted on it. */
static void test_reached(void **state)
{
    (void)state;
    struct sg_answer answer = {.cut = false};
    sg_recorder_say_text(&scene.origin, "", SG_THEN_CLOSE);
    sg_recorder_say_text(&second, "", SG_THEN_CLOSE);
    for (int i = 0; i < 2; i++) {
        sg_wire_ask(scene.gateway.port, "POST", "/fresh/x", TEXT, SG_BYTES(MAIL), &answer);
        assert_int_equal(answer.head.status, 502);
    }
    expect_heard(&scene.origin, "/one/x");
    expect_heard(&second, "/two/x");
    assert_int_equal(sg_recorder_waiting(&scene.origin) + sg_recorder_waiting(&second), 0);
    sg_answer_fini(&answer);
}

/* --- one that is down --- */

static void test_down(void **state)
{
    (void)state;
    struct sg_answer answer = {.cut = false};
    unsigned seconds = 0;
    uint64_t before =
        sg_gateway_metric(&scene.gateway, "scrubgate_failures_total{reason=\"upstream-down\"}");
    assert_int_equal(healthy("down", 0), 1);
    ask("/down/x", 502, NULL);
    ask("/down/x", 502, NULL);
    assert_int_equal(healthy("down", 0), 0);
    assert_int_equal(failures("down", 0), 2);
    sg_wire_ask(scene.gateway.port, "POST", "/down/x", TEXT, SG_BYTES(MAIL), &answer);
    assert_int_equal(answer.head.status, 503);
    assert_true(sg_holds(sg_buf_bytes(&answer.body), "urn:scrubgate:problem:upstream-down"));
    struct sg_bytes later = sg_answer_field(&answer, "Retry-After");
    for (size_t i = 0; i < later.len; i++)
        seconds = seconds * 10 + (unsigned)(later.data[i] - '0');
    assert_in_range(seconds, 3000, 3600);
    assert_int_equal(failures("down", 0), 2); /* it was not asked */
    assert_int_equal(
        sg_gateway_metric(&scene.gateway, "scrubgate_failures_total{reason=\"upstream-down\"}"),
        before + 1);
    sg_answer_fini(&answer);
}

static void test_comes_back(void **state)
{
    (void)state;
    struct sg_answer answer = {.cut = false};
    unsigned tries = 0;
    size_t at = 0;
    sg_recorder_say_text(&scene.origin, "", SG_THEN_CLOSE);
    sg_recorder_say_text(&scene.origin, "no HTTP", SG_THEN_CLOSE);
    ask("/back/x", 502, NULL);
    ask("/back/x", 502, NULL);
    sg_gateway_await(&scene.gateway, "upstream is down", &at);
    do
        sg_wire_ask(scene.gateway.port, "POST", "/back/x", TEXT, SG_BYTES(MAIL), &answer);
    while (answer.head.status == 503 && ++tries < 100000);
    assert_int_equal(answer.head.status, 200);
    assert_true(tries > 0);
    sg_gateway_await(&scene.gateway, "upstream works again", &at);
    assert_int_equal(healthy("back", 0), 1);
    for (int i = 0; i < 3; i++)
        expect_heard(&scene.origin, "/up/x");
    sg_answer_fini(&answer);
}

static void test_by_name(void **state)
{
    (void)state;
    struct sg_heard heard;
    ask("/name/x", 200, "to [EMAIL]");
    sg_recorder_take(&scene.origin, &heard);
    assert_true(sg_bytes_start_with(sg_heard_field(&heard, "Host"), SG_BYTES("localhost:")));
    sg_heard_fini(&heard);
}

/* --- bodies that pass, which nobody looks at --- */

enum { LONG = 3 * 1024 * 1024, CHUNK = 70000 };

struct pass_row {
    const char *name;
    bool up, down; /* the long ones */
    bool chunked;
    bool slow; /* the client takes its time to read */
};

static const struct pass_row passes[] = {
    {"a long request passes", true, false, false, false},
    {"a long request in chunks passes", true, false, true, false},
    {"a long answer passes", false, true, false, false},
    {"a long answer in chunks passes", false, true, true, false},
    {"a long answer passes to a slow client", false, true, false, true},
    {"a long answer in chunks passes to a slow client", false, true, true, true},
    {"both are long", true, true, false, false},
    {"both are long, in chunks, and the client is slow", true, true, true, true},
};

/* Each byte tells where it is, or nearly. */
static void add_long(struct sg_buf *out)
{
    assert_true(sg_buf_reserve(out, LONG) >= 0);
    for (size_t i = 0; i < LONG; i++)
        out->data[out->len++] = (uint8_t)(i % 251 + i / 65536);
}

static void add_framed(struct sg_buf *out, struct sg_bytes body, bool chunked)
{
    if (!chunked) {
        assert_true(sg_buf_addf(out, "Content-Length: %zu\r\n\r\n", body.len) >= 0);
        assert_true(sg_buf_add_bytes(out, body) >= 0);
        return;
    }
    assert_true(sg_buf_add_text(out, "Transfer-Encoding: chunked\r\n\r\n") >= 0);
    for (size_t at = 0, n; at < body.len; at += n) {
        n = body.len - at < CHUNK ? body.len - at : CHUNK;
        assert_true(sg_buf_addf(out, "%zx\r\n", n) >= 0);
        assert_true(sg_buf_add(out, body.data + at, n) >= 0);
        assert_true(sg_buf_add_text(out, "\r\n") >= 0);
    }
    assert_true(sg_buf_add_text(out, "0\r\n\r\n") >= 0);
}

static void test_pass(void **state)
{
    const struct pass_row *row = *state;
    struct sg_buf body = {0}, asked = {0}, said = {0};
    struct sg_answer answer = {.cut = false};
    struct sg_heard heard;
    struct sg_wire wire;
    const struct sg_bytes brief = SG_BYTES("to jo@example.net");
    const int narrow = 65536;
    add_long(&body);
    assert_true(sg_buf_add_text(&said, OK TEXT) >= 0);
    add_framed(&said, row->down ? sg_buf_bytes(&body) : brief, row->chunked);
    sg_recorder_say(&scene.origin, &(struct sg_said){.text = sg_buf_bytes(&said)});
    assert_true(sg_buf_add_text(&asked, "POST /pass/x HTTP/1.1\r\nHost: g\r\n" TEXT) >= 0);
    add_framed(&asked, row->up ? sg_buf_bytes(&body) : brief, row->chunked);
    sg_wire_open(&wire, scene.gateway.port);
    if (row->slow)
        assert_int_equal(setsockopt(wire.fd, SOL_SOCKET, SO_RCVBUF, &narrow, sizeof narrow), 0);
    sg_wire_send(&wire, sg_buf_bytes(&asked));
    sg_recorder_take(&scene.origin, &heard);
    if (row->slow) /* meanwhile the gateway has met its full socket, and serves others */
        ask("/nowhere", 404, NULL);
    sg_wire_read(&wire, &answer, false);
    assert_false(answer.cut);
    sg_assert_same(sg_buf_bytes(&answer.body), row->down ? sg_buf_bytes(&body) : brief);
    sg_assert_same(sg_buf_bytes(&heard.body), row->up ? sg_buf_bytes(&body) : brief);
    /* The next one on this connection begins where this one ended. */
    sg_wire_say(&wire, "GET /pass/y HTTP/1.1\r\nHost: g\r\n\r\n");
    sg_wire_read(&wire, &answer, false);
    assert_int_equal(answer.head.status, 200);
    sg_wire_close(&wire);
    sg_heard_fini(&heard);
    sg_answer_fini(&answer);
    sg_recorder_forget(&scene.origin);
    sg_recorder_forget(&second);
    sg_buf_fini(&body);
    sg_buf_fini(&asked);
    sg_buf_fini(&said);
}

/* --- a client that goes while the upstream works --- */

static bool arrives(int fd)
{
    struct pollfd one = {fd, POLLIN, 0};
    return poll(&one, 1, SG_PATIENCE_MS) == 1;
}

static void test_client_gone(void **state)
{
    (void)state;
    struct sg_wire wire;
    char text[4096];
    ssize_t n;
    size_t len = 0, from = sg_gateway_records(&scene.gateway);
    sg_wire_open(&wire, scene.gateway.port);
    sg_wire_say(&wire,
                "POST /raw/x HTTP/1.1\r\nHost: g\r\n" TEXT "Content-Length: 17\r\n\r\n" MAIL);
    assert_true(arrives(raw));
    int fd = accept(raw, NULL, NULL);
    assert_true(fd >= 0);
    while (len < 10 || memcmp(text + len - 10, "to [EMAIL]", 10) != 0) {
        assert_true(arrives(fd) && len < sizeof text);
        n = recv(fd, text + len, sizeof text - len, 0);
        assert_true(n > 0);
        len += (size_t)n;
    }
    sg_wire_reset(&wire);
    /* Its call is cancelled: nobody would read the answer. */
    assert_true(arrives(fd));
    n = recv(fd, text, sizeof text, 0);
    assert_true(n <= 0);
    (void)close(fd);
    free(sg_gateway_record(&scene.gateway, from,
                           (const char *[]){"\"class_uid\":6003", "client-gone", NULL}));
    assert_int_equal(failures("raw", 0), 0); /* which is not the upstream's fault */
}

/* --- times: a gateway of its own --- */

static void test_total_time(void **state)
{
    static struct sg_scene brief;
    struct sg_answer answer = {.cut = false};
    struct sg_heard heard;
    struct sg_buf said = {0};
    size_t from;
    (void)state;
    sg_scene_open(&brief, NULL,
                  "limits: {upstream_total_time: 1s}\n"
                  "routes:\n"
                  "  - {name: in, path: /in/, upstream: 'http://127.0.0.1:@/up/',\n"
                  "     direction: to-agent}\n");
    /* Before the head of an answer: 504. */
    sg_recorder_say(&brief.origin, &(struct sg_said){.text = SG_BYTES(""), .then = SG_THEN_HOLD});
    sg_wire_ask(brief.gateway.port, "POST", "/in/x", TEXT, SG_BYTES(MAIL), &answer);
    assert_int_equal(answer.head.status, 504);
    assert_true(sg_holds(sg_buf_bytes(&answer.body), "upstream-total-timeout"));
    sg_recorder_take(&brief.origin, &heard);
    sg_heard_fini(&heard);
    /* Behind it, when it has begun to leave: a cut. */
    from = sg_gateway_records(&brief.gateway);
    assert_true(sg_buf_add_text(&said, OK TEXT "Content-Length: 999999\r\n\r\n") >= 0);
    assert_true(sg_buf_add_text(&said, MAIL "\n") >= 0);
    while (said.len < 200000) /* quick to scan: it must begin to leave in time */
        assert_true(sg_buf_add_text(&said, "and nobody said anything again\n") >= 0);
    sg_recorder_say(&brief.origin,
                    &(struct sg_said){.text = sg_buf_bytes(&said), .then = SG_THEN_HOLD});
    sg_wire_ask(brief.gateway.port, "POST", "/in/x", TEXT, SG_BYTES(MAIL), &answer);
    assert_int_equal(answer.head.status, 200);
    assert_true(answer.cut);
    assert_false(sg_holds(sg_buf_bytes(&answer.body), planted[0]));
    free(sg_gateway_record(&brief.gateway, from,
                           (const char *[]){"\"class_uid\":6003", "upstream-total-timeout", NULL}));
    sg_recorder_take(&brief.origin, &heard);
    sg_heard_fini(&heard);
    sg_answer_fini(&answer);
    sg_buf_fini(&said);
    sg_scene_ends_quietly(&brief, planted);
    sg_scene_close(&brief);
}

/* What upstreams are is loaded with the rest. */
static void test_reload(void **state)
{
    (void)state;
    size_t at = 0;
    ask("/down/x", 503, NULL);
    sg_scene_config(&scene, "routes:\n"
                            "  - {name: down, path: /down/, upstream: 'http://127.0.0.1:@/up/',\n"
                            "     direction: to-agent}\n");
    sg_gateway_signal(&scene.gateway, SIGHUP);
    sg_gateway_await(&scene.gateway, "\"reloaded\"", &at);
    ask("/down/x", 200, "to [EMAIL]");
    expect_heard(&scene.origin, "/up/x");
    assert_int_equal(healthy("down", 0), 1);
    assert_int_equal(failures("down", 0), 0);
}

static void test_quiet(void **state)
{
    (void)state;
    sg_scene_ends_quietly(&scene, planted);
}

static void open_raw(void)
{
    socklen_t len = sizeof raw_address;
    raw_address =
        (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    raw = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (raw < 0 || bind(raw, (struct sockaddr *)&raw_address, len) != 0 || listen(raw, 8) != 0 ||
        getsockname(raw, (struct sockaddr *)&raw_address, &len) != 0)
        abort();
}

int main(void)
{
    char config[2048];
    sg_recorder_start(&second);
    open_raw();
    (void)snprintf(
        config, sizeof config,
        "routes:\n"
        "  - {name: turns, path: /turns/, direction: to-agent,\n"
        "     upstream: ['http://127.0.0.1:@/one/', 'http://127.0.0.1:%u/two/']}\n"
        "  - {name: fresh, path: /fresh/, direction: to-agent,\n"
        "     upstream: ['http://127.0.0.1:@/one/', 'http://127.0.0.1:%u/two/']}\n"
        "  - {name: half, path: /half/, direction: to-agent, health: {failures: 1000},\n"
        "     upstream: ['http://127.0.0.1:!/', 'http://127.0.0.1:@/up/',\n"
        "       'unix:/nonexistent/socket']}\n"
        "  - {name: down, path: /down/, direction: to-agent, health: {failures: 2, open: 1h},\n"
        "     upstream: 'http://127.0.0.1:!/'}\n"
        "  - {name: back, path: /back/, direction: to-agent, health: {failures: 2, open: 100ms},\n"
        "     upstream: 'http://127.0.0.1:@/up/'}\n"
        "  - {name: name, path: /name/, direction: to-agent,\n"
        "     upstream: 'http://localhost:@/up/'}\n"
        "  - {name: pass, path: /pass/, direction: to-agent, request: pass, response: pass,\n"
        "     upstream: 'http://127.0.0.1:@/up/'}\n"
        "  - {name: raw, path: /raw/, direction: to-agent, upstream: 'http://127.0.0.1:%u/'}\n",
        second.port, second.port, ntohs(raw_address.sin_port));
    sg_scene_open(&scene, NULL, config);
    sg_suite_add("several upstreams are asked in turn", test_in_turn, NULL);
    sg_suite_add("a message that could not be sent goes to the next", test_unreached, NULL);
    sg_suite_add("a message that was sent does not", test_reached, NULL);
    sg_suite_add("what fails in a row is left out, and clients hear so at once", test_down, NULL);
    sg_suite_add("what works again comes back", test_comes_back, NULL);
    sg_suite_add("an upstream with a name", test_by_name, NULL);
    SG_SUITE_ROWS(test_pass, passes);
    sg_suite_add("a client that goes takes its call along", test_client_gone, NULL);
    sg_suite_add("a call that takes too long in all", test_total_time, NULL);
    sg_suite_add("a reload begins with all upstreams in turn", test_reload, NULL);
    sg_suite_add("what was planted is nowhere, and the gateway ends well", test_quiet, NULL);
    int rc = sg_suite_run("wire: several upstreams");
    sg_scene_close(&scene);
    sg_recorder_stop(&second);
    (void)close(raw);
    return rc;
}
