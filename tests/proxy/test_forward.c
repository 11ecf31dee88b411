/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_forward.c - the heads the gateway writes: what is passed on, what is dropped, what is ours.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "proxy/forward.h"

#include "../lib/suite.h"

#define PARENT "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
#define OURS   "traceparent: " PARENT "\r\n"

/* --- fields of a request --- */

static const struct field_row {
    const char *name;
    const char *fields; /* as they came: "Name: value\n" */
    bool edited, reply_scrubbed, continued;
    const char *want; /* between Host and ours */
} field_rows[] = {
    {"a plain field passes as it came", "X-One:  a b\nx-two: c\n", true, true, false,
     "X-One: a b\r\nx-two: c\r\n"},
    {"a repeated field passes in order", "Cookie: a\nCookie: b\n", true, true, false,
     "Cookie: a\r\nCookie: b\r\n"},
    {"hop-by-hop fields and those Connection names are dropped",
     "Connection: X-Hop, keep-alive\nX-Hop: 1\nKeep-Alive: 5\nTE: trailers\nUpgrade: h2c\n"
     "Proxy-Authorization: b\nX-Stays: 1\n",
     false, false, false, "X-Stays: 1\r\n"},
    {"framing, host and expectation are ours",
     "Host: evil\nContent-Length: 5\nTransfer-Encoding: chunked\nExpect: 100-continue\n", false,
     false, false, ""},
    {"a Scrubgate field from outside is dropped, in any case", "sCrUbGaTe: verdict=clean\n", false,
     false, false, ""},
    {"slices and codings pass where the response does",
     "Range: bytes=0-1\nIf-Range: x\n"
     "Accept-Encoding: br\n",
     false, false, false, "Range: bytes=0-1\r\nIf-Range: x\r\nAccept-Encoding: br\r\n"},
    {"slices and codings are dropped where the response is inspected",
     "Range: bytes=0-1\nIf-Range: x\nAccept-Encoding: br\n", false, true, false, ""},
    {"digests pass with an unedited body", "Content-MD5: a\nDigest: b\nRepr-Digest: c\n", false,
     true, false, "Content-MD5: a\r\nDigest: b\r\nRepr-Digest: c\r\n"},
    {"digests of another body are dropped",
     "Content-MD5: a\nDigest: b\nRepr-Digest: c\nContent-Digest: d\n", true, true, false, ""},
    {"tracestate goes with its traceparent", "tracestate: a=1\n", false, true, true,
     "tracestate: a=1\r\n"},
    {"tracestate without one is dropped", "traceparent: x\ntracestate: a=1\n", false, true, false,
     ""},
};

static void add_fields(struct sg_headers *headers, const char *text)
{
    while (*text != '\0') {
        size_t name = strcspn(text, ":"), line = strcspn(text, "\n");
        const struct sg_bytes value = {(const uint8_t *)text + name + 1, line - name - 1};
        assert_int_equal(sg_headers_add(headers, (struct sg_bytes){(const uint8_t *)text, name},
                                        sg_bytes_trim(value)),
                         SCRUBGATE_OK);
        text += line + 1;
    }
}

static struct sg_trace trace_of(bool continued)
{
    struct sg_trace trace = {.continued = continued};
    memcpy(trace.parent, PARENT, sizeof PARENT);
    return trace;
}

static struct sg_forward request(const struct sg_headers *headers, const struct sg_trace *trace)
{
    return (struct sg_forward){
        .method = SG_BYTES("POST"),
        .target = SG_BYTES("/in/x"),
        .headers = headers,
        .route = SG_BYTES("/in/"),
        .base = SG_BYTES("/"),
        .authority = SG_BYTES("up:81"),
        .trace = trace,
        .framing = {SG_FRAMING_LENGTH, 7},
    };
}

static void expect_head(const struct sg_forward *forward, const char *want)
{
    struct sg_buf out = {0};
    assert_int_equal(sg_forward_request(&out, forward), SCRUBGATE_OK);
    assert_int_equal(sg_buf_add_byte(&out, '\0'), SCRUBGATE_OK);
    assert_string_equal((char *)out.data, want);
    sg_buf_fini(&out);
}

