/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_gate.c - no gate keeps out a match that counts.
 *
 *     rules -> gates, as they should be
 *     texts of words, matches and what stands between -> [judge] -> accepted: the gate is open
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "rule/draw.h"
#include "rule/gate.h"
#include "rule/rulefile.h"
#include "rule/ruleset.h"
#include "scan/context.h"

#include "../lib/alloc_fail.h"
#include "../lib/chatter.h"
#include "../lib/suite.h"
#include "../lib/toy.h"

/* A rule named by n; what it asks for beside `match` follows. */
static void add_rule(struct sg_buf *rules, unsigned n, const char *match, const char *keys)
{
    assert_int_equal(sg_buf_addf(rules,
                                 "  - id: r%u\n    entity: TOY\n    match: '%s'\n"
                                 "    tests: [{todo: none}]\n    %s\n",
                                 n, match, keys),
                     SCRUBGATE_OK);
}

static struct scrubgate_ruleset *make_rules(struct sg_buf *rules)
{
    assert_int_equal(sg_buf_add_byte(rules, '\0'), SCRUBGATE_OK);
    struct scrubgate_ruleset *set = sg_toy_rules((const char *)rules->data);
    sg_buf_fini(rules);
    return set;
}

/* --- as they should be --------------------------------------------------------------------------
 */

enum { WORDS = 6 };

/*
 * A gate as text: its reach, and each word as "at[0] | at[1] at[2] …" up to the last position that
 * is not any byte or outside. All rules match 3 to 9 digits, level 2.
 */
static const struct row {
    const char *name, *keys, *reach, *words[WORDS];
} rows[] = {
    {"no words, no gate", "level: 2", NULL, {NULL}},
    {"what stands behind a word is not asked",
     "near: {words: [pin, code], before: 30}",
     "30 22",
     {"\\W$ | [Pp] [Ii] [Nn]", "\\W$ | [Cc] [Oo] [Dd] [Ee]"}},
    {"a word with a digit and an underscore",
     "near: {words: [cv2_a], before: 30}",
     "30 20",
     {"\\W$ | [Cc] [Vv] 2 _ [Aa]"}},
    {"a word that stands free",
     "near: {words: ['#no', pin], before: 30}",
     "30 22",
     {"\\W$ | [Pp] [Ii] [Nn]", ".$ | # [Nn] [Oo]"}},
    {"nothing is looked for behind the match",
     "near: {words: [pin], before: 30, after: 0}",
     "30 0",
     {"\\W$ | [Pp] [Ii] [Nn]"}},
    {"keywords stand inside words too, before the match or in it",
     "keywords: [pin, code]",
     "64 6",
     {".$ | [Pp] [Ii] [Nn]", ".$ | [Cc] [Oo] [Dd] [Ee]"}},
    {"both cases of letters that take two bytes",
     "near: {words: [\xC3\xA9tat, m\xC3\xB3vil], before: 30}",
     "30 20",
     {"\\W$ | \\xC3 [\\x89\\xA9] [Tt] [Aa] [Tt]", "\\W$ | [Mm] \\xC3 [\\x93\\xB3] [Vv] [Ii] [Ll]"}},
    {"a word that begins another is enough",
     "near: {words: [phone number, phone, phones*, pin], before: 30}",
     "30 22",
     {"\\W$ | [Pp] [Hh] [Oo] [Nn] [Ee]", "\\W$ | [Pp] [Ii] [Nn]"}},
    {"words that begin alike are one",
     "keywords: [security code, security key]",
     "64 0",
     {".$ | [Ss] [Ee] [Cc] [Uu] [Rr] [Ii] [Tt] [Yy]   [CKck] [EOeo] [DYdy]"}},
    {"words that differ sooner are two",
     "keywords: [pinning, pinned]",
     "64 3",
     {".$ | [Pp] [Ii] [Nn] [Nn] [Ii] [Nn] [Gg]", ".$ | [Pp] [Ii] [Nn] [Nn] [Ee] [Dd]"}},
    {"words that are alike as far as is told are one",
     "keywords: [the security code, the security cod]",
     "64 0",
     {".$ | [Tt] [Hh] [Ee]   [Ss] [Ee] [Cc] [Uu] [Rr] [Ii] [Tt] [Yy]   [Cc] [Oo]"}},
    {"a word of two letters stands everywhere", "near: {words: [pin, gp]}", NULL, {NULL}},
    {"near that raises the level lets all through",
     "near: {words: [pin], else: level+1}",
     NULL,
     {NULL}},
    {"then keywords decide",
     "keywords: [code]\n    near: {words: [pin], else: level+1}",
     "64 5",
     {".$ | [Cc] [Oo] [Dd] [Ee]"}},
    {"near goes before keywords",
     "keywords: [code]\n    near: {words: [pin], before: 10, after: 8}",
     "10 14",
     {"\\W$ | [Pp] [Ii] [Nn]"}},
    {"keywords serve where near cannot",
     "keywords: [code]\n    near: {words: [gp], before: 10, after: 8}",
     "64 5",
     {".$ | [Cc] [Oo] [Dd] [Ee]"}},
};

