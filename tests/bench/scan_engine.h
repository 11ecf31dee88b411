/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scan_engine.h - our engines as bench_scan runs them, each with a ruleset and a kernel.
 */
#ifndef SG_BENCH_SCAN_ENGINE_H
#define SG_BENCH_SCAN_ENGINE_H

#include <stdbool.h>
#include <scrubgate/ruleset.h>

#include "scan/scanner.h"

#include "scan_corpus.h"
#include "scan_race.h"

struct sg_kernel;
struct engine; /* a scanner, ready */

/* How a scanner is set up. */
struct engine_way {
    bool reference;
    const struct sg_kernel *kernel; /* NULL: the ruleset's */
    bool raw_only;                  /* the folded view is not looked at */
    size_t chunk;                   /* 0: each text whole */
};
struct engine *engine_new(const struct scrubgate_ruleset *set, struct engine_way way);
void engine_free(struct engine *engine);

/* Ends the program when the scan fails: a bench has only texts that can be scanned. */
void engine_scan(struct engine *engine, struct sg_bytes text, const struct sg_scan_sink *sink);
/* Scans every text of a corpus; results go nowhere. */
void engine_pass(void *engine, const struct corpus *corpus);
/* Whether both edited the same places in their last passes. */
bool engine_agrees(const struct engine *engine, const struct engine *other);
/* The same under a name of its own, for callgrind to count in. */
void engine_counted(struct engine *engine, const struct corpus *corpus);
struct runner engine_runner(const char *name, struct engine *engine);

/* Kernels that work here, the plainest first. */
size_t engine_kernels(const struct sg_kernel **kernels, size_t most);
/* The kernel of that name, if it works here. */
const struct sg_kernel *engine_kernel(const char *name);

/* Bytes fed and not yet given away, after each piece of a random length. */
struct holdback {
    unsigned p50, p90, p99, most;
    size_t feeds;
};
struct holdback engine_holdback(struct engine *engine, const struct corpus *corpus);

#endif
