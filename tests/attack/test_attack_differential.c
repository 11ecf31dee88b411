/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_attack_differential.c - does the origin hear what the client said, and only that?
 *
 * The payloads of smuggling are mutated by dice, 6,000 times, and sent. Three parties read the same
 * bytes: the guard, alone, in this program; the gateway, which answers; the origin, which counts.
 * The origin must hear exactly as many requests as it gave answers to the client, the very ones
 * that the guard read.
 *
 * SCRUBGATE_ATTACK_SEED and SCRUBGATE_ATTACKS take other dice and another number.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "http/guard.h"

#include "../lib/dice.h"
#include "../lib/payload.h"
#include "../lib/scene.h"
#include "../lib/suite.h"

enum { ATTACKS = 6000, BESIDE = 12, TEXT_MOST = 4096, REQUESTS_MOST = 16, HEAD_MOST = 32 * 1024 };

static struct sg_scene scene;

/* --- mutation --------------------------------------------------------------------------------- */

/* What parsers trip over. */
static const char *const pieces[] = {
    "\r\n",
    "\n",
    "\r",
    "\r\n\r\n",
    " ",
    "\t",
    "\v",
    "\f",
    ":",
    ": ",
    ",",
    ";",
    "\x80",
    "\xFF",
    "\xC2\xA0",
    "\x7F",
    "0",
    "1",
    "+",
    "-",
    "_",
    "0x",
    "00000000",
    "\"",
    "Content-Length: 3\r\n",
    "Content-Length: 0\r\n",
    "content-length:1\r\n",
    "Transfer-Encoding: chunked\r\n",
    "Transfer-Encoding: identity\r\n",
    "transfer-encoding:\tchunked\r\n",
    "Host: b\r\n",
    "Connection: close\r\n",
    "Connection: Content-Length\r\n",
    "Connection: keep-alive\r\n",
    "Expect: 100-continue\r\n",
    "Trailer: Content-Length\r\n",
    "TE: trailers\r\n",
    "Upgrade: h2c\r\n",
    "X: y\r\n",
    "chunked",
    "HTTP/1.0",
    "HTTP/1.1",
    "0\r\n\r\n",
    "1\r\nx\r\n",
    "1;a=b\r\nx\r\n",
    "5\r\nabcde\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET /2 HTTP/1.0\r\n\r\n",
    "POST /3 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab",
    "http://b/",
    "/../",
    "%2e%2e/",
    "//",
    "#",
    "?",
    "*",
    "abc",
};

static void put_in(struct sg_buf *text, size_t at, struct sg_bytes piece)
{
    struct sg_buf behind = {0};
    assert_true(sg_buf_add(&behind, text->data + at, text->len - at) >= 0);
    text->len = at;
    assert_true(sg_buf_add_bytes(text, piece) >= 0);
    assert_true(sg_buf_add_bytes(text, sg_buf_bytes(&behind)) >= 0);
    sg_buf_fini(&behind);
}

static void take_out(struct sg_buf *text, size_t at, size_t n)
{
    memmove(text->data + at, text->data + at + n, text->len - at - n);
    text->len -= n;
}

/* The place of a line's start, often; of any byte, otherwise. */
static size_t place(struct sg_dice *dice, const struct sg_buf *text)
{
    size_t at = sg_dice_below(dice, text->len + 1);
    if (sg_dice_often(dice, 500))
        while (at > 0 && text->data[at - 1] != '\n')
            at--;
    return at;
}

static size_t line_len(const struct sg_buf *text, size_t at)
{
    size_t len = sg_bytes_find((struct sg_bytes){text->data + at, text->len - at}, '\n');
    return len < text->len - at ? len + 1 : len;
}

static void mutate_once(struct sg_dice *dice, struct sg_buf *text)
{
    size_t at = place(dice, text), rest = text->len - at, n;
    struct sg_buf line = {0};
    switch (sg_dice_below(dice, 8)) {
    case 0: /* a piece more */
    case 1:
    case 2:
        put_in(text, at, sg_bytes_of(pieces[sg_dice_below(dice, sizeof pieces / sizeof *pieces)]));
        break;
    case 3: /* some bytes less */
        n = 1 + sg_dice_below(dice, 4);
        take_out(text, at, n < rest ? n : rest);
        break;
    case 4: /* another byte */
        if (rest > 0)
            text->data[at] = (uint8_t)sg_dice_below(dice, 256);
        break;
    case 5: /* a line less */
        take_out(text, at, line_len(text, at));
        break;
    case 6: /* a line twice, perhaps elsewhere */
        assert_true(sg_buf_add(&line, text->data + at, line_len(text, at)) >= 0);
        put_in(text, place(dice, text), sg_buf_bytes(&line));
        break;
    default: /* a letter in the other case, or a NUL */
        if (rest > 0)
            text->data[at] = sg_is_alpha(text->data[at]) ? text->data[at] ^ 0x20 : 0;
        break;
    }
    sg_buf_fini(&line);
}

