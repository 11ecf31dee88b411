/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_chunked.c - the chunked coding, read at every split.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "http/chunked.h"

#include "../lib/alloc_fail.h"
#include "../lib/suite.h"

/* Reads text cut at two places. *used counts all that was taken. */
static enum scrubgate_status read_cut(struct sg_bytes text, size_t first, size_t second,
                                      struct sg_buf *body, size_t *used)
{
    const size_t ends[] = {first, second, text.len};
    struct sg_chunked state = {0};
    enum scrubgate_status rc = SCRUBGATE_OK;
    size_t pos = 0;
    for (size_t i = 0; i < 3 && rc == SCRUBGATE_OK; i++) {
        struct sg_bytes run = {NULL, 1};
        while (rc == SCRUBGATE_OK && run.len > 0) {
            const char *why = NULL;
            rc = sg_chunked_read(&state, (struct sg_bytes){text.data, ends[i]}, &pos, &run, &why);
            assert_int_equal(why != NULL, rc < 0);
            assert_true(pos <= ends[i]);
            assert_true(rc == SCRUBGATE_OK || run.len == 0);
            assert_true(sg_buf_add_bytes(body, run) >= 0);
        }
        assert_true(rc != SCRUBGATE_OK || pos == ends[i]);
    }
    *used = pos;
    if (rc < 0) { /* and it stays refused */
        struct sg_bytes run;
        const char *why = NULL;
        size_t again = 0;
        assert_int_equal(sg_chunked_read(&state, SG_BYTES("0\r\n\r\n"), &again, &run, &why), rc);
        assert_non_null(why);
        assert_int_equal(again, 0);
    }
    return rc;
}

struct row {
    const char *name, *text;
    enum scrubgate_status rc; /* OK: more is needed */
    const char *body;
    size_t left; /* bytes of text behind the end */
};

#define DONE SCRUBGATE_DONE
#define BAD  SCRUBGATE_EMALFORMED
#define MORE SCRUBGATE_OK

