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
