/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_journal.c - what an audit log is worth after full disks and failed syncs.
 *
 * fsync and fdatasync of the whole program pass through here, so that they can be made to fail; the
 * product knows nothing of it.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include <scrubgate/audit.h>

#include "audit/journal.h"
#include "audit/record.h"

#include "../lib/alloc_fail.h"
#include "../lib/suite.h"
#include "../lib/tempdir.h"

#define FIRST  "log/000000.ndjson"
#define SECOND "log/000001.ndjson"

static struct {
    unsigned data_syncs, fail_data_syncs, let_data_syncs; /* let: that many pass before */
    unsigned fail_syncs;
} disk;

int fdatasync(int fd)
{
    (void)fd;
    disk.data_syncs++;
    if (disk.let_data_syncs > 0) {
        disk.let_data_syncs--;
        return 0;
    }
    if (disk.fail_data_syncs == 0)
        return 0;
    disk.fail_data_syncs--;
    errno = EIO;
    return -1;
}

int fsync(int fd)
{
    (void)fd;
    if (disk.fail_syncs == 0)
        return 0;
    disk.fail_syncs--;
    errno = EIO;
    return -1;
}

/* --- one log, in a folder of its own --- */

struct world {
    struct sg_tempdir dir;
    struct sg_journal *journal;
    struct scrubgate_fault fault;
};

static void setup(struct world *world)
{
    memset(&disk, 0, sizeof disk);
    memset(world, 0, sizeof *world);
    sg_tempdir_make(&world->dir);
}

static enum scrubgate_status open_log(struct world *world)
{
    return sg_journal_open(&world->journal, world->dir.path, &world->fault);
}

static void begin(struct world *world)
{
    setup(world);
    assert_int_equal(open_log(world), SCRUBGATE_OK);
}

static void end(struct world *world)
{
    sg_journal_close(world->journal);
    sg_tempdir_remove(&world->dir);
}

static void reopen(struct world *world)
{
    sg_journal_close(world->journal);
    assert_int_equal(open_log(world), SCRUBGATE_OK);
}

static uint64_t append(struct world *world)
{
    uint64_t seq = UINT64_MAX;
    assert_int_equal(sg_journal_append(world->journal, SG_BYTES("\"a\":1}"), &seq), SCRUBGATE_OK);
    return seq;
}

static enum scrubgate_status commit(struct world *world)
{
    return sg_journal_commit(world->journal, &world->fault);
}

static void append_many(struct world *world, uint64_t n)
{
    for (uint64_t i = 0; i < n; i++)
        (void)append(world);
}

static void assert_file(struct world *world, const char *name, const char *want)
{
    char *text = sg_tempdir_read(&world->dir, name, NULL);
    assert_string_equal(text, want);
    free(text);
}

static uint64_t count_lines(struct world *world, const char *name)
{
    uint64_t n = 0;
    char *text = sg_tempdir_read(&world->dir, name, NULL);
    for (const char *at = text; (at = strchr(at, '\n')) != NULL; at++)
        n++;
    free(text);
    return n;
}

#define R0 "{\"seq\":0,\"a\":1}\n"
#define R1 "{\"seq\":1,\"a\":1}\n"

/* --- writing --- */

static void test_a_new_log_is_closed_to_others(void **state)
{
    (void)state;
    struct world world;
    struct stat info;
    char path[512];
    mode_t before = umask(0);
    setup(&world);
    (void)snprintf(path, sizeof path, "%.200s/deep/down", world.dir.path);
    assert_int_equal(sg_journal_open(&world.journal, path, &world.fault), SCRUBGATE_OK);
    (void)append(&world);
    assert_int_equal(commit(&world), SCRUBGATE_OK);
    sg_tempdir_path(&world.dir, "deep/down/log", path);
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0750);
    sg_tempdir_path(&world.dir, "deep/down/log/000000.ndjson", path);
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0640);
    (void)umask(before);
    end(&world);
}

