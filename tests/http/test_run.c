/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_run.c - how far runs go: every byte, at every place of blocks of every length.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "http/run.h"

#include "../lib/suite.h"

struct row {
    const char *name;
    size_t (*run)(struct sg_bytes text, size_t at);
    bool (*is)(int c); /* by the words of the standard */
};

static bool is_token(int c)
{
    return sg_is_alnum(c) || (c > 0 && c < 0x80 && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

static bool is_host(int c)
{
    return sg_is_alnum(c) || (c > 0 && c < 0x80 && strchr("-._~!$&'()*+;=", c) != NULL);
}

static bool is_target(int c)
{
    return c > 0x20 && c < 0x7F && c != '#';
}

static bool is_value(int c)
{
    return (c >= 0x20 || c == '\t') && c != 0x7F;
}

static const struct row rows[] = {
    {"a token", sg_run_token, is_token},
    {"a host", sg_run_host, is_host},
    {"a target", sg_run_target, is_target},
    {"a value", sg_run_value, is_value},
};

enum { MOST = 40 };

/* text is exactly len bytes, so that a sanitizer sees one too many. */
static void check_byte(const struct row *row, uint8_t *text, size_t len, size_t at)
{
    for (int c = 0; c < 256; c++) {
        text[at] = (uint8_t)c;
        for (size_t from = 0; from <= at; from += 1 + at / 3)
            assert_int_equal(row->run((struct sg_bytes){text, len}, from), row->is(c) ? len : at);
        assert_int_equal(row->run((struct sg_bytes){text, len}, at + 1), len);
    }
    text[at] = 'x';
}

static void goes_up_to_the_first_other_byte(void **state)
{
    const struct row *row = *state;
    for (size_t len = 1; len < MOST; len++) {
        uint8_t *text = malloc(len);
        assert_non_null(text);
        memset(text, 'x', len);
        for (size_t at = 0; at < len; at++)
            check_byte(row, text, len, at);
        free(text);
    }
    assert_int_equal(row->run(SG_BYTES(""), 0), 0);
}

static void stops_at_the_first_of_many(void **state)
{
    const struct row *row = *state;
    uint8_t text[MOST];
    memset(text, 0, sizeof text);
    for (size_t at = 0; at < MOST; at++) {
        assert_int_equal(row->run((struct sg_bytes){text, MOST}, 0), at);
        text[at] = 'x';
    }
}

int main(void)
{
    SG_SUITE_ROWS(goes_up_to_the_first_other_byte, rows);
    SG_SUITE_ROWS(stops_at_the_first_of_many, rows);
    return sg_suite_run("run");
}
