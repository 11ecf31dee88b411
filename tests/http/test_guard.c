/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_guard.c - what a client sends, cut in every way: the steps and the refusal are the same.
 *
 * Each piece is an exact copy of its own, so that a sanitizer sees a byte read too many.
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
#include "../lib/suite.h"

enum { MAX = 1024, PIECES_MOST = 512 };

/* --- one reading ------------------------------------------------------------------------------ */

struct reading {
    struct sg_guard guard;
    struct sg_buf drawn; /* what was told; body bytes as they are */
    size_t used;         /* of all that was offered */
    size_t ends;         /* requests that came to their end */
    size_t taken_most;   /* of a run at once; 0: all */
    unsigned status;     /* of the refusal; 0: none */
};

static void begin(struct reading *r, size_t taken_most)
{
    *r = (struct reading){.taken_most = taken_most};
    sg_guard_init(&r->guard, MAX);
}

static void add(struct reading *r, const char *format, const char *text)
{
    assert_true(sg_buf_addf(&r->drawn, format, text) >= 0);
}

static void add_bytes(struct reading *r, const char *before, struct sg_bytes text)
{
    add(r, "%s", before);
    assert_true(sg_buf_add_bytes(&r->drawn, text) >= 0);
}

/* method target minor|name=value|... */
static void draw_head(struct reading *r, const struct sg_head *head,
                      const struct sg_framing *framing)
{
    add_bytes(r, "", head->method);
    add_bytes(r, " ", head->target);
    add(r, "%s", head->minor_version == 1 ? " 1.1" : " 1.0");
    for (size_t i = 0; i < head->headers.n; i++) {
        add_bytes(r, "|", head->headers.item[i].name);
        add_bytes(r, "=", head->headers.item[i].value);
    }
    assert_true(framing->kind == SG_FRAMING_CHUNKED || framing->kind == SG_FRAMING_LENGTH ||
                framing->kind == SG_FRAMING_NONE);
    add(r, "%s", framing->kind == SG_FRAMING_CHUNKED ? " chunked:" : "");
    if (framing->kind == SG_FRAMING_LENGTH)
        assert_true(sg_buf_addf(&r->drawn, " %u:", (unsigned)framing->length) >= 0);
}

static void draw_refusal(struct reading *r, const struct sg_refusal *why)
{
    assert_true(why != NULL && why->word != NULL && why->detail != NULL);
    r->status = why->status;
    add(r, "!%s", why->word);
    add(r, ": %s", why->detail);
}

static enum sg_guard_step step(struct reading *r, struct sg_bytes text, size_t *pos)
{
    struct sg_head head;
    struct sg_framing framing = {SG_FRAMING_CLOSE, 0};
    struct sg_bytes run = {NULL, 0};
    const struct sg_refusal *why = NULL;
    size_t before = *pos;
    enum sg_guard_step is = sg_guard_read(&r->guard, text, pos, &head, &framing, &run, &why);
    assert_true(*pos >= before && *pos <= text.len);
    assert_true((is == SG_GUARD_REJECT) == (why != NULL));
    if (is == SG_GUARD_HEAD)
        draw_head(r, &head, &framing);
    if (is == SG_GUARD_BODY) {
        assert_true(run.data == text.data + *pos && run.len > 0 && run.len <= text.len - *pos);
        if (r->taken_most > 0 && run.len > r->taken_most)
            run.len = r->taken_most;
        add_bytes(r, "", run);
        sg_guard_take(&r->guard, pos, run.len);
    }
    if (is == SG_GUARD_END) {
        add(r, "%s", ".");
        r->ends++;
    }
    if (is == SG_GUARD_REJECT)
        draw_refusal(r, why);
    return is;
}

