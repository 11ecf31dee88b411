/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_audit_verify.c - scrubgate audit verify, prove and verify-proof of the real binary with all
 * that an auditor may bring along; and verify --watch beside a log that grows.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "audit/first_key.h"
#include "audit/seal_file.h"

#include "../lib/cosigner.h"
#include "../lib/live_log.h"
#include "../lib/made_log.h"
#include "../lib/program.h"
#include "../lib/suite.h"
#include "../lib/tempdir.h"

enum { ARGS = 16, FINE = 0, WRONG = 1, USAGE = 2, RECORDS = 40, PART = 24, TIME = 1795310790 };

static struct sg_tempdir dir;
static struct sg_made_log made;

struct row {
    const char *name;
    const char *args[ARGS];
    int code;
    const char *holds, *err; /* standard output; standard error */
};

#define VERIFY "audit", "verify", "-p", "log.vkey", "-k", "first.key"

static const struct row rows[] = {
    {.name = "verify says how far enough witnesses saw the log",
     .args = {VERIFY, "--witness-policy", "policy", "good"},
     .holds = "  witnessed    records 0 to 23 by 2 of 3 witnesses at 2026-11-22T01:26:30.000Z\n"
              "               who has the keys could still change records 24 to 39\n"},
    {.name = "verify of a log that too few witnesses saw",
     .args = {VERIFY, "--witness-policy", "policy-of-all", "good"},
     .code = WRONG,
     .holds = "  wrong        the witnesses that are asked for have not cosigned\n"},
    {.name = "verify says how many did",
     .args = {VERIFY, "--witness-policy", "policy-of-all", "good"},
     .code = WRONG,
     .holds = "  witnessed    no record; 2 of 3 witnesses have cosigned\n"},
    {.name = "verify tells programs of witnesses",
     .args = {VERIFY, "--witness-policy", "policy", "good", "--json"},
     .holds = "\"witnesses\":2,\"quorum\":true,\"records_witnessed\":24,\"time_witnessed\":"
              "1795310790000"},
    {.name = "verify of a log that witnesses have not seen for long",
     .args = {VERIFY, "--witness-policy", "policy", "--witness-age", "5", "good"},
     .code = WRONG,
     .holds = "  wrong        the witnesses' cosignatures are older than is asked for\n"},
    {.name = "verify with witnesses who saw another log",
     .args = {VERIFY, "--witness-policy", "policy", "forked"},
     .code = WRONG,
     .holds = "record 23: records up to here are not those that the witnesses saw"},
    {.name = "verify with a policy that is none",
     .args = {VERIFY, "--witness-policy", "list", "good"},
     .code = USAGE,
     .err = "list:1:2: a line begins with log, witness, group or quorum"},
    {.name = "verify with a policy that believes another log",
     .args = {VERIFY, "--witness-policy", "policy-of-other", "good"},
     .code = USAGE,
     .err = "policy-of-other: this policy does not believe this log's key"},
    {.name = "a report with a policy that believes another log",
     .args = {"audit", "report", "-p", "log.vkey", "--witness-policy", "policy-of-other", "good"},
     .code = USAGE,
     .err = "policy-of-other: this policy does not believe this log's key"},
    {.name = "verify says that nothing is left unchecked",
     .args = {VERIFY, "--witness-policy", "policy", "good"},
     .holds = "records 24 to 39\n"},
    {.name = "verify from a checkpoint that was kept",
     .args = {VERIFY, "--since", "kept", "good"},
     .holds = "good: PROVEN\n"
              "  read         16 records\n"
              "  proven       records 24 to 39, up to 2026-11-22T01:26:38.122Z\n"},
    {.name = "verify says what it did not read",
     .args = {VERIFY, "--since", "kept", "good"},
     .holds = "  not checked  records 0 to 23, but that they were signed, witnesses\n"},
    {.name = "verify from a record on",
     .args = {VERIFY, "-s", "30", "good"},
     .holds = "  read         10 records\n"},
    {.name = "verify from a time on",
     .args = {VERIFY, "-s", "2026-11-22T01:26:20Z", "good"},
     .holds = "  read         19 records\n"},
    {.name = "verify from a record on says from which epoch on seals were checked",
     .args = {VERIFY, "-s", "30", "good"},
     .holds =
         "  sealed       records 30 to 39 by 2 seals in order, from epoch 3 on; their keys fit "
         "the first one\n"},
    {.name = "verify from a record that is not there",
     .args = {VERIFY, "-s", "41", "good"},
     .code = USAGE,
     .err = "good: its checkpoint has 40 records: there is nothing to begin at record 41"},
    {.name = "verify from a file that is no checkpoint",
     .args = {VERIFY, "-s", "policy", "good"},
     .code = USAGE,
     .err = "policy: this is no checkpoint that the log's key has signed"},
    {.name = "verify takes the first key as keygen shows it",
     .args = {"audit", "verify", "-p", "log.vkey", "-k", "shown.key", "good"},
     .holds = "their keys fit the first one\n"},
    {.name = "verify with a first key that was copied wrong",
     .args = {"audit", "verify", "-p", "log.vkey", "-k", "wrong.key", "good"},
     .code = USAGE,
     .err = "wrong.key: a letter of this key was copied wrong: its check does not fit"},
    {.name = "verify compares the seal key that the gateway has",
     .args = {VERIFY, "--state", "state", "good"},
     .holds = "good: PROVEN\n"},
    {.name = "verify finds a log that was rolled back by the gateway's seal key",
     .args = {VERIFY, "--state", "state", "back"},
     .code = WRONG,
     .holds = "  wrong        the gateway's seal key is not the one behind the last seal: the log "
              "or the key was rolled back\n"},
    {.name = "verify finds a gateway whose seal key is not of this log",
     .args = {VERIFY, "--state", "state-of-other", "good"},
     .code = WRONG,
     .holds = "the gateway's seal key is not the one behind the last seal"},
    {.name = "verify with a state folder that is none",
     .args = {VERIFY, "--state", "none", "good"},
     .code = USAGE,
     .err = "none/keys/seal.key: No such file or directory"},
    {.name = "verify names a tile that is wrong, which proves nothing against the log",
     .args = {VERIFY, "spoilt"},
     .holds = "  beside       tile/0/000.p/40 is not what the records give: proves nothing against "
              "a record;\n"},
    {.name = "prove of many writes each into a folder",
     .args = {"audit", "prove", "good", "3", "39", "--out-dir", "proofs", "--json"},
     .holds = "{\"index\":39,"},
    {.name = "prove of those on a list",
     .args = {"audit", "prove", "good", "--list", "list", "-d", "proofs", "--json"},
     .holds = "{\"index\":17,"},
    {.name = "verify-proof of one of them",
     .args = {"audit", "verify-proof", "proofs/17.proof", "-p", "log.vkey", "-r", "proofs/17.json"},
     .holds =
         "PROVEN: record 17 is in gateway.example/scrubgate/1, of which key 8b3eba4e signed 40 "
         "records\n"},
    {.name = "prove of many wants a folder",
     .args = {"audit", "prove", "good", "3", "39"},
     .code = USAGE,
     .err = "wants a folder for more than one proof: --out-dir DIR"},
    {.name = "prove of a list that holds something else",
     .args = {"audit", "prove", "good", "--list", "policy", "-d", "proofs"},
     .code = USAGE,
     .err = "policy:1: this is no record's number"},
    {.name = "prove of an empty list",
     .args = {"audit", "prove", "good", "--list", "empty", "-d", "proofs"},
     .code = USAGE,
     .err = "finds no number in that list"},
    {.name = "prove into a folder that is none",
     .args = {"audit", "prove", "good", "3", "-d", "none"},
     .code = WRONG,
     .err = "none/3.proof: cannot be written: No such file or directory"},
    {.name = "prove against the checkpoint that witnesses cosigned",
     .args = {"audit", "prove", "good", "20", "--witnessed", "-o", "20.proof", "-r", "20.json"},
     .holds = ""},
    {.name = "prove of a record that no witness saw",
     .args = {"audit", "prove", "good", "30", "--witnessed"},
     .code = WRONG,
     .err = "the checkpoint has 24 records, there is no record 30 in it"},
    {.name = "prove against witnesses of a log that has none",
     .args = {"audit", "prove", "back", "3", "--witnessed"},
     .code = WRONG,
     .err = "no witness has cosigned it yet"},
    {.name = "verify-proof by a policy alone",
     .args = {"audit", "verify-proof", "20.proof", "--policy", "policy", "-r", "20.json"},
     .holds = "signed 24 records; witnessed by 2 at 2026-11-22T01:26:30.000Z\n"},
    {.name = "verify-proof by a policy tells programs",
     .args = {"audit", "verify-proof", "20.proof", "--policy", "policy", "-r", "20.json", "--json"},
     .holds = "\"index\":20,\"size\":24,\"witnesses\":2,\"time_witnessed\":1795310790000}\n"},
    {.name = "verify-proof of one that too few witnesses saw",
     .args = {"audit", "verify-proof", "20.proof", "--policy", "policy-of-all", "-r", "20.json"},
     .code = WRONG,
     .holds = "NOT PROVEN: 20.proof: the witnesses that the policy asks for have not cosigned\n"},
    {.name = "verify-proof of one that no witness saw",
     .args = {"audit", "verify-proof", "proofs/17.proof", "--policy", "policy", "-r",
              "proofs/17.json"},
     .code = WRONG,
     .holds = "the witnesses that the policy asks for have not cosigned"},
    {.name = "verify-proof by a policy that names another log",
     .args = {"audit", "verify-proof", "20.proof", "--policy", "policy-of-other", "-r", "20.json"},
     .code = WRONG,
     .holds = "its checkpoint is not signed by a log that the policy believes"},
    {.name = "verify-proof by a policy that names no log wants the key",
     .args = {"audit", "verify-proof", "20.proof", "--policy", "policy-of-all", "-p", "log.vkey",
              "-r", "20.json"},
     .code = WRONG,
     .holds = "have not cosigned"},
    {.name = "verify-proof by a policy without a log, and no key",
     .args = {"audit", "verify-proof", "20.proof", "--policy", "policy-without-log", "-r",
              "20.json"},
     .code = USAGE,
     .err = "this policy names no log"},
};

