/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tally.h - how well what is found agrees with what was labelled: counts, and what they prove.
 */
#ifndef SG_CLI_TALLY_H
#define SG_CLI_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/bytes.h"

/* Of one rule, entity or language. */
struct sg_score_row {
    char *name;        /* owned */
    unsigned level;    /* of a rule's findings; 0: not a rule */
    uint64_t labelled; /* labels ... */
    uint64_t hit;      /* ... of which every character was found */
    uint64_t found;    /* findings ... */
    uint64_t right;    /* ... that touch a label */
};

/* Rows by name and level, in the order in which they came. */
struct sg_score_rows {
    struct sg_score_row *list;
    size_t n, cap;
};

/* The row of that name, a new one when there is none; NULL: out of memory. The name is cut to 64
 * bytes. Valid until the next call. */
struct sg_score_row *sg_score_rows_at(struct sg_score_rows *tallies, struct sg_bytes name,
                                      unsigned level);
/* By name, then level. */
void sg_score_rows_sort(struct sg_score_rows *tallies);
void sg_score_rows_fini(struct sg_score_rows *tallies);

/* A share, and between what it lies with 95 % confidence (Wilson, 1927: score interval). Of
 * nothing: value is 1, and the interval all there is. */
struct sg_share {
    double value, low, high;
};
struct sg_share sg_share_of(uint64_t part, uint64_t whole);
/* F-measure that weighs recall twice as much as precision; 0 when both are. */
double sg_f2(double precision, double recall);

/* The lowest level whose promise so many right findings of so many prove: 1 to 4; 0: too few to
 * tell. docs/RULES.md says what a level promises. */
unsigned sg_level_earned(uint64_t right, uint64_t found);
/* Whether they prove that the level's promise is not kept. */
bool sg_level_broken(unsigned level, uint64_t right, uint64_t found);

#endif
