/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scratch.h - one thread's working memory for scanning.
 */
#ifndef SG_SCAN_SCRATCH_H
#define SG_SCAN_SCRATCH_H

#include <scrubgate/ruleset.h>

#include "base/buf.h"
#include "base/digest.h"
#include "rule/pattern.h"
#include "scan/engine.h"

struct sg_rig;
struct sg_scanner;

enum { SG_SCRATCH_SPARES = 4, SG_SCRATCH_KEYS = 2 };

/* What comes of a key; hmac NULL: none. */
struct sg_scratch_keyed {
    struct sg_hmac *hmac; /* for SG_FINGERPRINT_LABEL */
    uint64_t seed;        /* of content fingerprints */
    uint8_t key[SG_KEY_SIZE];
};

struct scrubgate_scratch {
    struct sg_matcher *matcher;
    struct sg_sweep *sweep;                         /* for the sweep engine */
    struct sg_scratch_keyed keyed[SG_SCRATCH_KEYS]; /* the last one first */
    uint64_t messages;           /* scanned so far: picks those that are checked */
    struct sg_buf spare, normal; /* for fingerprints; wiped after each use */
    /* Scanners whose message has ended, and what values were scanned with, the last one last. The
     * next message takes one: its memory is at hand, and mostly so are its rules. */
    struct sg_scanner *idle[SG_SCRATCH_SPARES];
    size_t n_idle;
    struct sg_rig *rigs[SG_SCRATCH_SPARES];
    size_t n_rigs;
};

/* What comes of a key; good until the call after the next. Cheap when the key is one of the last
 * two: streams of both take turns while a key is replaced. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_scratch_key(struct scrubgate_scratch *scratch,
                                                        const uint8_t key[SG_KEY_SIZE],
                                                        const struct sg_scratch_keyed **keyed);

#endif
