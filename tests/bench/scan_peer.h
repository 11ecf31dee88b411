/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scan_peer.h - Hyperscan with our patterns, where Debian's libhyperscan-dev is installed.
 *
 * It has no lookaround, atomic groups, possessive repeats or references back, and large bounded
 * repeats cost it much: those parts are left out or opened, so it looks for a little more than we
 * do, with nothing behind it: no check, no context, no clusters.
 */
#ifndef SG_BENCH_SCAN_PEER_H
#define SG_BENCH_SCAN_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <scrubgate/ruleset.h>

#include "scan_race.h"

struct peer;

struct peer_patterns {
    size_t taken, changed, refused; /* changed: of those taken, written differently */
};

/* Block mode; and, if asked for, with SOM_LEFTMOST: it tells where matches start, as we do. NULL
 * when not asked for or not built in. */
struct peers {
    struct peer *ends, *starts;
    struct peer_patterns with_ends, with_starts;
};
void peers_new(struct peers *peers, const struct scrubgate_ruleset *set, bool starts);
void peers_free(struct peers *peers);
struct runner peer_runner(const char *name, struct peer *peer);
/* "Hyperscan 5.4.0 …", or NULL when it is not built in. */
const char *peer_version(void);

#endif
