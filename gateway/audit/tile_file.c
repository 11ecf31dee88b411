/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tile_file.c - the files that hold a log's tiles.
 */
#include "audit/tile_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_MOST = 96, FOLDER_MODE = 0750, FILE_MODE = 0640 };

static bool path_of(const struct sg_tile *tile, char path[PATH_MOST])
{
    struct sg_buf text = {.ceiling = PATH_MOST};
    bool ok =
        sg_tile_path(&text, tile) >= 0 && sg_bytes_to_text(sg_buf_bytes(&text), path, PATH_MOST);
    sg_buf_fini(&text);
    return ok;
}

bool sg_tile_file_read(int folder, const struct sg_tile *tile, uint8_t hashes[SG_TILE_SIZE])
{
    char path[PATH_MOST];
    const size_t want = (size_t)tile->width * SG_SHA256_SIZE;
    size_t have = 0;
    uint8_t more;
    if (!path_of(tile, path))
        return false;
    int fd = openat(folder, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return false;
    while (have < want) {
        ssize_t got = pread(fd, hashes + have, want - have, (off_t)have);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        have += (size_t)got;
    }
    bool ok = have == want && pread(fd, &more, 1, (off_t)want) == 0;
    (void)close(fd);
    return ok;
}

bool sg_tile_file_there(int folder, const struct sg_tile *tile)
{
    char path[PATH_MOST];
    struct stat info;
    return path_of(tile, path) && fstatat(folder, path, &info, AT_SYMLINK_NOFOLLOW) == 0 &&
           S_ISREG(info.st_mode) && info.st_size == (off_t)tile->width * SG_SHA256_SIZE;
}

/* Each folder on the way to a path. */
static void make_folders(int folder, char path[PATH_MOST])
{
    for (char *slash = strchr(path, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        (void)mkdirat(folder, path, FOLDER_MODE); /* what is amiss shows when the file is made */
        *slash = '/';
    }
}

/* The folder that a path stands in. */
static bool sync_folder_of(int folder, char path[PATH_MOST])
{
    char *slash = strrchr(path, '/');
    *slash = '\0';
    int fd = openat(folder, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    *slash = '/';
    bool ok = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        (void)close(fd);
    return ok;
}

/* Its name, and those of the folders on the way to it. */
static bool sync_names(int folder, const char *path)
{
    char part[PATH_MOST];
    bool ok = true;
    (void)snprintf(part, sizeof part, "%s", path);
    for (char *slash = strrchr(part, '/'); ok && slash != NULL; slash = strrchr(part, '/')) {
        ok = sync_folder_of(folder, part);
        *slash = '\0';
    }
    return ok && fsync(folder) == 0;
}

static bool write_file(int folder, const char *path, const uint8_t *hashes, size_t len, bool sync)
{
    int fd = openat(folder, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, FILE_MODE);
    if (fd < 0)
        return false;
    ssize_t put = write(fd, hashes, len);
    bool ok = put == (ssize_t)len;
    if (put >= 0 && !ok)
        errno = ENOSPC;
    ok = ok && (!sync || fsync(fd) == 0);
    return close(fd) == 0 && ok;
}

enum scrubgate_status sg_tile_file_write(int folder, const struct sg_tile *tile,
                                         const uint8_t *hashes)
{
    const bool kept = tile->level >= SG_TILE_KEPT;
    char path[PATH_MOST];
    const size_t len = (size_t)tile->width * SG_SHA256_SIZE;
    if (!path_of(tile, path))
        return SCRUBGATE_ENOMEM;
    bool ok = write_file(folder, path, hashes, len, kept);
    if (!ok && errno == ENOENT) {
        make_folders(folder, path);
        ok = write_file(folder, path, hashes, len, kept);
    }
    if (ok && kept)
        ok = sync_names(folder, path);
    return ok ? SCRUBGATE_OK : SCRUBGATE_EIO;
}

void sg_tile_file_remove(int folder, const struct sg_tile *tile)
{
    char path[PATH_MOST];
    if (!path_of(tile, path))
        return;
    (void)unlinkat(folder, path, 0);
    /* The folder goes when it is empty, which of full tiles only the last of a thousand leaves. */
    char *slash = strrchr(path, '/');
    if (slash != NULL && (tile->width < SG_TILE_WIDTH || tile->index % 1000 == 999)) {
        *slash = '\0';
        (void)unlinkat(folder, path, AT_REMOVEDIR);
    }
}
