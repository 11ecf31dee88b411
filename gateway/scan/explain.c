/* SPDX-License-Identifier: Apache-2.0 */
/*
 * explain.c - why each place where a pattern matched counts or does not.
 */
#include "scan/explain.h"

#include "scan/scratch.h"
#include "scan/where.h"

static enum scrubgate_status explain_rule(const struct sg_rule *rule, unsigned level,
                                          struct sg_matcher *matcher, struct sg_bytes text,
                                          void (*told)(void *, const struct sg_explanation *),
                                          void *ctx)
{
    const struct sg_window window = {.text = text, .last = true};
    size_t from = 0;
    while (from < text.len) {
        struct sg_explanation one = {.rule = rule};
        enum sg_match match;
        struct sg_finding finding = {0};
        enum scrubgate_status rc =
            sg_pattern_search(rule->pattern, matcher, text, from, true, &match, &one.span);
        if (rc < 0 || match != SG_MATCH_FOUND)
            return rc;
        rc = sg_context_judge(rule, level, matcher, &window, one.span, &finding, &one.result);
        if (rc < 0)
            return rc;
        bool accepted = one.result.verdict == SG_CONTEXT_ACCEPT;
        from = accepted ? one.span.end : one.span.start + 1;
        one.contextual = accepted && finding.contextual;
        if (accepted)
            one.span = (struct sg_span){(size_t)finding.start, (size_t)finding.end};
        told(ctx, &one);
    }
    return SCRUBGATE_OK;
}

enum scrubgate_status sg_explain(const struct scrubgate_ruleset *set,
                                 struct scrubgate_scratch *scratch,
                                 const struct sg_scan_config *config, struct sg_bytes text,
                                 void (*told)(void *ctx, const struct sg_explanation *explanation),
                                 void *ctx, const struct sg_rule **culprit)
{
    for (size_t i = 0; i < set->n_rules; i++) {
        const struct sg_rule *rule = set->rules[i];
        *culprit = rule;
        if (!sg_rule_runs_in(rule, config->direction, config->channel))
            continue;
        enum scrubgate_status rc =
            explain_rule(rule, config->level, scratch->matcher, text, told, ctx);
        if (rc < 0)
            return rc;
    }
    *culprit = NULL;
    return SCRUBGATE_OK;
}
