/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_sieve.c - the tables say what the signatures say: the rows exactly, the coarse forms at
 * least.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "rule/sieve.h"
#include "../lib/alloc_fail.h"
#include "../lib/suite.h"
#include "../lib/toy_sieve.h"

enum { LONGEST = 5000 };

static struct sg_toy_sieve toy;
static struct sg_sample *sample;

static struct sg_sieve *make(size_t n_rules, uint64_t seed, struct sg_toy_random *random)
{
    struct sg_sieve *sieve = NULL;
    random->state = seed;
    sg_toy_sieve_init(&toy, random, n_rules);
    assert_int_equal(sg_sieve_new(&sieve, toy.parts, toy.n, sample), SCRUBGATE_OK);
    return sieve;
}

static unsigned class_at(const struct sg_sieve *sieve, const uint8_t *text, size_t len, size_t at)
{
    return at >= 1 && at - 1 < len ? sieve->classes[text[at - 1]] : sieve->outside;
}

static void check_rows(const struct sg_sieve *sieve, const uint8_t *text, size_t len)
{
    for (size_t place = 0; place < len; place++) {
        for (size_t word = 0; word < sieve->words; word++) {
            uint64_t want = 0, got = UINT64_MAX;
            for (size_t s = word * 64; s < sieve->n && s < word * 64 + 64; s++)
                want |= (uint64_t)sg_toy_sieve_holds(sg_toy_sieve_of(&toy, sieve, s),
                                                     SG_SIGNATURE_BYTES, text, len, place)
                        << s % 64;
            for (unsigned k = 0; k < SG_SIGNATURE_BYTES; k++)
                got &= sg_sieve_row(sieve, k, class_at(sieve, text, len, place + k))[word];
            assert_int_equal(got, want);
        }
    }
}

/* What the forms hold of a byte; zero stands for outside. */
struct held {
    uint64_t plain;
    uint32_t symbols, chains;
};

static struct held look(const struct sg_sieve *sieve, size_t step, uint8_t byte)
{
    struct held held = {sieve->plain[step][byte], 0, 0};
    uint8_t symbol = byte < 0x80 ? sieve->fold[byte] : sieve->high;
    for (unsigned group = 0; group < sieve->fold_groups; group++)
        held.symbols |= (uint32_t)sieve->symbols[group][step][symbol] << group * 8;
    for (unsigned chain = 0; chain < sieve->chains; chain++)
        held.chains |= (uint32_t)(~sieve->chain[byte][chain] >> step * 8 & 0xFF) << chain * 8;
    return held;
}

static struct held look_all(const struct sg_sieve *sieve, const uint8_t *text, size_t len,
                            size_t place, bool *zero)
{
    struct held held = {UINT64_MAX, UINT32_MAX, UINT32_MAX};
    for (size_t step = 0; step < SG_SIEVE_STEPS; step++) {
        bool inside = place + step >= 1 && place + step - 1 < len;
        uint8_t byte = inside ? text[place + step - 1] : 0;
        struct held more = look(sieve, step, byte);
        held.plain &= more.plain;
        held.symbols &= more.symbols;
        held.chains &= more.chains;
        *zero = *zero || byte == 0;
    }
    return held;
}

/* Whether some group's looks let the place through. */
static bool halves_let(const struct sg_sieve *sieve, const uint8_t *text, size_t len, size_t place)
{
    bool lets = false;
    for (unsigned group = 0; group < sieve->nibble_groups; group++) {
        const struct sg_sieve_looks *looks = &sieve->looks[group];
        uint8_t held = 0xFF;
        assert_true(looks->n >= 1 && looks->n <= SG_SIEVE_LOOKS);
        for (size_t i = 0; i < looks->n; i++) {
            const struct sg_sieve_look *own = &looks->list[i];
            const size_t position = own->at % SG_SIEVE_APART, at = place + position;
            assert_true(position < SG_SIGNATURE_BYTES);
            assert_memory_equal(own->table, own->table + 16, 16);
            uint8_t byte = at >= 1 && at - 1 < len ? text[at - 1] : 0;
            held &= own->table[own->at < SG_SIEVE_APART ? byte & 15 : sg_sieve_kind(byte)];
        }
        lets = lets || held != 0;
    }
    return lets;
}

