/* SPDX-License-Identifier: Apache-2.0 */
/*
 * syntax_extent.c - prove from the tree how long a match is and how far it looks.
 *
 * Sound rather than sharp: min is never too high, max, behind and ahead never too low. What a node
 * looks at counts from the node; the bytes that other nodes surely take in between are taken off.
 */
#include "rule/syntax_tree.h"

#include <assert.h>

#include "base/diag.h"

/*
 * PCRE2 writes repeated groups out, and its code has 64 KiB of room. What it writes for one thing,
 * in bytes and rounded up; COPY is for each time a group is written.
 */
enum {
    CODE_LIMIT = 60000,
    CODE_BYTE = 2,
    CODE_SET = 33,
    CODE_BRACKET = 9,
    CODE_BRANCH = 6,
    CODE_REPEAT = 8,
    CODE_COPY = CODE_BRACKET + 7
};

/* Where sums stop growing: far over every limit, far under overflow when multiplied. */
static const uint64_t plenty = UINT64_C(1) << 40;

struct measure {
    uint64_t min, max, behind, ahead, code;
};

struct measurer {
    struct measure groups[SG_TREE_GROUPS + 1]; /* as references need them */
    const struct sg_node *too_long, *far;      /* what to blame: first, and farthest looking */
    uint64_t far_ahead;
    const struct sg_node *too_far_behind;
    bool hollow;
};

static struct measure measure(struct measurer *m, const struct sg_node *node);

static uint64_t sum(uint64_t a, uint64_t b)
{
    return a + b < plenty ? a + b : plenty;
}

