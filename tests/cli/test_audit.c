/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_audit.c - scrubgate audit of the real binary, as an auditor types it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/json.h"

#include "../lib/made_log.h"
#include "../lib/program.h"
#include "../lib/suite.h"
#include "../lib/tempdir.h"

enum { ARGS = 12, FINE = 0, WRONG = 1, USAGE = 2, RECORDS = 40 };

static struct sg_tempdir dir;
static struct sg_made_log made;

struct row {
    const char *name;
    const char *args[ARGS];
    int code;
    const char *holds; /* standard output */
    const char *err;   /* standard error holds it; NULL: it is empty */
    const char *in;
};

static const struct row rows[] = {
    {.name = "verify of a log as it was written",
     .args = {"audit", "verify", "good", "--vkey", "log.vkey", "--key", "first.key"},
     .holds = "good: PROVEN\n"
              "  read         40 records\n"
              "  proven       records 0 to 39, up to 2026-11-22T01:26:38.122Z\n"
              "  signed       records 0 to 39 by gateway.example/scrubgate/1, key "},
    {.name = "verify says what was not checked",
     .args = {"audit", "verify", "-p", "log.vkey", "good"},
     .holds = "  not checked  keys of the seals, witnesses\n"},
    {.name = "verify takes the public key from beside the log",
     .args = {"audit", "verify", "state/audit"},
     .holds = "state/audit: PROVEN\n"},
    {.name = "verify says that a public key from beside the log proves little",
     .args = {"audit", "verify", "state/audit"},
     .holds = "  not checked  the log's own key, taken from beside it (--vkey), keys of the seals, "
              "witnesses\n"},
    {.name = "verify says so to programs",
     .args = {"audit", "verify", "--json", "state/audit"},
     .holds = ",\"key_given\":false,"},
    {.name = "verify wants a public key",
     .args = {"audit", "verify", "good"},
     .code = USAGE,
     .err = "give it with --vkey"},
    {.name = "verify wants a folder",
     .args = {"audit", "verify"},
     .code = USAGE,
     .err = "wants one folder"},
    {.name = "verify of a folder that is none",
     .args = {"audit", "verify", "-p", "log.vkey", "none"},
     .code = WRONG,
     .err = "NOT PROVEN"},
    {.name = "verify with a file that is no public key",
     .args = {"audit", "verify", "-p", "first.key", "good"},
     .code = USAGE,
     .err = "first.key: this is no log's public key"},
    {.name = "verify with a file that is no first key",
     .args = {"audit", "verify", "-p", "log.vkey", "-k", "log.vkey", "good"},
     .code = USAGE,
     .err = "log.vkey: this is no first key of seals"},
    {.name = "verify names the record that was changed, by file and line",
     .args = {"audit", "verify", "changed", "--vkey", "log.vkey", "--key", "first.key"},
     .code = WRONG,
     .holds = "changed: NOT PROVEN\n"
              "  wrong        changed/log/000000.ndjson:13: record 12: this record is not the one "
              "that was signed\n"
              "  read         15 records\n"
              "  proven       records 0 to 11, up to 2026-11-22T01:26:10.122Z\n"},
    {.name = "verify says it to programs",
     .args = {"audit", "verify", "changed", "--vkey", "log.vkey", "--json"},
     .code = WRONG,
     .holds = "\"troubles\":[{\"what\":\"seal-root\",\"seq\":12,\"from\":12,"
              "\"file\":\"changed/log/000000.ndjson\",\"line\":13,\"exact\":true}]}\n"},
    {.name = "verify with a checkpoint that was kept",
     .args = {"audit", "verify", "good", "--vkey", "log.vkey", "--kept", "kept"},
     .holds = "  kept         1 checkpoint of before fit\n"},
    {.name = "verify finds a fork by a checkpoint that was kept",
     .args = {"audit", "verify", "forked", "--vkey", "log.vkey", "--kept", "kept"},
     .code = WRONG,
     .holds = "the log was rewritten or forked\n"},
    {.name = "verify with a kept checkpoint that is none",
     .args = {"audit", "verify", "good", "--vkey", "log.vkey", "--kept", "log.vkey"},
     .code = USAGE,
     .err = "log.vkey: this is no checkpoint that the log's key has signed"},
    {.name = "hold wants a reason",
     .args = {"audit", "hold", "on", "good"},
     .code = USAGE,
     .err = "wants --why"},
    {.name = "hold wants on or off",
     .args = {"audit", "hold", "--why", "case 7", "good"},
     .code = USAGE,
     .err = "wants on or off"},
    {.name = "hold wants a log",
     .args = {"audit", "hold", "on", "--why", "case 7", "none"},
     .code = WRONG,
     .err = "none: this is no folder of an audit log"},
    {.name = "a hold that is not there cannot end",
     .args = {"audit", "hold", "off", "--why", "case 7", "good"},
     .code = WRONG,
     .err = "good: there is no hold"},
    {.name = "hold counts at once, and says so when no log will tell of it",
     .args = {"audit", "hold", "on", "--why", "case 7", "good"},
     .code = WRONG,
     .err = "this is not recorded in the log",
     .holds = "good: held: nothing is removed from now on\n"},
    {.name = "prove writes a proof",
     .args = {"audit", "prove", "good", "12"},
     .err = "this is not recorded in the log",
     .holds = "c2sp.org/tlog-proof@v1\nindex 12\n"},
    {.name = "prove writes files",
     .args = {"audit", "prove", "good", "12", "-o", "12.proof", "-r", "12.json", "--json"},
     .holds = "{\"index\":12,\"proof_bytes\":"},
    {.name = "prove of a record that is not signed",
     .args = {"audit", "prove", "good", "40"},
     .code = WRONG,
     .err = "the checkpoint has 40 records, there is no record 40 in it"},
    {.name = "prove of a record that was changed",
     .args = {"audit", "prove", "changed", "12"},
     .code = WRONG,
     .err = "changed/log/000000.ndjson:13: record 12: "},
    {.name = "rules wants a whole digest",
     .args = {"audit", "rules", "c3f60443", "good"},
     .code = USAGE,
     .err = "64 lower-case hex digits"},
    {.name = "rules that are not kept are not shown",
     .args = {"audit", "rules", "c3f60443dda41b3258aaab8daa74387884772bfffee09a2d9a33633fa232304c",
              "good"},
     .code = USAGE,
     .err = "no rules with this digest are kept here"},
    {.name = "pseudonym wants somebody",
     .args = {"audit", "pseudonym"},
     .code = USAGE,
     .err = "wants one of --conversation and --customer"},
    {.name = "pseudonym wants one of the two",
     .args = {"audit", "pseudonym", "--conversation", "a", "--customer", "b"},
     .code = USAGE,
     .err = "wants one of --conversation and --customer"},
    {.name = "a name from an empty input is none",
     .args = {"audit", "pseudonym", "--conversation", "-"},
     .code = USAGE,
     .err = "wants a name on standard input"},
    {.name = "where there are no keys nobody has a name",
     .args = {"audit", "pseudonym", "--state", "none", "--conversation", "a"},
     .code = WRONG,
     .err = "none/keys: cannot open the keys' folder"},
    {.name = "erase wants to know who asked and why",
     .args = {"audit", "erase", "--conversation", "a", "--requester", "ticket-9"},
     .code = USAGE,
     .err = "wants --requester and --basis: both stay in the log"},
    {.name = "erase does nothing without keys",
     .args = {"audit", "erase", "--state", "none", "--conversation", "a", "--requester", "ticket-9",
              "--basis", "GDPR 17"},
     .code = WRONG,
     .err = "none/keys: cannot open the keys' folder"},
    {.name = "prove wants a number",
     .args = {"audit", "prove", "good", "last"},
     .code = USAGE,
     .err = "a record's number"},
    {.name = "verify-proof of a record",
     .args = {"audit", "verify-proof", "12.proof", "-p", "log.vkey", "-r", "12.json"},
     .holds = "PROVEN: record 12 is in gateway.example/scrubgate/1, of which key "},
    {.name = "verify-proof of another record, from standard input",
     .args = {"audit", "verify-proof", "12.proof", "-p", "log.vkey"},
     .in = "{\"seq\":12}\n",
     .code = WRONG,
     .holds = "NOT PROVEN: 12.proof: it does not prove this record\n"},
    {.name = "verify-proof says it to programs",
     .args = {"audit", "verify-proof", "12.proof", "-p", "log.vkey", "-r", "12.json", "--json"},
     .holds = "{\"proven\":true,\"origin\":\"gateway.example/scrubgate/1\",\"key\":\""},
    {.name = "verify-proof with another's key",
     .args = {"audit", "verify-proof", "12.proof", "-p", "other.vkey", "-r", "12.json"},
     .code = WRONG,
     .holds = "its checkpoint is not signed by that key"},
    {.name = "verify-proof of what is no proof",
     .args = {"audit", "verify-proof", "12.json", "-p", "log.vkey", "-r", "12.json"},
     .code = WRONG,
     .holds = "this is no proof file"},
    {.name = "verify-proof wants a public key",
     .args = {"audit", "verify-proof", "12.proof"},
     .code = USAGE,
     .err = "the log's public key with --vkey"},
    {.name = "audit without a command",
     .args = {"audit"},
     .code = USAGE,
     .err = "scrubgate audit: wants a command"},
    {.name = "audit with a command that is none",
     .args = {"audit", "forget"},
     .code = USAGE,
     .err = "there is no command forget"},
    {.name = "audit tells its commands", .args = {"audit", "--help"}, .holds = "  verify-proof "},
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
    sg_program_run(&said, dir.path, row->args, sg_bytes_of(row->in == NULL ? "" : row->in));
    const char *out = (const char *)said.out.data, *err = (const char *)said.err.data;
    bool right = said.code == row->code &&
                 (row->holds == NULL || strstr(out, row->holds) != NULL) &&
                 (row->err == NULL ? is_silent(err) : strstr(err, row->err) != NULL);
    if (!right)
        fail_msg("exit %d\n--- output\n%s\n--- errors\n%s", said.code, out, err);
    sg_program_run_fini(&said);
}

