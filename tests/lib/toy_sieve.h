/* SPDX-License-Identifier: Apache-2.0 */
/*
 * toy_sieve.h - signatures made at random, texts where they hold, and a judge that looks
 * at one signature and one place at a time.
 */
#ifndef SG_TESTS_TOY_SIEVE_H
#define SG_TESTS_TOY_SIEVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rule/sieve.h"

enum { SG_TOY_SIEVE_PARTS = 700 };

/* The same seed gives the same numbers on every machine. */
struct sg_toy_random {
    uint64_t state;
};
uint64_t sg_toy_random(struct sg_toy_random *random);
unsigned sg_toy_below(struct sg_toy_random *random, unsigned limit);

struct sg_toy_sieve {
    struct sg_sieve_part parts[SG_TOY_SIEVE_PARTS];
    struct sg_signature *signatures; /* of all parts, one after another */
    size_t n;                        /* parts */
    size_t n_signatures;
};

/* Each part gets 1 to 3 signatures; about one in 16 has none. */
void sg_toy_sieve_init(struct sg_toy_sieve *toy, struct sg_toy_random *random, size_t n);
void sg_toy_sieve_fini(struct sg_toy_sieve *toy);
/* Bytes of all kinds, with signatures spelt out here and there, some of them over an end. */
void sg_toy_sieve_text(const struct sg_toy_sieve *toy, struct sg_toy_random *random, uint8_t *text,
                       size_t len);
/* Whether the signature's first `steps` positions hold at a place. */
bool sg_toy_sieve_holds(const struct sg_signature *signature, size_t steps, const uint8_t *text,
                        size_t len, size_t place);
/* What the sieve's entry `at` was made from. */
const struct sg_signature *sg_toy_sieve_of(const struct sg_toy_sieve *toy,
                                           const struct sg_sieve *sieve, size_t at);

#endif
