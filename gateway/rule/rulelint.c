/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rulelint.c - search texts made to hurt a rule, and refuse it when they do.
 *
 *     one set     aaaaaaaa!           every set of the pattern, as long as a match can look
 *     two sets    abababab!           every pair of them
 *     a repeat    prefix aaaaaaaa!    what leads to a repeat, then it, then what ends it wrongly
 *     everything  longest match !     every repeat at its most
 *
 * PCRE2 counts steps anew at each start, so a text somewhat longer than a match shows the worst.
 */
#include "rule/rulelint.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "rule/syntax_tree.h"

enum {
    MOST_UNITS = 1000, /* a tenth of the match limit */
    MOST_SETS = 12,
    MOST_REPEATS = 64,
    PAIR_LONGEST = 2048,
    SHORTEST = 64
};

struct lint {
    const char *key; /* of the rule: "match", "unless" ... */
    const struct sg_pattern *pattern;
    struct sg_matcher *matcher;
    struct scrubgate_fault *fault;
    struct sg_tree tree;
    const struct sg_set *sets[MOST_SETS];
    size_t n_sets;
    const struct sg_node *repeats[MOST_REPEATS];
    size_t n_repeats;
    size_t room;     /* how long a text shows the worst */
    uint8_t stopper; /* a byte the pattern has in no set, if there is one */
    struct sg_buf text, name;
};

/* --- what the pattern is made of ----------------------------------------------------------------
 */

static void collect(struct lint *l, const struct sg_node *node)
{
    bool known = false;
    for (size_t i = 0; node->kind == SG_NODE_SET && i < l->n_sets; i++)
        known = known || sg_set_equal(l->sets[i], &node->u.set);
    if (node->kind == SG_NODE_SET && !known && l->n_sets < MOST_SETS)
        l->sets[l->n_sets++] = &node->u.set;
    if (node->kind == SG_NODE_REPEAT && node->u.repeat.min < node->u.repeat.max &&
        l->n_repeats < MOST_REPEATS)
        l->repeats[l->n_repeats++] = node;
    for (const struct sg_node *child = node->child; child != NULL; child = child->next)
        collect(l, child);
}

static uint8_t pick_stopper(const struct lint *l)
{
    static const char candidates[] = "\x01!~#%;0a";
    for (size_t i = 0; candidates[i] != '\0'; i++) {
        bool used = false;
        for (size_t s = 0; s < l->n_sets; s++)
            used = used || sg_set_has(l->sets[s], (uint8_t)candidates[i]);
        if (!used)
            return (uint8_t)candidates[i];
    }
    return (uint8_t)candidates[0];
}

/* A byte of the set, a usual one when it has any. */
static uint8_t pick(const struct sg_set *set)
{
    static const char usual[] = "a0A ";
    for (size_t i = 0; usual[i] != '\0'; i++) {
        if (sg_set_has(set, (uint8_t)usual[i]))
            return (uint8_t)usual[i];
    }
    return (uint8_t)sg_set_first(set);
}

/* --- samples: texts the pattern would take ------------------------------------------------------
 */

struct sampler {
    struct lint *l;
    const struct sg_node
        *target; /* the repeat to pump, then stop; NULL: every repeat at its most */
    bool done;
    struct sg_span groups[SG_TREE_GROUPS + 1];
};

static enum scrubgate_status sample(struct sampler *s, const struct sg_node *node);

static bool within(const struct sg_node *node, const struct sg_node *target)
{
    bool found = node == target;
    for (const struct sg_node *child = node->child; child != NULL && !found; child = child->next)
        found = within(child, target);
    return found;
}

static enum scrubgate_status sample_repeat(struct sampler *s, const struct sg_node *node)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    bool pumped = s->target == NULL || s->target == node;
    unsigned n = pumped ? node->u.repeat.max : node->u.repeat.min;
    if (n == 0 && within(node, s->target))
        n = 1;
    for (unsigned i = 0; i < n && !s->done && s->l->text.len < s->l->room && rc >= 0; i++)
        rc = sample(s, node->child);
    s->done = s->done || s->target == node;
    return rc;
}

static enum scrubgate_status sample_alt(struct sampler *s, const struct sg_node *node)
{
    const struct sg_node *chosen = node->child;
    for (const struct sg_node *child = node->child; child != NULL && s->target != NULL;
         child = child->next) {
        if (within(child, s->target)) {
            chosen = child;
            break;
        }
    }
    return sample(s, chosen);
}

static enum scrubgate_status sample_ref(struct sampler *s, const struct sg_node *node)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    struct sg_span span = s->groups[node->u.ref.group];
    for (size_t i = span.start; i < span.end && rc >= 0; i++)
        rc = sg_buf_add_byte(&s->l->text, s->l->text.data[i]);
    return rc;
}

static enum scrubgate_status sample(struct sampler *s, const struct sg_node *node)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    struct sg_buf *text = &s->l->text;
    if (s->done)
        return rc;
    switch (node->kind) {
    case SG_NODE_SET:
        return sg_buf_add_byte(text, pick(&node->u.set));
    case SG_NODE_SEQ:
        for (const struct sg_node *child = node->child; child != NULL && rc >= 0;
             child = child->next)
            rc = sample(s, child);
        return rc;
    case SG_NODE_ALT:
        return sample_alt(s, node);
    case SG_NODE_REPEAT:
        return sample_repeat(s, node);
    case SG_NODE_CAPTURE: {
        size_t start = text->len;
        rc = sample(s, node->child);
        s->groups[node->u.group] = (struct sg_span){start, text->len};
        return rc;
    }
    case SG_NODE_ATOMIC:
        return sample(s, node->child);
    case SG_NODE_LOOK: /* takes no bytes, unless what hurts is in it */
        return s->target != NULL && within(node, s->target) ? sample(s, node->child) : rc;
    case SG_NODE_REF:
        return sample_ref(s, node);
    case SG_NODE_POINT:
        return rc;
    }
    return rc;
}

