/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_log_space.c - an audit log on a disk that fills: who is told when, what is still written,
 * and that all goes on by itself when there is room again.
 *
 * The disk is made up: it has as many bytes as a test says, and the product knows nothing of it.
 */
#define _GNU_SOURCE /* syscall */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <cmocka.h>

#include "audit/acts.h"
#include "audit/reader.h"

#include "../lib/live_log.h"
#include "../lib/suite.h"
#include "../lib/tempdir.h"

enum { BLOCK = 4096, MIB = 1024 * 1024, RESERVE = 80 * MIB, TOTAL = 1000 * MIB };

static struct {
    uint64_t left; /* bytes */
    bool unknown;  /* it cannot be asked */
    bool fails;    /* a write is an error */
} disk;

int fstatvfs(int fd, struct statvfs *info)
{
    (void)fd;
    memset(info, 0, sizeof *info);
    info->f_frsize = BLOCK;
    info->f_blocks = TOTAL / BLOCK;
    info->f_bfree = info->f_bavail = disk.left / BLOCK;
    errno = EIO;
    return disk.unknown ? -1 : 0;
}

int fdatasync(int fd)
{
    (void)fd;
    return 0;
}

int fsync(int fd)
{
    (void)fd;
    return 0;
}

static bool take(size_t len)
{
    errno = disk.fails ? EIO : ENOSPC;
    if (disk.fails || disk.left < len)
        return false;
    disk.left -= len;
    return true;
}

ssize_t pwrite(int fd, const void *data, size_t len, off_t offset)
{
    return take(len) ? syscall(SYS_pwrite64, fd, data, len, offset) : -1;
}

int ftruncate(int fd, off_t len)
{
    struct stat info;
    if (fstat(fd, &info) == 0 && info.st_size > len)
        disk.left += (uint64_t)(info.st_size - len);
    return (int)syscall(SYS_ftruncate, fd, len);
}

int posix_fallocate(int fd, off_t offset, off_t len)
{
    assert_int_equal(offset, 0);
    return take((size_t)len) ? (int)syscall(SYS_ftruncate, fd, len) : errno;
}

int unlinkat(int dir, const char *path, int flags)
{
    struct stat info;
    if (fstatat(dir, path, &info, AT_SYMLINK_NOFOLLOW) == 0 && strcmp(path, "reserve") == 0)
        disk.left += (uint64_t)info.st_size;
    return (int)syscall(SYS_unlinkat, dir, path, flags);
}

/* --- a log on it --- */

struct world {
    struct sg_tempdir dir;
    struct sg_live_log live;
};

static void begin(struct world *world, uint64_t left, uint64_t reserve)
{
    memset(world, 0, sizeof *world);
    memset(&disk, 0, sizeof disk);
    disk.left = left;
    sg_tempdir_make(&world->dir);
    world->live.dir = world->dir.path;
    world->live.reserve = reserve;
    assert_int_equal(sg_live_open(&world->live), SCRUBGATE_OK);
}

static void end(struct world *world)
{
    struct sg_verify_report report;
    disk.left = TOTAL;
    disk.fails = disk.unknown = false;
    (void)!sg_live_tick(&world->live, 1, true);
    assert_int_equal(sg_log_finish(world->live.log, &world->live.fault), SCRUBGATE_OK);
    sg_live_close(&world->live);
    assert_int_equal(sg_live_verify(world->dir.path, NULL, 0, &report, NULL), SCRUBGATE_OK);
    assert_int_equal(report.result.n_troubles, 0);
    sg_tempdir_remove(&world->dir);
}

