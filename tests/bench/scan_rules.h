/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scan_rules.h - the rulesets that bench_scan measures with: 10, 40 and 200 rules.
 */
#ifndef SG_BENCH_SCAN_RULES_H
#define SG_BENCH_SCAN_RULES_H

#include <stddef.h>
#include <scrubgate/ruleset.h>

enum rules { RULES_10, RULES_40, RULES_200, RULES_SETS };
extern const char *const rules_names[RULES_SETS]; /* "10", "40", "200" */

/* 40: tests/bench/rules40. 10: ten of those. 200: those and tests/bench/rules200, seen from the
 * root of the source tree. Ends the program, saying why, when one does not load. */
struct scrubgate_ruleset *rules_load(enum rules which);
/* All packs built in, however many rules they have by now. */
struct scrubgate_ruleset *rules_load_builtin(void);
/* One pack, or a folder of them. */
struct scrubgate_ruleset *rules_load_path(const char *path);

#endif
