/* SPDX-License-Identifier: Apache-2.0 */
/*
 * signature_cut.c - where a pattern can be cut in two, and the signature of each cut.
 */
#include "rule/signature_cut.h"

#include <stdlib.h>
#include <string.h>

#include "rule/signature_walk.h"

/* Cuts tried: more would be no better, and take their time. */
enum { MOST_CUTS = 96, MOST_EXACT = 16, MOST_OTHERS = 3 /* copies */ };

enum { FEW_LENGTHS = 4 /* a repeat of fewer lengths can be parted by them */ };

/* --- items --------------------------------------------------------------------------------------
 */

/* Puts the node's items at items (NULL: only counts); how many. */
static size_t flatten(const struct sg_node *node, struct sg_item *items)
{
    size_t n = 0;
    bool single = node->kind == SG_NODE_REPEAT && node->u.repeat.max == 1;
    switch (node->kind) {
    case SG_NODE_SEQ:
        for (const struct sg_node *child = node->child; child != NULL; child = child->next)
            n += flatten(child, items == NULL ? NULL : items + n);
        return n;
    case SG_NODE_CAPTURE:
    case SG_NODE_ATOMIC: /* any of its ways is one more than it has */
        return flatten(node->child, items);
    case SG_NODE_REPEAT:
        if (single && node->u.repeat.min == 1)
            return flatten(node->child, items);
        if (items != NULL)
            *items = (struct sg_item){
                .node = node->child, .min = node->u.repeat.min, .max = node->u.repeat.max};
        return 1;
    default:
        if (items != NULL)
            *items = (struct sg_item){.node = node, .min = 1, .max = 1};
        return 1;
    }
}

/* The node's items behind `room` others in one new list. */
static struct sg_item *list_of(struct sg_arena *arena, const struct sg_node *node, size_t room,
                               size_t *n)
{
    *n = node == NULL ? 0 : flatten(node, NULL);
    struct sg_item *items = sg_arena_alloc(arena, (room + *n + 1) * sizeof *items);
    if (items != NULL && node != NULL)
        (void)flatten(node, items + room);
    return items;
}

/* What the copies of repeated items are made of. */
static bool open_copies(struct sg_arena *arena, struct sg_item *items, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (items[i].max < 2 || items[i].min == 0 || items[i].inner != NULL)
            continue;
        items[i].inner = list_of(arena, items[i].node, 0, &items[i].n_inner);
        if (items[i].inner == NULL)
            return false;
    }
    return true;
}

enum scrubgate_status sg_variant_make(struct sg_variant *variant, struct sg_arena *arena,
                                      const struct sg_node *root)
{
    struct sg_variant made;
    made.items = list_of(arena, root, 0, &made.n);
    if (made.items == NULL || !open_copies(arena, made.items, made.n))
        return SCRUBGATE_ENOMEM;
    *variant = made;
    return SCRUBGATE_OK;
}

size_t sg_variant_ways(const struct sg_variant *variant, size_t i)
{
    const struct sg_item *item = &variant->items[i];
    size_t n = 0;
    if (item->min == 0)
        return item->max > 0 ? 2 : 1;
    if (item->max > item->min)
        return item->max - item->min < FEW_LENGTHS ? item->max - item->min + 1 : 1;
    if (item->max > 1 || item->node->kind != SG_NODE_ALT)
        return 1;
    for (const struct sg_node *child = item->node->child; child != NULL; child = child->next)
        n++;
    return n;
}

/* --- ways to take an item -----------------------------------------------------------------------
 */

/* A byte that the node can begin with: like with like makes sharper parts. */
static unsigned beginning(const struct sg_node *node)
{
    while (node->kind != SG_NODE_SET && node->child != NULL)
        node = node->child;
    return node->kind == SG_NODE_SET ? sg_set_first(&node->u.set) : 0;
}

static int compare(const void *a, const void *b)
{
    const struct sg_node *first = *(const struct sg_node *const *)a;
    const struct sg_node *second = *(const struct sg_node *const *)b;
    unsigned x = beginning(first), y = beginning(second);
    if (x == y)
        return first->at < second->at ? -1 : first->at > second->at;
    return x < y ? -1 : 1;
}

/* Of an alternation's ways the part-th of n parts, as a node; NULL when out of memory. */
static const struct sg_node *ways_of(struct sg_arena *arena, const struct sg_node *alt, size_t ways,
                                     size_t part, size_t n)
{
    const struct sg_node **list = sg_arena_alloc(arena, ways * sizeof *list);
    struct sg_node *some = sg_arena_alloc(arena, sizeof *some);
    size_t first = part * ways / n, end = (part + 1) * ways / n, i = 0;
    if (list == NULL || some == NULL)
        return NULL;
    for (const struct sg_node *child = alt->child; child != NULL; child = child->next)
        list[i++] = child;
    qsort(list, ways, sizeof *list, compare);
    if (end - first == 1)
        return list[first];
    some->kind = SG_NODE_ALT;
    for (i = first; i < end; i++) {
        struct sg_node *twin = sg_arena_alloc(arena, sizeof *twin);
        if (twin == NULL)
            return NULL;
        *twin = *list[i];
        sg_node_append(some, twin);
    }
    return some;
}

