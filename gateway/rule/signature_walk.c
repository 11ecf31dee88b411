/* SPDX-License-Identifier: Apache-2.0 */
/*
 * signature_walk.c - follow a pattern through all texts at once: which bytes can stand where?
 *
 * Every step is a function on sets that never loses a way: of alternatives the union is taken, of
 * conditions only what surely excludes a byte. Atomic groups and possessive repeats are walked as
 * if one could go back into them, and a condition that is not understood always holds.
 */
#include "rule/signature_walk.h"

#include <string.h>

enum { EXACT_ROUNDS = 32 /* of a repeat; more are taken for any number */ };

static const struct sg_side nothing;
static const struct sg_side outside_only = {.outside = true};
static const struct sg_side anything = {{{UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX}},
                                        .outside = true};

static void walk_node(struct sg_walk *walk, const struct sg_node *node);

/* --- sets ---------------------------------------------------------------------------------------
 */

static void join_set(struct sg_set *set, const struct sg_set *more)
{
    for (size_t i = 0; i < 4; i++)
        set->words[i] |= more->words[i];
}

/* False when nothing is left. */
static bool meet_set(struct sg_set *set, const struct sg_set *other)
{
    uint64_t any = 0;
    for (size_t i = 0; i < 4; i++)
        any |= set->words[i] &= other->words[i];
    return any != 0;
}

static bool meet(struct sg_side *side, const struct sg_side *other)
{
    side->outside = side->outside && other->outside;
    return meet_set(&side->bytes, &other->bytes) || side->outside;
}

static void join(struct sg_side *side, const struct sg_side *more)
{
    join_set(&side->bytes, &more->bytes);
    side->outside = side->outside || more->outside;
}

/* An edge with nothing on a side is no edge. */
static bool meet_edge(struct sg_edge *edge, const struct sg_edge *other)
{
    bool before = meet(&edge->before, &other->before), after = meet(&edge->after, &other->after);
    if (!before || !after)
        *edge = (struct sg_edge){.before = nothing};
    return before && after;
}

static void join_edge(struct sg_edge *edge, const struct sg_edge *more)
{
    join(&edge->before, &more->before);
    join(&edge->after, &more->after);
}

static bool equal_side(const struct sg_side *a, const struct sg_side *b)
{
    return a->outside == b->outside && memcmp(&a->bytes, &b->bytes, sizeof a->bytes) == 0;
}

static bool equal_edge(const struct sg_edge *a, const struct sg_edge *b)
{
    return equal_side(&a->before, &b->before) && equal_side(&a->after, &b->after);
}

/* --- crossings ----------------------------------------------------------------------------------
 */

/* Makes the edges of an open one. */
static void close(struct sg_crossing *c)
{
    static const struct sg_edge words = {
        {{{UINT64_C(0x3FF) << '0', UINT64_C(0x07FFFFFE87FFFFFE), 0, 0}}, .outside = false},
        {{{UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX}}, .outside = true}};
    static const struct sg_edge others = {
        {{{~(UINT64_C(0x3FF) << '0'), ~UINT64_C(0x07FFFFFE87FFFFFE), UINT64_MAX, UINT64_MAX}},
         .outside = true},
        {{{UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX}}, .outside = true}};
    if (!c->open)
        return;
    c->open = false;
    c->word = c->other = (struct sg_edge){.before = c->before, .after = anything};
    (void)meet_edge(&c->word, &words);
    (void)meet_edge(&c->other, &others);
}

static void copy_crossing(struct sg_crossing *to, const struct sg_crossing *from)
{
    to->open = from->open;
    if (from->open) {
        to->before = from->before;
    } else {
        to->word = from->word;
        to->other = from->other;
    }
}

static void join_crossing(struct sg_crossing *c, const struct sg_crossing *more)
{
    struct sg_crossing closed;
    if (c->open && more->open) {
        join(&c->before, &more->before);
        return;
    }
    copy_crossing(&closed, more);
    close(&closed);
    close(c);
    join_edge(&c->word, &closed.word);
    join_edge(&c->other, &closed.other);
}

static bool equal_crossing(const struct sg_crossing *a, const struct sg_crossing *b)
{
    if (a->open != b->open)
        return false;
    return a->open ? equal_side(&a->before, &b->before)
                   : equal_edge(&a->word, &b->word) && equal_edge(&a->other, &b->other);
}

/* Both sides of it, whatever the other side is. */
static struct sg_edge sides(const struct sg_crossing *c)
{
    struct sg_edge edge = {.before = c->before, .after = anything};
    if (!c->open) {
        edge = c->word;
        join_edge(&edge, &c->other);
    }
    return edge;
}

