/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify_locate.c - where the first record stands that is not what was signed.
 */
#include "audit/verify.h"

enum scrubgate_status sg_verify_begins(const struct sg_merkle_range *range, uint64_t size,
                                       const struct sg_hash *root, struct sg_sha256 *sha,
                                       sg_merkle_get *get, void *ctx)
{
    struct sg_merkle_proof proof;
    struct sg_hash own;
    enum scrubgate_status rc = sg_merkle_root(range, sha, &own);
    if (rc >= 0)
        rc = sg_merkle_prove_growth(&proof, range->size, size, sha, get, ctx);
    return rc < 0 ? rc : sg_merkle_verify_growth(&proof, range->size, size, &own, root, sha);
}

/* That the signed tree has that leaf there. */
static enum scrubgate_status prove_leaf(uint64_t index, const struct sg_hash *leaf, uint64_t size,
                                        const struct sg_hash *root, struct sg_sha256 *sha,
                                        sg_merkle_get *get, void *ctx)
{
    struct sg_merkle_proof proof;
    enum scrubgate_status rc = sg_merkle_prove(&proof, index, size, sha, get, ctx);
    return rc < 0 ? rc : sg_merkle_verify(&proof, index, size, leaf, root, sha);
}

enum scrubgate_status sg_verify_locate(const struct sg_merkle_range *start, uint64_t size,
                                       const struct sg_hash *root, sg_merkle_get *get,
                                       sg_verify_next *next, void *ctx, uint64_t *same, bool *other)
{
    struct sg_merkle_range range = {.size = 0};
    struct sg_sha256 *sha = NULL;
    struct sg_hash own, told = {{0}};
    enum scrubgate_status rc = sg_sha256_new(&sha);
    *same = 0;
    *other = false;
    if (start != NULL)
        range = *start;
    while (rc == SCRUBGATE_OK && range.size < size) {
        struct sg_bytes record;
        enum scrubgate_status have = next(ctx, &record);
        rc = get(ctx, 0, range.size, &told);
        if (rc < 0)
            break;
        if (have == SCRUBGATE_OK)
            rc = sg_merkle_leaf(sha, record, &own);
        *other = have == SCRUBGATE_OK && !sg_hash_equal(&own, &told);
        if (rc < 0 || have != SCRUBGATE_OK || *other)
            break;
        rc = sg_merkle_push(&range, sha, &own, NULL, NULL);
    }
    if (rc >= 0)
        rc = sg_verify_begins(&range, size, root, sha, get, ctx);
    if (rc >= 0 && *other)
        *other = prove_leaf(range.size, &told, size, root, sha, get, ctx) >= 0;
    if (rc >= 0)
        *same = range.size;
    else
        *other = false;
    sg_sha256_free(sha);
    return rc;
}

enum scrubgate_status sg_verify_grew(const struct sg_verify_known *from, uint64_t size,
                                     const struct sg_hash *root, sg_merkle_get *get, void *ctx)
{
    struct sg_merkle_proof proof;
    struct sg_sha256 *sha = NULL;
    enum scrubgate_status rc = sg_sha256_new(&sha);
    if (rc >= 0)
        rc = sg_merkle_prove_growth(&proof, from->size, size, sha, get, ctx);
    if (rc >= 0)
        rc = sg_merkle_verify_growth(&proof, from->size, size, &from->root, root, sha);
    sg_sha256_free(sha);
    return rc;
}
