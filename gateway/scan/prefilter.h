/* SPDX-License-Identifier: Apache-2.0 */
/*
 * prefilter.h - which rules cannot match a value that is wholly at hand.
 *
 * One pass over the value notes which bytes occur and how many digits; a rule that needs others
 * cannot match. Only for whole values: what has not come yet could still bring them.
 */
#ifndef SG_SCAN_PREFILTER_H
#define SG_SCAN_PREFILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "rule/pattern.h"

struct sg_census {
    uint64_t bytes[4]; /* bit b of word b / 64: byte b occurs */
    size_t digits, len;
};

void sg_census_take(struct sg_census *census, struct sg_bytes text);
/* False only when no match that has these needs, of at least min bytes, can be in the text. Inline:
 * asked for every rule about every value, and mostly answered by the first two comparisons. */
static inline bool sg_census_allows(const struct sg_census *census, const struct sg_needs *needs,
                                    size_t min)
{
    if (census->len < min || census->digits < needs->digits)
        return false;
    uint64_t missing = 0, any = 0;
    for (unsigned i = 0; i < 4; i++) {
        missing |= needs->bytes[i] & ~census->bytes[i];
        any |= needs->any[i] & census->bytes[i];
    }
    return missing == 0 && any != 0;
}

#endif