static void print_word(const struct sg_signature *word, struct sg_buf *out)
{
    unsigned last = SG_SIGNATURE_BYTES - 1;
    while (last > 1 && sg_set_count(&word->at[last]) == 256 && (word->outside >> last & 1) != 0)
        last--;
    for (unsigned k = 0; k <= last; k++) {
        if (k > 0)
            assert_int_equal(sg_buf_add_text(out, k == 1 ? " | " : " "), SCRUBGATE_OK);
        assert_int_equal(sg_set_print(&word->at[k], out), SCRUBGATE_OK);
        if ((word->outside >> k & 1) != 0)
            assert_int_equal(sg_buf_add_byte(out, '$'), SCRUBGATE_OK);
    }
    assert_int_equal(sg_buf_add_byte(out, '\0'), SCRUBGATE_OK);
}

static void is_as_it_should_be(void **state)
{
    const struct row *row = *state;
    struct sg_buf rules = {.data = NULL};
    char reach[64];
    size_t n = 0;
    add_rule(&rules, 0, "\\d{3,9}", row->keys);
    struct scrubgate_ruleset *set = make_rules(&rules);
    const struct sg_gate *gate = &set->rules[0]->gate;
    while (n < WORDS && row->words[n] != NULL)
        n++;
    for (size_t i = 0; i < gate->n; i++) {
        struct sg_buf text = {.data = NULL};
        assert_int_equal(gate->words[i].min_before, 0);
        assert_int_equal(gate->words[i].max_before, 0);
        print_word(&gate->words[i], &text);
        assert_string_equal((const char *)text.data, i < n ? row->words[i] : "");
        sg_buf_fini(&text);
    }
    assert_int_equal(gate->n, n);
    (void)snprintf(reach, sizeof reach, "%zu %zu", gate->before, gate->after);
    if (n > 0)
        assert_string_equal(reach, row->reach);
    scrubgate_ruleset_free(set);
}

/* --- none keeps out what counts -----------------------------------------------------------------
 */

enum {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(__OPTIMIZE__)
    LISTS = 20,
    TEXTS = 200,
#else
    LISTS = 150,
    TEXTS = 600,
#endif
    LONGEST = 600
};

/* A rule on trial: what is neither near nor keyword lets all through, so that more counts. */
struct trial {
    struct sg_rule rule;
    struct sg_tree match, words;
    struct sg_matcher *matcher;
    struct sg_dice dice;
    uint64_t draws;
    struct sg_buf text;
    size_t accepted;
};

static bool holds(const struct sg_signature *s, struct sg_bytes text, size_t place)
{
    bool all = true;
    for (size_t k = 0; k < SG_SIGNATURE_BYTES && all; k++) {
        bool inside = place + k > 0 && place + k - 1 < text.len;
        all = inside ? sg_set_has(&s->at[k], text.data[place + k - 1]) : (s->outside >> k & 1) != 0;
    }
    return all;
}

static bool is_open(const struct sg_gate *gate, struct sg_bytes text, size_t start)
{
    size_t first = start > gate->before ? start - gate->before : 0;
    bool open = false;
    for (size_t place = first; place <= start + gate->after && place < text.len && !open; place++) {
        for (size_t i = 0; i < gate->n && !open; i++)
            open = holds(&gate->words[i], text, place);
    }
    return open;
}

