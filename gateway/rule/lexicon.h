/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lexicon.h - the words of all gates, found by their first three bytes.
 *
 *     gates' words -> [alike ones once] -> [triples] -> which words begin here?
 *
 * A word must begin where a word can, which few places are; what is found is exact: a word's whole
 * signature holds.
 */
#ifndef SG_RULE_LEXICON_H
#define SG_RULE_LEXICON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/bytes.h"
#include "rule/signature.h"
#include "rule/triples.h"

/* The words of one gate. */
struct sg_lexicon_part {
    const struct sg_signature *words;
    size_t n;
};

struct sg_lexicon {
    /* Bits: words of one kind begin only where no other goes on, those of the other anywhere. */
    uint8_t first[256];  /* by a byte: kinds that may begin with it */
    uint8_t before[256]; /* by the byte before: kinds that may begin behind it */
    uint8_t at_start;    /* kinds that may begin a value */
    struct sg_triples *triples;
    const struct sg_signature **words;
    size_t n_words;
    size_t gate_words; /* 64-bit words of a row */
    uint64_t *gates;   /* by word: a row with a bit for each gate that has it */
};

/* Borrows the signatures, whose positions 1 to 3 are inside and of few bytes each. ELIMIT: too many
 * words. *lexicon is NULL on error. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_lexicon_new(struct sg_lexicon **lexicon,
                                                        const struct sg_lexicon_part *gates,
                                                        size_t n);
void sg_lexicon_free(struct sg_lexicon *lexicon);

/* A text some of which is at hand. */
struct sg_lexicon_text {
    struct sg_bytes text;
    bool whole_start, whole_end; /* text begins, ends where the value does */
};

/*
 * The words that begin at a place, of which SG_TRIPLE_BYTES are at hand: puts the next one's number
 * in *word and says whether there is one. cursor is SG_TRIPLE_NONE at first. What is not at hand
 * can be anything.
 */
bool sg_lexicon_next(const struct sg_lexicon *lexicon, const struct sg_lexicon_text *text,
                     size_t place, unsigned *cursor, unsigned *word);
/* Bits of the places start … start + 63 (below end) at which some word may begin. */
uint64_t sg_lexicon_places(const struct sg_lexicon *lexicon, const struct sg_lexicon_text *text,
                           size_t start, size_t end);

static inline const uint64_t *sg_lexicon_gates(const struct sg_lexicon *lexicon, unsigned word)
{
    return lexicon->gates + word * lexicon->gate_words;
}

#endif
