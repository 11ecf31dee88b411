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

enum { SG_SCRATCH_SPARES = 4 };

struct scrubgate_scratch {
    struct sg_matcher *matcher;
    struct sg_hmac *hmac; /* keyed with key, for SG_FINGERPRINT_LABEL; NULL: none yet */
    uint8_t key[SG_KEY_SIZE];
    struct sg_sweep *sweep;      /* for the sweep engine */
    uint64_t seed;               /* of content fingerprints, from the same key */
    uint64_t messages;           /* scanned so far: picks those that are checked */
    struct sg_buf spare, normal; /* for fingerprints; wiped after each use */
    /* Scanners whose message has ended, and what values were scanned with, the last one last. The
     * next message takes one: its memory is at hand, and mostly so are its rules. */
    struct sg_scanner *idle[SG_SCRATCH_SPARES];
    size_t n_idle;
    struct sg_rig *rigs[SG_SCRATCH_SPARES];
    size_t n_rigs;
};

/* Makes hmac and seed those of the key. Cheap when it is the one of the last call. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_scratch_key(struct scrubgate_scratch *scratch,
                                                        const uint8_t key[SG_KEY_SIZE]);

#endif
