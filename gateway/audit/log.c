/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log.c - the audit log whole: records that are durable, the tree over them, signed sizes, seals.
 */
#include "audit/log.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit/index.h"
#include "audit/log_parts.h"
#include "base/clock.h"
#include "base/diag.h"
#include "base/folder.h"

enum { FOLDER_MODE = 0750 };
/* The index is written in pieces, and before each checkpoint: once a commit would slow the disk. */
enum { INDEX_PIECE = 64 * 1024, LEAVES_KEPT = 256 * 1024 };
/* After a failure: often enough for readiness to come back, not so often as to fill a log. */
static const uint64_t again_ns = 1000 * 1000 * 1000;

void sg_log_keys_fini(struct sg_log_keys *keys)
{
    sg_signer_free(keys->signer);
    if (keys->seal_fd >= 0)
        (void)close(keys->seal_fd);
    sg_wipe(keys, sizeof *keys);
    keys->signer = NULL;
    keys->seal_fd = -1;
}

/* --- opening --- */

static enum scrubgate_status out_of_memory(const char *dir, struct scrubgate_fault *fault)
{
    sg_fault_set(fault, dir, 0, 0, "out of memory");
    return SCRUBGATE_ENOMEM;
}

static enum scrubgate_status new_log(struct sg_log **log, const struct sg_log_setup *setup,
                                     struct sg_log_keys *keys, struct scrubgate_fault *fault)
{
    const size_t len = strlen(setup->dir);
    struct sg_log *made = calloc(1, sizeof *made);
    *log = made;
    if (made == NULL) {
        if (keys != NULL)
            sg_log_keys_fini(keys);
        return out_of_memory(setup->dir, fault);
    }
    made->folder = made->segments = made->keys.seal_fd = -1;
    made->source = setup->source;
    made->checkpoint_ns = setup->checkpoint_ns;
    made->epoch_ns = setup->epoch_ns;
    made->reserve = setup->reserve;
    made->keep_ms = setup->keep_ms;
    if (keys != NULL) {
        made->signs = true;
        made->keys = *keys;
        *keys = (struct sg_log_keys){.seal_fd = -1}; /* the log's now */
    }
    made->dir = malloc(len + 1);
    made->path = malloc(len + sizeof "/log");
    if (made->dir == NULL || made->path == NULL)
        return out_of_memory(setup->dir, fault);
    memcpy(made->dir, setup->dir, len + 1);
    (void)snprintf(made->path, len + sizeof "/log", "%s/log", setup->dir);
    return SCRUBGATE_OK;
}

/* The folder before the journal: what the checkpoint says must be known before a torn tail is
 * cut. */
