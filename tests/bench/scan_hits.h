/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scan_hits.h - how much of a corpus each stage of the sieve lets through, and for which rules.
 */
#ifndef SG_BENCH_SCAN_HITS_H
#define SG_BENCH_SCAN_HITS_H

#include <scrubgate/ruleset.h>

#include "scan_corpus.h"

struct sg_kernel;

/* Prints places the kernel lets through, places where a signature holds, and the rules they are
 * of, most first. */
void hits_print(const struct scrubgate_ruleset *set, const struct sg_kernel *kernel,
                const struct corpus *corpus);

#endif
