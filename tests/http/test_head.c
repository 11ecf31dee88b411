/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_head.c - heads of requests and responses, byte by byte; and heads of our own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "http/head.h"

#include "../lib/alloc_fail.h"
#include "../lib/suite.h"

enum { MAX = 4096 };

#define OK   SCRUBGATE_OK
#define BAD  SCRUBGATE_EMALFORMED
#define MORE SCRUBGATE_FULL

/* What was read, on one line: start line | name=value | … */
static void draw(struct sg_buf *out, const struct sg_head *head, bool request)
{
    enum scrubgate_status rc =
        request ? sg_buf_addf(out, "%.*s %.*s 1.%u", (int)head->method.len,
                              (const char *)head->method.data, (int)head->target.len,
                              (const char *)head->target.data, head->minor_version)
                : sg_buf_addf(out, "%u '%.*s' 1.%u", head->status, (int)head->reason.len,
                              (const char *)head->reason.data, head->minor_version);
    for (size_t i = 0; i < head->headers.n && rc >= 0; i++) {
        const struct sg_header *item = &head->headers.item[i];
        rc = sg_buf_addf(out, "|%.*s=%.*s", (int)item->name.len, (const char *)item->name.data,
                         (int)item->value.len, (const char *)item->value.data);
    }
    assert_true(rc >= 0);
    assert_true(sg_buf_add_byte(out, '\0') >= 0);
}

static enum scrubgate_status parse(struct sg_head *head, struct sg_bytes text, size_t max,
                                   size_t *used, bool request)
{
    const char *why = NULL;
    enum scrubgate_status rc = request ? sg_head_parse_request(head, text, max, used, &why)
                                       : sg_head_parse_response(head, text, max, used, &why);
    assert_int_equal(why != NULL, rc < 0);
    return rc;
}

struct row {
    const char *name, *text;
    enum scrubgate_status rc;
    const char *want; /* what was read, for OK */
    size_t left;      /* bytes of text behind the head */
};

#define H "Host: a\r\n"