static enum scrubgate_status open_dir(struct sg_log *log, struct scrubgate_fault *fault)
{
    enum scrubgate_status rc = sg_folder_make(log->dir, FOLDER_MODE, fault);
    if (rc < 0)
        return rc;
    log->folder = open(log->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (log->folder < 0) {
        sg_fault_set(fault, log->dir, 0, 0, "cannot open this folder: %s", strerror(errno));
        return SCRUBGATE_EIO;
    }
    if (sg_log_tree_init(&log->tree, log->folder) < 0)
        return out_of_memory(log->dir, fault);
    return sg_log_read_checkpoint(log, fault);
}

static enum scrubgate_status open_segments(struct sg_log *log, struct scrubgate_fault *fault)
{
    log->segments = openat(log->folder, "log", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (log->segments < 0) {
        sg_fault_set(fault, log->path, 0, 0, "cannot open this folder: %s", strerror(errno));
        return SCRUBGATE_EIO;
    }
    return SCRUBGATE_OK;
}

/* Once the journal is there and locked: nobody else moves the checkpoint now. */
static enum scrubgate_status open_tree(struct sg_log *log, bool whole,
                                       struct scrubgate_fault *fault)
{
    enum scrubgate_status rc = open_segments(log, fault);
    if (rc >= 0)
        rc = sg_log_read_checkpoint(log, fault);
    if (rc >= 0)
        rc = sg_log_recover(log, whole, fault);
    if (rc >= 0)
        rc = sg_log_match_seals(log, fault);
    return rc;
}

/* Half of the work on a tree needs only the lines, and the disk leaves time for it. Hashes that are
 * missing are made later: grow counts them. */
static void hash_lines(void *ctx, struct sg_bytes lines)
{
    struct sg_log *log = ctx;
    struct sg_bytes line;
    struct sg_hash leaf;
    while (sg_bytes_take_line(&lines, &line))
        if (sg_merkle_leaf(log->tree.sha, line, &leaf) < 0 ||
            sg_buf_add(&log->leaves, leaf.bytes, sizeof leaf.bytes) < 0)
            return;
}

static enum scrubgate_status begin_writing(struct sg_log *log, struct scrubgate_fault *fault)
{
    sg_log_begin_space(log);
    if (!log->signs)
        return SCRUBGATE_OK;
    sg_journal_set_meanwhile(log->journal, hash_lines, log);
    sg_log_begin_prune(log);
    return sg_log_begin_own(log, fault);
}

enum scrubgate_status sg_log_open(struct sg_log **log, const struct sg_log_setup *setup,
                                  struct sg_log_keys *keys, struct scrubgate_fault *fault)
{
    struct sg_log *made;
    *log = NULL;
    enum scrubgate_status rc = new_log(&made, setup, keys, fault);
    if (rc >= 0 && made->signs)
        rc = open_dir(made, fault);
    if (rc >= 0)
        rc = sg_journal_open_least(&made->journal, made->dir, made->signed_size, fault);
    if (rc >= 0 && made->signs)
        rc = open_tree(made, true, fault);
    if (rc >= 0)
        rc = begin_writing(made, fault);
    if (rc < 0)
        goto out;
    *log = made;
    made = NULL; /* the caller's now: the exit frees nothing */
out:
    sg_log_close(made);
    return rc;
}

enum scrubgate_status sg_log_adopt(struct sg_log **log, const struct sg_log_setup *setup,
                                   struct sg_log_keys *keys, const struct sg_journal_place *place,
                                   struct scrubgate_fault *fault)
{
    struct sg_log *made;
    *log = NULL;
    enum scrubgate_status rc = new_log(&made, setup, keys, fault);
    if (rc >= 0 && made->signs)
        rc = open_dir(made, fault);
    if (rc >= 0)
        rc = sg_journal_adopt(&made->journal, made->dir, place, fault);
    else
        (void)close(place->lock);
    if (rc >= 0 && made->signs)
        rc = open_tree(made, false, fault);
    if (rc >= 0)
        rc = begin_writing(made, fault);
    if (rc < 0)
        goto out;
    *log = made;
    made = NULL;
out:
    sg_log_close(made);
    return rc;
}

void sg_log_close(struct sg_log *log)
{
    if (log == NULL)
        return;
    sg_journal_close(log->journal);
    sg_log_tree_fini(&log->tree);
    sg_log_keys_fini(&log->keys);
    sg_acts_close(log->acts);
    sg_buf_fini(&log->index);
    sg_buf_fini(&log->leaves);
    if (log->segments >= 0)
        (void)close(log->segments);
    if (log->folder >= 0)
        (void)close(log->folder);
    free(log->dir);
    free(log->path);
    free(log);
}

enum scrubgate_status sg_log_leave(struct sg_log **log, struct sg_journal_place *place,
                                   struct scrubgate_fault *fault)
{
    struct sg_log *old = *log;
    /* What this one knows of a gap goes with it. Whoever has the log next makes the tree from the
     * records, if need be: this only spares it that. */
    if (old->signs && sg_log_grow(old, NULL) >= 0) {
        (void)!sg_log_tell_own(old, true, NULL);
        (void)!sg_log_sign(old, NULL);
    }
    enum scrubgate_status rc = sg_journal_leave(&old->journal, place, fault);
    if (rc < 0)
        return rc;
    sg_log_close(old);
    *log = NULL;
    return rc;
}

/* --- records --- */

enum scrubgate_status sg_log_append(struct sg_log *log, struct sg_bytes record, uint64_t *seq)
{
    enum scrubgate_status rc = log->signs ? sg_log_grow(log, NULL) : SCRUBGATE_OK;
    if (rc >= 0 && log->signs && sg_log_refuses(log, record))
        rc = SCRUBGATE_EIO;
    return rc < 0 ? rc : sg_journal_append(log->journal, record, seq);
}

enum scrubgate_status sg_log_commit(struct sg_log *log, struct scrubgate_fault *fault)
{
    enum scrubgate_status rc = log->signs ? sg_log_grow(log, fault) : SCRUBGATE_OK;
    if (log->leaves.cap > LEAVES_KEPT)
        sg_buf_fini(&log->leaves);
    log->leaves.len = 0;
    if (rc >= 0)
        rc = sg_journal_commit(log->journal, fault);
    sg_log_note_commit(log, rc);
    return rc;
}

/* --- the tree --- */

/* Entries of an index that cannot be written are written anew at the next start. */
void sg_log_write_index(struct sg_log *log)
{
    const uint64_t n = log->index.len / SG_INDEX_ENTRY;
    if (n > 0)
        (void)!sg_index_write(log->segments, log->tree.range.size - n, &log->index, false);
    log->index.len = 0;
}

static enum scrubgate_status take_line(struct sg_log *log, struct sg_bytes line,
                                       const struct sg_hash *leaf)
{
    enum scrubgate_status rc = sg_index_add(&log->index, log->offset);
    if (rc < 0)
        return rc;
    rc = sg_log_tree_push(&log->tree, leaf);
    log->offset += line.len + 1;
    if (log->tree.range.size % SG_JOURNAL_SEGMENT == 0) {
        sg_log_write_index(log);
        log->offset = 0;
        log->changed_ns = 1; /* a full segment is signed at once */
    }
    return rc == SCRUBGATE_EIO ? SCRUBGATE_OK : rc; /* a tile: made again before it is signed */
}

enum scrubgate_status sg_log_grow(struct sg_log *log, struct scrubgate_fault *fault)
{
    uint64_t first;
    struct sg_bytes line, rest = sg_journal_committed(log->journal, &first);
    struct sg_hash leaf;
    enum scrubgate_status rc = SCRUBGATE_OK;
    if (log->lost)
        return sg_log_recover(log, false, fault);
    if (log->tree.range.size == sg_journal_durable(log->journal))
        return SCRUBGATE_OK;
    assert(log->tree.range.size == first);
    const bool hashed =
        log->leaves.len == (sg_journal_durable(log->journal) - first) * sizeof leaf.bytes;
    for (size_t at = 0; rc >= 0 && sg_bytes_take_line(&rest, &line); at += sizeof leaf.bytes) {
        if (hashed)
            memcpy(leaf.bytes, log->leaves.data + at, sizeof leaf.bytes);
        else
            rc = sg_merkle_leaf(log->tree.sha, line, &leaf);
        if (rc >= 0)
            rc = take_line(log, line, &leaf);
    }
    if (log->index.len >= INDEX_PIECE)
        sg_log_write_index(log);
    if (rc < 0) {
        log->lost = true;
        return out_of_memory(log->dir, fault);
    }
    if (log->changed_ns == 0)
        log->changed_ns = sg_clock_mono_ns();
    return SCRUBGATE_OK;
}

/* --- what time asks for --- */

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t due(const struct sg_log *log)
{
    uint64_t next = log->sealed_ns + log->epoch_ns;
    if (log->changed_ns != 0)
        next = earlier(next, log->changed_ns + log->checkpoint_ns);
    if (log->retry_ns > next)
        next = log->retry_ns;
    return earlier(earlier(next, sg_log_own_due(log)), sg_log_prune_due(log));
}

/* A seal before the checkpoint: that then has it. */
static enum scrubgate_status seal_and_sign(struct sg_log *log, uint64_t now, bool at_once,
                                           struct scrubgate_fault *fault)
{
    enum scrubgate_status rc = SCRUBGATE_DONE;
    if (now - log->sealed_ns >= log->epoch_ns)
        rc = sg_log_seal(log, now, fault);
    if (rc < 0 || log->changed_ns == 0 || (!at_once && now < log->changed_ns + log->checkpoint_ns))
        return rc;
    return sg_log_sign(log, fault);
}

static enum scrubgate_status tend_tree(struct sg_log *log, uint64_t now, bool at_once,
                                       struct scrubgate_fault *fault)
{
    if (log->sealed_ns == 0)
        log->sealed_ns = now;
    enum scrubgate_status rc = sg_log_grow(log, fault);
    if (rc >= 0)
        rc = now < log->retry_ns ? SCRUBGATE_DONE : seal_and_sign(log, now, at_once, fault);
    log->retry_ns = rc < 0 ? now + again_ns : (now < log->retry_ns ? log->retry_ns : 0);
    return rc;
}

enum scrubgate_status sg_log_tick(struct sg_log *log, uint64_t now, bool at_once, uint64_t *next,
                                  struct scrubgate_fault *fault)
{
    enum scrubgate_status rc = SCRUBGATE_DONE;
    if (log->signs)
        rc = tend_tree(log, now, at_once, fault);
    sg_log_tend_space(log, now);
    if (log->signs) {
        enum scrubgate_status own = sg_log_tend_own(log, now, rc < 0 ? NULL : fault);
        rc = rc < 0 || own == SCRUBGATE_DONE ? rc : own;
        own = rc < 0 ? rc : sg_log_tend_prune(log, now, fault);
        rc = own == SCRUBGATE_DONE ? rc : own;
    }
    if (rc >= 0 && log->space.room == SG_LOG_ROOM_FULL)
        rc = sg_log_tell_full(log, fault);
    *next = earlier(log->signs ? due(log) : UINT64_MAX, sg_log_space_due(log));
    return rc;
}

enum scrubgate_status sg_log_finish(struct sg_log *log, struct scrubgate_fault *fault)
{
    if (!log->signs)
        return SCRUBGATE_OK;
    enum scrubgate_status rc = sg_log_grow(log, fault);
    if (rc >= 0)
        rc = sg_log_tell_own(log, true, fault);
    if (rc >= 0)
        rc = sg_log_seal(log, sg_clock_mono_ns(), fault);
    return rc < 0 ? rc : sg_log_sign(log, fault);
}

uint64_t sg_log_signed(const struct sg_log *log)
{
    return log->signed_size;
}
