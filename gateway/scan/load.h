/* SPDX-License-Identifier: Apache-2.0 */
/*
 * load.h - a ruleset that has proved itself: compiled, then every example in its packs run.
 */
#ifndef SG_SCAN_LOAD_H
#define SG_SCAN_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <scrubgate/ruleset.h>
#include <scrubgate/status.h>

#include "rule/ruleset.h"

struct sg_kernel; /* scan/kernel.h */

/* The kernel that SCRUBGATE_KERNEL names, or the fastest. EINVAL: the variable is at fault. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_load_kernel(const struct sg_kernel **kernel,
                                                        struct scrubgate_fault *fault);

/* scrubgate_ruleset_load without the packs' own tests: these are for the caller. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_load_compile(struct scrubgate_ruleset **set,
                                                         const char *const *paths, size_t n,
                                                         struct scrubgate_fault *fault);

/* One example's outcome, told by sg_load_test. */
struct sg_example_result {
    const struct sg_rule *rule;
    const struct sg_example *example;
    bool passed;
    char why[160]; /* what was found instead; spans only, no text */
};

/*
 * Runs every example of the set, each with its own rule alone, at that rule's level, wherever
 * `where` would have it run: whole, byte by byte, and with every_split cut in two at every place.
 * told (may be NULL) hears each result. Returns OK when it ran, with the number of failed ones in
 * *failed (a TODO example never counts).
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_load_test(
    const struct scrubgate_ruleset *set, bool every_split,
    void (*told)(void *ctx, const struct sg_example_result *result), void *ctx, size_t *failed);

#endif
