/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tempdir.h - a folder of its own for a test, gone with all in it afterwards.
 */
#ifndef SG_TESTS_TEMPDIR_H
#define SG_TESTS_TEMPDIR_H

#include <stdbool.h>
#include <stddef.h>

struct sg_tempdir {
    char path[256];
};

/* Names are paths below the folder. All fail the test when the system refuses. */
void sg_tempdir_make(struct sg_tempdir *dir); /* below TMPDIR, or /tmp */
void sg_tempdir_remove(const struct sg_tempdir *dir);
void sg_tempdir_path(const struct sg_tempdir *dir, const char *name, char path[512]);
bool sg_tempdir_has(const struct sg_tempdir *dir, const char *name);
void sg_tempdir_mkdir(const struct sg_tempdir *dir, const char *name);
void sg_tempdir_write(const struct sg_tempdir *dir, const char *name, const void *data, size_t len);
/* The file's bytes with a NUL behind them, to be freed. len may be NULL. */
char *sg_tempdir_read(const struct sg_tempdir *dir, const char *name, size_t *len);

#endif
