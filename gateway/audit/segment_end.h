/* SPDX-License-Identifier: Apache-2.0 */
/*
 * segment_end.h - where a file of the audit log ends, and what a crash may have left there.
 *
 *     line LF line LF | zeros                     clean: the zeros were written ahead
 *     line LF line LF | half a line | zeros       torn
 *     line LF line LF | zeros | bytes | zeros     torn: a part of a write is there, another is not
 *
 * Zeros are written ahead of the lines, so whatever of a write did not reach the disk reads as
 * zeros: behind the first NUL there is no line any more.
 */
#ifndef SG_AUDIT_SEGMENT_END_H
#define SG_AUDIT_SEGMENT_END_H

#include <stdint.h>
#include <scrubgate/status.h>

#include "audit/segment.h"
#include "base/bytes.h"
#include "base/digest.h"

/* What a read found: whole records from the start up to end; what is no zero behind them ends at
 * used, and is torn; the file at size. */
struct sg_segment_end {
    uint64_t lines;
    uint64_t end, used, size;
};

/* What was moved into NNNNNN.torn. */
struct sg_segment_torn {
    uint64_t number, bytes;
    uint8_t digest[SG_SHA256_SIZE]; /* of those bytes */
};

/* Reads every line. EMALFORMED with its number for one that is no record in its place, unless it
 * is the last one, or something in it never reached the disk. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_segment_read(const struct sg_segment *segment, int fd,
                                                         struct sg_segment_end *end,
                                                         struct scrubgate_fault *fault);
/* Whether the line that ends at offset end is the record seq. EMALFORMED when not. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_segment_check_last(const struct sg_segment *segment,
                                                               int fd, uint64_t end, uint64_t seq,
                                                               struct scrubgate_fault *fault);
/* The same for a segment that must be full; a crash may have left the zeros behind its end. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_segment_check_full(const struct sg_segment *segment,
                                                               struct scrubgate_fault *fault);

/* Adds what is torn to NNNNNN.torn, durable, and cuts the file at its last record. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_segment_set_aside(const struct sg_segment *segment,
                                                              int fd,
                                                              const struct sg_segment_end *end,
                                                              struct sg_segment_torn *torn,
                                                              struct scrubgate_fault *fault);

/* OK when a line (without LF) is a record with that number, else EMALFORMED; ENOMEM: not known. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_segment_judge(struct sg_bytes line, uint64_t seq);

#endif
