/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_verify.c - a log is proven as it was written, and not once anything of it was changed.
 *
 *     a log of 40 records, a seal at 7, 15, 23, 31, 39 -> what an attacker does -> the verdict
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "audit/verify.h"

#include "../lib/alloc_fail.h"
#include "../lib/made_log.h"
#include "../lib/suite.h"

enum { RECORDS = 40, NONE = -1 };

static struct sg_made_log log_;

struct row {
    const char *name;
    void (*change)(struct sg_made_log *log);
    int what; /* the first trouble, or NONE: it is proven */
    uint64_t from, seq;
    bool no_key;     /* the auditor has no first key */
    bool live;       /* a gateway writes it */
    size_t kept;     /* the auditor kept the checkpoint of so many records */
    unsigned who;    /* whose public key he has */
    uint64_t proven; /* records */
};

/* --- what is done to it --- */

static void flip(struct sg_made_log *log)
{
    *strstr(log->line[12], "masked") = 'n';
}

static void break_json(struct sg_made_log *log)
{
    *strstr(log->line[12], "\"class_uid\"") = ' ';
}

static void flip_in_seal(struct sg_made_log *log)
{
    char *mac = strstr(log->line[15], "\"mac\":\"") + 7;
    *mac = *mac == '0' ? '1' : '0';
}

static void drop(struct sg_made_log *log)
{
    sg_made_drop(log, 12);
}

static void drop_renumbered(struct sg_made_log *log)
{
    sg_made_drop(log, 12);
    sg_made_renumber(log);
}

static void swap(struct sg_made_log *log)
{
    sg_made_swap(log, 12);
}

static void swap_renumbered(struct sg_made_log *log)
{
    sg_made_swap(log, 12);
    sg_made_renumber(log);
}

static void twice(struct sg_made_log *log)
{
    sg_made_double(log, 12);
}

static void twice_renumbered(struct sg_made_log *log)
{
    sg_made_double(log, 12);
    sg_made_renumber(log);
}

static void cut_anywhere(struct sg_made_log *log)
{
    log->n = 20;
}

static void cut_behind_seal(struct sg_made_log *log)
{
    log->n = 24;
}

static void cut_and_sign(struct sg_made_log *log)
{
    log->n = 20;
    sg_made_sign(log, 20, 0);
}

/* The end is made anew with the keys of today: all that a thief finds. */
static void cut_and_go_on(struct sg_made_log *log)
{
    struct sg_seal_key today = log->seal_key;
    log->n = 20;
    sg_made_fill(log, RECORDS, 1);
    log->seal_key = today;
    sg_made_reseal(log, 20);
}

static void cut_go_on_and_sign(struct sg_made_log *log)
{
    cut_and_go_on(log);
    sg_made_sign(log, RECORDS, 0);
}

static void reseal(struct sg_made_log *log)
{
    flip(log);
    sg_made_reseal(log, 12);
}

static void reseal_and_sign(struct sg_made_log *log)
{
    reseal(log);
    sg_made_sign(log, RECORDS, 0);
}

/* With all keys, also those of the past. */
static void fork_with_all_keys(struct sg_made_log *log)
{
    sg_made_log(log, RECORDS, 0);
    log->n = 24;
    log->seal_key = (struct sg_seal_key){.epoch = 0};
    sg_made_first_key(0, log->seal_key.key);
    assert_int_equal(sg_seal_reach(&log->seal_key, 3), SCRUBGATE_OK);
    sg_made_fill(log, RECORDS, 2);
    sg_made_sign(log, RECORDS, 0);
}

static void old_checkpoint(struct sg_made_log *log)
{
    sg_made_sign(log, 32, 0);
}

static void roll_back(struct sg_made_log *log)
{
    log->n = 32;
    sg_made_sign(log, 32, 0);
}

static void no_checkpoint(struct sg_made_log *log)
{
    log->checkpoint[0] = '\0';
}

static void change_checkpoint(struct sg_made_log *log)
{
    *strstr(log->checkpoint, "\n40\n") = ' ';
}

static void others_signature(struct sg_made_log *log)
{
    sg_made_sign(log, RECORDS, 1);
}

static void drop_seal(struct sg_made_log *log)
{
    sg_made_drop(log, 15);
    sg_made_renumber(log);
    sg_made_sign(log, log->n, 0);
}

static void seal_twice(struct sg_made_log *log)
{
    sg_made_double(log, 15);
    sg_made_renumber(log);
    sg_made_sign(log, log->n, 0);
}

