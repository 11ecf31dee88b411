/* SPDX-License-Identifier: Apache-2.0 */
/*
 * where.c - does a rule run in this message, in this value of it?
 */
#include "scan/where.h"

bool sg_where_names(const struct sg_where *where, const char *channel)
{
    struct sg_bytes wanted = sg_bytes_of(channel);
    for (size_t i = 0; i < where->n_channels; i++) {
        if (sg_bytes_equal_nocase(sg_bytes_of(where->channels[i]), wanted))
            return true;
    }
    return false;
}

static bool any_path_matches(const struct sg_path *const *paths, size_t n, struct sg_place place)
{
    for (size_t i = 0; i < n; i++) {
        if (sg_path_matches(paths[i], place))
            return true;
    }
    return false;
}

bool sg_rule_keeps_place(const struct sg_rule *rule, struct sg_place place)
{
    const struct sg_where *where = &rule->where;
    if (where->n_paths > 0 && !any_path_matches(where->paths, where->n_paths, place))
        return false;
    return !any_path_matches(rule->excluded, rule->n_excluded, place);
}
