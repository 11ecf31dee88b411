/* SPDX-License-Identifier: Apache-2.0 */
/*
 * leads.c - which bytes lead to which rules.
 */
#include "rule/leads.h"

#include <stdbool.h>
#include <string.h>

/* A set with more small letters than this leads to nearly every place of a text. */
enum { SMALL_LETTERS_MOST = 2 };

static bool has(const uint64_t set[4], unsigned c)
{
    return (set[c / 64] >> c % 64 & 1) != 0;
}

static bool is_common(const uint64_t set[4])
{
    unsigned small = 0;
    for (unsigned c = 'a'; c <= 'z'; c++)
        small += has(set, c) ? 1 : 0;
    return small > SMALL_LETTERS_MOST || has(set, ' ');
}

static bool within(const uint64_t part[4], const uint64_t whole[4])
{
    uint64_t outside = 0;
    for (unsigned i = 0; i < 4; i++)
        outside |= part[i] & ~whole[i];
    return outside == 0;
}

unsigned sg_leads_add(struct sg_leads *leads, const struct sg_pattern *pattern)
{
    const uint64_t *set = sg_pattern_needs(pattern)->any;
    if (is_common(set))
        return SG_LEAD_NONE;
    for (unsigned k = 0; k < leads->n; k++) {
        if (memcmp(leads->sets[k], set, sizeof leads->sets[k]) == 0)
            return k;
    }
    if (leads->n == SG_LEADS_MOST) {
        for (unsigned k = 0; k < leads->n; k++) {
            if (within(set, leads->sets[k]))
                return k;
        }
        return SG_LEAD_NONE;
    }
    unsigned k = leads->n++;
    memcpy(leads->sets[k], set, sizeof leads->sets[k]);
    for (unsigned c = 0; c < 256; c++)
        leads->classes[c] |= (uint32_t)has(set, c) << k;
    return k;
}
