/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hard_rules.h - small sets of toy rules, each with one thing that is hard for an engine that looks
 * only where a match can be; and what texts to try them on are made of.
 */
#ifndef SG_TESTS_HARD_RULES_H
#define SG_TESTS_HARD_RULES_H

#include <stddef.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "rule/ruleset.h"

#include "chatter.h"

enum { SG_HARD_PIECES = 12 };

struct sg_hard_rules {
    const char *name;  /* what is hard about them */
    const char *rules; /* for sg_toy_rules */
    const char *letters;
    const char *pieces[SG_HARD_PIECES]; /* parts of matches; ends with NULL when fewer */
};

extern const struct sg_hard_rules sg_hard_rules[];
extern const size_t sg_hard_rules_count;

/* Makes a set of rules by dice, each of which the loader takes, with its text in rules. */
struct sg_hard_rules sg_hard_rules_roll(struct sg_dice *dice, struct sg_buf *rules);

/* What texts for a set are made of, in room for n pieces: the letters and pieces of a hard one;
 * when that is NULL the set's own examples, which must live on. */
struct sg_stock sg_stock_of(const struct sg_hard_rules *hard, const struct scrubgate_ruleset *set,
                            struct sg_bytes *pieces, size_t n);

#endif
