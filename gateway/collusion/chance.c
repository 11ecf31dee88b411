/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chance.c - how likely chance alone is to do as much.
 */
#include "collusion/chance.h"

#include <math.h>

/* Above the mean the tail's terms fall: it is summed. Below it, what is left of one. */
double sg_chance_poisson_tail(uint64_t k, double mean)
{
    if (k == 0)
        return 0;
    if (mean <= 0)
        return -INFINITY;
    const double x = (double)k;
    if (x > mean) {
        double term = 1, sum = 1;
        for (double i = x + 1; term > 1e-17 * sum; i++) {
            term *= mean / i;
            sum += term;
        }
        return x * log(mean) - mean - lgamma(x + 1) + log(sum);
    }
    double term = 1, sum = 0;
    for (double i = x - 1; i >= 0 && (i == x - 1 || term > 1e-17 * sum); i--) {
        sum += term;
        term *= i / mean;
    }
    const double below = exp((x - 1) * log(mean) - mean - lgamma(x) + log(sum));
    return log1p(-fmin(below, 1));
}
