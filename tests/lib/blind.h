/* SPDX-License-Identifier: Apache-2.0 */
/*
 * blind.h - rules for which the fast engine sees nothing: only the reference engine finds.
 */
#ifndef SG_TESTS_BLIND_H
#define SG_TESTS_BLIND_H

#include "rule/ruleset.h"

/* Empties the tables of the set's sieve, as a fault of ours in all of them would. */
void sg_blind(struct scrubgate_ruleset *set);

#endif
