/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hash.c - the sums and alphabets that wallets and tokens are checked with.
 */
#include "hash.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

const char base58_bitcoin[] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const char base58_ripple[] = "rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz";

void sha256(const void *data, size_t len, uint8_t out[HASH_BYTES])
{
    unsigned n = HASH_BYTES;
    if (EVP_Digest(data, len, out, &n, EVP_sha256(), NULL) != 1) {
        (void)fprintf(stderr, "no SHA-256 here\n");
        exit(2);
    }
}

uint32_t crc32_of(const void *data, size_t len)
{
    const uint8_t *byte = data;
    uint32_t sum = 0xFFFFFFFF;
    for (size_t i = 0; i < len; i++) {
        sum ^= byte[i];
        for (int bit = 0; bit < 8; bit++)
            sum = sum >> 1 ^ (sum & 1 ? 0xEDB88320 : 0);
    }
    return ~sum;
}

/* --- Keccak --------------------------------------------------------------------------------------
 */

static uint64_t rotate(uint64_t x, unsigned n)
{
    return n == 0 ? x : x << n | x >> (64 - n);
}

/* The constants of a round are the states of a register of eight bits. */
static uint64_t round_constant(unsigned *state)
{
    uint64_t constant = 0;
    for (unsigned j = 0; j < 7; j++) {
        if (*state & 1)
            constant |= UINT64_C(1) << ((1U << j) - 1);
        *state = *state & 0x80 ? (*state << 1 ^ 0x71) & 0xFF : *state << 1;
    }
    return constant;
}

static void permute(uint64_t a[25])
{
    unsigned state = 1;
    for (int round = 0; round < 24; round++) {
        uint64_t c[5], b[25];
        for (int x = 0; x < 5; x++)
            c[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
        for (int i = 0; i < 25; i++)
            a[i] ^= c[(i + 4) % 5] ^ rotate(c[(i + 1) % 5], 1);
        b[0] = a[0];
        for (unsigned t = 0, x = 1, y = 0; t < 24; t++) {
            unsigned next = (2 * x + 3 * y) % 5;
            b[y + 5 * next] = rotate(a[x + 5 * y], (t + 1) * (t + 2) / 2 % 64);
            x = y;
            y = next;
        }
        for (int y = 0; y < 25; y += 5)
            for (int x = 0; x < 5; x++)
                a[y + x] = b[y + x] ^ (~b[y + (x + 1) % 5] & b[y + (x + 2) % 5]);
        a[0] ^= round_constant(&state);
    }
}

void keccak256(const void *data, size_t len, uint8_t out[HASH_BYTES])
{
    enum { RATE = 136 };
    uint64_t a[25] = {0};
    uint8_t block[RATE];
    const uint8_t *from = data;
    for (bool last = false; !last; from += RATE, len -= last ? 0 : RATE) {
        last = len < RATE;
        memset(block, 0, sizeof block);
        memcpy(block, from, last ? len : RATE);
        if (last) {
            block[len] ^= 0x01;
            block[RATE - 1] ^= 0x80;
        }
        for (size_t i = 0; i < RATE; i++)
            a[i / 8] ^= (uint64_t)block[i] << (i % 8 * 8);
        permute(a);
        if (last)
            break;
    }
    for (size_t i = 0; i < HASH_BYTES; i++)
        out[i] = (uint8_t)(a[i / 8] >> (i % 8 * 8));
}

/* --- base58check and bech32
 * ------------------------------------------------------------------------ */

void base58check(const char *alphabet, uint8_t version, const uint8_t *payload, size_t len,
                 char *out, size_t cap)
{
    uint8_t raw[64] = {version}, sum[HASH_BYTES], digits[96];
    size_t n = 0, to = 0, total = len + 5;
    memcpy(raw + 1, payload, len);
    sha256(raw, len + 1, sum);
    sha256(sum, sizeof sum, sum);
    memcpy(raw + 1 + len, sum, 4);
    for (size_t i = 0; i < total; i++) {
        unsigned carry = raw[i];
        for (size_t k = 0; k < n; k++) {
            carry += 256U * digits[k];
            digits[k] = (uint8_t)(carry % 58);
            carry /= 58;
        }
        for (; carry > 0; carry /= 58)
            digits[n++] = (uint8_t)(carry % 58);
    }
    for (size_t i = 0; i < total && raw[i] == 0 && to + 1 < cap; i++)
        out[to++] = alphabet[0];
    while (n > 0 && to + 1 < cap)
        out[to++] = alphabet[digits[--n]];
    out[to] = '\0';
}

static uint32_t polymod(uint32_t sum, unsigned value)
{
    static const uint32_t factors[] = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3};
    uint32_t top = sum >> 25;
    sum = (sum & 0x1ffffff) << 5 ^ value;
    for (unsigned i = 0; i < 5; i++)
        sum ^= top >> i & 1 ? factors[i] : 0;
    return sum;
}

void bech32(const char *prefix, unsigned version, const uint8_t *program, size_t len, char *out)
{
    static const char alphabet[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    uint32_t sum = 1, bits = 0;
    uint8_t values[80] = {(uint8_t)version};
    size_t n = 1, held = 0;
    for (size_t i = 0; i < len; i++) {
        bits = bits << 8 | program[i];
        for (held += 8; held >= 5; held -= 5)
            values[n++] = bits >> (held - 5) & 31;
    }
    if (held > 0)
        values[n++] = bits << (5 - held) & 31;
    for (const char *c = prefix; *c != '\0'; c++)
        sum = polymod(sum, (unsigned)*c >> 5);
    sum = polymod(sum, 0);
    for (const char *c = prefix; *c != '\0'; c++)
        sum = polymod(sum, (unsigned)*c & 31);
    for (size_t i = 0; i < n + 6; i++)
        sum = polymod(sum, i < n ? values[i] : 0);
    sum ^= version == 0 ? 1 : 0x2bc830a3;
    for (size_t i = 0; i < 6; i++)
        values[n + i] = sum >> (5 * (5 - i)) & 31;
    out += sprintf(out, "%s1", prefix);
    for (size_t i = 0; i < n + 6; i++)
        *out++ = alphabet[values[i]];
    *out = '\0';
}
