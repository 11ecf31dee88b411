/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_multipart.c - multipart bodies, each cut in every way.
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
#include "body/stream.h"
#include "rule/path.h"

#include "../lib/suite.h"
#include "../lib/toy.h"
#include "../lib/toy_body.h"

#define N           "\r\n"
#define OPEN        "--B" N
#define NEXT        N "--B" N
#define END         N "--B--" N
#define NAME(name)  "Content-Disposition: form-data; name=\"" name "\"" N
#define TYPE(type)  "Content-Type: " type N
#define CODED(word) "Content-Transfer-Encoding: " word N

/* want NULL: as it came. */
struct row {
    const char *name, *in, *want;
};

static const struct row rows[] = {
    {"an empty body passes", "", NULL},
    {"no part at all", "--B--", NULL},
    {"an empty part", OPEN NAME("a") N END, NULL},
    {"nothing to find leaves every byte",
     OPEN NAME("a") N "x\ny\rz\r\n" NEXT "X-Own:  y  " N TYPE("text/plain;charset=UTF-8") N
     "--A\r\n--" END,
     NULL},
    {"a word in a part", OPEN NAME("a") N "an apple" END, OPEN NAME("a") N "an [FRUIT]" END},
    {"each part is a value",
     OPEN NAME("a") N "apple" NEXT NAME("b") N "jo@example.com" NEXT NAME("c") N
     "app" NEXT NAME("d") N "le" END,
     OPEN NAME("a") N "[FRUIT]" NEXT NAME("b") N "[MAIL]" NEXT NAME("c") N "app" NEXT NAME("d") N
     "le" END},
    {"a part without a head", OPEN N "apple" END, OPEN N "[FRUIT]" END},
    {"a part that ends with an end of line", OPEN N "apple" N END, OPEN N "[FRUIT]" N END},
    {"names are not scanned", OPEN NAME("apple") N END, NULL},
    {"a name in another order, without quotes",
     OPEN "content-disposition:form-data;name=a" N N "apple" END,
     OPEN "content-disposition:form-data;name=a" N N "[FRUIT]" END},
    {"what stands before and behind", "an apple" NEXT N "x" END "apple",
     "an [FRUIT]" NEXT N "x" END "[FRUIT]"},
    {"an empty line before the first", N OPEN N "x" END, NULL},
    {"no end of line behind the last", OPEN N "apple" N "--B--", OPEN N "[FRUIT]" N "--B--"},
    {"JSON in a part",
     OPEN NAME("a") TYPE("application/json") N
     "{\"apple\":\"\\u0061pple\",\"n\":4111111111111111}" END,
     OPEN NAME("a") TYPE("application/json") N
     "{\"apple\":\"[FRUIT]\",\"n\":\"[CARD ••1111]\"}" END},
    {"a form in a part", OPEN TYPE("application/x-www-form-urlencoded") N "a=app%6ce" END,
     OPEN TYPE("application/x-www-form-urlencoded") N "a=%5BFRUIT%5D" END},
    {"HTML in a part", OPEN TYPE("text/html") N "<b>ünited" END,
     OPEN TYPE("text/html") N "<b>«ü&quot;»" END},
    {"events in a part", OPEN TYPE("text/event-stream") N "data: apple\n\n" END,
     OPEN TYPE("text/event-stream") N "data: [FRUIT]\n\n" END},
    {"an empty file of a type that cannot be read",
     OPEN "Content-Disposition: form-data; name=\"f\"; filename=\"\"" N TYPE(
         "application/octet-stream") N END,
     NULL},
    {"a file name",
     OPEN "Content-Disposition: form-data; name=\"f\"; filename=\"my apple.txt\"" N N "x" END,
     OPEN "Content-Disposition: form-data; name=\"f\"; filename=\"my [FRUIT].txt\"" N N "x" END},
    {"a replacement in a file name ends no quotes",
     OPEN "Content-Disposition: form-data; name=\"f\"; filename=\"ünited\"" N N "x" END,
     OPEN "Content-Disposition: form-data; name=\"f\"; filename=\"«ü%22»\"" N N "x" END},
    {"a file name without quotes gets them",
     OPEN "Content-Disposition: form-data; filename=apple.txt; name=f" N N "x" END,
     OPEN "Content-Disposition: form-data; filename=\"[FRUIT].txt\"; name=f" N N "x" END},
    {"an extended file name",
     OPEN "Content-Disposition: form-data; name=f; filename*=UTF-8''%c3%bc+appl%65" N N "x" END,
     OPEN "Content-Disposition: form-data; name=f; filename*=UTF-8''%c3%bc+%5BFRUIT%5D" N N
          "x" END},
    {"a backslash in a file name is one",
     OPEN "Content-Disposition: form-data; name=\"f\"; filename=\"c:\\jo\\apple\"" N N "x" END,
     OPEN "Content-Disposition: form-data; name=\"f\"; filename=\"c:\\jo\\[FRUIT]\"" N N "x" END},
    {"a name beside the type", OPEN "Content-Type: text/plain; name=\"apple\"" N N "x" END,
     OPEN "Content-Type: text/plain; name=\"[FRUIT]\"" N N "x" END},
    {"other fields", OPEN "Content-Description: an apple" N NAME("a") "X-A: jo@example.com" N N END,
     OPEN "Content-Description: an [FRUIT]" N NAME("a") "X-A: [MAIL]" N N END},
    {"a length that is right",
     OPEN "content-length: 005" N NAME("a") N "plain" NEXT "Content-Length: 0" N N END, NULL},
    {"a length is that of what leaves",
     OPEN "X: apple" N "Content-Length: 5" N "Y: apple" N N "apple" NEXT N "apple" END,
     OPEN "X: [FRUIT]" N "Content-Length: 7" N "Y: [FRUIT]" N N "[FRUIT]" NEXT N "[FRUIT]" END},
    {"transfer encodings that change nothing",
     OPEN CODED("7bit") N "apple" NEXT CODED("8bit") N "apple" NEXT CODED("BINARY") N "apple" END,
     OPEN CODED("7bit") N "[FRUIT]" NEXT CODED("8bit") N "[FRUIT]" NEXT CODED("BINARY") N
     "[FRUIT]" END},
    {"base64", OPEN CODED("base64") N "YW4gYXBwbGU=" END,
     OPEN CODED("base64") N "YW4gW0ZSVUlUXQ==" END},
    {"base64 with nothing to find", OPEN CODED("base64") N "YW4gYXBw" N "bA==" N END, NULL},
    {"JSON in base64", OPEN TYPE("application/json") CODED("Base64") N "WyJhcHBsXHUwMDY1Il0=" END,
     OPEN TYPE("application/json") CODED("Base64") N "WyJbRlJVSVRdIl0=" END},
    {"quoted-printable", OPEN CODED("quoted-printable") N "=C3=BC ap=" N "p=6Ce" END,
     OPEN CODED("quoted-printable") N "=C3=BC [FRUIT]" END},
    {"HTML in quoted-printable",
     OPEN TYPE("text/html") CODED("quoted-printable") N "<a b=3D\"=C3=BCnited\">" END,
     OPEN TYPE("text/html") CODED("quoted-printable") N "<a b=3D\"=C2=AB=C3=BC&quot;=C2=BB\">" END},
    {"a part that says it is all UTF-8", OPEN NAME("_charset_") N "utf-8" END, NULL},
    {"almost a boundary", OPEN N "x" N "-B" N "- -B" N "--b" N "--" END, NULL},
};

