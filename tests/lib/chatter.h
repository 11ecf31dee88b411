/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chatter.h - messages made up by dice: chat with values in it, and what goes wrong around values.
 *
 *     [a kind] -> talk, examples, letters of a stock, blobs, patterns, bytes -> [damage] -> message
 *
 * A message depends on its seed and number only, so that one that broke something can be made
 * again. Persons are invented, card and account numbers are the published ones or mutations of
 * them.
 */
#ifndef SG_TESTS_CHATTER_H
#define SG_TESTS_CHATTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

#include "dice.h"

enum {
    SG_CHATTER_USUAL = 120,        /* most messages are shorter than about that */
    SG_CHATTER_LONGEST = 40 * 1024 /* and none is longer than that */
};

/* What the rules under test make of a text, beside the chat that every stock gets. */
struct sg_stock {
    struct sg_bytes letters;       /* texts are drawn from these bytes: empty for none */
    const struct sg_bytes *pieces; /* and from these: examples, parts of matches */
    size_t n_pieces;
    unsigned long_ones; /* of a million messages so many are long, with values at block edges */
};

struct sg_chatter {
    struct sg_dice dice;
    size_t len;
    uint8_t text[SG_CHATTER_LONGEST];
};

/* Makes message number n; the bytes stand in the chatter until the next one is made. At least nine
 * of ten are valid UTF-8. */
struct sg_bytes sg_chatter_say(struct sg_chatter *chatter, const struct sg_stock *stock,
                               uint64_t seed, uint64_t n);

/* --- for its own parts ---------------------------------------------------------------------- */

/* Add to the message what has room. */
void sg_chatter_add(struct sg_chatter *chatter, struct sg_bytes text);
void sg_chatter_add_text(struct sg_chatter *chatter, const char *text);
/* n bytes, each of the letters. */
void sg_chatter_draw(struct sg_chatter *chatter, struct sg_bytes letters, size_t n);
/* One value of the kinds that the packs look for, in one of its spellings (chatter_values.c). */
void sg_chatter_value(struct sg_chatter *chatter);
/* Does one thing to the message from `from` on: a byte flipped, gone, doubled … (chatter_damage.c)
 */
void sg_chatter_damage(struct sg_chatter *chatter, size_t from);

#endif
