/* SPDX-License-Identifier: Apache-2.0 */
/*
 * words.h - counts for each label that records use: a rule, a channel, a reason.
 *
 * Labels come from outside in part, so there is room for so many; who comes later shares one place,
 * and what was counted there is told as such. No count is ever lost or guessed.
 */
#ifndef SG_REPORT_WORDS_H
#define SG_REPORT_WORDS_H

#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/bytes.h"
#include "report/bins.h"

enum {
    SG_WORDS_MOST = 256,
    SG_WORD_LONGEST = 160,
    SG_WORD_COUNTS = 4,
    SG_WORD_SUMMED = 3,
    SG_WORDS_SLOTS = 1024
};

struct sg_word {
    char text[SG_WORD_LONGEST + 1]; /* as it stands in the record, maybe cut */
    char note[SG_WORD_LONGEST + 1]; /* what the caller wants to know with it */
    uint64_t count[SG_WORD_COUNTS];
    uint64_t first_time, last_time, first_seq, last_seq;
    uint64_t *bin; /* one for each bin */
};

/* All-zero is valid, and empty. */
struct sg_words {
    struct sg_word **word; /* in the order in which they came */
    size_t n, n_bins;
    uint16_t slot[SG_WORDS_SLOTS]; /* 1 + index; 0: free */
    struct sg_word *others;        /* of those without a place; NULL: all have one */
};

/* The label's place, new or not; NULL: out of memory. */
struct sg_word *sg_words_find(struct sg_words *words, struct sg_bytes text);
/* It was in this record. */
void sg_word_see(struct sg_word *word, uint64_t seq, uint64_t time);
/* Largest sum first, then by name; others is not among them. */
void sg_words_sort(struct sg_words *words);
/* The first SG_WORD_SUMMED counts together. */
uint64_t sg_word_sum(const struct sg_word *word);
void sg_words_fini(struct sg_words *words);

#endif
