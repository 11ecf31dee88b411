/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_stream.c - whole bodies through the public stream, cut in every way.
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

#include "../lib/alloc_fail.h"
#include "../lib/blind.h"
#include "../lib/costly.h"
#include "../lib/splits.h"
#include "../lib/suite.h"
#include "../lib/toy.h"
#include "../lib/toy_body.h"

/* A stream that looks like a stage, so that it can be cut in every way. */
struct pipe {
    struct sg_stage stage;
    struct scrubgate_stream *stream;
};

struct body {
    struct scrubgate_stream_config config;
    struct sg_summary summary; /* of the last run; its tallies are gone */
    char reason[256];
};

static enum scrubgate_status pipe_push(struct sg_stage *stage, struct scrubgate_in *in,
                                       struct scrubgate_out *out, bool last)
{
    return scrubgate_stream_push(((struct pipe *)stage)->stream, in, out, last);
}

static void pipe_free(struct sg_stage *stage)
{
    scrubgate_stream_close(&((struct pipe *)stage)->stream);
    free(stage);
}

static const struct sg_stage_ops pipe_ops = {"stream", pipe_push, pipe_free};

static struct sg_stage *open_pipe(void *ctx)
{
    struct body *body = ctx;
    struct pipe *pipe = calloc(1, sizeof *pipe);
    assert_non_null(pipe);
    pipe->stage.ops = &pipe_ops;
    assert_int_equal(scrubgate_stream_open(&pipe->stream, sg_toy_body_rules(),
                                           sg_toy_body_scratch(), &body->config),
                     SCRUBGATE_OK);
    assert_string_equal(scrubgate_stream_reason(pipe->stream), "");
    return &pipe->stage;
}

static void close_pipe(void *ctx, struct sg_stage *stage)
{
    struct body *body = ctx;
    struct pipe *pipe = (struct pipe *)stage;
    body->summary = *sg_stream_summary(pipe->stream);
    body->summary.tallies = NULL;
    (void)snprintf(body->reason, sizeof body->reason, "%s", scrubgate_stream_reason(pipe->stream));
    sg_stage_free(stage);
}

static struct sg_splits splits_of(struct body *body)
{
    return (struct sg_splits){open_pipe, close_pipe, body};
}

static struct sg_stage *open_gzip(void *ctx)
{
    struct sg_stage *stage = NULL;
    (void)ctx;
    assert_int_equal(sg_gzip_new(&stage), SCRUBGATE_OK);
    return stage;
}

static void pack(struct sg_buf *out, const char *text)
{
    const struct sg_splits gzip = {open_gzip, NULL, NULL};
    assert_int_equal(sg_splits_run(&gzip, sg_bytes_of(text), (struct sg_cut){0}, out),
                     SCRUBGATE_DONE);
}

/* --- rows ------------------------------------------------------------------------------------- */

/* want NULL: refused with rc and reason. limit 0: the default. */
struct row {
    const char *name, *type, *in, *want, *reason;
    enum scrubgate_status rc;
    uint64_t limit;
};