struct refused {
    const char *name, *in;
    enum scrubgate_status rc;
    const char *why;
};

#define WHERE  "a boundary where none can be"
#define BEHIND "a boundary with something behind it"

static const struct refused refused[] = {
    {"no boundary", "an apple", SCRUBGATE_EMALFORMED, "no boundary in it"},
    {"no boundary at the end", OPEN N "apple", SCRUBGATE_EMALFORMED, "no boundary at its end"},
    {"the end is no end", OPEN N "apple" NEXT, SCRUBGATE_EMALFORMED,
     "cut off in the head of a part"},
    {"cut off in a boundary", OPEN N "apple" N "--B-", SCRUBGATE_EMALFORMED,
     "cut off in a boundary"},
    {"cut off behind the last boundary", OPEN N "x" N "--B--\r", SCRUBGATE_EMALFORMED, BEHIND},
    {"a boundary behind a bare LF", OPEN N "x\n--B" N N "y" END, SCRUBGATE_EMALFORMED, WHERE},
    {"a boundary behind a bare CR", OPEN N "x\r--B" N N "y" END, SCRUBGATE_EMALFORMED, WHERE},
    {"a boundary in a line", OPEN N "x --B y" END, SCRUBGATE_EMALFORMED, WHERE},
    {"a boundary right behind a head", OPEN NAME("a") N "--B--", SCRUBGATE_EMALFORMED, WHERE},
    {"a boundary in a head", OPEN "X: --B" N N "y" END, SCRUBGATE_EMALFORMED, WHERE},
    {"a boundary instead of a head", OPEN "--B" N N "y" END, SCRUBGATE_EMALFORMED, WHERE},
    {"a boundary behind the last", OPEN N "x" END "--B" N N "y" END, SCRUBGATE_EMALFORMED, WHERE},
    {"a boundary not at the beginning", "x--B" N N "y" END, SCRUBGATE_EMALFORMED, WHERE},
    {"a longer boundary", OPEN N "x" N "--BB" N N "y" END, SCRUBGATE_EMALFORMED, BEHIND},
    {"blanks behind a boundary", OPEN N "x" N "--B " N N "y" END, SCRUBGATE_EMALFORMED, BEHIND},
    {"a bare LF behind a boundary", "--B\n" N "y" END, SCRUBGATE_EMALFORMED, BEHIND},
    {"text right behind the last boundary", OPEN N "x" N "--B--x", SCRUBGATE_EMALFORMED, BEHIND},
    {"a head without its blank line", OPEN NAME("a") "apple" END, SCRUBGATE_EMALFORMED,
     "cut off in the head of a part"},
    {"a bare LF in a head", OPEN "X: a\nY: b" N N "x" END, SCRUBGATE_EMALFORMED,
     "a control in the head of a part"},
    {"a bare CR in a head", OPEN "X: a\rY: b" N N "x" END, SCRUBGATE_EMALFORMED,
     "a line without its CR LF in the head of a part"},
    {"two names", OPEN "Content-Disposition: form-data; name=a; name=b" N N "x" END,
     SCRUBGATE_EMALFORMED, "a part with two names"},
    {"an image", OPEN NAME("a") TYPE("image/png") N "x" END, SCRUBGATE_EUNSUPPORTED,
     "a media type that cannot be inspected"},
    {"another charset", OPEN TYPE("text/plain; charset=utf-7") N "x" END, SCRUBGATE_EUNSUPPORTED,
     "a charset other than utf-8 and us-ascii"},
    {"a part that says all is in another charset", OPEN NAME("_charset_") N "utf-7" END,
     SCRUBGATE_EUNSUPPORTED, "a charset other than utf-8 and us-ascii"},
    {"... in a longer word", OPEN NAME("_charset_") N "utf-8utf-8utf-8utf-8" END,
     SCRUBGATE_EUNSUPPORTED, "a charset other than utf-8 and us-ascii"},
    {"parts in a part", OPEN TYPE("multipart/mixed; boundary=x") N "--x--" END,
     SCRUBGATE_EUNSUPPORTED, "a part that has parts"},
    {"JSON in quoted-printable", OPEN TYPE("application/json") CODED("quoted-printable") N "1" END,
     SCRUBGATE_EUNSUPPORTED, "a part in quoted-printable that is no text"},
    {"an unknown transfer encoding", OPEN CODED("x-uuencode") N "x" END, SCRUBGATE_EUNSUPPORTED,
     "a transfer encoding that is not known"},
    {"a length that is wrong", OPEN "Content-Length: 4" N N "apple" END, SCRUBGATE_EMALFORMED,
     "a part of another length than its head says"},
    {"broken JSON in a part", OPEN TYPE("application/json") N "{\"a\"" END, SCRUBGATE_EMALFORMED,
     "no valid JSON"},
    {"invalid UTF-8 in a part", OPEN N "\xFF" END, SCRUBGATE_EMALFORMED, "invalid UTF-8"},
    {"a code point over two parts", OPEN N "\xC3" NEXT N "\xBC" END, SCRUBGATE_EMALFORMED,
     "invalid UTF-8"},
    {"broken base64", OPEN CODED("base64") N "YW4gYXBwbGU" END, SCRUBGATE_EMALFORMED,
     "base64 that is cut off"},
    {"a broken extended name",
     OPEN "Content-Disposition: form-data; filename*=utf-8''%zz" N N "x" END, SCRUBGATE_EMALFORMED,
     "a broken % escape"},
    {"a rule that blocks", OPEN N "x" NEXT NAME("a") N "a bomb" END, SCRUBGATE_EBLOCKED, ""},
    {"a rule that blocks in a file name",
     OPEN "Content-Disposition: form-data; filename=\"bomb\"" N N "x" END, SCRUBGATE_EBLOCKED, ""},
    {"a rule that blocks wins over a later fault", OPEN N "bomb \xFF" END, SCRUBGATE_EBLOCKED, ""},
    {"a rule that blocks wins over a missing end", OPEN N "bomb and more", SCRUBGATE_EBLOCKED, ""},
    {"a fault before a rule that blocks wins", OPEN N "\xFF bomb" END, SCRUBGATE_EMALFORMED,
     "invalid UTF-8"},
};

