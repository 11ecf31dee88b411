/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_signature_cut.c - no signature misses a match.
 *
 * Checked of every cut, not only of those that the sample prefers: of the patterns of the packs,
 * and of small ones made at random, on texts drawn from them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "rule/rulefile.h"
#include "rule/ruleset.h"
#include "rule/signature.h"
#include "rule/signature_cut.h"
#include "rule/signature_quota.h"
#include "rule/signature_walk.h"

#include "../lib/suite.h"
#include "../lib/toy_pattern.h"

static struct sg_sample *sample;

/* --- none misses a match ------------------------------------------------------------------------
 */

enum { TEXTS = 48, LONGEST = 400, MATCHES = 4096 };

static uint64_t dice = 1;

/* 0 … n - 1. */
static unsigned roll(unsigned n)
{
    dice ^= dice << 13;
    dice ^= dice >> 7;
    dice ^= dice << 17;
    return (unsigned)(dice >> 33) % n;
}

/* Where a pattern matches in some texts. */
struct seen {
    const char *pattern;
    uint8_t texts[TEXTS][LONGEST];
    size_t lens[TEXTS];
    struct match {
        unsigned text, start;
        bool missed;
    } matches[MATCHES];
    size_t n;
    size_t n_signatures; /* looked at */
    size_t n_quotas;
    struct sg_arena *arena; /* of what is being cut */
    const struct sg_variant *variant;
};

/* What holds in the whole text must not be denied while the text still comes. */
static bool quotas_hold(const struct sg_signature *s, struct sg_bytes text, size_t place)
{
    bool hold = sg_quotas_hold(s->quotas, text, place, true);
    struct sg_bytes part = {text.data, place + 1 + roll((unsigned)(text.len - place))};
    assert_true(!hold || sg_quotas_hold(s->quotas, part, place, false));
    return hold;
}

/* The signature holds at a place that the start may belong to. */
static bool holds(const struct sg_signature *s, struct sg_bytes text, size_t start)
{
    for (size_t b = 0; b <= s->max_before && start + b < text.len; b++) {
        bool all = true;
        size_t place = start + b;
        for (size_t k = 0; k < SG_SIGNATURE_BYTES && all && b >= s->min_before; k++) {
            bool inside = place + k > 0 && place + k - 1 < text.len;
            all = inside ? sg_set_has(&s->at[k], text.data[place + k - 1])
                         : (s->outside >> k & 1) != 0;
        }
        if (all && b >= s->min_before && quotas_hold(s, text, place))
            return true;
        if (!sg_set_has(&s->before, text.data[place]))
            return false;
    }
    return false;
}

static void say_missed(const struct seen *seen, const struct match *match,
                       const struct sg_signature *s)
{
    char hex[3 * LONGEST + 1] = "";
    for (size_t i = 0; i < seen->lens[match->text]; i++)
        (void)snprintf(hex + 3 * i, 4, "%02x ", seen->texts[match->text][i]);
    if (s == NULL)
        fail_msg("%s: missed at %u by all: %s", seen->pattern, match->start, hex);
    fail_msg("%s: missed at %u by the cut %u-%u bytes from its start: %s", seen->pattern,
             match->start, s->min_before, s->max_before, hex);
}

static struct sg_bytes text_of(const struct seen *seen, const struct match *match)
{
    return (struct sg_bytes){seen->texts[match->text], seen->lens[match->text]};
}

/* The signature with quotas, which ones the dice decide. */
static struct sg_signature with_quotas(struct seen *seen, const struct sg_signature *signature,
                                       const struct sg_cut *cut)
{
    double shares[256];
    struct sg_variant behind;
    struct sg_signature asks = *signature;
    for (size_t byte = 0; byte < 256; byte++)
        shares[byte] = 1e-6 * (1 << roll(12));
    assert_int_equal(sg_variant_behind(&behind, seen->arena, seen->variant, cut), SCRUBGATE_OK);
    sg_quotas_find(asks.quotas, behind.items, behind.n, shares);
    seen->n_signatures++;
    for (size_t i = 0; i < SG_SIGNATURE_QUOTAS; i++)
        seen->n_quotas += asks.quotas[i].least > 0;
    return asks;
}

static void no_cut_misses(void *ctx, const struct sg_signature *signature, const struct sg_cut *cut)
{
    struct seen *seen = ctx;
    struct sg_signature asks = with_quotas(seen, signature, cut);
    for (size_t i = 0; i < seen->n; i++) {
        if (!holds(&asks, text_of(seen, &seen->matches[i]), seen->matches[i].start))
            say_missed(seen, &seen->matches[i], &asks);
    }
}

