/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_id_asia.c - national numbers of Asia: checksums where there are any, else issued ranges.
 */
#include "rule/check_family.h"

#include "rule/check_plan.h"

/* --- what a row cannot say ---------------------------------------------------------------- */

static bool is_luhn(const struct sg_taken *taken)
{
    return sg_taken_luhn(taken, 0);
}

/* Verhoeff, and not the same read backwards. */
static bool is_aadhaar(const struct sg_taken *taken)
{
    bool palindrome = true;
    for (size_t i = 0; i < 6; i++)
        palindrome = palindrome && taken->text[i] == taken->text[11 - i];
    return !palindrome && sg_taken_verhoeff(taken);
}

/* Luhn's way with 36 characters: every second value is doubled, and its two digits added. */
static bool is_gstin(const struct sg_taken *taken)
{
    int sum = 0;
    for (size_t i = 0; i < 14; i++) {
        int product = sg_taken_value(taken->text[i]) * (i % 2 == 0 ? 1 : 2);
        sum += product / 36 + product % 36;
    }
    uint64_t state = sg_taken_number(taken, 0, 2);
    return state >= 1 && sg_taken_value(taken->text[14]) == (36 - sum % 36) % 36;
}

/* Letters stand for two digits; a second letter, as foreigners once had, for the latter of them. */
static bool is_tw_id(const struct sg_taken *taken)
{
    static const uint8_t values[26] = {10, 11, 12, 13, 14, 15, 16, 17, 34, 18, 19, 20, 21,
                                       22, 35, 23, 24, 25, 26, 27, 28, 29, 32, 30, 31, 33};
    int first = values[taken->text[0] - 'A'];
    int sum = first / 10 + first % 10 * 9;
    for (size_t i = 1; i < 10; i++) {
        uint8_t c = taken->text[i];
        int value = sg_is_digit(c) ? c - '0' : values[c - 'A'] % 10;
        sum += value * (i < 9 ? 9 - (int)i : 1);
    }
    return sum % 10 == 0;
}

/* The seventh digit names the century; 9 and 0 were born before 1900. */
static bool is_rrn_date(const struct sg_taken *taken)
{
    static const int century[] = {1800, 1900, 1900, 2000, 2000, 1900, 1900, 2000, 2000, 1800};
    int year = century[taken->text[6] - '0'] + (int)sg_taken_number(taken, 0, 2);
    return sg_date_exists(year, (int)sg_taken_number(taken, 2, 2),
                          (int)sg_taken_number(taken, 4, 2));
}

/* Since October 2020 the last six digits are random: no check digit for who was born later. Nobody
 * born from 2040 on has one yet. */
static bool is_new_rrn(const struct sg_taken *taken)
{
    bool this_century = sg_taken_is_one_of(taken->text[6], "3478");
    uint64_t month = sg_taken_number(taken, 0, 4);
    return this_century && month >= 2010 && month < 4000 && is_rrn_date(taken);
}

/* The ninth digit counts five times, and the tens of that once more. */
static bool is_kr_brn(const struct sg_taken *taken)
{
    static const int weights[] = {1, 3, 7, 1, 3, 7, 1, 3, 5};
    int sum = (taken->text[8] - '0') * 5 / 10;
    for (size_t i = 0; i < 9; i++)
        sum += weights[i] * (taken->text[i] - '0');
    return taken->text[9] == '0' + (10 - sum % 10) % 10;
}

/* The place of birth, digits seven and eight: these codes name none. */
static bool is_my_place(const struct sg_taken *taken)
{
    uint64_t place = sg_taken_number(taken, 6, 2);
    return place != 0 && !(place >= 17 && place <= 20) && place != 69 && place != 70 &&
           place != 73 && place != 80 && place != 81 && !(place >= 94 && place <= 97);
}

/* Serial number 0001 and up. */
static bool is_nik(const struct sg_taken *taken)
{
    return sg_taken_number(taken, 12, 4) != 0;
}

/* --- rows --------------------------------------------------------------------------------- */

#define CN_WEIGHTS                                                                                 \
    {                                                                                              \
        7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2                                        \
    }
#define NRIC_WEIGHTS                                                                               \
    {                                                                                              \
        0, 2, 7, 6, 5, 4, 3, 2                                                                     \
    }
#define RRN_WEIGHTS                                                                                \
    {                                                                                              \
        2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5                                                         \
    }
#define MINUS11_MOD10 "10987654321"
#define MINUS13_MOD10 "32109876543"

