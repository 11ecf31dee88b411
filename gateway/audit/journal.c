/* SPDX-License-Identifier: Apache-2.0 */
/*
 * journal.c - the audit log's files: numbered lines, made durable together.
 *
 *     record -> auditor -> [journal: pending lines -> one write, one fdatasync] -> release
 *
 * durable and offset move only when a whole batch is on disk. After an error they still say where
 * the log ends, whatever lies behind that on disk is cut off, and its numbers are used again.
 */
#include "audit/journal.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit/log_lock.h"
#include "audit/pruned.h"
#include "audit/segment.h"
#include "audit/segment_end.h"
#include "audit/walk.h"
#include "base/buf.h"
#include "base/diag.h"
#include "base/folder.h"

/* A batch that is large beside the zeros it would bring along pays more for them than it gains. */
enum { AHEAD_LEAST = 8 };
enum { FOLDER_MODE = 0750, PENDING_MOST = 256 * 1024 * 1024, PENDING_KEPT = 4 * 1024 * 1024 };

struct sg_journal {
    char *path; /* of the log's folder */
    int folder;
    int lock;         /* we are its only writer; -1: not yet, or no more */
    int sign;         /* that there is one; -1: it cannot be shown */
    int fd;           /* of the segment being filled; -1: it has no file yet */
    uint64_t durable; /* records on disk: the number of the next batch's first */
    uint64_t offset;  /* where the lines of the segment being filled end */
    uint64_t room;    /* where the zeros behind them end; not before offset */
    uint64_t ahead;   /* how far they are to reach */
    uint64_t files;   /* segments, with those that were removed: found at the start or made by us */
    uint64_t first;   /* of them that is there */
    struct sg_buf pending;
    uint64_t n_pending;
    uint64_t n_committed; /* lines of the last commit, which pending still holds */
    bool refused;         /* it failed */
    bool broken; /* something but zeros may lie behind offset: cut it off before the next commit */
    struct sg_segment_torn torn;
    sg_journal_meanwhile *meanwhile;
    void *meanwhile_ctx;
};

static struct sg_segment segment_of(const struct sg_journal *journal, uint64_t seq)
{
    return (struct sg_segment){
        .folder = journal->folder, .path = journal->path, .number = seq / SG_JOURNAL_SEGMENT};
}

static void close_file(struct sg_journal *journal)
{
    if (journal->fd >= 0)
        (void)close(journal->fd);
    journal->fd = -1;
}

/* Zeros that nobody will need. They do no harm where they cannot be cut off. Who has not begun to
 * write (set_ahead) changes nothing. */
static void trim(struct sg_journal *journal)
{
    if (journal->fd >= 0 && !journal->broken && journal->ahead > 0 &&
        journal->room > journal->offset && ftruncate(journal->fd, (off_t)journal->offset) == 0)
        journal->room = journal->offset;
}

/* --- opening --- */

static enum scrubgate_status find_folder(struct sg_journal *journal, const char *dir,
                                         struct scrubgate_fault *fault)
{
    static const char tail[] = "/log";
    size_t len = strlen(dir);
    journal->path = malloc(len + sizeof tail);
    if (journal->path == NULL) {
        sg_fault_set(fault, dir, 0, 0, "out of memory");
        return SCRUBGATE_ENOMEM;
    }
    memcpy(journal->path, dir, len);
    memcpy(journal->path + len, tail, sizeof tail);
    return sg_folder_make(journal->path, FOLDER_MODE, fault);
}

/* The first file that is there, by what says which were removed. */
static enum scrubgate_status find_first(struct sg_journal *journal, const char *dir,
                                        struct scrubgate_fault *fault)
{
    uint64_t first = 0;
    int folder = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) {
        sg_fault_set(fault, dir, 0, 0, "cannot open this folder: %s", strerror(errno));
        return SCRUBGATE_EIO;
    }
    enum scrubgate_status rc = sg_pruned_read(folder, dir, &first, fault);
    (void)close(folder);
    journal->first = first / SG_JOURNAL_SEGMENT;
    return rc;
}

