/* SPDX-License-Identifier: Apache-2.0 */
/*
 * where.h - does a rule run in this message, in this value of it?
 */
#ifndef SG_SCAN_WHERE_H
#define SG_SCAN_WHERE_H

#include <stdbool.h>
#include <scrubgate/stream.h>

#include "rule/rule.h"
#include "rule/ruleset.h"

/* Who hears that an exclusion kept its rule from a value. told may be NULL. */
struct sg_exclusion_tell {
    const struct sg_exclusion *exclusions; /* of the ruleset */
    void (*told)(void *ctx, const char *exclusion);
    void *ctx;
};

/* Whether where.channel names that channel, which is known. */
bool sg_where_names(const struct sg_where *where, const char *channel);
/* Whether where.path and the exclusions leave the rule in that place. */
bool sg_rule_keeps_place(const struct sg_rule *rule, struct sg_place place,
                         const struct sg_exclusion_tell *tell);

/* A direction or channel that is not known runs every rule: doubt never switches one off. Both are
 * inline because most rules have no `where` and every message asks about all of them. */
static inline bool sg_rule_runs_in(const struct sg_rule *rule, enum scrubgate_direction direction,
                                   const char *channel)
{
    const struct sg_where *where = &rule->where;
    bool fits = where->directions == 0 || direction == SCRUBGATE_ANY_DIRECTION ||
                (where->directions >> direction & 1) != 0;
    return fits && (where->n_channels == 0 || channel == NULL || sg_where_names(where, channel));
}

static inline bool sg_rule_runs_at(const struct sg_rule *rule, enum sg_field field,
                                   struct sg_place place, const struct sg_exclusion_tell *tell)
{
    const struct sg_where *where = &rule->where;
    if (where->fields != 0 && (where->fields & (unsigned)field) == 0)
        return false;
    return (where->n_paths == 0 && rule->n_excluded == 0) || sg_rule_keeps_place(rule, place, tell);
}

#endif
