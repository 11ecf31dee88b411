/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_verify_follow.c - a log that grows is proven as it grows, and the first trouble is told.
 *
 * The times that look is told are made up: nothing here waits.
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

#include "audit/verify_follow.h"
#include "audit/witnessed.h"

#include "../lib/cosigner.h"
#include "../lib/live_log.h"
#include "../lib/suite.h"
#include "../lib/tempdir.h"

enum { LINE = 200 };

static const uint64_t second = 1000000000;

static struct sg_tempdir dir;
static struct sg_live_log live;
static struct sg_follow *follow;
static struct sg_verify_report report;
static struct sg_note_key key;
static struct sg_policy *policy;
static uint8_t first_key[SG_KEY_SIZE];
static uint64_t now;

static void must(enum scrubgate_status rc)
{
    if (rc < 0)
        fail_msg("%s", live.fault.what);
}

static void open_follow(const struct sg_policy *asked, const struct sg_seal_key *seal_key)
{
    static const struct sg_verify_watch nobody;
    static char path[512];
    struct scrubgate_fault fault = {.what = ""};
    const struct sg_verify_config config = {
        .key = &key, .first_key = first_key, .policy = asked, .seal_key = seal_key};
    sg_tempdir_path(&dir, "audit", path);
    if (sg_follow_open(&follow, path, &config, NULL, &nobody, &report, &fault) < 0)
        fail_msg("%s", fault.what);
}

/* A log of 30 records, sealed and signed; somebody follows it and has looked once. */
static void begin(const struct sg_policy *asked)
{
    sg_tempdir_make(&dir);
    now = 1000 * second;
    live = (struct sg_live_log){.dir = dir.path};
    must(sg_live_open(&live));
    must(sg_live_put(&live, 30, LINE));
    must(sg_live_tick(&live, 11, true));
    must(sg_live_tick(&live, 11, true));
    open_follow(asked, NULL);
}

static void end(void)
{
    sg_follow_close(follow);
    if (live.log != NULL)
        sg_live_close(&live);
    sg_tempdir_remove(&dir);
}

static enum scrubgate_status look(uint64_t seconds)
{
    struct scrubgate_fault fault = {.what = ""};
    now += seconds * second;
    return sg_follow_look(follow, now, &fault);
}

static void expect_fine(uint64_t at_least)
{
    enum scrubgate_status rc = look(1);
    if (rc != SCRUBGATE_OK)
        fail_msg("%d %s", (int)rc, sg_verify_word(report.result.trouble[0].what));
    if (report.result.proven < at_least)
        fail_msg("%d proven", (int)report.result.proven);
    assert_int_equal(report.result.proven, report.result.records);
    assert_int_equal(report.derived.n, 0);
}

static void expect_trouble(uint64_t seconds, enum sg_verify_what what)
{
    assert_int_equal(look(seconds), SCRUBGATE_DONE);
    assert_string_equal(sg_verify_word(report.result.trouble[0].what), sg_verify_word(what));
}

static void grow(unsigned n)
{
    must(sg_live_put(&live, n, LINE));
    must(sg_live_tick(&live, 11, true));
}

/* --- it grows --- */

static void test_it_grows(void **state)
{
    (void)state;
    begin(NULL);
    expect_fine(30);
    for (unsigned i = 1; i <= 20; i++) {
        grow(40);
        expect_fine(30 + i * 40);
    }
    expect_fine(830);
    end();
}

static void test_over_files(void **state)
{
    (void)state;
    begin(NULL);
    expect_fine(30);
    for (unsigned i = 0; i < 7; i++) {
        grow(10000);
        expect_fine(30 + i * 10000);
    }
    assert_true(report.result.proven > 65536);
    end();
}

static void test_what_is_not_signed_is_left_alone(void **state)
{
    (void)state;
    begin(NULL);
    expect_fine(30);
    const uint64_t proven = report.result.proven;
    must(sg_live_put(&live, 5, LINE));
    expect_fine(30);
    assert_int_equal(report.result.proven, proven);
    must(sg_live_tick(&live, 2, true));
    expect_fine(proven + 5);
    end();
}

static void test_a_gateway_that_starts_again(void **state)
{
    (void)state;
    begin(NULL);
    expect_fine(30);
    must(sg_log_finish(live.log, &live.fault));
    sg_live_close(&live);
    for (unsigned i = 0; i < 10; i++) {
        now += 100 * second;
        expect_fine(30);
    }
    must(sg_live_open(&live));
    grow(10);
    expect_fine(40);
    end();
}

/* --- the gateway's own key --- */

