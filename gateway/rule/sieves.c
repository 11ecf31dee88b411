/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sieves.c - the sieves of a ruleset: which rules are looked for at once, which behind a gate.
 */
#include "rule/sieves.h"

#include <stdlib.h>

/* Does each of its places have a digit among its positions? */
static bool needs_digit(const struct sg_signature *signature)
{
    static const struct sg_set digits = {{UINT64_C(0x03FF000000000000), 0, 0, 0}};
    for (unsigned k = 0; k < SG_SIGNATURE_BYTES; k++)
        if ((signature->outside >> k & 1) == 0 && sg_set_within(&signature->at[k], &digits))
            return true;
    return false;
}

static unsigned kind_of(const struct sg_rule *rule)
{
    bool digits = rule->n_signatures > 0;
    for (size_t i = 0; i < rule->n_signatures && digits; i++)
        digits = needs_digit(&rule->signatures[i]);
    if (rule->gate.n > 0)
        return digits ? SG_GATED_DIGITS : SG_GATED;
    return digits ? SG_OPEN_DIGITS : SG_OPEN;
}

static void choose(struct sg_sieve_part *parts, const struct scrubgate_ruleset *set, unsigned kind)
{
    for (size_t i = 0; i < set->n_rules; i++) {
        const struct sg_rule *rule = set->rules[i];
        bool in = !rule->everywhere && rule->sieve == kind;
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
static enum scrubgate_status list_behind(struct sg_sieves *sieves, unsigned kind,
                                         const struct scrubgate_ruleset *set)
{
    const struct sg_lexicon *words = sieves->words;
    const struct sg_sieve *gated = sieves->kind[kind];
    sieves->behind[kind] = calloc(words->n_words * gated->words + 1, sizeof **sieves->behind);
    if (sieves->behind[kind] == NULL)
        return SCRUBGATE_ENOMEM;
    for (unsigned word = 0; word < words->n_words; word++) {
        const uint64_t *gates = sg_lexicon_gates(words, word);
        uint64_t *row = sieves->behind[kind] + word * gated->words;
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
    struct sg_sieves *sieves = set->sieves = calloc(1, sizeof *set->sieves);
    if (parts == NULL || gates == NULL || sieves == NULL)
        goto out;
    for (size_t i = 0; i < set->n_rules; i++)
        set->rules[i]->sieve = kind_of(set->rules[i]);
    rc = sg_lexicon_new(&sieves->words, gates, list_gates(gates, set));
    for (unsigned kind = 0; kind < SG_SIEVES && rc >= 0; kind++) {
        choose(parts, set, kind);
        rc = sg_sieve_new(&sieves->kind[kind], parts, set->n_rules, sample);
        if (rc >= 0 && sg_sieve_is_gated(kind))
            rc = list_behind(sieves, kind, set);
    }
out:
    free(gates);
    free(parts);
    return rc;
}

void sg_sieves_free(struct sg_sieves *sieves)
{
    if (sieves == NULL)
        return;
    for (unsigned kind = 0; kind < SG_SIEVES; kind++) {
        sg_sieve_free(sieves->kind[kind]);
        free(sieves->behind[kind]);
    }
    sg_lexicon_free(sieves->words);
    free(sieves);
}