/* The log is of nobody who could be told that it is read: that is said, and nothing else. */
static bool is_silent(const char *err)
{
    const char *told = strstr(err, "this is not recorded in the log");
    return err[0] == '\0' || (told != NULL && strchr(err, '\n')[1] == '\0');
}

static void test_row(void **state)
{
    const struct row *row = *state;
    struct sg_program_run said;
    sg_program_run(&said, dir.path, row->args, SG_BYTES(""));
    const char *out = (const char *)said.out.data, *err = (const char *)said.err.data;
    bool right = said.code == row->code &&
                 (row->holds == NULL || strstr(out, row->holds) != NULL) &&
                 (row->err == NULL ? is_silent(err) : strstr(err, row->err) != NULL);
    if (!right)
        fail_msg("exit %d\n--- output\n%s\n--- errors\n%s", said.code, out, err);
    sg_program_run_fini(&said);
}

/* --- watching --- */

static struct sg_live_log live;
static struct sg_tempdir live_dir;

struct watcher {
    pid_t pid;
    FILE *out;
};

static void must(enum scrubgate_status rc)
{
    if (rc < 0)
        fail_msg("%s", live.fault.what);
}

static void grow(unsigned n)
{
    must(sg_live_put(&live, n, 200));
    must(sg_live_tick(&live, 11, true));
}

