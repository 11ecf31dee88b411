/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_log_prune.c - old records go: which of them, when, what stays, and what a crash between two
 * steps leaves.
 */
#define _GNU_SOURCE /* syscall */
#include <errno.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <cmocka.h>

#include "audit/checkpoint.h"
#include "audit/reader.h"
#include "base/clock.h"

#include "../lib/live_log.h"
#include "../lib/suite.h"
#include "../lib/tempdir.h"

enum { DAY = 24 * 60 * 60 * 1000, KEEP = 400, SECOND_FILE = 65536, THIRD_FILE = 131072 };

/* --- a disk that stops working: after so many changes none works any more --- */

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
    return refused() ? -1 : syscall(SYS_pwrite64, fd, data, len, offset);
}

ssize_t write(int fd, const void *data, size_t len)
{
    return fd > 2 && refused() ? -1 : syscall(SYS_write, fd, data, len);
}

int renameat(int from_dir, const char *from, int to_dir, const char *to)
{
    return refused() ? -1 : (int)syscall(SYS_renameat2, from_dir, from, to_dir, to, 0);
}

int unlinkat(int dir, const char *path, int flags)
{
    return refused() ? -1 : (int)syscall(SYS_unlinkat, dir, path, flags);
}

/* --- a log of a little more than two files --- */

struct world {
    struct sg_tempdir dir;
    struct sg_live_log live;
    struct sg_hash root;
};

static void put(struct world *world, unsigned n, uint64_t days_ago)
{
    char text[64];
    uint64_t seq;
    const int len = snprintf(text, sizeof text, "\"time\":%" PRIu64 ",\"a\":1}",
                             sg_clock_wall_ms() - days_ago * DAY);
    const struct sg_bytes record = {(const uint8_t *)text, (size_t)len};
    for (unsigned i = 0; i < n; i++)
        assert_int_equal(sg_log_append(world->live.log, record, &seq), SCRUBGATE_OK);
    assert_int_equal(sg_log_commit(world->live.log, &world->live.fault), SCRUBGATE_OK);
}

static void root_now(struct world *world, uint64_t size, struct sg_hash *root)
{
    char path[512];
    struct sg_reader *reader;
    struct sg_sha256 *sha;
    struct sg_checkpoint checkpoint;
    struct sg_buf note = {0};
    struct sg_note_key key;
    sg_live_key(&key);
    sg_tempdir_path(&world->dir, "audit", path);
    assert_int_equal(sg_sha256_new(&sha), SCRUBGATE_OK);
    assert_int_equal(sg_reader_open(&reader, path, NULL), SCRUBGATE_OK);
    assert_int_equal(sg_reader_checkpoint(reader, &note, NULL), SCRUBGATE_OK);
    assert_int_equal(sg_checkpoint_open(&checkpoint, NULL, sg_buf_bytes(&note), &key),
                     SCRUBGATE_OK);
    sg_reader_set_size(reader, checkpoint.size);
    assert_int_equal(sg_merkle_root_of(0, checkpoint.size, sha, sg_reader_node, reader, root),
                     SCRUBGATE_OK);
    assert_true(sg_hash_equal(root, &checkpoint.root)); /* what is there leads to what is signed */
    assert_int_equal(sg_merkle_root_of(0, size, sha, sg_reader_node, reader, root), SCRUBGATE_OK);
    sg_reader_close(reader);
    sg_sha256_free(sha);
    sg_buf_fini(&note);
}

static void tick(struct world *world, unsigned seconds)
{
    enum scrubgate_status rc = sg_live_tick(&world->live, seconds, true);
    assert_true(rc >= 0);
}

/* A record between the old ones and those of now is so old; 0: there is none, as if the clock had
 * been set ahead. */
static uint64_t between_days = 20;

static void begin(struct world *world, uint64_t keep_days, uint64_t days_ago)
{
    memset(world, 0, sizeof *world);
    changes_left = -1;
    sg_tempdir_make(&world->dir);
    world->live.dir = world->dir.path;
    world->live.keep_ms = keep_days * DAY;
    assert_int_equal(sg_live_open(&world->live), SCRUBGATE_OK);
    put(world, 65536, days_ago);
    put(world, 65536, days_ago);
    tick(world, 1);
    if (between_days > 0)
        put(world, 1, between_days);
    put(world, between_days > 0 ? 9 : 10, 0);
    root_now(world, SECOND_FILE, &world->root);
}

static uint64_t count(const struct world *world, const char *what, char last[1024])
{
    char path[512];
    struct sg_reader *reader;
    struct sg_bytes record;
    uint64_t seq, n = 0;
    sg_tempdir_path(&world->dir, "audit", path);
    assert_int_equal(sg_reader_open(&reader, path, NULL), SCRUBGATE_OK);
    assert_int_equal(sg_reader_seek(reader, THIRD_FILE, NULL), SCRUBGATE_OK);
    while (sg_reader_next(reader, &record, &seq, NULL) == SCRUBGATE_OK) {
        char text[4096];
        assert_true(sg_bytes_to_text(record, text, sizeof text));
        if (strstr(text, what) == NULL)
            continue;
        n++;
        if (last != NULL)
            (void)snprintf(last, 1024, "%.1000s", text);
    }
    sg_reader_close(reader);
    return n;
}

