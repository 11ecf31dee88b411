/* SPDX-License-Identifier: Apache-2.0 */
/*
 * merkle.c - the Merkle tree over the records of a log (RFC 6962, 2.1; RFC 9162, 2.1).
 */
#include "audit/merkle.h"

#include <string.h>

bool sg_hash_equal(const struct sg_hash *a, const struct sg_hash *b)
{
    return memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

enum scrubgate_status sg_merkle_leaf(struct sg_sha256 *sha, struct sg_bytes entry,
                                     struct sg_hash *out)
{
    static const uint8_t prefix[] = {0};
    enum scrubgate_status rc = sg_sha256_add(sha, (struct sg_bytes){prefix, sizeof prefix});
    if (rc >= 0)
        rc = sg_sha256_add(sha, entry);
    return rc < 0 ? rc : sg_sha256_done(sha, out->bytes);
}

enum scrubgate_status sg_merkle_node(struct sg_sha256 *sha, const struct sg_hash *left,
                                     const struct sg_hash *right, struct sg_hash *out)
{
    uint8_t text[1 + 2 * SG_SHA256_SIZE];
    text[0] = 1;
    memcpy(text + 1, left->bytes, SG_SHA256_SIZE);
    memcpy(text + 1 + SG_SHA256_SIZE, right->bytes, SG_SHA256_SIZE);
    enum scrubgate_status rc = sg_sha256_add(sha, (struct sg_bytes){text, sizeof text});
    return rc < 0 ? rc : sg_sha256_done(sha, out->bytes);
}

static enum scrubgate_status empty_root(struct sg_sha256 *sha, struct sg_hash *out)
{
    return sg_sha256_done(sha, out->bytes);
}

/* --- a tree that grows --- */

enum scrubgate_status sg_merkle_push(struct sg_merkle_range *range, struct sg_sha256 *sha,
                                     const struct sg_hash *leaf, sg_merkle_seen *seen, void *ctx)
{
    struct sg_hash hash = *leaf;
    uint64_t index = range->size;
    unsigned level = 0;
    enum scrubgate_status rc = seen != NULL ? seen(ctx, level, index, &hash) : SCRUBGATE_OK;
    /* As many joins as the old size has ones at its end. */
    while (rc >= 0 && (index & 1) != 0) {
        rc = sg_merkle_node(sha, &range->peak[level], &hash, &hash);
        index >>= 1;
        level++;
        if (rc >= 0 && seen != NULL)
            rc = seen(ctx, level, index, &hash);
    }
    if (rc < 0)
        return rc;
    range->peak[level] = hash;
    range->size++;
    return SCRUBGATE_OK;
}

enum scrubgate_status sg_merkle_root(const struct sg_merkle_range *range, struct sg_sha256 *sha,
                                     struct sg_hash *out)
{
    bool any = false;
    enum scrubgate_status rc = SCRUBGATE_OK;
    if (range->size == 0)
        return empty_root(sha, out);
    for (unsigned level = 0; level < SG_MERKLE_LEVELS && rc >= 0; level++) {
        if ((range->size >> level & 1) == 0)
            continue;
        if (any)
            rc = sg_merkle_node(sha, &range->peak[level], out, out);
        else
            *out = range->peak[level];
        any = true;
    }
    return rc;
}

/* --- proofs, made --- */

/* The largest power of two below n, as its exponent; n > 1. */
static unsigned split_level(uint64_t n)
{
    unsigned level = 0;
    for (n = (n - 1) >> 1; n > 0; n >>= 1)
        level++;
    return level;
}

enum scrubgate_status sg_merkle_root_of(uint64_t start, uint64_t end, struct sg_sha256 *sha,
                                        sg_merkle_get *get, void *ctx, struct sg_hash *out)
{
    uint64_t n = end - start, at = end;
    bool any = false;
    if (n == 0)
        return empty_root(sha, out);
    for (unsigned level = 0; level < SG_MERKLE_LEVELS; level++) {
        struct sg_hash node;
        if ((n >> level & 1) == 0)
            continue;
        at -= UINT64_C(1) << level;
        enum scrubgate_status rc = get(ctx, level, at >> level, any ? &node : out);
        if (rc >= 0 && any)
            rc = sg_merkle_node(sha, &node, out, out);
        if (rc < 0)
            return rc;
        any = true;
    }
    return SCRUBGATE_OK;
}

/* Found from the root down; told from the leaf up. */
static void reverse(struct sg_merkle_proof *proof)
{
    for (size_t i = 0; i < proof->n / 2; i++) {
        struct sg_hash kept = proof->hash[i];
        proof->hash[i] = proof->hash[proof->n - 1 - i];
        proof->hash[proof->n - 1 - i] = kept;
    }
}

enum scrubgate_status sg_merkle_prove(struct sg_merkle_proof *proof, uint64_t index, uint64_t size,
                                      struct sg_sha256 *sha, sg_merkle_get *get, void *ctx)
{
    uint64_t start = 0, end = size;
    proof->n = 0;
    if (index >= size)
        return SCRUBGATE_EINVAL;
    while (end - start > 1) {
        uint64_t middle = start + (UINT64_C(1) << split_level(end - start));
        bool left = index < middle;
        enum scrubgate_status rc = sg_merkle_root_of(left ? middle : start, left ? end : middle,
                                                     sha, get, ctx, &proof->hash[proof->n]);
        if (rc < 0)
            return rc;
        proof->n++;
        if (left)
            end = middle;
        else
            start = middle;
    }
    reverse(proof);
    return SCRUBGATE_OK;
}

enum scrubgate_status sg_merkle_prove_growth(struct sg_merkle_proof *proof, uint64_t from,
                                             uint64_t to, struct sg_sha256 *sha, sg_merkle_get *get,
                                             void *ctx)
{
    uint64_t start = 0, end = to;
    bool whole = true; /* what is left of the old tree is the old tree: the verifier has its root */
    enum scrubgate_status rc = SCRUBGATE_OK;
    proof->n = 0;
    if (from > to)
        return SCRUBGATE_EINVAL;
    if (from == 0 || from == to)
        return SCRUBGATE_OK;
    while (rc >= 0 && from < end) {
        uint64_t middle = start + (UINT64_C(1) << split_level(end - start));
        bool left = from <= middle;
        rc = sg_merkle_root_of(left ? middle : start, left ? end : middle, sha, get, ctx,
                               &proof->hash[proof->n++]);
        if (left)
            end = middle;
        else
            start = middle;
        whole = whole && left;
    }
    if (rc >= 0 && !whole)
        rc = sg_merkle_root_of(start, end, sha, get, ctx, &proof->hash[proof->n++]);
    reverse(proof);
    return rc;
}

/* --- proofs, verified --- */

enum scrubgate_status sg_merkle_verify(const struct sg_merkle_proof *proof, uint64_t index,
                                       uint64_t size, const struct sg_hash *leaf,
                                       const struct sg_hash *root, struct sg_sha256 *sha)
{
    struct sg_hash hash = *leaf;
    uint64_t fn = index, sn = size - 1;
    enum scrubgate_status rc = SCRUBGATE_OK;
    if (index >= size)
        return SCRUBGATE_EMALFORMED;
    for (size_t i = 0; i < proof->n && rc >= 0; i++) {
        if (sn == 0)
            return SCRUBGATE_EMALFORMED;
        if ((fn & 1) != 0 || fn == sn) {
            rc = sg_merkle_node(sha, &proof->hash[i], &hash, &hash);
            while ((fn & 1) == 0 && fn != 0) {
                fn >>= 1;
                sn >>= 1;
            }
        } else {
            rc = sg_merkle_node(sha, &hash, &proof->hash[i], &hash);
        }
        fn >>= 1;
        sn >>= 1;
    }
    if (rc < 0)
        return rc;
    return sn == 0 && sg_hash_equal(&hash, root) ? SCRUBGATE_OK : SCRUBGATE_EMALFORMED;
}

/* Follows the path of the old tree's last node up, through both trees at once. */
static enum scrubgate_status climb(const struct sg_merkle_proof *proof, size_t at, uint64_t fn,
                                   uint64_t sn, struct sg_hash *old_hash, struct sg_hash *new_hash,
                                   struct sg_sha256 *sha)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (; at < proof->n && rc >= 0; at++) {
        const struct sg_hash *next = &proof->hash[at];
        if (sn == 0)
            return SCRUBGATE_EMALFORMED;
        if ((fn & 1) != 0 || fn == sn) {
            rc = sg_merkle_node(sha, next, old_hash, old_hash);
            if (rc >= 0)
                rc = sg_merkle_node(sha, next, new_hash, new_hash);
            while ((fn & 1) == 0 && fn != 0) {
                fn >>= 1;
                sn >>= 1;
            }
        } else {
            rc = sg_merkle_node(sha, new_hash, next, new_hash);
        }
        fn >>= 1;
        sn >>= 1;
    }
    return rc < 0 ? rc : sn == 0 ? SCRUBGATE_OK : SCRUBGATE_EMALFORMED;
}

