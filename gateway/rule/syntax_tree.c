/* SPDX-License-Identifier: Apache-2.0 */
/*
 * syntax_tree.c - byte sets, nodes, and code points as sequences of byte sets.
 */
#include "rule/syntax_tree.h"

#include <assert.h>

#include "base/utf8.h"

void sg_set_add(struct sg_set *set, unsigned low, unsigned high)
{
    assert(low <= high && high <= 0xFF);
    for (unsigned b = low; b <= high; b++)
        set->words[b / 64] |= UINT64_C(1) << b % 64;
}

void sg_set_add_nocase(struct sg_set *set)
{
    static const uint64_t upper = UINT64_C(0x07FFFFFE); /* A-Z, in the word of 64 to 127 */
    uint64_t letters = (set->words[1] | set->words[1] >> 32) & upper;
    set->words[1] |= letters | letters << 32;
}

void sg_set_join(struct sg_set *set, const struct sg_set *more)
{
    for (size_t i = 0; i < 4; i++)
        set->words[i] |= more->words[i];
}

void sg_set_invert(struct sg_set *set)
{
    for (size_t i = 0; i < 4; i++)
        set->words[i] = ~set->words[i];
}

bool sg_set_equal(const struct sg_set *a, const struct sg_set *b)
{
    return sg_set_within(a, b) && sg_set_within(b, a);
}

bool sg_set_within(const struct sg_set *a, const struct sg_set *b)
{
    for (size_t i = 0; i < 4; i++) {
        if ((a->words[i] & ~b->words[i]) != 0)
            return false;
    }
    return true;
}

unsigned sg_set_count(const struct sg_set *set)
{
    unsigned n = 0;
    for (unsigned i = 0; i < 4; i++)
        n += (unsigned)__builtin_popcountll(set->words[i]);
    return n;
}

unsigned sg_set_first(const struct sg_set *set)
{
    unsigned i = 0;
    while (i < 3 && set->words[i] == 0)
        i++;
    return set->words[i] == 0 ? 0xFF : i * 64 + (unsigned)__builtin_ctzll(set->words[i]);
}

struct sg_node *sg_tree_node(struct sg_tree *tree, enum sg_node_kind kind, size_t at)
{
    struct sg_node *node = sg_arena_alloc(&tree->arena, sizeof *node);
    if (node != NULL) {
        node->kind = kind;
        node->at = at;
    }
    return node;
}

struct sg_node *sg_tree_set(struct sg_tree *tree, size_t at, const struct sg_set *set)
{
    struct sg_node *node = sg_tree_node(tree, SG_NODE_SET, at);
    if (node != NULL) {
        node->u.set = *set;
        tree->any_byte = tree->any_byte || sg_set_count(set) == 256;
    }
    return node;
}

struct sg_node *sg_tree_wrap(struct sg_tree *tree, enum sg_node_kind kind, size_t at,
                             struct sg_node *child)
{
    struct sg_node *node = sg_tree_node(tree, kind, at);
    if (node != NULL)
        sg_node_append(node, child);
    return node;
}

void sg_node_append(struct sg_node *parent, struct sg_node *child)
{
    child->next = NULL;
    if (parent->child == NULL)
        parent->child = child;
    else
        parent->last_child->next = child;
    parent->last_child = child;
}

/* The most code points from low on, up to high, whose encodings are one product of byte ranges. */
static uint32_t block_end(uint32_t low, uint32_t high)
{
    static const uint32_t longest[] = {0x7F, 0x7FF, 0xFFFF, 0x10FFFF};
    size_t tail = 0; /* continuation bytes */
    while (low > longest[tail])
        tail++;
    uint32_t end = high < longest[tail] ? high : longest[tail];
    for (size_t i = 1; i <= tail; i++) {
        uint32_t below = (UINT32_C(1) << 6 * i) - 1;
        if ((low & ~below) == (end & ~below))
            continue;
        if ((low & below) != 0)
            end = low | below;
        else if ((end & below) != below)
            end = (end & ~below) - 1;
    }
    return end;
}

static struct sg_node *block(struct sg_tree *tree, size_t at, uint32_t low, uint32_t high)
{
    uint8_t first[4], last[4];
    size_t n = sg_utf8_encode(low, first);
    size_t same = sg_utf8_encode(high, last);
    assert(n > 0 && n == same);
    (void)same;
    struct sg_node *seq = sg_tree_node(tree, SG_NODE_SEQ, at);
    for (size_t i = 0; seq != NULL && i < n; i++) {
        struct sg_set set = {{0}};
        sg_set_add(&set, first[i], last[i]);
        struct sg_node *byte = sg_tree_set(tree, at, &set);
        if (byte == NULL)
            return NULL;
        sg_node_append(seq, byte);
    }
    return seq;
}

/* Appends the encodings of [low, high] to alt; false when out of memory. */
static bool add_range(struct sg_tree *tree, struct sg_node *alt, uint32_t low, uint32_t high)
{
    while (low <= high) {
        if (low >= 0xD800 && low <= 0xDFFF) { /* surrogates have no encoding */
            low = 0xE000;
            continue;
        }
        uint32_t end = low < 0xD800 && high >= 0xD800 ? 0xD7FF : high;
        end = block_end(low, end);
        struct sg_node *seq = block(tree, alt->at, low, end);
        if (seq == NULL)
            return false;
        sg_node_append(alt, seq);
        low = end + 1;
    }
    return true;
}

struct sg_node *sg_tree_members(struct sg_tree *tree, size_t at, const struct sg_members *members)
{
    if (members->wide == NULL)
        return sg_tree_set(tree, at, &members->bytes);
    struct sg_node *alt = sg_tree_node(tree, SG_NODE_ALT, at);
    if (alt == NULL)
        return NULL;
    if (sg_set_count(&members->bytes) > 0) {
        struct sg_node *set = sg_tree_set(tree, at, &members->bytes);
        if (set == NULL)
            return NULL;
        sg_node_append(alt, set);
    }
    for (const struct sg_range *r = members->wide; r != NULL; r = r->next) {
        if (!add_range(tree, alt, r->low, r->high))
            return NULL;
    }
    return alt->child == alt->last_child ? alt->child : alt;
}
