/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_rulefile.c - packs: what each key becomes, and where the finger points when one is wrong.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <scrubgate/stream.h>

#include "base/digest.h"
#include "rule/rulefile.h"
#include "rule/ruleset.h"
#include "../lib/alloc_fail.h"
#include "../lib/suite.h"
#include "../lib/tempdir.h"
#include "../lib/toy_pack.h"
#include "../lib/toy_place.h"

static struct scrubgate_ruleset *must_compile(const char *text)
{
    struct scrubgate_ruleset *set = NULL;
    struct scrubgate_fault fault = {.what = ""};
    if (sg_toy_pack(&set, text, &fault) != SCRUBGATE_OK)
        fail_msg("%u:%u: %s", fault.line, fault.column, fault.what);
    return set;
}

/* A pack whose only rule has these further lines. */
#define HEAD        "pack: toy\nrules:\n  - id: word\n    entity: TOY\n"
#define MATCH       "    match: 'ab{2}'\n"
#define TESTS       "    tests: ['an «abb» here']\n"
#define RULE(lines) HEAD MATCH lines TESTS

/* --- faults ------------------------------------------------------------------------------- */

static const struct fault_row {
    const char *name, *text;
    unsigned line, column;
    const char *says;
} faults[] = {
    {"an unknown key of a pack", "pack: toy\nrule: []\n", 2, 1, "did you mean 'rules'"},
    {"an unknown key of a rule", RULE("    leval: 1\n"), 6, 5, "did you mean 'level'"},
    {"a repeated key", RULE("    level: 1\n    level: 2\n"), 7, 5, "repeated key"},
    {"a pack without a name", "rules: []\n", 1, 1, "'pack' is missing"},
    {"a pack with nothing in it", "pack: toy\n", 1, 1, "no rules and no exclusions"},
    {"a pack name in capitals", "pack: Toy\nrules: []\n", 1, 7, "lower-case"},
    {"rules that are no list", "pack: toy\nrules: {}\n", 2, 8, "must be a list"},
    {"a rule that is no mapping", "pack: toy\nrules: [abc]\n", 2, 9, "mapping"},
    {"a rule without an id", "pack: toy\nrules:\n  - entity: TOY\n", 3, 5, "'id' is missing"},
    {"a rule id with a dot", "pack: toy\nrules:\n  - id: a.b\n", 3, 9, "lower-case"},
    {"a rule without an entity", "pack: toy\nrules:\n  - id: a\n", 3, 5, "'entity' is missing"},
    {"an entity in small letters", "pack: toy\nrules:\n  - id: a\n    entity: toy\n", 4, 13,
     "capitals"},
    {"a rule without a pattern", HEAD TESTS, 3, 5, "'match' is missing"},
    {"a rule without tests", HEAD MATCH, 3, 5, "has no tests"},
    {"an empty list of tests", HEAD MATCH "    tests: []\n", 6, 12, "at least one"},
    {"two rules of one id", RULE("") "  - id: word\n    entity: TOY\n" MATCH TESTS, 7, 9,
     "rule at toy.yaml:3"},
    {"level 0", RULE("    level: 0\n"), 6, 12, "from 1 to 4"},
    {"level 5", RULE("    level: 5\n"), 6, 12, "from 1 to 4"},
    {"level in words", RULE("    level: high\n"), 6, 12, "from 1 to 4"},
    {"an unknown check", RULE("    check: [luhn, lunh]\n"), 6, 19, "did you mean luhn"},
    {"a check cut at its comma", RULE("    check: [date(yymmdd, day+40)]\n"), 6, 13,
     "needs quotes"},
    {"an unknown action", RULE("    action: hide\n"), 6, 13, "mask, block, divert, tag"},
    {"the action that has no vault yet", RULE("    action: token\n"), 6, 13, "vault"},
    {"a replacement for what is not replaced", RULE("    action: tag\n    with: 'x'\n"), 7, 11,
     "only action mask"},
    {"an unknown word in a replacement", RULE("    with: '[{lost:4}]'\n"), 6, 13, "{last:N}"},
    {"a replacement that shows a whole value", RULE("    with: '{last:4}'\n"), 6, 11,
     "the whole of a value"},
    {"an unknown else", RULE("    near: {words: [x], else: fail}\n"), 6, 30, "drop, level+1"},
    {"near without words", RULE("    near: {before: 5}\n"), 6, 11, "'words' is missing"},
    {"near with no words", RULE("    near: {words: []}\n"), 6, 19, "empty"},
    {"an empty word", RULE("    near: {words: ['']}\n"), 6, 20, "empty word"},
    {"a word longer than its window",
     RULE("    near: {words: [abc, longer], before: 5, after: 3}\n"), 6, 25, "within the 5 bytes"},
    {"a window too wide", RULE("    near: {words: [x], before: 257}\n"), 6, 32, "from 0 to 256"},
    {"a level above the highest", RULE("    level: 4\n    near: {words: [x], else: level+1}\n"), 7,
     30, "no level above 4"},
    {"an unknown direction", RULE("    where: {direction: up}\n"), 6, 24, "to-agent, to-customer"},
    {"an unknown field", RULE("    where: {field: [text, nummer]}\n"), 6, 27, "text, number"},
    {"a broken path", RULE("    where: {path: '$.a[x]'}\n"), 6, 23, "a number, *"},
    {"an empty channel", RULE("    where: {channel: ['']}\n"), 6, 23, "empty"},
    {"an unless that looks too far", RULE("    unless: 'x\\w{260}'\n"), 6, 13, "more than the 256"},
    {"a pattern that costs too much", HEAD "    match: '(?:a{0,30}a{0,30}){1,30}b'\n" TESTS, 5, 13,
     "match takes"},
    {"an unless that costs too much", RULE("    unless: '(?:a{0,8}a{0,8}){1,9}b$'\n"), 6, 14,
     "unless takes"},
    {"a mark that stays open", HEAD MATCH "    tests: ['an «abb here']\n", 6, 26, "not closed"},
    {"a mark that was not opened", HEAD MATCH "    tests: ['an abb» here']\n", 6, 20, "without"},
    {"a mark inside a mark", HEAD MATCH "    tests: ['an ««abb»» here']\n", 6, 18, "inside"},
    {"marks around nothing", HEAD MATCH "    tests: ['an «» here']\n", 6, 18, "nothing between"},
    {"marks in a not", HEAD MATCH "    tests: [not: '«abb»']\n", 6, 18, "finds nothing"},
    {"an unknown kind of test", HEAD MATCH "    tests: [nott: 'abb']\n", 6, 13, "'not'"},
    {"two kinds in one test", HEAD MATCH "    tests: [{not: a, todo: b}]\n", 6, 13, "one text"},
    {"an empty test", HEAD MATCH "    tests: [not: '']\n", 6, 18, "tests nothing"},
    {"a card replacement that shows seven digits",
     "pack: toy\nrules:\n  - id: c\n    entity: CREDIT_CARD\n    match: '\\d{16}'\n"
     "    with: '{first:7}'\n    tests: ['«4111111111111111»']\n",
     6, 11, "PCI DSS"},
    {"a card replacement that shows the last five",
     "pack: toy\nrules:\n  - id: c\n    entity: CREDIT_CARD\n    match: '\\d{16}'\n"
     "    with: '{last:5}'\n    tests: ['«4111111111111111»']\n",
     6, 11, "PCI DSS"},
    {"a card code replacement that shows one digit",
     "pack: toy\nrules:\n  - id: c\n    entity: CVV\n    match: '\\d{3}'\n"
     "    with: '{last:1}'\n    tests: ['«123»']\n",
     6, 11, "PCI DSS"},
    {"a name that is not defined", HEAD "    match: 'ab%{sep}c'\n" TESTS, 5, 15, "not defined"},
    {"a name defined further down", "pack: toy\ndefine: {a: 'x%{b}', b: 'y'}\nrules: []\n", 2, 15,
     "not defined above"},
    {"a name that stays open", HEAD "    match: 'ab%{sep'\n" TESTS, 5, 15, "ends with }"},
    {"a define that is no text", "pack: toy\ndefine: {a: [b]}\nrules: []\n", 2, 13, "a text"},
    {"a define of a strange name", "pack: toy\ndefine: {'a b': c}\nrules: []\n", 2, 17, "letters"},
};

