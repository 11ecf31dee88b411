/* SPDX-License-Identifier: Apache-2.0 */
/*
 * traits.c - what a text has at all, and what a signature cannot do without.
 */
#include "rule/traits.h"

#include <stddef.h>

/* What step i of the bytes, or digits, is reached with. */
static const uint16_t steps[SG_TRAIT_STEPS] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15};

/* Kinds of bytes: each byte is of one. */
enum { DIGIT, CAPITAL, SMALL, HIGH, BLANK, CONTROL, SIGNS };
#define BIT(kind) (UINT32_C(1) << (kind))
#define SIGN(n)   BIT(SIGNS + (n))

/* clang-format off */
#define RUN4(x)   (x), (x), (x), (x)
#define RUN16(x)  RUN4(x), RUN4(x), RUN4(x), RUN4(x)
#define RUN26(x)  RUN16(x), RUN4(x), RUN4(x), (x), (x)
#define RUN32(x)  RUN16(x), RUN16(x)
static const uint32_t kinds[256] = {
    [0] = RUN32(BIT(CONTROL)), [0x7F] = BIT(CONTROL),
    ['0'] = RUN4(BIT(DIGIT)), RUN4(BIT(DIGIT)), BIT(DIGIT), BIT(DIGIT),
    ['A'] = RUN26(BIT(CAPITAL)),
    ['a'] = RUN26(BIT(SMALL)),
    [0x80] = RUN32(BIT(HIGH)), RUN32(BIT(HIGH)), RUN32(BIT(HIGH)), RUN32(BIT(HIGH)),
    [' '] = BIT(BLANK),
    ['@'] = SIGN(0), ['.'] = SIGN(1), ['-'] = SIGN(2), [':'] = SIGN(3), ['/'] = SIGN(4),
    [','] = SIGN(5), ['+'] = SIGN(6), ['_'] = SIGN(7), ['%'] = SIGN(8), ['\\'] = SIGN(9),
    ['='] = SIGN(10), ['&'] = SIGN(11), [';'] = SIGN(11), ['<'] = SIGN(12), ['>'] = SIGN(12),
    ['('] = SIGN(13), [')'] = SIGN(13), ['['] = SIGN(13), [']'] = SIGN(13), ['{'] = SIGN(13),
    ['}'] = SIGN(13), ['"'] = SIGN(14), ['\''] = SIGN(14), ['`'] = SIGN(14), ['*'] = SIGN(15),
    ['#'] = SIGN(15), ['|'] = SIGN(15), ['~'] = SIGN(15), ['!'] = SIGN(16), ['?'] = SIGN(16),
    ['$'] = SIGN(17), ['^'] = SIGN(17),
};
/* clang-format on */
_Static_assert(SG_TRAIT_KINDS + SIGNS + 18 == SG_TRAITS, "a trait for each kind");

/* The steps up to n. */
static uint64_t steps_to(size_t n)
{
    unsigned i = 0;
    while (i < SG_TRAIT_STEPS && steps[i] <= n)
        i++;
    return (UINT64_C(1) << i) - 1;
}

uint64_t sg_traits_of(struct sg_bytes text, bool whole)
{
    uint32_t seen = 0;
    size_t digits = 0;
    for (size_t i = 0; i < text.len; i++) {
        uint32_t kind = kinds[text.data[i]];
        seen |= kind;
        digits += kind & BIT(DIGIT);
    }
    uint64_t counts = steps_to(SIZE_MAX) | steps_to(SIZE_MAX) << SG_TRAIT_DIGITS;
    if (whole)
        counts = steps_to(text.len) | steps_to(digits) << SG_TRAIT_DIGITS;
    return counts | (uint64_t)seen << SG_TRAIT_KINDS;
}

/* The kinds that its bytes are of. */
static uint32_t kinds_of(const struct sg_set *set)
{
    uint32_t found = 0;
    for (unsigned c = 0; c < 256; c++)
        found |= sg_set_has(set, c) ? kinds[c] : 0;
    return found;
}

/* Those that count: at least so many, all of them inside the text. */
static uint32_t kinds_counted(const struct sg_quota *quota)
{
    uint32_t found = 0;
    for (unsigned c = 0; c < 256; c++)
        found |= quota->kinds[c] == 2 ? kinds[c] : 0;
    return found;
}

static bool is_one(uint32_t bits)
{
    return bits != 0 && (bits & (bits - 1)) == 0;
}

uint64_t sg_traits_needed(const struct sg_signature *signature)
{
    size_t bytes = 0, digits = 0;
    uint64_t needed = 0;
    for (unsigned k = 0; k < SG_SIGNATURE_BYTES; k++) {
        uint32_t own = kinds_of(&signature->at[k]);
        if ((signature->outside >> k & 1) != 0)
            continue;
        bytes++;
        digits += own == BIT(DIGIT);
        needed |= is_one(own) ? (uint64_t)own << SG_TRAIT_KINDS : 0;
    }
    for (unsigned i = 0; i < SG_SIGNATURE_QUOTAS; i++) {
        const struct sg_quota *quota = &signature->quotas[i];
        if (quota->least > bytes)
            bytes = quota->least;
        if (quota->least > digits && kinds_counted(quota) == BIT(DIGIT))
            digits = quota->least;
    }
    return needed | steps_to(bytes) | steps_to(digits) << SG_TRAIT_DIGITS;
}
