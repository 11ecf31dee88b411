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
    uint64_t segment; /* whose index is held; UINT64_MAX: none */
    uint64_t from;    /* the first of its records that is compared */
    size_t held;      /* bytes of its index */
    bool named;       /* it was found wrong */
    uint8_t entries[INDEX_SIZE];
};

enum scrubgate_status sg_derived_new(struct sg_derived **derived, const struct sg_reader *reader)
{
    *derived = calloc(1, sizeof **derived);
    if (*derived == NULL)
        return SCRUBGATE_ENOMEM;
    (*derived)->reader = reader;
    (*derived)->segment = UINT64_MAX;
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
                   derived->segment);
    derived->found.missing = missing;
}

static void hold_index(struct sg_derived *derived, uint64_t seq)
{
    derived->segment = seq / SG_JOURNAL_SEGMENT;
    derived->from = seq;
    derived->named = false;
    derived->held = sg_reader_index(derived->reader, seq, derived->entries,
                                    INDEX_SIZE - seq % SG_JOURNAL_SEGMENT * SG_INDEX_ENTRY);
}

void sg_derived_record(struct sg_derived *derived, uint64_t seq, uint64_t offset)
{
    if (seq / SG_JOURNAL_SEGMENT != derived->segment)
        hold_index(derived, seq);
    const size_t at = (size_t)(seq - derived->from) * SG_INDEX_ENTRY;
    /* That of the last segment is behind while it is written: only a full one's may not be. */
    if (at + SG_INDEX_ENTRY <= derived->held) {
        if (sg_index_offset(derived->entries + at) != offset)
            name_index(derived, false);
    } else if ((seq + 1) % SG_JOURNAL_SEGMENT == 0) {
        name_index(derived, derived->held == 0);
    }
}
