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

/* One part for each list of words, however many rules share it. Gates only save time: those that
 * the sieve has no room for are left out. */
static size_t list_gates(struct sg_sieve_part *parts, struct scrubgate_ruleset *set)
{
    size_t n = 0, words = 0;
    for (size_t i = 0; i < set->n_rules; i++) {
        struct sg_gate *gate = &set->rules[i]->gate;
        if (gate->n == 0)
            continue;
        size_t k = 0;
        while (k < n && parts[k].signatures != gate->words)
            k++;
        if (k == n && words + gate->n > SG_SIEVE_MOST) {
            gate->n = 0;
            continue;
        }
        if (k == n) {
            parts[n++] = (struct sg_sieve_part){gate->words, gate->n};
            words += gate->n;
        }
        gate->number = (unsigned)k;
        size_t before = gate->before + lead_of(set->rules[i]);
        if (before > set->sieves->before)
            set->sieves->before = before;
        if (gate->after > set->sieves->after)
            set->sieves->after = gate->after;
    }
    return n;
}

enum scrubgate_status sg_sieves_new(struct scrubgate_ruleset *set, struct sg_sample *sample)
{
    enum scrubgate_status rc = SCRUBGATE_ENOMEM;
    struct sg_sieve_part *parts = calloc(set->n_rules + 1, sizeof *parts);
    set->sieves = calloc(1, sizeof *set->sieves);
    if (parts == NULL || set->sieves == NULL)
        goto out;
    size_t n = list_gates(parts, set);
    rc = sg_sieve_new(&set->sieves->words, parts, n, sample);
    choose(parts, set, false);
    if (rc >= 0)
        rc = sg_sieve_new(&set->sieves->open, parts, set->n_rules, sample);
    choose(parts, set, true);
    if (rc >= 0)
        rc = sg_sieve_new(&set->sieves->gated, parts, set->n_rules, sample);
out:
    free(parts);
    return rc;
}

void sg_sieves_free(struct sg_sieves *sieves)
{
    if (sieves == NULL)
        return;
    sg_sieve_free(sieves->open);
    sg_sieve_free(sieves->gated);
    sg_sieve_free(sieves->words);
    free(sieves);
}
