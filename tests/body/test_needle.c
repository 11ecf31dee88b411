/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_needle.c - a short text found in pieces, at every split.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "body/needle.h"

#include "../lib/suite.h"

struct row {
    const char *name, *needle, *text;
    size_t at; /* SIZE_MAX: nowhere */
};

static const struct row rows[] = {
    {"nothing", "--B", "", SIZE_MAX},
    {"all of it", "--B", "--B", 0},
    {"in the middle", "--B", "a --B b", 2},
    {"not its beginning", "--B", "a --", SIZE_MAX},
    {"a false beginning before it", "--B", "---B", 1},
    {"a long false beginning", "--a--b", "--a--a--b", 3},
    {"a beginning in itself", "aabaaa", "aabaabaaa", 3},
    {"one byte", "x", "abx", 2},
    {"another case", "--B", "--b", SIZE_MAX},
};

static void is_found(void **state)
{
    const struct row *row = *state;
    struct sg_bytes text = sg_bytes_of(row->text);
    struct sg_needle needle;
    sg_needle_init(&needle, sg_bytes_of(row->needle));
    assert_int_equal(sg_needle_find(&needle, text), row->at == SIZE_MAX ? text.len : row->at);
    for (size_t cut = 0; cut <= text.len; cut++) {
        struct sg_bytes head = {text.data, cut}, tail = {text.data + cut, text.len - cut};
        sg_needle_restart(&needle);
        bool found = sg_needle_feed(&needle, head);
        if (!found)
            found = sg_needle_feed(&needle, tail);
        assert_int_equal(found, row->at != SIZE_MAX);
    }
    sg_needle_restart(&needle);
    for (size_t i = 0; i < text.len; i++) {
        bool found = sg_needle_feed(&needle, (struct sg_bytes){text.data + i, 1});
        assert_int_equal(found, row->at != SIZE_MAX && i == row->at + needle.len - 1);
        if (found)
            break;
    }
}

static void a_restart_forgets(void **state)
{
    (void)state;
    struct sg_needle needle;
    sg_needle_init(&needle, SG_BYTES("--B"));
    assert_false(sg_needle_feed(&needle, SG_BYTES("--")));
    sg_needle_restart(&needle);
    assert_false(sg_needle_feed(&needle, SG_BYTES("B")));
}

int main(void)
{
    SG_SUITE_ROWS(is_found, rows);
    sg_suite_add("a restart forgets", a_restart_forgets, NULL);
    return sg_suite_run("needle");
}
