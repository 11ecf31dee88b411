/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_bytes.c - questions asked of a borrowed run of bytes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/bytes.h"

#include "../lib/suite.h"

struct number_row {
    const char *name, *text;
    bool ok;
    uint64_t value;
};

static const struct number_row numbers[] = {
    {"a digit is a number", "7", true, 7},
    {"leading zeros change nothing", "0007", true, 7},
    {"the largest number is read", "18446744073709551615", true, UINT64_MAX},
    {"one more is refused", "18446744073709551616", false, 0},
    {"ten times more is refused", "99999999999999999999", false, 0},
    {"no digits are no number", "", false, 0},
    {"a sign is no digit", "+1", false, 0},
    {"a minus is no digit", "-1", false, 0},
    {"a space is no digit", "1 ", false, 0},
    {"hex is no decimal", "0x1", false, 0},
};

static void reads_number(void **state)
{
    const struct number_row *row = *state;
    uint64_t value = 0;
    assert_int_equal(sg_bytes_to_u64(sg_bytes_of(row->text), &value), row->ok);
    assert_int_equal(value, row->value);
}

/* Digit by digit, as one would on paper. */
static bool slow_u64(struct sg_bytes text, uint64_t *value)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < text.len; i++) {
        const uint64_t digit = (uint64_t)text.data[i] - '0';
        if (digit > 9 || sum > UINT64_MAX / 10 || sum * 10 > UINT64_MAX - digit)
            return false;
        sum = sum * 10 + digit;
    }
    *value = sum;
    return text.len > 0;
}

/* Digits are read eight at once: every byte is tried at every place of every length. */
static void reads_every_byte_as_a_digit_or_not(void **state)
{
    uint8_t text[22];
    (void)state;
    for (size_t len = 0; len <= sizeof text; len++) {
        for (size_t at = 0; at < len; at++) {
            for (unsigned c = 0; c < 256; c++) {
                uint64_t fast = 7, slow = 7;
                for (size_t i = 0; i < len; i++)
                    text[i] = (uint8_t)('0' + (i * 7 + len) % 10);
                text[at] = (uint8_t)c;
                const struct sg_bytes number = {text, len};
                assert_int_equal(sg_bytes_to_u64(number, &fast), slow_u64(number, &slow));
                assert_true(fast == slow);
            }
        }
    }
}

struct trim_row {
    const char *name, *text, *want;
};

static const struct trim_row trims[] = {
    {"blanks at both ends go", " \t a b\t ", "a b"},
    {"other white space stays", "\na\r", "\na\r"},
    {"only blanks leave nothing", " \t ", ""},
    {"nothing stays nothing", "", ""},
};

static void trims_text(void **state)
{
    const struct trim_row *row = *state;
    assert_true(sg_bytes_equal(sg_bytes_trim(sg_bytes_of(row->text)), sg_bytes_of(row->want)));
}

static void null_is_the_empty_run(void **state)
{
    (void)state;
    struct sg_bytes none = sg_bytes_of(NULL);
    assert_int_equal(none.len, 0);
    assert_true(sg_bytes_equal(none, SG_BYTES("")));
    assert_true(sg_bytes_equal_nocase(none, none));
    assert_true(sg_bytes_start_with(none, none));
    assert_int_equal(sg_bytes_find(none, 'x'), 0);
    assert_int_equal(sg_bytes_trim(none).len, 0);
}

static void compares_with_and_without_case(void **state)
{
    (void)state;
    assert_true(sg_bytes_equal(SG_BYTES("a\0b"), SG_BYTES("a\0b")));
    assert_false(sg_bytes_equal(SG_BYTES("a\0b"), SG_BYTES("a\0c")));
    assert_false(sg_bytes_equal(SG_BYTES("ab"), SG_BYTES("abc")));
    assert_true(sg_bytes_equal_nocase(SG_BYTES("Content-TYPE"), SG_BYTES("content-type")));
    assert_false(sg_bytes_equal_nocase(SG_BYTES("@["), SG_BYTES("`{")));
    assert_false(sg_bytes_equal_nocase(SG_BYTES("\xC4"), SG_BYTES("\xE4")));
    assert_true(sg_bytes_start_with(SG_BYTES("prefix"), SG_BYTES("pre")));
    assert_false(sg_bytes_start_with(SG_BYTES("pre"), SG_BYTES("prefix")));
    assert_int_equal(sg_bytes_find(SG_BYTES("a:b:c"), ':'), 1);
    assert_int_equal(sg_bytes_find(SG_BYTES("abc"), ':'), 3);
}

