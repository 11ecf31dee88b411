/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_checkpoint.c - signed notes, keys and checkpoints against what others published.
 *
 * The test log is Tessera's (testdata/log): its key pair and its entries are public, its
 * checkpoints are made again byte for byte. The example key is signed-note's own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "audit/checkpoint.h"
#include "base/base64.h"

#include "../lib/suite.h"

static const char log_key[] =
    "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx";
static const char log_secret[] = "AeymY/SZAX0jZcJ8enZ5FY1Dz+wTML2yWSkK+9DSF3eg";
static const char *const entries[] = {"one",    "two",   "three",    "four",    "five",
                                      "six",    "seven", "eit",      "nain",    "ten",
                                      "ileven", "twelf", "threeten", "fourten", "fivten"};
enum { ENTRIES = sizeof entries / sizeof entries[0] };

static const char last_checkpoint[] =
    "example.com/log/testdata\n"
    "15\n"
    "rKbDipCvhuX1GZ7g5BBe8sA6BbJ7ja/1nk427v383cs=\n"
    "\n"
    "\xE2\x80\x94 example.com/log/testdata "
    "M9e0luh4jTG+UMBqOUo9/q+yAEvx1ilBEniMvjf1zfcBOhg+CKubMt53MvIt/uEWP6zdkdIQzd/fmwlM/"
    "dlPWF74ewI=\n";

static struct sg_signer *signer;
static struct sg_note_key key;

static struct sg_hash root_of(unsigned n)
{
    struct sg_merkle_range range = {.size = 0};
    struct sg_sha256 *sha;
    struct sg_hash root, leaf;
    assert_int_equal(sg_sha256_new(&sha), SCRUBGATE_OK);
    for (unsigned i = 0; i < n; i++) {
        assert_int_equal(sg_merkle_leaf(sha, sg_bytes_of(entries[i]), &leaf), SCRUBGATE_OK);
        assert_int_equal(sg_merkle_push(&range, sha, &leaf, NULL, NULL), SCRUBGATE_OK);
    }
    assert_int_equal(sg_merkle_root(&range, sha, &root), SCRUBGATE_OK);
    sg_sha256_free(sha);
    return root;
}

static void sign(unsigned size, struct sg_buf *out)
{
    const struct sg_checkpoint made = {sg_bytes_of(key.name), size, root_of(size)};
    assert_int_equal(sg_checkpoint_add(out, &made, &key, signer), SCRUBGATE_OK);
}

/* --- what others published --- */

static void test_the_last_checkpoint_of_the_test_log_is_made_byte_for_byte(void **state)
{
    struct sg_buf made = {0};
    (void)state;
    sign(ENTRIES, &made);
    assert_int_equal(made.len, sizeof last_checkpoint - 1);
    assert_memory_equal(made.data, last_checkpoint, made.len);
    sg_buf_fini(&made);
}

struct published {
    const char *name;
    unsigned size;
    const char *root;
};
static const struct published roots[] = {{"the root of 2 entries is the published one", 2,
                                          "T1X2GdkhUjV3iyufF9b0kVsWFxIU0VI4EpNml2Teci4="},
                                         {"the root of 8 entries is the published one", 8,
                                          "bC+VwvrJbalNVjfkdI8kUgs7mJoXrqiXCE7bgnD28pY="},
                                         {"the root of 15 entries is the published one", 15,
                                          "rKbDipCvhuX1GZ7g5BBe8sA6BbJ7ja/1nk427v383cs="}};

static void test_a_root(void **state)
{
    const struct published *row = *state;
    struct sg_hash root = root_of(row->size);
    struct sg_buf text = {0};
    assert_int_equal(sg_base64_add(&text, (struct sg_bytes){root.bytes, sizeof root.bytes}),
                     SCRUBGATE_OK);
    assert_true(sg_bytes_equal(sg_buf_bytes(&text), sg_bytes_of(row->root)));
    sg_buf_fini(&text);
}

static void test_a_published_key_is_read_and_written_again(void **state)
{
    static const char *const keys[] = {
        log_key, "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct sg_note_key read;
        struct sg_buf again = {0};
        assert_int_equal(sg_note_key_read(&read, sg_bytes_of(keys[i])), SCRUBGATE_OK);
        assert_int_equal(sg_note_key_add(&again, &read), SCRUBGATE_OK);
        assert_true(sg_bytes_equal(sg_buf_bytes(&again), sg_bytes_of(keys[i])));
        sg_buf_fini(&again);
    }
}

/* --- refusals --- */

