/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_verify_removed.c - a log whose oldest files were removed is proven from where it begins, if
 * a record says that they were; whoever removes them by hand is found.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "audit/checkpoint.h"
#include "audit/journal.h"
#include "audit/verify_follow.h"
#include "base/clock.h"

#include "../lib/live_log.h"
#include "../lib/suite.h"
#include "../lib/tempdir.h"

enum { FILE_OF = SG_JOURNAL_SEGMENT, BEHIND = 100 };

static const uint64_t day_ms = 86400000;

static struct sg_tempdir dir;
static struct sg_live_log live;
static struct sg_verify_known kept;
static uint64_t left_days = 1; /* how old the second file is, when it stays */
static uint64_t asked_ms;      /* how old what is gone must have been; 0: any age will do */
static struct sg_note_key key;
static uint8_t first_key[SG_KEY_SIZE];

/* Durability is not what is asked here, and the disk would be most of the time. */
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

static void must(enum scrubgate_status rc)
{
    if (rc < 0)
        fail_msg("%s", live.fault.what);
}

static void put(unsigned n, uint64_t days_ago)
{
    char text[96];
    uint64_t seq;
    const int len = snprintf(text, sizeof text, "\"time\":%" PRIu64 ",\"pad\":\"pad\"}",
                             sg_clock_wall_ms() - days_ago * day_ms);
    for (unsigned i = 0; i < n; i++)
        must(sg_log_append(live.log, (struct sg_bytes){(const uint8_t *)text, (size_t)len}, &seq));
    must(sg_log_commit(live.log, &live.fault));
}

static void keep_checkpoint(void)
{
    struct sg_checkpoint checkpoint;
    size_t len = 0;
    char *text = sg_tempdir_read(&dir, "audit/checkpoint", &len);
    assert_int_equal(
        sg_checkpoint_open(&checkpoint, NULL, (struct sg_bytes){(uint8_t *)text, len}, &key),
        SCRUBGATE_OK);
    kept = (struct sg_verify_known){checkpoint.size, checkpoint.root};
    free(text);
}

/* Two files of old records and some new ones; so many days are kept, 0: all. A checkpoint is kept
 * of before anything is removed. */
static void begin(uint64_t keep_days, unsigned old_files)
{
    sg_tempdir_make(&dir);
    live = (struct sg_live_log){.dir = dir.path, .keep_ms = keep_days * day_ms};
    must(sg_live_open(&live));
    put(FILE_OF, 500);
    put(FILE_OF, old_files > 1 ? 500 : left_days);
    must(sg_live_tick(&live, 1, true));
    keep_checkpoint();
    put(1, 20); /* else the clock would seem to have been set ahead */
    for (unsigned i = 0; i < 8; i++) {
        put(BEHIND / 8, 0);
        must(sg_live_tick(&live, 11, true));
    }
}

static void finish(void)
{
    must(sg_log_finish(live.log, &live.fault));
    sg_live_close(&live);
}

static void end(void)
{
    if (live.log != NULL)
        sg_live_close(&live);
    sg_tempdir_remove(&dir);
}

static void remove_file(const char *name)
{
    char path[512];
    sg_tempdir_path(&dir, name, path);
    assert_int_equal(unlink(path), 0);
}

static void say_removed(unsigned files)
{
    char text[32];
    const int len = snprintf(text, sizeof text, "first %u\n", files * FILE_OF);
    sg_tempdir_write(&dir, "audit/pruned", text, (size_t)len);
}

static void remove_by_hand(void)
{
    remove_file("audit/log/000000.ndjson");
}

static void remove_and_say(void)
{
    remove_by_hand();
    say_removed(1);
}

static void remove_one_more(void)
{
    remove_file("audit/log/000001.ndjson");
    say_removed(2);
}

static void spoil_tile(void)
{
    size_t len = 0;
    char *tile = sg_tempdir_read(&dir, "audit/tile/2/000.p/2", &len);
    tile[3] ^= 1;
    sg_tempdir_write(&dir, "audit/tile/2/000.p/2", tile, len);
    free(tile);
}

