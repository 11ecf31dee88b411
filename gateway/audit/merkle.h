/* SPDX-License-Identifier: Apache-2.0 */
/*
 * merkle.h - the Merkle tree over the records of a log (RFC 6962, 2.1; RFC 9162, 2.1).
 *
 *     leaf = SHA-256(0x00 || entry)    node = SHA-256(0x01 || left || right)    empty = SHA-256("")
 *
 * A tree of n > 1 leaves is split at the largest power of two below n. What is stored are the roots
 * of complete subtrees: "the node of level l and index i" is the root over the leaves i * 2^l to
 * (i + 1) * 2^l, exclusive.
 */
#ifndef SG_AUDIT_MERKLE_H
#define SG_AUDIT_MERKLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/bytes.h"
#include "base/digest.h"

enum { SG_MERKLE_LEVELS = 64, SG_MERKLE_PROOF_MOST = 64 };

struct sg_hash {
    uint8_t bytes[SG_SHA256_SIZE];
};

bool sg_hash_equal(const struct sg_hash *a, const struct sg_hash *b);

/* sha is a running hash that is lent: between two calls it holds nothing. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_merkle_leaf(struct sg_sha256 *sha,
                                                        struct sg_bytes entry, struct sg_hash *out);
SCRUBGATE_MUST_USE enum scrubgate_status sg_merkle_node(struct sg_sha256 *sha,
                                                        const struct sg_hash *left,
                                                        const struct sg_hash *right,
                                                        struct sg_hash *out);

/* --- a tree that grows: one root for each set bit of its size --- */

struct sg_merkle_range {
    uint64_t size;
    struct sg_hash peak[SG_MERKLE_LEVELS]; /* of level i, where bit i of size is set */
};

/* Told of each node that becomes complete with a leaf, the leaf first; may be NULL. */
typedef enum scrubgate_status sg_merkle_seen(void *ctx, unsigned level, uint64_t index,
                                             const struct sg_hash *hash);
SCRUBGATE_MUST_USE enum scrubgate_status sg_merkle_push(struct sg_merkle_range *range,
                                                        struct sg_sha256 *sha,
                                                        const struct sg_hash *leaf,
                                                        sg_merkle_seen *seen, void *ctx);
SCRUBGATE_MUST_USE enum scrubgate_status sg_merkle_root(const struct sg_merkle_range *range,
                                                        struct sg_sha256 *sha, struct sg_hash *out);

/* --- proofs --- */

struct sg_merkle_proof {
    size_t n;
    struct sg_hash hash[SG_MERKLE_PROOF_MOST]; /* from the leaf's side to the root's */
};

/* Answers the node of a level and index; below zero: it is not to be had. */
typedef enum scrubgate_status sg_merkle_get(void *ctx, unsigned level, uint64_t index,
                                            struct sg_hash *out);
/* That leaf index is in the tree of that size. EINVAL when index >= size; what get answers. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_merkle_prove(struct sg_merkle_proof *proof,
                                                         uint64_t index, uint64_t size,
                                                         struct sg_sha256 *sha, sg_merkle_get *get,
                                                         void *ctx);
/* That the tree of size `from` is the beginning of that of size `to`. EINVAL when from > to. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_merkle_prove_growth(struct sg_merkle_proof *proof,
                                                                uint64_t from, uint64_t to,
                                                                struct sg_sha256 *sha,
                                                                sg_merkle_get *get, void *ctx);
/* The root over the leaves start to end, exclusive; start must be 0 or a multiple of the smallest
 * power of two that is at least end - start. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_merkle_root_of(uint64_t start, uint64_t end,
                                                           struct sg_sha256 *sha,
                                                           sg_merkle_get *get, void *ctx,
                                                           struct sg_hash *out);

/* RFC 9162, 2.1.3.2 and 2.1.4.2. OK, or EMALFORMED: it proves nothing. A proof longer or shorter
 * than the sizes ask for is none. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_merkle_verify(const struct sg_merkle_proof *proof,
                                                          uint64_t index, uint64_t size,
                                                          const struct sg_hash *leaf,
                                                          const struct sg_hash *root,
                                                          struct sg_sha256 *sha);
SCRUBGATE_MUST_USE enum scrubgate_status sg_merkle_verify_growth(
    const struct sg_merkle_proof *proof, uint64_t from, uint64_t to, const struct sg_hash *old_root,
    const struct sg_hash *new_root, struct sg_sha256 *sha);

#endif