/* The key goes on before its seal is signed, and again and again while the log is followed. */
static void test_a_seal_key_that_is_ahead_for_a_moment(void **state)
{
    struct sg_seal_key seal_key = {.epoch = 0};
    (void)state;
    begin(NULL);
    expect_fine(31);
    sg_follow_close(follow);
    memcpy(seal_key.key, first_key, sizeof first_key);
    assert_int_equal(sg_seal_reach(&seal_key, report.result.seals + 1), SCRUBGATE_OK);
    open_follow(NULL, &seal_key);
    expect_fine(31);
    for (unsigned i = 0; i < 5; i++) {
        grow(10);
        expect_fine(31);
    }
    must(sg_log_finish(live.log, &live.fault));
    sg_live_close(&live);
    for (unsigned i = 0; i < 5; i++) {
        now += 100 * second;
        expect_fine(31);
    }
    end();
}

static void test_a_seal_key_of_another_log(void **state)
{
    struct sg_seal_key seal_key = {.epoch = 1};
    (void)state;
    begin(NULL);
    sg_follow_close(follow);
    open_follow(NULL, &seal_key);
    expect_trouble(1, SG_VERIFY_SEAL_STATE);
    end();
}

/* --- it does not --- */

static void test_a_change_before_it_is_read(void **state)
{
    size_t len = 0;
    (void)state;
    begin(NULL);
    expect_fine(30);
    grow(40);
    char *text = sg_tempdir_read(&dir, "audit/log/000000.ndjson", &len);
    char *line = strstr(text, "{\"seq\":50,");
    assert_non_null(line);
    char *pad = strchr(line, '\n') - 4;
    *pad = *pad == 'x' ? 'y' : 'x';
    sg_tempdir_write(&dir, "audit/log/000000.ndjson", text, len);
    free(text);
    expect_trouble(1, SG_VERIFY_SEAL_ROOT);
    assert_true(report.located);
    assert_int_equal(report.result.trouble[0].seq, 50);
    assert_int_equal(report.place.line, 51);
    end();
}

static void test_a_log_put_back(void **state)
{
    size_t len = 0;
    (void)state;
    begin(NULL);
    char *old = sg_tempdir_read(&dir, "audit/checkpoint", &len);
    grow(40);
    expect_fine(70);
    sg_tempdir_write(&dir, "audit/checkpoint", old, len);
    expect_trouble(1, SG_VERIFY_ROLLED_BACK);
    free(old);
    end();
}

/* Signs that root for as many records as are signed now. */
static void sign_another_root(void)
{
    struct sg_checkpoint checkpoint = {
        sg_bytes_of(SG_LIVE_ORIGIN), report.result.signed_size, {{7}}};
    struct sg_signer *signer = sg_live_signer();
    struct sg_buf note = {0};
    assert_int_equal(sg_checkpoint_add(&note, &checkpoint, &key, signer), SCRUBGATE_OK);
    sg_tempdir_write(&dir, "audit/checkpoint", note.data, note.len);
    sg_buf_fini(&note);
    sg_signer_free(signer);
}

static void test_a_fork(void **state)
{
    (void)state;
    begin(NULL);
    expect_fine(30);
    sign_another_root();
    expect_trouble(1, SG_VERIFY_FORKED);
    end();
}

static void test_a_checkpoint_that_is_none(void **state)
{
    char path[512];
    (void)state;
    begin(NULL);
    expect_fine(30);
    sg_tempdir_write(&dir, "audit/checkpoint", "nothing\n", 8);
    expect_trouble(1, SG_VERIFY_SIGNATURE);
    end();
    begin(NULL);
    expect_fine(30);
    sg_tempdir_path(&dir, "audit/checkpoint", path);
    assert_int_equal(unlink(path), 0);
    expect_trouble(1, SG_VERIFY_NO_CHECKPOINT);
    end();
}

static void test_records_that_are_signed_and_gone(void **state)
{
    size_t len = 0;
    (void)state;
    begin(NULL);
    expect_fine(30);
    char *text = sg_tempdir_read(&dir, "audit/log/000000.ndjson", &len);
    grow(40);
    sg_tempdir_write(&dir, "audit/log/000000.ndjson", text, len);
    free(text);
    expect_trouble(1, SG_VERIFY_SHORT);
    end();
}

static void test_another_folder_in_its_place(void **state)
{
    char path[512], other[512];
    (void)state;
    begin(NULL);
    expect_fine(30);
    sg_tempdir_path(&dir, "audit/log", path);
    sg_tempdir_path(&dir, "audit/gone", other);
    assert_int_equal(rename(path, other), 0);
    sg_tempdir_mkdir(&dir, "audit/log");
    assert_int_equal(look(1), SCRUBGATE_EIO);
    end();
}

static void test_silence(void **state)
{
    (void)state;
    begin(NULL);
    expect_fine(30);
    assert_int_equal(look(20), SCRUBGATE_OK);
    expect_trouble(20, SG_VERIFY_SILENT);
    end();
}