/* The item with as many copies as the part has; without any, max is 0. */
static struct sg_item copies_of(const struct sg_item *item, size_t ways, size_t part, size_t n)
{
    struct sg_item some = {.node = item->node, .min = item->min, .max = item->max};
    if (item->min == 0) {
        some.min = part == 0 ? 0 : 1;
        some.max = part == 0 ? 0 : item->max;
    } else {
        some.min = item->min + (unsigned)(part * ways / n);
        some.max = item->min + (unsigned)((part + 1) * ways / n) - 1;
    }
    return some;
}

enum scrubgate_status sg_variant_split(struct sg_variant *split, struct sg_arena *arena,
                                       const struct sg_variant *variant, size_t i, size_t part,
                                       size_t n)
{
    const struct sg_item *item = &variant->items[i];
    size_t ways = sg_variant_ways(variant, i), after = variant->n - i - 1, n_new;
    struct sg_item some = {.min = 1, .max = 1};
    if (item->max > item->min)
        some = copies_of(item, ways, part, n);
    else
        some.node = ways_of(arena, item->node, ways, part, n);
    if (some.node == NULL)
        return SCRUBGATE_ENOMEM;
    bool once = some.max == 1 && some.min == 1; /* it is opened; several copies stay one item */
    struct sg_item *items = list_of(arena, once ? some.node : NULL, variant->n, &n_new);
    if (items == NULL)
        return SCRUBGATE_ENOMEM;
    if (!once && some.max > 0)
        items[variant->n + n_new++] = some;
    /* The new items stand behind room for all the old ones: move them to their place. */
    memmove(items + i, items + variant->n, n_new * sizeof *items);
    memcpy(items, variant->items, i * sizeof *items);
    memcpy(items + i + n_new, variant->items + i + 1, after * sizeof *items);
    if (!open_copies(arena, items, i + n_new + after))
        return SCRUBGATE_ENOMEM;
    *split = (struct sg_variant){.items = items, .n = i + n_new + after};
    return SCRUBGATE_OK;
}

/* --- cuts ---------------------------------------------------------------------------------------
 */

/* What stands before a place. */
struct prefix {
    struct sg_walk walk;
    uint64_t min, max;
    struct sg_set bytes;
};

struct cutter {
    const struct sg_variant *variant;
    void (*found)(void *ctx, const struct sg_signature *signature, const struct sg_cut *cut);
    void *ctx;
    struct prefix before; /* before item `at` */
    size_t at, n_cuts;
};

static void extend(struct prefix *prefix, const struct sg_item *item, unsigned min, unsigned max)
{
    uint64_t child_min, child_max;
    if (max == 0)
        return;
    sg_walk_length(item->node, &child_min, &child_max);
    sg_walk_take(&prefix->walk, item->node, min, max);
    sg_walk_bytes(item->node, &prefix->bytes);
    prefix->min += child_min * min; /* the pattern is no longer than SG_PATTERN_LONGEST */
    prefix->max += child_max * max;
}

static void try(struct cutter *c, const struct sg_cut *cut)
{
    const struct sg_item *items = c->variant->items, *item = &items[c->at];
    struct sg_signature out = {.outside = 0};
    struct prefix prefix = c->before;
    if (c->n_cuts >= MOST_CUTS)
        return;
    c->n_cuts++;
    extend(&prefix, item, cut->lead_min, cut->lead_max);
    for (size_t i = 0; cut->in_copy && i < cut->inner; i++)
        extend(&prefix, &item->inner[i], item->inner[i].min, item->inner[i].max);
    if (prefix.max > UINT16_MAX)
        return;
    sg_walk_place(&prefix.walk, &out);
    for (size_t i = cut->inner; cut->in_copy && i < item->n_inner; i++)
        sg_walk_take(&prefix.walk, item->inner[i].node, item->inner[i].min, item->inner[i].max);
    sg_walk_take(&prefix.walk, item->node, cut->rest_min, cut->rest_max);
    for (size_t i = c->at + 1; i < c->variant->n && prefix.walk.live != 0; i++)
        sg_walk_take(&prefix.walk, items[i].node, items[i].min, items[i].max);
    if ((prefix.walk.live & 1) != 0) /* there may be no byte behind the place */
        return;
    sg_walk_end(&prefix.walk);
    out.min_before = (uint16_t)prefix.min;
    out.max_before = (uint16_t)prefix.max;
    out.before = prefix.bytes;
    c->found(c->ctx, &out, cut);
}

