/* SPDX-License-Identifier: Apache-2.0 */
/*
 * segment.h - one file of the audit log: read through, checked at its end, cut.
 *
 * folder is the descriptor of the log's folder and path its name, for faults.
 */
#ifndef SG_AUDIT_SEGMENT_H
#define SG_AUDIT_SEGMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "audit/record.h"
#include "base/bytes.h"

/* A record with the {"seq":N, before it; without its LF. */
enum { SG_SEGMENT_LINE_MOST = SG_RECORD_LONGEST + 32 };

struct sg_segment {
    int folder;
    const char *path;
    uint64_t number;
};

/* What a read found: whole records from the start, and where they end. size > end: what follows is
 * one torn line. */
struct sg_segment_end {
    uint64_t lines;
    uint64_t end, size;
};

/* Finds how many segments there are: 000000 … without a gap, or EMALFORMED. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_segment_count(int folder, const char *path,
                                                          uint64_t *count,
                                                          struct scrubgate_fault *fault);

/* Opens its file to write (and makes it, which must then be new). EIO; *fd is -1. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_segment_open(const struct sg_segment *segment,
                                                         bool make, int *fd,
                                                         struct scrubgate_fault *fault);
/* Removes its file, if it is still there, and makes that durable. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_segment_remove(const struct sg_segment *segment,
                                                           struct scrubgate_fault *fault);

/* Reads every line. EMALFORMED with its number for one that is no record in its place, unless it
 * is the last one. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_segment_read(const struct sg_segment *segment, int fd,
                                                         struct sg_segment_end *end,
                                                         struct scrubgate_fault *fault);
/* Whether the line that ends at offset end is the record seq. EMALFORMED when not. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_segment_check_last(const struct sg_segment *segment,
                                                               int fd, uint64_t end, uint64_t seq,
                                                               struct scrubgate_fault *fault);
/* The same for a segment that must be full. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_segment_check_full(const struct sg_segment *segment,
                                                               struct scrubgate_fault *fault);

/* Adds what lies behind end to NNNNNN.torn, durable, and cuts it off. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_segment_set_aside(const struct sg_segment *segment,
                                                              int fd,
                                                              const struct sg_segment_end *end,
                                                              struct scrubgate_fault *fault);
/* Cuts the file to that size, durable. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_segment_cut(const struct sg_segment *segment, int fd,
                                                        uint64_t size,
                                                        struct scrubgate_fault *fault);
/* Writes all of text at offset and makes it durable. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_segment_write(const struct sg_segment *segment, int fd,
                                                          struct sg_bytes text, uint64_t offset,
                                                          struct scrubgate_fault *fault);

/* OK when a line (without LF) is a record with that number, else EMALFORMED; ENOMEM: not known. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_segment_judge(struct sg_bytes line, uint64_t seq);

#endif
