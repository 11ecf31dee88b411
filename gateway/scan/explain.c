/* SPDX-License-Identifier: Apache-2.0 */
/*
 * explain.c - why each place where a pattern matched counts or does not.
 */
#include "scan/explain.h"

#include <stdlib.h>

#include "scan/scratch.h"
#include "scan/where.h"

/* What was told of one rule in the text, so that the view does not tell it again. */
struct past {
    struct sg_span span;
    bool accepted;
};

struct explaining {
    unsigned level;
    struct sg_matcher *matcher;
    const struct sg_rule *rule;
    const struct sg_fold *view; /* while it is looked at; NULL: the text is */
    struct past *past;
    size_t n, cap;
    void (*told)(void *ctx, const struct sg_explanation *explanation);
    void *ctx;
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
    struct past past = {one->span, one->result.verdict == SG_CONTEXT_ACCEPT};
    enum scrubgate_status rc = SCRUBGATE_OK;
    if (run->view == NULL) {
        rc = remember(run, &past);
    } else {
        uint64_t start, end;
        sg_fold_back(run->view, one->span.start, one->span.end, &start, &end);
        one->span = past.span = (struct sg_span){(size_t)start, (size_t)end};
        if (is_past(run, &past))
            return SCRUBGATE_OK;
    }
    if (rc >= 0)
        run->told(run->ctx, one);
    return rc;
}

static enum scrubgate_status explain_matches(struct explaining *run, struct sg_bytes text)
{
    const struct sg_window window = {.text = text, .last = true};
    size_t from = 0;
    while (from < text.len) {
        struct sg_explanation one = {.rule = run->rule, .folded = run->view != NULL};
        enum sg_match match;
        struct sg_finding finding = {0};
        enum scrubgate_status rc = sg_pattern_search(run->rule->pattern, run->matcher, text, from,
                                                     true, &match, &one.span);
        if (rc < 0 || match != SG_MATCH_FOUND)
            return rc;
        rc = sg_context_judge(run->rule, run->level, run->matcher, &window, one.span, &finding,
                              &one.result);
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

enum scrubgate_status sg_explain(const struct scrubgate_ruleset *set,
                                 struct scrubgate_scratch *scratch,
                                 const struct sg_scan_config *config, struct sg_bytes text,
                                 const struct sg_fold *view,
                                 void (*told)(void *ctx, const struct sg_explanation *explanation),
                                 void *ctx, const struct sg_rule **culprit)
{
    struct explaining run = {
        .level = config->level, .matcher = scratch->matcher, .told = told, .ctx = ctx};
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (size_t i = 0; rc >= 0 && i < set->n_rules; i++) {
        run.rule = *culprit = set->rules[i];
        if (!sg_rule_runs_in(run.rule, config->direction, config->channel))
            continue;
        run.n = 0;
        run.view = NULL;
        rc = explain_matches(&run, text);
        run.view = view;
        if (rc >= 0 && view != NULL)
            rc = explain_matches(&run, sg_buf_bytes(&view->view));
    }
    if (rc >= 0)
        *culprit = NULL;
    free(run.past);
    return rc;
}
