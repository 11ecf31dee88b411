/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_journal_ahead.c - zeros ahead of the lines: when they are written, that they are cut off,
 * and that a disk without room for them still takes lines.
 */
#define _GNU_SOURCE /* syscall */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <cmocka.h>

#include "audit/journal.h"
#include "audit/walk.h"

#include "../lib/suite.h"
#include "../lib/tempdir.h"

#define FIRST "log/000000.ndjson"

enum { AHEAD = 40000 };

static struct {
    unsigned fail;  /* so many of the next syncs */
    unsigned opens; /* of files of the log */
} disk;

int openat(int folder, const char *path, int flags, ...)
{
    va_list rest;
    va_start(rest, flags);
    const unsigned mode = va_arg(rest, unsigned);
    va_end(rest);
    disk.opens += strstr(path, ".ndjson") != NULL;
    return (int)syscall(SYS_openat, folder, path, flags, mode);
}

int fdatasync(int fd)
{
    (void)fd;
    if (disk.fail == 0)
        return 0;
    disk.fail--;
    errno = EIO;
    return -1;
}

struct world {
    struct sg_tempdir dir;
    struct sg_journal *journal;
    struct scrubgate_fault fault;
    uint64_t written;
};

static void begin(struct world *world)
{
    memset(world, 0, sizeof *world);
    memset(&disk, 0, sizeof disk);
    sg_tempdir_make(&world->dir);
    assert_int_equal(sg_journal_open(&world->journal, world->dir.path, &world->fault),
                     SCRUBGATE_OK);
    sg_journal_set_ahead(world->journal, AHEAD);
}

static void end(struct world *world)
{
    sg_journal_close(world->journal);
    sg_tempdir_remove(&world->dir);
}

static enum scrubgate_status put(struct world *world, uint64_t n)
{
    uint64_t seq;
    for (uint64_t i = 0; i < n; i++)
        assert_int_equal(sg_journal_append(world->journal, SG_BYTES("\"a\":1}"), &seq),
                         SCRUBGATE_OK);
    enum scrubgate_status rc = sg_journal_commit(world->journal, &world->fault);
    world->written += rc >= 0 ? n : 0;
    return rc;
}

/* The file's size; what is behind its lines must be zeros. */
static size_t size_of_file(struct world *world, size_t *lines)
{
    size_t len;
    char *text = sg_tempdir_read(&world->dir, FIRST, &len);
    const size_t end = strlen(text);
    for (size_t i = end; i < len; i++)
        assert_int_equal(text[i], 0);
    *lines = 0;
    for (size_t i = 0; i < end; i++)
        *lines += text[i] == '\n';
    free(text);
    return len - end;
}

static void assert_zeros(struct world *world, size_t least, size_t most)
{
    size_t lines, zeros = size_of_file(world, &lines);
    assert_int_equal(lines, world->written);
    assert_in_range(zeros, least, most);
}

static void test_first_write(void **state)
{
    (void)state;
    struct world world;
    begin(&world);
    assert_int_equal(put(&world, 3), SCRUBGATE_OK);
    assert_zeros(&world, AHEAD, AHEAD);
    assert_false(sg_journal_wants_fill(world.journal));
    /* As long as there is room the file does not grow. */
    assert_int_equal(put(&world, 100), SCRUBGATE_OK);
    assert_zeros(&world, AHEAD - 2000, AHEAD - 1);
    assert_int_equal(put(&world, 1900), SCRUBGATE_OK);
    assert_zeros(&world, 1, 5000);
    assert_int_equal(put(&world, 200), SCRUBGATE_OK);
    assert_zeros(&world, AHEAD, AHEAD);
    end(&world);
}

/* It would wait for more zeros than it has bytes. */
static void test_large_write(void **state)
{
    (void)state;
    struct world world;
    begin(&world);
    assert_int_equal(put(&world, 3000), SCRUBGATE_OK);
    assert_zeros(&world, 0, 0);
    assert_true(sg_journal_wants_fill(world.journal));
    assert_int_equal(sg_journal_fill(world.journal, &world.fault), SCRUBGATE_OK);
    assert_zeros(&world, AHEAD, AHEAD);
    end(&world);
}