static void test_a_batch_is_one_sync(void **state)
{
    (void)state;
    struct world world;
    begin(&world);
    append_many(&world, 100);
    assert_int_equal(disk.data_syncs, 0);
    assert_false(sg_tempdir_has(&world.dir, FIRST));
    assert_int_equal(commit(&world), SCRUBGATE_OK);
    assert_int_equal(disk.data_syncs, 1);
    assert_int_equal(count_lines(&world, FIRST), 100);
    assert_int_equal(commit(&world), SCRUBGATE_OK); /* nothing to do */
    assert_int_equal(disk.data_syncs, 1);
    end(&world);
}

static void test_closing_drops_what_was_not_committed(void **state)
{
    (void)state;
    struct world world;
    begin(&world);
    append_many(&world, 3);
    assert_int_equal(commit(&world), SCRUBGATE_OK);
    append_many(&world, 2);
    assert_int_equal(sg_journal_next(world.journal), 5);
    reopen(&world);
    assert_int_equal(sg_journal_next(world.journal), 3);
    end(&world);
}

static void test_a_record_too_long_takes_no_number(void **state)
{
    (void)state;
    struct world world;
    static uint8_t record[SG_RECORD_LONGEST + 1];
    uint64_t seq = 77;
    begin(&world);
    memset(record, ' ', sizeof record);
    memcpy(record, "\"a\":1", 5);
    record[sizeof record - 1] = '}';
    assert_int_equal(
        sg_journal_append(world.journal, (struct sg_bytes){record, sizeof record}, &seq),
        SCRUBGATE_ELIMIT);
    assert_int_equal(seq, 77);
    record[sizeof record - 2] = '}';
    assert_int_equal(
        sg_journal_append(world.journal, (struct sg_bytes){record, sizeof record - 1}, &seq),
        SCRUBGATE_OK);
    assert_int_equal(seq, 0);
    assert_int_equal(commit(&world), SCRUBGATE_OK);
    reopen(&world);
    assert_int_equal(sg_journal_next(world.journal), 1);
    end(&world);
}

static void test_a_second_owner_is_refused(void **state)
{
    (void)state;
    struct world world;
    struct sg_journal *other;
    begin(&world);
    assert_int_equal(sg_journal_open(&other, world.dir.path, &world.fault), SCRUBGATE_EIO);
    assert_null(other);
    assert_non_null(strstr(world.fault.what, "in use"));
    reopen(&world); /* the lock goes with its owner */
    end(&world);
}

/* Who may read a folder can lock it. */
static void test_a_reader_keeps_nobody_out(void **state)
{
    static const char *const folders[] = {".", "log"};
    (void)state;
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        struct world world;
        char path[512];
        begin(&world);
        sg_journal_close(world.journal);
        sg_tempdir_path(&world.dir, folders[i], path);
        int reader = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        assert_int_equal(flock(reader, LOCK_EX | LOCK_NB), 0);
        assert_int_equal(sg_journal_open(&world.journal, world.dir.path, &world.fault),
                         SCRUBGATE_OK);
        (void)close(reader);
        end(&world);
    }
}

static void test_a_file_in_the_folders_place_is_refused(void **state)
{
    (void)state;
    struct world world;
    setup(&world);
    sg_tempdir_write(&world.dir, "log", "", 0);
    assert_int_equal(open_log(&world), SCRUBGATE_EIO);
    assert_true(strlen(world.fault.file) > 0);
    end(&world);
}

/* --- segments --- */

static void test_a_full_segment_is_followed_by_the_next(void **state)
{
    (void)state;
    struct world world;
    begin(&world);
    append_many(&world, SG_JOURNAL_SEGMENT - 1);
    assert_int_equal(commit(&world), SCRUBGATE_OK);
    disk.data_syncs = 0;
    append_many(&world, 3);
    assert_int_equal(commit(&world), SCRUBGATE_OK);
    assert_int_equal(disk.data_syncs, 2);
    assert_int_equal(count_lines(&world, FIRST), SG_JOURNAL_SEGMENT);
    assert_file(&world, SECOND, "{\"seq\":65536,\"a\":1}\n{\"seq\":65537,\"a\":1}\n");
    reopen(&world);
    assert_int_equal(append(&world), SG_JOURNAL_SEGMENT + 2);
    end(&world);
}