static void test_field_row(void **state)
{
    const struct field_row *row = *state;
    struct sg_headers headers = {.n = 0};
    struct sg_trace trace = trace_of(row->continued);
    struct sg_buf want = {0};
    add_fields(&headers, row->fields);
    struct sg_forward forward = request(&headers, &trace);
    forward.edited = row->edited;
    forward.reply_scrubbed = row->reply_scrubbed;
    assert_int_equal(
        sg_buf_addf(&want,
                    "POST /x HTTP/1.1\r\nHost: up:81\r\n%s" OURS "%sContent-Length: 7\r\n\r\n",
                    row->want, row->reply_scrubbed ? "Accept-Encoding: identity\r\n" : ""),
        SCRUBGATE_OK);
    expect_head(&forward, (char *)want.data);
    sg_buf_fini(&want);
}

/* --- targets --- */

static const struct target_row {
    const char *name, *route, *base, *target, *want;
} target_rows[] = {
    {"the rest of the path is appended", "/in/", "/base/", "/in/a/b?q=1", "/base/a/b?q=1"},
    {"the route alone is the base alone", "/in/", "/base/", "/in/", "/base/"},
    {"one slash stands between", "/in", "/base/", "/in/a", "/base/a"},
    {"a slash is put where none is", "/in/", "/base", "/in/a", "/base/a"},
    {"a query needs no slash", "/in/", "/base", "/in/?q=/a", "/base?q=/a"},
    {"the whole path may pass", "/", "/", "/a/b", "/a/b"},
    {"escapes stay as they are", "/in/", "/", "/in/%41%2f?%zz", "/%41%2f?%zz"},
};

static void test_target_row(void **state)
{
    const struct target_row *row = *state;
    struct sg_headers headers = {.n = 0};
    struct sg_trace trace = trace_of(true);
    struct sg_buf want = {0};
    struct sg_forward forward = request(&headers, &trace);
    forward.method = SG_BYTES("GET");
    forward.route = sg_bytes_of(row->route);
    forward.base = sg_bytes_of(row->base);
    forward.target = sg_bytes_of(row->target);
    forward.framing = (struct sg_framing){.kind = SG_FRAMING_NONE};
    assert_int_equal(
        sg_buf_addf(&want, "GET %s HTTP/1.1\r\nHost: up:81\r\n" OURS "\r\n", row->want),
        SCRUBGATE_OK);
    expect_head(&forward, (char *)want.data);
    sg_buf_fini(&want);
}

static const struct safe_row {
    const char *name, *target;
    bool safe;
} safe_rows[] = {
    {"dots in a name are no segment", "/in/a.b/..c/d../...", true},
    {"dots behind the question mark are no path", "/in/a?x=/../b", true},
    {"two dots climb", "/in/../b", false},
    {"one dot is no better", "/in/./b", false},
    {"at the end they climb too", "/in/a/..", false},
    {"before the question mark too", "/in/..?x", false},
    {"encoded dots climb", "/in/%2e%2E/b", false},
    {"half encoded dots climb", "/in/.%2e/b", false},
    {"a backslash counts as a slash", "/in/a\\..\\b", false},
    {"an encoded slash counts as one", "/in/a%2f..%2Fb", false},
    {"an encoded slash behind the dots too", "/in/..%2Fb", false},
    {"an encoded backslash too", "/in/..%5cb", false},
    {"a parameter does not hide dots", "/in/..;x=1/b", false},
    {"nor does an empty one", "/in/%2e.;/b", false},
    {"encoded slashes between names are none of ours", "/in/a%2fb%5c..c;x", true},
};

static void test_safe_row(void **state)
{
    const struct safe_row *row = *state;
    assert_int_equal(sg_forward_target_safe(sg_bytes_of(row->target)), row->safe);
}

/* --- framing and the mark --- */