static enum scrubgate_status open_folder(struct sg_journal *journal, struct scrubgate_fault *fault)
{
    journal->folder = open(journal->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (journal->folder < 0) {
        sg_fault_set(fault, journal->path, 0, 0, "cannot open this folder: %s", strerror(errno));
        return SCRUBGATE_EIO;
    }
    return SCRUBGATE_OK;
}

static enum scrubgate_status lost(const struct sg_journal *journal, uint64_t seq,
                                  struct scrubgate_fault *fault)
{
    sg_walk_tell(journal->path, seq,
                 "it is missing or damaged, though the checkpoint says that it was there: restore "
                 "the log, then start again",
                 fault);
    return SCRUBGATE_EMALFORMED;
}

static void leave_full(struct sg_journal *journal)
{
    trim(journal);
    close_file(journal);
    journal->offset = journal->room = 0;
}

/* The last segment is read whole: only there can a crash have left something half written. */
static enum scrubgate_status find_end(struct sg_journal *journal, uint64_t least,
                                      struct scrubgate_fault *fault)
{
    uint64_t count = 0;
    struct sg_segment_end end;
    struct sg_segment segment = segment_of(journal, journal->first * SG_JOURNAL_SEGMENT);
    enum scrubgate_status rc =
        sg_segment_count(journal->folder, journal->path, journal->first, &count, fault);
    /* What was removed was never the last file. */
    if (rc >= 0 && count == journal->first && (least > 0 || count > 0))
        rc = lost(journal, count * SG_JOURNAL_SEGMENT, fault);
    if (rc < 0 || count == 0)
        return rc;
    journal->files = count;
    for (; segment.number + 1 < count; segment.number++) {
        rc = sg_segment_check_full(&segment, fault);
        if (rc < 0)
            return rc;
    }
    rc = sg_segment_open(&segment, false, &journal->fd, fault);
    if (rc < 0)
        return rc;
    rc = sg_segment_read(&segment, journal->fd, &end, fault);
    if (rc < 0)
        return rc;
    journal->durable = segment.number * SG_JOURNAL_SEGMENT + end.lines;
    if (journal->durable < least)
        return lost(journal, journal->durable, fault);
    journal->offset = end.end;
    journal->room = end.size;
    if (end.used > end.end) {
        rc = sg_segment_set_aside(&segment, journal->fd, &end, &journal->torn, fault);
        journal->room = end.end;
    }
    if (rc < 0)
        return rc;
    if (end.lines == SG_JOURNAL_SEGMENT)
        leave_full(journal);
    return SCRUBGATE_OK;
}

static enum scrubgate_status new_journal(struct sg_journal **journal, const char *dir,
                                         struct scrubgate_fault *fault)
{
    struct sg_journal *made = calloc(1, sizeof *made);
    *journal = made;
    if (made == NULL) {
        sg_fault_set(fault, dir, 0, 0, "out of memory");
        return SCRUBGATE_ENOMEM;
    }
    made->folder = made->lock = made->sign = made->fd = -1;
    sg_buf_init(&made->pending, PENDING_MOST);
    return find_folder(made, dir, fault);
}

enum scrubgate_status sg_journal_open(struct sg_journal **journal, const char *dir,
                                      struct scrubgate_fault *fault)
{
    return sg_journal_open_least(journal, dir, 0, fault);
}

enum scrubgate_status sg_journal_open_least(struct sg_journal **journal, const char *dir,
                                            uint64_t least, struct scrubgate_fault *fault)
{
    struct sg_journal *made;
    *journal = NULL;
    enum scrubgate_status rc = new_journal(&made, dir, fault);
    if (rc >= 0)
        rc = open_folder(made, fault);
    if (rc >= 0) /* two writers would give one number twice */
        rc = sg_log_lock_take(dir, &made->lock, fault);
    if (rc >= 0)
        sg_log_lock_show(dir, &made->sign);
    if (rc >= 0)
        rc = find_first(made, dir, fault);
    if (rc >= 0)
        rc = find_end(made, least, fault);
    if (rc < 0)
        goto out;
    *journal = made;
    made = NULL; /* the caller's now: the exit frees nothing */
out:
    sg_journal_close(made);
    return rc;
}

/* --- appending --- */

uint64_t sg_journal_next(const struct sg_journal *journal)
{
    return journal->durable + journal->n_pending;
}

uint64_t sg_journal_durable(const struct sg_journal *journal)
{
    return journal->durable;
}

const struct sg_segment_torn *sg_journal_torn(const struct sg_journal *journal)
{
    return &journal->torn;
}

struct sg_bytes sg_journal_committed(const struct sg_journal *journal, uint64_t *first)
{
    *first = journal->durable - journal->n_committed;
    return journal->n_committed == 0 ? (struct sg_bytes){NULL, 0} : sg_buf_bytes(&journal->pending);
}

struct sg_bytes sg_journal_refused(const struct sg_journal *journal)
{
    return journal->refused ? sg_buf_bytes(&journal->pending) : (struct sg_bytes){NULL, 0};
}

/* The last commit's lines stay until the next batch begins: who wants them reads them first. */
static void forget_committed(struct sg_journal *journal)
{
    if (journal->n_pending > 0)
        return;
    if (journal->pending.cap > PENDING_KEPT)
        sg_buf_fini(&journal->pending); /* one burst is no reason to keep its memory */
    else
        journal->pending.len = 0; /* nothing to wipe: records hold no personal value */
    journal->n_committed = 0;
    journal->refused = false;
}

enum scrubgate_status sg_journal_append(struct sg_journal *journal, struct sg_bytes record,
                                        uint64_t *seq)
{
    struct sg_buf *pending = &journal->pending;
    forget_committed(journal);
    uint64_t number = sg_journal_next(journal);
    size_t start = pending->len;
    assert(record.len > 1 && record.data[record.len - 1] == '}');
    assert(sg_bytes_find(record, '\n') == record.len);
    if (record.len > SG_RECORD_LONGEST)
        return SCRUBGATE_ELIMIT;
    enum scrubgate_status rc = sg_buf_add_text(pending, "{\"seq\":");
    if (rc >= 0)
        rc = sg_buf_add_u64(pending, number);
    if (rc >= 0)
        rc = sg_buf_add_byte(pending, ',');
    if (rc >= 0)
        rc = sg_buf_add_bytes(pending, record);
    if (rc >= 0)
        rc = sg_buf_add_byte(pending, '\n');
    if (rc < 0) {
        pending->len = start; /* half a line must not stay */
        return rc;
    }
    journal->n_pending++;
    *seq = number;
    return SCRUBGATE_OK;
}

/* --- committing --- */

/*
 * Back to the last durable record, on a new descriptor: after a failed sync the old one may report
 * success for pages that never reached the disk.
 */
static enum scrubgate_status cut_back(struct sg_journal *journal, struct scrubgate_fault *fault)
{
    uint64_t wanted = journal->durable / SG_JOURNAL_SEGMENT + (journal->offset > 0);
    enum scrubgate_status rc = SCRUBGATE_OK;
    close_file(journal);
    /* Files the failed batch made, the last one first: the row never has a gap. */
    while (rc >= 0 && journal->files > wanted) {
        struct sg_segment last = segment_of(journal, 0);
        last.number = journal->files - 1;
        rc = sg_segment_remove(&last, fault);
        if (rc >= 0)
            journal->files--;
    }
    if (rc >= 0 && journal->offset > 0) {
        struct sg_segment segment = segment_of(journal, journal->durable);
        rc = sg_segment_open(&segment, false, &journal->fd, fault);
        if (rc >= 0)
            rc = sg_segment_cut(&segment, journal->fd, journal->offset, fault);
        if (rc >= 0)
            rc = sg_segment_check_last(&segment, journal->fd, journal->offset, journal->durable - 1,
                                       fault);
    }
    if (rc < 0) {
        close_file(journal);
        return SCRUBGATE_EIO;
    }
    journal->room = journal->offset;
    journal->broken = false;
    return SCRUBGATE_OK;
}

static size_t length_of_lines(struct sg_bytes text, uint64_t lines)
{
    size_t at = 0;
    for (; lines > 0; lines--) {
        struct sg_bytes rest = {text.data + at, text.len - at};
        at += sg_bytes_find(rest, '\n') + 1;
    }
    return at;
}

/* Writes a part of the batch that one segment takes, at offset; the file is open. */
static enum scrubgate_status write_part(struct sg_journal *journal,
                                        const struct sg_segment *segment, struct sg_bytes part,
                                        struct scrubgate_fault *fault)
{
    const uint64_t end = journal->offset + part.len;
    if (end > journal->room && part.len <= journal->ahead / AHEAD_LEAST)
        journal->room = sg_segment_fill(journal->fd, end, end + journal->ahead);
    enum scrubgate_status rc = sg_segment_write(segment, journal->fd, part, journal->offset, fault);
    if (rc >= 0 && journal->meanwhile != NULL)
        journal->meanwhile(journal->meanwhile_ctx, part);
    if (rc >= 0)
        rc = sg_segment_sync(segment, journal->fd, fault);
    if (rc < 0)
        return rc;
    journal->offset = end;
    if (journal->room < end)
        journal->room = end;
    return SCRUBGATE_OK;
}

/* On an error durable and offset are as before. */
static enum scrubgate_status write_pending(struct sg_journal *journal,
                                           struct scrubgate_fault *fault)
{
    const uint64_t offset = journal->offset;
    struct sg_bytes rest = sg_buf_bytes(&journal->pending);
    uint64_t lines = journal->n_pending, seq = journal->durable;
    enum scrubgate_status rc = SCRUBGATE_OK;
    while (lines > 0) {
        struct sg_segment segment = segment_of(journal, seq);
        if (journal->fd < 0) {
            rc = sg_segment_open(&segment, true, &journal->fd, fault);
            if (rc < 0)
                break;
            journal->files = segment.number + 1;
        }
        uint64_t room = SG_JOURNAL_SEGMENT - seq % SG_JOURNAL_SEGMENT;
        uint64_t n = lines < room ? lines : room;
        struct sg_bytes part = {rest.data, n == lines ? rest.len : length_of_lines(rest, n)};
        rc = write_part(journal, &segment, part, fault);
        if (rc < 0)
            break;
        rest.data += part.len;
        rest.len -= part.len;
        lines -= n;
        seq += n;
        if (seq % SG_JOURNAL_SEGMENT == 0)
            leave_full(journal);
    }
    if (rc < 0)
        journal->offset = offset;
    else
        journal->durable = seq;
    return rc;
}

enum scrubgate_status sg_journal_commit(struct sg_journal *journal, struct scrubgate_fault *fault)
{
    const uint64_t n = journal->n_pending;
    enum scrubgate_status rc = journal->broken ? cut_back(journal, fault) : SCRUBGATE_OK;
    if (rc >= 0 && n > 0) {
        rc = write_pending(journal, fault);
        if (rc < 0) {
            journal->broken = true;
            /* At once if it can be: what was refused should not be found in the log. */
            (void)cut_back(journal, NULL);
        }
    }
    journal->n_pending = 0;
    if (n == 0)
        forget_committed(journal);
    journal->refused = rc < 0 && n > 0;
    journal->n_committed = rc < 0 ? 0 : n;
    return rc;
}

void sg_journal_set_meanwhile(struct sg_journal *journal, sg_journal_meanwhile *call, void *ctx)
{
    journal->meanwhile = call;
    journal->meanwhile_ctx = ctx;
}

/* --- zeros ahead --- */

void sg_journal_set_ahead(struct sg_journal *journal, size_t bytes)
{
    journal->ahead = bytes;
}

bool sg_journal_wants_fill(const struct sg_journal *journal)
{
    return journal->fd >= 0 && !journal->broken &&
           journal->room - journal->offset < journal->ahead / 2;
}

enum scrubgate_status sg_journal_fill(struct sg_journal *journal, struct scrubgate_fault *fault)
{
    const struct sg_segment segment = segment_of(journal, journal->durable);
    const uint64_t before = journal->room;
    if (!sg_journal_wants_fill(journal))
        return SCRUBGATE_DONE;
    journal->room = sg_segment_fill(journal->fd, before, journal->offset + journal->ahead);
    if (journal->room == before)
        return SCRUBGATE_DONE;
    /* With the sync here the next commit has no metadata to wait for. */
    enum scrubgate_status rc = sg_segment_sync(&segment, journal->fd, fault);
    journal->broken = rc < 0;
    return rc;
}

/* --- changing hands --- */

enum scrubgate_status sg_journal_leave(struct sg_journal **journal, struct sg_journal_place *place,
                                       struct scrubgate_fault *fault)
{
    struct sg_journal *old = *journal;
    enum scrubgate_status rc = old->broken ? cut_back(old, fault) : SCRUBGATE_OK;
    assert(old->n_pending == 0);
    if (rc < 0)
        return rc;
    trim(old);
    *place = (struct sg_journal_place){
        .lock = old->lock,
        .durable = old->durable,
        .offset = old->offset,
        .files = old->files,
    };
    old->lock = -1;
    sg_journal_close(old);
    *journal = NULL;
    return SCRUBGATE_OK;
}

/* What was read whole when the one before opened it is only looked at where it ends. */
static enum scrubgate_status find_place(struct sg_journal *journal, const char *dir,
                                        const struct sg_journal_place *place,
                                        struct scrubgate_fault *fault)
{
    struct sg_segment segment = segment_of(journal, place->durable);
    uint64_t wanted = segment.number + (place->offset > 0);
    if (!sg_log_lock_is_of(place->lock, dir)) {
        sg_fault_set(fault, journal->path, 0, 0,
                     "the running gateway has another audit log: stop it and start anew");
        return SCRUBGATE_EINVAL;
    }
    if (place->files != wanted ||
        (place->offset == 0) != (place->durable % SG_JOURNAL_SEGMENT == 0)) {
        sg_fault_set(fault, journal->path, 0, 0, "the running gateway tells no place in this log");
        return SCRUBGATE_EINVAL;
    }
    journal->durable = place->durable;
    journal->offset = journal->room = place->offset;
    journal->files = place->files;
    if (place->offset == 0)
        return SCRUBGATE_OK;
    enum scrubgate_status rc = sg_segment_open(&segment, false, &journal->fd, fault);
    if (rc >= 0)
        rc = sg_segment_check_last(&segment, journal->fd, place->offset, place->durable - 1, fault);
    if (rc >= 0) /* only zeros can be behind it */
        rc = sg_segment_cut(&segment, journal->fd, place->offset, fault);
    return rc;
}

enum scrubgate_status sg_journal_adopt(struct sg_journal **journal, const char *dir,
                                       const struct sg_journal_place *place,
                                       struct scrubgate_fault *fault)
{
    struct sg_journal *made;
    *journal = NULL;
    enum scrubgate_status rc = new_journal(&made, dir, fault);
    if (made != NULL)
        made->lock = place->lock;
    else
        (void)close(place->lock);
    if (rc >= 0)
        rc = open_folder(made, fault);
    if (rc >= 0)
        rc = find_place(made, dir, place, fault);
    if (rc >= 0)
        sg_log_lock_show(dir, &made->sign);
    if (rc < 0)
        goto out;
    *journal = made;
    made = NULL; /* the caller's now: the exit frees nothing */
out:
    sg_journal_close(made);
    return rc;
}

void sg_journal_close(struct sg_journal *journal)
{
    if (journal == NULL)
        return;
    if (journal->broken)
        (void)cut_back(journal, NULL);
    trim(journal);
    close_file(journal);
    if (journal->folder >= 0)
        (void)close(journal->folder);
    if (journal->sign >= 0)
        (void)close(journal->sign);
    if (journal->lock >= 0) /* last: the log is another's from here on */
        (void)close(journal->lock);
    sg_buf_fini(&journal->pending);
    free(journal->path);
    free(journal);
}