/* Records that hold each of both texts; the last one is kept. */
static unsigned count(const struct world *world, const char *one, const char *two, char last[1024])
{
    char path[512];
    struct sg_reader *reader;
    struct sg_bytes record;
    uint64_t seq;
    unsigned n = 0;
    sg_tempdir_path(&world->dir, "audit", path);
    assert_int_equal(sg_reader_open(&reader, path, NULL), SCRUBGATE_OK);
    while (sg_reader_next(reader, &record, &seq, NULL) == SCRUBGATE_OK) {
        char text[4096];
        assert_true(sg_bytes_to_text(record, text, sizeof text));
        if (strstr(text, one) == NULL || strstr(text, two) == NULL)
            continue;
        n++;
        if (last != NULL)
            (void)snprintf(last, 1024, "%.1000s", text);
    }
    sg_reader_close(reader);
    return n;
}

static enum sg_log_room room(const struct world *world)
{
    return sg_log_space(world->live.log)->room;
}

static enum scrubgate_status tick(struct world *world)
{
    return sg_live_tick(&world->live, 1, false);
}

static enum scrubgate_status put_note(struct world *world)
{
    uint64_t seq;
    enum scrubgate_status rc =
        sg_log_append(world->live.log, SG_BYTES("\"class_uid\":6003,\"a\":1}"), &seq);
    return rc < 0 ? rc : sg_log_commit(world->live.log, &world->live.fault);
}

/* --- the ladder --- */

#define FULL SG_LOG_ROOM_FULL
#define LOW  SG_LOG_ROOM_LOW
#define WARN SG_LOG_ROOM_WARN
#define OK   SG_LOG_ROOM_OK

static const struct ladder_row {
    const char *name;
    struct {
        unsigned permille; /* of the disk that is free; 0: the end */
        enum sg_log_room room;
    } step[8];
    unsigned records; /* that tell of it */
} ladder_rows[] = {
    {"a disk with room is no news", {{900, OK}, {500, OK}, {201, OK}}, 0},
    {"a fifth is left: warn", {{201, OK}, {199, WARN}, {101, WARN}}, 1},
    {"a tenth is left: low", {{300, OK}, {99, LOW}, {51, LOW}}, 1},
    {"a twentieth is left: full", {{300, OK}, {49, FULL}, {1, FULL}}, 1},
    {"down and up, step by step",
     {{150, WARN}, {80, LOW}, {40, FULL}, {80, LOW}, {150, WARN}, {300, OK}},
     6},
    {"a little more room changes nothing yet",
     {{49, FULL}, {55, FULL}, {59, FULL}, {61, LOW}, {110, LOW}, {121, WARN}},
     3},
    {"nor does it when it was only a warning", {{199, WARN}, {230, WARN}, {241, OK}}, 2},
};

static void test_ladder(void **state)
{
    const struct ladder_row *row = *state;
    struct world world;
    begin(&world, TOTAL, 0);
    assert_int_equal(sg_live_put(&world.live, 3, 400), SCRUBGATE_OK);
    for (size_t i = 0; i < 8 && row->step[i].permille > 0; i++) {
        disk.left = (uint64_t)MIB * row->step[i].permille;
        enum scrubgate_status rc = tick(&world);
        assert_int_equal(room(&world), row->step[i].room);
        assert_int_equal(rc < 0, row->step[i].room == FULL);
    }
    assert_int_equal(count(&world, "\"what\":\"space\"", "", NULL), row->records);
    end(&world);
}

static void test_looked_at_once_a_second(void **state)
{
    (void)state;
    struct world world;
    uint64_t next;
    begin(&world, TOTAL, 0);
    (void)!tick(&world);
    disk.left = 10 * MIB;
    assert_true(sg_log_tick(world.live.log, world.live.now + 999999999, false, &next,
                            &world.live.fault) >= 0);
    assert_int_equal(room(&world), OK);
    assert_true(next <= world.live.now + 1000000000);
    assert_int_equal(tick(&world), SCRUBGATE_EIO);
    assert_int_equal(room(&world), FULL);
    end(&world);
}

