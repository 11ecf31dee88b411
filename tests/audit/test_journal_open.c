/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_journal_open.c - opening what a crash, or a hand, has left of an audit log.
 *
 * Zeros stand ahead of the lines: what of a write did not reach the disk reads as zeros.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "audit/journal.h"

#include "../lib/suite.h"
#include "../lib/tempdir.h"

#define FIRST  "log/000000.ndjson"
#define SECOND "log/000001.ndjson"
#define TORN   "log/000000.torn"

struct world {
    struct sg_tempdir dir;
    struct sg_journal *journal;
    struct scrubgate_fault fault;
};

static void setup(struct world *world)
{
    memset(world, 0, sizeof *world);
    sg_tempdir_make(&world->dir);
    sg_tempdir_mkdir(&world->dir, "log");
}

static void end(struct world *world)
{
    sg_journal_close(world->journal);
    sg_tempdir_remove(&world->dir);
}

static enum scrubgate_status open_log(struct world *world)
{
    return sg_journal_open(&world->journal, world->dir.path, &world->fault);
}

static void write_one(struct world *world, uint64_t want)
{
    uint64_t seq = UINT64_MAX;
    assert_int_equal(sg_journal_append(world->journal, SG_BYTES("\"a\":1}"), &seq), SCRUBGATE_OK);
    assert_int_equal(seq, want);
    assert_int_equal(sg_journal_commit(world->journal, &world->fault), SCRUBGATE_OK);
}

static void assert_file(struct world *world, const char *name, struct sg_bytes want)
{
    size_t len;
    char *text = sg_tempdir_read(&world->dir, name, &len);
    assert_int_equal(len, want.len);
    assert_memory_equal(text, want.data, len);
    free(text);
}

/* --- the last file --- */

#define R0   "{\"seq\":0,\"a\":1}\n"
#define R1   "{\"seq\":1,\"a\":1}\n"
#define R2   "{\"seq\":2,\"a\":1}\n"
#define NULS "\0\0\0\0\0\0\0\0"
/* A literal may hold NULs. */
#define T(text)                                                                                    \
    {                                                                                              \
        (const uint8_t *)(text), sizeof(text) - 1                                                  \
    }
#define NOTHING                                                                                    \
    {                                                                                              \
        NULL, 0                                                                                    \
    }