static void test_idle(void **state)
{
    (void)state;
    struct world world;
    begin(&world);
    assert_int_equal(sg_journal_fill(world.journal, &world.fault), SCRUBGATE_DONE); /* no file */
    assert_int_equal(put(&world, 3), SCRUBGATE_OK);
    assert_int_equal(sg_journal_fill(world.journal, &world.fault), SCRUBGATE_DONE);
    assert_int_equal(put(&world, 1200), SCRUBGATE_OK);
    assert_true(sg_journal_wants_fill(world.journal));
    assert_int_equal(sg_journal_fill(world.journal, &world.fault), SCRUBGATE_OK);
    assert_zeros(&world, AHEAD, AHEAD);
    assert_false(sg_journal_wants_fill(world.journal));
    assert_int_equal(put(&world, 3), SCRUBGATE_OK);
    end(&world);
}

static void test_closed(void **state)
{
    (void)state;
    struct world world;
    begin(&world);
    assert_int_equal(put(&world, 3), SCRUBGATE_OK);
    sg_journal_close(world.journal);
    assert_zeros(&world, 0, 0);
    assert_int_equal(sg_journal_open(&world.journal, world.dir.path, &world.fault), SCRUBGATE_OK);
    end(&world);
}

static void test_full(void **state)
{
    (void)state;
    struct world world;
    begin(&world);
    for (unsigned i = 0; i < SG_JOURNAL_SEGMENT / 256; i++)
        assert_int_equal(put(&world, 256), SCRUBGATE_OK);
    assert_zeros(&world, 0, 0);
    assert_int_equal(put(&world, 3), SCRUBGATE_OK);
    world.written -= 3;
    assert_zeros(&world, 0, 0);
    end(&world);
}

/* The zeros of one owner are gone when the next begins. */
static void test_hands(void **state)
{
    (void)state;
    struct world world;
    struct sg_journal_place place;
    begin(&world);
    assert_int_equal(put(&world, 3), SCRUBGATE_OK);
    assert_int_equal(sg_journal_leave(&world.journal, &place, &world.fault), SCRUBGATE_OK);
    assert_zeros(&world, 0, 0);
    assert_int_equal(sg_journal_adopt(&world.journal, world.dir.path, &place, &world.fault),
                     SCRUBGATE_OK);
    sg_journal_set_ahead(world.journal, AHEAD);
    assert_int_equal(put(&world, 3), SCRUBGATE_OK);
    assert_zeros(&world, AHEAD, AHEAD);
    end(&world);
}

/* A process that is killed leaves its zeros: the next one writes where they are. */
static void test_killed(void **state)
{
    (void)state;
    struct world world;
    size_t lines;
    begin(&world);
    assert_int_equal(put(&world, 3), SCRUBGATE_OK);
    char *text, path[512];
    size_t len, size = size_of_file(&world, &lines);
    text = sg_tempdir_read(&world.dir, FIRST, &len);
    sg_journal_close(world.journal);
    sg_tempdir_write(&world.dir, FIRST, text, len);
    free(text);
    assert_int_equal(sg_journal_open(&world.journal, world.dir.path, &world.fault), SCRUBGATE_OK);
    sg_journal_set_ahead(world.journal, AHEAD);
    assert_zeros(&world, size, size);
    assert_false(sg_journal_wants_fill(world.journal));
    assert_int_equal(put(&world, 1), SCRUBGATE_OK);
    assert_zeros(&world, size - 20, size - 10);
    sg_tempdir_path(&world.dir, "log/000000.torn", path);
    assert_int_not_equal(access(path, F_OK), 0);
    end(&world);
}

static void limit_files(rlim_t size, struct rlimit *before)
{
    struct rlimit small;
    (void)signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, before), 0);
    small = *before;
    small.rlim_cur = size;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
}

