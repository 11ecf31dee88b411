/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy.c - what an operator orders about collusion, read from YAML.
 */
#include "collusion/policy.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/yaml.h"

enum { NO_GROUP = UINT16_MAX };

struct sg_collusion_policy {
    struct sg_arena arena; /* holds all names */
    struct sg_signal_policy signals[SG_SIGNALS];
    const char *brands[SG_POLICY_BRANDS];
    size_t n_brands;
    struct sg_conflict groups[SG_POLICY_GROUPS];
    size_t n_groups;
    uint16_t together[SG_POLICY_BRANDS][SG_POLICY_BRANDS]; /* the group of a pair */
    struct sg_clearance clearances[SG_POLICY_CLEARANCES];
    size_t n_clearances;
    struct sg_names channels;
};

/* What no operator has measured on traffic of theirs only counts. Exact signals rest on an order of
 * the operator: a cool-off means what it says, a flag asks a person to look. */
static const struct sg_signal_policy defaults[SG_SIGNALS] = {
    [SG_SIGNAL_SELF] = {SG_SIGNAL_ADVISE, 12},    [SG_SIGNAL_PAIR] = {SG_SIGNAL_ADVISE, 6},
    [SG_SIGNAL_FARM] = {SG_SIGNAL_ADVISE, 6},     [SG_SIGNAL_TEMPLATE] = {SG_SIGNAL_ADVISE, 6},
    [SG_SIGNAL_BURST] = {SG_SIGNAL_ADVISE, 6},    [SG_SIGNAL_HANDLE] = {SG_SIGNAL_ADVISE, 6},
    [SG_SIGNAL_COOLOFF] = {SG_SIGNAL_ENFORCE, 0}, [SG_SIGNAL_FLAGGED] = {SG_SIGNAL_ADVISE, 0},
};

static const char *const modes[] = {
    [SG_SIGNAL_SHADOW] = "shadow", [SG_SIGNAL_ADVISE] = "advise", [SG_SIGNAL_ENFORCE] = "enforce"};
enum { MODES = sizeof modes / sizeof modes[0] };

/* One file while it is read. */
struct reading {
    struct sg_collusion_policy *policy;
    const struct sg_yaml *tree;
    unsigned group_line[SG_POLICY_GROUPS];
    struct scrubgate_fault *fault;
};
typedef enum scrubgate_status read_item(struct reading *r, const struct sg_yaml_node *node);

#define ONLY(r, node, names)                                                                       \
    sg_yaml_only((r)->tree, node, names, sizeof(names) / sizeof(names)[0], (r)->fault)

/* --- words and lists -------------------------------------------------------------------------- */

static enum scrubgate_status read_name(struct reading *r, const struct sg_yaml_node *node,
                                       const char **name)
{
    const char *text;
    enum scrubgate_status rc = sg_yaml_text(r->tree, node, &text, r->fault);
    if (rc < 0)
        return rc;
    if (node->text_len == 0 || node->text_len > SG_POLICY_TEXT)
        return sg_yaml_fault(r->tree, node, r->fault, "a name has 1 to %d bytes", SG_POLICY_TEXT);
    *name = sg_arena_copy(&r->policy->arena, sg_bytes_of(text));
    return *name == NULL ? SCRUBGATE_ENOMEM : SCRUBGATE_OK;
}

/* The child with that key, of that kind; NULL only when it may be missing. */
static enum scrubgate_status child_of(struct reading *r, const struct sg_yaml_node *mapping,
                                      const char *key, enum sg_yaml_kind kind, bool needed,
                                      const struct sg_yaml_node **child)
{
    static const char *const kinds[] = {[SG_YAML_SCALAR] = "a value",
                                        [SG_YAML_SEQUENCE] = "a list",
                                        [SG_YAML_MAPPING] = "a mapping"};
    *child = sg_yaml_get(mapping, key);
    if (*child == NULL && needed)
        return sg_yaml_fault(r->tree, mapping, r->fault, "'%s' is missing", key);
    if (*child != NULL && (*child)->kind != kind)
        return sg_yaml_fault(r->tree, *child, r->fault, "'%s' must be %s", key, kinds[kind]);
    return SCRUBGATE_OK;
}

