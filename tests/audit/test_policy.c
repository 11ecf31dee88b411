/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_policy.c - a policy file says what is wrong with it and where; and whose cosignatures are
 * enough.
 *
 * In the texts %0, %1, … stand for the public key of that witness, %L for the log's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "audit/policy.h"
#include "base/diag.h"

#include "../lib/alloc_fail.h"
#include "../lib/cosigner.h"
#include "../lib/made_log.h"
#include "../lib/suite.h"

static struct sg_made_log made;

static void add_keys(struct sg_buf *out, const char *text)
{
    struct sg_note_key log;
    sg_made_key(0, &log);
    for (; *text != '\0'; text++) {
        if (*text != '%') {
            assert_int_equal(sg_buf_add_byte(out, (uint8_t)*text), SCRUBGATE_OK);
            continue;
        }
        text++;
        if (*text == 'L')
            assert_int_equal(sg_note_key_add(out, &log), SCRUBGATE_OK);
        else
            sg_cosigner_vkey((unsigned)(*text - '0'), out);
    }
}

static enum scrubgate_status read_policy(const char *text, struct sg_policy **policy, char *said)
{
    struct scrubgate_fault fault = {.what = ""};
    struct sg_buf file = {0};
    add_keys(&file, text);
    enum scrubgate_status rc = sg_policy_read(policy, sg_buf_bytes(&file), "policy", &fault);
    sg_fault_print(&fault, said, sizeof fault);
    assert_true((rc < 0) == (*policy == NULL));
    sg_buf_fini(&file);
    return rc;
}

/* --- what it says of a file --- */

struct file_row {
    const char *name, *text;
    const char *said; /* its beginning; NULL: it is a policy */
};

