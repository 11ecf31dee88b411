/* SPDX-License-Identifier: Apache-2.0 */
/*
 * witness_ask.h - take a log's checkpoint to a witness, and bring its cosignature back.
 *
 *     checkpoint, growth since what the witness has ──> POST add-checkpoint ──> cosignature,
 * verified
 *
 * For commands: it blocks, for as long as was said at most, twice when the witness has another size
 * than was thought.
 */
#ifndef SG_PROXY_WITNESS_ASK_H
#define SG_PROXY_WITNESS_ASK_H

#include <stdint.h>
#include <scrubgate/status.h>

#include "audit/checkpoint.h"
#include "audit/note.h"
#include "audit/reader.h"
#include "base/buf.h"
#include "base/bytes.h"

struct sg_witness_peer {
    const struct sg_note_key *key; /* of the witness */
    const char *url;               /* its submission prefix */
    const char *ca;                /* PEM: who vouches for it; NULL: the system's */
    uint64_t total_ns;             /* of one request */
};

/* What is to be cosigned. */
struct sg_witness_log {
    struct sg_reader *reader; /* whose tree has the checkpoint's size or more */
    const struct sg_checkpoint *checkpoint;
    struct sg_bytes text, note; /* of the checkpoint, and whole; verified */
};

/*
 * *old is the size that the witness is thought to have (0: none), and becomes the one it had. Adds
 * the cosignature's line to out. EIO: not reached, or it will not. EMALFORMED: what it answers is
 * no cosignature, or it has seen another log under this name; the fault says which.
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_witness_ask(const struct sg_witness_peer *witness,
                                                        const struct sg_witness_log *log,
                                                        uint64_t *old, struct sg_buf *out,
                                                        uint64_t *time,
                                                        struct scrubgate_fault *fault);

#endif
