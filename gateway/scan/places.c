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
    for (size_t i = 0; i < text.len; i++) {
        uint32_t classes = leads->classes[text.data[i]];
        for (; classes != 0; classes &= classes - 1)
            places->rows[i / 64][__builtin_ctz(classes)] |= UINT64_C(1) << i % 64;
    }
}

bool sg_places_next(const struct sg_places *places, unsigned lead, size_t from, struct sg_span *run)
{
    if (from >= places->len)
        return false;
    size_t row = from / 64, end = (places->len + 63) / 64;
    uint64_t word = places->rows[row][lead] & UINT64_MAX << from % 64;
    while (word == 0) {
        if (++row == end)
            return false;
        word = places->rows[row][lead];
    }
    unsigned bit = (unsigned)__builtin_ctzll(word);
    uint64_t gap = ~(word >> bit); /* its lowest bit is where the run ends */
    run->start = row * 64 + bit;
    run->end = run->start + (gap == 0 ? 64 : (unsigned)__builtin_ctzll(gap));
    if (run->end > (row + 1) * 64)
        run->end = (row + 1) * 64;
    return true;
}
