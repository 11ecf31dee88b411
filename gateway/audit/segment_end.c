/* SPDX-License-Identifier: Apache-2.0 */
/*
 * segment_end.c - where a file of the audit log ends, and what a crash may have left there.
 */
#include "audit/segment_end.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/journal.h"
#include "base/json.h"

enum { DEEPEST = 16, READ_SIZE = 256 * 1024, PART = 8192, FILE_MODE = 0640 };

enum scrubgate_status sg_segment_judge(struct sg_bytes line, uint64_t seq)
{
    char begin[SG_SEGMENT_NAME];
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

static ssize_t read_at(int fd, void *to, size_t len, uint64_t offset)
{
    ssize_t got;
    do {
        got = pread(fd, to, len, (off_t)offset);
    } while (got < 0 && errno == EINTR);
    return got;
}

/* How much of it is there when the zeros at its end are not counted. */
static size_t length_without_zeros(const uint8_t *data, size_t len)
{
    while (len > 0 && data[len - 1] == '\0')
        len--;
    return len;
}

/* --- reading it through --- */

/* A run through a file. What is held is the beginning of a line whose LF has not come. */
struct reader {
    const struct sg_segment *segment;
    struct sg_segment_end *end;
    uint64_t bad;     /* number of a line that is no record: only the last may be; 0: none */
    uint64_t bad_end; /* where it ends */
    bool ended;       /* no line is behind this: only whether there are bytes still matters */
    bool too_long;
    uint8_t *held;
    size_t n_held;
};

/* end_at: where the line ends in the file. */
static enum scrubgate_status take_line(struct reader *reader, struct sg_bytes line, uint64_t end_at)
{
    const uint64_t first = reader->segment->number * SG_JOURNAL_SEGMENT;
    enum scrubgate_status rc = SCRUBGATE_EMALFORMED;
    if (!reader->too_long && reader->end->lines < SG_JOURNAL_SEGMENT)
        rc = sg_segment_judge(line, first + reader->end->lines);
    if (rc == SCRUBGATE_ENOMEM)
        return rc;
    if (rc < 0) {
        reader->bad = reader->end->lines + 1;
        reader->bad_end = end_at;
        reader->ended = true;
    } else {
        reader->end->lines++;
        reader->end->end = end_at;
    }
    return SCRUBGATE_OK;
}

static enum scrubgate_status take_lines(struct reader *reader)
{
    const uint64_t start = reader->end->size - reader->n_held;
    enum scrubgate_status rc = SCRUBGATE_OK;
    size_t at = 0;
    while (rc >= 0 && !reader->ended) {
        struct sg_bytes rest = {reader->held + at, reader->n_held - at};
        struct sg_bytes line = {rest.data, sg_bytes_find(rest, '\n')};
        reader->ended = sg_bytes_find(line, '\0') < line.len;
        if (reader->ended || line.len == rest.len)
            break;
        at += line.len + 1;
        rc = take_line(reader, line, start + at);
    }
    reader->n_held -= at;
    memmove(reader->held, reader->held + at, reader->n_held);
    if (reader->n_held > SG_SEGMENT_LINE_MOST)
        reader->too_long = true; /* no record: only where it ends still matters */
    if (reader->too_long || reader->ended)
        reader->n_held = 0;
    return rc;
}

enum scrubgate_status sg_segment_read(const struct sg_segment *segment, int fd,
                                      struct sg_segment_end *end, struct scrubgate_fault *fault)
{
    struct reader reader = {.segment = segment, .end = end, .held = malloc(READ_SIZE)};
    enum scrubgate_status rc = reader.held == NULL ? SCRUBGATE_ENOMEM : SCRUBGATE_OK;
    ssize_t got = 1;
    *end = (struct sg_segment_end){0};
    while (rc >= 0 && got > 0) {
        uint8_t *to = reader.held + reader.n_held;
        got = read_at(fd, to, READ_SIZE - reader.n_held, end->size);
        if (got <= 0)
            break;
        const size_t length = length_without_zeros(to, (size_t)got);
        if (length > 0)
            end->used = end->size + length;
        end->size += (uint64_t)got;
        reader.n_held += (size_t)got;
        rc = take_lines(&reader);
    }
    if (rc < 0)
        (void)sg_segment_fail(segment, 0, rc, fault, "out of memory", "");
    else if (got < 0)
        rc = sg_segment_fail_errno(segment, fault, "cannot read this file");
    else if (reader.bad != 0 && end->used > reader.bad_end)
        rc = sg_segment_fail(segment, reader.bad, SCRUBGATE_EMALFORMED, fault,
                             "this line is no audit record with the right seq, and it is not the "
                             "last one: the log was changed or the disk is failing; restore it, "
                             "then start again",
                             "");
    free(reader.held);
    return rc;
}

/* --- looking at its end only --- */

enum scrubgate_status sg_segment_check_last(const struct sg_segment *segment, int fd, uint64_t end,
                                            uint64_t seq, struct scrubgate_fault *fault)
{
    uint8_t tail[SG_SEGMENT_LINE_MOST + 2]; /* its LF and the one before it */
    size_t want = end < sizeof tail ? (size_t)end : sizeof tail;
    size_t have = 0;
    while (have < want) {
        ssize_t got = read_at(fd, tail + have, want - have, end - want + have);
        if (got <= 0)
            return sg_segment_fail(segment, 0, SCRUBGATE_EIO, fault,
                                   "cannot read the end of this file",
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
        return sg_segment_fail(segment, 0, rc, fault, "out of memory", "");
    if (rc < 0)
        return sg_segment_fail(segment, 0, SCRUBGATE_EMALFORMED, fault,
                               "its last line is not the audit record that belongs there: the log "
                               "was changed or the disk is failing; restore it, then start again",
                               "");
    return SCRUBGATE_OK;
}

/* Where the zeros at the end of a file begin; its size when none are there. */
static enum scrubgate_status find_zeros(const struct sg_segment *segment, int fd, uint64_t size,
                                        uint64_t *end, struct scrubgate_fault *fault)
{
    uint8_t part[PART];
    for (*end = size; *end > 0;) {
        const size_t want = *end < PART ? (size_t)*end : PART;
        if (read_at(fd, part, want, *end - want) != (ssize_t)want)
            return sg_segment_fail_errno(segment, fault, "cannot read the end of this file");
        const size_t length = length_without_zeros(part, want);
        *end -= want - length;
        if (length > 0)
            break;
    }
    return SCRUBGATE_OK;
}

enum scrubgate_status sg_segment_check_full(const struct sg_segment *segment,
                                            struct scrubgate_fault *fault)
{
    const uint64_t last = (segment->number + 1) * SG_JOURNAL_SEGMENT - 1;
    struct stat info;
    uint64_t end = 0;
    int fd;
    enum scrubgate_status rc = sg_segment_open(segment, false, &fd, fault);
    if (rc < 0)
        return rc;
    if (fstat(fd, &info) != 0)
        rc = sg_segment_fail_errno(segment, fault, "cannot ask for its size");
    if (rc >= 0)
        rc = find_zeros(segment, fd, (uint64_t)info.st_size, &end, fault);
    if (rc >= 0)
        rc = sg_segment_check_last(segment, fd, end, last, fault);
    (void)close(fd);
    return rc;
}

/* --- what is torn --- */

/* Copies what lies from end to used, and an LF so that a second torn line starts on its own. */
static bool copy_tail(int from, const struct sg_segment_end *end, int to, struct sg_sha256 *sha)
{
    uint8_t part[PART];
    struct stat info;
    if (fstat(to, &info) != 0)
        return false;
    uint64_t at = end->end, put = (uint64_t)info.st_size;
    while (at < end->used) {
        size_t want = end->used - at < sizeof part ? (size_t)(end->used - at) : sizeof part;
        ssize_t got = read_at(from, part, want, at);
        const struct sg_bytes read = {part, got > 0 ? (size_t)got : 0};
        if (got <= 0 || sg_sha256_add(sha, read) < 0 || !sg_segment_put(to, read, put))
            return false;
        at += read.len;
        put += read.len;
        if (at == end->used && part[got - 1] != '\n' && !sg_segment_put(to, SG_BYTES("\n"), put))
            return false;
    }
    return true;
}

enum scrubgate_status sg_segment_set_aside(const struct sg_segment *segment, int fd,
                                           const struct sg_segment_end *end,
                                           struct sg_segment_torn *torn,
                                           struct scrubgate_fault *fault)
{
    static const char what[] = "cannot keep its torn last line in a .torn file";
    char name[SG_SEGMENT_NAME];
    struct sg_sha256 *sha;
    *torn = (struct sg_segment_torn){.number = segment->number, .bytes = end->used - end->end};
    if (sg_sha256_new(&sha) < 0)
        return sg_segment_fail(segment, 0, SCRUBGATE_ENOMEM, fault, "out of memory", "");
    sg_segment_name(segment->number, ".torn", name);
    enum scrubgate_status rc = SCRUBGATE_OK;
    int to = openat(segment->folder, name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, FILE_MODE);
    if (to < 0 || !copy_tail(fd, end, to, sha) || fsync(to) != 0)
        rc = sg_segment_fail_errno(segment, fault, what);
    if (rc >= 0)
        rc = sg_sha256_done(sha, torn->digest);
    if (rc >= 0)
        rc = sg_segment_sync_folder(segment, fault);
    if (rc >= 0)
        rc = sg_segment_cut(segment, fd, end->end, fault);
    if (to >= 0)
        (void)close(to);
    sg_sha256_free(sha);
    return rc;
}