static const struct row rows[] = {
    {"text", NULL, "an apple", "an [FRUIT]", NULL, 0, 0},
    {"JSON", "application/json", "{\"a\":\"apple\"}", "{\"a\":\"[FRUIT]\"}", NULL, 0, 0},
    {"lines of JSON", "application/x-ndjson", "\"apple\"\n1\n", "\"[FRUIT]\"\n1\n", NULL, 0, 0},
    {"a form", "application/x-www-form-urlencoded", "a=apple", "a=%5BFRUIT%5D", NULL, 0, 0},
    {"HTML", "text/html", "<b>apple", "<b>[FRUIT]", NULL, 0, 0},
    {"events", "text/event-stream", "data: [\"appl\\u0065\"]\n\n", "data: [\"[FRUIT]\"]\n\n", NULL,
     0, 0},
    {"parts", "multipart/form-data; boundary=B", "--B\r\n\r\napple\r\n--B--",
     "--B\r\n\r\n[FRUIT]\r\n--B--", NULL, 0, 0},
    {"an empty body of text", "text/plain", "", "", NULL, 0, 0},
    {"an empty body of JSON", "application/json", "", "", NULL, 0, 0},
    {"an empty form", "application/x-www-form-urlencoded", "", "", NULL, 0, 0},
    {"a body of exactly the limit", "text/plain", "an apple", "an [FRUIT]", NULL, 0, 8},
    {"a body over the limit", "text/plain", "an apple!", NULL, "text: over the size limit",
     SCRUBGATE_ELIMIT, 8},
    {"a fault before the limit is told", "application/json", "[}         ", NULL,
     "json: no valid JSON", SCRUBGATE_EMALFORMED, 4},
    {"a fault behind the limit is not", "application/json", "[1,2,3,}", NULL,
     "json: over the size limit", SCRUBGATE_ELIMIT, 4},
    {"a rule that blocks is named", "text/plain", "a bomb", NULL, "rule toy.bomb: blocked",
     SCRUBGATE_EBLOCKED, 0},
    {"broken JSON", "application/json", "{\"a\":", NULL, "json: no valid JSON",
     SCRUBGATE_EMALFORMED, 0},
    {"invalid UTF-8", "text/plain", "\xFF", NULL, "text: invalid UTF-8", SCRUBGATE_EMALFORMED, 0},
    {"a broken part", "multipart/form-data; boundary=B",
     "--B\r\nContent-Type: application/json\r\n\r\n{\r\n--B--", NULL, "multipart: no valid JSON",
     SCRUBGATE_EMALFORMED, 0},
    {"a part that cannot be inspected", "multipart/form-data; boundary=B",
     "--B\r\nContent-Type: image/png\r\n\r\nx\r\n--B--", NULL,
     "multipart: a media type that cannot be inspected", SCRUBGATE_EUNSUPPORTED, 0},
    {"a rule that blocks in a part is named", "multipart/form-data; boundary=B",
     "--B\r\n\r\nbomb\r\n--B--", NULL, "rule toy.bomb: blocked", SCRUBGATE_EBLOCKED, 0},
    {"broken events", "text/event-stream", "data: \xFF\n\n", NULL, "sse: invalid UTF-8",
     SCRUBGATE_EMALFORMED, 0},
    {"a broken form", "application/x-www-form-urlencoded", "a=%%", NULL, "form: a broken % escape",
     SCRUBGATE_EMALFORMED, 0},
};

static void passes_or_is_refused(void **state)
{
    const struct row *row = *state;
    struct body body = {.config = {.content_type = row->type, .max_decoded = row->limit}};
    struct sg_splits splits = splits_of(&body);
    enum scrubgate_status rc = row->want == NULL ? row->rc : SCRUBGATE_DONE;
    sg_splits_check(&splits, sg_bytes_of(row->in), rc, sg_bytes_of(row->want));
    assert_string_equal(body.reason, row->reason == NULL ? "" : row->reason);
    if (rc == SCRUBGATE_DONE) {
        assert_int_equal(body.summary.bytes_in, strlen(row->in));
        assert_int_equal(body.summary.bytes_decoded, strlen(row->in));
        assert_int_equal(body.summary.bytes_out, strlen(row->want));
    }
}

/* The same bodies under gzip. */
static void passes_or_is_refused_under_gzip(void **state)
{
    const struct row *row = *state;
    struct body body = {.config = {.content_type = row->type,
                                   .content_encoding = "gzip",
                                   .max_decoded = row->limit}};
    struct sg_splits splits = splits_of(&body);
    struct sg_buf in = {0}, want = {0};
    pack(&in, row->in);
    if (row->want != NULL)
        pack(&want, row->want);
    enum scrubgate_status rc = row->want == NULL ? row->rc : SCRUBGATE_DONE;
    sg_splits_check(&splits, sg_buf_bytes(&in), rc, sg_buf_bytes(&want));
    if (rc == SCRUBGATE_DONE) {
        assert_int_equal(body.summary.bytes_in, in.len);
        assert_int_equal(body.summary.bytes_decoded, strlen(row->in));
        assert_int_equal(body.summary.bytes_out, want.len);
    }
    if (rc == SCRUBGATE_ELIMIT)
        assert_string_equal(body.reason, "gunzip: inflates over the limit");
    sg_buf_fini(&in);
    sg_buf_fini(&want);
}

