/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tile.h - where the hashes and entries of a tree stand (C2SP tlog-tiles).
 *
 * tile/<L>/<N> holds 256 hashes: of leaves for level 0, of full tiles one level below else; a tile
 * that is not full is tile/<L>/<N>.p/<W>. tile/entries/<N> holds 256 entries, each with two bytes
 * of length before it. N is written in groups of three digits, all but the last after an x.
 */
#ifndef SG_AUDIT_TILE_H
#define SG_AUDIT_TILE_H

#include <stdbool.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "audit/merkle.h"
#include "base/buf.h"
#include "base/bytes.h"

enum {
    SG_TILE_WIDTH = 256,
    SG_TILE_HEIGHT = 8, /* levels of the tree that one tile spans */
    SG_TILE_SIZE = SG_TILE_WIDTH * SG_SHA256_SIZE,
    SG_TILE_LEVELS = 8,
    SG_TILE_ENTRIES = -1 /* as a level: the entries themselves */
};

struct sg_tile {
    int level; /* 0 to 7, or SG_TILE_ENTRIES */
    uint64_t index;
    unsigned width; /* 1 to 256 */
};

/* "tile/0/x001/x234/067.p/12". */
SCRUBGATE_MUST_USE enum scrubgate_status sg_tile_path(struct sg_buf *out,
                                                      const struct sg_tile *tile);
/* EMALFORMED: no such path, or one that is written in another way than sg_tile_path does. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_tile_read_path(struct sg_tile *tile,
                                                           struct sg_bytes path);
/* The tile of that level and index in a tree of that size, with its width. False: there is none. */
bool sg_tile_in(struct sg_tile *tile, int level, uint64_t index, uint64_t size);
/* The tile, and the place in it, from which the node of a level of the tree is made: the node joins
 * *count hashes from *first on. size is the tree's. */
bool sg_tile_of_node(struct sg_tile *tile, unsigned level, uint64_t index, uint64_t size,
                     unsigned *first, unsigned *count);
/* Joins count hashes, a power of two, to their root. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_tile_join(const uint8_t *hashes, unsigned count,
                                                      struct sg_sha256 *sha, struct sg_hash *out);

#endif
