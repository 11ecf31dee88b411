/* SPDX-License-Identifier: Apache-2.0 */
/*
 * segment.c - one file of the audit log: read through, checked at its end, cut.
 */
#include "audit/segment.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/journal.h"
#include "base/diag.h"
#include "base/json.h"

enum { NAME_MOST = 40, DEEPEST = 16, READ_SIZE = 256 * 1024, FILE_MODE = 0640 };

static void name_of(uint64_t number, const char *suffix, char name[NAME_MOST])
{
    (void)snprintf(name, NAME_MOST, "%06" PRIu64 "%s", number, suffix);
}

static enum scrubgate_status fail(const struct sg_segment *segment, uint64_t line,
                                  enum scrubgate_status rc, struct scrubgate_fault *fault,
                                  const char *what, const char *why)
{
    char file[sizeof((struct scrubgate_fault *)NULL)->file];
    (void)snprintf(file, sizeof file, "%s/%06" PRIu64 ".ndjson", segment->path, segment->number);
    sg_fault_set(fault, file, (unsigned)line, 0, "%s%s%s", what, why[0] == '\0' ? "" : ": ", why);
    return rc;
}

static enum scrubgate_status fail_errno(const struct sg_segment *segment,
                                        struct scrubgate_fault *fault, const char *what)
{
    return fail(segment, 0, SCRUBGATE_EIO, fault, what, strerror(errno));
}

/* --- the row of files --- */

/* NNNNNN.ndjson in exactly our spelling; anything else in the folder is not ours. */
static bool parse_name(const char *name, uint64_t *number)
{
    char again[NAME_MOST];
    struct sg_bytes digits = sg_bytes_of(name);
    digits.len = sg_bytes_find(digits, '.');
    if (!sg_bytes_to_u64(digits, number))
        return false;
    name_of(*number, ".ndjson", again);
    return strcmp(name, again) == 0;
}

static bool exists(const struct sg_segment *segment)
{
    char name[NAME_MOST];
    name_of(segment->number, ".ndjson", name);
    return faccessat(segment->folder, name, F_OK, 0) == 0;
}

enum scrubgate_status sg_segment_count(int folder, const char *path, uint64_t *count,
                                       struct scrubgate_fault *fault)
{
    struct sg_segment missing = {.folder = folder, .path = path, .number = 0};
    uint64_t n = 0, beyond = 0;
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
        if (!parse_name(entry->d_name, &number))
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
        while (missing.number < n && exists(&missing))
            missing.number++;
        return fail(&missing, 0, SCRUBGATE_EMALFORMED, fault,
                    "this part of the audit log is missing, later ones are there: put it back", "");
    }
    *count = n;
    return SCRUBGATE_OK;
}

static enum scrubgate_status sync_folder(const struct sg_segment *segment,
                                         struct scrubgate_fault *fault)
{
    if (fsync(segment->folder) != 0)
        return fail_errno(segment, fault, "cannot make its folder durable");
    return SCRUBGATE_OK;
}

enum scrubgate_status sg_segment_open(const struct sg_segment *segment, bool make, int *fd,
                                      struct scrubgate_fault *fault)
{
    char name[NAME_MOST];
    struct stat info;
    enum scrubgate_status rc = SCRUBGATE_OK;
    name_of(segment->number, ".ndjson", name);
    *fd = -1;
    int made = openat(segment->folder, name,
                      O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | (make ? O_CREAT | O_EXCL : 0),
                      FILE_MODE);
    if (made < 0)
        return fail_errno(segment, fault, make ? "cannot make this file" : "cannot open this file");
    if (fstat(made, &info) != 0 || !S_ISREG(info.st_mode))
        rc = fail(segment, 0, SCRUBGATE_EIO, fault, "this is no regular file", "");
    else if (make)
        rc = sync_folder(segment, fault);
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
    char name[NAME_MOST];
    name_of(segment->number, ".ndjson", name);
    if (unlinkat(segment->folder, name, 0) != 0 && errno != ENOENT)
        return fail_errno(segment, fault, "cannot remove this file");
    return sync_folder(segment, fault);
}

/* --- reading --- */

