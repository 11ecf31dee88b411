/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log_tree.c - the tree of a log while it grows, and the tiles that it leaves behind.
 *
 *     record -> leaf -> tile/0 -> when 256 are there: their root -> tile/1 -> ...
 */
#include "audit/log_tree.h"

#include <stdlib.h>
#include <string.h>

#include "audit/tile_file.h"

enum { WAITING_MOST = 64 }; /* half a MiB */

struct sg_tile_waiting {
    struct sg_tile tile;
    uint8_t hashes[SG_TILE_SIZE];
};

enum scrubgate_status sg_log_tree_init(struct sg_log_tree *tree, int dir)
{
    tree->dir = dir;
    tree->range.size = 0;
    tree->writes = false;
    tree->missing = tree->differs = UINT64_MAX;
    memset(tree->n, 0, sizeof tree->n);
    memset(tree->kept, 0, sizeof tree->kept);
    tree->n_waiting = 0;
    tree->waiting = malloc(WAITING_MOST * sizeof *tree->waiting);
    return tree->waiting == NULL ? SCRUBGATE_ENOMEM : sg_sha256_new(&tree->sha);
}

void sg_log_tree_fini(struct sg_log_tree *tree)
{
    sg_sha256_free(tree->sha);
    tree->sha = NULL;
    free(tree->waiting);
    tree->waiting = NULL;
}

static uint64_t first_record(const struct sg_tile *tile)
{
    return tile->index << (SG_TILE_HEIGHT * ((unsigned)tile->level + 1));
}

static void note_missing(struct sg_log_tree *tree, const struct sg_tile *tile)
{
    if (first_record(tile) < tree->missing)
        tree->missing = first_record(tile);
}

/* What a tile of leaves says against what the records give names the record that was changed. */
static void note_differs(struct sg_log_tree *tree, const struct sg_tile *tile, const uint8_t *said)
{
    unsigned i = 0;
    if (tile->level != 0)
        return;
    while (memcmp(said + (size_t)i * SG_SHA256_SIZE, tree->hashes[0] + (size_t)i * SG_SHA256_SIZE,
                  SG_SHA256_SIZE) == 0)
        i++;
    if (first_record(tile) + i < tree->differs)
        tree->differs = first_record(tile) + i;
}

static enum scrubgate_status write_tile(struct sg_log_tree *tree, const struct sg_tile *tile,
                                        const uint8_t *hashes)
{
    enum scrubgate_status rc = sg_tile_file_write(tree->dir, tile, hashes);
    if (rc < 0)
        note_missing(tree, tile);
    return rc;
}

static enum scrubgate_status write_waiting(struct sg_log_tree *tree)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (size_t i = 0; i < tree->n_waiting; i++) {
        const struct sg_tile_waiting *one = &tree->waiting[i];
        enum scrubgate_status wrote = write_tile(tree, &one->tile, one->hashes);
        rc = rc < 0 ? rc : wrote;
    }
    tree->n_waiting = 0;
    return rc;
}

static void let_wait(struct sg_log_tree *tree, const struct sg_tile *tile, const uint8_t *hashes)
{
    struct sg_tile_waiting *one = &tree->waiting[tree->n_waiting++];
    one->tile = *tile;
    memcpy(one->hashes, hashes, SG_TILE_SIZE);
    if (tree->n_waiting == WAITING_MOST)
        (void)!write_waiting(tree);
}

static enum scrubgate_status settle_tile(struct sg_log_tree *tree, const struct sg_tile *tile)
{
    uint8_t said[SG_TILE_SIZE];
    const uint8_t *hashes = tree->hashes[tile->level];
    if (tree->writes && tile->width == SG_TILE_WIDTH) {
        let_wait(tree, tile, hashes);
        return SCRUBGATE_OK;
    }
    if (tree->writes)
        return write_tile(tree, tile, hashes);
    if (!sg_tile_file_read(tree->dir, tile, said)) {
        note_missing(tree, tile);
    } else if (memcmp(said, hashes, (size_t)tile->width * SG_SHA256_SIZE) != 0) {
        note_missing(tree, tile);
        note_differs(tree, tile, said);
    }
    return SCRUBGATE_OK;
}