static uint64_t first(const struct world *world)
{
    char path[512];
    struct sg_reader *reader;
    sg_tempdir_path(&world->dir, "audit", path);
    assert_int_equal(sg_reader_open(&reader, path, NULL), SCRUBGATE_OK);
    const uint64_t is = sg_reader_first(reader);
    sg_reader_close(reader);
    return is;
}

static bool has(const struct world *world, const char *name)
{
    return sg_tempdir_has(&world->dir, name);
}

static void lose(const struct world *world, const char *name)
{
    char path[512];
    sg_tempdir_path(&world->dir, name, path);
    assert_int_equal(remove(path), 0);
}

static void end(struct world *world)
{
    sg_live_close(&world->live);
    sg_tempdir_remove(&world->dir);
}

/* The log goes on, and is itself, whatever became of its beginning. */
static void goes_on(struct world *world)
{
    struct sg_hash root;
    sg_live_close(&world->live);
    const enum scrubgate_status rc = sg_live_open(&world->live);
    if (rc != SCRUBGATE_OK)
        fail_msg("%s: %s", world->live.fault.file, world->live.fault.what);
    put(world, 5, 0);
    assert_int_equal(sg_log_finish(world->live.log, &world->live.fault), SCRUBGATE_OK);
    root_now(world, SECOND_FILE, &root);
    assert_true(sg_hash_equal(&root, &world->root));
}

/* --- what goes --- */

static void test_old(void **state)
{
    (void)state;
    struct world world;
    struct sg_reader *reader;
    char last[1024], path[512];
    begin(&world, KEEP, KEEP + 1);
    tick(&world, 10); /* sealed, and then the first file goes */
    tick(&world, 1);
    tick(&world, 1);
    tick(&world, 1);
    assert_int_equal(first(&world), THIRD_FILE);
    char *pruned = sg_tempdir_read(&world.dir, "audit/pruned", NULL);
    assert_string_equal(pruned, "first 131072\n");
    free(pruned);
    assert_false(has(&world, "audit/log/000000.ndjson") || has(&world, "audit/log/000000.index"));
    assert_false(has(&world, "audit/log/000001.ndjson") || has(&world, "audit/log/000001.index"));
    assert_false(has(&world, "audit/tile/0/000") || has(&world, "audit/tile/0/511"));
    assert_false(has(&world, "audit/tile/1/000") || has(&world, "audit/tile/1/001"));
    assert_true(has(&world, "audit/tile/2/000.p/2"));
    assert_int_equal(count(&world, "\"what\":\"prune\"", last), 2);
    assert_non_null(strstr(last, "\"first\":65536,\"last\":131071,\"size\":131072,\"root\":\""));
    assert_non_null(strstr(last, "\"why\":\"retention\""));
    /* Who asks for what is gone is told so. */
    sg_tempdir_path(&world.dir, "audit", path);
    assert_int_equal(sg_reader_open(&reader, path, NULL), SCRUBGATE_OK);
    assert_int_equal(sg_reader_seek(reader, 70000, &world.live.fault), SCRUBGATE_EINVAL);
    assert_non_null(strstr(world.live.fault.what, "removed"));
    sg_reader_close(reader);
    goes_on(&world);
    goes_on(&world);
    end(&world);
}

enum why { FOR_EVER, YOUNG, HELD, NOT_SEALED };
static const struct stay_row {
    const char *name;
    enum why why;
} stay_rows[] = {
    {"nothing goes when all is kept for ever", FOR_EVER},
    {"nothing goes that is not old enough", YOUNG},
    {"nothing goes while there is a hold", HELD},
    {"nothing goes that is not sealed", NOT_SEALED},
};

static void test_stays(void **state)
{
    const struct stay_row *row = *state;
    struct world world;
    begin(&world, row->why == FOR_EVER ? 0 : KEEP, row->why == YOUNG ? KEEP - 1 : KEEP + 1);
    if (row->why == HELD)
        sg_tempdir_write(&world.dir, "audit/hold", "case 7\n", 7);
    if (row->why == NOT_SEALED)
        tick(&world, 2);
    else
        tick(&world, 10);
    tick(&world, 1);
    assert_int_equal(first(&world), 0);
    assert_true(has(&world, "audit/log/000000.ndjson") && has(&world, "audit/tile/0/000"));
    assert_int_equal(count(&world, "\"what\":\"prune\"", NULL), 0);
    if (row->why == HELD) { /* and then it is over */
        lose(&world, "audit/hold");
        tick(&world, 1);
        assert_int_equal(first(&world), SECOND_FILE);
    }
    end(&world);
}

