/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_tile.c - any bytes as a tile's path, and as numbers that ask for a tile.
 *
 * A path that is read is the one that would be written, and stays below tile/; the tile of a node
 * holds all of it, and its path leads back to it; joining hashes is the tree over them.
 */
#include <stdint.h>

#include "audit/tile.h"
#include "signed_log.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_there_and_back(const struct sg_tile *tile)
{
    struct sg_buf path = {0};
    struct sg_tile again;
    require(sg_tile_path(&path, tile) >= 0, "a tile has a path");
    require(sg_tile_read_path(&again, sg_buf_bytes(&path)) >= 0 && again.level == tile->level &&
                again.index == tile->index && again.width == tile->width,
            "the path of a tile is that tile's");
    sg_buf_fini(&path);
}

static void check_path(struct sg_bytes bytes)
{
    struct sg_tile tile;
    struct sg_buf path = {0};
    if (sg_tile_read_path(&tile, bytes) < 0)
        return;
    require(tile.level >= SG_TILE_ENTRIES && tile.level < SG_TILE_LEVELS && tile.width > 0 &&
                tile.width <= SG_TILE_WIDTH,
            "a tile that is read is one");
    require(sg_bytes_start_with(bytes, SG_BYTES("tile/")), "it is below tile/");
    for (size_t i = 0; i + 1 < bytes.len; i++)
        require(bytes.data[i] != '.' || bytes.data[i + 1] == 'p', "no way leads up");
    require(sg_tile_path(&path, &tile) >= 0 && sg_bytes_equal(sg_buf_bytes(&path), bytes),
            "a path has one way to be written");
    sg_buf_fini(&path);
}

static uint64_t take(struct sg_bytes *bytes)
{
    uint64_t value = 0;
    for (size_t i = 0; i < sizeof value && bytes->len > 0; i++, bytes->data++, bytes->len--)
        value = value << 8 | *bytes->data;
    return value;
}

static void check_node(struct sg_bytes bytes)
{
    const unsigned level = (unsigned)(take(&bytes) % (SG_TILE_LEVELS * SG_TILE_HEIGHT));
    const uint64_t size = take(&bytes);
    struct sg_tile tile;
    unsigned first, count;
    /* A node of the tree, so that not all are beyond it. */
    const uint64_t nodes = size >> level, index = nodes == 0 ? 0 : take(&bytes) % nodes;
    if (nodes == 0)
        return;
    require(sg_tile_of_node(&tile, level, index, size, &first, &count),
            "every whole node of a tree has a tile");
    require(count == 1u << level % SG_TILE_HEIGHT && first % count == 0 &&
                first + count <= tile.width && tile.width <= SG_TILE_WIDTH,
            "which holds all of it");
    /* What the tile's place in the tree says about the node's. */
    require((tile.index * SG_TILE_WIDTH + first) >> level % SG_TILE_HEIGHT == index,
            "and is where it says");
    check_there_and_back(&tile);
}

static void check_join(struct sg_bytes bytes)
{
    const struct signed_log *log = signed_log();
    struct sg_sha256 *sha = NULL;
    struct sg_hash joined, root;
    uint8_t hashes[SIGNED_LINES * SG_SHA256_SIZE];
    uint64_t size = SIGNED_LINES;
    const unsigned count = 1u << (bytes.len > 0 ? bytes.data[0] % 5 : 0);
    require(sg_sha256_new(&sha) >= 0, "memory");
    for (size_t i = 0; i < count; i++)
        memcpy(hashes + i * SG_SHA256_SIZE, log->leaf[i].bytes, SG_SHA256_SIZE);
    require(sg_tile_join(hashes, count, sha, &joined) >= 0 &&
                sg_merkle_root_of(0, count, sha, signed_node, &size, &root) >= 0 &&
                sg_hash_equal(&joined, &root) && sg_hash_equal(&joined, &log->root[count]),
            "joined hashes are the root over them");
    sg_sha256_free(sha);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct sg_bytes bytes = {data, size};
    check_path(bytes);
    check_node(bytes);
    check_join(bytes);
    return 0;
}
