/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_index.c - what is written to an index is read back, and nothing else than a file is one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <fcntl.h>
#include <unistd.h>
#include <cmocka.h>

#include "audit/index.h"
#include "audit/journal.h"

#include "../lib/suite.h"
#include "../lib/tempdir.h"

enum { SECOND = SG_JOURNAL_SEGMENT };

static struct sg_tempdir dir;
static int folder;

static void begin(void)
{
    sg_tempdir_make(&dir);
    folder = open(dir.path, O_RDONLY | O_DIRECTORY);
    assert_true(folder >= 0);
}

static void end(void)
{
    (void)close(folder);
    sg_tempdir_remove(&dir);
}

static void write_entries(uint64_t seq, const uint64_t *offsets, size_t n, bool whole)
{
    struct sg_buf entries = {0};
    for (size_t i = 0; i < n; i++)
        assert_int_equal(sg_index_add(&entries, offsets[i]), SCRUBGATE_OK);
    assert_int_equal(sg_index_write(folder, seq, &entries, whole), SCRUBGATE_OK);
    sg_buf_fini(&entries);
}

static void expect_entry(uint64_t seq, uint64_t offset)
{
    uint8_t entry[SG_INDEX_ENTRY];
    assert_int_equal(sg_index_read(folder, seq, entry, sizeof entry), sizeof entry);
    assert_int_equal(sg_index_offset(entry), offset);
}

static void test_an_entry_is_eight_bytes_the_highest_first(void **state)
{
    uint8_t entry[SG_INDEX_ENTRY];
    static const uint8_t want[] = {1, 2, 3, 4, 5, 6, 7, 8};
    (void)state;
    sg_index_put(entry, UINT64_C(0x0102030405060708));
    assert_memory_equal(entry, want, sizeof want);
    assert_int_equal(sg_index_offset(entry), UINT64_C(0x0102030405060708));
}

static void test_it_grows(void **state)
{
    static const uint64_t first[] = {0, 100, 250}, more[] = {300, UINT64_MAX};
    (void)state;
    begin();
    write_entries(0, first, 3, true);
    write_entries(3, more, 2, false);
    expect_entry(0, 0);
    expect_entry(2, 250);
    expect_entry(3, 300);
    expect_entry(4, UINT64_MAX);
    assert_true(sg_index_has(folder, 0, 5));
    assert_false(sg_index_has(folder, 0, 4));
    end();
}

static void test_made_whole_it_holds_nothing_else(void **state)
{
    static const uint64_t five[] = {0, 1, 2, 3, 4}, two[] = {0, 9};
    (void)state;
    begin();
    write_entries(0, five, 5, true);
    write_entries(0, two, 2, true);
    assert_true(sg_index_has(folder, 0, 2));
    expect_entry(1, 9);
    end();
}

static void test_each_segment_has_its_own(void **state)
{
    static const uint64_t one[] = {0, 7}, other[] = {0, 8};
    (void)state;
    begin();
    write_entries(0, one, 2, true);
    write_entries(SECOND, other, 2, true);
    expect_entry(1, 7);
    expect_entry(SECOND + 1, 8);
    assert_true(sg_tempdir_has(&dir, "000001.index"));
    end();
}

static void test_what_is_not_there(void **state)
{
    static const uint64_t two[] = {0, 9};
    uint8_t entries[4 * SG_INDEX_ENTRY];
    (void)state;
    begin();
    assert_int_equal(sg_index_read(folder, 0, entries, sizeof entries), 0);
    assert_false(sg_index_has(folder, 0, 0));
    write_entries(0, two, 2, true);
    assert_int_equal(sg_index_read(folder, 0, entries, sizeof entries), 2 * SG_INDEX_ENTRY);
    assert_int_equal(sg_index_read(folder, 1, entries, sizeof entries), SG_INDEX_ENTRY);
    assert_int_equal(sg_index_read(folder, 2, entries, sizeof entries), 0);
    end();
}

/* Whoever can write to the folder must not make us read elsewhere, or wait. */
static void test_a_link_and_a_pipe_are_none(void **state)
{
    uint8_t entry[SG_INDEX_ENTRY];
    struct sg_buf entries = {0};
    char path[512];
    (void)state;
    begin();
    sg_tempdir_write(&dir, "secret", "12345678", 8);
    sg_tempdir_path(&dir, "000000.index", path);
    assert_int_equal(symlink("secret", path), 0);
    sg_tempdir_path(&dir, "000001.index", path);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(sg_index_add(&entries, 1), SCRUBGATE_OK);
    for (uint64_t seq = 0; seq <= SECOND; seq += SECOND) {
        assert_int_equal(sg_index_read(folder, seq, entry, sizeof entry), 0);
        assert_int_equal(sg_index_write(folder, seq, &entries, false), SCRUBGATE_EIO);
        assert_false(sg_index_has(folder, seq / SECOND, 1));
    }
    char *kept = sg_tempdir_read(&dir, "secret", NULL);
    assert_string_equal(kept, "12345678");
    free(kept);
    sg_buf_fini(&entries);
    end();
}

int main(void)
{
    sg_suite_add("an entry is eight bytes, the highest first",
                 test_an_entry_is_eight_bytes_the_highest_first, NULL);
    sg_suite_add("it grows by what is written behind it", test_it_grows, NULL);
    sg_suite_add("made whole it holds nothing else", test_made_whole_it_holds_nothing_else, NULL);
    sg_suite_add("each segment has its own", test_each_segment_has_its_own, NULL);
    sg_suite_add("of what is not there nothing is read", test_what_is_not_there, NULL);
    sg_suite_add("a link and a pipe are none", test_a_link_and_a_pipe_are_none, NULL);
    return sg_suite_run("audit/test_index");
}