static void test_fault(void **state)
{
    const struct fault_row *row = *state;
    struct scrubgate_ruleset *set = NULL;
    struct scrubgate_fault fault = {.what = ""};
    assert_int_equal(sg_toy_pack(&set, row->text, &fault), SCRUBGATE_EINVAL);
    assert_null(set);
    if (fault.line != row->line || fault.column != row->column ||
        strstr(fault.what, row->says) == NULL)
        fail_msg("%u:%u: %s", fault.line, fault.column, fault.what);
    assert_string_equal(fault.file, "toy.yaml");
    assert_int_equal(sg_toy_pack(&set, row->text, NULL), SCRUBGATE_EINVAL);
}

/* --- places inside patterns --------------------------------------------------------------- */

/* The unbalanced ) is what the finger must point at. */
static const struct place_row {
    const char *name, *lines;
    unsigned line, column;
} places[] = {
    {"in a single-quoted pattern", "    match: 'abc)'\n", 5, 16},
    {"in a plain pattern", "    match: abc)\n", 5, 15},
    {"behind a doubled quote", "    match: 'a''c)'\n", 5, 17},
    {"behind letters beyond ASCII", "    match: 'äöü)'\n", 5, 16},
    {"in a block", "    match: |-\n      abc)\n", 6, 10},
    {"in a block's second line", "    match: |-\n      abc\n      de)\n", 7, 9},
    {"in a block behind an empty line", "    match: |-\n\n      de)\n", 7, 9},
    {"in a folded block: where it begins", "    match: >-\n      abc\n      de)\n", 5, 12},
    {"in double quotes: where it begins", "    match: \"abc)\"\n", 5, 12},
    {"behind a define", "    match: 'a%{three}c)'\n", 5, 23},
    {"in a define: where it is used", "    match: 'a%{broken}c'\n", 5, 14},
    {"behind a literal %{", "    match: 'a%%{2}c)'\n", 5, 20},
    {"in unless", "    match: 'abb'\n    unless: 'x)'\n", 6, 15},
};