/* Offers what is not used up, up to end. False when it is refused. */
static bool offer(struct reading *r, struct sg_bytes text, size_t end)
{
    size_t len = end - r->used, pos = 0;
    uint8_t *copy = malloc(len + 1);
    assert_non_null(copy);
    struct sg_bytes piece = {copy + 1, len}; /* and at an odd address */
    memcpy(copy + 1, text.data + r->used, len);
    enum sg_guard_step is;
    do
        is = step(r, piece, &pos);
    while (is != SG_GUARD_MORE && is != SG_GUARD_REJECT);
    if (is == SG_GUARD_REJECT) {
        size_t drawn = r->drawn.len;
        assert_int_equal(step(r, piece, &pos), SG_GUARD_REJECT);
        assert_memory_equal(r->drawn.data + drawn, r->drawn.data + 2 * drawn - r->drawn.len,
                            r->drawn.len - drawn);
        r->drawn.len = drawn;
    }
    r->used += pos;
    free(copy);
    return is == SG_GUARD_MORE;
}

/* All of text, in pieces with those ends. */
static void read_all(struct reading *r, struct sg_bytes text, const size_t *ends, size_t n,
                     size_t taken_most)
{
    begin(r, taken_most);
    for (size_t i = 0; i < n; i++)
        if (!offer(r, text, ends[i]))
            return;
    (void)offer(r, text, text.len);
}

static void check_same(const struct reading *a, struct reading *b)
{
    assert_int_equal(a->drawn.len, b->drawn.len);
    assert_memory_equal(a->drawn.data, b->drawn.data, a->drawn.len);
    assert_int_equal(a->status, b->status);
    assert_int_equal(a->ends, b->ends);
    sg_buf_fini(&b->drawn);
}

/* Cut in two and in three, byte by byte, and at random. */
static void check_cuts(const struct reading *whole, struct sg_bytes text)
{
    struct sg_dice dice = {text.len};
    struct reading r;
    size_t ends[PIECES_MOST];
    assert_true(text.len < PIECES_MOST);
    for (ends[0] = 0; ends[0] <= text.len; ends[0]++) {
        for (ends[1] = ends[0]; ends[1] <= text.len; ends[1] += 1 + (text.len - ends[1]) / 4) {
            read_all(&r, text, ends, 2, ends[1] % 3);
            check_same(whole, &r);
        }
    }
    for (size_t i = 0; i < text.len; i++)
        ends[i] = i + 1;
    read_all(&r, text, ends, text.len, 0);
    check_same(whole, &r);
    for (size_t round = 0; round < 20; round++) {
        size_t n = 0;
        for (size_t at = 0; at < text.len; at += 1 + sg_dice_below(&dice, 12))
            ends[n++] = at;
        read_all(&r, text, ends, n, 1 + round % 5);
        check_same(whole, &r);
    }
}

/* --- what is told ----------------------------------------------------------------------------- */

struct row {
    const char *name, *text, *want;
};

#define HOST        "Host: a\r\n"
#define CODED       "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n"
#define CODED_DRAWN "POST / 1.1|Host=a|Transfer-Encoding=chunked chunked:"