static enum scrubgate_status make(struct sg_stage **stage, struct sg_scrub *scrub)
{
    return sg_multipart_new(stage, scrub, SG_BYTES("B"));
}

static void is_scrubbed(void **state)
{
    const struct row *row = *state;
    struct sg_toy_body body = {.make = make};
    struct sg_splits splits = sg_toy_body_splits(&body);
    sg_splits_check(&splits, sg_bytes_of(row->in), SCRUBGATE_DONE,
                    sg_bytes_of(row->want == NULL ? row->in : row->want));
}

static void is_refused(void **state)
{
    const struct refused *row = *state;
    struct sg_toy_body body = {.make = make};
    struct sg_splits splits = sg_toy_body_splits(&body);
    sg_splits_check(&splits, sg_bytes_of(row->in), row->rc, (struct sg_bytes){NULL, 0});
    assert_string_equal(body.why, row->why);
}

/* --- limits ----------------------------------------------------------------------------------- */

/* head, n times that text, tail. */
static void check_many(const char *head, const char *text, size_t n, const char *tail,
                       enum scrubgate_status rc)
{
    static const struct sg_cut cuts[] = {{0, 0, 0, 0}, {777, 0, 0, 0}, {0, 999, 0, 0}};
    struct sg_buf in = {0};
    assert_int_equal(sg_buf_add_text(&in, head), 0);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(sg_buf_add_text(&in, text), 0);
    assert_int_equal(sg_buf_add_text(&in, tail), 0);
    struct sg_toy_body body = {.make = make};
    struct sg_splits splits = sg_toy_body_splits(&body);
    for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
        struct sg_buf out = {0};
        assert_int_equal(sg_splits_run(&splits, sg_buf_bytes(&in), cuts[i], &out), rc);
        if (rc == SCRUBGATE_DONE)
            assert_true(sg_bytes_equal(sg_buf_bytes(&out), sg_buf_bytes(&in)));
        sg_buf_fini(&out);
    }
    sg_buf_fini(&in);
}

