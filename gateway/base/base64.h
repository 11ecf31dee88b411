/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base64.h - bytes as base64 with padding (RFC 4648, section 4), and back, strictly.
 */
#ifndef SG_BASE_BASE64_H
#define SG_BASE_BASE64_H

#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/buf.h"
#include "base/bytes.h"

SCRUBGATE_MUST_USE enum scrubgate_status sg_base64_add(struct sg_buf *out, struct sg_bytes bytes);
/* *len bytes into out, which has room for cap. EMALFORMED: not the one way to write them (a letter
 * of another alphabet, white space, missing padding, bits that say nothing); ELIMIT: more than cap.
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_base64_read(struct sg_bytes text, uint8_t *out,
                                                        size_t cap, size_t *len);

#endif
