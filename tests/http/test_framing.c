/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_framing.c - where a body ends, and everything that could be read in two ways.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "http/framing.h"

#include "../lib/suite.h"

#define CL "Content-Length"
#define TE "Transfer-Encoding"

#define BAD SCRUBGATE_EMALFORMED
#define NO  SCRUBGATE_EUNSUPPORTED

struct fields {
    const char *name, *value;
};

struct row {
    const char *name;
    struct fields fields[3];
    unsigned minor_version;
    int kind; /* below zero: refused with that */
    uint64_t length;
};

/* The same for requests and for responses that have a body; NONE is CLOSE there. */
static const struct row rows[] = {
    {"nothing says so", {{"Host", "a"}}, 1, SG_FRAMING_NONE, 0},
    {"a length", {{CL, "42"}}, 1, SG_FRAMING_LENGTH, 42},
    {"a length in any case", {{"content-LENGTH", "42"}}, 1, SG_FRAMING_LENGTH, 42},
    {"a length of 0", {{CL, "0"}}, 1, SG_FRAMING_LENGTH, 0},
    {"a length on HTTP/1.0", {{CL, "7"}}, 0, SG_FRAMING_LENGTH, 7},
    {"leading zeros", {{CL, "007"}}, 1, SG_FRAMING_LENGTH, 7},
    {"the longest length", {{CL, "9007199254740992"}}, 1, SG_FRAMING_LENGTH, UINT64_C(1) << 53},
    {"one more than that", {{CL, "9007199254740993"}}, 1, BAD, 0},
    {"a length that wraps", {{CL, "18446744073709551617"}}, 1, BAD, 0},
    {"chunked", {{TE, "chunked"}}, 1, SG_FRAMING_CHUNKED, 0},
    {"chunked in any case", {{TE, "CHUNKED"}}, 1, SG_FRAMING_CHUNKED, 0},
    {"two lengths that differ", {{CL, "1"}, {CL, "2"}}, 1, BAD, 0},
    {"two lengths that agree", {{CL, "1"}, {CL, "1"}}, 1, BAD, 0},
    {"a list of lengths", {{CL, "1, 1"}}, 1, BAD, 0},
    {"an empty length", {{CL, ""}}, 1, BAD, 0},
    {"a length with a plus", {{CL, "+1"}}, 1, BAD, 0},
    {"a length with a minus", {{CL, "-1"}}, 1, BAD, 0},
    {"a length in hex", {{CL, "0x1"}}, 1, BAD, 0},
    {"a length with a point", {{CL, "1.0"}}, 1, BAD, 0},
    {"a length with a space inside", {{CL, "1 0"}}, 1, BAD, 0},
    {"a length with chunked", {{CL, "1"}, {TE, "chunked"}}, 1, BAD, 0},
    {"chunked with a length", {{TE, "chunked"}, {CL, "1"}}, 1, BAD, 0},
    {"chunked twice", {{TE, "chunked"}, {TE, "chunked"}}, 1, BAD, 0},
    {"chunked twice in a list", {{TE, "chunked, chunked"}}, 1, BAD, 0},
    {"gzip and chunked", {{TE, "gzip, chunked"}}, 1, NO, 0},
    {"identity", {{TE, "identity"}}, 1, NO, 0},
    {"identity, then chunked", {{TE, "identity"}, {TE, "chunked"}}, 1, BAD, 0},
    {"chunked with a parameter", {{TE, "chunked;q=1"}}, 1, BAD, 0},
    {"chunked with a comma before", {{TE, ",chunked"}}, 1, BAD, 0},
    {"chunked with a control before", {{TE, "\vchunked"}}, 1, BAD, 0},
    {"chunked in quotes", {{TE, "\"chunked\""}}, 1, BAD, 0},
    {"an empty coding", {{TE, ""}}, 1, BAD, 0},
    {"chunked before another coding", {{TE, "chunked, gzip"}}, 1, BAD, 0},
    {"chunked in a list that ends in a comma", {{TE, "gzip, chunked,"}}, 1, BAD, 0},
    {"codings of which none is chunked", {{TE, "gzip ,\tx"}}, 1, NO, 0},
    {"another coding on HTTP/1.0", {{TE, "gzip"}}, 0, BAD, 0},
    {"a word like chunked", {{TE, "xchunked"}}, 1, NO, 0},
    {"chunked on HTTP/1.0", {{TE, "chunked"}}, 0, BAD, 0},
};

