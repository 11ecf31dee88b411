/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scan_lineup.h - the reference engine, every kernel that works here and the peer, in one race.
 */
#ifndef SG_BENCH_SCAN_LINEUP_H
#define SG_BENCH_SCAN_LINEUP_H

#include <stdbool.h>
#include <scrubgate/ruleset.h>

#include "scan_engine.h"
#include "scan_peer.h"
#include "scan_race.h"

enum { KERNELS_MOST = 6 };

struct lineup {
    const char *about; /* the corpus */
    struct race race;
    struct engine *reference, *engines[KERNELS_MOST];
    const struct sg_kernel *kernels[KERNELS_MOST];
    size_t n_kernels;
    const struct peers *peers;                /* the caller's */
    size_t at_reference, at_kernels, at_peer; /* in the race; the one with starts is the next */
};

/* Borrows set and peers. */
void lineup_new(struct lineup *lineup, const struct scrubgate_ruleset *set,
                const struct peers *peers);
/* Ends the program when an engine finds other things than the reference: its speed means nothing.
 */
void lineup_run(struct lineup *lineup, const struct corpus *corpus);
/* Zeroed is fine. */
void lineup_free(struct lineup *lineup);

bool lineup_has_peer(const struct lineup *lineup);
const char *lineup_name(const struct lineup *lineup, size_t kernel);
/* How many times as fast as the reference engine, and as the peer. */
double lineup_ratio(const struct lineup *lineup, size_t kernel);
double lineup_peer_ratio(const struct lineup *lineup, size_t kernel, bool starts);

/* A table of speeds: a column for each runner. A line-up with fewer leaves the last ones out. */
void lineup_print_head(const struct lineup *lineup);
void lineup_print(const struct lineup *lineup, const char *name);

#endif