/* Takes a byte of the set: what it can be, and what is before it then. False: none can. */
static bool take(const struct sg_crossing *c, const struct sg_set *set, struct sg_side *before,
                 struct sg_set *taken)
{
    *taken = *set;
    if (c->open) {
        *before = c->before;
        return meet_set(taken, set);
    }
    struct sg_set word = c->word.after.bytes, other = c->other.after.bytes;
    *before = nothing;
    if (meet_set(&word, set))
        join(before, &c->word.before);
    if (meet_set(&other, set))
        join(before, &c->other.before);
    *taken = word;
    join_set(taken, &other);
    return meet_set(taken, set);
}

/* --- walks --------------------------------------------------------------------------------------
 */

static unsigned first_of(uint16_t live)
{
    return (unsigned)__builtin_ctz(live);
}

static void copy_walk(struct sg_walk *to, const struct sg_walk *from)
{
    to->out = from->out;
    to->live = from->live;
    for (uint16_t left = from->live; left != 0; left &= (uint16_t)(left - 1))
        copy_crossing(&to->at[first_of(left)], &from->at[first_of(left)]);
}

static void join_walk(struct sg_walk *walk, const struct sg_walk *more)
{
    for (uint16_t left = more->live; left != 0; left &= (uint16_t)(left - 1)) {
        unsigned o = first_of(left);
        if ((walk->live >> o & 1) != 0)
            join_crossing(&walk->at[o], &more->at[o]);
        else
            copy_crossing(&walk->at[o], &more->at[o]);
    }
    walk->live |= more->live;
}

static bool equal_walk(const struct sg_walk *a, const struct sg_walk *b)
{
    bool equal = a->live == b->live;
    for (uint16_t left = a->live; left != 0 && equal; left &= (uint16_t)(left - 1))
        equal = equal_crossing(&a->at[first_of(left)], &b->at[first_of(left)]);
    return equal;
}

void sg_walk_start(struct sg_walk *walk)
{
    walk->out = NULL;
    walk->live = 1;
    walk->at[0].open = true;
    walk->at[0].before = anything;
}

void sg_walk_place(struct sg_walk *walk, struct sg_signature *out)
{
    walk->out = out;
}

static void walk_set(struct sg_walk *walk, const struct sg_set *set)
{
    uint16_t left = walk->live;
    walk->live = 0;
    while (left != 0) { /* from the last one down: each moves into one already done */
        unsigned o = 31 - (unsigned)__builtin_clz(left), to = walk->out == NULL ? o : o + 1;
        struct sg_side before;
        struct sg_set taken;
        left &= (uint16_t) ~(1U << o);
        if (!take(&walk->at[o], set, &before, &taken))
            continue;
        if (walk->out != NULL)
            join_set(&walk->out->at[o + 1], &taken);
        if (walk->out != NULL && o == 0) {
            join_set(&walk->out->at[0], &before.bytes);
            walk->out->outside |= before.outside ? 1 : 0;
        }
        if (to < SG_WALK_OFFSETS) { /* what comes later has no position */
            walk->at[to].open = true;
            walk->at[to].before = (struct sg_side){.bytes = taken};
            walk->live |= (uint16_t)(1U << to);
        }
    }
}

void sg_walk_end(struct sg_walk *walk)
{
    struct sg_signature *out = walk->out;
    for (uint16_t left = walk->live; left != 0; left &= (uint16_t)(left - 1)) {
        unsigned o = first_of(left);
        struct sg_edge edge = sides(&walk->at[o]);
        join_set(&out->at[o + 1], &edge.after.bytes);
        out->outside |= (uint16_t)((unsigned)edge.after.outside << (o + 1));
        if (o == 0) {
            join_set(&out->at[0], &edge.before.bytes);
            out->outside |= edge.before.outside ? 1 : 0;
        }
        for (unsigned k = o + 2; k < SG_SIGNATURE_BYTES; k++) {
            out->at[k] = anything.bytes;
            out->outside |= (uint16_t)(1U << k);
        }
    }
}

/* --- conditions ---------------------------------------------------------------------------------
 */

static void narrow(struct sg_walk *walk, const struct sg_crossing *mask)
{
    for (uint16_t left = walk->live; left != 0; left &= (uint16_t)(left - 1)) {
        unsigned o = first_of(left);
        close(&walk->at[o]);
        bool word = meet_edge(&walk->at[o].word, &mask->word);
        bool other = meet_edge(&walk->at[o].other, &mask->other);
        if (!word && !other)
            walk->live &= (uint16_t) ~(1U << o);
    }
}

