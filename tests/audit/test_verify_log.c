/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_verify_log.c - a folder is checked: the record that was changed is named by file and line,
 * and a single one is proven.
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

#include "audit/journal.h"
#include "audit/proof.h"
#include "audit/prover.h"
#include "audit/verify_log.h"

#include "../lib/made_log.h"
#include "../lib/suite.h"
#include "../lib/tempdir.h"

enum { RECORDS = 40 };

static struct sg_tempdir dir;
static struct sg_made_log made;
static struct sg_note_key key;
static uint8_t first_key[SG_KEY_SIZE];

static void begin(void)
{
    sg_tempdir_make(&dir);
    sg_made_log(&made, RECORDS, 0);
    sg_made_write(&made, &dir, "audit");
    sg_made_key(0, &key);
    sg_made_first_key(0, first_key);
}

static void remove_tiles(void)
{
    char path[512];
    sg_tempdir_path(&dir, "audit/tile/0/000.p/40", path);
    assert_int_equal(unlink(path), 0);
}

static void spoil_tile(void)
{
    size_t len;
    char *tile = sg_tempdir_read(&dir, "audit/tile/0/000.p/40", &len);
    tile[33] ^= 1;
    sg_tempdir_write(&dir, "audit/tile/0/000.p/40", tile, len);
    free(tile);
}

static void check_folder(const char *name, struct sg_verify_report *report)
{
    struct scrubgate_fault fault = {.what = ""};
    struct sg_verify_config config = {.key = &key, .first_key = first_key};
    char path[512];
    sg_tempdir_path(&dir, name, path);
    assert_int_equal(sg_verify_log(path, &config, NULL, NULL, report, &fault), SCRUBGATE_OK);
}

static void check(struct sg_verify_report *report)
{
    check_folder("audit", report);
}

static void flip(void)
{
    *strstr(made.line[12], "masked") = 'n';
}

static void flip_two(void)
{
    *strstr(made.line[20], "masked") = 'n';
    *strstr(made.line[4], "masked") = 'n';
}

static void drop(void)
{
    sg_made_drop(&made, 12);
}

static void drop_renumbered(void)
{
    sg_made_drop(&made, 12);
    sg_made_renumber(&made);
}

static void flip_and_drop(void)
{
    flip();
    sg_made_drop(&made, 14);
}

static void cut(void)
{
    made.n = 20;
}

struct row {
    const char *name;
    void (*change)(void);
    void (*spoil)(void); /* the tiles */
    unsigned line;       /* that is named */
    enum sg_verify_what what;
    bool located;
    uint64_t proven;
};

static const struct row rows[] = {
    {"a changed record is named itself, by the tiles that were signed", flip, NULL, 13,
     SG_VERIFY_SEAL_ROOT, true, 12},
    {"the first of two", flip_two, NULL, 5, SG_VERIFY_SEAL_ROOT, true, 4},
    {"without tiles the seal behind it is", flip, remove_tiles, 16, SG_VERIFY_SEAL_ROOT, false, 7},
    {"tiles that were changed are not believed", flip, spoil_tile, 16, SG_VERIFY_SEAL_ROOT, false,
     7},
    {"a line dropped", drop, NULL, 13, SG_VERIFY_NO_RECORD, false, 12},
    {"a line dropped, the rest numbered anew", drop_renumbered, NULL, 13, SG_VERIFY_SEAL_ROOT, true,
     12},
    {"one changed before one that is dropped", flip_and_drop, NULL, 13, SG_VERIFY_NO_RECORD, true,
     12},
    {"the end cut off", cut, NULL, 21, SG_VERIFY_SHORT, false, 15},
};

static void test_row(void **state)
{
    const struct row *row = *state;
    struct sg_verify_report report;
    begin();
    row->change();
    sg_made_write_lines(&made, &dir, "audit");
    if (row->spoil != NULL)
        row->spoil();
    check(&report);
    assert_true(report.result.n_troubles > 0);
    assert_string_equal(sg_verify_word(report.result.trouble[0].what), sg_verify_word(row->what));
    assert_int_equal(report.place.line, row->line);
    assert_non_null(strstr(report.place.file, "audit/log/000000.ndjson"));
    assert_int_equal(report.located, row->located);
    assert_int_equal(report.result.proven, row->proven);
    assert_true(row->proven == 0 || report.result.proven_time > 0);
    sg_tempdir_remove(&dir);
}