static void check_text(struct trial *trial)
{
    struct sg_bytes text = sg_buf_bytes(&trial->text);
    const struct sg_window window = {.text = text, .last = true};
    enum sg_match match = SG_MATCH_FOUND;
    for (size_t from = 0; from < text.len && match == SG_MATCH_FOUND; from++) {
        struct sg_span hit;
        struct sg_finding finding;
        struct sg_context_result result;
        if (sg_pattern_search(trial->rule.pattern, trial->matcher, text, from, true, &match, &hit) <
                0 ||
            match != SG_MATCH_FOUND)
            break;
        from = hit.start;
        assert_int_equal(sg_context_judge(&trial->rule, SG_LEVELS, trial->matcher, &window, hit,
                                          &finding, &result),
                         SCRUBGATE_OK);
        if (result.verdict != SG_CONTEXT_ACCEPT)
            continue;
        trial->accepted++;
        if (!is_open(&trial->rule.gate, text, hit.start))
            fail_msg("%s: kept out at %zu of '%.*s'", trial->rule.id, hit.start, (int)text.len,
                     (const char *)text.data);
    }
}

static void add_filler(struct trial *trial, size_t n)
{
    static const char bytes[] = "     abex17_-.#\n\xC3\xA9";
    for (; n > 0 && trial->text.len < LONGEST; n--) {
        char byte = bytes[sg_dice_below(&trial->dice, sizeof bytes - 1)];
        assert_int_equal(sg_buf_add_byte(&trial->text, (uint8_t)byte), SCRUBGATE_OK);
    }
}

/* A draw of the tree: now and then with a letter in the other case, or cut short. */
static void add_draw(struct trial *trial, const struct sg_tree *tree)
{
    size_t start = trial->text.len;
    assert_int_equal(sg_draw_text(tree, &trial->draws, &trial->text), SCRUBGATE_OK);
    if (trial->text.len > start && sg_dice_often(&trial->dice, 50))
        trial->text.len--;
}

/* So many bytes as bring what comes next about as far from the last word as may be. */
static size_t gap(struct trial *trial, size_t since)
{
    const struct sg_gate *gate = &trial->rule.gate;
    size_t at = trial->text.len - since, kind = sg_dice_below(&trial->dice, 4);
    size_t aim = (kind == 0 ? gate->before : gate->after) + sg_dice_below(&trial->dice, 4);
    if (kind >= 2 || aim < at + 2)
        return sg_dice_below(&trial->dice, 3);
    return aim - at - 2;
}

static void make_text(struct trial *trial)
{
    size_t since = 0;
    sg_buf_clear(&trial->text);
    for (size_t n = 1 + sg_dice_below(&trial->dice, 5); n > 0 && trial->text.len < LONGEST; n--) {
        bool is_word = sg_dice_often(&trial->dice, 500);
        if (!sg_dice_often(&trial->dice, 200))
            add_filler(trial, gap(trial, since));
        if (sg_dice_often(&trial->dice, 400))
            assert_int_equal(sg_buf_add_byte(&trial->text, ' '), SCRUBGATE_OK);
        since = trial->text.len;
        add_draw(trial, is_word ? &trial->words : &trial->match);
    }
}

/* Texts that end with a draw and texts that go on; the accepted matches. */
static size_t try_gate(const struct sg_rule *rule, uint64_t seed)
{
    struct trial trial = {.rule = *rule, .dice = {seed}, .draws = seed};
    trial.rule.n_checks = 0;
    trial.rule.unless = NULL;
    assert_int_equal(sg_matcher_new(&trial.matcher), SCRUBGATE_OK);
    assert_int_equal(sg_tree_parse(&trial.match, sg_pattern_text(rule->pattern), NULL, NULL),
                     SCRUBGATE_OK);
    assert_int_equal(sg_tree_parse(&trial.words, sg_pattern_text(rule->gate.pattern), NULL, NULL),
                     SCRUBGATE_OK);
    for (size_t i = 0; i < TEXTS; i++) {
        make_text(&trial);
        check_text(&trial);
        add_filler(&trial, 4);
        check_text(&trial);
    }
    sg_tree_fini(&trial.match);
    sg_tree_fini(&trial.words);
    sg_matcher_free(trial.matcher);
    sg_buf_fini(&trial.text);
    return trial.accepted;
}

static void packs_keep_out_nothing_that_counts(void **state)
{
    struct scrubgate_ruleset *set;
    size_t gated = 0;
    (void)state;
    assert_int_equal(sg_rulefile_load(&set, NULL, 0, 0, NULL), SCRUBGATE_OK);
    for (size_t i = 0; i < set->n_rules; i++) {
        const struct sg_rule *rule = set->rules[i];
        if (rule->gate.n == 0)
            continue;
        size_t accepted = try_gate(rule, i + 1);
        if (accepted < TEXTS / 20)
            fail_msg("%s: only %zu matches count", rule->id, accepted);
        gated++;
    }
    assert_true(gated >= 7);
    scrubgate_ruleset_free(set);
}

