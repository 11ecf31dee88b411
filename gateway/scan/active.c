/* SPDX-License-Identifier: Apache-2.0 */
/*
 * active.c - the rules that run in a message, and of these the ones that run in a value of it.
 *
 * Most rules run everywhere: then a value's rules are the message's, and nothing is done for it.
 */
#include "scan/active.h"

#include <stdlib.h>
#include <string.h>

#include "scan/where.h"

static bool asks_where(const struct sg_rule *rule)
{
    return rule->where.fields != 0 || rule->where.n_paths > 0 || rule->n_excluded > 0;
}

static void clear_part(struct sg_active_part *part)
{
    part->n_led = part->n_rules = 0;
    memset(part->signatures, 0, part->sieve->words * sizeof *part->signatures);
}

static void clear(struct sg_active *active)
{
    active->n = active->n_everywhere = 0;
    clear_part(&active->open);
    clear_part(&active->gated);
}

static void add(struct sg_active *active, const struct sg_rule *rule)
{
    struct sg_active_part *part = rule->gate.n > 0 ? &active->gated : &active->open;
    struct sg_sieve_range range = part->sieve->parts[rule->index];
    active->rules[active->n++] = rule;
    if (range.n == 0)
        active->everywhere[active->n_everywhere++] = rule;
    else
        part->n_rules++;
    for (uint32_t s = range.first; s < range.first + range.n; s++) {
        part->signatures[s / 64] |= UINT64_C(1) << s % 64;
        if (part->sieve->entries[s].max_before > 0)
            part->led[part->n_led++] = s;
    }
}

/* The rules that the message asks for. */
static void choose(struct sg_actives *actives, const struct scrubgate_ruleset *set,
                   const struct sg_scan_config *config)
{
    clear(&actives->message);
    if (config->only != NULL) {
        add(&actives->message, config->only);
        return;
    }
    for (size_t i = 0; i < set->n_rules; i++) {
        const struct sg_rule *rule = set->rules[i];
        if (rule->level > config->level ||
            !sg_rule_runs_in(rule, config->direction, config->channel))
            continue;
        add(&actives->message, rule);
        actives->placed = actives->placed || asks_where(rule);
    }
}

/* --- memory -------------------------------------------------------------------------------- */

/* What lies side by side for one set of rules, each kind after those that are wider. */
static size_t size_for(const struct scrubgate_ruleset *set)
{
    const struct sg_sieves *sieves = set->sieves;
    size_t size = (sieves->open->words + sieves->gated->words) * sizeof(uint64_t) +
                  2 * set->n_rules * sizeof(struct sg_rule *) +
                  (sieves->open->n + sieves->gated->n) * sizeof(uint32_t);
    return (size + sizeof(uint64_t) - 1) / sizeof(uint64_t) * sizeof(uint64_t);
}

static void lay_out(struct sg_active *active, const struct scrubgate_ruleset *set, void *memory)
{
    struct sg_active_part *open = &active->open, *gated = &active->gated;
    open->sieve = set->sieves->open;
    gated->sieve = set->sieves->gated;
    gated->first = open->sieve->n;
    open->signatures = memory;
    gated->signatures = open->signatures + open->sieve->words;
    active->rules = (const struct sg_rule **)(gated->signatures + gated->sieve->words);
    active->everywhere = active->rules + set->n_rules;
    open->led = (uint32_t *)(active->everywhere + set->n_rules);
    gated->led = open->led + open->sieve->n;
}

enum scrubgate_status sg_actives_init(struct sg_actives *actives,
                                      const struct scrubgate_ruleset *set,
                                      const struct sg_scan_config *config)
{
    const size_t size = size_for(set);
    *actives = (struct sg_actives){.placed = false};
    uint8_t *memory = malloc(2 * size);
    if (memory == NULL)
        return SCRUBGATE_ENOMEM;
    actives->memory = memory;
    lay_out(&actives->message, set, memory);
    lay_out(&actives->value, set, memory + size);
    choose(actives, set, config);
    return SCRUBGATE_OK;
}

void sg_actives_fini(struct sg_actives *actives)
{
    free(actives->memory);
    *actives = (struct sg_actives){.placed = false};
}

const struct sg_active *sg_actives_at(struct sg_actives *actives, enum sg_field field,
                                      struct sg_place place)
{
    if (!actives->placed)
        return &actives->message;
    clear(&actives->value);
    for (size_t i = 0; i < actives->message.n; i++) {
        if (sg_rule_runs_at(actives->message.rules[i], field, place))
            add(&actives->value, actives->message.rules[i]);
    }
    return &actives->value;
}
