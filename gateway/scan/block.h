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
};

/* The places of a block that the coarse stage lets through. */
struct sg_hits {
    uint64_t words[SG_KERNEL_BLOCK / 64];
};

enum { SG_BLOCK_AHEAD = SG_SIGNATURE_BYTES - 1 }; /* bytes of a signature from its place on */

/* Runs the coarse stage over the places start … end - 1 of the window, at most SG_KERNEL_BLOCK and
 * at least one. Places whose signatures reach beyond what has come are let through. */
void sg_block_sieve(struct sg_block *block, struct sg_hits *hits, const struct sg_kernel *kernel,
                    const struct sg_sieve *sieve, const struct sg_window *window, size_t start,
                    size_t end);
/* Another window comes: nothing has been copied. With wipe, no byte of the last one stays. */
void sg_block_clear(struct sg_block *block, bool wipe);
/* As sg_block_rows, wherever the window begins and ends: what has not come can be anything. */
uint64_t sg_block_rows_at_edge(const struct sg_sieve *sieve, const struct sg_window *window,
                               size_t place, size_t word, uint64_t held);

/* The same around `at`, all of which is inside the text. words is the sieve's, told apart so that
 * the compiler knows the most usual one. */
static inline uint64_t sg_block_rows_inside(const struct sg_sieve *sieve, size_t words, size_t word,
                                            uint64_t held, const uint8_t *at)
{
    const uint8_t *classes = sieve->classes;
    const size_t apart = (size_t)(sieve->unknown + 1) * words;
    const uint64_t *row = sieve->rows + word;
    at--;
    /* Most places fail at one of the first positions. */
    for (unsigned k = 0; k < SG_SIGNATURE_BYTES && held != 0; k += 4, at += 4, row += 4 * apart)
        held &= row[classes[at[0]] * words] & row[apart + classes[at[1]] * words] &
                row[2 * apart + classes[at[2]] * words] & row[3 * apart + classes[at[3]] * words];
    return held;
}

/* Which signatures of one word of the rows hold at a place of the window, of those in `held`.
 * Inline, as all here: asked at every place that the coarse stage lets through. */
static inline uint64_t sg_block_rows(const struct sg_sieve *sieve, const struct sg_window *window,
                                     size_t place, size_t word, uint64_t held)
{
    if (place == 0 || place + SG_BLOCK_AHEAD > window->text.len)
        return sg_block_rows_at_edge(sieve, window, place, word, held);
    if (sieve->words == 1)
        return sg_block_rows_inside(sieve, 1, 0, held, window->text.data + place);
    return sg_block_rows_inside(sieve, sieve->words, word, held, window->text.data + place);
}

#endif
