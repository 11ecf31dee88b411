/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_id_europe.c - national numbers of Europe: checksums where there are any, else issued
 * ranges.
 */
#include "rule/check_family.h"

#include <string.h>

#include "rule/check_plan.h"

static int digit(const struct sg_taken *taken, size_t at)
{
    return taken->text[at] - '0';
}

/* --- what a row cannot say ---------------------------------------------------------------- */

static bool is_hybrid11(const struct sg_taken *taken)
{
    return sg_taken_hybrid(taken, 10);
}

static bool is_luhn(const struct sg_taken *taken)
{
    return sg_taken_luhn(taken, 0);
}

/* Exactly one of the first ten digits comes twice or three times. */
static bool is_steuer_id(const struct sg_taken *taken)
{
    unsigned count[10] = {0};
    unsigned repeated = 0;
    for (size_t i = 0; i < 10; i++) {
        unsigned n = ++count[digit(taken, i)];
        if (n > 3)
            return false;
        repeated += n == 2 ? 1 : 0;
    }
    return repeated == 1 && sg_taken_hybrid(taken, 10);
}

/* Ten plain digits are no card's number: one letter at least. */
static bool has_letter(const struct sg_taken *taken)
{
    return taken->digits < taken->len;
}

/* Digit sums of the digits times 2 1 2 5 7 1 2 1 2 1 2 1, the letter as two digits, A=01. */
static bool is_pension(const struct sg_taken *taken)
{
    static const int weights[] = {2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1};
    int sum = 0;
    size_t n = 0;
    for (size_t i = 0; i < 11; i++) {
        int value = sg_taken_value(taken->text[i]);
        int letter = value - 9; /* A=1 */
        int parts[2] = {i == 8 ? letter / 10 : value, letter % 10};
        for (size_t p = 0; p < (i == 8 ? 2 : 1); p++) {
            int product = parts[p] * weights[n++];
            sum += product / 10 + product % 10;
        }
    }
    return sum % 10 == digit(taken, 11);
}

/* The first ten digits modulo 97; a short second part is also taken without its leading 0. */
static bool is_nuss(const struct sg_taken *taken)
{
    uint64_t province = sg_taken_number(taken, 0, 2), rest = sg_taken_number(taken, 2, 8);
    uint64_t check = sg_taken_number(taken, 10, 2);
    return (province * 100000000u + rest) % 97 == check ||
           (rest < 10000000u && (province * 10000000u + rest) % 97 == check);
}

/* 97 minus the rest of the first nine digits; from 2000 on with a 2 before them. A day or month
 * that nobody knows is 00; a month may be 20 or 40 higher. */
static bool is_nrn(const struct sg_taken *taken)
{
    uint64_t number = sg_taken_number(taken, 0, 9), check = sg_taken_number(taken, 9, 2);
    int month = (int)sg_taken_number(taken, 2, 2), day = (int)sg_taken_number(taken, 4, 2);
    bool dated = month < 60 && month % 20 <= 12 &&
                 (month % 20 == 0 || day == 0 || sg_date_exists(2000, month % 20, day));
    return dated &&
           (97 - number % 97 == check || 97 - (UINT64_C(2000000000) + number) % 97 == check);
}

/* The month carries the century in steps of 20, from 1900. */
static bool is_pesel_date(const struct sg_taken *taken)
{
    static const int century[] = {1900, 2000, 2100, 2200, 1800};
    int month = (int)sg_taken_number(taken, 2, 2);
    int year = century[month / 20] + (int)sg_taken_number(taken, 0, 2);
    return sg_date_exists(year, month % 20, (int)sg_taken_number(taken, 4, 2));
}

/* A multiple of 11; in some of the first years 0 where the first nine leave 10. */
static bool is_rodne_cislo(const struct sg_taken *taken)
{
    uint64_t number = sg_taken_number(taken, 0, 10);
    return number % 11 == 0 || (number / 10 % 11 == 10 && number % 10 == 0);
}

/* Nine digits were given until 1953, without a check digit. */
static bool is_old_rodne_cislo(const struct sg_taken *taken)
{
    return sg_taken_number(taken, 0, 2) <= 53 && sg_taken_number(taken, 6, 3) != 0;
}