static void test_full(void **state)
{
    (void)state;
    struct world world;
    char last[1024];
    begin(&world, TOTAL, 0);
    assert_int_equal(sg_live_put(&world.live, 3, 400), SCRUBGATE_OK);
    disk.left = 40 * MIB + 4 * BLOCK;
    assert_int_equal(tick(&world), SCRUBGATE_EIO);
    assert_non_null(strstr(world.live.fault.what, "40 of 1000 MiB"));
    /* No message, all else: */
    assert_int_equal(sg_live_put(&world.live, 1, 400), SCRUBGATE_EIO);
    assert_int_equal(sg_live_put(&world.live, 1, 400), SCRUBGATE_EIO);
    assert_int_equal(put_note(&world), SCRUBGATE_OK);
    assert_int_equal(sg_live_tick(&world.live, 10, false), SCRUBGATE_EIO); /* but sealed */
    assert_int_equal(count(&world, "\"what\":\"seal\"", "", NULL), 1);
    assert_int_equal(count(&world, "\"what\":\"space\"", "\"state\":\"full\"", last), 1);
    assert_non_null(strstr(last, "\"total_bytes\":1048576000"));
    assert_int_equal(count(&world, "\"what\":\"gap\"", "", NULL), 0); /* it is not over */
    disk.left = 70 * MIB;
    assert_int_equal(tick(&world), SCRUBGATE_OK);
    assert_int_equal(sg_live_put(&world.live, 1, 400), SCRUBGATE_OK);
    assert_int_equal(count(&world, "\"what\":\"gap\"", "\"reason\":\"disk-full\"", last), 1);
    assert_non_null(strstr(last, "\"refused\":2,\"dropped\":0"));
    end(&world);
}

static void test_not_known(void **state)
{
    (void)state;
    struct world world;
    begin(&world, TOTAL, 0);
    disk.unknown = true;
    disk.left = MIB;
    assert_true(tick(&world) >= 0);
    assert_int_equal(room(&world), OK);
    disk.left = TOTAL;
    assert_int_equal(sg_live_put(&world.live, 1, 400), SCRUBGATE_OK);
    end(&world);
}

/* --- the reserve --- */

static bool has_reserve(const struct world *world)
{
    struct stat info;
    char path[512];
    sg_tempdir_path(&world->dir, "audit/reserve", path);
    if (stat(path, &info) != 0)
        return false;
    assert_int_equal(info.st_size, RESERVE);
    return true;
}

static void test_reserve_at_start(void **state)
{
    (void)state;
    struct world world;
    begin(&world, TOTAL, RESERVE);
    assert_true(has_reserve(&world));
    sg_live_close(&world.live);
    const uint64_t left = disk.left;
    assert_int_equal(sg_live_open(&world.live), SCRUBGATE_OK); /* the one that is there will do */
    assert_true(has_reserve(&world));
    assert_int_equal(disk.left, left);
    sg_live_close(&world.live);
    world.live.reserve = 0;
    assert_int_equal(sg_live_open(&world.live), SCRUBGATE_OK);
    assert_false(sg_tempdir_has(&world.dir, "audit/reserve"));
    assert_int_equal(sg_live_put(&world.live, 3, 400), SCRUBGATE_OK);
    end(&world);
}

/* Somebody else takes the last byte. */
static void test_reserve_is_for_what_tells(void **state)
{
    (void)state;
    struct world world;
    char last[1024];
    begin(&world, TOTAL, RESERVE);
    assert_int_equal(sg_live_put(&world.live, 3, 400), SCRUBGATE_OK);
    (void)!tick(&world);
    disk.left = 100;
    assert_int_equal(sg_live_put(&world.live, 5, 400), SCRUBGATE_EIO);
    assert_int_equal(room(&world), FULL);
    assert_true(has_reserve(&world)); /* not for messages */
    assert_int_equal(tick(&world), SCRUBGATE_EIO);
    assert_false(has_reserve(&world));
    assert_int_equal(count(&world, "\"what\":\"space\"", "\"state\":\"full\"", last), 1);
    /* The room that it made is not for messages either, also when it is much of the disk. */
    disk.left = RESERVE + 100;
    assert_int_equal(tick(&world), SCRUBGATE_EIO);
    assert_int_equal(sg_live_put(&world.live, 1, 400), SCRUBGATE_EIO);
    assert_int_equal(put_note(&world), SCRUBGATE_OK);
    assert_int_equal(sg_live_tick(&world.live, 10, false), SCRUBGATE_EIO);
    assert_int_equal(count(&world, "\"what\":\"seal\"", "", NULL), 1);
    /* Room again: it is taken anew. */
    disk.left = 500 * MIB;
    assert_true(tick(&world) >= 0);
    assert_int_equal(room(&world), OK);
    assert_true(has_reserve(&world));
    assert_int_equal(sg_live_put(&world.live, 1, 400), SCRUBGATE_OK);
    assert_int_equal(count(&world, "\"what\":\"gap\"", "\"reason\":\"disk-full\"", last), 1);
    assert_non_null(strstr(last, "\"refused\":6,"));
    assert_int_equal(count(&world, "\"what\":\"space\"", "\"state\":\"ok\"", last), 1);
    end(&world);
}

