/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_traits.c - where a signature holds, the text has the traits that it needs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "rule/sieve.h"
#include "rule/traits.h"
#include "../lib/suite.h"
#include "../lib/toy_sieve.h"

enum { TEXTS = 400, LONGEST = 40, RULES = 60 };

/* --- signatures by dice ------------------------------------------------------------------------
 */

static void a_signature_needs_only_what_is_there(void **state)
{
    static struct sg_toy_sieve toy;
    struct sg_toy_random random = {.state = 7};
    size_t held = 0;
    (void)state;
    sg_toy_sieve_init(&toy, &random, RULES);
    for (size_t i = 0; i < TEXTS; i++) {
        uint8_t text[LONGEST];
        size_t len = 1 + sg_toy_below(&random, LONGEST);
        sg_toy_sieve_text(&toy, &random, text, len);
        uint64_t traits = sg_traits_of((struct sg_bytes){text, len}, true);
        for (size_t s = 0; s < toy.n_signatures; s++) {
            bool holds = false;
            for (size_t place = 0; place < len && !holds; place++)
                holds =
                    sg_toy_sieve_holds(&toy.signatures[s], SG_SIGNATURE_BYTES, text, len, place);
            held += holds;
            if (holds)
                assert_int_equal(sg_traits_needed(&toy.signatures[s]) & ~traits, 0);
        }
    }
    assert_true(held > TEXTS / 4);
    sg_toy_sieve_fini(&toy);
}

static void a_sieve_rules_out_what_lacks_a_trait(void **state)
{
    static struct sg_toy_sieve toy;
    struct sg_toy_random random = {.state = 11};
    struct sg_sample *sample = NULL;
    struct sg_sieve *sieve = NULL;
    uint64_t wanted[SG_SIEVE_MOST / 64], possible[SG_SIEVE_MOST / 64];
    size_t out = 0;
    (void)state;
    sg_toy_sieve_init(&toy, &random, RULES);
    assert_int_equal(sg_sample_new(&sample), SCRUBGATE_OK);
    assert_int_equal(sg_sieve_new(&sieve, toy.parts, toy.n, sample), SCRUBGATE_OK);
    for (size_t i = 0; i < TEXTS; i++) {
        uint8_t text[LONGEST];
        size_t len = 1 + sg_toy_below(&random, LONGEST);
        bool any = false;
        sg_toy_sieve_text(&toy, &random, text, len);
        for (size_t w = 0; w < sieve->words; w++)
            wanted[w] = sg_toy_random(&random) | sg_toy_random(&random);
        uint64_t traits = sg_traits_of((struct sg_bytes){text, len}, true);
        bool some = sg_sieve_possible(sieve, wanted, traits, possible);
        for (size_t s = 0; s < sieve->n; s++) {
            bool asked = (wanted[s / 64] >> s % 64 & 1) != 0;
            bool can = (sg_traits_needed(sg_toy_sieve_of(&toy, sieve, s)) & ~traits) == 0;
            any = any || (asked && can);
            out += asked && !can;
            if (some)
                assert_int_equal(possible[s / 64] >> s % 64 & 1, asked && can);
        }
        assert_true(some || !any);
    }
    assert_true(out > 0);
    sg_sieve_free(sieve);
    sg_sample_free(sample);
    sg_toy_sieve_fini(&toy);
}

/* --- known ones --------------------------------------------------------------------------------
 */

/* The signature is of a place with so many bytes of that set from it on. */
static const struct row {
    const char *name, *text;
    unsigned low, high, n; /* bytes of the set, and how many of them stand there */
    uint16_t quota;        /* of the same bytes, behind the place; 0: none */
    bool whole, possible;
} rows[] = {
    {"digits are in a text of digits", "1234", '0', '9', 4, 0, true, true},
    {"four digits are not in three", "a123", '0', '9', 4, 0, true, false},
    {"four bytes are not in three", "ab@", 0x21, 0x7E, 4, 0, true, false},
    {"a quota of digits is not in fewer", "1234 567", '0', '9', 1, 8, true, false},
    {"a quota of digits is in as many", "1234 5678", '0', '9', 1, 8, true, true},
    {"a part of a text may lack digits", "a123", '0', '9', 4, 0, false, true},
    {"a part of a text may lack bytes", "ab@", 0x21, 0x7E, 4, 0, false, true},
    {"an at is not where none is", "jo at example", '@', '@', 1, 0, false, false},
    {"an at is where one is", "jo@example", '@', '@', 1, 0, false, true},
    {"one of two kinds may be the other", "abc", '0', 'z', 1, 0, true, true},
    {"what is not ASCII is a kind", "abc", 0x80, 0xFF, 1, 0, true, false},
    {"NUL is a byte", "a", 0, 0, 1, 0, true, false},
};

static void is_as_it_should_be(void **state)
{
    const struct row *row = *state;
    struct sg_signature signature = {.outside = UINT16_MAX};
    for (unsigned k = 0; k < SG_SIGNATURE_BYTES; k++)
        sg_set_add(&signature.at[k], 0, 0xFF);
    for (unsigned k = 1; k <= row->n; k++) {
        signature.outside &= (uint16_t) ~(1U << k);
        signature.at[k] = (struct sg_set){{0}};
        sg_set_add(&signature.at[k], row->low, row->high);
    }
    signature.quotas[0].least = row->quota;
    for (unsigned c = row->low; c <= row->high; c++)
        signature.quotas[0].kinds[c] = 2;
    uint64_t traits = sg_traits_of(sg_bytes_of(row->text), row->whole);
    assert_int_equal((sg_traits_needed(&signature) & ~traits) == 0, row->possible);
}

int main(void)
{
    sg_suite_add("a signature needs only what is there", a_signature_needs_only_what_is_there,
                 NULL);
    sg_suite_add("a sieve rules out what lacks a trait", a_sieve_rules_out_what_lacks_a_trait,
                 NULL);
    SG_SUITE_ROWS(is_as_it_should_be, rows);
    return sg_suite_run("rule/traits");
}