static const struct row rows[] = {
    {"a request", "GET / HTTP/1.1\r\n" HOST "\r\n", "GET / 1.1|Host=a."},
    {"HTTP/1.0 needs no Host", "GET /a?b=c HTTP/1.0\r\n\r\n", "GET /a?b=c 1.0."},
    {"fields in order, values trimmed",
     "PUT /x HTTP/1.1\r\nHost:a\r\nB: \t c d \t\r\nE:\r\nF: \r\n\r\n",
     "PUT /x 1.1|Host=a|B=c d|E=|F=."},
    {"a colon and a tab in a value", "GET / HTTP/1.1\r\nHost: a:80\r\nB: c:\td\r\n\r\n",
     "GET / 1.1|Host=a:80|B=c:\td."},
    {"bytes beyond ASCII in a value", "GET / HTTP/1.1\r\n" HOST "B: \xC3\xA4\xFF\r\n\r\n",
     "GET / 1.1|Host=a|B=\xC3\xA4\xFF."},
    {"every mark of a token",
     "!#$%&'*+-.^_`|~9aZ / HTTP/1.1\r\n" HOST "!#$%&'*+-.^_`|~9aZ: b\r\n\r\n",
     "!#$%&'*+-.^_`|~9aZ / 1.1|Host=a|!#$%&'*+-.^_`|~9aZ=b."},
    {"every mark of a target", "GET /!\"$%&'()*+,-./:;<=>?@[\\]^_`{|}~ HTTP/1.1\r\n" HOST "\r\n",
     "GET /!\"$%&'()*+,-./:;<=>?@[\\]^_`{|}~ 1.1|Host=a."},
    {"long lines",
     "GET /0123456789abcdef0123456789abcdef0123456789 HTTP/1.1\r\n" HOST
     "A-Name-Longer-Than-A-Block: a value, and one that is longer than two of them\r\n\r\n",
     "GET /0123456789abcdef0123456789abcdef0123456789 1.1|Host=a|"
     "A-Name-Longer-Than-A-Block=a value, and one that is longer than two of them."},
    {"a length", "POST / HTTP/1.1\r\n" HOST "content-LENGTH: 5\r\n\r\nhello",
     "POST / 1.1|Host=a|content-LENGTH=5 5:hello."},
    {"a length of 0", "POST / HTTP/1.1\r\n" HOST "Content-Length: 0\r\n\r\n",
     "POST / 1.1|Host=a|Content-Length=0 0:."},
    {"a body on GET", "GET / HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\n\r\n\r",
     "GET / 1.1|Host=a|Content-Length=3 3:\r\n\r."},
    {"a length on HTTP/1.0", "POST / HTTP/1.0\r\nContent-Length: 2\r\n\r\nhi",
     "POST / 1.0|Content-Length=2 2:hi."},
    {"chunks", CODED "3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n", CODED_DRAWN "hello."},
    {"chunks with extensions and trailers", CODED "5;a=b\r\nhello\r\n0\r\nA: b\r\n\r\n",
     CODED_DRAWN "hello."},
    {"chunks of nothing", CODED "0\r\n\r\n", CODED_DRAWN "."},
    {"three requests, two of them with a body",
     "GET /1 HTTP/1.1\r\n" HOST "\r\nPOST /2 HTTP/1.1\r\n" HOST "Content-Length: 1\r\n\r\nx" CODED
     "1\r\ny\r\n0\r\n\r\n",
     "GET /1 1.1|Host=a.POST /2 1.1|Host=a|Content-Length=1 1:x." CODED_DRAWN "y."},
    {"an empty line before each request",
     "\r\nGET /1 HTTP/1.1\r\n" HOST "\r\n\r\nGET /2 HTTP/1.1\r\n" HOST "\r\n",
     "GET /1 1.1|Host=a.GET /2 1.1|Host=a."},
    {"an expectation of HTTP/1.0 is none", "GET / HTTP/1.0\r\nExpect: more\r\n\r\n",
     "GET / 1.0|Expect=more."},
    {"a Host with a port", "GET / HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n",
     "GET / 1.1|Host=[::1]:8080."},
    {"half a request", "POST / HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhel",
     "POST / 1.1|Host=a|Content-Length=5 5:hel"},
    {"half a head", "POST / HTTP/1.1\r\n" HOST "Cont", ""},
    {"nothing", "", ""},
    {"chunked after chunked", CODED "1\r\nx\r\n0\r\n\r\n" CODED "1\r\ny\r\n0\r\nA: b\r\n\r\n",
     CODED_DRAWN "x." CODED_DRAWN "y."},
    {"a folded line by its name", "GET / HTTP/1.1\r\n" HOST " X: y\r\n\r\n",
     "!malformed: a folded header line"},
    {"a refusal in our own words", "GET / HTTP/1.1\r\n" HOST "X : y\r\n\r\n",
     "!malformed: a space before the colon of a header line"},
};

static void tells(void **state)
{
    const struct row *row = *state;
    struct sg_bytes text = sg_bytes_of(row->text);
    struct reading whole;
    read_all(&whole, text, NULL, 0, 0);
    assert_int_equal(whole.drawn.len, strlen(row->want));
    assert_memory_equal(whole.drawn.data, row->want, whole.drawn.len);
    check_cuts(&whole, text);
    sg_buf_fini(&whole.drawn);
}

/* --- the smuggling classes -------------------------------------------------------------------- */

static void check_good(const struct sg_payload *payload, const struct reading *r)
{
    assert_int_equal(r->status, 0);
    assert_int_equal(r->ends, payload->requests);
    if (payload->status == SG_PAYLOAD_GOOD)
        assert_int_equal(r->used, payload->len);
}

