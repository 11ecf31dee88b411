/* SPDX-License-Identifier: Apache-2.0 */
/*
 * segment.h - one file of the audit log: made, written, zeroed ahead, cut.
 *
 *     line LF line LF ... | zeros, where lines will come | end of the file
 *
 * A write where zeros stand already changes nothing but the bytes: its fdatasync has no metadata
 * to commit, which doubles what a disk can do. folder is the descriptor of the log's folder and
 * path its name, for faults.
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

/* Finds how many segments there are, with those before `first`, which may be there or not: from it
 * on without a gap, or EMALFORMED. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_segment_count(int folder, const char *path,
                                                          uint64_t first, uint64_t *count,
                                                          struct scrubgate_fault *fault);

/* Opens its file to write (and makes it, which must then be new). EIO; *fd is -1. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_segment_open(const struct sg_segment *segment,
                                                         bool make, int *fd,
                                                         struct scrubgate_fault *fault);
/* Removes its file, if it is still there, and makes that durable. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_segment_remove(const struct sg_segment *segment,
                                                           struct scrubgate_fault *fault);

/* Cuts the file to that size, durable. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_segment_cut(const struct sg_segment *segment, int fd,
                                                        uint64_t size,
                                                        struct scrubgate_fault *fault);
/* Writes all of text at offset, and has the disk begin with it. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_segment_write(const struct sg_segment *segment, int fd,
                                                          struct sg_bytes text, uint64_t offset,
                                                          struct scrubgate_fault *fault);
/* Makes all that was written durable. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_segment_sync(const struct sg_segment *segment, int fd,
                                                         struct scrubgate_fault *fault);
/* Writes zeros from `from`, at or behind which the file ends, up to `to`; not synced. Returns where
 * they end: from when there was no room for them. */
uint64_t sg_segment_fill(int fd, uint64_t from, uint64_t to);

/* For who works on its files: NNNNNN and that suffix; and a fault that names file and line. */
enum { SG_SEGMENT_NAME = 40 };
void sg_segment_name(uint64_t number, const char *suffix, char name[SG_SEGMENT_NAME]);
enum scrubgate_status sg_segment_fail(const struct sg_segment *segment, uint64_t line,
                                      enum scrubgate_status rc, struct scrubgate_fault *fault,
                                      const char *what, const char *why);
/* The same, of errno. */
enum scrubgate_status sg_segment_fail_errno(const struct sg_segment *segment,
                                            struct scrubgate_fault *fault, const char *what);
/* Makes a change of names in the folder durable. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_segment_sync_folder(const struct sg_segment *segment,
                                                                struct scrubgate_fault *fault);
/* Writes all of it there. False: errno says why. */
bool sg_segment_put(int fd, struct sg_bytes text, uint64_t offset);

#endif
