/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_token.c - secrets: tokens that carry a checksum, and what a random one looks like.
 */
#include "rule/check_family.h"

#include "base/diag.h"
#include "base/digest.h"

/* --- checksum ----------------------------------------------------------------------------- */

enum { CRC_DIGITS = 6, LEAST_BODY = 16 };

static uint32_t crc32(struct sg_bytes text)
{
    uint32_t crc = 0xFFFFFFFF;
    for (size_t i = 0; i < text.len; i++) {
        crc ^= text.data[i];
        for (unsigned bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320 : 0);
    }
    return ~crc;
}

/* 0-9 A-Z a-z, as GitHub writes it. */
static int base62_value(int c)
{
    if (sg_is_digit(c))
        return c - '0';
    return c >= 'a' ? c - 'a' + 36 : c - 'A' + 10;
}

/* ghp_…: what stands between the last _ and the last six characters has their number as CRC-32. */
static bool crc32_token_holds(const void *bound, struct sg_bytes match)
{
    (void)bound;
    size_t start = match.len;
    while (start > 0 && sg_is_alnum(match.data[start - 1]))
        start--;
    if (match.len - start < LEAST_BODY + CRC_DIGITS)
        return false;
    size_t end = match.len - CRC_DIGITS;
    uint64_t sum = 0;
    for (size_t i = end; i < match.len; i++)
        sum = sum * 62 + (uint64_t)base62_value(match.data[i]);
    return sum == crc32((struct sg_bytes){match.data + start, end - start});
}

/* --- looks -------------------------------------------------------------------------------- */

static int base64_value(int c)
{
    if (sg_is_alpha(c))
        return c >= 'a' ? c - 'a' + 26 : c - 'A';
    if (sg_is_digit(c))
        return c - '0' + 52;
    return c == '-' || c == '+' ? 62 : c == '_' || c == '/' ? 63 : -1;
}

/* The first segment, up to a dot, decodes to the beginning of a JSON object with a name in it. */
static bool base64_json_holds(const void *bound, struct sg_bytes match)
{
    (void)bound;
    unsigned bits = 0, have = 0;
    bool opened = false;
    for (size_t i = 0; i < match.len; i++) {
        int value = base64_value(match.data[i]);
        if (value < 0)
            return false;
        bits = (bits << 6 | (unsigned)value) & 0xFFFF;
        have += 6;
        if (have < 8)
            continue;
        have -= 8;
        unsigned c = bits >> have & 0xFF;
        if (opened && c == '"')
            return true;
        bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
        if (opened ? !blank : c != '{')
            return false;
        opened = true;
    }
    return false;
}

/* Binary logarithm times 65536, for value >= 1: squaring yields one binary place after another. */
static uint64_t log2_fixed(uint64_t value)
{
    uint64_t whole = 0, part = 0;
    while (value >> (whole + 1) != 0)
        whole++;
    uint64_t x = whole >= 31 ? value >> (whole - 31) : value << (31 - whole); /* 1.0 is 2^31 */
    for (uint64_t bit = 1u << 15; bit > 0; bit >>= 1) {
        x = x * x >> 31;
        if (x >= UINT64_C(1) << 32) {
            x >>= 1;
            part |= bit;
        }
    }
    return whole << 16 | part;
}

/* Shannon entropy of its letters and digits, as they are written, in bits per character. */
static bool entropy_holds(const void *bound, struct sg_bytes match)
{
    const uint64_t *least = bound; /* hundredths of a bit */
    uint32_t count[128] = {0};
    uint64_t n = 0, sum = 0;
    for (size_t i = 0; i < match.len; i++) {
        if (sg_is_alnum(match.data[i])) {
            count[match.data[i]]++;
            n++;
        }
    }
    /* H = log2 n - (sum of k log2 k) / n */
    for (size_t c = 0; c < 128; c++)
        sum += count[c] == 0 ? 0 : count[c] * log2_fixed(count[c]);
    sg_wipe(count, sizeof count);
    if (n == 0)
        return false;
    uint64_t whole = log2_fixed(n), less = sum / n;
    return (whole > less ? whole - less : 0) * 100 >= *least * 65536;
}

/* "3", "3.5" or "3.25" as hundredths. */
static bool read_hundredths(struct sg_bytes text, uint64_t *value)
{
    size_t dot = sg_bytes_find(text, '.');
    uint64_t whole = 0, part = 0;
    if (!sg_bytes_to_u64((struct sg_bytes){text.data, dot}, &whole) || whole > 7)
        return false;
    if (dot < text.len) {
        struct sg_bytes places = {text.data + dot + 1, text.len - dot - 1};
        if (places.len > 2 || !sg_bytes_to_u64(places, &part))
            return false;
        part *= places.len == 1 ? 10 : 1;
    }
    *value = whole * 100 + part;
    return *value > 0;
}

static enum scrubgate_status entropy_bind(const void **bound, struct sg_arena *arena,
                                          const struct sg_check_args *args,
                                          struct scrubgate_fault *fault)
{
    uint64_t *least = sg_arena_alloc(arena, sizeof *least);
    if (least == NULL)
        return SCRUBGATE_ENOMEM;
    if (args->n != 1 || !read_hundredths(args->arg[0], least) || *least > 595) {
        sg_fault_set(fault, NULL, 0, 0,
                     "entropy takes the least bits per character, 0.01 to 5.95 (letters and "
                     "digits have no more), as entropy(3.5)");
        return SCRUBGATE_EINVAL;
    }
    *bound = least;
    return SCRUBGATE_OK;
}

const struct sg_check_kind sg_check_token_kinds[] = {
    {"crc32-token", "crc32-token", NULL, NULL, crc32_token_holds},
    {"base64-json", "base64-json", NULL, NULL, base64_json_holds},
    {"entropy", "entropy(3.5)", entropy_bind, NULL, entropy_holds},
};
const size_t sg_check_token_count = sizeof sg_check_token_kinds / sizeof *sg_check_token_kinds;