/* At its last byte, not before; and the same whatever follows. */
static void check_refused(const struct sg_payload *payload, const struct reading *r)
{
    static const char behind[] = "\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n";
    struct sg_bytes text = sg_payload_text(payload);
    struct sg_buf more = {0};
    struct reading part, longer;
    assert_int_equal(r->status, payload->status);
    assert_int_equal(r->ends, payload->requests);
    read_all(&part, (struct sg_bytes){text.data, text.len - 1}, NULL, 0, 0);
    assert_int_equal(part.status, 0);
    assert_int_equal(part.ends, payload->requests);
    sg_buf_fini(&part.drawn);
    assert_true(sg_buf_add_bytes(&more, text) >= 0 && sg_buf_add_text(&more, behind) >= 0);
    read_all(&longer, sg_buf_bytes(&more), NULL, 0, 0);
    check_same(r, &longer);
    sg_buf_fini(&more);
}

static void is_not_smuggled(void **state)
{
    const struct sg_payload *payload = *state;
    struct sg_bytes text = sg_payload_text(payload);
    struct reading whole;
    read_all(&whole, text, NULL, 0, 0);
    if (payload->status == SG_PAYLOAD_GOOD || payload->status == SG_PAYLOAD_UNFINISHED)
        check_good(payload, &whole);
    else
        check_refused(payload, &whole);
    check_cuts(&whole, text);
    sg_buf_fini(&whole.drawn);
}

static void a_control_is_refused_anywhere(void **state)
{
    (void)state;
    static const char good[] = "GET /a/path HTTP/1.1\r\nHost: a.example\r\nB: c\r\n\r\n";
    for (int c = 0; c <= 0x20; c++) {
        char control = c == 0x20 ? 0x7F : (char)c;
        for (size_t at = 0; at + 1 < sizeof good; at++) {
            char text[sizeof good];
            struct reading r;
            memcpy(text, good, sizeof good);
            text[at] = control;
            if (control == '\t' || control == good[at])
                continue; /* where a tab may stand is for the rows */
            read_all(&r, (struct sg_bytes){(const uint8_t *)text, sizeof good - 1}, NULL, 0, 0);
            if (r.status != 400)
                fail_msg("0x%02x taken at %zu", (unsigned)c, at);
            sg_buf_fini(&r.drawn);
        }
    }
}

/* --- bounds ----------------------------------------------------------------------------------- */

/* A head of exactly len bytes. */
static void make_head(struct sg_buf *text, size_t len)
{
    assert_true(sg_buf_add_text(text, "GET / HTTP/1.1\r\nHost: a\r\nB: ") >= 0);
    while (text->len < len - 4)
        assert_true(sg_buf_add_byte(text, 'b') >= 0);
    assert_true(sg_buf_add_text(text, "\r\n\r\n") >= 0);
}

static void a_head_has_a_ceiling(void **state)
{
    (void)state;
    for (size_t len = MAX - 1; len <= MAX + 1; len++) {
        struct sg_buf text = {0};
        struct reading r;
        make_head(&text, len);
        for (size_t first = 0; first <= len; first++) {
            read_all(&r, sg_buf_bytes(&text), &first, 1, 0);
            assert_int_equal(r.status, len > MAX ? 431 : 0);
            assert_int_equal(r.ends, len > MAX ? 0 : 1);
            sg_buf_fini(&r.drawn);
        }
        /* At the last byte that it may have, not before and not later. */
        for (size_t n = MAX - 1; n <= MAX && n < len; n++) {
            read_all(&r, (struct sg_bytes){text.data, n}, NULL, 0, 0);
            assert_int_equal(r.status, n == MAX ? 431 : 0);
            sg_buf_fini(&r.drawn);
        }
        sg_buf_fini(&text);
    }
}

static void the_ceiling_is_for_each_head(void **state)
{
    (void)state;
    struct sg_buf text = {0};
    struct reading r;
    for (size_t i = 0; i < 5; i++)
        make_head(&text, MAX);
    read_all(&r, sg_buf_bytes(&text), NULL, 0, 0);
    assert_int_equal(r.ends, 5);
    sg_buf_fini(&r.drawn);
    sg_buf_fini(&text);
}

