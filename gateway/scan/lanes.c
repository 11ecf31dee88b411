/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lanes.c - a text and its views, each scanned in a lane of its own.
 *
 *     window -> [up to where may a view differ?] -> [lane: engine] -> findings, led back to the
 * text
 *                        \-> [the view above: more of it] -> [its lane] -> ...
 *
 * What may turn out to differ waits, so that when a view parts from the text below it, both lanes
 * go on from the same place.
 */
#include "scan/lanes.h"

#include <stdlib.h>

/* --- findings ------------------------------------------------------------------------------ */

void sg_lanes_back(const struct sg_lanes *lanes, unsigned depth, uint64_t *start, uint64_t *end)
{
    for (; depth > 0; depth--) {
        if (lanes->lane[depth].apart)
            sg_fold_back(&lanes->lane[depth].fold, *start, *end, start, end);
    }
}

static enum scrubgate_status found(void *ctx, const struct sg_finding *finding,
                                   const struct sg_window *window)
{
    struct sg_lane *lane = ctx;
    struct sg_lanes *lanes = lane->lanes;
    struct sg_finding own = *finding;
    struct sg_bytes value = {window->text.data + (own.start - window->base),
                             (size_t)(own.end - own.start)};
    if (lanes->setup.checking)
        lanes->sums[0] += sg_finding_mix(finding, lane->depth);
    own.folded = lane->depth > 0;
    sg_lanes_back(lanes, lane->depth, &own.start, &own.end);
    return lanes->setup.found(lanes->setup.ctx, &own, value);
}

/* What the checked engine finds is only compared. */
static enum scrubgate_status found_too(void *ctx, const struct sg_finding *finding,
                                       const struct sg_window *window)
{
    struct sg_lane *lane = ctx;
    (void)window;
    lane->lanes->sums[1] += sg_finding_mix(finding, lane->depth);
    return SCRUBGATE_OK;
}

static enum scrubgate_status looked_too(void *ctx, const struct sg_finding *finding,
                                        const struct sg_window *window)
{
    struct sg_lane *lane = ctx;
    (void)window;
    lane->lanes->sums[1] += sg_finding_mix(finding, 0);
    return SCRUBGATE_OK;
}

/* --- memory -------------------------------------------------------------------------------- */

static size_t marks_of(size_t n_rules)
{
    return n_rules + (n_rules + 63) / 64;
}

/* The run of one engine with these rules; marks is where it keeps its progress. */
static struct sg_engine_run run_of(const struct sg_lanes *lanes,
                                   const struct scrubgate_ruleset *set, uint64_t *marks)
{
    const struct sg_lanes_setup *setup = &lanes->setup;
    return (struct sg_engine_run){
        .set = set,
        .level = setup->level,
        .matcher = setup->matcher,
        .kernel = setup->kernel,
        .sweep = setup->sweep,
        .progress = {.next = marks, .open = marks + set->n_rules, .n_rules = set->n_rules},
        .work = setup->work,
    };
}

static uint64_t *room_for(uint64_t **marks, size_t n_rules)
{
    if (*marks == NULL)
        *marks = malloc((2 * marks_of(n_rules) + 1) * sizeof **marks);
    return *marks;
}

/* The lane's runs over its text. Memory for it is made when it is needed first: most texts have one
 * lane. */
static enum scrubgate_status open_lane(struct sg_lane *lane, const struct sg_active *active)
{
    const struct scrubgate_ruleset *set = lane->lanes->setup.set;
    uint64_t *marks = room_for(&lane->marks, lane->lanes->n_rules);
    if (marks == NULL)
        return SCRUBGATE_ENOMEM;
    lane->run = run_of(lane->lanes, set, marks);
    lane->checked = run_of(lane->lanes, set, marks + marks_of(set->n_rules));
    lane->run.active = lane->checked.active = active;
    lane->run.ctx = lane->checked.ctx = lane;
    lane->run.found = found;
    lane->checked.found = found_too;
    lane->checked.work = NULL;
    lane->frontier = lane->end = 0;
    return SCRUBGATE_OK;
}

