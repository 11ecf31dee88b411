/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evade.h - the ways in which people write a value so that no filter reads it.
 */
#ifndef SG_CORPUS_EVADE_H
#define SG_CORPUS_EVADE_H

#include "line.h"

/* One class. targets: e-mail, p hone, c ard, i ban, s ocial security number. */
struct evasion {
    const char *name;
    const char *targets;
    void (*apply)(struct sg_dice *dice, const char *value, struct line *out);
    const char *language; /* whose words they are; NULL: any */
    const char *format;   /* the value stands in a raw body of that format; NULL: text */
};

struct evasions {
    const struct evasion *list;
    size_t n;
};
/* Other signs; words; encodings and markup. What apply writes is the value, or it brings marks of
 * its own where something stands around it (with the entity left empty). */
extern const struct evasions evasions_signs, evasions_words, evasions_codes;

/* The digits of a value, and NUL. */
void digits_of(const char *value, char *out, size_t cap);

#endif
