/* SPDX-License-Identifier: Apache-2.0 */
/*
 * table.h - the table of goals: what was measured, what must be, what is aimed at, a verdict.
 */
#ifndef SG_BENCH_TABLE_H
#define SG_BENCH_TABLE_H

#include <stdbool.h>

/* What a measure should be. at_most: small is good. Both 0: told, not judged. */
struct goal {
    double must, aim;
    bool at_most;
};

void table_head(void);
/* unit stands behind the number: "x", " ms", "". why stands in brackets; "" for none. */
void table_row(const char *measure, double value, int decimals, const char *unit, struct goal goal,
               const char *why);
/* A measure that this machine, or this build, cannot give. */
void table_missing(const char *measure, struct goal goal, const char *why);

#endif
