/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_audit_query.c - scrubgate audit query, export and reconcile of the real binary.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/json.h"

#include "../lib/made_log.h"
#include "../lib/made_records.h"
#include "../lib/program.h"
#include "../lib/suite.h"
#include "../lib/tempdir.h"

enum { ARGS = 14, FOUND = 0, NOTHING = 1, USAGE = 2, DAMAGED = 3 };

static struct sg_tempdir dir;
static struct sg_made_log made;

struct row {
    const char *name;
    const char *args[ARGS];
    int code;
    const char *holds; /* standard output */
    const char *err;   /* standard error holds it */
    const char *lacks; /* standard output does not hold it */
    const char *in;
};

static const struct row rows[] = {
    {.name = "query counts", .args = {"audit", "query", "--count", "log"}, .holds = "17\n"},
    {.name = "query counts those that fit",
     .args = {"audit", "query", "--count", "--verdict", "blocked,refused", "log"},
     .holds = "2\n"},
    {.name = "query says as grep that there is nothing",
     .args = {"audit", "query", "--verdict", "diverted", "log"},
     .code = NOTHING,
     .err = "0 of 17 records fit"},
    {.name = "query stops at its limit",
     .args = {"audit", "query", "-n", "2", "--class", "outcome", "log"},
     .holds = "\"http_response\":{\"code\":422}",
     .lacks = "{\"seq\":6,"},
    {.name = "query of some records",
     .args = {"audit", "query", "--seq", "15-", "log"},
     .holds = "{\"seq\":16,",
     .lacks = "{\"seq\":14,"},
    {.name = "query of a time",
     .args = {"audit", "query", "--since", "2026-11-22T01:26:16Z", "--count", "log"},
     .holds = "1\n"},
    {.name = "a table is for people",
     .args = {"audit", "query", "-f", "table", "log"},
     .holds = "2026-11-22T01:26:01.000Z  decision  masked                    chat-in       to-agent"
              "     widget    0000000000000001  payment.card:2 contact.email:1\n"},
    {.name = "no byte of a record moves the cursor",
     .args = {"audit", "query", "-f", "table", "-c", "channel,why", "log"},
     .holds = "\\u001b[",
     .lacks = "\x1b"},
    {.name = "a table with other columns",
     .args = {"audit", "query", "-f", "table", "-c", "seq,.moon", "--seq", "16", "log"},
     .holds = "16         f\\u00fcll\n"},
    {.name = "csv has names and quotes",
     .args = {"audit", "query", "-f", "csv", "-c", "seq,queue", "--id", "0000000000000004", "log"},
     .holds = "seq,queue\r\n7,\"a,b\"\"c|d=e\\f\"\r\n8,\r\n"},
    {.name = "csv has no formulas",
     .args = {"audit", "query", "-f", "csv", "-c", "brand", "--seq", "7", "log"},
     .holds = "brand\r\n\"'=HYPERLINK(\"\"http://x\"\")\"\r\n"},
    {.name = "columns by the ends of their paths",
     .args = {"audit", "query", "-f", "csv", "-c", "conversation,uid,status,latency_ms,network",
              "--seq", "1-2", "log"},
     .holds = "00000000000000a0,,,,0000000000000abc\r\n,,200,1.234,\r\n"},
    {.name = "what was decided by whom",
     .args = {"audit", "query", "-f", "csv", "-c", "what,actor,why", "--what", "reload,gap", "log"},
     .holds = "reload,uid:1000,\r\ngap,scrubgate,\r\n"},
    {.name = "a column that is none",
     .args = {"audit", "query", "-f", "csv", "-c", "moon", "log"},
     .code = USAGE,
     .err = "there is no column moon"},
    {.name = "columns of lines as they stand",
     .args = {"audit", "query", "-f", "ndjson", "-c", "seq", "log"},
     .code = USAGE,
     .err = "--columns is for csv and table"},
    {.name = "a format that is none",
     .args = {"audit", "query", "-f", "xml", "log"},
     .code = USAGE,
     .err = "wants ndjson, csv or table"},
    {.name = "query wants a folder",
     .args = {"audit", "query"},
     .code = USAGE,
     .err = "wants one folder"},
    {.name = "a folder that is none",
     .args = {"audit", "query", "none"},
     .code = USAGE,
     .err = "none"},
    {.name = "a log that nobody has signed",
     .args = {"audit", "query", "log"},
     .holds = "{\"seq\":0,",
     .err = "the log has no checkpoint"},
    {.name = "a log that is signed",
     .args = {"audit", "query", "good", "--vkey", "log.vkey"},
     .holds = "{\"seq\":39,",
     .err = "all are under the checkpoint of 40 signed by gateway.example/scrubgate/1, key "},
    {.name = "a checkpoint without a key",
     .args = {"audit", "query", "good"},
     .holds = "{\"seq\":39,",
     .err = "it wants --vkey"},
    {.name = "a checkpoint of another key",
     .args = {"audit", "query", "good", "--vkey", "other.vkey"},
     .holds = "{\"seq\":39,",
     .err = "NOT signed by the log's key"},
    {.name = "records behind the checkpoint",
     .args = {"audit", "query", "ahead", "--vkey", "log.vkey"},
     .holds = "{\"seq\":39,",
     .err = "records from 32 on are not signed yet"},
    {.name = "a key that is none",
     .args = {"audit", "query", "good", "--vkey", "first.key"},
     .code = USAGE,
     .err = "this is no log's public key"},
    {.name = "quiet of a log in order",
     .args = {"audit", "query", "-q", "--count", "state/audit"},
     .holds = "40\n"},
    {.name = "damage is told by file and line, and what can be read is",
     .args = {"audit", "query", "--count", "torn"},
     .code = DAMAGED,
     .holds = "16\n",
     .err = "torn/log/000000.ndjson:4: record 3: "},
    {.name = "without an index the rest of the file is given up, and that is told",
     .args = {"audit", "query", "--count", "bare"},
     .code = DAMAGED,
     .holds = "3\n",
     .err = "bare: what stands behind record 3 in its file is not read\n"},
    {.name = "a line that is no JSON, and all behind it",
     .args = {"audit", "query", "--count", "odd"},
     .code = DAMAGED,
     .holds = "16\n",
     .err = "odd/log/000000.ndjson:4: record 3: this line is no record"},
    {.name = "of a log whose old records were removed what is there is shown",
     .args = {"audit", "query", "--count", "pruned"},
     .holds = "1\n",
     .err = "1 of 1 records fit, those before 65536 were removed"},
    {.name = "export wants a format",
     .args = {"audit", "export", "log"},
     .code = USAGE,
     .err = "wants ocsf, ecs, cef or csv"},
    {.name = "export in ECS",
     .args = {"audit", "export", "-f", "ecs", "log", "--verdict", "masked"},
     .holds = "\"message\":\"message masked on chat-in: payment.card:2 contact.email:1\""},
    {.name = "export in CEF",
     .args = {"audit", "export", "-f", "cef", "log", "--what", "hold"},
     .holds = "CEF:0|scrubgate|gateway|0.1.0|hold|Gateway and log|3|"},
    {.name = "export to syslog",
     .args = {"audit", "export", "-f", "cef", "--syslog", "log", "--seq", "0"},
     .holds = " <110>1 2026-11-22T01:26:00.000Z gateway.example scrubgate - life - CEF:0|"},
    {.name = "export in CSV has the leaf hash",
     .args = {"audit", "export", "-f", "csv", "log"},
     .holds = ",instance,leaf_hash\r\n0,2026-11-22T01:26:00.000Z,life,start,"},
    {.name = "csv has no frames",
     .args = {"audit", "export", "-f", "csv", "--syslog", "log"},
     .code = USAGE,
     .err = "--syslog is for"},
    {.name = "reconcile of the log alone",
     .args = {"audit", "reconcile", "log"},
     .holds = "log: IN ORDER\n"
              "  audit log    5 exchanges decided by 5 records, 5 outcomes\n"
              "               1 of them without a decision\n"
              "  in flight    1 exchange at the end of the log\n"
              "               record 15: exchange 0000000000000005\n"},
    {.name = "reconcile with an access log",
     .args = {"audit", "reconcile", "log", "-"},
     .in = "a \"00-aaaaaaaaaaaaaaaa0000000000000001-00f067aa0ba902b7-00\"\n"
           "b \"00-aaaaaaaaaaaaaaaa0000000000000002-00f067aa0ba902b7-00\"\n"
           "c \"00-aaaaaaaaaaaaaaaa0000000000000009-00f067aa0ba902b7-00\"\n",
     .code = NOTHING,
     .holds = "log: NOT IN ORDER\n"
              "  audit log    5 exchanges decided by 5 records, 5 outcomes\n"
              "               1 of them without a decision\n"
              "  access log   3 lines, 3 names, 0 lines ignored\n"
              "  expected     3 messages; 1 are not in the access log, of which the outcome tells "
              "why for 1\n"
              "  WRONG        1 name that no record tells of\n"
              "               -:3: trace aaaaaaaaaaaaaaaa0000000000000009\n"
              "  WRONG        1 name that were denied\n"
              "               -:2: trace aaaaaaaaaaaaaaaa0000000000000002\n"},
    {.name = "reconcile says it to programs",
     .args = {"audit", "reconcile", "--json", "--ignore", "health", "log", "-"},
     .in = "GET /health\n00-aaaaaaaaaaaaaaaa0000000000000001-00f067aa0ba902b7-00\n",
     .holds = "{\"in_order\":true,\"exchanges\":5,\"decisions\":5,\"outcomes\":5,"
              "\"outcomes_undecided\":1,\"in_flight_at_an_end\":0,\"in_flight_now\":1,\"lines\":2,"
              "\"ignored\":1,\"names\":1,\"nameless\":0,"},
    {.name = "reconcile of lines that did not come through the gateway",
     .args = {"audit", "reconcile", "log", "-"},
     .in = "GET /health\n",
     .code = NOTHING,
     .holds = "1 line without a name"},
    {.name = "reconcile of a file that is not there",
     .args = {"audit", "reconcile", "log", "none.log"},
     .code = USAGE,
     .err = "none.log: cannot be read"},
    {.name = "reconcile expects what fits",
     .args = {"audit", "reconcile", "--route", "chat-out", "log", "-"},
     .in = "00-aaaaaaaaaaaaaaaa0000000000000001-00f067aa0ba902b7-00\n",
     .holds = "expected     0 messages;"},
};