/* After so many copies, or in the next. */
static void cut_leading(struct cutter *c, const struct sg_item *item, unsigned copies)
{
    struct sg_cut cut = {.at = c->at,
                         .lead_min = copies,
                         .lead_max = copies,
                         .rest_min = item->min - copies,
                         .rest_max = item->max - copies};
    if (copies > 0 && cut.rest_max > 0)
        try(c, &cut);
    if (copies == item->min)
        return;
    cut.in_copy = true;
    cut.rest_min--;
    cut.rest_max--;
    for (cut.inner = 1; cut.inner < item->n_inner; cut.inner++)
        try(c, &cut);
}

/* Before the last copies, or in the one before them. */
static void cut_trailing(struct cutter *c, const struct sg_item *item, unsigned copies)
{
    struct sg_cut cut = {.at = c->at,
                         .lead_min = item->min - copies,
                         .lead_max = item->max - copies,
                         .rest_min = copies,
                         .rest_max = copies};
    if (copies > 0)
        try(c, &cut);
    if (copies == item->min)
        return;
    cut.in_copy = true;
    cut.lead_min--;
    cut.lead_max--;
    for (cut.inner = 1; cut.inner < item->n_inner; cut.inner++)
        try(c, &cut);
}

static void cut_item(struct cutter *c, const struct sg_item *item)
{
    const struct sg_cut whole = {.at = c->at, .rest_min = item->min, .rest_max = item->max};
    uint64_t min, max = 1;
    if (c->at > 0) /* behind what takes nothing is no other place than before it */
        sg_walk_length(item[-1].node, &min, &max);
    if (max > 0)
        try(c, &whole);
    if (item->max < 2)
        return;
    sg_walk_length(item->node, &min, &max);
    for (unsigned n = 0; n <= item->min && n < (min == max ? MOST_EXACT : MOST_OTHERS); n++)
        cut_leading(c, item, n);
    for (unsigned n = 0; n <= item->min && n < MOST_OTHERS && item->min < item->max; n++)
        cut_trailing(c, item, n);
}

void sg_variant_cuts(const struct sg_variant *variant,
                     void (*found)(void *ctx, const struct sg_signature *signature,
                                   const struct sg_cut *cut),
                     void *ctx)
{
    struct cutter c = {.variant = variant, .found = found, .ctx = ctx};
    sg_walk_start(&c.before.walk);
    for (; c.at < variant->n && c.n_cuts < MOST_CUTS; c.at++) {
        const struct sg_item *item = &variant->items[c.at];
        cut_item(&c, item);
        extend(&c.before, item, item->min, item->max);
    }
}

bool sg_variant_has(const struct sg_variant *variant, const struct sg_cut *cut)
{
    const uint64_t own = cut->in_copy ? 1 : 0; /* the copy that is cut */
    if (cut->at >= variant->n)
        return false;
    const struct sg_item *item = &variant->items[cut->at];
    if ((cut->in_copy && (cut->inner < 1 || cut->inner >= item->n_inner)))
        return false;
    /* Counted from one end, there are as many copies in every match. */
    return (uint64_t)cut->lead_min + cut->rest_min + own == item->min &&
           (uint64_t)cut->lead_max + cut->rest_max + own == item->max &&
           (cut->lead_min == cut->lead_max || cut->rest_min == cut->rest_max) &&
           (cut->in_copy || cut->inner == 0);
}

void sg_variant_cut(const struct sg_variant *variant, const struct sg_cut *cut,
                    void (*found)(void *ctx, const struct sg_signature *signature,
                                  const struct sg_cut *cut),
                    void *ctx)
{
    struct cutter c = {.variant = variant, .found = found, .ctx = ctx};
    sg_walk_start(&c.before.walk);
    for (; c.at < cut->at; c.at++)
        extend(&c.before, &variant->items[c.at], variant->items[c.at].min,
               variant->items[c.at].max);
    try(&c, cut);
}

enum scrubgate_status sg_variant_behind(struct sg_variant *behind, struct sg_arena *arena,
                                        const struct sg_variant *variant, const struct sg_cut *cut)
{
    const struct sg_item *item = &variant->items[cut->at];
    size_t inner = cut->in_copy ? item->n_inner - cut->inner : 0, after = variant->n - cut->at - 1;
    size_t n = 0;
    struct sg_item *items = sg_arena_alloc(arena, (inner + 1 + after) * sizeof *items);
    if (items == NULL)
        return SCRUBGATE_ENOMEM;
    for (; n < inner; n++)
        items[n] = item->inner[cut->inner + n];
    if (cut->rest_max > 0)
        items[n++] =
            (struct sg_item){.node = item->node, .min = cut->rest_min, .max = cut->rest_max};
    if (after > 0)
        memcpy(items + n, item + 1, after * sizeof *items);
    *behind = (struct sg_variant){.items = items, .n = n + after};
    return SCRUBGATE_OK;
}