/* --- rows --------------------------------------------------------------------------------- */

#define MOD11       "0123456789-" /* the remainder itself */
#define MOD11_0     "01234567890" /* … and 10 is written 0 */
#define MINUS11     "0-987654321" /* 11 less the remainder */
#define MINUS11_0   "00987654321" /* … and 10 is written 0 */
#define DE_ID       "[CFGHJKLMNPRTVWXYZ0-9]"
#define DE_ID_THREE DE_ID DE_ID DE_ID

static const struct sg_plan cz_rc_old = {
    .shape = "#########",
    .date = {"yymmdd", 0, {0}, {50}},
    .also = is_old_rodne_cislo,
};

static const struct sg_plan pl_regon_long = {
    .shape = "##############",
    .sums = {{{2, 4, 8, 5, 0, 9, 7, 3, 6, 1, 2, 4, 8}, 11, 13, MOD11_0, 0}},
};

/* A personal code of Latvia that tells no date of birth. */
static const struct sg_plan lv_pk_new = {
    .shape = "32#########",
    .sums = {{{1, 6, 3, 7, 9, 10, 5, 8, 4, 2}, 11, 10, "10098765432", 0}},
};

const struct sg_plan sg_check_europe_plans[] = {
    {
        .name = "uk-nhs",
        .shape = "##########",
        .sums = {{{10, 9, 8, 7, 6, 5, 4, 3, 2, 1}, 11, 9, NULL, 0}},
    },
    {
        .name = "uk-utr",
        .shape = "##########",
        .sums = {{{0, 6, 7, 8, 9, 10, 5, 4, 3, 2}, 11, 0, "21987654321", 0}},
    },
    {.name = "de-steuer-id", .shape = "[1-9]##########", .also = is_steuer_id},
    {
        .name = "de-id-card",
        .shape = DE_ID_THREE DE_ID_THREE DE_ID_THREE "#",
        .sums = {{{7, 3, 1, 7, 3, 1, 7, 3, 1}, 10, 9, "0123456789", 0}},
        .also = has_letter,
    },
    {
        .name = "de-pension",
        .shape = "########@###",
        .date = {"ddmmyy", 2, {0}, {0}},
        .also = is_pension,
    },
    {.name = "es-nuss", .shape = "############", .also = is_nuss},
    {
        .name = "pt-nif",
        .shape = "[1-9]########",
        .sums = {{{9, 8, 7, 6, 5, 4, 3, 2}, 11, 8, MINUS11_0, 0}},
    },
    {
        .name = "nl-bsn",
        .shape = "#########",
        .least = 8,
        .sums = {{{9, 8, 7, 6, 5, 4, 3, 2, -1}, 11, 8, NULL, 0}},
    },
    {.name = "be-nrn", .shape = "###########", .also = is_nrn},
    {
        .name = "at-svnr",
        .shape = "##########",
        .sums = {{{3, 7, 9, 0, 5, 8, 4, 2, 1, 6}, 11, 3, MOD11, 0}},
        /* When a day has no numbers left, its month is 13, 14, 15. */
        .date = {"ddmmyy", 4, {0}, {12}},
    },
    {
        .name = "ch-ahv",
        .shape = "756##########",
        .sums = {{{1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1}, 10, 12, NULL, 0}},
    },
    {
        .name = "pl-pesel",
        .shape = "###########",
        .sums = {{{1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1}, 10, 10, NULL, 0}},
        .also = is_pesel_date,
    },
    {
        .name = "pl-nip",
        .shape = "##########",
        .sums = {{{6, 5, 7, 2, 3, 4, 5, 6, 7}, 11, 9, MOD11, 0}},
    },
    {
        .name = "pl-regon",
        .shape = "#########",
        .sums = {{{8, 9, 2, 3, 4, 5, 6, 7}, 11, 8, MOD11_0, 0}},
        .other = &pl_regon_long,
    },
    {
        .name = "cz-rc",
        .shape = "##########",
        .date = {"yymmdd", 0, {0}, {50, 20, 70}},
        .also = is_rodne_cislo,
        .other = &cz_rc_old,
    },
    {
        .name = "hu-taj",
        .shape = "#########",
        .sums = {{{3, 7, 3, 7, 3, 7, 3, 7}, 10, 8, "0123456789", 0}},
    },
    {
        .name = "ro-cnp",
        .shape = "[1-9]############",
        .sums = {{{2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9}, 11, 12, "01234567891", 0}},
        .date = {"yymmdd", 1, {0}, {0}},
    },
    {
        .name = "bg-egn",
        .shape = "##########",
        .sums = {{{2, 4, 8, 5, 10, 9, 7, 3, 6}, 11, 9, MOD11_0, 0}},
        .date = {"yymmdd", 0, {0}, {20, 40}},
    },
    {.name = "hr-oib", .shape = "###########", .also = is_hybrid11},
    {
        .name = "si-emso",
        .shape = "#############",
        .sums = {{{7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2}, 11, 12, MINUS11_0, 0}},
        .date = {"ddmmyyy", 0, {0}, {0}},
    },
    {
        .name = "gr-amka",
        .shape = "###########",
        .date = {"ddmmyy", 0, {0}, {0}},
        .also = is_luhn,
    },
    {
        .name = "gr-afm",
        .shape = "#########",
        .sums = {{{256, 128, 64, 32, 16, 8, 4, 2}, 11, 8, MOD11_0, 0}},
    },
    {
        .name = "no-fnr",
        .shape = "###########",
        .sums = {{{3, 7, 6, 1, 8, 9, 4, 5, 2}, 11, 9, MINUS11, 0},
                 {{5, 4, 3, 2, 7, 6, 5, 4, 3, 2}, 11, 10, MINUS11, 0}},
        .date = {"ddmmyy", 0, {40}, {40, 80}},
    },
    {.name = "dk-cpr", .shape = "##########", .date = {"ddmmyy", 0, {60}, {0}}},
    {
        .name = "ee-code",
        .shape = "[1-9]##########",
        .sums = {{{1, 2, 3, 4, 5, 6, 7, 8, 9, 1}, 11, 10, MOD11, 0},
                 {{3, 4, 5, 6, 7, 8, 9, 1, 2, 3}, 11, 10, MOD11_0, 0}},
        .second = true,
        .date = {"yymmdd", 1, {0}, {0}},
    },
    {
        .name = "lv-pk",
        .shape = "###########",
        .sums = {{{1, 6, 3, 7, 9, 10, 5, 8, 4, 2}, 11, 10, "10098765432", 0}},
        .date = {"ddmmyy", 0, {0}, {0}},
        .other = &lv_pk_new,
    },
    {
        .name = "tr-tckn",
        .shape = "[1-9]##########",
        .sums = {{{7, -1, 7, -1, 7, -1, 7, -1, 7}, 10, 9, "0123456789", 0},
                 {{1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, 10, 10, "0123456789", 0}},
    },
};
const size_t sg_check_europe_plan_count =
    sizeof sg_check_europe_plans / sizeof *sg_check_europe_plans;

/* --- numbers of more than one form -------------------------------------------------------- */

/* National Insurance number; the suffix letter is often left out. */
static bool uk_nino_holds(const void *bound, const struct sg_taken *taken)
{
    static const char never[][3] = {"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"};
    (void)bound;
    const uint8_t *text = taken->text;
    if ((taken->len != 8 && taken->len != 9) || taken->digits != 6)
        return false;
    for (size_t i = 2; i < 8; i++) {
        if (!sg_is_digit(text[i]))
            return false;
    }
    if (sg_taken_is_one_of(text[0], "DFIQUV") || sg_taken_is_one_of(text[1], "DFIQUVO"))
        return false;
    for (size_t i = 0; i < sizeof never / sizeof *never; i++) {
        if (text[0] == never[i][0] && text[1] == never[i][1])
            return false;
    }
    return taken->len == 8 || sg_taken_is_one_of(text[8], "ABCD");
}

/* MORGA657054SM9IJ: five letters of the name, filled up with 9; decade, month (+50 for women), day,
 * year; initials; three more, and two for the issue when it is copied from the card. */
static bool uk_licence_holds(const void *bound, const struct sg_taken *taken)
{
    (void)bound;
    const uint8_t *text = taken->text;
    if ((taken->len != 16 && taken->len != 18) || sg_is_digit(text[0]))
        return false;
    for (size_t i = 1; i < 5; i++) {
        if (sg_is_digit(text[i]) && (text[i] != '9' || (i < 4 && text[i + 1] != '9')))
            return false;
    }
    for (size_t i = 5; i < 11; i++) {
        if (!sg_is_digit(text[i]))
            return false;
    }
    if ((sg_is_digit(text[11]) && text[11] != '9') || (sg_is_digit(text[12]) && text[12] != '9'))
        return false;
    if (taken->len == 18 && (!sg_is_digit(text[16]) || !sg_is_digit(text[17])))
        return false;
    int month = (int)sg_taken_number(taken, 6, 2), day = (int)sg_taken_number(taken, 8, 2);
    return sg_date_exists(2000, month > 50 ? month - 50 : month, day);
}

/* Seven digits, the check letter, maybe a second letter; W, T and X as such do not count. */
static bool ie_pps_holds(const void *bound, const struct sg_taken *taken)
{
    static const char letters[] = "WABCDEFGHIJKLMNOPQRSTUV";
    (void)bound;
    const uint8_t *text = taken->text;
    if ((taken->len != 8 && taken->len != 9) || taken->digits != 7 || sg_is_digit(text[7]))
        return false;
    int sum = 0;
    for (size_t i = 0; i < 7; i++) {
        if (!sg_is_digit(text[i]))
            return false;
        sum += (8 - (int)i) * digit(taken, i);
    }
    bool plain = taken->len == 8 || sg_taken_is_one_of(text[8], "WTX");
    if (plain && text[7] == letters[sum % 23])
        return true;
    return taken->len == 9 && text[8] <= 'W' &&
           text[7] == letters[(sum + 9 * (text[8] - 'A' + 1)) % 23];
}

/* DNI 12345678Z, also without its leading 0, and NIE X1234567L: the letter is the number modulo
 * 23. */
static bool es_dni_holds(const void *bound, const struct sg_taken *taken)
{
    static const char letters[] = "TRWAGMYFPDXBNJZSQVHLCKE";
    (void)bound;
    if ((taken->len != 8 && taken->len != 9) || sg_is_digit(taken->text[taken->len - 1]))
        return false;
    uint64_t lead = 0;
    size_t from = 0, last = taken->len - 1;
    if (last == 8 && taken->text[0] >= 'X' && taken->text[0] <= 'Z') {
        lead = (uint64_t)(taken->text[0] - 'X') * 10000000u;
        from = 1;
    }
    if (taken->digits != last - from)
        return false;
    uint64_t number = lead + sg_taken_number(taken, from, last - from);
    return taken->text[last] == letters[number % 23];
}

/* NIR: in Corsica the department is 2A or 2B, counted as 19 and 18. */
static bool fr_nir_holds(const void *bound, const struct sg_taken *taken)
{
    (void)bound;
    const uint8_t *text = taken->text;
    if (taken->len != 15 || !sg_taken_is_one_of(text[0], "123478"))
        return false;
    bool corsica = text[5] == '2' && (text[6] == 'A' || text[6] == 'B');
    if (taken->digits != (corsica ? 14 : 15))
        return false;
    uint64_t department = corsica ? (text[6] == 'A' ? 19 : 18) : sg_taken_number(taken, 5, 2);
    uint64_t number = sg_taken_number(taken, 0, 5) * 100000000u + department * 1000000u +
                      sg_taken_number(taken, 7, 6);
    return 97 - number % 97 == sg_taken_number(taken, 13, 2);
}

/* True when the character may stand for a digit: omocodia writes digits as letters. */
static bool fiscale_digit(int c, int *value)
{
    static const char instead[] = "LMNPQRSTUV";
    const char *at = sg_is_digit(c) ? NULL : strchr(instead, c);
    *value = sg_is_digit(c) ? c - '0' : at == NULL ? -1 : (int)(at - instead);
    return *value >= 0;
}

/* RSSMRA85T10A562S: six letters, year, month letter, day (+40 for women), place, check. */
static bool fiscale_shape(const struct sg_taken *taken)
{
    static const char shape[] = "LLLLLLDDLDDLDDDL";
    int value[16];
    for (size_t i = 0; i < 16; i++) {
        int c = taken->text[i];
        if (shape[i] == 'L' ? sg_is_digit(c) : !fiscale_digit(c, &value[i]))
            return false;
    }
    int day = value[9] * 10 + value[10];
    day -= day > 40 ? 40 : 0;
    return sg_taken_is_one_of(taken->text[8], "ABCDEHLMPRST") && day >= 1 && day <= 31;
}

static bool it_codice_fiscale_holds(const void *bound, const struct sg_taken *taken)
{
    /* Value of 0 … 9 or A … Z at the odd places, counted from 1. */
    static const uint8_t odd[26] = {1,  0,  5, 7, 9, 13, 15, 17, 19, 21, 2,  4,  18,
                                    20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23};
    (void)bound;
    if (taken->len != 16 || !fiscale_shape(taken))
        return false;
    unsigned sum = 0;
    for (size_t i = 0; i < 15; i++) {
        int c = taken->text[i];
        int value = sg_is_digit(c) ? c - '0' : c - 'A';
        sum += i % 2 == 0 ? odd[value] : (unsigned)value;
    }
    return taken->text[15] == 'A' + (int)(sum % 26);
}

/* 131052-308T: the century's sign is - or +, or since 2023 also a letter, which is then taken. */
static bool fi_hetu_holds(const void *bound, const struct sg_taken *taken)
{
    static const char letters[] = "0123456789ABCDEFHJKLMNPRSTUVWXY";
    (void)bound;
    size_t serial = taken->len == 11 ? 7 : 6;
    if ((taken->len != 10 && taken->len != 11) ||
        (serial == 7 && !sg_taken_is_one_of(taken->text[6], "ABCDEFUVWXY")))
        return false;
    for (size_t i = 0; i < serial + 3; i++) {
        if (!sg_is_digit(taken->text[i]) && (serial == 6 || i != 6))
            return false;
    }
    uint64_t born = sg_taken_number(taken, 0, 6), number = sg_taken_number(taken, serial, 3);
    return number >= 2 && taken->text[serial + 3] == letters[(born * 1000 + number) % 31] &&
           sg_date_exists(2000 + (int)(born % 100), (int)(born / 100 % 100), (int)(born / 10000));
}

/* 811228-9874, also with the century before it; the day is 60 higher for who only works there. */
static bool se_pnr_holds(const void *bound, const struct sg_taken *taken)
{
    (void)bound;
    size_t from = taken->len == 12 ? 2 : 0;
    if (taken->digits != taken->len || (taken->len != 10 && taken->len != 12))
        return false;
    uint64_t century = from == 2 ? sg_taken_number(taken, 0, 2) : 20;
    int year = (int)(century * 100 + sg_taken_number(taken, from, 2));
    int month = (int)sg_taken_number(taken, from + 2, 2);
    int day = (int)sg_taken_number(taken, from + 4, 2);
    return century >= 18 && century <= 20 &&
           sg_date_exists(year, month, day > 60 ? day - 60 : day) && sg_taken_luhn(taken, from);
}

const struct sg_check_kind sg_check_europe_kinds[] = {
    {"uk-nino", "uk-nino", NULL, uk_nino_holds, NULL},
    {"uk-driving-licence", "uk-driving-licence", NULL, uk_licence_holds, NULL},
    {"ie-pps", "ie-pps", NULL, ie_pps_holds, NULL},
    {"es-dni", "es-dni", NULL, es_dni_holds, NULL},
    {"fr-nir", "fr-nir", NULL, fr_nir_holds, NULL},
    {"it-codice-fiscale", "it-codice-fiscale", NULL, it_codice_fiscale_holds, NULL},
    {"fi-hetu", "fi-hetu", NULL, fi_hetu_holds, NULL},
    {"se-pnr", "se-pnr", NULL, se_pnr_holds, NULL},
};
const size_t sg_check_europe_count = sizeof sg_check_europe_kinds / sizeof *sg_check_europe_kinds;
