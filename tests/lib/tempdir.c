/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tempdir.c - a folder of its own for a test, gone with all in it afterwards.
 */
#include "tempdir.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

void sg_tempdir_make(struct sg_tempdir *dir)
{
    const char *base = getenv("TMPDIR");
    int len = snprintf(dir->path, sizeof dir->path, "%s/scrubgate-test-XXXXXX",
                       base == NULL ? "/tmp" : base);
    assert_true(len > 0 && (size_t)len < sizeof dir->path);
    assert_non_null(mkdtemp(dir->path));
}

/* An audit log has the most: audit, tile, a level, groups of digits. */
static void remove_below(const char *path, unsigned levels)
{
    DIR *dir = opendir(path);
    assert_non_null(dir);
    for (struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        char name[1024];
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        (void)snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
        if (unlink(name) == 0)
            continue;
        assert_true(levels > 0);
        remove_below(name, levels - 1);
    }
    (void)closedir(dir);
    assert_int_equal(rmdir(path), 0);
}

void sg_tempdir_remove(const struct sg_tempdir *dir)
{
    remove_below(dir->path, 8);
}

void sg_tempdir_path(const struct sg_tempdir *dir, const char *name, char path[512])
{
    int len = snprintf(path, 512, "%s/%s", dir->path, name);
    assert_true(len > 0 && len < 512);
}

bool sg_tempdir_has(const struct sg_tempdir *dir, const char *name)
{
    char path[512];
    struct stat info;
    sg_tempdir_path(dir, name, path);
    return lstat(path, &info) == 0;
}

void sg_tempdir_mkdir(const struct sg_tempdir *dir, const char *name)
{
    char path[512];
    sg_tempdir_path(dir, name, path);
    assert_int_equal(mkdir(path, 0700), 0);
}

void sg_tempdir_write(const struct sg_tempdir *dir, const char *name, const void *data, size_t len)
{
    char path[512];
    sg_tempdir_path(dir, name, path);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    if (len > 0)
        assert_int_equal(fwrite(data, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}

char *sg_tempdir_read(const struct sg_tempdir *dir, const char *name, size_t *len)
{
    char path[512];
    struct stat info;
    sg_tempdir_path(dir, name, path);
    assert_int_equal(stat(path, &info), 0);
    size_t size = (size_t)info.st_size;
    char *text = malloc(size + 1);
    assert_non_null(text);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fread(text, 1, size, file), size);
    (void)fclose(file);
    text[size] = '\0';
    if (len != NULL)
        *len = size;
    return text;
}
