/* SPDX-License-Identifier: Apache-2.0 */
/*
 * segment.c - one file of the audit log: made, written, zeroed ahead, cut.
 */
#define _GNU_SOURCE /* sync_file_range */
#include "audit/segment.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/journal.h"
#include "base/diag.h"

enum { FILE_MODE = 0640, ZEROS = 64 * 1024 };

void sg_segment_name(uint64_t number, const char *suffix, char name[SG_SEGMENT_NAME])
{
    (void)snprintf(name, SG_SEGMENT_NAME, "%06" PRIu64 "%s", number, suffix);
}

enum scrubgate_status sg_segment_fail(const struct sg_segment *segment, uint64_t line,
                                      enum scrubgate_status rc, struct scrubgate_fault *fault,
                                      const char *what, const char *why)
{
    char file[sizeof((struct scrubgate_fault *)NULL)->file];
    (void)snprintf(file, sizeof file, "%s/%06" PRIu64 ".ndjson", segment->path, segment->number);
    sg_fault_set(fault, file, (unsigned)line, 0, "%s%s%s", what, why[0] == '\0' ? "" : ": ", why);
    return rc;
}

enum scrubgate_status sg_segment_fail_errno(const struct sg_segment *segment,
                                            struct scrubgate_fault *fault, const char *what)
{
    return sg_segment_fail(segment, 0, SCRUBGATE_EIO, fault, what, strerror(errno));
}

/* --- the row of files --- */

/* NNNNNN.ndjson in exactly our spelling; anything else in the folder is not ours. */
static bool parse_name(const char *name, uint64_t *number)
{
    char again[SG_SEGMENT_NAME];
    struct sg_bytes digits = sg_bytes_of(name);
    digits.len = sg_bytes_find(digits, '.');
    if (!sg_bytes_to_u64(digits, number))
        return false;
    sg_segment_name(*number, ".ndjson", again);
    return strcmp(name, again) == 0;
}

static bool exists(const struct sg_segment *segment)
{
    char name[SG_SEGMENT_NAME];
    sg_segment_name(segment->number, ".ndjson", name);
    return faccessat(segment->folder, name, F_OK, 0) == 0;
}

enum scrubgate_status sg_segment_count(int folder, const char *path, uint64_t first,
                                       uint64_t *count, struct scrubgate_fault *fault)
{
    struct sg_segment missing = {.folder = folder, .path = path, .number = first};
    uint64_t n = first, beyond = first;
    int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (dir == NULL) {
        enum scrubgate_status rc = errno == ENOMEM ? SCRUBGATE_ENOMEM : SCRUBGATE_EIO;
        sg_fault_set(fault, path, 0, 0, "cannot list this folder: %s", strerror(errno));
        if (fd >= 0)
            (void)close(fd);
        return rc;
    }
    errno = 0;
    for (struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        uint64_t number;
        if (!parse_name(entry->d_name, &number) || number < first)
            continue;
        n++;
        if (number >= beyond)
            beyond = number + 1;
    }
    int saved = errno;
    (void)closedir(dir);
    if (saved != 0) {
        sg_fault_set(fault, path, 0, 0, "cannot list this folder: %s", strerror(saved));
        return SCRUBGATE_EIO;
    }
    if (n != beyond) {
        while (missing.number < beyond && exists(&missing))
            missing.number++;
        return sg_segment_fail(
            &missing, 0, SCRUBGATE_EMALFORMED, fault,
            "this part of the audit log is missing, later ones are there: put it back", "");
    }
    *count = n;
    return SCRUBGATE_OK;
}

enum scrubgate_status sg_segment_sync_folder(const struct sg_segment *segment,
                                             struct scrubgate_fault *fault)
{
    if (fsync(segment->folder) != 0)
        return sg_segment_fail_errno(segment, fault, "cannot make its folder durable");
    return SCRUBGATE_OK;
}

enum scrubgate_status sg_segment_open(const struct sg_segment *segment, bool make, int *fd,
                                      struct scrubgate_fault *fault)
{
    char name[SG_SEGMENT_NAME];
    struct stat info;
    enum scrubgate_status rc = SCRUBGATE_OK;
    sg_segment_name(segment->number, ".ndjson", name);
    *fd = -1;
    int made = openat(segment->folder, name,
                      O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | (make ? O_CREAT | O_EXCL : 0),
                      FILE_MODE);
    if (made < 0)
        return sg_segment_fail_errno(segment, fault,
                                     make ? "cannot make this file" : "cannot open this file");
    if (fstat(made, &info) != 0 || !S_ISREG(info.st_mode))
        rc = sg_segment_fail(segment, 0, SCRUBGATE_EIO, fault, "this is no regular file", "");
    else if (make)
        rc = sg_segment_sync_folder(segment, fault);
    if (rc < 0) {
        (void)close(made);
        if (make) /* or the next try would find it in its way */
            (void)unlinkat(segment->folder, name, 0);
        return rc;
    }
    *fd = made;
    return SCRUBGATE_OK;
}

enum scrubgate_status sg_segment_remove(const struct sg_segment *segment,
                                        struct scrubgate_fault *fault)
{
    char name[SG_SEGMENT_NAME];
    sg_segment_name(segment->number, ".ndjson", name);
    if (unlinkat(segment->folder, name, 0) != 0 && errno != ENOENT)
        return sg_segment_fail_errno(segment, fault, "cannot remove this file");
    return sg_segment_sync_folder(segment, fault);
}

/* --- writing --- */

bool sg_segment_put(int fd, struct sg_bytes text, uint64_t offset)
{
    while (text.len > 0) {
        ssize_t put = pwrite(fd, text.data, text.len, (off_t)offset);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return false;
        text.data += put;
        text.len -= (size_t)put;
        offset += (uint64_t)put;
    }
    return true;
}

uint64_t sg_segment_fill(int fd, uint64_t from, uint64_t to)
{
    static const uint8_t zeros[ZEROS];
    bool ok = true;
    for (uint64_t at = from; ok && at < to;) {
        const struct sg_bytes part = {zeros, to - at < ZEROS ? (size_t)(to - at) : ZEROS};
        ok = sg_segment_put(fd, part, at);
        at += part.len;
    }
    if (ok)
        return to;
    (void)!ftruncate(fd, (off_t)from); /* what was there before stays; lines may still find room */
    return from;
}

enum scrubgate_status sg_segment_write(const struct sg_segment *segment, int fd,
                                       struct sg_bytes text, uint64_t offset,
                                       struct scrubgate_fault *fault)
{
    if (!sg_segment_put(fd, text, offset))
        return sg_segment_fail_errno(segment, fault, "cannot write the audit log");
#ifdef SYNC_FILE_RANGE_WRITE
    /* Only sooner than the sync would: whether it worked is what that says. */
    (void)sync_file_range(fd, (off_t)offset, (off_t)text.len, SYNC_FILE_RANGE_WRITE);
#endif
    return SCRUBGATE_OK;
}

enum scrubgate_status sg_segment_sync(const struct sg_segment *segment, int fd,
                                      struct scrubgate_fault *fault)
{
    if (fdatasync(fd) != 0)
        return sg_segment_fail_errno(segment, fault, "cannot make the audit log durable");
    return SCRUBGATE_OK;
}

enum scrubgate_status sg_segment_cut(const struct sg_segment *segment, int fd, uint64_t size,
                                     struct scrubgate_fault *fault)
{
    if (ftruncate(fd, (off_t)size) != 0 || fsync(fd) != 0)
        return sg_segment_fail_errno(segment, fault, "cannot cut this file");
    return SCRUBGATE_OK;
}
