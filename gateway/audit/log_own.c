/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log_own.c - what a log says of itself: what was set aside when it was opened, when it could not
 * be written, how its disk fills; and what commands have left for it.
 *
 * These records have the reserve; messages do not.
 */
#include <stdio.h>
#include <string.h>

#include "audit/acts.h"
#include "audit/log_parts.h"
#include "base/clock.h"
#include "base/diag.h"

static const uint64_t again_ns = 1000 * 1000 * 1000;

/* Nothing is pending. */
static enum scrubgate_status write_once(struct sg_log *log, struct sg_bytes record,
                                        struct scrubgate_fault *fault)
{
    uint64_t seq;
    enum scrubgate_status rc = sg_log_grow(log, fault);
    if (rc >= 0)
        rc = sg_journal_append(log->journal, record, &seq);
    return rc < 0 ? rc : sg_log_commit(log, fault);
}

enum scrubgate_status sg_log_put(struct sg_log *log, struct sg_bytes record,
                                 struct scrubgate_fault *fault)
{
    enum scrubgate_status rc = write_once(log, record, fault);
    if (rc == SCRUBGATE_EIO && log->space.room == SG_LOG_ROOM_FULL && sg_log_give_reserve(log))
        rc = write_once(log, record, fault);
    return rc < 0 ? rc : sg_log_grow(log, fault);
}

/* --- messages that did not leave --- */

/* A record of ours begins with its time, its boot and then this. */
static bool is_decision(struct sg_bytes record)
{
    enum { BEGINNING = 160 };
    static const char member[] = "\"class_uid\":2006,";
    const size_t end = record.len < BEGINNING ? record.len : BEGINNING;
    for (size_t at = 0; at + sizeof member - 1 <= end; at++)
        if (record.data[at] == '"' && memcmp(record.data + at, member, sizeof member - 1) == 0)
            return true;
    return false;
}

static void begin_gap(struct sg_log *log, const char *reason)
{
    if (log->gap.from_ms != 0)
        return;
    log->gap.from_ms = sg_clock_wall_ms();
    log->gap.reason = reason;
}

bool sg_log_refuses(struct sg_log *log, struct sg_bytes record)
{
    if (log->space.room != SG_LOG_ROOM_FULL || !is_decision(record))
        return false;
    begin_gap(log, "disk-full");
    log->gap.refused++;
    return true;
}

void sg_log_note_commit(struct sg_log *log, enum scrubgate_status rc)
{
    struct sg_bytes line, lines = sg_journal_refused(log->journal);
    if (rc >= 0)
        log->own_ns = 0; /* what could not be told a moment ago can be now */
    if (rc >= 0 || !log->signs)
        return;
    begin_gap(log, sg_log_is_out_of_room(log) ? "disk-full" : "io-error");
    while (sg_bytes_take_line(&lines, &line))
        log->gap.refused += is_decision(line);
}

void sg_log_tell_gap(struct sg_log *log, const struct sg_gap *gap)
{
    begin_gap(log, gap->reason);
    if (gap->from_ms != 0 && gap->from_ms < log->gap.from_ms)
        log->gap.from_ms = gap->from_ms;
    log->gap.refused += gap->refused;
    log->gap.dropped += gap->dropped;
}

/* --- the records --- */

static enum scrubgate_status put_recovery(struct sg_log *log, struct scrubgate_fault *fault)
{
    struct sg_recovery recovery = {.bytes = log->torn.bytes};
    struct sg_buf record = {0};
    char file[SG_SEGMENT_NAME];
    sg_segment_name(log->torn.number, ".ndjson", file);
    recovery.file = file;
    memcpy(recovery.digest, log->torn.digest, sizeof recovery.digest);
    enum scrubgate_status rc = sg_record_recovery(&record, log->source, &recovery);
    if (rc >= 0)
        rc = sg_log_put(log, sg_buf_bytes(&record), fault);
    if (rc >= 0)
        log->torn.bytes = 0;
    sg_buf_fini(&record);
    return rc;
}

