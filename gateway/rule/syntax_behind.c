/* SPDX-License-Identifier: Apache-2.0 */
/*
 * syntax_behind.c - a lookbehind as alternatives that each have one length, as PCRE2 wants it.
 *
 * Only whether a lookbehind holds matters, so the order of its alternatives does not, and a part of
 * varying length can be written out. Not through atomic parts: there the order does matter.
 */
#include "rule/syntax_tree.h"

#include <assert.h>

#include "base/diag.h"

enum { MOST_FORMS = 64 };

/* The ways to write a node, each of one length. */
struct forms {
    struct sg_node *nodes[MOST_FORMS];
    size_t n;
};

struct rewriter {
    struct sg_tree *tree;
    size_t where;
    size_t *at;
    struct scrubgate_fault *fault;
};

static enum scrubgate_status rewrite(struct rewriter *r, const struct sg_node *node,
                                     struct forms *out);

static enum scrubgate_status refuse(struct rewriter *r, const char *what)
{
    if (r->at != NULL)
        *r->at = r->where;
    sg_fault_set(r->fault, NULL, 0, 0, "%s", what);
    return SCRUBGATE_EINVAL;
}

static enum scrubgate_status add(struct rewriter *r, struct forms *out, struct sg_node *node)
{
    if (node == NULL)
        return SCRUBGATE_ENOMEM;
    if (out->n == MOST_FORMS)
        return refuse(r, "the lookbehind can be written in over 64 ways: make its parts of one "
                         "length");
    out->nodes[out->n++] = node;
    return SCRUBGATE_OK;
}

/* A node that can be put in another list: the original keeps its place in its own. */
static struct sg_node *copy(struct rewriter *r, const struct sg_node *node)
{
    struct sg_node *twin = sg_tree_node(r->tree, node->kind, node->at);
    if (twin != NULL) {
        *twin = *node;
        twin->next = NULL;
    }
    return twin;
}

static bool empty(const struct sg_node *node)
{
    return node->kind == SG_NODE_SEQ && node->child == NULL;
}

/* head, then tail. */
static struct sg_node *join(struct rewriter *r, const struct sg_node *head,
                            const struct sg_node *tail)
{
    if (empty(head))
        return copy(r, tail);
    if (empty(tail))
        return copy(r, head);
    struct sg_node *seq = sg_tree_node(r->tree, SG_NODE_SEQ, r->where);
    struct sg_node *first = copy(r, head), *second = copy(r, tail);
    if (seq == NULL || first == NULL || second == NULL)
        return NULL;
    sg_node_append(seq, first);
    sg_node_append(seq, second);
    return seq;
}

/* Every form of *out followed by every form of tail. */
static enum scrubgate_status cross(struct rewriter *r, struct forms *out, const struct forms *tail)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    struct forms heads = *out;
    out->n = 0;
    for (size_t h = 0; h < heads.n && rc >= 0; h++) {
        for (size_t t = 0; t < tail->n && rc >= 0; t++)
            rc = add(r, out, join(r, heads.nodes[h], tail->nodes[t]));
    }
    return rc;
}

static enum scrubgate_status rewrite_seq(struct rewriter *r, const struct sg_node *node,
                                         struct forms *out)
{
    enum scrubgate_status rc = add(r, out, sg_tree_node(r->tree, SG_NODE_SEQ, node->at));
    for (const struct sg_node *child = node->child; child != NULL && rc >= 0; child = child->next) {
        struct forms tail = {.n = 0};
        rc = rewrite(r, child, &tail);
        if (rc >= 0)
            rc = cross(r, out, &tail);
    }
    return rc;
}

static enum scrubgate_status rewrite_repeat(struct rewriter *r, const struct sg_node *node,
                                            struct forms *out)
{
    if (node->u.repeat.mode == SG_REPEAT_POSSESSIVE)
        return refuse(r, "a possessive repeat of varying length in a lookbehind: leave out its +");
    if (node->u.repeat.max > SG_PATTERN_BEHIND)
        return refuse(r, "the lookbehind sees over 64 bytes: shorten it");
    struct forms once = {.n = 0}, power = {.n = 0};
    enum scrubgate_status rc = rewrite(r, node->child, &once);
    if (rc >= 0)
        rc = add(r, &power, sg_tree_node(r->tree, SG_NODE_SEQ, node->at));
    for (unsigned n = 0; n <= node->u.repeat.max && rc >= 0; n++) {
        for (size_t i = 0; n >= node->u.repeat.min && i < power.n && rc >= 0; i++)
            rc = add(r, out, copy(r, power.nodes[i]));
        if (n < node->u.repeat.max && rc >= 0)
            rc = cross(r, &power, &once);
    }
    return rc;
}

static enum scrubgate_status rewrite(struct rewriter *r, const struct sg_node *node,
                                     struct forms *out)
{
    uint64_t len;
    if (sg_node_fixed(node, &len))
        return add(r, out, copy(r, node));
    enum scrubgate_status rc = SCRUBGATE_OK;
    switch (node->kind) {
    case SG_NODE_SEQ:
        return rewrite_seq(r, node, out);
    case SG_NODE_ALT:
        for (const struct sg_node *child = node->child; child != NULL && rc >= 0;
             child = child->next)
            rc = rewrite(r, child, out);
        return rc;
    case SG_NODE_REPEAT:
        return rewrite_repeat(r, node, out);
    case SG_NODE_CAPTURE: /* never referred to: the parser sees to that */
        return rewrite(r, node->child, out);
    default:
        return refuse(r, "an atomic group or \\R of varying length in a lookbehind: write its "
                         "cases as alternatives");
    }
}

/* As PCRE2 wants it: each alternative of one length. */
static bool good(const struct sg_node *node)
{
    uint64_t len;
    if (node->kind != SG_NODE_ALT)
        return sg_node_fixed(node, &len);
    bool all = true;
    for (const struct sg_node *child = node->child; child != NULL && all; child = child->next)
        all = sg_node_fixed(child, &len);
    return all;
}

enum scrubgate_status sg_tree_behind(struct sg_tree *tree, size_t where, struct sg_node **child,
                                     size_t *at, struct scrubgate_fault *fault)
{
    struct rewriter r = {.tree = tree, .where = where, .at = at, .fault = fault};
    struct forms forms = {.n = 0};
    if (good(*child))
        return SCRUBGATE_OK;
    enum scrubgate_status rc = rewrite(&r, *child, &forms);
    if (rc < 0)
        return rc;
    assert(forms.n > 0);
    struct sg_node *alt = sg_tree_node(tree, SG_NODE_ALT, where);
    if (alt == NULL)
        return SCRUBGATE_ENOMEM;
    for (size_t i = 0; i < forms.n; i++)
        sg_node_append(alt, forms.nodes[i]);
    *child = alt;
    return SCRUBGATE_OK;
}
