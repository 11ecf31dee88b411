/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_id_america.c - national numbers of the Americas: checksums where there are any, else issued
 * ranges.
 */
#include "rule/check_family.h"

#include <string.h>

#include "rule/check_plan.h"

/* --- what a row cannot say ---------------------------------------------------------------- */

/* Nothing but what was never issued, and the numbers void through publicity. */
static bool is_ssn(const struct sg_taken *taken)
{
    uint64_t area = sg_taken_number(taken, 0, 3);
    uint64_t group = sg_taken_number(taken, 3, 2);
    uint64_t serial = sg_taken_number(taken, 5, 4);
    uint64_t whole = sg_taken_number(taken, 0, 9);
    return area != 0 && area != 666 && area < 900 && group != 0 && serial != 0 &&
           whole != 78051120 && whole != 219099999;
}

static bool is_itin(const struct sg_taken *taken)
{
    uint64_t group = sg_taken_number(taken, 3, 2);
    return (group >= 50 && group <= 65) || (group >= 70 && group <= 88) ||
           (group >= 90 && group <= 92) || group >= 94;
}

/* The first two digits name the campus that gave it; these name none. */
static bool is_ein(const struct sg_taken *taken)
{
    static const uint8_t never[] = {0, 7, 8, 9, 17, 18, 19, 28, 29, 49, 69, 70, 78, 79, 89, 96, 97};
    return memchr(never, (int)sg_taken_number(taken, 0, 2), sizeof never) == NULL;
}

static bool is_luhn(const struct sg_taken *taken)
{
    return sg_taken_luhn(taken, 0);
}

/* Provinces 01 to 24, and 30 for those registered abroad. */
static bool is_cedula(const struct sg_taken *taken)
{
    uint64_t province = sg_taken_number(taken, 0, 2);
    return ((province >= 1 && province <= 24) || province == 30) && sg_taken_luhn(taken, 0);
}

/* Weights 18 to 2 on an alphabet in which the letter between N and O is one of its own. */
static bool is_curp(const struct sg_taken *taken)
{
    int sum = 0;
    for (size_t i = 0; i < 17; i++) {
        int value = sg_taken_value(taken->text[i]);
        sum += (18 - (int)i) * (value + (taken->text[i] >= 'O' ? 1 : 0));
    }
    return taken->text[17] == '0' + (10 - sum % 10) % 10;
}

/* Since July 2026 a CNPJ may have letters, which count as their place in ASCII less that of 0. */
static bool is_new_cnpj(const struct sg_taken *taken)
{
    for (size_t at = 12; at < 14; at++) {
        int sum = 0;
        for (size_t i = 0; i < at; i++) {
            int weight = (int)(at - 1 - i) % 8 + 2;
            sum += weight * (taken->text[i] - '0');
        }
        int rest = sum % 11;
        if (taken->text[at] != '0' + (rest < 2 ? 0 : 11 - rest))
            return false;
    }
    return true;
}

/* --- rows --------------------------------------------------------------------------------- */

#define MINUS11_0 "00987654321"      /* 11 less the remainder, and 10 is written 0 */
#define MBI       "[AC-HJKMNP-RT-Y]" /* letters that are not taken for digits */
#define MBI_ALL   "[0-9AC-HJKMNP-RT-Y]"

static const struct sg_plan br_cnpj_new = {
    .shape = "************##",
    .also = is_new_cnpj,
};

static const struct sg_plan pe_dni_letter = {
    .shape = "########@",
    .sums = {{{3, 2, 7, 6, 5, 4, 3, 2}, 11, 8, "KJIHGFEDCBA", 0}},
};

const struct sg_plan sg_check_america_plans[] = {
    {.name = "us-ssn", .shape = "#########", .also = is_ssn},
    {.name = "us-itin", .shape = "9########", .also = is_itin},
    {.name = "us-ein", .shape = "#########", .also = is_ein},
    {
        .name = "us-dea",
        .shape = "@*#######",
        .sums = {{{0, 0, 1, 2, 1, 2, 1, 2}, 10, 8, "0123456789", 0}},
    },
    {
        .name = "us-mbi",
        .shape = "[1-9]" MBI MBI_ALL "#" MBI MBI_ALL "#" MBI MBI "##",
    },
    {.name = "ca-sin", .shape = "#########", .also = is_luhn},
    {
        .name = "br-cpf",
        .shape = "###########",
        .sums = {{{10, 9, 8, 7, 6, 5, 4, 3, 2}, 11, 9, MINUS11_0, 0},
                 {{11, 10, 9, 8, 7, 6, 5, 4, 3, 2}, 11, 10, MINUS11_0, 0}},
    },
    {
        .name = "br-cnpj",
        .shape = "##############",
        .sums = {{{5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2}, 11, 12, MINUS11_0, 0},
                 {{6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2}, 11, 13, MINUS11_0, 0}},
        .other = &br_cnpj_new,
    },
    {
        .name = "cl-rut",
        .shape = "########[0-9K]",
        .least = 8,
        .sums = {{{3, 2, 7, 6, 5, 4, 3, 2}, 11, 8, "0K987654321", 0}},
    },
    {
        .name = "ar-cuit",
        .shape = "[235]##########",
        .sums = {{{5, 4, 3, 2, 7, 6, 5, 4, 3, 2}, 11, 10, "09987654321", 0}},
    },
    {
        /* A company's has nine digits and the check, a person's eight or ten. */
        .name = "co-nit",
        .shape = "###########",
        .least = 9,
        .sums = {{{43, 41, 37, 29, 23, 19, 17, 13, 7, 3}, 11, 10, "01987654321", 0}},
    },
    {.name = "ec-cedula", .shape = "##########", .also = is_cedula},
    {
        .name = "pe-dni",
        .shape = "#########",
        .sums = {{{3, 2, 7, 6, 5, 4, 3, 2}, 11, 8, "65432110987", 0}},
        .other = &pe_dni_letter,
    },
    {
        .name = "mx-curp",
        .shape = "@@@@######[HMX]@@@@@*#",
        .date = {"yymmdd", 4, {0}, {0}},
        .also = is_curp,
    },
};
const size_t sg_check_america_plan_count =
    sizeof sg_check_america_plans / sizeof *sg_check_america_plans;
