/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bytes.h - a borrowed run of bytes, and the few questions asked of one.
 */
#ifndef SG_BASE_BYTES_H
#define SG_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Borrowed: owns nothing. data may be NULL when len is 0. */
struct sg_bytes {
    const uint8_t *data;
    size_t len;
};

/* A range of offsets, end exclusive. */
struct sg_span {
    size_t start, end;
};

#define SG_BYTES(literal) ((struct sg_bytes){(const uint8_t *)(literal), sizeof(literal) - 1})

/* The short questions are asked for nearly every byte of a message: inline, so that asking costs
 * less than calling. */

/* Of a C string; NULL gives the empty run. */
static inline struct sg_bytes sg_bytes_of(const char *text)
{
    return (struct sg_bytes){(const uint8_t *)text, text == NULL ? 0 : strlen(text)};
}

static inline bool sg_bytes_equal(struct sg_bytes a, struct sg_bytes b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

static inline bool sg_is_blank(int c)
{
    return c == ' ' || c == '\t';
}

/* Without spaces and tabs at both ends. */
static inline struct sg_bytes sg_bytes_trim(struct sg_bytes text)
{
    while (text.len > 0 && sg_is_blank(text.data[0])) {
        text.data++;
        text.len--;
    }
    while (text.len > 0 && sg_is_blank(text.data[text.len - 1]))
        text.len--;
    return text;
}

bool sg_bytes_same_letters(const uint8_t *a, const uint8_t *b, size_t len); /* ASCII, any case */

/* ASCII letters only. Header fields are looked up by it, most of which differ in their length or
 * first letter from what is looked for. */
static inline bool sg_bytes_equal_nocase(struct sg_bytes a, struct sg_bytes b)
{
    return a.len == b.len && (a.len == 0 || (((a.data[0] ^ b.data[0]) & ~('a' - 'A')) == 0 &&
                                             sg_bytes_same_letters(a.data, b.data, a.len)));
}

bool sg_bytes_start_with(struct sg_bytes text, struct sg_bytes prefix);
/* Offset of the first c, or text.len. */
size_t sg_bytes_find(struct sg_bytes text, uint8_t c);
/* Takes the first line off text, without its LF. False, nothing taken, when there is no LF. */
bool sg_bytes_take_line(struct sg_bytes *text, struct sg_bytes *line);
/* Decimal digits only, all of them; false on anything else, on none and on overflow. */
bool sg_bytes_to_u64(struct sg_bytes text, uint64_t *value);
/* Of C strings; NULL is the same as NULL only. */
bool sg_text_same(const char *a, const char *b);
/* Copies text with a NUL behind it into room of cap bytes; false, nothing copied, when it is too
 * long. */
bool sg_bytes_to_text(struct sg_bytes text, char *room, size_t cap);

/* ASCII only, whatever the locale. */
static inline bool sg_is_digit(int c)
{
    return c >= '0' && c <= '9';
}

static inline int sg_to_lower(int c)
{
    return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

static inline bool sg_is_alpha(int c)
{
    int lower = sg_to_lower(c);
    return lower >= 'a' && lower <= 'z';
}

static inline bool sg_is_alnum(int c)
{
    return sg_is_digit(c) || sg_is_alpha(c);
}

/* 0 … 15, or -1. */
int sg_hex_value(int c);
/* n bytes of 2 n hex digits, of either case; false on anything else, out is then of no use. */
bool sg_bytes_from_hex(struct sg_bytes text, uint8_t *out, size_t n);
/* The same of 16 digits, a digest: the first is the highest; false: *value is 0. */
bool sg_bytes_to_hex64(struct sg_bytes text, uint64_t *value);

#endif