static void test_a_log_that_ends_with_a_full_segment_goes_on(void **state)
{
    (void)state;
    struct world world;
    begin(&world);
    append_many(&world, SG_JOURNAL_SEGMENT);
    assert_int_equal(commit(&world), SCRUBGATE_OK);
    assert_false(sg_tempdir_has(&world.dir, SECOND));
    reopen(&world);
    (void)append(&world);
    assert_int_equal(commit(&world), SCRUBGATE_OK);
    assert_file(&world, SECOND, "{\"seq\":65536,\"a\":1}\n");
    end(&world);
}

static void test_a_batch_over_three_segments_is_whole(void **state)
{
    (void)state;
    struct world world;
    begin(&world);
    append_many(&world, 2 * SG_JOURNAL_SEGMENT + 1);
    assert_int_equal(commit(&world), SCRUBGATE_OK);
    assert_int_equal(count_lines(&world, SECOND), SG_JOURNAL_SEGMENT);
    assert_file(&world, "log/000002.ndjson", "{\"seq\":131072,\"a\":1}\n");
    reopen(&world);
    assert_int_equal(sg_journal_next(world.journal), 2 * SG_JOURNAL_SEGMENT + 1);
    end(&world);
}

/* --- failures --- */

static void test_a_failed_sync_takes_its_batch_back(void **state)
{
    (void)state;
    struct world world;
    begin(&world);
    append_many(&world, 2);
    assert_int_equal(commit(&world), SCRUBGATE_OK);
    disk.fail_data_syncs = 1;
    append_many(&world, 5);
    assert_int_equal(commit(&world), SCRUBGATE_EIO);
    assert_non_null(strstr(world.fault.what, "durable"));
    assert_file(&world, FIRST, R0 R1);
    assert_int_equal(append(&world), 2); /* its numbers are given again */
    assert_int_equal(commit(&world), SCRUBGATE_OK);
    reopen(&world);
    assert_int_equal(sg_journal_next(world.journal), 3);
    end(&world);
}

static void test_the_first_batch_can_fail_too(void **state)
{
    (void)state;
    struct world world;
    begin(&world);
    disk.fail_data_syncs = 1;
    append_many(&world, 5);
    assert_int_equal(commit(&world), SCRUBGATE_EIO);
    assert_int_equal(append(&world), 0);
    assert_int_equal(commit(&world), SCRUBGATE_OK);
    assert_file(&world, FIRST, R0);
    end(&world);
}

static void test_while_it_cannot_cut_back_it_stays_refused(void **state)
{
    (void)state;
    struct world world;
    begin(&world);
    (void)append(&world);
    assert_int_equal(commit(&world), SCRUBGATE_OK);
    disk.fail_data_syncs = 1;
    disk.fail_syncs = 2; /* the cut at once, and the one before the next commit */
    append_many(&world, 5);
    assert_int_equal(commit(&world), SCRUBGATE_EIO);
    disk.data_syncs = 0;
    (void)append(&world);
    assert_int_equal(commit(&world), SCRUBGATE_EIO);
    assert_int_equal(disk.data_syncs, 0); /* nothing is written behind an end not known */
    assert_int_equal(append(&world), 1);
    assert_int_equal(commit(&world), SCRUBGATE_OK);
    assert_file(&world, FIRST, R0 R1);
    end(&world);
}

static void test_a_stop_after_a_failure_leaves_no_refused_record(void **state)
{
    (void)state;
    struct world world;
    begin(&world);
    (void)append(&world);
    assert_int_equal(commit(&world), SCRUBGATE_OK);
    disk.fail_data_syncs = 1;
    disk.fail_syncs = 1;
    append_many(&world, 5);
    assert_int_equal(commit(&world), SCRUBGATE_EIO);
    reopen(&world);
    assert_int_equal(sg_journal_next(world.journal), 1);
    end(&world);
}