static const struct row rows[] = {
    {"one chunk", "5\r\nhello\r\n0\r\n\r\n", DONE, "hello", 0},
    {"two chunks", "3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n", DONE, "hello", 0},
    {"no body", "0\r\n\r\n", DONE, "", 0},
    {"the next message is left alone", "1\r\na\r\n0\r\n\r\nGET / HTTP", DONE, "a", 10},
    {"hex in both cases, leading zeros", "00A\r\n0123456789\r\n00a\r\n0123456789\r\n00\r\n\r\n",
     DONE, "01234567890123456789", 0},
    {"sixteen digits", "0000000000000001\r\na\r\n0\r\n\r\n", DONE, "a", 0},
    {"CRLF in the body is body", "4\r\n\r\n\r\n\r\n0\r\n\r\n", DONE, "\r\n\r\n", 0},
    {"an end in the body is body", "5\r\n0\r\n\r\n\r\n0\r\n\r\n", DONE, "0\r\n\r\n", 0},
    {"an extension", "1;a=\"b; c\"\r\nx\r\n0;last\r\n\r\n", DONE, "x", 0},
    {"trailers are dropped", "1\r\nx\r\n0\r\nA: b\r\nC:\td\r\n\r\n!", DONE, "x", 1},
    {"nothing yet", "", MORE, "", 0},
    {"half a size", "1", MORE, "", 0},
    {"half a chunk", "5\r\nhel", MORE, "hel", 0},
    {"no end yet", "1\r\na\r\n", MORE, "a", 0},
    {"no empty line yet", "0\r\n", MORE, "", 0},
    {"half the last line end", "0\r\n\r", MORE, "", 0},
    {"a size that is no hex", "g\r\n", BAD, "", 0},
    {"an empty size", "\r\n", BAD, "", 0},
    {"a size with 0x", "0x1\r\na\r\n", BAD, "", 0},
    {"a size with a sign", "+1\r\na\r\n", BAD, "", 0},
    {"a negative size", "-1\r\na\r\n", BAD, "", 0},
    {"a space before the size", " 1\r\na\r\n", BAD, "", 0},
    {"a space behind the size", "1 \r\na\r\n", BAD, "", 0},
    {"a tab behind the size", "1\t;x\r\na\r\n", BAD, "", 0},
    {"an underscore in the size", "1_0\r\n", BAD, "", 0},
    {"seventeen digits", "00000000000000001\r\na\r\n", BAD, "", 0},
    {"a size that would wrap", "10000000000000001\r\na", BAD, "", 0},
    {"a size over 2^53", "20000000000001\r\na", BAD, "", 0},
    {"a size of 2^53", "20000000000000\r\na", MORE, "a", 0},
    {"sizes over 2^53 together", "1\r\na\r\n20000000000000\r\na", BAD, "a", 0},
    {"a size of 2^64 - 1", "1\r\na\r\nffffffffffffffff\r\na", BAD, "a", 0},
    {"a size that ends in LF", "1\na\r\n0\r\n\r\n", BAD, "", 0},
    {"a size that ends in CR", "1\rXa\r\n", BAD, "", 0},
    {"a chunk that ends in LF", "1\r\na\n0\r\n\r\n", BAD, "a", 0},
    {"a chunk that ends in CR", "1\r\na\rX", BAD, "a", 0},
    {"a chunk that ends in a letter and LF", "1\r\naX\n0\r\n\r\n", BAD, "a", 0},
    {"a chunk longer than its size", "1\r\nab\r\n", BAD, "a", 0},
    {"a chunk shorter than its size", "3\r\na\r\n0\r\n\r\n", BAD, "a\r\n", 0},
    {"an extension that ends in LF", "1;a\nb\r\n", BAD, "", 0},
    {"an extension with a CR inside", "1;a\rb\r\n", BAD, "", 0},
    {"an extension with a control", "1;a\x01\r\n", BAD, "", 0},
    {"an extension with a tab", "1;a\tb\r\n", BAD, "", 0},
    {"an extension with DEL", "1;a\x7F\r\n", BAD, "", 0},
    {"an end in LF", "0\n\n", BAD, "", 0},
    {"an empty line in LF", "0\r\n\n", BAD, "", 0},
    {"an empty line in CR", "0\r\n\rX", BAD, "", 0},
    {"the next request is no trailer", "0\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", BAD, "", 0},
    {"a folded trailer", "0\r\nA: b\r\n c\r\n\r\n", BAD, "", 0},
    {"a trailer without a name", "0\r\n: b\r\n\r\n", BAD, "", 0},
    {"a trailer with a space before the colon", "0\r\nA : b\r\n\r\n", BAD, "", 0},
    {"a trailer without a colon", "0\r\nA\r\n\r\n", BAD, "", 0},
    {"a trailer that ends in LF", "0\r\nA: b\n\r\n", BAD, "", 0},
    {"a trailer with a control", "0\r\nA: \x02\r\n\r\n", BAD, "", 0},
};

static void reads_at_every_split(void **state)
{
    const struct row *row = *state;
    struct sg_bytes text = sg_bytes_of(row->text);
    for (size_t first = 0; first <= text.len; first++) {
        for (size_t second = first; second <= text.len; second++) {
            struct sg_buf body = {0};
            size_t used = 0;
            assert_int_equal(read_cut(text, first, second, &body, &used), row->rc);
            assert_true(sg_bytes_equal(sg_buf_bytes(&body), sg_bytes_of(row->body)));
            if (row->rc >= 0)
                assert_int_equal(used, text.len - row->left);
            sg_buf_fini(&body);
        }
    }
}

static void a_nul_is_refused_outside_the_body(void **state)
{
    (void)state;
    struct sg_buf body = {0};
    size_t used = 0;
    assert_int_equal(read_cut(SG_BYTES("1\r\n\0\r\n0\r\n\r\n"), 0, 0, &body, &used), DONE);
    assert_int_equal(body.len, 1);
    assert_int_equal(read_cut(SG_BYTES("1\0\r\na\r\n"), 0, 0, &body, &used), BAD);
    assert_int_equal(read_cut(SG_BYTES("1;\0\r\na\r\n"), 0, 0, &body, &used), BAD);
    assert_int_equal(read_cut(SG_BYTES("0\r\nA: \0\r\n\r\n"), 0, 0, &body, &used), BAD);
    sg_buf_fini(&body);
}

