/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_witness.c - the words of add-checkpoint: what is asked, and which answers are kept.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "audit/witness.h"
#include "audit/witnessed.h"

#include "../lib/cosigner.h"
#include "../lib/suite.h"
#include "../lib/tempdir.h"

#define DASH "\xE2\x80\x94 "
#define TEXT "log.example/1\n5\nrKbDipCvhuX1GZ7g5BBe8sA6BbJ7ja/1nk427v383cs=\n"

enum { WHO = 7 };

static struct sg_note_key key;

static void test_the_request_is_written_as_the_standard_has_it(void **state)
{
    struct sg_merkle_proof growth = {.n = 2};
    struct sg_buf out = {0};
    (void)state;
    memset(growth.hash[0].bytes, 0, SG_SHA256_SIZE);
    memset(growth.hash[1].bytes, 0xFF, SG_SHA256_SIZE);
    assert_int_equal(sg_witness_add_request(&out, 20852014, &growth, SG_BYTES("checkpoint\n")),
                     SCRUBGATE_OK);
    assert_true(
        sg_bytes_equal(sg_buf_bytes(&out), SG_BYTES("old 20852014\n"
                                                    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
                                                    "//////////////////////////////////////////8=\n"
                                                    "\ncheckpoint\n")));
    growth.n = SG_WITNESS_HASHES + 1;
    assert_int_equal(sg_witness_add_request(&out, 1, &growth, SG_BYTES("")), SCRUBGATE_ELIMIT);
    sg_buf_fini(&out);
}

struct size_row {
    const char *name, *answer;
    enum scrubgate_status status;
    uint64_t size;
};
static const struct size_row sizes[] = {
    {"a size", "20852014\n", SCRUBGATE_OK, 20852014},
    {"a size of nothing", "0\n", SCRUBGATE_OK, 0},
    {"the largest size", "18446744073709551615\n", SCRUBGATE_OK, UINT64_MAX},
    {"a size without its line feed", "5", SCRUBGATE_EMALFORMED, 0},
    {"a size with a zero before it", "05\n", SCRUBGATE_EMALFORMED, 0},
    {"a size and more", "5\n5\n", SCRUBGATE_EMALFORMED, 0},
    {"a size with CR", "5\r\n", SCRUBGATE_EMALFORMED, 0},
    {"no size", "\n", SCRUBGATE_EMALFORMED, 0},
    {"nothing", "", SCRUBGATE_EMALFORMED, 0},
};

static void test_size(void **state)
{
    const struct size_row *row = *state;
    uint64_t size = 0;
    assert_int_equal(sg_witness_read_size(sg_bytes_of(row->answer), &size), row->status);
    if (row->status >= 0)
        assert_int_equal(size, row->size);
}

/* --- cosignatures --- */

static void add_line(struct sg_buf *out, uint64_t time)
{
    sg_cosigner_sign(out, SG_BYTES(TEXT), WHO, time);
}

static void test_only_the_witness_s_line_is_kept(void **state)
{
    struct sg_buf line = {0}, answer = {0}, out = {0};
    uint64_t time = 0;
    (void)state;
    add_line(&line, 1795310800);
    assert_int_equal(sg_buf_add_text(&answer, DASH "other.example YWJjZGVmZ2hpag==\n"),
                     SCRUBGATE_OK);
    assert_int_equal(sg_buf_add_bytes(&answer, sg_buf_bytes(&line)), SCRUBGATE_OK);
    assert_int_equal(sg_buf_add_text(&answer, DASH "witness.example/7 YWJjZGVmZ2hpag==\n"),
                     SCRUBGATE_OK); /* its name, a key that it will have one day */
    assert_int_equal(
        sg_witness_read_lines(&out, sg_buf_bytes(&answer), SG_BYTES(TEXT), &key, &time),
        SCRUBGATE_OK);
    assert_true(sg_bytes_equal(sg_buf_bytes(&out), sg_buf_bytes(&line)));
    assert_int_equal(time, 1795310800);
    sg_buf_fini(&line);
    sg_buf_fini(&answer);
    sg_buf_fini(&out);
}

static void test_of_two_cosignatures_the_last_is_kept(void **state)
{
    struct sg_buf last = {0}, answer = {0}, out = {0};
    uint64_t time = 0;
    (void)state;
    add_line(&answer, 7);
    add_line(&answer, 9);
    add_line(&last, 9);
    assert_int_equal(
        sg_witness_read_lines(&out, sg_buf_bytes(&answer), SG_BYTES(TEXT), &key, &time),
        SCRUBGATE_OK);
    assert_true(sg_bytes_equal(sg_buf_bytes(&out), sg_buf_bytes(&last)));
    assert_int_equal(time, 9);
    sg_buf_fini(&last);
    sg_buf_fini(&answer);
    sg_buf_fini(&out);
}

