/* SPDX-License-Identifier: Apache-2.0 */
/*
 * syntax_work.c - prove from the tree that a pattern has few ways to go.
 *
 * PCRE2 tries at most every way through every part, each behind every way through what stands
 * before it. Counted from above: a pattern whose bound is small needs no text to be tried on.
 */
#include "rule/syntax_tree.h"

enum {
    GROUP = 3, /* units a group may take for itself, each time it is entered */
    REFERENCE = 2
};

/* Where sums stop growing: far over every limit, far under overflow when multiplied. */
static const uint64_t plenty = UINT64_C(1) << 31;

/* Of one entry into a node: how often it can succeed, and what all of that takes. */
struct work {
    uint64_t ways, units;
};

static struct work work(const struct sg_node *node);

static uint64_t capped(uint64_t value)
{
    return value < plenty ? value : plenty;
}

/* A group counts when it is entered and each time it has succeeded. */
static struct work group(struct work inner)
{
    return (struct work){inner.ways, capped(inner.units + inner.ways + GROUP)};
}

/* first, and then in each of its ways second. */
static struct work both(struct work first, struct work second)
{
    return (struct work){capped(first.ways * second.ways),
                         capped(first.units + first.ways * second.units)};
}

static struct work work_seq(const struct sg_node *node)
{
    struct work all = {1, 0};
    for (const struct sg_node *child = node->child; child != NULL; child = child->next)
        all = both(all, work(child));
    return all;
}

static struct work work_alt(const struct sg_node *node)
{
    struct work all = {0, 0};
    for (const struct sg_node *child = node->child; child != NULL; child = child->next) {
        struct work one = work(child);
        all.ways = capped(all.ways + one.ways);
        all.units = capped(all.units + one.units + 1);
    }
    return group(all);
}

/* Each time but the last may also be the last. */
static struct work work_repeat(const struct sg_node *node)
{
    unsigned min = node->u.repeat.min, max = node->u.repeat.max;
    struct work so_far = {1, 0}, all = {min == 0 ? 1 : 0, 0};
    if (node->child->kind == SG_NODE_SET) {
        all = (struct work){max - min + 1, max - min + GROUP};
    } else {
        struct work once = group(work(node->child));
        for (unsigned n = 1; n <= max && so_far.units < plenty; n++) {
            so_far = both(so_far, once);
            if (n >= min)
                all.ways = capped(all.ways + so_far.ways);
        }
        all.units = capped(so_far.units + GROUP);
    }
    if (node->u.repeat.mode == SG_REPEAT_POSSESSIVE)
        all.ways = 1;
    return all;
}

static struct work work(const struct sg_node *node)
{
    struct work all = {1, 0};
    switch (node->kind) {
    case SG_NODE_SET:
    case SG_NODE_POINT:
        break;
    case SG_NODE_SEQ:
        all = work_seq(node);
        break;
    case SG_NODE_ALT:
        all = work_alt(node);
        break;
    case SG_NODE_REPEAT:
        all = work_repeat(node);
        break;
    case SG_NODE_CAPTURE:
        all = group(work(node->child));
        break;
    case SG_NODE_ATOMIC:
    case SG_NODE_LOOK:
        all = group(work(node->child));
        all.ways = 1;
        break;
    case SG_NODE_REF:
        all.units = REFERENCE;
        break;
    }
    return all;
}

uint64_t sg_tree_work(const struct sg_tree *tree)
{
    return group(work(tree->root)).units;
}