static void test_report_key(void **state)
{
    static const struct row row = {.args = {"audit", "report", "state/audit", "-o", "key.html"}};
    const void *of = &row;
    (void)state;
    test_row((void **)&of);
    char *page = sg_tempdir_read(&dir, "key.html", NULL);
    assert_non_null(strstr(page, "it was taken from beside the log (--vkey)"));
    free(page);
}

static void test_help(void **state)
{
    static const char *const commands[] = {"verify", "prove",     "verify-proof", "witness",
                                           "rules",  "pseudonym", "erase"};
    (void)state;
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        struct sg_program_run said;
        sg_program_run(&said, NULL, (const char *[]){"audit", commands[i], "--help", NULL},
                       SG_BYTES(""));
        assert_int_equal(said.code, FINE);
        assert_non_null(strstr((const char *)said.out.data, "usage: scrubgate audit "));
        assert_non_null(strstr((const char *)said.out.data, "\nExamples:\n"));
        sg_program_run_fini(&said);
    }
}

static void test_json_of_a_good_log(void **state)
{
    struct sg_program_run said;
    struct sg_json *json = NULL;
    (void)state;
    sg_program_run(&said, dir.path,
                   (const char *[]){"audit", "verify", "good", "-p", "log.vkey", "-k", "first.key",
                                    "--json", NULL},
                   SG_BYTES(""));
    assert_int_equal(said.code, FINE);
    assert_true(sg_json_parse(&json, sg_buf_bytes(&said.out), 8, NULL) >= 0);
    const struct sg_json_node *root = sg_json_root(json);
    assert_true(sg_json_get(root, "proven")->truth);
    assert_true(sg_json_get(root, "signed")->truth);
    assert_true(sg_json_get(root, "seal_keys_checked")->truth);
    assert_string_equal((const char *)sg_json_get(root, "records_proven")->text.data, "40");
    assert_string_equal((const char *)sg_json_get(root, "seals")->text.data, "5");
    assert_int_equal(sg_json_get(root, "troubles")->count, 0);
    sg_json_free(json);
    sg_program_run_fini(&said);
}