static const struct file_row files[] = {
    {"the least that a policy can say", "quorum none\n", NULL},
    {"a log and a witness, with and without where they are",
     "log %L\nwitness w %0 https://w.example/\nquorum w\n", NULL},
    {"blank lines, comments, tabs and spaces around words",
     "\n  # said by us\n\t log \t %L  https://log.example/ \n#\nquorum none\t\n", NULL},
    {"a group of groups", "witness a %0\nwitness b %1\ngroup g all a\ngroup h 2 g b\nquorum h\n",
     NULL},
    {"more witnesses behind the quorum", "witness a %0\nquorum a\nwitness b %1\n", NULL},
    {"a name is any octets", "witness w\xC3\xA4\xFF %0\nquorum w\xC3\xA4\xFF\n", NULL},
    {"a group may be named like a keyword", "witness log %0\ngroup all any log\nquorum all\n",
     NULL},
    {"nothing at all", "", "policy:1:1: the quorum is missing"},
    {"no quorum", "log %L\n", "policy:2:1: the quorum is missing"},
    {"two quorums", "quorum none\nquorum none\n", "policy:2:1: the quorum was said before"},
    {"a quorum of nothing", "quorum\n", "policy:1:7: the quorum is the name"},
    {"a quorum of an unknown name", "quorum w\n", "policy:1:8: no line before"},
    {"a quorum that is defined later", "quorum w\nwitness w %0\n", "policy:1:8: no line before"},
    {"more than a quorum", "quorum none or not\n", "policy:1:13: nothing more"},
    {"a line that does not end", "log %L\nquorum none", "policy:2:1: this last line has no end"},
    {"a line that is none", "quorum none\n  wittness w %0\n", "policy:2:3: a line begins with"},
    {"a carriage return", "quorum none\r\n", "policy:1:12: a control character"},
    {"a control character in a comment", "# a\x1B[2J\nquorum none\n",
     "policy:1:4: a control character"},
    {"a log without a key", "log\n", "policy:1:4: a public key"},
    {"a log with a key that is none", "log w+1+2\n", "policy:1:5: this is no public key"},
    {"a log with a witness's key", "log %0\n", "policy:1:5: this key is of a witness"},
    {"a log twice", "log %L\nlog %L https://log.example/\n",
     "policy:2:5: this log's key stands here twice"},
    {"a log and more", "log %L https://log.example/ 1\n", "nothing more"},
    {"a witness without a name", "witness\n", "policy:1:8: a name is missing"},
    {"a witness without a key", "witness w\n", "policy:1:10: a public key"},
    {"a witness with a log's key", "witness w %L\n", "policy:1:11: this key is of a log"},
    {"two witnesses of one name", "witness w %0\nwitness w %1\n",
     "policy:2:9: this name was given before"},
    {"two witnesses with one key", "witness v %0\nwitness w %0\n",
     "policy:2:11: this witness's key stands here twice"},
    {"a witness that is called none", "witness none %0\n", "policy:1:9: none has a meaning"},
    {"a group that is called none", "witness w %0\ngroup none any w\n",
     "policy:2:7: none has a meaning"},
    {"a group named like a witness", "witness w %0\ngroup w any w\n",
     "policy:2:7: this name was given before"},
    {"a group without anything", "group\n", "policy:1:6: a name is missing"},
    {"a group that does not say how many", "group g\n", "policy:1:8: how many members"},
    {"a group of so many that are no number", "witness w %0\ngroup g some w\n",
     "policy:2:9: how many members"},
    {"a group without a member", "group g any\n", "policy:1:12: a group needs a member"},
    {"a group of none", "group g any none\n", "policy:1:13: no line before"},
    {"a group with an unknown member", "witness w %0\ngroup g any w v\n",
     "policy:2:15: no line before"},
    {"a group within itself", "group g any g\n", "policy:1:13: no line before"},
    {"a group within one that is within it", "group g any h\ngroup h any g\n",
     "policy:1:13: no line before"},
    {"a member twice in a group", "witness w %0\ngroup g any w w\n",
     "policy:2:15: this name is a member before"},
    {"a member of two groups", "witness w %0\ngroup g any w\ngroup h any g w\n",
     "policy:3:15: this name is a member before"},
    {"none of a group are enough", "witness w %0\ngroup g 0 w\n", "policy:2:9: a number from 1"},
    {"more than its members are enough", "witness w %0\ngroup g 2 w\n",
     "policy:2:9: a number from 1"},
    {"a number that no number holds", "witness w %0\ngroup g 99999999999999999999 w\n",
     "policy:2:9: how many members"},
    {"a negative number", "witness w %0\ngroup g -1 w\n", "policy:2:9: how many members"},
};

static void test_file(void **state)
{
    const struct file_row *row = *state;
    struct sg_policy *policy = NULL;
    char said[sizeof(struct scrubgate_fault)];
    enum scrubgate_status rc = read_policy(row->text, &policy, said);
    if (row->said == NULL) {
        assert_string_equal(said, "");
        assert_int_equal(rc, SCRUBGATE_OK);
    } else {
        assert_int_equal(rc, SCRUBGATE_EMALFORMED);
        if (strstr(said, row->said) == NULL)
            fail_msg("%s", said);
    }
    sg_policy_free(policy);
}

static void test_what_it_holds(void **state)
{
    struct sg_policy *policy = NULL;
    struct sg_note_key witness, other;
    char said[sizeof(struct scrubgate_fault)];
    (void)state;
    assert_int_equal(read_policy("log %L https://log.example/\nwitness w %3 https://w.example/a\n"
                                 "witness v %4\ngroup g 1 w v\nquorum g\n",
                                 &policy, said),
                     SCRUBGATE_OK);
    sg_cosigner_key(3, &witness);
    sg_made_key(1, &other);
    assert_int_equal(policy->n_logs, 1);
    assert_int_equal(policy->n_witnesses, 2);
    assert_true(sg_bytes_equal(policy->log[0].url, SG_BYTES("https://log.example/")));
    assert_true(sg_bytes_equal(policy->witness[0].name, SG_BYTES("w")));
    assert_true(sg_bytes_equal(policy->witness[0].url, SG_BYTES("https://w.example/a")));
    assert_int_equal(policy->witness[1].url.len, 0);
    assert_int_equal(policy->witness[0].key.id, witness.id);
    assert_true(sg_policy_has_log(policy, &policy->log[0].key));
    assert_false(sg_policy_has_log(policy, &other));
    sg_policy_free(policy);
}

