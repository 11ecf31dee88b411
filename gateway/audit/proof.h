/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proof.h - that a record is in a log, in a file that says it all (C2SP tlog-proof).
 *
 *     c2sp.org/tlog-proof@v1
 *     extra <base64>                 (may be absent)
 *     index <n>
 *     <base64 hash>                  from the leaf's side to the root's
 *     (an empty line)
 *     <signed checkpoint>
 */
#ifndef SG_AUDIT_PROOF_H
#define SG_AUDIT_PROOF_H

#include <stdint.h>
#include <scrubgate/status.h>

#include "audit/checkpoint.h"
#include "audit/merkle.h"
#include "base/buf.h"
#include "base/bytes.h"

struct sg_proof {
    uint64_t index;
    struct sg_bytes extra;      /* base64, as it stands; borrowed */
    struct sg_bytes checkpoint; /* the signed note; borrowed */
    struct sg_merkle_proof path;
};

SCRUBGATE_MUST_USE enum scrubgate_status sg_proof_add(struct sg_buf *out, uint64_t index,
                                                      const struct sg_merkle_proof *path,
                                                      struct sg_bytes checkpoint);
/* EMALFORMED: no proof file. Nothing is verified yet. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_proof_read(struct sg_proof *proof,
                                                       struct sg_bytes bytes);
/* That entry is record `index` of the tree that the checkpoint commits to, which has been verified
 * by its signatures. EMALFORMED: it is not. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_proof_verify(const struct sg_proof *proof,
                                                         const struct sg_checkpoint *checkpoint,
                                                         struct sg_bytes entry,
                                                         struct sg_sha256 *sha);

#endif