static void write_vkey(void)
{
    struct sg_note_key key;
    struct sg_buf text = {0};
    sg_live_key(&key);
    assert_int_equal(sg_note_key_add(&text, &key), SCRUBGATE_OK);
    sg_tempdir_write(&live_dir, "log.vkey", text.data, text.len);
    sg_buf_fini(&text);
}

static void begin_watch(struct watcher *watcher, const char *interval)
{
    const char *const args[] = {"audit",   "verify",     "-p",     "log.vkey", "audit",
                                "--watch", "--interval", interval, NULL};
    int ends[2];
    sg_tempdir_make(&live_dir);
    live = (struct sg_live_log){.dir = live_dir.path};
    must(sg_live_open(&live));
    write_vkey();
    grow(30);
    grow(1);
    assert_int_equal(pipe(ends), 0);
    const struct sg_program_start start = {.folder = live_dir.path, .args = args, .out = ends[1]};
    watcher->pid = sg_program_start(&start);
    (void)close(ends[1]);
    watcher->out = fdopen(ends[0], "r");
    assert_non_null(watcher->out);
}

static int end_watch(struct watcher *watcher)
{
    int code = sg_program_wait(watcher->pid);
    (void)fclose(watcher->out);
    if (live.log != NULL)
        sg_live_close(&live);
    sg_tempdir_remove(&live_dir);
    return code;
}

