/* SPDX-License-Identifier: Apache-2.0 */
/*
 * random.h - random numbers that depend on nothing but a seed and a place.
 *
 * Philox4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3", SC
 * 2011): a counter is encrypted, so that each (seed, stream, item) has numbers of its own and what
 * one part draws never moves what another draws. Not for secrets.
 */
#ifndef SG_COLLUSION_RANDOM_H
#define SG_COLLUSION_RANDOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sg_random {
    uint32_t key[2], counter[4], drawn[4];
    unsigned left; /* of drawn */
};

/* One block: ten rounds over counter under key. */
void sg_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

/* The numbers of an item (a customer, an agent, a ring) of a stream (what they are thrown for). */
void sg_random_init(struct sg_random *random, uint64_t seed, uint32_t stream, uint64_t item);

uint32_t sg_random_u32(struct sg_random *random);
uint64_t sg_random_u64(struct sg_random *random);
/* 0 … n - 1, each as likely (Lemire's method); n > 0. */
uint32_t sg_random_below(struct sg_random *random, uint32_t n);
/* Above 0 and below 1. */
double sg_random_unit(struct sg_random *random);
bool sg_random_chance(struct sg_random *random, double p);
double sg_random_normal(struct sg_random *random); /* mean 0, deviation 1 */
double sg_random_exponential(struct sg_random *random, double mean);
/* Number of events in a time in which mean of them are expected; mean up to some hundred. */
uint32_t sg_random_poisson(struct sg_random *random, double mean);
/* An index into n weights that were added up: the first whose sum is above a random part of the
 * last. n > 0, the last sum > 0. */
size_t sg_random_pick(struct sg_random *random, const double *sums, size_t n);

#endif
