/* SPDX-License-Identifier: Apache-2.0 */
/*
 * syntax_tree.h - a pattern as a tree of byte sets: what the parser makes, and all else reads.
 *
 *     text -> syntax_parse (with syntax_class) -> tree -> syntax_extent: bounds
 *                                                      -> syntax_print: the text PCRE2 compiles
 *                                                      -> syntax_work: the most it can cost
 *                                                      -> rulelint: texts made to hurt it
 *
 * Options, names, case, comments and code points are resolved while parsing, so what PCRE2 gets is
 * printed from the very tree whose bounds were proved. The tree is at most SG_TREE_DEPTH groups
 * deep, which bounds every recursion over it.
 */
#ifndef SG_RULE_SYNTAX_TREE_H
#define SG_RULE_SYNTAX_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/bytes.h"
#include "rule/syntax.h"

enum {
    SG_TREE_DEPTH = 64,   /* most groups inside each other */
    SG_TREE_GROUPS = 255, /* most capturing groups */
    SG_TREE_REPEAT = 65535
};

/* A set of byte values. */
struct sg_set {
    uint64_t words[4];
};

/* Members of a class: bytes, and code points beyond ASCII. */
struct sg_range {
    uint32_t low, high;
    struct sg_range *next;
};
struct sg_members {
    struct sg_set bytes;
    struct sg_range *wide; /* every low >= 0x80 */
};

enum sg_node_kind {
    SG_NODE_SET,     /* one byte of a set */
    SG_NODE_SEQ,     /* children one after another */
    SG_NODE_ALT,     /* one of the children */
    SG_NODE_REPEAT,  /* the only child, min to max times */
    SG_NODE_CAPTURE, /* the only child, remembered */
    SG_NODE_ATOMIC,  /* the only child, without going back into it */
    SG_NODE_LOOK,    /* the only child, looked for and not taken */
    SG_NODE_REF,     /* what a group took, once more */
    SG_NODE_POINT    /* a condition on a place between bytes */
};

enum sg_repeat_mode { SG_REPEAT_GREEDY, SG_REPEAT_LAZY, SG_REPEAT_POSSESSIVE };
enum sg_point { SG_POINT_WORD, SG_POINT_NO_WORD, SG_POINT_START, SG_POINT_END, SG_POINT_END_LINE };

struct sg_node {
    enum sg_node_kind kind;
    size_t at; /* offset in the source */
    struct sg_node *child, *last_child, *next;
    union {
        struct sg_set set;
        struct {
            unsigned min, max;
            enum sg_repeat_mode mode;
        } repeat;
        struct {
            bool behind, negated;
        } look;
        struct {
            unsigned group;
            bool nocase;
        } ref;
        unsigned group;
        enum sg_point point;
    } u;
};

struct sg_tree {
    struct sg_arena arena;
    struct sg_node *root;
    unsigned n_groups;                   /* capturing groups, numbered from 1 */
    bool referenced[SG_TREE_GROUPS + 1]; /* by a backreference */
    bool any_byte;                       /* some set holds all 256 */
};

/* --- syntax_parse.c --- */

/* Faults as sg_syntax_parse. Fini after success only. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_tree_parse(struct sg_tree *tree, struct sg_bytes text,
                                                       size_t *at, struct scrubgate_fault *fault);
void sg_tree_fini(struct sg_tree *tree);

/* --- syntax_extent.c --- */

/* Proves the bounds and fills syntax but for its text; EINVAL when there are none we allow. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_tree_measure(const struct sg_tree *tree,
                                                         bool may_be_empty,
                                                         struct sg_syntax *syntax, size_t *at,
                                                         struct scrubgate_fault *fault);
/* True, with its length, when PCRE2 sees that node always takes equally many bytes. */
bool sg_node_fixed(const struct sg_node *node, uint64_t *len);

/* --- syntax_work.c --- */

/* One start takes no more units of PCRE2's match limit than that, whatever the text. */
uint64_t sg_tree_work(const struct sg_tree *tree);

/* --- syntax_print.c --- */

SCRUBGATE_MUST_USE enum scrubgate_status sg_tree_print(const struct sg_tree *tree,
                                                       struct sg_buf *out);
/* The set as a class, for people: "[0-9A-F]". */
SCRUBGATE_MUST_USE enum scrubgate_status sg_set_print(const struct sg_set *set, struct sg_buf *out);

/* --- syntax_behind.c --- */

/*
 * PCRE2 wants each branch of a lookbehind to be of one length. Rewrites child (what the lookbehind
 * at source offset `where` looks for) into such branches: (?<!a[ ·]) is (?<!a |a\xC2\xB7).
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_tree_behind(struct sg_tree *tree, size_t where,
                                                        struct sg_node **child, size_t *at,
                                                        struct scrubgate_fault *fault);

/* --- syntax_tree.c --- */

void sg_set_add(struct sg_set *set, unsigned low, unsigned high);
void sg_set_add_nocase(struct sg_set *set); /* the other case of each letter in it */
void sg_set_join(struct sg_set *set, const struct sg_set *more);
void sg_set_invert(struct sg_set *set);
static inline bool sg_set_has(const struct sg_set *set, unsigned byte)
{
    return (set->words[byte / 64] >> byte % 64 & 1) != 0;
}
bool sg_set_equal(const struct sg_set *a, const struct sg_set *b);
bool sg_set_within(const struct sg_set *a, const struct sg_set *b); /* a is part of b */
unsigned sg_set_count(const struct sg_set *set);
unsigned sg_set_first(const struct sg_set *set); /* its lowest byte; the set is not empty */

/* All give NULL when out of memory. */
struct sg_node *sg_tree_node(struct sg_tree *tree, enum sg_node_kind kind, size_t at);
struct sg_node *sg_tree_set(struct sg_tree *tree, size_t at, const struct sg_set *set);
struct sg_node *sg_tree_wrap(struct sg_tree *tree, enum sg_node_kind kind, size_t at,
                             struct sg_node *child);
/* One member: a set, or an alternation of the byte sequences of its code points. */
struct sg_node *sg_tree_members(struct sg_tree *tree, size_t at, const struct sg_members *members);
void sg_node_append(struct sg_node *parent, struct sg_node *child);

#endif
