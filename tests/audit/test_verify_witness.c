/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_verify_witness.c - a log is proven as far as enough witnesses saw it, and not at all when
 * they saw another one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "audit/policy.h"
#include "audit/verify.h"

#include "../lib/alloc_fail.h"
#include "../lib/cosigner.h"
#include "../lib/made_log.h"
#include "../lib/suite.h"

enum { RECORDS = 40, WITNESSES = 3, NONE = -1, TIME = 1795310790 /* before the last record */ };

static struct sg_made_log made;
static struct sg_policy *policy;

struct row {
    const char *name;
    unsigned cosigned;  /* a bit for each witness, on the note of so many records: */
    size_t size;        /* 0: there is no note */
    unsigned in_log;    /* the same on the log's own checkpoint */
    bool other;         /* the note is of another story */
    unsigned who;       /* whose log's key signed the note */
    uint64_t age_s;     /* the officer wants them not older */
    int what;           /* the trouble, or NONE */
    uint64_t witnessed; /* records */
    size_t witnesses;
};

static const struct row rows[] = {
    {"two of three have seen all of it", 3, 40, 0, false, 0, 0, NONE, 40, 2},
    {"two of three have seen a part of it", 5, 24, 0, false, 0, 0, NONE, 24, 2},
    {"all three have seen none of it", 7, 0, 0, false, 0, 0, SG_VERIFY_WITNESSES, 0, 0},
    {"one is not enough", 2, 24, 0, false, 0, 0, SG_VERIFY_WITNESSES, 0, 1},
    {"nobody", 0, 24, 0, false, 0, 0, SG_VERIFY_WITNESSES, 0, 0},
    {"the checkpoint itself is cosigned", 0, 0, 6, false, 0, 0, NONE, 40, 2},
    {"the larger one counts", 3, 24, 6, false, 0, 0, NONE, 40, 2},
    {"the one that is enough counts", 3, 24, 1, false, 0, 0, NONE, 24, 2},
    {"they saw another log", 3, 24, 0, true, 0, 0, SG_VERIFY_WITNESSED, 24, 2},
    {"they saw more than there is", 3, 48, 0, false, 0, 0, SG_VERIFY_SHORT, 48, 2},
    {"what they saw was not signed by this log's key", 3, 24, 0, false, 1, 0, SG_VERIFY_WITNESSES,
     0, 0},
    {"they saw it not too long ago", 3, 40, 0, false, 0, 60, NONE, 40, 2},
    {"they saw it too long ago", 3, 24, 0, false, 0, 2, SG_VERIFY_WITNESS_OLD, 24, 2},
};

static struct sg_bytes text_of(const char *note)
{
    return (struct sg_bytes){(const uint8_t *)note, (size_t)(strstr(note, "\n\n") - note) + 1};
}

static void cosign(struct sg_buf *out, const char *note, unsigned by)
{
    assert_int_equal(sg_buf_add_text(out, note), SCRUBGATE_OK);
    for (unsigned i = 0; i < WITNESSES; i++) {
        if ((by >> i & 1) != 0)
            sg_cosigner_sign(out, text_of(note), i, TIME);
    }
}

struct run {
    struct sg_verify_config config;
    struct sg_verify_result result;
};

static enum scrubgate_status check(void *ctx)
{
    struct run *run = ctx;
    struct sg_verify *verify = NULL;
    enum scrubgate_status rc = sg_verify_open(&verify, &run->config);
    for (size_t i = 0; i < RECORDS && rc == SCRUBGATE_OK; i++)
        rc = sg_verify_take(verify, sg_bytes_of(made.line[i]));
    if (rc >= 0)
        rc = sg_verify_end(verify);
    if (rc >= 0)
        run->result = *sg_verify_result(verify);
    sg_verify_close(verify);
    return rc;
}

static void add_witnessed(struct sg_buf *out, const struct row *row)
{
    static struct sg_made_log seen;
    if (row->size == 0)
        return;
    sg_made_log(&seen, row->size, row->other ? 1 : 0);
    sg_made_sign(&seen, row->size, row->who);
    cosign(out, seen.checkpoint, row->cosigned);
}