/* A list of words of a few letters, short ones and ones that begin alike. */
static void roll_words(struct sg_dice *dice, struct sg_buf *out)
{
    static const char *const letters[] = {"a", "b", "a",  "e", "x",        "1",       "7",
                                          "_", "-", " a", "#", "\xC3\xA9", "\xC3\x89"};
    for (size_t n = 1 + sg_dice_below(dice, 12); n > 0; n--) {
        size_t more = sg_dice_often(dice, 300) ? 18 : 4;
        assert_int_equal(sg_buf_add_text(out, "'"), SCRUBGATE_OK);
        for (size_t left = 3 + sg_dice_below(dice, more); left > 0; left--) {
            const char *letter = letters[sg_dice_below(dice, sizeof letters / sizeof *letters)];
            assert_int_equal(sg_buf_add_text(out, letter), SCRUBGATE_OK);
        }
        assert_int_equal(
            sg_buf_addf(out, "%s'%s", sg_dice_often(dice, 200) ? "*" : "", n > 1 ? ", " : ""),
            SCRUBGATE_OK);
    }
}

static struct scrubgate_ruleset *roll_rule(struct sg_dice *dice)
{
    static const char *const matches[] = {"\\d{3,6}", "(?<!\\d)\\d{4}(?!\\d)", "[ab17]{3,9}",
                                          "[#1]\\w{2,5}", "\\b[a-e]{2}\\d ?\\d{1,3}"};
    struct sg_buf rules = {.data = NULL}, keys = {.data = NULL};
    bool is_near = sg_dice_often(dice, 700);
    assert_int_equal(sg_buf_add_text(&keys, is_near ? "near: {words: [" : "keywords: ["),
                     SCRUBGATE_OK);
    roll_words(dice, &keys);
    if (is_near) /* no narrower than the longest word */
        assert_int_equal(sg_buf_addf(&keys, "], before: %zu, after: %zu, else: drop}",
                                     50 + sg_dice_below(dice, 12),
                                     sg_dice_often(dice, 300) ? 0 : sg_dice_below(dice, 50)),
                         SCRUBGATE_OK);
    else
        assert_int_equal(sg_buf_add_byte(&keys, ']'), SCRUBGATE_OK);
    assert_int_equal(sg_buf_add_byte(&keys, '\0'), SCRUBGATE_OK);
    add_rule(&rules, 0, matches[sg_dice_below(dice, sizeof matches / sizeof *matches)],
             (const char *)keys.data);
    sg_buf_fini(&keys);
    return make_rules(&rules);
}

static void lists_by_dice_keep_out_nothing_that_counts(void **state)
{
    struct sg_dice dice = {9};
    size_t accepted = 0;
    (void)state;
    for (size_t i = 0; i < LISTS; i++) {
        struct scrubgate_ruleset *set = roll_rule(&dice);
        assert_true(set->rules[0]->gate.n > 0);
        accepted += try_gate(set->rules[0], i + 1);
        scrubgate_ruleset_free(set);
    }
    print_message("%zu matches that count\n", accepted);
    assert_true(accepted > (size_t)LISTS * TEXTS / 4);
}

/* What luck does not find. The rule matches 4 digits. */
static const struct known {
    const char *name, *keys, *text;
} knowns[] = {
    {"a word and its value without a blank", "near: {words: [pin]}", "pin1234"},
    {"a value and its word without a blank", "near: {words: [pin]}", "1234 pin"},
    {"a word as far before as may be", "near: {words: [pin], before: 5}", "my pin: 1234"},
    {"a word as far behind as may be", "near: {words: [pin], after: 6}", "1234 - pins"},
    {"a word cut by the window's end", "near: {words: [pin], after: 4}", "1234 pint"},
    {"a keyword as far before as may be", "keywords: [pin]",
     "my pin is not one of those that one would ever think of, it is now 1234"},
    {"a keyword in the match", "keywords: ['123']", "1234"},
    {"a keyword at the end of the match", "keywords: ['234']", "1234"},
};