static void test_every_truncation_and_every_other_byte_of_a_key_is_refused(void **state)
{
    char text[sizeof log_key];
    struct sg_note_key read;
    (void)state;
    for (size_t len = 0; len < sizeof log_key - 1; len++)
        assert_int_equal(sg_note_key_read(&read, (struct sg_bytes){(const uint8_t *)log_key, len}),
                         SCRUBGATE_EMALFORMED);
    for (size_t i = 0; i < sizeof log_key - 1; i++) {
        for (int step = -1; step <= 1; step += 2) {
            memcpy(text, log_key, sizeof text);
            text[i] = (char)(text[i] + step);
            assert_int_equal(sg_note_key_read(&read, sg_bytes_of(text)), SCRUBGATE_EMALFORMED);
        }
    }
}

static void test_every_truncation_and_every_flipped_bit_of_a_checkpoint_is_refused(void **state)
{
    struct sg_checkpoint read;
    uint8_t text[sizeof last_checkpoint - 1];
    (void)state;
    for (size_t len = 0; len < sizeof text; len++)
        assert_int_equal(
            sg_checkpoint_open(&read, NULL,
                               (struct sg_bytes){(const uint8_t *)last_checkpoint, len}, &key),
            SCRUBGATE_EMALFORMED);
    for (size_t i = 0; i < 8 * sizeof text; i++) {
        memcpy(text, last_checkpoint, sizeof text);
        text[i / 8] ^= (uint8_t)(1u << i % 8);
        assert_int_equal(
            sg_checkpoint_open(&read, NULL, (struct sg_bytes){text, sizeof text}, &key),
            SCRUBGATE_EMALFORMED);
    }
}

struct text {
    const char *name, *text;
};
static const struct text bad_texts[] = {
    {"a size with a zero before it", "a\n015\nrKbDipCvhuX1GZ7g5BBe8sA6BbJ7ja/1nk427v383cs=\n"},
    {"a size with a sign", "a\n+15\nrKbDipCvhuX1GZ7g5BBe8sA6BbJ7ja/1nk427v383cs=\n"},
    {"a size over 64 bits",
     "a\n18446744073709551616\nrKbDipCvhuX1GZ7g5BBe8sA6BbJ7ja/1nk427v383cs=\n"},
    {"no origin", "\n15\nrKbDipCvhuX1GZ7g5BBe8sA6BbJ7ja/1nk427v383cs=\n"},
    {"a root that is too short", "a\n15\nrKbDipCvhuX1GZ7g5BBe8sA6BbJ7ja/1nk427v383c=\n"},
    {"no root", "a\n15\n"},
    {"a last line without its end", "a\n15\nrKbDipCvhuX1GZ7g5BBe8sA6BbJ7ja/1nk427v383cs="},
};

static void test_a_bad_text(void **state)
{
    const struct text *row = *state;
    struct sg_checkpoint read;
    assert_int_equal(sg_checkpoint_read(&read, sg_bytes_of(row->text)), SCRUBGATE_EMALFORMED);
}

static void test_another_log_s_checkpoint_is_refused_under_our_key(void **state)
{
    struct sg_checkpoint other = {SG_BYTES("other.example/log"), 1, root_of(1)}, read;
    struct sg_buf made = {0};
    (void)state;
    assert_int_equal(sg_checkpoint_add(&made, &other, &key, signer), SCRUBGATE_OK);
    assert_int_equal(sg_checkpoint_open(&read, NULL, sg_buf_bytes(&made), &key),
                     SCRUBGATE_EMALFORMED);
    sg_buf_fini(&made);
}

/* --- notes --- */

static void test_signatures_of_others_are_ignored_and_a_known_bad_one_spoils_the_note(void **state)
{
    static const char foreign[] = "\xE2\x80\x94 witness.example YWJjZGVmZ2hpamtsbW5vcA==\n";
    static const char forged[] = "\xE2\x80\x94 example.com/log/testdata "
                                 "M9e0luh4jTG+UMBqOUo9/q+yAEvx1ilBEniMvjf1zfcBOhg+CKubMt53MvIt/"
                                 "uEWP6zdkdIQzd/fmwlM/dlPWF74ewM=\n";
    struct sg_buf note = {0};
    struct sg_checkpoint read;
    (void)state;
    sign(3, &note);
    assert_int_equal(sg_buf_add_text(&note, foreign), SCRUBGATE_OK);
    assert_int_equal(sg_checkpoint_open(&read, NULL, sg_buf_bytes(&note), &key), SCRUBGATE_OK);
    assert_int_equal(read.size, 3);
    assert_int_equal(sg_buf_add_text(&note, forged), SCRUBGATE_OK);
    assert_int_equal(sg_checkpoint_open(&read, NULL, sg_buf_bytes(&note), &key),
                     SCRUBGATE_EMALFORMED);
    sg_buf_fini(&note);
}

