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

/* Each exclusion that fits is told, so that none seems useless only because another one fits. */
static bool is_excluded(const struct sg_rule *rule, struct sg_place place,
                        const struct sg_exclusion_tell *tell)
{
    bool excluded = false;
    for (size_t i = 0; i < rule->n_excluded; i++) {
        if (!sg_path_matches(rule->excluded[i].path, place))
            continue;
        excluded = true;
        if (tell->told != NULL)
            tell->told(tell->ctx, tell->exclusions[rule->excluded[i].exclusion].id);
    }
    return excluded;
}

bool sg_rule_keeps_place(const struct sg_rule *rule, struct sg_place place,
                         const struct sg_exclusion_tell *tell)
{
    const struct sg_where *where = &rule->where;
    if (where->n_paths > 0 && !any_path_matches(where->paths, where->n_paths, place))
        return false;
    return !is_excluded(rule, place, tell);
}
