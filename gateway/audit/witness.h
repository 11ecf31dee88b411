/* SPDX-License-Identifier: Apache-2.0 */
/*
 * witness.h - what is said between a log and a witness (C2SP tlog-witness, add-checkpoint).
 *
 *     old <size that the witness has>          200   - <name> <base64>      its cosignatures
 *     <base64 hash>, 63 at most                409   <size that it has>
 *     (an empty line)
 *     <signed checkpoint>
 *
 * Words only, no socket. Answers come from outside: nothing of them is kept but a cosignature that
 * holds under the witness's key.
 */
#ifndef SG_AUDIT_WITNESS_H
#define SG_AUDIT_WITNESS_H

#include <stdint.h>
#include <scrubgate/status.h>

#include "audit/merkle.h"
#include "audit/note.h"
#include "base/buf.h"
#include "base/bytes.h"

enum { SG_WITNESS_HASHES = 63, SG_WITNESS_ANSWER = 32 * 1024 };

/* Appends the request. ELIMIT: more hashes than a witness takes. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_witness_add_request(
    struct sg_buf *out, uint64_t old, const struct sg_merkle_proof *growth,
    struct sg_bytes checkpoint);

/* The body of a 409. EMALFORMED: no size and LF. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_witness_read_size(struct sg_bytes answer,
                                                              uint64_t *size);

/*
 * The body of a 200 to a checkpoint of that text: appends the line of the witness's cosignature,
 * with its LF, and tells its time (seconds since 1970). Lines of other keys are left out.
 * EMALFORMED: none is the witness's, one that says so does not hold, or these are no such lines.
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_witness_read_lines(struct sg_buf *out,
                                                               struct sg_bytes answer,
                                                               struct sg_bytes text,
                                                               const struct sg_note_key *witness,
                                                               uint64_t *time);

#endif
