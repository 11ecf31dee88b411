/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_journal_hands.c - an audit log that changes hands: one row of numbers, never two writers.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "audit/journal.h"

#include "../lib/alloc_fail.h"
#include "../lib/suite.h"
#include "../lib/tempdir.h"

#define FIRST "log/000000.ndjson"

static unsigned fail_syncs;

static int sync_file(void)
{
    if (fail_syncs == 0)
        return 0;
    fail_syncs--;
    errno = EIO;
    return -1;
}

int fdatasync(int fd)
{
    (void)fd;
    return sync_file();
}

int fsync(int fd)
{
    (void)fd;
    return sync_file();
}

struct world {
    struct sg_tempdir dir;
    struct sg_journal *journal;
    struct sg_journal_place place;
    struct scrubgate_fault fault;
};

static void begin(struct world *world)
{
    memset(world, 0, sizeof *world);
    fail_syncs = 0;
    sg_tempdir_make(&world->dir);
    assert_int_equal(sg_journal_open(&world->journal, world->dir.path, &world->fault),
                     SCRUBGATE_OK);
}

static void end(struct world *world)
{
    sg_journal_close(world->journal);
    sg_tempdir_remove(&world->dir);
}

static void append(struct world *world, uint64_t want)
{
    uint64_t seq = UINT64_MAX;
    assert_int_equal(sg_journal_append(world->journal, SG_BYTES("\"a\":1}"), &seq), SCRUBGATE_OK);
    assert_int_equal(seq, want);
}

static enum scrubgate_status commit(struct world *world)
{
    return sg_journal_commit(world->journal, &world->fault);
}

static void leave(struct world *world)
{
    assert_int_equal(sg_journal_leave(&world->journal, &world->place, &world->fault), SCRUBGATE_OK);
    assert_null(world->journal);
}

static enum scrubgate_status adopt(struct world *world)
{
    return sg_journal_adopt(&world->journal, world->dir.path, &world->place, &world->fault);
}

static void assert_log(struct world *world, const char *want)
{
    char *text = sg_tempdir_read(&world->dir, FIRST, NULL);
    assert_string_equal(text, want);
    free(text);
}

struct row {
    const char *name;
    uint64_t before; /* records */
};

static const struct row rows[] = {
    {"an empty log", 0},
    {"one record", 1},
    {"a segment that lacks one", SG_JOURNAL_SEGMENT - 1},
    {"a full segment", SG_JOURNAL_SEGMENT},
    {"one record in the second segment", SG_JOURNAL_SEGMENT + 1},
};

static void test_goes_on(void **state)
{
    const struct row *row = *state;
    struct world world;
    struct sg_journal *other = NULL;
    begin(&world);
    for (uint64_t i = 0; i < row->before; i++)
        append(&world, i);
    assert_int_equal(commit(&world), SCRUBGATE_OK);
    for (uint64_t round = 0; round < 3; round++) {
        leave(&world);
        /* Between two owners it is nobody's to take. */
        assert_int_equal(sg_journal_open(&other, world.dir.path, &world.fault), SCRUBGATE_EIO);
        assert_int_equal(adopt(&world), SCRUBGATE_OK);
        append(&world, row->before + round);
        assert_int_equal(commit(&world), SCRUBGATE_OK);
    }
    sg_journal_close(world.journal);
    assert_int_equal(sg_journal_open(&world.journal, world.dir.path, &world.fault), SCRUBGATE_OK);
    assert_int_equal(sg_journal_next(world.journal), row->before + 3);
    end(&world);
}

static void test_nobody_adopts(void **state)
{
    (void)state;
    struct world world;
    begin(&world);
    append(&world, 0);
    assert_int_equal(commit(&world), SCRUBGATE_OK);
    leave(&world);
    (void)close(world.place.lock);
    assert_int_equal(sg_journal_open(&world.journal, world.dir.path, &world.fault), SCRUBGATE_OK);
    append(&world, 1);
    assert_int_equal(commit(&world), SCRUBGATE_OK);
    assert_log(&world, "{\"seq\":0,\"a\":1}\n{\"seq\":1,\"a\":1}\n");
    end(&world);
}