static void test_a_gateway_that_was_killed(void **state)
{
    (void)state;
    begin(NULL);
    must(sg_live_put(&live, 5, LINE));
    must(sg_live_tick(&live, 2, true));
    sg_live_close(&live);
    expect_fine(36);
    assert_int_equal(look(15), SCRUBGATE_OK); /* it may come back */
    expect_trouble(10, SG_VERIFY_UNSEALED);
    end();
}

/* --- witnesses --- */

static void cosign(const char *note, uint64_t time)
{
    struct sg_buf out = {0};
    const struct sg_bytes text = {(const uint8_t *)note, (size_t)(strstr(note, "\n\n") - note) + 1};
    assert_int_equal(sg_buf_add_text(&out, note), SCRUBGATE_OK);
    sg_cosigner_sign(&out, text, 0, time);
    sg_tempdir_write(&dir, "audit/" SG_WITNESSED_NAME, out.data, out.len);
    sg_buf_fini(&out);
}

static void test_witnesses(void **state)
{
    size_t len = 0;
    (void)state;
    begin(NULL);
    sg_follow_close(follow);
    char *first = sg_tempdir_read(&dir, "audit/checkpoint", &len);
    cosign(first, 1795310800);
    open_follow(policy, NULL);
    expect_fine(31);
    const uint64_t before = report.result.witnessed;
    grow(40);
    char *second_note = sg_tempdir_read(&dir, "audit/checkpoint", &len);
    grow(300);
    expect_fine(300);
    assert_int_equal(report.result.witnessed, before);
    cosign(second_note, 1795310900);
    expect_fine(300);
    assert_true(report.result.witnessed > before &&
                report.result.witnessed < report.result.records);
    assert_int_equal(report.result.witnessed_time, 1795310900000);
    free(first);
    free(second_note);
    end();
}

static void test_witnesses_of_another_log(void **state)
{
    size_t len = 0;
    struct sg_checkpoint other = {sg_bytes_of(SG_LIVE_ORIGIN), 50, {{9}}};
    struct sg_signer *signer = sg_live_signer();
    struct sg_buf note = {0};
    (void)state;
    begin(NULL);
    sg_follow_close(follow);
    char *first = sg_tempdir_read(&dir, "audit/checkpoint", &len);
    cosign(first, 1795310800);
    open_follow(policy, NULL);
    expect_fine(31);
    grow(100);
    expect_fine(130);
    assert_int_equal(sg_checkpoint_add(&note, &other, &key, signer), SCRUBGATE_OK);
    assert_int_equal(sg_buf_add_byte(&note, '\0'), SCRUBGATE_OK);
    cosign((const char *)note.data, 1795310900);
    expect_trouble(1, SG_VERIFY_WITNESSED);
    sg_buf_fini(&note);
    sg_signer_free(signer);
    free(first);
    end();
}

int main(void)
{
    struct sg_buf text = {0};
    sg_live_key(&key);
    sg_live_first_key(first_key);
    assert_int_equal(sg_buf_add_text(&text, "witness w "), SCRUBGATE_OK);
    sg_cosigner_vkey(0, &text);
    assert_int_equal(sg_buf_add_text(&text, "\nquorum w\n"), SCRUBGATE_OK);
    assert_int_equal(sg_policy_read(&policy, sg_buf_bytes(&text), "policy", NULL), SCRUBGATE_OK);
    sg_buf_fini(&text);
    sg_suite_add("it grows, and is proven as it grows", test_it_grows, NULL);
    sg_suite_add("over a change of files", test_over_files, NULL);
    sg_suite_add("what is not signed yet is left alone", test_what_is_not_signed_is_left_alone,
                 NULL);
    sg_suite_add("a gateway that stops and starts again", test_a_gateway_that_starts_again, NULL);
    sg_suite_add("a seal key that is ahead for a moment",
                 test_a_seal_key_that_is_ahead_for_a_moment, NULL);
    sg_suite_add("a seal key of another log", test_a_seal_key_of_another_log, NULL);
    sg_suite_add("a record is changed before it is read", test_a_change_before_it_is_read, NULL);
    sg_suite_add("a log that was put back", test_a_log_put_back, NULL);
    sg_suite_add("another root for as many records", test_a_fork, NULL);
    sg_suite_add("a checkpoint that is none, or gone", test_a_checkpoint_that_is_none, NULL);
    sg_suite_add("records that were signed, and are gone", test_records_that_are_signed_and_gone,
                 NULL);
    sg_suite_add("another folder in its place", test_another_folder_in_its_place, NULL);
    sg_suite_add("a gateway that has it open and is silent", test_silence, NULL);
    sg_suite_add("a gateway that was killed and does not come back", test_a_gateway_that_was_killed,
                 NULL);
    sg_suite_add("witnesses come later", test_witnesses, NULL);
    sg_suite_add("witnesses saw another log", test_witnesses_of_another_log, NULL);
    int code = sg_suite_run("audit/test_verify_follow");
    sg_policy_free(policy);
    return code;
}