static void seal_without_mac(struct sg_made_log *log)
{
    memcpy(strstr(log->line[15], "\"mac\""), "\"mad\"", 5);
}

static void seal_of_another_size(struct sg_made_log *log)
{
    memcpy(strstr(log->line[15], "\"size\":15"), "\"size\":14", 9);
    sg_made_sign(log, RECORDS, 0);
}

static void first_seal_late(struct sg_made_log *log)
{
    sg_made_log(log, 7, 0);
    sg_made_add(log, "late");
    assert_int_equal(sg_seal_next(&log->seal_key), SCRUBGATE_OK);
    sg_made_fill(log, RECORDS, 0);
    sg_made_sign(log, RECORDS, 0);
}

static void never_sealed(struct sg_made_log *log)
{
    sg_made_log(log, 7, 0);
}

static void killed(struct sg_made_log *log)
{
    sg_made_fill(log, 43, 0);
    sg_made_sign(log, 43, 0);
}

static void still_open(struct sg_made_log *log)
{
    sg_made_fill(log, 43, 0);
}

/* Only a gateway that no longer seals leaves so much behind. */
static void no_longer_sealed(struct sg_made_log *log)
{
    while (log->n < 63)
        sg_made_add(log, "late");
    sg_made_sign(log, 63, 0);
}

static void newer_than_its_seal(struct sg_made_log *log)
{
    char *time = strstr(log->line[12], "\"mono_ns\":") + 10;
    *time = '9';
    log->seal_key = (struct sg_seal_key){.epoch = 0};
    sg_made_first_key(0, log->seal_key.key);
    assert_int_equal(sg_seal_reach(&log->seal_key, 1), SCRUBGATE_OK);
    log->n = 15;
    sg_made_fill(log, RECORDS, 0);
    sg_made_sign(log, RECORDS, 0);
}

static void empty(struct sg_made_log *log)
{
    sg_made_log(log, 0, 0);
}

