/* SPDX-License-Identifier: Apache-2.0 */
/*
 * phone_plan.h - national numbering plans: how many digits a country's phone numbers have, what
 * they begin with at home and abroad, and how people there write them.
 *
 * Compiled from what the countries tell the ITU (E.164 national numbering plans) and from usage. A
 * plan says more than is assigned today, never less: a number range that is opened next year must
 * not pass in clear.
 */
#ifndef SG_RULE_PHONE_PLAN_H
#define SG_RULE_PHONE_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

/* SG_PHONE_DIGITS: none is longer, with everything that is dialled before it. */
enum { SG_PHONE_DIGITS = 20 };

/* The digits of a written number, and where its groups begin. */
struct sg_phone_digits {
    uint8_t digit[SG_PHONE_DIGITS];
    uint8_t group[SG_PHONE_DIGITS + 1]; /* offsets into digit; group[groups] is len */
    uint8_t groups, len;
};

struct sg_phone_plan {
    char region[3];      /* ISO 3166; empty for services that are no country's */
    uint16_t code;       /* country calling code */
    uint8_t least, most; /* digits without code and that 0 */
    bool zero;           /* dialled with a 0 before it within the country */
    const char *lead;    /* the first of them, as "1-9" */
    /* Ways of writing that tell a phone number without more, parted by '|'; NULL: none. A blank is
     * where a group ends, x any digit, [2-9] one of these. */
    const char *layouts;
};

extern const struct sg_phone_plan sg_phone_plans[];
extern const size_t sg_phone_plan_count;

/* The plan of a region in capitals; NULL: none. */
const struct sg_phone_plan *sg_phone_plan_find(struct sg_bytes region);
/* The next plan after `after` (NULL: the first) whose calling code the digits begin with; *digits
 * is how many digits that is. NULL: no more. */
const struct sg_phone_plan *sg_phone_plan_dialled(const struct sg_phone_digits *number, size_t from,
                                                  const struct sg_phone_plan *after,
                                                  size_t *digits);
/* Whether digits [from, to) can be a number of the plan, behind code and 0. */
bool sg_phone_plan_takes(const struct sg_phone_plan *plan, const struct sg_phone_digits *number,
                         size_t from, size_t to);
/* Whether the first `groups` groups are written in one of the plan's layouts, of which it has some.
 */
bool sg_phone_plan_fits(const struct sg_phone_plan *plan, const struct sg_phone_digits *number,
                        size_t groups);
/* Most plans have none. */
static inline bool sg_phone_plan_laid_out(const struct sg_phone_plan *plan,
                                          const struct sg_phone_digits *number, size_t groups)
{
    return plan->layouts != NULL && sg_phone_plan_fits(plan, number, groups);
}

#endif