static void collect(struct sg_headers *headers, const struct fields *fields)
{
    headers->n = 0;
    for (size_t i = 0; i < 3 && fields[i].name != NULL; i++)
        assert_int_equal(
            sg_headers_add(headers, sg_bytes_of(fields[i].name), sg_bytes_of(fields[i].value)),
            SCRUBGATE_OK);
}

static void check(enum scrubgate_status rc, const struct sg_framing *framing, const char *why,
                  int kind, uint64_t length)
{
    if (kind < 0) {
        assert_int_equal(rc, kind);
        assert_non_null(why);
    } else {
        assert_int_equal(rc, SCRUBGATE_OK);
        assert_int_equal(framing->kind, kind);
        assert_true(framing->length == length);
    }
}

static void frames_both_ways(void **state)
{
    const struct row *row = *state;
    struct sg_headers headers;
    struct sg_framing framing;
    const char *why = NULL;
    collect(&headers, row->fields);
    enum scrubgate_status rc = sg_framing_request(&framing, &headers, row->minor_version, &why);
    check(rc, &framing, why, row->kind, row->length);
    why = NULL;
    rc = sg_framing_response(&framing, &headers, row->minor_version, 200, false, &why);
    check(rc, &framing, why, row->kind == SG_FRAMING_NONE ? SG_FRAMING_CLOSE : row->kind,
          row->length);
}

struct response_row {
    const char *name;
    struct fields fields[3];
    unsigned status;
    bool head_request;
    int kind;
};

static const struct response_row responses[] = {
    {"204 has no body", {{"A", "b"}}, 204, false, SG_FRAMING_NONE},
    {"204 with a length of 0", {{CL, "0"}}, 204, false, SG_FRAMING_NONE},
    {"204 that announces one", {{CL, "5"}}, 204, false, BAD},
    {"204 that is chunked", {{TE, "chunked"}}, 204, false, BAD},
    {"100 has no body", {{"A", "b"}}, 100, false, SG_FRAMING_NONE},
    {"100 that announces one", {{CL, "5"}}, 100, false, BAD},
    {"304 tells the length of another", {{CL, "5"}}, 304, false, SG_FRAMING_NONE},
    {"304 that would be chunked", {{TE, "chunked"}}, 304, false, SG_FRAMING_NONE},
    {"304 with two lengths", {{CL, "5"}, {CL, "6"}}, 304, false, BAD},
    {"HEAD tells the length of GET", {{CL, "5"}}, 200, true, SG_FRAMING_NONE},
    {"HEAD that would be chunked", {{TE, "chunked"}}, 200, true, SG_FRAMING_NONE},
    {"HEAD with nothing said", {{"A", "b"}}, 200, true, SG_FRAMING_NONE},
    {"HEAD with two lengths", {{CL, "5"}, {CL, "5"}}, 200, true, BAD},
    {"an error has a body", {{CL, "5"}}, 502, false, SG_FRAMING_LENGTH},
    {"an error up to the close", {{"A", "b"}}, 502, false, SG_FRAMING_CLOSE},
};

static void frames_responses(void **state)
{
    const struct response_row *row = *state;
    struct sg_headers headers;
    struct sg_framing framing;
    const char *why = NULL;
    collect(&headers, row->fields);
    enum scrubgate_status rc =
        sg_framing_response(&framing, &headers, 1, row->status, row->head_request, &why);
    check(rc, &framing, why, row->kind, row->kind == SG_FRAMING_LENGTH ? 5 : 0);
}

int main(void)
{
    SG_SUITE_ROWS(frames_both_ways, rows);
    SG_SUITE_ROWS(frames_responses, responses);
    return sg_suite_run("framing");
}
