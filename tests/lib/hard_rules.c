/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hard_rules.c - small sets of toy rules, each with one thing that is hard for a fast engine.
 */
#include "hard_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

#include "rule/rulefile.h"

#include "dice_pattern.h"

#define RULE_AT(id, level, match, rest)                                                            \
    "  - {id: " id ", title: t, entity: TOY, level: " level ", match: '" match "', with: '<" id    \
    ">', tests: [{todo: x}]" rest "}\n"
#define RULE(id, match)            RULE_AT(id, "1", match, "")
#define RULE_WITH(id, match, rest) RULE_AT(id, "1", match, ", " rest)

const struct sg_hard_rules sg_hard_rules[] = {
    {"words before and behind, unless and keywords",
     RULE_WITH("a", "\\d{3,6}", "near: {words: [pin, code], before: 8, after: 8, else: drop}")
         RULE_WITH("b", "[a-c]{4}x", "near: {words: [key], before: 12, after: 0, else: level+1}")
             RULE_WITH("c", "\\d{2}-\\d{2}", "unless: '(?i)no\\W{0,3}$'")
                 RULE_WITH("d", "x\\d{3}", "keywords: [tok, abc]") RULE_WITH(
                     "e", "#[a-z]{2}", "near: {words: [pin], before: 0, after: 20, else: level+1}"),
     "0123abcxpinkeyod -#",
     {"pin ", " code", "key ", "no. ", "NO", "12-34", "x123", "tok ", "1234", "abcax", "#ab ",
      " pin"}},
    {"prefixes of any length",
     RULE("a", "[a-z.]{1,40}@x") RULE("b", "[a-z0-9]{2,12}#[0-9]") RULE("c", "[a-c]{0,5}:[a-c]{2}")
         RULE("d", "(?<![a-z])[a-z]{3,20}=\\d") RULE("e", "[ab]{1,3}[bc]{1,3}[cd]{1,3}!"),
     "abcdxz.@#:=019! ",
     {"@x", "abc.abc", "aaaaaaaaaaaaaaaaaaaa", "#1", ":ab", "=1", "abcd!", "abbccd!", "xyz=9"}},
    {"alternatives whose marks stand at different distances",
     RULE("a", "(?:ab@|a#b|abcd%|[a-c]{1,6}&x)\\d") RULE("b", "(?:dob|born|date of birth) ?\\d{2}")
         RULE("c", "(?:x?y){0,2}7[ab]z") RULE("d", "(?:@9)?[ab]{2}#")
             RULE("e", "(?:ab|abc|abcd)(?:#|@x|%%)"),
     "abcdxyz@#%&79 ",
     {"ab@1", "a#b2", "abcd%3", "abc&x4", "dob 12", "born12", "date of birth 12", "xyxy7az", "y7bz",
      "@9ab#", "abcd@x", "abc%%"}},
    {"anchors and boundaries",
     RULE("a", "^ab\\d{2}") RULE("b", "\\d{2}ab$") RULE("c", "\\bcat\\b") RULE("d", "\\Bdog\\d")
         RULE("e", "(?<!@)\\d{3}(?!\\d)") RULE("f", "(?<=id )\\w{3}(?= end|$)")
             RULE("g", "^#[ab]{2,6}$"),
     "abcatdog 12@#_",
     {"ab12", "12ab", "cat", " cat ", "dog1", "@123", "id ", "id abc end", "id abc", "#abab",
      "123"}},
    {"looking far ahead and behind",
     RULE("a", "(?=[a-c]{3}\\d)[a-c\\d]{4,8}")
         RULE_WITH("b", "[a-z]{3}(?=[a-z]{0,4}9)", "slow: yes") RULE("c", "(?<![ab]{2})c\\d{2}")
             RULE("d", "7(?!\\d{3})\\d{2}x") RULE("e", "(?<=#|@@)xy\\d")
                 RULE("f", "#(?![a-z]{1,10};)[a-z]{2}"),
     "abcxy0179#@; ",
     {"abc1", "abc9", "abc", "c12", "712x", "#xy1", "@@xy1", "#ab", "abcabc;", "7123x"}},
    {"what was matched before, again",
     RULE("a", "(\\d)-\\1-\\d") RULE("b", "([a-c]{1,3})=\\1;")
         RULE("c", "\\d{3}([ -])\\d{2}\\1\\d{2}") RULE("d", "(?:(a)|b)#\\d(?i:K)"),
     "012abck-= ;#",
     {"1-1-1", "2-1-2", "ab=ab;", "abc=abc;", "111-22-33", "111 22 33", "a=b;", "a#1k", "b#2K"}},
    {"overlaps, checks and what is only told",
     RULE_WITH("a", "\\d{4}", "check: luhn") RULE("b", "\\d{2} \\d{4}") RULE("c", "[0-9 ]{6,9}x")
         RULE_WITH("d", "\\d{13,19}", "check: luhn") RULE_AT(
             "e", "2", "\\d(?:[ -]?\\d){5,9}",
             "") "  - {id: f, title: t, entity: TOY, level: 1, match: '18x', action: tag, tests: "
                 "[{todo: x}]}\n"
                 "  - {id: g, title: t, entity: TOY, level: 1, match: '00\\d', with: "
                 "'[{n}:{last:1}]', tests: [{todo: x}]}\n",
     "0123456789 x-",
     {"0018", "4111111111111111", "18x", "12 0018", "00 ", "001", "002", "0 0 1 8"}},
    {"bytes that are not ASCII",
     RULE("a", "x\\xC3[\\x80-\\xBF]") RULE("b", "\\xA9z1") RULE("c", "[\\x80-\\xFF]{2,4}@")
         RULE("d", "é{2}\\d") RULE("e", "[^\\x00-\\x7F]a\\d") RULE("f", "[–-]\\d{2}"),
     "xz1@a\xC3\xA9\xE2\x80\x93\xAF-",
     {"x\xC3\xA9", "\xC3\xA9z1",
      "\xC3\xA9\xC3\xA9"
      "1",
      "\xE2\x80\x93"
      "12",
      "\xEF\xBC\x91", "\xE2\x80\x8B", "-12", "\xD0\xB0@"}},
    {"any case, any byte, line ends",
     RULE("a", "(?i)key\\d{2}") RULE("b", "(?i)[a-f]{2}:[a-f]{2}") RULE("c", "\\w{3}\\s\\d{2}Q")
         RULE("d", "[^a-z\\n]{3}q") RULE("e", ".{2}Q.{2}") RULE("f", "(?s).{0,3}\\nq"),
     "kKeEyYaf:09 \nqQ",
     {"key12", "KEY34", "aB:Cd", "aaa 12Q", "..Q..", "\nq", "\n", "123q", "kEy1"}},
    {"nothing rare in them",
     RULE("a", "a[ab]{3,9}b") RULE("b", "(?:ab|ba){2,4}c") RULE("c", "[ab]{2,5}c[ab]{2}")
         RULE("d", "c[a-c]{2}c[a-c]{2}c"),
     "abc ",
     {"abab", "baba", "cabc", "aaaaaaaa", " "}},
    {"runs given back, or not",
     RULE("a", "[a-c]{1,4}+d") RULE("b", "[a-c]{2,6}?c\\d") RULE("c", "(?>ab|a)b\\d")
         RULE("d", "\\d{1,3}+\\.\\d{2}") RULE("e", "#a{2,5}a{2,5}#"),
     "abcd01.# ",
     {"abcd", "abc1", "abb1", "12.34", "1234.5", "#aaaaaa#", "aaaa"}},
    {"matches wherever one looks",
     RULE("a", "(?:\\d ){7}x?") RULE("b", "(?:\\d ){5}\\d") RULE("c", "(?: \\d){9}")
         RULE("d", "(?:\\d ){3}\\d(?= \\d \\d)") RULE("e", "(?:[1-3] ){11}"),
     "123 x",
     {"1 ", "1 2 3 ", "1 1 1 1 1 1 ", "9 ", "1 2 1 2 1 2 1 2 1 2 1 "}},
    {"one rule of each length",
     RULE("a", "@\\d{3}") RULE("b", "@\\d{2}[a-z]{8}") RULE("c", "@[a-z0-9]{14}")
         RULE("d", "@[a-z0-9]{15}!") RULE("e", "@[a-z0-9]{16,40}!") RULE("f", "[a-z]{30,60}!"),
     "@a0123z!",
     {"@123", "@12abcdefgh", "@a1b2c3d4e5f6g7", "abcdefghijklmnopqrstuvwxyzabcdefghijk", "!",
      "abcdefghijklm"}},
    {"words far before a place: before what leads up to it",
     RULE_WITH("a", "[a-h]{1,60}#\\d", "near: {words: [passport], before: 20, else: drop}")
         RULE_WITH("b", "[m-p]{2,40}@[a-d]\\d",
                   "near: {words: [token, licence], before: 20, else: drop}"),
     "abcdefgh#12@mnop:",
     {"passport:::::::::::abcdefghabcdefghabcdefghabcdefghabcdefghabcdefgh#1",
      "passport abcdefghabcdefghabcdefghabcdefgh#2", "passport: ",
      "abcdefghabcdefghabcdefghabcdefghabcdefgh#3", "token mnopmnopmnopmnopmnopmnopmnopmnop@a4",
      "licence:::::::mnopmnopmnopmnopmnopmnop@b5", "token ", "mnopmnopmnop@c6"}},
};