/* Whether a form lets the place through, given its buckets there and SG_SIEVE_STEPS places on. */
static bool lets(const struct sg_sieve *sieve, uint64_t here, uint64_t next)
{
    const uint64_t head = UINT64_C(1) << SG_SIEVE_HEAD, tail = UINT64_C(1) << SG_SIEVE_TAIL;
    if (!sieve->paired || (here & ~(head | tail)) != 0)
        return here != 0;
    return (here & head) != 0 && (next & tail) != 0;
}

static void check_coarse(const struct sg_sieve *sieve, const uint8_t *text, size_t len)
{
    for (size_t place = 0; place < len; place++) {
        bool zero = false; /* which outside and byte 0 share */
        struct held here = look_all(sieve, text, len, place, &zero);
        struct held next = look_all(sieve, text, len, place + SG_SIEVE_STEPS, &zero);
        bool all = false, first = false; /* positions of a signature */
        for (size_t s = 0; s < sieve->n && !all; s++) {
            const struct sg_signature *signature = sg_toy_sieve_of(&toy, sieve, s);
            all = sg_toy_sieve_holds(signature, SG_SIGNATURE_BYTES, text, len, place);
            first = first || sg_toy_sieve_holds(signature, SG_SIEVE_STEPS, text, len, place);
        }
        assert_true(!all || lets(sieve, here.plain, next.plain));
        assert_true(!all || halves_let(sieve, text, len, place));
        assert_true(!all || lets(sieve, here.symbols, next.symbols));
        assert_true(!all || here.chains != 0);
        if (sieve->n <= 64 && !sieve->paired && !zero)
            assert_true(first || !lets(sieve, here.plain, next.plain));
    }
}

static const struct row {
    const char *name;
    size_t rules;
} rows[] = {
    {"no rules, no signatures", 0},
    {"one rule", 1},
    {"as many as a group has buckets", 5},
    {"as many as the plain form has buckets", 30},
    {"more than a row's word holds", 60},
    {"more than buckets", 120},
    {"hundreds", 300},
};

static void test_tables(void **state)
{
    const struct row *row = *state;
    static uint8_t text[LONGEST];
    struct sg_toy_random random;
    for (uint64_t seed = 0; seed < 3; seed++) {
        struct sg_sieve *sieve = make(row->rules, seed * 1000 + row->rules, &random);
        for (size_t len = 0; len < 300; len += 1 + len / 3) {
            sg_toy_sieve_text(&toy, &random, text, len);
            check_rows(sieve, text, len);
            check_coarse(sieve, text, len);
        }
        sg_sieve_free(sieve);
        sg_toy_sieve_fini(&toy);
    }
}

static void test_entries(void **state)
{
    (void)state;
    struct sg_toy_random random;
    struct sg_sieve *sieve = make(200, 7, &random);
    size_t next = 0;
    assert_int_equal(sieve->n_parts, toy.n);
    for (size_t i = 0; i < toy.n; i++) {
        const struct sg_sieve_range *range = &sieve->parts[i];
        assert_int_equal(range->n, toy.parts[i].n);
        assert_int_equal(range->first, next);
        next += range->n;
        for (size_t k = 0; k < range->n; k++) {
            const struct sg_sieve_entry *entry = &sieve->entries[range->first + k];
            const struct sg_signature *signature = &toy.parts[i].signatures[k];
            assert_int_equal(entry->part, i);
            assert_int_equal(entry->min_before, signature->min_before);
            assert_int_equal(entry->max_before, signature->max_before);
            assert_true(sg_set_equal(&entry->before, &signature->before));
        }
    }
    assert_int_equal(sieve->n, next);
    assert_int_equal(sieve->words, (next + 63) / 64);
    sg_sieve_free(sieve);
    sg_toy_sieve_fini(&toy);
}

static void test_unknown(void **state)
{
    (void)state;
    struct sg_toy_random random;
    struct sg_sieve *sieve = make(50, 8, &random);
    for (unsigned k = 0; k < SG_SIGNATURE_BYTES; k++) {
        const uint64_t *row = sg_sieve_row(sieve, k, sieve->unknown);
        for (size_t s = 0; s < sieve->words * 64; s++)
            assert_int_equal(row[s / 64] >> s % 64 & 1, s < sieve->n);
    }
    sg_sieve_free(sieve);
    sg_toy_sieve_fini(&toy);
}

