/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sieves.c - the sieves of a ruleset: which rules are looked for at once, which behind a gate.
 */
#include "rule/sieves.h"

#include <stdlib.h>

/* The rules that have a gate, or those that have none. */
static void choose(struct sg_sieve_part *parts, const struct scrubgate_ruleset *set, bool gated)
{
    for (size_t i = 0; i < set->n_rules; i++) {
        const struct sg_rule *rule = set->rules[i];
        bool in = !rule->everywhere && (rule->gate.n > 0) == gated;
        parts[i] = (struct sg_sieve_part){rule->signatures, in ? rule->n_signatures : 0};
    }
}

/* How far before the place of one of its signatures a match of the rule may start. */
static size_t lead_of(const struct sg_rule *rule)
{
    size_t most = 0;
    for (size_t i = 0; i < rule->n_signatures; i++) {
        if (rule->signatures[i].max_before > most)
            most = rule->signatures[i].max_before;
    }
    return most;
}

/* One part for each list of words, however many rules share it. */
static size_t list_gates(struct sg_lexicon_part *parts, struct scrubgate_ruleset *set)
{
    size_t n = 0;
    for (size_t i = 0; i < set->n_rules; i++) {
        struct sg_gate *gate = &set->rules[i]->gate;
        if (gate->n == 0)
            continue;
        size_t k = 0;
        while (k < n && parts[k].words != gate->words)
            k++;
        if (k == n)
            parts[n++] = (struct sg_lexicon_part){gate->words, gate->n};
        gate->number = (unsigned)k;
        size_t before = gate->before + lead_of(set->rules[i]);
        if (before > set->sieves->before)
            set->sieves->before = before;
        if (gate->after > set->sieves->after)
            set->sieves->after = gate->after;
    }
    return n;
}

/* Which signatures are worth a look where a word stands. */
static enum scrubgate_status list_behind(struct sg_sieves *sieves,
                                         const struct scrubgate_ruleset *set)
{
    const struct sg_lexicon *words = sieves->words;
    const struct sg_sieve *gated = sieves->gated;
    sieves->behind = calloc(words->n_words * gated->words + 1, sizeof *sieves->behind);
    if (sieves->behind == NULL)
        return SCRUBGATE_ENOMEM;
    for (unsigned word = 0; word < words->n_words; word++) {
        const uint64_t *gates = sg_lexicon_gates(words, word);
        uint64_t *row = sieves->behind + word * gated->words;
        for (size_t i = 0; i < set->n_rules; i++) {
            const struct sg_gate *gate = &set->rules[i]->gate;
            struct sg_sieve_range range = gated->parts[i];
            if (gate->n == 0 || (gates[gate->number / 64] >> gate->number % 64 & 1) == 0)
                continue;
            for (uint32_t s = range.first; s < range.first + range.n; s++)
                row[s / 64] |= UINT64_C(1) << s % 64;
        }
    }
    return SCRUBGATE_OK;
}

enum scrubgate_status sg_sieves_new(struct scrubgate_ruleset *set, struct sg_sample *sample)
{
    enum scrubgate_status rc = SCRUBGATE_ENOMEM;
    struct sg_sieve_part *parts = calloc(set->n_rules + 1, sizeof *parts);
    struct sg_lexicon_part *gates = calloc(set->n_rules + 1, sizeof *gates);
    set->sieves = calloc(1, sizeof *set->sieves);
    if (parts == NULL || gates == NULL || set->sieves == NULL)
        goto out;
    rc = sg_lexicon_new(&set->sieves->words, gates, list_gates(gates, set));
    choose(parts, set, false);
    if (rc >= 0)
        rc = sg_sieve_new(&set->sieves->open, parts, set->n_rules, sample);
    choose(parts, set, true);
    if (rc >= 0)
        rc = sg_sieve_new(&set->sieves->gated, parts, set->n_rules, sample);
    if (rc >= 0)
        rc = list_behind(set->sieves, set);
out:
    free(gates);
    free(parts);
    return rc;
}

void sg_sieves_free(struct sg_sieves *sieves)
{
    if (sieves == NULL)
        return;
    sg_sieve_free(sieves->open);
    sg_sieve_free(sieves->gated);
    sg_lexicon_free(sieves->words);
    free(sieves->behind);
    free(sieves);
}