static void test_a_log_as_it_was_written(void **state)
{
    struct sg_verify_report report;
    (void)state;
    begin();
    check(&report);
    assert_int_equal(report.result.n_troubles, 0);
    assert_int_equal(report.result.proven, RECORDS);
    assert_string_equal(report.place.file, "");
    spoil_tile();
    check(&report);
    assert_int_equal(report.result.n_troubles, 0);
    sg_tempdir_remove(&dir);
}

/* Who has the log's key signs what no seal fits: then records and tiles agree, and neither helps.
 */
static void test_what_is_signed_but_not_sealed(void **state)
{
    struct sg_verify_report report;
    (void)state;
    begin();
    flip();
    sg_made_sign(&made, RECORDS, 0);
    sg_made_write(&made, &dir, "signed");
    check_folder("signed", &report);
    assert_int_equal(report.result.trouble[0].what, SG_VERIFY_SEAL_ROOT);
    assert_int_equal(report.place.line, 16);
    assert_false(report.located);
    assert_int_equal(report.result.proven, 7);
    sg_tempdir_remove(&dir);
}

struct watched {
    uint64_t n, stop;
};

static enum scrubgate_status watch_record(void *ctx, uint64_t seq, struct sg_bytes record)
{
    struct watched *watched = ctx;
    assert_int_equal(seq, watched->n);
    assert_true(sg_bytes_equal(record, sg_bytes_of(made.line[seq])));
    return ++watched->n == watched->stop ? SCRUBGATE_ENOMEM : SCRUBGATE_OK;
}

static void test_who_watches_sees_each_record(void **state)
{
    struct sg_verify_report report;
    struct watched watched = {.stop = UINT64_MAX};
    const struct sg_verify_watch watch = {.record = watch_record, .record_ctx = &watched};
    const struct sg_verify_config config = {.key = &key};
    struct sg_hash root;
    char path[512];
    (void)state;
    begin();
    sg_tempdir_path(&dir, "audit", path);
    assert_int_equal(sg_verify_log_watched(path, &config, &watch, &report, NULL), SCRUBGATE_OK);
    assert_int_equal(watched.n, RECORDS);
    sg_made_root(&made, RECORDS, &root);
    assert_memory_equal(root.bytes, report.root.bytes, sizeof root.bytes);
    watched = (struct watched){.stop = 5};
    assert_int_equal(sg_verify_log_watched(path, &config, &watch, &report, NULL), SCRUBGATE_ENOMEM);
    assert_int_equal(watched.n, 5);
    sg_tempdir_remove(&dir);
}

static void test_a_folder_that_is_none(void **state)
{
    struct scrubgate_fault fault = {.what = ""};
    struct sg_verify_config config = {.key = &key};
    struct sg_verify_report report;
    char path[512];
    (void)state;
    begin();
    sg_tempdir_path(&dir, "none", path);
    assert_int_equal(sg_verify_log(path, &config, NULL, NULL, &report, &fault), SCRUBGATE_EIO);
    assert_string_not_equal(fault.what, "");
    sg_tempdir_remove(&dir);
}

static void test_a_log_that_is_open_is_live(void **state)
{
    struct sg_journal *journal = NULL;
    char path[512];
    (void)state;
    sg_tempdir_make(&dir);
    sg_tempdir_path(&dir, "audit", path);
    assert_false(sg_verify_is_live(path));
    assert_int_equal(sg_journal_open(&journal, path, NULL), SCRUBGATE_OK);
    assert_true(sg_verify_is_live(path));
    sg_journal_close(journal);
    assert_false(sg_verify_is_live(path));
    sg_tempdir_remove(&dir);
}

/* --- one record --- */

static enum scrubgate_status prove(uint64_t index, struct sg_buf *proof, struct sg_buf *record,
                                   struct scrubgate_fault *fault)
{
    char path[512];
    sg_tempdir_path(&dir, "audit", path);
    return sg_prove_record(path, index, proof, record, fault);
}

