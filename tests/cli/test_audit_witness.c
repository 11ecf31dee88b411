/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_audit_witness.c - scrubgate audit witness of the real binary, before witnesses that are
 * honest, that lie, and that are not there.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "audit/checkpoint.h"

#include "../lib/cosigning.h"
#include "../lib/made_log.h"
#include "../lib/program.h"
#include "../lib/suite.h"
#include "../lib/tempdir.h"

enum { FINE = 0, WRONG = 1, USAGE = 2, ARGS = 16, SMALL = 16, LARGE = 40 };

#define WITNESSED "/checkpoint.witnessed"
#define OK(text)  "HTTP/1.1 200 OK\r\n" text
#define LINE      "\xE2\x80\x94 witness.example/1 "

static struct sg_tempdir dir;
static struct sg_made_log made;

/* A log of n records; story 0 is the one that others fork from. */
static void write_log(const char *name, size_t n, unsigned story)
{
    sg_made_log(&made, n, story);
    sg_made_write(&made, &dir, name);
}

static void knows(struct sg_cosigning *witness, size_t n, unsigned story)
{
    witness->size = n;
    memset(&witness->root, 0, sizeof witness->root);
    sg_made_log(&made, n, story);
    if (n > 0)
        sg_made_root(&made, n, &witness->root);
}

static int ask(struct sg_program_run *said, const char *log, const char *const more[])
{
    const char *args[ARGS] = {"audit", "witness", "-p", "log.vkey", log};
    for (size_t i = 5; i < ARGS && *more != NULL; i++)
        args[i] = *more++;
    sg_program_run(said, dir.path, args, SG_BYTES(""));
    return said->code;
}

static int ask_one(struct sg_program_run *said, const char *log, const struct sg_cosigning *witness)
{
    return ask(said, log,
               (const char *[]){"-w", witness->vkey, "-u", witness->url, "--timeout", "5", NULL});
}

/* The file has the log's signature and that of each witness, at that size; and nothing else. */
static void assert_witnessed(const char *log, uint64_t size, const struct sg_cosigning *by[],
                             size_t n)
{
    struct sg_note_key key;
    struct sg_note *note = malloc(sizeof *note);
    struct sg_checkpoint checkpoint;
    char path[128];
    size_t len = 0;
    (void)snprintf(path, sizeof path, "%s" WITNESSED, log);
    char *text = sg_tempdir_read(&dir, path, &len);
    const struct sg_bytes bytes = {(const uint8_t *)text, len};
    sg_made_key(0, &key);
    assert_non_null(note);
    assert_int_equal(sg_checkpoint_open(&checkpoint, note, bytes, &key), SCRUBGATE_OK);
    assert_int_equal(checkpoint.size, size);
    assert_int_equal(note->n, 1 + n);
    for (size_t i = 0; i < n; i++) {
        uint64_t time = 0;
        assert_int_equal(sg_note_verify(note, &by[i]->key, &time), SCRUBGATE_OK);
        assert_int_equal(time, SG_COSIGNING_TIME);
    }
    free(text);
    free(note);
}

static void forget(const char *log)
{
    char name[128], path[512];
    (void)snprintf(name, sizeof name, "%s" WITNESSED, log);
    sg_tempdir_path(&dir, name, path);
    (void)remove(path);
}

/* --- honest witnesses --- */

static void test_a_log_that_grows_is_cosigned_again_and_again(void **state)
{
    struct sg_cosigning witness = {.size = 0};
    struct sg_program_run said;
    (void)state;
    sg_made_key(0, &witness.log);
    sg_cosigning_start(&witness, 1);
    assert_int_equal(ask_one(&said, "grows", &witness), FINE);
    assert_non_null(strstr((const char *)said.out.data,
                           "grows: WITNESSED\n"
                           "  checkpoint   16 records of gateway.example/scrubgate/1\n"
                           "  cosigned     witness.example/1, "));
    sg_program_run_fini(&said);
    assert_witnessed("grows", SMALL, (const struct sg_cosigning *[]){&witness}, 1);

    sg_made_log(&made, LARGE, 0);
    sg_made_write_lines(&made, &dir, "grows");
    sg_tempdir_write(&dir, "grows/checkpoint", made.checkpoint, strlen(made.checkpoint));
    assert_int_equal(ask_one(&said, "grows", &witness), FINE);
    sg_program_run_fini(&said);
    assert_witnessed("grows", LARGE, (const struct sg_cosigning *[]){&witness}, 1);
    /* Nothing new: asked again for a newer time. */
    assert_int_equal(ask_one(&said, "grows", &witness), FINE);
    sg_program_run_fini(&said);
    sg_cosigning_stop(&witness);
    assert_int_equal(witness.calls, 3); /* what it has was known: no 409 */
    assert_int_equal(witness.old[1], SMALL);
    assert_true(witness.hashes[1] > 0);
    assert_int_equal(witness.old[2], LARGE);
    assert_int_equal(witness.hashes[2], 0);
}

