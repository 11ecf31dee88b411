/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_sample.c - the built-in text, and where the bytes of a set stand in it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/utf8.h"
#include "rule/sample.h"

#include "../lib/alloc_fail.h"
#include "../lib/suite.h"

static struct sg_sample *sample_of(void)
{
    struct sg_sample *sample;
    assert_int_equal(sg_sample_new(&sample), SCRUBGATE_OK);
    return sample;
}

static void is_a_text_of_people(void **state)
{
    (void)state;
    struct sg_bytes text = sg_sample_text();
    size_t digits = 0, high = 0, lines = 0;
    assert_in_range(text.len, 16 * 1024, 24 * 1024);
    assert_true(sg_utf8_valid(text));
    for (size_t i = 0; i < text.len; i++) {
        assert_true(text.data[i] == '\n' || (text.data[i] >= ' ' && text.data[i] != 0x7F));
        digits += sg_is_digit(text.data[i]);
        high += text.data[i] >= 0x80;
        lines += text.data[i] == '\n';
    }
    assert_in_range(digits * 100 / text.len, 3, 12);
    assert_in_range(high * 100 / text.len, 2, 20);
    assert_in_range(text.len / lines, 40, 120);
    assert_int_equal(text.data[0], 'h'); /* the licence line is no chat */
}

static const struct row {
    const char *name;
    unsigned low, high;
    bool inverted;
} rows[] = {
    {"a row of one byte", 'e', 'e', false},      {"a row of all bytes but one", 'e', 'e', true},
    {"a row of digits", '0', '9', false},        {"a row of what is no digit", '0', '9', true},
    {"a row of letters", 'a', 'z', false},       {"a row of bytes beyond ASCII", 0x80, 0xFF, false},
    {"a row of every byte", 0, 0xFF, false},     {"a row of no byte", 0, 0xFF, true},
    {"a row of what is not there", 0, 9, false},
};

static void marks_each_byte_of_the_set(void **state)
{
    const struct row *row = *state;
    struct sg_sample *sample = sample_of();
    struct sg_bytes text = sg_sample_text();
    struct sg_set set = {{0}};
    size_t n = 0;
    sg_set_add(&set, row->low, row->high);
    if (row->inverted)
        sg_set_invert(&set);
    const uint64_t *bits = sg_sample_row(sample, &set);
    assert_non_null(bits);
    assert_int_equal(sg_sample_words(sample), (text.len + 63) / 64);
    for (size_t i = 0; i < sg_sample_words(sample) * 64; i++) {
        bool want = i < text.len && sg_set_has(&set, text.data[i]);
        if ((bits[i / 64] >> i % 64 & 1) != want)
            fail_msg("byte %zu: %d is not so", i, want);
        n += want;
    }
    assert_int_equal(sg_sample_count(sample, &set), n);
    sg_sample_free(sample);
}

/* More sets than there is room for at first. */
static void keeps_rows_for_sets_seen_before(void **state)
{
    (void)state;
    struct sg_sample *sample = sample_of();
    const uint64_t *seen[64][64];
    for (int again = 0; again < 2; again++) {
        for (unsigned low = 0; low < 64; low++) {
            for (unsigned len = 0; len < 64; len++) {
                struct sg_set set = {{0}};
                sg_set_add(&set, low + 32, low + 32 + len);
                const uint64_t *row = sg_sample_row(sample, &set);
                assert_non_null(row);
                if (again > 0)
                    assert_ptr_equal(row, seen[low][len]);
                seen[low][len] = row;
            }
        }
    }
    assert_ptr_not_equal(seen[0][0], seen[0][1]);
    sg_sample_free(sample);
}

static enum scrubgate_status use(void *ctx)
{
    struct sg_sample *sample;
    enum scrubgate_status rc = sg_sample_new(&sample);
    (void)ctx;
    if (rc < 0) {
        assert_null(sample);
        return rc;
    }
    for (unsigned b = 0; b < 256 && rc >= 0; b++) {
        struct sg_set set = {{0}};
        sg_set_add(&set, b, b);
        if (sg_sample_row(sample, &set) == NULL)
            rc = SCRUBGATE_ENOMEM;
    }
    sg_sample_free(sample);
    return rc;
}

static void answers_when_out_of_memory(void **state)
{
    (void)state;
    assert_true(sg_alloc_fail_each(use, NULL) >= 4);
}

int main(void)
{
    sg_suite_add("the text is UTF-8 chat with digits", is_a_text_of_people, NULL);
    SG_SUITE_ROWS(marks_each_byte_of_the_set, rows);
    sg_suite_add("rows are kept for sets seen before", keeps_rows_for_sets_seen_before, NULL);
    sg_suite_add("out of memory is an answer", answers_when_out_of_memory, NULL);
    return sg_suite_run("rule/sample");
}