static void hex_is_bytes(void **state)
{
    static const uint8_t want[3] = {0x00, 0xfe, 0xa9};
    uint8_t out[8];
    uint64_t value = 7;
    (void)state;
    assert_true(sg_bytes_from_hex(SG_BYTES("00fEA9"), out, 3));
    assert_memory_equal(out, want, 3);
    assert_false(sg_bytes_from_hex(SG_BYTES("00fEA"), out, 3));
    assert_false(sg_bytes_from_hex(SG_BYTES("00fEA90"), out, 3));
    assert_false(sg_bytes_from_hex(SG_BYTES("00fgA9"), out, 3));
    assert_false(sg_bytes_from_hex(SG_BYTES("00fEA-"), out, 3));
    assert_true(sg_bytes_from_hex(SG_BYTES(""), out, 0));
    assert_true(sg_bytes_to_hex64(SG_BYTES("0123456789abcDEF"), &value));
    assert_true(value == UINT64_C(0x0123456789abcdef));
    assert_false(sg_bytes_to_hex64(SG_BYTES("0123456789abcDE"), &value));
    assert_int_equal(value, 0);
    assert_false(sg_bytes_to_hex64(SG_BYTES("0123456789abcDEx"), &value));
    assert_int_equal(value, 0);
}

/* Against the C library in its plainest locale, over every byte. */
static void classes_are_those_of_ascii(void **state)
{
    (void)state;
    static const char digits[] = "0123456789", hex[] = "0123456789abcdef";
    for (int c = 0; c < 256; c++) {
        bool upper = c >= 'A' && c <= 'Z', lower = c >= 'a' && c <= 'z';
        bool digit = c != 0 && strchr(digits, c) != NULL;
        assert_int_equal(sg_is_digit(c), digit);
        assert_int_equal(sg_is_alpha(c), upper || lower);
        assert_int_equal(sg_is_alnum(c), digit || upper || lower);
        assert_int_equal(sg_to_lower(c), upper ? c + 32 : c);
        int folded = upper ? c + 32 : c;
        const char *at = folded == 0 ? NULL : strchr(hex, folded);
        assert_int_equal(sg_hex_value(c), at == NULL ? -1 : at - hex);
    }
}

static void a_text_is_copied_when_it_fits_with_its_end(void **state)
{
    (void)state;
    char room[4] = "old";
    assert_false(sg_bytes_to_text(SG_BYTES("four"), room, sizeof room));
    assert_string_equal(room, "old");
    assert_true(sg_bytes_to_text(SG_BYTES("new"), room, sizeof room));
    assert_string_equal(room, "new");
    assert_true(sg_bytes_to_text((struct sg_bytes){NULL, 0}, room, sizeof room));
    assert_string_equal(room, "");
}

static void lines_are_taken_one_by_one_and_half_a_one_stays(void **state)
{
    struct sg_bytes text = SG_BYTES("a\n\nhalf"), line;
    (void)state;
    assert_true(sg_bytes_take_line(&text, &line));
    assert_true(sg_bytes_equal(line, SG_BYTES("a")));
    assert_true(sg_bytes_take_line(&text, &line));
    assert_int_equal(line.len, 0);
    assert_false(sg_bytes_take_line(&text, &line));
    assert_true(sg_bytes_equal(text, SG_BYTES("half")));
}

static void texts_are_the_same_also_when_there_is_none(void **state)
{
    const char one[] = "a", other[] = "a";
    (void)state;
    assert_true(sg_text_same(one, other));
    assert_true(sg_text_same(NULL, NULL));
    assert_false(sg_text_same(one, NULL));
    assert_false(sg_text_same(NULL, other));
    assert_false(sg_text_same(one, "b"));
}

int main(void)
{
    SG_SUITE_ROWS(reads_number, numbers);
    SG_SUITE_ROWS(trims_text, trims);
    sg_suite_add("NULL is the empty run", null_is_the_empty_run, NULL);
    sg_suite_add("compares with and without case", compares_with_and_without_case, NULL);
    sg_suite_add("hex digits are bytes, and a digest", hex_is_bytes, NULL);
    sg_suite_add("classes are those of ASCII", classes_are_those_of_ascii, NULL);
    sg_suite_add("a text is copied when it fits with its end",
                 a_text_is_copied_when_it_fits_with_its_end, NULL);
    sg_suite_add("lines are taken one by one, and half a one stays",
                 lines_are_taken_one_by_one_and_half_a_one_stays, NULL);
    sg_suite_add("texts are the same also when there is none",
                 texts_are_the_same_also_when_there_is_none, NULL);
    sg_suite_add("every byte is a digit or is not, wherever it stands",
                 reads_every_byte_as_a_digit_or_not, NULL);
    return sg_suite_run("bytes");
}
