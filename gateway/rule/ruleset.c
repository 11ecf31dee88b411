/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ruleset.c - all rules of all packs: asked by anyone, changed by nobody once loaded.
 */
#include "rule/ruleset.h"

#include <stdlib.h>
#include <string.h>

#include "rule/sieves.h"

void scrubgate_ruleset_free(struct scrubgate_ruleset *set)
{
    if (set == NULL)
        return;
    scrubgate_ruleset_free(set->folds);
    for (size_t i = 0; i < set->n_rules; i++)
        sg_pattern_free(set->rules[i]->pattern);
    for (size_t i = 0; i < set->n_contexts; i++)
        sg_pattern_free(set->contexts[i].pattern);
    sg_sieves_free(set->sieves);
    sg_arena_fini(&set->arena);
    free(set);
}

const char *scrubgate_ruleset_digest(const struct scrubgate_ruleset *set)
{
    return set->digest;
}

size_t scrubgate_ruleset_count(const struct scrubgate_ruleset *set)
{
    return set->n_rules + (set->folds == NULL ? 0 : set->folds->n_rules);
}

const struct sg_rule *sg_ruleset_at(const struct scrubgate_ruleset *set, size_t number)
{
    return number < set->n_rules ? set->rules[number] : set->folds->rules[number - set->n_rules];
}

size_t sg_ruleset_number(const struct scrubgate_ruleset *set, const struct sg_rule *rule)
{
    return rule->fold == NULL ? rule->index : set->n_rules + rule->index;
}

const struct sg_rule *sg_ruleset_find(const struct scrubgate_ruleset *set, const char *id)
{
    for (size_t i = 0; i < set->n_rules; i++) {
        if (strcmp(set->rules[i]->id, id) == 0)
            return set->rules[i];
    }
    return set->folds == NULL ? NULL : sg_ruleset_find(set->folds, id);
}

size_t sg_ruleset_exclusion(const struct scrubgate_ruleset *set, const char *id)
{
    size_t number = 0;
    while (number < set->n_exclusions && strcmp(set->exclusions[number].id, id) != 0)
        number++;
    return number;
}
