/* SPDX-License-Identifier: Apache-2.0 */
/*
 * eventlog.c - <state>/events/YYYY-MM-DD.ndjson: lines for collusion analysis, buffered.
 *
 * Each worker has its own handle on the same files. What cannot be written is kept and tried again
 * with the next flush, up to a ceiling; then lines are dropped and the operator is told: traffic
 * does not wait for this log.
 */
#include "proxy/eventlog.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/folder.h"
#include "proxy/oplog.h"

enum { FOLDER_MODE = 0750, FILE_MODE = 0640, FLUSH_SIZE = 64 * 1024, HELD_MOST = 1024 * 1024 };
enum { DAY_MS = 86400000, DATE_LEN = 10 };
static const uint64_t flush_ns = 1000000000;

struct sg_eventlog {
    struct sg_timer timer; /* first: the timer's owner is found from it */
    struct sg_loop *loop;
    int folder;
    int file;      /* of the day; -1: none open */
    uint64_t day;  /* days since 1970 of the lines that wait */
    bool torn;     /* the file may end inside a line */
    bool troubled; /* told the operator already */
    struct sg_buf waiting;
};

static void tell(struct sg_eventlog *log, const char *why)
{
    if (!log->troubled)
        sg_oplog(SG_OPLOG_WARN, "events cannot be written", "why", why, NULL);
    log->troubled = true;
}

static bool open_day(struct sg_eventlog *log)
{
    char name[25 + sizeof ".ndjson"];
    if (log->file >= 0)
        return true;
    sg_clock_format(log->day * DAY_MS, name);
    memcpy(name + DATE_LEN, ".ndjson", sizeof ".ndjson");
    log->file = openat(log->folder, name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW,
                       FILE_MODE);
    log->torn = false;
    return log->file >= 0;
}

/* One write: with O_APPEND the lines of several workers do not mix. */
static bool write_waiting(struct sg_eventlog *log)
{
    if (!open_day(log))
        return false;
    /* A line cut by a full disk stays cut: it must not run into the next one. */
    if (log->torn && write(log->file, "\n", 1) != 1)
        return false;
    log->torn = false;
    ssize_t put = write(log->file, log->waiting.data, log->waiting.len);
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
    log->torn = whole < (size_t)put;
    sg_buf_drop(&log->waiting, whole);
    errno = ENOSPC;
    return false;
}

static void flush(struct sg_eventlog *log)
{
    if (log->waiting.len == 0)
        return;
    if (!write_waiting(log))
        tell(log, strerror(errno));
    else
        log->troubled = false;
}

static void set_timer(struct sg_eventlog *log)
{
    if (log->timer.place == 0 &&
        sg_timer_set(log->loop, &log->timer, sg_loop_now(log->loop) + flush_ns) < 0)
        flush(log); /* no later: now */
}

static void on_timer(struct sg_timer *timer)
{
    struct sg_eventlog *log = (struct sg_eventlog *)timer;
    flush(log);
    if (log->waiting.len > 0)
        set_timer(log);
}

enum scrubgate_status sg_eventlog_open(struct sg_eventlog **log, const char *state,
                                       struct sg_loop *loop, struct scrubgate_fault *fault)
{
    char path[4096];
    enum scrubgate_status rc = SCRUBGATE_ENOMEM;
    struct sg_eventlog *made = calloc(1, sizeof *made);
    *log = NULL;
    if (made == NULL)
        goto out;
    made->folder = made->file = -1;
    made->timer.due = on_timer;
    made->loop = loop;
    sg_buf_init(&made->waiting, HELD_MOST);
    rc = SCRUBGATE_EINVAL;
    if ((size_t)snprintf(path, sizeof path, "%s/events", state) >= sizeof path) {
        sg_fault_set(fault, NULL, 0, 0, "the path of the state folder is too long");
        goto out;
    }
    rc = sg_folder_make(path, FOLDER_MODE, fault);
    if (rc < 0)
        goto out;
    made->folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (made->folder < 0) {
        sg_fault_set(fault, path, 0, 0, "cannot open this folder: %s", strerror(errno));
        rc = SCRUBGATE_EIO;
        goto out;
    }
    *log = made;
    made = NULL; /* the caller's now: the exit frees nothing */
out:
    sg_eventlog_close(made);
    return rc;
}

void sg_eventlog_add(struct sg_eventlog *log, const struct sg_collusion_event *event)
{
    uint64_t day = event->time_ms / DAY_MS;
    if (day != log->day) {
        flush(log); /* to the old day's file; what could not go there goes to the new one */
        if (log->file >= 0)
            (void)close(log->file);
        log->file = -1;
        log->day = day;
    }
    if (sg_collusion_event_print(event, &log->waiting) < 0)
        tell(log, "too many wait: some are dropped");
    if (log->waiting.len >= FLUSH_SIZE && !log->troubled) /* else the timer tries again */
        flush(log);
    if (log->waiting.len > 0)
        set_timer(log);
}

void sg_eventlog_close(struct sg_eventlog *log)
{
    if (log == NULL)
        return;
    flush(log);
    sg_timer_cancel(log->loop, &log->timer);
    if (log->file >= 0)
        (void)close(log->file);
    if (log->folder >= 0)
        (void)close(log->folder);
    sg_buf_fini(&log->waiting);
    free(log);
}