static void test_reserve_at_the_end(void **state)
{
    (void)state;
    struct world world;
    begin(&world, TOTAL, RESERVE);
    assert_int_equal(sg_live_put(&world.live, 3, 400), SCRUBGATE_OK);
    disk.left = 100;
    assert_int_equal(sg_live_put(&world.live, 5, 400), SCRUBGATE_EIO);
    /* Who stops now still tells what was refused, and seals. */
    assert_int_equal(sg_log_finish(world.live.log, &world.live.fault), SCRUBGATE_OK);
    assert_int_equal(count(&world, "\"what\":\"gap\"", "\"refused\":5,", NULL), 1);
    assert_int_equal(count(&world, "\"what\":\"seal\"", "", NULL), 1);
    end(&world);
}

static void test_no_room_for_a_reserve(void **state)
{
    (void)state;
    struct world world;
    begin(&world, 30 * MIB, RESERVE); /* full from the start */
    assert_false(has_reserve(&world));
    assert_int_equal(sg_live_put(&world.live, 1, 400), SCRUBGATE_EIO);
    assert_int_equal(tick(&world), SCRUBGATE_EIO);
    assert_int_equal(put_note(&world), SCRUBGATE_OK);
    disk.left = 500 * MIB;
    assert_true(tick(&world) >= 0);
    assert_true(has_reserve(&world));
    end(&world);
}

/* --- an error that is no lack of room --- */

static void test_error(void **state)
{
    (void)state;
    struct world world;
    char last[1024];
    begin(&world, TOTAL, RESERVE);
    assert_int_equal(sg_live_put(&world.live, 3, 400), SCRUBGATE_OK);
    (void)!tick(&world);
    disk.fails = true;
    assert_int_equal(sg_live_put(&world.live, 4, 400), SCRUBGATE_EIO);
    assert_int_equal(sg_live_put(&world.live, 2, 400), SCRUBGATE_EIO);
    assert_int_equal(put_note(&world), SCRUBGATE_EIO); /* no message */
    assert_int_equal(room(&world), OK);
    assert_true(tick(&world) >= 0); /* that commits fail is known */
    assert_int_equal(count(&world, "\"what\":\"gap\"", "", NULL), 0);
    assert_true(has_reserve(&world));
    disk.fails = false;
    assert_true(tick(&world) >= 0);
    assert_int_equal(count(&world, "\"what\":\"gap\"", "", last), 1);
    assert_non_null(strstr(last, "\"reason\":\"io-error\""));
    assert_non_null(strstr(last, "\"refused\":6,\"dropped\":0"));
    assert_int_equal(sg_live_put(&world.live, 1, 400), SCRUBGATE_OK);
    (void)!tick(&world);
    assert_int_equal(count(&world, "\"what\":\"gap\"", "", last), 1); /* once */
    end(&world);
}

