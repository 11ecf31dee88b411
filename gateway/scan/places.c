/* SPDX-License-Identifier: Apache-2.0 */
/*
 * places.c - where in a text the bytes of each lead class stand.
 */
#include "scan/places.h"

#include <assert.h>
#include <string.h>

void sg_places_take(struct sg_places *places, const struct sg_leads *leads, struct sg_bytes text)
{
    assert(text.len <= SG_PLACES_TEXT);
    places->len = text.len;
    memset(places->rows, 0, (text.len + 63) / 64 * sizeof places->rows[0]);
    uint16_t digits = 0;
    places->digits[0] = 0;
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.data[i];
        digits = (uint16_t)(digits + ((uint8_t)(c - '0') < 10));
        places->digits[i + 1] = digits;
        for (uint32_t classes = leads->classes[c]; classes != 0; classes &= classes - 1)
            places->rows[i / 64][__builtin_ctz(classes)] |= UINT64_C(1) << i % 64;
    }
}