static enum scrubgate_status put_gap(struct sg_log *log, struct scrubgate_fault *fault)
{
    struct sg_buf record = {0};
    struct sg_gap gap = log->gap;
    gap.to_ms = sg_clock_wall_ms(); /* if this can be written, it is over */
    enum scrubgate_status rc = sg_record_gap(&record, log->source, &gap);
    if (rc >= 0)
        rc = sg_log_put(log, sg_buf_bytes(&record), fault);
    if (rc >= 0)
        log->gap = (struct sg_gap){0};
    sg_buf_fini(&record);
    return rc;
}

static enum scrubgate_status put_space(struct sg_log *log, struct scrubgate_fault *fault)
{
    const struct sg_log_space now = log->space;
    const struct sg_space space = {.state = sg_log_room_word(now.room),
                                   .free_bytes = now.free_bytes,
                                   .total_bytes = now.total_bytes};
    struct sg_buf record = {0};
    enum scrubgate_status rc = sg_record_space(&record, log->source, &space);
    if (rc >= 0)
        rc = sg_log_put(log, sg_buf_bytes(&record), fault);
    if (rc >= 0)
        log->told = now.room;
    sg_buf_fini(&record);
    return rc;
}

/* --- what commands left --- */

static enum scrubgate_status add_act(void *ctx, struct sg_bytes record)
{
    struct sg_log *log = ctx;
    uint64_t seq;
    return sg_journal_append(log->journal, record, &seq);
}

/* One commit for all of them; a note goes when its record is durable. */
static enum scrubgate_status take_acts(struct sg_log *log, uint64_t now,
                                       struct scrubgate_fault *fault)
{
    enum scrubgate_status rc = sg_acts_take(log->acts, now, add_act, log);
    const bool any = sg_journal_next(log->journal) > sg_journal_durable(log->journal);
    if (!any)
        return rc < 0 ? rc : SCRUBGATE_DONE;
    rc = sg_log_commit(log, fault);
    if (rc < 0) {
        sg_acts_keep(log->acts);
        return rc;
    }
    sg_acts_forget(log->acts);
    return sg_log_grow(log, fault);
}

/* --- as a part of each tick --- */

enum scrubgate_status sg_log_begin_own(struct sg_log *log, struct scrubgate_fault *fault)
{
    log->torn = *sg_journal_torn(log->journal);
    return sg_acts_open(&log->acts, log->folder, log->dir, log->source, fault);
}

enum scrubgate_status sg_log_tell_own(struct sg_log *log, bool over, struct scrubgate_fault *fault)
{
    enum scrubgate_status rc = SCRUBGATE_DONE;
    if (over && log->gap.from_ms != 0)
        rc = put_gap(log, fault);
    if (rc >= 0 && log->torn.bytes > 0)
        rc = put_recovery(log, fault);
    if (rc >= 0 && log->told != log->space.room)
        rc = put_space(log, fault);
    return rc;
}

uint64_t sg_log_own_due(const struct sg_log *log)
{
    const uint64_t next = sg_acts_due(log->acts);
    return next < log->own_ns ? log->own_ns : next;
}

enum scrubgate_status sg_log_tend_own(struct sg_log *log, uint64_t now,
                                      struct scrubgate_fault *fault)
{
    enum scrubgate_status rc = SCRUBGATE_DONE;
    if (now < log->own_ns)
        return rc;
    const bool gap = log->gap.from_ms != 0; /* then who asked for a commit knows that it failed */
    rc = sg_log_tell_own(log, log->space.room != SG_LOG_ROOM_FULL, fault);
    if (rc >= 0 && now >= sg_acts_due(log->acts)) {
        enum scrubgate_status acts = take_acts(log, now, fault);
        rc = acts == SCRUBGATE_DONE ? rc : acts;
    }
    log->own_ns = rc < 0 ? now + again_ns : 0;
    return rc < 0 && gap ? SCRUBGATE_DONE : rc;
}
