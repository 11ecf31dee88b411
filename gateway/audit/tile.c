/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tile.c - where the hashes and entries of a tree stand (C2SP tlog-tiles).
 */
#include "audit/tile.h"

#include <string.h>

enum { GROUPS = 7 }; /* of three digits: enough for 2^64 */

enum scrubgate_status sg_tile_path(struct sg_buf *out, const struct sg_tile *tile)
{
    unsigned group[GROUPS], n = 0;
    uint64_t rest = tile->index;
    enum scrubgate_status rc = tile->level == SG_TILE_ENTRIES
                                   ? sg_buf_add_text(out, "tile/entries")
                                   : sg_buf_addf(out, "tile/%d", tile->level);
    do {
        group[n++] = (unsigned)(rest % 1000);
        rest /= 1000;
    } while (rest > 0);
    while (n > 0 && rc >= 0) {
        n--;
        rc = sg_buf_addf(out, "/%s%03u", n > 0 ? "x" : "", group[n]);
    }
    if (rc >= 0 && tile->width < SG_TILE_WIDTH)
        rc = sg_buf_addf(out, ".p/%u", tile->width);
    return rc;
}

/* Takes the path apart without judging; what comes out is written again and compared. */
static bool take_apart(struct sg_tile *tile, struct sg_bytes path)
{
    static const char start[] = "tile/entries/";
    size_t at = 5;
    if (sg_bytes_start_with(path, SG_BYTES("tile/entries/"))) {
        tile->level = SG_TILE_ENTRIES;
        at = sizeof start - 1;
    } else if (path.len > 6 && sg_is_digit(path.data[5])) {
        tile->level = path.data[5] - '0';
        at = 7;
    } else {
        return false;
    }
    tile->index = 0;
    tile->width = SG_TILE_WIDTH;
    for (; at < path.len && path.data[at] != '.'; at++) {
        if (!sg_is_digit(path.data[at]))
            continue;
        if (tile->index > UINT64_MAX / 10 - 10)
            return false;
        tile->index = tile->index * 10 + (uint64_t)(path.data[at] - '0');
    }
    if (at < path.len) {
        uint64_t width = 0;
        if (path.len - at < 4 ||
            !sg_bytes_to_u64((struct sg_bytes){path.data + at + 3, path.len - at - 3}, &width) ||
            width == 0 || width >= SG_TILE_WIDTH)
            return false;
        tile->width = (unsigned)width;
    }
    return tile->level < SG_TILE_LEVELS;
}

enum scrubgate_status sg_tile_read_path(struct sg_tile *tile, struct sg_bytes path)
{
    struct sg_buf again = {.ceiling = 256};
    enum scrubgate_status rc = SCRUBGATE_EMALFORMED;
    if (take_apart(tile, path)) {
        rc = sg_tile_path(&again, tile);
        if (rc >= 0 && !sg_bytes_equal(sg_buf_bytes(&again), path))
            rc = SCRUBGATE_EMALFORMED;
    }
    sg_buf_fini(&again);
    return rc;
}

bool sg_tile_in(struct sg_tile *tile, int level, uint64_t index, uint64_t size)
{
    unsigned shift = level < 0 ? 0 : SG_TILE_HEIGHT * (unsigned)level;
    uint64_t hashes = shift < 64 ? size >> shift : 0;
    uint64_t full = hashes / SG_TILE_WIDTH;
    *tile = (struct sg_tile){level, index, SG_TILE_WIDTH};
    if (index < full)
        return true;
    tile->width = (unsigned)(hashes % SG_TILE_WIDTH);
    return index == full && tile->width > 0;
}

bool sg_tile_of_node(struct sg_tile *tile, unsigned level, uint64_t index, uint64_t size,
                     unsigned *first, unsigned *count)
{
    unsigned above = level % SG_TILE_HEIGHT;
    uint64_t start = index << above;
    *count = 1u << above;
    *first = (unsigned)(start % SG_TILE_WIDTH);
    return sg_tile_in(tile, (int)(level / SG_TILE_HEIGHT), start / SG_TILE_WIDTH, size) &&
           *first + *count <= tile->width;
}

enum scrubgate_status sg_tile_join(const uint8_t *hashes, unsigned count, struct sg_sha256 *sha,
                                   struct sg_hash *out)
{
    struct sg_merkle_range range = {.size = 0};
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (unsigned i = 0; i < count && rc >= 0; i++) {
        struct sg_hash hash;
        memcpy(hash.bytes, hashes + (size_t)i * SG_SHA256_SIZE, SG_SHA256_SIZE);
        rc = sg_merkle_push(&range, sha, &hash, NULL, NULL);
    }
    return rc < 0 ? rc : sg_merkle_root(&range, sha, out);
}