static void test_classes(void **state)
{
    (void)state;
    struct sg_signature signature = {.outside = UINT16_MAX};
    for (unsigned k = 0; k < SG_SIGNATURE_BYTES; k++)
        sg_set_add(&signature.at[k], '0', k < 3 ? '9' : '4');
    const struct sg_sieve_part part = {&signature, 1};
    struct sg_sieve *sieve = NULL;
    assert_int_equal(sg_sieve_new(&sieve, &part, 1, sample), SCRUBGATE_OK);
    assert_int_equal(sieve->outside, 3); /* 0-4, 5-9 and all others */
    assert_int_equal(sieve->classes['0'], sieve->classes['4']);
    assert_int_not_equal(sieve->classes['4'], sieve->classes['5']);
    assert_int_equal(sieve->classes[0], sieve->classes[255]);
    assert_int_equal(sieve->nibble_groups, 1);
    assert_int_equal(sieve->fold_groups, 1);
    sg_sieve_free(sieve);
}

static void test_long(void **state)
{
    (void)state;
    struct sg_signature word = {.outside = 1};
    for (unsigned k = 0; k < SG_SIGNATURE_BYTES; k++) {
        sg_set_add(&word.at[k], 'a', 'z');
        sg_set_add_nocase(&word.at[k]);
    }
    sg_set_invert(&word.at[0]);
    const struct sg_sieve_part part = {&word, 1};
    struct sg_sieve *sieve = NULL;
    assert_int_equal(sg_sieve_new(&sieve, &part, 1, sample), SCRUBGATE_OK);
    assert_true(sieve->paired);
    bool zero = false;
    static const char text[] = "a reservation, an internationalisation";
    for (size_t place = 0; place + 1 < sizeof text; place++) {
        const uint8_t *bytes = (const uint8_t *)text;
        struct held here = look_all(sieve, bytes, sizeof text - 1, place, &zero);
        struct held next = look_all(sieve, bytes, sizeof text - 1, place + SG_SIEVE_STEPS, &zero);
        assert_int_equal(lets(sieve, here.plain, next.plain), place == 18);
        assert_int_equal(lets(sieve, here.symbols, next.symbols), place == 18);
        assert_true(place != 18 || halves_let(sieve, bytes, sizeof text - 1, place));
    }
    sg_sieve_free(sieve);
}

static void test_too_many(void **state)
{
    (void)state;
    static const struct sg_signature signatures[8];
    static struct sg_sieve_part parts[SG_SIEVE_MOST / 8 + 1];
    const size_t n = sizeof parts / sizeof *parts;
    struct sg_sieve *sieve = NULL;
    for (size_t i = 0; i < n; i++)
        parts[i] = (struct sg_sieve_part){signatures, 8};
    assert_int_equal(sg_sieve_new(&sieve, parts, n, sample), SCRUBGATE_ELIMIT);
    assert_null(sieve);
    parts[0].n = 0;
    assert_int_equal(sg_sieve_new(&sieve, parts, n, sample), SCRUBGATE_OK);
    assert_int_equal(sieve->n, SG_SIEVE_MOST);
    sg_sieve_free(sieve);
}

static enum scrubgate_status make_once(void *ctx)
{
    (void)ctx;
    struct sg_sieve *sieve = NULL;
    struct sg_sample *own = NULL;
    enum scrubgate_status rc = sg_sample_new(&own);
    if (rc == SCRUBGATE_OK)
        rc = sg_sieve_new(&sieve, toy.parts, toy.n, own);
    assert_true((sieve == NULL) == (rc < 0));
    sg_sieve_free(sieve);
    sg_sample_free(own);
    return rc;
}

static void test_allocations(void **state)
{
    (void)state;
    struct sg_toy_random random = {9};
    sg_toy_sieve_init(&toy, &random, 3);
    assert_true(sg_alloc_fail_each(make_once, NULL) > 8);
    sg_toy_sieve_fini(&toy);
}

int main(void)
{
    if (sg_sample_new(&sample) < 0)
        return 1;
    SG_SUITE_ROWS(test_tables, rows);
    sg_suite_add("a rule's entries stand side by side, and say what its signatures say",
                 test_entries, NULL);
    sg_suite_add("a byte that has not come yet can be anything", test_unknown, NULL);
    sg_suite_add("bytes that no signature tells apart are of one class", test_classes, NULL);
    sg_suite_add("a signature that only its later positions make rare is seen by them", test_long,
                 NULL);
    sg_suite_add("too many signatures are refused", test_too_many, NULL);
    sg_suite_add("any allocation may fail", test_allocations, NULL);
    int rc = sg_suite_run("sieve");
    sg_sample_free(sample);
    return rc;
}
