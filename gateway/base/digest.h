/* SPDX-License-Identifier: Apache-2.0 */
/*
 * digest.h - SHA-256, HMAC-SHA-256, randomness and wiping: the home of OpenSSL's libcrypto.
 */
#ifndef SG_BASE_DIGEST_H
#define SG_BASE_DIGEST_H

#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/bytes.h"

enum { SG_SHA256_SIZE = 32, SG_KEY_SIZE = 32 };

/* SHA-256 (FIPS 180-4) of one run of bytes. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_sha256(struct sg_bytes text,
                                                   uint8_t out[SG_SHA256_SIZE]);

/* A running SHA-256. init allocates, add feeds, done writes the digest; fini frees (NULL fine). */
struct sg_sha256;
SCRUBGATE_MUST_USE enum scrubgate_status sg_sha256_new(struct sg_sha256 **hash);
SCRUBGATE_MUST_USE enum scrubgate_status sg_sha256_add(struct sg_sha256 *hash,
                                                       struct sg_bytes text);
/* The same with its length in decimal and an LF before it: no two lists of texts are the same. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_sha256_add_item(struct sg_sha256 *hash,
                                                            struct sg_bytes text);
SCRUBGATE_MUST_USE enum scrubgate_status sg_sha256_done(struct sg_sha256 *hash,
                                                        uint8_t out[SG_SHA256_SIZE]);
void sg_sha256_free(struct sg_sha256 *hash);

/*
 * HMAC-SHA-256 (RFC 2104) with a key set once: 32 bytes, domain-separated by a label, so that one
 * key file serves many uses. Not thread-safe: one per thread.
 */
struct sg_hmac;
SCRUBGATE_MUST_USE enum scrubgate_status sg_hmac_new(struct sg_hmac **hmac,
                                                     const uint8_t key[SG_KEY_SIZE],
                                                     const char *label);
/* The key that a label gets from another: what sg_hmac_new keys with. Nothing leads back. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_key_derive(const uint8_t key[SG_KEY_SIZE],
                                                       const char *label,
                                                       uint8_t derived[SG_KEY_SIZE]);
/* Another key in the old one's place, as it is, without a label: one that has no other use. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_hmac_rekey(struct sg_hmac *hmac,
                                                       const uint8_t key[SG_KEY_SIZE]);
/* Wipes the key: none is used before the next rekey. */
void sg_hmac_forget(struct sg_hmac *hmac);
SCRUBGATE_MUST_USE enum scrubgate_status sg_hmac(struct sg_hmac *hmac, struct sg_bytes text,
                                                 uint8_t out[SG_SHA256_SIZE]);
/* The first 64 bits, big-endian. Never 0: a digest of 0 becomes 1, so that 0 can mean "none". */
SCRUBGATE_MUST_USE enum scrubgate_status sg_hmac_u64(struct sg_hmac *hmac, struct sg_bytes text,
                                                     uint64_t *out);
void sg_hmac_free(struct sg_hmac *hmac);

/* Bytes nobody can guess. EIO when the system has none. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_random(void *out, size_t len);
/* Overwrites memory in a way no compiler removes. */
void sg_wipe(void *data, size_t len);
/* Lower-case hex and a NUL into text, 2 * len + 1 bytes. */
void sg_hex(struct sg_bytes bytes, char *text);
/* "OpenSSL 3.0.22 …", static. */
const char *sg_digest_library(void);

#endif
