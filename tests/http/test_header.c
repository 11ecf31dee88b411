/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_header.c - header fields: finding, lists, hop-by-hop, grammar.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "http/header.h"

#include "../lib/suite.h"

static void add(struct sg_headers *headers, const char *name, const char *value)
{
    assert_int_equal(sg_headers_add(headers, sg_bytes_of(name), sg_bytes_of(value)), SCRUBGATE_OK);
}

static void finds_the_first_in_any_case_and_counts(void **state)
{
    (void)state;
    struct sg_headers headers = {.n = 0};
    size_t count = 9;
    assert_null(sg_headers_find(&headers, "Host", &count));
    assert_int_equal(count, 0);
    add(&headers, "Accept", "a");
    add(&headers, "X-Agent-Id", "first");
    add(&headers, "x-agent-ID", "second");
    const struct sg_header *found = sg_headers_find(&headers, "x-AGENT-id", &count);
    assert_non_null(found);
    assert_true(sg_bytes_equal(found->value, SG_BYTES("first")));
    assert_int_equal(count, 2);
    assert_null(sg_headers_find(&headers, "X-Agent", NULL));
}

static void holds_so_many_and_no_more(void **state)
{
    (void)state;
    struct sg_headers headers = {.n = 0};
    for (size_t i = 0; i < SG_HEADERS_MOST; i++)
        add(&headers, "A", "b");
    assert_int_equal(sg_headers_add(&headers, SG_BYTES("A"), SG_BYTES("b")), SCRUBGATE_ELIMIT);
    assert_int_equal(headers.n, SG_HEADERS_MOST);
}

struct list_row {
    const char *name, *first, *second, *token;
    bool has;
};

static const struct list_row lists[] = {
    {"a list of one", "close", "", "close", true},
    {"any case", "Keep-Alive, CLOSE", "", "close", true},
    {"blanks around", " a ,\tclose\t, b", "", "close", true},
    {"in the second field", "a", "b,close", "close", true},
    {"empty members", ",,close,", "", "close", true},
    {"a longer word is another", "closed", "", "close", false},
    {"a shorter word is another", "clos", "", "close", false},
    {"parameters are part of a member", "gzip;q=1", "", "gzip", false},
    {"an empty list has nothing", "", "", "close", false},
    {"an empty member is no token", "a,,b", "", "", false},
};

static void searches_list(void **state)
{
    const struct list_row *row = *state;
    struct sg_headers headers = {.n = 0};
    add(&headers, "connection", row->first);
    add(&headers, "Other", "close");
    add(&headers, "CONNECTION", row->second);
    assert_int_equal(sg_headers_list_has(&headers, "Connection", row->token), row->has);
}

struct hop_row {
    const char *name, *field;
    bool hop;
};

static const struct hop_row hops[] = {
    {"Connection stays here", "connection", true},
    {"Keep-Alive stays here", "KEEP-ALIVE", true},
    {"TE stays here", "te", true},
    {"Trailer stays here", "Trailer", true},
    {"Transfer-Encoding stays here", "transfer-encoding", true},
    {"Upgrade stays here", "Upgrade", true},
    {"Proxy-Authorization stays here", "Proxy-Authorization", true},
    {"Proxy-Connection stays here", "proxy-connection", true},
    {"what Connection names stays here", "x-private", true},
    {"what its second field names stays here", "x-other", true},
    {"Content-Type goes on", "Content-Type", false},
    {"what describes the body goes on though Connection names it", "content-encoding", false},
    {"a name that only begins like TE goes on", "TEA", false},
    {"a name that is only like Proxy goes on", "Proxy", false},
};

static void tells_hop_by_hop(void **state)
{
    const struct hop_row *row = *state;
    struct sg_headers headers = {.n = 0};
    add(&headers, "Connection", "keep-alive, X-Private, Content-Encoding");
    add(&headers, "Connection", "X-Other");
    assert_int_equal(sg_header_is_hop_by_hop(&headers, sg_bytes_of(row->field)), row->hop);
}

/* RFC 9110, 5.6.2, written out. */
static void names_are_tokens(void **state)
{
    (void)state;
    static const char marks[] = "!#$%&'*+-.^_`|~";
    for (int c = 0; c < 256; c++) {
        bool token = (c != 0 && strchr(marks, c) != NULL) || sg_is_alnum(c);
        uint8_t name[] = {'a', (uint8_t)c, 'z'};
        assert_int_equal(sg_is_token_char(c), token);
        assert_int_equal(sg_header_name_valid((struct sg_bytes){name, 3}), token);
    }
    assert_false(sg_header_name_valid(SG_BYTES("")));
}

static void values_hold_no_controls_but_tab(void **state)
{
    (void)state;
    for (int c = 0; c < 256; c++) {
        uint8_t value[] = {'a', (uint8_t)c, 'z'};
        bool valid = c == '\t' || (c >= 0x20 && c != 0x7F);
        assert_int_equal(sg_header_value_valid((struct sg_bytes){value, 3}), valid);
    }
    assert_true(sg_header_value_valid(SG_BYTES("")));
    /* Long values are looked at eight bytes at a time: one bad byte counts wherever it stands. */
    for (size_t at = 0; at < 24; at++) {
        uint8_t value[24];
        for (unsigned c = 0; c < 256; c++) {
            memset(value, 0xFF, sizeof value);
            value[at] = (uint8_t)c;
            bool valid = (c >= 0x20 && c != 0x7F) || c == '\t';
            assert_int_equal(sg_header_value_valid((struct sg_bytes){value, sizeof value}), valid);
        }
    }
}

int main(void)
{
    sg_suite_add("finds the first in any case, and counts", finds_the_first_in_any_case_and_counts,
                 NULL);
    sg_suite_add("holds 128 and no more", holds_so_many_and_no_more, NULL);
    SG_SUITE_ROWS(searches_list, lists);
    SG_SUITE_ROWS(tells_hop_by_hop, hops);
    sg_suite_add("names are tokens", names_are_tokens, NULL);
    sg_suite_add("values hold no controls but tab", values_hold_no_controls_but_tab, NULL);
    return sg_suite_run("header");
}
