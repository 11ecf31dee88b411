/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log_recover.c - the tree of a log that was there before.
 *
 *     checkpoint: size, root ──> tiles, records of the last segment: do they give that root?
 *         yes ──> the records behind it ──> go on
 *         no  ──> all records: do they? ──> yes: the tiles were wrong, and are made again
 *                                       └─> no: damage
 *
 * What is compared first is only looked at: a damaged log is left as it was found.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "audit/checkpoint.h"
#include "audit/index.h"
#include "audit/line.h"
#include "audit/log_parts.h"
#include "audit/reader.h"
#include "audit/seal_file.h"
#include "audit/tile_file.h"
#include "audit/walk.h"
#include "base/base64.h"
#include "base/clock.h"
#include "base/diag.h"

enum { PART = 4096 };

static enum scrubgate_status damaged(const struct sg_log *log, const char *what,
                                     struct scrubgate_fault *fault)
{
    sg_fault_set(fault, log->dir, 0, 0, "%s", what);
    return SCRUBGATE_EMALFORMED;
}

/* --- the checkpoint --- */

/* DONE: there is none. */
static enum scrubgate_status read_note(const struct sg_log *log, struct sg_buf *text)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    ssize_t got = 1;
    int fd = openat(log->folder, "checkpoint", O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return errno == ENOENT ? SCRUBGATE_DONE : SCRUBGATE_EIO;
    while (rc >= 0 && got > 0) {
        rc = sg_buf_reserve(text, PART);
        if (rc < 0)
            break;
        got = pread(fd, text->data + text->len, PART, (off_t)text->len);
        text->len += got > 0 ? (size_t)got : 0;
    }
    (void)close(fd);
    return got < 0 ? SCRUBGATE_EIO : rc;
}

enum scrubgate_status sg_log_read_checkpoint(struct sg_log *log, struct scrubgate_fault *fault)
{
    struct sg_buf text = {.ceiling = 2 * SG_NOTE_LONGEST};
    struct sg_checkpoint checkpoint;
    enum scrubgate_status rc = read_note(log, &text);
    if (rc == SCRUBGATE_EIO)
        sg_fault_set(fault, log->dir, 0, 0, "cannot read the checkpoint: %s", strerror(errno));
    if (rc == SCRUBGATE_OK) {
        rc = sg_checkpoint_open(&checkpoint, NULL, sg_buf_bytes(&text), &log->keys.key);
        if (rc == SCRUBGATE_ENOMEM)
            sg_fault_set(fault, log->dir, 0, 0, "out of memory");
        else if (rc < 0)
            rc = damaged(log,
                         "its checkpoint is not one that log.key signed: restore the checkpoint or "
                         "the key, or begin a log in another folder with keys of its own",
                         fault);
    }
    if (rc == SCRUBGATE_OK) {
        log->has_checkpoint = true;
        log->signed_size = checkpoint.size;
        log->signed_root = checkpoint.root;
    }
    sg_buf_fini(&text);
    return rc < 0 ? rc : SCRUBGATE_OK;
}

/* --- records into the tree --- */

/* A seal says which tree stood before it: without its key too that is worth a look. */
static enum scrubgate_status check_seal(const struct sg_log *log, struct sg_bytes record,
                                        uint64_t seq, struct scrubgate_fault *fault)
{
    struct sg_line line;
    struct sg_hash root, said;
    size_t len = 0;
    if (sg_line_read(&line, record) < 0) {
        sg_walk_tell(log->path, seq, "this line is no record: the log was changed", fault);
        return SCRUBGATE_EMALFORMED;
    }
    if ((line.has & SG_LINE_WHAT) == 0 || !sg_bytes_equal(line.what, SG_BYTES("seal")))
        return SCRUBGATE_OK;
    enum scrubgate_status rc = sg_log_tree_root(&log->tree, &root);
    if (rc < 0)
        return rc;
    if (line.size == seq && sg_base64_read(line.root, said.bytes, sizeof said.bytes, &len) >= 0 &&
        len == sizeof said.bytes && sg_hash_equal(&root, &said))
        return SCRUBGATE_OK;
    sg_walk_tell(log->path, seq,
                 "this seal is of other records than those before it: the log was changed", fault);
    return SCRUBGATE_EMALFORMED;
}

