/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_log_disk.c - a disk that fails at any change the log makes: in a process that ends there,
 * and in one that goes on when the disk is back.
 */
#define _GNU_SOURCE /* syscall */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <cmocka.h>

#include "audit/log.h"

#include "../lib/alloc_fail.h"
#include "../lib/live_log.h"
#include "../lib/outside.h"
#include "../lib/suite.h"
#include "../lib/tempdir.h"

/* --- a disk that stops working: the n-th change from now on fails, and all after it --- */

static long changes_left = -1; /* -1: it works */

static bool refused(void)
{
    if (changes_left < 0)
        return false;
    if (changes_left > 0) {
        changes_left--;
        return false;
    }
    errno = EIO;
    return true;
}

int fdatasync(int fd)
{
    (void)fd;
    return refused() ? -1 : 0;
}

int fsync(int fd)
{
    (void)fd;
    return refused() ? -1 : 0;
}

ssize_t pwrite(int fd, const void *data, size_t len, off_t offset)
{
    if (!refused())
        return syscall(SYS_pwrite64, fd, data, len, offset);
    if (len > 1) /* half of it is there */
        (void)!syscall(SYS_pwrite64, fd, data, len / 2, offset);
    return -1;
}

ssize_t write(int fd, const void *data, size_t len)
{
    if (fd > 2 && refused()) {
        (void)!syscall(SYS_write, fd, data, len / 2);
        return -1;
    }
    return syscall(SYS_write, fd, data, len);
}

int renameat(int from_dir, const char *from, int to_dir, const char *to)
{
    return refused() ? -1 : (int)syscall(SYS_renameat2, from_dir, from, to_dir, to, 0);
}

int unlinkat(int dir, const char *path, int flags)
{
    return refused() ? -1 : (int)syscall(SYS_unlinkat, dir, path, flags);
}

int ftruncate(int fd, off_t len)
{
    return refused() ? -1 : (int)syscall(SYS_ftruncate, fd, len);
}

enum { SECOND = 1000 * 1000 * 1000 };

struct world {
    struct sg_tempdir dir;
    struct sg_live_log live;
};

static enum scrubgate_status open_log(struct world *world)
{
    return sg_live_open(&world->live);
}

static void begin(struct world *world)
{
    memset(world, 0, sizeof *world);
    changes_left = -1;
    sg_tempdir_make(&world->dir);
    world->live.dir = world->dir.path;
    assert_int_equal(open_log(world), SCRUBGATE_OK);
}

static void close_log(struct world *world)
{
    sg_live_close(&world->live);
}

static void end(struct world *world)
{
    changes_left = -1;
    close_log(world);
    sg_tempdir_remove(&world->dir);
}

static enum scrubgate_status put(struct world *world, unsigned n)
{
    return sg_live_put(&world->live, n, 0);
}

static void write_some(struct world *world, unsigned n)
{
    assert_int_equal(put(world, n), SCRUBGATE_OK);
}

static enum scrubgate_status tick(struct world *world, bool at_once)
{
    return sg_live_tick(&world->live, 0, at_once);
}

static void sign(struct world *world)
{
    enum scrubgate_status rc = tick(world, true);
    assert_true(rc >= 0);
}

/* --- a crash between each pair of writes --- */

static bool run_once(struct world *world, uint64_t *acknowledged)
{
    for (unsigned round = 0; round < 4; round++) {
        if (put(world, 150) < 0)
            return false;
        *acknowledged += 150;
        world->live.now += 6 * (uint64_t)SECOND;
        if (tick(world, true) < 0)
            return false;
    }
    return sg_log_finish(world->live.log, &world->live.fault) >= 0;
}

static void survives_each_crash(void **state)
{
    bool done = false;
    long n = 0;
    (void)state;
    for (; !done; n++) {
        struct world world;
        uint64_t acknowledged = 0;
        begin(&world);
        write_some(&world, 5);
        sign(&world);
        changes_left = n;
        done = run_once(&world, &acknowledged) && changes_left > 0;
        /* The process ends here: nothing more is written by it. */
        changes_left = 0;
        close_log(&world);
        changes_left = -1;
        enum scrubgate_status rc = open_log(&world);
        if (rc != SCRUBGATE_OK)
            print_error("change %ld: %s: %s\n", n, world.live.fault.file, world.live.fault.what);
        assert_int_equal(rc, SCRUBGATE_OK);
        write_some(&world, 1);
        assert_int_equal(sg_log_finish(world.live.log, &world.live.fault), SCRUBGATE_OK);
        struct sg_outside outside = sg_outside_look(&world.dir);
        assert_true(outside.records >= 5 + acknowledged + 1);
        assert_int_equal(outside.size, outside.records);
        end(&world);
    }
    assert_true(n > 40);
}

/* The same without a crash: the disk comes back. */
static void goes_on_when_the_disk_is_back(void **state)
{
    bool done = false;
    (void)state;
    for (long n = 0; !done; n++) {
        struct world world;
        uint64_t acknowledged = 0;
        begin(&world);
        write_some(&world, 5);
        sign(&world);
        changes_left = n;
        done = run_once(&world, &acknowledged) && changes_left > 0;
        changes_left = -1;
        world.live.now += 10 * (uint64_t)SECOND;
        if (put(&world, 1) < 0)
            write_some(&world, 1);
        sign(&world);
        assert_int_equal(sg_log_finish(world.live.log, &world.live.fault), SCRUBGATE_OK);
        struct sg_outside outside = sg_outside_look(&world.dir);
        assert_true(outside.records >= 5 + acknowledged + 1);
        assert_int_equal(outside.size, outside.records);
        end(&world);
    }
}

/* Hashes that could not be made while the disk wrote are made later. */
static void hashes_later_without_memory(void **state)
{
    bool lacked = true;
    (void)state;
    for (size_t n = 0; lacked; n++) {
        struct world world;
        uint64_t seq;
        begin(&world);
        for (unsigned i = 0; i < 300; i++)
            assert_int_equal(sg_log_append(world.live.log, SG_BYTES("\"a\":1}"), &seq),
                             SCRUBGATE_OK);
        sg_alloc_fail_start(n);
        enum scrubgate_status rc = sg_log_commit(world.live.log, &world.live.fault);
        lacked = sg_alloc_fail_stop();
        assert_int_equal(rc, SCRUBGATE_OK);
        sign(&world);
        assert_int_equal(sg_outside_look(&world.dir).size, 300);
        end(&world);
    }
}

int main(void)
{
    sg_suite_add("hashes for which there is no memory are made later", hashes_later_without_memory,
                 NULL);
    sg_suite_add("a crash between any two changes loses nothing", survives_each_crash, NULL);
    sg_suite_add("a disk that failed and is back", goes_on_when_the_disk_is_back, NULL);
    return sg_suite_run("log: a disk that fails");
}