static uint64_t times(uint64_t a, uint64_t n)
{
    assert(n <= SG_TREE_REPEAT);
    return a * n < plenty ? a * n : plenty;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static uint64_t less(uint64_t a, uint64_t b)
{
    return a > b ? a - b : 0;
}

static struct measure measure_set(const struct sg_node *node)
{
    bool single = sg_set_count(&node->u.set) == 1;
    return (struct measure){.min = 1, .max = 1, .code = single ? CODE_BYTE : CODE_SET};
}

static struct measure measure_seq(struct measurer *m, const struct sg_node *node)
{
    struct measure out = {.min = 0};
    for (const struct sg_node *child = node->child; child != NULL; child = child->next) {
        struct measure one = measure(m, child);
        out.behind = larger(out.behind, less(one.behind, out.min));
        out.ahead = larger(less(out.ahead, one.min), one.ahead);
        out.min = sum(out.min, one.min);
        out.max = sum(out.max, one.max);
        out.code = sum(out.code, one.code);
    }
    return out;
}

static struct measure measure_alt(struct measurer *m, const struct sg_node *node)
{
    struct measure out = measure(m, node->child);
    out.code += CODE_BRACKET + CODE_BRANCH;
    for (const struct sg_node *child = node->child->next; child != NULL; child = child->next) {
        struct measure one = measure(m, child);
        out.min = one.min < out.min ? one.min : out.min;
        out.max = larger(out.max, one.max);
        out.behind = larger(out.behind, one.behind);
        out.ahead = larger(out.ahead, one.ahead);
        out.code = sum(out.code, one.code + CODE_BRANCH);
    }
    return out;
}

static struct measure measure_repeat(struct measurer *m, const struct sg_node *node)
{
    struct measure out = measure(m, node->child);
    unsigned min = node->u.repeat.min, max = node->u.repeat.max;
    out.min = times(out.min, min);
    out.max = times(out.max, max);
    if (node->u.repeat.mode == SG_REPEAT_POSSESSIVE && out.min == 0)
        m->hollow = true; /* PCRE2 makes it an atomic group */
    if (node->child->kind == SG_NODE_SET)
        out.code += CODE_REPEAT;
    else
        out.code = times(out.code + CODE_COPY, max) + CODE_BRACKET;
    return out;
}

static struct measure measure_look(struct measurer *m, const struct sg_node *node)
{
    struct measure inner = measure(m, node->child);
    struct measure out = {.behind = inner.behind, .ahead = inner.ahead};
    out.code = inner.code + CODE_BRACKET + CODE_BRANCH;
    if (node->u.look.behind) {
        out.behind = sum(inner.behind, inner.max);
        if (out.behind > SG_PATTERN_BEHIND && m->too_far_behind == NULL)
            m->too_far_behind = node;
    } else {
        out.ahead = sum(inner.ahead, inner.max);
    }
    if (out.ahead > m->far_ahead) {
        m->far_ahead = out.ahead;
        m->far = node;
    }
    return out;
}

static struct measure measure_ref(struct measurer *m, const struct sg_node *node)
{
    const struct measure *group = &m->groups[node->u.ref.group];
    return (struct measure){.min = group->min, .max = group->max, .code = CODE_BRACKET};
}

static struct measure measure_point(const struct sg_node *node)
{
    struct measure out = {.code = CODE_BYTE};
    switch (node->u.point) {
    case SG_POINT_WORD:
    case SG_POINT_NO_WORD:
        out.behind = out.ahead = 1;
        break;
    case SG_POINT_START:
        out.behind = 1;
        break;
    case SG_POINT_END:
        out.ahead = 1;
        break;
    case SG_POINT_END_LINE:
        out.ahead = 2; /* a line end, and that nothing follows it */
        break;
    }
    return out;
}

static struct measure measure(struct measurer *m, const struct sg_node *node)
{
    struct measure out = {.min = 0};
    switch (node->kind) {
    case SG_NODE_SET:
        return measure_set(node);
    case SG_NODE_SEQ:
        out = measure_seq(m, node);
        break;
    case SG_NODE_ALT:
        out = measure_alt(m, node);
        break;
    case SG_NODE_REPEAT:
        out = measure_repeat(m, node);
        break;
    case SG_NODE_CAPTURE:
        out = measure(m, node->child);
        out.code += CODE_BRACKET;
        m->groups[node->u.group] = out;
        break;
    case SG_NODE_ATOMIC:
        out = measure(m, node->child);
        m->hollow = m->hollow || out.min == 0;
        out.code += CODE_BRACKET;
        break;
    case SG_NODE_LOOK:
        return measure_look(m, node);
    case SG_NODE_REF:
        out = measure_ref(m, node);
        break;
    case SG_NODE_POINT:
        return measure_point(node);
    }
    if (out.max > SG_PATTERN_LONGEST && m->too_long == NULL)
        m->too_long = node;
    return out;
}

bool sg_node_fixed(const struct sg_node *node, uint64_t *len)
{
    uint64_t total = 0, one;
    switch (node->kind) {
    case SG_NODE_SET:
        *len = 1;
        return true;
    case SG_NODE_LOOK:
    case SG_NODE_POINT:
        *len = 0;
        return true;
    case SG_NODE_REF:
        return false;
    case SG_NODE_REPEAT:
        if (node->u.repeat.min != node->u.repeat.max || !sg_node_fixed(node->child, &one))
            return false;
        *len = times(one, node->u.repeat.min);
        return true;
    case SG_NODE_CAPTURE:
    case SG_NODE_ATOMIC:
        return sg_node_fixed(node->child, len);
    case SG_NODE_SEQ:
    case SG_NODE_ALT:
        break;
    }
    for (const struct sg_node *child = node->child; child != NULL; child = child->next) {
        if (!sg_node_fixed(child, &one))
            return false;
        if (node->kind == SG_NODE_ALT && child != node->child && one != total)
            return false;
        total = node->kind == SG_NODE_SEQ ? sum(total, one) : one;
    }
    *len = total;
    return true;
}

static enum scrubgate_status refuse(size_t *at, const struct sg_node *node,
                                    struct scrubgate_fault *fault, const char *what, uint64_t found,
                                    unsigned long limit)
{
    if (at != NULL)
        *at = node == NULL ? 0 : node->at;
    if (limit == 0)
        sg_fault_set(fault, NULL, 0, 0, "%s", what);
    else if (found >= plenty)
        sg_fault_set(fault, NULL, 0, 0, "%s, over the %lu allowed: shorten it", what, limit);
    else
        sg_fault_set(fault, NULL, 0, 0, "%s (%llu), over the %lu allowed: shorten it", what,
                     (unsigned long long)found, limit);
    return SCRUBGATE_EINVAL;
}

enum scrubgate_status sg_tree_measure(const struct sg_tree *tree, bool may_be_empty,
                                      struct sg_syntax *syntax, size_t *at,
                                      struct scrubgate_fault *fault)
{
    struct measurer m = {.too_long = NULL};
    struct measure all = measure(&m, tree->root);
    if (m.too_long != NULL)
        return refuse(at, m.too_long, fault, "this can match too many bytes", all.max,
                      SG_PATTERN_LONGEST);
    if (m.too_far_behind != NULL)
        return refuse(at, m.too_far_behind, fault, "the lookbehind sees too many bytes", plenty,
                      SG_PATTERN_BEHIND);
    if (all.ahead > SG_PATTERN_AHEAD)
        return refuse(at, m.far, fault, "the lookahead sees too many bytes beyond the match",
                      all.ahead, SG_PATTERN_AHEAD);
    if (all.code > CODE_LIMIT)
        return refuse(at, NULL, fault,
                      "the pattern is too large with its repeats written out, in bytes of code",
                      all.code, CODE_LIMIT);
    if (all.min == 0 && !may_be_empty)
        return refuse(at, NULL, fault,
                      "the pattern can match nothing at all: make at least one part of it required",
                      0, 0);
    syntax->extent = (struct sg_extent){.min = (size_t)all.min,
                                        .max = (size_t)all.max,
                                        .behind = (size_t)all.behind,
                                        .ahead = (size_t)all.ahead};
    syntax->hollow = m.hollow;
    return SCRUBGATE_OK;
}