/* The next line has that in it. */
static void expect_line(const struct watcher *watcher, const char *holds)
{
    char line[512];
    if (fgets(line, sizeof line, watcher->out) == NULL || strstr(line, holds) == NULL)
        fail_msg("%s", line);
}

static void test_watch_goes_with_the_log(void **state)
{
    struct watcher watcher;
    (void)state;
    begin_watch(&watcher, "0");
    expect_line(&watcher, " audit: PROVEN records 0 to ");
    grow(20);
    expect_line(&watcher, " audit: PROVEN records 0 to 5");
    grow(40);
    expect_line(&watcher, " audit: PROVEN records 0 to 9");
    assert_int_equal(kill(watcher.pid, SIGINT), 0);
    expect_line(&watcher, "audit: PROVEN\n");
    assert_int_equal(end_watch(&watcher), FINE);
}

static void test_watch_ends_at_a_trouble(void **state)
{
    struct watcher watcher;
    size_t len = 0;
    (void)state;
    begin_watch(&watcher, "3600");
    char *old = sg_tempdir_read(&live_dir, "audit/checkpoint", &len);
    expect_line(&watcher, " audit: PROVEN records 0 to ");
    grow(20);
    sg_tempdir_write(&live_dir, "audit/checkpoint", "gone\n", 5);
    expect_line(&watcher, "audit: NOT PROVEN\n");
    expect_line(&watcher, "the checkpoint is not signed by the log's key");
    free(old);
    assert_int_equal(end_watch(&watcher), WRONG);
}

static void test_watch_ends_when_nobody_reads(void **state)
{
    struct watcher watcher;
    (void)state;
    begin_watch(&watcher, "0");
    expect_line(&watcher, "PROVEN");
    (void)fclose(watcher.out);
    watcher.out = fopen("/dev/null", "r");
    grow(20);
    assert_int_not_equal(end_watch(&watcher), FINE);
}

/* --- files --- */

static void add_policy(const char *name, const char *log, const char *rest)
{
    struct sg_buf text = {0};
    struct sg_note_key key;
    if (log != NULL) {
        sg_made_key(log[0] == '0' ? 0 : 1, &key);
        assert_int_equal(sg_buf_add_text(&text, "log "), SCRUBGATE_OK);
        assert_int_equal(sg_note_key_add(&text, &key), SCRUBGATE_OK);
        assert_int_equal(sg_buf_add_byte(&text, '\n'), SCRUBGATE_OK);
    }
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(sg_buf_addf(&text, "witness w%u ", i), SCRUBGATE_OK);
        sg_cosigner_vkey(i, &text);
        assert_int_equal(sg_buf_add_byte(&text, '\n'), SCRUBGATE_OK);
    }
    assert_int_equal(sg_buf_add_text(&text, rest), SCRUBGATE_OK);
    sg_tempdir_write(&dir, name, text.data, text.len);
    sg_buf_fini(&text);
}

