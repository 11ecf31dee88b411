/* SPDX-License-Identifier: Apache-2.0 */
/*
 * context_pattern.c - compile what stands around matches, or find that it is compiled already.
 */
#include "rule/context_pattern.h"

#include "rule/rulelint.h"

static const struct sg_pattern *find(const struct scrubgate_ruleset *set, struct sg_bytes text,
                                     bool may_be_empty)
{
    for (size_t i = 0; i < set->n_contexts; i++) {
        const struct sg_shared_pattern *known = &set->contexts[i];
        if (known->may_be_empty == may_be_empty && sg_bytes_equal(known->text, text))
            return known->pattern;
    }
    return NULL;
}

/* The set owns the pattern from here on, whatever is found wrong with it. */
static enum scrubgate_status keep(struct sg_reader *reader, struct sg_bytes text, bool may_be_empty,
                                  struct sg_pattern *pattern)
{
    struct scrubgate_ruleset *set = reader->set;
    struct sg_shared_pattern *contexts =
        sg_reader_grow(reader, set->contexts, set->n_contexts, sizeof *contexts);
    const char *copy = sg_arena_copy(&set->arena, text);
    if (contexts == NULL || copy == NULL) {
        sg_pattern_free(pattern);
        return SCRUBGATE_ENOMEM;
    }
    set->contexts = contexts;
    contexts[set->n_contexts++] = (struct sg_shared_pattern){
        .text = {(const uint8_t *)copy, text.len}, may_be_empty, pattern};
    return SCRUBGATE_OK;
}

enum scrubgate_status sg_context_pattern(struct sg_reader *reader, const char *key,
                                         struct sg_bytes text, bool may_be_empty, size_t *at,
                                         const struct sg_pattern **pattern)
{
    struct sg_pattern *made = NULL;
    *at = 0;
    *pattern = find(reader->set, text, may_be_empty);
    if (*pattern != NULL)
        return SCRUBGATE_OK;
    enum scrubgate_status rc = sg_pattern_new(&made, text, may_be_empty, at, reader->fault);
    if (rc >= 0)
        rc = keep(reader, text, may_be_empty, made);
    if (rc >= 0)
        rc = sg_rulelint_cost(made, key, reader->matcher, NULL, reader->fault);
    if (rc >= 0)
        *pattern = made;
    return rc;
}