static void test_a_witness_that_has_another_size_is_asked_once_more(void **state)
{
    struct sg_cosigning witness = {.size = 0};
    struct sg_program_run said;
    (void)state;
    sg_made_key(0, &witness.log);
    knows(&witness, SMALL, 0);
    sg_cosigning_start(&witness, 1);
    assert_int_equal(ask_one(&said, "large", &witness), FINE);
    assert_non_null(strstr((const char *)said.out.data, "it had seen 16 records before\n"));
    sg_program_run_fini(&said);
    sg_cosigning_stop(&witness);
    assert_int_equal(witness.calls, 2);
    assert_int_equal(witness.status[0], 409);
    assert_int_equal(witness.old[1], SMALL);
    assert_int_equal(witness.status[1], 200);
    assert_witnessed("large", LARGE, (const struct sg_cosigning *[]){&witness}, 1);
    forget("large");
}

static void test_two_witnesses_stand_in_one_file_and_one_alone_is_not_enough(void **state)
{
    struct sg_cosigning one = {.size = 0}, two = {.size = 0};
    struct sg_program_run said;
    (void)state;
    sg_made_key(0, &one.log);
    sg_made_key(1, &two.log); /* it has another key for this log */
    sg_cosigning_start(&one, 1);
    sg_cosigning_start(&two, 2);
    const char *const both[] = {"-w",     one.vkey, "-u",    one.url,  "-w",
                                two.vkey, "-u",     two.url, "--json", NULL};
    assert_int_equal(ask(&said, "large", both), WRONG);
    assert_non_null(strstr((const char *)said.out.data, "{\"witnessed\":false,"));
    assert_non_null(strstr((const char *)said.out.data,
                           "{\"name\":\"witness.example/2\",\"cosigned\":false,\"why\":\"it has "
                           "another public key for this log"));
    assert_false(sg_tempdir_has(&dir, "large" WITNESSED));
    sg_program_run_fini(&said);
    sg_made_key(0, &two.log);
    assert_int_equal(ask(&said, "large", both), FINE);
    assert_non_null(strstr((const char *)said.out.data, "\"witnessed\":true,"));
    sg_program_run_fini(&said);
    sg_cosigning_stop(&one);
    sg_cosigning_stop(&two);
    assert_witnessed("large", LARGE, (const struct sg_cosigning *[]){&one, &two}, 2);
    forget("large");
}

/* Two of three are enough: the third is not there. */
static void test_a_policy_says_who_is_asked_and_how_many_are_enough(void **state)
{
    struct sg_cosigning one = {.size = 0}, two = {.size = 0}, three = {.size = 0};
    struct sg_program_run said;
    char policy[2048];
    (void)state;
    sg_made_key(0, &one.log);
    two.log = one.log;
    sg_cosigning_start(&one, 1);
    sg_cosigning_start(&two, 2);
    sg_cosigning_start(&three, 3);
    sg_cosigning_stop(&three);
    for (int k = 2; k <= 3; k++) {
        int n = snprintf(policy, sizeof policy,
                         "witness a %s %s\nwitness b %s %s\nwitness c %s %s\n"
                         "group g %d a b c\nquorum g\n",
                         one.vkey, one.url, two.vkey, two.url, three.vkey, three.url, k);
        sg_tempdir_write(&dir, "policy", policy, (size_t)n);
        assert_int_equal(ask(&said, "large", (const char *[]){"--policy", "policy", NULL}),
                         k == 2 ? FINE : WRONG);
        assert_non_null(strstr((const char *)said.out.data,
                               "  missing      witness.example/3: http://127.0.0.1:"));
        sg_program_run_fini(&said);
        assert_true(sg_tempdir_has(&dir, "large" WITNESSED)); /* what was enough before stays */
        assert_witnessed("large", LARGE, (const struct sg_cosigning *[]){&one, &two}, 2);
    }
    sg_cosigning_stop(&one);
    sg_cosigning_stop(&two);
    forget("large");
}

