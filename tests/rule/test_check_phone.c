/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_check_phone.c - phone numbers by the national plans: what is one, what only looks so.
 *
 * Numbers are from ranges set aside for fiction, or published examples of the plans.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "rule/check.h"
#include "rule/phone_plan.h"
#include "../lib/suite.h"

static const struct sg_check *parse(struct sg_arena *arena, const char *text)
{
    const struct sg_check *check = NULL;
    struct scrubgate_fault fault = {.what = ""};
    if (sg_check_parse(&check, arena, sg_bytes_of(text), &fault) != SCRUBGATE_OK)
        fail_msg("%s: %s", text, fault.what);
    return check;
}

static bool holds(const char *check, const char *text)
{
    struct sg_arena arena = {0};
    bool is = sg_check_holds(parse(&arena, check), sg_bytes_of(text));
    sg_arena_fini(&arena);
    return is;
}

/* --- rows --------------------------------------------------------------------------------- */

static const struct row {
    const char *name, *check, *text;
    bool holds;
} rows[] = {
    {"a calling code and its digits", "phone", "+442079460123", true},
    {"blanks, dashes, dots, slashes and brackets between", "phone", "+44 (20)-79.46/0123", true},
    {"no-break blanks between", "phone", "+33\xC2\xA0\x31\xC2\xA0\x39\x39\xC2\xA0\x30\x30 12 34",
     true},
    {"the 0 of home in brackets", "phone", "+44 (0)20 7946 0123", true},
    {"the 0 of home without brackets", "phone", "+44 020 7946 0123", true},
    {"a 0 that is part of the number", "phone", "+39 06 1234 5678", true},
    {"00 for the plus", "phone", "0044 20 7946 0123", true},
    {"011 for the plus", "phone", "011 44 20 7946 0123", true},
    {"an extension is not counted", "phone", "+1 212 555 0123 x 99999", true},
    {"a digit of something else behind a blank", "phone", "+44 20 7946 0123 2", true},
    {"five digits of something else", "phone", "+44 20 7946 0123 12345", false},
    {"a digit too many", "phone", "+120255501234", false},
    {"a digit too few", "phone", "+1202555012", false},
    {"a calling code of nobody", "phone", "+999 20 7946 0123", false},
    {"an area code from 1", "phone", "+1 102 555 0123", false},
    {"a latitude of six places", "phone", "+49.282729", false},
    {"a place on the earth", "phone", "+49.282729-123", false},
    {"as registries write it", "phone", "+1.2025550123", true},
    {"over twenty digits", "phone", "+44207946012312345678901", false},
    {"nothing", "phone", "+", false},
    {"groups behind a 0", "phone", "020 7946 0123", true},
    {"an area in brackets", "phone", "(030) 23125-123", true},
    {"pairs", "phone", "01 99 00 12 34", true},
    {"a bare run tells nothing", "phone", "02079460123", false},
    {"a bare run of ten", "phone", "2025550123", false},
    {"a book", "phone", "0-306-40615-2", false},
    {"a day and an hour", "phone", "01.02.2019 10", false},
    {"a short day and a time", "phone", "05.11.26 18.30", false},
    {"a layout of North America", "phone", "202-555-0123", true},
    {"with its 1", "phone", "1 (202) 555-0123", true},
    {"an exchange from 1 there", "phone(US)", "202-155-0123", false},
    {"a service code for an area there", "phone(US)", "211-555-0123", false},
    {"a layout of Spain", "phone(ES)", "612 34 56 78", true},
    {"another country's layout", "phone(US)", "612 34 56 78", false},
    {"thousands in dots", "phone", "612.345.678", false},
    {"a layout of Russia", "phone", "8 (912) 345-67-89", true},
    {"the country asked for", "phone(DE AT CH)", "+49 30 23125123", true},
    {"one that is not", "phone(DE AT CH)", "+44 20 7946 0123", false},
    {"a card", "phone", "4111 1111 1111 1111", false},
    {"an epoch", "phone", "1700000000", false},
    {"a place on the earth whose degrees begin like a code", "phone", "+19.294982-162", false},
    {"a slashed size behind a 0", "phone", "052/988/237", false},
    {"a row of pairs", "phone", "2 14 36 48 28 11", false},
    {"two days", "phone", "02.10-03.09.2010", false},
    {"a bare run behind 011", "phone", "0116619425278", false},
    {"digits of any country where a word says phone", "phone-local", "5550123", true},
    {"fewer than six", "phone-local", "55501", false},
    {"a bare run of North America there", "phone-local", "2025550123", true},
    {"an epoch there", "phone-local", "1700000000", false},
    {"an epoch in milliseconds there", "phone-local", "1700000000000", false},
    {"a number with its calling code there", "phone-local", "5511912345678", true},
    {"a product there", "phone-local", "4006381333931", false},
    {"a decimal there", "phone-local", "42.337380", false},
    {"three digits, a dot and four there", "phone-local", "555.0123", true},
    {"a version there", "phone-local", "123.0.6700.100", false},
    {"pairs between dots there", "phone-local", "1.40.62.05.00", true},
    {"an object identifier there", "phone-local", "1.3.6.1.4.1.6199", false},
    {"opening hours there", "phone-local", "08.30-12.30", false},
    {"a day there", "phone-local", "01.02.2019", false},
    {"a list of ports there", "phone-local", "6503/6959/9142", false},
    {"an account in groups", "phone", "3704 0044 0532 0130 00", false},
};

