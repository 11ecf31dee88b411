/* SPDX-License-Identifier: Apache-2.0 */
/*
 * walk.h - read the records of a log one after the other, also while they are written.
 *
 *     NNNNNN.ndjson: line LF line LF ... | the end of the file, a NUL, or a line without its LF
 *
 * The file being filled may be longer than what was written to it: zeros lie ahead. A walk changes
 * nothing and needs no lock.
 */
#ifndef SG_AUDIT_WALK_H
#define SG_AUDIT_WALK_H

#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/bytes.h"

struct sg_walk {
    int folder;       /* of the segments; borrowed */
    const char *path; /* its name, for faults; borrowed */
    int fd;           /* of the segment of seq; -1: not open */
    uint64_t seq;     /* of the next record */
    uint64_t offset;  /* in its segment */
    uint8_t *held;    /* what was read ahead, from offset on: */
    size_t at, end;
    size_t zero; /* where its first NUL is, or end */
};

SCRUBGATE_MUST_USE enum scrubgate_status sg_walk_init(struct sg_walk *walk, int folder,
                                                      const char *path,
                                                      struct scrubgate_fault *fault);
void sg_walk_fini(struct sg_walk *walk);

/*
 * OK: *record is the next record's line without LF, good until the next call, and *seq its number.
 * DONE: there is none yet; a later call looks again. EMALFORMED: what stands there is not that
 * record (the fault names file and line), and every later call says so. That a line is JSON, and
 * what it says, is not judged.
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_walk_next(struct sg_walk *walk, struct sg_bytes *record,
                                                      uint64_t *seq, struct scrubgate_fault *fault);
/* The next record will be seq: by the index where it tells the truth, else line by line. DONE:
 * there is none yet, and the walk stands where it should be or at the end before. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_walk_seek(struct sg_walk *walk, uint64_t seq,
                                                      struct scrubgate_fault *fault);
/* Names the file and line of record seq in a fault. */
void sg_walk_tell(const char *path, uint64_t seq, const char *what, struct scrubgate_fault *fault);

#endif
