/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chatter_damage.c - what goes wrong in a message: the near misses that an engine must not miss.
 */
#include "chatter.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* Puts text in the place of the n bytes at `at`; drops what has no room. */
static void splice(struct sg_chatter *chatter, size_t at, size_t n, struct sg_bytes text)
{
    size_t end = chatter->len - n;
    if (end + text.len > sizeof chatter->text)
        return;
    memmove(chatter->text + at + text.len, chatter->text + at + n, end - at);
    if (text.len > 0)
        memcpy(chatter->text + at, text.data, text.len);
    chatter->len = end + text.len;
}

static struct sg_bytes pick(struct sg_chatter *chatter, const char *const *list, size_t n)
{
    return sg_bytes_of(list[sg_dice_below(&chatter->dice, n)]);
}

/* The first byte of that kind from a random place on, or the place itself. */
static size_t seek(const struct sg_chatter *chatter, size_t at, bool digit)
{
    for (size_t i = at; i < chatter->len; i++) {
        uint8_t c = chatter->text[i];
        if (digit ? sg_is_digit(c) : !sg_is_alnum(c))
            return i;
    }
    return at;
}

/* The same character in another dress: the folded view takes it off again. */
static void dress(struct sg_chatter *chatter, size_t at)
{
    static const char *const unseen[] = {"\xE2\x80\x8B", "\xC2\xAD",     "\xE2\x81\xA0", "\xCC\x81",
                                         "\xEF\xB8\x8F", "\xE2\x83\xA3", "\xE2\x80\x8F"};
    static const char *const blanks[] = {"\xC2\xA0", "\xE3\x80\x80", "\xE2\x80\xAF",
                                         "\xE2\x80\x93"};
    uint8_t wide[3] = {0xEF, 0xBC, 0x90}, arabic[2] = {0xD9, 0xA0};
    uint8_t c = chatter->text[at];
    if (sg_is_digit(c) && sg_dice_often(&chatter->dice, 400)) {
        wide[2] = (uint8_t)(0x90 + (c - '0'));
        splice(chatter, at, 1, (struct sg_bytes){wide, sizeof wide});
    } else if (sg_is_digit(c) && sg_dice_often(&chatter->dice, 400)) {
        arabic[1] = (uint8_t)(0xA0 + (c - '0'));
        splice(chatter, at, 1, (struct sg_bytes){arabic, sizeof arabic});
    } else if (c == ' ') {
        splice(chatter, at, 1, pick(chatter, blanks, COUNT(blanks)));
    } else if (c == 'a') {
        splice(chatter, at, 1, SG_BYTES("\xD0\xB0"));
    } else if (c == '@') {
        splice(chatter, at, 1, SG_BYTES("\xEF\xBC\xA0"));
    } else {
        splice(chatter, at, 0, pick(chatter, unseen, COUNT(unseen)));
    }
}

static void change_case(struct sg_chatter *chatter, size_t from)
{
    for (size_t i = from; i < chatter->len; i++) {
        uint8_t c = chatter->text[i];
        if (c < 0x80 && sg_is_alpha(c))
            chatter->text[i] = c ^ 0x20;
    }
}

void sg_chatter_damage(struct sg_chatter *chatter, size_t from)
{
    static const char *const glue[] = {"0", "7", "a",  "_",    ".",   "-",
                                       " ", "@", "\n", "\xC3", "\x80"};
    struct sg_dice *dice = &chatter->dice;
    if (chatter->len <= from)
        return;
    size_t at = from + sg_dice_below(dice, chatter->len - from);
    switch (sg_dice_below(dice, 15)) {
    case 0: /* one bit of a byte */
        chatter->text[at] ^= (uint8_t)(1u << sg_dice_below(dice, 8));
        break;
    case 1: /* another digit */
        at = seek(chatter, at, true);
        chatter->text[at] = (uint8_t)('0' + sg_dice_below(dice, 10));
        break;
    case 2: /* a byte is missing */
        splice(chatter, at, 1, (struct sg_bytes){NULL, 0});
        break;
    case 3: /* a byte, or a separator, twice */
        at = sg_dice_often(dice, 500) ? at : seek(chatter, at, false);
        splice(chatter, at, 0, (struct sg_bytes){(const uint8_t[1]){chatter->text[at]}, 1});
        break;
    case 4: /* something glued into it, or before or behind it */
        splice(chatter, at, 0, pick(chatter, glue, COUNT(glue)));
        break;
    case 5:
        splice(chatter, from, 0, pick(chatter, glue, COUNT(glue)));
        break;
    case 6:
        splice(chatter, chatter->len, 0, pick(chatter, glue, COUNT(glue)));
        break;
    case 7: /* cut short: the message ends inside */
        chatter->len = at + 1;
        break;
    case 8: /* or begins inside */
        splice(chatter, from, at - from, (struct sg_bytes){NULL, 0});
        break;
    case 9:
        change_case(chatter, at);
        break;
    case 10: /* two bytes change places */
        if (at + 1 < chatter->len) {
            uint8_t c = chatter->text[at];
            chatter->text[at] = chatter->text[at + 1];
            chatter->text[at + 1] = c;
        }
        break;
    case 11: /* another separator */
        at = seek(chatter, at, false);
        splice(chatter, at, 1, pick(chatter, glue, COUNT(glue)));
        break;
    case 12: /* a NUL: an engine may take it for the end */
        chatter->text[at] = 0;
        break;
    case 13:
        dress(chatter, at);
        break;
    default:
        dress(chatter, seek(chatter, at, true));
    }
}
