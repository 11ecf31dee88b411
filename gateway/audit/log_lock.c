/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log_lock.c - who writes an audit log.
 *
 * A lock on something that others can open is one that they can take: flock() takes no rights, and
 * a lock for reading keeps out one for writing. So the lock is a file that nobody else opens, and
 * what others look at is another one, which decides nothing.
 */
#define _GNU_SOURCE /* F_OFD_SETLK */
#include "audit/log_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LOCK_MODE = 0600, LIVE_MODE = 0640, OTHERS = 0077 };

static const char lock_name[] = "lock", live_name[] = "live";

static int open_in(const char *dir, const char *name, int flags, mode_t mode)
{
    int folder = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), fd = -1;
    if (folder < 0)
        return -1;
    fd = openat(folder, name, flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, mode);
    int error = errno;
    (void)close(folder);
    errno = error;
    return fd;
}

/* All of the file; how: F_OFD_SETLK, or F_OFD_GETLK, which changes *type to what is in the way. */
static bool lock_by(int fd, int how, short *type)
{
    struct flock lock = {.l_type = *type, .l_whence = SEEK_SET};
    bool ok = fcntl(fd, how, &lock) == 0;
    *type = lock.l_type;
    return ok;
}

static bool take(int fd)
{
    short type = F_WRLCK;
    return lock_by(fd, F_OFD_SETLK, &type);
}

/* A file that was there with other rights is made ours alone again. */
static bool is_closed_to_others(int fd)
{
    struct stat info;
    return fstat(fd, &info) == 0 && S_ISREG(info.st_mode) &&
           ((info.st_mode & OTHERS) == 0 || fchmod(fd, LOCK_MODE) == 0);
}

enum scrubgate_status sg_log_lock_take(const char *dir, int *lock, struct scrubgate_fault *fault)
{
    const char *why = NULL;
    int fd = open_in(dir, lock_name, O_RDWR | O_CREAT, LOCK_MODE);
    *lock = -1;
    if (fd < 0 || !is_closed_to_others(fd))
        why = "its lock cannot be made or opened";
    else if (!take(fd))
        why = errno == EAGAIN || errno == EACCES
                  ? "this audit log is in use by another process: give each its own"
                  : "cannot lock this folder";
    if (why == NULL) {
        *lock = fd;
        return SCRUBGATE_OK;
    }
    sg_fault_set(fault, dir, 0, 0, "%s", why);
    if (fd >= 0)
        (void)close(fd);
    return SCRUBGATE_EIO;
}

bool sg_log_lock_is_of(int lock, const char *dir)
{
    struct stat named, given;
    int fd = open_in(dir, lock_name, O_RDWR, 0);
    bool same = fd >= 0 && fstat(fd, &named) == 0 && fstat(lock, &given) == 0 &&
                named.st_dev == given.st_dev && named.st_ino == given.st_ino;
    if (fd >= 0)
        (void)close(fd);
    return same;
}

bool sg_log_lock_is_free(const char *dir)
{
    short type = F_WRLCK;
    int fd = open_in(dir, lock_name, O_RDWR, 0);
    bool held = fd >= 0 && lock_by(fd, F_OFD_GETLK, &type) && type != F_UNLCK;
    if (fd >= 0)
        (void)close(fd);
    return !held;
}

void sg_log_lock_show(const char *dir, int *sign)
{
    *sign = open_in(dir, live_name, O_RDWR | O_CREAT, LIVE_MODE);
    if (*sign < 0 || take(*sign))
        return;
    (void)close(*sign);
    *sign = -1;
}

bool sg_log_lock_is_shown(const char *dir)
{
    /* What is in the way of one for reading is one for writing, which no reader can have. */
    short type = F_RDLCK;
    int fd = open_in(dir, live_name, O_RDONLY, 0);
    bool held = fd >= 0 && lock_by(fd, F_OFD_GETLK, &type) && type != F_UNLCK;
    if (fd >= 0)
        (void)close(fd);
    return held;
}
