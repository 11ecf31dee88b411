/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_sse.c - streams of events, each cut in every way.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "body/format.h"

#include "../lib/suite.h"
#include "../lib/toy_body.h"

/* want NULL: as it came. */
struct row {
    const char *name, *in, *want;
};

static const struct row rows[] = {
    {"an empty body passes", "", NULL},
    {"blank lines pass", "\n\n\r\n\n", NULL},
    {"nothing to find leaves every byte",
     ":\n: ping\r\n\r\ndata\ndata:\ndata:  x\n\nid\nretry: 10\nwhat: ever\n\n", NULL},
    {"a mark of the byte order stays",
     "\xEF\xBB\xBF"
     "data: x\n\n",
     NULL},
    {"data behind a mark of the byte order is data",
     "\xEF\xBB\xBF"
     "data:{\"t\":\"appl\\u0065\"}\n\n",
     "\xEF\xBB\xBF"
     "data:{\"t\":\"[FRUIT]\"}\n\n"},
    {"a word in data", "data: an apple a day\n\n", "data: an [FRUIT] a day\n\n"},
    {"each event", "data: apple\n\ndata: apple\n\n", "data: [FRUIT]\n\ndata: [FRUIT]\n\n"},
    {"lines that end in CR LF", "data: apple\r\nid: 1\r\n\r\n", "data: [FRUIT]\r\nid: 1\r\n\r\n"},
    {"data without a blank", "data:apple\n\n", "data:[FRUIT]\n\n"},
    {"an event without its blank line", "data: apple\n", "data: [FRUIT]\n"},
    {"a line without its end", "data: x\n\ndata: apple", "data: x\n\ndata: [FRUIT]"},
    {"what is found over lines keeps their ends", "data: x spread\nid: 5\ndata:over y\n\n",
     "data: x [SPREAD]\nid: 5\ndata: y\n\n"},
    {"a comment", ": an apple\n\n", ": an [FRUIT]\n\n"},
    {"an id and an event", "event: apple\nid: jo@example.com\ndata: x\n\n",
     "event: [FRUIT]\nid: [MAIL]\ndata: x\n\n"},
    {"a line that readers ignore is scanned as a whole", "apple: jo@example.com\n\n",
     "[FRUIT]: [MAIL]\n\n"},
    {"a field in another case is none", "Data: {\"t\":\"apple\"}\n\n",
     "Data: {\"t\":\"[FRUIT]\"}\n\n"},
    {"JSON in data", "data: {\"t\":\"\\u0061pple\",\"apple\":1}\n\n",
     "data: {\"t\":\"[FRUIT]\",\"apple\":1}\n\n"},
    {"JSON over several lines", "data: {\"t\":\nid: 7\ndata:  \"appl\\u0065\",\ndata:\"n\":1}\n\n",
     "data: {\"t\":\nid: 7\ndata:  \"[FRUIT]\",\ndata:\"n\":1}\n\n"},
    {"JSON behind blanks", "data:   [\"appl\\u0065\"]\n\n", "data:   [\"[FRUIT]\"]\n\n"},
    {"a JSON string alone", "data: \"appl\\u0065\"\n\n", "data: \"[FRUIT]\"\n\n"},
    {"a card as a JSON number", "data: [4111111111111111]\n\n", "data: [\"[CARD ••1111]\"]\n\n"},
    {"what only begins like JSON is text", "data: [DONE] apple\n\n", "data: [DONE] [FRUIT]\n\n"},
    {"JSON that is cut off is text", "data: {\"t\":\"apple\n\n", "data: {\"t\":\"[FRUIT]\n\n"},
    {"a replacement in JSON is escaped", "data: [\"ünited\"]\n\n", "data: [\"«ü\\\"»\"]\n\n"},
    {"a value ends with its line", "id: app\nevent: le\n\n", NULL},
    {"a value ends with its event", "data: app\n\ndata: le\n\n", NULL},
};

struct refused {
    const char *name, *in;
    enum scrubgate_status rc;
    const char *why;
};

static const struct refused refused[] = {
    {"a bare CR in a line", "data: x\n\ndata: a\rdata: b\n\n", SCRUBGATE_EMALFORMED, "a bare CR"},
    {"a bare CR at the end", "data: x\r", SCRUBGATE_EMALFORMED, "a bare CR"},
    {"a bare CR before a line's end", "data: x\r\r\n\n", SCRUBGATE_EMALFORMED, "a bare CR"},
    {"invalid UTF-8", "data: \xFE\n\n", SCRUBGATE_EMALFORMED, "invalid UTF-8"},
    {"a code point over two lines", "data: \xC3\ndata: \xBC\n\n", SCRUBGATE_EMALFORMED,
     "invalid UTF-8"},
    {"JSON nested too deep",
     "data: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
     "]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]\n\n",
     SCRUBGATE_ELIMIT, "nested too deep"},
    {"a rule that blocks", "data: x\n\ndata: a bomb\n\n", SCRUBGATE_EBLOCKED, ""},
    {"a rule that blocks in JSON", "data: [\"bo\\u006db\"]\n\n", SCRUBGATE_EBLOCKED, ""},
    {"a rule that blocks wins over a later fault", "id: bomb\n\ndata: \xFF\n\n", SCRUBGATE_EBLOCKED,
     ""},
};