static void test_a_streamed_body_is_chunked(void **state)
{
    struct sg_headers headers = {.n = 0};
    struct sg_trace trace = trace_of(true);
    struct sg_forward forward = request(&headers, &trace);
    (void)state;
    forward.framing = (struct sg_framing){.kind = SG_FRAMING_CHUNKED};
    expect_head(&forward,
                "POST /x HTTP/1.1\r\nHost: up:81\r\n" OURS "Transfer-Encoding: chunked\r\n\r\n");
}

static void test_nothing_foreign_ends_a_line(void **state)
{
    struct sg_headers headers = {.n = 1};
    struct sg_trace trace = trace_of(true);
    struct sg_buf out = {0};
    (void)state;
    headers.item[0] = (struct sg_header){SG_BYTES("X"), SG_BYTES("a\r\nEvil: 1")};
    struct sg_forward forward = request(&headers, &trace);
    assert_int_equal(sg_forward_request(&out, &forward), SCRUBGATE_EINVAL);
    headers.item[0] = (struct sg_header){SG_BYTES("X"), SG_BYTES("a")};
    forward.target = SG_BYTES("/in/x HTTP/1.1\r\nEvil: 1");
    assert_int_equal(sg_forward_request(&out, &forward), SCRUBGATE_EINVAL);
    sg_buf_fini(&out);
}

static const struct sg_record_rule found[] = {
    {"contact.email", "EMAIL_ADDRESS", "mask", 9, 2},
    {"payment.card", "CREDIT_CARD", "mask", 1, 1},
    {"contact.mailto", "EMAIL_ADDRESS", "mask", 4, 3},
};

static const struct sg_assessment quiet = {.is_scored = true, .told_risk = 0.004};
static const struct sg_assessment suspect = {
    .is_scored = true,
    .risk = 0.999,
    .told_risk = 0.871,
    .course = SG_COURSE_DIVERT,
    .n_reasons = 3,
    .reasons = {{SG_SIGNAL_TEMPLATE, 7.9F, false, true},
                {SG_SIGNAL_PAIR, 7.24F, true, true},
                {SG_SIGNAL_FARM, 3.06F, true, false}},
    .n_rulings = 2,
    .rulings = {{SG_GUARD_COOLOFF, SG_SIGNAL_SHADOW, 0, 1},
                {SG_GUARD_FLAGGED, SG_SIGNAL_ADVISE, 7, 1}},
};

static const struct mark_row {
    const char *name;
    struct sg_mark mark;
    const char *want;
} mark_rows[] = {
    {"clean has no entities",
     {.verdict = SG_VERDICT_CLEAN, .origin = "gw.example/1", .seq = 7},
     "verdict=clean, entities=(), risk=0.00;unjudged, audit=\"gw.example/1/7\""},
    {"values are added up by entity",
     {.verdict = SG_VERDICT_MASKED, .found = found, .n_found = 3, .origin = "gw.example/1"},
     "verdict=masked, entities=(EMAIL_ADDRESS;n=5 CREDIT_CARD;n=1), "
     "risk=0.00;unjudged, audit=\"gw.example/1/0\""},
    {"a streamed one has no verdict yet",
     {.streamed = true, .origin = "o", .seq = 12},
     "streamed, risk=0.00;unjudged, audit=\"o/12\""},
    {"shadow says so",
     {.shadow = true, .verdict = SG_VERDICT_BLOCKED, .origin = "o"},
     "verdict=blocked, entities=(), shadow, risk=0.00;unjudged, audit=\"o/0\""},
    {"a ticket with nothing against it has a risk",
     {.verdict = SG_VERDICT_CLEAN, .origin = "o", .assessment = &quiet},
     "verdict=clean, entities=(), risk=0.00, audit=\"o/0\""},
    {"what is in shadow is not told",
     {.verdict = SG_VERDICT_DIVERTED, .origin = "o", .assessment = &suspect},
     "verdict=diverted, entities=(), risk=0.87, reasons=(flagged pair;w=7.2 farm;w=3.1), "
     "action=divert, audit=\"o/0\""},
    {"a route that only watches asks for nothing",
     {.shadow = true, .verdict = SG_VERDICT_CLEAN, .origin = "o", .assessment = &suspect},
     "verdict=clean, entities=(), shadow, risk=0.87, reasons=(flagged pair;w=7.2 farm;w=3.1), "
     "audit=\"o/0\""},
    {"an origin cannot break the string",
     {.verdict = SG_VERDICT_CLEAN, .origin = "a\"b\\c\n\xc3\xa9"},
     "verdict=clean, entities=(), risk=0.00;unjudged, audit=\"a\\\"b\\\\c?\?\?/0\""},
};

