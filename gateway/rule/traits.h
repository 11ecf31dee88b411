/* SPDX-License-Identifier: Apache-2.0 */
/*
 * traits.h - what a text has at all, and what a signature cannot do without.
 *
 *     text -> its length, its digits, kinds of bytes -> traits
 *     signature -> what each place where it holds brings -> traits that it needs
 *
 * Most values of a message are short and plain ("queued", "12"): their traits alone tell that
 * hardly a signature can hold anywhere in them.
 */
#ifndef SG_RULE_TRAITS_H
#define SG_RULE_TRAITS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "rule/signature.h"

/* Bits: so many bytes, then so many digits (SG_TRAIT_STEPS each, each with those below it), then
 * the kinds of bytes. */
enum {
    SG_TRAIT_STEPS = 12,
    SG_TRAIT_DIGITS = SG_TRAIT_STEPS,
    SG_TRAIT_KINDS = 2 * SG_TRAIT_STEPS,
    SG_TRAITS = SG_TRAIT_KINDS + 24
};
#define SG_TRAITS_ANY UINT64_MAX

/* Of the bytes text, which are all that matters. whole: they are all of a text; else there may be
 * more bytes and digits elsewhere. */
uint64_t sg_traits_of(struct sg_bytes text, bool whole);
uint64_t sg_traits_needed(const struct sg_signature *signature);

/* Of the traits that are missing those that tell all: of steps, the lowest one does. */
static inline uint64_t sg_traits_missing(uint64_t traits)
{
    const uint64_t steps = (UINT64_C(1) << SG_TRAIT_STEPS) - 1;
    const uint64_t all = (UINT64_C(1) << SG_TRAITS) - 1;
    uint64_t missing = ~traits & all;
    uint64_t bytes = missing & steps, digits = missing & steps << SG_TRAIT_DIGITS;
    return (missing & ~(steps | steps << SG_TRAIT_DIGITS)) | (bytes & (0 - bytes)) |
           (digits & (0 - digits));
}

#endif
