/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_word_doubt.c - words that came through a wrong encoding are told, and no others.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "rule/ruleset.h"
#include "rule/word_doubt.h"
#include "../lib/suite.h"
#include "../lib/toy_pack.h"

#define HEAD  "pack: toy\nrules:\n  - id: word\n    entity: TOY\n"
#define MATCH "    match: 'ab{2}'\n"
#define TESTS "    tests: ['an «abb» here']\n"

static struct scrubgate_ruleset *must_compile(const char *text)
{
    struct scrubgate_ruleset *set = NULL;
    struct scrubgate_fault fault = {.what = ""};
    if (sg_toy_pack(&set, text, &fault) != SCRUBGATE_OK)
        fail_msg("%u:%u: %s", fault.line, fault.column, fault.what);
    return set;
}

/* The set warns of this alone; NULL: of nothing. */
static void expect(const struct scrubgate_ruleset *set, const char *says)
{
    assert_int_equal(set->n_warnings, says == NULL ? 0 : 1);
    if (says != NULL && strncmp(set->warnings[0].text, says, strlen(says)) != 0)
        fail_msg("%s", set->warnings[0].text);
}

static const struct word_row {
    const char *name, *word;
    enum sg_word_doubt doubt;
    const char *meant; /* of a misread one */
} words[] = {
    {"a word of ASCII", "number", SG_WORD_FINE, NULL},
    {"a word beyond ASCII", "número", SG_WORD_FINE, NULL},
    {"two bytes as two letters", "nÃºmero", SG_WORD_MISREAD, "número"},
    {"a byte that only Windows-1252 shows", "straÃŸe", SG_WORD_MISREAD, "straße"},
    {"a capital whose second byte is a control",
     "\xC3\x83\xC2\x89"
     "cole",
     SG_WORD_MISREAD, "École"},
    {"three bytes as three signs", "cost â‚¬", SG_WORD_MISREAD, "cost €"},
    {"four bytes as four signs", "ðŸ˜€", SG_WORD_MISREAD, "😀"},
    {"several, with good letters between", "NÃ¼Ã¤he", SG_WORD_MISREAD, "Nüähe"},
    {"a capital that such words have, and no byte behind it", "MAÇÃ", SG_WORD_FINE, NULL},
    {"the same before a letter", "SÃO", SG_WORD_FINE, NULL},
    {"an accent before a quote", "à l’école", SG_WORD_FINE, NULL},
    {"bytes that would be overlong", "À¯", SG_WORD_FINE, NULL},
    {"Cyrillic, Greek, Chinese, Korean", "карта αριθμός 号码 번호", SG_WORD_FINE, NULL},
    {"a letter that was lost",
     "n\xEF\xBF\xBD"
     "mero",
     SG_WORD_LOST, NULL},
    {"a Latin letter and its mark",
     "nu\xCC\x81"
     "mero",
     SG_WORD_APART, NULL},
    {"a capital and its mark",
     "U\xCC\x88"
     "ber",
     SG_WORD_APART, NULL},
    {"a letter of two marks", "a\xCC\x82\xCC\x81", SG_WORD_APART, NULL},
    {"a Cyrillic letter and its mark", "\xD0\xB8\xCC\x86", SG_WORD_APART, NULL},
    {"a kana and its mark", "\xE3\x81\x8B\xE3\x82\x99", SG_WORD_APART, NULL},
    {"the parts of a Hangul syllable", "\xE1\x84\x92\xE1\x85\xA1", SG_WORD_APART, NULL},
    {"a mark that no whole letter has", "q\xCC\x81", SG_WORD_FINE, NULL},
    {"a mark alone", "\xCC\x81", SG_WORD_FINE, NULL},
    {"no word", "", SG_WORD_FINE, NULL},
};

static void test_word(void **state)
{
    const struct word_row *row = *state;
    struct sg_buf out = {0};
    assert_int_equal(sg_word_doubt(sg_bytes_of(row->word)), row->doubt);
    assert_int_equal(sg_word_reread(sg_bytes_of(row->word), &out), SCRUBGATE_OK);
    /* What is fine reads as it stands. */
    if (row->doubt == SG_WORD_MISREAD || row->doubt == SG_WORD_FINE)
        assert_true(sg_bytes_equal(sg_buf_bytes(&out),
                                   sg_bytes_of(row->meant != NULL ? row->meant : row->word)));
    sg_buf_fini(&out);
}

static const struct doubt_row {
    const char *name, *lines, *says;
} doubts[] = {
    {"a word of near that was misread", "    near: {words: [card, nÃºmero]}\n",
     "toy.yaml:6:26: the word 'nÃºmero' looks like UTF-8 that was read as Latin-1: is 'número' "
     "meant?"},
    {"a keyword that was misread", "    keywords: straÃŸe\n",
     "toy.yaml:6:15: the word 'straÃŸe' looks like UTF-8 that was read as Latin-1: is 'straße'"},
    {"a word that is not composed",
     "    near: {words: [nu\xCC\x81"
     "mero]}\n",
     "toy.yaml:6:20: the word 'nu\xCC\x81"
     "mero' has letters and their marks apart"},
    {"a word with a lost letter",
     "    near: {words: [n\xEF\xBF\xBD"
     "mero]}\n",
     "toy.yaml:6:20: the word 'n\xEF\xBF\xBD"
     "mero' has U+FFFD for a letter that was lost"},
    {"words that are fine", "    near: {words: [número, größe, № , '한국', 'й']}\n", NULL},
};

static void test_doubt(void **state)
{
    const struct doubt_row *row = *state;
    char text[1024];
    (void)snprintf(text, sizeof text, HEAD MATCH "%s" TESTS, row->lines);
    struct scrubgate_ruleset *set = must_compile(text);
    expect(set, row->says);
    scrubgate_ruleset_free(set);
}

int main(void)
{
    SG_SUITE_ROWS(test_word, words);
    SG_SUITE_ROWS(test_doubt, doubts);
    return sg_suite_run("word_doubt");
}
