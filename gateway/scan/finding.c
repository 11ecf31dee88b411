/* SPDX-License-Identifier: Apache-2.0 */
/*
 * finding.c - which of two findings names the bytes both cover.
 */
#include "scan/finding.h"

static int compare(uint64_t a, uint64_t b)
{
    return a < b ? -1 : a > b;
}

int sg_finding_rank(const struct sg_finding *a, const struct sg_finding *b)
{
    int order = compare(b->rule->n_checks > 0, a->rule->n_checks > 0);
    if (order == 0)
        order = compare(b->contextual, a->contextual);
    if (order == 0)
        order = compare(b->end - b->start, a->end - a->start);
    if (order == 0)
        order = compare(a->start, b->start);
    if (order == 0)
        order = compare(a->rule->index, b->rule->index);
    return order;
}

uint64_t sg_finding_mix(const struct sg_finding *finding, uint64_t salt)
{
    uint64_t mix = finding->start * UINT64_C(0x9E3779B97F4A7C15) + finding->end;
    mix = (mix ^ mix >> 29) * UINT64_C(0xBF58476D1CE4E5B9);
    mix += (uint64_t)finding->rule->index * 16 + salt;
    mix = (mix ^ mix >> 32) * UINT64_C(0x94D049BB133111EB);
    return mix ^ mix >> 29;
}
