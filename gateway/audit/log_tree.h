/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log_tree.h - the tree of a log while it grows, and the tiles that it leaves behind.
 *
 * Full tiles wait until there are many, or somebody wants to publish the tree's size: making a file
 * may wait for the file system's journal, and making many of them waits as long. Partial ones are
 * written then. Or, when a log is opened, nothing is written and what stands on disk is compared
 * with what the records give.
 */
#ifndef SG_AUDIT_LOG_TREE_H
#define SG_AUDIT_LOG_TREE_H

#include <stdbool.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "audit/merkle.h"
#include "audit/tile.h"

struct sg_tile_waiting; /* a full tile, and what it holds */

struct sg_log_tree {
    int dir; /* of the log's folder, below which tile/ is; borrowed */
    struct sg_sha256 *sha;
    struct sg_merkle_range range;
    bool writes;      /* tiles; else they are compared */
    uint64_t missing; /* first record of the first tile that is not as it should be; UINT64_MAX */
    uint64_t differs; /* first record of which a tile says another hash; UINT64_MAX: none */
    struct sg_tile kept[SG_TILE_LEVELS]; /* the partial tile that was written last; width 0 */
    unsigned n[SG_TILE_LEVELS];
    uint8_t hashes[SG_TILE_LEVELS][SG_TILE_SIZE]; /* of the tiles that are not full */
    struct sg_tile_waiting *waiting;
    size_t n_waiting;
};

SCRUBGATE_MUST_USE enum scrubgate_status sg_log_tree_init(struct sg_log_tree *tree, int dir);
void sg_log_tree_fini(struct sg_log_tree *tree);

/* Makes it the tree of the first size records, from nodes that get knows. On an error it is of no
 * use until it is begun again. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_log_tree_begin(struct sg_log_tree *tree, uint64_t size,
                                                           sg_merkle_get *get, void *ctx);
/* One more record, by its hash. EIO: a full tile could not be written: missing says so, the tree is
 * good. Other errors as sg_log_tree_begin. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_log_tree_push(struct sg_log_tree *tree,
                                                          const struct sg_hash *leaf);
SCRUBGATE_MUST_USE enum scrubgate_status sg_log_tree_root(const struct sg_log_tree *tree,
                                                          struct sg_hash *root);
/* Writes (or compares) the partial tiles of its size, and those that wait. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_log_tree_write_partial(struct sg_log_tree *tree);
/* Removes the partial tiles of another size that this one does not have. */
void sg_log_tree_remove_partial(const struct sg_log_tree *tree, uint64_t size);

#endif