static const struct row {
    const char *name;
    struct sg_bytes file;
    enum scrubgate_status want;
    unsigned line;              /* of the fault */
    uint64_t next;              /* number of the next record */
    struct sg_bytes kept, torn; /* torn: what is set aside */
} rows[] = {
    {"an empty file is an empty log", T(""), SCRUBGATE_OK, 0, 0, T(""), NOTHING},
    {"whole lines are kept", T(R0 R1), SCRUBGATE_OK, 0, 2, T(R0 R1), NOTHING},
    {"a last line cut in the middle is set aside", T(R0 "{\"seq\":1,\"a"), SCRUBGATE_OK, 0, 1,
     T(R0), T("{\"seq\":1,\"a\n")},
    {"a last line without its LF is set aside", T(R0 "{\"seq\":1,\"a\":1}"), SCRUBGATE_OK, 0, 1,
     T(R0), T("{\"seq\":1,\"a\":1}\n")},
    {"the only line, cut, is set aside", T("{\"se"), SCRUBGATE_OK, 0, 0, T(""), T("{\"se\n")},
    {"a last line that is no JSON is set aside", T(R0 "{\"seq\":1,\"a\":}\n"), SCRUBGATE_OK, 0, 1,
     T(R0), T("{\"seq\":1,\"a\":}\n")},
    {"a last line with another seq is set aside", T(R0 R2), SCRUBGATE_OK, 0, 1, T(R0), T(R2)},
    {"a last line with two values is set aside", T(R0 "{\"seq\":1,\"a\":1}{}\n"), SCRUBGATE_OK, 0,
     1, T(R0), T("{\"seq\":1,\"a\":1}{}\n")},
    {"a last line that ends in CR LF is set aside", T(R0 "{\"seq\":1,\"a\":1}\r\n"), SCRUBGATE_OK,
     0, 1, T(R0), T("{\"seq\":1,\"a\":1}\r\n")},
    {"an empty last line is set aside", T(R0 "\n"), SCRUBGATE_OK, 0, 1, T(R0), T("\n")},
    {"a seq with a leading zero is no record", T(R0 "{\"seq\":01,\"a\":1}\n"), SCRUBGATE_OK, 0, 1,
     T(R0), T("{\"seq\":01,\"a\":1}\n")},
    {"a wrong line elsewhere stops the start", T("{\"seq\":0,\"a\":}\n" R1), SCRUBGATE_EMALFORMED,
     1, 0, NOTHING, NOTHING},
    {"a missing line stops the start", T(R0 R2 "{\"seq\":3,\"a\":1}\n"), SCRUBGATE_EMALFORMED, 2, 0,
     NOTHING, NOTHING},
    {"a line twice stops the start", T(R0 R0 R1), SCRUBGATE_EMALFORMED, 2, 0, NOTHING, NOTHING},
    {"an empty line elsewhere stops the start", T(R0 "\n" R1), SCRUBGATE_EMALFORMED, 2, 0, NOTHING,
     NOTHING},
    {"a wrong line before a torn one stops the start", T(R0 "x\n{\"seq\":1"), SCRUBGATE_EMALFORMED,
     2, 0, NOTHING, NOTHING},
    {"zeros alone are an empty log", T(NULS), SCRUBGATE_OK, 0, 0, T(NULS), NOTHING},
    {"zeros behind the last line are room", T(R0 NULS), SCRUBGATE_OK, 0, 1, T(R0 NULS), NOTHING},
    {"half a line before zeros is set aside", T(R0 "{\"seq\":1,\"a" NULS), SCRUBGATE_OK, 0, 1,
     T(R0), T("{\"seq\":1,\"a\n")},
    {"a line before zeros that lacks its LF is set aside", T(R0 "{\"seq\":1,\"a\":1}" NULS),
     SCRUBGATE_OK, 0, 1, T(R0), T("{\"seq\":1,\"a\":1}\n")},
    {"a wrong line before zeros is set aside", T(R0 R2 NULS), SCRUBGATE_OK, 0, 1, T(R0), T(R2)},
    {"a line with a hole is set aside", T(R0 "{\"seq\":\0\0\0\0\":1}\n"), SCRUBGATE_OK, 0, 1, T(R0),
     T("{\"seq\":\0\0\0\0\":1}\n")},
    {"what stands behind a hole is set aside", T(R0 NULS R2), SCRUBGATE_OK, 0, 1, T(R0),
     T(NULS R2)},
    {"lines behind a hole in a line are set aside", T(R0 "{\"seq\":1" NULS "}\n" R2), SCRUBGATE_OK,
     0, 1, T(R0), T("{\"seq\":1" NULS "}\n" R2)},
    {"two holes are set aside with what is between", T(R0 NULS R2 NULS "x" NULS), SCRUBGATE_OK, 0,
     1, T(R0), T(NULS R2 NULS "x\n")},
    {"a hole at the beginning leaves no line", T(NULS R1), SCRUBGATE_OK, 0, 0, T(""), T(NULS R1)},
    {"a wrong line before a hole stops the start", T(R0 "x\n" NULS "y"), SCRUBGATE_EMALFORMED, 2, 0,
     NOTHING, NOTHING},
};

static void check_torn(struct world *world, struct sg_bytes want)
{
    const struct sg_segment_torn *torn = sg_journal_torn(world->journal);
    uint8_t digest[SG_SHA256_SIZE];
    assert_int_equal(sg_tempdir_has(&world->dir, TORN), want.len > 0);
    if (want.len == 0) {
        assert_int_equal(torn->bytes, 0);
        return;
    }
    assert_file(world, TORN, want);
    assert_true(torn->bytes == want.len || torn->bytes + 1 == want.len); /* an LF may be ours */
    want.len = (size_t)torn->bytes;
    assert_int_equal(sg_sha256(want, digest), SCRUBGATE_OK);
    assert_memory_equal(torn->digest, digest, sizeof digest);
    assert_int_equal(torn->number, 0);
}

