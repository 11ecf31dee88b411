/* SPDX-License-Identifier: Apache-2.0 */
/*
 * leads.c - the engine for a value that is wholly at hand: look only where a rule's lead allows.
 *
 *     value -> [one pass: where does each class of bytes stand?] -> [each rule: search around its
 *     lead's places, judge] -> findings
 *
 * Most rules cannot do without a rare byte, such as @ or a digit, at a known distance from where a
 * match starts (rule/leads.h). What they find is what the reference engine finds.
 */
#include "scan/engine.h"

#include <assert.h>

#include "scan/context.h"
#include "scan/places.h"

/* Starts that no place allows are tried all the same when they are so few between others: that
 * costs less than to begin one more search behind them. */
enum { BRIDGED = 8 };

/* Where the lead lets matches start: from the start that the first place at or after `from` allows
 * to the last start that can be reached without a wide gap. False when there is none. */
static bool led_starts(const struct sg_places *places, const struct sg_rule *rule,
                       const struct sg_needs *needs, size_t from, struct sg_span *starts)
{
    struct sg_span run;
    if (!sg_places_next(places, rule->lead, from + needs->any_min, &run))
        return false;
    size_t first = run.start > needs->any_max ? run.start - needs->any_max : 0;
    starts->start = first > from ? first : from;
    do {
        starts->end = run.end - 1 - needs->any_min;
    } while (sg_places_next(places, rule->lead, run.end, &run) &&
             run.start <= starts->end + 1 + BRIDGED + needs->any_max);
    return true;
}

/* The same without the starts at both ends that no match fits behind: too few digits stand there.
 * A price or a year is so told from a card, and no search begins at it. */
static bool next_starts(const struct sg_places *places, const struct sg_rule *rule, size_t from,
                        struct sg_span *starts)
{
    const struct sg_needs *needs = sg_pattern_needs(rule->pattern);
    const size_t longest = sg_pattern_extent(rule->pattern)->max;
    while (led_starts(places, rule, needs, from, starts)) {
        from = starts->end + 1;
        if (sg_places_digits(places, starts->start, from - starts->start + longest) < needs->digits)
            continue;
        while (starts->start < from &&
               sg_places_digits(places, starts->start, longest) < needs->digits)
            starts->start++;
        if (starts->start == from)
            continue;
        while (sg_places_digits(places, starts->end, longest) < needs->digits)
            starts->end--;
        return true;
    }
    return false;
}

/* The leftmost match at or after from. */
static enum scrubgate_status search(const struct sg_places *places, const struct sg_rule *rule,
                                    struct sg_matcher *matcher, struct sg_bytes text, size_t from,
                                    enum sg_match *match, struct sg_span *hit)
{
    struct sg_span starts;
    *match = SG_MATCH_NONE;
    if (rule->lead == SG_LEAD_NONE)
        return sg_pattern_search(rule->pattern, matcher, text, from, true, match, hit);
    while (from <= text.len && next_starts(places, rule, from, &starts)) {
        enum scrubgate_status rc = sg_pattern_search_within(rule->pattern, matcher, text,
                                                            starts.start, starts.end, match, hit);
        if (rc < 0 || *match == SG_MATCH_FOUND)
            return rc;
        from = starts.end + 1;
    }
    return SCRUBGATE_OK;
}

static enum scrubgate_status run_rule(struct sg_engine_run *run, const struct sg_rule *rule,
                                      const struct sg_window *window)
{
    size_t from = 0;
    while (from <= window->text.len) {
        struct sg_span hit;
        enum sg_match match;
        struct sg_finding finding;
        struct sg_context_result result;
        enum scrubgate_status rc =
            search(run->places, rule, run->matcher, window->text, from, &match, &hit);
        if (rc < 0 || match == SG_MATCH_NONE)
            return rc;
        rc = sg_context_judge(rule, run->level, run->matcher, window, hit, &finding, &result);
        if (rc < 0)
            return rc;
        from = hit.start + 1;
        if (result.verdict != SG_CONTEXT_ACCEPT)
            continue;
        from = hit.end;
        rc = run->found(run->ctx, &finding, window);
        if (rc < 0)
            return rc;
    }
    return SCRUBGATE_OK;
}

static enum scrubgate_status advance(struct sg_engine_run *run, const struct sg_window *window,
                                     uint64_t *frontier)
{
    assert(window->base == 0 && window->last && window->text.len <= SG_PLACES_TEXT);
    if (run->n_rules > 0)
        sg_places_take(run->places, run->leads, window->text);
    for (size_t i = 0; i < run->n_rules; i++) {
        enum scrubgate_status rc = run_rule(run, run->rules[i].rule, window);
        if (rc < 0) {
            run->culprit = run->rules[i].rule;
            return rc;
        }
    }
    *frontier = window->text.len;
    return SCRUBGATE_OK;
}

const struct sg_engine sg_engine_leads = {"leads", advance};
