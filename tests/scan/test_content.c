/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_content.c - the fingerprint of a text: the same as a plain reading of its definition gives,
 * however the text is cut; alike for texts that are alike.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "scan/content.h"

#include "../lib/dice.h"
#include "../lib/suite.h"

enum { SEED = 77, LONGEST = 1500 };

/* --- the definition, byte by byte --- */

static uint64_t step(uint64_t hash, uint64_t chunk)
{
    hash = (hash ^ chunk) * UINT64_C(0x9fb21c651e98df25);
    return hash ^ hash >> 32;
}

static uint64_t word_of(const uint8_t *text, size_t len)
{
    uint64_t hash = SEED | 1, chunk = 0;
    for (size_t i = 0; i < len; i++) {
        const uint8_t c = text[i] >= 'A' && text[i] <= 'Z' ? text[i] + 32 : text[i];
        chunk |= (uint64_t)c << 8 * (i % 8);
        if (i % 8 == 7) {
            hash = step(hash, chunk);
            chunk = 0;
        }
    }
    return step(hash, chunk ^ (uint64_t)len << 56);
}

static uint64_t turn(uint64_t x, unsigned n)
{
    return x << n | x >> (64 - n);
}

static uint64_t plain(const uint8_t *text, size_t len)
{
    int count[64] = {0};
    uint64_t one = 0, two = 0, value = 0;
    size_t words = 0;
    for (size_t i = 0, begin = 0; i <= len; i++) {
        const uint8_t c = i < len ? text[i] : ' ';
        if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c >= 0x80)
            continue;
        if (i > begin) {
            const uint64_t word = word_of(text + begin, i - begin);
            uint64_t run = (word ^ turn(one, 21) ^ turn(two, 42)) * UINT64_C(0xff51afd7ed558ccd);
            run = (run ^ run >> 32) * UINT64_C(0xc4ceb9fe1a85ec53);
            for (unsigned k = 0; k < 64 && words >= 2; k++)
                count[k] += (int)(run >> k & 1);
            two = one;
            one = word;
            words++;
        }
        begin = i + 1;
    }
    if (words < SG_CONTENT_FEWEST_WORDS)
        return 0;
    for (unsigned k = 0; k < 64; k++)
        value |= (uint64_t)((size_t)count[k] > (words - 2) / 2) << k;
    return value == 0 ? 1 : value;
}

/* --- the fast one --- */

/* In pieces of their own memory, so that a read behind one is seen. */
static void add_piece(struct sg_content *content, const uint8_t *text, size_t len)
{
    uint8_t *own = malloc(len == 0 ? 1 : len);
    assert_non_null(own);
    memcpy(own, text, len);
    sg_content_add(content, (struct sg_bytes){own, len});
    free(own);
}

static uint64_t whole(const char *text)
{
    struct sg_content content;
    sg_content_init(&content, SEED);
    add_piece(&content, (const uint8_t *)text, strlen(text));
    return sg_content_value(&content);
}

static size_t make_text(struct sg_dice *dice, uint8_t text[LONGEST])
{
    static const char some[] = "abcxyzABCXYZ0189  ,.-@[`{/:\x7f\x01\x80\xc3\xa4\xff\xe9";
    const size_t len = sg_dice_below(dice, LONGEST);
    const bool wild = sg_dice_below(dice, 4) == 0;
    const unsigned longest = 1 + (unsigned)sg_dice_below(dice, 12) * (wild ? 12 : 1);
    for (size_t i = 0, left = 0; i < len; i++) {
        if (wild && left == 0)
            text[i] = (uint8_t)sg_dice_below(dice, 256);
        else
            text[i] = (uint8_t)(left == 0 ? ' ' : some[sg_dice_below(dice, sizeof some - 1)]);
        left = left == 0 ? sg_dice_below(dice, longest) : left - 1;
    }
    return len;
}

static void test_any_text_in_any_pieces(void **state)
{
    static uint8_t text[LONGEST];
    struct sg_dice dice = {5};
    unsigned told = 0;
    (void)state;
    for (unsigned round = 0; round < 3000; round++) {
        const size_t len = make_text(&dice, text);
        const uint64_t want = plain(text, len);
        struct sg_content content;
        sg_content_init(&content, SEED);
        add_piece(&content, text, len);
        if (sg_content_value(&content) != want)
            fail_msg("round %u, %zu bytes", round, len);
        sg_content_init(&content, SEED);
        for (size_t at = 0; at < len;) {
            size_t n = sg_dice_below(&dice, round % 3 == 0 ? 4 : 200);
            n = n < len - at ? n : len - at;
            add_piece(&content, text + at, n);
            at += n;
            if (at == len / 2)
                (void)sg_content_value(&content); /* to ask changes nothing */
        }
        if (sg_content_value(&content) != want)
            fail_msg("round %u, %zu bytes in pieces", round, len);
        told += want != 0;
    }
    assert_true(told > 1000);
}

