/* SPDX-License-Identifier: Apache-2.0 */
/*
 * costly.h - rules one of which the matcher gives up on: no pack gets such a pattern past the lint.
 */
#ifndef SG_TESTS_COSTLY_H
#define SG_TESTS_COSTLY_H

#include "rule/pattern.h"
#include "rule/ruleset.h"

/* What toy.costly cannot be matched in, for the reference engine. */
#define SG_COSTLY_TEXT "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaacb"

struct sg_costly {
    struct scrubgate_ruleset *set;
    const struct sg_rule *rule;      /* toy.costly */
    struct sg_pattern *own, *costly; /* of the rule: as it was loaded, as it is */
};

void sg_costly_make(struct sg_costly *costly);
void sg_costly_fini(struct sg_costly *costly);

#endif