static void test_a_policy_of_another_log_is_not_taken(void **state)
{
    struct sg_program_run said;
    struct sg_note_key key;
    struct sg_buf text = {0};
    (void)state;
    sg_made_key(1, &key);
    assert_int_equal(sg_buf_add_text(&text, "log "), SCRUBGATE_OK);
    assert_int_equal(sg_note_key_add(&text, &key), SCRUBGATE_OK);
    assert_int_equal(sg_buf_add_text(&text, "\nquorum none\n"), SCRUBGATE_OK);
    sg_tempdir_write(&dir, "policy", text.data, text.len);
    assert_int_equal(ask(&said, "large", (const char *[]){"--policy", "policy", NULL}), USAGE);
    assert_non_null(
        strstr((const char *)said.err.data, "policy: this policy does not believe this log's key"));
    sg_program_run_fini(&said);
    sg_tempdir_write(&dir, "policy", "quorum none\n", 12);
    assert_int_equal(ask(&said, "large", (const char *[]){"--policy", "policy", NULL}), USAGE);
    assert_non_null(strstr((const char *)said.err.data, "this policy has no witness with a URL"));
    sg_program_run_fini(&said);
    sg_buf_fini(&text);
}

/* --- others --- */

struct row {
    const char *name;
    enum sg_cosigning_lie lie;
    const char *says, *holds; /* the command, in its report */
    size_t knows;
    unsigned story;
    bool other_log, other_key; /* that it takes checkpoints of */
};

static const struct row rows[] = {
    {.name = "a witness that has more records finds a log that was cut back",
     .knows = 48,
     .holds = "it has seen 48 records of this log, of which there are 40: the log was cut back"},
    {.name = "a witness that saw another beginning finds a fork",
     .knows = SMALL,
     .story = 1,
     .holds = "it has seen another log under this name"},
    {.name = "a witness that saw another tree of the same size finds a fork",
     .knows = LARGE,
     .story = 1,
     .holds = "it has cosigned another tree of 40 records of this log: the log was forked"},
    {.name = "a witness that does not know the log",
     .other_log = true,
     .holds = "its operator must add the log's public key (404)"},
    {.name = "a witness with another key for the log",
     .other_key = true,
     .holds = "it has another public key for this log"},
    {.name = "a cosignature of another text is not kept",
     .lie = SG_COSIGNING_OTHER_TEXT,
     .holds = "no cosignature of this checkpoint under its key"},
    {.name = "a cosignature that was forged is not kept",
     .lie = SG_COSIGNING_FORGED,
     .holds = "no cosignature of this checkpoint under its key"},
    {.name = "a stranger's cosignature alone is none",
     .lie = SG_COSIGNING_STRANGER,
     .holds = "no cosignature of this checkpoint under its key"},
    {.name = "an empty answer",
     .says = OK("Content-Length: 0\r\n\r\n"),
     .holds = "no cosignature of this checkpoint"},
    {.name = "an answer that is no signature line",
     .says = OK("Content-Length: 6\r\n\r\nhello\n"),
     .holds = "no cosignature of this checkpoint"},
    {.name = "an answer that would end the note before its signatures",
     .says = OK("Content-Length: 42\r\n\r\n" LINE "YWJjZGVmZ2hpag==\n\nx\n"),
     .holds = "no cosignature of this checkpoint"},
    {.name = "an answer without its last line feed",
     .says = OK("Content-Length: 38\r\n\r\n" LINE "YWJjZGVmZ2hpag=="),
     .holds = "no cosignature of this checkpoint"},
    {.name = "a promise of too long an answer",
     .says = OK("Content-Length: 99999999\r\n\r\nx"),
     .holds = "its answer is longer than such an answer can be"},
    {.name = "an answer that is cut off",
     .says = OK("Content-Length: 200\r\n\r\n" LINE),
     .holds = "no answer: it closed before its answer was whole"},
    {.name = "an answer with two lengths",
     .says = OK("Content-Length: 1\r\nContent-Length: 2\r\n\r\nok"),
     .holds = "no answer: it does not answer in HTTP"},
    {.name = "what is no HTTP",
     .says = "220 mail.example\r\n",
     .holds = "no answer: it does not answer in HTTP"},
    {.name = "nothing at all",
     .says = "",
     .holds = "no answer: it closed before its answer was whole"},
    {.name = "a redirect is not followed",
     .says = "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
     .holds = "it answered what no witness answers (302)"},
    {.name = "a 409 without a size",
     .says = "HTTP/1.1 409 Conflict\r\nContent-Length: 0\r\n\r\n",
     .holds = "it has another size of this log, but not which"},
    {.name = "a 409 with a size that is none",
     .says = "HTTP/1.1 409 Conflict\r\nContent-Length: 4\r\n\r\n-12\n",
     .holds = "it has another size of this log, but not which"},
    {.name = "a 409 with a size over 64 bits",
     .says = "HTTP/1.1 409 Conflict\r\nContent-Length: 21\r\n\r\n18446744073709551616\n",
     .holds = "it has another size of this log, but not which"},
    {.name = "a 409 with the size that was named",
     .says = "HTTP/1.1 409 Conflict\r\nContent-Length: 2\r\n\r\n0\n",
     .holds = "it contradicts itself about its size of this log"},
    {.name = "a witness that always has that size",
     .says = "HTTP/1.1 409 Conflict\r\nContent-Length: 2\r\n\r\n7\n",
     .holds = "it contradicts itself about its size of this log"},
    {.name = "a witness that is out of order",
     .says = "HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n",
     .holds = "it cannot answer now (503)"},
    {.name = "a witness that did not understand",
     .says = "HTTP/1.1 400 No\r\nContent-Length: 0\r\n\r\n",
     .holds = "it did not understand the request (400)"},
};

