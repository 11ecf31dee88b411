/* SPDX-License-Identifier: Apache-2.0 */
/*
 * selftest.c - hold what the pattern finds against where the tables and the kernel would look.
 */
#include "scan/selftest.h"

#include <assert.h>
#include <string.h>

#include "base/diag.h"
#include "rule/draw.h"
#include "rule/signature_quota.h"
#include "rule/syntax_tree.h"

enum {
    DRAWN = 16, /* texts for each rule */
    SEED = 20
};

/* What stands beside a drawn text: the ends of the value, blanks, punctuation, letters, bytes that
 * are not ASCII. */
static const struct {
    const char *before, *after;
} neighbours[] = {{"", ""},
                  {" ", " "},
                  {"", "."},
                  {"(", ")"},
                  {"a ", " b"},
                  {"\n", "\r\n"},
                  {"\xC2\xA0", "\xE2\x80\xA6"},
                  {"number: ", " x"},
                  {"x", ""},
                  {"\"", "\","}};

/* What is found, and what must lead there. */
struct aim {
    const struct sg_pattern *pattern;
    const struct sg_sieve *sieve; /* NULL: the lexicon, for a gate's words */
    struct sg_sieve_range range;  /* none: it is looked for everywhere */
    unsigned gate;
};

void sg_selftest_init(struct sg_selftest *test, const struct sg_sieves *sieves,
                      const struct sg_kernel *kernel, struct sg_matcher *matcher)
{
    *test = (struct sg_selftest){.sieves = sieves, .kernel = kernel, .matcher = matcher};
}

void sg_selftest_fini(struct sg_selftest *test)
{
    sg_buf_fini(&test->padded);
    sg_buf_fini(&test->hits);
    sg_buf_fini(&test->text);
}

/* --- what the tables and the kernel say ---------------------------------------------------------
 */

/* Fills test->hits: a bit for each place of the text at which the coarse stage says yes. */
static enum scrubgate_status find_hits(struct sg_selftest *test, const struct sg_sieve *sieve,
                                       struct sg_bytes text)
{
    static const uint8_t zeros[SG_KERNEL_SLACK];
    size_t words = text.len / 64 + 1;
    sg_buf_clear(&test->padded);
    sg_buf_clear(&test->hits);
    enum scrubgate_status rc = sg_buf_reserve(&test->hits, words * sizeof(uint64_t));
    if (rc >= 0)
        rc = sg_buf_add_byte(&test->padded, 0);
    if (rc >= 0)
        rc = sg_buf_add_bytes(&test->padded, text);
    if (rc >= 0)
        rc = sg_buf_add(&test->padded, zeros, sizeof zeros);
    for (size_t at = 0; at < text.len && rc >= 0; at += SG_KERNEL_BLOCK) {
        uint64_t hits[SG_KERNEL_BLOCK / 64];
        size_t n = text.len - at < SG_KERNEL_BLOCK ? text.len - at : SG_KERNEL_BLOCK;
        sg_sieve_hits(test->kernel, sieve, NULL, test->padded.data + 1 + at, n, hits);
        rc = sg_buf_add(&test->hits, hits, (n + 63) / 64 * sizeof *hits);
    }
    return rc;
}

static bool is_hit(const struct sg_selftest *test, size_t place)
{
    uint64_t word;
    memcpy(&word, test->hits.data + place / 64 * sizeof word, sizeof word);
    return (word >> place % 64 & 1) != 0;
}

/* By the exact rows. */
static bool holds(const struct sg_sieve *sieve, size_t entry, struct sg_bytes text, size_t place)
{
    bool held = true;
    for (unsigned k = 0; k < SG_SIGNATURE_BYTES && held; k++) {
        size_t at = place + k; /* one further on, so as not to fall below zero */
        bool inside = at >= 1 && at - 1 < text.len;
        unsigned class = inside ? sieve->classes[text.data[at - 1]] : sieve->outside;
        held = (sg_sieve_row(sieve, k, class)[entry / 64] >> entry % 64 & 1) != 0;
    }
    return held;
}

/* Whether one signature leads to a match that starts there. */
static bool leads_to(const struct sg_selftest *test, const struct aim *aim, struct sg_bytes text,
                     size_t start)
{
    for (uint32_t i = aim->range.first; i < aim->range.first + aim->range.n; i++) {
        const struct sg_sieve_entry *entry = &aim->sieve->entries[i];
        for (size_t place = start; place < text.len && place - start <= entry->max_before;
             place++) {
            if (place > start && !sg_set_has(&entry->before, text.data[place - 1]))
                break;
            if (place - start >= entry->min_before && is_hit(test, place) &&
                holds(aim->sieve, i, text, place) &&
                sg_quotas_hold(entry->quotas, text, place, true))
                return true;
        }
    }
    return false;
}

/* Whether a word of the gate is known to begin there. */
static bool has_word(const struct sg_selftest *test, unsigned gate, struct sg_bytes text,
                     size_t start)
{
    const struct sg_lexicon *words = test->sieves->words;
    const struct sg_lexicon_text whole = {text, true, true};
    unsigned cursor = SG_TRIPLE_NONE, word;
    if (start + SG_TRIPLE_BYTES > text.len ||
        (sg_lexicon_places(words, &whole, start, start + 1) & 1) == 0)
        return false;
    while (sg_lexicon_next(words, &whole, start, &cursor, &word))
        if ((sg_lexicon_gates(words, word)[gate / 64] >> gate % 64 & 1) != 0)
            return true;
    return false;
}