static const struct sg_payload *pick(struct sg_dice *dice)
{
    const struct sg_payload *payload;
    bool good = sg_dice_often(dice, 850); /* what is refused hides what stands behind it */
    do
        payload = &sg_payloads[sg_dice_below(dice, sg_payloads_n)];
    while (good && payload->status != SG_PAYLOAD_GOOD);
    return payload;
}

/* One to four payloads, one after the other, changed in none to three places. */
static void make_attack(struct sg_buf *text, uint64_t seed)
{
    struct sg_dice dice = {seed};
    size_t parts = 1 + sg_dice_below(&dice, 4), changes = sg_dice_below(&dice, 4);
    sg_buf_clear(text);
    for (size_t i = 0; i < parts; i++)
        assert_true(sg_buf_add_bytes(text, sg_payload_text(pick(&dice))) >= 0);
    for (size_t i = 0; i < changes; i++)
        mutate_once(&dice, text);
    if (text->len > TEXT_MOST)
        text->len = TEXT_MOST;
}

/* --- what the guard reads --------------------------------------------------------------------- */

struct reading {
    size_t requests;
    struct request {
        uint64_t mark; /* of its method, target and body */
        bool last;     /* the client wants no answer behind this one's */
        bool to_head;
    } request[REQUESTS_MOST];
    unsigned refused; /* 0: not */
};

/* FNV-1a: enough to tell our own requests apart. */
static uint64_t mark_with(uint64_t mark, struct sg_bytes text)
{
    for (size_t i = 0; i < text.len; i++)
        mark = (mark ^ text.data[i]) * UINT64_C(0x100000001B3);
    return mark;
}

static uint64_t mark_head(const struct sg_head *head)
{
    uint64_t mark = mark_with(UINT64_C(0xCBF29CE484222325), head->method);
    return mark_with(mark_with(mark, SG_BYTES(" ")), head->target);
}

static void note_head(struct request *request, const struct sg_head *head)
{
    request->mark = mark_head(head);
    request->to_head = sg_bytes_equal(head->method, SG_BYTES("HEAD"));
    request->last =
        head->minor_version == 0 || sg_headers_list_has(&head->headers, "Connection", "close");
}

static void read_alone(struct reading *r, struct sg_bytes text)
{
    struct sg_guard guard;
    struct sg_head head;
    struct sg_framing framing;
    struct sg_bytes run;
    const struct sg_refusal *why;
    size_t pos = 0;
    *r = (struct reading){.requests = 0};
    sg_guard_init(&guard, HEAD_MOST);
    for (;;) {
        switch (sg_guard_read(&guard, text, &pos, &head, &framing, &run, &why)) {
        case SG_GUARD_HEAD:
            assert_true(r->requests < REQUESTS_MOST);
            note_head(&r->request[r->requests], &head);
            break;
        case SG_GUARD_BODY:
            r->request[r->requests].mark = mark_with(r->request[r->requests].mark, run);
            sg_guard_take(&guard, &pos, run.len);
            break;
        case SG_GUARD_END:
            if (r->request[r->requests++].last)
                return;
            break;
        case SG_GUARD_MORE:
            return;
        case SG_GUARD_REJECT:
            r->refused = why->status;
            return;
        }
    }
}

/* --- one attack ------------------------------------------------------------------------------- */

struct attack {
    uint64_t seed;
    struct sg_buf text;
    struct reading reading;
    struct sg_wire wire;
};

static void show(const struct attack *attack)
{
    print_message("seed %llu: ", (unsigned long long)attack->seed);
    for (size_t i = 0; i < attack->text.len; i++) {
        uint8_t c = attack->text.data[i];
        if (c >= 0x20 && c < 0x7F && c != '\\')
            print_message("%c", c);
        else
            print_message("\\x%02x", c);
    }
    print_message("\n");
}

static void launch(struct attack *attack, uint64_t seed)
{
    attack->seed = seed;
    make_attack(&attack->text, seed);
    read_alone(&attack->reading, sg_buf_bytes(&attack->text));
    sg_wire_open(&attack->wire, scene.gateway.port);
    (void)sg_wire_try(&attack->wire, sg_buf_bytes(&attack->text));
}

/* What the origin answered: how many requests, and the sum of their marks, in whatever order. */
struct tally {
    size_t n;
    uint64_t marks;
};