static void test_sixteen_signatures_are_taken_and_too_many_are_a_limit(void **state)
{
    struct sg_note *read = malloc(sizeof *read);
    struct sg_buf note = {0};
    (void)state;
    assert_non_null(read);
    sign(3, &note);
    for (unsigned i = 1; i < SG_NOTE_SIGNATURES; i++)
        assert_int_equal(sg_buf_addf(&note, "\xE2\x80\x94 witness%u YWJjZGVmZ2hpamtsbW5vcA==\n", i),
                         SCRUBGATE_OK);
    assert_int_equal(sg_note_read(read, sg_buf_bytes(&note)), SCRUBGATE_OK);
    assert_int_equal(read->n, SG_NOTE_SIGNATURES);
    assert_int_equal(sg_buf_add_text(&note, "\xE2\x80\x94 w YWJjZGVmZ2hpamtsbW5vcA==\n"),
                     SCRUBGATE_OK);
    assert_int_equal(sg_note_read(read, sg_buf_bytes(&note)), SCRUBGATE_ELIMIT);
    sg_buf_fini(&note);
    free(read);
}

static const struct text bad_notes[] = {
    {"a note without a signature", "text\n\n"},
    {"a note without an empty line", "text\n\xE2\x80\x94 w YWJjZGVmZ2hp\n"},
    {"a signature without its dash", "text\n\n- w YWJjZGVmZ2hp\n"},
    {"a signature without a name", "text\n\n\xE2\x80\x94  YWJjZGVmZ2hp\n"},
    {"a signature whose name has a plus", "text\n\n\xE2\x80\x94 a+b YWJjZGVmZ2hp\n"},
    {"a signature that is no base64", "text\n\n\xE2\x80\x94 w YWJjZGVmZ2h\n"},
    {"a signature that is a key id only", "text\n\n\xE2\x80\x94 w YWJjZA==\n"},
    {"a control character", "te\rxt\n\n\xE2\x80\x94 w YWJjZGVmZ2hp\n"},
    {"a byte that is no UTF-8", "te\xFFxt\n\n\xE2\x80\x94 w YWJjZGVmZ2hp\n"},
    {"a last line without its end", "text\n\n\xE2\x80\x94 w YWJjZGVmZ2hp"},
    {"nothing", ""},
};

static void test_a_bad_note(void **state)
{
    const struct text *row = *state;
    struct sg_note *read = malloc(sizeof *read);
    assert_non_null(read);
    assert_int_equal(sg_note_read(read, sg_bytes_of(row->text)), SCRUBGATE_EMALFORMED);
    free(read);
}

int main(void)
{
    uint8_t seed[1 + SG_ED25519_SEED], public_key[SG_ED25519_PUBLIC];
    size_t len;
    assert_int_equal(sg_base64_read(sg_bytes_of(log_secret), seed, sizeof seed, &len),
                     SCRUBGATE_OK);
    assert_int_equal(sg_signer_new(&signer, seed + 1, public_key), SCRUBGATE_OK);
    assert_int_equal(sg_note_key_read(&key, sg_bytes_of(log_key)), SCRUBGATE_OK);
    assert_memory_equal(key.public_key, public_key, sizeof public_key);
    sg_suite_add("the last checkpoint of the test log is made byte for byte",
                 test_the_last_checkpoint_of_the_test_log_is_made_byte_for_byte, NULL);
    SG_SUITE_ROWS(test_a_root, roots);
    sg_suite_add("a published key is read and written again",
                 test_a_published_key_is_read_and_written_again, NULL);
    sg_suite_add("every truncation and every other byte of a key is refused",
                 test_every_truncation_and_every_other_byte_of_a_key_is_refused, NULL);
    sg_suite_add("every truncation and every flipped bit of a checkpoint is refused",
                 test_every_truncation_and_every_flipped_bit_of_a_checkpoint_is_refused, NULL);
    SG_SUITE_ROWS(test_a_bad_text, bad_texts);
    sg_suite_add("another log's checkpoint is refused under our key",
                 test_another_log_s_checkpoint_is_refused_under_our_key, NULL);
    sg_suite_add("signatures of others are ignored, and a known bad one spoils the note",
                 test_signatures_of_others_are_ignored_and_a_known_bad_one_spoils_the_note, NULL);
    sg_suite_add("sixteen signatures are taken, and too many are a limit",
                 test_sixteen_signatures_are_taken_and_too_many_are_a_limit, NULL);
    SG_SUITE_ROWS(test_a_bad_note, bad_notes);
    int rc = sg_suite_run("audit/test_checkpoint");
    sg_signer_free(signer);
    return rc;
}