static void remove_tile(void)
{
    remove_file("audit/tile/2/000.p/2");
}

static void change_record(void)
{
    size_t len = 0;
    char *text = sg_tempdir_read(&dir, "audit/log/000002.ndjson", &len);
    char *pad = strstr(text, "\"pad\":\"pad");
    assert_non_null(pad);
    pad[8] = 'P';
    sg_tempdir_write(&dir, "audit/log/000002.ndjson", text, len);
    free(text);
}

static void remove_checkpoint(void)
{
    remove_file("audit/checkpoint");
}

enum { NONE = -1, UNREADABLE = -2 };
struct row {
    const char *name;
    uint64_t keep_days;
    unsigned old_files;
    void (*change)(void);
    int what; /* the first trouble, NONE, or UNREADABLE: */
    const char *said;
    uint64_t removed; /* records */
};

static const struct row rows[] = {
    {"nothing was removed", 0, 2, NULL, NONE, NULL, 0},
    {"the oldest file was", 400, 1, NULL, NONE, NULL, FILE_OF},
    {"the two oldest were", 400, 2, NULL, NONE, NULL, 2 * FILE_OF},
    {"by hand, and nothing says so", 0, 2, remove_by_hand, UNREADABLE, "000000.ndjson", 0},
    {"by hand, and only the file beside says so", 0, 2, remove_and_say, SG_VERIFY_REMOVED, NULL,
     FILE_OF},
    {"one more, by hand", 400, 1, remove_one_more, SG_VERIFY_REMOVED, NULL, 2 * FILE_OF},
    {"and the tile that stays for them was changed", 400, 2, spoil_tile, SG_VERIFY_KNOWN, NULL,
     2 * FILE_OF},
    {"and the tile that stays for them is gone", 400, 2, remove_tile, UNREADABLE, "restore tile/2",
     0},
    {"and a record behind was changed", 400, 2, change_record, SG_VERIFY_SEAL_ROOT, NULL,
     2 * FILE_OF},
    {"and nothing is signed", 400, 2, remove_checkpoint, UNREADABLE, "no checkpoint", 0},
};

static enum scrubgate_status check(const struct sg_verify_since *since,
                                   struct sg_verify_report *report, struct scrubgate_fault *fault)
{
    const struct sg_verify_watch nobody = {.progress = NULL};
    const struct sg_verify_config config = {.key = &key,
                                            .first_key = first_key,
                                            .known = &kept,
                                            .n_known = 1,
                                            .retention_ms = asked_ms};
    char path[512];
    sg_tempdir_path(&dir, "audit", path);
    return sg_verify_log_since(path, &config, since, &nobody, report, fault);
}

static void test_row(void **state)
{
    const struct row *row = *state;
    struct scrubgate_fault fault = {.what = ""};
    struct sg_verify_report report;
    const struct sg_verify_result *result = &report.result;
    begin(row->keep_days, row->old_files);
    finish();
    if (row->change != NULL)
        row->change();
    enum scrubgate_status rc = check(NULL, &report, &fault);
    if (row->what == UNREADABLE) {
        assert_int_equal(rc, SCRUBGATE_EMALFORMED);
        if (strstr(fault.what, row->said) == NULL && strstr(fault.file, row->said) == NULL)
            fail_msg("%s: %s", fault.file, fault.what);
        end();
        return;
    }
    if (rc != SCRUBGATE_OK)
        fail_msg("%s: %s", fault.file, fault.what);
    assert_int_equal(result->removed, row->removed);
    assert_int_equal(result->start, row->removed);
    if (row->what == NONE) {
        if (result->n_troubles > 0)
            fail_msg("%s", sg_verify_word(result->trouble[0].what));
        assert_int_equal(result->removal_told, row->removed > 0);
        assert_int_equal(result->proven, result->records);
        assert_true(row->removed == 0 || result->removal >= 2 * FILE_OF);
        assert_int_equal(result->known, 1);
    } else {
        assert_true(result->n_troubles > 0);
        assert_string_equal(sg_verify_word(result->trouble[0].what),
                            sg_verify_word((enum sg_verify_what)row->what));
    }
    end();
}

