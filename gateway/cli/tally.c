/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tally.c - how well what is found agrees with what was labelled: counts, and what they prove.
 */
#include "cli/tally.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_MOST = 64, FEW = 20 };

/* The least share of right findings that a level promises. */
static const double promises[] = {[1] = 0.995, [2] = 0.95, [3] = 0.6, [4] = 0};

struct sg_score_row *sg_score_rows_at(struct sg_score_rows *tallies, struct sg_bytes name,
                                      unsigned level)
{
    size_t len = name.len < NAME_MOST ? name.len : NAME_MOST;
    for (size_t i = 0; i < tallies->n; i++) {
        struct sg_score_row *one = &tallies->list[i];
        if (one->level == level && strlen(one->name) == len &&
            memcmp(one->name, name.data, len) == 0)
            return one;
    }
    if (tallies->n == tallies->cap) {
        size_t cap = tallies->cap == 0 ? 64 : tallies->cap * 2;
        struct sg_score_row *grown = realloc(tallies->list, cap * sizeof *grown);
        if (grown == NULL)
            return NULL;
        tallies->list = grown;
        tallies->cap = cap;
    }
    char *copy = malloc(len + 1);
    if (copy == NULL)
        return NULL;
    if (len > 0)
        memcpy(copy, name.data, len);
    copy[len] = '\0';
    struct sg_score_row *made = &tallies->list[tallies->n++];
    *made = (struct sg_score_row){.name = copy, .level = level};
    return made;
}

static int by_name(const void *left, const void *right)
{
    const struct sg_score_row *a = left, *b = right;
    int order = strcmp(a->name, b->name);
    return order != 0 ? order : (int)a->level - (int)b->level;
}

void sg_score_rows_sort(struct sg_score_rows *tallies)
{
    if (tallies->n > 1)
        qsort(tallies->list, tallies->n, sizeof *tallies->list, by_name);
}

void sg_score_rows_fini(struct sg_score_rows *tallies)
{
    for (size_t i = 0; i < tallies->n; i++)
        free(tallies->list[i].name);
    free(tallies->list);
    *tallies = (struct sg_score_rows){.n = 0};
}

struct sg_share sg_share_of(uint64_t part, uint64_t whole)
{
    const double z = 1.959964; /* two-sided 95 % of the normal distribution */
    if (whole == 0)
        return (struct sg_share){1, 0, 1};
    double n = (double)whole, p = (double)part / n;
    double middle = (p + z * z / (2 * n)) / (1 + z * z / n);
    double half = z / (1 + z * z / n) * sqrt(p * (1 - p) / n + z * z / (4 * n * n));
    return (struct sg_share){p, part == 0 ? 0 : fmax(0, middle - half),
                             part == whole ? 1 : fmin(1, middle + half)};
}

double sg_f2(double precision, double recall)
{
    double under = 4 * precision + recall;
    return under > 0 ? 5 * precision * recall / under : 0;
}

unsigned sg_level_earned(uint64_t right, uint64_t found)
{
    double low = sg_share_of(right, found).low;
    unsigned level = 1;
    if (found < FEW)
        return 0;
    while (level < 4 && low < promises[level])
        level++;
    /* What was never wrong gets the benefit of the doubt that so few findings leave. */
    return right == found && level > 1 ? level - 1 : level;
}

bool sg_level_broken(unsigned level, uint64_t right, uint64_t found)
{
    return found >= FEW && sg_share_of(right, found).high < promises[level];
}