static void test_row(void **state)
{
    const struct row *row = *state;
    struct sg_note_key key;
    struct sg_buf witnessed = {0}, checkpoint = {0};
    sg_made_log(&made, RECORDS, 0);
    sg_made_key(0, &key);
    add_witnessed(&witnessed, row);
    cosign(&checkpoint, made.checkpoint, row->in_log);
    struct run run = {{.key = &key,
                       .checkpoint = sg_buf_bytes(&checkpoint),
                       .policy = policy,
                       .witnessed = sg_buf_bytes(&witnessed),
                       .witness_age_ms = row->age_s * 1000},
                      {.n_troubles = 0}};
    assert_int_equal(check(&run), SCRUBGATE_OK);
    if (row->what == NONE && run.result.n_troubles > 0)
        fail_msg("%s", sg_verify_word(run.result.trouble[0].what));
    if (row->what != NONE) {
        assert_int_equal(run.result.n_troubles, 1);
        assert_string_equal(sg_verify_word(run.result.trouble[0].what),
                            sg_verify_word((enum sg_verify_what)row->what));
    }
    assert_int_equal(run.result.has_witnessed, row->witnessed > 0);
    assert_int_equal(run.result.witnessed, row->witnessed);
    assert_int_equal(run.result.witnesses, row->witnesses);
    assert_int_equal(run.result.witnessed_time, row->witnessed > 0 ? TIME * UINT64_C(1000) : 0);
    sg_buf_fini(&witnessed);
    sg_buf_fini(&checkpoint);
}

static void test_memory(void **state)
{
    struct sg_note_key key;
    struct sg_buf witnessed = {0};
    (void)state;
    sg_made_log(&made, RECORDS, 0);
    sg_made_key(0, &key);
    add_witnessed(&witnessed, &rows[0]);
    struct run run = {{.key = &key,
                       .checkpoint = sg_bytes_of(made.checkpoint),
                       .policy = policy,
                       .witnessed = sg_buf_bytes(&witnessed)},
                      {.n_troubles = 0}};
    /* Where memory is missing while a signature is checked, that signature is none. */
    for (size_t i = 0;; i++) {
        sg_alloc_fail_start(i);
        enum scrubgate_status rc = check(&run);
        if (!sg_alloc_fail_stop())
            break;
        assert_true(rc == SCRUBGATE_ENOMEM || run.result.n_troubles > 0 ||
                    run.result.witnessed == RECORDS);
    }
    sg_buf_fini(&witnessed);
}

static void test_a_policy_that_asks_nobody(void **state)
{
    struct sg_policy *nobody = NULL;
    struct sg_note_key key;
    (void)state;
    assert_int_equal(sg_policy_read(&nobody, SG_BYTES("quorum none\n"), "policy", NULL),
                     SCRUBGATE_OK);
    sg_made_log(&made, RECORDS, 0);
    sg_made_key(0, &key);
    struct run run = {{.key = &key, .checkpoint = sg_bytes_of(made.checkpoint), .policy = nobody},
                      {.n_troubles = 0}};
    assert_int_equal(check(&run), SCRUBGATE_OK);
    assert_int_equal(run.result.n_troubles, 0);
    assert_false(run.result.has_witnessed);
    sg_policy_free(nobody);
}

static void read_policy(void)
{
    struct sg_buf text = {0};
    for (unsigned i = 0; i < WITNESSES; i++) {
        assert_int_equal(sg_buf_addf(&text, "witness w%u ", i), SCRUBGATE_OK);
        sg_cosigner_vkey(i, &text);
        assert_int_equal(sg_buf_add_byte(&text, '\n'), SCRUBGATE_OK);
    }
    assert_int_equal(sg_buf_add_text(&text, "group g 2 w0 w1 w2\nquorum g\n"), SCRUBGATE_OK);
    assert_int_equal(sg_policy_read(&policy, sg_buf_bytes(&text), "policy", NULL), SCRUBGATE_OK);
    sg_buf_fini(&text);
}

int main(void)
{
    read_policy();
    SG_SUITE_ROWS(test_row, rows);
    sg_suite_add("without memory nobody is a witness", test_memory, NULL);
    sg_suite_add("a policy that asks nobody", test_a_policy_that_asks_nobody, NULL);
    int code = sg_suite_run("audit/test_verify_witness");
    sg_policy_free(policy);
    return code;
}
