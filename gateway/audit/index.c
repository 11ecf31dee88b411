/* SPDX-License-Identifier: Apache-2.0 */
/*
 * index.c - where each record of a segment begins.
 */
#include "audit/index.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/journal.h"

enum { NAME_MOST = 40, FILE_MODE = 0640 };

static void name_of(uint64_t segment, char name[NAME_MOST])
{
    (void)snprintf(name, NAME_MOST, "%06" PRIu64 ".index", segment);
}

void sg_index_put(uint8_t entry[SG_INDEX_ENTRY], uint64_t offset)
{
    for (size_t i = 0; i < SG_INDEX_ENTRY; i++)
        entry[i] = (uint8_t)(offset >> (56 - 8 * i));
}

enum scrubgate_status sg_index_add(struct sg_buf *entries, uint64_t offset)
{
    uint8_t entry[SG_INDEX_ENTRY];
    sg_index_put(entry, offset);
    return sg_buf_add(entries, entry, sizeof entry);
}

enum scrubgate_status sg_index_write(int folder, uint64_t seq, const struct sg_buf *entries,
                                     bool whole)
{
    char name[NAME_MOST];
    const uint64_t start = seq % SG_JOURNAL_SEGMENT * SG_INDEX_ENTRY;
    size_t done = 0;
    name_of(seq / SG_JOURNAL_SEGMENT, name);
    int fd =
        openat(folder, name,
               O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | (whole ? O_TRUNC : 0),
               FILE_MODE);
    while (fd >= 0 && done < entries->len) {
        ssize_t put = pwrite(fd, entries->data + done, entries->len - done, (off_t)(start + done));
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            break;
        done += (size_t)put;
    }
    if (fd >= 0)
        (void)close(fd);
    return fd >= 0 && done == entries->len ? SCRUBGATE_OK : SCRUBGATE_EIO;
}

size_t sg_index_read(int folder, uint64_t seq, uint8_t *entries, size_t cap)
{
    char name[NAME_MOST];
    const uint64_t start = seq % SG_JOURNAL_SEGMENT * SG_INDEX_ENTRY;
    size_t done = 0;
    name_of(seq / SG_JOURNAL_SEGMENT, name);
    int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    while (fd >= 0 && done < cap) {
        ssize_t got = pread(fd, entries + done, cap - done, (off_t)(start + done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        done += (size_t)got;
    }
    if (fd >= 0)
        (void)close(fd);
    return done;
}

uint64_t sg_index_offset(const uint8_t entry[SG_INDEX_ENTRY])
{
    uint64_t offset = 0;
    for (size_t i = 0; i < SG_INDEX_ENTRY; i++)
        offset = offset << 8 | entry[i];
    return offset;
}

bool sg_index_has(int folder, uint64_t segment, uint64_t records)
{
    char name[NAME_MOST];
    struct stat info;
    name_of(segment, name);
    return fstatat(folder, name, &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(info.st_mode) &&
           (uint64_t)info.st_size == records * SG_INDEX_ENTRY;
}
