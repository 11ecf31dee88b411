/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exclude.c - read exclusions and hang their paths on the rules they name.
 *
 * One that does nothing hides something: another says the same, with another reason, owner or end,
 * or the rule has been changed since. So both are told, with the place of the other.
 */
#include "rule/exclude.h"

#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "rule/check_family.h"
#include "rule/path.h"

/* What an exclusion must say, all of it. */
struct exclusion {
    const char *id, *because, *owner, *expires;
    struct sg_rule *rule;
};

static bool two_digits(const char *text, int *value)
{
    if (!sg_is_digit(text[0]) || !sg_is_digit(text[1]))
        return false;
    *value = (text[0] - '0') * 10 + (text[1] - '0');
    return true;
}

/* "2027-06-30" as days since 1970-01-01. */
static bool read_date(const char *text, int64_t *days)
{
    int century = 0, year = 0, month = 0, day = 0;
    if (strlen(text) != 10 || text[4] != '-' || text[7] != '-' || !two_digits(text, &century) ||
        !two_digits(text + 2, &year) || !two_digits(text + 5, &month) ||
        !two_digits(text + 8, &day) || !sg_date_exists(century * 100 + year, month, day))
        return false;
    *days = sg_clock_days(century * 100 + year, month, day);
    return true;
}

static enum scrubgate_status find_rule(struct sg_reader *reader, const struct sg_yaml_node *node,
                                       struct sg_rule **rule)
{
    struct sg_bytes id;
    enum scrubgate_status rc = sg_reader_text(reader, node, &id);
    if (rc < 0)
        return rc;
    struct scrubgate_ruleset *set = reader->set;
    for (size_t i = 0; i < set->n_rules; i++) {
        if (sg_bytes_equal(sg_bytes_of(set->rules[i]->id), id)) {
            *rule = set->rules[i];
            return SCRUBGATE_OK;
        }
    }
    return sg_reader_fault(reader, node,
                           "there is no rule with this id in the loaded packs: write it whole, as "
                           "payment.card, or remove the exclusion");
}

/* --- one path ----------------------------------------------------------------------------- */

/* The first of the rule's places so far that lies in the new one, or the other way round. */
static const struct sg_excluded *find_overlap(const struct sg_rule *rule,
                                              const struct sg_path *path, bool *within)
{
    for (size_t i = 0; i < rule->n_excluded; i++) {
        const struct sg_excluded *old = &rule->excluded[i];
        *within = sg_path_covers(old->path, path);
        if (*within || sg_path_covers(path, old->path))
            return old;
    }
    return NULL;
}

/* Whether the rule's `where` has paths, and none of them goes to a place of this one. */
static bool is_elsewhere(const struct sg_rule *rule, const struct sg_path *path)
{
    const struct sg_where *where = &rule->where;
    size_t apart = 0;
    while (apart < where->n_paths && sg_path_parts(where->paths[apart], path))
        apart++;
    return where->n_paths > 0 && apart == where->n_paths;
}

static enum scrubgate_status find_conflict(struct sg_reader *reader,
                                           const struct sg_yaml_node *node,
                                           const struct sg_path *path,
                                           const struct sg_exclusion *exclusion)
{
    const struct sg_rule *rule = exclusion->rule;
    bool within = false;
    const struct sg_excluded *old = find_overlap(rule, path, &within);
    if (old != NULL) {
        const struct sg_exclusion *other = &reader->set->exclusions[old->exclusion];
        return sg_reader_warn(reader, node,
                              "exclusion %s: %s of %s:%u keeps rule %s from %s: remove one of them",
                              exclusion->id, other->id, other->file, other->line, rule->id,
                              within ? "this place already" : "a part of this place already");
    }
    if (is_elsewhere(rule, path))
        return sg_reader_warn(reader, node,
                              "exclusion %s: 'where' of rule %s (%s:%u) keeps it from this place "
                              "already: remove it here",
                              exclusion->id, rule->id, rule->file, rule->line);
    return SCRUBGATE_OK;
}

/* Adds a path of the set's last exclusion, whose rule it is. */
static enum scrubgate_status add_path(struct sg_reader *reader, const struct sg_yaml_node *node,
                                      struct sg_rule *rule)
{
    struct sg_bytes text;
    const struct sg_path *path;
    size_t at = 0, number = reader->set->n_exclusions - 1;
    enum scrubgate_status rc = sg_reader_text(reader, node, &text);
    if (rc >= 0) {
        rc = sg_path_parse(&path, &reader->set->arena, text, &at, reader->fault);
        if (rc == SCRUBGATE_EINVAL)
            rc = sg_reader_place(reader, node, at);
    }
    if (rc >= 0)
        rc = find_conflict(reader, node, path, &reader->set->exclusions[number]);
    if (rc < 0)
        return rc;
    /* The list grows only while packs are loaded; to all others it is constant. */
    struct sg_excluded *list =
        sg_reader_grow(reader, (void *)(uintptr_t)rule->excluded, rule->n_excluded, sizeof *list);
    if (list == NULL)
        return SCRUBGATE_ENOMEM;
    list[rule->n_excluded++] = (struct sg_excluded){path, number};
    rule->excluded = list;
    return SCRUBGATE_OK;
}

