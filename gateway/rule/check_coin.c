/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_coin.c - addresses and keys of cryptocurrencies: checksums in base58, in bech32, and in the
 * case of hexadecimal letters.
 *
 * Case matters here, so these look at the match itself; like everywhere, what is no letter or digit
 * is passed over.
 */
#include "rule/check_family.h"

#include <string.h>

#include "base/diag.h"
#include "base/digest.h"
#include "base/keccak.h"

/* LONGEST: a Monero address has 106 characters, an extended key 111. */
enum { LONGEST = 128, CHECKSUM = 4 };

/* The letters and digits of a match as they are written. */
struct written {
    char text[LONGEST];
    size_t len;
};

/* False when there are too many. */
static bool take(struct written *written, struct sg_bytes match)
{
    written->len = 0;
    for (size_t i = 0; i < match.len; i++) {
        if (!sg_is_alnum(match.data[i]))
            continue;
        if (written->len == LONGEST)
            return false;
        written->text[written->len++] = (char)match.data[i];
    }
    return written->len > 0;
}

/* --- base58 ------------------------------------------------------------------------------- */

/* A number in base 58, most significant byte first. */
struct decoded {
    uint8_t bytes[LONGEST];
    size_t len;
};

/* How a coin writes and checks. */
struct base58 {
    const char *name, *digits;
    bool blocks; /* eight bytes at a time, checked by Keccak-256; else one number, by SHA-256 twice
                  */
};

#define BITCOIN_DIGITS "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

static const struct base58 base58s[] = {
    {"bitcoin", BITCOIN_DIGITS, false},
    {"ripple", "rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz", false},
    {"monero", BITCOIN_DIGITS, true},
};

static enum scrubgate_status base58_bind(const void **bound, struct sg_arena *arena,
                                         const struct sg_check_args *args,
                                         struct scrubgate_fault *fault)
{
    (void)arena;
    for (size_t i = 0; i < sizeof base58s / sizeof *base58s && args->n <= 1; i++) {
        if (args->n == 0 || sg_bytes_equal(args->arg[0], sg_bytes_of(base58s[i].name))) {
            *bound = &base58s[i];
            return SCRUBGATE_OK;
        }
    }
    sg_fault_set(fault, NULL, 0, 0,
                 "base58check takes bitcoin (which most coins follow, and which it is without an "
                 "argument), ripple or monero");
    return SCRUBGATE_EINVAL;
}

/* Appends text[0, len) as a number of size bytes, or as many as it needs when size is 0. */
static bool decode(struct decoded *out, const char *digits, const char *text, size_t len,
                   size_t size)
{
    uint8_t *number = out->bytes + out->len;
    size_t used = size;
    for (size_t i = 0; i < len; i++) {
        const char *at = strchr(digits, text[i]);
        if (at == NULL)
            return false;
        unsigned carry = (unsigned)(at - digits);
        for (size_t b = used; b > 0; b--) {
            carry += number[b - 1] * 58u;
            number[b - 1] = (uint8_t)carry;
            carry >>= 8;
        }
        if (carry > 0 && size > 0)
            return false;
        if (carry > 0) { /* at most 57: one more byte in front will hold it */
            memmove(number + 1, number, used);
            number[0] = (uint8_t)carry;
            used++;
        }
    }
    out->len += used;
    return true;
}

/* A leading digit zero is a leading zero byte. */
static bool decode_whole(struct decoded *out, const struct base58 *base,
                         const struct written *written)
{
    while (out->len < written->len && written->text[out->len] == base->digits[0])
        out->len++;
    size_t zeros = out->len;
    return decode(out, base->digits, written->text + zeros, written->len - zeros, 0);
}

/* Eleven digits are eight bytes; the last few digits are so many bytes as fit. */
static bool decode_blocks(struct decoded *out, const struct base58 *base,
                          const struct written *written)
{
    static const uint8_t sizes[12] = {0, 0, 1, 2, 0, 3, 4, 5, 0, 6, 7, 8};
    for (size_t at = 0; at < written->len; at += 11) {
        size_t n = written->len - at < 11 ? written->len - at : 11;
        if (sizes[n] == 0 || !decode(out, base->digits, written->text + at, n, sizes[n]))
            return false;
    }
    return true;
}

static bool checksum_holds(const struct base58 *base, struct sg_bytes text, const uint8_t *sum)
{
    uint8_t digest[SG_SHA256_SIZE];
    if (base->blocks)
        sg_keccak256(text, digest);
    else if (sg_sha256(text, digest) < 0 ||
             sg_sha256((struct sg_bytes){digest, sizeof digest}, digest) < 0)
        return true; /* no digest, no doubt in the value's favour: it counts as one */
    return memcmp(digest, sum, CHECKSUM) == 0;
}

static bool base58check_holds(const void *bound, struct sg_bytes match)
{
    const struct base58 *base = bound;
    struct written written;
    struct decoded out = {.len = 0};
    bool holds = take(&written, match) && (base->blocks ? decode_blocks(&out, base, &written)
                                                        : decode_whole(&out, base, &written));
    if (holds) {
        holds = out.len > CHECKSUM &&
                checksum_holds(base, (struct sg_bytes){out.bytes, out.len - CHECKSUM},
                               out.bytes + out.len - CHECKSUM);
    }
    sg_wipe(&written, sizeof written);
    sg_wipe(&out, sizeof out);
    return holds;
}

/* --- bech32 ------------------------------------------------------------------------------- */