/* Feeds unit over and over; returns after how many bytes it was refused. */
static size_t refused_after(const char *start, const char *unit)
{
    struct sg_chunked state = {0};
    struct sg_bytes run;
    const char *why = NULL;
    size_t pos = 0;
    assert_true(sg_chunked_read(&state, sg_bytes_of(start), &pos, &run, &why) >= 0);
    for (size_t fed = 0; fed < 1000000; fed += pos) {
        enum scrubgate_status rc = SCRUBGATE_OK;
        struct sg_bytes text = sg_bytes_of(unit);
        for (pos = 0; rc == SCRUBGATE_OK && pos < text.len;)
            rc = sg_chunked_read(&state, text, &pos, &run, &why);
        if (rc < 0)
            return fed + pos;
    }
    return 0;
}

static void extensions_and_trailers_have_ceilings(void **state)
{
    (void)state;
    assert_int_equal(refused_after("1;", "x"), 4096);
    assert_int_equal(refused_after("", "1;a\r\nx\r\n"), 4096 * 8 + 2);
    assert_int_equal(refused_after("0\r\nA:", "x"), 8192 - 2);
    assert_true(refused_after("0\r\n", "A: b\r\n") > 8192);
    assert_true(refused_after("0\r\n", "A: b\r\n") < 8192 * 2);
    assert_int_equal(refused_after("", "1\r\nx\r\n"), 0); /* a body has none here */
}

static void what_is_written_reads_back(void **state)
{
    (void)state;
    struct sg_buf out = {0}, body = {0};
    size_t used = 0;
    assert_int_equal(sg_chunked_add(&out, SG_BYTES("a")), SCRUBGATE_OK);
    assert_int_equal(sg_chunked_add(&out, SG_BYTES("")), SCRUBGATE_OK);
    assert_int_equal(sg_chunked_add(&out, SG_BYTES("0\r\n\r\n and so on")), SCRUBGATE_OK);
    assert_int_equal(sg_chunked_add_end(&out), SCRUBGATE_OK);
    assert_true(sg_bytes_equal(sg_buf_bytes(&out),
                               SG_BYTES("1\r\na\r\nf\r\n0\r\n\r\n and so on\r\n0\r\n\r\n")));
    assert_int_equal(read_cut(sg_buf_bytes(&out), 3, 9, &body, &used), DONE);
    assert_true(sg_bytes_equal(sg_buf_bytes(&body), SG_BYTES("a0\r\n\r\n and so on")));
    assert_int_equal(used, out.len);
    sg_buf_fini(&out);
    sg_buf_fini(&body);
}

static void a_ceiling_leaves_nothing_half_written(void **state)
{
    (void)state;
    for (size_t ceiling = 1; ceiling < 15; ceiling++) {
        struct sg_buf out;
        sg_buf_init(&out, ceiling);
        enum scrubgate_status rc = sg_chunked_add(&out, SG_BYTES("body"));
        assert_int_equal(rc, ceiling < 9 ? SCRUBGATE_ELIMIT : SCRUBGATE_OK);
        assert_int_equal(out.len, ceiling < 9 ? 0 : 9);
        size_t room = ceiling - out.len;
        rc = sg_chunked_add_end(&out);
        assert_int_equal(rc, room < 5 ? SCRUBGATE_ELIMIT : SCRUBGATE_OK);
        assert_int_equal(ceiling - out.len, room < 5 ? room : room - 5);
        sg_buf_fini(&out);
    }
}

static enum scrubgate_status write_once(void *ctx)
{
    (void)ctx;
    struct sg_buf out = {0};
    enum scrubgate_status rc = sg_chunked_add(&out, SG_BYTES("body"));
    assert_int_equal(out.len, rc < 0 ? 0 : 9);
    sg_buf_fini(&out);
    return rc;
}

static void memory_that_runs_out_is_an_answer(void **state)
{
    (void)state;
    assert_int_equal(sg_alloc_fail_each(write_once, NULL), 1);
}

int main(void)
{
    SG_SUITE_ROWS(reads_at_every_split, rows);
    sg_suite_add("a NUL is refused outside the body", a_nul_is_refused_outside_the_body, NULL);
    sg_suite_add("extensions and trailers have ceilings", extensions_and_trailers_have_ceilings,
                 NULL);
    sg_suite_add("what is written reads back", what_is_written_reads_back, NULL);
    sg_suite_add("a ceiling leaves nothing half written", a_ceiling_leaves_nothing_half_written,
                 NULL);
    sg_suite_add("memory that runs out is an answer", memory_that_runs_out_is_an_answer, NULL);
    return sg_suite_run("chunked");
}
