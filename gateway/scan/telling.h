/* SPDX-License-Identifier: Apache-2.0 */
/*
 * telling.h - words that announce a value ("card", "call"), and words for digits.
 *
 * They decide what is worth remembering of a message, never what is masked: a word too many costs
 * a little time. Lower case, ASCII or UTF-8.
 */
#ifndef SG_SCAN_TELLING_H
#define SG_SCAN_TELLING_H

#include "base/bytes.h"

/* What a word tells; bits. */
enum sg_telling {
    SG_TELLS_ANNOUNCE = 1, /* a value */
    SG_TELLS_MAIL = 2,     /* ... a mail address, whose name is any word */
    SG_TELLS_CALL = 4,     /* a call or a message, wherever it stands in a sentence */
    SG_TELLS_CLOSE = 8,    /* a value, when it is the last word: "my number is", "john at" */
    SG_TELLS_DIGIT = 16,
    SG_TELLS_FILLER = 32, /* said around a part of something: "then 1111", "4111 and" */
    SG_TELLS_PAUSE = 64,  /* the second word of "one sec" */
    /* Of a field's name: what stands there is talk, or a machine's (an id, a time, a count). */
    SG_TELLS_TALK = 128,
    SG_TELLS_MACHINE = 256
};

/* Of a whole word; ASCII capitals count as small. */
unsigned sg_telling_of(struct sg_bytes word);

#endif
