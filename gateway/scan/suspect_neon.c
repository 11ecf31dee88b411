/* SPDX-License-Identifier: Apache-2.0 */
/*
 * suspect_neon.c - where may the folded view differ from the text? 64 places at a time, for
 * processors with NEON.
 */
#include "scan/suspect.h"

#if defined(__aarch64__)

#include <arm_neon.h>
#include <string.h>

enum { LANES = 16 };

static inline uint8x16_t look_up(const struct sg_suspect_halves *halves, uint8x16_t bytes)
{
    uint8x16_t lo = vqtbl1q_u8(vld1q_u8(halves->lo), vandq_u8(bytes, vdupq_n_u8(0x0F)));
    return vandq_u8(lo, vqtbl1q_u8(vld1q_u8(halves->hi), vshrq_n_u8(bytes, 4)));
}

/* The groups that hold at each place. */
static inline uint8x16_t groups(const struct sg_suspect_set *set,
                                const uint8x16_t bytes[SG_SUSPECT_STEPS])
{
    uint8x16_t held = look_up(&set->steps[0], bytes[0]);
    held = vandq_u8(held, look_up(&set->steps[1], bytes[1]));
    return vandq_u8(held, look_up(&set->steps[2], bytes[2]));
}

/* Lanes of all ones to bits: each lane keeps a bit of its own, and adding makes them one number. */
static inline uint64_t bits_of(uint8x16_t lanes)
{
    static const uint8_t own[LANES] = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    uint8x16_t bits = vandq_u8(lanes, vld1q_u8(own));
    return (uint64_t)vaddv_u8(vget_low_u8(bits)) | (uint64_t)vaddv_u8(vget_high_u8(bits)) << 8;
}

/* The places that have one of the bits. */
static inline uint64_t places(uint8x16_t held, unsigned bits)
{
    return bits_of(vtstq_u8(held, vdupq_n_u8((uint8_t)bits)));
}

/* Is there no code point but ASCII, quotation marks and ellipses? */
static inline bool only_quotes(const uint8x16_t bytes[SG_SUSPECT_STEPS])
{
    const uint8_t wide = SG_SUSPECT_LAST_QUOTE - SG_SUSPECT_QUOTE;
    uint8x16_t last = vcleq_u8(vsubq_u8(bytes[2], vdupq_n_u8(SG_SUSPECT_QUOTE)), vdupq_n_u8(wide));
    last = vorrq_u8(last, vceqq_u8(bytes[2], vdupq_n_u8(SG_SUSPECT_ELLIPSIS)));
    uint8x16_t quotes =
        vandq_u8(vceqq_u8(bytes[0], vdupq_n_u8(0xE2)), vceqq_u8(bytes[1], vdupq_n_u8(0x80)));
    uint8x16_t leads = vcgeq_u8(bytes[0], vdupq_n_u8(0xC0));
    return vmaxvq_u8(vbicq_u8(leads, vandq_u8(quotes, last))) == 0;
}

/* Code points of three and four bytes, of which there are some. */
static void look_long(struct sg_suspect_block *block, const uint8x16_t bytes[SG_SUSPECT_STEPS],
                      uint8x16_t heads, unsigned shift)
{
    uint8x16_t held = groups(&sg_suspect_e2, bytes);
    uint8x16_t e2 = vceqq_u8(bytes[0], vdupq_n_u8(0xE2));
    if (vmaxvq_u8(vbicq_u8(heads, e2)) != 0)
        for (unsigned i = 0; i < SG_SUSPECT_SETS; i++)
            held = vorrq_u8(held, groups(&sg_suspect_long[i], bytes));
    block->sure |= places(held, 0xFF) << shift;
    held = groups(&sg_suspect_near, bytes);
    block->near |= places(held, 0xFF) << shift;
    block->hidden |= places(held, SG_SUSPECT_HIDDEN) << shift;
}

static void look_quarter(struct sg_suspect_block *block, const uint8_t *at, unsigned shift)
{
    const uint8x16_t bytes[SG_SUSPECT_STEPS] = {vld1q_u8(at), vld1q_u8(at + 1), vld1q_u8(at + 2)};
    const uint8x16_t heads = vcgeq_u8(bytes[0], vdupq_n_u8(0xE0));
    uint8x16_t kinds = look_up(&sg_suspect_bytes, bytes[0]);
    block->ascii |= bits_of(vcltq_u8(bytes[0], vdupq_n_u8(0x80))) << shift;
    block->word |= places(kinds, SG_SUSPECT_WORD) << shift;
    block->dot |= places(kinds, SG_SUSPECT_DOT) << shift;
    if (only_quotes(bytes))
        return;
    block->lead |= places(kinds, SG_SUSPECT_LEAD) << shift;
    uint8x16_t two = vandq_u8(look_up(&sg_suspect_two.steps[0], bytes[0]),
                              look_up(&sg_suspect_two.steps[1], bytes[1]));
    block->sure |= places(two, 0xFF) << shift;
    if (vmaxvq_u8(heads) != 0)
        look_long(block, bytes, heads, shift);
}

static inline bool all_ascii(const uint8_t *at)
{
    uint8x16_t a = vorrq_u8(vld1q_u8(at), vld1q_u8(at + LANES));
    uint8x16_t b = vorrq_u8(vld1q_u8(at + 2 * LANES), vld1q_u8(at + 3 * LANES));
    return vmaxvq_u8(vorrq_u8(a, b)) < 0x80;
}

static uint64_t look(const uint8_t *at, uint8_t before)
{
    struct sg_suspect_block block = {0};
    if (all_ascii(at))
        return 0;
    for (unsigned i = 0; i < SG_SUSPECT_PLACES; i += LANES)
        look_quarter(&block, at + i, i);
    return sg_suspect_judge(&block, before, at + SG_SUSPECT_PLACES);
}

size_t sg_suspect_neon(const uint8_t *text, size_t from, size_t len)
{
    while (from < len) {
        uint64_t found;
        uint8_t before = from == 0 ? SG_SUSPECT_NOTHING : text[from - 1];
        if (len - from >= SG_SUSPECT_REACH) {
            found = look(text + from, before);
        } else {
            uint8_t rest[SG_SUSPECT_REACH] = {0};
            memcpy(rest, text + from, len - from);
            found = look(rest, before);
        }
        if (found != 0)
            return from + (size_t)__builtin_ctzll(found);
        from = len - from > SG_SUSPECT_PLACES ? from + SG_SUSPECT_PLACES : len;
    }
    return len;
}

#endif