static void test_row(void **state)
{
    const struct row *row = *state;
    struct world world;
    struct sg_bytes lines = {row->kept.data, 0};
    char want[512];
    setup(&world);
    sg_tempdir_write(&world.dir, FIRST, row->file.data, row->file.len);
    assert_int_equal(open_log(&world), row->want);
    if (row->want < 0) {
        assert_null(world.journal);
        assert_int_equal(world.fault.line, row->line);
        assert_non_null(strstr(world.fault.file, "000000.ndjson"));
        assert_file(&world, FIRST, row->file); /* evidence stays as it was */
        assert_false(sg_tempdir_has(&world.dir, TORN));
        end(&world);
        return;
    }
    assert_int_equal(sg_journal_next(world.journal), row->next);
    assert_file(&world, FIRST, row->kept);
    check_torn(&world, row->torn);
    sg_journal_set_ahead(world.journal, 64);
    write_one(&world, row->next);
    sg_journal_close(world.journal);
    /* Closed, it ends with its last line. */
    lines.len = sg_bytes_find(row->kept, '\0');
    int len = snprintf(want, sizeof want, "%.*s{\"seq\":%u,\"a\":1}\n", (int)lines.len,
                       (const char *)lines.data, (unsigned)row->next);
    assert_file(&world, FIRST, (struct sg_bytes){(const uint8_t *)want, (size_t)len});
    assert_int_equal(open_log(&world), SCRUBGATE_OK);
    assert_int_equal(sg_journal_next(world.journal), row->next + 1);
    assert_int_equal(sg_journal_torn(world.journal)->bytes, 0);
    end(&world);
}

/* A checkpoint had more records than are there: nothing may be set aside. */
static void test_least(void **state)
{
    const struct row *row = *state;
    struct world world;
    setup(&world);
    sg_tempdir_write(&world.dir, FIRST, row->file.data, row->file.len);
    assert_int_equal(
        sg_journal_open_least(&world.journal, world.dir.path, row->next + 1, &world.fault),
        SCRUBGATE_EMALFORMED);
    assert_int_equal(world.fault.line, row->next + 1);
    assert_file(&world, FIRST, row->file);
    assert_false(sg_tempdir_has(&world.dir, TORN));
    end(&world);
}

static void test_a_line_longer_than_any_record_is_none(void **state)
{
    (void)state;
    struct world world;
    static char file[400000];
    setup(&world);
    memset(file, 'x', sizeof file);
    memcpy(file, "{\"seq\":0,\"a\":\"", 14);
    memcpy(file + sizeof file - 3, "\"}\n", 3);
    sg_tempdir_write(&world.dir, FIRST, file, sizeof file);
    assert_int_equal(open_log(&world), SCRUBGATE_OK);
    assert_int_equal(sg_journal_next(world.journal), 0);
    assert_file(&world, FIRST, SG_BYTES(""));
    end(&world);
}

/* As large as a read, and larger: what is held between two of them counts too. */
static void test_a_hole_of_any_length(void **state)
{
    (void)state;
    static const size_t lengths[] = {1, 100, 4096, 256 * 1024 - 40, 256 * 1024, 700000};
    static char file[800000];
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        struct world world;
        const size_t start = strlen(R0 R1 "{\"seq\""), len = start + lengths[i];
        setup(&world);
        memset(file, 0, sizeof file);
        memcpy(file, R0 R1 "{\"seq\"", start);
        memcpy(file + len, "\":1}\n", 5);
        sg_tempdir_write(&world.dir, FIRST, file, sizeof file);
        assert_int_equal(open_log(&world), SCRUBGATE_OK);
        assert_int_equal(sg_journal_next(world.journal), 2);
        assert_file(&world, FIRST, SG_BYTES(R0 R1));
        assert_int_equal(sg_journal_torn(world.journal)->bytes, len + 5 - strlen(R0 R1));
        sg_journal_set_ahead(world.journal, 1024 * 1024);
        assert_true(sg_journal_wants_fill(world.journal)); /* the zeros behind it went too */
        end(&world);
    }
}

static void test_a_second_torn_line_is_added_to_the_first(void **state)
{
    (void)state;
    struct world world;
    setup(&world);
    sg_tempdir_write(&world.dir, TORN, "old\n", 4);
    sg_tempdir_write(&world.dir, FIRST, "{\"s", 3);
    assert_int_equal(open_log(&world), SCRUBGATE_OK);
    assert_file(&world, TORN, SG_BYTES("old\n{\"s\n"));
    end(&world);
}

