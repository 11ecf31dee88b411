/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base64.h - the two stages around content that is written in base64 (RFC 2045, 6.8).
 *
 *     in -> [decode] -> a format's stage -> [encode] -> out
 *
 * What is decoded and encoded again is the same, byte by byte: lines of another length than the
 * first, a bit that says nothing or a letter of another alphabet are refused.
 */
#ifndef SG_BODY_BASE64_H
#define SG_BODY_BASE64_H

#include <stdbool.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "body/stage.h"

enum { SG_BASE64_LINE_LONGEST = 1024, SG_BASE64_DIGITS_MOST = 9 };

/* How it is laid out: found by the one, used by the other. All-zero is the start. */
struct sg_base64_layout {
    uint32_t line;    /* letters in a line; 0: all of it is one */
    bool final_break; /* CR LF at the end */
};

/*
 * EMALFORMED: no base64, or laid out in more than one way. EUNSUPPORTED: a run of more than
 * SG_BASE64_DIGITS_MOST digits, which those who do not decode could read as they stand.
 * Each borrows layout until freed.
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_base64_decode_new(struct sg_stage **stage,
                                                              struct sg_base64_layout *layout);
SCRUBGATE_MUST_USE enum scrubgate_status sg_base64_encode_new(
    struct sg_stage **stage, const struct sg_base64_layout *layout);
/* Where the letters of a decoded byte begin, or end, at its offset or one past it. */
uint64_t sg_base64_raw(const struct sg_base64_layout *layout, uint64_t offset, bool end);

#endif