static const struct row rows[] = {
    {"a log as it was written is proven", NULL, NONE, .proven = 40},
    {"without the first key too, by its signature", NULL, NONE, .no_key = true, .proven = 40},
    {"an empty log is proven, as signed", empty, NONE, .proven = 0},
    {"a byte flipped is found by the next seal", flip, SG_VERIFY_SEAL_ROOT, 7, 15, .proven = 7},
    {"and without the first key", flip, SG_VERIFY_SEAL_ROOT, 7, 15, .no_key = true},
    {"a line that is no JSON", break_json, SG_VERIFY_NO_RECORD, 12, 12, .proven = 7},
    {"a seal's mac flipped", flip_in_seal, SG_VERIFY_SEAL_KEY, 8, 15, .proven = 7},
    {"a seal's mac flipped, without the first key: the next seal's root", flip_in_seal,
     SG_VERIFY_SEAL_ROOT, 15, 23, .no_key = true},
    {"a line dropped", drop, SG_VERIFY_NO_RECORD, 12, 12, .proven = 7},
    {"a line dropped and the rest numbered anew", drop_renumbered, SG_VERIFY_SEAL_ROOT, 7, 14,
     .proven = 7},
    {"two lines swapped", swap, SG_VERIFY_NO_RECORD, 12, 12, .proven = 7},
    {"two lines swapped and numbered anew", swap_renumbered, SG_VERIFY_SEAL_ROOT, 7, 15,
     .proven = 7},
    {"a line twice", twice, SG_VERIFY_NO_RECORD, 13, 13, .proven = 7},
    {"a line twice, numbered anew", twice_renumbered, SG_VERIFY_SEAL_ROOT, 7, 16, .proven = 7},
    {"cut off anywhere", cut_anywhere, SG_VERIFY_SHORT, 20, 20, .proven = 15},
    {"cut off behind a seal", cut_behind_seal, SG_VERIFY_SHORT, 24, 24, .proven = 23},
    {"cut off and signed again: the last seal is missing", cut_and_sign, SG_VERIFY_UNSEALED, 16, 16,
     .proven = 20},
    {"cut off and gone on with, with the seal key of today", cut_and_go_on, SG_VERIFY_SEAL_KEY, 16,
     23, .proven = 15},
    {"cut off and gone on with, without the first key: it is not what was signed", cut_and_go_on,
     SG_VERIFY_ROOT, 39, 39, .no_key = true},
    {"the same, signed again", cut_go_on_and_sign, SG_VERIFY_SEAL_KEY, 16, 23, .proven = 15},
    {"changed and sealed again with the key of today", reseal, SG_VERIFY_SEAL_KEY, 8, 15,
     .proven = 7},
    {"the same, signed again", reseal_and_sign, SG_VERIFY_SEAL_KEY, 8, 15, .proven = 7},
    {"which without the first key cannot be seen", reseal_and_sign, NONE, .no_key = true,
     .proven = 40},
    {"but by a checkpoint that was kept", reseal_and_sign, SG_VERIFY_KNOWN, 15, 15, .no_key = true,
     .kept = 16},
    {"forked with all keys cannot be seen by itself", fork_with_all_keys, NONE, .proven = 40},
    {"forked, with a checkpoint kept of the other branch", fork_with_all_keys, SG_VERIFY_KNOWN, 31,
     31, .kept = 32, .proven = 31},
    {"with one of before the fork it is the same log", fork_with_all_keys, NONE, .kept = 24,
     .proven = 40},
    {"a checkpoint of before", old_checkpoint, SG_VERIFY_UNSIGNED, 32, 32, .proven = 39},
    {"rolled back whole cannot be seen by itself", roll_back, NONE, .proven = 32},
    {"rolled back, with a checkpoint kept from later", roll_back, SG_VERIFY_SHORT, 32, 32,
     .kept = 40, .proven = 32},
    {"no checkpoint", no_checkpoint, SG_VERIFY_NO_CHECKPOINT, .proven = 39},
    {"a changed checkpoint", change_checkpoint, SG_VERIFY_SIGNATURE, .proven = 39},
    {"a stranger's signature", others_signature, SG_VERIFY_SIGNATURE, .proven = 39},
    {"another log's public key", NULL, SG_VERIFY_SIGNATURE, .who = 1, .proven = 39},
    {"a seal dropped", drop_seal, SG_VERIFY_SEAL_MISSING, 8, 22, .proven = 7},
    {"a seal twice", seal_twice, SG_VERIFY_SEAL_TWICE, 16, 16, .proven = 15},
    {"a seal that is none", seal_without_mac, SG_VERIFY_SEAL_FORM, 15, 15, .proven = 7},
    {"a seal that tells another size", seal_of_another_size, SG_VERIFY_SEAL_ROOT, 7, 15,
     .no_key = true, .proven = 0},
    {"the first seal is of a later epoch", first_seal_late, SG_VERIFY_SEAL_MISSING, 0, 15,
     .proven = 0},
    {"never sealed", never_sealed, SG_VERIFY_UNSEALED, 0, 0, .proven = 7},
    {"never sealed yet, by a gateway that has just started", never_sealed, NONE, .live = true,
     .proven = 7},
    {"killed: its last records are not sealed", killed, SG_VERIFY_UNSEALED, 40, 40, .proven = 43},
    {"a gateway is running: its last records will be sealed", killed, NONE, .live = true,
     .proven = 43},
    {"and signed", still_open, NONE, .live = true, .proven = 40},
    {"a running gateway that no longer seals", no_longer_sealed, SG_VERIFY_UNSEALED, 40, 40,
     .live = true, .proven = 63},
    {"a record that is newer than the seal behind it", newer_than_its_seal, SG_VERIFY_TIME, 15, 15,
     .proven = 7},
};

/* --- the check --- */

struct run {
    const struct sg_made_log *log;
    struct sg_verify_config config;
    struct sg_verify_result result;
};

static enum scrubgate_status check(void *ctx)
{
    struct run *run = ctx;
    struct sg_verify *verify = NULL;
    enum scrubgate_status rc = sg_verify_open(&verify, &run->config);
    for (size_t i = 0; i < run->log->n && rc == SCRUBGATE_OK; i++)
        rc = sg_verify_take(verify, sg_bytes_of(run->log->line[i]));
    if (rc >= 0)
        rc = sg_verify_end(verify);
    if (rc >= 0)
        run->result = *sg_verify_result(verify);
    sg_verify_close(verify);
    return rc;
}