/* --- earlier files --- */

static const char last_line[] = "{\"seq\":65535,\"a\":1}\n";

static void remove_first(const char *path, size_t size)
{
    (void)size;
    assert_int_equal(unlink(path), 0);
}

static void cut_first(const char *path, size_t size)
{
    assert_int_equal(truncate(path, (off_t)size - 1), 0);
}

static void shorten_first(const char *path, size_t size)
{
    assert_int_equal(truncate(path, (off_t)(size - strlen(last_line))), 0);
}

static void empty_first(const char *path, size_t size)
{
    (void)size;
    assert_int_equal(truncate(path, 0), 0);
}

static void zero_first(const char *path, size_t size)
{
    empty_first(path, size);
    assert_int_equal(truncate(path, (off_t)size), 0);
}

static void lengthen_first(const char *path, size_t size)
{
    assert_int_equal(truncate(path, (off_t)size + 100000), 0);
}

static void write_behind_first(const char *path, size_t size)
{
    lengthen_first(path, size);
    FILE *file = fopen(path, "ab");
    assert_non_null(file);
    assert_int_equal(fputs("x", file) >= 0, 1);
    assert_int_equal(fclose(file), 0);
}

static const struct early {
    const char *name;
    void (*change)(const char *path, size_t size);
    const char *word; /* of the fault; NULL: it is opened all the same */
} earlies[] = {
    {"a missing file stops the start", remove_first, "missing"},
    {"an earlier file cut in its last line stops the start", cut_first, "last line"},
    {"an earlier file without its last line stops the start", shorten_first, "last line"},
    {"an earlier file that is empty stops the start", empty_first, "last line"},
    {"an earlier file of zeros stops the start", zero_first, "last line"},
    {"an earlier file from which the zeros were not cut is whole", lengthen_first, NULL},
    {"an earlier file with bytes behind its zeros stops the start", write_behind_first,
     "last line"},
};

static void test_early(void **state)
{
    const struct early *row = *state;
    struct world world;
    struct stat info;
    char path[512];
    uint64_t seq;
    setup(&world);
    assert_int_equal(open_log(&world), SCRUBGATE_OK);
    for (uint64_t i = 0; i <= SG_JOURNAL_SEGMENT; i++)
        assert_int_equal(sg_journal_append(world.journal, SG_BYTES("\"a\":1}"), &seq),
                         SCRUBGATE_OK);
    assert_int_equal(sg_journal_commit(world.journal, &world.fault), SCRUBGATE_OK);
    sg_journal_close(world.journal);
    world.journal = NULL;
    sg_tempdir_path(&world.dir, FIRST, path);
    assert_int_equal(stat(path, &info), 0);
    row->change(path, (size_t)info.st_size);
    assert_int_equal(open_log(&world), row->word == NULL ? SCRUBGATE_OK : SCRUBGATE_EMALFORMED);
    if (row->word != NULL) {
        assert_non_null(strstr(world.fault.file, "000000.ndjson"));
        assert_non_null(strstr(world.fault.what, row->word));
    } else {
        assert_int_equal(sg_journal_next(world.journal), SG_JOURNAL_SEGMENT + 1);
    }
    end(&world);
}

int main(void)
{
    SG_SUITE_ROWS(test_row, rows);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].torn.len > 0) {
            static char names[sizeof rows / sizeof *rows][128];
            (void)snprintf(names[i], sizeof names[i], "%s, not when it was signed", rows[i].name);
            sg_suite_add(names[i], test_least, &rows[i]);
        }
    sg_suite_add("a line longer than any record is none",
                 test_a_line_longer_than_any_record_is_none, NULL);
    sg_suite_add("a hole of any length is found", test_a_hole_of_any_length, NULL);
    sg_suite_add("a second torn line is added to the first",
                 test_a_second_torn_line_is_added_to_the_first, NULL);
    SG_SUITE_ROWS(test_early, earlies);
    return sg_suite_run("audit: opening what a crash has left");
}
