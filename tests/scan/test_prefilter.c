/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_prefilter.c - what a census says of a text, against counting byte by byte.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "scan/prefilter.h"

#include "../lib/suite.h"

enum { LONGEST = 150, TEXTS = 40 };

static const struct row {
    const char *name;
    unsigned first, n; /* the texts' bytes: n of them from first on */
} rows[] = {
    {"digits and their neighbours", '0' - 3, 16},
    {"bytes around the sign bit", 0x78, 16},
    {"digits with the sign bit set are none", 0xA8, 24},
    {"all bytes", 0, 256},
    {"the highest and the lowest", 0xF8, 16},
};

/* A small linear congruential generator: the same texts in every run. */
static unsigned draw(uint32_t *seed, unsigned below)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (*seed >> 16) % below;
}

static void counts_the_same(void **state)
{
    const struct row *row = *state;
    uint32_t seed = 5;
    for (size_t len = 0; len < LONGEST; len++) {
        for (size_t n = 0; n < TEXTS; n++) {
            uint8_t text[LONGEST];
            struct sg_census census, wanted = {.len = len};
            for (size_t i = 0; i < len; i++) {
                uint8_t c = text[i] = (uint8_t)(row->first + draw(&seed, row->n));
                wanted.bytes[c / 64] |= UINT64_C(1) << c % 64;
                wanted.digits += sg_is_digit(c) ? 1 : 0;
            }
            memset(&census, 0xFF, sizeof census);
            sg_census_take(&census, (struct sg_bytes){text, len});
            assert_memory_equal(&census, &wanted, sizeof census);
        }
    }
}

static void turns_away_only_what_cannot_match(void **state)
{
    (void)state;
    struct sg_census census;
    struct sg_needs needs = {.any = {UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX}};
    sg_census_take(&census, SG_BYTES("a1b2"));
    assert_true(sg_census_allows(&census, &needs, 4));
    assert_false(sg_census_allows(&census, &needs, 5));
    needs.digits = 2;
    assert_true(sg_census_allows(&census, &needs, 4));
    needs.digits = 3;
    assert_false(sg_census_allows(&census, &needs, 4));
    needs.digits = 0;
    needs.bytes['b' / 64] = UINT64_C(1) << 'b' % 64;
    assert_true(sg_census_allows(&census, &needs, 4));
    needs.bytes['c' / 64] |= UINT64_C(1) << 'c' % 64;
    assert_false(sg_census_allows(&census, &needs, 4));
    needs = (struct sg_needs){.any = {0, UINT64_C(1) << '@' % 64, 0, 0}};
    assert_false(sg_census_allows(&census, &needs, 4));
}

int main(void)
{
    SG_SUITE_ROWS(counts_the_same, rows);
    sg_suite_add("turns away only what cannot match", turns_away_only_what_cannot_match, NULL);
    return sg_suite_run("prefilter");
}