static void test_row(void **state)
{
    const struct row *row = *state;
    struct sg_program_run said;
    sg_program_run(&said, dir.path, row->args, sg_bytes_of(row->in == NULL ? "" : row->in));
    const char *out = (const char *)said.out.data, *err = (const char *)said.err.data;
    bool right = said.code == row->code &&
                 (row->holds == NULL || strstr(out, row->holds) != NULL) &&
                 (row->lacks == NULL || strstr(out, row->lacks) == NULL) &&
                 (row->err == NULL || strstr(err, row->err) != NULL);
    if (!right)
        fail_msg("exit %d\n%s\n%s", said.code, out, err);
    sg_program_run_fini(&said);
}

/* What is shown is what is there: the lines of one file, byte for byte. */
static void test_byte_for_byte(void **state)
{
    static const char *const args[] = {"audit", "query", "log", NULL};
    struct sg_program_run said;
    size_t len;
    (void)state;
    char *text = sg_tempdir_read(&dir, "log/log/000000.ndjson", &len);
    sg_program_run(&said, dir.path, args, SG_BYTES(""));
    assert_int_equal(said.out.len, len);
    assert_memory_equal(said.out.data, text, len);
    sg_program_run_fini(&said);
    free(text);
}

/* Each line of the formats that are JSON is, by another's parser. */
static void test_every_line_is_json(void **state)
{
    static const char *const formats[] = {"ocsf", "ecs"};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        const char *args[] = {"audit", "export", "-f", formats[i], "log", NULL};
        struct sg_program_run said;
        size_t lines = 0;
        sg_program_run(&said, dir.path, args, SG_BYTES(""));
        assert_int_equal(said.code, FOUND);
        struct sg_bytes rest = {said.out.data, said.out.len}, line;
        while (sg_bytes_take_line(&rest, &line)) {
            struct sg_json *json = NULL;
            assert_int_equal(sg_json_parse(&json, line, 16, NULL), SCRUBGATE_OK);
            sg_json_free(json);
            lines++;
        }
        assert_int_equal(rest.len, 0);
        assert_int_equal(lines, SG_MADE_RECORDS);
        sg_program_run_fini(&said);
    }
}

