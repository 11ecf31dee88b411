/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_thing.c - numbers of things that lead to their owner: vehicles and telephones.
 */
#include "rule/check_family.h"

/* What A to Z count; I, O and Q are not used. */
static const uint8_t vin_letters[26] = {1, 2, 3, 4, 5, 6, 7, 8, 0, 1, 2, 3, 4,
                                        5, 0, 7, 0, 9, 2, 3, 4, 5, 6, 7, 8, 9};

/* The ninth character is the check digit, X for ten. Outside North America and China it need not
 * be: such a number does not hold. */
static bool vin_holds(const void *bound, const struct sg_taken *taken)
{
    static const int weights[] = {8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2};
    (void)bound;
    int sum = 0;
    if (taken->len != 17)
        return false;
    for (size_t i = 0; i < 17; i++) {
        uint8_t c = taken->text[i];
        if (sg_taken_is_one_of(c, "IOQ"))
            return false;
        sum += weights[i] * (sg_is_digit(c) ? c - '0' : vin_letters[c - 'A']);
    }
    return taken->text[8] == (uint8_t) "0123456789X"[sum % 11];
}

static bool imei_holds(const void *bound, const struct sg_taken *taken)
{
    (void)bound;
    return sg_taken_is_digits(taken, 15) && sg_taken_luhn(taken, 0) &&
           sg_taken_number(taken, 0, 15) != 0;
}

const struct sg_check_kind sg_check_thing_kinds[] = {
    {"vin", "vin", NULL, vin_holds, NULL},
    {"imei", "imei", NULL, imei_holds, NULL},
};
const size_t sg_check_thing_count = sizeof sg_check_thing_kinds / sizeof *sg_check_thing_kinds;
