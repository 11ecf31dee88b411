/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bytes.c - questions asked of a borrowed run of bytes.
 */
#include "base/bytes.h"

bool sg_bytes_same_letters(const uint8_t *a, const uint8_t *b, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (a[i] != b[i] && sg_to_lower(a[i]) != sg_to_lower(b[i]))
            return false;
    }
    return true;
}

bool sg_bytes_start_with(struct sg_bytes text, struct sg_bytes prefix)
{
    return text.len >= prefix.len &&
           (prefix.len == 0 || memcmp(text.data, prefix.data, prefix.len) == 0);
}

size_t sg_bytes_find(struct sg_bytes text, uint8_t c)
{
    const uint8_t *hit = text.len == 0 ? NULL : memchr(text.data, c, text.len);
    return hit == NULL ? text.len : (size_t)(hit - text.data);
}

enum { EIGHT = 8, FIT = 19 /* so many digits are always below 2^64 */ };

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
/* Eight digits at once: a log has some hundred million of them. False: one is none. */
static bool take_eight(const uint8_t *at, uint64_t *sum)
{
    const uint64_t each = UINT64_C(0x0101010101010101);
    uint64_t word;
    memcpy(&word, at, sizeof word);
    word ^= each * '0';
    if (((word | (word + each * 0x76)) & each * 0x80) != 0)
        return false;
    word = (word * 2561) >> 8;                                             /* of two digits */
    word = ((word & UINT64_C(0x00FF00FF00FF00FF)) * 6553601) >> 16;        /* of four */
    word = ((word & UINT64_C(0x0000FFFF0000FFFF)) * 42949672960001) >> 32; /* of eight */
    *sum = *sum * 100000000 + word;
    return true;
}
#else
static bool take_eight(const uint8_t *at, uint64_t *sum)
{
    for (size_t i = 0; i < EIGHT; i++) {
        if (!sg_is_digit(at[i]))
            return false;
        *sum = *sum * 10 + (uint64_t)(at[i] - '0');
    }
    return true;
}
#endif

bool sg_bytes_to_u64(struct sg_bytes text, uint64_t *value)
{
    uint64_t sum = 0;
    size_t i = 0;
    if (text.len == 0)
        return false;
    for (; i + EIGHT <= text.len && i + EIGHT <= FIT; i += EIGHT) {
        if (!take_eight(text.data + i, &sum))
            return false;
    }
    for (; i < text.len; i++) {
        if (!sg_is_digit(text.data[i]))
            return false;
        uint64_t digit = (uint64_t)(text.data[i] - '0');
        if (i >= FIT && sum > (UINT64_MAX - digit) / 10)
            return false;
        sum = sum * 10 + digit;
    }
    *value = sum;
    return true;
}

int sg_hex_value(int c)
{
    if (sg_is_digit(c))
        return c - '0';
    c = sg_to_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool sg_bytes_from_hex(struct sg_bytes text, uint8_t *out, size_t n)
{
    if (text.len != 2 * n)
        return false;
    for (size_t i = 0; i < n; i++) {
        const int high = sg_hex_value(text.data[2 * i]), low = sg_hex_value(text.data[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        out[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

bool sg_bytes_to_hex64(struct sg_bytes text, uint64_t *value)
{
    uint8_t bytes[sizeof *value];
    *value = 0;
    if (!sg_bytes_from_hex(text, bytes, sizeof bytes))
        return false;
    for (size_t i = 0; i < sizeof bytes; i++)
        *value = *value << 8 | bytes[i];
    return true;
}

bool sg_bytes_to_text(struct sg_bytes text, char *room, size_t cap)
{
    if (text.len >= cap)
        return false;
    if (text.len > 0)
        memcpy(room, text.data, text.len);
    room[text.len] = '\0';
    return true;
}

bool sg_bytes_take_line(struct sg_bytes *text, struct sg_bytes *line)
{
    size_t end = sg_bytes_find(*text, '\n');
    if (end == text->len)
        return false;
    *line = (struct sg_bytes){text->data, end};
    text->data += end + 1;
    text->len -= end + 1;
    return true;
}

bool sg_text_same(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}
