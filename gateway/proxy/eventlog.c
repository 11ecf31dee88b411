/* SPDX-License-Identifier: Apache-2.0 */
/*
 * eventlog.c - lines for collusion analysis, buffered: one worker's way to the day's file.
 *
 * What cannot be written is kept and tried again with the next flush, up to a ceiling; then lines
 * are dropped and the operator is told: traffic does not wait for this log.
 */
#include "proxy/eventlog.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "proxy/oplog.h"

enum { FLUSH_SIZE = 64 * 1024, HELD_MOST = 1024 * 1024, DAY_MS = 86400000 };
static const uint64_t flush_ns = 1000000000;

struct sg_eventlog {
    struct sg_timer timer; /* first: the timer's owner is found from it */
    struct sg_loop *loop;
    struct sg_eventfile *file;
    uint64_t day;      /* days since 1970 of the lines that wait */
    uint64_t torn_day; /* that day's file may end inside a line; 0: none */
    bool troubled;     /* told the operator already */
    struct sg_buf waiting;
};

static void tell(struct sg_eventlog *log, const char *why)
{
    if (!log->troubled)
        sg_oplog(SG_OPLOG_WARN, "events cannot be written", "why", why, NULL);
    log->troubled = true;
}

/* One write: with O_APPEND the lines of several workers do not mix. */
static bool write_waiting(struct sg_eventlog *log, int fd)
{
    /* A line cut by a full disk stays cut: it must not run into the next one. */
    if (log->torn_day == log->day && write(fd, "\n", 1) != 1)
        return false;
    log->torn_day = 0;
    ssize_t put = write(fd, log->waiting.data, log->waiting.len);
    if (put < 0)
        return false;
    if ((size_t)put == log->waiting.len) {
        sg_buf_clear(&log->waiting);
        return true;
    }
    /* Whole lines that went are gone; the one that was cut is written again. */
    size_t whole = (size_t)put;
    while (whole > 0 && log->waiting.data[whole - 1] != '\n')
        whole--;
    if (whole < (size_t)put)
        log->torn_day = log->day;
    sg_buf_drop(&log->waiting, whole);
    errno = ENOSPC;
    return false;
}

/* Without a descriptor the day's file is not open yet, which the next flush tries again. */
static void flush(struct sg_eventlog *log, int fd)
{
    if (log->waiting.len == 0 || fd < 0)
        return;
    if (!write_waiting(log, fd))
        tell(log, strerror(errno));
    else
        log->troubled = false;
}

static void flush_today(struct sg_eventlog *log)
{
    if (log->waiting.len > 0) /* else its day is no longer wanted */
        flush(log, sg_eventfile_want(log->file, log->day));
}

static void set_timer(struct sg_eventlog *log)
{
    if (log->timer.place == 0 &&
        sg_timer_set(log->loop, &log->timer, sg_loop_now(log->loop) + flush_ns) < 0)
        flush_today(log); /* no later: now */
}

static void on_timer(struct sg_timer *timer)
{
    struct sg_eventlog *log = (struct sg_eventlog *)timer;
    flush_today(log);
    if (log->waiting.len > 0)
        set_timer(log);
}

enum scrubgate_status sg_eventlog_open(struct sg_eventlog **log, struct sg_eventfile *file,
                                       struct sg_loop *loop)
{
    struct sg_eventlog *made = calloc(1, sizeof *made);
    *log = made;
    if (made == NULL)
        return SCRUBGATE_ENOMEM;
    made->timer.due = on_timer;
    made->loop = loop;
    made->file = file;
    made->day = sg_clock_wall_ms() / DAY_MS;
    sg_buf_init(&made->waiting, HELD_MOST);
    return SCRUBGATE_OK;
}

/* Lines that wait go to the old day's file while it is open; those that cannot go to the next. */
static void turn_to(struct sg_eventlog *log, uint64_t day)
{
    flush_today(log);
    log->day = day;
    (void)sg_eventfile_want(log->file, day); /* asked for now, it is there when they are written */
}

void sg_eventlog_add(struct sg_eventlog *log, const struct sg_collusion_event *event)
{
    uint64_t day = event->time_ms / DAY_MS;
    if (day != log->day)
        turn_to(log, day);
    if (sg_collusion_event_print(event, &log->waiting) < 0)
        tell(log, "too many wait: some are dropped");
    if (log->waiting.len >= FLUSH_SIZE && !log->troubled) /* else the timer tries again */
        flush_today(log);
    if (log->waiting.len > 0)
        set_timer(log);
}

void sg_eventlog_close(struct sg_eventlog *log)
{
    if (log == NULL)
        return;
    /* A wrong day's file is better than none. */
    flush_today(log);
    flush(log, sg_eventfile_any(log->file));
    sg_timer_cancel(log->loop, &log->timer);
    sg_buf_fini(&log->waiting);
    free(log);
}
