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
    for (unsigned kind = 0; kind < SG_SIEVES; kind++)
        clear_part(&active->part[kind]);
}

static void add(struct sg_active *active, const struct sg_rule *rule)
{
    struct sg_active_part *part = &active->part[rule->sieve];
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
    actives->placed = false;
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
    size_t size = 2 * set->n_rules * sizeof(struct sg_rule *);
    for (unsigned kind = 0; kind < SG_SIEVES; kind++)
        size +=
            sieves->kind[kind]->words * sizeof(uint64_t) + sieves->kind[kind]->n * sizeof(uint32_t);
    return (size + sizeof(uint64_t) - 1) / sizeof(uint64_t) * sizeof(uint64_t);
}

static void lay_out(struct sg_active *active, const struct scrubgate_ruleset *set, void *memory)
{
    uint64_t *bits = memory;
    size_t first = 0;
    for (unsigned kind = 0; kind < SG_SIEVES; kind++) {
        struct sg_active_part *part = &active->part[kind];
        part->sieve = set->sieves->kind[kind];
        part->first = first;
        part->signatures = bits;
        first += part->sieve->n;
        bits += part->sieve->words;
    }
    active->rules = (const struct sg_rule **)bits;
    active->everywhere = active->rules + set->n_rules;
    uint32_t *led = (uint32_t *)(active->everywhere + set->n_rules);
    for (unsigned kind = 0; kind < SG_SIEVES; kind++) {
        active->part[kind].led = led;
        led += active->part[kind].sieve->n;
    }
}

/* Room for both sets of rules, where the last message's are not wanted any more. */
static enum scrubgate_status make_room(struct sg_actives *actives, size_t size)
{
    if (size <= actives->cap)
        return SCRUBGATE_OK;
    free(actives->memory);
    actives->memory = malloc(size);
    actives->cap = actives->memory == NULL ? 0 : size;
    return actives->memory == NULL ? SCRUBGATE_ENOMEM : SCRUBGATE_OK;
}

/* --- one choice for many messages ---------------------------------------------------------- */

bool sg_actives_fit(const struct sg_actives *actives, const struct scrubgate_ruleset *set,
                    const struct sg_scan_config *config)
{
    const struct sg_choice *choice = &actives->choice;
    return choice->serial != 0 && choice->serial == set->serial && choice->set == set &&
           choice->direction == config->direction && choice->level == config->level &&
           choice->only == config->only && choice->channel_known == (config->channel != NULL) &&
           (config->channel == NULL || strcmp(choice->channel, config->channel) == 0);
}

/* Notes what the rules were chosen for. A channel too long to keep is chosen for each time. */
static void note(struct sg_choice *choice, const struct scrubgate_ruleset *set,
                 const struct sg_scan_config *config)
{
    *choice = (struct sg_choice){.set = set,
                                 .serial = set->serial,
                                 .direction = config->direction,
                                 .level = config->level,
                                 .only = config->only,
                                 .channel_known = config->channel != NULL};
    if (config->channel == NULL)
        return;
    size_t size = strlen(config->channel) + 1;
    if (size <= sizeof choice->channel)
        memcpy(choice->channel, config->channel, size);
    else
        choice->serial = 0;
}

enum scrubgate_status sg_actives_choose(struct sg_actives *actives,
                                        const struct scrubgate_ruleset *set,
                                        const struct sg_scan_config *config)
{
    const size_t size = size_for(set);
    if (sg_actives_fit(actives, set, config))
        return SCRUBGATE_OK;
    actives->choice.serial = 0;
    if (make_room(actives, 2 * size) < 0)
        return SCRUBGATE_ENOMEM;
    lay_out(&actives->message, set, actives->memory);
    lay_out(&actives->value, set, (uint8_t *)actives->memory + size);
    choose(actives, set, config);
    note(&actives->choice, set, config);
    return SCRUBGATE_OK;
}

void sg_actives_fini(struct sg_actives *actives)
{
    free(actives->memory);
    *actives = (struct sg_actives){.placed = false};
}

const struct sg_active *sg_actives_at(struct sg_actives *actives,
                                      const struct scrubgate_ruleset *set,
                                      const struct sg_scan_config *config, enum sg_field field,
                                      struct sg_place place)
{
    const struct sg_exclusion_tell tell = {set->exclusions, config->excluded, config->ctx};
    if (!actives->placed)
        return &actives->message;
    clear(&actives->value);
    for (size_t i = 0; i < actives->message.n; i++) {
        if (sg_rule_runs_at(actives->message.rules[i], field, place, &tell))
            add(&actives->value, actives->message.rules[i]);
    }
    return &actives->value;
}