static void test_a_file(void **state)
{
    static const char *const args[] = {
        "audit", "query", "-o", "out.ndjson", "log", "--id", "0000000000000001", NULL};
    struct sg_program_run said;
    (void)state;
    sg_program_run(&said, dir.path, args, SG_BYTES(""));
    assert_int_equal(said.code, FOUND);
    assert_int_equal(said.out.len, 0);
    char *text = sg_tempdir_read(&dir, "out.ndjson", NULL);
    assert_memory_equal(text, "{\"seq\":1,", 9);
    free(text);
    sg_program_run_fini(&said);
}

/* Whoever reads goes away: nothing is said of it. */
static void test_a_broken_pipe(void **state)
{
    static const char *const args[] = {"audit", "query", "-q", "log", NULL};
    int out[2], err[2];
    char text[512];
    (void)state;
    assert_int_equal(pipe(out), 0);
    assert_int_equal(pipe(err), 0);
    (void)close(out[0]);
    pid_t pid = sg_program_start(
        &(struct sg_program_start){.folder = dir.path, .args = args, .out = out[1], .err = err[1]});
    (void)close(out[1]);
    (void)close(err[1]);
    ssize_t got = 0, more;
    while ((more = read(err[0], text + got, sizeof text - 1 - (size_t)got)) > 0)
        got += more;
    text[got] = '\0';
    assert_true(sg_program_wait(pid) != FOUND);
    assert_null(strstr(text, "written"));
    (void)close(err[0]);
}

