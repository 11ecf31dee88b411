/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_folder.c - folders made with all their parents, and made durable.
 *
 * fsync of the whole program passes through here, so that it can be counted and made to fail.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <cmocka.h>

#include "base/folder.h"

#include "../lib/suite.h"
#include "../lib/tempdir.h"

static unsigned synced;
static bool broken;

int fsync(int fd)
{
    (void)fd;
    synced++;
    errno = EIO;
    return broken ? -1 : 0;
}

static enum scrubgate_status make(const struct sg_tempdir *dir, const char *name,
                                  struct scrubgate_fault *fault)
{
    char path[512];
    sg_tempdir_path(dir, name, path);
    synced = 0;
    broken = false;
    return sg_folder_make(path, 0750, fault);
}

static void test_parents_are_made_too(void **state)
{
    (void)state;
    struct sg_tempdir dir;
    struct scrubgate_fault fault;
    struct stat info;
    char path[512];
    mode_t before = umask(0);
    sg_tempdir_make(&dir);
    assert_int_equal(make(&dir, "a/b/c", &fault), SCRUBGATE_OK);
    (void)umask(before);
    assert_int_equal(synced, 3); /* each new entry's folder */
    sg_tempdir_path(&dir, "a/b/c", path);
    assert_int_equal(stat(path, &info), 0);
    assert_true(S_ISDIR(info.st_mode));
    assert_int_equal(info.st_mode & 07777, 0750);
    sg_tempdir_remove(&dir);
}

static void test_what_is_there_is_left_alone(void **state)
{
    (void)state;
    struct sg_tempdir dir;
    struct scrubgate_fault fault;
    struct stat info;
    char path[512];
    sg_tempdir_make(&dir);
    sg_tempdir_mkdir(&dir, "a");
    assert_int_equal(make(&dir, "a", &fault), SCRUBGATE_OK);
    assert_int_equal(make(&dir, "a///", &fault), SCRUBGATE_OK);
    assert_int_equal(make(&dir, "", &fault), SCRUBGATE_OK);
    assert_int_equal(synced, 0);
    sg_tempdir_path(&dir, "a", path);
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 07777, 0700);
    sg_tempdir_remove(&dir);
}

static void test_a_file_in_the_way_is_named(void **state)
{
    (void)state;
    struct sg_tempdir dir;
    struct scrubgate_fault fault = {.what = ""};
    sg_tempdir_make(&dir);
    sg_tempdir_write(&dir, "a", "", 0);
    assert_int_equal(make(&dir, "a/b", &fault), SCRUBGATE_EIO);
    assert_int_equal(strcmp(fault.file + strlen(fault.file) - 2, "/a"), 0);
    assert_int_equal(make(&dir, "a", &fault), SCRUBGATE_EIO);
    sg_tempdir_remove(&dir);
}

static void test_a_folder_that_may_not_last_is_an_error(void **state)
{
    (void)state;
    struct sg_tempdir dir;
    struct scrubgate_fault fault = {.what = ""};
    char path[512];
    sg_tempdir_make(&dir);
    sg_tempdir_path(&dir, "a", path);
    broken = true;
    assert_int_equal(sg_folder_make(path, 0750, &fault), SCRUBGATE_EIO);
    broken = false;
    sg_tempdir_remove(&dir);
}

static void test_no_path_and_an_endless_one_are_refused(void **state)
{
    (void)state;
    struct scrubgate_fault fault = {.what = ""};
    char path[5000];
    memset(path, 'a', sizeof path - 1);
    path[sizeof path - 1] = '\0';
    assert_int_equal(sg_folder_make(path, 0750, &fault), SCRUBGATE_EINVAL);
    assert_int_equal(sg_folder_make("", 0750, &fault), SCRUBGATE_EINVAL);
}

int main(void)
{
    sg_suite_add("parents are made too", test_parents_are_made_too, NULL);
    sg_suite_add("what is there is left alone", test_what_is_there_is_left_alone, NULL);
    sg_suite_add("a file in the way is named", test_a_file_in_the_way_is_named, NULL);
    sg_suite_add("a folder that may not last is an error",
                 test_a_folder_that_may_not_last_is_an_error, NULL);
    sg_suite_add("no path and an endless one are refused",
                 test_no_path_and_an_endless_one_are_refused, NULL);
    return sg_suite_run("folder");
}
