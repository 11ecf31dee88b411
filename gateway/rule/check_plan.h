/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_plan.h - a number plan as a row of a table: its shape, its weighted sums, its date.
 *
 *     {.name = "pt-nif", .shape = "[1-9]########", .sums = {{{9, 8, 7, 6, 5, 4, 3, 2}, 11, 8, …}}}
 *
 * Most national numbers differ in nothing but these, so they are data; what a row cannot say is a
 * function of its own (`also`).
 */
#ifndef SG_RULE_CHECK_PLAN_H
#define SG_RULE_CHECK_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rule/check_family.h"

enum { SG_PLAN_WEIGHTS = 17, SG_PLAN_SUMS = 2, SG_PLAN_OFFSETS = 4 };

/*
 * Characters times weights, from the left; the weight of what does not count is 0, as is that of
 * all behind the last weight. A digit counts as itself, a letter as A=10 … Z=35.
 */
struct sg_plan_sum {
    int16_t weights[SG_PLAN_WEIGHTS];
    uint8_t modulus; /* 0: no such sum */
    uint8_t at;      /* where the check character stands */
    const char *map; /* it, by the sum's remainder; '-': none. NULL: the remainder must be 0 */
    int16_t plus;    /* added to the sum */
};

/* A letter for each digit: dd, mm, and yy, yyy (the thousands left out) or yyyy, in any order. */
struct sg_plan_date {
    const char *layout; /* "ddmmyy"; NULL: no date */
    uint8_t at;         /* where it begins */
    /* The day or month may also be so much higher; 0 ends the list. */
    uint8_t days[SG_PLAN_OFFSETS], months[SG_PLAN_OFFSETS];
};

struct sg_plan {
    const char *name;
    /* # a digit, @ a letter, * either, [2-9K] one of these, anything else itself. */
    const char *shape;
    uint8_t least; /* shortest length, with leading zeros left out; 0: that of the shape */
    struct sg_plan_sum sums[SG_PLAN_SUMS];
    bool second; /* the second sum is asked only where the first one's map has no character */
    struct sg_plan_date date;
    bool (*also)(const struct sg_taken *taken); /* what a row cannot say; NULL: nothing */
    const struct sg_plan *other;                /* or it may be such a number; NULL: no */
};

/* The tables, by continent: check_id_*.c. */
extern const struct sg_plan sg_check_europe_plans[];
extern const struct sg_plan sg_check_america_plans[];
extern const struct sg_plan sg_check_asia_plans[];
extern const struct sg_plan sg_check_south_plans[];
extern const size_t sg_check_europe_plan_count, sg_check_america_plan_count,
    sg_check_asia_plan_count, sg_check_south_plan_count;

/* True when taken is a number of the plan, and not one and the same character throughout: such a
 * number passes many a sum and is what people type to fill a field. */
bool sg_plan_holds(const struct sg_plan *plan, const struct sg_taken *taken);

#endif