/* --- single ----------------------------------------------------------------------------------- */

static void an_empty_body_under_gzip_stays_empty(void **state)
{
    (void)state;
    struct body body = {.config = {.content_type = "application/json", .content_encoding = "gzip"}};
    struct sg_splits splits = splits_of(&body);
    sg_splits_check(&splits, (struct sg_bytes){NULL, 0}, SCRUBGATE_DONE,
                    (struct sg_bytes){NULL, 0});
}

static void gzip_that_is_cut_off_is_refused(void **state)
{
    (void)state;
    struct body body = {.config = {.content_type = "application/json", .content_encoding = "gzip"}};
    struct sg_splits splits = splits_of(&body);
    struct sg_buf in = {0};
    pack(&in, "{\"a\":\"apple\"}");
    in.len--;
    sg_splits_check(&splits, sg_buf_bytes(&in), SCRUBGATE_EMALFORMED, (struct sg_bytes){NULL, 0});
    assert_string_equal(body.reason, "gunzip: cut off");
    sg_buf_fini(&in);
}

struct unopened {
    const char *name;
    struct scrubgate_stream_config config;
    enum scrubgate_status rc;
};

static const struct unopened unopened[] = {
    {"an unknown type", {.content_type = "image/png"}, SCRUBGATE_EUNSUPPORTED},
    {"an unknown coding", {.content_encoding = "br"}, SCRUBGATE_EUNSUPPORTED},
    {"an unknown charset", {.content_type = "text/plain; charset=koi8-r"}, SCRUBGATE_EUNSUPPORTED},
    {"a level over 4", {.level = 5}, SCRUBGATE_EINVAL},
    {"a direction there is not", {.direction = (enum scrubgate_direction)7}, SCRUBGATE_EINVAL},
};

static void does_not_open(void **state)
{
    const struct unopened *row = *state;
    struct scrubgate_stream *stream = (struct scrubgate_stream *)state;
    assert_int_equal(
        scrubgate_stream_open(&stream, sg_toy_body_rules(), sg_toy_body_scratch(), &row->config),
        row->rc);
    assert_null(stream);
}

static void shadow_tells_and_changes_nothing(void **state)
{
    (void)state;
    struct body body = {.config = {.shadow = true}};
    struct sg_splits splits = splits_of(&body);
    const struct sg_bytes in = SG_BYTES("an apple, a bomb, elsewhere");
    sg_splits_check(&splits, in, SCRUBGATE_DONE, in);
    assert_int_equal(body.summary.findings, 3);
    assert_int_equal(body.summary.edits, 0);
    assert_true(body.summary.blocked);
    assert_true(body.summary.diverted);
}

static void the_config_is_copied(void **state)
{
    (void)state;
    char channel[] = "sms";
    uint8_t key[32] = {1, 2, 3};
    struct scrubgate_stream_config config = {.channel = channel, .key = key};
    struct scrubgate_stream *stream = NULL;
    assert_int_equal(
        scrubgate_stream_open(&stream, sg_toy_body_rules(), sg_toy_body_scratch(), &config),
        SCRUBGATE_OK);
    memset(channel, 'x', sizeof channel);
    memset(key, 0xEE, sizeof key);
    char room[64];
    struct scrubgate_in in = {"jo@example.com", 14, 0};
    struct scrubgate_out out = {room, sizeof room, 0};
    assert_int_equal(scrubgate_stream_push(stream, &in, &out, true), SCRUBGATE_DONE);
    assert_memory_equal(room, "[MAIL]", 6);
    assert_int_equal(sg_stream_summary(stream)->n_identities, 1);
    scrubgate_stream_close(&stream);
    assert_null(stream);
    scrubgate_stream_close(&stream);
}