static void test_row(void **state)
{
    const struct row *row = *state;
    assert_int_equal(holds(row->check, row->text), row->holds);
}

static const struct refusal {
    const char *name, *text;
} refusals[] = {
    {"a region of nobody", "phone(QQ)"},
    {"a region in small letters", "phone(de)"},
    {"a comma between regions", "phone(DE, AT)"},
    {"a name of three letters", "phone(DEU)"},
    {"more than 24 of them",
     "phone(DE AT CH FR ES PT IT NL BE LU DK SE NO FI IS PL CZ SK HU RO BG GR "
     "HR RS SI)"},
};

static void test_refusal(void **state)
{
    const struct refusal *row = *state;
    struct sg_arena arena = {0};
    const struct sg_check *check = NULL;
    struct scrubgate_fault fault = {.what = ""};
    assert_int_equal(sg_check_parse(&check, &arena, sg_bytes_of(row->text), &fault),
                     SCRUBGATE_EINVAL);
    assert_non_null(strstr(fault.what, "phone(DE AT CH)"));
    sg_arena_fini(&arena);
}

/* --- the table ---------------------------------------------------------------------------- */

/* No calling code begins with another's: which plan is meant would depend on the order. */
static void test_codes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sg_phone_plan_count; i++) {
        char a[8], b[8];
        (void)snprintf(a, sizeof a, "%d", (int)sg_phone_plans[i].code);
        for (size_t j = 0; j < sg_phone_plan_count; j++) {
            (void)snprintf(b, sizeof b, "%d", (int)sg_phone_plans[j].code);
            if (strcmp(a, b) != 0 && strncmp(a, b, strlen(a)) == 0)
                fail_msg("%s begins with %s", b, a);
        }
        assert_true(sg_phone_plans[i].least <= sg_phone_plans[i].most);
        /* E.164: fifteen digits in all. */
        assert_true(strlen(a) + sg_phone_plans[i].most <= 15);
    }
}

/* A number made of each plan, one digit for each place, holds; one digit more or less does not. */
static void test_lengths(void **state)
{
    (void)state;
    for (size_t i = 0; i < sg_phone_plan_count; i++) {
        const struct sg_phone_plan *plan = &sg_phone_plans[i];
        char lead = plan->lead[0] == '0' ? '1' : plan->lead[0];
        for (int len = plan->least - 1; len <= plan->most + 1; len++) {
            char text[40];
            int at = snprintf(text, sizeof text, "+%d%c", (int)plan->code, lead);
            for (int digit = 1; digit < len; digit++)
                text[at++] = '5';
            text[at] = '\0';
            bool fits = len >= plan->least && len <= plan->most;
            if (holds("phone", text) != fits)
                fail_msg("%s: %s", plan->region, text);
        }
    }
}

/* Every layout of a plan holds for its country, and not with a group more. */
static void test_layouts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sg_phone_plan_count; i++) {
        const char *p = sg_phone_plans[i].layouts;
        char check[16], text[64];
        (void)snprintf(check, sizeof check, "phone(%s)", sg_phone_plans[i].region);
        while (p != NULL && *p != '\0') {
            size_t at = 0;
            for (; *p != '\0' && *p != '|'; p++) {
                text[at++] = *p == 'x' ? '5' : *p == '[' ? p[1] : *p;
                p += *p == '[' ? strcspn(p, "]") : 0;
            }
            p += *p == '|' ? 1 : 0;
            text[at] = '\0';
            if (!holds(check, text))
                fail_msg("%s %s", check, text);
            memcpy(text + at, " 7777", 6);
            assert_false(holds(check, text));
        }
    }
}

int main(void)
{
    SG_SUITE_ROWS(test_row, rows);
    SG_SUITE_ROWS(test_refusal, refusals);
    sg_suite_add("no calling code begins with another", test_codes, NULL);
    sg_suite_add("a plan's lengths hold, one digit more or less does not", test_lengths, NULL);
    sg_suite_add("a plan's layouts hold", test_layouts, NULL);
    return sg_suite_run("check_phone");
}
