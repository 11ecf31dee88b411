/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fold_native.c - stretches of scripts that the folded view keeps.
 *
 * Only the scripts and signs that long texts are made of: the others take the longer way.
 */
#include "scan/fold_native.h"

#include <stdbool.h>
#include <stdint.h>

static bool within(uint8_t c, uint8_t from, uint8_t to)
{
    return c >= from && c <= to;
}

/* The code point of two bytes: Greek and Cyrillic; Hebrew and Arabic without digits and marks. */
static bool is_native_two(uint8_t lead, uint8_t next)
{
    if (!within(next, 0x80, 0xBF))
        return false;
    if (within(lead, 0xCE, 0xD1) || lead == 0xD7 || lead == 0xDA)
        return true;
    if (lead == 0xD8)
        return next >= 0xA0;
    return (lead == 0xD9 && !within(next, 0xA0, 0xA9)) || (lead == 0xDB && next < 0xB0);
}

/* Of three: Chinese, Japanese, Korean. */
static bool is_native_three(uint8_t lead, uint8_t next, uint8_t last)
{
    if (!within(next, 0x80, 0xBF) || !within(last, 0x80, 0xBF))
        return false;
    if (within(lead, 0xE4, 0xE9) || lead == 0xEB || lead == 0xEC)
        return true;
    if (lead == 0xE3)
        return next != 0x85; /* has a filler */
    return (lead == 0xEA && next >= 0xB0) || (lead == 0xED && next < 0xA0);
}

/* Of four: emoji. */
static bool is_native_four(const uint8_t *at)
{
    return at[0] == 0xF0 && at[1] == 0x9F && within(at[2], 0x8C, 0xAB) && within(at[3], 0x80, 0xBF);
}

size_t sg_fold_native_end(struct sg_bytes text, size_t place)
{
    for (;;) {
        const uint8_t *at = text.data + place;
        size_t there = text.len - place;
        if (there >= 2 && is_native_two(at[0], at[1]))
            place += 2;
        else if (there >= 3 && is_native_three(at[0], at[1], at[2]))
            place += 3;
        else if (there >= 4 && is_native_four(at))
            place += 4;
        else
            return place;
    }
}
