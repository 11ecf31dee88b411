/* SPDX-License-Identifier: Apache-2.0 */
/*
 * file.c - read a small file whole, list a folder by name.
 */
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/digest.h"

enum { PIECE = 4096 };

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

enum scrubgate_status sg_file_read(const char *path, struct sg_buf *out,
                                   struct scrubgate_fault *fault)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    uint8_t piece[PIECE];
    size_t start = out->len;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        rc = fault_errno(fault, path, "open");
        goto out;
    }
    for (;;) {
        ssize_t got = read(fd, piece, sizeof piece);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            rc = fault_errno(fault, path, "read");
            goto out;
        }
        if (got == 0)
            break;
        rc = sg_buf_add(out, piece, (size_t)got);
        if (rc < 0) {
            rc = fault_add(fault, path, out, rc);
            goto out;
        }
    }
out:
    if (rc < 0 && out->len > start) { /* a failed call produces nothing */
        sg_wipe(out->data + start, out->len - start);
        out->len = start;
    }
    sg_wipe(piece, sizeof piece); /* it may have been a key file */
    if (fd >= 0)
        (void)close(fd);
    return rc;
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
