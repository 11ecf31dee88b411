/* SPDX-License-Identifier: Apache-2.0 */
/*
 * explain.c - why each place where a pattern matched counts or does not.
 *
 *     text -> [lanes: its views] -> [every rule: every match in each of them, judged] -> told
 */
#include "scan/explain.h"

#include <stdlib.h>

#include "scan/lanes.h"
#include "scan/scratch.h"
#include "scan/where.h"

/* What was told of one rule, so that a view does not tell it again. */
struct past {
    struct sg_span span;
    bool accepted;
};

struct explaining {
    const struct scrubgate_ruleset *set;
    const struct sg_scan_config *config;
    struct sg_matcher *matcher;
    const struct sg_explain_to *to;
    struct sg_lanes lanes;
    const struct sg_rule *rule;
    unsigned depth, view; /* of the lane that is looked at; its number among the views told */
    struct past *past;
    size_t n, cap;
    struct sg_reading_text read;
};

static bool is_past(const struct explaining *run, const struct past *one)
{
    for (size_t i = 0; i < run->n; i++)
        if (run->past[i].span.start == one->span.start && run->past[i].span.end == one->span.end &&
            run->past[i].accepted == one->accepted)
            return true;
    return false;
}

static enum scrubgate_status remember(struct explaining *run, const struct past *one)
{
    if (run->n == run->cap) {
        size_t cap = run->cap == 0 ? 16 : run->cap * 2;
        struct past *past = realloc(run->past, cap * sizeof *past);
        if (past == NULL)
            return SCRUBGATE_ENOMEM;
        run->past = past;
        run->cap = cap;
    }
    run->past[run->n++] = *one;
    return SCRUBGATE_OK;
}

/* Tells one match, whose span is that in the text or view at hand. */
static enum scrubgate_status tell(struct explaining *run, struct sg_explanation *one)
{
    uint64_t start = one->span.start, end = one->span.end;
    bool reads = false;
    enum scrubgate_status rc = SCRUBGATE_OK;
    sg_lanes_back(&run->lanes, run->depth, &start, &end);
    one->span = (struct sg_span){(size_t)start, (size_t)end};
    struct past past = {one->span, one->result.verdict == SG_CONTEXT_ACCEPT};
    if (is_past(run, &past))
        return SCRUBGATE_OK;
    if (run->rule->fold != NULL && past.accepted)
        rc = sg_reading_read(run->rule->fold, one->seen, &run->read, &reads);
    one->read = reads ? sg_buf_bytes(&run->read.view) : one->seen;
    if (rc >= 0)
        rc = remember(run, &past);
    if (rc >= 0)
        run->to->match(run->to->ctx, one);
    return rc;
}

/* Every match of the rule in a text or view. */
static enum scrubgate_status explain_matches(struct explaining *run, struct sg_bytes text)
{
    const struct sg_window window = {.text = text, .last = true};
    size_t from = 0;
    while (from < text.len) {
        struct sg_explanation one = {.rule = run->rule, .view = run->view};
        enum sg_match match;
        struct sg_finding finding = {0};
        enum scrubgate_status rc = sg_pattern_search(run->rule->pattern, run->matcher, text, from,
                                                     true, &match, &one.span);
        if (rc < 0 || match != SG_MATCH_FOUND)
            return rc;
        rc = sg_context_judge(run->rule, run->config->level, run->matcher, &window, one.span,
                              &finding, &one.result);
        if (rc < 0)
            return rc;
        bool accepted = one.result.verdict == SG_CONTEXT_ACCEPT;
        from = accepted ? one.span.end : one.span.start + 1;
        one.contextual = accepted && finding.contextual;
        if (accepted)
            one.span = (struct sg_span){(size_t)finding.start, (size_t)finding.end};
        one.seen = (struct sg_bytes){text.data + one.span.start, one.span.end - one.span.start};
        rc = tell(run, &one);
        if (rc < 0)
            return rc;
    }
    return SCRUBGATE_OK;
}

static enum scrubgate_status explain_rule(struct explaining *run, struct sg_bytes text)
{
    struct sg_bytes view;
    enum scrubgate_status rc = SCRUBGATE_OK;
    run->n = 0;
    run->depth = run->view = 0;
    if (!sg_rule_runs_in(run->rule, run->config->direction, run->config->channel))
        return rc;
    rc = explain_matches(run, text);
    for (unsigned depth = 1; depth < SG_LANES && rc >= 0; depth++) {
        if (!sg_lanes_view(&run->lanes, depth, &view))
            continue;
        run->depth = depth;
        run->view++;
        rc = explain_matches(run, view);
    }
    return rc;
}

static enum scrubgate_status ignore(void *ctx, const struct sg_finding *finding,
                                    struct sg_bytes value)
{
    (void)ctx;
    (void)finding;
    (void)value;
    return SCRUBGATE_OK;
}

/* Scans the text for the sake of its views, and tells them. */
static enum scrubgate_status make_views(struct explaining *run, struct scrubgate_scratch *scratch,
                                        struct sg_bytes text)
{
    const struct sg_lanes_setup setup = {
        .set = run->set,
        .engine = &sg_engine_reference,
        .kernel = run->set->kernel,
        .matcher = run->matcher,
        .sweep = scratch->sweep,
        .level = run->config->level,
        .found = ignore,
    };
    const struct sg_window window = {.text = text, .last = true};
    const struct scrubgate_ruleset *folds = run->set->folds;
    struct sg_actives rules = {.placed = false}, fold_rules = {.placed = false};
    struct sg_bytes view;
    enum scrubgate_status rc = sg_actives_choose(&rules, run->set, run->config);
    if (rc >= 0 && folds != NULL)
        rc = sg_actives_choose(&fold_rules, folds, run->config);
    if (rc >= 0)
        rc = sg_lanes_set(&run->lanes, &setup);
    if (rc >= 0) {
        sg_lanes_begin(&run->lanes, &rules.message, folds == NULL ? NULL : &fold_rules.message);
        rc = sg_lanes_advance(&run->lanes, &window);
    }
    for (unsigned depth = 1; depth < SG_LANES && rc >= 0; depth++) {
        if (sg_lanes_view(&run->lanes, depth, &view))
            run->to->view(run->to->ctx, view);
    }
    sg_actives_fini(&rules);
    sg_actives_fini(&fold_rules);
    return rc;
}

enum scrubgate_status sg_explain(const struct scrubgate_ruleset *set,
                                 struct scrubgate_scratch *scratch,
                                 const struct sg_scan_config *config, struct sg_bytes text,
                                 const struct sg_explain_to *to, const struct sg_rule **culprit)
{
    struct explaining run = {.set = set, .config = config, .matcher = scratch->matcher, .to = to};
    enum scrubgate_status rc = make_views(&run, scratch, text);
    *culprit = run.lanes.culprit;
    for (size_t i = 0; rc >= 0 && i < scrubgate_ruleset_count(set); i++) {
        run.rule = *culprit = sg_ruleset_at(set, i);
        rc = explain_rule(&run, text);
    }
    if (rc >= 0)
        *culprit = NULL;
    sg_reading_text_fini(&run.read);
    sg_lanes_fini(&run.lanes);
    free(run.past);
    return rc;
}