static void a_rule_that_cannot_be_matched_is_named(void **state)
{
    (void)state;
    struct sg_costly costly;
    struct scrubgate_stream *stream = NULL;
    const struct scrubgate_stream_config config = {.reference = true};
    sg_costly_make(&costly);
    assert_int_equal(scrubgate_stream_open(&stream, costly.set, sg_toy_body_scratch(), &config),
                     SCRUBGATE_OK);
    assert_null(sg_stream_summary(stream)->failed);
    assert_int_equal(sg_stream_run(stream, SG_BYTES(SG_COSTLY_TEXT), NULL), SCRUBGATE_EMATCH);
    assert_non_null(strstr(scrubgate_stream_reason(stream),
                           "rule toy.costly: the matcher failed: match limit"));
    assert_true(sg_stream_summary(stream)->failed == costly.rule);
    scrubgate_stream_close(&stream);
    sg_costly_fini(&costly);
}

static void more_input_after_the_end_is_wrong(void **state)
{
    (void)state;
    struct scrubgate_stream_config config = {.content_type = NULL};
    struct scrubgate_stream *stream = NULL;
    char room[64];
    struct scrubgate_in in = {"apple", 5, 0};
    struct scrubgate_out out = {room, sizeof room, 0};
    assert_int_equal(
        scrubgate_stream_open(&stream, sg_toy_body_rules(), sg_toy_body_scratch(), &config),
        SCRUBGATE_OK);
    assert_int_equal(scrubgate_stream_push(stream, &in, &out, true), SCRUBGATE_DONE);
    assert_int_equal(scrubgate_stream_push(stream, &in, &out, true), SCRUBGATE_DONE);
    in.pos = 0;
    assert_int_equal(scrubgate_stream_push(stream, &in, &out, true), SCRUBGATE_EINVAL);
    scrubgate_stream_close(&stream);
}

/* --- the live sample -------------------------------------------------------------------------- */

struct sample {
    size_t same, different;
};

static void compared(void *ctx, bool same)
{
    struct sample *sample = ctx;
    sample->same += same ? 1 : 0;
    sample->different += same ? 0 : 1;
}

/* Scrubs a body in pieces of step bytes, or whole when 0, and takes back how many values it has. */
static uint64_t scrub(const struct scrubgate_ruleset *rules, struct scrubgate_scratch *scratch,
                      const struct scrubgate_stream_config *config, struct sg_bytes body,
                      size_t step, struct sg_buf *out)
{
    struct scrubgate_stream *stream = NULL;
    uint8_t room[256];
    struct scrubgate_in in = {body.data, 0, 0};
    enum scrubgate_status rc = scrubgate_stream_open(&stream, rules, scratch, config);
    while (rc >= 0 && rc != SCRUBGATE_DONE) {
        struct scrubgate_out part = {room, sizeof room, 0};
        if (rc == SCRUBGATE_OK)
            in.len = step == 0 || body.len - in.len < step ? body.len : in.len + step;
        rc = scrubgate_stream_push(stream, &in, &part, in.len == body.len);
        assert_int_equal(sg_buf_add(out, room, part.pos), SCRUBGATE_OK);
    }
    assert_int_equal(rc, SCRUBGATE_DONE);
    uint64_t values = sg_stream_summary(stream)->values;
    scrubgate_stream_close(&stream);
    return values;
}

static const struct sample_row {
    const char *name, *type, *in, *want;
} sample_rows[] = {
    {"both engines agree on a text", "text/plain", "an apple, jo@example.com and 4111111111111111",
     "an [FRUIT], [MAIL] and [CARD ••1111]"},
    {"both engines agree on a text without a finding", "text/plain", "plain 12 text",
     "plain 12 text"},
    {"both engines agree on JSON", "application/json",
     "{\"a\":[\"an apple\",4111111111111111,\"notable\"],\"b\":\"\\u0061pple\"}",
     "{\"a\":[\"an [FRUIT]\",\"[CARD ••1111]\",\"notable\"],\"b\":\"[FRUIT]\"}"},
    {"both engines agree on a form", "application/x-www-form-urlencoded",
     "a=an+apple&b=jo%40example.com&c=x", "a=an+%5BFRUIT%5D&b=%5BMAIL%5D&c=x"},
};