static enum scrubgate_status take_record(struct sg_log *log, struct sg_bytes record,
                                         uint64_t offset, struct scrubgate_fault *fault)
{
    const uint64_t seq = log->tree.range.size;
    struct sg_hash leaf;
    enum scrubgate_status rc = SCRUBGATE_OK;
    if (seq >= log->signed_size)
        rc = check_seal(log, record, seq, fault);
    if (rc >= 0 && log->tree.writes)
        rc = sg_index_add(&log->index, offset);
    if (rc >= 0)
        rc = sg_merkle_leaf(log->tree.sha, record, &leaf);
    if (rc >= 0)
        rc = sg_log_tree_push(&log->tree, &leaf);
    return rc == SCRUBGATE_EIO ? SCRUBGATE_OK : rc; /* a tile: made again before it is signed */
}

static void flush_index(struct sg_log *log)
{
    const uint64_t n = log->index.len / SG_INDEX_ENTRY;
    if (n > 0)
        (void)!sg_index_write(log->segments, log->tree.range.size - n, &log->index, false);
    log->index.len = 0;
}

/* From where the tree ends. */
static enum scrubgate_status take_until(struct sg_log *log, uint64_t end,
                                        struct scrubgate_fault *fault)
{
    struct sg_walk walk;
    struct sg_bytes record;
    uint64_t seq;
    enum scrubgate_status rc = sg_walk_init(&walk, log->segments, log->path, fault);
    if (rc >= 0)
        rc = sg_walk_seek(&walk, log->tree.range.size, fault);
    while (rc == SCRUBGATE_OK && log->tree.range.size < end) {
        rc = sg_walk_next(&walk, &record, &seq, fault);
        if (rc != SCRUBGATE_OK)
            break;
        rc = take_record(log, record, walk.offset - record.len - 1, fault);
        if (log->tree.range.size % SG_JOURNAL_SEGMENT == 0)
            flush_index(log);
    }
    flush_index(log);
    if (rc == SCRUBGATE_DONE && log->tree.range.size < end) {
        sg_walk_tell(log->path, log->tree.range.size, "it is missing: restore the log", fault);
        rc = SCRUBGATE_EMALFORMED;
    }
    log->offset = log->tree.range.size % SG_JOURNAL_SEGMENT == 0 ? 0 : walk.offset;
    sg_walk_fini(&walk);
    return rc < 0 ? rc : SCRUBGATE_OK;
}

/* --- what the checkpoint commits to --- */

static uint64_t segment_start(uint64_t seq)
{
    return seq - seq % SG_JOURNAL_SEGMENT;
}

/* Where looking begins: the last segment is short enough to be read whole, and no tile that should
 * be there lies before. */
static uint64_t first_to_look_at(const struct sg_log *log)
{
    uint64_t first = log->signed_size == 0 ? 0 : segment_start(log->signed_size - 1);
    const uint64_t least = log->first; /* nothing before it can be looked at */
    for (unsigned tier = 0; tier < SG_TILE_LEVELS; tier++) {
        const unsigned shift = SG_TILE_HEIGHT * (tier + 1);
        struct sg_tile tile;
        const uint64_t begin = tier < SG_TILE_KEPT && shift < 64 ? least >> shift : 0;
        for (uint64_t i = begin; shift < 64 && i < log->signed_size >> shift; i++) {
            if (!sg_tile_in(&tile, (int)tier, i, log->signed_size) || i << shift >= first ||
                sg_tile_file_there(log->folder, &tile))
                continue;
            first = segment_start(i << shift);
            break;
        }
    }
    return first < least ? least : first;
}

/* *fits: tiles up to `from` and the records behind it give the signed root. */
static enum scrubgate_status compare(struct sg_log *log, struct sg_reader *reader, uint64_t from,
                                     bool *fits, struct scrubgate_fault *fault)
{
    struct sg_hash root;
    struct sg_log_tree *tree = &log->tree;
    tree->writes = false;
    tree->missing = tree->differs = UINT64_MAX;
    *fits = false;
    enum scrubgate_status rc = sg_log_tree_begin(tree, from, sg_reader_node, reader);
    if (rc == SCRUBGATE_EMALFORMED || rc == SCRUBGATE_EIO)
        return SCRUBGATE_OK; /* the records will say where */
    if (rc >= 0)
        rc = take_until(log, log->signed_size, fault);
    if (rc >= 0)
        rc = sg_log_tree_root(tree, &root);
    if (rc >= 0)
        *fits = log->signed_size == 0 || sg_hash_equal(&root, &log->signed_root);
    return rc;
}