enum scrubgate_status sg_merkle_verify_growth(const struct sg_merkle_proof *proof, uint64_t from,
                                              uint64_t to, const struct sg_hash *old_root,
                                              const struct sg_hash *new_root, struct sg_sha256 *sha)
{
    struct sg_hash old_hash, new_hash, empty;
    if (from > to)
        return SCRUBGATE_EMALFORMED;
    if (from == 0 || from == to) {
        enum scrubgate_status rc = from == 0 ? empty_root(sha, &empty) : SCRUBGATE_OK;
        if (rc < 0)
            return rc;
        bool same = (from > 0 || sg_hash_equal(old_root, &empty)) &&
                    (from < to || sg_hash_equal(old_root, new_root));
        return proof->n == 0 && same ? SCRUBGATE_OK : SCRUBGATE_EMALFORMED;
    }
    uint64_t fn = from - 1, sn = to - 1;
    while ((fn & 1) != 0) {
        fn >>= 1;
        sn >>= 1;
    }
    /* An old tree that is complete is its own first node. */
    bool complete = (from & (from - 1)) == 0;
    if (!complete && proof->n == 0)
        return SCRUBGATE_EMALFORMED;
    old_hash = new_hash = complete ? *old_root : proof->hash[0];
    enum scrubgate_status rc = climb(proof, complete ? 0 : 1, fn, sn, &old_hash, &new_hash, sha);
    if (rc < 0)
        return rc;
    return sg_hash_equal(&old_hash, old_root) && sg_hash_equal(&new_hash, new_root)
               ? SCRUBGATE_OK
               : SCRUBGATE_EMALFORMED;
}