static void so_many_fields_and_no_more(void **state)
{
    (void)state;
    for (size_t n = SG_HEADERS_MOST; n <= SG_HEADERS_MOST + 1; n++) {
        struct sg_buf text = {0};
        struct reading whole;
        assert_true(sg_buf_add_text(&text, "GET / HTTP/1.1\r\nHost:a\r\n") >= 0);
        for (size_t i = 2; i <= n; i++)
            assert_true(sg_buf_add_text(&text, "A:\r\n") >= 0);
        if (n == SG_HEADERS_MOST)
            assert_true(sg_buf_add_text(&text, "\r\n") >= 0);
        read_all(&whole, sg_buf_bytes(&text), NULL, 0, 0);
        assert_int_equal(whole.status, n > SG_HEADERS_MOST ? 431 : 0);
        assert_int_equal(whole.ends, n > SG_HEADERS_MOST ? 0 : 1);
        sg_buf_fini(&whole.drawn);
        sg_buf_fini(&text);
    }
}

/*
 * Counted without a clock: what was judged is overwritten with what no head may hold, and nothing
 * is refused, so nothing was looked at again. Only for the last byte all of it is there once more.
 */
static void one_byte_at_a_time_is_linear(void **state)
{
    (void)state;
    struct sg_buf good = {0};
    struct sg_guard guard;
    struct sg_head head;
    struct sg_framing framing;
    struct sg_bytes run;
    const struct sg_refusal *why = NULL;
    uint8_t text[MAX];
    size_t pos = 0;
    make_head(&good, MAX);
    memcpy(text, good.data, MAX);
    sg_guard_init(&guard, MAX);
    for (size_t n = 1; n < MAX; n++) {
        text[n - 1] = good.data[n - 1];
        assert_int_equal(
            sg_guard_read(&guard, (struct sg_bytes){text, n}, &pos, &head, &framing, &run, &why),
            SG_GUARD_MORE);
        assert_int_equal(pos, 0);
        memset(text, 0, n);
    }
    assert_int_equal(sg_guard_read(&guard, sg_buf_bytes(&good), &pos, &head, &framing, &run, &why),
                     SG_GUARD_HEAD);
    assert_int_equal(pos, MAX);
    assert_int_equal(head.headers.n, 2);
    sg_buf_fini(&good);
}

static void a_hundred_thousand_chunks_of_a_byte(void **state)
{
    (void)state;
    struct sg_buf text = {0};
    struct reading r;
    assert_true(sg_buf_add_text(&text, CODED) >= 0);
    for (size_t i = 0; i < 100000; i++)
        assert_true(sg_buf_add_text(&text, "1\r\nx\r\n") >= 0);
    assert_true(sg_buf_add_text(&text, "0\r\n\r\n") >= 0);
    read_all(&r, sg_buf_bytes(&text), NULL, 0, 0);
    assert_int_equal(r.ends, 1);
    assert_int_equal(r.drawn.len, strlen(CODED_DRAWN) + 100000 + 1);
    sg_buf_fini(&r.drawn);
    sg_buf_fini(&text);
}

int main(void)
{
    SG_SUITE_ROWS(tells, rows);
    for (size_t i = 0; i < sg_payloads_n; i++)
        sg_suite_add(sg_payloads[i].name, is_not_smuggled, &sg_payloads[i]);
    sg_suite_add("a control is refused anywhere", a_control_is_refused_anywhere, NULL);
    sg_suite_add("a head has a ceiling", a_head_has_a_ceiling, NULL);
    sg_suite_add("the ceiling is for each head", the_ceiling_is_for_each_head, NULL);
    sg_suite_add("128 fields and no more", so_many_fields_and_no_more, NULL);
    sg_suite_add("one byte at a time is linear", one_byte_at_a_time_is_linear, NULL);
    sg_suite_add("a hundred thousand chunks of a byte", a_hundred_thousand_chunks_of_a_byte, NULL);
    return sg_suite_run("guard");
}
