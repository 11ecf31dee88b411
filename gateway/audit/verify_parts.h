/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify_parts.h - what the parts of a check share: verify.c, verify_seal.c, verify_witness.c.
 */
#ifndef SG_AUDIT_VERIFY_PARTS_H
#define SG_AUDIT_VERIFY_PARTS_H

#include "audit/checkpoint.h"
#include "audit/line.h"
#include "audit/mould.h"
#include "audit/seal.h"
#include "audit/verify.h"

enum { SG_VERIFY_BOOT = 40, SG_VERIFY_CLOCKS = 2 };

/* The newest monotonic time that records of one start said. Two gateways may write in turns while
 * one takes over from the other. */
struct sg_verify_clock {
    char boot[SG_VERIFY_BOOT]; /* "": none */
    uint64_t newest;
    uint64_t seal_mono, seal_time; /* of its last seal; 0: none */
};

struct sg_verify {
    struct sg_verify_config config;
    struct sg_verify_result result;
    struct sg_checkpoint checkpoint;
    struct sg_verify_known witnessed; /* what the witnesses saw; where has_witnessed is true */
    struct sg_sha256 *sha;
    struct sg_moulds *moulds;
    struct sg_merkle_range range;
    struct sg_seal_key seal_key;
    struct sg_verify_clock clocks[SG_VERIFY_CLOCKS]; /* the last used one first */
    uint64_t good;        /* records up to the last root that fitted: what is wrong is behind */
    uint64_t signed_time; /* of the last record that is signed, of the last that is sealed */
    uint64_t sealed_time;
    struct sg_hash removed_root; /* of the records that are gone, where start is their number */
    uint64_t removal_time;       /* of the record that says that they are; 0: not known */
    uint64_t begun;              /* time of the last record when the check first paused; 0: never */
    size_t known_before;         /* checkpoints that were compared, of fewer records than start */
    bool sealed_any;             /* a seal was read */
    bool key_judged;             /* the gateway's own */
    bool stopped;
};

void sg_verify_add_trouble(struct sg_verify *verify, enum sg_verify_what what, uint64_t from,
                           uint64_t seq);
/* One that cannot be followed by a good record: DONE. */
enum scrubgate_status sg_verify_stop(struct sg_verify *verify, enum sg_verify_what what,
                                     uint64_t from, uint64_t seq);
/* Compares the tree as it is now with a root; *fits. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_verify_check_root(struct sg_verify *verify,
                                                              const struct sg_hash *root,
                                                              bool *fits);

/* The seal that stands at the tree's end. OK, or DONE with a trouble. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_verify_take_seal(struct sg_verify *verify,
                                                             const struct sg_line *line);
/* When a record was made, for the seal behind it. */
void sg_verify_note_time(struct sg_verify *verify, const struct sg_line *line);
/* Whether the gateway's own key is the one behind the last seal; may_come: a seal may follow that
 * is not signed yet. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_verify_check_seal_key(struct sg_verify *verify,
                                                                  bool may_come);

/* Finds what the witnesses have seen, and whether they are enough. ENOMEM. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_verify_open_witnessed(struct sg_verify *verify);
/* At the end: whether it is too old for who asked. */
void sg_verify_check_age(struct sg_verify *verify);

#endif
