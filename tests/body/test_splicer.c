/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_splicer.c - code points that edits begin or end inside are wholly replaced.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/json.h"
#include "body/splicer.h"

#include "../lib/suite.h"

/*
 * Each row plays a scanner's part over the same value:
 *
 *     a \u00fc ü \ud83d\ude00 b    raw, at body offset 100
 *     0 1      3 5            9    decoded offsets; 10 is the end
 *
 * by edits [start, end) that become "#"; what is between is kept in one piece or byte by byte.
 */
static const char decoded[] = "aüü😀b";
enum { LEN = 10 };

struct row {
    const char *name;
    struct sg_span edits[3];
    const char *want;
};

static const struct row rows[] = {
    {"no edit leaves every byte", {{0, 0}}, "a\\u00fcü\\ud83d\\ude00b"},
    {"an edit of a whole escape", {{1, 3}}, "a#ü\\ud83d\\ude00b"},
    {"an edit of a whole raw code point", {{3, 5}}, "a\\u00fc#\\ud83d\\ude00b"},
    {"an edit of a whole pair", {{5, 9}}, "a\\u00fcü#b"},
    {"an edit that begins inside an escape", {{2, 3}}, "a#ü\\ud83d\\ude00b"},
    {"an edit that ends inside an escape", {{1, 2}}, "a#ü\\ud83d\\ude00b"},
    {"an edit that begins inside a raw code point", {{4, 5}}, "a\\u00fc#\\ud83d\\ude00b"},
    {"an edit that ends inside a raw code point", {{3, 4}}, "a\\u00fc#\\ud83d\\ude00b"},
    {"an edit inside a pair", {{6, 8}}, "a\\u00fcü#b"},
    {"two edits inside a pair", {{5, 6}, {7, 8}}, "a\\u00fcü##b"},
    {"an edit from inside one into the next", {{2, 4}}, "a#\\ud83d\\ude00b"},
    {"an edit from a raw one into a pair", {{4, 6}}, "a\\u00fc#b"},
    {"an edit of all", {{0, 10}}, "#"},
    {"edits side by side", {{0, 1}, {1, 3}, {3, 10}}, "###"},
    {"an edit at the start and at the end", {{0, 1}, {9, 10}}, "#\\u00fcü\\ud83d\\ude00#"},
};

static void add_escapes(struct sg_splicer *splicer)
{
    const struct sg_escape two = {1, 101, 2, 6, "\\u00fc"};
    const struct sg_escape pair = {5, 109, 4, 12, "\\ud83d\\ude00"};
    assert_int_equal(sg_splicer_escape(splicer, &two), SCRUBGATE_OK);
    assert_int_equal(sg_splicer_escape(splicer, &pair), SCRUBGATE_OK);
}

static void keep_range(const struct sg_splice *splice, size_t from, size_t to, size_t most)
{
    while (from < to) {
        size_t n = to - from < most ? to - from : most;
        struct sg_bytes text = {(const uint8_t *)decoded + from, n};
        assert_int_equal(splice->keep(splice->ctx, from, text), SCRUBGATE_OK);
        from += n;
    }
}

static void play(const struct row *row, size_t most)
{
    char room[128];
    struct scrubgate_out out = {room, sizeof room, 0};
    struct sg_outlet outlet = {.out = &out};
    struct sg_splicer splicer;
    sg_splicer_init(&splicer, &outlet, NULL);
    sg_splicer_begin(&splicer, 100);
    add_escapes(&splicer);
    struct sg_splice splice = sg_splicer_splice(&splicer, SG_PATH_NONE);
    size_t at = 0;
    for (size_t i = 0; i < 3 && row->edits[i].end > 0; i++) {
        keep_range(&splice, at, row->edits[i].start, most);
        at = row->edits[i].end;
        assert_int_equal(splice.edit(splice.ctx, row->edits[i].start, at, SG_BYTES("#")),
                         SCRUBGATE_OK);
    }
    keep_range(&splice, at, LEN, most);
    assert_int_equal(out.pos, strlen(row->want));
    assert_memory_equal(room, row->want, out.pos);
    sg_splicer_fini(&splicer);
    sg_outlet_fini(&outlet);
}

static void is_spliced(void **state)
{
    for (size_t most = 1; most <= LEN; most++)
        play(*state, most);
}

static void offsets_map_to_raw_ones(void **state)
{
    (void)state;
    static const struct {
        uint64_t offset, start, end;
    } want[] = {
        {0, 100, 100}, {1, 101, 101}, {2, 101, 107}, {3, 107, 107},  {4, 108, 108},
        {5, 109, 109}, {6, 109, 121}, {9, 121, 121}, {10, 122, 122},
    };
    struct scrubgate_out out = {NULL, 0, 0};
    struct sg_outlet outlet = {.out = &out};
    struct sg_splicer splicer;
    sg_splicer_init(&splicer, &outlet, NULL);
    sg_splicer_begin(&splicer, 100);
    add_escapes(&splicer);
    struct sg_splice splice = sg_splicer_splice(&splicer, SG_PATH_NONE);
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
        assert_int_equal(splice.raw(splice.ctx, want[i].offset, false), want[i].start);
        assert_int_equal(splice.raw(splice.ctx, want[i].offset, true), want[i].end);
    }
    sg_splicer_fini(&splicer);
    sg_outlet_fini(&outlet);
}

/* Feeds n one-letter escapes, all of which wait. */
static enum scrubgate_status add_many(struct sg_splicer *splicer, uint64_t from, uint64_t n)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (uint64_t i = from; i < from + n && rc >= 0; i++) {
        const struct sg_escape one = {i, i * 6, 1, 6, "\\u0061"};
        rc = sg_splicer_escape(splicer, &one);
    }
    return rc;
}

static void one_edit_holds_a_bounded_number_of_escapes(void **state)
{
    (void)state;
    struct scrubgate_out out = {NULL, 0, 0};
    struct sg_outlet outlet = {.out = &out};
    struct sg_splicer splicer;
    sg_splicer_init(&splicer, &outlet, NULL);
    struct sg_splice splice = sg_splicer_splice(&splicer, SG_PATH_NONE);
    sg_splicer_begin(&splicer, 0);
    assert_int_equal(add_many(&splicer, 0, 65536), SCRUBGATE_OK);
    assert_int_equal(splice.edit(splice.ctx, 0, 65536, SG_BYTES("#")), SCRUBGATE_OK);
    assert_int_equal(add_many(&splicer, 65536, 65537), SCRUBGATE_OK);
    assert_int_equal(splice.edit(splice.ctx, 65536, 131073, SG_BYTES("#")), SCRUBGATE_ELIMIT);
    sg_splicer_begin(&splicer, 0);
    assert_int_equal(add_many(&splicer, 0, 200000), SCRUBGATE_ELIMIT);
    sg_splicer_fini(&splicer);
    sg_outlet_fini(&outlet);
}

int main(void)
{
    SG_SUITE_ROWS(is_spliced, rows);
    sg_suite_add("offsets map to raw ones, inside a code point to its ends",
                 offsets_map_to_raw_ones, NULL);
    sg_suite_add("one edit holds a bounded number of escapes",
                 one_edit_holds_a_bounded_number_of_escapes, NULL);
    return sg_suite_run("splicer");
}
