/* SPDX-License-Identifier: Apache-2.0 */
/*
 * file.c - read a small file whole, write one so that it stands whole or not at all, list a folder
 * by name.
 */
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/digest.h"

enum { PIECE = 4096, NAME_MOST = 256 };

/* Sets the fault from errno. ENOMEM stays what it is: the file is not at fault. */
static enum scrubgate_status fault_errno(struct scrubgate_fault *fault, const char *path,
                                         const char *verb)
{
    int error = errno;
    char word[128];
    if (strerror_r(error, word, sizeof word) != 0)
        word[0] = '\0';
    sg_fault_set(fault, path, 0, 0, "cannot %s it: %s", verb, word);
    return error == ENOMEM ? SCRUBGATE_ENOMEM : SCRUBGATE_EIO;
}

static enum scrubgate_status fault_add(struct scrubgate_fault *fault, const char *path,
                                       const struct sg_buf *out, enum scrubgate_status rc)
{
    if (rc == SCRUBGATE_ELIMIT)
        sg_fault_set(fault, path, 0, 0, "larger than the %zu bytes allowed here", out->ceiling);
    else
        sg_fault_set(fault, path, 0, 0, "out of memory");
    return rc;
}

/* EIO: errno says why. A failed call produces nothing. */
static enum scrubgate_status read_whole(int fd, struct sg_buf *out)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    uint8_t piece[PIECE];
    size_t start = out->len;
    ssize_t got = 1;
    while (rc >= 0 && got != 0) {
        got = read(fd, piece, sizeof piece);
        if (got > 0)
            rc = sg_buf_add(out, piece, (size_t)got);
        else if (got < 0 && errno != EINTR)
            rc = SCRUBGATE_EIO;
    }
    int saved = errno;
    if (rc < 0 && out->len > start) {
        sg_wipe(out->data + start, out->len - start);
        out->len = start;
    }
    sg_wipe(piece, sizeof piece); /* it may have been a key file */
    errno = saved;
    return rc;
}

enum scrubgate_status sg_file_read(const char *path, struct sg_buf *out,
                                   struct scrubgate_fault *fault)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fault_errno(fault, path, "open");
    enum scrubgate_status rc = read_whole(fd, out);
    if (rc == SCRUBGATE_EIO)
        rc = fault_errno(fault, path, "read");
    else if (rc < 0)
        rc = fault_add(fault, path, out, rc);
    (void)close(fd);
    return rc;
}

enum scrubgate_status sg_file_read_at(int folder, const char *name, struct sg_buf *out)
{
    struct stat info;
    enum scrubgate_status rc = SCRUBGATE_EMALFORMED;
    int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return errno == ELOOP || errno == ENXIO ? SCRUBGATE_EMALFORMED : SCRUBGATE_EIO;
    if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode))
        rc = read_whole(fd, out);
    int saved = errno;
    (void)close(fd);
    errno = saved;
    return rc;
}

static bool write_whole(int fd, struct sg_bytes text)
{
    while (text.len > 0) {
        ssize_t put = write(fd, text.data, text.len);
        if (put < 0 && errno != EINTR)
            return false;
        text.data += put > 0 ? put : 0;
        text.len -= put > 0 ? (size_t)put : 0;
    }
    return true;
}

enum scrubgate_status sg_file_replace_at(int folder, const char *name, struct sg_bytes text,
                                         unsigned mode)
{
    static const char tail[] = ".new";
    char before[NAME_MOST];
    size_t len = strlen(name);
    if (len + sizeof tail > sizeof before) {
        errno = ENAMETOOLONG;
        return SCRUBGATE_EIO;
    }
    memcpy(before, name, len);
    memcpy(before + len, tail, sizeof tail);
    (void)unlinkat(folder, before, 0); /* of one that a crash cut short */
    int fd = openat(folder, before, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, (mode_t)mode);
    if (fd < 0)
        return SCRUBGATE_EIO;
    bool ok = write_whole(fd, text) && fsync(fd) == 0;
    ok = close(fd) == 0 && ok;
    ok = ok && renameat(folder, before, folder, name) == 0;
    if (!ok) {
        int saved = errno;
        (void)unlinkat(folder, before, 0);
        errno = saved;
    }
    return ok ? SCRUBGATE_OK : SCRUBGATE_EIO;
}

static int compare_names(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static bool ends_with(const char *name, const char *suffix)
{
    size_t len = strlen(name), end = strlen(suffix);
    return len >= end && strcmp(name + len - end, suffix) == 0;
}

static enum scrubgate_status visit(const char *folder, const char *name,
                                   enum scrubgate_status (*each)(void *ctx, const char *path),
                                   void *ctx, struct scrubgate_fault *fault)
{
    size_t len = strlen(folder);
    const char *slash = len > 0 && folder[len - 1] == '/' ? "" : "/";
    struct sg_buf path = {0};
    enum scrubgate_status rc = sg_buf_addf(&path, "%s%s%s", folder, slash, name);
    if (rc >= 0)
        rc = each(ctx, (const char *)path.data);
    else
        sg_fault_set(fault, folder, 0, 0, "out of memory");
    sg_buf_fini(&path);
    return rc;
}

enum scrubgate_status sg_file_each(const char *path, const char *suffix,
                                   enum scrubgate_status (*each)(void *ctx, const char *path),
                                   void *ctx, struct scrubgate_fault *fault)
{
    struct stat what;
    if (stat(path, &what) != 0)
        return fault_errno(fault, path, "open");
    if (!S_ISDIR(what.st_mode))
        return each(ctx, path);

    struct dirent **list = NULL;
    int n = scandir(path, &list, NULL, compare_names);
    if (n < 0)
        return fault_errno(fault, path, "list");
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (int i = 0; i < n; i++) {
        const char *name = list[i]->d_name;
        if (rc >= 0 && name[0] != '.' && ends_with(name, suffix))
            rc = visit(path, name, each, ctx, fault);
        free(list[i]);
    }
    free(list);
    return rc;
}