static enum scrubgate_status look(struct sg_selftest *test, const struct aim *aim,
                                  struct sg_bytes text, size_t *missed)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    enum sg_match match = SG_MATCH_FOUND;
    struct sg_span span = {0, 0};
    bool ready = false;
    *missed = SIZE_MAX;
    for (size_t from = 0; from < text.len && (aim->range.n > 0 || aim->sieve == NULL);
         from = span.start + 1) {
        rc = sg_pattern_search(aim->pattern, test->matcher, text, from, true, &match, &span);
        if (rc >= 0 && match == SG_MATCH_FOUND && !ready && aim->sieve != NULL)
            rc = find_hits(test, aim->sieve, text);
        if (rc < 0 || match != SG_MATCH_FOUND)
            break;
        ready = true;
        test->starts++;
        if (aim->sieve == NULL ? !has_word(test, aim->gate, text, span.start)
                               : !leads_to(test, aim, text, span.start)) {
            *missed = span.start;
            break;
        }
    }
    return rc;
}

/* The matches of the rule, and the signatures of its pattern. */
static struct aim aim_at_matches(const struct sg_selftest *test, const struct sg_rule *rule)
{
    const struct sg_sieve *sieve = sg_sieves_of(test->sieves, rule);
    assert(rule->index < sieve->n_parts);
    return (struct aim){rule->pattern, sieve, sieve->parts[rule->index], 0};
}

/* The words of the rule's gate, which there is, and their signatures. */
static struct aim aim_at_words(const struct sg_rule *rule)
{
    return (struct aim){rule->gate.pattern, NULL, {0, 0}, rule->gate.number};
}

enum scrubgate_status sg_selftest_text(struct sg_selftest *test, const struct sg_rule *rule,
                                       struct sg_bytes text, size_t *missed)
{
    struct aim aim = aim_at_matches(test, rule);
    enum scrubgate_status rc = look(test, &aim, text, missed);
    if (rc >= 0 && *missed == SIZE_MAX && rule->gate.n > 0) {
        aim = aim_at_words(rule);
        rc = look(test, &aim, text, missed);
    }
    return rc;
}

/* --- texts --------------------------------------------------------------------------------------
 */

static enum scrubgate_status try_drawn(struct sg_selftest *test, const struct aim *aim, size_t n,
                                       size_t *missed)
{
    enum { KINDS = sizeof neighbours / sizeof neighbours[0] };
    uint64_t dice = SEED;
    struct sg_tree tree;
    enum scrubgate_status rc = sg_tree_parse(&tree, sg_pattern_text(aim->pattern), NULL, NULL);
    if (rc < 0)
        return rc;
    *missed = SIZE_MAX;
    for (size_t i = 0; i < n && rc >= 0 && *missed == SIZE_MAX; i++) {
        sg_buf_clear(&test->text);
        rc = sg_buf_add_text(&test->text, neighbours[i % KINDS].before);
        if (rc >= 0)
            rc = sg_draw_text(&tree, &dice, &test->text);
        if (rc >= 0)
            rc = sg_buf_add_text(&test->text, neighbours[i % KINDS].after);
        if (rc >= 0)
            rc = look(test, aim, sg_buf_bytes(&test->text), missed);
    }
    sg_tree_fini(&tree);
    return rc;
}

static enum scrubgate_status try_rule(struct sg_selftest *test, const struct sg_rule *rule,
                                      size_t *missed)
{
    struct aim aim = aim_at_matches(test, rule);
    enum scrubgate_status rc = try_drawn(test, &aim, DRAWN, missed);
    if (rc >= 0 && *missed == SIZE_MAX && rule->gate.n > 0) {
        aim = aim_at_words(rule);
        rc = try_drawn(test, &aim, rule->gate.n < DRAWN ? DRAWN : rule->gate.n, missed);
    }
    for (size_t i = 0; i < rule->n_examples && rc >= 0 && *missed == SIZE_MAX; i++)
        rc = sg_selftest_text(test, rule, rule->examples[i].text, missed);
    /* What the pattern gives up on, lint or an example has told already. */
    return rc == SCRUBGATE_EMATCH ? SCRUBGATE_OK : rc;
}

enum scrubgate_status sg_selftest_run(struct scrubgate_ruleset *set, const struct sg_kernel *kernel,
                                      struct scrubgate_fault *fault)
{
    struct sg_selftest test;
    struct sg_matcher *matcher = NULL;
    enum scrubgate_status rc = sg_matcher_new(&matcher);
    sg_selftest_init(&test, set->sieves, kernel, matcher);
    for (size_t i = 0; i < set->n_rules && rc >= 0; i++) {
        struct sg_rule *rule = set->rules[i];
        size_t missed = SIZE_MAX;
        rc = try_rule(&test, rule, &missed);
        if (rc < 0 || missed == SIZE_MAX)
            continue;
        if (rule->slow) {
            sg_sieves_of(set->sieves, rule)->parts[i].n = 0;
            rule->gate.n = 0;
            rule->everywhere = true;
            continue;
        }
        sg_fault_set(fault, rule->file, rule->line, 0,
                     "rule %s: the engine's signature does not cover its own pattern (kernel %s), "
                     "so the rule would be missed: report this; until it is mended write slow: "
                     "yes, which has the rule tried everywhere",
                     rule->id, kernel->name);
        rc = SCRUBGATE_EINVAL;
    }
    sg_selftest_fini(&test);
    sg_matcher_free(matcher);
    return rc;
}