/* Singapore: each first letter with its start and its letters; M has had two orders. */
static const struct sg_plan sg_nric_m_old = {
    .shape = "M#######@",
    .sums = {{NRIC_WEIGHTS, 11, 8, "XWUTRQPNMLK", 3}},
};
static const struct sg_plan sg_nric_m = {
    .shape = "M#######@",
    .sums = {{NRIC_WEIGHTS, 11, 8, "XWUTRQPNJLK", 3}},
    .other = &sg_nric_m_old,
};
static const struct sg_plan sg_nric_g = {
    .shape = "G#######@",
    .sums = {{NRIC_WEIGHTS, 11, 8, "XWUTRQPNMLK", 4}},
    .other = &sg_nric_m,
};
static const struct sg_plan sg_nric_f = {
    .shape = "F#######@",
    .sums = {{NRIC_WEIGHTS, 11, 8, "XWUTRQPNMLK", 0}},
    .other = &sg_nric_g,
};
static const struct sg_plan sg_nric_t = {
    .shape = "T#######@",
    .sums = {{NRIC_WEIGHTS, 11, 8, "JZIHGFEDCBA", 4}},
    .other = &sg_nric_f,
};

static const struct sg_plan hk_id_two = {
    .shape = "@@######[0-9A]",
    .sums = {{{9, 8, 7, 6, 5, 4, 3, 2, 1}, 11, 8, NULL, 0}},
};

static const struct sg_plan kr_rrn_new = {.shape = "#############", .also = is_new_rrn};
static const struct sg_plan kr_rrn_foreign = {
    .shape = "######[5-8]######",
    .sums = {{RRN_WEIGHTS, 11, 12, MINUS13_MOD10, 0}},
    .also = is_rrn_date,
    .other = &kr_rrn_new,
};

/* With the branch behind it. How the ninth digit is made is kept secret. */
static const struct sg_plan ph_tin_branch[] = {
    {.shape = "############", .other = &ph_tin_branch[1]},
    {.shape = "##############"},
};

const struct sg_plan sg_check_asia_plans[] = {
    {.name = "il-id", .shape = "#########", .least = 8, .also = is_luhn},
    {.name = "in-aadhaar", .shape = "[2-9]###########", .also = is_aadhaar},
    {.name = "in-pan", .shape = "@@@[CPHFATBLJG]@####@"},
    {.name = "in-gstin", .shape = "##@@@@@####@*@*", .also = is_gstin},
    {.name = "pk-cnic", .shape = "[1-9]############"},
    {
        .name = "cn-id",
        .shape = "[1-9]################[0-9X]",
        .sums = {{CN_WEIGHTS, 11, 17, "10X98765432", 0}},
        .date = {"yyyymmdd", 6, {0}, {0}},
    },
    {.name = "tw-id", .shape = "@[1289A-D]########", .also = is_tw_id},
    {
        /* Where one letter stands, a blank is counted before it: 36 times 9. */
        .name = "hk-id",
        .shape = "@######[0-9A]",
        .sums = {{{8, 7, 6, 5, 4, 3, 2, 1}, 11, 7, NULL, 324}},
        .other = &hk_id_two,
    },
    {
        .name = "kr-rrn",
        .shape = "#############",
        .sums = {{RRN_WEIGHTS, 11, 12, MINUS11_MOD10, 0}},
        .also = is_rrn_date,
        .other = &kr_rrn_foreign,
    },
    {.name = "kr-brn", .shape = "##########", .also = is_kr_brn},
    {
        .name = "jp-mynumber",
        .shape = "############",
        .sums = {{{6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2}, 11, 11, "00987654321", 0}},
    },
    {
        .name = "sg-nric",
        .shape = "S#######@",
        .sums = {{NRIC_WEIGHTS, 11, 8, "JZIHGFEDCBA", 0}},
        .other = &sg_nric_t,
    },
    {
        .name = "th-id",
        .shape = "#############",
        .sums = {{{13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2}, 11, 12, MINUS11_MOD10, 0}},
    },
    {
        .name = "my-nric",
        .shape = "############",
        .date = {"yymmdd", 0, {0}, {0}},
        .also = is_my_place,
    },
    {
        .name = "id-nik",
        .shape = "[1-9]###############",
        .date = {"ddmmyy", 6, {40}, {0}},
        .also = is_nik,
    },
    {.name = "ph-tin", .shape = "#########", .other = ph_tin_branch},
};
const size_t sg_check_asia_plan_count = sizeof sg_check_asia_plans / sizeof *sg_check_asia_plans;