static void test_place(void **state)
{
    const struct place_row *row = *state;
    struct scrubgate_ruleset *set = NULL;
    struct scrubgate_fault fault = {.what = ""};
    char text[512];
    (void)snprintf(text, sizeof text,
                   "pack: toy\nrules:\n  - id: word\n    entity: TOY\n%s" TESTS
                   "define: {three: 'x{3}', broken: 'y)'}\n",
                   row->lines);
    assert_int_equal(sg_toy_pack(&set, text, &fault), SCRUBGATE_EINVAL);
    if (fault.line != row->line || fault.column != row->column)
        fail_msg("%u:%u: %s", fault.line, fault.column, fault.what);
}

/* --- words -------------------------------------------------------------------------------- */

static const struct word_row {
    const char *name, *key, *words, *text;
    bool found;
} words[] = {
    {"a word", "near", "card", "my card is", true},
    {"a word in capitals", "near", "card", "MY CARD IS", true},
    {"a word within a word", "near", "card", "cardboard", false},
    {"the end of a word", "near", "card", "discard", false},
    {"a word beside a digit", "near", "card", "card4", false},
    {"a word beside punctuation", "near", "card", "(card)", true},
    {"a prefix", "near", "'card*'", "cardboard", true},
    {"a prefix is no suffix", "near", "'card*'", "discard", false},
    {"the second of two words", "near", "visa, card", "a card", true},
    {"signs stand for themselves", "near", "'c.v.v', 'a+b'", "c.v.v", true},
    {"a dot is no wild card", "near", "'c.v.v'", "cxvxv", false},
    {"a word that ends in punctuation", "near", "'tel:'", "tel:555", true},
    {"umlauts in capitals", "near", "prüfziffer", "PRÜFZIFFER", true},
    {"Cyrillic in capitals", "near", "карта", "КАРТА", true},
    {"Cyrillic in small letters", "near", "КАРТА", "карта", true},
    {"Greek with tonos", "near", "κάρτα", "ΚΆΡΤΑ", true},
    {"Polish in capitals", "near", "źródło", "ŹRÓDŁO", true},
    {"Czech in capitals", "near", "číslo", "ČÍSLO", true},
    {"another letter is another word", "near", "prüfziffer", "prufziffer", false},
    {"a keyword within a word", "keywords", "card", "discarded", true},
    {"a keyword's star is a star", "keywords", "'c*'", "cat", false},
    {"a keyword that is not there", "keywords", "card", "visa", false},
};

