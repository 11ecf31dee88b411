/* SPDX-License-Identifier: Apache-2.0 */
/*
 * selftest.h - does the engine look where its rules match? Asked of each ruleset before it is used.
 *
 *     a rule's tree -> [drawn texts], its own examples -> [pattern: the starts of its matches]
 *                   -> [tables and kernel: does a signature lead there?]
 *
 * A signature that misses a start would be a leak that nobody sees. It is asked of the very tables
 * and the kernel that will be used.
 */
#ifndef SG_SCAN_SELFTEST_H
#define SG_SCAN_SELFTEST_H

#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/buf.h"
#include "rule/pattern.h"
#include "rule/ruleset.h"
#include "rule/sieves.h"
#include "scan/kernel.h"

struct sg_selftest {
    const struct sg_sieves *sieves;
    const struct sg_kernel *kernel;
    struct sg_matcher *matcher;
    struct sg_buf padded, hits, text; /* working memory */
    size_t starts;                    /* of matches seen so far */
};

/* Borrows all three. */
void sg_selftest_init(struct sg_selftest *test, const struct sg_sieves *sieves,
                      const struct sg_kernel *kernel, struct sg_matcher *matcher);
void sg_selftest_fini(struct sg_selftest *test);

/*
 * Looks at every start in a whole value at which the rule's pattern, or a word of its gate,
 * matches. *missed is the first that no signature leads to, or SIZE_MAX. EMATCH when a pattern
 * gives up.
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_selftest_text(struct sg_selftest *test,
                                                          const struct sg_rule *rule,
                                                          struct sg_bytes text, size_t *missed);

/*
 * The same for texts of its own and the examples of each rule of a set. EINVAL: fault names the
 * rule that would miss some; but one that is `slow` is then tried everywhere.
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_selftest_run(struct scrubgate_ruleset *set,
                                                         const struct sg_kernel *kernel,
                                                         struct scrubgate_fault *fault);

#endif