static const struct row requests[] = {
    {"a request", "GET / HTTP/1.1\r\n" H "\r\n", OK, "GET / 1.1|Host=a", 0},
    {"HTTP/1.0 needs no Host", "GET /a?b=c HTTP/1.0\r\n\r\n", OK, "GET /a?b=c 1.0", 0},
    {"what follows is left alone", "GET / HTTP/1.1\r\n" H "\r\nGET", OK, "GET / 1.1|Host=a", 3},
    {"fields in order, values trimmed", "PUT /x HTTP/1.1\r\nHost:a\r\nB: \t c d \t\r\nE:\r\n\r\n",
     OK, "PUT /x 1.1|Host=a|B=c d|E=", 0},
    {"a colon and a tab in a value", "GET / HTTP/1.1\r\nHost: a:80\r\nB: c\td\r\n\r\n", OK,
     "GET / 1.1|Host=a:80|B=c\td", 0},
    {"bytes beyond ASCII in a value", "GET / HTTP/1.1\r\n" H "B: \xC3\xA4\xFF\r\n\r\n", OK,
     "GET / 1.1|Host=a|B=\xC3\xA4\xFF", 0},
    {"an unusual method", "M-SEARCH! / HTTP/1.1\r\n" H "\r\n", OK, "M-SEARCH! / 1.1|Host=a", 0},
    {"a whole address", "GET http://a/b HTTP/1.1\r\n" H "\r\n", OK, "GET http://a/b 1.1|Host=a", 0},
    {"OPTIONS of all", "OPTIONS * HTTP/1.1\r\n" H "\r\n", OK, "OPTIONS * 1.1|Host=a", 0},
    {"CONNECT names a host", "CONNECT a:443 HTTP/1.1\r\n" H "\r\n", OK, "CONNECT a:443 1.1|Host=a",
     0},
    {"nothing yet", "", MORE, NULL, 0},
    {"half a request line", "GET /", MORE, NULL, 0},
    {"no empty line yet", "GET / HTTP/1.1\r\n" H, MORE, NULL, 0},
    {"half the empty line", "GET / HTTP/1.1\r\n" H "\r", MORE, NULL, 0},
    {"no Host", "GET / HTTP/1.1\r\nA: b\r\n\r\n", BAD, NULL, 0},
    {"two Hosts", "GET / HTTP/1.1\r\n" H H "\r\n", BAD, NULL, 0},
    {"two Hosts on HTTP/1.0", "GET / HTTP/1.0\r\n" H "host: b\r\n\r\n", BAD, NULL, 0},
    {"an empty line first", "\r\nGET / HTTP/1.1\r\n" H "\r\n", BAD, NULL, 0},
    {"HTTP/0.9", "GET /\r\n\r\n", BAD, NULL, 0},
    {"HTTP/2", "GET / HTTP/2.0\r\n" H "\r\n", BAD, NULL, 0},
    {"HTTP/1.2", "GET / HTTP/1.2\r\n" H "\r\n", BAD, NULL, 0},
    {"HTTP/1.10", "GET / HTTP/1.10\r\n" H "\r\n", BAD, NULL, 0},
    {"a version in lower case", "GET / http/1.1\r\n" H "\r\n", BAD, NULL, 0},
    {"no method", " / HTTP/1.1\r\n" H "\r\n", BAD, NULL, 0},
    {"a method that is no token", "G(T / HTTP/1.1\r\n" H "\r\n", BAD, NULL, 0},
    {"a method beyond ASCII", "G\xC3\x84T / HTTP/1.1\r\n" H "\r\n", BAD, NULL, 0},
    {"two spaces before the target", "GET  / HTTP/1.1\r\n" H "\r\n", BAD, NULL, 0},
    {"two spaces behind the target", "GET /  HTTP/1.1\r\n" H "\r\n", BAD, NULL, 0},
    {"a tab for a space", "GET\t/ HTTP/1.1\r\n" H "\r\n", BAD, NULL, 0},
    {"a space in the target", "GET /a b HTTP/1.1\r\n" H "\r\n", BAD, NULL, 0},
    {"a space behind the version", "GET / HTTP/1.1 \r\n" H "\r\n", BAD, NULL, 0},
    {"a fragment", "GET /a#b HTTP/1.1\r\n" H "\r\n", BAD, NULL, 0},
    {"a target beyond ASCII", "GET /\xC3\xA4 HTTP/1.1\r\n" H "\r\n", BAD, NULL, 0},
    {"a target that is no path", "GET a HTTP/1.1\r\n" H "\r\n", BAD, NULL, 0},
    {"an address of another kind", "GET file:///a HTTP/1.1\r\n" H "\r\n", BAD, NULL, 0},
    {"GET of all", "GET * HTTP/1.1\r\n" H "\r\n", BAD, NULL, 0},
    {"CONNECT of a path", "CONNECT / HTTP/1.1\r\n" H "\r\n", BAD, NULL, 0},
    {"a line that ends in LF", "GET / HTTP/1.1\n" H "\r\n", BAD, NULL, 0},
    {"a field that ends in LF", "GET / HTTP/1.1\r\nHost: a\n\r\n", BAD, NULL, 0},
    {"an end in LF", "GET / HTTP/1.1\r\n" H "\n", BAD, NULL, 0},
    {"a CR in a value", "GET / HTTP/1.1\r\nHost: a\rb\r\n\r\n", BAD, NULL, 0},
    {"two CRs", "GET / HTTP/1.1\r\nHost: a\r\r\n\r\n", BAD, NULL, 0},
    {"a control in a value", "GET / HTTP/1.1\r\n" H "B: \x01\r\n\r\n", BAD, NULL, 0},
    {"DEL in a value", "GET / HTTP/1.1\r\n" H "B: \x7F\r\n\r\n", BAD, NULL, 0},
    {"a space before the colon", "GET / HTTP/1.1\r\nHost : a\r\n\r\n", BAD, NULL, 0},
    {"a tab before the colon", "GET / HTTP/1.1\r\nHost\t: a\r\n\r\n", BAD, NULL, 0},
    {"a folded line", "GET / HTTP/1.1\r\n" H "B: c\r\n d\r\n\r\n", BAD, NULL, 0},
    {"a space before the first name", "GET / HTTP/1.1\r\n " H "\r\n", BAD, NULL, 0},
    {"a field without a colon", "GET / HTTP/1.1\r\n" H "B\r\n\r\n", BAD, NULL, 0},
    {"a field without a name", "GET / HTTP/1.1\r\n" H ": b\r\n\r\n", BAD, NULL, 0},
    {"a name that is no token", "GET / HTTP/1.1\r\n" H "A(: b\r\n\r\n", BAD, NULL, 0},
    {"a name beyond ASCII", "GET / HTTP/1.1\r\n" H "\xC3\xA4: b\r\n\r\n", BAD, NULL, 0},
};