static void test_word(void **state)
{
    const struct word_row *row = *state;
    struct sg_matcher *matcher = NULL;
    enum sg_match match = SG_MATCH_NONE;
    struct sg_span span;
    char text[512];
    bool near = strcmp(row->key, "near") == 0;
    (void)snprintf(text, sizeof text, HEAD MATCH "    %s: %s%s%s\n" TESTS, row->key,
                   near ? "{words: [" : "[", row->words, near ? "]}" : "]");
    struct scrubgate_ruleset *set = must_compile(text);
    const struct sg_rule *rule = set->rules[0];
    assert_int_equal(sg_matcher_new(&matcher), SCRUBGATE_OK);
    assert_int_equal(sg_pattern_search(near ? rule->near.words : rule->keywords, matcher,
                                       sg_bytes_of(row->text), 0, true, &match, &span),
                     SCRUBGATE_OK);
    assert_int_equal(match == SG_MATCH_FOUND, row->found);
    sg_matcher_free(matcher);
    scrubgate_ruleset_free(set);
}

/* --- what keys become --------------------------------------------------------------------- */

static const char whole[] =
    "pack: toy\n"
    "version: 2026.11\n"
    "owner: toys@example.org\n"
    "define: {sep: '[ -]', pair: '\\d%{sep}\\d'}\n"
    "rules:\n"
    "  - id: word\n"
    "    title: A word\n"
    "    entity: TOY\n"
    "    level: 3\n"
    "    match: '%{pair}x'\n"
    "    keywords: []\n"
    "    check: [not-repeated, 'weighted(7 3 1, 10, 0)']\n"
    "    near: {words: [toy], before: 40, after: 10, else: level+1}\n"
    "    unless: '(?i)\\bno \\W{0,3}$'\n"
    "    where: {direction: to-agent, field: [text, number], path: ['$.a.*', $.b], channel: sms}\n"
    "    action: mask\n"
    "    with: '<{entity}>'\n"
    "    control: [pci-dss-4.0.1/3.4.1]\n"
    "    tests:\n"
    "      - 'é «1 2x» and «3-4x»'\n"
    "      - any 1 2x\n"
    "      - not: '12x'\n"
    "      - todo: 'one day «1_2x»'\n"
    "  - {id: plain, entity: TOY, match: abc, action: tag, tests: [«abc»]}\n"
    "exclude:\n"
    "  - {id: fp-1, rule: toy.word, path: '$.a.n', because: numbers, owner: jo@example.org, "
    "expires: 2026-11-22}\n"
    "  - {id: fp-2, rule: toy.word, path: ['$.a.o', '$..p'], because: numbers, "
    "owner: jo@example.org, expires: 2027-01-01}\n"
    "  - {id: fp-3, rule: toy.word, path: '$.q', because: numbers, owner: jo@example.org, "
    "expires: 2026-11-21}\n";

static void check_context(const struct sg_rule *rule)
{
    struct sg_step steps[SG_TOY_STEPS];
    assert_null(rule->keywords);
    assert_int_equal(rule->n_checks, 2);
    assert_string_equal(sg_check_name(rule->checks[1]), "weighted(7 3 1, 10, 0)");
    assert_non_null(rule->near.words);
    assert_int_equal(rule->near.before, 40);
    assert_int_equal(rule->near.after, 10);
    assert_true(rule->near.raise_level);
    assert_non_null(rule->unless);
    assert_int_equal(rule->where.directions, 1u << SCRUBGATE_TO_AGENT);
    assert_int_equal(rule->where.fields, SG_FIELD_TEXT | SG_FIELD_NUMBER);
    assert_int_equal(rule->where.n_paths, 2);
    assert_true(sg_path_matches(rule->where.paths[1], sg_toy_place("b", steps)));
    assert_int_equal(rule->where.n_channels, 1);
    assert_string_equal(rule->where.channels[0], "sms");
}

