/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_places.c - where lead bytes stand, across the words of a bit row and at both ends.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "scan/places.h"

#include "../lib/suite.h"

static const struct row {
    const char *name;
    size_t len, marks[6], n; /* a text of len dots with @ at the marks */
} rows[] = {
    {"an empty text has no places", 0, {0}, 0},
    {"no mark, no place", 200, {0}, 0},
    {"the first byte is a place", 1, {0}, 1},
    {"places on both sides of a word's end", 130, {62, 63, 64, 65, 127, 128}, 6},
    {"the last byte is a place", 129, {128}, 1},
    {"a run is as long as it is", 100, {10, 11, 12, 13, 20, 21}, 6},
    {"places far apart", 20000, {3, 9000, 19999}, 3},
};

static void finds_places(void **state)
{
    const struct row *row = *state;
    struct sg_leads leads = {.n = 2};
    struct sg_places *places = malloc(sizeof *places);
    uint8_t *text = malloc(row->len + 1);
    assert_non_null(places);
    assert_non_null(text);
    leads.classes['@'] = 1u << 1;
    memset(places, 0xFF, sizeof *places); /* an earlier text's rows must not shine through */
    memset(text, '.', row->len + 1);
    for (size_t i = 0; i < row->n; i++)
        text[row->marks[i]] = '@';
    sg_places_take(places, &leads, (struct sg_bytes){text, row->len});
    struct sg_span run = {0, 0};
    size_t i = 0;
    while (sg_places_next(places, 1, run.end, &run)) {
        assert_true(run.end > run.start);
        for (size_t place = run.start; place < run.end; place++, i++) {
            assert_true(i < row->n);
            assert_int_equal(place, row->marks[i]);
        }
    }
    assert_int_equal(i, row->n);
    assert_false(sg_places_next(places, 0, 0, &run));
    free(text);
    free(places);
}

/* Digits are counted for every stretch, also one that ends behind the text. */
static void counts_digits(void **state)
{
    (void)state;
    static const char text[] = "a1b22c333 0123456789 0123456789 0123456789 0123456789 0123456789 4";
    struct sg_leads leads = {.n = 0};
    struct sg_places *places = malloc(sizeof *places);
    assert_non_null(places);
    memset(places, 0xFF, sizeof *places);
    sg_places_take(places, &leads, SG_BYTES(text));
    for (size_t start = 0; start < sizeof text - 1; start++) {
        unsigned digits = 0;
        for (size_t len = 0; len <= sizeof text; len++) {
            assert_int_equal(sg_places_digits(places, start, len), digits);
            if (start + len < sizeof text - 1)
                digits += sg_is_digit(text[start + len]) ? 1 : 0;
        }
    }
    free(places);
}

int main(void)
{
    SG_SUITE_ROWS(finds_places, rows);
    sg_suite_add("digits are counted, also beyond the end", counts_digits, NULL);
    return sg_suite_run("places");
}
