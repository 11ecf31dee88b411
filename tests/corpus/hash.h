/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hash.h - the sums and alphabets that wallets and tokens are checked with.
 */
#ifndef SG_CORPUS_HASH_H
#define SG_CORPUS_HASH_H

#include <stddef.h>
#include <stdint.h>

#include "../lib/dice.h"

enum { HASH_BYTES = 32 };

void sha256(const void *data, size_t len, uint8_t out[HASH_BYTES]);
/* Keccak-256 as wallets use it: the padding is the one before SHA-3 was fixed. */
void keccak256(const void *data, size_t len, uint8_t out[HASH_BYTES]);
uint32_t crc32_of(const void *data, size_t len);

/* The version byte and the payload with the four bytes of base58check, in that alphabet. */
void base58check(const char *alphabet, uint8_t version, const uint8_t *payload, size_t len,
                 char *out, size_t cap);
extern const char base58_bitcoin[], base58_ripple[];
/* A segwit address: bech32 for version 0, bech32m for later ones. out has 100 bytes. */
void bech32(const char *prefix, unsigned version, const uint8_t *program, size_t len, char *out);

#endif