/* The made records, with another line 3. */
static void make_damaged(const char *name, const char *instead, bool index)
{
    size_t len;
    char path[64];
    char *lines = sg_tempdir_read(&dir, "log/log/000000.ndjson", &len);
    struct sg_bytes rest = {(const uint8_t *)lines, len}, line;
    struct sg_buf text = {0}, places = {0};
    for (int i = 0; sg_bytes_take_line(&rest, &line); i++) {
        for (int shift = 56; shift >= 0; shift -= 8)
            assert_true(sg_buf_add_byte(&places, (uint8_t)(text.len >> shift)) >= 0);
        assert_true(sg_buf_add_bytes(&text, i == 3 ? sg_bytes_of(instead) : line) >= 0);
        assert_true(sg_buf_add_byte(&text, '\n') >= 0);
    }
    sg_tempdir_mkdir(&dir, name);
    (void)snprintf(path, sizeof path, "%s/log", name);
    sg_tempdir_mkdir(&dir, path);
    (void)snprintf(path, sizeof path, "%s/log/000000.ndjson", name);
    sg_tempdir_write(&dir, path, text.data, text.len);
    (void)snprintf(path, sizeof path, "%s/log/000000.index", name);
    if (index)
        sg_tempdir_write(&dir, path, places.data, places.len);
    sg_buf_fini(&text);
    sg_buf_fini(&places);
    free(lines);
}

static void make_logs(void)
{
    size_t len;
    sg_tempdir_make(&dir);
    sg_made_log(&made, 40, 0);
    sg_made_write(&made, &dir, "good");
    sg_tempdir_mkdir(&dir, "state");
    sg_made_write(&made, &dir, "state/audit");
    sg_tempdir_mkdir(&dir, "state/keys");
    char *vkey = sg_tempdir_read(&dir, "log.vkey", &len);
    sg_tempdir_write(&dir, "state/keys/log.vkey", vkey, len);
    free(vkey);
    sg_made_sign(&made, 32, 0);
    sg_made_write(&made, &dir, "ahead");
    sg_made_records_write(&dir, "log");
    /* The other's key: as test_audit.c makes it. */
    struct sg_note_key other;
    struct sg_buf text = {0};
    sg_made_key(1, &other);
    assert_true(sg_note_key_add(&text, &other) >= 0);
    sg_tempdir_write(&dir, "other.vkey", text.data, text.len);
    sg_buf_fini(&text);
    sg_tempdir_mkdir(&dir, "pruned");
    sg_tempdir_mkdir(&dir, "pruned/log");
    sg_tempdir_write(&dir, "pruned/pruned", "first 65536\n", 12);
    sg_tempdir_write(&dir, "pruned/log/000001.ndjson", "{\"seq\":65536,\"time\":1}\n", 24);
    make_damaged("torn", "{\"seq\":3,\"ti", true);
    make_damaged("bare", "{\"seq\":3,\"ti", false);
    make_damaged("odd", "{\"seq\":3,\"time\":1}}", true);
}

int main(void)
{
    make_logs();
    SG_SUITE_ROWS(test_row, rows);
    sg_suite_add("query shows lines byte for byte", test_byte_for_byte, NULL);
    sg_suite_add("every line of an export is JSON", test_every_line_is_json, NULL);
    sg_suite_add("query writes a file", test_a_file, NULL);
    sg_suite_add("a broken pipe is quiet", test_a_broken_pipe, NULL);
    int rc = sg_suite_run("cli/test_audit_query");
    sg_tempdir_remove(&dir);
    return rc;
}
