/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_signature.c - signatures as they should be, and that none of them misses a match.
 *
 * What is checked of a signature is checked of every cut, not only of those that the sample
 * prefers: of the patterns of the packs, and of small ones made at random.
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
#include "rule/signature_walk.h"

#include "../lib/alloc_fail.h"
#include "../lib/suite.h"

static struct sg_sample *sample;

static struct sg_pattern *pattern_of(const char *text)
{
    struct sg_pattern *pattern;
    struct scrubgate_fault fault = {.what = ""};
    size_t at = 0;
    if (sg_pattern_new(&pattern, sg_bytes_of(text), true, &at, &fault) < 0)
        fail_msg("%s at %zu: %s", text, at, fault.what);
    return pattern;
}

/* --- as they should be --------------------------------------------------------------------------
 */

/*
 * A signature as text: "bytes before the place, at[0] | at[1] at[2] …", each position with $ when
 * it may be outside, up to the last that is not any byte or outside.
 */
static const struct row {
    const char *name, *pattern, *want[SG_SIGNATURES_MOST];
} rows[] = {
    {"a literal", "#~\\^#", {"0 .$ | # ~ \\^ #"}},
    {"case", "(?i)#q", {"0 .$ | # [Qq]"}},
    {"a leading lookbehind", "(?<![\\w-])#\\d", {"0 [^\\-0-9A-Z_a-z]$ | # \\d"}},
    {"a leading lookbehind of more bytes", "(?<!ab|c)#~", {"0 [^c]$ | # ~"}},
    {"a leading lookbehind that asks", "(?<=a|b)#~", {"0 [ab] | # ~"}},
    {"a lookbehind that asks for two", "(?<=ab)#~", {"0 b | # ~"}},
    {"a leading boundary before a word", "\\bQ#", {"0 \\W$ | Q #"}},
    {"a leading boundary before no word", "\\b#~", {"0 \\w | # ~"}},
    {"a leading boundary before either", "\\b[#Q]~", {"0 .$ | [#Q] ~"}},
    {"no leading boundary", "\\BQ#", {"0 \\w | Q #"}},
    {"a boundary decides what stands on its sides", "#[a_~]\\b[b~]#", {"0 .$ | # [_a~] [b~] #"}},
    {"a boundary that cannot be", "#a\\bb|~\\^", {"0 .$ | [#~] [\\^a]"}},
    {"the start", "^#~", {"0 []$ | # ~"}},
    {"the end", "#~$", {"0 .$ | # ~ []$"}},
    {"the end or a last line end", "#~\\Z", {"0 .$ | # ~ \\x0A$"}},
    {"a trailing lookahead", "#~(?![\\w%])", {"0 .$ | # ~ [^%0-9A-Z_a-z]$"}},
    {"a trailing lookahead of more bytes", "#~(?!a|bc)", {"0 .$ | # ~ [^a]$"}},
    {"a trailing lookahead that asks", "#~(?=\\d\\d)", {"0 .$ | # ~ \\d"}},
    {"a trailing lookahead that may ask for nothing", "#~(?=\\d?)", {"0 .$ | # ~"}},
    {"a trailing lookahead for a digit or the end", "#~(?=\\d|$)", {"0 .$ | # ~ \\d$"}},
    {"a trailing boundary", "#Q\\b", {"0 .$ | # Q \\W$"}},
    {"a lookahead within", "#(?!a)\\w~", {"0 .$ | # [0-9A-Z_b-z] ~"}},
    {"a lookahead before what may be left out", "#(?!a)q?\\w~", {"1-2 [#q] | \\w ~ before [#q]"}},
    {"the shortest match ends what is known", "#~{1,3}", {"0 .$ | # ~"}},
    {"what may end asks for what follows", "#~{1,2}(?!\\d)", {"0 .$ | # ~ \\D$"}},
    {"an optional part between", "#Q?~", {"0 .$ | # [Q~]"}},
    {"copies are counted", "\\d{3}#", {"0 .$ | \\d \\d \\d #"}},
    {"alternatives of different lengths", "#(?:a|bc)~", {"0 .$ | # [ab] [c~]"}},
    {"alternatives that are rare together stay so", "#~|~#", {"0 .$ | [#~] [#~]"}},
    {"an atomic group and a possessive repeat", "(?>#|#~)Q{1,2}+", {"0 .$ | # [Q~]"}},
    {"a reference", "#([ab])~\\1(?!\\d)", {"0 .$ | # [ab] ~ [ab] \\D$"}},
    {"a reference ignoring case", "#([ab])~(?i)\\1", {"0 .$ | # [ab] ~ [ABab]"}},
    {"a reference of several lengths", "#(a{1,2})~\\1~", {"0 .$ | # a [a~] [a~] [a~]"}},
    {"a code point", "#\xC2\xB7", {"0 .$ | # \\xC2 \\xB7"}},
    {"positions end", "#~{20}", {"0 .$ | # ~ ~ ~ ~ ~ ~ ~ ~ ~ ~ ~ ~ ~ ~"}},
    {"a run before what is rare", "[a-z]{1,9}#~", {"0-8 .$ | [a-z] # ~ before [a-z]"}},
    {"an optional part before what is rare", "(?<!\\d)e? {0,1}#~", {"0-2 \\D$ | # ~ before [ e]"}},
    {"alternatives that are rare apart are parted",
     "\\b(?:\\d[a-z]|[A-Z]{2}\\d)",
     {"0 \\W$ | \\d [a-z]", "0 \\W$ | [A-Z] [A-Z] \\d"}},
    {"without an optional part, and with it",
     "[a-z]?(?:\\d|[A-Z]{2})",
     {"0-1 .$ | \\d before [a-z]", "0 .$ | [A-Z] [A-Z]", "0 .$ | [a-z] [A-Z] [A-Z]"}},
    {"a match that cannot be", "#^~", {"0 .$ | # [] [] [] [] [] [] [] [] [] [] [] [] [] []"}},
    {"nothing is known", "(?s).", {"0 .$ | ."}},
    {"nothing need be there", "a?", {"0 .$ | ."}},
};