static void test_row(void **state)
{
    const struct row *row = *state;
    struct sg_cosigning witness = {.lie = row->says != NULL ? SG_COSIGNING_SAYS : row->lie,
                                   .says = row->says};
    struct sg_program_run said;
    sg_made_key(row->other_key ? 1 : 0, &witness.log);
    if (row->other_log)
        assert_int_equal(sg_note_key_init(&witness.log, SG_BYTES("other.example/log"),
                                          SG_NOTE_ED25519, witness.log.public_key),
                         SCRUBGATE_OK);
    knows(&witness, row->knows, row->story);
    sg_cosigning_start(&witness, 1);
    int code = ask_one(&said, "large", &witness);
    sg_cosigning_stop(&witness);
    const char *out = (const char *)said.out.data, *err = (const char *)said.err.data;
    if (code != WRONG || strstr(out, row->holds) == NULL ||
        strstr(out, "  missing      witness.example/1: http://127.0.0.1:") == NULL ||
        err[0] != '\0')
        fail_msg("exit %d\n--- output\n%s\n--- errors\n%s", code, out, err);
    assert_false(sg_tempdir_has(&dir, "large" WITNESSED));
    assert_true(witness.calls <= 2);
    sg_program_run_fini(&said);
}

static void test_nobody_there(void **state)
{
    struct sg_cosigning witness = {.size = 0};
    struct sg_program_run said;
    (void)state;
    sg_cosigning_start(&witness, 1);
    sg_cosigning_stop(&witness);
    assert_int_equal(ask_one(&said, "large", &witness), WRONG);
    assert_non_null(strstr((const char *)said.out.data, "no answer: nobody answers there"));
    sg_program_run_fini(&said);
}

/* --- what the log itself is --- */

struct log_row {
    const char *name, *log, *err;
};
static const struct log_row logs[] = {
    {"a log that was cut back since it was witnessed is not taken anywhere", "cut",
     "the log was cut back: checkpoint.witnessed has more records than its checkpoint"},
    {"a file of another log is not written over", "foreign",
     "checkpoint.witnessed is not of this log"},
    {"a checkpoint that the log's key did not sign", "unsigned",
     "its checkpoint is not signed by that key"},
    {"a log without a checkpoint", "young", "there is no checkpoint here yet"},
    {"a folder that is none", "none", "cannot open this folder"},
};

static void test_log_row(void **state)
{
    const struct log_row *row = *state;
    struct sg_cosigning witness = {.size = 0};
    struct sg_program_run said;
    sg_made_key(0, &witness.log);
    sg_cosigning_start(&witness, 1);
    assert_int_equal(ask_one(&said, row->log, &witness), WRONG);
    sg_cosigning_stop(&witness);
    assert_non_null(strstr((const char *)said.err.data, row->err));
    assert_int_equal(witness.calls, 0);
    sg_program_run_fini(&said);
}

static void test_records_that_were_changed_are_not_proven_to_a_witness(void **state)
{
    struct sg_cosigning witness = {.size = 0};
    struct sg_program_run said;
    (void)state;
    sg_made_key(0, &witness.log);
    knows(&witness, SMALL, 0);
    sg_cosigning_start(&witness, 1);
    assert_int_equal(ask_one(&said, "changed", &witness), WRONG);
    sg_cosigning_stop(&witness);
    assert_non_null(strstr((const char *)said.out.data, "the records do not prove how the log grew "
                                                        "since this witness saw 16 of them"));
    assert_int_equal(witness.calls, 1);
    sg_program_run_fini(&said);
}