static enum scrubgate_status set_passages(struct sg_lane *lane)
{
    const struct scrubgate_ruleset *folds = lane->lanes->setup.set->folds;
    uint64_t *marks = room_for(&lane->looked_marks, lane->lanes->n_folds);
    if (marks == NULL)
        return SCRUBGATE_ENOMEM;
    lane->passages.run = run_of(lane->lanes, folds, marks);
    lane->looked = run_of(lane->lanes, folds, marks + marks_of(folds->n_rules));
    lane->looked.found = looked_too;
    lane->looked.ctx = lane;
    lane->looked.work = NULL;
    return SCRUBGATE_OK;
}

enum scrubgate_status sg_lanes_set(struct sg_lanes *lanes, const struct sg_lanes_setup *setup)
{
    const struct scrubgate_ruleset *folds = setup->set->folds;
    size_t n_folds = folds == NULL ? 0 : folds->n_rules;
    if (setup->set->n_rules > lanes->n_rules || n_folds > lanes->n_folds) {
        sg_lanes_fini(lanes);
        lanes->n_rules = setup->set->n_rules;
        lanes->n_folds = n_folds;
    }
    lanes->setup = *setup;
    if (lanes->setup.kernel == NULL) /* rules that were compiled, but not loaded */
        lanes->setup.kernel = sg_kernels[0];
    lanes->culprit = NULL;
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (unsigned depth = 0; depth < SG_LANES && rc >= 0; depth++) {
        lanes->lane[depth].lanes = lanes;
        lanes->lane[depth].depth = depth;
        if (depth >= SG_LANE_READ && folds != NULL)
            rc = set_passages(&lanes->lane[depth]);
    }
    return rc < 0 ? rc : open_lane(&lanes->lane[0], NULL);
}

void sg_lanes_clear(struct sg_lanes *lanes)
{
    for (unsigned depth = 1; depth < SG_LANES; depth++) {
        struct sg_lane *lane = &lanes->lane[depth];
        if (!lane->apart)
            continue; /* most texts have no view */
        lane->apart = false;
        sg_fold_fini(&lane->fold);
        sg_passages_clear(&lane->passages);
    }
}

void sg_lanes_fini(struct sg_lanes *lanes)
{
    for (unsigned depth = 0; depth < SG_LANES; depth++) {
        struct sg_lane *lane = &lanes->lane[depth];
        sg_fold_fini(&lane->fold);
        sg_passages_fini(&lane->passages);
        free(lane->marks);
        free(lane->looked_marks);
    }
    *lanes = (struct sg_lanes){.n_rules = 0};
}

void sg_lanes_begin(struct sg_lanes *lanes, const struct sg_active *rules,
                    const struct sg_active *folds)
{
    struct sg_lane *text = &lanes->lane[0];
    text->run.active = text->checked.active = rules;
    text->frontier = text->end = 0;
    sg_progress_begin(&text->run.progress);
    sg_progress_begin(&text->checked.progress);
    for (unsigned depth = 1; depth < SG_LANES; depth++) {
        struct sg_lane *lane = &lanes->lane[depth];
        if (lane->apart)
            sg_fold_clear(&lane->fold);
        lane->apart = false; /* of a value that was given up */
        lane->same_to = 0;
        lane->passages.run.active = NULL;
        if (depth < SG_LANE_READ || folds == NULL)
            continue;
        sg_passages_begin(&lane->passages, folds);
        lane->looked.active = folds;
        sg_progress_begin(&lane->looked.progress);
    }
    lanes->frontier = 0;
    lanes->culprit = NULL;
    lanes->check_ended = false;
    lanes->sums[0] = lanes->sums[1] = 0;
}

/* --- one lane ------------------------------------------------------------------------------ */