/* What witnesses 0 and 2 saw: the first records of the log. */
static void write_witnessed(void)
{
    struct sg_buf out = {0};
    sg_made_sign(&made, PART, 0);
    sg_tempdir_write(&dir, "kept", made.checkpoint, strlen(made.checkpoint));
    const char *end = strstr(made.checkpoint, "\n\n");
    const struct sg_bytes text = {(const uint8_t *)made.checkpoint,
                                  (size_t)(end - made.checkpoint) + 1};
    assert_int_equal(sg_buf_add_text(&out, made.checkpoint), SCRUBGATE_OK);
    sg_cosigner_sign(&out, text, 0, TIME);
    sg_cosigner_sign(&out, text, 2, TIME + 10);
    sg_tempdir_write(&dir, "good/checkpoint.witnessed", out.data, out.len);
    sg_tempdir_write(&dir, "forked/checkpoint.witnessed", out.data, out.len);
    sg_buf_fini(&out);
}

static void write_seal_key(const char *name, const struct sg_seal_key *key)
{
    char path[512];
    char file[64];
    sg_tempdir_mkdir(&dir, name);
    (void)snprintf(file, sizeof file, "%s/keys", name);
    sg_tempdir_mkdir(&dir, file);
    (void)snprintf(file, sizeof file, "%s/keys/seal.key", name);
    sg_tempdir_write(&dir, file, "", 0);
    sg_tempdir_path(&dir, file, path);
    FILE *made_file = fopen(path, "r+");
    assert_non_null(made_file);
    assert_int_equal(sg_seal_file_replace(fileno(made_file), key), SCRUBGATE_OK);
    (void)fclose(made_file);
}

static void write_first_key(void)
{
    char text[SG_FIRST_KEY_TEXT];
    uint8_t key[SG_KEY_SIZE];
    sg_made_first_key(0, key);
    assert_int_equal(sg_first_key_print(key, text), SCRUBGATE_OK);
    sg_tempdir_write(&dir, "shown.key", text, strlen(text));
    text[1] = text[1] == 'A' ? 'B' : 'A';
    sg_tempdir_write(&dir, "wrong.key", text, strlen(text));
}

static void spoil_tile(void)
{
    size_t len = 0;
    char *tile = sg_tempdir_read(&dir, "spoilt/tile/0/000.p/40", &len);
    tile[40] ^= 1;
    sg_tempdir_write(&dir, "spoilt/tile/0/000.p/40", tile, len);
    free(tile);
}

static void make_files(void)
{
    sg_tempdir_make(&dir);
    sg_made_log(&made, RECORDS, 1);
    sg_made_write(&made, &dir, "forked");
    sg_made_log(&made, 32, 0);
    sg_made_write(&made, &dir, "back");
    sg_made_log(&made, RECORDS, 0);
    sg_made_write(&made, &dir, "good");
    sg_made_write(&made, &dir, "spoilt");
    spoil_tile();
    write_seal_key("state", &made.seal_key);
    made.seal_key.key[0] ^= 1;
    write_seal_key("state-of-other", &made.seal_key);
    write_first_key();
    write_witnessed();
    add_policy("policy", "0", "group g 2 w0 w1 w2\nquorum g\n");
    add_policy("policy-of-all", "0", "group g all w0 w1 w2\nquorum g\n");
    add_policy("policy-of-other", "1", "group g 2 w0 w1 w2\nquorum g\n");
    add_policy("policy-without-log", NULL, "group g 2 w0 w1 w2\nquorum g\n");
    sg_tempdir_mkdir(&dir, "proofs");
    sg_tempdir_write(&dir, "list", " 5\n\n17", 6);
    sg_tempdir_write(&dir, "empty", "\n", 1);
}

int main(void)
{
    make_files();
    SG_SUITE_ROWS(test_row, rows);
    sg_suite_add("verify --watch goes with the log", test_watch_goes_with_the_log, NULL);
    sg_suite_add("verify --watch ends at a trouble", test_watch_ends_at_a_trouble, NULL);
    sg_suite_add("verify --watch ends when nobody reads it", test_watch_ends_when_nobody_reads,
                 NULL);
    int code = sg_suite_run("cli/test_audit_verify");
    sg_tempdir_remove(&dir);
    return code;
}