/* A list of names, each once. */
static enum scrubgate_status read_names(struct reading *r, const struct sg_yaml_node *mapping,
                                        const char *key, bool needed, size_t most,
                                        struct sg_names *texts)
{
    const struct sg_yaml_node *list;
    enum scrubgate_status rc = child_of(r, mapping, key, SG_YAML_SEQUENCE, needed, &list);
    if (rc < 0 || list == NULL)
        return rc;
    if (list->count > most || (list->count == 0 && needed))
        return sg_yaml_fault(r->tree, list, r->fault, "'%s' has 1 to %zu names", key, most);
    texts->item = sg_arena_alloc(&r->policy->arena, list->count * sizeof *texts->item);
    if (texts->item == NULL && list->count > 0)
        return SCRUBGATE_ENOMEM;
    for (const struct sg_yaml_node *at = list->child; at != NULL && rc >= 0; at = at->next) {
        rc = read_name(r, at, &texts->item[texts->n]);
        for (size_t i = 0; i < texts->n && rc >= 0; i++)
            if (strcmp(texts->item[i], texts->item[texts->n]) == 0)
                rc = sg_yaml_fault(r->tree, at, r->fault, "'%s' is in this list twice",
                                   texts->item[i]);
        texts->n++;
    }
    return rc;
}

static enum scrubgate_status read_mode(struct reading *r, const struct sg_yaml_node *mapping,
                                       enum sg_signal_mode *mode)
{
    const struct sg_yaml_node *node = sg_yaml_get(mapping, "mode");
    const char *text;
    if (node == NULL)
        return SCRUBGATE_OK;
    enum scrubgate_status rc = sg_yaml_text(r->tree, node, &text, r->fault);
    for (int i = 0; i < MODES && rc >= 0; i++) {
        if (strcmp(text, modes[i]) == 0) {
            *mode = (enum sg_signal_mode)i;
            return SCRUBGATE_OK;
        }
    }
    return rc < 0
               ? rc
               : sg_yaml_fault(r->tree, node, r->fault, "'mode' must be shadow, advise or enforce");
}

static enum scrubgate_status read_number(struct reading *r, const struct sg_yaml_node *node,
                                         double least, double most, double *value)
{
    const char *text;
    char *end;
    enum scrubgate_status rc = sg_yaml_text(r->tree, node, &text, r->fault);
    if (rc < 0)
        return rc;
    const double number = strtod(text, &end);
    /* Not what strtod takes beside: hexadecimal, words, blanks. */
    if (text[0] == '\0' || text[strspn(text, "0123456789.")] != '\0' || *end != '\0' ||
        !(number >= least && number <= most))
        return sg_yaml_fault(r->tree, node, r->fault, "'%s' must be a number from %g to %g",
                             node->key, least, most);
    *value = number;
    return SCRUBGATE_OK;
}

/* Each item of a list of mappings that may be missing. */
static enum scrubgate_status read_list(struct reading *r, const struct sg_yaml_node *root,
                                       const char *key, size_t most, read_item *read)
{
    const struct sg_yaml_node *list;
    enum scrubgate_status rc = child_of(r, root, key, SG_YAML_SEQUENCE, false, &list);
    if (rc < 0 || list == NULL)
        return rc;
    if (list->count > most)
        return sg_yaml_fault(r->tree, list, r->fault, "'%s' has at most %zu items", key, most);
    for (const struct sg_yaml_node *at = list->child; at != NULL && rc >= 0; at = at->next) {
        if (at->kind != SG_YAML_MAPPING)
            return sg_yaml_fault(r->tree, at, r->fault, "write key: value pairs here");
        rc = read(r, at);
    }
    return rc;
}

/* --- conflict groups -------------------------------------------------------------------------- */