/* The first file is gone at 480 days, the second is 450 days old. */
static const struct age_row {
    const char *name;
    uint64_t asked_ms, kept_size;
    int what;
} age_rows[] = {
    {"it may be of any age", 0, 0, NONE},
    {"as old as is asked for", 400 * 86400000ull, 0, NONE},
    {"younger than is asked for, by what is left", 460 * 86400000ull, 0, SG_VERIFY_EARLY},
    {"nothing may be gone, and something is", UINT64_MAX, 0, SG_VERIFY_EARLY},
    {"a checkpoint was kept of what is gone", 0, 1000, SG_VERIFY_KEPT_GONE},
};

static void test_age(void **state)
{
    const struct age_row *row = *state;
    struct scrubgate_fault fault = {.what = ""};
    struct sg_verify_report report;
    const struct sg_verify_result *result = &report.result;
    left_days = 450;
    begin(480, 1);
    finish();
    left_days = 1;
    asked_ms = row->asked_ms;
    if (row->kept_size > 0)
        kept.size = row->kept_size;
    assert_int_equal(check(NULL, &report, &fault), SCRUBGATE_OK);
    asked_ms = 0;
    assert_int_equal(result->removed, FILE_OF);
    assert_int_equal(result->n_troubles, row->what == NONE ? 0 : 1);
    if (row->what != NONE)
        assert_int_equal(result->trouble[0].what, row->what);
    assert_int_equal(result->proven, result->records); /* what is left is what was signed */
    end();
}

static void test_since_what_is_gone(void **state)
{
    const struct sg_verify_since early = {.seq = 10}, late = {.seq = 2 * FILE_OF + 20};
    struct sg_verify_report report;
    struct scrubgate_fault fault = {.what = ""};
    (void)state;
    begin(400, 1);
    finish();
    assert_int_equal(check(&early, &report, &fault), SCRUBGATE_OK);
    assert_int_equal(report.result.n_troubles, 0);
    assert_int_equal(report.result.start, FILE_OF);
    assert_int_equal(check(&late, &report, &fault), SCRUBGATE_OK);
    assert_int_equal(report.result.n_troubles, 0);
    assert_int_equal(report.result.start, 2 * FILE_OF + 20);
    end();
}

/* Whoever follows a log sees files go behind him, and begins later the next time. */
static void test_followed(void **state)
{
    static const struct sg_verify_watch nobody;
    const struct sg_verify_config config = {.key = &key, .first_key = first_key};
    struct scrubgate_fault fault = {.what = ""};
    struct sg_verify_report report;
    struct sg_follow *follow = NULL;
    char path[512];
    (void)state;
    begin(400, 2);
    sg_tempdir_path(&dir, "audit", path);
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(sg_follow_open(&follow, path, &config, NULL, &nobody, &report, &fault),
                         SCRUBGATE_OK);
        for (uint64_t now = 1; now < 4; now++) {
            put(10, 0);
            must(sg_live_tick(&live, 2, true));
            assert_int_equal(sg_follow_look(follow, now * 1000000000, &fault), SCRUBGATE_OK);
        }
        assert_int_equal(report.result.removed, 2 * FILE_OF);
        sg_follow_close(follow);
    }
    end();
}

int main(void)
{
    sg_live_key(&key);
    sg_live_first_key(first_key);
    SG_SUITE_ROWS(test_row, rows);
    SG_SUITE_ROWS(test_age, age_rows);
    sg_suite_add("from before what is gone", test_since_what_is_gone, NULL);
    sg_suite_add("while it is followed", test_followed, NULL);
    return sg_suite_run("audit/test_verify_removed");
}
