/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tail_trim.c - a part without the words that people say around it.
 */
#include "scan/tail_trim.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scan/telling.h"

static bool in_word(uint8_t c)
{
    return sg_is_alnum(c) || c >= 0x80;
}

static bool is(struct sg_bytes word, enum sg_telling telling)
{
    return (sg_telling_of(word) & telling) != 0;
}

/* The word at the end, whose bytes are in_word. */
static struct sg_bytes word_at_end(struct sg_bytes text)
{
    size_t start = text.len;
    while (start > 0 && in_word(text.data[start - 1]))
        start--;
    return (struct sg_bytes){text.data + start, text.len - start};
}

static struct sg_bytes word_at_start(struct sg_bytes text)
{
    size_t end = 0;
    while (end < text.len && in_word(text.data[end]))
        end++;
    return (struct sg_bytes){text.data, end};
}

/* Without the punctuation of a sentence; a dot behind a letter may be an address's. */
static struct sg_bytes trim_sentence(struct sg_bytes text)
{
    bool dots = text.len > 1 && text.data[text.len - 1] == '.' && text.data[text.len - 2] == '.';
    while (text.len > 0) {
        uint8_t last = text.data[text.len - 1];
        bool dot = last == '.' && (dots || text.len == 1 || !sg_is_alpha(text.data[text.len - 2]));
        if (last > ' ' && last != ',' && last != ';' && last != '!' && last != '?' && !dot)
            break;
        text.len--;
    }
    return text;
}

/* Whether a part of a number or an address may end there. */
static bool ends_part(struct sg_bytes text)
{
    uint8_t last = text.len == 0 ? ' ' : text.data[text.len - 1];
    return sg_is_digit(last) || last == '@' || last == '-' || is(word_at_end(text), SG_TELLS_DIGIT);
}

static struct sg_bytes trim_end(struct sg_bytes text)
{
    text = trim_sentence(text);
    struct sg_bytes word = word_at_end(text), part = text;
    while ((sg_telling_of(word) & (SG_TELLS_FILLER | SG_TELLS_DIGIT)) == SG_TELLS_FILLER) {
        part.len -= word.len;
        part = trim_sentence(part);
        if (ends_part(part))
            return part;
        word = word_at_end(part);
    }
    return text;
}

/* How much of the beginning is "one sec", whose first word is no digit then. */
static size_t pause_at_start(struct sg_bytes text)
{
    struct sg_bytes one = word_at_start(text);
    size_t first = one.len;
    bool begins = is(one, SG_TELLS_DIGIT) || (first == 1 && sg_to_lower(one.data[0]) == 'a');
    if (!begins || first == text.len || text.data[first] != ' ')
        return 0;
    struct sg_bytes rest = {text.data + first + 1, text.len - first - 1};
    struct sg_bytes word = word_at_start(rest);
    return is(word, SG_TELLS_PAUSE) && word.len < rest.len ? first + 1 + word.len : 0;
}

/* "... 9": dots in front of a blank are no part. */
static size_t dots_at_start(struct sg_bytes text)
{
    size_t n = 0;
    while (n < text.len && text.data[n] == '.')
        n++;
    return n > 0 && n < text.len && text.data[n] == ' ' ? n : 0;
}

struct sg_bytes sg_tail_trim(struct sg_bytes text)
{
    text = trim_end(text);
    for (;;) {
        size_t skip = pause_at_start(text) + dots_at_start(text);
        if (skip == 0) {
            struct sg_bytes word = word_at_start(text);
            if (word.len > 0 && (!is(word, SG_TELLS_FILLER) || word.len == text.len))
                break;
            skip = word.len;
        }
        size_t end = skip;
        while (end < text.len && (text.data[end] <= ' ' || text.data[end] == ','))
            end++;
        if (end == skip)
            break;
        text = (struct sg_bytes){text.data + end, text.len - end};
    }
    return text;
}