enum scrubgate_status sg_segment_judge(struct sg_bytes line, uint64_t seq)
{
    char begin[NAME_MOST];
    struct sg_json_judge *judge = NULL;
    (void)snprintf(begin, sizeof begin, "{\"seq\":%" PRIu64 ",\"", seq);
    if (line.len > SG_SEGMENT_LINE_MOST || !sg_bytes_start_with(line, sg_bytes_of(begin)) ||
        line.data[line.len - 1] != '}')
        return SCRUBGATE_EMALFORMED;
    enum scrubgate_status rc = sg_json_judge_new(&judge, DEEPEST, false);
    if (rc >= 0)
        rc = sg_json_judge_push(judge, line);
    if (rc >= 0)
        rc = sg_json_judge_end(judge);
    sg_json_judge_free(judge);
    /* Out of memory is no reason to call a record torn. */
    return rc < 0 && rc != SCRUBGATE_ENOMEM ? SCRUBGATE_EMALFORMED : rc;
}

/* A run through a file. What is held is the beginning of a line whose LF has not come. */
struct reader {
    const struct sg_segment *segment;
    struct sg_segment_end *end;
    uint64_t bad; /* number of a line that is no record: only the last may be */
    bool too_long;
    uint8_t *held;
    size_t n_held;
};

static enum scrubgate_status bad_line(const struct reader *reader, struct scrubgate_fault *fault)
{
    return fail(reader->segment, reader->bad, SCRUBGATE_EMALFORMED, fault,
                "this line is no audit record with the right seq, and it is not the last one: "
                "the log was changed or the disk is failing; restore it, then start again",
                "");
}

static enum scrubgate_status take_lines(struct reader *reader, struct scrubgate_fault *fault)
{
    uint64_t first = reader->segment->number * SG_JOURNAL_SEGMENT;
    size_t at = 0;
    for (;;) {
        struct sg_bytes rest = {reader->held + at, reader->n_held - at};
        struct sg_bytes line = {rest.data, sg_bytes_find(rest, '\n')};
        if (line.len == rest.len)
            break;
        if (reader->bad != 0)
            return bad_line(reader, fault);
        enum scrubgate_status rc = SCRUBGATE_EMALFORMED;
        if (!reader->too_long && reader->end->lines < SG_JOURNAL_SEGMENT)
            rc = sg_segment_judge(line, first + reader->end->lines);
        if (rc == SCRUBGATE_ENOMEM)
            return fail(reader->segment, 0, rc, fault, "out of memory", "");
        if (rc < 0) {
            reader->bad = reader->end->lines + 1;
        } else {
            reader->end->lines++;
            reader->end->end += line.len + 1;
        }
        reader->too_long = false;
        at += line.len + 1;
    }
    reader->n_held -= at;
    memmove(reader->held, reader->held + at, reader->n_held);
    if (reader->n_held > SG_SEGMENT_LINE_MOST) {
        reader->too_long = true; /* no record: only where it ends still matters */
        reader->n_held = 0;
    }
    return SCRUBGATE_OK;
}

enum scrubgate_status sg_segment_read(const struct sg_segment *segment, int fd,
                                      struct sg_segment_end *end, struct scrubgate_fault *fault)
{
    struct reader reader = {.segment = segment, .end = end, .held = malloc(READ_SIZE)};
    enum scrubgate_status rc = SCRUBGATE_OK;
    *end = (struct sg_segment_end){0};
    if (reader.held == NULL)
        return fail(segment, 0, SCRUBGATE_ENOMEM, fault, "out of memory", "");
    for (;;) {
        ssize_t got =
            pread(fd, reader.held + reader.n_held, READ_SIZE - reader.n_held, (off_t)end->size);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            rc = fail_errno(segment, fault, "cannot read this file");
            goto out;
        }
        if (got == 0)
            break;
        end->size += (uint64_t)got;
        reader.n_held += (size_t)got;
        rc = take_lines(&reader, fault);
        if (rc < 0)
            goto out;
    }
    if (reader.bad != 0 && (reader.n_held > 0 || reader.too_long))
        rc = bad_line(&reader, fault);
out:
    free(reader.held);
    return rc;
}

