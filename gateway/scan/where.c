/* SPDX-License-Identifier: Apache-2.0 */
/*
 * where.c - does a rule run in this message, in this value of it?
 */
#include "scan/where.h"

static bool channel_fits(const struct sg_where *where, const char *channel)
{
    if (where->n_channels == 0 || channel == NULL)
        return true;
    struct sg_bytes wanted = sg_bytes_of(channel);
    for (size_t i = 0; i < where->n_channels; i++) {
        if (sg_bytes_equal_nocase(sg_bytes_of(where->channels[i]), wanted))
            return true;
    }
    return false;
}

bool sg_rule_runs_in(const struct sg_rule *rule, enum scrubgate_direction direction,
                     const char *channel)
{
    const struct sg_where *where = &rule->where;
    bool direction_fits = where->directions == 0 || direction == SCRUBGATE_ANY_DIRECTION ||
                          (where->directions >> direction & 1) != 0;
    return direction_fits && channel_fits(where, channel);
}

static bool any_path_matches(const struct sg_path *const *paths, size_t n, struct sg_place place)
{
    for (size_t i = 0; i < n; i++) {
        if (sg_path_matches(paths[i], place))
            return true;
    }
    return false;
}

bool sg_rule_runs_at(const struct sg_rule *rule, enum sg_field field, struct sg_place place)
{
    const struct sg_where *where = &rule->where;
    if (where->fields != 0 && (where->fields & (unsigned)field) == 0)
        return false;
    if (where->n_paths > 0 && !any_path_matches(where->paths, where->n_paths, place))
        return false;
    return !any_path_matches(rule->excluded, rule->n_excluded, place);
}
