/* SPDX-License-Identifier: Apache-2.0 */
/*
 * word_doubt.h - does a word of a list look as if it came through a wrong encoding?
 *
 * Such a word is valid UTF-8 and stands in no text: nothing else would tell.
 */
#ifndef SG_RULE_WORD_DOUBT_H
#define SG_RULE_WORD_DOUBT_H

#include <scrubgate/status.h>

#include "base/buf.h"
#include "base/bytes.h"

enum sg_word_doubt {
    SG_WORD_FINE,
    SG_WORD_LOST,    /* U+FFFD stands for a letter */
    SG_WORD_MISREAD, /* UTF-8 that was read as Latin-1 or Windows-1252 */
    SG_WORD_APART    /* a letter and its mark that Unicode has as one (not NFC) */
};

/* What is wrong with a word of valid UTF-8. */
enum sg_word_doubt sg_word_doubt(struct sg_bytes word);
/* Appends what a misread word was before. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_word_reread(struct sg_bytes word, struct sg_buf *out);
/* The first code point of valid UTF-8, which has one, and its bytes. */
uint32_t sg_word_letter(struct sg_bytes text, size_t *len);

#endif
