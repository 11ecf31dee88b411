/* SPDX-License-Identifier: Apache-2.0 */
/*
 * line.c - text in the making, with marks inside where a value begins and ends.
 */
#include "line.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void line_clear(struct line *line)
{
    line->len = 0;
    line->text[0] = '\0';
}

void line_add_n(struct line *line, const char *text, size_t n)
{
    if (n >= sizeof line->text - line->len) {
        (void)fprintf(stderr, "a line of the corpus is longer than %zu bytes\n", sizeof line->text);
        exit(2);
    }
    memcpy(line->text + line->len, text, n);
    line->len += n;
    line->text[line->len] = '\0';
}

void line_add(struct line *line, const char *text)
{
    line_add_n(line, text, strlen(text));
}

void line_addf(struct line *line, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (n < 0 || (size_t)n >= sizeof text) {
        (void)fprintf(stderr, "a piece of the corpus is longer than %zu bytes\n", sizeof text);
        exit(2);
    }
    line_add_n(line, text, (size_t)n);
}

void line_add_rune(struct line *line, unsigned long rune)
{
    char out[4];
    size_t n = 1;
    if (rune < 0x80) {
        out[0] = (char)rune;
    } else if (rune < 0x800) {
        out[0] = (char)(0xC0 | rune >> 6);
        n = 2;
    } else if (rune < 0x10000) {
        out[0] = (char)(0xE0 | rune >> 12);
        n = 3;
    } else {
        out[0] = (char)(0xF0 | rune >> 18);
        n = 4;
    }
    for (size_t i = 1; i < n; i++)
        out[i] = (char)(0x80 | (rune >> (6 * (n - 1 - i)) & 0x3F));
    line_add_n(line, out, n);
}

void line_add_value(struct line *line, const char *entity, const char *value)
{
    line_add(line, OPEN);
    line_add(line, entity);
    line_add(line, NAMED);
    line_add(line, value);
    line_add(line, CLOSE);
}

size_t parts_count(const char *parts)
{
    size_t n = 1;
    for (; *parts != '\0'; parts++)
        n += *parts == '|';
    return n;
}

void part_at(const char *parts, size_t i, char *out, size_t cap)
{
    while (i > 0) {
        parts = strchr(parts, '|') + 1;
        i--;
    }
    size_t n = strcspn(parts, "|");
    (void)snprintf(out, cap, "%.*s", (int)n, parts);
}

void pick_part(struct sg_dice *dice, const char *parts, char *out, size_t cap)
{
    part_at(parts, sg_dice_below(dice, parts_count(parts)), out, cap);
}