static void heads_and_parts_have_limits(void **state)
{
    (void)state;
    check_many("--B", N N "x" N "--B", SG_MULTIPART_PARTS_MOST, "--", SCRUBGATE_DONE);
    check_many("--B", N N "x" N "--B", SG_MULTIPART_PARTS_MOST + 1, "--", SCRUBGATE_ELIMIT);
    check_many(OPEN "X: ", "y", SG_MULTIPART_HEAD_LONGEST - 7, N N END, SCRUBGATE_DONE);
    check_many(OPEN "X: ", "y", SG_MULTIPART_HEAD_LONGEST - 6, N N END, SCRUBGATE_ELIMIT);
    check_many(OPEN "X: ", "y", 100000, "", SCRUBGATE_ELIMIT);
    check_many(OPEN, "X: y" N, 33, N END, SCRUBGATE_ELIMIT);
    check_many(OPEN N, "plenty\r\n--\r\n-", 30000, END, SCRUBGATE_DONE);
}

static void a_long_part_with_a_length_is_not_held(void **state)
{
    (void)state;
    char head[64];
    (void)snprintf(head, sizeof head, OPEN "Content-Length: %d" N N, 5 + SG_MULTIPART_HELD_MOST);
    check_many(head, "x", 5 + SG_MULTIPART_HELD_MOST, END, SCRUBGATE_DONE);
    check_many(head, "x", SG_MULTIPART_HELD_MOST, "apple" END, SCRUBGATE_ELIMIT);
    (void)snprintf(head, sizeof head, OPEN "Content-Length: %d" N N "apple",
                   SG_MULTIPART_HELD_MOST);
    check_many(head, "x", SG_MULTIPART_HELD_MOST - 5, END, SCRUBGATE_ELIMIT);
}