/* What a failed commit left behind is mended before others see it. */
static void test_broken(void **state)
{
    (void)state;
    struct world world;
    begin(&world);
    append(&world, 0);
    assert_int_equal(commit(&world), SCRUBGATE_OK);
    append(&world, 1);
    fail_syncs = 2; /* the commit, and the cut behind it */
    assert_int_equal(commit(&world), SCRUBGATE_EIO);
    fail_syncs = 1;
    assert_int_equal(sg_journal_leave(&world.journal, &world.place, &world.fault), SCRUBGATE_EIO);
    assert_non_null(world.journal);
    leave(&world);
    assert_log(&world, "{\"seq\":0,\"a\":1}\n");
    assert_int_equal(adopt(&world), SCRUBGATE_OK);
    append(&world, 1);
    assert_int_equal(commit(&world), SCRUBGATE_OK);
    end(&world);
}

enum lie { ANOTHER_LOG, LATER, EARLIER, MORE_FILES, NO_OFFSET, NO_RECORD };

struct lie_row {
    const char *name;
    enum lie lie;
    enum scrubgate_status want;
};

static const struct lie_row lies[] = {
    {"another log is refused", ANOTHER_LOG, SCRUBGATE_EINVAL},
    {"a record too many is refused", LATER, SCRUBGATE_EMALFORMED},
    {"a record too few is refused", EARLIER, SCRUBGATE_EMALFORMED},
    {"a segment too many is refused", MORE_FILES, SCRUBGATE_EINVAL},
    {"records without a file are refused", NO_OFFSET, SCRUBGATE_EINVAL},
    {"a file without records is refused", NO_RECORD, SCRUBGATE_EINVAL},
};

static void test_lie(void **state)
{
    const struct lie_row *row = *state;
    struct world world;
    struct sg_tempdir other;
    begin(&world);
    append(&world, 0);
    append(&world, 1);
    assert_int_equal(commit(&world), SCRUBGATE_OK);
    leave(&world);
    sg_tempdir_make(&other);
    world.place.durable += row->lie == LATER;
    world.place.durable -= row->lie == EARLIER;
    world.place.files += row->lie == MORE_FILES;
    if (row->lie == NO_OFFSET)
        world.place.offset = 0;
    if (row->lie == NO_RECORD)
        world.place.durable = 0;
    const char *dir = row->lie == ANOTHER_LOG ? other.path : world.dir.path;
    assert_int_equal(sg_journal_adopt(&world.journal, dir, &world.place, &world.fault), row->want);
    assert_null(world.journal);
    assert_string_not_equal(world.fault.what, "");
    /* And the lock's descriptor is closed: the log is free. */
    assert_int_equal(sg_journal_open(&world.journal, world.dir.path, &world.fault), SCRUBGATE_OK);
    assert_int_equal(sg_journal_next(world.journal), 2);
    sg_tempdir_remove(&other);
    end(&world);
}

static void test_out_of_memory(void **state)
{
    (void)state;
    bool refused = true;
    for (size_t n = 0; refused; n++) {
        struct world world;
        begin(&world);
        append(&world, 0);
        assert_int_equal(commit(&world), SCRUBGATE_OK);
        leave(&world);
        sg_alloc_fail_start(n);
        enum scrubgate_status rc = adopt(&world);
        refused = sg_alloc_fail_stop();
        assert_int_equal(rc, refused ? SCRUBGATE_ENOMEM : SCRUBGATE_OK);
        if (refused) /* the descriptor is closed all the same: the log is free */
            assert_int_equal(sg_journal_open(&world.journal, world.dir.path, &world.fault),
                             SCRUBGATE_OK);
        assert_int_equal(sg_journal_next(world.journal), 1);
        end(&world);
    }
}

int main(void)
{
    SG_SUITE_ROWS(test_goes_on, rows);
    sg_suite_add("a log that nobody adopts can be opened again", test_nobody_adopts, NULL);
    sg_suite_add("what a failed commit left is cut before it changes hands", test_broken, NULL);
    SG_SUITE_ROWS(test_lie, lies);
    sg_suite_add("out of memory is an answer", test_out_of_memory, NULL);
    return sg_suite_run("audit: journal that changes hands");
}