static void check_examples(const struct sg_rule *rule)
{
    assert_int_equal(rule->n_examples, 4);
    const struct sg_example *first = &rule->examples[0];
    assert_int_equal(first->kind, SG_EXAMPLE_FINDS);
    assert_true(sg_bytes_equal(first->text, sg_bytes_of("é 1 2x and 3-4x")));
    assert_int_equal(first->n_spans, 2);
    assert_int_equal(first->spans[0].start, 3);
    assert_int_equal(first->spans[0].end, 7);
    assert_int_equal(first->spans[1].start, 12);
    assert_int_equal(first->line, 20);
    assert_int_equal(rule->examples[1].n_spans, 0);
    assert_int_equal(rule->examples[2].kind, SG_EXAMPLE_NOT);
    assert_int_equal(rule->examples[3].kind, SG_EXAMPLE_TODO);
}

static void test_whole(void **state)
{
    (void)state;
    struct scrubgate_ruleset *set = must_compile(whole);
    assert_int_equal(scrubgate_ruleset_count(set), 2);
    assert_int_equal(set->n_packs, 1);
    assert_string_equal(set->packs[0].name, "toy");
    assert_string_equal(set->packs[0].version, "2026.11");
    assert_string_equal(set->packs[0].owner, "toys@example.org");
    assert_string_equal(set->packs[0].file, "toy.yaml");
    assert_int_equal(set->packs[0].n_rules, 2);
    const struct sg_rule *rule = sg_ruleset_find(set, "toy.word");
    assert_non_null(rule);
    assert_null(sg_ruleset_find(set, "word"));
    assert_string_equal(rule->title, "A word");
    assert_string_equal(rule->entity, "TOY");
    assert_int_equal(rule->level, 3);
    assert_int_equal(rule->line, 6);
    assert_int_equal(rule->action, SCRUBGATE_MASK);
    assert_int_equal(rule->with.n, 3);
    assert_int_equal(rule->n_controls, 1);
    assert_int_equal(sg_pattern_extent(rule->pattern)->max, 4);
    check_context(rule);
    check_examples(rule);
    scrubgate_ruleset_free(set);
}

static void test_defaults(void **state)
{
    (void)state;
    struct scrubgate_ruleset *set = must_compile(RULE(""));
    const struct sg_rule *rule = set->rules[0];
    assert_string_equal(rule->title, "toy.word");
    assert_int_equal(rule->level, 2);
    assert_int_equal(rule->action, SCRUBGATE_MASK);
    assert_int_equal(rule->with.n, 3); /* [ entity ] */
    assert_int_equal(rule->with.parts[1].kind, SG_PART_ENTITY);
    assert_null(rule->near.words);
    assert_null(rule->unless);
    assert_int_equal(rule->where.directions, 0);
    assert_int_equal(rule->where.fields, 0);
    assert_int_equal(set->n_warnings, 0);
    scrubgate_ruleset_free(set);
}

static void test_exclusions(void **state)
{
    (void)state;
    struct sg_step steps[SG_TOY_STEPS];
    struct scrubgate_ruleset *set = must_compile(whole);
    const struct sg_rule *rule = set->rules[0];
    assert_int_equal(rule->n_excluded, 3); /* the last day still counts, yesterday does not */
    assert_true(sg_path_matches(rule->excluded[0].path, sg_toy_place("a/n", steps)));
    assert_true(sg_path_matches(rule->excluded[2].path, sg_toy_place("a/#1/p", steps)));
    assert_int_equal(set->rules[1]->n_excluded, 0);
    assert_int_equal(set->n_warnings, 1);
    assert_non_null(strstr(set->warnings[0].text, "toy.yaml:28:5: exclusion toy.fp-3"));
    scrubgate_ruleset_free(set);
}

