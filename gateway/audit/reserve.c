/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reserve.c - disk that is held back.
 */
#include "audit/reserve.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_MODE = 0640 };
static const char name[] = "reserve";

uint64_t sg_reserve_held(int folder)
{
    struct stat info;
    if (fstatat(folder, name, &info, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(info.st_mode))
        return 0;
    return (uint64_t)info.st_size;
}

void sg_reserve_give(int folder)
{
    (void)unlinkat(folder, name, 0);
}

enum scrubgate_status sg_reserve_hold(int folder, uint64_t bytes)
{
    if (sg_reserve_held(folder) == bytes)
        return SCRUBGATE_OK;
    sg_reserve_give(folder); /* one of another size, or something that is no file of ours */
    int fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, FILE_MODE);
    if (fd < 0)
        return SCRUBGATE_EIO;
    /* Blocks that are taken, not zeros: what is held need never be read. */
    const int rc = posix_fallocate(fd, 0, (off_t)bytes);
    (void)close(fd);
    if (rc == 0)
        return SCRUBGATE_OK;
    sg_reserve_give(folder);
    return SCRUBGATE_EIO;
}
