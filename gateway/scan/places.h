/* SPDX-License-Identifier: Apache-2.0 */
/*
 * places.h - where in a text the bytes of each lead class stand: one bit row per class.
 */
#ifndef SG_SCAN_PLACES_H
#define SG_SCAN_PLACES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "rule/leads.h"

enum { SG_PLACES_TEXT = 32 * 1024 };

struct sg_places {
    size_t len;                                        /* of the text */
    uint64_t rows[SG_PLACES_TEXT / 64][SG_LEADS_MOST]; /* a word of each class side by side */
    uint16_t digits[SG_PLACES_TEXT + 1];               /* how many stand before each byte */
};

/* text.len <= SG_PLACES_TEXT. */
void sg_places_take(struct sg_places *places, const struct sg_leads *leads, struct sg_bytes text);

/* The next bytes of the class side by side, at or after from; false when there are none. A run ends
 * at a word of the bit row, so two may touch. Inline: asked of every rule's lead again and again.
 */
static inline bool sg_places_next(const struct sg_places *places, unsigned lead, size_t from,
                                  struct sg_span *run)
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
    unsigned first = (unsigned)__builtin_ctzll(word);
    uint64_t gaps = ~(word >> first);
    run->start = row * 64 + first;
    run->end = run->start + (gaps == 0 ? 64 : (unsigned)__builtin_ctzll(gaps));
    return true;
}

/* How many digits stand in the len bytes from start on, or in what there is of them. */
static inline unsigned sg_places_digits(const struct sg_places *places, size_t start, size_t len)
{
    size_t end = len < places->len - start ? start + len : places->len;
    return (unsigned)(places->digits[end] - places->digits[start]);
}

#endif
