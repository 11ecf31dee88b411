/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keccak.h - Keccak-256 as Ethereum and Monero use it: SHA-3's sponge with its first padding, which
 * OpenSSL does not offer.
 */
#ifndef SG_BASE_KECCAK_H
#define SG_BASE_KECCAK_H

#include <stdint.h>

#include "base/bytes.h"

enum { SG_KECCAK_SIZE = 32 };

void sg_keccak256(struct sg_bytes text, uint8_t out[SG_KECCAK_SIZE]);

#endif
