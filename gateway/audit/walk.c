/* SPDX-License-Identifier: Apache-2.0 */
/*
 * walk.c - read the records of a log one after the other, also while they are written.
 */
#include "audit/walk.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/index.h"
#include "audit/journal.h"
#include "audit/segment.h"
#include "base/diag.h"

enum { NAME_MOST = 40, DIGITS_MOST = 19, HELD_SIZE = 256 * 1024 };

static void name_of(uint64_t seq, const char *suffix, char name[NAME_MOST])
{
    (void)snprintf(name, NAME_MOST, "%06" PRIu64 "%s", seq / SG_JOURNAL_SEGMENT, suffix);
}

void sg_walk_tell(const char *path, uint64_t seq, const char *what, struct scrubgate_fault *fault)
{
    char file[sizeof((struct scrubgate_fault *)NULL)->file], name[NAME_MOST];
    name_of(seq, ".ndjson", name);
    (void)snprintf(file, sizeof file, "%s/%s", path, name);
    sg_fault_set(fault, file, (unsigned)(seq % SG_JOURNAL_SEGMENT + 1), 0, "record %" PRIu64 ": %s",
                 seq, what);
}

static enum scrubgate_status fail(const struct sg_walk *walk, enum scrubgate_status rc,
                                  const char *what, struct scrubgate_fault *fault)
{
    sg_walk_tell(walk->path, walk->seq, what, fault);
    return rc;
}

enum scrubgate_status sg_walk_init(struct sg_walk *walk, int folder, const char *path,
                                   struct scrubgate_fault *fault)
{
    *walk = (struct sg_walk){.folder = folder, .path = path, .fd = -1, .held = malloc(HELD_SIZE)};
    if (walk->held == NULL) {
        sg_fault_set(fault, path, 0, 0, "out of memory");
        return SCRUBGATE_ENOMEM;
    }
    return SCRUBGATE_OK;
}

static void close_file(struct sg_walk *walk)
{
    if (walk->fd >= 0)
        (void)close(walk->fd);
    walk->fd = -1;
    walk->offset = 0;
    walk->at = walk->end = walk->zero = 0;
}

void sg_walk_fini(struct sg_walk *walk)
{
    if (walk->held == NULL)
        return;
    close_file(walk);
    free(walk->held);
    walk->held = NULL;
}

