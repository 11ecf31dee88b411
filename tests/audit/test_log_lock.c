/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_log_lock.c - an audit log has one writer, and who may only read it can neither keep that one
 * out nor pass for it.
 */
#define _GNU_SOURCE /* F_OFD_SETLK */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "audit/log_lock.h"

#include "../lib/suite.h"
#include "../lib/tempdir.h"

static struct sg_tempdir dir;
static struct scrubgate_fault fault;

static enum scrubgate_status take(int *lock)
{
    return sg_log_lock_take(dir.path, lock, &fault);
}

static mode_t mode_of(const char *name)
{
    struct stat info;
    char path[512];
    sg_tempdir_path(&dir, name, path);
    assert_int_equal(stat(path, &info), 0);
    return info.st_mode & 07777;
}

static void test_one_has_it(void **state)
{
    int lock = -1, other = -1;
    (void)state;
    sg_tempdir_make(&dir);
    assert_int_equal(take(&lock), SCRUBGATE_OK);
    assert_int_equal(mode_of("lock"), 0600);
    assert_false(sg_log_lock_is_free(dir.path));
    assert_int_equal(take(&other), SCRUBGATE_EIO);
    assert_non_null(strstr(fault.what, "in use"));
    assert_int_equal(other, -1);
    (void)close(lock);
    assert_true(sg_log_lock_is_free(dir.path));
    assert_int_equal(take(&lock), SCRUBGATE_OK);
    (void)close(lock);
    sg_tempdir_remove(&dir);
}

/* To another process it goes as a copy of the descriptor. */
static void test_goes_along(void **state)
{
    int lock = -1, other = -1;
    (void)state;
    sg_tempdir_make(&dir);
    assert_int_equal(take(&lock), SCRUBGATE_OK);
    int copy = dup(lock);
    (void)close(lock);
    assert_true(sg_log_lock_is_of(copy, dir.path));
    assert_int_equal(take(&other), SCRUBGATE_EIO);
    (void)close(copy);
    assert_int_equal(take(&other), SCRUBGATE_OK);
    (void)close(other);
    sg_tempdir_remove(&dir);
}

static void test_of_another_log(void **state)
{
    struct sg_tempdir elsewhere;
    int lock = -1, other = -1;
    (void)state;
    sg_tempdir_make(&dir);
    sg_tempdir_make(&elsewhere);
    assert_int_equal(take(&lock), SCRUBGATE_OK);
    assert_false(sg_log_lock_is_of(lock, elsewhere.path)); /* which has none */
    assert_int_equal(sg_log_lock_take(elsewhere.path, &other, &fault), SCRUBGATE_OK);
    assert_false(sg_log_lock_is_of(lock, elsewhere.path));
    (void)close(lock);
    (void)close(other);
    sg_tempdir_remove(&elsewhere);
    sg_tempdir_remove(&dir);
}

/* A file of that name which others could open. */
static void test_open_to_others(void **state)
{
    int lock = -1;
    (void)state;
    sg_tempdir_make(&dir);
    sg_tempdir_write(&dir, "lock", "", 0);
    char path[512];
    sg_tempdir_path(&dir, "lock", path);
    assert_int_equal(chmod(path, 0666), 0);
    assert_int_equal(take(&lock), SCRUBGATE_OK);
    assert_int_equal(mode_of("lock"), 0600);
    (void)close(lock);
    sg_tempdir_remove(&dir);
}

static void test_no_file(void **state)
{
    int lock = -1;
    (void)state;
    sg_tempdir_make(&dir);
    sg_tempdir_mkdir(&dir, "lock");
    assert_int_equal(take(&lock), SCRUBGATE_EIO);
    assert_string_not_equal(fault.what, "");
    sg_tempdir_remove(&dir);
}

static void test_is_shown(void **state)
{
    int sign = -1, second = -1;
    (void)state;
    sg_tempdir_make(&dir);
    assert_false(sg_log_lock_is_shown(dir.path));
    sg_log_lock_show(dir.path, &sign);
    assert_true(sign >= 0 && sg_log_lock_is_shown(dir.path));
    assert_int_equal(mode_of("live") & 0027, 0); /* read by the group at most */
    sg_log_lock_show(dir.path, &second);
    assert_int_equal(second, -1);
    (void)close(sign);
    assert_false(sg_log_lock_is_shown(dir.path));
    sg_tempdir_remove(&dir);
}

/* All that somebody can lock who may read the folder and what is in it but the lock. */
static void test_readers(void **state)
{
    int lock = -1, sign = -1, folder, live;
    char path[512];
    struct flock all = {.l_type = F_RDLCK, .l_whence = SEEK_SET};
    (void)state;
    sg_tempdir_make(&dir);
    sg_log_lock_show(dir.path, &sign);
    (void)close(sign);
    folder = open(dir.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    sg_tempdir_path(&dir, "live", path);
    live = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(folder >= 0 && live >= 0);
    assert_int_equal(flock(folder, LOCK_EX | LOCK_NB), 0);
    assert_int_equal(flock(live, LOCK_EX | LOCK_NB), 0);
    assert_int_equal(fcntl(live, F_OFD_SETLK, &all), 0);
    all.l_type = F_WRLCK;
    assert_int_equal(fcntl(live, F_OFD_SETLK, &all), -1);
    assert_false(sg_log_lock_is_shown(dir.path)); /* they do not pass for a writer */
    assert_int_equal(take(&lock), SCRUBGATE_OK);  /* nor keep one out */
    sg_log_lock_show(dir.path, &sign);
    assert_int_equal(sign, -1); /* this they can */
    (void)close(live);
    sg_log_lock_show(dir.path, &sign);
    assert_true(sg_log_lock_is_shown(dir.path));
    (void)close(sign);
    (void)close(lock);
    (void)close(folder);
    sg_tempdir_remove(&dir);
}

int main(void)
{
    sg_suite_add("one has it, and another is told", test_one_has_it, NULL);
    sg_suite_add("it goes along with the descriptor", test_goes_along, NULL);
    sg_suite_add("that of another log is told apart", test_of_another_log, NULL);
    sg_suite_add("a lock that others could open is closed to them", test_open_to_others, NULL);
    sg_suite_add("what is no file is no lock", test_no_file, NULL);
    sg_suite_add("who asks is shown that there is a writer", test_is_shown, NULL);
    sg_suite_add("readers neither keep a writer out nor pass for one", test_readers, NULL);
    return sg_suite_run("audit/log_lock");
}