/* As many as there is room for are taken, one more is not. */
static void test_limits(void **state)
{
    struct scrubgate_fault fault;
    struct sg_buf file = {0};
    struct sg_policy *policy = NULL;
    (void)state;
    for (unsigned i = 0; i < SG_POLICY_WITNESSES; i++) {
        assert_int_equal(sg_buf_addf(&file, "witness %u ", i), SCRUBGATE_OK);
        sg_cosigner_vkey(i, &file);
        assert_int_equal(sg_buf_addf(&file, "\ngroup g%u any %u\n", i, i), SCRUBGATE_OK);
    }
    const size_t full = file.len;
    assert_int_equal(sg_buf_add_text(&file, "quorum g63\n"), SCRUBGATE_OK);
    assert_int_equal(sg_policy_read(&policy, sg_buf_bytes(&file), "policy", &fault), SCRUBGATE_OK);
    sg_policy_free(policy);
    file.len = full;
    assert_int_equal(sg_buf_add_text(&file, "witness one-more "), SCRUBGATE_OK);
    sg_cosigner_vkey(SG_POLICY_WITNESSES, &file);
    assert_int_equal(sg_buf_add_text(&file, "\nquorum g63\n"), SCRUBGATE_OK);
    assert_int_equal(sg_policy_read(&policy, sg_buf_bytes(&file), "policy", &fault),
                     SCRUBGATE_ELIMIT);
    assert_int_equal(fault.line, 2 * SG_POLICY_WITNESSES + 1);
    file.len = full;
    assert_int_equal(sg_buf_add_text(&file, "group one-more any g0\nquorum g63\n"), SCRUBGATE_OK);
    assert_int_equal(sg_policy_read(&policy, sg_buf_bytes(&file), "policy", &fault),
                     SCRUBGATE_ELIMIT);
    file.len = 0;
    while (file.len <= SG_POLICY_LONGEST)
        assert_int_equal(sg_buf_add_text(&file, "# all of this says nothing\n"), SCRUBGATE_OK);
    assert_int_equal(sg_policy_read(&policy, sg_buf_bytes(&file), "policy", &fault),
                     SCRUBGATE_ELIMIT);
    sg_buf_fini(&file);
}

static enum scrubgate_status read_one(void *ctx)
{
    struct sg_policy *policy = NULL;
    enum scrubgate_status rc =
        sg_policy_read(&policy, SG_BYTES("# nothing\nquorum none\n"), "policy", NULL);
    (void)ctx;
    assert_true((rc < 0) == (policy == NULL));
    sg_policy_free(policy);
    return rc;
}

static void test_memory(void **state)
{
    (void)state;
    assert_int_equal(sg_alloc_fail_each(read_one, NULL), 2);
}

/* --- whose cosignatures are enough --- */

enum { OF_EACH = 8 };

struct row {
    const char *name, *text;
    uint64_t time[OF_EACH]; /* when witness i cosigned; 0: it did not */
    uint64_t reached;       /* since when the quorum is reached; 0: it is not */
};

#define THREE "witness a %0\nwitness b %1\nwitness c %2\n"
#define SIX   THREE "witness d %3\nwitness e %4\nwitness f %5\n"

