/* SPDX-License-Identifier: Apache-2.0 */
/*
 * block.h - the part of a window that a kernel looks at, and what a sieve says of its places.
 */
#ifndef SG_SCAN_BLOCK_H
#define SG_SCAN_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "rule/sieve.h"
#include "scan/engine.h"
#include "scan/kernel.h"

/* A copy of the part with what surrounds it, zero standing for outside. */
struct sg_block {
    _Alignas(64) uint8_t before[64]; /* its last byte is the one before the block */
    uint8_t text[SG_KERNEL_BLOCK + SG_KERNEL_SLACK];
    size_t start, end; /* of the window: what has been copied; end 0: nothing */
    size_t used;       /* bytes of text that hold something of a message */
};

/* The places of a block that the coarse stage lets through. */
struct sg_hits {
    uint64_t words[SG_KERNEL_BLOCK / 64];
};

enum {
    SG_BLOCK_AHEAD = SG_SIGNATURE_BYTES - 1, /* bytes of a signature from its place on */
    SG_BLOCK_WORDS = SG_SIEVE_MOST / 64      /* most words of a row */
};

/* Runs the coarse stage for the wanted signatures over the places start … end - 1 of the window, at
 * most SG_KERNEL_BLOCK and at least one. Places whose signatures reach beyond what has come are let
 * through. */
void sg_block_sieve(struct sg_block *block, struct sg_hits *hits, const struct sg_kernel *kernel,
                    const struct sg_sieve *sieve, const uint64_t *wanted,
                    const struct sg_window *window, size_t start, size_t end);
/* Another window comes: nothing has been copied. With wipe, no byte of the last one stays. */
void sg_block_clear(struct sg_block *block, bool wipe);
/* As sg_block_rows, wherever the window begins and ends: what has not come can be anything. */
bool sg_block_rows_at_edge(const struct sg_sieve *sieve, const struct sg_window *window,
                           size_t place, const uint64_t *wanted, uint64_t *held);
/* The same around `at`, all of which is inside the text, for rows of several words. */
bool sg_block_rows_wide(const struct sg_sieve *sieve, const uint8_t *at, const uint64_t *wanted,
                        uint64_t *held);

/* … and where all that is wanted is in one word of them. Most places fail at one of the first
 * positions. */
static inline bool sg_block_rows_narrow(const struct sg_sieve *sieve, const uint8_t *at,
                                        size_t word, const uint64_t *wanted, uint64_t *held)
{
    const uint32_t *starts = sieve->starts;
    const size_t words = sieve->words;
    const uint64_t *rows = sieve->rows + word, *end = rows + SG_SIGNATURE_BYTES * words;
    uint64_t left = wanted[word];
    for (at--; rows < end && left != 0; rows += 4 * words, at += 4)
        left &= rows[starts[at[0]]] & rows[starts[at[1]] + words] &
                rows[starts[at[2]] + 2 * words] & rows[starts[at[3]] + 3 * words];
    held[word] = left;
    return left != 0;
}

/*
 * Which signatures hold at a place of the window, of those wanted: a bit each in the sieve's words.
 * only: the word that all those wanted are in, or SG_BLOCK_WORDS when there are more; held's other
 * words are then not touched. False when none does; held may then be half done. Inline: asked at
 * every place that the coarse stage lets through.
 */
static inline bool sg_block_rows(const struct sg_sieve *sieve, const struct sg_window *window,
                                 size_t place, const uint64_t *wanted, size_t only, uint64_t *held)
{
    if (place == 0 || place + SG_BLOCK_AHEAD > window->text.len)
        return sg_block_rows_at_edge(sieve, window, place, wanted, held);
    const uint8_t *at = window->text.data + place;
    return only < SG_BLOCK_WORDS ? sg_block_rows_narrow(sieve, at, only, wanted, held)
                                 : sg_block_rows_wide(sieve, at, wanted, held);
}

#endif
