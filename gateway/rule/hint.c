/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hint.c - how the signatures of a pattern were chosen, so that they need not be looked for again.
 */
#include "rule/hint.h"

enum { HASH_DIGITS = 16 };

/* FNV-1a. */
uint64_t sg_hint_hash(struct sg_bytes pattern)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < pattern.len; i++)
        hash = (hash ^ pattern.data[i]) * UINT64_C(0x100000001b3);
    return hash;
}

/* The hash that the line at `at` begins with; false: it is no such line. */
static bool read_hash(struct sg_bytes text, size_t at, uint64_t *hash)
{
    *hash = 0;
    for (size_t i = at; i < at + HASH_DIGITS; i++) {
        int digit = i < text.len ? sg_hex_value(text.data[i]) : -1;
        if (digit < 0)
            return false;
        *hash = *hash << 4 | (uint64_t)digit;
    }
    return true;
}

static bool read_numbers(struct sg_hint *hint, struct sg_bytes text, size_t at)
{
    while (at + 1 < text.len && text.data[at] == ' ') {
        uint64_t number = 0;
        for (at++; at < text.len && sg_is_digit(text.data[at]) && number <= UINT32_MAX; at++)
            number = number * 10 + (uint64_t)(text.data[at] - '0');
        if (!sg_hint_add(hint, number))
            return false;
    }
    return at < text.len && text.data[at] == '\n';
}

bool sg_hint_find(struct sg_hint *hint, struct sg_bytes pattern)
{
    const struct sg_bytes text = sg_builtin_hints;
    const uint64_t wanted = sg_hint_hash(pattern);
    size_t low = 0, high = text.len; /* lines that begin within them */
    hint->n = hint->at = 0;
    while (low < high) {
        uint64_t hash;
        size_t at = low + (high - low) / 2;
        while (at > low && text.data[at - 1] != '\n')
            at--;
        if (!read_hash(text, at, &hash))
            return false;
        if (hash == wanted)
            return read_numbers(hint, text, at + HASH_DIGITS);
        if (hash > wanted) {
            high = at;
            continue;
        }
        for (low = at; low < high && text.data[low] != '\n';)
            low++;
        low += low < high;
    }
    return false;
}