static void test_no_room(void **state)
{
    (void)state;
    struct world world;
    struct rlimit before;
    begin(&world);
    limit_files(5000, &before);
    enum scrubgate_status rc = put(&world, 3), second = put(&world, 200);
    enum scrubgate_status filled = sg_journal_fill(world.journal, &world.fault);
    const bool wants = sg_journal_wants_fill(world.journal);
    enum scrubgate_status third = put(&world, 200);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(rc, SCRUBGATE_OK); /* lines come first */
    assert_int_equal(second, SCRUBGATE_OK);
    assert_int_equal(filled, SCRUBGATE_DONE);
    assert_true(wants);
    assert_int_equal(third, SCRUBGATE_EIO); /* now they have no room either */
    assert_zeros(&world, 0, 0);
    assert_int_equal(put(&world, 200), SCRUBGATE_OK);
    assert_zeros(&world, AHEAD, AHEAD);
    end(&world);
}

/* A failed sync is final for its descriptor, also when only zeros were to be synced. */
static void test_failed_fill(void **state)
{
    (void)state;
    struct world world;
    begin(&world);
    assert_int_equal(put(&world, 3), SCRUBGATE_OK);
    assert_int_equal(put(&world, 1200), SCRUBGATE_OK);
    disk.opens = 0;
    disk.fail = 1;
    assert_int_equal(sg_journal_fill(world.journal, &world.fault), SCRUBGATE_EIO);
    assert_false(sg_journal_wants_fill(world.journal));
    assert_int_equal(put(&world, 3), SCRUBGATE_OK);
    assert_int_equal(disk.opens, 1);
    assert_zeros(&world, AHEAD, AHEAD);
    end(&world);
}

static void test_failed_commit(void **state)
{
    (void)state;
    struct world world;
    begin(&world);
    assert_int_equal(put(&world, 5), SCRUBGATE_OK);
    disk.fail = 1;
    assert_int_equal(put(&world, 5), SCRUBGATE_EIO);
    assert_zeros(&world, 0, 0);
    assert_int_equal(put(&world, 5), SCRUBGATE_OK);
    assert_zeros(&world, AHEAD, AHEAD);
    end(&world);
}

/* Who reads while it is written sees lines, never zeros. */
static void test_read_meanwhile(void **state)
{
    (void)state;
    struct world world;
    struct sg_walk walk;
    struct sg_bytes record;
    char path[512];
    uint64_t seq, seen = 0;
    begin(&world);
    assert_int_equal(put(&world, 3), SCRUBGATE_OK);
    sg_tempdir_path(&world.dir, "log", path);
    int folder = (int)syscall(SYS_open, path, O_RDONLY | O_DIRECTORY);
    assert_int_equal(sg_walk_init(&walk, folder, path, &world.fault), SCRUBGATE_OK);
    for (unsigned round = 0; round < 5; round++) {
        while (sg_walk_next(&walk, &record, &seq, &world.fault) == SCRUBGATE_OK)
            assert_int_equal(seq, seen++);
        assert_int_equal(seen, world.written);
        assert_int_equal(put(&world, round % 2 == 0 ? 100 : 3000), SCRUBGATE_OK);
    }
    sg_walk_fini(&walk);
    (void)close(folder);
    end(&world);
}

int main(void)
{
    sg_suite_add("zeros come with the write that makes the file grow", test_first_write, NULL);
    sg_suite_add("not with one that is large beside them", test_large_write, NULL);
    sg_suite_add("they are written ahead when nobody waits", test_idle, NULL);
    sg_suite_add("a log that is closed has none", test_closed, NULL);
    sg_suite_add("a full file has none", test_full, NULL);
    sg_suite_add("a log that changes hands has none", test_hands, NULL);
    sg_suite_add("a log of which the process was killed has room", test_killed, NULL);
    sg_suite_add("where zeros have no room lines are written", test_no_room, NULL);
    sg_suite_add("zeros that cannot be synced are cut off", test_failed_fill, NULL);
    sg_suite_add("a failed commit takes its zeros back", test_failed_commit, NULL);
    sg_suite_add("who reads meanwhile sees lines only", test_read_meanwhile, NULL);
    return sg_suite_run("audit: zeros ahead");
}
