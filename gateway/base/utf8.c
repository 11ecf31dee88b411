/* SPDX-License-Identifier: Apache-2.0 */
/*
 * utf8.c - strict UTF-8 (RFC 3629, section 4), in pieces of any size.
 */
#include "base/utf8.h"

#include <string.h>

/* Starts a sequence with lead byte c; false when no sequence starts so. */
static bool begin(struct sg_utf8 *state, uint8_t c)
{
    state->low = 0x80;
    state->high = 0xBF;
    if (c >= 0xC2 && c <= 0xDF) {
        state->need = 1;
    } else if (c >= 0xE0 && c <= 0xEF) {
        state->need = 2;
        if (c == 0xE0)
            state->low = 0xA0; /* below: overlong */
        if (c == 0xED)
            state->high = 0x9F; /* above: surrogates */
    } else if (c >= 0xF0 && c <= 0xF4) {
        state->need = 3;
        if (c == 0xF0)
            state->low = 0x90; /* below: overlong */
        if (c == 0xF4)
            state->high = 0x8F; /* above: U+10FFFF */
    } else {
        return false;
    }
    return true;
}

bool sg_utf8_push(struct sg_utf8 *state, struct sg_bytes text)
{
    size_t i = 0;
    while (i < text.len) {
        if (state->need == 0) {
            uint64_t eight;
            while (text.len - i >= sizeof eight) {
                memcpy(&eight, text.data + i, sizeof eight);
                if ((eight & UINT64_C(0x8080808080808080)) != 0)
                    break;
                i += sizeof eight;
            }
            if (i == text.len)
                break;
            uint8_t c = text.data[i++];
            if (c >= 0x80 && !begin(state, c))
                return false;
        } else {
            uint8_t c = text.data[i++];
            if (c < state->low || c > state->high)
                return false;
            state->low = 0x80;
            state->high = 0xBF;
            state->need--;
        }
    }
    return true;
}

size_t sg_utf8_prefix(struct sg_utf8 *state, struct sg_bytes text)
{
    struct sg_utf8 before = *state;
    size_t i = 0;
    if (sg_utf8_push(state, text))
        return text.len;
    /* Broken somewhere: go again byte by byte. This happens once in a text's life. */
    while (sg_utf8_push(&before, (struct sg_bytes){text.data + i, 1}))
        i++;
    return i;
}

bool sg_utf8_complete(const struct sg_utf8 *state)
{
    return state->need == 0;
}

bool sg_utf8_valid(struct sg_bytes text)
{
    struct sg_utf8 state = {0};
    return sg_utf8_push(&state, text) && sg_utf8_complete(&state);
}

size_t sg_utf8_valid_len(struct sg_bytes text)
{
    struct sg_utf8 state = {0};
    size_t i = 0;
    while (i < text.len && sg_utf8_push(&state, (struct sg_bytes){text.data + i, 1}))
        i++;
    return i;
}

size_t sg_utf8_open_tail(struct sg_bytes text)
{
    for (size_t n = 1; n <= 3 && n <= text.len; n++) {
        uint8_t c = text.data[text.len - n];
        if (c < 0x80)
            return 0;
        if (c >= 0xC0)
            return n < (c < 0xE0 ? 2u : c < 0xF0 ? 3u : 4u) ? n : 0;
    }
    return 0;
}

size_t sg_utf8_encode(uint32_t code_point, uint8_t out[4])
{
    if (code_point < 0x80) {
        out[0] = (uint8_t)code_point;
        return 1;
    }
    if (code_point < 0x800) {
        out[0] = (uint8_t)(0xC0 | code_point >> 6);
        out[1] = (uint8_t)(0x80 | (code_point & 0x3F));
        return 2;
    }
    if (code_point < 0x10000) {
        if (code_point >= 0xD800 && code_point <= 0xDFFF)
            return 0;
        out[0] = (uint8_t)(0xE0 | code_point >> 12);
        out[1] = (uint8_t)(0x80 | (code_point >> 6 & 0x3F));
        out[2] = (uint8_t)(0x80 | (code_point & 0x3F));
        return 3;
    }
    if (code_point > 0x10FFFF)
        return 0;
    out[0] = (uint8_t)(0xF0 | code_point >> 18);
    out[1] = (uint8_t)(0x80 | (code_point >> 12 & 0x3F));
    out[2] = (uint8_t)(0x80 | (code_point >> 6 & 0x3F));
    out[3] = (uint8_t)(0x80 | (code_point & 0x3F));
    return 4;
}

size_t sg_utf8_count(struct sg_bytes text)
{
    size_t n = 0;
    for (size_t i = 0; i < text.len; i++)
        n += (text.data[i] & 0xC0) != 0x80;
    return n;
}