/* DONE: there is no such file. */
static enum scrubgate_status open_file(struct sg_walk *walk, struct scrubgate_fault *fault)
{
    char name[NAME_MOST];
    struct stat info;
    name_of(walk->seq, ".ndjson", name);
    close_file(walk);
    /* Not blocking: a pipe in its place must not hang whoever reads. */
    walk->fd = openat(walk->folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (walk->fd < 0 && errno == ENOENT)
        return SCRUBGATE_DONE;
    if (walk->fd < 0)
        return fail(walk, SCRUBGATE_EIO, strerror(errno), fault);
    if (fstat(walk->fd, &info) == 0 && S_ISREG(info.st_mode))
        return SCRUBGATE_OK;
    close_file(walk);
    return fail(walk, SCRUBGATE_EIO, "its file is no regular file", fault);
}

static ssize_t read_at(int fd, void *to, size_t len, uint64_t offset)
{
    ssize_t got;
    do {
        got = pread(fd, to, len, (off_t)offset);
    } while (got < 0 && errno == EINTR);
    return got;
}

/* Reads on behind what is held. DONE: the file ends there. */
static enum scrubgate_status read_more(struct sg_walk *walk, struct scrubgate_fault *fault)
{
    size_t rest = walk->end - walk->at;
    memmove(walk->held, walk->held + walk->at, rest);
    const bool zero_ahead = walk->zero < walk->end;
    walk->zero -= walk->at;
    walk->at = 0;
    walk->end = rest;
    ssize_t got = read_at(walk->fd, walk->held + rest, HELD_SIZE - rest, walk->offset + rest);
    if (got < 0)
        return fail(walk, SCRUBGATE_EIO, strerror(errno), fault);
    walk->end += (size_t)got;
    /* For all lines at once: each is short. */
    if (!zero_ahead)
        walk->zero = rest + sg_bytes_find((struct sg_bytes){walk->held + rest, (size_t)got}, '\0');
    return got == 0 ? SCRUBGATE_DONE : SCRUBGATE_OK;
}

/* What was read may be older than what stands there now. */
static void forget_ahead(struct sg_walk *walk)
{
    walk->at = walk->end = walk->zero = 0;
}

/* OK: a whole line. DONE: not (yet). */
static enum scrubgate_status find_line(struct sg_walk *walk, struct sg_bytes *line,
                                       struct scrubgate_fault *fault)
{
    for (;;) {
        struct sg_bytes rest = {walk->held + walk->at, walk->end - walk->at};
        *line = (struct sg_bytes){rest.data, sg_bytes_find(rest, '\n')};
        if (walk->zero < walk->at + line->len)
            break;
        if (line->len < rest.len)
            return SCRUBGATE_OK;
        if (rest.len > SG_SEGMENT_LINE_MOST)
            return fail(walk, SCRUBGATE_EMALFORMED, "this line is too long for a record", fault);
        enum scrubgate_status rc = read_more(walk, fault);
        if (rc == SCRUBGATE_DONE)
            break;
        if (rc < 0)
            return rc;
    }
    forget_ahead(walk);
    return SCRUBGATE_DONE;
}

static bool has_successor(const struct sg_walk *walk)
{
    char name[NAME_MOST];
    struct stat info;
    name_of(walk->seq + SG_JOURNAL_SEGMENT, ".ndjson", name);
    return fstatat(walk->folder, name, &info, AT_SYMLINK_NOFOLLOW) == 0;
}

/* A segment is full before the next one is made. Its last lines may have come after we looked, but
 * not after we have seen its successor: then the second look decides. */
static enum scrubgate_status find_line_or_end(struct sg_walk *walk, struct sg_bytes *line,
                                              struct scrubgate_fault *fault)
{
    enum scrubgate_status rc = find_line(walk, line, fault);
    if (rc != SCRUBGATE_DONE || !has_successor(walk))
        return rc;
    rc = find_line(walk, line, fault);
    if (rc == SCRUBGATE_DONE)
        rc = fail(walk, SCRUBGATE_EMALFORMED, "its file ends before it, later ones are there",
                  fault);
    return rc;
}

/* It begins with {"seq":N," and ends like an object. By hand: each line passes here. */
static bool is_record(struct sg_bytes line, uint64_t seq)
{
    static const char begin[] = "{\"seq\":";
    size_t at = sizeof begin - 1;
    uint64_t number = 0;
    if (line.len > SG_SEGMENT_LINE_MOST || line.len < sizeof begin + sizeof ",\"}" ||
        memcmp(line.data, begin, at) != 0 || line.data[line.len - 1] != '}')
        return false;
    const size_t first = at;
    while (at < line.len && at - first < DIGITS_MOST && sg_is_digit(line.data[at]))
        number = number * 10 + (uint64_t)(line.data[at++] - '0');
    return at > first && (line.data[first] != '0' || at - first == 1) && number == seq &&
           line.len - at > 2 && line.data[at] == ',' && line.data[at + 1] == '"';
}

/* Nothing but zeros may follow the last record of a full segment. */
static enum scrubgate_status leave_full(struct sg_walk *walk, struct scrubgate_fault *fault)
{
    enum scrubgate_status rc;
    if (walk->fd < 0)
        return SCRUBGATE_OK;
    do {
        for (; walk->at < walk->end; walk->at++, walk->offset++)
            if (walk->held[walk->at] != '\0') {
                walk->seq--; /* it is that file's, and every later call must see it again */
                rc = fail(walk, SCRUBGATE_EMALFORMED, "something stands behind it in a full file",
                          fault);
                walk->seq++;
                return rc;
            }
        rc = read_more(walk, fault);
    } while (rc == SCRUBGATE_OK);
    if (rc == SCRUBGATE_DONE)
        close_file(walk);
    return rc < 0 ? rc : SCRUBGATE_OK;
}

enum scrubgate_status sg_walk_next(struct sg_walk *walk, struct sg_bytes *record, uint64_t *seq,
                                   struct scrubgate_fault *fault)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    struct sg_bytes line;
    if (walk->seq % SG_JOURNAL_SEGMENT == 0 && walk->offset > 0)
        rc = leave_full(walk, fault);
    if (rc == SCRUBGATE_OK && walk->fd < 0)
        rc = open_file(walk, fault);
    if (rc == SCRUBGATE_OK)
        rc = find_line_or_end(walk, &line, fault);
    if (rc != SCRUBGATE_OK)
        return rc;
    if (!is_record(line, walk->seq))
        return fail(walk, SCRUBGATE_EMALFORMED,
                    "this line is not it: the log was changed, or the disk is failing", fault);
    *record = line;
    *seq = walk->seq++;
    walk->at += line.len + 1;
    walk->offset += line.len + 1;
    return SCRUBGATE_OK;
}

/* --- finding a place --- */

/* What the index says, if a record with that number begins there. */
static bool find_by_index(const struct sg_walk *walk, uint64_t seq, uint64_t *offset)
{
    char begin[NAME_MOST];
    uint8_t entry[SG_INDEX_ENTRY], there[NAME_MOST];
    if (sg_index_read(walk->folder, seq, entry, sizeof entry) != sizeof entry)
        return false;
    const uint64_t at = sg_index_offset(entry);
    int n = snprintf(begin, sizeof begin, "\n{\"seq\":%" PRIu64 ",\"", seq);
    /* The first line has no LF before it. */
    size_t skip = at == 0 ? 1 : 0;
    if (at > INT64_MAX || (at == 0) != (seq % SG_JOURNAL_SEGMENT == 0) ||
        read_at(walk->fd, there, (size_t)n - skip, at - 1 + skip) != (ssize_t)((size_t)n - skip) ||
        memcmp(there, begin + skip, (size_t)n - skip) != 0)
        return false;
    *offset = at;
    return true;
}

enum scrubgate_status sg_walk_seek(struct sg_walk *walk, uint64_t seq,
                                   struct scrubgate_fault *fault)
{
    struct sg_bytes line;
    uint64_t number, offset = 0;
    walk->seq = seq;
    enum scrubgate_status rc = open_file(walk, fault);
    if (rc == SCRUBGATE_OK && find_by_index(walk, seq, &offset)) {
        walk->offset = offset;
        return rc;
    }
    if (rc == SCRUBGATE_OK)
        walk->seq -= seq % SG_JOURNAL_SEGMENT;
    while (rc == SCRUBGATE_OK && walk->seq < seq)
        rc = sg_walk_next(walk, &line, &number, fault);
    return rc;
}
