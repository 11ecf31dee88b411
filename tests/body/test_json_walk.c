/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_json_walk.c - where in a JSON text we stand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "body/json_walk.h"

#include "../lib/suite.h"

/* in: punctuation; a letter is a key when one is due, else a value whose place is told. */
struct row {
    const char *name, *in, *want;
};

static const struct row rows[] = {
    {"the top value", "x", "$ "},
    {"elements", "[x,x,x]", "$[0] $[1] $[2] "},
    {"members", "{a:x,b:x}", "$.a $.b "},
    {"nested", "{a:[x,{b:x}],c:[[x]]}", "$.a[0] $.a[1].b $.c[0][0] "},
    {"indexes go on behind what was nested", "[[x,x],x,{a:x},x]",
     "$[0][0] $[0][1] $[1] $[2].a $[3] "},
    {"keys come back behind what was nested", "{a:{b:{c:x}},d:x}", "$.a.b.c $.d "},
    {"values one after another", "x [x] {a:x}", "$ $[0] $.a "},
    {"more closed than opened does no harm", "]}},x:x", "$ $ "},
};

static void walk_along(struct sg_json_walk *walk, const char *in, struct sg_buf *story)
{
    for (; *in != '\0'; in++) {
        struct sg_bytes letter = {(const uint8_t *)in, 1};
        if (!sg_is_alpha(*in)) {
            assert_int_equal(sg_json_walk_take(walk, (uint8_t)*in), SCRUBGATE_OK);
        } else if (walk->key_next) {
            assert_int_equal(sg_json_walk_begin_key(walk), SCRUBGATE_OK);
            assert_int_equal(sg_json_walk_add_key(walk, letter), SCRUBGATE_OK);
        } else {
            assert_int_equal(sg_place_print(sg_json_walk_place(walk), story), SCRUBGATE_OK);
            assert_int_equal(sg_buf_add_byte(story, ' '), SCRUBGATE_OK);
        }
    }
}

static void tells_places(void **state)
{
    const struct row *row = *state;
    struct sg_json_walk walk = {.depth = 0};
    struct sg_buf story = {0};
    walk_along(&walk, row->in, &story);
    assert_true(sg_bytes_equal(sg_buf_bytes(&story), sg_bytes_of(row->want)));
    sg_buf_fini(&story);
    sg_json_walk_fini(&walk);
}

static void depth_is_limited(void **state)
{
    (void)state;
    struct sg_json_walk walk = {.depth = 0};
    for (size_t i = 0; i < SG_JSON_DEPTH; i++)
        assert_int_equal(sg_json_walk_take(&walk, i % 2 == 0 ? '[' : '{'), SCRUBGATE_OK);
    assert_int_equal(sg_json_walk_take(&walk, '['), SCRUBGATE_ELIMIT);
    assert_int_equal(sg_json_walk_place(&walk).n, SG_JSON_DEPTH);
    sg_json_walk_fini(&walk);
}

static void check_cut(const char *key, size_t step, size_t want, bool cut)
{
    struct sg_json_walk walk = {.depth = 0};
    size_t len = strlen(key);
    assert_int_equal(sg_json_walk_take(&walk, '{'), SCRUBGATE_OK);
    assert_int_equal(sg_json_walk_begin_key(&walk), SCRUBGATE_OK);
    for (size_t at = 0; at < len; at += step) {
        size_t n = len - at < step ? len - at : step;
        struct sg_bytes part = {(const uint8_t *)key + at, n};
        assert_int_equal(sg_json_walk_add_key(&walk, part), SCRUBGATE_OK);
    }
    struct sg_place place = sg_json_walk_place(&walk);
    assert_int_equal(place.n, 1);
    assert_int_equal(place.steps[0].name.len, want);
    assert_memory_equal(place.steps[0].name.data, key, want);
    assert_int_equal(place.steps[0].cut, cut);
    sg_json_walk_fini(&walk);
}

static void a_long_key_is_cut_between_code_points(void **state)
{
    (void)state;
    char key[128] = "";
    for (size_t i = 0; i < 63; i++)
        key[i] = 'k';
    for (size_t step = 1; step < 70; step++) {
        (void)strcpy(key + 63, "k");
        check_cut(key, step, 64, false);
        (void)strcpy(key + 63, "kk");
        check_cut(key, step, 64, true);
        (void)strcpy(key + 63, "ü");
        check_cut(key, step, 63, true);
        (void)strcpy(key + 62, "😀k");
        check_cut(key, step, 62, true);
        key[62] = 'k';
    }
}

static void an_empty_key_is_a_name(void **state)
{
    (void)state;
    struct sg_json_walk walk = {.depth = 0};
    assert_int_equal(sg_json_walk_take(&walk, '{'), SCRUBGATE_OK);
    assert_int_equal(sg_json_walk_begin_key(&walk), SCRUBGATE_OK);
    assert_non_null(sg_json_walk_place(&walk).steps[0].name.data);
    sg_json_walk_fini(&walk);
}

int main(void)
{
    SG_SUITE_ROWS(tells_places, rows);
    sg_suite_add("depth is limited", depth_is_limited, NULL);
    sg_suite_add("a long key is cut between code points", a_long_key_is_cut_between_code_points,
                 NULL);
    sg_suite_add("an empty key is a name", an_empty_key_is_a_name, NULL);
    return sg_suite_run("json_walk");
}