static void both_engines_agree(void **state)
{
    const struct sample_row *row = *state;
    for (size_t step = 0; step <= 7; step++) {
        struct sample sample = {0, 0};
        struct sg_buf out = {0};
        const struct scrubgate_stream_config config = {
            .content_type = row->type, .recheck = 1, .on_recheck = compared, .ctx = &sample};
        uint64_t values = scrub(sg_toy_body_rules(), sg_toy_body_scratch(), &config,
                                sg_bytes_of(row->in), step, &out);
        assert_true(sg_bytes_equal(sg_buf_bytes(&out), sg_bytes_of(row->want)));
        assert_int_equal(sample.same, values);
        assert_int_equal(sample.different, 0);
        sg_buf_fini(&out);
    }
}

static void one_in_so_many_messages_is_compared(void **state)
{
    (void)state;
    struct scrubgate_scratch *scratch = NULL;
    struct sample sample = {0, 0};
    struct scrubgate_stream_config config = {.on_recheck = compared, .ctx = &sample};
    assert_int_equal(scrubgate_scratch_new(&scratch), SCRUBGATE_OK);
    static const size_t wants[] = {0, 12, 6, 4, 3};
    for (unsigned n = 0; n < sizeof wants / sizeof wants[0]; n++) {
        sample = (struct sample){0, 0};
        config.recheck = n;
        for (unsigned i = 0; i < 12; i++) {
            struct sg_buf out = {0};
            (void)scrub(sg_toy_body_rules(), scratch, &config, SG_BYTES("an apple"), 0, &out);
            sg_buf_fini(&out);
        }
        assert_int_equal(sample.same, wants[n]);
    }
    scrubgate_scratch_free(scratch);
}

/* What was found in values read together, in a message that was not compared, is no difference of
 * the next one that is. */
static void messages_that_are_not_compared_do_not_count(void **state)
{
    (void)state;
    struct scrubgate_scratch *scratch = NULL;
    struct sample sample = {0, 0};
    struct scrubgate_ruleset *rules = sg_toy_rules(
        "  - {id: n, title: t, entity: N, level: 1, match: '\\d{4}', "
        "with: '[N]', tests: ['1234']}\n"
        "  - {id: said, fold: digits, level: 1, match: 'two two', tests: [{todo: x}]}\n");
    struct scrubgate_stream_config config = {
        .content_type = "application/json", .recheck = 2, .on_recheck = compared, .ctx = &sample};
    assert_int_equal(scrubgate_scratch_new(&scratch), SCRUBGATE_OK);
    for (unsigned i = 0; i < 4; i++) {
        struct sg_buf out = {0};
        (void)scrub(rules, scratch, &config, SG_BYTES("[\"is 1234\",\"two two 56\"]"), 0, &out);
        sg_buf_fini(&out);
    }
    assert_int_equal(sample.same, 4);
    assert_int_equal(sample.different, 0);
    scrubgate_scratch_free(scratch);
    scrubgate_ruleset_free(rules);
}

static void where_the_engines_differ_the_reference_counts(void **state)
{
    (void)state;
    struct sample sample = {0, 0};
    struct scrubgate_ruleset *rules =
        sg_toy_rules("  - {id: fruit, title: t, entity: FRUIT, level: 1, match: 'apple', "
                     "with: '[FRUIT]', tests: ['apple']}\n");
    struct scrubgate_stream_config config = {.recheck = 1, .on_recheck = compared, .ctx = &sample};
    sg_blind(rules);
    for (size_t step = 0; step <= 3; step++) {
        struct sg_buf out = {0};
        sample = (struct sample){0, 0};
        (void)scrub(rules, sg_toy_body_scratch(), &config, SG_BYTES("an apple a day"), step, &out);
        assert_true(sg_bytes_equal(sg_buf_bytes(&out), SG_BYTES("an [FRUIT] a day")));
        assert_int_equal(sample.same, 0);
        assert_int_equal(sample.different, 1);
        sg_buf_fini(&out);
    }
    scrubgate_ruleset_free(rules);
}

/* --- memory ----------------------------------------------------------------------------------- */

struct memory {
    const char *name, *type, *coding, *in;
};