static void a_replacement_makes_no_boundary(void **state)
{
    (void)state;
    struct scrubgate_ruleset *rules =
        sg_toy_rules("  - {id: b, title: t, entity: B, level: 1, match: 'apple', with: 'B',\n"
                     "     tests: ['apple']}\n");
    const struct scrubgate_stream_config config = {.content_type = "multipart/mixed; boundary=B"};
    struct scrubgate_stream *stream = NULL;
    assert_int_equal(scrubgate_stream_open(&stream, rules, sg_toy_body_scratch(), &config),
                     SCRUBGATE_OK);
    assert_int_equal(sg_stream_run(stream, SG_BYTES(OPEN N "- apple" N "--apple" END), NULL),
                     SCRUBGATE_EMALFORMED);
    assert_string_equal(scrubgate_stream_reason(stream),
                        "multipart: a replacement would make a boundary");
    scrubgate_stream_close(&stream);
    scrubgate_ruleset_free(rules);
}

static void a_boundary_must_be_one(void **state)
{
    struct sg_stage *stage = (struct sg_stage *)state;
    assert_int_equal(sg_multipart_new(&stage, NULL, SG_BYTES("")), SCRUBGATE_EINVAL);
    assert_null(stage);
    assert_int_equal(sg_multipart_new(&stage, NULL, SG_BYTES("a ")), SCRUBGATE_EINVAL);
    assert_int_equal(sg_multipart_new(&stage, NULL, SG_BYTES("a\r\n")), SCRUBGATE_EINVAL);
}

/* --- what is told ----------------------------------------------------------------------------- */

struct told {
    char text[1024];
};

static void write_down(void *ctx, const struct scrubgate_event *event)
{
    struct told *told = ctx;
    size_t len = strlen(told->text);
    (void)snprintf(told->text + len, sizeof told->text - len, "%s %d-%d; ", event->path,
                   (int)event->start, (int)event->end);
}

/* Where the n-th one of these stands in the body, as it is told. */
static void add_place(struct told *want, const char *in, const char *path, const char *text,
                      unsigned nth)
{
    const char *at = strstr(in, text);
    while (nth-- > 0) {
        assert_non_null(at);
        at = strstr(at + 1, text);
    }
    assert_non_null(at);
    size_t len = strlen(want->text);
    (void)snprintf(want->text + len, sizeof want->text - len, "%s %d-%d; ", path, (int)(at - in),
                   (int)(at - in + (long)strlen(text)));
}

