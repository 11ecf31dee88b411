/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_verify_derived.c - a tile or index that is not what the records give is named, and proves
 * nothing against a record.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "audit/verify_log.h"

#include "../lib/live_log.h"
#include "../lib/suite.h"
#include "../lib/tempdir.h"

enum { RECORDS = 66000, PART = 1000 };

static struct sg_tempdir dir;

struct row {
    const char *name, *file;
    size_t at;         /* the byte that is changed; or: */
    bool removed, cut; /* the file is gone, or ends there */
    const char *found; /* NULL: nothing is said */
    bool missing;
    uint64_t n;
};

static const struct row rows[] = {
    {"as they were written", NULL, 0, false, false, NULL, false, 0},
    {"a full tile", "tile/0/012", 40, false, false, "tile/0/012", false, 1},
    {"the last byte of a full tile", "tile/0/255", 8191, false, false, "tile/0/255", false, 1},
    {"a full tile that is missing", "tile/0/013", 0, true, false, "tile/0/013", true, 1},
    {"a full tile that is cut", "tile/0/014", 64, false, true, "tile/0/014", true, 1},
    {"a full tile of roots", "tile/1/000", 64, false, false, "tile/1/000", false, 1},
    {"a partial tile", "tile/2/000.p/1", 0, false, false, "tile/2/000.p/1", false, 1},
    {"a partial tile that is missing is of before", "tile/2/000.p/1", 0, true, false, NULL, false,
     0},
    {"an entry of an index", "log/000000.index", 8 * 500 + 7, false, false, "log/000000.index",
     false, 1},
    {"an index that is missing", "log/000000.index", 0, true, false, "log/000000.index", true, 1},
    {"an index that is cut", "log/000000.index", 8 * 500, false, true, "log/000000.index", false,
     1},
    {"the index of the last file may be behind", "log/000001.index", 80, false, true, NULL, false,
     0},
    {"but not wrong", "log/000001.index", 80, false, false, "log/000001.index", false, 1},
};

static void write_log(void)
{
    struct sg_live_log live = {.dir = dir.path};
    enum scrubgate_status rc = sg_live_open(&live);
    for (unsigned i = 0; i < RECORDS && rc >= 0; i += PART) {
        rc = sg_live_put(&live, PART, 150);
        if (rc >= 0)
            rc = sg_live_tick(&live, 1, false);
    }
    if (rc >= 0)
        rc = sg_log_finish(live.log, &live.fault);
    if (rc < 0)
        fail_msg("%s", live.fault.what);
    sg_live_close(&live);
}

/* Changes the file as the row says. The bytes that were there. */
static char *change(const struct row *row, const char *name, size_t *len)
{
    char path[512];
    if (row->file == NULL || !sg_tempdir_has(&dir, name))
        return NULL;
    char *kept = sg_tempdir_read(&dir, name, len);
    sg_tempdir_path(&dir, name, path);
    if (row->removed) {
        assert_int_equal(unlink(path), 0);
    } else if (row->cut) {
        sg_tempdir_write(&dir, name, kept, row->at);
    } else {
        kept[row->at] ^= 1;
        sg_tempdir_write(&dir, name, kept, *len);
        kept[row->at] ^= 1;
    }
    return kept;
}

static void test_row(void **state)
{
    const struct row *row = *state;
    struct sg_verify_report report;
    struct scrubgate_fault fault = {.what = ""};
    char name[128] = "audit/";
    size_t len = 0;
    if (row->file != NULL)
        (void)strncat(name, row->file, sizeof name - 16);
    char *kept = change(row, name, &len);
    assert_int_equal(sg_live_verify(dir.path, NULL, 0, &report, &fault), SCRUBGATE_OK);
    if (kept != NULL)
        sg_tempdir_write(&dir, name, kept, len);
    free(kept);
    if (report.result.n_troubles > 0)
        fail_msg("%s", sg_verify_word(report.result.trouble[0].what));
    assert_true(report.result.proven > RECORDS);
    assert_string_equal(report.derived.first, row->found == NULL ? "" : row->found);
    assert_int_equal(report.derived.missing, row->missing);
    assert_int_equal(report.derived.n, row->n);
}

int main(void)
{
    sg_tempdir_make(&dir);
    write_log();
    SG_SUITE_ROWS(test_row, rows);
    int code = sg_suite_run("audit/test_verify_derived");
    sg_tempdir_remove(&dir);
    return code;
}
