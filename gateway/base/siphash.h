/* SPDX-License-Identifier: Apache-2.0 */
/*
 * siphash.h - SipHash-2-4 with 128 bits: short texts to table keys that no stranger can steer.
 *
 * Aumasson and Bernstein, "SipHash: a fast short-input PRF" (2012). For tables in memory only; what
 * is written down is digested by base/digest.h.
 */
#ifndef SG_BASE_SIPHASH_H
#define SG_BASE_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

enum { SG_SIPHASH_KEY = 16 };

/* A running hash. */
struct sg_siphash {
    uint64_t v[4];
    uint64_t word; /* bytes that do not fill a word yet */
    uint64_t len;
};

void sg_siphash_begin(struct sg_siphash *hash, const uint8_t key[SG_SIPHASH_KEY]);
void sg_siphash_add(struct sg_siphash *hash, struct sg_bytes text);
/* The digest's 16 bytes as two little-endian words. The hash is used up. */
void sg_siphash_done(struct sg_siphash *hash, uint64_t out[2]);

#endif
