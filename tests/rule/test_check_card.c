/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_check_card.c - cards by how they stand there: bare, in groups, named, with what belongs to
 * them behind.
 *
 * The numbers are published test numbers, or zeros with a Luhn digit where a range has none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/arena.h"
#include "rule/check.h"
#include "../lib/suite.h"

static const struct sg_check *parse(struct sg_arena *arena, const char *text)
{
    const struct sg_check *check = NULL;
    struct scrubgate_fault fault = {.what = ""};
    enum scrubgate_status rc = sg_check_parse(&check, arena, sg_bytes_of(text), &fault);
    if (rc != SCRUBGATE_OK)
        fail_msg("%s: %s", text, fault.what);
    return check;
}

/* --- how a number stands there ------------------------------------------------------------ */

static const struct row {
    const char *name, *check, *text;
    bool holds;
} rows[] = {
    {"a bare number of a range in use", "card", "4111111111111111", true},
    {"a wrong Luhn digit", "card", "4111111111111112", false},
    {"a wrong Luhn digit, in fours", "card", "4111 1111 1111 1112", false},
    {"a bare number of no issuer", "card", "7111111111111114", false},
    {"no issuer, in fours", "card", "7111 1111 1111 1114", false},
    {"a local range, bare", "card", "9000000000000001", false},
    {"a local range, in fours", "card", "9000 0000 0000 0001", true},
    {"UATP, bare, where most numbers are something else", "card", "100000000000009", false},
    {"UATP as it is issued", "card", "135410014004955", true},
    {"Maestro of an issued range and 12 digits", "card", "501800000009", true},
    {"a bare number of 12 digits from a wide range", "card", "500000000009", false},
    {"a Visa of 13 digits", "card", "4222222222222", true},
    {"13 digits that are no article's", "card", "4000000000014", true},
    {"an article of 13 digits with a Luhn digit", "card", "4000000000105", false},
    {"fours with the same blanks", "card", "4111  1111  1111  1111", true},
    {"fours with blanks and dashes", "card", "4111 1111-1111 1111", true},
    {"fours with anything, the same", "card", "4111*/*1111*/*1111*/*1111", true},
    {"fours with letters, the same", "card", "4111x1111x1111x1111", true},
    {"fours with anything, not the same", "card", "4111*1111/1111*1111", false},
    {"American Express as printed", "card", "3782 822463 10005", true},
    {"Diners Club as printed", "card", "3056-930902-5904", true},
    {"nineteen digits in fours and three", "card", "6799 9901 0000 0000 019", true},
    {"two halves", "card", "41111111 11111111", true},
    {"six and ten", "card", "411111 1111111111", true},
    {"a decimal point", "card", "41111111.11111111", false},
    {"halves with a slash, as two numbers have", "card", "41111111/11111111", false},
    {"a short first group, as order numbers have", "card", "411-1111111-111111", false},
    {"pairs", "card", "41 11 11 11 11 11 11 11", true},
    {"pairs with commas, as lists have", "card", "41,11,11,11,11,11,11,11", false},
    {"digit by digit", "card", "4--1--1--1--1--1--1--1--1--1--1--1--1--1--1--1", true},
    {"digit by digit, not the same", "card", "4-1-1-1-1-1-1-1-1-1-1-1-1-1-1+1", false},
    {"eleven digits", "card", "40000000006", false},
    {"twenty digits", "card", "41111111111111111111", false},
    {"a gap at the end", "card", "4111111111111111 ", false},
    {"a gap at the start", "card", " 4111111111111111", false},
    {"nothing", "card", "", false},
    {"named: any with a Luhn digit", "card(named)", "7111111111111114", true},
    {"named: in any groups", "card(named)", "7111-111-1111-11114", true},
    {"named: a wrong Luhn digit", "card(named)", "7111111111111113", false},
    {"named: from 0", "card(named)", "0000000000000000", false},
    {"named: a time in milliseconds", "card(named)", "1700000000004", false},
    {"named: a time in microseconds", "card(named)", "1700000000000001", false},
    {"details: month, year and code", "card-details", "4111 1111 1111 1111 12/27 123", true},
    {"details: a code alone", "card-details", "4111 1111 1111 1111 123", true},
    {"details: glued to a number without groups", "card-details", "41111111111111111227123", true},
    {"details: glued to American Express", "card-details", "37828224631000512271234", true},
    {"details: none", "card-details", "4111 1111 1111 1111", false},
    {"details: behind no card", "card-details", "4111 1111 1111 1112 12/27 123", false},
    {"details: too many digits behind", "card-details", "4111 1111 1111 1111 12/27 123 4567",
     false},
    {"details: a word between", "card-details", "4111111111111111 exp 12/27", true},
};

