/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log_folder.h - an audit folder whose files come from a fuzzer; shared by targets that read one.
 *
 * An input is the files' bytes in the order of log_folder_files, "@@@@" LF between them. A file
 * whose part is empty or not there does not exist.
 */
#ifndef SG_FUZZ_LOG_FOLDER_H
#define SG_FUZZ_LOG_FOLDER_H

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "signed_log.h"

enum { LOG_FOLDER_FILES = 6, LOG_FOLDER_PATH = 300 };

static const char *const log_folder_files[LOG_FOLDER_FILES] = {
    "log/000000.ndjson", "checkpoint",        "log/000000.index",
    "tile/0/000.p/16",   "log/000001.ndjson", "pruned"};

static char log_folder[LOG_FOLDER_PATH - 40];

static inline void log_folder_path(const char *name, char path[LOG_FOLDER_PATH])
{
    require(snprintf(path, LOG_FOLDER_PATH, "%s/%s", log_folder, name) < LOG_FOLDER_PATH, "a path");
}

static inline void log_folder_remove(void)
{
    static const char *const folders[] = {"tile/0/000.p", "tile/0", "tile", "log"};
    char path[LOG_FOLDER_PATH];
    for (size_t i = 0; i < LOG_FOLDER_FILES; i++) {
        log_folder_path(log_folder_files[i], path);
        (void)unlink(path);
    }
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        log_folder_path(folders[i], path);
        (void)rmdir(path);
    }
    (void)rmdir(log_folder);
}

/* One folder for the run. */
static inline void log_folder_make(void)
{
    static const char *const folders[] = {"log", "tile", "tile/0", "tile/0/000.p"};
    const char *base = getenv("TMPDIR");
    char path[LOG_FOLDER_PATH];
    if (log_folder[0] != '\0')
        return;
    (void)snprintf(log_folder, sizeof log_folder, "%.200s/scrubgate-fuzz-XXXXXX",
                   base == NULL ? "/tmp" : base);
    require(mkdtemp(log_folder) != NULL, "a folder");
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        log_folder_path(folders[i], path);
        require(mkdir(path, 0700) == 0, "a folder");
    }
    (void)atexit(log_folder_remove);
}

static inline void log_folder_put(const char *name, struct sg_bytes bytes)
{
    char path[LOG_FOLDER_PATH];
    log_folder_path(name, path);
    if (bytes.len == 0) {
        require(unlink(path) == 0 || errno == ENOENT, "a file is gone");
        return;
    }
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    require(fd >= 0 && write(fd, bytes.data, bytes.len) == (ssize_t)bytes.len && close(fd) == 0,
            "a file is written");
}

/* The part before the next mark; takes both off. */
static inline struct sg_bytes log_folder_take(struct sg_bytes *input)
{
    static const char mark[] = "@@@@\n";
    const size_t len = sizeof mark - 1;
    struct sg_bytes part = *input;
    for (size_t i = 0; i + len <= input->len; i++) {
        if (memcmp(input->data + i, mark, len) != 0)
            continue;
        part.len = i;
        *input = (struct sg_bytes){input->data + i + len, input->len - i - len};
        return part;
    }
    *input = (struct sg_bytes){NULL, 0};
    return part;
}

#endif
