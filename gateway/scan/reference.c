/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reference.c - the plain engine: every rule over the text, one after another.
 *
 *     window -> [every rule: search, judge, repeat] -> findings, frontier
 *
 * Streaming is exact because a search with more text to come uses PCRE2's hard partial matching: a
 * match or its absence then never depended on bytes that have not come, and a start that could
 * still match is reported as partial, with no start before it open.
 */
#include "scan/engine.h"

#include "scan/context.h"

/* Moves one rule as far as the window decides. */
static enum scrubgate_status advance_rule(struct sg_engine_run *run, const struct sg_rule *rule,
                                          uint64_t *next, const struct sg_window *window)
{
    uint64_t end = window->base + window->text.len;
    while (*next <= end) {
        struct sg_span hit;
        enum sg_match match;
        size_t from = (size_t)(*next - window->base);
        enum scrubgate_status rc = sg_pattern_search(rule->pattern, run->matcher, window->text,
                                                     from, window->last, &match, &hit);
        if (rc < 0)
            return rc;
        if (match == SG_MATCH_NONE) {
            *next = end;
            return SCRUBGATE_OK;
        }
        *next = window->base + hit.start;
        if (match == SG_MATCH_PARTIAL)
            return SCRUBGATE_OK;

        struct sg_finding finding;
        struct sg_context_result result;
        rc = sg_context_judge(rule, run->level, run->matcher, window, hit, &finding, &result);
        if (rc < 0 || result.verdict == SG_CONTEXT_UNDECIDED)
            return rc;
        if (result.verdict == SG_CONTEXT_REJECT) {
            ++*next;
            continue;
        }
        *next = window->base + hit.end;
        rc = run->found(run->ctx, &finding, window);
        if (rc < 0)
            return rc;
    }
    return SCRUBGATE_OK;
}

static enum scrubgate_status advance(struct sg_engine_run *run, const struct sg_window *window,
                                     uint64_t *frontier)
{
    uint64_t lowest = window->base + window->text.len;
    sg_progress_track(&run->progress);
    for (size_t i = 0; i < run->active->n; i++) {
        const struct sg_rule *rule = run->active->rules[i];
        uint64_t *next = &run->progress.next[rule->index];
        enum scrubgate_status rc = advance_rule(run, rule, next, window);
        if (rc < 0) {
            run->culprit = rule;
            return rc;
        }
        if (*next < lowest)
            lowest = *next;
    }
    *frontier = window->last ? window->base + window->text.len : lowest;
    return SCRUBGATE_OK;
}

const struct sg_engine sg_engine_reference = {"reference", advance};
