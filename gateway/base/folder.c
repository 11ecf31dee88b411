/* SPDX-License-Identifier: Apache-2.0 */
/*
 * folder.c - make a folder that is still there after a crash.
 */
#include "base/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/diag.h"

enum { LONGEST = 4096 };

/* A new folder is an entry in its parent: that is what must reach the disk. */
static bool sync_parent(char *path, size_t len)
{
    size_t cut = len;
    while (cut > 0 && path[cut - 1] != '/')
        cut--;
    char kept = path[cut];
    path[cut] = '\0';
    int fd = open(cut == 0 ? "." : path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    path[cut] = kept;
    bool ok = fd >= 0 && fsync(fd) == 0;
    int saved = errno;
    if (fd >= 0)
        (void)close(fd);
    errno = saved;
    return ok;
}

static bool make_one(char *path, size_t len, unsigned mode)
{
    if (mkdir(path, (mode_t)mode) == 0)
        return sync_parent(path, len);
    int saved = errno;
    struct stat info;
    if (stat(path, &info) != 0) {
        errno = saved;
        return false;
    }
    errno = ENOTDIR;
    return S_ISDIR(info.st_mode);
}

enum scrubgate_status sg_folder_make(const char *path, unsigned mode, struct scrubgate_fault *fault)
{
    char part[LONGEST];
    size_t len = strlen(path);
    if (len == 0 || len >= sizeof part) {
        sg_fault_set(fault, NULL, 0, 0, "cannot make a folder: its path is %s",
                     len == 0 ? "empty" : "too long");
        return SCRUBGATE_EINVAL;
    }
    memcpy(part, path, len + 1);
    while (len > 1 && part[len - 1] == '/')
        part[--len] = '\0';
    for (size_t i = 1; i <= len; i++) {
        if (part[i] != '/' && part[i] != '\0')
            continue;
        part[i] = '\0';
        if (!make_one(part, i, mode)) {
            sg_fault_set(fault, part, 0, 0, "cannot make this folder: %s", strerror(errno));
            return SCRUBGATE_EIO;
        }
        if (i < len)
            part[i] = '/';
    }
    return SCRUBGATE_OK;
}
