/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_verify_since.c - a check that begins later proves what it reads, says where it began, and
 * believes of the rest only what was signed.
 */
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

#include "audit/verify_log.h"
#include "base/buf.h"
#include "base/clock.h"

#include "../lib/live_log.h"
#include "../lib/suite.h"
#include "../lib/tempdir.h"

enum { RECORDS = 700, KEPT = 400, EACH = 50, LINE = 200 };

static struct sg_tempdir dir;
static struct sg_live_log live;
static struct sg_verify_known kept;
static uint64_t kept_time;
static struct sg_note_key key;
static uint8_t first_key[SG_KEY_SIZE];

static void must(enum scrubgate_status rc)
{
    if (rc < 0)
        fail_msg("%s", live.fault.what);
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

/* Seals every 11 seconds; a checkpoint is kept in the middle. */
static void write_log(void)
{
    sg_tempdir_make(&dir);
    live = (struct sg_live_log){.dir = dir.path};
    must(sg_live_open(&live));
    for (unsigned i = 0; i < RECORDS; i += EACH) {
        must(sg_live_put(&live, EACH, LINE));
        must(sg_live_tick(&live, 11, true));
        if (kept.size > 0 || i < KEPT)
            continue;
        keep_checkpoint();
        kept_time = sg_clock_wall_ms() + 1;
        while (sg_clock_wall_ms() < kept_time) /* what follows is later */
            continue;
    }
    must(sg_log_finish(live.log, &live.fault));
    sg_live_close(&live);
}

/* What rows change. Writing the log is slow, so it is put back. */
static struct {
    const char *name;
    char *text;
    size_t len;
} files[] = {{"audit/log/000000.ndjson", NULL, 0},
             {"audit/log/000000.index", NULL, 0},
             {"audit/tile/0/000", NULL, 0},
             {"audit/tile/1/000.p/2", NULL, 0},
             {"audit/checkpoint", NULL, 0}};
static struct sg_verify_known as_kept;

static void begin(void)
{
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        if (files[i].text == NULL)
            files[i].text = sg_tempdir_read(&dir, files[i].name, &files[i].len);
        sg_tempdir_write(&dir, files[i].name, files[i].text, files[i].len);
    }
    kept = as_kept;
}

static void check(const struct sg_verify_since *since, struct sg_verify_report *report)
{
    const struct sg_verify_watch nobody = {.progress = NULL};
    struct scrubgate_fault fault = {.what = ""};
    char path[512];
    sg_tempdir_path(&dir, "audit", path);
    const struct sg_verify_config config = {.key = &key,
                                            .first_key = first_key,
                                            .known = since->kept,
                                            .n_known = since->kept == NULL ? 0 : 1};
    assert_int_equal(sg_verify_log_since(path, &config, since, &nobody, report, &fault),
                     SCRUBGATE_OK);
}

/* Changes a letter of that record's padding. */
static void change(uint64_t seq)
{
    char head[32];
    size_t len = 0;
    char *text = sg_tempdir_read(&dir, "audit/log/000000.ndjson", &len);
    (void)snprintf(head, sizeof head, "{\"seq\":%llu,", (unsigned long long)seq);
    char *line = strstr(text, head);
    assert_non_null(line);
    char *pad = strchr(line, '\n') - 4;
    *pad = *pad == 'x' ? 'y' : 'x';
    sg_tempdir_write(&dir, "audit/log/000000.ndjson", text, len);
    free(text);
}

static void spoil_tile(const char *name, size_t at)
{
    size_t len = 0;
    char *tile = sg_tempdir_read(&dir, name, &len);
    tile[at] ^= 1;
    sg_tempdir_write(&dir, name, tile, len);
    free(tile);
}

static void remove_file(const char *name)
{
    char path[512];
    sg_tempdir_path(&dir, name, path);
    assert_int_equal(unlink(path), 0);
}

static void change_before(void)
{
    change(12);
}

static void change_behind(void)
{
    change(kept.size + 5);
}

static void spoil_upper_tile(void)
{
    spoil_tile("audit/tile/1/000.p/2", 3);
}

static void remove_tiles(void)
{
    remove_file("audit/tile/0/000");
    remove_file("audit/tile/1/000.p/2");
}

static void remove_index(void)
{
    remove_file("audit/log/000000.index");
}

static void spoil_and_change_before(void)
{
    spoil_upper_tile();
    change_before();
}

static void forget_root(void)
{
    kept.root.bytes[0] ^= 1;
}

static void keep_later(void)
{
    kept.size = 10000;
}

static void remove_checkpoint(void)
{
    remove_file("audit/checkpoint");
}

enum how { BY_KEPT, BY_SEQ, BY_TIME, BY_LONG_AGO };
struct row {
    const char *name;
    enum how how;
    void (*change)(void);
    int what;     /* the first trouble, or -1 */
    bool located; /* at kept.size + 5 */
    bool whole;   /* all was read */
};

