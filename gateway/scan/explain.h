/* SPDX-License-Identifier: Apache-2.0 */
/*
 * explain.h - why each place where a pattern matched counts or does not.
 */
#ifndef SG_SCAN_EXPLAIN_H
#define SG_SCAN_EXPLAIN_H

#include <scrubgate/ruleset.h>
#include <scrubgate/status.h>

#include "base/bytes.h"
#include "scan/context.h"
#include "scan/fold.h"
#include "scan/scanner.h"

/* One match of one rule's pattern. */
struct sg_explanation {
    const struct sg_rule *rule;
    struct sg_span span;  /* of the text as it was given */
    bool folded;          /* matched in the view, and not the same in the text */
    struct sg_bytes seen; /* what the pattern matched; folded: the view's bytes */
    struct sg_context_result result;
    bool contextual; /* accepted with a near word beside it */
};

/*
 * Tells every match of every rule's pattern in a whole text, accepted or not, rule by rule, at that
 * level and in that direction; rules for other directions and channels are left out. view is the
 * text's folded view, or NULL when it is the same. The last EMATCH's rule is in *culprit.
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_explain(
    const struct scrubgate_ruleset *set, struct scrubgate_scratch *scratch,
    const struct sg_scan_config *config, struct sg_bytes text, const struct sg_fold *view,
    void (*told)(void *ctx, const struct sg_explanation *explanation), void *ctx,
    const struct sg_rule **culprit);

#endif
