/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_string.c - read the body of a JSON string (RFC 8259, section 7) as runs and escapes.
 */
#include "body/json_string.h"

#include <string.h>

static const uint64_t highs = UINT64_C(0x8080808080808080);

/* Bit 7 of the first byte that ends a run, a quote, a backslash or a control, and of none before
 * it; 0 when none of the eight does. Their first is the lowest one. */
static uint64_t find_stops(uint64_t eight)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t quote = eight ^ (ones * '"'), slash = eight ^ (ones * '\\');
    uint64_t control = (eight - ones * 0x20) & ~eight;
    return (((quote - ones) & ~quote) | ((slash - ones) & ~slash) | control) & highs;
}

static bool is_stop(uint8_t c)
{
    return c == '"' || c == '\\' || c < 0x20;
}

static uint64_t read_eight(const uint8_t *bytes)
{
    uint64_t eight;
    memcpy(&eight, bytes, sizeof eight);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    eight = __builtin_bswap64(eight);
#endif
    return eight;
}

/* Offset of the first byte that ends a run, or text.len. *ascii: none before it has bit 7 set. */
static size_t find_stop(struct sg_bytes text, bool *ascii)
{
    size_t i = 0;
    uint64_t seen = 0;
    for (; text.len - i >= sizeof seen; i += sizeof seen) {
        uint64_t eight = read_eight(text.data + i), stops = find_stops(eight);
        if (stops != 0) {
            unsigned before = (unsigned)__builtin_ctzll(stops) - 7; /* bits */
            seen |= eight & ((UINT64_C(1) << before) - 1);
            i += before / 8;
            *ascii = (seen & highs) == 0;
            return i;
        }
        seen |= eight;
    }
    while (i < text.len && !is_stop(text.data[i]))
        seen |= text.data[i++];
    *ascii = (seen & highs) == 0;
    return i;
}

/* What \c reads, or 0 when c makes no such escape. */
static uint8_t short_escape(uint8_t c)
{
    switch (c) {
    case '"':
    case '\\':
    case '/':
        return c;
    case 'b':
        return '\b';
    case 'f':
        return '\f';
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    default:
        return 0;
    }
}

static uint32_t hex_unit(const uint8_t *digits)
{
    uint32_t unit = 0;
    for (size_t i = 0; i < 4; i++)
        unit = unit << 4 | (uint32_t)sg_hex_value(digits[i]);
    return unit;
}

static bool is_high(uint32_t unit)
{
    return unit >= 0xD800 && unit <= 0xDBFF;
}

static bool is_low(uint32_t unit)
{
    return unit >= 0xDC00 && unit <= 0xDFFF;
}

/* Takes one more byte of an escape. *len is what it reads once it is whole, else 0. */
static bool take_escape(struct sg_json_string *string, uint8_t c, size_t *len)
{
    size_t n = string->raw_len++;
    string->raw[n] = c;
    *len = 0;
    if (n == 1 && c != 'u') {
        string->text[0] = short_escape(c);
        *len = 1;
        return string->text[0] != 0;
    }
    if (n == 6)
        return c == '\\';
    if (n == 7)
        return c == 'u';
    if (n > 1 && sg_hex_value(c) < 0)
        return false;
    if (n == 5) {
        uint32_t unit = hex_unit(string->raw + 2);
        if (is_high(unit))
            return true; /* the low half must follow */
        *len = sg_utf8_encode(unit, string->text);
        return !is_low(unit);
    }
    if (n == 11) {
        uint32_t high = hex_unit(string->raw + 2), low = hex_unit(string->raw + 8);
        if (!is_low(low))
            return false;
        *len = sg_utf8_encode(0x10000 + ((high & 0x3FF) << 10 | (low & 0x3FF)), string->text);
    }
    return true;
}

static enum scrubgate_status next_escape(struct sg_json_string *string, struct sg_bytes piece,
                                         size_t *pos, struct sg_json_part *part, const char **why)
{
    size_t len = 0;
    while (len == 0 && *pos < piece.len) {
        if (!take_escape(string, piece.data[(*pos)++], &len)) {
            *why = string->raw_len < 6 ? "a broken escape in a string" : "a lone surrogate";
            return SCRUBGATE_EMALFORMED;
        }
    }
    if (len == 0) {
        part->kind = SG_JSON_MORE;
        return SCRUBGATE_OK;
    }
    *part =
        (struct sg_json_part){SG_JSON_ESCAPE, {string->raw, string->raw_len}, {string->text, len}};
    string->raw_len = 0;
    return SCRUBGATE_OK;
}

/* A run up to what ends it. Its UTF-8 must be whole there, but not where the piece ends. */
static bool next_run(struct sg_json_string *string, struct sg_bytes piece, size_t *pos,
                     struct sg_json_part *part)
{
    struct sg_bytes rest = {piece.data + *pos, piece.len - *pos};
    bool ascii;
    struct sg_bytes run = {rest.data, find_stop(rest, &ascii)};
    size_t valid = run.len;
    if (!ascii || !sg_utf8_complete(&string->utf8))
        valid = sg_utf8_prefix(&string->utf8, run);
    string->broken = valid < run.len || (run.len < rest.len && !sg_utf8_complete(&string->utf8));
    run.len = valid;
    *pos += run.len;
    *part = (struct sg_json_part){SG_JSON_RUN, run, run};
    return run.len > 0;
}

enum scrubgate_status sg_json_string_next(struct sg_json_string *string, struct sg_bytes piece,
                                          size_t *pos, struct sg_json_part *part, const char **why)
{
    if (string->raw_len == 0 && !string->broken) {
        if (*pos == piece.len) {
            part->kind = SG_JSON_MORE;
            return SCRUBGATE_OK;
        }
        if (next_run(string, piece, pos, part))
            return SCRUBGATE_OK;
    }
    if (string->broken) {
        *why = "invalid UTF-8 in a string";
        return SCRUBGATE_EMALFORMED;
    }
    uint8_t c = string->raw_len > 0 ? '\\' : piece.data[*pos];
    if (c == '\\')
        return next_escape(string, piece, pos, part, why);
    if (c != '"') {
        *why = "a control byte in a string";
        return SCRUBGATE_EMALFORMED;
    }
    (*pos)++;
    part->kind = SG_JSON_END;
    return SCRUBGATE_OK;
}
