/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base64.c - bytes as base64 with padding (RFC 4648, section 4), and back, strictly.
 */
#include "base/base64.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

enum scrubgate_status sg_base64_add(struct sg_buf *out, struct sg_bytes bytes)
{
    enum scrubgate_status rc = sg_buf_reserve(out, (bytes.len + 2) / 3 * 4);
    if (rc < 0)
        return rc;
    for (size_t i = 0; i < bytes.len; i += 3) {
        size_t n = bytes.len - i < 3 ? bytes.len - i : 3;
        uint32_t group = (uint32_t)bytes.data[i] << 16;
        if (n > 1)
            group |= (uint32_t)bytes.data[i + 1] << 8;
        if (n > 2)
            group |= bytes.data[i + 2];
        uint8_t *to = out->data + out->len;
        to[0] = (uint8_t)alphabet[group >> 18];
        to[1] = (uint8_t)alphabet[group >> 12 & 63];
        to[2] = n > 1 ? (uint8_t)alphabet[group >> 6 & 63] : '=';
        to[3] = n > 2 ? (uint8_t)alphabet[group & 63] : '=';
        out->len += 4;
    }
    return SCRUBGATE_OK;
}

static int value_of(uint8_t c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (sg_is_digit(c))
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Four letters; padded: how many of them are padding. False when they are none. */
static bool read_group(const uint8_t *text, size_t padded, uint32_t *group)
{
    *group = 0;
    for (size_t i = 0; i < 4; i++) {
        int value = i < 4 - padded ? value_of(text[i]) : 0;
        if (value < 0)
            return false;
        *group = *group << 6 | (uint32_t)value;
    }
    return (*group & ((UINT32_C(1) << (8 * padded)) - 1)) == 0;
}

enum scrubgate_status sg_base64_read(struct sg_bytes text, uint8_t *out, size_t cap, size_t *len)
{
    bool fits = true;
    *len = 0;
    if (text.len % 4 != 0)
        return SCRUBGATE_EMALFORMED;
    for (size_t i = 0; i < text.len; i += 4) {
        size_t padded = 0;
        uint32_t group;
        if (i + 4 == text.len && text.data[i + 3] == '=')
            padded = text.data[i + 2] == '=' ? 2 : 1;
        if (!read_group(text.data + i, padded, &group))
            return SCRUBGATE_EMALFORMED;
        fits = fits && cap - *len >= 3 - padded;
        for (size_t k = 0; k < 3 - padded && fits; k++)
            out[(*len)++] = (uint8_t)(group >> (16 - 8 * k));
    }
    return fits ? SCRUBGATE_OK : SCRUBGATE_ELIMIT; /* what is none is none at any length */
}
