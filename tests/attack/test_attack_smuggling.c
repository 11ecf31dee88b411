/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_attack_smuggling.c - the public classes of request smuggling, sent to a running gateway.
 *
 * Behind each text that is no request stands one that is: the origin must never hear it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../lib/payload.h"
#include "../lib/scene.h"
#include "../lib/suite.h"

#define SMUGGLED "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"

static struct sg_scene scene;
static struct sg_scene slow; /* with deadlines that tests can wait for */

static const char *const smuggled[] = {"/smuggled", NULL};

/* --- answers --- */

static void check_answer(struct sg_wire *wire, unsigned status)
{
    struct sg_answer answer = {.cut = false};
    sg_wire_read(wire, &answer, false);
    if (answer.cut)
        fail_msg("cut where %u should be", status);
    assert_int_equal(answer.head.status, status);
    if (status != 200)
        sg_assert_text(sg_answer_field(&answer, "Content-Type"), "application/problem+json");
    sg_answer_fini(&answer);
}

static void check_answers(struct sg_wire *wire, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        check_answer(wire, 200);
}

/* The origin has heard so many whole requests since there were before, and hears the next one. */
static void check_heard(struct sg_scene *on, size_t before, size_t n)
{
    struct sg_answer answer = {.cut = false};
    assert_int_equal(sg_recorder_whole(&on->origin) - before, n);
    sg_wire_ask(on->gateway.port, "GET", "/next", "", SG_BYTES(""), &answer);
    assert_int_equal(answer.head.status, 200);
    sg_answer_fini(&answer);
    assert_int_equal(sg_recorder_whole(&on->origin) - before, n + 1);
    sg_recorder_forget(&on->origin);
}

/* --- each payload --- */