static const struct row responses[] = {
    {"a response", "HTTP/1.1 200 OK\r\nA: b\r\n\r\n", OK, "200 'OK' 1.1|A=b", 0},
    {"a reason of many words", "HTTP/1.0 404 Not \xC3\xA4 Found\r\n\r\n", OK,
     "404 'Not \xC3\xA4 Found' 1.0", 0},
    {"an empty reason", "HTTP/1.1 200 \r\n\r\nbody", OK, "200 '' 1.1", 4},
    {"no reason, and no space for it", "HTTP/1.1 200\r\n\r\n", OK, "200 '' 1.1", 0},
    {"an early response", "HTTP/1.1 100 Continue\r\n\r\n", OK, "100 'Continue' 1.1", 0},
    {"half a status line", "HTTP/1.1 2", MORE, NULL, 0},
    {"a status of two digits", "HTTP/1.1 20 OK\r\n\r\n", BAD, NULL, 0},
    {"a status of four digits", "HTTP/1.1 2000 OK\r\n\r\n", BAD, NULL, 0},
    {"a status with a sign", "HTTP/1.1 +20 OK\r\n\r\n", BAD, NULL, 0},
    {"a status below 100", "HTTP/1.1 099 OK\r\n\r\n", BAD, NULL, 0},
    {"a status above 599", "HTTP/1.1 600 OK\r\n\r\n", BAD, NULL, 0},
    {"no status", "HTTP/1.1 \r\n\r\n", BAD, NULL, 0},
    {"a version alone", "HTTP/1.1\r\n\r\n", BAD, NULL, 0},
    {"two spaces before the status", "HTTP/1.1  200 OK\r\n\r\n", BAD, NULL, 0},
    {"another protocol", "ICY 200 OK\r\n\r\n", BAD, NULL, 0},
    {"HTTP/2", "HTTP/2 200 OK\r\n\r\n", BAD, NULL, 0},
    {"an empty line first", "\r\nHTTP/1.1 200 OK\r\n\r\n", BAD, NULL, 0},
    {"a line that ends in LF", "HTTP/1.1 200 OK\nA: b\r\n\r\n", BAD, NULL, 0},
    {"a control in the reason", "HTTP/1.1 200 O\x01K\r\n\r\n", BAD, NULL, 0},
    {"a folded line", "HTTP/1.1 200 OK\r\nA: b\r\n\tc\r\n\r\n", BAD, NULL, 0},
    {"a space before the colon", "HTTP/1.1 200 OK\r\nA : b\r\n\r\n", BAD, NULL, 0},
};

/* No beginning of a good head is refused, none of a bad one is taken. */
static void check(const struct row *row, bool request)
{
    struct sg_bytes text = sg_bytes_of(row->text);
    struct sg_head head;
    size_t used = 0;
    for (size_t len = 0; len <= text.len; len++) {
        enum scrubgate_status rc =
            parse(&head, (struct sg_bytes){text.data, len}, MAX, &used, request);
        if (len == text.len)
            assert_int_equal(rc, row->rc);
        else if (row->rc == BAD)
            assert_true(rc == MORE || rc == BAD);
        else
            assert_int_equal(rc, row->rc == MORE || len < text.len - row->left ? MORE : OK);
    }
    if (row->rc == OK) {
        struct sg_buf drawn = {0};
        assert_int_equal(used, text.len - row->left);
        draw(&drawn, &head, request);
        assert_string_equal((const char *)drawn.data, row->want);
        sg_buf_fini(&drawn);
    }
}

static void reads_request(void **state)
{
    check(*state, true);
}

static void reads_response(void **state)
{
    check(*state, false);
}

