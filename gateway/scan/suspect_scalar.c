/* SPDX-License-Identifier: Apache-2.0 */
/*
 * suspect_scalar.c - where may the folded view differ from the text? For any processor, and the
 * definition for the others.
 */
#include <string.h>

#include "scan/suspect.h"

static uint8_t byte_at(const uint8_t *text, size_t place, size_t len)
{
    return place < len ? text[place] : 0;
}

/* The groups of a set that hold for three bytes. */
static uint8_t groups(const struct sg_suspect_set *set, const uint8_t bytes[SG_SUSPECT_STEPS])
{
    uint8_t held = 0xFF;
    for (unsigned step = 0; step < SG_SUSPECT_STEPS && held != 0; step++)
        held &= sg_suspect_look_up(&set->steps[step], bytes[step]);
    return held;
}

/* Does the code point of n bytes at place stand beside a word? */
static bool beside_word(const uint8_t *text, size_t place, size_t n, size_t len)
{
    unsigned behind = SG_SUSPECT_WORD | SG_SUSPECT_DOT;
    if (place > 0 && (sg_suspect_look_up(&sg_suspect_bytes, text[place - 1]) & behind) != 0)
        return true;
    uint8_t next = sg_suspect_look_up(&sg_suspect_bytes, byte_at(text, place + n, len));
    return (next & SG_SUSPECT_WORD) != 0;
}

bool sg_suspect_at(const uint8_t *text, size_t place, size_t len)
{
    const uint8_t bytes[] = {text[place], byte_at(text, place + 1, len),
                             byte_at(text, place + 2, len)};
    if (bytes[0] < 0xC2)
        return false;
    if (bytes[0] < 0xE0) {
        bool lead = (sg_suspect_look_up(&sg_suspect_bytes, bytes[0]) & SG_SUSPECT_LEAD) != 0;
        return groups(&sg_suspect_two, bytes) != 0 || (lead && beside_word(text, place, 2, len));
    }
    if (groups(&sg_suspect_e2, bytes) != 0)
        return true;
    for (unsigned i = 0; i < SG_SUSPECT_SETS; i++)
        if (groups(&sg_suspect_long[i], bytes) != 0)
            return true;
    uint8_t near = groups(&sg_suspect_near, bytes);
    if ((near & SG_SUSPECT_HIDDEN) != 0 && place > 0 && text[place - 1] < 0x80)
        return true;
    return near != 0 && beside_word(text, place, 3, len);
}

/* Eight bytes, or 32 where there are so many of them. */
static size_t skip_ascii(const uint8_t *text, size_t from, size_t len)
{
    const uint64_t highs = UINT64_C(0x8080808080808080);
    uint64_t bytes[4];
    for (; len - from >= sizeof bytes; from += sizeof bytes) {
        memcpy(bytes, text + from, sizeof bytes);
        if (((bytes[0] | bytes[1] | bytes[2] | bytes[3]) & highs) != 0)
            break;
    }
    for (; len - from >= sizeof bytes[0]; from += sizeof bytes[0]) {
        memcpy(bytes, text + from, sizeof bytes[0]);
        if ((bytes[0] & highs) != 0)
            break;
    }
    return from;
}

/* A letter amid native ones, as most are. */
static bool is_amid(const uint8_t *text, size_t place, size_t len)
{
    return text[place] < 0xE0 && sg_suspect_look_up(&sg_suspect_two.steps[0], text[place]) == 0 &&
           place > 0 && text[place - 1] >= 0x80 && len - place > 2 && text[place + 2] >= 0x80;
}

size_t sg_suspect_scalar(const uint8_t *text, size_t from, size_t len)
{
    while (from < len) {
        if (text[from] < 0x80) {
            size_t skipped = skip_ascii(text, from, len);
            from = skipped == from ? from + 1 : skipped;
        } else {
            if (text[from] >= 0xC2 && !is_amid(text, from, len) && sg_suspect_at(text, from, len))
                return from;
            from++;
        }
    }
    return len;
}
