/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify_derived.c - whether the tiles and indexes beside the records say what the records give.
 */
#include "audit/verify_derived.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/index.h"
#include "audit/journal.h"
#include "audit/tile.h"

enum { INDEX_SIZE = SG_JOURNAL_SEGMENT * SG_INDEX_ENTRY };

/* The tile of a level that is not full yet. */
struct tier {
    uint64_t index;
    unsigned first, end; /* hashes of it that the records gave */
    uint8_t hashes[SG_TILE_SIZE];
};

struct sg_derived {
    const struct sg_reader *reader;
    struct sg_derived_found found;
    struct tier tier[SG_TILE_LEVELS];
    uint64_t first; /* record of the index that grows */
    size_t len;     /* bytes of its entries, as the records give them */
    bool named;     /* it was found wrong */
    uint8_t own[INDEX_SIZE], said[INDEX_SIZE];
};

enum scrubgate_status sg_derived_new(struct sg_derived **derived, const struct sg_reader *reader)
{
    *derived = calloc(1, sizeof **derived);
    if (*derived == NULL)
        return SCRUBGATE_ENOMEM;
    (*derived)->reader = reader;
    return SCRUBGATE_OK;
}

void sg_derived_free(struct sg_derived *derived)
{
    free(derived);
}

const struct sg_derived_found *sg_derived_found(const struct sg_derived *derived)
{
    return &derived->found;
}

/* --- tiles --- */

static void name_tile(struct sg_derived *derived, const struct sg_tile *tile, bool missing)
{
    struct sg_buf path = {.ceiling = SG_DERIVED_NAME};
    if (derived->found.n++ == 0 && sg_tile_path(&path, tile) >= 0) {
        (void)sg_bytes_to_text(sg_buf_bytes(&path), derived->found.first, SG_DERIVED_NAME);
        derived->found.missing = missing;
    }
    sg_buf_fini(&path);
}

static void compare_tile(struct sg_derived *derived, unsigned level, unsigned width)
{
    const struct tier *tier = &derived->tier[level];
    const struct sg_tile tile = {(int)level, tier->index, width};
    const size_t at = (size_t)tier->first * SG_SHA256_SIZE;
    uint8_t said[SG_TILE_SIZE];
    const bool there = sg_reader_tile(derived->reader, &tile, said);
    /* A partial tile is gone as soon as there is a later one. */
    if (!there && width < SG_TILE_WIDTH)
        return;
    if (!there || memcmp(said + at, tier->hashes + at,
                         (size_t)(tier->end - tier->first) * SG_SHA256_SIZE) != 0)
        name_tile(derived, &tile, !there);
}

enum scrubgate_status sg_derived_node(void *ctx, unsigned level, uint64_t index,
                                      const struct sg_hash *hash)
{
    struct sg_derived *derived = ctx;
    if (level % SG_TILE_HEIGHT != 0)
        return SCRUBGATE_OK;
    struct tier *tier = &derived->tier[level / SG_TILE_HEIGHT];
    const unsigned at = index % SG_TILE_WIDTH;
    if (at == 0 || tier->end == 0) {
        tier->index = index / SG_TILE_WIDTH;
        tier->first = at;
    }
    memcpy(tier->hashes + (size_t)at * SG_SHA256_SIZE, hash->bytes, SG_SHA256_SIZE);
    tier->end = at + 1;
    if (tier->end == SG_TILE_WIDTH) {
        compare_tile(derived, level / SG_TILE_HEIGHT, SG_TILE_WIDTH);
        tier->end = 0;
    }
    return SCRUBGATE_OK;
}

void sg_derived_partial(struct sg_derived *derived, uint64_t size)
{
    for (unsigned level = 0; level < SG_TILE_LEVELS; level++) {
        const unsigned width = (unsigned)(size >> SG_TILE_HEIGHT * level) % SG_TILE_WIDTH;
        if (width > 0 && derived->tier[level].end == width)
            compare_tile(derived, level, width);
    }
}

/* --- index --- */

static void name_index(struct sg_derived *derived, bool missing)
{
    if (derived->named)
        return;
    derived->named = true;
    if (derived->found.n++ > 0)
        return;
    (void)snprintf(derived->found.first, SG_DERIVED_NAME, "log/%06" PRIu64 ".index",
                   derived->first / SG_JOURNAL_SEGMENT);
    derived->found.missing = missing;
}

/* That of the last segment may be behind while it is written; that of a full one may not. */
static void compare_index(struct sg_derived *derived)
{
    const size_t want = derived->len;
    const size_t have = sg_reader_index(derived->reader, derived->first, derived->said, want);
    const bool full =
        (derived->first + want / SG_INDEX_ENTRY) % SG_JOURNAL_SEGMENT == 0 && want > 0;
    if (memcmp(derived->said, derived->own, have - have % SG_INDEX_ENTRY) != 0)
        name_index(derived, false);
    else if (full && have < want)
        name_index(derived, have == 0);
}

void sg_derived_record(struct sg_derived *derived, uint64_t seq, uint64_t offset)
{
    if (seq % SG_JOURNAL_SEGMENT == 0 || derived->len == 0) {
        derived->len = 0;
        derived->first = seq;
        derived->named = false;
    }
    sg_index_put(derived->own + derived->len, offset);
    derived->len += SG_INDEX_ENTRY;
    if ((seq + 1) % SG_JOURNAL_SEGMENT == 0)
        compare_index(derived);
}

void sg_derived_pause(struct sg_derived *derived)
{
    if (derived->len > 0)
        compare_index(derived);
}