static void note_missed(void *ctx, const struct sg_signature *signature, const struct sg_cut *cut)
{
    struct seen *seen = ctx;
    struct sg_signature asks = with_quotas(seen, signature, cut);
    for (size_t i = 0; i < seen->n; i++) {
        if (!holds(&asks, text_of(seen, &seen->matches[i]), seen->matches[i].start))
            seen->matches[i].missed = true;
    }
}

/* Each match is of one way to take the item, and none of that way's cuts misses it. */
static void no_split_misses(struct seen *seen, struct sg_arena *arena,
                            const struct sg_variant *variant, size_t item, size_t n)
{
    bool found[MATCHES] = {false};
    for (size_t part = 0; part < n; part++) {
        struct sg_variant split;
        for (size_t i = 0; i < seen->n; i++)
            seen->matches[i].missed = false;
        assert_int_equal(sg_variant_split(&split, arena, variant, item, part, n), SCRUBGATE_OK);
        seen->variant = &split;
        sg_variant_cuts(&split, note_missed, seen);
        for (size_t i = 0; i < seen->n; i++)
            found[i] = found[i] || !seen->matches[i].missed;
    }
    for (size_t i = 0; i < seen->n; i++) {
        if (!found[i])
            say_missed(seen, &seen->matches[i], NULL);
    }
}

static void find_matches(struct seen *seen, const struct sg_pattern *pattern,
                         struct sg_matcher *matcher)
{
    seen->n = 0;
    for (unsigned t = 0; t < TEXTS; t++) {
        struct sg_bytes text = {seen->texts[t], seen->lens[t]};
        enum sg_match match = SG_MATCH_FOUND;
        struct sg_span span = {0, 0};
        for (size_t s = 0; s < text.len && match == SG_MATCH_FOUND && seen->n < MATCHES; s++) {
            if (sg_pattern_search(pattern, matcher, text, s, true, &match, &span) < 0)
                break;
            s = span.start;
            if (match == SG_MATCH_FOUND && span.end > s)
                seen->matches[seen->n++] = (struct match){.text = t, .start = (unsigned)s};
        }
    }
}

/* Nothing that is made of the pattern misses a match in the texts. */
static void check(struct seen *seen, const struct sg_pattern *pattern, struct sg_matcher *matcher)
{
    struct sg_tree tree;
    struct sg_variant variant;
    struct sg_signatures signatures;
    find_matches(seen, pattern, matcher);
    assert_int_equal(sg_tree_parse(&tree, sg_pattern_text(pattern), NULL, NULL), SCRUBGATE_OK);
    assert_int_equal(sg_walk_prepare(&tree), SCRUBGATE_OK);
    assert_int_equal(sg_variant_make(&variant, &tree.arena, tree.root), SCRUBGATE_OK);
    seen->variant = &variant;
    seen->arena = &tree.arena;
    sg_variant_cuts(&variant, no_cut_misses, seen);
    for (size_t i = 0; i < variant.n; i++) {
        size_t ways = sg_variant_ways(&variant, i);
        for (size_t n = 2; n <= ways; n += ways > 2 ? ways - 2 : 1)
            no_split_misses(seen, &tree.arena, &variant, i, n);
    }
    sg_tree_fini(&tree);
    assert_int_equal(sg_signatures_make(&signatures, pattern, sample), SCRUBGATE_OK);
    assert_in_range(signatures.n, 1, SG_SIGNATURES_MOST);
    for (size_t i = 0; i < seen->n; i++) {
        bool found = false;
        for (size_t s = 0; s < signatures.n && !found; s++)
            found = holds(&signatures.list[s], text_of(seen, &seen->matches[i]),
                          seen->matches[i].start);
        if (!found)
            say_missed(seen, &seen->matches[i], NULL);
    }
}

/* --- texts --------------------------------------------------------------------------------------
 */

static void put(struct seen *seen, unsigned t, unsigned byte)
{
    if (seen->lens[t] < LONGEST)
        seen->texts[t][seen->lens[t]++] = (uint8_t)byte;
}

static unsigned draw_byte(const struct sg_set *set)
{
    unsigned left = roll(sg_set_count(set)), byte = 0;
    while (!sg_set_has(set, byte) || left-- > 0)
        byte++;
    return byte;
}

