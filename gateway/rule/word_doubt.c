/* SPDX-License-Identifier: Apache-2.0 */
/*
 * word_doubt.c - does a word of a list look as if it came through a wrong encoding?
 */
#include "rule/word_doubt.h"

#include "base/utf8.h"

/* --- letters ------------------------------------------------------------------------------ */

uint32_t sg_word_letter(struct sg_bytes text, size_t *len)
{
    uint8_t lead = text.data[0];
    *len = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    uint32_t c = *len == 1 ? lead : lead & (0xFFu >> (*len + 1));
    for (size_t i = 1; i < *len && i < text.len; i++)
        c = c << 6 | (text.data[i] & 0x3Fu);
    return c;
}

static uint32_t letter_at(struct sg_bytes text, size_t at, size_t *len)
{
    return sg_word_letter((struct sg_bytes){text.data + at, text.len - at}, len);
}

static bool is_in(struct sg_bytes letters, uint32_t c)
{
    for (size_t at = 0, len = 0; at < letters.len; at += len)
        if (letter_at(letters, at, &len) == c)
            return true;
    return false;
}

/* --- misread ------------------------------------------------------------------------------ */

/* What Windows-1252 shows for the bytes 0x80 to 0x9F; 0: nothing. */
static const uint16_t windows[32] = {
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

/* The byte that Latin-1 or Windows-1252 shows as this; 0: none above 0x7F. */
static uint8_t byte_of(uint32_t c)
{
    if (c >= 0x80 && c <= 0xFF)
        return (uint8_t)c;
    for (size_t i = 0; i < sizeof windows / sizeof *windows; i++)
        if (c != 0 && windows[i] == c)
            return (uint8_t)(0x80 + i);
    return 0;
}

/* Reads what stands at *at as one letter of UTF-8 shown byte by byte, and moves behind it. */
static bool reread(struct sg_bytes word, size_t *at, uint8_t bytes[4], size_t *n)
{
    size_t end = *at, len = 0;
    *n = 0;
    for (size_t want = 1; *n < want; end += len) {
        uint8_t byte = end < word.len ? byte_of(letter_at(word, end, &len)) : 0;
        if (byte == 0)
            return false;
        if (*n == 0)
            want = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2;
        bytes[(*n)++] = byte;
    }
    if (!sg_utf8_valid((struct sg_bytes){bytes, *n}))
        return false;
    *at = end;
    return true;
}

static bool is_misread(struct sg_bytes word)
{
    uint8_t bytes[4];
    for (size_t at = 0, len = 0, n = 0; at < word.len; at += len) {
        if (reread(word, &at, bytes, &n))
            return true;
        (void)letter_at(word, at, &len);
    }
    return false;
}

enum scrubgate_status sg_word_reread(struct sg_bytes word, struct sg_buf *out)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (size_t at = 0, len = 0, n = 0; at < word.len && rc >= 0;) {
        uint8_t bytes[4];
        if (reread(word, &at, bytes, &n)) {
            rc = sg_buf_add(out, bytes, n);
            continue;
        }
        (void)letter_at(word, at, &len);
        rc = sg_buf_add(out, word.data + at, len);
        at += len;
    }
    return rc;
}

/* --- apart -------------------------------------------------------------------------------- */

/* Marks, and the letters with which Unicode has them as one (of Latin, Greek, Cyrillic, kana). */
static const struct {
    uint32_t mark;
    const char *letters;
} wholes[] = {
    {0x0300, "AEIOUNWYaeiounwyЕИеи"},
    {0x0301, "AEIOUYCLNRSZGKMPWaeiouyclnrszgkmpwΑΕΗΙΟΥΩαεηιουωГКгк"},
    {0x0302, "AEIOUCGHJSWYZaeioucghjswyz"},
    {0x0303, "ANOIUEYVanoiueyv"},
    {0x0304, "AEIOUYGaeiouygИУиу"},
    {0x0306, "AEGIOUaegiouИУЖАЕиужае"},
    {0x0307, "CEGIZABDFHMNOPRSTWXYcegzabdfhmnoprstwxy"},
    {0x0308, "AEIOUYWXHaeiouywxhtΙΥιυЕІАЖЗИОУЧЫЭеіажзиоучыэ"},
    {0x0309, "AEIOUYaeiouy"},
    {0x030A, "AUauwy"},
    {0x030B, "OUouУу"},
    {0x030C, "CDENRSTZAIOUGKLHcdenrstzaiougkjlh"},
    {0x031B, "OUou"},
    {0x0323, "AEIOUYBDHKLMNRSTVWZaeiouybdhklmnrstvwz"},
    {0x0326, "STst"},
    {0x0327, "CGKLNRSTDEHcgklnrstdeh"},
    {0x0328, "AEIUOaeiuo"},
    {0x3099,
     "かきくけこさしすせそたちつてとはひふへほうカキクケコサシスセソタチツテトハヒフヘホウ"},
    {0x309A, "はひふへほハヒフヘホ"},
};

static bool is_apart(uint32_t letter, uint32_t mark)
{
    for (size_t i = 0; i < sizeof wholes / sizeof *wholes; i++)
        if (wholes[i].mark == mark)
            return is_in(sg_bytes_of(wholes[i].letters), letter);
    /* A syllable of Hangul: its first consonant, its vowel. */
    return letter >= 0x1100 && letter <= 0x1112 && mark >= 0x1161 && mark <= 0x1175;
}

enum sg_word_doubt sg_word_doubt(struct sg_bytes word)
{
    uint32_t before = 0;
    if (is_misread(word))
        return SG_WORD_MISREAD;
    for (size_t at = 0, len = 0; at < word.len; at += len) {
        uint32_t c = letter_at(word, at, &len);
        if (c == 0xFFFD)
            return SG_WORD_LOST;
        if (is_apart(before, c))
            return SG_WORD_APART;
        before = c;
    }
    return SG_WORD_FINE;
}
