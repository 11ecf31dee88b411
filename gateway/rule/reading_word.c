/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reading_word.c - words as they are looked up: small letters without accents.
 */
#include "rule/reading_word.h"

/* U+00C0 … U+017F: the small letter below the accent; a blank: as it is. */
static const char latin[] = "aaaaaa ceeeeiiii nooooo ouuuuy  aaaaaa ceeeeiiii nooooo ouuuuy y"
                            "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiii  jjkk llllllll"
                            "llnnnnnnn  oooooo  rrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzz ";

enum { LATIN_FIRST = 0xC0, LATIN_END = 0x180, SHARP_S = 0xDF };

/* A code point of two bytes as one letter looks it up; how many bytes it takes. */
static size_t plain_pair(uint32_t code_point, uint8_t out[2])
{
    if (code_point == SHARP_S) {
        out[0] = out[1] = 's';
        return 2;
    }
    if (code_point >= LATIN_FIRST && code_point < LATIN_END &&
        latin[code_point - LATIN_FIRST] != ' ') {
        out[0] = (uint8_t)latin[code_point - LATIN_FIRST];
        return 1;
    }
    if (code_point >= 0x410 && code_point < 0x430) /* Cyrillic capitals */
        code_point += 0x20;
    if (code_point == 0x401 || code_point == 0x451)
        code_point = 0x435;
    out[0] = (uint8_t)(0xC0 | code_point >> 6);
    out[1] = (uint8_t)(0x80 | (code_point & 0x3F));
    return 2;
}

size_t sg_word_sign(struct sg_bytes text, size_t at)
{
    const uint8_t *c = text.data + at;
    size_t there = text.len - at;
    if (there >= 2 && c[0] == 0xC2)
        return 2; /* U+00A0 … U+00BF */
    if (there >= 3 && (c[0] == 0xE2 || (c[0] == 0xE3 && c[1] == 0x80 && c[2] != 0x87) ||
                       (c[0] == 0xEF && (c[1] == 0xB8 || c[1] == 0xBB))))
        return 3; /* U+2000 … U+2FFF, ideographic blanks and brackets (not the zero), selectors */
    return there >= 4 && c[0] == 0xF0 && c[1] == 0x9F ? 4 : 0; /* emoji */
}

void sg_word_read(struct sg_word *word, struct sg_bytes text, size_t at)
{
    size_t i = at, len = 0;
    bool fits = true;
    while (i < text.len && sg_word_letter(text, i)) {
        uint8_t c = text.data[i], out[2] = {(uint8_t)sg_to_lower(c)};
        size_t n = 1, took = 1;
        if (c >= 0xC3 && c <= 0xD1 && i + 1 < text.len && (text.data[i + 1] & 0xC0) == 0x80) {
            n = plain_pair((c & 0x1Fu) << 6 | (text.data[i + 1] & 0x3Fu), out);
            took = 2;
        }
        fits = fits && len + n <= SG_WORD_LONGEST;
        for (size_t k = 0; fits && k < n; k++) {
            word->plain[len] = out[k];
            word->raw[len++] = (uint16_t)(i - at);
        }
        i += took;
    }
    word->len = fits ? len : 0;
    word->raw_len = i - at;
}