/* The records are not those that were signed. The tiles may tell which. */
static enum scrubgate_status name_first_bad(struct sg_log *log, struct scrubgate_fault *fault)
{
    static const char what[] = "it is not the record that was signed: the log was changed, or the "
                               "disk is failing; restore it, then start again";
    (void)!sg_log_tree_write_partial(&log->tree);
    if (log->tree.differs < log->signed_size) {
        sg_walk_tell(log->path, log->tree.differs, what, fault);
        return SCRUBGATE_EMALFORMED;
    }
    return damaged(log,
                   "its records do not give the root that the checkpoint signs, and no tile tells "
                   "which of them was changed: restore the log, then start again",
                   fault);
}

/* *first: where tiles must be written from on, at most the checkpoint's size. */
static enum scrubgate_status check_signed(struct sg_log *log, struct sg_reader *reader, bool whole,
                                          uint64_t *first, struct scrubgate_fault *fault)
{
    bool fits;
    uint64_t from = whole ? first_to_look_at(log) : log->signed_size;
    enum scrubgate_status rc = compare(log, reader, from, &fits, fault);
    if (rc >= 0 && !fits) {
        sg_reader_set_tiles(reader, false);
        rc = compare(log, reader, log->first, &fits, fault);
        if (rc >= 0 && !fits)
            rc = name_first_bad(log, fault);
    }
    *first =
        log->tree.missing < log->signed_size ? segment_start(log->tree.missing) : log->signed_size;
    return rc;
}

/* --- index --- */

static enum scrubgate_status make_index(struct sg_log *log, struct sg_walk *walk, uint64_t first,
                                        uint64_t end, struct scrubgate_fault *fault)
{
    struct sg_bytes record;
    uint64_t seq;
    enum scrubgate_status rc = sg_walk_seek(walk, first, fault);
    while (rc == SCRUBGATE_OK && walk->seq < end) {
        const uint64_t offset = walk->offset;
        rc = sg_walk_next(walk, &record, &seq, fault);
        if (rc == SCRUBGATE_OK)
            rc = sg_index_add(&log->index, offset);
    }
    if (rc == SCRUBGATE_OK)
        (void)!sg_index_write(log->segments, first, &log->index, true);
    log->index.len = 0;
    return rc < 0 ? rc : SCRUBGATE_OK;
}

/* Those whose length is not right are made again; what is in them is seen by who reads it. */
static enum scrubgate_status check_indexes(struct sg_log *log, uint64_t end,
                                           struct scrubgate_fault *fault)
{
    struct sg_walk walk;
    enum scrubgate_status rc = sg_walk_init(&walk, log->segments, log->path, fault);
    for (uint64_t first = log->first; first < end && rc >= 0; first += SG_JOURNAL_SEGMENT) {
        const uint64_t n = end - first < SG_JOURNAL_SEGMENT ? end - first : SG_JOURNAL_SEGMENT;
        if (!sg_index_has(log->segments, first / SG_JOURNAL_SEGMENT, n))
            rc = make_index(log, &walk, first, first + n, fault);
    }
    sg_walk_fini(&walk);
    return rc;
}

/* --- the whole --- */

/* From `first` on, with tiles; up to the last durable record. */
static enum scrubgate_status go_on(struct sg_log *log, struct sg_reader *reader, uint64_t first,
                                   struct scrubgate_fault *fault)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    if (first < log->signed_size)
        rc = sg_log_tree_begin(&log->tree, first, sg_reader_node, reader);
    log->tree.writes = true;
    log->tree.missing = UINT64_MAX;
    return rc < 0 ? rc : take_until(log, sg_journal_durable(log->journal), fault);
}

enum scrubgate_status sg_log_recover(struct sg_log *log, bool whole, struct scrubgate_fault *fault)
{
    const uint64_t durable = sg_journal_durable(log->journal);
    struct sg_reader *reader = NULL;
    uint64_t first = 0;
    log->lost = true; /* until it is done */
    log->index.len = 0;
    if (durable < log->signed_size) {
        sg_walk_tell(log->path, durable, "it was signed, but it is missing: restore the log",
                     fault);
        return SCRUBGATE_EMALFORMED;
    }
    enum scrubgate_status rc = sg_reader_open(&reader, log->dir, fault);
    if (rc < 0)
        return rc;
    log->first = sg_reader_first(reader);
    if (log->first > log->signed_size) {
        sg_reader_close(reader);
        return damaged(log, "more of it was removed than its checkpoint has: restore the log",
                       fault);
    }
    sg_reader_set_size(reader, log->signed_size);
    rc = check_signed(log, reader, whole, &first, fault);
    if (rc >= 0)
        rc = go_on(log, reader, first, fault);
    if (rc >= 0 && whole)
        rc = check_indexes(log, durable, fault);
    if (rc == SCRUBGATE_ENOMEM)
        sg_fault_set(fault, log->dir, 0, 0, "out of memory");
    sg_reader_close(reader);
    if (rc < 0)
        return rc;
    log->lost = false;
    if (durable > log->signed_size && log->changed_ns == 0)
        log->changed_ns = sg_clock_mono_ns();
    return SCRUBGATE_OK;
}