static void test_row(void **state)
{
    const struct row *row = *state;
    struct sg_note_key key;
    struct sg_verify_known known = {.size = row->kept};
    uint8_t first_key[SG_KEY_SIZE];
    sg_made_log(&log_, RECORDS, 0);
    if (row->kept > 0)
        sg_made_root(&log_, row->kept, &known.root);
    if (row->change != NULL)
        row->change(&log_);
    sg_made_key(row->who, &key);
    sg_made_first_key(0, first_key);
    struct run run = {&log_,
                      {.key = &key,
                       .checkpoint = sg_bytes_of(log_.checkpoint),
                       .first_key = row->no_key ? NULL : first_key,
                       .known = &known,
                       .n_known = row->kept > 0 ? 1 : 0,
                       .live = row->live},
                      {.n_troubles = 0}};
    assert_int_equal(check(&run), SCRUBGATE_OK);
    if (row->what == NONE && run.result.n_troubles > 0)
        fail_msg("%s at %d", sg_verify_word(run.result.trouble[0].what),
                 (int)run.result.trouble[0].seq);
    if (row->what != NONE) {
        assert_true(run.result.n_troubles > 0);
        assert_string_equal(sg_verify_word(run.result.trouble[0].what),
                            sg_verify_word((enum sg_verify_what)row->what));
        assert_int_equal(run.result.trouble[0].seq, row->seq);
        assert_int_equal(run.result.trouble[0].from, row->from);
    }
    assert_int_equal(run.result.proven, row->proven);
}

static void test_the_wrong_first_key(void **state)
{
    struct sg_note_key key;
    uint8_t first_key[SG_KEY_SIZE];
    (void)state;
    sg_made_log(&log_, RECORDS, 0);
    sg_made_key(0, &key);
    sg_made_first_key(1, first_key);
    struct run run = {
        &log_,
        {.key = &key, .checkpoint = sg_bytes_of(log_.checkpoint), .first_key = first_key},
        {.n_troubles = 0}};
    assert_int_equal(check(&run), SCRUBGATE_OK);
    assert_int_equal(run.result.n_troubles, 1);
    assert_int_equal(run.result.trouble[0].what, SG_VERIFY_SEAL_KEY);
    assert_int_equal(run.result.proven, 0);
}

static void test_every_byte_counts(void **state)
{
    struct sg_note_key key;
    uint8_t first_key[SG_KEY_SIZE];
    (void)state;
    sg_made_log(&log_, 16, 0);
    sg_made_key(0, &key);
    sg_made_first_key(0, first_key);
    struct run run = {
        &log_,
        {.key = &key, .checkpoint = sg_bytes_of(log_.checkpoint), .first_key = first_key},
        {.n_troubles = 0}};
    for (size_t i = 0; i < log_.n; i++) {
        for (char *c = log_.line[i]; *c != '\0'; c++) {
            char kept = *c;
            *c = (char)(kept ^ 1);
            assert_int_equal(check(&run), SCRUBGATE_OK);
            if (run.result.n_troubles == 0)
                fail_msg("byte %d of record %d", (int)(c - log_.line[i]), (int)i);
            *c = kept;
        }
    }
    for (char *c = log_.checkpoint; *c != '\0'; c++) {
        char kept = *c;
        *c = (char)(kept ^ 1);
        run.config.checkpoint = sg_bytes_of(log_.checkpoint);
        assert_int_equal(check(&run), SCRUBGATE_OK);
        if (run.result.n_troubles == 0)
            fail_msg("byte %d of the checkpoint", (int)(c - log_.checkpoint));
        *c = kept;
    }
}

static void test_what_it_tells(void **state)
{
    struct sg_note_key key;
    (void)state;
    sg_made_log(&log_, RECORDS, 0);
    sg_made_key(0, &key);
    struct run run = {
        &log_, {.key = &key, .checkpoint = sg_bytes_of(log_.checkpoint)}, {.n_troubles = 0}};
    assert_int_equal(check(&run), SCRUBGATE_OK);
    assert_int_equal(run.result.records, RECORDS);
    assert_int_equal(run.result.signed_size, RECORDS);
    assert_true(run.result.signed_root);
    assert_int_equal(run.result.seals, 5);
    assert_int_equal(run.result.sealed, RECORDS);
    assert_int_equal(run.result.steps, 0);
    assert_int_equal(run.result.proven_time - run.result.first_time, (RECORDS - 1) * 1000);
}

static void test_a_clock_that_was_set(void **state)
{
    struct sg_note_key key;
    (void)state;
    sg_made_log(&log_, 15, 0);
    sg_made_seal(&log_);
    char *time = strstr(log_.line[15], "\"time\":1795") + 7;
    memcpy(time, "1796", 4);
    sg_made_sign(&log_, 16, 0);
    sg_made_key(0, &key);
    struct run run = {
        &log_, {.key = &key, .checkpoint = sg_bytes_of(log_.checkpoint)}, {.n_troubles = 0}};
    assert_int_equal(check(&run), SCRUBGATE_OK);
    assert_int_equal(run.result.n_troubles, 0);
    assert_int_equal(run.result.steps, 1);
}

/* --- finding the record --- */

