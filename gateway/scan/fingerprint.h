/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fingerprint.h - keyed fingerprints of values, taken where the value is in hand.
 *
 * The value is normalised first, so that two spellings of one address give one fingerprint:
 *
 *     EMAIL_ADDRESS  lower case; +tag dropped; dots dropped before gmail.com and googlemail.com
 *     PHONE_NUMBER   E.164 without its + where the value tells the country (+, 00, 011; the 0 of
 *                    home behind the code goes), else the digits as they are; no extension
 *     CREDIT_CARD    digits
 *     anything else  letters (upper case) and digits
 *
 * Digits of all scripts are 0-9, wide letters are letters, what nobody sees is not there. Whose
 * country a number without a code is of nobody knows here: at home and from abroad written it
 * gives two fingerprints.
 *
 * HMAC-SHA-256 over entity, NUL, normalised value; the first 64 bits.
 */
#ifndef SG_SCAN_FINGERPRINT_H
#define SG_SCAN_FINGERPRINT_H

#include <stdint.h>
#include <scrubgate/status.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/digest.h"

#define SG_FINGERPRINT_LABEL "scrubgate/identity/1"

/* Puts the normal form of a value into out (emptied first). */
SCRUBGATE_MUST_USE enum scrubgate_status sg_fingerprint_normalise(struct sg_buf *out,
                                                                  const char *entity,
                                                                  struct sg_bytes value);
/* hmac is keyed with SG_FINGERPRINT_LABEL; normal and spare are working memory, wiped after. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_fingerprint_take(struct sg_hmac *hmac,
                                                             struct sg_buf *normal,
                                                             struct sg_buf *spare,
                                                             const char *entity,
                                                             struct sg_bytes value, uint64_t *out);

#endif
