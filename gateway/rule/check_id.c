/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_id.c - national numbers of persons: checksums where there are any, else issued ranges.
 */
#include "rule/check_family.h"

#include <string.h>

static int digit(const struct sg_taken *taken, size_t at)
{
    return taken->text[at] - '0';
}

/* Sum of the digits from `from` on, times first, first - 1, … down to last. */
static int falling_sum(const struct sg_taken *taken, size_t from, int first, int last)
{
    int sum = 0;
    for (int weight = first; weight >= last; weight--)
        sum += weight * digit(taken, from++);
    return sum;
}

static bool one_of(int c, const char *letters)
{
    return c != '\0' && strchr(letters, c) != NULL;
}

/* SSN: no checksum; only what was never issued, and two numbers void through publicity. */
static bool us_ssn_holds(const void *bound, const struct sg_taken *taken)
{
    (void)bound;
    if (!sg_taken_is_digits(taken, 9))
        return false;
    uint64_t area = sg_taken_number(taken, 0, 3);
    uint64_t group = sg_taken_number(taken, 3, 2);
    uint64_t serial = sg_taken_number(taken, 5, 4);
    uint64_t whole = sg_taken_number(taken, 0, 9);
    return area != 0 && area != 666 && area < 900 && group != 0 && serial != 0 &&
           whole != 78051120 && whole != 219099999;
}

static bool us_itin_holds(const void *bound, const struct sg_taken *taken)
{
    (void)bound;
    if (!sg_taken_is_digits(taken, 9) || taken->text[0] != '9')
        return false;
    uint64_t group = sg_taken_number(taken, 3, 2);
    return (group >= 50 && group <= 65) || (group >= 70 && group <= 88) ||
           (group >= 90 && group <= 92) || group >= 94;
}

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
    if (one_of(text[0], "DFIQUV") || one_of(text[1], "DFIQUVO"))
        return false;
    for (size_t i = 0; i < sizeof never / sizeof *never; i++) {
        if (text[0] == never[i][0] && text[1] == never[i][1])
            return false;
    }
    return taken->len == 8 || one_of(text[8], "ABCD");
}

static bool uk_nhs_holds(const void *bound, const struct sg_taken *taken)
{
    (void)bound;
    /* Weight 1 on the check digit makes the whole sum a multiple of 11; a check of 10 has no digit
     * and so never holds. */
    return sg_taken_is_digits(taken, 10) && falling_sum(taken, 0, 10, 1) % 11 == 0 &&
           sg_taken_number(taken, 0, 10) != 0;
}

/* Exactly one of the first ten digits comes twice or three times, never three times in a row. */
static bool steuer_id_repeats(const struct sg_taken *taken)
{
    unsigned count[10] = {0};
    unsigned repeated = 0;
    for (size_t i = 0; i < 10; i++) {
        unsigned n = ++count[digit(taken, i)];
        if (n > 3)
            return false;
        repeated += n == 2 ? 1 : 0;
        if (i >= 2 && taken->text[i] == taken->text[i - 1] && taken->text[i] == taken->text[i - 2])
            return false;
    }
    return repeated == 1;
}

static bool de_steuer_id_holds(const void *bound, const struct sg_taken *taken)
{
    (void)bound;
    return sg_taken_is_digits(taken, 11) && taken->text[0] != '0' && steuer_id_repeats(taken) &&
           sg_taken_hybrid(taken, 10);
}

/* DNI 12345678Z and NIE X1234567L: the letter is the number modulo 23. */
static bool es_dni_holds(const void *bound, const struct sg_taken *taken)
{
    static const char letters[] = "TRWAGMYFPDXBNJZSQVHLCKE";
    (void)bound;
    if (taken->len != 9 || sg_is_digit(taken->text[8]))
        return false;
    uint64_t lead = 0;
    size_t from = 0;
    if (taken->text[0] >= 'X' && taken->text[0] <= 'Z') {
        lead = (uint64_t)(taken->text[0] - 'X') * 10000000u;
        from = 1;
    }
    if (taken->digits != 8 - from)
        return false;
    uint64_t number = lead + sg_taken_number(taken, from, 8 - from);
    return taken->text[8] == letters[number % 23];
}

/* NIR: in Corsica the department is 2A or 2B, counted as 19 and 18. */
static bool fr_nir_holds(const void *bound, const struct sg_taken *taken)
{
    (void)bound;
    const uint8_t *text = taken->text;
    if (taken->len != 15 || !one_of(text[0], "123478"))
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
    return one_of(taken->text[8], "ABCDEHLMPRST") && day >= 1 && day <= 31;
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

static bool nl_bsn_holds(const void *bound, const struct sg_taken *taken)
{
    (void)bound;
    if (taken->digits != taken->len || (taken->len != 8 && taken->len != 9))
        return false;
    /* Eight digits are nine with a 0 before them. */
    int sum = falling_sum(taken, 0, (int)taken->len, 2) - digit(taken, taken->len - 1);
    return sum % 11 == 0 && sg_taken_number(taken, 0, taken->len) != 0;
}

static bool pl_pesel_holds(const void *bound, const struct sg_taken *taken)
{
    static const int weights[] = {1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1};
    /* The month carries the century in steps of 20. */
    static const int century[] = {1900, 2000, 2100, 2200, 1800};
    (void)bound;
    if (!sg_taken_is_digits(taken, 11))
        return false;
    int sum = 0;
    for (size_t i = 0; i < 11; i++)
        sum += weights[i] * digit(taken, i);
    int month = (int)sg_taken_number(taken, 2, 2);
    int year = century[month / 20] + (int)sg_taken_number(taken, 0, 2);
    return sum % 10 == 0 && sg_date_exists(year, month % 20, (int)sg_taken_number(taken, 4, 2));
}

static int cpf_check(int sum)
{
    int rest = sum % 11;
    return rest < 2 ? 0 : 11 - rest;
}

static bool br_cpf_holds(const void *bound, const struct sg_taken *taken)
{
    (void)bound;
    if (!sg_taken_is_digits(taken, 11))
        return false;
    bool same = true;
    for (size_t i = 1; i < 11; i++)
        same = same && taken->text[i] == taken->text[0];
    return !same && digit(taken, 9) == cpf_check(falling_sum(taken, 0, 10, 2)) &&
           digit(taken, 10) == cpf_check(falling_sum(taken, 0, 11, 2));
}

const struct sg_check_kind sg_check_id_kinds[] = {
    {"us-ssn", "us-ssn", NULL, us_ssn_holds, NULL},
    {"us-itin", "us-itin", NULL, us_itin_holds, NULL},
    {"uk-nino", "uk-nino", NULL, uk_nino_holds, NULL},
    {"uk-nhs", "uk-nhs", NULL, uk_nhs_holds, NULL},
    {"de-steuer-id", "de-steuer-id", NULL, de_steuer_id_holds, NULL},
    {"es-dni", "es-dni", NULL, es_dni_holds, NULL},
    {"fr-nir", "fr-nir", NULL, fr_nir_holds, NULL},
    {"it-codice-fiscale", "it-codice-fiscale", NULL, it_codice_fiscale_holds, NULL},
    {"nl-bsn", "nl-bsn", NULL, nl_bsn_holds, NULL},
    {"pl-pesel", "pl-pesel", NULL, pl_pesel_holds, NULL},
    {"br-cpf", "br-cpf", NULL, br_cpf_holds, NULL},
};
const size_t sg_check_id_count = sizeof sg_check_id_kinds / sizeof *sg_check_id_kinds;
