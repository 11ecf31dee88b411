/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log_parts.h - what a log is made of; for its own files only.
 *
 *     log.c           opening, appending, changing hands, what time asks for
 *     log_recover.c   the tree of a log that was there before
 *     log_sign.c      checkpoints and seals
 *     log_space.c     the disk below it
 *     log_own.c       what it says of itself
 *     log_prune.c     old records go
 */
#ifndef SG_AUDIT_LOG_PARTS_H
#define SG_AUDIT_LOG_PARTS_H

#include "audit/acts.h"
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
    struct sg_buf leaves;    /* hashes of the last commit's lines, made while the disk wrote them */
    bool has_checkpoint;
    uint64_t signed_size;
    struct sg_hash signed_root;
    uint64_t changed_ns; /* when a record came that no checkpoint has; 0: none */
    uint64_t sealed_ns;  /* when the last epoch ended */
    uint64_t retry_ns;   /* not before then; 0: nothing failed */
    struct sg_log_space space;
    enum sg_log_room told;       /* of which a record tells */
    uint64_t reserve, held;      /* bytes that should be, and are, held back */
    uint64_t looked_ns;          /* when room was last looked at */
    struct sg_gap gap;           /* of which none tells yet; from_ms 0: none */
    struct sg_segment_torn torn; /* the same; bytes 0 */
    struct sg_acts *acts;
    uint64_t own_ns;      /* none of those is tried before then */
    uint64_t tended;      /* durable records when its space was looked after */
    uint64_t fill_ns;     /* zeros are not written before then */
    uint64_t keep_ms;     /* 0: for ever */
    uint64_t first;       /* record that is there */
    uint64_t oldest_ms;   /* when the last record of the first file was made; 0: not known yet */
    uint64_t sealed_size; /* of the last seal */
    uint64_t pruned_ns;   /* when old ones were last looked for */
    uint64_t wall_ms, boot_ns; /* when it was opened, by both clocks */
    uint64_t doubt_ns;         /* the clock may be wrong: not before then; 0: it is believed */
    bool removing;             /* something of the file before the first one is still there */
    bool unsaved;              /* the seal key in memory is later than the file's */
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
SCRUBGATE_MUST_USE enum scrubgate_status sg_log_begin_own(struct sg_log *log,
                                                          struct scrubgate_fault *fault);
void sg_log_begin_space(struct sg_log *log);
/* A part of each tick; and when it wants the next one. */
void sg_log_tend_space(struct sg_log *log, uint64_t now);
uint64_t sg_log_space_due(const struct sg_log *log);
SCRUBGATE_MUST_USE enum scrubgate_status sg_log_tell_full(const struct sg_log *log,
                                                          struct scrubgate_fault *fault);
/* Whether a write that failed did so for want of room: then it is FULL from now on. */
bool sg_log_is_out_of_room(struct sg_log *log);
/* False: nothing is held back. */
bool sg_log_give_reserve(struct sg_log *log);

/* --- log_own.c --- */

/* Writes a record of the log's own, with the reserve if need be; nothing else is pending. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_log_put(struct sg_log *log, struct sg_bytes record,
                                                    struct scrubgate_fault *fault);
/* Whether that record must not be taken now. */
bool sg_log_refuses(struct sg_log *log, struct sg_bytes record);
/* A commit of the caller's ended so. */
void sg_log_note_commit(struct sg_log *log, enum scrubgate_status rc);
/* What there is to tell; a gap only when it is over. DONE: nothing. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_log_tell_own(struct sg_log *log, bool over,
                                                         struct scrubgate_fault *fault);
SCRUBGATE_MUST_USE enum scrubgate_status sg_log_tend_own(struct sg_log *log, uint64_t now,
                                                         struct scrubgate_fault *fault);
uint64_t sg_log_own_due(const struct sg_log *log);

/* --- log_prune.c --- */

void sg_log_begin_prune(struct sg_log *log);
/* DONE: nothing was old enough. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_log_tend_prune(struct sg_log *log, uint64_t now,
                                                           struct scrubgate_fault *fault);
uint64_t sg_log_prune_due(const struct sg_log *log);

#endif
