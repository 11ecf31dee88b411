/* SPDX-License-Identifier: Apache-2.0 */
/*
 * context.c - does a match count, seen from what it is and what stands beside it?
 *
 *     pattern matched -> [checks > keywords > unless > near > level] -> finding
 *
 * Cheapest first; only near may have to wait for text that follows.
 */
#include "scan/context.h"

static bool is_continuation(uint8_t c)
{
    return (c & 0xC0) == 0x80;
}

/* Patterns are matched byte by byte: a span is widened so that no code point is cut. False when
 * the end is not known yet. */
static bool widen(const struct sg_window *window, struct sg_span *span)
{
    const uint8_t *data = window->text.data;
    size_t start = span->start;
    while (start > 0 && span->start - start < 3 && is_continuation(data[start]))
        start--;
    if (data[start] >= 0xC0)
        span->start = start;
    if (data[span->end - 1] < 0x80)
        return true;
    unsigned more = 0;
    for (; more < 3 && span->end < window->text.len && is_continuation(data[span->end]); more++)
        span->end++;
    return more == 3 || span->end < window->text.len || window->last;
}

/* Whether pattern is found within text[from, to), which ends the search's world. */
static enum scrubgate_status stands_in(const struct sg_pattern *pattern, struct sg_matcher *matcher,
                                       struct sg_bytes text, size_t from, size_t to, bool *found)
{
    struct sg_bytes part = {text.data, to};
    struct sg_span span;
    enum sg_match match = SG_MATCH_NONE;
    enum scrubgate_status rc = sg_pattern_search(pattern, matcher, part, from, true, &match, &span);
    *found = match == SG_MATCH_FOUND;
    return rc;
}

static size_t back_from(size_t place, size_t distance)
{
    return place > distance ? place - distance : 0;
}

static enum scrubgate_status judge_near(const struct sg_near *near, struct sg_matcher *matcher,
                                        const struct sg_window *window, struct sg_span hit,
                                        bool *found, bool *decided)
{
    struct sg_bytes text = window->text;
    *decided = true;
    enum scrubgate_status rc =
        stands_in(near->words, matcher, text, back_from(hit.start, near->before), hit.start, found);
    if (rc < 0 || *found || near->after == 0)
        return rc;
    size_t reach = text.len - hit.end;
    if (reach < near->after && !window->last) {
        *decided = false;
        return SCRUBGATE_OK;
    }
    size_t to = hit.end + (reach < near->after ? reach : near->after);
    return stands_in(near->words, matcher, text, hit.end, to, found);
}

static const struct sg_check *first_broken(const struct sg_rule *rule, struct sg_bytes match)
{
    for (size_t i = 0; i < rule->n_checks; i++) {
        if (!sg_check_holds(rule->checks[i], match))
            return rule->checks[i];
    }
    return NULL;
}

static enum scrubgate_status reject(struct sg_context_result *result, enum sg_context_reason reason)
{
    result->verdict = SG_CONTEXT_REJECT;
    result->reason = reason;
    return SCRUBGATE_OK;
}

enum scrubgate_status sg_context_judge(const struct sg_rule *rule, unsigned level,
                                       struct sg_matcher *matcher, const struct sg_window *window,
                                       struct sg_span hit, struct sg_finding *finding,
                                       struct sg_context_result *result)
{
    struct sg_bytes text = window->text;
    struct sg_bytes match = {text.data + hit.start, hit.end - hit.start};
    enum scrubgate_status rc = SCRUBGATE_OK;
    bool found = false, decided = true, contextual = false;

    *result = (struct sg_context_result){.verdict = SG_CONTEXT_ACCEPT, .level = rule->level};
    result->check = first_broken(rule, match);
    if (result->check != NULL)
        return reject(result, SG_BECAUSE_CHECK);
    if (rule->keywords != NULL) {
        rc = stands_in(rule->keywords, matcher, text, back_from(hit.start, SG_KEYWORD_REACH),
                       hit.end, &found);
        if (rc < 0 || !found)
            return rc < 0 ? rc : reject(result, SG_BECAUSE_KEYWORD);
    }
    if (rule->unless != NULL) {
        size_t reach = sg_pattern_extent(rule->unless)->max;
        rc = stands_in(rule->unless, matcher, text, back_from(hit.start, reach), hit.start, &found);
        if (rc < 0 || found)
            return rc < 0 ? rc : reject(result, SG_BECAUSE_UNLESS);
    }
    if (rule->near.words != NULL) {
        rc = judge_near(&rule->near, matcher, window, hit, &contextual, &decided);
        if (rc < 0)
            return rc;
        if (decided && !contextual) {
            if (!rule->near.raise_level)
                return reject(result, SG_BECAUSE_NEAR);
            result->level++;
        }
    }
    if (decided && result->level > level)
        return reject(result, SG_BECAUSE_LEVEL);
    if (!decided || !widen(window, &hit)) {
        result->verdict = SG_CONTEXT_UNDECIDED;
        return SCRUBGATE_OK;
    }
    *finding = (struct sg_finding){
        .rule = rule,
        .start = window->base + hit.start,
        .end = window->base + hit.end,
        .level = result->level,
        .contextual = contextual,
    };
    return SCRUBGATE_OK;
}