const size_t sg_hard_rules_count = sizeof sg_hard_rules / sizeof sg_hard_rules[0];

static bool loads(struct sg_bytes rule)
{
    struct scrubgate_ruleset *set = NULL;
    struct sg_buf text = {0};
    assert_int_equal(sg_buf_add_text(&text, "pack: p\nversion: 1\nowner: o\nrules:\n"), 0);
    assert_int_equal(sg_buf_add_bytes(&text, rule), 0);
    const struct sg_pack_source source = {"dice.yaml", sg_buf_bytes(&text)};
    bool fine = sg_rulefile_compile(&set, &source, 1, 0, NULL) >= 0;
    scrubgate_ruleset_free(set);
    sg_buf_fini(&text);
    return fine;
}

struct sg_hard_rules sg_hard_rules_roll(struct sg_dice *dice, struct sg_buf *rules)
{
    enum { MOST = 5, TRIES = 60, PATTERN = 160 };
    static const char *const contexts[] = {
        "",
        "",
        "",
        ", near: {words: [ab, '12'], before: 6, after: 5, else: drop}",
        ", near: {words: [b], before: 0, after: 9, else: drop}",
        ", unless: '(?i)b\\W{0,3}$'",
        ", keywords: [a1, '@']",
        ", slow: yes",
    };
    struct sg_buf rule = {0};
    size_t n = 0;
    for (size_t tries = 0; n < MOST && tries < TRIES; tries++) {
        char pattern[PATTERN];
        sg_dice_pattern(dice, pattern, sizeof pattern);
        const char *context = contexts[sg_dice_below(dice, sizeof contexts / sizeof contexts[0])];
        sg_buf_clear(&rule);
        assert_int_equal(sg_buf_addf(&rule,
                                     "  - {id: r%zu, title: t, entity: TOY, level: 1, match: '%s', "
                                     "with: '<%zu>', tests: [{todo: x}]%s}\n",
                                     n, pattern, n, context),
                         0);
        if (!loads(sg_buf_bytes(&rule)))
            continue;
        assert_int_equal(sg_buf_add_bytes(rules, sg_buf_bytes(&rule)), 0);
        n++;
    }
    assert_int_equal(sg_buf_add_byte(rules, 0), 0);
    assert_true(n > 0);
    sg_buf_fini(&rule);
    return (struct sg_hard_rules){.rules = (const char *)rules->data, .letters = SG_DICE_LETTERS};
}

struct sg_stock sg_stock_of(const struct sg_hard_rules *hard, const struct scrubgate_ruleset *set,
                            struct sg_bytes *pieces, size_t n)
{
    struct sg_stock stock = {.pieces = pieces, .long_ones = 400};
    if (hard != NULL) {
        stock.letters = sg_bytes_of(hard->letters);
        stock.long_ones = 3000; /* fewer rules: a long text costs less */
        for (size_t i = 0; i < SG_HARD_PIECES && hard->pieces[i] != NULL && i < n; i++)
            pieces[stock.n_pieces++] = sg_bytes_of(hard->pieces[i]);
        return stock;
    }
    for (size_t i = 0; i < set->n_rules; i++) {
        const struct sg_rule *rule = set->rules[i];
        for (size_t j = 0; j < rule->n_examples && stock.n_pieces < n; j++)
            pieces[stock.n_pieces++] = rule->examples[j].text;
    }
    return stock;
}