static const struct row rows[] = {
    {"behind a checkpoint that was kept", BY_KEPT, NULL, -1, false, false},
    {"at a record", BY_SEQ, NULL, -1, false, false},
    {"at a time", BY_TIME, NULL, -1, false, false},
    {"at a time before the first record: all is read", BY_LONG_AGO, NULL, -1, false, true},
    {"what stands before is not read", BY_KEPT, change_before, -1, false, false},
    {"a record behind is named", BY_KEPT, change_behind, SG_VERIFY_SEAL_ROOT, true, false},
    {"and from a record on", BY_SEQ, change_behind, SG_VERIFY_SEAL_ROOT, true, false},
    {"a tile that was changed proves nothing against the log", BY_KEPT, spoil_upper_tile, -1, false,
     false},
    {"and from a record on", BY_SEQ, spoil_upper_tile, -1, false, false},
    {"tiles that are missing are made up from the records", BY_KEPT, remove_tiles, -1, false,
     false},
    {"without its tile, a record that was changed is found by the kept root", BY_KEPT,
     spoil_and_change_before, SG_VERIFY_KNOWN, false, false},
    {"and from a record on by what was signed behind it", BY_SEQ, spoil_and_change_before,
     SG_VERIFY_SEAL_ROOT, false, false},
    {"without an index", BY_KEPT, remove_index, -1, false, false},
    {"a checkpoint of another log", BY_KEPT, forget_root, SG_VERIFY_KNOWN, false, false},
    {"a checkpoint of more than there is: all is read", BY_KEPT, keep_later, SG_VERIFY_SHORT, false,
     true},
    {"a log that is not signed: all is read", BY_KEPT, remove_checkpoint, SG_VERIFY_NO_CHECKPOINT,
     false, true},
};

static void test_row(void **state)
{
    const struct row *row = *state;
    struct sg_verify_report report;
    const struct sg_verify_result *result = &report.result;
    begin();
    if (row->change != NULL)
        row->change();
    const struct sg_verify_since since = {.kept = row->how == BY_KEPT ? &kept : NULL,
                                          .seq = row->how == BY_SEQ ? kept.size : 0,
                                          .time = row->how == BY_TIME       ? kept_time
                                                  : row->how == BY_LONG_AGO ? 1
                                                                            : 0};
    check(&since, &report);
    if (row->what < 0 && result->n_troubles > 0)
        fail_msg("%s", sg_verify_word(result->trouble[0].what));
    if (row->what >= 0) {
        assert_true(result->n_troubles > 0);
        assert_string_equal(sg_verify_word(result->trouble[0].what),
                            sg_verify_word((enum sg_verify_what)row->what));
    }
    assert_int_equal(report.located, row->located);
    if (row->located)
        assert_int_equal(result->trouble[0].seq, kept.size + 5);
    if (row->whole)
        assert_int_equal(result->start, 0);
    else if (row->how == BY_TIME)
        assert_true(result->start > 0 && result->start < RECORDS);
    else
        assert_int_equal(result->start, kept.size);
    if (row->what < 0) {
        assert_true(result->proven == result->records && result->records >= RECORDS);
        assert_true(row->whole || result->first_epoch > 0);
        assert_true(result->seals > result->first_epoch);
    }
}

struct before {
    const char *name;
    void (*change)(void);
    int what; /* the trouble, or -1 */
};

static const struct before befores[] = {
    {"a checkpoint that was kept from before is compared too", NULL, -1},
    {"and without tiles", remove_tiles, -1},
    {"one of another log is found though its records are not read", forget_root, SG_VERIFY_KNOWN},
};

static void test_before(void **state)
{
    const struct before *row = *state;
    const struct sg_verify_watch nobody = {.progress = NULL};
    const struct sg_verify_config config = {
        .key = &key, .first_key = first_key, .known = &kept, .n_known = 1};
    struct scrubgate_fault fault = {.what = ""};
    struct sg_verify_report report;
    char path[512];
    begin();
    if (row->change != NULL)
        row->change();
    const struct sg_verify_since since = {.seq = kept.size + 100};
    sg_tempdir_path(&dir, "audit", path);
    assert_int_equal(sg_verify_log_since(path, &config, &since, &nobody, &report, &fault),
                     SCRUBGATE_OK);
    assert_int_equal(report.result.start, kept.size + 100);
    assert_int_equal(report.result.n_troubles, row->what < 0 ? 0 : 1);
    if (row->what >= 0)
        assert_int_equal(report.result.trouble[0].what, row->what);
    else
        assert_int_equal(report.result.known, 1);
}

static void test_a_record_that_is_not_there(void **state)
{
    const struct sg_verify_watch nobody = {.progress = NULL};
    const struct sg_verify_since since = {.seq = 10000};
    const struct sg_verify_config config = {.key = &key};
    struct scrubgate_fault fault = {.what = ""};
    struct sg_verify_report report;
    char path[512];
    (void)state;
    begin();
    sg_tempdir_path(&dir, "audit", path);
    assert_int_equal(sg_verify_log_since(path, &config, &since, &nobody, &report, &fault),
                     SCRUBGATE_EINVAL);
    assert_non_null(strstr(fault.what, "nothing to begin at record 10000"));
}

int main(void)
{
    sg_live_key(&key);
    sg_live_first_key(first_key);
    write_log();
    as_kept = kept;
    SG_SUITE_ROWS(test_row, rows);
    SG_SUITE_ROWS(test_before, befores);
    sg_suite_add("at a record that is not there", test_a_record_that_is_not_there, NULL);
    int code = sg_suite_run("audit/test_verify_since");
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        free(files[i].text);
    sg_tempdir_remove(&dir);
    return code;
}