static enum scrubgate_status number_brand(struct reading *r, const struct sg_yaml_node *node,
                                          const char *name, uint32_t *number)
{
    struct sg_collusion_policy *policy = r->policy;
    *number = sg_collusion_policy_brand(policy, sg_bytes_of(name));
    if (*number != SG_BRAND_NONE)
        return SCRUBGATE_OK;
    if (policy->n_brands == SG_POLICY_BRANDS)
        return sg_yaml_fault(r->tree, node, r->fault, "over %d brands in conflict groups",
                             SG_POLICY_BRANDS);
    *number = (uint32_t)policy->n_brands;
    policy->brands[policy->n_brands++] = name;
    return SCRUBGATE_OK;
}

/* One cool-off for each pair: which of two should count is the operator's to say, not ours. */
static enum scrubgate_status join_brands(struct reading *r, const struct sg_yaml_node *node,
                                         const uint32_t *brand, size_t n)
{
    struct sg_collusion_policy *policy = r->policy;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < i; j++) {
            const uint16_t group = policy->together[brand[i]][brand[j]];
            if (group != NO_GROUP)
                return sg_yaml_fault(r->tree, node, r->fault,
                                     "'%s' and '%s' are in '%s' (line %u) together already: leave "
                                     "one of them out here, or there",
                                     policy->brands[brand[j]], policy->brands[brand[i]],
                                     policy->groups[group].name, r->group_line[group]);
            policy->together[brand[i]][brand[j]] = (uint16_t)policy->n_groups;
            policy->together[brand[j]][brand[i]] = (uint16_t)policy->n_groups;
        }
    }
    return SCRUBGATE_OK;
}

static enum scrubgate_status read_cooloff(struct reading *r, const struct sg_yaml_node *mapping,
                                          uint64_t *ms)
{
    const struct sg_yaml_node *node;
    enum scrubgate_status rc = child_of(r, mapping, "cooloff", SG_YAML_SCALAR, true, &node);
    if (rc >= 0)
        rc = sg_yaml_duration(r->tree, node, ms, r->fault);
    if (rc >= 0 && (*ms == 0 || *ms > SG_COLLUSION_RETENTION_MS))
        rc = sg_yaml_fault(r->tree, node, r->fault,
                           "'cooloff' must be up to 180d: contacts are kept no longer");
    return rc;
}

static enum scrubgate_status read_conflict(struct reading *r, const struct sg_yaml_node *node)
{
    static const char *const names[] = {"name", "brands", "cooloff"};
    struct sg_collusion_policy *policy = r->policy;
    struct sg_conflict *group = &policy->groups[policy->n_groups];
    const struct sg_yaml_node *name, *list;
    struct sg_names brands = {NULL, 0};
    uint32_t number[SG_POLICY_BRANDS];
    enum scrubgate_status rc = ONLY(r, node, names);
    if (rc >= 0)
        rc = child_of(r, node, "name", SG_YAML_SCALAR, true, &name);
    if (rc >= 0)
        rc = read_name(r, name, &group->name);
    for (size_t i = 0; i < policy->n_groups && rc >= 0; i++)
        if (strcmp(policy->groups[i].name, group->name) == 0)
            rc = sg_yaml_fault(r->tree, name, r->fault, "line %u has a group of that name",
                               r->group_line[i]);
    if (rc >= 0)
        rc = read_cooloff(r, node, &group->cooloff_ms);
    if (rc >= 0)
        rc = read_names(r, node, "brands", true, SG_POLICY_BRANDS, &brands);
    if (rc < 0)
        return rc;
    list = sg_yaml_get(node, "brands");
    if (brands.n < 2)
        return sg_yaml_fault(r->tree, list, r->fault, "a conflict has two brands or more");
    for (size_t i = 0; i < brands.n && rc >= 0; i++)
        rc = number_brand(r, list, brands.item[i], &number[i]);
    if (rc >= 0)
        rc = join_brands(r, list, number, brands.n);
    if (rc >= 0)
        r->group_line[policy->n_groups++] = name->line;
    return rc;
}

