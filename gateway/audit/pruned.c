/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pruned.c - where a log begins whose oldest files were removed, and the removing.
 */
#include "audit/pruned.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/journal.h"
#include "audit/tile_file.h"
#include "base/bytes.h"
#include "base/diag.h"

enum { TEXT_MOST = 64, FILE_MODE = 0640 };
static const char name[] = "pruned", name_before[] = "pruned.new";

static int print(uint64_t first, char text[TEXT_MOST])
{
    return snprintf(text, TEXT_MOST, "first %" PRIu64 "\n", first);
}

/* In exactly our spelling. */
static bool parse(struct sg_bytes text, uint64_t *first)
{
    static const char word[] = "first ";
    char again[TEXT_MOST];
    struct sg_bytes digits = {text.data + sizeof word - 1, text.len - sizeof word};
    if (text.len <= sizeof word || !sg_bytes_to_u64(digits, first))
        return false;
    const int len = print(*first, again);
    return (size_t)len == text.len && memcmp(again, text.data, text.len) == 0 &&
           *first % SG_JOURNAL_SEGMENT == 0;
}

enum scrubgate_status sg_pruned_read(int folder, const char *dir, uint64_t *first,
                                     struct scrubgate_fault *fault)
{
    uint8_t text[TEXT_MOST];
    *first = 0;
    int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0 && errno == ENOENT)
        return SCRUBGATE_OK;
    ssize_t got = fd < 0 ? -1 : read(fd, text, sizeof text);
    const int saved = errno;
    if (fd >= 0)
        (void)close(fd);
    if (got < 0) {
        sg_fault_set(fault, dir, 0, 0, "cannot read pruned: %s", strerror(saved));
        return SCRUBGATE_EIO;
    }
    if (parse((struct sg_bytes){text, (size_t)got}, first))
        return SCRUBGATE_OK;
    *first = 0;
    sg_fault_set(fault, dir, 0, 0,
                 "pruned does not say with which record this log begins: restore it");
    return SCRUBGATE_EMALFORMED;
}

static bool write_synced(int folder, const char *text, size_t len)
{
    int fd = openat(folder, name_before, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
                    FILE_MODE);
    if (fd < 0)
        return false;
    bool ok = write(fd, text, len) == (ssize_t)len && fsync(fd) == 0;
    return close(fd) == 0 && ok;
}

enum scrubgate_status sg_pruned_write(int folder, const char *dir, uint64_t first,
                                      struct scrubgate_fault *fault)
{
    char text[TEXT_MOST];
    const size_t len = (size_t)print(first, text);
    if (write_synced(folder, text, len) && renameat(folder, name_before, folder, name) == 0 &&
        fsync(folder) == 0)
        return SCRUBGATE_OK;
    sg_fault_set(fault, dir, 0, 0, "cannot write pruned: %s", strerror(errno));
    return SCRUBGATE_EIO;
}

static bool gone(int folder, uint64_t segment, const char *suffix)
{
    char path[TEXT_MOST];
    (void)snprintf(path, sizeof path, "log/%06" PRIu64 "%s", segment, suffix);
    return unlinkat(folder, path, 0) == 0 || errno == ENOENT;
}

/* A full tile is there or not; the folders of a thousand go with the last one in them. */
static void remove_tile(int folder, int level, uint64_t index)
{
    const struct sg_tile tile = {level, index, SG_TILE_WIDTH};
    sg_tile_file_remove(folder, &tile);
}

enum scrubgate_status sg_pruned_remove(int folder, uint64_t segment)
{
    const uint64_t tiles = SG_JOURNAL_SEGMENT / SG_TILE_WIDTH;
    for (uint64_t i = 0; i < tiles; i++)
        remove_tile(folder, 0, segment * tiles + i);
    remove_tile(folder, 1, segment);
    const bool ok = gone(folder, segment, ".index") && gone(folder, segment, ".torn") &&
                    gone(folder, segment, ".ndjson");
    return ok ? SCRUBGATE_OK : SCRUBGATE_EIO;
}

bool sg_pruned_is_held(int folder)
{
    struct stat info;
    return fstatat(folder, SG_HOLD_NAME, &info, AT_SYMLINK_NOFOLLOW) == 0 || errno != ENOENT;
}
