/* SPDX-License-Identifier: Apache-2.0 */
/*
 * philox.h - random numbers that depend on nothing but a seed and a place.
 *
 * Philox4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3", SC
 * 2011): a counter is encrypted, so that each (seed, stream, item) has numbers of its own and what
 * one part draws never moves what another draws. Not for secrets.
 */
#ifndef SG_COLLUSION_PHILOX_H
#define SG_COLLUSION_PHILOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sg_philox {
    uint32_t key[2], counter[4], drawn[4];
    unsigned left; /* of drawn */
};

/* One block: ten rounds over counter under key. */
void sg_philox_block(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

/* The numbers of an item (a customer, an agent, a ring) of a stream (what they are thrown for). */
void sg_philox_init(struct sg_philox *random, uint64_t seed, uint32_t stream, uint64_t item);

uint32_t sg_philox_u32(struct sg_philox *random);
uint64_t sg_philox_u64(struct sg_philox *random);
/* 0 … n - 1, each as likely (Lemire's method); n > 0. */
uint32_t sg_philox_below(struct sg_philox *random, uint32_t n);
/* Above 0 and below 1. */
double sg_philox_unit(struct sg_philox *random);
bool sg_philox_chance(struct sg_philox *random, double p);
double sg_philox_normal(struct sg_philox *random); /* mean 0, deviation 1 */
double sg_philox_exponential(struct sg_philox *random, double mean);
/* Number of events in a time in which mean of them are expected; mean up to some hundred. */
uint32_t sg_philox_poisson(struct sg_philox *random, double mean);
/* An index into n weights that were added up: the first whose sum is above a random part of the
 * last. n > 0, the last sum > 0. */
size_t sg_philox_pick(struct sg_philox *random, const double *sums, size_t n);

#endif
