/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reading_word.h - words as they are looked up: small letters without accents.
 *
 * "FÜNF", "fünf" and "funf" are one word; Cyrillic words are small and without "ё". Other bytes
 * beyond ASCII are letters as they are.
 */
#ifndef SG_RULE_READING_WORD_H
#define SG_RULE_READING_WORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

/* Longer runs of letters are not looked at: no words glued together come near it. */
enum { SG_WORD_LONGEST = 320 };

/* The letters at one place of a text. */
struct sg_word {
    uint8_t plain[SG_WORD_LONGEST]; /* as they are looked up */
    uint16_t raw[SG_WORD_LONGEST];  /* of each plain byte: its letter's offset in the word */
    size_t len;                     /* of plain; 0 when the run is too long */
    size_t raw_len;                 /* of the run of letters in the text */
};

/* The length of the dash, emoji or other sign beyond ASCII at `at`; 0 for a letter. */
size_t sg_word_sign(struct sg_bytes text, size_t at);

/* An ASCII letter, or what is neither ASCII nor a sign. */
static inline bool sg_word_letter(struct sg_bytes text, size_t at)
{
    return text.data[at] < 0x80 ? sg_is_alpha(text.data[at]) : sg_word_sign(text, at) == 0;
}

/* Reads the run of letters at `at`; raw_len is 0 when there is none. */
void sg_word_read(struct sg_word *word, struct sg_bytes text, size_t at);

#endif
