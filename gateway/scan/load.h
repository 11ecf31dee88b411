/* SPDX-License-Identifier: Apache-2.0 */
/*
 * load.h - a ruleset that has proved itself: compiled, then every example in its packs run.
 */
#ifndef SG_SCAN_LOAD_H
#define SG_SCAN_LOAD_H

#include <stddef.h>
#include <scrubgate/ruleset.h>
#include <scrubgate/status.h>

#include "rule/ruleset.h"

/* One example's outcome, told by sg_load_test. */
struct sg_example_result {
    const struct sg_rule *rule;
    const struct sg_example *example;
    bool passed;
    char why[160]; /* what was found instead; spans only, no text */
};

/*
 * Runs every example of the set: alone on its rule's own terms (its level, whole and at every
 * split point). told (may be NULL) hears each result. Returns OK when it ran, with the number of
 * failed ones (TODO examples do not count) in *failed.
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_load_test(
    const struct scrubgate_ruleset *set,
    void (*told)(void *ctx, const struct sg_example_result *result), void *ctx, size_t *failed);

#endif