static enum scrubgate_status advance_lane(struct sg_lane *lane, struct sg_window window, size_t len,
                                          bool last)
{
    struct sg_lanes *lanes = lane->lanes;
    uint64_t frontier = 0, unused = 0;
    window.last = last;
    window.text.len = len;
    if (!last && window.base + len <= lane->end)
        return SCRUBGATE_OK;
    enum scrubgate_status rc = lanes->setup.engine->advance(&lane->run, &window, &frontier);
    if (rc < 0) {
        lanes->culprit = lane->run.culprit;
        return rc;
    }
    if (frontier > lane->frontier)
        lane->frontier = frontier;
    lane->end = window.base + len;
    /* The checked engine may give up where the other does not: that leaks nothing. */
    if (lanes->setup.checking && !lanes->check_ended)
        lanes->check_ended = sg_engine_sweep.advance(&lane->checked, &window, &unused) < 0;
    return rc;
}

/* --- views --------------------------------------------------------------------------------- */

static enum scrubgate_status find_passages(struct sg_lane *lane, const struct sg_window *window)
{
    struct sg_lanes *lanes = lane->lanes;
    uint64_t unused = 0;
    enum scrubgate_status rc = sg_passages_find(&lane->passages, lanes->setup.engine, window);
    if (rc < 0)
        lanes->culprit = lane->passages.run.culprit;
    else if (lanes->setup.checking && !lanes->check_ended)
        lanes->check_ended = sg_engine_sweep.advance(&lane->looked, window, &unused) < 0;
    return rc;
}

/* How far the window's text is surely the same in the view above it; *changed: and not beyond. */
static enum scrubgate_status compare(struct sg_lane *view, const struct sg_window *window,
                                     size_t *same, bool *changed)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    *changed = false;
    if (view->depth < SG_LANE_READ) {
        size_t from = (size_t)(view->same_to - window->base);
        *same = sg_fold_same(view->lanes->setup.kernel, window->text, from, window->last, changed);
    } else if (view->passages.run.active != NULL) {
        /* What a text that comes whole is spared costs one that streams nothing. */
        const struct sg_lanes *lanes = view->lanes;
        bool own = view->depth == SG_LANE_READ || lanes->lane[view->depth - 1].apart;
        view->passages.run.work = own ? lanes->setup.work : NULL;
        uint64_t first = view->passages.frontier;
        rc = find_passages(view, window);
        if (rc >= 0)
            rc = sg_passages_first(&view->passages, window, &first, changed);
        *same = (size_t)(first - window->base);
    }
    view->same_to = window->base + *same;
    return rc;
}

/* The view parts from the text of `below` behind what that has decided, and goes on from where it
 * is: it begins with the context of what is not decided. */
static enum scrubgate_status part(struct sg_lane *view, const struct sg_lane *below,
                                  const struct sg_window *window, size_t same)
{
    enum scrubgate_status rc = open_lane(view, below->run.active);
    if (rc < 0)
        return rc;
    sg_progress_copy(&view->run.progress, &below->run.progress);
    sg_progress_copy(&view->checked.progress, &below->checked.progress);
    view->frontier = below->frontier;
    view->end = below->end;
    view->apart = true;
    /* Views above this one may still want what the text's own lane has done with. */
    uint64_t decided = below->depth == 0 ? view->lanes->frontier : below->frontier;
    size_t start = sg_window_spent(view->lanes->setup.set, decided, window->base);
    return sg_fold_begin(&view->fold, window->base + start,
                         (struct sg_bytes){window->text.data + start, same - start});
}

/* More of the text below goes into the view. */
static enum scrubgate_status extend(struct sg_lane *view, const struct sg_window *window,
                                    bool looked)
{
    struct sg_fold *fold = &view->fold;
    if (view->depth < SG_LANE_READ) {
        size_t from = (size_t)(fold->raw_end - window->base);
        struct sg_bytes more = {window->text.data + from, window->text.len - from};
        return sg_fold_add(fold, more, window->last);
    }
    enum scrubgate_status rc = looked ? SCRUBGATE_OK : find_passages(view, window);
    return rc < 0 ? rc : sg_passages_view(&view->passages, window, fold);
}

