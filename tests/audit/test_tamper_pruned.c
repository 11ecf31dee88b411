/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_tamper_pruned.c - old records may go, and only they, and only after a record that says so:
 * who removes others and makes the log look as if it had been pruned is found.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "../lib/live_log.h"
#include "../lib/suite.h"
#include "../lib/tempdir.h"

enum { FILE_RECORDS = 65536, BEHIND = 30 };

#define FIRST  "audit/log/000000.ndjson"
#define SECOND "audit/log/000001.ndjson"
#define PRUNED "audit/pruned"
#define TOP    "audit/tile/2/000.p/1"

static struct sg_tempdir dir;

/* One full file and the beginning of another, sealed and signed; honestly: the first has gone. */
static void make_log(bool honestly)
{
    struct sg_live_log live = {.dir = dir.path, .keep_ms = honestly ? 1 : 0};
    assert_int_equal(sg_live_open(&live), SCRUBGATE_OK);
    assert_int_equal(sg_live_put(&live, FILE_RECORDS - 5, 120), SCRUBGATE_OK);
    assert_int_equal(sg_live_put(&live, BEHIND, 120), SCRUBGATE_OK);
    /* Removal may wait for a later look. */
    for (unsigned i = 0; i < 5 || (honestly && i < 50 && sg_tempdir_has(&dir, FIRST)); i++)
        assert_true(sg_live_tick(&live, 11, true) >= 0);
    assert_int_equal(sg_log_finish(live.log, &live.fault), SCRUBGATE_OK);
    sg_live_close(&live);
    assert_int_equal(sg_tempdir_has(&dir, FIRST), !honestly);
}

static void remove_file(const char *name)
{
    char path[512];
    sg_tempdir_path(&dir, name, path);
    assert_int_equal(unlink(path), 0);
}

static void change_byte(const char *name, size_t at)
{
    size_t len;
    char *text = sg_tempdir_read(&dir, name, &len);
    text[at % len] ^= 1;
    sg_tempdir_write(&dir, name, text, len);
    free(text);
}

static void say_pruned(const char *text)
{
    sg_tempdir_write(&dir, PRUNED, text, strlen(text));
}

/* --- what is done --- */

static void nothing(void)
{
}

static void pretend(void)
{
    remove_file(FIRST);
    say_pruned("first 65536\n");
}

static void pretend_beside(void)
{
    say_pruned("first 65536\n"); /* the file is there, and is not looked at */
    change_byte(FIRST, 1000);
}

static void only_remove(void)
{
    remove_file(FIRST);
}

static void forget_it(void)
{
    remove_file(PRUNED);
}

static void all_gone(void)
{
    remove_file(SECOND);
    say_pruned("first 131072\n");
}

static void nonsense(void)
{
    say_pruned("first 65537\n");
}

static void nothing_gone(void)
{
    say_pruned("first 0\n");
}

static void change_top(void)
{
    change_byte(TOP, 7);
}

static void change_behind(void)
{
    change_byte(SECOND, 300);
}

static void remove_top(void)
{
    remove_file(TOP);
}

static const struct row {
    const char *name;
    bool honestly;
    void (*act)(void);
    bool proven;
} rows[] = {
    {"nothing removed, nothing done", false, nothing, true},
    {"removed after a record that says so", true, nothing, true},
    {"a file removed, and pruned says that it was old", false, pretend, false},
    {"a file that is there called old, and changed", false, pretend_beside, false},
    {"a file removed", false, only_remove, false},
    {"it was old, but pruned is gone", true, forget_it, false},
    {"all files removed, and pruned says that they were old", true, all_gone, false},
    {"pruned says what cannot be", true, nonsense, false},
    {"pruned says that nothing is gone", true, nothing_gone, false},
    {"what stands for the removed records is changed", true, change_top, false},
    {"what stands for the removed records is gone", true, remove_top, false},
    {"a record behind the removed ones is changed", true, change_behind, false},
};

static void test_row(void **state)
{
    const struct row *row = *state;
    struct sg_verify_report report;
    struct scrubgate_fault fault = {.what = ""};
    sg_tempdir_make(&dir);
    make_log(row->honestly);
    row->act();
    enum scrubgate_status rc = sg_live_verify(dir.path, NULL, 0, &report, &fault);
    const bool proven = rc >= 0 && report.result.n_troubles == 0;
    if (proven != row->proven)
        fail_msg("%s: %s", row->name,
                 rc < 0                         ? fault.what
                 : report.result.n_troubles > 0 ? sg_verify_word(report.result.trouble[0].what)
                                                : "PROVEN");
    if (rc < 0)
        assert_string_not_equal(fault.what, "");
    sg_tempdir_remove(&dir);
}

int main(void)
{
    if (getenv("TMPDIR") == NULL && access("/dev/shm", W_OK) == 0)
        assert_int_equal(setenv("TMPDIR", "/dev/shm", 0), 0);
    SG_SUITE_ROWS(test_row, rows);
    return sg_suite_run("audit/test_tamper_pruned");
}