static void walk_point(struct sg_walk *walk, enum sg_point point)
{
    static const struct sg_side word = {
        {{UINT64_C(0x3FF) << '0', UINT64_C(0x07FFFFFE87FFFFFE), 0, 0}}, .outside = false};
    static const struct sg_side other = {
        {{~(UINT64_C(0x3FF) << '0'), ~UINT64_C(0x07FFFFFE87FFFFFE), UINT64_MAX, UINT64_MAX}},
        .outside = true};
    static const struct sg_side end_line = {{{UINT64_C(1) << '\n', 0, 0, 0}}, .outside = true};
    const struct sg_edge any = {anything, anything};
    struct sg_crossing mask = {.word = any, .other = any};
    switch (point) {
    case SG_POINT_WORD:
        mask.word.after = other;
        mask.other.after = word;
        break;
    case SG_POINT_NO_WORD:
        mask.word.after = word;
        mask.other.after = other;
        break;
    case SG_POINT_START:
        mask.word.before = nothing;
        mask.other.before = outside_only;
        break;
    case SG_POINT_END:
        mask.word.after = mask.other.after = outside_only;
        break;
    case SG_POINT_END_LINE:
        mask.word.after = mask.other.after = end_line;
        break;
    }
    narrow(walk, &mask);
}

/* Adds the bytes of which one alone, beside the point, makes the node hold there. */
static void surely(const struct sg_node *node, struct sg_set *set)
{
    switch (node->kind) {
    case SG_NODE_SET:
        join_set(set, &node->u.set);
        break;
    case SG_NODE_ALT:
        for (const struct sg_node *child = node->child; child != NULL; child = child->next)
            surely(child, set);
        break;
    case SG_NODE_REPEAT:
        if (node->u.repeat.min == 1)
            surely(node->child, set);
        break;
    case SG_NODE_SEQ:
        if (node->child != NULL && node->child == node->last_child)
            surely(node->child, set);
        break;
    case SG_NODE_CAPTURE:
    case SG_NODE_ATOMIC:
        surely(node->child, set);
        break;
    case SG_NODE_LOOK:
    case SG_NODE_POINT:
    case SG_NODE_REF: /* only of one text, and of none when its group took no part */
        break;
    }
}

/* What must stand beside the point for the node to hold. */
static struct sg_side needed(const struct sg_node *node, bool is_behind)
{
    struct sg_side side;
    struct sg_walk walk;
    struct sg_signature seen = {.outside = 0};
    sg_walk_start(&walk);
    if (!is_behind)
        sg_walk_place(&walk, &seen);
    walk_node(&walk, node);
    side = (struct sg_side){.bytes = seen.at[1]};
    if ((walk.live & 1) != 0) {
        struct sg_edge edge = sides(&walk.at[0]);
        join(&side, is_behind ? &edge.before : &edge.after);
    }
    return side;
}

static void walk_look(struct sg_walk *walk, const struct sg_node *node)
{
    const struct sg_edge any = {anything, anything};
    struct sg_crossing mask = {.word = any, .other = any};
    struct sg_side side = anything;
    if (node->u.look.negated) {
        struct sg_set refused = {{0}};
        surely(node->child, &refused);
        sg_set_invert(&refused);
        side.bytes = refused;
    } else {
        side = needed(node->child, node->u.look.behind);
    }
    if (node->u.look.behind)
        mask.word.before = mask.other.before = side;
    else
        mask.word.after = mask.other.after = side;
    narrow(walk, &mask);
}

/* --- nodes --------------------------------------------------------------------------------------
 */

static void walk_alternatives(struct sg_walk *walk, const struct sg_node *node)
{
    struct sg_walk from, way;
    copy_walk(&from, walk);
    walk->live = 0;
    for (const struct sg_node *child = node->child; child != NULL; child = child->next) {
        copy_walk(&way, &from);
        walk_node(&way, child);
        join_walk(walk, &way);
    }
}

void sg_walk_take(struct sg_walk *walk, const struct sg_node *node, unsigned min, unsigned max)
{
    struct sg_walk before, way;
    bool settled = false;
    unsigned n = 0;
    for (; n < min && n < EXACT_ROUNDS && walk->live != 0 && !settled; n++) {
        if (min > 1)
            copy_walk(&before, walk);
        walk_node(walk, node);
        settled = min > 1 && equal_walk(&before, walk);
    }
    /* More rounds that change nothing are none. Where the rounds were too many to do one by one,
     * any number of further ones is allowed. */
    for (; n < max && walk->live != 0; n++) {
        copy_walk(&before, walk);
        copy_walk(&way, walk);
        walk_node(&way, node);
        join_walk(walk, &way);
        if (equal_walk(&before, walk))
            break;
    }
}

