/* SPDX-License-Identifier: Apache-2.0 */
/*
 * line.h - text in the making, with marks inside where a value begins and ends.
 *
 *     value -> [evasion] -> filled into a template -> sample.h reads the marks
 *
 * Marks are bytes no chat holds, so that templates, values and their disguises stay plain strings:
 * OPEN entity NAMED the value CLOSE; NEXT parts two messages of one sender.
 */
#ifndef SG_CORPUS_LINE_H
#define SG_CORPUS_LINE_H

#include <stddef.h>

#include "../lib/dice.h"

#define OPEN  "\x01"
#define NAMED "\x02"
#define CLOSE "\x03"
#define NEXT  "\x04"

enum { LINE_MOST = 6 * 1024 };

struct line {
    size_t len;
    char text[LINE_MOST]; /* ended by NUL */
};

void line_clear(struct line *line);
/* Ends the program when there is no room: a corpus that is cut short would lie. */
void line_add(struct line *line, const char *text);
void line_add_n(struct line *line, const char *text, size_t n);
void line_addf(struct line *line, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* One code point as UTF-8. */
void line_add_rune(struct line *line, unsigned long rune);
/* The value whole, between marks. */
void line_add_value(struct line *line, const char *entity, const char *value);

/* One of the parts of a string parted by '|', into out. */
void pick_part(struct sg_dice *dice, const char *parts, char *out, size_t cap);
/* How many parts; and part i. */
size_t parts_count(const char *parts);
void part_at(const char *parts, size_t i, char *out, size_t cap);

#define COUNT(array)      (sizeof(array) / sizeof(array)[0])
#define PICK(dice, array) ((array)[sg_dice_below((dice), COUNT(array))])

#endif
