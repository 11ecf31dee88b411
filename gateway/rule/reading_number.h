/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reading_number.h - the words of ten languages that numbers are said with.
 */
#ifndef SG_RULE_READING_NUMBER_H
#define SG_RULE_READING_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

enum sg_number_kind {
    SG_NUMBER_UNIT,     /* 0 … 9 */
    SG_NUMBER_TEEN,     /* two digits that take no unit */
    SG_NUMBER_TENS,     /* two digits, the second of which may follow */
    SG_NUMBER_SCORE,    /* such; four of them are eighty */
    SG_NUMBER_HUNDREDS, /* three digits in one word */
    SG_NUMBER_HUNDRED,  /* times what stands before it */
    SG_NUMBER_THOUSAND,
    SG_NUMBER_TIMES, /* "double": of what follows it */
    SG_NUMBER_OFTEN, /* "five times six" */
    SG_NUMBER_AND,   /* within a number, or between two */
    SG_NUMBER_GAP,   /* "space", "dash": between two */
    SG_NUMBER_PLUS
};

struct sg_number_word {
    const char *text; /* as sg_word_read gives it */
    uint16_t value;
    uint8_t kind;
    bool edge; /* a usual word of prose: no number at the edge of one */
};

/* The word that is text, whole; or NULL. */
const struct sg_number_word *sg_number_find(struct sg_bytes text);

#endif
