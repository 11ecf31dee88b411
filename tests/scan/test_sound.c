/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_sound.c - every match stands where its signatures, the sieve's rows and each
 * kernel say that it can.
 *
 *     message -> [every match of every pattern, from every start]  -> a place of a signature
 *             -> [sieve's rows]     hold there as the signature does
 *             -> [each kernel]      hits there
 *
 * What the differential test sees of a wrong signature from afar, in what is masked, this one sees
 * where it is wrong. No rule's checks or context hide a match here.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rule/rulefile.h"
#include "rule/sieve.h"
#include "scan/kernel.h"

#include "../lib/chatter.h"
#include "../lib/dice_pattern.h"
#include "../lib/hard_rules.h"
#include "../lib/suite.h"
#include "../lib/toy.h"

enum {
    PACK_PIECES = 1024,
    ROWS_MOST = 32,
    SEED = 11,
    TEXTS = 40, /* for each pattern made by dice */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(__OPTIMIZE__)
    MESSAGES = 300,
    PATTERNS = 100,
#else
    MESSAGES = 6000,
    PATTERNS = 3000,
#endif
};

struct row {
    char name[96];
    const struct sg_hard_rules *hard; /* NULL: the packs that ship */
};

/* A set of rules with tables of its own making. */
struct bench {
    struct scrubgate_ruleset *set;
    struct sg_rule *rules; /* copies, with the signatures beside */
    struct sg_sieve_part *parts;
    struct sg_signatures *signatures;
    struct sg_sample *sample;
    struct sg_sieve *sieve;
    struct sg_matcher *matcher;
    uint8_t padded[1 + SG_KERNEL_BLOCK + SG_KERNEL_SLACK];
    uint64_t hits[SG_KERNEL_BLOCK / 64];
    uint64_t matches;
    const char *pattern; /* for a failure: what was made by dice; NULL otherwise */
};

/* Makes the tables of what is in the set. */
static void open_bench(struct bench *bench, struct scrubgate_ruleset *set)
{
    bench->set = set;
    size_t n = set->n_rules;
    bench->rules = calloc(n, sizeof *bench->rules);
    bench->parts = calloc(n, sizeof *bench->parts);
    bench->signatures = calloc(n, sizeof *bench->signatures);
    assert_true(bench->rules != NULL && bench->parts != NULL && bench->signatures != NULL);
    assert_int_equal(sg_sample_new(&bench->sample), SCRUBGATE_OK);
    assert_int_equal(sg_matcher_new(&bench->matcher), SCRUBGATE_OK);
    for (size_t i = 0; i < n; i++) {
        struct sg_rule *rule = &bench->rules[i];
        *rule = *bench->set->rules[i];
        assert_int_equal(sg_signatures_make(&bench->signatures[i], rule->pattern, bench->sample),
                         SCRUBGATE_OK);
        assert_true(bench->signatures[i].n >= 1);
        rule->signatures = bench->signatures[i].list;
        rule->n_signatures = bench->signatures[i].n;
        rule->everywhere = false;
        bench->parts[i] = (struct sg_sieve_part){rule->signatures, rule->n_signatures};
    }
    assert_int_equal(sg_sieve_new(&bench->sieve, bench->parts, n, bench->sample), SCRUBGATE_OK);
}

static void close_bench(struct bench *bench)
{
    sg_sieve_free(bench->sieve);
    sg_sample_free(bench->sample);
    sg_matcher_free(bench->matcher);
    free(bench->rules);
    free(bench->parts);
    free(bench->signatures);
    free(bench);
}

/* Whether the signature holds at the place, and its prefix allows a match from start on. */
static bool holds(const struct sg_signature *signature, struct sg_bytes text, size_t place,
                  size_t start)
{
    for (size_t k = 0; k < SG_SIGNATURE_BYTES; k++) {
        bool inside = place + k >= 1 && place + k - 1 < text.len;
        if (inside ? !sg_set_has(&signature->at[k], text.data[place + k - 1])
                   : (signature->outside >> k & 1) == 0)
            return false;
    }
    for (size_t i = start; i < place; i++) {
        if (!sg_set_has(&signature->before, text.data[i]))
            return false;
    }
    return true;
}

static bool rows_hold(const struct sg_sieve *sieve, size_t entry, struct sg_bytes text,
                      size_t place)
{
    uint64_t word = UINT64_MAX;
    for (unsigned k = 0; k < SG_SIGNATURE_BYTES; k++) {
        bool inside = place + k >= 1 && place + k - 1 < text.len;
        unsigned class = inside ? sieve->classes[text.data[place + k - 1]] : sieve->outside;
        word &= sg_sieve_row(sieve, k, class)[entry / 64];
    }
    return (word >> entry % 64 & 1) != 0;
}

/* The text as kernels want it: zero stands for outside. Only short texts are looked at. */
static void each_kernel_hits(struct bench *bench, struct sg_bytes text, size_t place)
{
    memset(bench->padded, 0, sizeof bench->padded);
    memcpy(bench->padded + 1, text.data, text.len);
    for (size_t i = 0; sg_kernels[i] != NULL; i++) {
        if (!sg_kernels[i]->works())
            continue;
        sg_sieve_hits(sg_kernels[i], bench->sieve, NULL, bench->padded + 1, text.len, bench->hits);
        if ((bench->hits[place / 64] >> place % 64 & 1) == 0)
            fail_msg("the %s kernel misses a place", sg_kernels[i]->name);
    }
}

/* A match of the rule starts there and takes the bytes up to end. */
static void stands_at_a_place(struct bench *bench, size_t index, struct sg_bytes text,
                              struct sg_span hit, uint64_t message)
{
    const struct sg_rule *rule = &bench->rules[index];
    bench->matches++;
    for (size_t s = 0; s < rule->n_signatures; s++) {
        const struct sg_signature *signature = &rule->signatures[s];
        size_t last = hit.start + signature->max_before;
        for (size_t place = hit.start + signature->min_before; place <= last && place < hit.end;
             place++) {
            if (!holds(signature, text, place, hit.start))
                continue;
            size_t entry = bench->sieve->parts[index].first + s;
            assert_int_equal(bench->sieve->entries[entry].part, index);
            if (!rows_hold(bench->sieve, entry, text, place))
                fail_msg("%s: the sieve's rows miss a place of message %llu", rule->id,
                         (unsigned long long)message);
            each_kernel_hits(bench, text, place);
            return;
        }
    }
    fail_msg("%s: message %llu: no signature holds where a match starts (at byte %zu) %s", rule->id,
             (unsigned long long)message, hit.start, bench->pattern == NULL ? "" : bench->pattern);
}

static void look_at(struct bench *bench, struct sg_bytes text, uint64_t message)
{
    for (size_t i = 0; i < bench->set->n_rules; i++) {
        enum sg_match match = SG_MATCH_FOUND;
        struct sg_span hit = {0, 0};
        for (size_t from = 0; from < text.len; from = hit.start + 1) {
            enum scrubgate_status rc = sg_pattern_search(bench->rules[i].pattern, bench->matcher,
                                                         text, from, true, &match, &hit);
            /* What dice make is not linted: it may cost more than the matcher takes. */
            assert_true(rc >= 0 || (rc == SCRUBGATE_EMATCH && bench->pattern != NULL));
            if (rc < 0 || match != SG_MATCH_FOUND)
                break;
            stands_at_a_place(bench, i, text, hit, message);
        }
    }
}

static void every_match_stands_at_a_place(void **state)
{
    const struct row *row = *state;
    static struct sg_bytes pieces[PACK_PIECES];
    static struct sg_chatter chatter;
    struct bench *bench = calloc(1, sizeof *bench);
    struct scrubgate_ruleset *set = NULL;
    struct scrubgate_fault fault = {.what = ""};
    assert_non_null(bench);
    if (row->hard != NULL)
        set = sg_toy_rules(row->hard->rules);
    else
        assert_int_equal(sg_rulefile_load(&set, NULL, 0, 0, &fault), SCRUBGATE_OK);
    open_bench(bench, set);
    struct sg_stock stock = sg_stock_of(row->hard, bench->set, pieces, PACK_PIECES);
    stock.long_ones = 0;
    for (uint64_t n = 0; n < MESSAGES; n++) {
        struct sg_bytes text = sg_chatter_say(&chatter, &stock, SEED, n);
        if (text.len <= SG_KERNEL_BLOCK)
            look_at(bench, text, n);
    }
    assert_true(bench->matches > MESSAGES / 10);
    close_bench(bench);
    scrubgate_ruleset_free(set);
}

/* A set of one rule of that pattern, as much of it as the tables ask for; NULL when it is none. */
static struct scrubgate_ruleset *set_of_pattern(const char *text)
{
    struct sg_pattern *pattern = NULL;
    size_t at = 0;
    struct scrubgate_fault fault = {.what = ""};
    enum scrubgate_status rc = sg_pattern_new(&pattern, sg_bytes_of(text), false, &at, &fault);
    assert_true(rc >= 0 || rc == SCRUBGATE_EINVAL);
    if (rc < 0)
        return NULL;
    struct scrubgate_ruleset *set = calloc(1, sizeof *set);
    struct sg_rule **list = calloc(1, sizeof *list), *rule = calloc(1, sizeof *rule);
    assert_true(set != NULL && list != NULL && rule != NULL);
    *rule = (struct sg_rule){.id = "made by dice", .pattern = pattern};
    list[0] = rule;
    set->rules = list;
    set->n_rules = 1;
    return set;
}

static void free_set_of_pattern(struct scrubgate_ruleset *set)
{
    sg_pattern_free(set->rules[0]->pattern);
    free(set->rules[0]);
    free(set->rules);
    free(set);
}

static void a_pattern_made_by_dice_too(void **state)
{
    (void)state;
    static struct sg_chatter chatter;
    const struct sg_stock stock = {.letters = SG_BYTES(SG_DICE_LETTERS)};
    struct sg_dice dice = {.state = SEED};
    uint64_t matched = 0, tried = 0;
    for (uint64_t n = 0; n < PATTERNS; n++) {
        char text[256];
        sg_dice_pattern(&dice, text, sizeof text);
        struct scrubgate_ruleset *set = set_of_pattern(text);
        if (set == NULL)
            continue;
        struct bench *bench = calloc(1, sizeof *bench);
        assert_non_null(bench);
        open_bench(bench, set);
        bench->pattern = text;
        for (uint64_t i = 0; i < TEXTS; i++)
            look_at(bench, sg_chatter_say(&chatter, &stock, SEED, n * TEXTS + i), n * TEXTS + i);
        tried++;
        matched += bench->matches > 0;
        close_bench(bench);
        free_set_of_pattern(set);
    }
    print_message("%llu patterns, %llu of them matched\n", (unsigned long long)tried,
                  (unsigned long long)matched);
    assert_true(tried > PATTERNS / 4 && matched > tried / 2);
}

int main(void)
{
    static struct row rows[ROWS_MOST] = {{.name = "the packs that ship"}};
    size_t n = 1;
    for (size_t i = 0; i < sg_hard_rules_count && n < ROWS_MOST; i++, n++) {
        rows[n].hard = &sg_hard_rules[i];
        (void)snprintf(rows[n].name, sizeof rows[n].name, "%s", sg_hard_rules[i].name);
    }
    for (size_t i = 0; i < n; i++)
        sg_suite_add(rows[i].name, every_match_stands_at_a_place, &rows[i]);
    sg_suite_add("patterns made by dice", a_pattern_made_by_dice_too, NULL);
    return sg_suite_run("sound");
}
