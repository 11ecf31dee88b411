/* SPDX-License-Identifier: Apache-2.0 */
/*
 * witnessed.c - the file checkpoint.witnessed: a log's checkpoint with cosignatures of witnesses.
 */
#include "audit/witnessed.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "audit/note.h"
#include "base/diag.h"

enum { FILE_MODE = 0640 };
static const char name[] = SG_WITNESSED_NAME, name_before[] = SG_WITNESSED_NAME ".new";

struct sg_witnessed {
    char *dir; /* for faults */
    int folder;
};

static enum scrubgate_status fail(const char *dir, const char *what, struct scrubgate_fault *fault)
{
    sg_fault_set(fault, dir, 0, 0, "%s: %s", what, strerror(errno));
    return SCRUBGATE_EIO;
}

enum scrubgate_status sg_witnessed_open(struct sg_witnessed **witnessed, const char *dir,
                                        struct scrubgate_fault *fault)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    struct sg_witnessed *made = calloc(1, sizeof *made);
    *witnessed = NULL;
    if (made == NULL || (made->dir = strdup(dir)) == NULL) {
        sg_fault_set(fault, dir, 0, 0, "out of memory");
        free(made);
        return SCRUBGATE_ENOMEM;
    }
    made->folder = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (made->folder < 0) {
        rc = fail(dir, "cannot open this folder", fault);
    } else if (flock(made->folder, LOCK_EX | LOCK_NB) != 0) {
        sg_fault_set(fault, dir, 0, 0,
                     "another process asks witnesses for this log now; try again when it is done");
        rc = SCRUBGATE_EIO;
    }
    if (rc < 0) {
        sg_witnessed_close(made);
        return rc;
    }
    *witnessed = made;
    return rc;
}

void sg_witnessed_close(struct sg_witnessed *witnessed)
{
    if (witnessed == NULL)
        return;
    if (witnessed->folder >= 0)
        (void)close(witnessed->folder);
    free(witnessed->dir);
    free(witnessed);
}

static bool write_synced(int folder, struct sg_bytes note)
{
    int fd = openat(folder, name_before, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
                    FILE_MODE);
    if (fd < 0)
        return false;
    ssize_t put = write(fd, note.data, note.len);
    if (put >= 0 && put != (ssize_t)note.len)
        errno = ENOSPC;
    bool ok = put == (ssize_t)note.len && fsync(fd) == 0;
    return close(fd) == 0 && ok;
}

enum scrubgate_status sg_witnessed_write(struct sg_witnessed *witnessed, struct sg_bytes note,
                                         struct scrubgate_fault *fault)
{
    if (!write_synced(witnessed->folder, note) ||
        renameat(witnessed->folder, name_before, witnessed->folder, name) != 0 ||
        fsync(witnessed->folder) != 0)
        return fail(witnessed->dir, "cannot write " SG_WITNESSED_NAME, fault);
    return SCRUBGATE_OK;
}

/* Up to its end, or to what no note is longer than. */
static enum scrubgate_status read_all(int fd, struct sg_buf *out)
{
    enum { PART = 4096 };
    const size_t start = out->len;
    for (;;) {
        enum scrubgate_status rc = sg_buf_reserve(out, PART);
        if (rc < 0)
            return rc;
        ssize_t got = read(fd, out->data + out->len, PART);
        if (got < 0 && errno != EINTR)
            return SCRUBGATE_EIO;
        if (got == 0)
            return SCRUBGATE_OK;
        out->len += got > 0 ? (size_t)got : 0;
        if (out->len - start > SG_NOTE_LONGEST)
            return SCRUBGATE_ELIMIT;
    }
}

enum scrubgate_status sg_witnessed_read(const char *dir, struct sg_buf *out,
                                        struct scrubgate_fault *fault)
{
    int folder = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), fd = -1;
    enum scrubgate_status rc = SCRUBGATE_EIO;
    if (folder >= 0)
        fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd >= 0)
        rc = read_all(fd, out);
    else if (folder >= 0 && errno == ENOENT)
        rc = SCRUBGATE_DONE;
    if (rc == SCRUBGATE_EIO)
        rc = fail(dir, "cannot read " SG_WITNESSED_NAME, fault);
    else if (rc < 0)
        sg_fault_set(fault, dir, 0, 0, SG_WITNESSED_NAME ": %s", scrubgate_status_word(rc));
    if (fd >= 0)
        (void)close(fd);
    if (folder >= 0)
        (void)close(folder);
    return rc;
}
