/* SPDX-License-Identifier: Apache-2.0 */
/*
 * aead.h - AES-256-GCM (NIST SP 800-38D) with a key set once. Not thread-safe: one per thread.
 */
#ifndef SG_BASE_AEAD_H
#define SG_BASE_AEAD_H

#include <stdint.h>
#include <scrubgate/status.h>

#include "base/bytes.h"
#include "base/digest.h"

enum { SG_AEAD_NONCE = 12, SG_AEAD_TAG = 16 };

struct sg_aead;

SCRUBGATE_MUST_USE enum scrubgate_status sg_aead_new(struct sg_aead **aead,
                                                     const uint8_t key[SG_KEY_SIZE]);
/* Another key in the old one's place. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_aead_rekey(struct sg_aead *aead,
                                                       const uint8_t key[SG_KEY_SIZE]);
/* out has room for text.len bytes. A nonce must never be used twice with one key. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_aead_seal(struct sg_aead *aead,
                                                      const uint8_t nonce[SG_AEAD_NONCE],
                                                      struct sg_bytes beside, struct sg_bytes text,
                                                      uint8_t *out, uint8_t tag[SG_AEAD_TAG]);
/* EMALFORMED, out wiped: text, tag or what stands beside it is not what was sealed. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_aead_open(struct sg_aead *aead,
                                                      const uint8_t nonce[SG_AEAD_NONCE],
                                                      struct sg_bytes beside, struct sg_bytes text,
                                                      const uint8_t tag[SG_AEAD_TAG], uint8_t *out);
void sg_aead_free(struct sg_aead *aead); /* NULL is fine */

#endif
