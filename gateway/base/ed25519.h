/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ed25519.h - Ed25519 signatures (RFC 8032) through OpenSSL's libcrypto.
 */
#ifndef SG_BASE_ED25519_H
#define SG_BASE_ED25519_H

#include <stdbool.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/bytes.h"

enum { SG_ED25519_SEED = 32, SG_ED25519_PUBLIC = 32, SG_ED25519_SIGNATURE = 64 };

struct sg_signer; /* a private key; its memory is wiped when freed */

SCRUBGATE_MUST_USE enum scrubgate_status sg_signer_new(struct sg_signer **signer,
                                                       const uint8_t seed[SG_ED25519_SEED],
                                                       uint8_t public_key[SG_ED25519_PUBLIC]);
SCRUBGATE_MUST_USE enum scrubgate_status sg_signer_sign(struct sg_signer *signer,
                                                        struct sg_bytes text,
                                                        uint8_t out[SG_ED25519_SIGNATURE]);
void sg_signer_free(struct sg_signer *signer); /* NULL is fine */

/* False also when the key is none, or the library fails: nothing is good by accident. */
bool sg_ed25519_verify(const uint8_t public_key[SG_ED25519_PUBLIC], struct sg_bytes text,
                       const uint8_t signature[SG_ED25519_SIGNATURE]);

#endif