enum scrubgate_status sg_segment_check_last(const struct sg_segment *segment, int fd, uint64_t end,
                                            uint64_t seq, struct scrubgate_fault *fault)
{
    uint8_t tail[SG_SEGMENT_LINE_MOST + 2]; /* its LF and the one before it */
    size_t want = end < sizeof tail ? (size_t)end : sizeof tail;
    size_t have = 0;
    while (have < want) {
        ssize_t got = pread(fd, tail + have, want - have, (off_t)(end - want + have));
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return fail(segment, 0, SCRUBGATE_EIO, fault, "cannot read the end of this file",
                        got < 0 ? strerror(errno) : "it is too short");
        have += (size_t)got;
    }
    size_t begin = want;
    while (begin > 0 && (begin == want || tail[begin - 1] != '\n'))
        begin--;
    struct sg_bytes line = {tail + begin, want > begin ? want - begin - 1 : 0};
    enum scrubgate_status rc = SCRUBGATE_EMALFORMED;
    if (want > 0 && tail[want - 1] == '\n')
        rc = sg_segment_judge(line, seq);
    if (rc == SCRUBGATE_ENOMEM)
        return fail(segment, 0, rc, fault, "out of memory", "");
    if (rc < 0)
        return fail(segment, 0, SCRUBGATE_EMALFORMED, fault,
                    "its last line is not the audit record that belongs there: the log was "
                    "changed or the disk is failing; restore it, then start again",
                    "");
    return SCRUBGATE_OK;
}

enum scrubgate_status sg_segment_check_full(const struct sg_segment *segment,
                                            struct scrubgate_fault *fault)
{
    struct stat info;
    int fd;
    enum scrubgate_status rc = sg_segment_open(segment, false, &fd, fault);
    if (rc < 0)
        return rc;
    if (fstat(fd, &info) != 0)
        rc = fail_errno(segment, fault, "cannot ask for its size");
    else
        rc = sg_segment_check_last(segment, fd, (uint64_t)info.st_size,
                                   (segment->number + 1) * SG_JOURNAL_SEGMENT - 1, fault);
    (void)close(fd);
    return rc;
}

/* --- writing --- */

static bool write_all(int fd, struct sg_bytes text, uint64_t offset)
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

enum scrubgate_status sg_segment_write(const struct sg_segment *segment, int fd,
                                       struct sg_bytes text, uint64_t offset,
                                       struct scrubgate_fault *fault)
{
    if (!write_all(fd, text, offset))
        return fail_errno(segment, fault, "cannot write the audit log");
    if (fdatasync(fd) != 0)
        return fail_errno(segment, fault, "cannot make the audit log durable");
    return SCRUBGATE_OK;
}

enum scrubgate_status sg_segment_cut(const struct sg_segment *segment, int fd, uint64_t size,
                                     struct scrubgate_fault *fault)
{
    if (ftruncate(fd, (off_t)size) != 0 || fsync(fd) != 0)
        return fail_errno(segment, fault, "cannot cut this file");
    return SCRUBGATE_OK;
}

/* Copies what lies from end to size, and an LF so that a second torn line starts on its own. */
static bool copy_tail(int from, const struct sg_segment_end *end, int to)
{
    uint8_t part[8192];
    struct stat info;
    if (fstat(to, &info) != 0)
        return false;
    uint64_t at = end->end, put = (uint64_t)info.st_size;
    while (at < end->size) {
        size_t want = end->size - at < sizeof part ? (size_t)(end->size - at) : sizeof part;
        ssize_t got = pread(from, part, want, (off_t)at);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0 || !write_all(to, (struct sg_bytes){part, (size_t)got}, put))
            return false;
        at += (uint64_t)got;
        put += (uint64_t)got;
        if (at == end->size && part[got - 1] != '\n' && !write_all(to, SG_BYTES("\n"), put))
            return false;
    }
    return true;
}

enum scrubgate_status sg_segment_set_aside(const struct sg_segment *segment, int fd,
                                           const struct sg_segment_end *end,
                                           struct scrubgate_fault *fault)
{
    char name[NAME_MOST];
    name_of(segment->number, ".torn", name);
    int to = openat(segment->folder, name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, FILE_MODE);
    if (to < 0)
        return fail_errno(segment, fault, "cannot keep its torn last line in a .torn file");
    enum scrubgate_status rc = SCRUBGATE_OK;
    if (!copy_tail(fd, end, to) || fsync(to) != 0)
        rc = fail_errno(segment, fault, "cannot keep its torn last line in a .torn file");
    if (rc >= 0)
        rc = sync_folder(segment, fault);
    if (rc >= 0)
        rc = sg_segment_cut(segment, fd, end->end, fault);
    (void)close(to);
    return rc;
}
