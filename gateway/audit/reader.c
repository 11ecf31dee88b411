/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reader.c - a log folder as an outsider sees it: its records, its checkpoint, its tree.
 */
#include "audit/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/index.h"
#include "audit/journal.h"
#include "audit/note.h"
#include "audit/pruned.h"
#include "audit/segment.h"
#include "audit/tile_file.h"
#include "audit/walk.h"
#include "audit/witnessed.h"
#include "base/diag.h"

/* The tile of a level that was read last: proofs and roots ask for its hashes one by one. */
struct kept {
    struct sg_tile tile; /* width 0: none */
    bool there;          /* false: it has no file */
    uint8_t hashes[SG_TILE_SIZE];
};

struct sg_reader {
    char *path; /* of the folder of segments */
    int dir, folder;
    uint64_t first;        /* number of the first record */
    struct sg_walk walk;   /* the caller's */
    uint64_t last;         /* where its last record began */
    struct sg_walk leaves; /* the tree's */
    struct sg_sha256 *sha;
    uint64_t size;
    bool believed;
    struct kept kept[SG_TILE_LEVELS];
};

static enum scrubgate_status open_folders(struct sg_reader *reader, const char *dir,
                                          struct scrubgate_fault *fault)
{
    uint64_t count, first = 0;
    reader->dir = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (reader->dir >= 0)
        reader->folder = openat(reader->dir, "log", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (reader->folder < 0) {
        sg_fault_set(fault, reader->dir < 0 ? dir : reader->path, 0, 0,
                     "cannot open this folder: %s", strerror(errno));
        return SCRUBGATE_EIO;
    }
    /* Files go once this is written: those that are listed after it are there. */
    enum scrubgate_status rc = sg_pruned_read(reader->dir, dir, &first, fault);
    reader->first = first;
    return rc < 0 ? rc
                  : sg_segment_count(reader->folder, reader->path, first / SG_JOURNAL_SEGMENT,
                                     &count, fault);
}

enum scrubgate_status sg_reader_open(struct sg_reader **reader, const char *dir,
                                     struct scrubgate_fault *fault)
{
    const size_t size = strlen(dir) + sizeof "/log";
    struct sg_reader *made = calloc(1, sizeof *made);
    enum scrubgate_status rc = SCRUBGATE_ENOMEM;
    *reader = NULL;
    if (made != NULL) {
        made->dir = made->folder = -1;
        made->believed = true;
        made->path = malloc(size);
        rc = made->path == NULL ? SCRUBGATE_ENOMEM : sg_sha256_new(&made->sha);
    }
    if (rc < 0) {
        sg_fault_set(fault, dir, 0, 0, "out of memory");
        goto out;
    }
    (void)snprintf(made->path, size, "%s/log", dir);
    rc = open_folders(made, dir, fault);
    if (rc >= 0)
        rc = sg_walk_init(&made->walk, made->folder, made->path, fault);
    if (rc >= 0)
        rc = sg_walk_init(&made->leaves, made->folder, made->path, fault);
    if (rc < 0)
        goto out;
    made->walk.seq = made->first;
    *reader = made;
    made = NULL; /* the caller's now: the exit frees nothing */
out:
    sg_reader_close(made);
    return rc;
}

void sg_reader_close(struct sg_reader *reader)
{
    if (reader == NULL)
        return;
    sg_walk_fini(&reader->walk);
    sg_walk_fini(&reader->leaves);
    if (reader->folder >= 0)
        (void)close(reader->folder);
    if (reader->dir >= 0)
        (void)close(reader->dir);
    sg_sha256_free(reader->sha);
    free(reader->path);
    free(reader);
}

bool sg_reader_was_replaced(const struct sg_reader *reader)
{
    struct stat ours, there;
    return fstat(reader->folder, &ours) != 0 || stat(reader->path, &there) != 0 ||
           ours.st_dev != there.st_dev || ours.st_ino != there.st_ino;
}

enum scrubgate_status sg_reader_next(struct sg_reader *reader, struct sg_bytes *record,
                                     uint64_t *seq, struct scrubgate_fault *fault)
{
    enum scrubgate_status rc = sg_walk_next(&reader->walk, record, seq, fault);
    if (rc == SCRUBGATE_OK)
        reader->last = reader->walk.offset - record->len - 1;
    return rc;
}

enum scrubgate_status sg_reader_seek(struct sg_reader *reader, uint64_t seq,
                                     struct scrubgate_fault *fault)
{
    if (seq >= reader->first)
        return sg_walk_seek(&reader->walk, seq, fault);
    sg_reader_tell(reader, seq, "it was removed when it was old (docs/AUDIT.md, retention)", fault);
    return SCRUBGATE_EINVAL;
}

uint64_t sg_reader_first(const struct sg_reader *reader)
{
    return reader->first;
}

bool sg_reader_has_index(const struct sg_reader *reader, uint64_t segment)
{
    return sg_index_has(reader->folder, segment, SG_JOURNAL_SEGMENT);
}

void sg_reader_tell(const struct sg_reader *reader, uint64_t seq, const char *what,
                    struct scrubgate_fault *fault)
{
    sg_walk_tell(reader->path, seq, what, fault);
}

uint64_t sg_reader_offset(const struct sg_reader *reader)
{
    return reader->last;
}

static enum scrubgate_status read_note(const struct sg_reader *reader, const char *name,
                                       struct sg_buf *out, struct scrubgate_fault *fault)
{
    enum { PART = 4096 };
    const size_t start = out->len;
    enum scrubgate_status rc = SCRUBGATE_OK;
    ssize_t got = 1;
    int fd = openat(reader->dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0 && errno == ENOENT)
        return SCRUBGATE_DONE;
    while (fd >= 0 && got > 0 && rc >= 0) {
        rc = sg_buf_reserve(out, PART);
        if (rc < 0)
            break;
        got = pread(fd, out->data + out->len, PART, (off_t)(out->len - start));
        if (got < 0 && errno == EINTR)
            got = 1;
        else if (got > 0)
            out->len += (size_t)got;
        if (out->len - start > SG_NOTE_LONGEST)
            rc = SCRUBGATE_ELIMIT;
    }
    if (fd < 0 || got < 0)
        rc = SCRUBGATE_EIO;
    if (rc < 0)
        sg_fault_set(fault, reader->path, 0, 0, "cannot read the %s beside this folder: %s", name,
                     rc == SCRUBGATE_EIO ? strerror(errno) : scrubgate_status_word(rc));
    if (fd >= 0)
        (void)close(fd);
    return rc;
}

enum scrubgate_status sg_reader_checkpoint(struct sg_reader *reader, struct sg_buf *out,
                                           struct scrubgate_fault *fault)
{
    return read_note(reader, "checkpoint", out, fault);
}

enum scrubgate_status sg_reader_witnessed(struct sg_reader *reader, struct sg_buf *out,
                                          struct scrubgate_fault *fault)
{
    return read_note(reader, SG_WITNESSED_NAME, out, fault);
}

bool sg_reader_tile(const struct sg_reader *reader, const struct sg_tile *tile,
                    uint8_t hashes[SG_TILE_SIZE])
{
    return sg_tile_file_read(reader->dir, tile, hashes);
}

size_t sg_reader_index(const struct sg_reader *reader, uint64_t seq, uint8_t *entries, size_t cap)
{
    return sg_index_read(reader->folder, seq, entries, cap);
}

/* --- the tree --- */

void sg_reader_set_size(struct sg_reader *reader, uint64_t size)
{
    reader->size = size;
}

void sg_reader_set_tiles(struct sg_reader *reader, bool believed)
{
    reader->believed = believed;
}

static enum scrubgate_status hash_record(struct sg_reader *reader, uint64_t seq,
                                         struct sg_hash *out)
{
    struct sg_bytes record;
    uint64_t number;
    enum scrubgate_status rc = SCRUBGATE_OK;
    if (reader->leaves.seq != seq || reader->leaves.fd < 0)
        rc = sg_walk_seek(&reader->leaves, seq, NULL);
    if (rc == SCRUBGATE_OK)
        rc = sg_walk_next(&reader->leaves, &record, &number, NULL);
    if (rc == SCRUBGATE_DONE)
        rc = SCRUBGATE_EMALFORMED;
    return rc < 0 ? rc : sg_merkle_leaf(reader->sha, record, out);
}

/* Of records that were removed tiles are all there is. */
static bool is_removed(const struct sg_reader *reader, unsigned level, uint64_t index)
{
    const unsigned shift = level * SG_TILE_HEIGHT;
    return index < reader->first >> shift;
}

/* The tile in which hash `index` of a level of tiles stands; NULL when it is not to be had. */
static const uint8_t *find_tile(struct sg_reader *reader, unsigned level, uint64_t index)
{
    struct sg_tile tile;
    struct kept *kept = &reader->kept[level];
    if ((!reader->believed && !is_removed(reader, level, index)) ||
        !sg_tile_in(&tile, (int)level, index / SG_TILE_WIDTH, reader->size) ||
        index % SG_TILE_WIDTH >= tile.width)
        return NULL;
    if (kept->tile.index != tile.index || kept->tile.width != tile.width) {
        kept->there = sg_tile_file_read(reader->dir, &tile, kept->hashes);
        kept->tile = tile;
    }
    return kept->there ? kept->hashes : NULL;
}

/* A hash of a level of tiles. It calls itself once for each level below, of which there are 8. */
static enum scrubgate_status find_hash(struct sg_reader *reader, unsigned level, uint64_t index,
                                       struct sg_hash *out)
{
    struct sg_merkle_range range = {.size = 0};
    const uint8_t *hashes = find_tile(reader, level, index);
    enum scrubgate_status rc = SCRUBGATE_OK;
    if (hashes != NULL) {
        memcpy(out->bytes, hashes + index % SG_TILE_WIDTH * SG_SHA256_SIZE, SG_SHA256_SIZE);
        return rc;
    }
    if (level <= 2 && is_removed(reader, level, index))
        return SCRUBGATE_EMALFORMED; /* and nothing to make it from */
    if (level == 0)
        return hash_record(reader, index, out);
    for (unsigned i = 0; i < SG_TILE_WIDTH && rc >= 0; i++) {
        struct sg_hash hash;
        rc = find_hash(reader, level - 1, index * SG_TILE_WIDTH + i, &hash);
        if (rc >= 0)
            rc = sg_merkle_push(&range, reader->sha, &hash, NULL, NULL);
    }
    return rc < 0 ? rc : sg_merkle_root(&range, reader->sha, out);
}

enum scrubgate_status sg_reader_node(void *ctx, unsigned level, uint64_t index, struct sg_hash *out)
{
    struct sg_reader *reader = ctx;
    struct sg_merkle_range range = {.size = 0};
    const unsigned above = level % SG_TILE_HEIGHT;
    enum scrubgate_status rc = SCRUBGATE_OK;
    if (level >= SG_TILE_LEVELS * SG_TILE_HEIGHT || (level > 0 && index > (UINT64_MAX >> level)))
        return SCRUBGATE_EINVAL;
    for (uint64_t i = 0; i < (uint64_t)1 << above && rc >= 0; i++) {
        struct sg_hash hash;
        rc = find_hash(reader, level / SG_TILE_HEIGHT, (index << above) + i, &hash);
        if (rc >= 0)
            rc = sg_merkle_push(&range, reader->sha, &hash, NULL, NULL);
    }
    return rc < 0 ? rc : sg_merkle_root(&range, reader->sha, out);
}