/* --- what it is for --- */

#define EIGHT "one two three four five six seven eight"

static const struct row {
    const char *name, *a, *b;
    bool same;
} rows[] = {
    {"case and marks do not count", "One, TWO; three (four) five-six seven: EIGHT!", EIGHT, true},
    {"the order of words does", "two one three four five six seven eight", EIGHT, false},
    {"a word more does", EIGHT " nine", EIGHT, false},
    {"a longer word does", "ones two three four five six seven eight", EIGHT, false},
    {"letters beyond ASCII make words", "\xc3\xb6 two three four five six seven eight",
     "\xc3\xa4 two three four five six seven eight", false},
    {"a word of eight letters ends", "abcdefgh i two three four five six seven",
     "abcdefghi two three four five six seven x", false},
};

static void test_row(void **state)
{
    const struct row *row = *state;
    const uint64_t a = whole(row->a), b = whole(row->b);
    assert_true(a != 0 && b != 0);
    assert_true((a == b) == row->same);
}

static void test_few_words_have_none(void **state)
{
    (void)state;
    assert_true(whole("") == 0);
    assert_true(whole("one two three four five six seven") == 0);
    assert_true(whole(EIGHT) != 0);
}

static unsigned apart(uint64_t a, uint64_t b)
{
    unsigned n = 0;
    for (uint64_t x = a ^ b; x != 0; x &= x - 1)
        n++;
    return n;
}

/* Of forty words one differs, or all do. */
static void test_alike(void **state)
{
    struct sg_dice dice = {9};
    unsigned alike = 0, others = 0;
    (void)state;
    for (unsigned round = 0; round < 200; round++) {
        char a[400] = "", b[400] = "", c[400] = "";
        const unsigned odd = (unsigned)sg_dice_below(&dice, 40);
        for (unsigned i = 0; i < 40; i++) {
            char word[8] = "";
            for (unsigned k = 0; k < 5; k++)
                word[k] = (char)('a' + sg_dice_below(&dice, 26));
            word[5] = ' ';
            strcat(a, word);
            strcat(b, i == odd ? "other " : word);
            word[0] = (char)('a' + sg_dice_below(&dice, 26));
            word[1] = (char)('a' + sg_dice_below(&dice, 26));
            strcat(c, word);
        }
        alike += apart(whole(a), whole(b));
        others += apart(whole(a), whole(c));
    }
    assert_true(alike / 200 < 14);
    assert_true(others / 200 > 26 && others / 200 < 38);
}

static void test_entities(void **state)
{
    struct sg_content a, b, c;
    (void)state;
    sg_content_init(&a, SEED);
    sg_content_init(&b, SEED);
    sg_content_init(&c, SEED);
    sg_content_add(&a, SG_BYTES("mail "));
    sg_content_add_entity(&a, "EMAIL_ADDRESS");
    sg_content_add(&a, SG_BYTES(" at once or call me by night please"));
    sg_content_add(&b, SG_BYTES("mail"));
    sg_content_add_entity(&b, "EMAIL_ADDRESS");
    sg_content_add(&b, SG_BYTES("at once or call me by night please"));
    assert_true(sg_content_value(&a) == sg_content_value(&b)); /* it ends the word before it */
    sg_content_add(&c, SG_BYTES("mail EMAIL_ADDRESS at once or call me by night please"));
    assert_true(sg_content_value(&a) != sg_content_value(&c)); /* no text is one */
}

static void test_keys(void **state)
{
    struct sg_content a, b;
    (void)state;
    sg_content_init(&a, 2);
    sg_content_init(&b, 4);
    sg_content_add(&a, SG_BYTES(EIGHT));
    sg_content_add(&b, SG_BYTES(EIGHT));
    assert_true(apart(sg_content_value(&a), sg_content_value(&b)) > 8);
}

int main(void)
{
    sg_suite_add("any text, in any pieces", test_any_text_in_any_pieces, NULL);
    SG_SUITE_ROWS(test_row, rows);
    sg_suite_add("few words have none", test_few_words_have_none, NULL);
    sg_suite_add("texts that are alike differ in few bits", test_alike, NULL);
    sg_suite_add("a masked value is a word that no text has", test_entities, NULL);
    sg_suite_add("another key has another", test_keys, NULL);
    return sg_suite_run("content");
}
