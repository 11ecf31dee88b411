/* SPDX-License-Identifier: Apache-2.0 */
/*
 * seal.h - forward-secure seals: today's key cannot make yesterday's.
 *
 * Each epoch has a key; the next one's is its hash, and the old one is destroyed. Whoever takes the
 * machine over finds the key of now, from which none before it can be computed: what was sealed
 * before cannot be changed and sealed again. Who was given K(0) at the start can check all of them.
 * (Bellare and Yee, "Forward integrity for secure audit logs", 1997.)
 *
 *     K(i+1)     = SHA-256("scrubgate/seal/next/v1" || K(i))
 *     mac key(i) = HMAC-SHA-256(K(i), "scrubgate/seal/mac/v1")
 *     mac(i)     = HMAC-SHA-256(mac key(i), what is sealed)
 */
#ifndef SG_AUDIT_SEAL_H
#define SG_AUDIT_SEAL_H

#include <stdbool.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "audit/merkle.h"
#include "base/bytes.h"
#include "base/digest.h"

struct sg_seal_key {
    uint64_t epoch;
    uint8_t key[SG_KEY_SIZE]; /* K(epoch) */
};

/* What one seal commits to; text is borrowed. */
struct sg_seal {
    const char *origin, *boot;
    uint64_t epoch, size, mono_ns;
    struct sg_hash root; /* of the size records before the seal's own */
};

/* Goes on to the next epoch; the old key is overwritten. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_seal_next(struct sg_seal_key *key);
/* Goes on to a later epoch. EINVAL when it is an earlier one: there is no way back. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_seal_reach(struct sg_seal_key *key, uint64_t epoch);
/* The mac of a seal of the key's epoch. EINVAL when it is of another. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_seal_mac(const struct sg_seal_key *key,
                                                     const struct sg_seal *seal,
                                                     uint8_t mac[SG_SHA256_SIZE]);
/* Compares in constant time. */
bool sg_seal_mac_equal(const uint8_t a[SG_SHA256_SIZE], const uint8_t b[SG_SHA256_SIZE]);

#endif
