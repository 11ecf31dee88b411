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
#include "scan/scanner.h"

/* One match of one rule's pattern. */
struct sg_explanation {
    const struct sg_rule *rule;
    struct sg_span span;  /* of the text as it was given */
    unsigned view;        /* 0: matched in the text; else in the so-manieth view that was told */
    struct sg_bytes seen; /* what the pattern matched, in the text or that view */
    struct sg_bytes read; /* a fold rule: what is read there, unless it is what stands there */
    struct sg_context_result result;
    bool contextual; /* accepted with a near word beside it */
};

/* Who is told. */
struct sg_explain_to {
    /* A view of the text, before all matches: as a reader sees it, as it reads. */
    void (*view)(void *ctx, struct sg_bytes view);
    void (*match)(void *ctx, const struct sg_explanation *explanation);
    void *ctx;
};

/*
 * Tells the views of a whole text, and every match of every rule's pattern in the text and in them,
 * accepted or not, rule by rule, at that level and in that direction; rules for other directions
 * and channels are left out. What a view only repeats is not told again. The last EMATCH's rule is
 * in *culprit.
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_explain(const struct scrubgate_ruleset *set,
                                                    struct scrubgate_scratch *scratch,
                                                    const struct sg_scan_config *config,
                                                    struct sg_bytes text,
                                                    const struct sg_explain_to *to,
                                                    const struct sg_rule **culprit);

#endif
