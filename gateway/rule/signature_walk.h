/* SPDX-License-Identifier: Apache-2.0 */
/*
 * signature_walk.h - follow a pattern through all texts at once: which bytes can stand where?
 *
 *     start -> prefix, node by node -> the place -> suffix, node by node -> end
 *
 * A walk holds, for each offset from the place that a match can have come to, what can stand on
 * both sides of it. It knows more ways than there are, never fewer: the two sides are kept apart
 * from each other but for one thing, whether the byte before is a word byte, so that \b is exact.
 */
#ifndef SG_RULE_SIGNATURE_WALK_H
#define SG_RULE_SIGNATURE_WALK_H

#include <stdbool.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "rule/signature.h"
#include "rule/syntax_tree.h"

enum { SG_WALK_OFFSETS = SG_SIGNATURE_BYTES - 1 };

/* What can stand at one side of a point between bytes. */
struct sg_side {
    struct sg_set bytes;
    bool outside; /* or nothing: the value's end */
};

struct sg_edge {
    struct sg_side before, after;
};

/* Nearly always nothing is known of what follows: then it is open, and edges are not made. */
struct sg_crossing {
    bool open;
    struct sg_side before;      /* when open */
    struct sg_edge word, other; /* when not: by what the byte before is */
};

struct sg_walk {
    struct sg_signature *out; /* what is taken goes there; NULL in the prefix: offsets stay 0 */
    uint16_t live;            /* bit o: a match can have come to offset o */
    struct sg_crossing at[SG_WALK_OFFSETS]; /* of live offsets */
};

/* Gives each reference a child, a repeat of the bytes that its group can take: walks need it. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_walk_prepare(struct sg_tree *tree);

/* Before the first byte of a match, in any text. */
void sg_walk_start(struct sg_walk *walk);
/* From here on offsets count, and out (all-zero) takes the bytes. */
void sg_walk_place(struct sg_walk *walk, struct sg_signature *out);
/* The node, min to max times one after another. */
void sg_walk_take(struct sg_walk *walk, const struct sg_node *node, unsigned min, unsigned max);
/* The match ends: what follows is any byte, but for what the last nodes asked for. */
void sg_walk_end(struct sg_walk *walk);

/* How many bytes the node takes. */
void sg_walk_length(const struct sg_node *node, uint64_t *min, uint64_t *max);
/* Adds the bytes it can take. */
void sg_walk_bytes(const struct sg_node *node, struct sg_set *bytes);

#endif
