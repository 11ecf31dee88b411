/* SPDX-License-Identifier: Apache-2.0 */
/*
 * active.c - the rules that run in a message, and of these the ones that run in a value of it.
 *
 * Most rules run everywhere: then a value's rules are the message's, and nothing is done for it.
 */
#include "scan/active.h"

#include <stdlib.h>
#include <string.h>

#include "rule/sieve.h"
#include "scan/where.h"

static bool asks_where(const struct sg_rule *rule)
{
    return rule->where.fields != 0 || rule->where.n_paths > 0 || rule->n_excluded > 0;
}

static void clear(struct sg_active *active, size_t words)
{
    active->n = active->n_everywhere = active->n_led = 0;
    memset(active->signatures, 0, words * sizeof *active->signatures);
}

static void add(struct sg_active *active, const struct sg_sieve *sieve, const struct sg_rule *rule)
{
    struct sg_sieve_range range = sieve->rules[rule->index];
    active->rules[active->n++] = rule;
    if (range.n == 0)
        active->everywhere[active->n_everywhere++] = rule;
    for (uint32_t s = range.first; s < range.first + range.n; s++) {
        active->signatures[s / 64] |= UINT64_C(1) << s % 64;
        if (sieve->entries[s].max_before > 0)
            active->led[active->n_led++] = s;
    }
}

/* The rules that the message asks for. */
static void choose(struct sg_actives *actives, const struct scrubgate_ruleset *set,
                   const struct sg_scan_config *config)
{
    clear(&actives->message, set->sieve->words);
    if (config->only != NULL) {
        add(&actives->message, set->sieve, config->only);
        return;
    }
    for (size_t i = 0; i < set->n_rules; i++) {
        const struct sg_rule *rule = set->rules[i];
        if (rule->level > config->level ||
            !sg_rule_runs_in(rule, config->direction, config->channel))
            continue;
        add(&actives->message, set->sieve, rule);
        actives->placed = actives->placed || asks_where(rule);
    }
}

enum scrubgate_status sg_actives_init(struct sg_actives *actives,
                                      const struct scrubgate_ruleset *set,
                                      const struct sg_scan_config *config)
{
    const struct sg_sieve *sieve = set->sieve;
    struct sg_active *both[2] = {&actives->message, &actives->value};
    size_t lists = set->n_rules * sizeof(struct sg_rule *);
    size_t each = sieve->words * sizeof(uint64_t) + 2 * lists + sieve->n * sizeof(uint32_t);
    each = (each + 7) / 8 * 8;
    *actives = (struct sg_actives){.placed = false};
    uint8_t *memory = malloc(2 * each);
    if (memory == NULL)
        return SCRUBGATE_ENOMEM;
    actives->memory = memory;
    for (size_t i = 0; i < 2; i++) {
        both[i]->signatures = (uint64_t *)(void *)memory;
        both[i]->rules = (const struct sg_rule **)(both[i]->signatures + sieve->words);
        both[i]->everywhere = both[i]->rules + set->n_rules;
        both[i]->led = (uint32_t *)(both[i]->everywhere + set->n_rules);
        memory += each;
    }
    choose(actives, set, config);
    return SCRUBGATE_OK;
}

void sg_actives_fini(struct sg_actives *actives)
{
    free(actives->memory);
    *actives = (struct sg_actives){.placed = false};
}

const struct sg_active *sg_actives_at(struct sg_actives *actives,
                                      const struct scrubgate_ruleset *set, enum sg_field field,
                                      struct sg_place place)
{
    if (!actives->placed)
        return &actives->message;
    clear(&actives->value, set->sieve->words);
    for (size_t i = 0; i < actives->message.n; i++) {
        const struct sg_rule *rule = actives->message.rules[i];
        if (sg_rule_runs_at(rule, field, place))
            add(&actives->value, set->sieve, rule);
    }
    return &actives->value;
}
