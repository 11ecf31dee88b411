/* SPDX-License-Identifier: Apache-2.0 */
/*
 * eventfile.c - <state>/events/YYYY-MM-DD.ndjson: opened by the server, written by the workers.
 */
#define _GNU_SOURCE /* dup3 */
#include "proxy/eventfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/folder.h"
#include "proxy/oplog.h"

enum { FOLDER_MODE = 0750, FILE_MODE = 0640, DAY_MS = 86400000, DATE_LEN = 10, PATH_MOST = 4096 };

struct sg_eventfile {
    struct sg_wake wake; /* first: its owner is found from it */
    struct sg_loop *loop;
    int folder;
    int fd;                    /* the number that stays; -1: none was open yet */
    atomic_uint_fast64_t open; /* the day of fd's file */
    atomic_uint_fast64_t wanted;
    bool troubled; /* told the operator already */
};

static int open_day(const struct sg_eventfile *file, uint64_t day)
{
    char name[25 + sizeof ".ndjson"];
    sg_clock_format(day * DAY_MS, name);
    memcpy(name + DATE_LEN, ".ndjson", sizeof ".ndjson");
    return openat(file->folder, name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW,
                  FILE_MODE);
}

/* Puts the day's file in the place of the one before, which writers under way still reach. */
static bool turn_to(struct sg_eventfile *file, uint64_t day)
{
    int fd = open_day(file, day);
    if (fd < 0)
        return false;
    bool ok = true;
    if (file->fd < 0) {
        file->fd = fd;
    } else {
        ok = dup3(fd, file->fd, O_CLOEXEC) >= 0;
        (void)close(fd);
    }
    if (ok)
        atomic_store(&file->open, day);
    return ok;
}

static void woken(struct sg_wake *wake)
{
    struct sg_eventfile *file = (struct sg_eventfile *)wake;
    uint64_t day = atomic_load(&file->wanted);
    bool ok = day == atomic_load(&file->open) || turn_to(file, day);
    if (!ok && !file->troubled)
        sg_oplog(SG_OPLOG_WARN, "the day's file of events cannot be opened", "why", strerror(errno),
                 NULL);
    file->troubled = !ok;
}

static enum scrubgate_status open_folder(struct sg_eventfile *file, const char *state,
                                         struct scrubgate_fault *fault)
{
    char path[PATH_MOST];
    if ((size_t)snprintf(path, sizeof path, "%s/events", state) >= sizeof path) {
        sg_fault_set(fault, NULL, 0, 0, "the path of the state folder is too long");
        return SCRUBGATE_EINVAL;
    }
    enum scrubgate_status rc = sg_folder_make(path, FOLDER_MODE, fault);
    if (rc < 0)
        return rc;
    file->folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (file->folder < 0 || !turn_to(file, sg_clock_wall_ms() / DAY_MS)) {
        sg_fault_set(fault, path, 0, 0, "cannot open this folder, or the day's file in it: %s",
                     strerror(errno));
        return SCRUBGATE_EIO;
    }
    return SCRUBGATE_OK;
}

enum scrubgate_status sg_eventfile_open(struct sg_eventfile **file, const char *state,
                                        struct sg_loop *loop, struct scrubgate_fault *fault)
{
    *file = NULL;
    struct sg_eventfile *made = calloc(1, sizeof *made);
    if (made == NULL)
        return SCRUBGATE_ENOMEM;
    made->folder = made->fd = -1;
    enum scrubgate_status rc = open_folder(made, state, fault);
    if (rc >= 0)
        rc = sg_wake_init(loop, &made->wake, woken);
    if (rc >= 0) {
        made->loop = loop;
        *file = made;
        made = NULL; /* the caller's now */
    }
    sg_eventfile_close(made);
    return rc;
}

int sg_eventfile_want(struct sg_eventfile *file, uint64_t day)
{
    if (atomic_load(&file->open) == day)
        return file->fd;
    atomic_store(&file->wanted, day);
    sg_wake_ring(&file->wake);
    return -1;
}

int sg_eventfile_any(const struct sg_eventfile *file)
{
    return file->fd;
}

void sg_eventfile_close(struct sg_eventfile *file)
{
    if (file == NULL)
        return;
    if (file->loop != NULL)
        sg_wake_fini(file->loop, &file->wake);
    if (file->fd >= 0)
        (void)close(file->fd);
    if (file->folder >= 0)
        (void)close(file->folder);
    free(file);
}
