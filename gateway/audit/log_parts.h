/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log_parts.h - what a log is made of; for its own files only.
 *
 *     log.c           opening, appending, changing hands, what time asks for
 *     log_recover.c   the tree of a log that was there before
 *     log_sign.c      checkpoints and seals
 *     log_space.c     the disk below it
 */
#ifndef SG_AUDIT_LOG_PARTS_H
#define SG_AUDIT_LOG_PARTS_H

#include "audit/log.h"
#include "audit/merkle.h"
#include "audit/log_tree.h"
#include "base/buf.h"

struct sg_log {
    char *dir, *path; /* path: of the folder of segments, for faults */
    int folder, segments;
    struct sg_journal *journal;
    bool signs;
    struct sg_log_keys keys;
    const struct sg_record_source *source;
    uint64_t checkpoint_ns, epoch_ns;
    struct sg_log_tree tree; /* of the durable records, as soon as grow has run */
    bool lost;               /* it is not: make it anew */
    uint64_t offset;         /* in its segment, of the record that comes next into the tree */
    struct sg_buf index;     /* entries that are not written yet */
    bool has_checkpoint;
    uint64_t signed_size;
    struct sg_hash signed_root;
    uint64_t changed_ns; /* when a record came that no checkpoint has; 0: none */
    uint64_t sealed_ns;  /* when the last epoch ended */
    uint64_t retry_ns;   /* not before then; 0: nothing failed */
    uint64_t tended;     /* durable records when its space was looked after */
    uint64_t fill_ns;    /* zeros are not written before then */
    bool unsaved;        /* the seal key in memory is later than the file's */
};

/* --- log_recover.c --- */

/* Reads the signed checkpoint into the log. EMALFORMED, EIO. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_log_read_checkpoint(struct sg_log *log,
                                                                struct scrubgate_fault *fault);
/* Makes tree, tiles and index from what is on disk. whole: all that can be looked at in a moment is
 * looked at, not only what the checkpoint does not have. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_log_recover(struct sg_log *log, bool whole,
                                                        struct scrubgate_fault *fault);
/* Brings seal key and log together after a crash between the two. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_log_match_seals(struct sg_log *log,
                                                            struct scrubgate_fault *fault);

/* --- log.c --- */

/* Writes the entries of the index that wait. */
void sg_log_write_index(struct sg_log *log);
/* Takes what was committed into the tree. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_log_grow(struct sg_log *log,
                                                     struct scrubgate_fault *fault);

/* --- log_sign.c --- */

SCRUBGATE_MUST_USE enum scrubgate_status sg_log_sign(struct sg_log *log,
                                                     struct scrubgate_fault *fault);
SCRUBGATE_MUST_USE enum scrubgate_status sg_log_seal(struct sg_log *log, uint64_t now,
                                                     struct scrubgate_fault *fault);

/* --- log_space.c --- */

/* The journal is open. */
void sg_log_begin_space(struct sg_log *log);
/* A part of each tick; and when it wants the next one. */
void sg_log_tend_space(struct sg_log *log, uint64_t now);
uint64_t sg_log_space_due(const struct sg_log *log);

#endif