static void walk_node(struct sg_walk *walk, const struct sg_node *node)
{
    switch (node->kind) {
    case SG_NODE_SET:
        walk_set(walk, &node->u.set);
        break;
    case SG_NODE_SEQ:
        for (const struct sg_node *child = node->child; child != NULL && walk->live != 0;
             child = child->next)
            walk_node(walk, child);
        break;
    case SG_NODE_ALT:
        walk_alternatives(walk, node);
        break;
    case SG_NODE_REPEAT:
        sg_walk_take(walk, node->child, node->u.repeat.min, node->u.repeat.max);
        break;
    case SG_NODE_CAPTURE:
    case SG_NODE_ATOMIC:
    case SG_NODE_REF:
        walk_node(walk, node->child);
        break;
    case SG_NODE_LOOK:
        walk_look(walk, node);
        break;
    case SG_NODE_POINT:
        walk_point(walk, node->u.point);
        break;
    }
}

/* --- lengths and bytes --------------------------------------------------------------------------
 */

static const uint64_t plenty = UINT64_C(1) << 40;

static uint64_t sum(uint64_t a, uint64_t b)
{
    return a + b < plenty ? a + b : plenty;
}

static uint64_t times(uint64_t a, unsigned n)
{
    return a != 0 && n > plenty / a ? plenty : a * n;
}

void sg_walk_length(const struct sg_node *node, uint64_t *min, uint64_t *max)
{
    uint64_t child_min = 0, child_max = 0;
    *min = *max = 0;
    switch (node->kind) {
    case SG_NODE_SET:
        *min = *max = 1;
        break;
    case SG_NODE_SEQ:
        for (const struct sg_node *child = node->child; child != NULL; child = child->next) {
            sg_walk_length(child, &child_min, &child_max);
            *min = sum(*min, child_min);
            *max = sum(*max, child_max);
        }
        break;
    case SG_NODE_ALT:
        for (const struct sg_node *child = node->child; child != NULL; child = child->next) {
            sg_walk_length(child, &child_min, &child_max);
            *min = child == node->child || child_min < *min ? child_min : *min;
            *max = child_max > *max ? child_max : *max;
        }
        break;
    case SG_NODE_REPEAT:
        sg_walk_length(node->child, &child_min, &child_max);
        *min = times(child_min, node->u.repeat.min);
        *max = times(child_max, node->u.repeat.max);
        break;
    case SG_NODE_CAPTURE:
    case SG_NODE_ATOMIC:
    case SG_NODE_REF:
        sg_walk_length(node->child, min, max);
        break;
    case SG_NODE_LOOK:
    case SG_NODE_POINT:
        break;
    }
}

void sg_walk_bytes(const struct sg_node *node, struct sg_set *bytes)
{
    if (node->kind == SG_NODE_SET)
        join_set(bytes, &node->u.set);
    else if (node->kind != SG_NODE_LOOK)
        for (const struct sg_node *child = node->child; child != NULL; child = child->next)
            sg_walk_bytes(child, bytes);
}

/* --- references ---------------------------------------------------------------------------------
 */

struct group {
    struct sg_set bytes;
    uint64_t min, max;
};

/* In the order of the text: a group is closed before it is referred to. */
static enum scrubgate_status prepare(struct sg_tree *tree, struct group *groups,
                                     struct sg_node *node)
{
    for (struct sg_node *child = node->child; child != NULL; child = child->next) {
        enum scrubgate_status rc = prepare(tree, groups, child);
        if (rc < 0)
            return rc;
    }
    if (node->kind == SG_NODE_CAPTURE) {
        struct group *group = &groups[node->u.group];
        sg_walk_length(node, &group->min, &group->max);
        sg_walk_bytes(node, &group->bytes);
    } else if (node->kind == SG_NODE_REF) {
        struct group *group = &groups[node->u.ref.group];
        struct sg_set bytes = group->bytes;
        if (node->u.ref.nocase)
            sg_set_add_nocase(&bytes);
        struct sg_node *set = sg_tree_set(tree, node->at, &bytes);
        struct sg_node *repeat = sg_tree_node(tree, SG_NODE_REPEAT, node->at);
        if (set == NULL || repeat == NULL)
            return SCRUBGATE_ENOMEM;
        repeat->u.repeat.min = (unsigned)group->min; /* at most SG_PATTERN_LONGEST */
        repeat->u.repeat.max = (unsigned)group->max;
        sg_node_append(repeat, set);
        sg_node_append(node, repeat);
    }
    return SCRUBGATE_OK;
}

enum scrubgate_status sg_walk_prepare(struct sg_tree *tree)
{
    struct group groups[SG_TREE_GROUPS + 1];
    memset(groups, 0, sizeof groups);
    return prepare(tree, groups, tree->root);
}
