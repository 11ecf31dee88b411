/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mark.c - where an id stands in a sketch.
 */
#include "collusion/mark.h"

#include "base/siphash.h"

uint64_t sg_mark(const uint8_t key[SG_MARK_KEY], enum sg_mark_role role, uint64_t id)
{
    const uint64_t words[2] = {(uint64_t)role, id};
    struct sg_siphash hash;
    uint64_t digest[2];
    sg_siphash_begin(&hash, key);
    sg_siphash_add(&hash, (struct sg_bytes){(const uint8_t *)words, sizeof words});
    sg_siphash_done(&hash, digest);
    return digest[0] == 0 ? 1 : digest[0];
}