static const struct memory memories[] = {
    {"no allocation of a text body may fail unnoticed", "text/plain", NULL, "an apple, a pear"},
    {"no allocation of a JSON body may fail unnoticed", "application/json", NULL,
     "{\"a\":[\"\\u0061pple\",4111111111111111]}"},
    {"no allocation of a form may fail unnoticed", "application/x-www-form-urlencoded", NULL,
     "a=%61pple&apple"},
    {"no allocation of a multipart body may fail unnoticed", "multipart/form-data; boundary=B",
     NULL,
     "--B\r\nContent-Disposition: form-data; name=a; filename=apple\r\n\r\napple\r\n--B\r\n"
     "Content-Type: application/json\r\nContent-Transfer-Encoding: base64\r\n\r\n"
     "WyJhcHBsXHUwMDY1Il0=\r\n--B\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
     "appl=65\r\n--B--"},
    {"no allocation of an event may fail unnoticed", "text/event-stream", NULL,
     "id: apple\ndata: [\"apple\",\ndata: 1]\n\ndata: x\n\n"},
    {"no allocation of HTML may fail unnoticed", "text/html", NULL, "an apple"},
    {"no allocation under gzip may fail unnoticed", "text/plain", "gzip", "an apple"},
};

struct packed {
    const struct memory *row;
    struct sg_buf in;
};

static enum scrubgate_status run_once(void *ctx)
{
    const struct packed *packed = ctx;
    struct scrubgate_stream_config config = {.content_type = packed->row->type,
                                             .content_encoding = packed->row->coding};
    struct scrubgate_stream *stream = NULL;
    char room[512];
    struct scrubgate_out out = {room, 3, 0};
    struct scrubgate_in in = {packed->in.data, packed->in.len / 2, 0};
    enum scrubgate_status rc =
        scrubgate_stream_open(&stream, sg_toy_body_rules(), sg_toy_body_scratch(), &config);
    while (rc >= 0 && rc != SCRUBGATE_DONE) {
        rc = scrubgate_stream_push(stream, &in, &out, in.len == packed->in.len);
        if (rc == SCRUBGATE_OK)
            in.len = packed->in.len;
        if (rc == SCRUBGATE_FULL)
            out.cap = sizeof room;
    }
    scrubgate_stream_close(&stream);
    return rc < 0 ? rc : SCRUBGATE_OK;
}

static void notices_each_failing_allocation(void **state)
{
    struct packed packed = {.row = *state};
    (void)sg_toy_body_rules();
    (void)sg_toy_body_scratch();
    if (packed.row->coding != NULL)
        pack(&packed.in, packed.row->in);
    else
        assert_int_equal(sg_buf_add_text(&packed.in, packed.row->in), SCRUBGATE_OK);
    assert_true(sg_alloc_fail_each(run_once, &packed) > 0);
    sg_buf_fini(&packed.in);
}

int main(void)
{
    SG_SUITE_ROWS(passes_or_is_refused, rows);
    SG_SUITE_ROWS(passes_or_is_refused_under_gzip, rows);
    sg_suite_add("an empty body under gzip stays empty", an_empty_body_under_gzip_stays_empty,
                 NULL);
    sg_suite_add("gzip that is cut off is refused", gzip_that_is_cut_off_is_refused, NULL);
    SG_SUITE_ROWS(does_not_open, unopened);
    sg_suite_add("shadow tells and changes nothing", shadow_tells_and_changes_nothing, NULL);
    sg_suite_add("the config is copied", the_config_is_copied, NULL);
    sg_suite_add("a rule that cannot be matched is named", a_rule_that_cannot_be_matched_is_named,
                 NULL);
    sg_suite_add("more input after the end is wrong", more_input_after_the_end_is_wrong, NULL);
    SG_SUITE_ROWS(both_engines_agree, sample_rows);
    sg_suite_add("one in so many messages is compared", one_in_so_many_messages_is_compared, NULL);
    sg_suite_add("messages that are not compared do not count",
                 messages_that_are_not_compared_do_not_count, NULL);
    sg_suite_add("where the engines differ the reference counts",
                 where_the_engines_differ_the_reference_counts, NULL);
    SG_SUITE_ROWS(notices_each_failing_allocation, memories);
    int rc = sg_suite_run("stream");
    sg_toy_body_fini();
    return rc;
}