/* Adds what the node could take; conditions are left to luck. */
static void draw(struct seen *seen, unsigned t, const struct sg_node *node)
{
    unsigned n = 0;
    const struct sg_node *child = node->child;
    switch (node->kind) {
    case SG_NODE_SET:
        if (sg_set_count(&node->u.set) > 0)
            put(seen, t, draw_byte(&node->u.set));
        break;
    case SG_NODE_ALT:
        for (; child != NULL; child = child->next)
            n++;
        n = roll(n);
        for (child = node->child; n > 0; n--)
            child = child->next;
        draw(seen, t, child);
        break;
    case SG_NODE_REPEAT:
        n = node->u.repeat.max - node->u.repeat.min;
        n = node->u.repeat.min + roll(1 + (n < 6 ? n : roll(20) == 0 ? n : 6));
        for (; n > 0; n--)
            draw(seen, t, child);
        break;
    case SG_NODE_LOOK:
    case SG_NODE_POINT:
        break;
    default:
        for (; child != NULL; child = child->next)
            draw(seen, t, child);
    }
}

static void draw_around(struct seen *seen, unsigned t, const char *around)
{
    for (unsigned n = roll(4); n > 0; n--)
        put(seen, t, (uint8_t)around[roll((unsigned)strlen(around))]);
}

static void draw_texts(struct seen *seen, const struct sg_pattern *pattern, const char *around)
{
    struct sg_tree tree;
    assert_int_equal(sg_tree_parse(&tree, sg_pattern_text(pattern), NULL, NULL), SCRUBGATE_OK);
    assert_int_equal(sg_walk_prepare(&tree), SCRUBGATE_OK);
    for (unsigned t = 0; t < TEXTS; t++) {
        seen->lens[t] = 0;
        draw_around(seen, t, around);
        if (roll(3) > 0)
            draw(seen, t, tree.root);
        for (unsigned n = roll(3) == 0 ? 10 : 0; n > 0; n--)
            draw_around(seen, t, around);
        draw_around(seen, t, around);
    }
    sg_tree_fini(&tree);
}

/* --- patterns -----------------------------------------------------------------------------------
 */

struct writer {
    char text[512];
    size_t len;
    unsigned groups;
};

static void add(struct writer *w, const char *text)
{
    size_t len = strlen(text);
    if (w->len + len < sizeof w->text) {
        memcpy(w->text + w->len, text, len + 1);
        w->len += len;
    }
}

static void add_one(struct writer *w, const char *const *list, size_t n)
{
    add(w, list[roll((unsigned)n)]);
}
#define ADD_ONE(w, list) add_one(w, list, sizeof(list) / sizeof(list)[0])

static void add_sequence(struct writer *w, unsigned depth);

static void add_group(struct writer *w, unsigned depth)
{
    static const char *const opens[] = {"(?:", "(?:", "(", "(?>", "(?=", "(?!", "(?<=", "(?<!"};
    static const char *const repeats[] = {"",      "",      "",       "?",  "{2}", "{1,2}",
                                          "{0,3}", "{2,4}", "{1,3}+", "??", "{3}", "{40}"};
    unsigned kind = roll(8);
    add(w, opens[kind]);
    for (unsigned n = roll(3) + 1; n > 0; n--) {
        add_sequence(w, depth - 1);
        if (n > 1)
            add(w, "|");
    }
    add(w, ")");
    w->groups += kind == 2;
    if (kind < 4)
        ADD_ONE(w, repeats);
}

static void add_sequence(struct writer *w, unsigned depth)
{
    static const char *const bytes[] = {"a",    "b",     "1",   "-",     " ",
                                        "[ab]", "[a1]",  "\\w", "\\W",   "\\d",
                                        "[^a]", "[b -]", ".",   "(?i)a", "\xC2\xB7"};
    static const char *const repeats[] = {"",       "",      "",       "",    "?",
                                          "{1,2}",  "{2,3}", "{0,2}",  "{2}", "{1,2}?",
                                          "{0,4}+", "{16}",  "{12,40}"};
    static const char *const points[] = {"\\b",       "\\B",        "^",           "$",
                                         "\\Z",       "(?!a)",      "(?<!\\w)",    "(?=[a1])",
                                         "(?<=[b-])", "(?!\\d|ab)", "(?<![ -]|ab)"};
    for (unsigned n = roll(4); n > 0; n--) {
        unsigned kind = roll(12);
        if (kind < 7) {
            ADD_ONE(w, bytes);
            ADD_ONE(w, repeats);
        } else if (kind < 9) {
            ADD_ONE(w, points);
        } else if (kind < 11 && depth > 0) {
            add_group(w, depth);
        } else if (w->groups > 0) {
            char ref[16];
            (void)snprintf(ref, sizeof ref, "\\g{%u}", roll(w->groups) + 1);
            add(w, ref);
        }
    }
}