/* That proof and public key alone prove the record. */
static bool proves(struct sg_bytes file, struct sg_bytes record)
{
    struct sg_checkpoint checkpoint;
    struct sg_proof proof;
    struct sg_sha256 *sha = NULL;
    assert_int_equal(sg_sha256_new(&sha), SCRUBGATE_OK);
    bool good = sg_proof_read(&proof, file) >= 0 &&
                sg_checkpoint_open(&checkpoint, NULL, proof.checkpoint, &key) >= 0 &&
                sg_proof_verify(&proof, &checkpoint, record, sha) >= 0;
    sg_sha256_free(sha);
    return good;
}

static void assert_all_proven(void)
{
    for (uint64_t i = 0; i < RECORDS; i++) {
        struct sg_buf proof = {0}, record = {0};
        assert_int_equal(prove(i, &proof, &record, NULL), SCRUBGATE_OK);
        assert_true(sg_bytes_equal(sg_buf_bytes(&record), sg_bytes_of(made.line[i])));
        assert_true(proves(sg_buf_bytes(&proof), sg_buf_bytes(&record)));
        assert_false(proves(sg_buf_bytes(&proof), sg_bytes_of(made.line[(i + 1) % RECORDS])));
        sg_buf_fini(&proof);
        sg_buf_fini(&record);
    }
}

static void test_every_record_is_proven(void **state)
{
    (void)state;
    begin();
    assert_all_proven();
    spoil_tile();
    assert_all_proven();
    remove_tiles();
    assert_all_proven();
    sg_tempdir_remove(&dir);
}

static void test_no_bit_of_a_proof_may_change(void **state)
{
    struct sg_buf proof = {0}, record = {0};
    (void)state;
    begin();
    assert_int_equal(prove(20, &proof, &record, NULL), SCRUBGATE_OK);
    for (size_t i = 0; i < 8 * proof.len; i++) {
        proof.data[i / 8] ^= (uint8_t)(1 << i % 8);
        if (proves(sg_buf_bytes(&proof), sg_buf_bytes(&record)))
            fail_msg("bit %d of byte %d", (int)(i % 8), (int)(i / 8));
        proof.data[i / 8] ^= (uint8_t)(1 << i % 8);
    }
    sg_buf_fini(&proof);
    sg_buf_fini(&record);
    sg_tempdir_remove(&dir);
}

static void test_what_is_not_signed_is_not_proven(void **state)
{
    struct sg_buf proof = {0}, record = {0};
    struct scrubgate_fault fault = {.what = ""};
    (void)state;
    begin();
    assert_int_equal(prove(RECORDS, &proof, &record, &fault), SCRUBGATE_EINVAL);
    assert_non_null(strstr(fault.what, "40 records"));
    flip();
    sg_made_write_lines(&made, &dir, "audit");
    assert_int_equal(prove(12, &proof, &record, &fault), SCRUBGATE_EMALFORMED);
    assert_int_equal(fault.line, 13);
    cut();
    sg_made_write_lines(&made, &dir, "audit");
    assert_int_equal(prove(30, &proof, &record, &fault), SCRUBGATE_EMALFORMED);
    assert_int_equal(fault.line, 31);
    assert_int_equal(proof.len, 0);
    sg_buf_fini(&proof);
    sg_buf_fini(&record);
    sg_tempdir_remove(&dir);
}

int main(void)
{
    SG_SUITE_ROWS(test_row, rows);
    sg_suite_add("a log as it was written is proven, whatever its tiles say",
                 test_a_log_as_it_was_written, NULL);
    sg_suite_add("what is signed but not as it was sealed is proven up to the seal before",
                 test_what_is_signed_but_not_sealed, NULL);
    sg_suite_add("who watches a check sees each record once, in order, and may end it",
                 test_who_watches_sees_each_record, NULL);
    sg_suite_add("a folder that is none is no verdict", test_a_folder_that_is_none, NULL);
    sg_suite_add("a log that is open to write is live", test_a_log_that_is_open_is_live, NULL);
    sg_suite_add("every record is proven, with good tiles, bad ones, and none",
                 test_every_record_is_proven, NULL);
    sg_suite_add("no bit of a proof may change", test_no_bit_of_a_proof_may_change, NULL);
    sg_suite_add("what is not signed is not proven", test_what_is_not_signed_is_not_proven, NULL);
    return sg_suite_run("audit/test_verify_log");
}
