/* SPDX-License-Identifier: Apache-2.0 */
/*
 * statistics.h - the near-line statistics of some events as C has them, to hold others against.
 *
 *     events (NDJSON) -> deals -> routing -> co-service -> numbers by what they are and whose
 *
 * A number is found by its kind ("p", "obs", "z" …) and its key (a ticket, two agents …), so that
 * what another computes may come in any order: see tests/collusion/numbers.sql.
 */
#ifndef SG_TESTS_STATISTICS_H
#define SG_TESTS_STATISTICS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/bytes.h"

enum { SG_STATISTIC_KIND = 12, SG_STATISTIC_KEY = 64 };

struct sg_statistic {
    char kind[SG_STATISTIC_KIND], key[SG_STATISTIC_KEY];
    double value;
};

struct sg_statistics {
    struct sg_statistic *list;
    size_t n, cap;
};

/* All fail the test when something is not as it must be. */

/* Of tickets assigned since then; 0: of all. */
void sg_statistics_init(struct sg_statistics *statistics, struct sg_bytes events,
                        uint64_t since_ms);
void sg_statistics_add(struct sg_statistics *statistics, const char *kind, const char *key,
                       double value);
void sg_statistics_fini(struct sg_statistics *statistics);

/* How many numbers of one kind there are. */
size_t sg_statistics_count(const struct sg_statistics *statistics, const char *kind);
/*
 * How many numbers one side lacks, or that are further apart than 1e-6 of what C has; the first
 * are told. For z, score and surprise, which are differences or logarithms of such numbers: 1e-6 of
 * what C has or of 1, whichever is more. Sorts both.
 */
size_t sg_statistics_differ(struct sg_statistics *want, struct sg_statistics *have, FILE *out);

#endif