static void events_name_the_part_and_raw_offsets(void **state)
{
    (void)state;
    static const struct sg_cut cuts[] = {{0, 0, 0, 0}, {1, 0, 0, 0}, {5, 2, 0, 0}};
    const char *in =
        "an apple" NEXT "Content-Disposition: form-data; name=t; filename=\"apple\"" N N
        "an apple" NEXT NAME("j") TYPE("application/json") N
        "{\"a\":[0,\"appl\\u0065\"]}" NEXT N "apple" NEXT NAME("q") CODED("quoted-printable") N
        "x =C3=BC app=" N "l=65" NEXT NAME("b") CODED("base64") N "YWFhYWFh" N "IGFwcGxl" N
                                                                  "IGFhYQ==" END "apple";
    struct told told = {""}, want = {""};
    struct sg_toy_body body = {.make = make, .on_event = write_down, .ctx = &told};
    struct sg_splits splits = sg_toy_body_splits(&body);
    add_place(&want, in, "", "apple", 0);
    add_place(&want, in, "$.t.filename", "apple", 1);
    add_place(&want, in, "t", "apple", 2);
    add_place(&want, in, "$.j.a[1]", "appl\\u0065", 0);
    add_place(&want, in, "$[2]", "apple", 3);
    add_place(&want, in, "q", "app=\r\nl=65", 0);
    add_place(&want, in, "b", "GFwcGxl", 0);
    add_place(&want, in, "", "apple", 4);
    for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
        struct sg_buf out = {0};
        told.text[0] = '\0';
        assert_int_equal(sg_splits_run(&splits, sg_bytes_of(in), cuts[i], &out), SCRUBGATE_DONE);
        assert_string_equal(told.text, want.text);
        sg_buf_fini(&out);
    }
}

static void a_part_is_captured_by_its_name(void **state)
{
    (void)state;
    struct sg_arena arena = {0};
    struct scrubgate_fault fault;
    size_t at;
    struct sg_capture captures[2] = {{.found = false}};
    const char *const paths[] = {"$.from", "$.meta.brand"};
    const char *in = OPEN NAME("text") N "apple" NEXT NAME("from") N "c1" NEXT NAME("meta")
        TYPE("application/json") N "{\"brand\":\"acme\"}" END;
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(
            sg_path_parse(&captures[i].path, &arena, sg_bytes_of(paths[i]), &at, &fault), 0);
        sg_buf_init(&captures[i].value, SG_CAPTURE_LONGEST);
    }
    struct sg_toy_body body = {.make = make, .captures = captures, .n_captures = 2};
    struct sg_splits splits = sg_toy_body_splits(&body);
    struct sg_buf out = {0};
    assert_int_equal(sg_splits_run(&splits, sg_bytes_of(in), (struct sg_cut){.in_most = 3}, &out),
                     SCRUBGATE_DONE);
    assert_true(captures[0].found && captures[1].found);
    assert_true(sg_bytes_equal(sg_buf_bytes(&captures[0].value), SG_BYTES("c1")));
    assert_true(sg_bytes_equal(sg_buf_bytes(&captures[1].value), SG_BYTES("acme")));
    sg_buf_fini(&out);
    for (size_t i = 0; i < 2; i++)
        sg_buf_fini(&captures[i].value);
    sg_arena_fini(&arena);
}

int main(void)
{
    SG_SUITE_ROWS(is_scrubbed, rows);
    SG_SUITE_ROWS(is_refused, refused);
    sg_suite_add("heads and parts have limits", heads_and_parts_have_limits, NULL);
    sg_suite_add("a long part with a length is not held", a_long_part_with_a_length_is_not_held,
                 NULL);
    sg_suite_add("a replacement makes no boundary", a_replacement_makes_no_boundary, NULL);
    sg_suite_add("a boundary must be one", a_boundary_must_be_one, NULL);
    sg_suite_add("events name the part and raw offsets", events_name_the_part_and_raw_offsets,
                 NULL);
    sg_suite_add("a part is captured by its name", a_part_is_captured_by_its_name, NULL);
    int rc = sg_suite_run("multipart");
    sg_toy_body_fini();
    return rc;
}