static const struct exclusion_row {
    const char *name, *line;
    unsigned column;
    const char *says;
} exclusions[] = {
    {"of a rule that is not there",
     "{id: a, rule: toy.wort, path: $.a, because: b, owner: c, expires: 2027-01-01}", 19,
     "no rule with this id"},
    {"without a path", "{id: a, rule: toy.word, because: b, owner: c, expires: 2027-01-01}", 5,
     "'path' is missing"},
    {"with no path", "{id: a, rule: toy.word, path: [], because: b, owner: c, expires: 2027-01-01}",
     35, "at least one path"},
    {"without a reason", "{id: a, rule: toy.word, path: $.a, owner: c, expires: 2027-01-01}", 5,
     "'because' is missing"},
    {"with an empty reason",
     "{id: a, rule: toy.word, path: $.a, because: '', owner: c, expires: 2027-01-01}", 49, "empty"},
    {"without an owner", "{id: a, rule: toy.word, path: $.a, because: b, expires: 2027-01-01}", 5,
     "'owner' is missing"},
    {"without an end", "{id: a, rule: toy.word, path: $.a, because: b, owner: c}", 5,
     "'expires' is missing"},
    {"that ends on 31 February",
     "{id: a, rule: toy.word, path: $.a, because: b, owner: c, expires: 2027-02-31}", 71,
     "2027-06-30"},
    {"that ends in words",
     "{id: a, rule: toy.word, path: $.a, because: b, owner: c, expires: never}", 71, "2027-06-30"},
    {"of a broken path",
     "{id: a, rule: toy.word, path: '$..', because: b, owner: c, expires: 2027-01-01}", 39,
     "a name or *"},
    {"with an unknown key", "{id: a, rule: toy.word, field: text}", 29, "unknown key"},
};

static void test_exclusion(void **state)
{
    const struct exclusion_row *row = *state;
    struct scrubgate_ruleset *set = NULL;
    struct scrubgate_fault fault = {.what = ""};
    char text[512];
    (void)snprintf(text, sizeof text, RULE("") "exclude:\n  - %s\n", row->line);
    assert_int_equal(sg_toy_pack(&set, text, &fault), SCRUBGATE_EINVAL);
    if (fault.line != 8 || fault.column != row->column || strstr(fault.what, row->says) == NULL)
        fail_msg("%u:%u: %s", fault.line, fault.column, fault.what);
}

static void test_repeated_exclusion(void **state)
{
    (void)state;
    static const char line[] =
        "  - {id: a, rule: toy.word, path: $.a, because: b, owner: c, expires: 2027-01-01}\n";
    struct scrubgate_ruleset *set = NULL;
    struct scrubgate_fault fault = {.what = ""};
    char text[512];
    (void)snprintf(text, sizeof text, RULE("") "exclude:\n%s%s", line, line);
    assert_int_equal(sg_toy_pack(&set, text, &fault), SCRUBGATE_EINVAL);
    assert_int_equal(fault.line, 9);
    assert_non_null(strstr(fault.what, "exclusion at line 8"));
}

static void test_weak_example(void **state)
{
    (void)state;
    struct scrubgate_ruleset *set = must_compile(HEAD MATCH "    tests: [an abb, not: ab]\n");
    assert_int_equal(set->n_warnings, 1);
    assert_non_null(strstr(set->warnings[0].text, "toy.yaml:6:12: no test of rule toy.word"));
    scrubgate_ruleset_free(set);
}

/* --- several packs ------------------------------------------------------------------------ */

static void test_other_pack(void **state)
{
    (void)state;
    const struct sg_pack_source sources[] = {
        {"local.yaml", SG_BYTES("pack: local\nexclude:\n  - {id: a, rule: toy.word, path: $.a, "
                                "because: b, owner: c, expires: 2027-01-01}\n")},
        {"toy.yaml", SG_BYTES(RULE(""))},
    };
    struct scrubgate_ruleset *set = NULL;
    assert_int_equal(sg_rulefile_compile(&set, sources, 2, sg_toy_today(), NULL), SCRUBGATE_OK);
    assert_int_equal(set->n_packs, 2);
    assert_int_equal(set->rules[0]->n_excluded, 1);
    scrubgate_ruleset_free(set);
}