/* --- the rest --------------------------------------------------------------------------------- */

static enum scrubgate_status read_clearance(struct reading *r, const struct sg_yaml_node *node)
{
    static const char *const names[] = {"name", "brands", "queues", "mode"};
    struct sg_collusion_policy *policy = r->policy;
    struct sg_clearance *clearance = &policy->clearances[policy->n_clearances];
    const struct sg_yaml_node *name;
    clearance->mode = SG_SIGNAL_ENFORCE;
    enum scrubgate_status rc = ONLY(r, node, names);
    if (rc >= 0)
        rc = child_of(r, node, "name", SG_YAML_SCALAR, true, &name);
    if (rc >= 0)
        rc = read_name(r, name, &clearance->name);
    for (size_t i = 0; i < policy->n_clearances && rc >= 0; i++)
        if (strcmp(policy->clearances[i].name, clearance->name) == 0)
            rc = sg_yaml_fault(r->tree, name, r->fault,
                               "there is a clearance of that name: add the brands to it");
    if (rc >= 0)
        rc = read_names(r, node, "brands", true, SG_POLICY_BRANDS, &clearance->brands);
    if (rc >= 0)
        rc = read_names(r, node, "queues", false, SG_POLICY_BRANDS, &clearance->queues);
    if (rc >= 0)
        rc = read_mode(r, node, &clearance->mode);
    if (rc >= 0)
        policy->n_clearances++;
    return rc;
}

static bool is_exact(enum sg_signal signal)
{
    return defaults[signal].threshold == 0;
}

static enum scrubgate_status read_signal(struct reading *r, const struct sg_yaml_node *node,
                                         enum sg_signal signal)
{
    static const char *const names[] = {"mode", "threshold"};
    struct sg_signal_policy *policy = &r->policy->signals[signal];
    if (node->kind != SG_YAML_MAPPING)
        return sg_yaml_fault(r->tree, node, r->fault, "write {mode: advise} here");
    enum scrubgate_status rc = ONLY(r, node, names);
    const struct sg_yaml_node *threshold = sg_yaml_get(node, "threshold");
    if (rc >= 0)
        rc = read_mode(r, node, &policy->mode);
    if (rc >= 0 && threshold != NULL && is_exact(signal))
        rc = sg_yaml_fault(r->tree, threshold, r->fault, "'%s' is exact: it has no threshold",
                           sg_signal_word(signal));
    else if (rc >= 0 && threshold != NULL)
        rc = read_number(r, threshold, 0.1, 1000, &policy->threshold);
    return rc;
}

static enum scrubgate_status read_signals(struct reading *r, const struct sg_yaml_node *root)
{
    const char *names[SG_SIGNALS];
    const struct sg_yaml_node *mapping;
    enum scrubgate_status rc = child_of(r, root, "signals", SG_YAML_MAPPING, false, &mapping);
    for (int i = 0; i < SG_SIGNALS; i++)
        names[i] = sg_signal_word((enum sg_signal)i);
    if (rc < 0 || mapping == NULL)
        return rc;
    rc = ONLY(r, mapping, names);
    for (int i = 0; i < SG_SIGNALS && rc >= 0; i++) {
        const struct sg_yaml_node *node = sg_yaml_get(mapping, names[i]);
        if (node != NULL)
            rc = read_signal(r, node, (enum sg_signal)i);
    }
    return rc;
}

static enum scrubgate_status read_root(struct reading *r)
{
    static const char *const names[] = {"conflicts", "clearances", "signals",
                                        "representative_channels"};
    const struct sg_yaml_node *root = sg_yaml_root(r->tree);
    if (root->kind != SG_YAML_MAPPING)
        return sg_yaml_fault(r->tree, root, r->fault, "write key: value pairs here");
    enum scrubgate_status rc = ONLY(r, root, names);
    if (rc >= 0)
        rc = read_list(r, root, "conflicts", SG_POLICY_GROUPS, read_conflict);
    if (rc >= 0)
        rc = read_list(r, root, "clearances", SG_POLICY_CLEARANCES, read_clearance);
    if (rc >= 0)
        rc = read_signals(r, root);
    if (rc >= 0)
        rc = read_names(r, root, "representative_channels", false, SG_POLICY_CHANNELS,
                        &r->policy->channels);
    return rc;
}