/* Only levels of tiles are kept. A file that cannot be written does not stop the tree. */
static enum scrubgate_status take_node(void *ctx, unsigned level, uint64_t index,
                                       const struct sg_hash *hash)
{
    struct sg_log_tree *tree = ctx;
    const unsigned tier = level / SG_TILE_HEIGHT;
    if (level % SG_TILE_HEIGHT != 0)
        return SCRUBGATE_OK;
    memcpy(tree->hashes[tier] + (size_t)tree->n[tier] * SG_SHA256_SIZE, hash->bytes,
           SG_SHA256_SIZE);
    if (++tree->n[tier] < SG_TILE_WIDTH)
        return SCRUBGATE_OK;
    tree->n[tier] = 0;
    const struct sg_tile tile = {(int)tier, index / SG_TILE_WIDTH, SG_TILE_WIDTH};
    (void)!settle_tile(tree, &tile);
    return SCRUBGATE_OK;
}

enum scrubgate_status sg_log_tree_push(struct sg_log_tree *tree, const struct sg_hash *leaf)
{
    const uint64_t missing = tree->missing;
    enum scrubgate_status rc = sg_merkle_push(&tree->range, tree->sha, leaf, take_node, tree);
    if (rc >= 0 && tree->writes && tree->missing != missing)
        rc = SCRUBGATE_EIO;
    return rc;
}

enum scrubgate_status sg_log_tree_begin(struct sg_log_tree *tree, uint64_t size, sg_merkle_get *get,
                                        void *ctx)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    tree->n_waiting = 0;
    tree->range.size = size;
    for (unsigned level = 0; level < SG_MERKLE_LEVELS && rc >= 0; level++)
        if ((size >> level & 1) != 0)
            rc = get(ctx, level, (size >> level) - 1, &tree->range.peak[level]);
    for (unsigned tier = 0; tier < SG_TILE_LEVELS && rc >= 0; tier++) {
        const uint64_t there = size >> (SG_TILE_HEIGHT * tier);
        tree->n[tier] = (unsigned)(there % SG_TILE_WIDTH);
        for (unsigned i = 0; i < tree->n[tier] && rc >= 0; i++) {
            struct sg_hash hash;
            rc = get(ctx, SG_TILE_HEIGHT * tier, there - tree->n[tier] + i, &hash);
            if (rc >= 0)
                memcpy(tree->hashes[tier] + (size_t)i * SG_SHA256_SIZE, hash.bytes, SG_SHA256_SIZE);
        }
    }
    return rc;
}

enum scrubgate_status sg_log_tree_root(const struct sg_log_tree *tree, struct sg_hash *root)
{
    return sg_merkle_root(&tree->range, tree->sha, root);
}

enum scrubgate_status sg_log_tree_write_partial(struct sg_log_tree *tree)
{
    enum scrubgate_status rc = write_waiting(tree);
    for (unsigned tier = 0; tier < SG_TILE_LEVELS && rc >= 0; tier++) {
        const struct sg_tile tile = {(int)tier,
                                     tree->range.size >> (SG_TILE_HEIGHT * tier) >> SG_TILE_HEIGHT,
                                     tree->n[tier]};
        /* Those that are synced change with each 65,536th record only. */
        const bool settled = tree->writes && tier >= SG_TILE_KEPT &&
                             tile.index == tree->kept[tier].index &&
                             tile.width == tree->kept[tier].width;
        if (tile.width == 0 || settled)
            continue;
        rc = settle_tile(tree, &tile);
        if (rc >= 0 && tree->writes)
            tree->kept[tier] = tile;
    }
    return rc;
}

void sg_log_tree_remove_partial(const struct sg_log_tree *tree, uint64_t size)
{
    for (unsigned tier = 0; tier < SG_TILE_LEVELS; tier++) {
        const uint64_t old = size >> (SG_TILE_HEIGHT * tier);
        const struct sg_tile tile = {(int)tier, old / SG_TILE_WIDTH,
                                     (unsigned)(old % SG_TILE_WIDTH)};
        /* One that is the same in both trees is this one's too. */
        if (tile.width > 0 && old != tree->range.size >> (SG_TILE_HEIGHT * tier))
            sg_tile_file_remove(tree->dir, &tile);
    }
}