static const struct row rows[] = {
    {"one witness", "witness a %0\nquorum a\n", {7}, 7},
    {"one witness that did not cosign", "witness a %0\nquorum a\n", {0}, 0},
    {"another one's cosignature", "witness a %0\nquorum a\n", {0, 7}, 0},
    {"a witness that the quorum does not ask", "witness a %0\nwitness b %1\nquorum a\n", {0, 7}, 0},
    {"any of three", THREE "group g any a b c\nquorum g\n", {0, 0, 9}, 9},
    {"any of three: the latest counts", THREE "group g any a b c\nquorum g\n", {7, 8, 9}, 9},
    {"none of three", THREE "group g any a b c\nquorum g\n", {0}, 0},
    {"all of three: the oldest counts", THREE "group g all a b c\nquorum g\n", {8, 7, 9}, 7},
    {"all of three but one", THREE "group g all a b c\nquorum g\n", {8, 0, 9}, 0},
    {"two of three", THREE "group g 2 a b c\nquorum g\n", {8, 0, 9}, 8},
    {"two of three: the second latest counts", THREE "group g 2 a b c\nquorum g\n", {6, 8, 7}, 7},
    {"two of three, but one", THREE "group g 2 a b c\nquorum g\n", {0, 8, 0}, 0},
    {"both of two groups",
     SIX "group x 2 a b c\ngroup y any d e f\ngroup z all x y\nquorum z\n",
     {6, 0, 8, 0, 7, 0},
     6},
    {"one group of both",
     SIX "group x 2 a b c\ngroup y any d e f\ngroup z all x y\nquorum z\n",
     {6, 7, 8, 0, 0, 0},
     0},
    {"groups and a witness in a group",
     SIX "group x any a b\ngroup y all c d\ngroup z 2 x e y\nquorum z\n",
     {0, 5, 6, 0, 7},
     5},
    {"groups and a witness in a group, too few",
     SIX "group x any a b\ngroup y all c d\ngroup z 2 x e y\nquorum z\n",
     {0, 5, 6, 0, 0},
     0},
    {"five groups deep",
     SIX "group 1 any a\ngroup 2 all 1 b\ngroup 3 any 2 c\ngroup 4 2 3 d e\ngroup 5 all 4 f\n"
         "quorum 5\n",
     {5, 9, 0, 4, 0, 6},
     4},
};

/* The log's checkpoint and the lines of those who cosigned. */
static void add_note(struct sg_buf *out, const uint64_t time[OF_EACH])
{
    struct sg_bytes all = sg_bytes_of(made.checkpoint);
    const char *end = strstr(made.checkpoint, "\n\n");
    struct sg_bytes text = {all.data, (size_t)(end - made.checkpoint) + 1};
    assert_int_equal(sg_buf_add_bytes(out, all), SCRUBGATE_OK);
    for (unsigned i = 0; i < OF_EACH; i++) {
        if (time[i] > 0)
            sg_cosigner_sign(out, text, i, time[i]);
    }
}

static void judge(const char *text, const struct sg_buf *bytes, struct sg_policy_verdict *verdict)
{
    struct sg_policy *policy = NULL;
    struct sg_note note;
    char said[sizeof(struct scrubgate_fault)];
    assert_int_equal(read_policy(text, &policy, said), SCRUBGATE_OK);
    assert_int_equal(sg_note_read(&note, sg_buf_bytes(bytes)), SCRUBGATE_OK);
    sg_policy_judge(policy, &note, verdict);
    sg_policy_free(policy);
}

static void test_row(void **state)
{
    const struct row *row = *state;
    struct sg_policy_verdict verdict;
    struct sg_buf bytes = {0};
    add_note(&bytes, row->time);
    judge(row->text, &bytes, &verdict);
    assert_null(verdict.bad);
    assert_int_equal(verdict.reached, row->reached > 0);
    assert_int_equal(verdict.time, row->reached);
    sg_buf_fini(&bytes);
}

static void test_none(void **state)
{
    static const uint64_t nobody[OF_EACH], all[OF_EACH] = {1, 2, 3, 4, 5, 6, 7, 8};
    struct sg_policy_verdict verdict;
    struct sg_buf bytes = {0};
    (void)state;
    add_note(&bytes, nobody);
    judge(THREE "quorum none\n", &bytes, &verdict);
    assert_true(verdict.reached);
    assert_int_equal(verdict.time, 0);
    sg_buf_clear(&bytes);
    add_note(&bytes, all);
    judge(THREE "quorum none\n", &bytes, &verdict);
    assert_int_equal(verdict.cosigned, 3);
    assert_int_equal(verdict.time_of[2], 3);
    sg_buf_fini(&bytes);
}

