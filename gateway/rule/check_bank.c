/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_bank.c - bank accounts: IBAN and the US routing number.
 */
#include "rule/check_family.h"

/* Lengths of the SWIFT IBAN registry, by country. */
static const struct {
    char country[3];
    uint8_t len;
} ibans[] = {
    {"AD", 24}, {"AE", 23}, {"AL", 28}, {"AT", 20}, {"AZ", 28}, {"BA", 20}, {"BE", 16}, {"BG", 22},
    {"BH", 22}, {"BI", 27}, {"BR", 29}, {"BY", 28}, {"CH", 21}, {"CR", 22}, {"CY", 28}, {"CZ", 24},
    {"DE", 22}, {"DJ", 27}, {"DK", 18}, {"DO", 28}, {"EE", 20}, {"EG", 29}, {"ES", 24}, {"FI", 18},
    {"FK", 18}, {"FO", 18}, {"FR", 27}, {"GB", 22}, {"GE", 22}, {"GI", 23}, {"GL", 18}, {"GR", 27},
    {"GT", 28}, {"HN", 28}, {"HR", 21}, {"HU", 28}, {"IE", 22}, {"IL", 23}, {"IQ", 23}, {"IS", 26},
    {"IT", 27}, {"JO", 30}, {"KW", 30}, {"KZ", 20}, {"LB", 28}, {"LC", 32}, {"LI", 21}, {"LT", 20},
    {"LU", 20}, {"LV", 21}, {"LY", 25}, {"MC", 27}, {"MD", 24}, {"ME", 22}, {"MK", 19}, {"MN", 20},
    {"MR", 27}, {"MT", 31}, {"MU", 30}, {"NI", 28}, {"NL", 18}, {"NO", 15}, {"OM", 23}, {"PK", 24},
    {"PL", 28}, {"PS", 29}, {"PT", 25}, {"QA", 29}, {"RO", 24}, {"RS", 22}, {"RU", 33}, {"SA", 24},
    {"SC", 31}, {"SD", 18}, {"SE", 24}, {"SI", 19}, {"SK", 24}, {"SM", 27}, {"SO", 23}, {"ST", 25},
    {"SV", 28}, {"TL", 23}, {"TN", 24}, {"TR", 26}, {"UA", 29}, {"VA", 22}, {"VG", 24}, {"XK", 20},
    {"YE", 30},
};

static bool iban_holds(const void *bound, const struct sg_taken *taken)
{
    (void)bound;
    const uint8_t *text = taken->text;
    if (taken->len < 15 || !sg_is_digit(text[2]) || !sg_is_digit(text[3]))
        return false;
    size_t want = 0;
    for (size_t i = 0; i < sizeof ibans / sizeof *ibans; i++) {
        if (text[0] == ibans[i].country[0] && text[1] == ibans[i].country[1])
            want = ibans[i].len;
    }
    /* Check digits are made as 98 minus a remainder: 00, 01 and 99 are never issued. */
    uint64_t digits = sg_taken_number(taken, 2, 2);
    return taken->len == want && digits >= 2 && digits <= 98 && sg_taken_mod97(taken, 4) == 1;
}

static bool aba_holds(const void *bound, const struct sg_taken *taken)
{
    static const unsigned weights[] = {3, 7, 1};
    (void)bound;
    if (!sg_taken_is_digits(taken, 9))
        return false;
    uint64_t district = sg_taken_number(taken, 0, 2);
    if (!(district <= 12 || (district >= 21 && district <= 32) ||
          (district >= 61 && district <= 72) || district == 80))
        return false;
    unsigned sum = 0;
    for (size_t i = 0; i < taken->len; i++)
        sum += weights[i % 3] * (unsigned)(taken->text[i] - '0');
    return sum % 10 == 0 && sum > 0;
}

const struct sg_check_kind sg_check_bank_kinds[] = {
    {"iban", "iban", NULL, iban_holds, NULL},
    {"aba-routing", "aba-routing", NULL, aba_holds, NULL},
};
const size_t sg_check_bank_count = sizeof sg_check_bank_kinds / sizeof *sg_check_bank_kinds;
