/* SPDX-License-Identifier: Apache-2.0 */
/*
 * context.h - does a match count, seen from what it is and what stands beside it?
 */
#ifndef SG_SCAN_CONTEXT_H
#define SG_SCAN_CONTEXT_H

#include <scrubgate/status.h>

#include "scan/engine.h"

enum sg_context_verdict {
    SG_CONTEXT_ACCEPT,
    SG_CONTEXT_REJECT,
    SG_CONTEXT_UNDECIDED /* what decides has not come yet */
};

/* What decided, for explaining. */
enum sg_context_reason {
    SG_BECAUSE_ACCEPTED,
    SG_BECAUSE_CHECK,   /* a validator did not hold */
    SG_BECAUSE_KEYWORD, /* no keyword before or in it */
    SG_BECAUSE_UNLESS,  /* the text before it is what `unless` names */
    SG_BECAUSE_NEAR,    /* no near word, and else: drop */
    SG_BECAUSE_LEVEL    /* its level is above the one in use */
};

struct sg_context_result {
    enum sg_context_verdict verdict;
    enum sg_context_reason reason;
    const struct sg_check *check; /* CHECK: the one that did not hold */
    unsigned level;               /* LEVEL: the rule's, raised by near */
};

/*
 * Judges one match of finding->rule at [hit.start, hit.end) of the window: checks, keywords,
 * unless, near, level. On ACCEPT the finding's span (widened to whole code points), level and
 * contextual are set. EMATCH when a context pattern failed.
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_context_judge(
    const struct sg_rule *rule, unsigned level, struct sg_matcher *matcher,
    const struct sg_window *window, struct sg_span hit, struct sg_finding *finding,
    struct sg_context_result *result);

#endif
