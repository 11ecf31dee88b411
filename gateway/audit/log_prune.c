/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log_prune.c - old records go, a whole file of them at a time.
 *
 *     old, signed, sealed, not held ──> prune record, durable ──> pruned, durable ──> files removed
 *
 * Whatever is cut off between two of these is made up for at the next start: a record that tells
 * of a removal comes before it, never after.
 */
#include "audit/line.h"
#include "audit/log_parts.h"
#include "audit/pruned.h"
#include "audit/reader.h"
#include "audit/walk.h"
#include "base/clock.h"

static const uint64_t second_ns = 1000 * 1000 * 1000, day_ms = 24 * 60 * 60 * 1000;
/* A clock that is so far ahead of the records may be wrong; and when that is looked at again. */
static const uint64_t ahead_ms = 30 * UINT64_C(86400000), again_ns = 60 * UINT64_C(1000000000);

/* When a record was made; 0: it does not say, or cannot be read. */
static uint64_t time_of(const struct sg_log *log, uint64_t seq)
{
    struct sg_walk walk;
    struct sg_bytes record;
    struct sg_line line;
    uint64_t number, time = 0;
    if (sg_walk_init(&walk, log->segments, log->path, NULL) < 0)
        return 0;
    if (sg_walk_seek(&walk, seq, NULL) == SCRUBGATE_OK &&
        sg_walk_next(&walk, &record, &number, NULL) == SCRUBGATE_OK &&
        sg_line_read(&line, record) >= 0 && (line.has & SG_LINE_TIME) != 0)
        time = line.time;
    sg_walk_fini(&walk);
    return time;
}

/* A clock that was set far ahead makes all records old at once: while the process that sees it
 * lives, nothing goes. */
static bool clock_jumped(const struct sg_log *log, uint64_t wall_ms)
{
    const uint64_t should = log->wall_ms + (sg_clock_boot_ns() - log->boot_ns) / 1000000;
    return wall_ms > should + day_ms || should > wall_ms + day_ms;
}

/* When the newest record was made that is older than that; UINT64_MAX: none is. */
static uint64_t last_before(const struct sg_log *log, uint64_t time)
{
    uint64_t low = log->signed_size, high = low, step = 1; /* records from high on are younger */
    while (high == low && low > log->first) {
        low -= step < low - log->first ? step : low - log->first;
        step *= 2;
        high = time_of(log, low) < time ? high : low;
    }
    if (high == low)
        return UINT64_MAX;
    while (high - low > 1) {
        const uint64_t middle = low + (high - low) / 2;
        if (time_of(log, middle) < time)
            low = middle;
        else
            high = middle;
    }
    return time_of(log, low);
}

/* One that was far ahead before the process began makes them old too, and at the next start it is
 * not seen any more from the last record: so a day's records must lie behind such a step. */
static bool is_doubtful(const struct sg_log *log, uint64_t wall_ms)
{
    const uint64_t before = last_before(log, wall_ms - day_ms);
    return before != UINT64_MAX && wall_ms - before > ahead_ms;
}

static bool is_old(struct sg_log *log, uint64_t end, uint64_t now)
{
    const uint64_t wall_ms = sg_clock_wall_ms();
    if (now < log->doubt_ns || log->signed_size < end || log->sealed_size < end)
        return false;
    log->doubt_ns = 0;
    if (log->oldest_ms == 0)
        log->oldest_ms = time_of(log, end - 1);
    if (log->oldest_ms == 0 || wall_ms <= log->keep_ms ||
        log->oldest_ms >= wall_ms - log->keep_ms || clock_jumped(log, wall_ms))
        return false;
    log->doubt_ns = is_doubtful(log, wall_ms) ? now + again_ns : 0;
    return log->doubt_ns == 0;
}

/* Of the tree of all records up to the cut: whoever keeps what is removed can prove it by this. */
static enum scrubgate_status find_root(const struct sg_log *log, uint64_t size,
                                       struct sg_hash *root, struct scrubgate_fault *fault)
{
    struct sg_reader *reader;
    enum scrubgate_status rc = sg_reader_open(&reader, log->dir, fault);
    if (rc < 0)
        return rc;
    sg_reader_set_size(reader, log->signed_size);
    rc = sg_merkle_root_of(0, size, log->tree.sha, sg_reader_node, reader, root);
    sg_reader_close(reader);
    return rc;
}

static enum scrubgate_status put_prune(struct sg_log *log, uint64_t end,
                                       struct scrubgate_fault *fault)
{
    struct sg_prune prune = {.first = log->first, .last = end - 1, .size = end, .why = "retention"};
    struct sg_buf record = {0};
    enum scrubgate_status rc = find_root(log, end, &prune.root, fault);
    if (rc >= 0)
        rc = sg_record_prune(&record, log->source, &prune);
    if (rc >= 0)
        rc = sg_log_put(log, sg_buf_bytes(&record), fault);
    sg_buf_fini(&record);
    return rc;
}

static enum scrubgate_status remove_last(struct sg_log *log)
{
    if (log->first == 0)
        return SCRUBGATE_OK;
    enum scrubgate_status rc = sg_pruned_remove(log->folder, log->first / SG_JOURNAL_SEGMENT - 1);
    log->removing = rc < 0;
    return rc;
}

void sg_log_begin_prune(struct sg_log *log)
{
    log->wall_ms = sg_clock_wall_ms();
    log->boot_ns = sg_clock_boot_ns();
    (void)!remove_last(log); /* a crash may have come between */
}

bool sg_log_doubts_clock(const struct sg_log *log)
{
    return log->doubt_ns != 0;
}

uint64_t sg_log_prune_due(const struct sg_log *log)
{
    return log->keep_ms == 0 ? UINT64_MAX : log->pruned_ns + second_ns;
}

enum scrubgate_status sg_log_tend_prune(struct sg_log *log, uint64_t now,
                                        struct scrubgate_fault *fault)
{
    const uint64_t end = log->first + SG_JOURNAL_SEGMENT;
    if (log->keep_ms == 0 || now - log->pruned_ns < second_ns)
        return SCRUBGATE_DONE;
    log->pruned_ns = now;
    if (log->removing && remove_last(log) < 0)
        return SCRUBGATE_DONE; /* what is left of a file does no harm */
    if (!is_old(log, end, now) || sg_pruned_is_held(log->folder))
        return SCRUBGATE_DONE;
    enum scrubgate_status rc = put_prune(log, end, fault);
    if (rc >= 0)
        rc = sg_pruned_write(log->folder, log->dir, end, fault);
    if (rc < 0)
        return rc;
    log->first = end;
    log->oldest_ms = 0;
    (void)!remove_last(log);
    return SCRUBGATE_OK;
}
