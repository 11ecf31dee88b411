/* SPDX-License-Identifier: Apache-2.0 */
/*
 * journal.h - the audit log's files: numbered lines, made durable together.
 *
 * <dir>/log/NNNNNN.ndjson, SG_JOURNAL_SEGMENT records each; the number in a name is its first
 * record's divided by that. The file being filled may be zeroed ahead of its lines. Not
 * thread-safe: one thread owns a journal.
 */
#ifndef SG_AUDIT_JOURNAL_H
#define SG_AUDIT_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "audit/segment_end.h"
#include "base/bytes.h"

enum { SG_JOURNAL_SEGMENT = 65536 };

struct sg_journal;

/*
 * Opens (and makes, mode 0750 and 0640) the log below dir and finds its end. What a crash left half
 * written there (audit/segment_end.h) is cut and kept beside the log as NNNNNN.torn; a line
 * elsewhere that is no record with the right seq is EMALFORMED. A lock (audit/log_lock.h) keeps a
 * second process out (EIO, "in use").
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_journal_open(struct sg_journal **journal,
                                                         const char *dir,
                                                         struct scrubgate_fault *fault);

/* The same for a log that is known to have had that many records: should one of them be missing it
 * is EMALFORMED, and nothing is changed. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_journal_open_least(struct sg_journal **journal,
                                                               const char *dir, uint64_t least,
                                                               struct scrubgate_fault *fault);

/* What opening it has set aside; bytes 0: nothing. */
const struct sg_segment_torn *sg_journal_torn(const struct sg_journal *journal);

/* Puts {"seq":N, before the record and LF behind it, into memory only. *seq is N. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_journal_append(struct sg_journal *journal,
                                                           struct sg_bytes record, uint64_t *seq);

/*
 * Writes all that was appended and makes it durable (one write, one fdatasync; two when a segment
 * ends between). On an error nothing of this batch counts as written: the caller refuses its
 * messages. After a failed sync the file is not trusted again: the journal cuts back to the last
 * durable record, on a new descriptor, before the next commit, and stays EIO while it cannot.
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_journal_commit(struct sg_journal *journal,
                                                           struct scrubgate_fault *fault);

/*
 * From now on zeros are written so many bytes ahead of the lines, each time the file must grow; 0:
 * none, as it is at first. They are cut off when the file is full, left or closed.
 */
void sg_journal_set_ahead(struct sg_journal *journal, size_t bytes);
/* Writes them now, when fewer than half of them are left: where nobody waits. DONE: there was
 * nothing to do, or no room. EIO: the next commit cuts back first. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_journal_fill(struct sg_journal *journal,
                                                         struct scrubgate_fault *fault);
/* Whether it would have something to do. */
bool sg_journal_wants_fill(const struct sg_journal *journal);

/* Called in each commit, once for each file it writes to, with the lines that the disk is busy
 * with: what is done in it costs nothing. They may yet fail to become durable. NULL: none. */
typedef void sg_journal_meanwhile(void *ctx, struct sg_bytes lines);
void sg_journal_set_meanwhile(struct sg_journal *journal, sg_journal_meanwhile *call, void *ctx);

/* The lines of the last commit, when it was OK: each with its LF, from record *first on; good until
 * the next append. Nothing for one that failed. */
struct sg_bytes sg_journal_committed(const struct sg_journal *journal, uint64_t *first);

/* The lines of the last commit, when it failed; good as long. */
struct sg_bytes sg_journal_refused(const struct sg_journal *journal);

/*
 * A log changes hands without a moment in which nobody, or two, could write it: the descriptor of
 * its lock carries it, also into another process.
 */
struct sg_journal_place {
    int lock;
    uint64_t durable; /* records */
    uint64_t offset;  /* where the segment being filled ends */
    uint64_t files;   /* segments that have a file */
};
/* Gives it away, with nothing pending: *journal is NULL then and the lock the caller's. On an
 * error it stays. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_journal_leave(struct sg_journal **journal,
                                                          struct sg_journal_place *place,
                                                          struct scrubgate_fault *fault);
/* Goes on where it was left; place->lock is the journal's from the call on, also on an error.
 * EINVAL when dir is another log. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_journal_adopt(struct sg_journal **journal,
                                                          const char *dir,
                                                          const struct sg_journal_place *place,
                                                          struct scrubgate_fault *fault);

uint64_t sg_journal_next(const struct sg_journal *journal);    /* seq of the next append */
uint64_t sg_journal_durable(const struct sg_journal *journal); /* records on disk */
void sg_journal_close(struct sg_journal *journal);             /* NULL is fine */

#endif
