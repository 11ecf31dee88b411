/* SPDX-License-Identifier: Apache-2.0 */
/*
 * prefilter.c - which rules cannot match a value that is wholly at hand.
 */
#include "scan/prefilter.h"

/* Eight bytes of 0 or 1 to eight bits, the first one lowest: the product moves bit 0 of byte i to
 * bit 56 + i, and nothing else lands at or above bit 56. */
static uint64_t pack(const uint8_t *flags)
{
    uint64_t eight = 0;
    for (unsigned i = 0; i < 8; i++)
        eight |= (uint64_t)flags[i] << i * 8;
    return eight * UINT64_C(0x0102040810204080) >> 56;
}

void sg_census_take(struct sg_census *census, struct sg_bytes text)
{
    uint8_t seen[256] = {0};
    size_t digits = 0;
    for (size_t i = 0; i < text.len; i++)
        seen[text.data[i]] = 1;
    for (size_t i = 0; i < text.len; i++)
        digits += (uint8_t)(text.data[i] - '0') < 10;
    for (unsigned word = 0; word < 4; word++) {
        census->bytes[word] = 0;
        for (unsigned group = 0; group < 8; group++)
            census->bytes[word] |= pack(seen + word * 64 + group * 8) << group * 8;
    }
    census->digits = digits;
    census->len = text.len;
}

bool sg_census_allows(const struct sg_census *census, const struct sg_pattern *pattern)
{
    const struct sg_needs *needs = sg_pattern_needs(pattern);
    uint64_t missing = 0, any = 0;
    for (unsigned i = 0; i < 4; i++) {
        missing |= needs->bytes[i] & ~census->bytes[i];
        any |= needs->any[i] & census->bytes[i];
    }
    return missing == 0 && any != 0 && census->digits >= needs->digits &&
           census->len >= sg_pattern_extent(pattern)->min;
}