static void test_same_pack(void **state)
{
    (void)state;
    const struct sg_pack_source sources[] = {{"one.yaml", SG_BYTES(RULE(""))},
                                             {"two.yaml", SG_BYTES(RULE(""))}};
    struct scrubgate_ruleset *set = NULL;
    struct scrubgate_fault fault = {.what = ""};
    assert_int_equal(sg_rulefile_compile(&set, sources, 2, sg_toy_today(), &fault),
                     SCRUBGATE_EINVAL);
    assert_string_equal(fault.file, "two.yaml");
    assert_int_equal(fault.line, 1);
    assert_int_equal(fault.column, 7);
    assert_non_null(strstr(fault.what, "already loaded from one.yaml"));
}

static void test_digest(void **state)
{
    (void)state;
    static const char one[] = RULE(""), two[] = "pack: two\nrules: []\n";
    const struct sg_pack_source sources[] = {{"one.yaml", SG_BYTES(one)},
                                             {"two.yaml", SG_BYTES(two)}};
    char framed[1024], want[65];
    uint8_t digest[SG_SHA256_SIZE];
    struct scrubgate_ruleset *set = NULL;
    (void)snprintf(framed, sizeof framed, "%zu\n%s%zu\n%s", strlen(one), one, strlen(two), two);
    assert_int_equal(sg_sha256(sg_bytes_of(framed), digest), SCRUBGATE_OK);
    sg_hex((struct sg_bytes){digest, sizeof digest}, want);
    assert_int_equal(sg_rulefile_compile(&set, sources, 2, sg_toy_today(), NULL), SCRUBGATE_OK);
    assert_string_equal(scrubgate_ruleset_digest(set), want);
    assert_int_equal(sg_sha256(sg_bytes_of(one), digest), SCRUBGATE_OK);
    sg_hex((struct sg_bytes){digest, sizeof digest}, want);
    assert_string_equal(set->packs[0].digest, want);
    scrubgate_ruleset_free(set);
}

/* --- bounds ------------------------------------------------------------------------------- */

static const struct bound_row {
    const char *name, *lines;
    size_t longest, behind; /* at least; and no more than a code point's slack above */
} bounds[] = {
    {"of a bare pattern", "    match: 'ab{2}'\n", 3, 0},
    {"of lookarounds", "    match: '(?<!xyz)abb(?!12)'\n", 5, 3},
    {"of near", "    match: 'abb'\n    near: {words: [x], before: 50, after: 20}\n", 23, 51},
    {"of unless", "    match: 'abb'\n    unless: '(?<!-)x.{10}$'\n", 3, 12},
    {"of keywords", "    match: 'abb'\n    keywords: [x]\n", 3, SG_KEYWORD_REACH},
};

static void test_bound(void **state)
{
    const struct bound_row *row = *state;
    char text[512];
    (void)snprintf(text, sizeof text, HEAD "%s" TESTS, row->lines);
    struct scrubgate_ruleset *set = must_compile(text);
    assert_in_range(set->longest, row->longest, row->longest + 8);
    assert_in_range(set->behind, row->behind, row->behind + 8);
    scrubgate_ruleset_free(set);
}

/* --- files -------------------------------------------------------------------------------- */

static void write(const struct sg_tempdir *dir, const char *name, const char *text)
{
    sg_tempdir_write(dir, name, text, strlen(text));
}

static void test_folder(void **state)
{
    (void)state;
    struct sg_tempdir dir;
    struct scrubgate_ruleset *set = NULL;
    struct scrubgate_fault fault = {.what = ""};
    sg_tempdir_make(&dir);
    write(&dir, "b.yaml", RULE(""));
    write(&dir, "a.yaml", "pack: first\nrules: []\n");
    write(&dir, "notes.txt", "no pack");
    const char *folder[] = {dir.path};
    assert_int_equal(sg_rulefile_load(&set, folder, 1, sg_toy_today(), &fault), SCRUBGATE_OK);
    assert_int_equal(set->n_packs, 2);
    assert_string_equal(set->packs[0].name, "first");
    assert_string_equal(set->packs[1].name, "toy");
    scrubgate_ruleset_free(set);

    char file[512];
    sg_tempdir_path(&dir, "b.yaml", file);
    const char *twice[] = {dir.path, file};
    assert_int_equal(sg_rulefile_load(&set, twice, 2, sg_toy_today(), &fault), SCRUBGATE_EINVAL);
    assert_null(set);
    assert_non_null(strstr(fault.what, "already loaded"));
    sg_tempdir_remove(&dir);
}

