/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rounds.h - what a measure came to over some rounds: its middle, and how far it was spread.
 */
#ifndef SG_BENCH_ROUNDS_H
#define SG_BENCH_ROUNDS_H

#include <stddef.h>

enum { ROUNDS_MOST = 101 };

struct spread {
    double low, middle, high; /* quartiles */
};

/* The middle of the values; sorts them. */
double median(double *values, size_t n);
struct spread spread_of(const double *values, size_t n);
/* Of the ratios of the same round: what disturbs both of a round is not in it. */
struct spread spread_of_ratios(const double *a, const double *b, size_t n);

#endif
