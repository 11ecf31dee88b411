/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_id_south.c - national numbers of Africa and Oceania.
 */
#include "rule/check_family.h"

#include "rule/check_plan.h"

static bool is_luhn(const struct sg_taken *taken)
{
    return sg_taken_luhn(taken, 0);
}

#define MEDICARE_WEIGHTS                                                                           \
    {                                                                                              \
        1, 3, 7, 9, 1, 3, 7, 9                                                                     \
    }
#define MINUS11     "0-987654321"
#define REMAINDER10 "0123456789"

static const struct sg_plan au_tfn_short = {
    .shape = "########",
    .sums = {{{10, 7, 8, 4, 6, 3, 5, 1}, 11, 7, NULL, 0}},
};
/* With the holder's place on the card behind it. */
static const struct sg_plan au_medicare_long = {
    .shape = "[2-6]##########",
    .sums = {{MEDICARE_WEIGHTS, 10, 8, REMAINDER10, 0}},
};

const struct sg_plan sg_check_south_plans[] = {
    {
        .name = "za-id",
        .shape = "#############",
        .date = {"yymmdd", 0, {0}, {0}},
        .also = is_luhn,
    },
    {
        .name = "au-tfn",
        .shape = "#########",
        .sums = {{{1, 4, 3, 7, 5, 8, 6, 9, 10}, 11, 8, NULL, 0}},
        .other = &au_tfn_short,
    },
    {
        /* One less of the first digit, which counts ten times. */
        .name = "au-abn",
        .shape = "[1-9]##########",
        .sums = {{{10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19}, 89, 10, NULL, -10}},
    },
    {
        .name = "au-acn",
        .shape = "#########",
        .sums = {{{8, 7, 6, 5, 4, 3, 2, 1, 1}, 10, 8, NULL, 0}},
    },
    {
        .name = "au-medicare",
        .shape = "[2-6]#########",
        .sums = {{MEDICARE_WEIGHTS, 10, 8, REMAINDER10, 0}},
        .other = &au_medicare_long,
    },
    {
        .name = "nz-ird",
        .shape = "#########",
        .least = 8,
        .sums = {{{3, 2, 7, 6, 5, 4, 3, 2}, 11, 8, MINUS11, 0},
                 {{7, 4, 3, 2, 5, 2, 7, 6}, 11, 8, MINUS11, 0}},
        .second = true,
    },
};
const size_t sg_check_south_plan_count = sizeof sg_check_south_plans / sizeof *sg_check_south_plans;