static void test_row(void **state)
{
    const struct row *row = *state;
    struct sg_arena arena = {0};
    const struct sg_check *check = parse(&arena, row->check);
    assert_int_equal(sg_check_holds(check, sg_bytes_of(row->text)), row->holds);
    sg_arena_fini(&arena);
}

/* --- every network ------------------------------------------------------------------------ */

static const char *const published[] = {
    "4111111111111111",    "4242424242424242", "4012888888881881", "4000056655665556",
    "4222222222222",       "5555555555554444", "5105105105105100", "5200828282828210",
    "2223003122003222",    "2223000048400011", "378282246310005",  "371449635398431",
    "378734493671000",     "6011111111111117", "6011000990139424", "6011000000000012",
    "30569309025904",      "38520000023237",   "36227206271667",   "3056930009020004",
    "3530111333300000",    "3566002020360505", "6200000000000005", "6205500000000000004",
    "6243030000000001",    "6759649826438453", "6304000000000000", "6799990100000000019",
    "2200770239097761",    "6074819900004939", "9792030000000000", "5066991111111118",
    "6062828888666688",    "5019717010103742", "5019555544445555", "6555900000604105",
    "5061460410120223210", "6360000000000001", "6371111111111111", "135410014004955",
    "6331101999990016",    "5610591081018250",
};

static void test_published_numbers_hold_bare(void **state)
{
    struct sg_arena arena = {0};
    const struct sg_check *check = parse(&arena, "card");
    (void)state;
    for (size_t i = 0; i < sizeof published / sizeof *published; i++) {
        if (!sg_check_holds(check, sg_bytes_of(published[i])))
            fail_msg("%s does not hold", published[i]);
    }
    sg_arena_fini(&arena);
}

/* Any one digit changed breaks the Luhn sum, however the number is written. */
static void test_a_changed_digit_never_holds(void **state)
{
    struct sg_arena arena = {0};
    const struct sg_check *checks[] = {parse(&arena, "card"), parse(&arena, "card(named)")};
    (void)state;
    for (size_t i = 0; i < sizeof published / sizeof *published; i++) {
        char text[32];
        for (size_t at = 0; at < strlen(published[i]); at++) {
            for (char digit = '0'; digit <= '9'; digit++) {
                strcpy(text, published[i]);
                if (text[at] == digit)
                    continue;
                text[at] = digit;
                assert_false(sg_check_holds(checks[0], sg_bytes_of(text)));
                assert_false(sg_check_holds(checks[1], sg_bytes_of(text)));
            }
        }
    }
    sg_arena_fini(&arena);
}

static void test_an_argument_that_is_none_is_refused(void **state)
{
    struct sg_arena arena = {0};
    const struct sg_check *check = NULL;
    struct scrubgate_fault fault = {.what = ""};
    (void)state;
    assert_int_equal(sg_check_parse(&check, &arena, SG_BYTES("card(loose)"), &fault),
                     SCRUBGATE_EINVAL);
    assert_non_null(strstr(fault.what, "named"));
    assert_null(check);
    sg_arena_fini(&arena);
}

int main(void)
{
    SG_SUITE_ROWS(test_row, rows);
    sg_suite_add("every published test number holds bare", test_published_numbers_hold_bare, NULL);
    sg_suite_add("a number with one changed digit never holds", test_a_changed_digit_never_holds,
                 NULL);
    sg_suite_add("an argument that is none is refused", test_an_argument_that_is_none_is_refused,
                 NULL);
    return sg_suite_run("check_card");
}
