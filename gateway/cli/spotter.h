/* SPDX-License-Identifier: Apache-2.0 */
/*
 * spotter.h - what is found in a text, without its being changed.
 */
#ifndef SG_CLI_SPOTTER_H
#define SG_CLI_SPOTTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/stream.h>

#include "base/bytes.h"
#include "rule/ruleset.h"
#include "scan/finding.h"

/* The findings of one text, in order of start, with its byte offsets; the next takes their place.
 */
struct sg_spots {
    const struct scrubgate_ruleset *set;
    struct sg_finding *list; /* rule, start, end, level, contextual */
    size_t n, cap;
    bool failed;    /* out of memory */
    bool *excluded; /* by number of exclusion: whether it ever kept its rule from a value; NULL: not
                       noted. The caller's */
};

/* Scans a text of that media type. base: level, direction, channel, engine, memory. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_spots_take(struct sg_spots *spots,
                                                       struct scrubgate_scratch *scratch,
                                                       const struct scrubgate_stream_config *base,
                                                       const char *type, struct sg_bytes text);
void sg_spots_fini(struct sg_spots *spots);

/* A run of findings each of which shares a byte with the run before it: what is masked as one. */
struct sg_spot {
    uint64_t start, end;
    const struct sg_finding *best; /* names it */
};

/* The spot that begins with finding *at, which moves behind it; false at the end. */
bool sg_spots_next(const struct sg_spots *spots, size_t *at, struct sg_spot *spot);

/* Code points before a byte offset of a text, counted on from the last one asked for. */
struct sg_points {
    struct sg_bytes text;
    uint64_t at, points;
};
uint64_t sg_points_before(struct sg_points *points, uint64_t offset);

#endif
