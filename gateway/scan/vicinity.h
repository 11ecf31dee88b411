/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vicinity.h - can a word that a rule asks for stand near a place of the window?
 *
 * The words of all gates (rule/gate.h) are in a lexicon. A block is looked through for them only
 * when a rule with a gate could match in it, and what is found is kept until the window moves.
 */
#ifndef SG_SCAN_VICINITY_H
#define SG_SCAN_VICINITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "rule/sieves.h"
#include "scan/block.h"
#include "scan/engine.h"

enum { SG_VICINITY_BLOCKS = 16, SG_VICINITY_WORDS = 256 };

/* The words that begin in one block of a window. */
struct sg_vicinity_block {
    size_t start, end; /* end 0: none */
    bool full;         /* there are more than are kept */
    size_t n;
    struct sg_vicinity_word {
        uint16_t offset, word;
    } words[SG_VICINITY_WORDS];
};

struct sg_vicinity {
    size_t used; /* blocks from the first that may be known */
    struct sg_vicinity_block blocks[SG_VICINITY_BLOCKS];
};

/* Another window: nothing is known of it. */
void sg_vicinity_begin(struct sg_vicinity *vicinity);

/* False only when no word of the gate begins at a place first … last of the window, whatever
 * follows it. last may be beyond its end. */
bool sg_vicinity_has(struct sg_vicinity *vicinity, const struct sg_engine_run *run,
                     const struct sg_window *window, unsigned gate, size_t first, size_t last);
/* Which of the wanted signatures of a gated kind of sieve are behind a gate that has a word there;
 * false when none is. */
bool sg_vicinity_open(struct sg_vicinity *vicinity, const struct sg_engine_run *run,
                      const struct sg_window *window, size_t first, size_t last, unsigned kind,
                      const uint64_t *wanted, uint64_t *open);

#endif
