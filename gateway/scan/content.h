/* SPDX-License-Identifier: Apache-2.0 */
/*
 * content.h - a 64-bit SimHash of a message's masked text, for finding near-duplicates.
 *
 * Features are runs of three words, case-folded, every masked value counted as one word that is its
 * entity. Words are hashed under a key, so that nobody can probe for a text. Charikar, "Similarity
 * estimation techniques from rounding algorithms" (2002). Two texts that share most runs differ in
 * few bits.
 *
 * Texts may be cut anywhere. Sixty-four bytes are classed at a time, in eight plain 64-bit words,
 * so that there is one form of this for all machines.
 */
#ifndef SG_SCAN_CONTENT_H
#define SG_SCAN_CONTENT_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

enum { SG_CONTENT_FEWEST_WORDS = 8, SG_CONTENT_PLANES = 32, SG_CONTENT_RUNS = 8 };

struct sg_content {
    uint64_t seed;
    struct sg_content_word {
        uint64_t hash, chunk; /* of what is before the chunk; its bytes, the first lowest */
        uint64_t len;         /* 0: there is none */
    } word;                   /* that has begun, and may go on with the next text */
    struct sg_content_past {
        uint64_t one, two; /* hashes of the last words */
        uint64_t words;    /* so far */
    } past;
    uint64_t runs[SG_CONTENT_RUNS]; /* not yet in the planes */
    size_t n_runs;
    uint64_t added;                     /* to the planes */
    uint64_t planes[SG_CONTENT_PLANES]; /* bit b of plane k: bit k of how many runs had bit b set */
};

/* seed comes from a key. */
void sg_content_init(struct sg_content *content, uint64_t seed);
void sg_content_add(struct sg_content *content, struct sg_bytes text);
/* A masked value: ends the word before it and counts as a word. */
void sg_content_add_entity(struct sg_content *content, const char *entity);
/* Between values: ends a word. */
void sg_content_break(struct sg_content *content);
/* 0 when there were too few words; else never 0. */
uint64_t sg_content_value(const struct sg_content *content);

#endif
