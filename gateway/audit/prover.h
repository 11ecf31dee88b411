/* SPDX-License-Identifier: Apache-2.0 */
/*
 * prover.h - proofs of single records, for someone who has neither the log nor us.
 *
 * One prover makes many: from tiles, so that a proof costs no more in a log of millions of records.
 */
#ifndef SG_AUDIT_PROVER_H
#define SG_AUDIT_PROVER_H

#include <stdbool.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/buf.h"

struct sg_prover;

/* Against the log's checkpoint, or (witnessed) the one that witnesses have cosigned. Its signatures
 * are not looked at. EMALFORMED: there is none, or it is none. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_prover_open(struct sg_prover **prover, const char *dir,
                                                        bool witnessed,
                                                        struct scrubgate_fault *fault);
void sg_prover_close(struct sg_prover *prover); /* NULL is fine */
/* Records that can be proven. */
uint64_t sg_prover_size(const struct sg_prover *prover);
/*
 * Appends the proof file of record index, and the record. The proof has been tried: it leads from
 * the record to the checkpoint's root. EINVAL: the checkpoint does not reach that far; EMALFORMED:
 * the log is not what its checkpoint says.
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_prover_prove(struct sg_prover *prover, uint64_t index,
                                                         struct sg_buf *proof,
                                                         struct sg_buf *record,
                                                         struct scrubgate_fault *fault);
/* Opens, proves one against the log's checkpoint, and closes. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_prove_record(const char *dir, uint64_t index,
                                                         struct sg_buf *proof,
                                                         struct sg_buf *record,
                                                         struct scrubgate_fault *fault);

#endif
