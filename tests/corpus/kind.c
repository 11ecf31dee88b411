/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kind.c - layouts and names of values, and the arithmetic that many of them share.
 */
#include "kind.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "line.h"

enum { NAMES_MOST = 24, LOWER_PER_MILLE = 40, ODD_SPACE_PER_MILLE = 40 };

/* Some write in lower case, and some phones put a no-break space or an en dash between. */
static void vary(struct sg_dice *dice, char *text)
{
    struct line line;
    bool lower = sg_dice_often(dice, LOWER_PER_MILLE);
    bool odd = sg_dice_often(dice, ODD_SPACE_PER_MILLE);
    line_clear(&line);
    for (const char *c = text; *c != '\0'; c++) {
        if (odd && *c == ' ')
            line_add_rune(&line, 0xA0);
        else if (odd && *c == '-')
            line_add_rune(&line, 0x2013);
        else
            line_addf(&line, "%c", lower ? tolower((unsigned char)*c) : *c);
    }
    memcpy(text, line.text, line.len < VALUE_MOST ? line.len + 1 : VALUE_MOST - 1);
}

void kind_value(const struct kind *kind, struct sg_dice *dice, char *out)
{
    char plain[VALUE_MOST] = "", layout[128], *to = out;
    const char *next = plain;
    kind->make(dice, plain);
    pick_part(dice, kind->layouts, layout, sizeof layout);
    if (strcmp(layout, "*") == 0) { /* letters of a key mean what they are: no variation */
        (void)snprintf(out, VALUE_MOST, "%s", plain);
        return;
    }
    for (const char *c = layout; *c != '\0'; c++) {
        if (*c == '#' && *next != '\0')
            *to++ = *next++;
        else if (*c != '#' && (*next != '\0' || strchr(c, '#') == NULL))
            *to++ = *c; /* no separators behind a value shorter than its layout */
    }
    *to = '\0';
    vary(dice, out);
}

bool kind_called(const struct kind *kind, struct sg_dice *dice, const char *language, char *out,
                 size_t cap)
{
    size_t fit[NAMES_MOST], n = 0;
    char name[96];
    for (size_t i = 0; i < parts_count(kind->names) && n < NAMES_MOST; i++) {
        part_at(kind->names, i, name, sizeof name);
        if (strncmp(name, language, 2) == 0 || strncmp(name, "**", 2) == 0)
            fit[n++] = i;
    }
    if (n == 0)
        return false;
    part_at(kind->names, fit[sg_dice_below(dice, n)], name, sizeof name);
    (void)snprintf(out, cap, "%s", name + 3);
    return true;
}

void kind_language(const struct kind *kind, struct sg_dice *dice, char *language)
{
    static const char *const any[] = {"en", "en", "de", "fr", "es", "pt", "it", "nl", "pl", "tr"};
    char name[96];
    pick_part(dice, kind->names, name, sizeof name);
    memcpy(language, name[0] == '*' ? PICK(dice, any) : name, 2);
    language[2] = '\0';
}

/* --- making --------------------------------------------------------------------------------- */

void draw_of(struct sg_dice *dice, const char *set, char *out, size_t n)
{
    for (size_t i = 0; i < n; i++)
        out[i] = set[sg_dice_below(dice, strlen(set))];
    out[n] = '\0';
}

void draw_digits(struct sg_dice *dice, char *out, size_t n)
{
    draw_of(dice, "0123456789", out, n);
    if (n > 0 && out[0] == '0')
        out[0] = (char)('1' + sg_dice_below(dice, 9));
}

unsigned draw_between(struct sg_dice *dice, unsigned from, unsigned to)
{
    return from + (unsigned)sg_dice_below(dice, to - from + 1);
}

struct day draw_day(struct sg_dice *dice)
{
    return (struct day){draw_between(dice, 1940, 2006), draw_between(dice, 1, 12),
                        draw_between(dice, 1, 28)};
}

unsigned character_value(char c)
{
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0');
    return (unsigned)(c - 'A') + 10;
}

unsigned weighted_sum(const char *text, const unsigned *weights, size_t n)
{
    unsigned sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += character_value(text[i]) * weights[i];
    return sum;
}

char luhn_digit(const char *digits)
{
    unsigned sum = 0, twice = 1;
    for (size_t i = strlen(digits); i > 0; i--, twice = !twice) {
        unsigned d = (unsigned)(digits[i - 1] - '0') << twice;
        sum += d > 9 ? d - 9 : d;
    }
    return (char)('0' + (10 - sum % 10) % 10);
}

char iso7064_digit(const char *digits)
{
    unsigned product = 10;
    for (; *digits != '\0'; digits++) {
        unsigned sum = (product + (unsigned)(*digits - '0')) % 10;
        product = (sum == 0 ? 10 : sum) * 2 % 11;
    }
    return (char)('0' + (11 - product) % 10);
}

unsigned long_remainder(const char *text, unsigned modulus)
{
    unsigned rest = 0;
    for (; *text != '\0'; text++) {
        unsigned v = character_value(*text);
        rest = (rest * (v > 9 ? 100 : 10) + v) % modulus;
    }
    return rest;
}

void put(char *out, char c)
{
    size_t n = strlen(out);
    out[n] = c;
    out[n + 1] = '\0';
}
