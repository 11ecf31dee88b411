/* SPDX-License-Identifier: Apache-2.0 */
/*
 * telling.h - words that announce a value ("card", "call"), and words for digits.
 *
 * They decide what is worth remembering of a message, never what is masked: a word too many costs
 * a little time. Lower case, ASCII or UTF-8.
 */
#ifndef SG_SCAN_TELLING_H
#define SG_SCAN_TELLING_H

#include <stdbool.h>

#include "base/bytes.h"

/* A whole word; ASCII capitals count as small. */
bool sg_telling_announces(struct sg_bytes word);
/* ... of a call or a message: wherever they stand in a sentence. */
bool sg_telling_calls(struct sg_bytes word);
/* ... of a mail address, whose name is any word. */
bool sg_telling_mails(struct sg_bytes word);
/* ... when it is the last one: "my number is", "john at". */
bool sg_telling_closes(struct sg_bytes word);
bool sg_telling_digit(struct sg_bytes word);
/* What people say around a part of something: "then 1111", "4111 and". */
bool sg_telling_filler(struct sg_bytes word);
/* The second word of "one sec". */
bool sg_telling_pauses(struct sg_bytes word);

/* Of a field's name: whether what stands there is talk, or a machine's (an id, a time, a count). */
bool sg_telling_talk(struct sg_bytes word);
bool sg_telling_machine(struct sg_bytes word);

#endif