/* A known key's signature that does not hold makes the note worthless, whoever else cosigned. */
static void test_a_cosignature_that_does_not_hold(void **state)
{
    static const uint64_t two[OF_EACH] = {5, 6};
    struct sg_policy_verdict verdict;
    struct sg_buf bytes = {0};
    (void)state;
    add_note(&bytes, two);
    sg_cosigner_sign(&bytes, SG_BYTES("another text\n"), 2, 7);
    judge(THREE "group g 2 a b c\nquorum g\n", &bytes, &verdict);
    assert_false(verdict.reached);
    assert_non_null(verdict.bad);
    judge("witness a %0\nwitness b %1\ngroup g all a b\nquorum g\n", &bytes, &verdict);
    assert_true(verdict.reached); /* nobody knows the third */
    sg_buf_fini(&bytes);
}

static void test_a_cosignature_that_says_no_time(void **state)
{
    static const uint64_t nobody[OF_EACH];
    const char *end = strstr(made.checkpoint, "\n\n");
    struct sg_policy_verdict verdict;
    struct sg_buf bytes = {0};
    (void)state;
    add_note(&bytes, nobody);
    sg_cosigner_sign(
        &bytes,
        (struct sg_bytes){sg_bytes_of(made.checkpoint).data, (size_t)(end - made.checkpoint) + 1},
        0, 0);
    judge("witness a %0\nquorum a\n", &bytes, &verdict);
    assert_false(verdict.reached);
    assert_null(verdict.bad);
    assert_int_equal(verdict.cosigned, 0);
    sg_buf_fini(&bytes);
}

static void test_a_log_that_is_believed(void **state)
{
    struct sg_policy *policy = NULL;
    struct sg_checkpoint checkpoint;
    struct sg_note note;
    const struct sg_note_key *key = NULL;
    char said[sizeof(struct scrubgate_fault)];
    (void)state;
    assert_int_equal(read_policy("log %L\nquorum none\n", &policy, said), SCRUBGATE_OK);
    assert_int_equal(sg_policy_open(policy, sg_bytes_of(made.checkpoint), &checkpoint, &note, &key),
                     SCRUBGATE_OK);
    assert_int_equal(checkpoint.size, 20);
    assert_ptr_equal(key, &policy->log[0].key);
    sg_made_sign(&made, 20, 1);
    assert_int_equal(sg_policy_open(policy, sg_bytes_of(made.checkpoint), &checkpoint, &note, &key),
                     SCRUBGATE_EMALFORMED);
    sg_made_sign(&made, 20, 0);
    sg_policy_free(policy);
    assert_int_equal(read_policy("quorum none\n", &policy, said), SCRUBGATE_OK);
    assert_int_equal(sg_policy_open(policy, sg_bytes_of(made.checkpoint), &checkpoint, &note, &key),
                     SCRUBGATE_EMALFORMED);
    sg_policy_free(policy);
}

int main(void)
{
    sg_made_log(&made, 20, 0);
    SG_SUITE_ROWS(test_file, files);
    sg_suite_add("a policy holds what its lines say", test_what_it_holds, NULL);
    sg_suite_add("as much is taken as there is room for", test_limits, NULL);
    sg_suite_add("without memory there is no policy", test_memory, NULL);
    SG_SUITE_ROWS(test_row, rows);
    sg_suite_add("no cosignature is asked for", test_none, NULL);
    sg_suite_add("a cosignature that does not hold", test_a_cosignature_that_does_not_hold, NULL);
    sg_suite_add("a cosignature that says no time", test_a_cosignature_that_says_no_time, NULL);
    sg_suite_add("a checkpoint of a log that is believed", test_a_log_that_is_believed, NULL);
    return sg_suite_run("audit/test_policy");
}