/* --- usage --- */

struct usage {
    const char *name;
    const char *args[6];
    const char *err;
};
static const struct usage usages[] = {
    {"no witness", {NULL}, "wants witnesses"},
    {"a policy and a witness beside it",
     {"--policy", "p", "-w", "x", "-u", "y"},
     "from --policy or from --witness"},
    {"a policy that is not there", {"--policy", "none"}, "none: "},
    {"a witness without its place", {"-w", "x"}, "wants witnesses"},
    {"a key that is none", {"-w", "x", "-u", "http://127.0.0.1:1/"}, "x: this is no public key"},
    {"no time at all",
     {"-w", "x", "-u", "http://127.0.0.1:1/", "--timeout", "0"},
     "--timeout wants 1 to 3600"},
};

static void test_usage(void **state)
{
    const struct usage *row = *state;
    const char *more[7] = {0};
    struct sg_program_run said;
    memcpy(more, row->args, sizeof row->args);
    assert_int_equal(ask(&said, "large", more), USAGE);
    assert_non_null(strstr((const char *)said.err.data, row->err));
    sg_program_run_fini(&said);
}

static void test_a_log_s_key_is_no_witness_s(void **state)
{
    struct sg_program_run said;
    char *vkey = sg_tempdir_read(&dir, "log.vkey", NULL);
    (void)state;
    assert_int_equal(
        ask(&said, "large", (const char *[]){"-w", vkey, "-u", "http://127.0.0.1:1/", NULL}),
        USAGE);
    assert_non_null(strstr((const char *)said.err.data, "this is no public key of a witness"));
    sg_program_run_fini(&said);
    free(vkey);
}

static void make_logs(void)
{
    char path[512];
    sg_tempdir_make(&dir);
    write_log("grows", SMALL, 0);
    write_log("large", LARGE, 0);
    sg_tempdir_write(&dir, "kept", made.checkpoint, strlen(made.checkpoint));
    write_log("cut", SMALL, 0);
    sg_made_log(&made, LARGE, 0);
    sg_tempdir_write(&dir, "cut" WITNESSED, made.checkpoint, strlen(made.checkpoint));
    write_log("foreign", SMALL, 0);
    sg_made_sign(&made, SMALL, 1);
    sg_tempdir_write(&dir, "foreign" WITNESSED, made.checkpoint, strlen(made.checkpoint));
    write_log("unsigned", SMALL, 0);
    sg_made_sign(&made, SMALL, 1);
    sg_tempdir_write(&dir, "unsigned/checkpoint", made.checkpoint, strlen(made.checkpoint));
    write_log("young", SMALL, 0);
    sg_tempdir_path(&dir, "young/checkpoint", path);
    (void)remove(path);
    write_log("changed", LARGE, 0);
    *strstr(made.line[12], "masked") = 'n';
    sg_made_write_lines(&made, &dir, "changed");
    sg_tempdir_path(&dir, "changed/tile/0/000.p/40", path);
    (void)remove(path);
}

int main(void)
{
    make_logs();
    sg_suite_add("a log that grows is cosigned again and again",
                 test_a_log_that_grows_is_cosigned_again_and_again, NULL);
    sg_suite_add("a witness that has another size is asked once more",
                 test_a_witness_that_has_another_size_is_asked_once_more, NULL);
    sg_suite_add("two witnesses stand in one file, and one alone is not enough",
                 test_two_witnesses_stand_in_one_file_and_one_alone_is_not_enough, NULL);
    sg_suite_add("a policy says who is asked, and how many are enough",
                 test_a_policy_says_who_is_asked_and_how_many_are_enough, NULL);
    sg_suite_add("a policy of another log is not taken", test_a_policy_of_another_log_is_not_taken,
                 NULL);
    SG_SUITE_ROWS(test_row, rows);
    sg_suite_add("nobody is there", test_nobody_there, NULL);
    SG_SUITE_ROWS(test_log_row, logs);
    sg_suite_add("records that were changed are not proven to a witness",
                 test_records_that_were_changed_are_not_proven_to_a_witness, NULL);
    SG_SUITE_ROWS(test_usage, usages);
    sg_suite_add("a log's key is no witness's", test_a_log_s_key_is_no_witness_s, NULL);
    int code = sg_suite_run("cli/test_audit_witness");
    sg_tempdir_remove(&dir);
    return code;
}
