/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rounds.c - what a measure came to over some rounds: its middle, and how far it was spread.
 */
#include "rounds.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

double median(double *values, size_t n)
{
    qsort(values, n, sizeof *values, ascending);
    return n == 0 ? 0 : n % 2 == 1 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

struct spread spread_of(const double *values, size_t n)
{
    double sorted[ROUNDS_MOST];
    assert(n > 0 && n <= ROUNDS_MOST);
    memcpy(sorted, values, n * sizeof *values);
    double middle = median(sorted, n);
    return (struct spread){sorted[(n - 1) / 4], middle, sorted[n - 1 - (n - 1) / 4]};
}

struct spread spread_of_ratios(const double *a, const double *b, size_t n)
{
    double ratios[ROUNDS_MOST];
    assert(n > 0 && n <= ROUNDS_MOST);
    for (size_t i = 0; i < n; i++)
        ratios[i] = a[i] / b[i];
    return spread_of(ratios, n);
}
