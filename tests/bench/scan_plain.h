/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scan_plain.h - a pattern without what an automaton cannot do, for the peer.
 */
#ifndef SG_BENCH_SCAN_PLAIN_H
#define SG_BENCH_SCAN_PLAIN_H

#include <stdbool.h>

#include "base/bytes.h"

/*
 * The pattern without lookaround; with plain groups for atomic ones, greedy repeats for possessive
 * ones, a referenced group's own pattern in place of the reference, and without an upper end for
 * repeats of `open_from` and more. Matches all that the pattern matches, and more. The text is what
 * sg_pattern_text gives. On the heap, NUL-ended; NULL when out of memory.
 */
char *plain_pattern(struct sg_bytes pattern, unsigned open_from, bool *changed);

#endif
