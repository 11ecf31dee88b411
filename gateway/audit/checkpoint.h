/* SPDX-License-Identifier: Apache-2.0 */
/*
 * checkpoint.h - what a log commits to: its name, its size, its root (C2SP tlog-checkpoint).
 *
 *     <origin> LF <size> LF <base64 root> LF
 */
#ifndef SG_AUDIT_CHECKPOINT_H
#define SG_AUDIT_CHECKPOINT_H

#include <stdint.h>
#include <scrubgate/status.h>

#include "audit/merkle.h"
#include "audit/note.h"
#include "base/buf.h"

struct sg_checkpoint {
    struct sg_bytes origin; /* borrowed */
    uint64_t size;
    struct sg_hash root;
};

/* The text of a note; lines behind the three are allowed, and left alone. EMALFORMED: a size that
 * is no plain number, a root that is no hash. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_checkpoint_read(struct sg_checkpoint *checkpoint,
                                                            struct sg_bytes text);
/* Appends the whole signed note. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_checkpoint_add(struct sg_buf *out,
                                                           const struct sg_checkpoint *checkpoint,
                                                           const struct sg_note_key *key,
                                                           struct sg_signer *signer);
/* Reads a signed checkpoint whose origin is the key's name, and verifies it. note may be NULL. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_checkpoint_open(struct sg_checkpoint *checkpoint,
                                                            struct sg_note *note,
                                                            struct sg_bytes bytes,
                                                            const struct sg_note_key *key);

#endif
