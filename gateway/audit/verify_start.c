/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify_start.c - where a check begins that does not read all, and the tree of what it leaves out.
 */
#include <inttypes.h>

#include "audit/checkpoint.h"
#include "audit/line.h"
#include "audit/verify_run.h"
#include "base/diag.h"

/* When a record was made; 0: it does not say, or is none. */
static uint64_t time_of(struct sg_reader *reader, uint64_t seq)
{
    struct sg_bytes record;
    struct sg_line line;
    uint64_t number;
    if (sg_reader_seek(reader, seq, NULL) != SCRUBGATE_OK ||
        sg_reader_next(reader, &record, &number, NULL) != SCRUBGATE_OK ||
        sg_line_read(&line, record) < 0 || (line.has & SG_LINE_TIME) == 0)
        return 0;
    return line.time;
}

/* The wall clock may have stepped: then it is near by. All from there on is read anyway. */
static uint64_t find_time(struct sg_reader *reader, uint64_t low, uint64_t high, uint64_t time)
{
    while (low < high) {
        const uint64_t middle = low + (high - low) / 2;
        if (time_of(reader, middle) < time)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static enum scrubgate_status read_range(struct sg_reader *reader, uint64_t size,
                                        struct sg_merkle_range *range)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    range->size = size;
    for (unsigned level = 0; level < SG_MERKLE_LEVELS && rc >= 0; level++) {
        if ((size >> level & 1) != 0)
            rc = sg_reader_node(reader, level, (size >> level) - 1, &range->peak[level]);
    }
    return rc;
}

/* That the range leads to what was kept, or to what was signed. */
static enum scrubgate_status try_range(struct sg_reader *reader,
                                       const struct sg_merkle_range *range,
                                       const struct sg_checkpoint *checkpoint,
                                       const struct sg_verify_known *kept)
{
    struct sg_sha256 *sha = NULL;
    struct sg_hash root;
    enum scrubgate_status rc = sg_sha256_new(&sha);
    if (rc >= 0 && kept != NULL)
        rc = sg_merkle_root(range, sha, &root);
    if (rc >= 0 && kept != NULL && !sg_hash_equal(&root, &kept->root))
        rc = SCRUBGATE_EMALFORMED;
    if (rc >= 0)
        rc = sg_verify_begins(range, checkpoint->size, &checkpoint->root, sha, sg_reader_node,
                              reader);
    sg_sha256_free(sha);
    return rc;
}

/* The first record that is read: the one that is asked for, as far as it is still there. */
static enum scrubgate_status find_first(struct sg_verify_run *run, uint64_t size,
                                        const struct sg_verify_since *since, uint64_t *first,
                                        struct scrubgate_fault *fault)
{
    const uint64_t there = sg_reader_first(run->reader);
    *first = there;
    if (since == NULL)
        return SCRUBGATE_OK;
    uint64_t asked = since->kept != NULL ? since->kept->size : since->seq;
    if (since->time > 0)
        asked = find_time(run->reader, there, size, since->time);
    if (asked > size && since->kept == NULL) {
        sg_fault_set(fault, run->dir, 0, 0,
                     "its checkpoint has %" PRIu64
                     " records: there is nothing to begin at record %" PRIu64,
                     size, asked);
        return SCRUBGATE_EINVAL;
    }
    if (asked > there && asked <= size)
        *first = asked;
    return SCRUBGATE_OK;
}

/* The tree of what stands before, from tiles; from the records where these prove nothing. */
static enum scrubgate_status find_range(struct sg_verify_run *run, uint64_t first,
                                        const struct sg_checkpoint *checkpoint,
                                        const struct sg_verify_known *kept)
{
    struct sg_reader *reader = run->reader;
    sg_reader_set_size(reader, checkpoint->size);
    enum scrubgate_status rc = read_range(reader, first, &run->start);
    if (rc >= 0)
        rc = try_range(reader, &run->start, checkpoint,
                       kept != NULL && kept->size == first ? kept : NULL);
    if (rc == SCRUBGATE_EMALFORMED || rc == SCRUBGATE_EIO) {
        sg_reader_set_tiles(reader, false);
        rc = read_range(reader, first, &run->start);
        sg_reader_set_tiles(reader, true);
    }
    return rc;
}

enum scrubgate_status sg_verify_find_start(struct sg_verify_run *run,
                                           const struct sg_verify_config *config,
                                           const struct sg_verify_since *since,
                                           struct scrubgate_fault *fault)
{
    struct sg_checkpoint checkpoint;
    const bool removed = sg_reader_first(run->reader) > 0;
    uint64_t first = 0;
    if (since == NULL && !removed)
        return SCRUBGATE_OK;
    /* What is not signed gives nothing to begin behind: then all is read, and that is told. */
    enum scrubgate_status rc =
        sg_checkpoint_open(&checkpoint, NULL, sg_buf_bytes(&run->checkpoint), config->key);
    if (rc < 0 && removed)
        sg_fault_set(fault, run->dir, 0, 0,
                     "its oldest records were removed, and no checkpoint that the log's key signed "
                     "tells what they were");
    if (rc < 0)
        return removed || rc == SCRUBGATE_ENOMEM ? rc : SCRUBGATE_OK;
    rc = find_first(run, checkpoint.size, since, &first, fault);
    if (rc < 0 || first == 0)
        return rc;
    rc = find_range(run, first, &checkpoint, since == NULL ? NULL : since->kept);
    run->has_start = rc >= 0;
    if (rc == SCRUBGATE_EMALFORMED && removed)
        sg_fault_set(fault, run->dir, 0, 0,
                     "its oldest records were removed, and the tiles that stay for them are not "
                     "all there: restore tile/2 and those above it");
    else if (rc == SCRUBGATE_EMALFORMED)
        rc = SCRUBGATE_OK; /* a record is none: whoever reads all will name it */
    return rc;
}