static void test_missing(void **state)
{
    (void)state;
    struct sg_tempdir dir;
    struct scrubgate_ruleset *set = NULL;
    struct scrubgate_fault fault = {.what = ""};
    char missing[512];
    sg_tempdir_make(&dir);
    sg_tempdir_path(&dir, "nowhere", missing);
    const char *paths[] = {missing, dir.path};
    assert_int_equal(sg_rulefile_load(&set, paths, 1, sg_toy_today(), &fault), SCRUBGATE_EIO);
    assert_null(set);
    assert_string_equal(fault.file, missing);
    assert_int_equal(sg_rulefile_load(&set, paths + 1, 1, sg_toy_today(), &fault),
                     SCRUBGATE_EINVAL);
    assert_null(set);
    assert_string_equal(fault.file, dir.path);
    assert_non_null(strstr(fault.what, "no *.yaml"));
    sg_tempdir_remove(&dir);
}

static void test_builtin(void **state)
{
    (void)state;
    struct scrubgate_ruleset *set = NULL;
    struct scrubgate_fault fault = {.what = ""};
    if (sg_rulefile_load(&set, NULL, 0, sg_toy_today(), &fault) != SCRUBGATE_OK)
        fail_msg("%s:%u:%u: %s", fault.file, fault.line, fault.column, fault.what);
    assert_int_equal(set->n_packs, sg_builtin_packs_count);
    scrubgate_ruleset_free(set);
}

/* --- memory ------------------------------------------------------------------------------- */

/* Loads with the n-th allocation refused; true when there was one to refuse. Without memory for JIT
 * code a pattern is interpreted: that is an answer too. */
static bool load_without(size_t n, const char *file, size_t *failed)
{
    struct scrubgate_ruleset *set = NULL;
    struct scrubgate_fault fault = {.what = ""};
    sg_alloc_fail_start(n);
    enum scrubgate_status rc = sg_rulefile_load(&set, &file, 1, sg_toy_today(), &fault);
    bool refused = sg_alloc_fail_stop();
    *failed += rc < 0 ? 1 : 0;
    assert_int_equal(rc < 0, set == NULL);
    assert_int_equal(rc < 0, fault.what[0] != '\0');
    assert_true(refused || rc == SCRUBGATE_OK);
    assert_true(set == NULL || set->rules[0]->n_excluded == 3);
    scrubgate_ruleset_free(set);
    return refused;
}

static void test_memory(void **state)
{
    (void)state;
    struct sg_tempdir dir;
    size_t failed = 0, n = 0;
    char file[512];
    sg_tempdir_make(&dir);
    write(&dir, "toy.yaml", whole);
    sg_tempdir_path(&dir, "toy.yaml", file);
    while (load_without(n, file, &failed))
        n++;
    assert_true(failed > 10);
    sg_tempdir_remove(&dir);
}

int main(void)
{
    SG_SUITE_ROWS(test_fault, faults);
    SG_SUITE_ROWS(test_place, places);
    SG_SUITE_ROWS(test_word, words);
    SG_SUITE_ROWS(test_exclusion, exclusions);
    SG_SUITE_ROWS(test_bound, bounds);
    sg_suite_add("every key becomes its part of a rule", test_whole, NULL);
    sg_suite_add("what is left out has a default", test_defaults, NULL);
    sg_suite_add("an exclusion holds to its last day and then warns", test_exclusions, NULL);
    sg_suite_add("two exclusions of one id", test_repeated_exclusion, NULL);
    sg_suite_add("a rule without a marked test warns", test_weak_example, NULL);
    sg_suite_add("a pack may exclude places from the rule of a later one", test_other_pack, NULL);
    sg_suite_add("a pack loaded twice is refused", test_same_pack, NULL);
    sg_suite_add("the digest frames each pack by its length", test_digest, NULL);
    sg_suite_add("a folder is loaded by name, a file given again is refused", test_folder, NULL);
    sg_suite_add("a missing path and an empty folder are named", test_missing, NULL);
    sg_suite_add("the packs of the library load", test_builtin, NULL);
    sg_suite_add("without memory there is an answer and no ruleset", test_memory, NULL);
    return sg_suite_run("rulefile");
}
