/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keccak.c - Keccak-256: SHA-3's sponge with its first padding.
 *
 * For a few dozen bytes at a time: plain rather than fast. Names as in FIPS 202.
 */
#include "base/keccak.h"

#include "base/digest.h"

enum { LANES = 25, RATE = 136, ROUNDS = 24 };

static uint64_t rotate(uint64_t lane, unsigned by)
{
    return by == 0 ? lane : lane << by | lane >> (64 - by);
}

/* The next bit of the round constants' shift register. */
static unsigned next_bit(unsigned *state)
{
    unsigned bit = *state & 1;
    *state = *state << 1 ^ (*state & 0x80 ? 0x171 : 0);
    return bit;
}

static void theta(uint64_t a[LANES])
{
    uint64_t c[5];
    for (unsigned x = 0; x < 5; x++)
        c[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
    for (unsigned i = 0; i < LANES; i++)
        a[i] ^= c[(i + 4) % 5] ^ rotate(c[(i + 1) % 5], 1);
    sg_wipe(c, sizeof c);
}

/* rho and pi in one: a lane goes round the square, and turns further at each stop. */
static void rho_pi(uint64_t a[LANES])
{
    unsigned x = 1, y = 0;
    uint64_t moving = a[1];
    for (unsigned t = 0; t < 24; t++) {
        unsigned next = (2 * x + 3 * y) % 5;
        x = y;
        y = next;
        uint64_t there = a[x + 5 * y];
        a[x + 5 * y] = rotate(moving, (t + 1) * (t + 2) / 2 % 64);
        moving = there;
    }
}

static void chi(uint64_t a[LANES])
{
    for (unsigned y = 0; y < LANES; y += 5) {
        uint64_t first = a[y], second = a[y + 1];
        a[y] ^= ~a[y + 1] & a[y + 2];
        a[y + 1] ^= ~a[y + 2] & a[y + 3];
        a[y + 2] ^= ~a[y + 3] & a[y + 4];
        a[y + 3] ^= ~a[y + 4] & first;
        a[y + 4] ^= ~first & second;
    }
}

static void permute(uint64_t a[LANES])
{
    unsigned bits = 1;
    for (unsigned round = 0; round < ROUNDS; round++) {
        theta(a);
        rho_pi(a);
        chi(a);
        for (unsigned j = 0; j < 7; j++)
            a[0] ^= (uint64_t)next_bit(&bits) << ((1u << j) - 1);
    }
}

static void take_byte(uint64_t a[LANES], size_t at, uint8_t byte)
{
    a[at / 8] ^= (uint64_t)byte << at % 8 * 8;
}

void sg_keccak256(struct sg_bytes text, uint8_t out[SG_KECCAK_SIZE])
{
    uint64_t a[LANES] = {0};
    size_t at = 0;
    for (size_t i = 0; i < text.len; i++) {
        take_byte(a, at++, text.data[i]);
        if (at == RATE) {
            permute(a);
            at = 0;
        }
    }
    take_byte(a, at, 0x01);
    take_byte(a, RATE - 1, 0x80);
    permute(a);
    for (size_t i = 0; i < SG_KECCAK_SIZE; i++)
        out[i] = (uint8_t)(a[i / 8] >> i % 8 * 8);
    sg_wipe(a, sizeof a);
}