/* What the view no longer needs goes: all before the place, but for the context. */
static void drop_before(struct sg_lane *view, uint64_t place)
{
    struct sg_fold *fold = &view->fold;
    size_t gone = sg_window_spent(view->lanes->setup.set, place, fold->view_base);
    if (gone > fold->view.len / 2)
        sg_fold_drop(fold, fold->view_base + gone);
}

/*
 * Advances the lane over its text, and the views above it. *needed: the place in the lane's text
 * that all of them are decided up to.
 */
static enum scrubgate_status advance_from(struct sg_lanes *lanes, unsigned depth,
                                          const struct sg_window *window, uint64_t *needed)
{
    struct sg_lane *lane = &lanes->lane[depth], *view = NULL;
    struct sg_window known = *window; /* what the view above may be made of */
    size_t same = window->text.len;
    bool parted = false;
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (unsigned above = depth + 1; above < SG_LANES && view == NULL && rc >= 0; above++) {
        bool changed = false;
        if (lanes->lane[above].apart) {
            view = &lanes->lane[above];
            break;
        }
        /* The view before had the same text, and there was no passage in it. */
        if (above > SG_LANE_READ && above > depth + 1 && known.last)
            break;
        rc = compare(&lanes->lane[above], &known, &same, &changed);
        if (rc >= 0 && changed) {
            view = &lanes->lane[above];
            parted = true;
            rc = part(view, lane, &known, same);
        } else if (same < known.text.len) {
            known.text.len = same;
            known.last = false;
        }
    }
    if (rc >= 0)
        rc = advance_lane(lane, *window, known.text.len, known.last);
    *needed = lane->frontier;
    if (rc < 0 || view == NULL)
        return rc;
    rc = extend(view, &known, parted);
    if (rc < 0)
        return rc;
    struct sg_window read = {
        .text = sg_buf_bytes(&view->fold.view), .base = view->fold.view_base, .last = known.last};
    uint64_t place = 0;
    rc = advance_from(lanes, view->depth, &read, &place);
    if (rc < 0 || read.last)
        return rc;
    uint64_t below = sg_fold_place(&view->fold, place);
    *needed = below < *needed ? below : *needed;
    drop_before(view, place);
    return rc;
}

/* A frontier never parts a code point: a match is widened to whole ones, so one that starts at the
 * frontier may reach back to where its code point begins. */
static uint64_t at_code_point(const struct sg_window *window, uint64_t frontier)
{
    size_t place = (size_t)(frontier - window->base);
    if (place == window->text.len && window->last)
        return frontier;
    const uint8_t *data = window->text.data;
    if (place == window->text.len) {
        /* What follows is not known: go back to the start of the last code point unless ASCII. */
        if (place == 0 || data[place - 1] < 0x80)
            return frontier;
        place--;
    }
    for (unsigned steps = 0; steps < 3 && place > 0 && (data[place] & 0xC0) == 0x80; steps++)
        place--;
    return window->base + place;
}

enum scrubgate_status sg_lanes_advance(struct sg_lanes *lanes, const struct sg_window *window)
{
    uint64_t decided = 0;
    enum scrubgate_status rc = advance_from(lanes, 0, window, &decided);
    if (rc < 0)
        return rc;
    if (window->last)
        decided = window->base + window->text.len;
    decided = at_code_point(window, decided);
    if (decided > lanes->frontier)
        lanes->frontier = decided;
    return rc;
}

bool sg_lanes_view(const struct sg_lanes *lanes, unsigned depth, struct sg_bytes *view)
{
    const struct sg_lane *lane = &lanes->lane[depth];
    *view = sg_buf_bytes(&lane->fold.view);
    return lane->apart;
}

bool sg_lanes_agree(const struct sg_lanes *lanes)
{
    uint64_t sum = lanes->sums[0];
    for (unsigned depth = SG_LANE_READ; depth < SG_LANES; depth++)
        sum += lanes->lane[depth].passages.sum;
    return !lanes->setup.checking || lanes->check_ended || sum == lanes->sums[1];
}
