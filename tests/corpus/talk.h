/* SPDX-License-Identifier: Apache-2.0 */
/*
 * talk.h - what customers and agents of nine languages write around a value, or without one.
 */
#ifndef SG_CORPUS_TALK_H
#define SG_CORPUS_TALK_H

#include "kind.h"
#include "line.h"

/* One language; each list is ended by NULL. Placeholders: see talk_fill. */
struct tongue {
    const char *code;
    const char *const *named; /* {n} a name of the type, {v} the value */
    const char *const *bare;  /* {v} alone tells what it is */
    const char *const *chat;  /* {email} {phone} {card} {iban} {id}: messages with values */
    const char *const *quiet; /* messages with none */
    const char *const *names; /* given names */
    const char *tax, *id, *social, *health, *bank, *passport, *licence; /* vague names */
};

enum { TONGUES = 9 };
extern const struct tongue *const tongues[TONGUES];
const struct tongue *tongue_of(const char *code);

/*
 * The template into the line. {v} what stands in value, marked as entity unless it brings its own
 * marks; {n} name; {email} … a marked value of the tongue; {order} {ticket} {track} {date} {time}
 * {price} {count} {who} {item}: nobody's.
 */
struct filling {
    const char *name, *entity, *value;
};
void talk_fill(struct line *line, struct sg_dice *dice, const struct tongue *tongue,
               const char *template, const struct filling *filling);
/* One of a list ended by NULL. */
const char *talk_pick(struct sg_dice *dice, const char *const *list);
/* A vague name for a kind, in English or a language of those who have it; false: it has none. */
bool talk_vague(const struct kind *kind, struct sg_dice *dice, const struct tongue *tongue,
                char *out, size_t cap);
/* A kind whose name begins so and that people of the tongue have a word for. */
const struct kind *talk_kind(const struct kinds *kinds, struct sg_dice *dice, const char *prefix,
                             const struct tongue *tongue);

#endif