/* One answer of the gateway or, with 200, of the origin. Returns whether another may follow. */
static bool take_answer(struct attack *attack, const struct request *request, struct tally *tally)
{
    struct sg_answer answer = {.cut = false};
    sg_wire_read(&attack->wire, &answer, request != NULL && request->to_head);
    if (answer.cut) {
        show(attack);
        fail_msg("no answer");
    }
    bool more = !sg_bytes_equal(sg_answer_field(&answer, "Connection"), SG_BYTES("close"));
    unsigned status = answer.head.status;
    if (request != NULL && status == 200) {
        tally->n++;
        tally->marks += request->mark;
    } else if (request == NULL ? status != attack->reading.refused : status >= 500) {
        show(attack);
        fail_msg("an answer of %u", status);
    }
    sg_answer_fini(&answer);
    return more;
}

/* Reads what must come: an answer for each request, then the refusal. */
static void see_through(struct attack *attack, struct tally *tally)
{
    const struct reading *r = &attack->reading;
    bool more = true;
    for (size_t i = 0; i < r->requests && more; i++)
        more = take_answer(attack, &r->request[i], tally) && !r->request[i].last;
    if (more && r->refused != 0)
        more = take_answer(attack, NULL, tally);
    if (!more && !sg_wire_ends(&attack->wire)) {
        show(attack);
        fail_msg("an answer too many");
    }
    sg_wire_close(&attack->wire); /* what is unfinished ends here */
}

/* What the origin has heard, of the requests that came to their end. */
static struct tally listen_in(void)
{
    struct tally tally = {.n = 0};
    while (sg_recorder_waiting(&scene.origin) > 0) {
        struct sg_heard heard;
        sg_recorder_take(&scene.origin, &heard);
        if (heard.whole) {
            tally.n++;
            tally.marks += mark_with(mark_head(&heard.head), sg_buf_bytes(&heard.body));
        }
        sg_heard_fini(&heard);
    }
    return tally;
}

/* --- all of them ------------------------------------------------------------------------------ */

static uint64_t number(const char *name, uint64_t usual)
{
    const char *text = getenv(name);
    return text == NULL ? usual : strtoull(text, NULL, 10);
}

static void one_round(struct attack attacks[BESIDE], uint64_t seed, struct tally *all)
{
    struct tally answered = {.n = 0};
    for (size_t i = 0; i < BESIDE; i++)
        launch(&attacks[i], seed + i);
    for (size_t i = 0; i < BESIDE; i++)
        see_through(&attacks[i], &answered);
    struct tally heard = listen_in();
    if (heard.n != answered.n || heard.marks != answered.marks) {
        for (size_t i = 0; i < BESIDE; i++)
            show(&attacks[i]);
        fail_msg("the origin heard %zu, the client %zu, or others", heard.n, answered.n);
    }
    all->n += answered.n;
}

static void origin_and_client_tell_the_same(void **state)
{
    (void)state;
    static struct attack attacks[BESIDE];
    uint64_t seed = number("SCRUBGATE_ATTACK_SEED", 1), n = number("SCRUBGATE_ATTACKS", ATTACKS);
    struct tally all = {.n = 0};
    size_t refused = 0;
    for (uint64_t done = 0; done < n; done += BESIDE) {
        one_round(attacks, seed + done, &all);
        for (size_t i = 0; i < BESIDE; i++)
            refused += attacks[i].reading.refused != 0;
    }
    print_message("%llu texts: %zu requests answered, %zu texts refused\n", (unsigned long long)n,
                  all.n, refused);
    assert_int_equal(sg_recorder_whole(&scene.origin), all.n);
    assert_true(all.n > n / 2 && refused > n / 4); /* the dice are worth their throw */
    for (size_t i = 0; i < BESIDE; i++)
        sg_buf_fini(&attacks[i].text);
}

static void nothing_came_behind(void **state)
{
    (void)state;
    sg_scene_heard_nothing(&scene, sg_scene_mark(&scene), "/end");
    sg_scene_ends_quietly(&scene, (const char *const[]){"no such text", NULL});
}

int main(void)
{
    sg_scene_open(&scene, NULL,
                  "routes:\n"
                  "  - {name: all, path: /, upstream: 'http://127.0.0.1:@/',\n"
                  "     direction: to-agent, request: pass, response: pass}\n");
    sg_suite_add("origin and client tell the same", origin_and_client_tell_the_same, NULL);
    sg_suite_add("nothing came behind", nothing_came_behind, NULL);
    int rc = sg_suite_run("attack: differential");
    sg_scene_close(&scene);
    return rc;
}