static void test_mark_row(void **state)
{
    const struct mark_row *row = *state;
    struct sg_buf out = {0};
    assert_int_equal(sg_mark_print(&row->mark, &out), SCRUBGATE_OK);
    assert_int_equal(sg_buf_add_byte(&out, '\0'), SCRUBGATE_OK);
    assert_string_equal((char *)out.data, row->want);
    sg_buf_fini(&out);
}

/* --- the reply --- */

static const struct reply_row {
    const char *name, *fields;
    bool scrubbed, edited;
    const char *want; /* "Name: value\n" */
} reply_rows[] = {
    {"plain fields pass in order", "B: 1\nA: 2\nB: 3\n", true, true, "B: 1\nA: 2\nB: 3\n"},
    {"framing, hop-by-hop and Scrubgate are dropped",
     "Content-Length: 5\nTransfer-Encoding: chunked\nConnection: X\nX: 1\nScrubgate: risk=0.9\n"
     "Server: s\n",
     false, false, "Server: s\n"},
    {"validators pass with an unedited body", "ETag: \"a\"\nDigest: b\n", true, false,
     "ETag: \"a\"\nDigest: b\n"},
    {"validators of another body are dropped", "ETag: \"a\"\nDigest: b\nContent-MD5: c\nX: 1\n",
     true, true, "X: 1\n"},
    {"ranges are not offered of what is inspected", "Accept-Ranges: bytes\n", true, false, ""},
    {"ranges are offered of what passes", "Accept-Ranges: bytes\n", false, false,
     "Accept-Ranges: bytes\n"},
};

static void test_reply_row(void **state)
{
    const struct reply_row *row = *state;
    static struct sg_kept kept;
    struct sg_header fields[SG_HEADERS_MOST];
    struct sg_head head = {.status = 203};
    struct sg_buf text = {0}, got = {0};
    /* What is kept must not lean on the upstream's memory. */
    assert_int_equal(sg_buf_add_text(&text, row->fields), SCRUBGATE_OK);
    assert_int_equal(sg_buf_add_byte(&text, '\0'), SCRUBGATE_OK);
    add_fields(&head.headers, (char *)text.data);
    assert_int_equal(sg_kept_take(&kept, &head, row->scrubbed), SCRUBGATE_OK);
    sg_buf_fini(&text);
    size_t n = sg_kept_fields(&kept, row->edited, fields);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(sg_buf_addf(&got, "%.*s: %.*s\n", (int)fields[i].name.len,
                                     (const char *)fields[i].name.data, (int)fields[i].value.len,
                                     (const char *)fields[i].value.data),
                         SCRUBGATE_OK);
    assert_int_equal(sg_buf_add_byte(&got, '\0'), SCRUBGATE_OK);
    assert_string_equal((char *)got.data, row->want);
    assert_int_equal(kept.status, 203);
    sg_kept_clear(&kept);
    assert_int_equal(sg_kept_fields(&kept, false, fields), 0);
    sg_buf_fini(&got);
    sg_kept_fini(&kept);
}

int main(void)
{
    SG_SUITE_ROWS(test_field_row, field_rows);
    SG_SUITE_ROWS(test_target_row, target_rows);
    SG_SUITE_ROWS(test_safe_row, safe_rows);
    SG_SUITE_ROWS(test_mark_row, mark_rows);
    SG_SUITE_ROWS(test_reply_row, reply_rows);
    sg_suite_add("a streamed body is chunked", test_a_streamed_body_is_chunked, NULL);
    sg_suite_add("nothing foreign ends a line", test_nothing_foreign_ends_a_line, NULL);
    return sg_suite_run("proxy/forward");
}