/* --- seals --- */

/* A seal as its record says it; the text in it is borrowed from `boot`. */
struct found {
    struct sg_seal seal;
    uint8_t mac[SG_SHA256_SIZE];
    char boot[64];
    bool any;
};

static void note_seal(struct found *found, struct sg_bytes record, const char *origin)
{
    struct sg_line line;
    size_t len = 0;
    if (sg_line_read(&line, record) < 0 || (line.has & SG_LINE_WHAT) == 0 ||
        !sg_bytes_equal(line.what, SG_BYTES("seal")))
        return;
    found->any = true;
    found->seal = (struct sg_seal){.origin = origin,
                                   .boot = found->boot,
                                   .epoch = line.epoch,
                                   .size = line.size,
                                   .mono_ns = line.mono_ns};
    if (!sg_bytes_to_text(line.boot, found->boot, sizeof found->boot) ||
        sg_base64_read(line.root, found->seal.root.bytes, SG_SHA256_SIZE, &len) < 0 ||
        !sg_bytes_from_hex(line.mac, found->mac, SG_SHA256_SIZE))
        memset(found->mac, 0, sizeof found->mac); /* fits no key */
}

/* Backwards, segment by segment: nearly always it is in the last one. */
static enum scrubgate_status find_last(const struct sg_log *log, struct found *found,
                                       struct scrubgate_fault *fault)
{
    struct sg_walk walk;
    struct sg_bytes record;
    uint64_t seq, end = sg_journal_durable(log->journal);
    found->any = false;
    enum scrubgate_status rc = sg_walk_init(&walk, log->segments, log->path, fault);
    while (rc >= 0 && end > log->first && !found->any) {
        const uint64_t first = segment_start(end - 1);
        rc = sg_walk_seek(&walk, first, fault);
        while (rc == SCRUBGATE_OK && walk.seq < end) {
            rc = sg_walk_next(&walk, &record, &seq, fault);
            if (rc == SCRUBGATE_OK)
                note_seal(found, record, log->keys.key.name);
        }
        end = first;
    }
    sg_walk_fini(&walk);
    return rc < 0 ? rc : SCRUBGATE_OK;
}

/* The key may be that of the last seal still, or of one before: then it must fit. */
static enum scrubgate_status catch_up(struct sg_log *log, const struct found *found,
                                      struct scrubgate_fault *fault)
{
    uint8_t mac[SG_SHA256_SIZE];
    struct sg_seal_key *key = &log->keys.seal;
    enum scrubgate_status rc = sg_seal_reach(key, found->seal.epoch);
    if (rc >= 0)
        rc = sg_seal_mac(key, &found->seal, mac);
    if (rc >= 0 && !sg_seal_mac_equal(mac, found->mac)) {
        sg_fault_set(fault, log->dir, 0, 0,
                     "seal.key does not fit the log's last seal: restore the key that is this "
                     "log's, or begin a log in another folder");
        return SCRUBGATE_EINVAL;
    }
    if (rc >= 0)
        rc = sg_seal_next(key);
    if (rc >= 0)
        rc = sg_seal_file_replace(log->keys.seal_fd, key);
    if (rc < 0)
        sg_fault_set(fault, log->dir, 0, 0, "cannot replace the seal key by the next one");
    return rc;
}

enum scrubgate_status sg_log_match_seals(struct sg_log *log, struct scrubgate_fault *fault)
{
    struct found found;
    const uint64_t epoch = log->keys.seal.epoch;
    enum scrubgate_status rc = find_last(log, &found, fault);
    if (rc < 0)
        return rc;
    if (found.any && !log->has_checkpoint)
        return damaged(log, "its checkpoint is missing, though the log is sealed: restore it",
                       fault);
    log->sealed_size = found.any ? found.seal.size : 0;
    const uint64_t sealed = found.any ? found.seal.epoch + 1 : 0;
    if (epoch > sealed) {
        sg_fault_set(fault, log->dir, 0, 0,
                     "this log is short: it has %" PRIu64 " seals, but its key has made %" PRIu64
                     ": restore the log; for a new one remove seal.key and log.key too",
                     sealed, epoch);
        return SCRUBGATE_EMALFORMED;
    }
    return epoch == sealed ? SCRUBGATE_OK : catch_up(log, &found, fault);
}
