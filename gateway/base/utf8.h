/* SPDX-License-Identifier: Apache-2.0 */
/*
 * utf8.h - strict UTF-8 (RFC 3629), in pieces of any size.
 *
 * Strict: no overlong forms, no surrogates, nothing above U+10FFFF.
 */
#ifndef SG_BASE_UTF8_H
#define SG_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

/* A running check. All-zero is the start. */
struct sg_utf8 {
    uint8_t need;      /* continuation bytes still to come */
    uint8_t low, high; /* what the next one may be */
};

/* True while the text so far can still be valid. After false the state is not to be used. */
bool sg_utf8_push(struct sg_utf8 *state, struct sg_bytes text);
/* How many bytes of text can still be valid after what came before: text.len, or the offset of the
 * byte that breaks it. */
size_t sg_utf8_prefix(struct sg_utf8 *state, struct sg_bytes text);
/* True between code points: the text may end here. */
bool sg_utf8_complete(const struct sg_utf8 *state);
/* The whole text at once. */
bool sg_utf8_valid(struct sg_bytes text);
/* Bytes before the first that makes it invalid; text.len when only its end is missing, or none. */
size_t sg_utf8_valid_len(struct sg_bytes text);
/* How many bytes at the end of a prefix of valid text begin a code point without ending it. */
size_t sg_utf8_open_tail(struct sg_bytes text);
/* Writes 1 … 4 bytes, returns how many; 0 for a surrogate or a value above U+10FFFF. */
size_t sg_utf8_encode(uint32_t code_point, uint8_t out[4]);
/* Number of code points: bytes that are no continuation. text need not be valid. */
size_t sg_utf8_count(struct sg_bytes text);

#endif
