/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_host.c - what names a host; the rest of what does not is in lib/payload.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "http/host.h"

#include "../lib/suite.h"

struct row {
    const char *name, *host;
    bool valid;
};

static const struct row rows[] = {
    {"a name", "gateway.example", true},
    {"a name with a port", "gateway.example:8080", true},
    {"a name with a colon and no port", "gateway.example:", true},
    {"an address", "192.0.2.1:80", true},
    {"an address of six", "[2001:db8::1]", true},
    {"an address of six with a port", "[2001:db8::1]:80", true},
    {"marks a name may have", "a-b_c~d!e$f&g'h(i)j*k+l;m=n.", true},
    {"an escape", "a%2Db", true},
    {"nothing", "", false},
    {"a port alone", ":80", false},
    {"a port that is no number", "a:8o", false},
    {"two ports", "a:80:80", false},
    {"a list", "a,b", false},
    {"a user", "u@a", false},
    {"a path", "a/", false},
    {"a query", "a?b", false},
    {"a fragment", "a#b", false},
    {"a space", "a b", false},
    {"a backslash", "a\\b", false},
    {"half an escape", "a%2", false},
    {"an escape that is none", "a%2g", false},
    {"an escape alone", "%", false},
    {"beyond ASCII", "\xC3\xA4", false},
    {"empty brackets", "[]", false},
    {"an open bracket", "[::1", false},
    {"a bracket closed alone", "::1]", false},
    {"brackets and more", "[::1]a", false},
    {"a slash in brackets", "[::1/64]", false},
};

static void is_a_host_or_not(void **state)
{
    const struct row *row = *state;
    assert_int_equal(sg_host_valid(sg_bytes_of(row->host)), row->valid);
}

int main(void)
{
    SG_SUITE_ROWS(is_a_host_or_not, rows);
    return sg_suite_run("host");
}
