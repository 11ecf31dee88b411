/* SPDX-License-Identifier: Apache-2.0 */
/*
 * prefilter.c - which rules cannot match a value that is wholly at hand.
 */
#include "scan/prefilter.h"

#include <string.h>

void sg_census_take(struct sg_census *census, struct sg_bytes text)
{
    uint8_t seen[256] = {0};
    size_t digits = 0;
    for (size_t i = 0; i < text.len; i++)
        seen[text.data[i]] = 1;
    for (size_t i = 0; i < text.len; i++)
        digits += (uint8_t)(text.data[i] - '0') < 10;
    memset(census->bytes, 0, sizeof census->bytes);
    for (unsigned b = 0; b < 256; b++)
        census->bytes[b / 64] |= (uint64_t)seen[b] << b % 64;
    census->digits = digits;
    census->len = text.len;
}

bool sg_census_allows(const struct sg_census *census, const struct sg_pattern *pattern)
{
    const struct sg_needs *needs = sg_pattern_needs(pattern);
    uint64_t missing = 0;
    for (unsigned i = 0; i < 4; i++)
        missing |= needs->bytes[i] & ~census->bytes[i];
    return missing == 0 && census->digits >= needs->digits &&
           census->len >= sg_pattern_extent(pattern)->min;
}
