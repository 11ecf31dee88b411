/* SPDX-License-Identifier: Apache-2.0 */
/*
 * signature_cut.h - where a pattern can be cut in two, and the signature of each cut.
 *
 *     tree -> items, one after another -> at each place that every match has: a signature
 *
 * A place lies before an item, or a known number of copies into a repeated one, counted from either
 * end, or inside a copy.
 */
#ifndef SG_RULE_SIGNATURE_CUT_H
#define SG_RULE_SIGNATURE_CUT_H

#include <stdbool.h>
#include <stddef.h>
#include <scrubgate/status.h>

#include "base/arena.h"
#include "rule/signature.h"
#include "rule/syntax_tree.h"

/* A node, min to max times. */
struct sg_item {
    const struct sg_node *node;
    unsigned min, max;
    struct sg_item *inner; /* what one of several copies is made of */
    size_t n_inner;
};

/* One after another: every match of the pattern is one of its variants'. */
struct sg_variant {
    struct sg_item *items;
    size_t n;
};

/* ENOMEM, *variant untouched then. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_variant_make(struct sg_variant *variant,
                                                         struct sg_arena *arena,
                                                         const struct sg_node *root);
/*
 * In how many ways item i can be taken: its alternatives, without it and with it, or its numbers of
 * copies; 1: it is not split.
 */
size_t sg_variant_ways(const struct sg_variant *variant, size_t i);
/* The variant with item i taken in some of its ways: those of one of n parts, 2 <= n <= ways. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_variant_split(struct sg_variant *split,
                                                          struct sg_arena *arena,
                                                          const struct sg_variant *variant,
                                                          size_t i, size_t part, size_t n);

/* A cut in item `at`: lead copies and some inner items before the place, the others behind it. */
struct sg_cut {
    size_t at;
    unsigned lead_min, lead_max;
    size_t inner;
    bool in_copy; /* a copy of its own is cut at inner */
    unsigned rest_min, rest_max;
};

/* Whether there is such a cut of the variant. */
bool sg_variant_has(const struct sg_variant *variant, const struct sg_cut *cut);

/* Calls found for each cut and its signature, which has no quotas yet; there may be none. */
void sg_variant_cuts(const struct sg_variant *variant,
                     void (*found)(void *ctx, const struct sg_signature *signature,
                                   const struct sg_cut *cut),
                     void *ctx);
/* Calls found for this cut, which the variant has; not when no signature can be made of it. */
void sg_variant_cut(const struct sg_variant *variant, const struct sg_cut *cut,
                    void (*found)(void *ctx, const struct sg_signature *signature,
                                  const struct sg_cut *cut),
                    void *ctx);
/* What stands behind the place, as a variant of its own. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_variant_behind(struct sg_variant *behind,
                                                           struct sg_arena *arena,
                                                           const struct sg_variant *variant,
                                                           const struct sg_cut *cut);

#endif