static void a_nul_is_refused_anywhere(void **state)
{
    (void)state;
    static const char good[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    struct sg_head head;
    size_t used;
    for (size_t at = 0; at + 1 < sizeof good; at++) {
        char text[sizeof good];
        memcpy(text, good, sizeof good);
        text[at] = '\0';
        assert_int_equal(parse(&head, (struct sg_bytes){(const uint8_t *)text, sizeof good - 1},
                               MAX, &used, true),
                         BAD);
    }
}

static void what_is_wrong_is_told_before_the_end(void **state)
{
    (void)state;
    struct sg_head head;
    size_t used;
    assert_int_equal(parse(&head, SG_BYTES("GET / HTTP/3.0\r\n"), MAX, &used, true), BAD);
    assert_int_equal(parse(&head, SG_BYTES("GET\n"), MAX, &used, true), BAD);
    assert_int_equal(parse(&head, SG_BYTES("GET / HTTP/1.1\r\nA b: c\r\n"), MAX, &used, true), BAD);
    assert_int_equal(parse(&head, SG_BYTES("SSH-2.0-x\r\n"), MAX, &used, false), BAD);
}

static void a_head_has_a_ceiling(void **state)
{
    (void)state;
    struct sg_bytes text = SG_BYTES("GET / HTTP/1.1\r\nHost: a\r\n\r\nbody");
    struct sg_head head;
    size_t used = 0, whole = text.len - 4;
    for (size_t len = 0; len <= text.len; len++) {
        struct sg_bytes part = {text.data, len};
        for (size_t max = 1; max <= text.len; max++) {
            enum scrubgate_status want = OK;
            if (whole > max)
                want = len < max ? MORE : SCRUBGATE_ELIMIT;
            else if (len < whole)
                want = MORE;
            assert_int_equal(parse(&head, part, max, &used, true), want);
        }
    }
}

static void so_many_fields_and_no_more(void **state)
{
    (void)state;
    struct sg_head head;
    size_t used = 0;
    for (size_t n = SG_HEADERS_MOST; n <= SG_HEADERS_MOST + 1; n++) {
        struct sg_buf text = {0};
        assert_true(sg_buf_add_text(&text, "HTTP/1.1 200 OK\r\n") >= 0);
        for (size_t i = 0; i < n; i++)
            assert_true(sg_buf_add_text(&text, "A: b\r\n") >= 0);
        assert_true(sg_buf_add_text(&text, "\r\n") >= 0);
        assert_int_equal(parse(&head, sg_buf_bytes(&text), MAX, &used, false),
                         n > SG_HEADERS_MOST ? SCRUBGATE_ELIMIT : OK);
        sg_buf_fini(&text);
    }
}

/* --- building --------------------------------------------------------------------------------- */

static void builds_what_it_reads(void **state)
{
    (void)state;
    struct sg_buf out = {0};
    struct sg_head head;
    size_t used = 0;
    assert_int_equal(sg_head_add_request_line(&out, SG_BYTES("POST"), SG_BYTES("/a?b")), OK);
    assert_int_equal(sg_head_add_field(&out, SG_BYTES("Host"), SG_BYTES("a")), OK);
    assert_int_equal(sg_head_add_field(&out, SG_BYTES("B"), SG_BYTES("")), OK);
    assert_int_equal(sg_head_add_end(&out), OK);
    assert_true(sg_bytes_equal(sg_buf_bytes(&out),
                               SG_BYTES("POST /a?b HTTP/1.1\r\nHost: a\r\nB: \r\n\r\n")));
    assert_int_equal(parse(&head, sg_buf_bytes(&out), MAX, &used, true), OK);
    sg_buf_clear(&out);
    assert_int_equal(sg_head_add_status_line(&out, 404), OK);
    assert_int_equal(sg_head_add_status_line(&out, 599), OK);
    assert_true(sg_bytes_equal(sg_buf_bytes(&out),
                               SG_BYTES("HTTP/1.1 404 Not Found\r\nHTTP/1.1 599 \r\n")));
    sg_buf_fini(&out);
}

struct build_row {
    const char *name, *method, *target, *field, *value;
};

/* One of the four is wrong. */
static const struct build_row wrong[] = {
    {"an empty method", "", "/", "A", "b"},
    {"a method with a space", "GET /", "/", "A", "b"},
    {"a method with a line end", "GET\r\n", "/", "A", "b"},
    {"an empty target", "GET", "", "A", "b"},
    {"a target with a space", "GET", "/ HTTP/1.1", "A", "b"},
    {"a target with a line end", "GET", "/\r\nX: y", "A", "b"},
    {"a target with a LF", "GET", "/\n", "A", "b"},
    {"a target with a tab", "GET", "/\t", "A", "b"},
    {"a target beyond ASCII", "GET", "/\xC3\xA4", "A", "b"},
    {"an empty name", "GET", "/", "", "b"},
    {"a name with a colon", "GET", "/", "A:", "b"},
    {"a name with a space", "GET", "/", "A ", "b"},
    {"a name with a line end", "GET", "/", "A\r\nB", "b"},
    {"a value with a line end", "GET", "/", "A", "b\r\nSet-Cookie: c"},
    {"a value with a LF", "GET", "/", "A", "b\nc"},
    {"a value with a CR", "GET", "/", "A", "b\rc"},
    {"a value with a control", "GET", "/", "A", "b\x01"},
    {"a value with DEL", "GET", "/", "A", "b\x7F"},
};

static void nothing_foreign_ends_a_line(void **state)
{
    const struct build_row *row = *state;
    struct sg_buf out = {0};
    enum scrubgate_status line =
        sg_head_add_request_line(&out, sg_bytes_of(row->method), sg_bytes_of(row->target));
    assert_int_equal(out.len > 0, line == OK);
    size_t len = out.len;
    enum scrubgate_status field =
        sg_head_add_field(&out, sg_bytes_of(row->field), sg_bytes_of(row->value));
    assert_int_equal(out.len > len, field == OK);
    assert_true(line == SCRUBGATE_EINVAL || field == SCRUBGATE_EINVAL);
    assert_true(line == OK || field == OK);
    sg_buf_fini(&out);
}

static void a_status_has_three_digits(void **state)
{
    (void)state;
    struct sg_buf out = {0};
    assert_int_equal(sg_head_add_status_line(&out, 99), SCRUBGATE_EINVAL);
    assert_int_equal(sg_head_add_status_line(&out, 600), SCRUBGATE_EINVAL);
    assert_int_equal(out.len, 0);
    assert_string_equal(sg_status_phrase(200), "OK");
    assert_string_equal(sg_status_phrase(415), "Unsupported Media Type");
    assert_string_equal(sg_status_phrase(299), "");
}

static void a_ceiling_leaves_whole_lines(void **state)
{
    (void)state;
    for (size_t ceiling = 1; ceiling < 30; ceiling++) {
        struct sg_buf out;
        sg_buf_init(&out, ceiling);
        enum scrubgate_status rc = sg_head_add_request_line(&out, SG_BYTES("GET"), SG_BYTES("/"));
        assert_int_equal(rc, ceiling < 16 ? SCRUBGATE_ELIMIT : OK);
        assert_int_equal(out.len, ceiling < 16 ? 0 : 16);
        rc = sg_head_add_field(&out, SG_BYTES("A"), SG_BYTES("b"));
        assert_true(rc == OK || rc == SCRUBGATE_ELIMIT);
        assert_true(out.len == 0 || out.len == 6 || out.len == 16 || out.len == 22);
        sg_buf_fini(&out);
    }
}

static enum scrubgate_status build_once(void *ctx)
{
    (void)ctx;
    struct sg_buf out = {0};
    enum scrubgate_status rc = sg_head_add_status_line(&out, 200);
    size_t lines = rc >= 0 ? 1 : 0;
    for (size_t i = 0; i < 20 && rc >= 0; i++) {
        rc = sg_head_add_field(&out, SG_BYTES("Name"), SG_BYTES("value"));
        lines += rc >= 0 ? 1 : 0;
    }
    assert_int_equal(out.len, lines == 0 ? 0 : 17 + (lines - 1) * 13);
    sg_buf_fini(&out);
    return rc;
}

static void memory_that_runs_out_leaves_whole_lines(void **state)
{
    (void)state;
    assert_true(sg_alloc_fail_each(build_once, NULL) >= 3);
}

int main(void)
{
    SG_SUITE_ROWS(reads_request, requests);
    SG_SUITE_ROWS(reads_response, responses);
    sg_suite_add("a NUL is refused anywhere", a_nul_is_refused_anywhere, NULL);
    sg_suite_add("what is wrong is told before the end", what_is_wrong_is_told_before_the_end,
                 NULL);
    sg_suite_add("a head has a ceiling", a_head_has_a_ceiling, NULL);
    sg_suite_add("128 fields and no more", so_many_fields_and_no_more, NULL);
    sg_suite_add("builds what it reads", builds_what_it_reads, NULL);
    SG_SUITE_ROWS(nothing_foreign_ends_a_line, wrong);
    sg_suite_add("a status has three digits", a_status_has_three_digits, NULL);
    sg_suite_add("a ceiling leaves whole lines", a_ceiling_leaves_whole_lines, NULL);
    sg_suite_add("memory that runs out leaves whole lines", memory_that_runs_out_leaves_whole_lines,
                 NULL);
    return sg_suite_run("head");
}
