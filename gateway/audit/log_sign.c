/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log_sign.c - checkpoints and seals: what a log commits to.
 *
 *     partial tiles -> checkpoint.new, synced -> checkpoint -> folder synced -> older tiles removed
 *     seal record, durable -> next key written over the old one
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "audit/checkpoint.h"
#include "audit/log_parts.h"
#include "audit/seal_file.h"
#include "base/clock.h"
#include "base/diag.h"

enum { FILE_MODE = 0640 };
static const char name[] = "checkpoint", name_before[] = "checkpoint.new";

static enum scrubgate_status fail(const struct sg_log *log, const char *what,
                                  struct scrubgate_fault *fault)
{
    sg_fault_set(fault, log->dir, 0, 0, "%s: %s", what, strerror(errno));
    return SCRUBGATE_EIO;
}

static bool write_synced(int folder, const struct sg_buf *text)
{
    int fd = openat(folder, name_before, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
                    FILE_MODE);
    if (fd < 0)
        return false;
    ssize_t put = write(fd, text->data, text->len);
    if (put >= 0 && put != (ssize_t)text->len)
        errno = ENOSPC;
    bool ok = put == (ssize_t)text->len && fsync(fd) == 0;
    return close(fd) == 0 && ok;
}

/* Nobody sees it before it is durable, and none before it is gone until then. */
static enum scrubgate_status publish(struct sg_log *log, const struct sg_buf *text,
                                     struct scrubgate_fault *fault)
{
    if (!write_synced(log->folder, text) ||
        renameat(log->folder, name_before, log->folder, name) != 0 || fsync(log->folder) != 0)
        return fail(log, "cannot write the checkpoint", fault);
    return SCRUBGATE_OK;
}

enum scrubgate_status sg_log_sign(struct sg_log *log, struct scrubgate_fault *fault)
{
    struct sg_buf text = {0};
    struct sg_checkpoint checkpoint = {.origin = sg_bytes_of(log->keys.key.name),
                                       .size = log->tree.range.size};
    enum scrubgate_status rc = SCRUBGATE_OK;
    if (checkpoint.size == 0 || (log->has_checkpoint && checkpoint.size == log->signed_size)) {
        log->changed_ns = 0;
        return SCRUBGATE_OK;
    }
    sg_log_write_index(log);
    if (log->tree.missing != UINT64_MAX)
        rc = sg_log_recover(log, false, fault);
    if (rc < 0)
        return rc;
    if (log->tree.missing != UINT64_MAX)
        return fail(log, "cannot write the tiles of the tree", fault);
    rc = sg_log_tree_write_partial(&log->tree);
    if (rc < 0)
        return fail(log, "cannot write the tiles of the tree", fault);
    rc = sg_log_tree_root(&log->tree, &checkpoint.root);
    if (rc >= 0)
        rc = sg_checkpoint_add(&text, &checkpoint, &log->keys.key, log->keys.signer);
    if (rc >= 0)
        rc = publish(log, &text, fault);
    else
        sg_fault_set(fault, log->dir, 0, 0, "cannot sign the checkpoint: %s",
                     scrubgate_status_word(rc));
    if (rc >= 0) {
        if (log->has_checkpoint)
            sg_log_tree_remove_partial(&log->tree, log->signed_size);
        log->has_checkpoint = true;
        log->signed_size = checkpoint.size;
        log->signed_root = checkpoint.root;
        log->changed_ns = 0;
    }
    sg_buf_fini(&text);
    return rc;
}

/* --- seals --- */

static enum scrubgate_status save_key(struct sg_log *log, struct scrubgate_fault *fault)
{
    log->unsaved = true;
    enum scrubgate_status rc = sg_seal_file_replace(log->keys.seal_fd, &log->keys.seal);
    if (rc < 0)
        return fail(log, "cannot replace the seal key by the next one", fault);
    log->unsaved = false;
    return rc;
}

static enum scrubgate_status write_seal(struct sg_log *log, const struct sg_seal *seal,
                                        struct scrubgate_fault *fault)
{
    struct sg_buf record = {0};
    uint8_t mac[SG_SHA256_SIZE];
    enum scrubgate_status rc = sg_seal_mac(&log->keys.seal, seal, mac);
    if (rc >= 0)
        rc = sg_record_seal(&record, log->source, seal, mac);
    if (rc < 0)
        sg_fault_set(fault, log->dir, 0, 0, "cannot seal: %s", scrubgate_status_word(rc));
    else
        rc = sg_log_put(log, sg_buf_bytes(&record), fault);
    sg_buf_fini(&record);
    return rc;
}

enum scrubgate_status sg_log_seal(struct sg_log *log, uint64_t now, struct scrubgate_fault *fault)
{
    struct sg_seal seal = {.origin = log->keys.key.name,
                           .boot = log->source->boot,
                           .epoch = log->keys.seal.epoch,
                           .size = log->tree.range.size,
                           .mono_ns = sg_clock_mono_ns()};
    struct sg_seal_key next = log->keys.seal;
    log->sealed_ns = now;
    if (seal.size == 0)
        return SCRUBGATE_DONE;
    /* A log that is sealed has a checkpoint: one that has none was robbed of it. */
    enum scrubgate_status rc = log->has_checkpoint ? SCRUBGATE_OK : sg_log_sign(log, fault);
    /* With an old key on disk nothing new is sealed: what it could forge must not grow. */
    if (rc >= 0 && log->unsaved)
        rc = save_key(log, fault);
    if (rc >= 0)
        rc = sg_log_tree_root(&log->tree, &seal.root);
    if (rc >= 0)
        rc = sg_seal_next(&next);
    if (rc >= 0)
        rc = write_seal(log, &seal, fault);
    if (rc >= 0) {
        log->keys.seal = next;
        log->sealed_size = seal.size;
        rc = save_key(log, fault);
    }
    if (rc >= 0)
        rc = sg_log_grow(log, fault);
    if (rc < 0)
        log->sealed_ns = now - log->epoch_ns; /* still to be done */
    sg_wipe(&next, sizeof next);
    return rc;
}