static void check_good(const struct sg_payload *payload, struct sg_wire *wire)
{
    sg_wire_send(wire, sg_payload_text(payload));
    check_answers(wire, payload->requests);
    /* Its end is where both parties see it: what follows is a request. */
    sg_wire_say(wire, "GET /after HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    check_answer(wire, 200);
}

static void check_refused(const struct sg_payload *payload, struct sg_wire *wire)
{
    struct sg_buf text = {0};
    assert_true(sg_buf_add_bytes(&text, sg_payload_text(payload)) >= 0);
    assert_true(sg_buf_add_text(&text, "\r\n" SMUGGLED SMUGGLED) >= 0);
    (void)sg_wire_try(wire, sg_buf_bytes(&text));
    check_answers(wire, payload->requests);
    check_answer(wire, payload->status);
    sg_buf_fini(&text);
}

static void is_answered(void **state)
{
    const struct sg_payload *payload = *state;
    bool good = payload->status == SG_PAYLOAD_GOOD;
    size_t before = sg_recorder_whole(&scene.origin);
    struct sg_wire wire;
    sg_wire_open(&wire, scene.gateway.port);
    if (good)
        check_good(payload, &wire);
    else
        check_refused(payload, &wire);
    assert_true(sg_wire_ends(&wire));
    sg_wire_close(&wire);
    check_heard(&scene, before, payload->requests + (good ? 1 : 0));
}

/* The same verdict when each byte comes alone. */
static void is_answered_in_pieces(void **state)
{
    const struct sg_payload *payload = *state;
    size_t before = sg_recorder_whole(&scene.origin);
    struct sg_wire wire;
    sg_wire_open(&wire, scene.gateway.port);
    for (size_t i = 0; i < payload->len; i++)
        if (!sg_wire_try(&wire, (struct sg_bytes){(const uint8_t *)payload->text + i, 1}))
            break;
    check_answers(&wire, payload->requests);
    if (payload->status != SG_PAYLOAD_GOOD) {
        check_answer(&wire, payload->status);
        assert_true(sg_wire_ends(&wire));
    }
    sg_wire_close(&wire);
    check_heard(&scene, before, payload->requests);
}

/* --- none without an answer at its deadline --- */

static void what_is_unfinished_is_answered_at_the_deadline(void **state)
{
    (void)state;
    enum { MOST = 64 };
    struct sg_wire wires[MOST];
    size_t n = 0, requests = 0, before = sg_recorder_whole(&slow.origin);
    for (size_t i = 0; i < sg_payloads_n && n < MOST; i++) { /* all at once: one deadline */
        if (sg_payloads[i].status != SG_PAYLOAD_UNFINISHED)
            continue;
        sg_wire_open(&wires[n], slow.gateway.port);
        sg_wire_send(&wires[n++], sg_payload_text(&sg_payloads[i]));
    }
    assert_true(n >= 5);
    n = 0;
    for (size_t i = 0; i < sg_payloads_n && n < MOST; i++) {
        const struct sg_payload *payload = &sg_payloads[i];
        if (payload->status != SG_PAYLOAD_UNFINISHED)
            continue;
        check_answers(&wires[n], payload->requests);
        check_answer(&wires[n], 408);
        assert_true(sg_wire_ends(&wires[n]));
        sg_wire_close(&wires[n++]);
        requests += payload->requests;
    }
    check_heard(&slow, before, requests);
}

/* --- much of a good thing --- */

static void check_much(const char *start, const char *unit, size_t n, const char *end,
                       unsigned status)
{
    struct sg_buf text = {0};
    struct sg_wire wire;
    size_t before = sg_recorder_whole(&scene.origin);
    assert_true(sg_buf_add_text(&text, start) >= 0);
    for (size_t i = 0; i < n; i++)
        assert_true(sg_buf_add_text(&text, unit) >= 0);
    assert_true(sg_buf_add_text(&text, end) >= 0);
    sg_wire_open(&wire, scene.gateway.port);
    (void)sg_wire_try(&wire, sg_buf_bytes(&text));
    check_answer(&wire, status);
    sg_wire_close(&wire);
    sg_buf_fini(&text);
    check_heard(&scene, before, status == 200 ? 1 : 0);
}

static void ten_thousand_fields(void **state)
{
    (void)state;
    check_much("GET / HTTP/1.1\r\nHost: a\r\n", "A: b\r\n", 10000, "\r\n", 431);
}

static void a_head_without_an_end(void **state)
{
    (void)state;
    check_much("GET / HTTP/1.1\r\nHost: a\r\nX: ", "0123456789abcdef", 65536, "", 431);
}

static void a_target_without_an_end(void **state)
{
    (void)state;
    check_much("GET /", "0123456789abcdef", 65536, "", 431);
}

static void a_hundred_thousand_chunks_of_a_byte(void **state)
{
    (void)state;
    check_much("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n",
               100000, "0\r\n\r\n", 200);
}

static void extensions_without_an_end(void **state)
{
    (void)state;
    check_much("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;", "abcdefgh",
               65536, "\r\nx\r\n0\r\n\r\n", 400);
}

static void trailers_without_an_end(void **state)
{
    (void)state;
    check_much("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", "A: b\r\n",
               65536, "\r\n", 400);
}

static void nothing_smuggled_was_heard(void **state)
{
    (void)state;
    sg_scene_ends_quietly(&scene, smuggled);
    sg_scene_ends_quietly(&slow, smuggled);
}

static void add_payloads(void (*run)(void **state))
{
    for (size_t i = 0; i < sg_payloads_n; i++)
        if (sg_payloads[i].status != SG_PAYLOAD_UNFINISHED)
            sg_suite_add(sg_payloads[i].name, run, &sg_payloads[i]);
}

int main(void)
{
    static const char routes[] = "routes:\n"
                                 "  - {name: all, path: /, upstream: 'http://127.0.0.1:@/',\n"
                                 "     direction: to-agent, request: pass, response: pass}\n";
    char config[512];
    sg_scene_open(&scene, NULL, routes);
    assert_true(snprintf(config, sizeof config,
                         "limits: {header_time: 500ms, body_time: 500ms, idle_time: 60m}\n%s",
                         routes) < (int)sizeof config);
    sg_scene_open(&slow, NULL, config);
    add_payloads(is_answered);
    add_payloads(is_answered_in_pieces);
    sg_suite_add("what is unfinished is answered at the deadline",
                 what_is_unfinished_is_answered_at_the_deadline, NULL);
    sg_suite_add("ten thousand fields", ten_thousand_fields, NULL);
    sg_suite_add("a head without an end", a_head_without_an_end, NULL);
    sg_suite_add("a target without an end", a_target_without_an_end, NULL);
    sg_suite_add("a hundred thousand chunks of a byte", a_hundred_thousand_chunks_of_a_byte, NULL);
    sg_suite_add("extensions without an end", extensions_without_an_end, NULL);
    sg_suite_add("trailers without an end", trailers_without_an_end, NULL);
    sg_suite_add("nothing smuggled was heard", nothing_smuggled_was_heard, NULL);
    int rc = sg_suite_run("attack: smuggling");
    sg_scene_close(&slow);
    sg_scene_close(&scene);
    return rc;
}