/* What only the caller knows is in the same record. */
static void test_told_gap(void **state)
{
    (void)state;
    struct world world;
    char last[1024];
    const struct sg_gap one = {"hung", 1795310759000, 1795310760000, 7, 2};
    const struct sg_gap two = {"died", 1795310758000, 1795310758500, 1, 1};
    begin(&world, TOTAL, 0);
    sg_log_tell_gap(world.live.log, &one);
    sg_log_tell_gap(world.live.log, &two);
    assert_true(tick(&world) >= 0);
    assert_int_equal(count(&world, "\"what\":\"gap\"", "", last), 1);
    assert_non_null(strstr(last, "\"reason\":\"hung\",\"from_ms\":1795310758000,"));
    assert_non_null(strstr(last, "\"refused\":8,\"dropped\":3"));
    end(&world);
}

/* --- other records of its own --- */

static void test_recovery(void **state)
{
    (void)state;
    struct world world;
    char last[1024], path[512];
    begin(&world, TOTAL, 0);
    assert_int_equal(sg_live_put(&world.live, 3, 400), SCRUBGATE_OK);
    (void)!tick(&world);
    sg_live_close(&world.live);
    sg_tempdir_path(&world.dir, "audit/log/000000.ndjson", path);
    FILE *file = fopen(path, "ab");
    assert_non_null(file);
    assert_true(fputs("{\"seq\":3,\"t", file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(sg_live_open(&world.live), SCRUBGATE_OK);
    assert_int_equal(tick(&world), SCRUBGATE_OK);
    (void)!tick(&world);
    assert_int_equal(count(&world, "\"what\":\"recovery\"", "", last), 1);
    assert_non_null(strstr(last,
                           "\"file\":\"000000.ndjson\",\"bytes\":11,\"sha256\":"
                           "\"d7e09ebb706caea2cbd90bc9092728576ae840678de19ccbe7ed76877b6a8961"));
    end(&world);
}

static void test_act(void **state)
{
    (void)state;
    struct world world;
    char last[1024], path[512];
    const struct sg_act_note note = {.kind = SG_ACT_READ,
                                     .of.read = {.command = "query",
                                                 .object = "log",
                                                 .done = true,
                                                 .last = 9,
                                                 .to_ms = UINT64_MAX,
                                                 .why = SG_BYTES("ticket 9")}};
    begin(&world, TOTAL, 0);
    sg_tempdir_path(&world.dir, "audit", path);
    assert_int_equal(sg_acts_leave(path, &note, &world.live.fault), SCRUBGATE_OK);
    disk.fails = true; /* it waits until its record is durable */
    assert_int_equal(tick(&world), SCRUBGATE_EIO);
    disk.fails = false;
    assert_int_equal(sg_live_tick(&world.live, 2, false), SCRUBGATE_OK);
    assert_int_equal(count(&world, "\"what\":\"audit-read\"", "ticket 9", last), 1);
    (void)!sg_live_tick(&world.live, 2, false);
    assert_int_equal(count(&world, "\"what\":\"audit-read\"", "", last), 1);
    end(&world);
}

int main(void)
{
    SG_SUITE_ROWS(test_ladder, ladder_rows);
    sg_suite_add("the disk is looked at once a second", test_looked_at_once_a_second, NULL);
    sg_suite_add("full: no message, all else; then it goes on by itself", test_full, NULL);
    sg_suite_add("a disk that cannot be asked is as it was", test_not_known, NULL);
    sg_suite_add("disk is held back from the start on", test_reserve_at_start, NULL);
    sg_suite_add("it is for what tells of a full disk", test_reserve_is_for_what_tells, NULL);
    sg_suite_add("and for the end", test_reserve_at_the_end, NULL);
    sg_suite_add("without room for it a log is opened", test_no_room_for_a_reserve, NULL);
    sg_suite_add("a time of errors is told, once, with what did not leave", test_error, NULL);
    sg_suite_add("what the caller knows of it too", test_told_gap, NULL);
    sg_suite_add("what was set aside at the start is told", test_recovery, NULL);
    sg_suite_add("what a command left is recorded when that is durable", test_act, NULL);
    return sg_suite_run("audit: the log of a disk that fills");
}
