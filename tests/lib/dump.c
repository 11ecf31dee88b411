/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dump.c - what a core dump of a running process would hold, and what its memory holds.
 */
#define _GNU_SOURCE /* memmem */
#include "dump.h"

#include <fcntl.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

enum { ANON_PRIVATE = 1, ANON_SHARED = 2, FILE_PRIVATE = 4, FILE_SHARED = 8, DEFAULT = 0x33 };
enum { PIECE = 1024 * 1024, PATH_MOST = 64, LINE_MOST = 4096 };

struct mapping {
    uint64_t start, end;
    bool readable, private, anonymous, written, excluded;
};

static size_t count_in(const uint8_t *data, size_t len, const char *text)
{
    size_t n = 0, size = strlen(text);
    const uint8_t *at = data, *end = data + len;
    while ((at = memmem(at, (size_t)(end - at), text, size)) != NULL) {
        n++;
        at++;
    }
    return n;
}

/* Over pieces that overlap by what a text may reach over. Unreadable ones are passed by. */
static size_t count_range(int fd, uint64_t start, uint64_t end, const char *text)
{
    size_t n = 0, keep = strlen(text) - 1;
    uint8_t *piece = malloc(PIECE);
    assert_non_null(piece);
    while (start < end) {
        size_t want = end - start < PIECE ? (size_t)(end - start) : PIECE;
        ssize_t got = pread(fd, piece, want, (off_t)start);
        if (got <= 0) {
            start += 4096;
            continue;
        }
        n += count_in(piece, (size_t)got, text);
        start += (size_t)got > keep && start + (size_t)got < end ? (size_t)got - keep : (size_t)got;
    }
    memset(piece, 0, PIECE);
    free(piece);
    return n;
}

/* --- which mappings --- */

static bool dumped(const struct mapping *mapping, unsigned filter)
{
    if (mapping->excluded)
        return false;
    unsigned kind = mapping->anonymous ? mapping->private ? ANON_PRIVATE : ANON_SHARED
                    : mapping->private ? FILE_PRIVATE
                                       : FILE_SHARED;
    /* Pages of a file that were written are private memory. */
    if (mapping->private && mapping->written && (filter & ANON_PRIVATE) != 0)
        return true;
    return (filter & kind) != 0;
}

static unsigned read_filter(pid_t pid)
{
    char path[PATH_MOST];
    unsigned filter = DEFAULT;
    (void)snprintf(path, sizeof path, "/proc/%ld/coredump_filter", (long)pid);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%x", &filter), 1);
    (void)fclose(file);
    return filter;
}

void sg_dump_set_filter(pid_t pid, const char *filter)
{
    char path[PATH_MOST];
    (void)snprintf(path, sizeof path, "/proc/%ld/coredump_filter", (long)pid);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(filter, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static bool begin_mapping(struct mapping *mapping, const char *line)
{
    char mode[5];
    unsigned long inode;
    uint64_t start, end;
    if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s %*x %*s %lu", &start, &end, mode, &inode) != 4)
        return false;
    *mapping = (struct mapping){.start = start,
                                .end = end,
                                .readable = mode[0] == 'r',
                                .private = mode[3] == 'p',
                                .anonymous = inode == 0,
                                .written = mode[1] == 'w'};
    return true;
}

static int open_memory(pid_t pid)
{
    char path[PATH_MOST];
    (void)snprintf(path, sizeof path, "/proc/%ld/mem", (long)pid);
    return open(path, O_RDONLY | O_CLOEXEC);
}

bool sg_dump_may(pid_t pid)
{
    int fd = open_memory(pid);
    if (fd >= 0)
        (void)close(fd);
    return fd >= 0;
}

size_t sg_dump_count(pid_t pid, enum sg_dump_what what, const char *text)
{
    char path[PATH_MOST], line[LINE_MOST];
    struct mapping mapping = {.start = 0};
    size_t n = 0;
    unsigned filter = what == SG_DUMP_HEAP ? DEFAULT : read_filter(pid);
    int fd = open_memory(pid);
    (void)snprintf(path, sizeof path, "/proc/%ld/smaps", (long)pid);
    FILE *maps = fopen(path, "r");
    assert_non_null(maps);
    assert_true(fd >= 0);
    while (fgets(line, sizeof line, maps) != NULL) {
        if (begin_mapping(&mapping, line) || strncmp(line, "VmFlags:", 8) != 0)
            continue;
        /* The last line of a mapping. */
        mapping.excluded = strstr(line, " dd") != NULL;
        if (mapping.readable && (what == SG_DUMP_MEMORY || dumped(&mapping, filter)))
            n += count_range(fd, mapping.start, mapping.end, text);
    }
    (void)fclose(maps);
    (void)close(fd);
    return n;
}

size_t sg_dump_count_file(const char *path, const char *text)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    off_t size = lseek(fd, 0, SEEK_END);
    assert_true(size > 0);
    size_t n = count_range(fd, 0, (uint64_t)size, text);
    (void)close(fd);
    return n;
}