static void test_a_failure_in_the_second_segment_takes_both_parts_back(void **state)
{
    (void)state;
    struct world world;
    begin(&world);
    append_many(&world, SG_JOURNAL_SEGMENT - 2);
    assert_int_equal(commit(&world), SCRUBGATE_OK);
    disk.let_data_syncs = 1;
    disk.fail_data_syncs = 1;
    append_many(&world, 5);
    assert_int_equal(commit(&world), SCRUBGATE_EIO);
    assert_int_equal(count_lines(&world, FIRST), SG_JOURNAL_SEGMENT - 2);
    assert_false(sg_tempdir_has(&world.dir, SECOND));
    append_many(&world, 5);
    assert_int_equal(commit(&world), SCRUBGATE_OK);
    assert_int_equal(count_lines(&world, SECOND), 3);
    end(&world);
}

static void test_a_new_segment_that_cannot_be_made_durable_is_tried_again(void **state)
{
    (void)state;
    struct world world;
    begin(&world);
    append_many(&world, SG_JOURNAL_SEGMENT);
    assert_int_equal(commit(&world), SCRUBGATE_OK);
    disk.fail_syncs = 1;
    (void)append(&world);
    assert_int_equal(commit(&world), SCRUBGATE_EIO);
    assert_int_equal(count_lines(&world, FIRST), SG_JOURNAL_SEGMENT);
    assert_int_equal(append(&world), SG_JOURNAL_SEGMENT);
    assert_int_equal(commit(&world), SCRUBGATE_OK);
    assert_file(&world, SECOND, "{\"seq\":65536,\"a\":1}\n");
    end(&world);
}

static void test_a_full_disk_takes_the_batch_back(void **state)
{
    (void)state;
    struct world world;
    struct rlimit before, small;
    begin(&world);
    append_many(&world, 2);
    assert_int_equal(commit(&world), SCRUBGATE_OK);
    /* A limit on file size stops a write halfway, as a full disk does. */
    (void)signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = before;
    small.rlim_cur = strlen(R0 R1) + 20;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    append_many(&world, 5);
    enum scrubgate_status rc = commit(&world);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(rc, SCRUBGATE_EIO);
    assert_file(&world, FIRST, R0 R1);
    assert_int_equal(append(&world), 2);
    assert_int_equal(commit(&world), SCRUBGATE_OK); /* room again */
    end(&world);
}

static enum scrubgate_status open_append_commit(void *ctx)
{
    struct world *world = ctx;
    uint64_t seq;
    enum scrubgate_status rc = sg_journal_open(&world->journal, world->dir.path, NULL);
    if (rc >= 0)
        rc = sg_journal_append(world->journal, SG_BYTES("\"a\":1}"), &seq);
    if (rc >= 0)
        rc = sg_journal_commit(world->journal, NULL);
    sg_journal_close(world->journal);
    world->journal = NULL;
    /* Out of memory must never pass for a torn line. */
    assert_false(sg_tempdir_has(&world->dir, "log/000000.torn"));
    return rc;
}

static void test_out_of_memory_is_an_answer(void **state)
{
    (void)state;
    struct world world;
    begin(&world);
    append_many(&world, 2);
    assert_int_equal(commit(&world), SCRUBGATE_OK);
    sg_journal_close(world.journal);
    world.journal = NULL;
    assert_true(sg_alloc_fail_each(open_append_commit, &world) > 3);
    assert_file(&world, FIRST, R0 R1 "{\"seq\":2,\"a\":1}\n");
    end(&world);
}

/* --- the public calls --- */

struct stranger {
    const char *name, *json;
    enum scrubgate_status want;
    const char *line;
};