/* --- a clock that is wrong --- */

static const struct clock_row {
    const char *name;
    uint64_t between_days;
    bool goes;
} clock_rows[] = {
    {"nothing goes by a clock that is far ahead of all records", 0, false},
    {"nor when records of more than a month ago are the last but those of a day", 31, false},
    {"all goes on when a day's records lie behind the step", 2, true},
    {"a month without any is no step", 29, true},
};

static void test_clock(void **state)
{
    const struct clock_row *row = *state;
    struct world world;
    between_days = row->between_days;
    begin(&world, KEEP, KEEP + 1);
    between_days = 20;
    for (unsigned start = 0; start < 2; start++) { /* also not at the next start */
        tick(&world, 10);
        tick(&world, 61);
        assert_int_equal(sg_log_doubts_clock(world.live.log), !row->goes);
        assert_int_equal(first(&world) > 0, row->goes);
        sg_live_close(&world.live);
        assert_int_equal(sg_live_open(&world.live), SCRUBGATE_OK);
    }
    end(&world);
}

/* --- crashes and damage --- */

/* Of the changes that removing a file makes: the record 2, saying where the log begins 4, tiles
 * 257, the file and what is beside it 3. */
static const struct crash_row {
    const char *name;
    long changes;
} crash_rows[] = {
    {"a crash before the record that tells", 0},
    {"a crash in it", 1},
    {"a crash behind it", 2},
    {"a crash while it is said where the log begins", 3},
    {"a crash when that is not known to be durable", 5},
    {"a crash when it is", 6},
    {"a crash among the tiles", 100},
    {"a crash behind the tiles", 263},
    {"a crash before the lines go", 265},
    {"a crash when they are gone", 266},
    {"a crash later", 280},
};

static void test_crash(void **state)
{
    const struct crash_row *row = *state;
    struct world world;
    begin(&world, KEEP, KEEP + 1);
    sg_tempdir_write(&world.dir, "audit/hold", "", 0);
    tick(&world, 10);
    lose(&world, "audit/hold");
    changes_left = row->changes;
    (void)!sg_live_tick(&world.live, 1, false);
    changes_left = 0;
    sg_live_close(&world.live);
    changes_left = -1;
    assert_int_equal(sg_live_open(&world.live), SCRUBGATE_OK);
    for (unsigned i = 0; i < 4; i++)
        tick(&world, 1);
    assert_int_equal(first(&world), THIRD_FILE);
    assert_false(has(&world, "audit/log/000000.ndjson") || has(&world, "audit/tile/0/001"));
    assert_false(has(&world, "audit/log/000001.ndjson") || has(&world, "audit/tile/1/001"));
    assert_true(count(&world, "\"what\":\"prune\"", NULL) >= 2);
    goes_on(&world);
    end(&world);
}

enum loss { TILE_0, TILE_2, LINES, CLAIM, FURTHER };
static const struct loss_row {
    const char *name;
    enum loss loss;
    enum scrubgate_status want;
} loss_rows[] = {
    {"tiles of what is there are made again", TILE_0, SCRUBGATE_OK},
    {"a tile that outlived its records is missing: damage", TILE_2, SCRUBGATE_EMALFORMED},
    {"the first file that should be there is missing: damage", LINES, SCRUBGATE_EMALFORMED},
    {"what says where it begins says nothing: damage", CLAIM, SCRUBGATE_EMALFORMED},
    {"or more than was ever signed: damage", FURTHER, SCRUBGATE_EMALFORMED},
};

static void test_loss(void **state)
{
    const struct loss_row *row = *state;
    struct world world;
    begin(&world, KEEP, KEEP + 1);
    tick(&world, 10);
    assert_int_equal(first(&world), SECOND_FILE);
    sg_live_close(&world.live);
    switch (row->loss) {
    case TILE_0:
        lose(&world, "audit/tile/0/300");
        lose(&world, "audit/tile/1/001");
        break;
    case TILE_2:
        lose(&world, "audit/tile/2/000.p/2");
        break;
    case LINES:
        lose(&world, "audit/log/000001.ndjson");
        break;
    case CLAIM:
        sg_tempdir_write(&world.dir, "audit/pruned", "first 65537\n", 12);
        break;
    case FURTHER:
        sg_tempdir_write(&world.dir, "audit/pruned", "first 196608\n", 13);
        break;
    }
    assert_int_equal(sg_live_open(&world.live), row->want);
    if (row->want == SCRUBGATE_OK)
        goes_on(&world);
    end(&world);
}

int main(void)
{
    sg_suite_add("files of old records go, and the tree stays", test_old, NULL);
    SG_SUITE_ROWS(test_stays, stay_rows);
    SG_SUITE_ROWS(test_clock, clock_rows);
    SG_SUITE_ROWS(test_crash, crash_rows);
    SG_SUITE_ROWS(test_loss, loss_rows);
    return sg_suite_run("audit: old records go");
}
