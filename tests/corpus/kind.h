/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kind.h - a kind of value: how a valid one is made, how it is laid out, what people call it.
 *
 * Check digits are computed here from the published definitions and with none of the project's own
 * code, so that a mistake there does not hide itself.
 */
#ifndef SG_CORPUS_KIND_H
#define SG_CORPUS_KIND_H

#include <stdbool.h>
#include <stddef.h>

#include "../lib/dice.h"

enum { VALUE_MOST = 1280 };

struct kind {
    const char *name;
    const char *entity;
    void (*make)(struct sg_dice *dice, char *out); /* as it is stored, no separators */
    const char *layouts; /* parted by '|', '#' stands for the next character; "*": as it is made */
    const char *names;   /* parted by '|', each "xx:name", xx a language or ** for any */
    const char *vague;   /* t: tax number, i: id, s: social security, h: health, b: bank … */
    bool bare;           /* telling enough to be found with no word beside it */
};

struct kinds {
    const struct kind *list;
    size_t n;
};

extern const struct kinds kinds_europe, kinds_world, kinds_money; /* with a check */
extern const struct kinds kinds_contact, kinds_paper, kinds_secret;

/* One value of the kind in one of its layouts; out has VALUE_MOST bytes. */
void kind_value(const struct kind *kind, struct sg_dice *dice, char *out);
/* What one may call it in that language ("en"); false: people of that language do not have it. */
bool kind_called(const struct kind *kind, struct sg_dice *dice, const char *language, char *out,
                 size_t cap);
/* Some language that has a name for it, as two letters and NUL. */
void kind_language(const struct kind *kind, struct sg_dice *dice, char *language);

/* --- for those who make values --------------------------------------------------------------- */

/* n digits, the first not 0, and NUL. */
void draw_digits(struct sg_dice *dice, char *out, size_t n);
/* n characters of the set, and NUL. */
void draw_of(struct sg_dice *dice, const char *set, char *out, size_t n);
unsigned draw_between(struct sg_dice *dice, unsigned from, unsigned to);

/* A day anyone living may be born on. */
struct day {
    unsigned year, month, day;
};
struct day draw_day(struct sg_dice *dice);

/* The sum of digit × weight over n digits; letters count A = 10 … Z = 35. */
unsigned weighted_sum(const char *text, const unsigned *weights, size_t n);
unsigned character_value(char c);
/* The digit that makes Luhn's check hold behind these digits. */
char luhn_digit(const char *digits);
/* ISO 7064 MOD 11,10 and MOD 37,36 (radix 36). */
char iso7064_digit(const char *digits);
/* The remainder of a long number, letters as two digits. */
unsigned long_remainder(const char *text, unsigned modulus);
/* Adds a character to a string that has room. */
void put(char *out, char c);

#endif
