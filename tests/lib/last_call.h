/* SPDX-License-Identifier: Apache-2.0 */
/*
 * last_call.h - a crash at any call that changes a file. Included by one file of a program: all of
 * the program's own calls then pass through here.
 */
#ifndef SG_TESTS_LAST_CALL_H
#define SG_TESTS_LAST_CALL_H

#include <sys/syscall.h>
#include <unistd.h>

static long sg_calls_left = -1; /* before the end comes; -1: it does not */

static void sg_call_counted(void)
{
    if (sg_calls_left >= 0 && sg_calls_left-- == 0)
        _exit(42);
}

int fsync(int fd)
{
    sg_call_counted();
    return (int)syscall(SYS_fdatasync, fd);
}

int renameat(int from_dir, const char *from, int to_dir, const char *to)
{
    sg_call_counted();
    return (int)syscall(SYS_renameat2, from_dir, from, to_dir, to, 0);
}

int unlinkat(int dir, const char *name, int flags)
{
    sg_call_counted();
    return (int)syscall(SYS_unlinkat, dir, name, flags);
}

ssize_t write(int fd, const void *data, size_t len)
{
    sg_call_counted();
    return syscall(SYS_write, fd, data, len);
}

#endif
