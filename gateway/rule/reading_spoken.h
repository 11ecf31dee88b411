/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reading_spoken.h - a run of numbers in a text, said or written, as digits in groups.
 *
 *     "+44 seven seven double-oh 900" -> 44 . 7 . 7 . 00 . 900
 *     "4O12 l111"                     -> 4 . 0 . 12 . 1 . 111
 */
#ifndef SG_RULE_READING_SPOKEN_H
#define SG_RULE_READING_SPOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

/* A run that is longer goes on as another one. */
enum { SG_SPOKEN_TOKENS = 256, SG_SPOKEN_DIGITS = 12 };

/* Digits that stand together. */
struct sg_spoken_group {
    size_t start, end; /* in the text */
    uint8_t digits[SG_SPOKEN_DIGITS];
    uint8_t n;     /* of digits; 0: the text's own, which are as many as its bytes */
    bool plus;     /* no digits: "plus" */
    bool spelled;  /* said in words */
    uint8_t looks; /* letters that stand for digits; of these … */
    uint8_t bars;  /* … those that everyone takes for 1 or 0 */
};

struct sg_spoken {
    struct sg_spoken_group groups[SG_SPOKEN_TOKENS];
    size_t n;
    /* "to", "for": perhaps a digit more at an edge of the run; n 0: none. */
    struct sg_spoken_group head, tail;
    size_t end;     /* where looking for the next run goes on */
    bool gap_words; /* "space", "then" stand between groups */
};

/* Reads the run that begins at `at`, which is where a letter or digit stands that nothing of the
 * kind stands directly before. No group: no number begins there. */
void sg_spoken_read(struct sg_spoken *spoken, struct sg_bytes text, size_t at);

/* The digit that an ASCII letter or sign is taken for, or -1. */
int sg_spoken_look(uint8_t c);

/* Wipes what was read. */
void sg_spoken_wipe(struct sg_spoken *spoken);

#endif
