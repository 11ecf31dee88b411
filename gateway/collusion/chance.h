/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chance.h - how likely chance alone is to do as much.
 */
#ifndef SG_COLLUSION_CHANCE_H
#define SG_COLLUSION_CHANCE_H

#include <stdint.h>

/* Natural logarithm of P(X >= k) for a Poisson number X whose mean is given, at least 0; exact to
 * 1e-9 of itself also where it is far below the smallest number. k = 0: 0. */
double sg_chance_poisson_tail(uint64_t k, double mean);

#endif