/* Nodes of the log as it was, but that the leaf of one record is told wrong. */
struct hearsay {
    struct sg_hash leaf[RECORDS];
    uint64_t lie; /* a record; RECORDS: none */
    size_t at;    /* the next record of log_ */
};

static enum scrubgate_status tell_node(void *ctx, unsigned level, uint64_t index,
                                       struct sg_hash *out)
{
    const struct hearsay *hearsay = ctx;
    struct sg_merkle_range range = {.size = 0};
    struct sg_sha256 *sha = NULL;
    assert_int_equal(sg_sha256_new(&sha), SCRUBGATE_OK);
    for (uint64_t i = index << level; i < (index + 1) << level; i++)
        assert_int_equal(sg_merkle_push(&range, sha, &hearsay->leaf[i], NULL, NULL), SCRUBGATE_OK);
    assert_int_equal(sg_merkle_root(&range, sha, out), SCRUBGATE_OK);
    sg_sha256_free(sha);
    if (level == 0 && index == hearsay->lie)
        out->bytes[0] ^= 1;
    return SCRUBGATE_OK;
}

static enum scrubgate_status next_line(void *ctx, struct sg_bytes *record)
{
    struct hearsay *hearsay = ctx;
    *record = sg_bytes_of(log_.line[hearsay->at++]);
    return SCRUBGATE_OK;
}

static const struct locate_row {
    const char *name;
    uint64_t changed, lie; /* RECORDS: none */
    uint64_t same;
    bool other, proven;
} locate_rows[] = {
    {"nothing changed: all of it is the same", RECORDS, RECORDS, RECORDS, false, true},
    {"the record that was changed is found", 12, RECORDS, 12, true, true},
    {"the first one", 0, RECORDS, 0, true, true},
    {"a leaf told wrong does not blame its record", RECORDS, 6, 6, false, true},
    {"a leaf told wrong that spoils the way to the root proves nothing", RECORDS, 5, 0, false,
     false},
};

static void test_locate(void **state)
{
    const struct locate_row *row = *state;
    struct hearsay hearsay = {.lie = row->lie};
    struct sg_sha256 *sha = NULL;
    struct sg_hash root;
    uint64_t same = 99;
    bool blamed = false;
    sg_made_log(&log_, RECORDS, 0);
    sg_made_root(&log_, RECORDS, &root);
    assert_int_equal(sg_sha256_new(&sha), SCRUBGATE_OK);
    for (size_t i = 0; i < RECORDS; i++)
        assert_int_equal(sg_merkle_leaf(sha, sg_bytes_of(log_.line[i]), &hearsay.leaf[i]),
                         SCRUBGATE_OK);
    sg_sha256_free(sha);
    if (row->changed < RECORDS)
        *strstr(log_.line[row->changed], "masked") = 'n';
    assert_int_equal(
        sg_verify_locate(NULL, RECORDS, &root, tell_node, next_line, &hearsay, &same, &blamed),
        row->proven ? SCRUBGATE_OK : SCRUBGATE_EMALFORMED);
    assert_int_equal(same, row->same);
    assert_int_equal(blamed, row->other);
}

static void test_without_memory(void **state)
{
    struct sg_note_key key;
    uint8_t first_key[SG_KEY_SIZE];
    (void)state;
    sg_made_log(&log_, RECORDS, 0);
    flip(&log_);
    sg_made_key(0, &key);
    sg_made_first_key(0, first_key);
    struct run run = {
        &log_,
        {.key = &key, .checkpoint = sg_bytes_of(log_.checkpoint), .first_key = first_key},
        {.n_troubles = 0}};
    for (size_t n = 0;; n++) {
        run.result.n_troubles = 0;
        sg_alloc_fail_start(n);
        enum scrubgate_status rc = check(&run);
        bool refused = sg_alloc_fail_stop();
        assert_true(rc < 0 || run.result.n_troubles > 0);
        if (!refused)
            break;
    }
}

int main(void)
{
    SG_SUITE_ROWS(test_row, rows);
    sg_suite_add("the wrong first key fits no seal", test_the_wrong_first_key, NULL);
    sg_suite_add("every byte of records and checkpoint counts", test_every_byte_counts, NULL);
    sg_suite_add("it tells what was signed, sealed and when", test_what_it_tells, NULL);
    sg_suite_add("a clock that was set is told, and is no trouble", test_a_clock_that_was_set,
                 NULL);
    SG_SUITE_ROWS(test_locate, locate_rows);
    sg_suite_add("without memory nothing is proven", test_without_memory, NULL);
    return sg_suite_run("audit/test_verify");
}