static void print_set(const struct sg_set *set, struct sg_buf *out)
{
    if (sg_set_count(set) == 0)
        assert_int_equal(sg_buf_add_text(out, "[]"), SCRUBGATE_OK);
    else
        assert_int_equal(sg_set_print(set, out), SCRUBGATE_OK);
}

static void print_signature(const struct sg_signature *s, struct sg_buf *out)
{
    unsigned last = SG_SIGNATURE_BYTES - 1;
    while (last > 1 && sg_set_count(&s->at[last]) == 256 && (s->outside >> last & 1) != 0)
        last--;
    assert_int_equal(sg_buf_addf(out, "%u", s->min_before), SCRUBGATE_OK);
    if (s->max_before > s->min_before)
        assert_int_equal(sg_buf_addf(out, "-%u", s->max_before), SCRUBGATE_OK);
    for (unsigned k = 0; k <= last; k++) {
        assert_int_equal(sg_buf_add_text(out, k == 1 ? " | " : " "), SCRUBGATE_OK);
        print_set(&s->at[k], out);
        if ((s->outside >> k & 1) != 0)
            assert_int_equal(sg_buf_add_text(out, "$"), SCRUBGATE_OK);
    }
    if (s->max_before > 0) {
        assert_int_equal(sg_buf_add_text(out, " before "), SCRUBGATE_OK);
        print_set(&s->before, out);
    }
    assert_int_equal(sg_buf_add_byte(out, '\0'), SCRUBGATE_OK);
}

static void is_as_it_should_be(void **state)
{
    const struct row *row = *state;
    struct sg_pattern *pattern = pattern_of(row->pattern);
    struct sg_signatures signatures;
    size_t n = 0;
    assert_int_equal(sg_signatures_make(&signatures, pattern, sample), SCRUBGATE_OK);
    while (n < SG_SIGNATURES_MOST && row->want[n] != NULL)
        n++;
    for (size_t i = 0; i < signatures.n; i++) {
        struct sg_buf text = {.data = NULL};
        print_signature(&signatures.list[i], &text);
        assert_string_equal((const char *)text.data, i < n ? row->want[i] : "");
        sg_buf_fini(&text);
    }
    assert_int_equal(signatures.n, n);
    sg_pattern_free(pattern);
}

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
};

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
        if (all && b >= s->min_before)
            return true;
        if (!sg_set_has(&s->before, text.data[place]))
            return false;
    }
    return false;
}