static const struct stranger strangers[] = {
    {"an object is a record", "{\"a\":1}", SCRUBGATE_OK, "{\"seq\":0,\"a\":1}\n"},
    {"white space behind the brace goes", "{ \"a\" : [1] }", SCRUBGATE_OK,
     "{\"seq\":0,\"a\" : [1] }\n"},
    {"no object is no record", "[1]", SCRUBGATE_EINVAL, NULL},
    {"two objects are no record", "{\"a\":1}{\"b\":2}", SCRUBGATE_EINVAL, NULL},
    {"an empty object is no record", "{}", SCRUBGATE_EINVAL, NULL},
    {"nothing is no record", "", SCRUBGATE_EINVAL, NULL},
    {"two lines are no record", "{\"a\":\n1}", SCRUBGATE_EINVAL, NULL},
    {"bad JSON is no record", "{\"a\":tru}", SCRUBGATE_EINVAL, NULL},
    {"a seq of its own is refused", "{\"seq\":7}", SCRUBGATE_EINVAL, NULL},
    {"a seq spelt with an escape is refused", "{\"\\u0073eq\":7}", SCRUBGATE_EINVAL, NULL},
};

static void test_stranger(void **state)
{
    const struct stranger *row = *state;
    struct world world;
    struct scrubgate_audit *audit;
    uint64_t seq = 77;
    setup(&world);
    assert_int_equal(scrubgate_audit_open(&audit, world.dir.path, &world.fault), SCRUBGATE_OK);
    assert_int_equal(scrubgate_audit_append(audit, row->json, strlen(row->json), &seq), row->want);
    assert_int_equal(scrubgate_audit_commit(audit, &world.fault), SCRUBGATE_OK);
    scrubgate_audit_close(&audit);
    assert_null(audit);
    scrubgate_audit_close(&audit);
    if (row->line != NULL)
        assert_file(&world, FIRST, row->line);
    else
        assert_false(sg_tempdir_has(&world.dir, FIRST));
    assert_int_equal(open_log(&world), SCRUBGATE_OK);
    assert_int_equal(sg_journal_next(world.journal), row->line != NULL);
    end(&world);
}

int main(void)
{
    SG_SUITE_ROWS(test_stranger, strangers);
    sg_suite_add("a new log is closed to others", test_a_new_log_is_closed_to_others, NULL);
    sg_suite_add("a batch is one sync", test_a_batch_is_one_sync, NULL);
    sg_suite_add("closing drops what was not committed", test_closing_drops_what_was_not_committed,
                 NULL);
    sg_suite_add("a record too long takes no number", test_a_record_too_long_takes_no_number, NULL);
    sg_suite_add("a second owner is refused", test_a_second_owner_is_refused, NULL);
    sg_suite_add("who may only read keeps no owner out", test_a_reader_keeps_nobody_out, NULL);
    sg_suite_add("a file in the folders place is refused",
                 test_a_file_in_the_folders_place_is_refused, NULL);
    sg_suite_add("a full segment is followed by the next",
                 test_a_full_segment_is_followed_by_the_next, NULL);
    sg_suite_add("a log that ends with a full segment goes on",
                 test_a_log_that_ends_with_a_full_segment_goes_on, NULL);
    sg_suite_add("a batch over three segments is whole", test_a_batch_over_three_segments_is_whole,
                 NULL);
    sg_suite_add("a failed sync takes its batch back", test_a_failed_sync_takes_its_batch_back,
                 NULL);
    sg_suite_add("the first batch can fail too", test_the_first_batch_can_fail_too, NULL);
    sg_suite_add("while it cannot cut back it stays refused",
                 test_while_it_cannot_cut_back_it_stays_refused, NULL);
    sg_suite_add("a stop after a failure leaves no refused record",
                 test_a_stop_after_a_failure_leaves_no_refused_record, NULL);
    sg_suite_add("a failure in the second segment takes both parts back",
                 test_a_failure_in_the_second_segment_takes_both_parts_back, NULL);
    sg_suite_add("a new segment that cannot be made durable is tried again",
                 test_a_new_segment_that_cannot_be_made_durable_is_tried_again, NULL);
    sg_suite_add("a full disk takes the batch back", test_a_full_disk_takes_the_batch_back, NULL);
    sg_suite_add("out of memory is an answer", test_out_of_memory_is_an_answer, NULL);
    return sg_suite_run("journal");
}