static void make_files(void)
{
    struct sg_note_key key;
    struct sg_buf text = {0};
    sg_tempdir_make(&dir);
    sg_made_log(&made, RECORDS, 0);
    sg_made_write(&made, &dir, "good");
    sg_tempdir_mkdir(&dir, "state");
    sg_tempdir_mkdir(&dir, "state/keys");
    sg_made_write(&made, &dir, "state/audit");
    sg_made_write(&made, &dir, "changed");
    sg_made_sign(&made, 24, 0);
    sg_tempdir_write(&dir, "kept", made.checkpoint, strlen(made.checkpoint));
    *strstr(made.line[12], "masked") = 'n';
    sg_made_write_lines(&made, &dir, "changed");
    sg_made_log(&made, RECORDS, 1);
    sg_made_write(&made, &dir, "forked");
    sg_made_key(1, &key);
    assert_int_equal(sg_note_key_add(&text, &key), SCRUBGATE_OK);
    sg_tempdir_write(&dir, "other.vkey", text.data, text.len);
    sg_buf_clear(&text);
    sg_made_key(0, &key);
    assert_int_equal(sg_note_key_add(&text, &key), SCRUBGATE_OK);
    sg_tempdir_write(&dir, "state/keys/log.vkey", text.data, text.len);
    sg_buf_fini(&text);
}

int main(void)
{
    make_files();
    SG_SUITE_ROWS(test_row, rows);
    sg_suite_add("a report says that the key was taken from beside the log", test_report_key, NULL);
    sg_suite_add("every command has its help", test_help, NULL);
    sg_suite_add("verify tells programs what is proven", test_json_of_a_good_log, NULL);
    int code = sg_suite_run("cli/test_audit");
    sg_tempdir_remove(&dir);
    return code;
}
