/* SPDX-License-Identifier: Apache-2.0 */
/*
 * corpus.h - the parts of the corpus, each told to an audience; the same from the same seed.
 *
 *     chat       messages with values written plainly, and as many with none
 *     check      valid values of every type with a check, beside its name, a vague name
 *     check-bare the same types with no word beside them
 *     named      the types without a check, beside their name
 *     evasion    values in disguise, by class
 *     split      values over several messages, or parts of a body
 *     benign     what looks like a value and is none
 */
#ifndef SG_CORPUS_CORPUS_H
#define SG_CORPUS_CORPUS_H

#include <stdint.h>

#include "kind.h"
#include "sample.h"
#include "talk.h"

/* each: how many samples of each kind or class; chat: messages. */
struct corpus_size {
    size_t chat, each, benign;
};

void corpus_chat(uint64_t seed, size_t n, const struct audience *audience);
void corpus_checks(uint64_t seed, size_t each, const struct audience *audience);
void corpus_named(uint64_t seed, size_t each, const struct audience *audience);
void corpus_evasions(uint64_t seed, size_t each, const struct audience *audience);
void corpus_splits(uint64_t seed, size_t each, const struct audience *audience);
void corpus_benign(uint64_t seed, size_t each, const struct audience *audience);

/* All of them, in that order. */
void corpus_tell(uint64_t seed, const struct corpus_size *size, const struct audience *audience);

/* --- for its parts ---------------------------------------------------------------------------- */

/* Reads the line and lets the audience hear it. */
void audience_hear(const struct audience *audience, const char *group, const char *kind,
                   const char *format, const struct line *line);
/* The text as one string of a raw body: what stands between marks is encoded already. */
void corpus_wrap(struct sg_dice *dice, const char *format, const struct line *text,
                 struct line *body);

#endif