static void keeps_out_no_known_match(void **state)
{
    const struct known *known = *state;
    struct sg_buf rules = {.data = NULL};
    add_rule(&rules, 0, "\\d{4}", known->keys);
    struct scrubgate_ruleset *set = make_rules(&rules);
    struct trial trial = {.rule = *set->rules[0]};
    assert_true(trial.rule.gate.n > 0);
    assert_int_equal(sg_matcher_new(&trial.matcher), SCRUBGATE_OK);
    assert_int_equal(sg_buf_add_text(&trial.text, known->text), SCRUBGATE_OK);
    check_text(&trial);
    assert_int_equal(trial.accepted, 1);
    sg_matcher_free(trial.matcher);
    sg_buf_fini(&trial.text);
    scrubgate_ruleset_free(set);
}

/* --- the rest -----------------------------------------------------------------------------------
 */

static void rules_with_the_same_words_share_them(void **state)
{
    struct sg_buf rules = {.data = NULL};
    (void)state;
    add_rule(&rules, 0, "\\d{3}", "near: {words: [pin, code]}");
    add_rule(&rules, 1, "\\d{5}", "near: {words: [pin, code], before: 20, after: 0}");
    add_rule(&rules, 2, "\\d{7}", "near: {words: [pin]}");
    add_rule(&rules, 3, "\\d{9}", "keywords: [pin, code]");
    struct scrubgate_ruleset *set = make_rules(&rules);
    const struct sg_gate *a = &set->rules[0]->gate, *b = &set->rules[1]->gate;
    assert_non_null(a->words);
    assert_ptr_equal(a->words, b->words);
    assert_int_equal(a->n, 2);
    assert_int_equal(b->n, 2);
    assert_int_equal(b->before, 20);
    assert_ptr_not_equal(a->words, set->rules[2]->gate.words);
    assert_ptr_not_equal(a->words, set->rules[3]->gate.words);
    scrubgate_ruleset_free(set);
}

/* `wanted` words of three letters that begin in no common way. */
static size_t words_of_a_list_of(unsigned wanted)
{
    struct sg_buf rules = {.data = NULL}, keys = {.data = NULL};
    assert_int_equal(sg_buf_add_text(&keys, "keywords: ["), SCRUBGATE_OK);
    for (unsigned i = 0; i < wanted; i++)
        assert_int_equal(
            sg_buf_addf(&keys, "%s%c%c%c", i > 0 ? ", " : "", 'a' + i / 26, 'a' + i % 26, 'x'),
            SCRUBGATE_OK);
    assert_int_equal(sg_buf_add(&keys, (const uint8_t *)"]", 2), SCRUBGATE_OK);
    add_rule(&rules, 0, "\\d{3}", (const char *)keys.data);
    sg_buf_fini(&keys);
    struct scrubgate_ruleset *set = make_rules(&rules);
    size_t n = set->rules[0]->gate.n;
    scrubgate_ruleset_free(set);
    return n;
}

static void too_many_words_are_no_gate(void **state)
{
    (void)state;
    assert_int_equal(words_of_a_list_of(SG_GATE_MOST), SG_GATE_MOST);
    assert_int_equal(words_of_a_list_of(SG_GATE_MOST + 1), 0);
}

static enum scrubgate_status make(void *ctx)
{
    const struct sg_rule *rule = ctx;
    struct scrubgate_ruleset set = {.n_rules = 0};
    struct sg_gate gate;
    enum scrubgate_status rc = sg_gate_make(&gate, &set, rule);
    assert_int_equal(gate.n, rc < 0 ? 0 : 2);
    sg_arena_fini(&set.arena);
    return rc;
}

static void answers_when_out_of_memory(void **state)
{
    struct sg_buf rules = {.data = NULL};
    (void)state;
    add_rule(&rules, 0, "\\d{3}", "near: {words: [pin, code]}");
    struct scrubgate_ruleset *set = make_rules(&rules);
    assert_true(sg_alloc_fail_each(make, set->rules[0]) >= 2);
    scrubgate_ruleset_free(set);
}

int main(void)
{
    SG_SUITE_ROWS(is_as_it_should_be, rows);
    SG_SUITE_ROWS(keeps_out_no_known_match, knowns);
    sg_suite_add("packs keep out nothing that counts", packs_keep_out_nothing_that_counts, NULL);
    sg_suite_add("lists by dice keep out nothing that counts",
                 lists_by_dice_keep_out_nothing_that_counts, NULL);
    sg_suite_add("rules with the same words share them", rules_with_the_same_words_share_them,
                 NULL);
    sg_suite_add("too many words are no gate", too_many_words_are_no_gate, NULL);
    sg_suite_add("out of memory is an answer", answers_when_out_of_memory, NULL);
    return sg_suite_run("rule/gate");
}
