/* SPDX-License-Identifier: Apache-2.0 */
/*
 * prefilter.c - which rules cannot match a value that is wholly at hand.
 */
#include "scan/prefilter.h"

#include <string.h>

enum { SHORT = 48 }; /* of so few bytes each is noted by itself: packing 256 flags costs more */

static const uint64_t ones = UINT64_C(0x0101010101010101);
static const uint64_t highs = UINT64_C(0x8080808080808080);

/* Eight bytes of 0 or 1 to eight bits, the first one lowest: the product moves bit 0 of byte i to
 * bit 56 + i, and nothing else lands at or above bit 56. Most groups of eight are empty. */
static uint64_t pack(const uint8_t *flags)
{
    uint64_t eight;
    memcpy(&eight, flags, sizeof eight);
    if (eight == 0)
        return 0;
    eight = 0; /* again, in an order that does not hang on the machine's */
    for (unsigned i = 0; i < 8; i++)
        eight |= (uint64_t)flags[i] << i * 8;
    return eight * UINT64_C(0x0102040810204080) >> 56;
}

/* How many of eight bytes are digits: those whose exclusive or with '0' is below ten. Adding 118 to
 * the low seven bits of the others sets bit 7, and carries into no neighbour. */
static size_t count_digits(uint64_t eight)
{
    uint64_t x = eight ^ ones * '0';
    uint64_t others = ((x & ~highs) + ones * (128 - 10)) | x;
    return (size_t)(((~others & highs) >> 7) * ones >> 56);
}

static size_t take_short(uint64_t bytes[4], struct sg_bytes text)
{
    size_t digits = 0;
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.data[i];
        bytes[c / 64] |= UINT64_C(1) << c % 64;
        digits += (uint8_t)(c - '0') < 10;
    }
    return digits;
}

static size_t take_long(uint64_t bytes[4], struct sg_bytes text)
{
    uint8_t seen[256] = {0};
    size_t digits = 0, i = 0;
    for (; text.len - i >= 8; i += 8) {
        uint64_t eight;
        memcpy(&eight, text.data + i, sizeof eight);
        digits += count_digits(eight);
        for (unsigned k = 0; k < 8; k++)
            seen[text.data[i + k]] = 1;
    }
    for (unsigned word = 0; word < 4; word++)
        for (unsigned group = 0; group < 8; group++)
            bytes[word] |= pack(seen + word * 64 + group * 8) << group * 8;
    return digits + take_short(bytes, (struct sg_bytes){text.data + i, text.len - i});
}

void sg_census_take(struct sg_census *census, struct sg_bytes text)
{
    *census = (struct sg_census){.len = text.len};
    census->digits =
        text.len < SHORT ? take_short(census->bytes, text) : take_long(census->bytes, text);
}