/* --- judging ------------------------------------------------------------------------------------
 */

/*
 * Searches l->text, ended by what fits nowhere. The sets' bytes behind that keep PCRE2 from seeing
 * at once that some required byte is missing.
 */
static enum scrubgate_status judge(struct lint *l, bool *fits)
{
    enum scrubgate_status rc = sg_buf_add_byte(&l->text, l->stopper);
    for (size_t i = 0; i < l->n_sets && rc >= 0; i++)
        rc = sg_buf_add_byte(&l->text, pick(l->sets[i]));
    if (rc >= 0)
        rc = sg_buf_add_byte(&l->text, l->stopper);
    if (rc >= 0)
        *fits = sg_pattern_fits(l->pattern, l->matcher, sg_buf_bytes(&l->text), MOST_UNITS);
    return rc;
}

/* Says that l->text, which what and l->name describe, costs too much, and how much. */
static enum scrubgate_status refuse(struct lint *l, const char *what)
{
    uint32_t units = 0;
    enum scrubgate_status rc = sg_buf_add_byte(&l->name, '\0');
    if (rc < 0)
        return rc;
    rc = sg_pattern_cost(l->pattern, l->matcher, sg_buf_bytes(&l->text), &units);
    sg_fault_set(l->fault, NULL, 0, 0,
                 "%s takes %s%u matching steps, over the %d allowed, on %s%.200s: make its repeats "
                 "shorter, or possessive as in {1,9}+",
                 l->key, rc < 0 ? "over " : "", rc < 0 ? 10U * MOST_UNITS : (unsigned)units,
                 MOST_UNITS, what, (const char *)l->name.data);
    return SCRUBGATE_EINVAL;
}

static enum scrubgate_status pump_sets(struct lint *l, const struct sg_set *a,
                                       const struct sg_set *b)
{
    bool pair = b != NULL, fits = false;
    size_t room = pair && l->room > PAIR_LONGEST ? PAIR_LONGEST : l->room;
    const uint8_t bytes[2] = {pick(a), pick(pair ? b : a)};
    sg_buf_clear(&l->text);
    sg_buf_clear(&l->name);
    enum scrubgate_status rc = sg_buf_reserve(&l->text, room + 2);
    while (rc >= 0 && l->text.len < room)
        rc = sg_buf_add(&l->text, bytes, pair ? 2 : 1);
    if (rc >= 0)
        rc = judge(l, &fits);
    if (rc < 0 || fits)
        return rc;
    rc = sg_set_print(a, &l->name);
    if (rc >= 0 && pair)
        rc = sg_buf_add_text(&l->name, " and ");
    if (rc >= 0 && pair)
        rc = sg_set_print(b, &l->name);
    return rc < 0 ? rc : refuse(l, "repeated ");
}

static enum scrubgate_status pump_repeat(struct lint *l, const struct sg_node *target)
{
    struct sampler s = {.l = l, .target = target};
    bool fits = false;
    sg_buf_clear(&l->text);
    sg_buf_clear(&l->name);
    enum scrubgate_status rc = sample(&s, l->tree.root);
    if (rc >= 0)
        rc = judge(l, &fits);
    if (rc < 0 || fits)
        return rc;
    if (target != NULL)
        rc = sg_buf_addf(&l->name, "{%u,%u}", target->u.repeat.min, target->u.repeat.max);
    if (rc < 0)
        return rc;
    return refuse(l, target == NULL ? "its longest match, ended wrongly"
                                    : "text that fills, then breaks, its repeat ");
}

static enum scrubgate_status pump_all(struct lint *l)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (size_t a = 0; a < l->n_sets && rc >= 0; a++) {
        rc = pump_sets(l, l->sets[a], NULL);
        for (size_t b = a + 1; b < l->n_sets && rc >= 0; b++)
            rc = pump_sets(l, l->sets[a], l->sets[b]);
    }
    for (size_t i = 0; i < l->n_repeats && rc >= 0; i++)
        rc = pump_repeat(l, l->repeats[i]);
    return rc < 0 ? rc : pump_repeat(l, NULL);
}

static enum scrubgate_status lint_pattern(const char *key, const struct sg_pattern *pattern,
                                          struct sg_matcher *matcher, struct scrubgate_fault *fault)
{
    struct lint l = {.key = key, .pattern = pattern, .matcher = matcher, .fault = fault};
    if (pattern == NULL)
        return SCRUBGATE_OK;
    const struct sg_extent *extent = sg_pattern_extent(pattern);
    enum scrubgate_status rc = sg_tree_parse(&l.tree, sg_pattern_text(pattern), NULL, fault);
    if (rc < 0)
        return rc;
    l.room = extent->behind + extent->max + extent->ahead + SHORTEST;
    collect(&l, l.tree.root);
    l.stopper = pick_stopper(&l);
    rc = pump_all(&l);
    sg_buf_fini(&l.name);
    sg_buf_fini(&l.text);
    sg_tree_fini(&l.tree);
    return rc;
}

enum scrubgate_status sg_rulelint_cost(const struct sg_rule *rule, struct sg_matcher *matcher,
                                       struct scrubgate_fault *fault)
{
    const struct {
        const char *key;
        const struct sg_pattern *pattern;
    } parts[] = {{"match", rule->pattern},
                 {"keywords", rule->keywords},
                 {"near", rule->near.words},
                 {"unless", rule->unless}};
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0] && rc >= 0; i++)
        rc = lint_pattern(parts[i].key, parts[i].pattern, matcher, fault);
    return rc;
}
