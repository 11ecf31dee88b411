/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_head_reader.c - heads of responses as they come; those of requests are in test_guard.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "http/head_reader.h"

#include "../lib/suite.h"

enum { MAX = 4096 };

#define WHOLE   SG_HEAD_WHOLE
#define BAD     SG_HEAD_MALFORMED
#define VERSION SG_HEAD_VERSION
#define MORE    SG_HEAD_MORE

/* What was read, on one line: status line | name=value | … */
static void draw(struct sg_buf *out, const struct sg_head *head)
{
    enum scrubgate_status rc =
        sg_buf_addf(out, "%u '%.*s' 1.%u", head->status, (int)head->reason.len,
                    (const char *)head->reason.data, head->minor_version);
    for (size_t i = 0; i < head->headers.n && rc >= 0; i++) {
        const struct sg_header *item = &head->headers.item[i];
        rc = sg_buf_addf(out, "|%.*s=%.*s", (int)item->name.len, (const char *)item->name.data,
                         (int)item->value.len, (const char *)item->value.data);
    }
    assert_true(rc >= 0);
    assert_true(sg_buf_add_byte(out, '\0') >= 0);
}

static enum sg_head_step read_on(struct sg_head_reader *reader, struct sg_bytes text,
                                 struct sg_head *head, size_t *used)
{
    const char *why = NULL;
    enum sg_head_step step = sg_head_read(reader, text, head, used, &why);
    assert_int_equal(why != NULL, step >= SG_HEAD_MALFORMED);
    return step;
}

struct row {
    const char *name, *text;
    enum sg_head_step step;
    const char *want; /* what was read, when whole */
    size_t left;      /* bytes of text behind the head */
};

static const struct row responses[] = {
    {"a response", "HTTP/1.1 200 OK\r\nA: b\r\n\r\n", WHOLE, "200 'OK' 1.1|A=b", 0},
    {"a reason of many words", "HTTP/1.0 404 Not \xC3\xA4 Found\r\n\r\n", WHOLE,
     "404 'Not \xC3\xA4 Found' 1.0", 0},
    {"an empty reason", "HTTP/1.1 200 \r\n\r\nbody", WHOLE, "200 '' 1.1", 4},
    {"no reason, and no space for it", "HTTP/1.1 200\r\n\r\n", WHOLE, "200 '' 1.1", 0},
    {"an early response", "HTTP/1.1 100 Continue\r\n\r\n", WHOLE, "100 'Continue' 1.1", 0},
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
    {"HTTP/2", "HTTP/2 200 OK\r\n\r\n", VERSION, NULL, 0},
    {"an empty line first", "\r\nHTTP/1.1 200 OK\r\n\r\n", BAD, NULL, 0},
    {"a line that ends in LF", "HTTP/1.1 200 OK\nA: b\r\n\r\n", BAD, NULL, 0},
    {"a control in the reason", "HTTP/1.1 200 O\x01K\r\n\r\n", BAD, NULL, 0},
    {"a folded line", "HTTP/1.1 200 OK\r\nA: b\r\n\tc\r\n\r\n", BAD, NULL, 0},
    {"a space before the colon", "HTTP/1.1 200 OK\r\nA : b\r\n\r\n", BAD, NULL, 0},
};

/* Cut in two at every place: the first part is never better than the whole, nor the second worse.
 */
static void reads_response(void **state)
{
    const struct row *row = *state;
    struct sg_bytes text = sg_bytes_of(row->text);
    for (size_t len = 0; len <= text.len; len++) {
        struct sg_head_reader reader;
        struct sg_head head;
        size_t used = 0;
        sg_head_reader_init(&reader, SG_HEAD_RESPONSE, MAX);
        enum sg_head_step step = read_on(&reader, (struct sg_bytes){text.data, len}, &head, &used);
        if (step == MORE && len < text.len)
            step = read_on(&reader, text, &head, &used);
        assert_int_equal(step, row->step);
        if (step == WHOLE) {
            struct sg_buf drawn = {0};
            assert_int_equal(used, text.len - row->left);
            draw(&drawn, &head);
            assert_string_equal((const char *)drawn.data, row->want);
            sg_buf_fini(&drawn);
        }
    }
}

static void what_is_wrong_is_told_at_once(void **state)
{
    (void)state;
    static const char *const wrong[] = {"S", "HTTP/1.1 6", "HTTP/1.1 200 OK\n",
                                        "HTTP/1.1 200 OK\r\nA ", "HTTP/1.1 200 OK\r\n "};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct sg_bytes text = sg_bytes_of(wrong[i]);
        struct sg_head_reader reader;
        struct sg_head head;
        size_t used;
        sg_head_reader_init(&reader, SG_HEAD_RESPONSE, MAX);
        for (size_t len = 1; len < text.len; len++)
            assert_int_equal(read_on(&reader, (struct sg_bytes){text.data, len}, &head, &used),
                             MORE);
        assert_int_equal(read_on(&reader, text, &head, &used), BAD);
    }
}

static void a_head_has_a_ceiling(void **state)
{
    (void)state;
    struct sg_bytes text = SG_BYTES("HTTP/1.1 200 OK\r\nA: b\r\n\r\nbody");
    size_t whole = text.len - 4;
    for (size_t max = 1; max <= text.len; max++) {
        for (size_t len = 0; len <= text.len; len++) {
            struct sg_head_reader reader;
            struct sg_head head;
            size_t used = 0;
            enum sg_head_step want = WHOLE;
            if (whole > max)
                want = len < max ? MORE : SG_HEAD_LIMIT;
            else if (len < whole)
                want = MORE;
            sg_head_reader_init(&reader, SG_HEAD_RESPONSE, max);
            assert_int_equal(read_on(&reader, (struct sg_bytes){text.data, len}, &head, &used),
                             want);
        }
    }
}

static void one_reader_for_head_after_head(void **state)
{
    (void)state;
    struct sg_bytes text = SG_BYTES("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 200 OK\r\nA: b\r\n\r\n");
    struct sg_head_reader reader;
    struct sg_head head;
    size_t used = 0;
    sg_head_reader_init(&reader, SG_HEAD_RESPONSE, MAX);
    assert_int_equal(read_on(&reader, text, &head, &used), WHOLE);
    assert_int_equal(head.status, 100);
    text = (struct sg_bytes){text.data + used, text.len - used};
    assert_int_equal(read_on(&reader, text, &head, &used), WHOLE);
    assert_int_equal(head.status, 200);
    assert_int_equal(used, text.len);
}

int main(void)
{
    SG_SUITE_ROWS(reads_response, responses);
    sg_suite_add("what is wrong is told at once", what_is_wrong_is_told_at_once, NULL);
    sg_suite_add("a head has a ceiling", a_head_has_a_ceiling, NULL);
    sg_suite_add("one reader for head after head", one_reader_for_head_after_head, NULL);
    return sg_suite_run("head_reader");
}