static struct seen *seen_new(void)
{
    struct seen *seen = calloc(1, sizeof *seen);
    assert_non_null(seen);
    return seen;
}

static void random_patterns_miss_nothing(void **state)
{
    struct sg_matcher *matcher;
    struct seen *seen = seen_new();
    size_t compiled = 0, matches = 0, signatures = 0;
    (void)state;
    assert_int_equal(sg_matcher_new(&matcher), SCRUBGATE_OK);
    for (unsigned i = 0; i < 4000; i++) {
        struct writer w = {.text = ""};
        struct sg_pattern *pattern;
        size_t at = 0;
        add_sequence(&w, 3);
        add_sequence(&w, 2);
        seen->pattern = w.text;
        if (sg_pattern_new(&pattern, sg_bytes_of(w.text), false, &at, NULL) < 0)
            continue;
        draw_texts(seen, pattern, "ab1- \nA\xC2\xB7");
        check(seen, pattern, matcher);
        compiled++;
        matches += seen->n;
        sg_pattern_free(pattern);
    }
    signatures = seen->n_signatures;
    print_message("%zu patterns, %zu signatures, %zu quotas, %zu matches\n", compiled, signatures,
                  seen->n_quotas, matches);
    assert_true(compiled > 1000 && matches > 20 * compiled && signatures > 5 * compiled);
    assert_true(seen->n_quotas > signatures / 2);
    sg_matcher_free(matcher);
    free(seen);
}

static void packs_miss_nothing(void **state)
{
    struct sg_matcher *matcher;
    struct scrubgate_ruleset *set;
    struct seen *seen = seen_new();
    size_t matched = 0;
    (void)state;
    assert_int_equal(sg_matcher_new(&matcher), SCRUBGATE_OK);
    assert_int_equal(sg_rulefile_load(&set, NULL, 0, 0, NULL), SCRUBGATE_OK);
    for (size_t i = 0; i < set->n_rules; i++) {
        seen->pattern = set->rules[i]->id;
        for (int again = 0; again < 4; again++) {
            draw_texts(seen, set->rules[i]->pattern, "a1Z \n-._:+/$\xC2\xA0");
            check(seen, set->rules[i]->pattern, matcher);
            matched += seen->n > 0;
        }
    }
    assert_true(matched > set->n_rules * 3); /* a rule in ten finds nothing in one round */
    scrubgate_ruleset_free(set);
    sg_matcher_free(matcher);
    free(seen);
}

/* What luck does not find. */
static const struct known {
    const char *name, *pattern, *text;
} knowns[] = {
    {"turns that never settle", "a(?:(?<=a)b|(?<=b)a){33}#",
     "abababababababababababababababababab#"},
    {"a reference to a group that took no part", "(?:(a)|c)-(?!\\1)", "c-a"},
    {"more copies than there are positions", "(?:a?b){17}-", "ababababababababababbbbbbbb-"},
    {"the end before a last line end", "a-\\Z", "a-\n"},
};

static void misses_no_known_match(void **state)
{
    const struct known *known = *state;
    struct seen *seen = seen_new();
    struct sg_matcher *matcher;
    struct sg_pattern *pattern = sg_toy_pattern(known->pattern, true);
    assert_int_equal(sg_matcher_new(&matcher), SCRUBGATE_OK);
    seen->pattern = known->pattern;
    seen->lens[0] = strlen(known->text);
    memcpy(seen->texts[0], known->text, seen->lens[0]);
    check(seen, pattern, matcher);
    assert_true(seen->n > 0 && seen->n_signatures > 0);
    sg_pattern_free(pattern);
    sg_matcher_free(matcher);
    free(seen);
}

int main(void)
{
    assert_int_equal(sg_sample_new(&sample), SCRUBGATE_OK);
    SG_SUITE_ROWS(misses_no_known_match, knowns);
    sg_suite_add("no cut of a random pattern misses a match", random_patterns_miss_nothing, NULL);
    sg_suite_add("no cut of a rule of the packs misses a match", packs_miss_nothing, NULL);
    int rc = sg_suite_run("rule/signature_cut");
    sg_sample_free(sample);
    return rc;
}
