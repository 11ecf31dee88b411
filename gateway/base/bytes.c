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

bool sg_bytes_to_u64(struct sg_bytes text, uint64_t *value)
{
    uint64_t sum = 0;
    if (text.len == 0)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (!sg_is_digit(text.data[i]))
            return false;
        uint64_t digit = (uint64_t)(text.data[i] - '0');
        if (sum > (UINT64_MAX - digit) / 10)
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
