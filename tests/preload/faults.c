/* SPDX-License-Identifier: Apache-2.0 */
/*
 * faults.c - preloaded into a gateway under test: a disk below its audit log that fails when a test
 * says so (faults.h).
 *
 *     gateway: pwrite, fdatasync, ... ──> [faults] ──> libc
 *
 * Found and mapped before main, so that no sandbox is in its way; nothing it does later is another
 * system call than the one it stands for.
 */
#define _GNU_SOURCE /* RTLD_NEXT */
#include "faults.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

enum { FILES = 4096, DIGITS = 6 };

static struct sg_faults *faults; /* NULL: nobody set any */
static atomic_bool is_lines[FILES];

static int (*real_openat)(int, const char *, int, ...);
static int (*real_open)(const char *, int, ...);
static int (*real_close)(int);
static int (*real_fdatasync)(int);
static int (*real_fsync)(int);
static int (*real_ftruncate)(int, off_t);
static int (*real_renameat)(int, const char *, int, const char *);
static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static ssize_t (*real_write)(int, const void *, size_t);

static void find(void *to, const char *name)
{
    void *found = dlsym(RTLD_NEXT, name);
    if (found == NULL)
        abort();
    memcpy(to, &found, sizeof found);
}

__attribute__((constructor)) static void begin(void)
{
    const char *path = getenv(SG_FAULTS_VARIABLE);
    find(&real_openat, "openat");
    find(&real_open, "open");
    find(&real_close, "close");
    find(&real_fdatasync, "fdatasync");
    find(&real_fsync, "fsync");
    find(&real_ftruncate, "ftruncate");
    find(&real_renameat, "renameat");
    find(&real_pwrite, "pwrite");
    find(&real_write, "write");
    if (path == NULL)
        return;
    int fd = real_open(path, O_RDWR | O_CLOEXEC);
    void *map =
        fd < 0 ? MAP_FAILED : mmap(NULL, sizeof *faults, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (map == MAP_FAILED)
        abort(); /* a test that asks for faults and gets none would prove nothing */
    (void)real_close(fd);
    faults = map;
}

/* Whether this call fails, and how. */
static bool fails(enum sg_fault_call call, int *error)
{
    if (faults == NULL)
        return false;
    struct sg_fault *fault = &faults->call[call];
    if (atomic_load(&fault->times) <= 0 || atomic_fetch_sub(&fault->after, 1) > 0 ||
        atomic_fetch_sub(&fault->times, 1) <= 0)
        return false;
    *error = atomic_load(&fault->error);
    atomic_fetch_add(&fault->met, 1);
    return true;
}

/* NNNNNN.ndjson: a file of events is called by its day. */
static bool is_name_of_lines(const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash == NULL ? path : slash + 1;
    return strspn(name, "0123456789") == DIGITS && strcmp(name + DIGITS, ".ndjson") == 0;
}

static int opened(int fd, const char *path)
{
    if (fd >= 0 && fd < FILES)
        atomic_store(&is_lines[fd], is_name_of_lines(path));
    return fd;
}

static bool of_lines(int fd)
{
    return fd >= 0 && fd < FILES && atomic_load(&is_lines[fd]);
}

/* --- in front of libc --- */

int openat(int folder, const char *path, int flags, ...)
{
    va_list list;
    va_start(list, flags);
    mode_t mode = (flags & O_CREAT) != 0 ? va_arg(list, mode_t) : 0;
    va_end(list);
    return opened(real_openat(folder, path, flags, mode), path);
}

int open(const char *path, int flags, ...)
{
    va_list list;
    va_start(list, flags);
    mode_t mode = (flags & O_CREAT) != 0 ? va_arg(list, mode_t) : 0;
    va_end(list);
    return opened(real_open(path, flags, mode), path);
}

int close(int fd)
{
    if (fd >= 0 && fd < FILES)
        atomic_store(&is_lines[fd], false);
    return real_close(fd);
}

int fdatasync(int fd)
{
    return of_lines(fd) && fails(SG_FAULT_SYNC, &errno) ? -1 : real_fdatasync(fd);
}

int fsync(int fd)
{
    return of_lines(fd) && fails(SG_FAULT_SYNC, &errno) ? -1 : real_fsync(fd);
}

int ftruncate(int fd, off_t len)
{
    return of_lines(fd) && fails(SG_FAULT_CUT, &errno) ? -1 : real_ftruncate(fd, len);
}

int renameat(int from, const char *name, int to, const char *other)
{
    if (strcmp(other, "checkpoint") == 0 && fails(SG_FAULT_CHECKPOINT, &errno))
        return -1;
    return real_renameat(from, name, to, other);
}

ssize_t pwrite(int fd, const void *data, size_t len, off_t offset)
{
    int error;
    if (!of_lines(fd) || !fails(SG_FAULT_WRITE, &error))
        return real_pwrite(fd, data, len, offset);
    if (error == 0)
        return real_pwrite(fd, data, len > 1 ? len / 2 : len, offset);
    errno = error;
    return -1;
}

ssize_t write(int fd, const void *data, size_t len)
{
    int error;
    if (!of_lines(fd) || !fails(SG_FAULT_WRITE, &error))
        return real_write(fd, data, len);
    if (error == 0)
        return real_write(fd, data, len > 1 ? len / 2 : len);
    errno = error;
    return -1;
}