static enum scrubgate_status add_paths(struct sg_reader *reader, const struct sg_yaml_node *node,
                                       struct sg_rule *rule)
{
    struct sg_items items;
    enum scrubgate_status rc = sg_reader_items(reader, node, &items);
    if (rc >= 0 && items.n == 0)
        rc = sg_reader_fault(reader, node, "an exclusion needs at least one path, as $.order_no");
    for (const struct sg_yaml_node *at = items.first; rc >= 0 && items.n > 0; items.n--) {
        rc = add_path(reader, at, rule);
        at = at->next;
    }
    return rc;
}

/* --- one exclusion ------------------------------------------------------------------------ */

/* Gives it a number and a whole id. */
static enum scrubgate_status number_one(struct sg_reader *reader, const struct sg_yaml_node *node,
                                        const struct exclusion *made)
{
    struct scrubgate_ruleset *set = reader->set;
    struct sg_buf id = {0};
    enum scrubgate_status rc = sg_buf_addf(&id, "%s.%s", reader->pack, made->id);
    if (rc < 0)
        goto out;
    rc = SCRUBGATE_ENOMEM;
    const char *copy = sg_arena_copy(&set->arena, sg_buf_bytes(&id));
    struct sg_exclusion *list =
        sg_reader_grow(reader, set->exclusions, set->n_exclusions, sizeof *list);
    if (copy == NULL || list == NULL)
        goto out;
    set->exclusions = list;
    list[set->n_exclusions++] =
        (struct sg_exclusion){copy, made->rule, reader->file, node->line, node->column};
    rc = SCRUBGATE_OK;
out:
    sg_buf_fini(&id);
    return rc;
}

/* A text that must be there and say something. */
static enum scrubgate_status need_text(struct sg_reader *reader, const struct sg_yaml_node *node,
                                       const char *key, const char **text)
{
    const struct sg_yaml_node *child;
    enum scrubgate_status rc = sg_reader_need(reader, node, key, &child);
    if (rc >= 0)
        rc = sg_reader_copy(reader, child, text);
    if (rc >= 0 && (*text)[0] == '\0')
        rc = sg_reader_fault(reader, child, "'%s' is empty: say it", key);
    return rc;
}

static enum scrubgate_status read_one(struct sg_reader *reader, const struct sg_yaml_node *node,
                                      int64_t today_days)
{
    static const char *const keys[] = {"id", "rule", "path", "because", "owner", "expires"};
    const struct sg_yaml_node *rule = NULL, *path = NULL;
    struct exclusion made;
    int64_t last_day = 0;
    enum scrubgate_status rc = sg_yaml_only(reader->tree, node, keys, 6, reader->fault);
    if (rc >= 0)
        rc = sg_reader_name(reader, node, "id", &made.id);
    if (rc >= 0)
        rc = sg_reader_need(reader, node, "rule", &rule);
    if (rc >= 0)
        rc = sg_reader_need(reader, node, "path", &path);
    if (rc >= 0)
        rc = need_text(reader, node, "because", &made.because);
    if (rc >= 0)
        rc = need_text(reader, node, "owner", &made.owner);
    if (rc >= 0)
        rc = need_text(reader, node, "expires", &made.expires);
    if (rc >= 0)
        rc = find_rule(reader, rule, &made.rule);
    if (rc < 0)
        return rc;
    if (!read_date(made.expires, &last_day))
        return sg_reader_fault(reader, sg_yaml_get(node, "expires"),
                               "'expires' must be the last day it holds, as 2027-06-30");
    if (last_day < today_days)
        return sg_reader_warn(reader, node,
                              "exclusion %s.%s of rule %s expired on %s and no longer holds: renew "
                              "or remove it",
                              reader->pack, made.id, made.rule->id, made.expires);
    rc = number_one(reader, node, &made);
    return rc < 0 ? rc : add_paths(reader, path, made.rule);
}

/* Ids within a pack are distinct, so that a report can name one. */
static enum scrubgate_status refuse_repeated(struct sg_reader *reader,
                                             const struct sg_yaml_node *list,
                                             const struct sg_yaml_node *node)
{
    const struct sg_yaml_node *id = sg_yaml_get(node, "id");
    for (const struct sg_yaml_node *at = list->child; at != node; at = at->next) {
        const struct sg_yaml_node *other = sg_yaml_get(at, "id");
        if (strcmp(other->text, id->text) == 0)
            return sg_reader_fault(reader, id,
                                   "this id is that of the exclusion at line %u: "
                                   "choose another",
                                   other->line);
    }
    return SCRUBGATE_OK;
}

enum scrubgate_status sg_exclude_read(struct sg_reader *reader, const struct sg_yaml_node *node,
                                      int64_t today_days)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    if (node->kind != SG_YAML_SEQUENCE)
        return sg_reader_fault(reader, node, "'exclude' must be a list of exclusions");
    for (const struct sg_yaml_node *at = node->child; rc >= 0 && at != NULL; at = at->next) {
        rc = read_one(reader, at, today_days);
        if (rc >= 0)
            rc = refuse_repeated(reader, node, at);
    }
    return rc;
}