/* BIP 173 and BIP 350 differ in what the checksum leaves. */
enum { BECH32 = 1, BECH32M = 0x2bc830a3 };

static enum scrubgate_status bech32_bind(const void **bound, struct sg_arena *arena,
                                         const struct sg_check_args *args,
                                         struct scrubgate_fault *fault)
{
    bool fine = args->n <= 1;
    for (size_t i = 0; fine && args->n == 1 && i < args->arg[0].len; i++) {
        int c = args->arg[0].data[i];
        fine = c == ' ' || sg_is_digit(c) || (c >= 'a' && c <= 'z');
    }
    if (!fine) {
        sg_fault_set(fault, NULL, 0, 0,
                     "bech32 takes no argument, or the names that may stand before the last 1, in "
                     "small letters, as in bech32(bc tb ltc)");
        return SCRUBGATE_EINVAL;
    }
    const char *names = sg_arena_copy(arena, args->n == 1 ? args->arg[0] : SG_BYTES(""));
    *bound = names;
    return names == NULL ? SCRUBGATE_ENOMEM : SCRUBGATE_OK;
}

/* Is name one of those in names, between blanks? Any will do when there are none. */
static bool is_named(const char *names, struct sg_bytes name)
{
    struct sg_bytes rest = sg_bytes_of(names);
    bool named = rest.len == 0;
    while (!named && rest.len > 0) {
        struct sg_bytes word = {rest.data, sg_bytes_find(rest, ' ')};
        named = sg_bytes_equal_nocase(word, name);
        size_t skip = word.len + (word.len < rest.len ? 1 : 0);
        rest = (struct sg_bytes){rest.data + skip, rest.len - skip};
    }
    return named;
}

/* One more value of five bits into the BCH code's remainder. */
static uint32_t feed(uint32_t sum, unsigned value)
{
    static const uint32_t generator[5] = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd,
                                          0x2a1462b3};
    uint32_t top = sum >> 25;
    sum = (sum & 0x1ffffff) << 5 ^ value;
    for (size_t i = 0; i < 5; i++)
        sum ^= top >> i & 1 ? generator[i] : 0;
    return sum;
}

static bool has_one_case(struct sg_bytes text)
{
    bool lower = false, upper = false;
    for (size_t i = 0; i < text.len; i++) {
        lower = lower || (text.data[i] >= 'a' && text.data[i] <= 'z');
        upper = upper || (text.data[i] >= 'A' && text.data[i] <= 'Z');
    }
    return !lower || !upper;
}

/* Any length: invoices go on for hundreds of characters. */
static bool bech32_holds(const void *bound, struct sg_bytes match)
{
    static const char digits[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    const char *names = bound;
    size_t one = match.len, values = 0;
    uint32_t sum = 1;
    while (one > 0 && match.data[one - 1] != '1')
        one--;
    if (one < 2 || !has_one_case(match) || !is_named(names, (struct sg_bytes){match.data, one - 1}))
        return false;
    for (size_t i = 0; i + 1 < one; i++)
        sum = feed(sum, (unsigned)sg_to_lower(match.data[i]) >> 5);
    sum = feed(sum, 0);
    for (size_t i = 0; i + 1 < one; i++)
        sum = feed(sum, (unsigned)sg_to_lower(match.data[i]) & 31);
    for (size_t i = one; i < match.len; i++) {
        const char *at = strchr(digits, sg_to_lower(match.data[i]));
        if (!sg_is_alnum(match.data[i]))
            continue;
        if (at == NULL)
            return false;
        sum = feed(sum, (unsigned)(at - digits));
        values++;
    }
    return values > 6 && (sum == BECH32 || sum == BECH32M);
}

/* --- EIP-55 ------------------------------------------------------------------------------- */

/* 0x and forty hexadecimal digits. In mixed case the letters' case is a checksum: that of the
 * Keccak-256 of the digits in small letters. */
static bool eip55_holds(const void *bound, struct sg_bytes match)
{
    struct written written;
    uint8_t lower[40], digest[SG_KECCAK_SIZE];
    (void)bound;
    bool holds = take(&written, match) && written.len == 42 && written.text[0] == '0' &&
                 (written.text[1] | 0x20) == 'x';
    const char *digits = written.text + 2;
    for (size_t i = 0; holds && i < 40; i++) {
        holds = sg_hex_value(digits[i]) >= 0;
        lower[i] = (uint8_t)sg_to_lower(digits[i]);
    }
    if (holds && !has_one_case((struct sg_bytes){(const uint8_t *)digits, 40})) {
        sg_keccak256((struct sg_bytes){lower, 40}, digest);
        for (size_t i = 0; i < 40; i++) {
            unsigned nibble = digest[i / 2] >> (i % 2 == 0 ? 4 : 0) & 15;
            bool upper = digits[i] >= 'A' && digits[i] <= 'F';
            if (sg_is_alpha(digits[i]) && upper != (nibble >= 8))
                holds = false;
        }
    }
    sg_wipe(&written, sizeof written);
    sg_wipe(lower, sizeof lower);
    return holds;
}

const struct sg_check_kind sg_check_coin_kinds[] = {
    {"base58check", "base58check or base58check(ripple)", base58_bind, NULL, base58check_holds},
    {"bech32", "bech32 or bech32(bc tb ltc)", bech32_bind, NULL, bech32_holds},
    {"eip55", "eip55", NULL, NULL, eip55_holds},
};
const size_t sg_check_coin_count = sizeof sg_check_coin_kinds / sizeof *sg_check_coin_kinds;
