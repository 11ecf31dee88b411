/* SPDX-License-Identifier: Apache-2.0 */
/*
 * siphash.c - SipHash-2-4 with 128 bits.
 */
#include "base/siphash.h"

enum { ROUNDS_EACH = 2, ROUNDS_LAST = 4, WORD = 8 };

static uint64_t turn(uint64_t x, unsigned n)
{
    return x << n | x >> (64 - n);
}

static void mix(uint64_t v[4], unsigned rounds)
{
    for (unsigned i = 0; i < rounds; i++) {
        v[0] += v[1];
        v[2] += v[3];
        v[1] = turn(v[1], 13) ^ v[0];
        v[3] = turn(v[3], 16) ^ v[2];
        v[0] = turn(v[0], 32);
        v[2] += v[1];
        v[0] += v[3];
        v[1] = turn(v[1], 17) ^ v[2];
        v[3] = turn(v[3], 21) ^ v[0];
        v[2] = turn(v[2], 32);
    }
}

static void take(struct sg_siphash *hash, uint64_t word)
{
    hash->v[3] ^= word;
    mix(hash->v, ROUNDS_EACH);
    hash->v[0] ^= word;
}

static uint64_t read_word(const uint8_t bytes[WORD])
{
    uint64_t word = 0;
    for (unsigned i = 0; i < WORD; i++)
        word |= (uint64_t)bytes[i] << (8 * i);
    return word;
}

void sg_siphash_begin(struct sg_siphash *hash, const uint8_t key[SG_SIPHASH_KEY])
{
    uint64_t a = read_word(key), b = read_word(key + WORD);
    *hash = (struct sg_siphash){
        .v = {a ^ UINT64_C(0x736f6d6570736575), b ^ UINT64_C(0x646f72616e646f6d) ^ 0xee,
              a ^ UINT64_C(0x6c7967656e657261), b ^ UINT64_C(0x7465646279746573)},
    };
}

void sg_siphash_add(struct sg_siphash *hash, struct sg_bytes text)
{
    size_t i = 0;
    for (; hash->len % WORD == 0 && i + WORD <= text.len; i += WORD, hash->len += WORD)
        take(hash, read_word(text.data + i));
    for (; i < text.len; i++) {
        unsigned at = (unsigned)(hash->len++ % WORD);
        hash->word |= (uint64_t)text.data[i] << (8 * at);
        if (at == WORD - 1) {
            take(hash, hash->word);
            hash->word = 0;
        }
    }
}

void sg_siphash_done(struct sg_siphash *hash, uint64_t out[2])
{
    uint64_t *v = hash->v;
    take(hash, hash->word | hash->len << 56);
    v[2] ^= 0xee;
    mix(v, ROUNDS_LAST);
    out[0] = v[0] ^ v[1] ^ v[2] ^ v[3];
    v[1] ^= 0xdd;
    mix(v, ROUNDS_LAST);
    out[1] = v[0] ^ v[1] ^ v[2] ^ v[3];
}
