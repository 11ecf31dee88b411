/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_times.c - a segment is passed over only when no record of the time can be in it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "audit/journal.h"
#include "audit/times.h"
#include "base/buf.h"

#include "../lib/suite.h"
#include "../lib/tempdir.h"

/* A log of three full segments and one record, a record each 100 ms: a segment is 6,553.6 s, about
 * 1 h 49 min. Whatever is asked for has an hour of room before and behind. */
enum { SEGMENTS = 3, EACH_MS = 100 };
static const uint64_t start = UINT64_C(1795310760000), hour = 3600000;
static const uint64_t length = (uint64_t)SG_JOURNAL_SEGMENT * EACH_MS;

static struct sg_tempdir dir;
static struct sg_reader *reader;

/* The wall clock is an hour ahead from record `from` on, up to `to`; other_boot: of all behind. */
static void write_log(const char *name, uint64_t from, uint64_t to, uint64_t other_boot, bool index)
{
    char path[64];
    sg_tempdir_mkdir(&dir, name);
    (void)snprintf(path, sizeof path, "%s/log", name);
    sg_tempdir_mkdir(&dir, path);
    for (uint64_t segment = 0; segment <= SEGMENTS; segment++) {
        struct sg_buf lines = {0}, places = {0};
        uint64_t first = segment * SG_JOURNAL_SEGMENT;
        uint64_t behind = segment < SEGMENTS ? first + SG_JOURNAL_SEGMENT : first + 1;
        for (uint64_t seq = first; seq < behind; seq++) {
            uint64_t step = seq >= from && seq < to ? hour : 0;
            for (int i = 7; i >= 0; i--)
                assert_true(sg_buf_add_byte(&places, (uint8_t)(lines.len >> 8 * i)) >= 0);
            assert_true(
                sg_buf_addf(
                    &lines, "{\"seq\":%llu,\"time\":%llu,\"mono_ns\":%llu,\"boot\":\"%s\"}\n",
                    (unsigned long long)seq, (unsigned long long)(start + seq * EACH_MS + step),
                    (unsigned long long)(seq * EACH_MS * 1000000),
                    seq < other_boot ? "a" : "b") >= 0);
        }
        (void)snprintf(path, sizeof path, "%s/log/%06d.ndjson", name, (int)segment);
        sg_tempdir_write(&dir, path, lines.data, lines.len);
        (void)snprintf(path, sizeof path, "%s/log/%06d.index", name, (int)segment);
        if (index)
            sg_tempdir_write(&dir, path, places.data, places.len);
        sg_buf_fini(&lines);
        sg_buf_fini(&places);
    }
}

static void open_log(const char *name)
{
    char path[512];
    sg_tempdir_path(&dir, name, path);
    assert_int_equal(sg_reader_open(&reader, path, NULL), SCRUBGATE_OK);
}

/* Which segments may have something of a time: "0123". */
static void assert_may_be(uint64_t from_ms, uint64_t to_ms, const char *want)
{
    char is[SEGMENTS + 2] = "";
    size_t n = 0;
    for (uint64_t segment = 0; segment <= SEGMENTS; segment++) {
        if (sg_times_may_be(reader, segment, from_ms, to_ms))
            is[n++] = (char)('0' + segment);
    }
    assert_string_equal(is, want);
}

static void test_steady(void **state)
{
    (void)state;
    write_log("steady", 0, 0, UINT64_MAX, true);
    open_log("steady");
    assert_may_be(0, UINT64_MAX, "0123");
    assert_may_be(start + length / 2, start + length / 2 + 1, "013");
    assert_may_be(start + length + length / 2, start + length + length / 2 + 1, "0123");
    assert_may_be(start + 2 * length + length / 2 + hour / 4, UINT64_MAX, "23");
    assert_may_be(start + 3 * length + 2 * hour, UINT64_MAX, "3");
    assert_may_be(0, start - 2 * hour, "3");
    assert_may_be(start + length + 61 * 60000, start + length + 61 * 60000 + 1, "123");
    sg_reader_close(reader);
}

static void test_no_index(void **state)
{
    (void)state;
    write_log("bare", 0, 0, UINT64_MAX, false);
    open_log("bare");
    assert_may_be(0, start - 2 * hour, "0123");
    sg_reader_close(reader);
}

static void test_a_step(void **state)
{
    (void)state;
    write_log("step", SG_JOURNAL_SEGMENT + 30000, SG_JOURNAL_SEGMENT + 50000, UINT64_MAX, true);
    open_log("step");
    assert_may_be(0, start - 2 * hour, "13");
    sg_reader_close(reader);
}

static void test_a_new_boot(void **state)
{
    (void)state;
    write_log("boot", 0, 0, 2 * SG_JOURNAL_SEGMENT + 7, true);
    open_log("boot");
    assert_may_be(0, start - 2 * hour, "23");
    sg_reader_close(reader);
}

int main(void)
{
    sg_tempdir_make(&dir);
    sg_suite_add("segments of another time are passed over, with room", test_steady, NULL);
    sg_suite_add("not without an index", test_no_index, NULL);
    sg_suite_add("not where the clock was stepped, even to and fro", test_a_step, NULL);
    sg_suite_add("not where another gateway began", test_a_new_boot, NULL);
    int rc = sg_suite_run("audit/test_times");
    sg_tempdir_remove(&dir);
    return rc;
}
