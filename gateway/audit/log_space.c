/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log_space.c - the disk below a log: how much room there is, what is held back of it, and zeros
 * ahead of the lines, made while nobody waits.
 *
 *     free, in percent    20 ── warn ── 10 ── low ── 5 ── full: no message any more ── 0: reserve
 *
 * What is held back counts as used also when it was given: the room it made is not for messages.
 */
#include <errno.h>
#include <string.h>
#include <sys/statvfs.h>

#include "audit/log_parts.h"
#include "audit/reserve.h"
#include "base/diag.h"

enum { AHEAD = 1024 * 1024 };
/* What a failed write has to give back may be as much as zeros ahead. */
enum { NO_ROOM = 4 * AHEAD };
static const uint64_t idle_ns = 10 * 1000 * 1000;
static const uint64_t second_ns = 1000 * 1000 * 1000;
/* How much is free, at least, in percent of the whole. */
static const unsigned ladder[] = {
    [SG_LOG_ROOM_WARN] = 20, [SG_LOG_ROOM_LOW] = 10, [SG_LOG_ROOM_FULL] = 5};

const char *sg_log_room_word(enum sg_log_room room)
{
    static const char *const words[] = {[SG_LOG_ROOM_OK] = "ok",
                                        [SG_LOG_ROOM_WARN] = "warn",
                                        [SG_LOG_ROOM_LOW] = "low",
                                        [SG_LOG_ROOM_FULL] = "full"};
    return words[room];
}

const struct sg_log_space *sg_log_space(const struct sg_log *log)
{
    return &log->space;
}

/* --- the ladder --- */

/* A step up takes a fifth more than the step down did: it must not go up and down each second. */
static enum sg_log_room judge(const struct sg_log_space *space)
{
    for (enum sg_log_room room = SG_LOG_ROOM_FULL; room > SG_LOG_ROOM_OK; room--) {
        uint64_t limit = space->total_bytes / 100 * ladder[room];
        if (space->room >= room)
            limit += limit / 5;
        if (space->free_bytes < limit)
            return room;
    }
    return SG_LOG_ROOM_OK;
}

static bool ask(struct sg_log *log, uint64_t *available)
{
    struct statvfs info;
    if (fstatvfs(log->folder, &info) != 0)
        return false;
    const uint64_t gone = log->reserve - log->held;
    *available = (uint64_t)info.f_bavail * info.f_frsize;
    log->space.free_bytes = *available > gone ? *available - gone : 0;
    log->space.total_bytes =
        (uint64_t)(info.f_blocks - info.f_bfree + info.f_bavail) * info.f_frsize;
    return true;
}

/* A file system that cannot be asked stays as it was: a write says what is the matter. */
static void look(struct sg_log *log)
{
    uint64_t available;
    if (!ask(log, &available))
        return;
    log->space.room = judge(&log->space);
    if (log->held < log->reserve && log->space.room < SG_LOG_ROOM_FULL &&
        log->space.free_bytes >= log->space.total_bytes / 100 * ladder[SG_LOG_ROOM_FULL] &&
        sg_reserve_hold(log->folder, log->reserve) >= 0)
        log->held = log->reserve;
}

bool sg_log_give_reserve(struct sg_log *log)
{
    if (log->held == 0)
        return false;
    sg_reserve_give(log->folder);
    log->held = 0;
    return true;
}

/* True: it was for want of room, so that now only what tells of it is written. */
bool sg_log_is_out_of_room(struct sg_log *log)
{
    uint64_t available;
    if (!log->signs || !ask(log, &available) || available >= NO_ROOM)
        return false;
    log->space.room = SG_LOG_ROOM_FULL;
    return true;
}

enum scrubgate_status sg_log_tell_full(const struct sg_log *log, struct scrubgate_fault *fault)
{
    enum { MIB = 1024 * 1024 };
    sg_fault_set(fault, log->dir, 0, 0,
                 "only %llu of %llu MiB are free: no message leaves until there is more room",
                 (unsigned long long)(log->space.free_bytes / MIB),
                 (unsigned long long)(log->space.total_bytes / MIB));
    return SCRUBGATE_EIO;
}

/* --- as a part of each tick --- */

void sg_log_begin_space(struct sg_log *log)
{
    sg_journal_set_ahead(log->journal, AHEAD);
    if (!log->signs)
        return;
    log->held = sg_reserve_held(log->folder);
    if (log->held > log->reserve)
        (void)sg_log_give_reserve(log);
    look(log);
}

uint64_t sg_log_space_due(const struct sg_log *log)
{
    uint64_t next = log->signs ? log->looked_ns + second_ns : UINT64_MAX;
    if (sg_journal_wants_fill(log->journal) && log->fill_ns < next)
        next = log->fill_ns;
    return next;
}

/* A log that was written to a moment ago is not idle: somebody may wait for the next commit. */
static void fill(struct sg_log *log, uint64_t now)
{
    const uint64_t durable = sg_journal_durable(log->journal);
    if (log->tended != durable || log->fill_ns == 0) {
        log->tended = durable;
        log->fill_ns = now + idle_ns;
    } else if (now >= log->fill_ns && sg_journal_wants_fill(log->journal) &&
               (log->space.room == SG_LOG_ROOM_FULL ||
                sg_journal_fill(log->journal, NULL) != SCRUBGATE_OK)) {
        log->fill_ns = now + second_ns;
    }
}

void sg_log_tend_space(struct sg_log *log, uint64_t now)
{
    if (log->signs && now - log->looked_ns >= second_ns) {
        log->looked_ns = now;
        look(log);
    }
    fill(log, now);
}