static void test_every_flipped_bit_and_every_truncation_is_refused(void **state)
{
    struct sg_buf line = {0}, out = {0};
    uint64_t time;
    (void)state;
    add_line(&line, 1795310800);
    for (size_t i = 0; i < 8 * line.len; i++) {
        line.data[i / 8] ^= (uint8_t)(1u << i % 8);
        assert_int_equal(
            sg_witness_read_lines(&out, sg_buf_bytes(&line), SG_BYTES(TEXT), &key, &time),
            SCRUBGATE_EMALFORMED);
        line.data[i / 8] ^= (uint8_t)(1u << i % 8);
    }
    for (size_t len = 0; len < line.len; len++)
        assert_int_equal(sg_witness_read_lines(&out, (struct sg_bytes){line.data, len},
                                               SG_BYTES(TEXT), &key, &time),
                         SCRUBGATE_EMALFORMED);
    assert_int_equal(
        sg_witness_read_lines(&out, sg_buf_bytes(&line), SG_BYTES("log\n6\nAA\n"), &key, &time),
        SCRUBGATE_EMALFORMED);
    assert_int_equal(out.len, 0);
    sg_buf_fini(&line);
}

static void test_a_line_that_ends_the_text_elsewhere_is_refused(void **state)
{
    struct sg_buf answer = {0}, out = {0};
    uint64_t time;
    (void)state;
    /* Taken with the text, it would be a longer text, which this witness did sign. */
    assert_int_equal(sg_buf_add_text(&answer, "more of the text\n\n"), SCRUBGATE_OK);
    sg_cosigner_sign(&answer, SG_BYTES(TEXT "\nmore of the text\n"), WHO, 7);
    assert_int_equal(
        sg_witness_read_lines(&out, sg_buf_bytes(&answer), SG_BYTES(TEXT), &key, &time),
        SCRUBGATE_EMALFORMED);
    sg_buf_fini(&answer);
}

static void test_more_lines_than_a_note_has_are_refused(void **state)
{
    struct sg_buf answer = {0}, out = {0};
    uint64_t time;
    (void)state;
    add_line(&answer, 7);
    for (size_t i = 0; i < SG_NOTE_SIGNATURES; i++)
        assert_int_equal(sg_buf_add_text(&answer, DASH "other.example YWJjZGVmZ2hpag==\n"),
                         SCRUBGATE_OK);
    assert_int_equal(
        sg_witness_read_lines(&out, sg_buf_bytes(&answer), SG_BYTES(TEXT), &key, &time),
        SCRUBGATE_EMALFORMED);
    sg_buf_fini(&answer);
}

/* --- the file --- */

static void test_the_file_is_replaced_whole_by_one_at_a_time(void **state)
{
    struct sg_witnessed *one = NULL, *two = NULL;
    struct scrubgate_fault fault = {.what = ""};
    struct sg_tempdir dir;
    struct sg_buf text = {0};
    (void)state;
    sg_tempdir_make(&dir);
    assert_int_equal(sg_witnessed_read(dir.path, &text, &fault), SCRUBGATE_DONE);
    assert_int_equal(sg_witnessed_open(&one, dir.path, &fault), SCRUBGATE_OK);
    assert_int_equal(sg_witnessed_open(&two, dir.path, &fault), SCRUBGATE_EIO);
    assert_null(two);
    assert_non_null(strstr(fault.what, "another process asks witnesses for this log now"));
    assert_int_equal(sg_witnessed_write(one, SG_BYTES("a long note\n"), &fault), SCRUBGATE_OK);
    assert_int_equal(sg_witnessed_write(one, SG_BYTES("note\n"), &fault), SCRUBGATE_OK);
    sg_witnessed_close(one);
    assert_int_equal(sg_witnessed_open(&two, dir.path, &fault), SCRUBGATE_OK);
    sg_witnessed_close(two);
    assert_int_equal(sg_witnessed_read(dir.path, &text, &fault), SCRUBGATE_OK);
    assert_true(sg_bytes_equal(sg_buf_bytes(&text), SG_BYTES("note\n")));
    assert_false(sg_tempdir_has(&dir, "checkpoint.witnessed.new"));
    sg_buf_fini(&text);
    sg_tempdir_remove(&dir);
}

int main(void)
{
    sg_cosigner_key(WHO, &key);
    sg_suite_add("the request is written as the standard has it",
                 test_the_request_is_written_as_the_standard_has_it, NULL);
    SG_SUITE_ROWS(test_size, sizes);
    sg_suite_add("only the witness's line is kept", test_only_the_witness_s_line_is_kept, NULL);
    sg_suite_add("of two cosignatures the last is kept", test_of_two_cosignatures_the_last_is_kept,
                 NULL);
    sg_suite_add("every flipped bit and every truncation is refused",
                 test_every_flipped_bit_and_every_truncation_is_refused, NULL);
    sg_suite_add("a line that ends the text elsewhere is refused",
                 test_a_line_that_ends_the_text_elsewhere_is_refused, NULL);
    sg_suite_add("more lines than a note has are refused",
                 test_more_lines_than_a_note_has_are_refused, NULL);
    sg_suite_add("the file is replaced whole, by one at a time",
                 test_the_file_is_replaced_whole_by_one_at_a_time, NULL);
    return sg_suite_run("audit/test_witness");
}
