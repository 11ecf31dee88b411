/* SPDX-License-Identifier: Apache-2.0 */
/*
 * draw.c - walk a pattern's tree and let dice decide: which alternative, how often, which byte.
 *
 * What breaks a signature stands at an edge, so edges are drawn more often than chance would: the
 * least and the most of a repeat, the lowest and the highest byte of a set.
 */
#include "rule/draw.h"

enum {
    LONG = 256, /* bytes, after which repeats keep to their least */
    MANY = 12   /* of a repeat's most, beyond its least */
};

struct drawer {
    uint64_t *dice;
    struct sg_buf *out;
    size_t start;
    struct sg_span groups[SG_TREE_GROUPS + 1]; /* what they took last */
};

static enum scrubgate_status draw(struct drawer *d, const struct sg_node *node);

/* 0 … below - 1. */
static unsigned roll(struct drawer *d, unsigned below)
{
    *d->dice = *d->dice * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)((*d->dice >> 33) % below);
}

/* The first byte of the set from `from` on, and then from 0 on; -1 when it is empty. */
static int member(const struct sg_set *set, unsigned from)
{
    uint64_t rest = set->words[from / 64] >> from % 64;
    if (rest != 0)
        return (int)(from + (unsigned)__builtin_ctzll(rest));
    for (unsigned i = 1; i <= 4; i++) {
        unsigned w = (from / 64 + i) % 4;
        if (set->words[w] != 0)
            return (int)(w * 64 + (unsigned)__builtin_ctzll(set->words[w]));
    }
    return -1;
}

static int highest(const struct sg_set *set)
{
    for (int w = 3; w >= 0; w--) {
        if (set->words[w] != 0)
            return w * 64 + 63 - __builtin_clzll(set->words[w]);
    }
    return -1;
}

static enum scrubgate_status draw_set(struct drawer *d, const struct sg_set *set)
{
    unsigned number = roll(d, 8 * 256), edge = number / 256;
    int byte = edge == 0 ? highest(set) : member(set, edge == 1 ? 0 : number % 256);
    return byte < 0 ? SCRUBGATE_OK : sg_buf_add_byte(d->out, (uint8_t)byte);
}

static enum scrubgate_status draw_alt(struct drawer *d, const struct sg_node *node)
{
    unsigned n = 0;
    for (const struct sg_node *child = node->child; child != NULL; child = child->next)
        n++;
    const struct sg_node *chosen = node->child;
    for (n = roll(d, n); n > 0; n--)
        chosen = chosen->next;
    return draw(d, chosen);
}

static enum scrubgate_status draw_repeat(struct drawer *d, const struct sg_node *node)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    unsigned min = node->u.repeat.min, most = node->u.repeat.max;
    if (most - min > MANY && roll(d, 4) > 0)
        most = min + MANY;
    unsigned chance = roll(d, 3);
    unsigned n = chance == 0 ? min : most;
    if (chance == 2)
        n = min + roll(d, most - min + 1);
    for (unsigned i = 0; i < n && rc >= 0; i++) {
        if (i >= min && d->out->len - d->start >= LONG)
            break;
        rc = draw(d, node->child);
    }
    return rc;
}

static enum scrubgate_status draw_ref(struct drawer *d, const struct sg_node *node)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    struct sg_span span = d->groups[node->u.ref.group];
    for (size_t i = span.start; i < span.end && rc >= 0; i++)
        rc = sg_buf_add_byte(d->out, d->out->data[i]);
    return rc;
}

/* What a lookbehind asks for can be written only where nothing stands yet; what a lookahead asks
 * for pushes away what follows, if anything does. */
static enum scrubgate_status draw_look(struct drawer *d, const struct sg_node *node)
{
    bool behind = node->u.look.behind, first = d->out->len == d->start;
    if (node->u.look.negated || (behind ? !first : roll(d, 2) == 0))
        return SCRUBGATE_OK;
    return draw(d, node->child);
}

static enum scrubgate_status draw(struct drawer *d, const struct sg_node *node)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    size_t start = d->out->len;
    switch (node->kind) {
    case SG_NODE_SET:
        return draw_set(d, &node->u.set);
    case SG_NODE_SEQ:
        for (const struct sg_node *child = node->child; child != NULL && rc >= 0;
             child = child->next)
            rc = draw(d, child);
        return rc;
    case SG_NODE_ALT:
        return draw_alt(d, node);
    case SG_NODE_REPEAT:
        return draw_repeat(d, node);
    case SG_NODE_CAPTURE:
        rc = draw(d, node->child);
        d->groups[node->u.group] = (struct sg_span){start, d->out->len};
        return rc;
    case SG_NODE_ATOMIC:
        return draw(d, node->child);
    case SG_NODE_LOOK:
        return draw_look(d, node);
    case SG_NODE_REF:
        return draw_ref(d, node);
    case SG_NODE_POINT:
        return rc;
    }
    return rc;
}

enum scrubgate_status sg_draw_text(const struct sg_tree *tree, uint64_t *dice, struct sg_buf *out)
{
    struct drawer d = {.dice = dice, .out = out, .start = out->len};
    return draw(&d, tree->root);
}
