/* SPDX-License-Identifier: Apache-2.0 */
/*
 * first_key.h - K(0), the first key of a log's seals, as it is shown once and typed in years later.
 *
 *     Zm9v YmFy … AAA= 3f0c      base64 in groups of four, and two bytes that tell a slip of the
 * pen
 *
 * Without the check a letter that was copied wrong would look as if the log had been tampered with.
 */
#ifndef SG_AUDIT_FIRST_KEY_H
#define SG_AUDIT_FIRST_KEY_H

#include <stdint.h>
#include <scrubgate/status.h>

#include "base/bytes.h"
#include "base/digest.h"

enum { SG_FIRST_KEY_TEXT = 64 };

/* text holds the key then: it is wiped by whoever printed it. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_first_key_print(const uint8_t key[SG_KEY_SIZE],
                                                            char text[SG_FIRST_KEY_TEXT]);
/* White space means nothing, and the check may be missing. EMALFORMED: it is no key; EINVAL: it is
 * one that was copied wrong. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_first_key_read(struct sg_bytes text,
                                                           uint8_t key[SG_KEY_SIZE]);

#endif
