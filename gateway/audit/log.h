/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log.h - the audit log whole: records that are durable, the tree over them, its signed sizes, and
 * seals.
 *
 *     append, commit ──> journal: durable ──> (who waited may go on)
 *     tick           ──> tree, tiles, index ──> seal record ──> checkpoint
 *
 * What tick does is not on the way of a message. Not thread-safe: one thread owns a log. In a log
 * without keys nothing is signed, and it has no tree: a journal.
 */
#ifndef SG_AUDIT_LOG_H
#define SG_AUDIT_LOG_H

#include <stdbool.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "audit/journal.h"
#include "audit/note.h"
#include "audit/record.h"
#include "audit/seal.h"
#include "base/bytes.h"

/* What a log signs and seals with; key.name is its origin. */
struct sg_log_keys {
    struct sg_note_key key;
    struct sg_signer *signer;
    int seal_fd; /* of the file that holds seal (audit/seal_file.h) */
    struct sg_seal_key seal;
};
void sg_log_keys_fini(struct sg_log_keys *keys); /* wipes, closes */

struct sg_log_setup {
    const char *dir;                       /* borrowed until it is open */
    const struct sg_record_source *source; /* borrowed; of seal records */
    uint64_t checkpoint_ns; /* at most so long after a record a checkpoint has it: 1 s */
    uint64_t epoch_ns;      /* between two seals */
    uint64_t reserve;       /* bytes of disk held back for what the log says of itself; 0: none */
    uint64_t keep_ms;       /* records that are older may be removed; 0: none ever is */
};

struct sg_log;

/*
 * Opens, or makes, the log below setup->dir; keys are the log's from the call on, also on an error;
 * NULL: it has none. The tree is made from the last checkpoint's tiles and the records since the
 * beginning of its last segment; missing or wrong tiles and indexes are made again.
 *
 * EMALFORMED: the log is damaged at or below its checkpoint, or older than its seal key; nothing
 * was changed; the fault names file and line where they are known. EINVAL: keys of another log.
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_log_open(struct sg_log **log,
                                                     const struct sg_log_setup *setup,
                                                     struct sg_log_keys *keys,
                                                     struct scrubgate_fault *fault);
/* As sg_journal_adopt: place->lock is the log's from the call on. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_log_adopt(struct sg_log **log,
                                                      const struct sg_log_setup *setup,
                                                      struct sg_log_keys *keys,
                                                      const struct sg_journal_place *place,
                                                      struct scrubgate_fault *fault);
/* As sg_journal_leave; with a checkpoint of all there is, when one can be written. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_log_leave(struct sg_log **log,
                                                      struct sg_journal_place *place,
                                                      struct scrubgate_fault *fault);
void sg_log_close(struct sg_log *log); /* signs nothing: sg_log_finish; NULL is fine */

/* As sg_journal_append and sg_journal_commit; EIO also for a decision when the disk is nearly full:
 * everything else is still taken. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_log_append(struct sg_log *log, struct sg_bytes record,
                                                       uint64_t *seq);
SCRUBGATE_MUST_USE enum scrubgate_status sg_log_commit(struct sg_log *log,
                                                       struct scrubgate_fault *fault);

/*
 * What time asks for: call it after each commit, and when *next has come (mono_ns; UINT64_MAX:
 * after the next commit). OK: something was sealed or signed; DONE: nothing was to be done; below
 * zero: it could not, and is tried again at *next, or the disk is nearly full. at_once: sign what
 * there is now. It writes records of its own: none of the caller's may wait for a commit.
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_log_tick(struct sg_log *log, uint64_t now, bool at_once,
                                                     uint64_t *next, struct scrubgate_fault *fault);
/* A last seal and a checkpoint. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_log_finish(struct sg_log *log,
                                                       struct scrubgate_fault *fault);

/* Room on the log's disk, when it was last looked at: once a second. From LOW on the alert is a
 * record too, at FULL no message's record is taken. */
enum sg_log_room { SG_LOG_ROOM_OK, SG_LOG_ROOM_WARN, SG_LOG_ROOM_LOW, SG_LOG_ROOM_FULL };
struct sg_log_space {
    enum sg_log_room room;
    uint64_t free_bytes, total_bytes; /* free: without what is held back */
};
const struct sg_log_space *sg_log_space(const struct sg_log *log);
const char *sg_log_room_word(enum sg_log_room room); /* "ok", "warn", "low", "full" */

/* Old records stay: the clock is a month ahead of what was written before the last day. */
bool sg_log_doubts_clock(const struct sg_log *log);

/* What the caller knows of a time in which records could not be written: messages it refused before
 * they came here, notes it lost. It is added to what the log knows; one record tells it once it can
 * be written. */
void sg_log_tell_gap(struct sg_log *log, const struct sg_gap *gap);

uint64_t sg_log_signed(const struct sg_log *log); /* size of the checkpoint */

#endif