static void is_scrubbed(void **state)
{
    const struct row *row = *state;
    struct sg_toy_body body = {.make = sg_sse_new};
    struct sg_splits splits = sg_toy_body_splits(&body);
    sg_splits_check(&splits, sg_bytes_of(row->in), SCRUBGATE_DONE,
                    sg_bytes_of(row->want == NULL ? row->in : row->want));
}

static void is_refused(void **state)
{
    const struct refused *row = *state;
    struct sg_toy_body body = {.make = sg_sse_new};
    struct sg_splits splits = sg_toy_body_splits(&body);
    sg_splits_check(&splits, sg_bytes_of(row->in), row->rc, (struct sg_bytes){NULL, 0});
    assert_string_equal(body.why, row->why);
}

static void a_NUL_is_refused(void **state)
{
    (void)state;
    struct sg_toy_body body = {.make = sg_sse_new};
    struct sg_splits splits = sg_toy_body_splits(&body);
    sg_splits_check(&splits, SG_BYTES("data: a\0b\n\n"), SCRUBGATE_EMALFORMED,
                    (struct sg_bytes){NULL, 0});
    assert_string_equal(body.why, "a NUL byte");
}

/* An event of n times that line. */
static void check_long(const char *line, size_t n, enum scrubgate_status rc)
{
    static const struct sg_cut cuts[] = {{0, 0, 0, 0}, {1000, 0, 0, 0}, {0, 999, 0, 0}};
    struct sg_buf in = {0};
    for (size_t i = 0; i < n; i++)
        assert_int_equal(sg_buf_add_text(&in, line), 0);
    struct sg_toy_body body = {.make = sg_sse_new};
    struct sg_splits splits = sg_toy_body_splits(&body);
    for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
        struct sg_buf out = {0};
        assert_int_equal(sg_splits_run(&splits, sg_buf_bytes(&in), cuts[i], &out), rc);
        if (rc == SCRUBGATE_DONE)
            assert_true(sg_bytes_equal(sg_buf_bytes(&out), sg_buf_bytes(&in)));
        else
            assert_int_equal(out.len, 0);
        sg_buf_fini(&out);
    }
    sg_buf_fini(&in);
}

static void an_event_is_held_up_to_its_limit(void **state)
{
    (void)state;
    check_long("data: x\n", SG_SSE_LINES_MOST, SCRUBGATE_DONE);
    check_long("data: x\n", SG_SSE_LINES_MOST + 1, SCRUBGATE_ELIMIT);
    check_long("data: xxxxxxxxx", SG_SSE_EVENT_LONGEST / 16, SCRUBGATE_DONE);
    check_long("data: xxxxxxxxx ", SG_SSE_EVENT_LONGEST / 16, SCRUBGATE_DONE);
    check_long("data: xxxxxxxxx ", SG_SSE_EVENT_LONGEST / 16 + 1, SCRUBGATE_ELIMIT);
}

struct told {
    char text[512];
};

static void write_down(void *ctx, const struct scrubgate_event *event)
{
    struct told *told = ctx;
    size_t len = strlen(told->text);
    (void)snprintf(told->text + len, sizeof told->text - len, "%s %s %d-%d; ", event->rule,
                   event->path, (int)event->start, (int)event->end);
}

static void events_name_the_field_and_raw_offsets(void **state)
{
    (void)state;
    static const struct sg_cut cuts[] = {{0, 0, 0, 0}, {1, 0, 0, 0}, {5, 2, 0, 0}};
    const char *in = "data: x\n\n: an apple\ndata: {\"a\":\nid:apple\r\ndata:[1,\"appl\\u0065\"]}\n"
                     "apple\n\ndata: a\ndata: apple\n\n";
    struct told told = {""};
    struct sg_toy_body body = {.make = sg_sse_new, .on_event = write_down, .ctx = &told};
    struct sg_splits splits = sg_toy_body_splits(&body);
    for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
        struct sg_buf out = {0};
        told.text[0] = '\0';
        assert_int_equal(sg_splits_run(&splits, sg_bytes_of(in), cuts[i], &out), SCRUBGATE_DONE);
        assert_string_equal(told.text, "toy.fruit $.data.a[1] 51-61; toy.fruit comment 14-19; "
                                       "toy.fruit id 35-40; toy.fruit comment 65-70; "
                                       "toy.fruit data 86-91; ");
        sg_buf_fini(&out);
    }
}

int main(void)
{
    SG_SUITE_ROWS(is_scrubbed, rows);
    SG_SUITE_ROWS(is_refused, refused);
    sg_suite_add("a NUL is refused", a_NUL_is_refused, NULL);
    sg_suite_add("an event is held up to its limit", an_event_is_held_up_to_its_limit, NULL);
    sg_suite_add("events name the field and raw offsets", events_name_the_field_and_raw_offsets,
                 NULL);
    int rc = sg_suite_run("sse");
    sg_toy_body_fini();
    return rc;
}