enum scrubgate_status sg_collusion_policy_read(struct sg_collusion_policy **policy,
                                               const char *name, struct sg_bytes text,
                                               struct scrubgate_fault *fault)
{
    struct sg_yaml *tree = NULL;
    struct reading r = {.policy = calloc(1, sizeof **policy), .fault = fault};
    *policy = NULL;
    enum scrubgate_status rc = SCRUBGATE_ENOMEM;
    if (r.policy == NULL)
        goto out;
    memcpy(r.policy->signals, defaults, sizeof defaults);
    memset(r.policy->together, 0xff, sizeof r.policy->together);
    rc = sg_yaml_parse(&tree, name, text, fault);
    if (rc < 0)
        goto out;
    r.tree = tree;
    rc = read_root(&r);
    if (rc < 0)
        goto out;
    *policy = r.policy;
    r.policy = NULL; /* the caller's now: the exit frees nothing */
out:
    if (rc == SCRUBGATE_ENOMEM)
        sg_fault_set(fault, name, 0, 0, "out of memory");
    sg_yaml_free(tree);
    sg_collusion_policy_free(r.policy);
    return rc;
}

void sg_collusion_policy_free(struct sg_collusion_policy *policy)
{
    if (policy == NULL)
        return;
    sg_arena_fini(&policy->arena);
    free(policy);
}

/* --- asking ----------------------------------------------------------------------------------- */

const char *sg_signal_mode_word(enum sg_signal_mode mode)
{
    assert((unsigned)mode < MODES);
    return modes[mode];
}

struct sg_signal_policy sg_collusion_policy_signal(const struct sg_collusion_policy *policy,
                                                   enum sg_signal signal)
{
    assert((unsigned)signal < SG_SIGNALS);
    return policy->signals[signal];
}

static bool has_text(const struct sg_names *texts, struct sg_bytes text)
{
    for (size_t i = 0; i < texts->n; i++)
        if (sg_bytes_equal(sg_bytes_of(texts->item[i]), text))
            return true;
    return false;
}

bool sg_collusion_policy_is_private(const struct sg_collusion_policy *policy,
                                    struct sg_bytes channel)
{
    return has_text(&policy->channels, channel);
}

size_t sg_collusion_policy_brands(const struct sg_collusion_policy *policy)
{
    return policy->n_brands;
}

uint32_t sg_collusion_policy_brand(const struct sg_collusion_policy *policy, struct sg_bytes brand)
{
    for (size_t i = 0; i < policy->n_brands; i++)
        if (sg_bytes_equal(sg_bytes_of(policy->brands[i]), brand))
            return (uint32_t)i;
    return SG_BRAND_NONE;
}

const char *sg_collusion_policy_brand_name(const struct sg_collusion_policy *policy, uint32_t brand)
{
    assert(brand < policy->n_brands);
    return policy->brands[brand];
}

const struct sg_conflict *sg_collusion_policy_conflict(const struct sg_collusion_policy *policy,
                                                       uint32_t a, uint32_t b)
{
    assert(a < policy->n_brands && b < policy->n_brands);
    const uint16_t group = policy->together[a][b];
    return group == NO_GROUP ? NULL : &policy->groups[group];
}

const struct sg_clearance *sg_collusion_policy_clearance(const struct sg_collusion_policy *policy,
                                                         struct sg_bytes brand,
                                                         struct sg_bytes queue, size_t *at)
{
    while (*at < policy->n_clearances) {
        const struct sg_clearance *clearance = &policy->clearances[(*at)++];
        if (has_text(&clearance->brands, brand) &&
            (clearance->queues.n == 0 || has_text(&clearance->queues, queue)))
            return clearance;
    }
    return NULL;
}