static void say_missed(const struct seen *seen, const struct match *match,
                       const struct sg_signature *s)
{
    struct sg_buf text = {.data = NULL};
    char hex[3 * LONGEST + 1] = "";
    if (s != NULL)
        print_signature(s, &text);
    for (size_t i = 0; i < seen->lens[match->text]; i++)
        (void)snprintf(hex + 3 * i, 4, "%02x ", seen->texts[match->text][i]);
    fail_msg("%s: missed at %u by %s: %s", seen->pattern, match->start,
             s == NULL ? "all" : (const char *)text.data, hex);
}

static struct sg_bytes text_of(const struct seen *seen, const struct match *match)
{
    return (struct sg_bytes){seen->texts[match->text], seen->lens[match->text]};
}

static void no_cut_misses(void *ctx, const struct sg_signature *signature)
{
    struct seen *seen = ctx;
    seen->n_signatures++;
    for (size_t i = 0; i < seen->n; i++) {
        if (!holds(signature, text_of(seen, &seen->matches[i]), seen->matches[i].start))
            say_missed(seen, &seen->matches[i], signature);
    }
}

static void note_missed(void *ctx, const struct sg_signature *signature)
{
    struct seen *seen = ctx;
    seen->n_signatures++;
    for (size_t i = 0; i < seen->n; i++) {
        if (!holds(signature, text_of(seen, &seen->matches[i]), seen->matches[i].start))
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
            if (sg_pattern_search_within(pattern, matcher, text, s, text.len, &match, &span) < 0)
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
                                          "{0,3}", "{2,4}", "{1,3}+", "??", "{3}", "{20}"};
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
    print_message("%zu patterns, %zu signatures, %zu matches\n", compiled, signatures, matches);
    assert_true(compiled > 1000 && matches > 20 * compiled && signatures > 5 * compiled);
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

/* --- the rest -----------------------------------------------------------------------------------
 */

static void counts_the_places_of_the_sample(void **state)
{
    static const char *const patterns[] = {"e",        "\\d\\d",      "(?<![\\w-])\\d{2,9}(?!\\w)",
                                           "^hi|day$", "[a-z]{1,9}@", "(?:Tuesday|Montag) ?\\d?",
                                           "(?s)."};
    struct sg_bytes text = sg_sample_text();
    (void)state;
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
        struct sg_pattern *pattern = pattern_of(patterns[i]);
        struct sg_signatures signatures;
        size_t n = 0;
        assert_int_equal(sg_signatures_make(&signatures, pattern, sample), SCRUBGATE_OK);
        for (size_t place = 0; place < text.len; place++) {
            bool found = false;
            for (size_t s = 0; s < signatures.n && !found; s++) {
                struct sg_signature here = signatures.list[s];
                here.min_before = here.max_before = 0;
                found = holds(&here, text, place);
            }
            n += found;
        }
        assert_int_equal(signatures.per_million, n * 1000000 / text.len);
        sg_pattern_free(pattern);
    }
}

static enum scrubgate_status make(void *ctx)
{
    static struct sg_signatures signatures;
    struct sg_sample *own = NULL;
    enum scrubgate_status rc = sg_sample_new(&own);
    if (rc >= 0)
        rc = sg_signatures_make(&signatures, ctx, own);
    sg_sample_free(own);
    return rc;
}

static void answers_when_out_of_memory(void **state)
{
    struct sg_pattern *pattern = pattern_of("(?:a|b|the|of){1,2}(?:e|on ){2}([a-z])\\1?");
    (void)state;
    assert_true(sg_alloc_fail_each(make, pattern) > 10);
    sg_pattern_free(pattern);
}

int main(void)
{
    assert_int_equal(sg_sample_new(&sample), SCRUBGATE_OK);
    SG_SUITE_ROWS(is_as_it_should_be, rows);
    sg_suite_add("no cut of a random pattern misses a match", random_patterns_miss_nothing, NULL);
    sg_suite_add("no cut of a rule of the packs misses a match", packs_miss_nothing, NULL);
    sg_suite_add("the rate is that of the sample", counts_the_places_of_the_sample, NULL);
    sg_suite_add("out of memory is an answer", answers_when_out_of_memory, NULL);
    int rc = sg_suite_run("rule/signature");
    sg_sample_free(sample);
    return rc;
}
