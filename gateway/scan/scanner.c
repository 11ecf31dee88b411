/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scanner.c - one text value in, in pieces; clear bytes and edits out, in order.
 *
 *     body -> feed -> window -> [lane: the text] ----------> resolve -> keep and edit, to the body
 *                        \-> fold -> [lane: its view] -> back -/
 *
 * A value that comes whole is scanned where it lies; of one that comes in pieces only what is not
 * decided yet, and the context before it, is copied and held. The view has a lane of its own from
 * where it first differs from the text; what either finds is masked.
 */
#include "scan/scanner.h"

#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "scan/content.h"
#include "scan/engine.h"
#include "scan/fingerprint.h"
#include "scan/fold.h"
#include "scan/resolve.h"
#include "scan/scratch.h"

enum {
    STEP = 32 * 1024, /* text is taken in steps of so many bytes: bounds what is done in one go */
    WORK_FIRST = 4 * 1000 * 1000, /* units of the match limit: what any message may cost ... */
    WORK_EACH = 2000,             /* ... and what each byte of it adds */
    LOOKED_BACK = 64 /* findings among which the same value may have been found already */
};

/* A text that is scanned: the value, or its view. */
struct lane {
    struct sg_scanner *scanner;
    bool folded;
    struct sg_engine_run run;     /* of the engine that counts */
    struct sg_engine_run checked; /* of the one that is checked */
    uint64_t frontier;            /* of run, in the lane's own text */
    uint64_t end;                 /* of what the lane has seen */
};

struct sg_scanner {
    const struct scrubgate_ruleset *set;
    struct sg_scan_config config;
    const struct sg_engine *engine;
    const struct sg_kernel *kernel;
    struct sg_actives actives;
    struct lane text, view;
    bool folding;        /* the view differs from the text, from somewhere on */
    uint64_t same_to;    /* not folding: before it, they are surely the same */
    struct sg_fold fold; /* folding: the view */
    uint64_t work;       /* units that the message may still cost */
    uint64_t work_each;  /* what each byte adds to them */
    bool checking;       /* the sweep engine is checked by the reference engine */
    bool check_ended;    /* ... but gave up on this value */
    uint64_t sums[2];    /* checking: of what was found by the one that counts, by the checked */
    const struct sg_rule *culprit;
    struct sg_scan_sink sink;
    struct sg_resolver resolver;
    struct sg_content content;
    struct scrubgate_scratch *scratch;
    bool keyed;          /* fingerprints are taken */
    struct sg_buf held;  /* undecided bytes and the context before them */
    uint64_t held_base;  /* offset of held's first byte */
    uint64_t frontier;   /* decided up to here */
    enum sg_field field; /* of the value, until it has begun */
    struct sg_place place;
    bool begun;       /* the value has had a feed */
    size_t room;      /* of marks */
    uint64_t marks[]; /* the runs' next and open */
};

/* --- findings ------------------------------------------------------------------------------ */

/* The fingerprint of a finding of the same entity and bytes that still waits to be taken up: rules
 * often find a value together. 0: there is none. */
static uint64_t known_fingerprint(const struct sg_resolver *resolver,
                                  const struct sg_finding *finding)
{
    size_t last = resolver->n_pending > LOOKED_BACK ? resolver->n_pending - LOOKED_BACK : 0;
    for (size_t i = resolver->n_pending; i-- > last;) {
        const struct sg_finding *other = &resolver->pending[i];
        if (other->start == finding->start && other->end == finding->end &&
            strcmp(other->rule->entity, finding->rule->entity) == 0)
            return other->fingerprint;
    }
    return 0;
}

/* Whoever is told of a finding may want its fingerprint: taken here, the value is in hand. */
static enum scrubgate_status take_fingerprint(struct sg_scanner *scanner,
                                              struct sg_finding *finding, struct sg_bytes value)
{
    struct scrubgate_scratch *scratch = scanner->scratch;
    finding->fingerprint = known_fingerprint(&scanner->resolver, finding);
    if (finding->fingerprint != 0)
        return SCRUBGATE_OK;
    return sg_fingerprint_take(scratch->hmac, &scratch->normal, &scratch->spare,
                               finding->rule->entity, value, &finding->fingerprint);
}

/* Adds a finding to the sum of a set of findings, whatever the order they come in. */
static void sum_up(uint64_t *sum, const struct lane *lane, const struct sg_finding *finding)
{
    uint64_t mix = finding->start * UINT64_C(0x9E3779B97F4A7C15) + finding->end;
    mix = (mix ^ mix >> 29) * UINT64_C(0xBF58476D1CE4E5B9);
    mix += (uint64_t)finding->rule->index * 2 + (lane->folded ? 1 : 0);
    mix = (mix ^ mix >> 32) * UINT64_C(0x94D049BB133111EB);
    *sum += mix ^ mix >> 29;
}

static enum scrubgate_status found(void *ctx, const struct sg_finding *finding,
                                   const struct sg_window *window)
{
    struct lane *lane = ctx;
    struct sg_scanner *scanner = lane->scanner;
    struct sg_finding own = *finding;
    struct sg_bytes value = {window->text.data + (own.start - window->base),
                             (size_t)(own.end - own.start)};
    enum scrubgate_status rc = SCRUBGATE_OK;
    if (scanner->checking)
        sum_up(&scanner->sums[0], lane, finding);
    own.folded = lane->folded;
    if (own.folded)
        sg_fold_back(&scanner->fold, finding->start, finding->end, &own.start, &own.end);
    if (scanner->keyed)
        rc = take_fingerprint(scanner, &own, value);
    return rc < 0 ? rc : sg_resolver_add(&scanner->resolver, &own, value);
}

/* What the checked engine finds is only compared. */
static enum scrubgate_status found_too(void *ctx, const struct sg_finding *finding,
                                       const struct sg_window *window)
{
    struct lane *lane = ctx;
    (void)window;
    sum_up(&lane->scanner->sums[1], lane, finding);
    return SCRUBGATE_OK;
}

/* --- one message --------------------------------------------------------------------------- */

/* The run of one engine over one lane; marks is where it keeps its progress. */
static struct sg_engine_run run_of(struct lane *lane, uint64_t *marks)
{
    struct sg_scanner *scanner = lane->scanner;
    return (struct sg_engine_run){
        .set = scanner->set,
        .level = scanner->config.level,
        .matcher = scanner->scratch->matcher,
        .kernel = scanner->kernel,
        .sweep = scanner->scratch->sweep,
        .progress = {.next = marks,
                     .open = marks + scanner->set->n_rules,
                     .n_rules = scanner->set->n_rules},
        .work = &scanner->work,
        .found = found,
        .ctx = lane,
    };
}

static uint64_t *init_lane(struct sg_scanner *scanner, struct lane *lane, bool folded,
                           uint64_t *marks, size_t each)
{
    lane->scanner = scanner;
    lane->folded = folded;
    lane->run = run_of(lane, marks);
    lane->checked = run_of(lane, marks + each);
    lane->checked.found = found_too;
    lane->checked.work = NULL;
    return marks + 2 * each;
}

/* Of the scratch's idle ones that whose rules are chosen already, or the oldest. NULL: none. */
static struct sg_scanner *take_idle(struct scrubgate_scratch *scratch,
                                    const struct scrubgate_ruleset *rules,
                                    const struct sg_scan_config *config)
{
    size_t i = scratch->n_idle;
    if (i == 0)
        return NULL;
    while (i > 0 && !sg_actives_fit(&scratch->idle[i - 1]->actives, rules, config))
        i--;
    i = i > 0 ? i - 1 : 0;
    struct sg_scanner *taken = scratch->idle[i];
    scratch->n_idle--;
    memmove(scratch->idle + i, scratch->idle + i + 1, (scratch->n_idle - i) * sizeof taken);
    return taken;
}

static void put_idle(struct scrubgate_scratch *scratch, struct sg_scanner *scanner)
{
    if (scratch->n_idle == SG_SCRATCH_SPARES) {
        sg_scanner_dispose(scratch->idle[0]);
        scratch->n_idle--;
        memmove(scratch->idle, scratch->idle + 1, scratch->n_idle * sizeof scanner);
    }
    scratch->idle[scratch->n_idle++] = scanner;
}

/* An idle scanner with room for so many marks, else a new one. */
static struct sg_scanner *take(struct scrubgate_scratch *scratch,
                               const struct scrubgate_ruleset *rules,
                               const struct sg_scan_config *config, size_t room)
{
    struct sg_scanner *taken = take_idle(scratch, rules, config);
    if (taken != NULL && taken->room >= room)
        return taken;
    sg_scanner_dispose(taken);
    taken = malloc(sizeof *taken + room * sizeof *taken->marks);
    if (taken != NULL)
        *taken = (struct sg_scanner){.room = room};
    return taken;
}

enum scrubgate_status sg_scanner_new(struct sg_scanner **scanner,
                                     const struct scrubgate_ruleset *rules,
                                     struct scrubgate_scratch *scratch,
                                     const struct sg_scan_config *config)
{
    *scanner = NULL;
    size_t each = rules->n_rules + (rules->n_rules + 63) / 64;
    struct sg_scanner *made = take(scratch, rules, config, 4 * each);
    if (made == NULL)
        return SCRUBGATE_ENOMEM;
    made->set = rules;
    made->config = *config;
    made->scratch = scratch;
    made->culprit = NULL;
    made->keyed = config->key != NULL;
    made->kernel = config->kernel != NULL ? config->kernel : rules->kernel;
    if (made->kernel == NULL) /* rules that were compiled, but not loaded */
        made->kernel = sg_kernels[0];
    made->checking = !config->reference && config->recheck > 0 &&
                     scratch->messages++ % config->recheck == config->recheck - 1;
    made->engine = config->reference || made->checking ? &sg_engine_reference : &sg_engine_sweep;
    made->work = WORK_FIRST;
    /* Rules that may be tried at many places are known to cost that. */
    made->work_each = WORK_EACH + 2 * rules->slow_cost;
    uint64_t *marks = init_lane(made, &made->text, false, made->marks, each);
    (void)init_lane(made, &made->view, true, marks, each);
    enum scrubgate_status rc = sg_actives_choose(&made->actives, rules, config);
    if (rc >= 0 && made->keyed)
        rc = sg_scratch_key(scratch, config->key);
    if (rc < 0)
        goto out;
    sg_content_init(&made->content, scratch->seed);
    sg_resolver_reset(&made->resolver, config->shadow, made->keyed ? &made->content : NULL);
    *scanner = made;
    made = NULL; /* the caller's now: the exit frees nothing */
out:
    sg_scanner_free(made);
    return rc;
}

void sg_scanner_free(struct sg_scanner *scanner)
{
    if (scanner == NULL)
        return;
    sg_resolver_clear(&scanner->resolver);
    sg_buf_spare(&scanner->held, SG_SPARE_MOST);
    sg_fold_fini(&scanner->fold);
    sg_sweep_wipe(scanner->scratch->sweep); /* of a text that did not end */
    put_idle(scanner->scratch, scanner);
}

void sg_scanner_dispose(struct sg_scanner *scanner)
{
    if (scanner == NULL)
        return;
    sg_resolver_fini(&scanner->resolver);
    sg_buf_fini(&scanner->held);
    sg_fold_fini(&scanner->fold);
    sg_actives_fini(&scanner->actives);
    free(scanner);
}

enum scrubgate_status sg_scanner_begin(struct sg_scanner *scanner, enum sg_field field,
                                       struct sg_place place, const struct sg_scan_sink *sink)
{
    scanner->field = field;
    scanner->place = place;
    scanner->sink = *sink;
    sg_resolver_begin(&scanner->resolver, &scanner->sink);
    sg_buf_clear(&scanner->held);
    scanner->held_base = 0;
    scanner->frontier = 0;
    scanner->begun = false;
    return SCRUBGATE_OK;
}

/* --- one value ----------------------------------------------------------------------------- */

static void begin_lane(struct lane *lane, const struct sg_active *active)
{
    lane->frontier = lane->end = 0;
    lane->run.active = lane->checked.active = active;
    sg_progress_begin(&lane->run.progress);
    sg_progress_begin(&lane->checked.progress);
}

/* The value's first bytes are here: which rules run in it, and nothing is decided. */
static void begin_value(struct sg_scanner *scanner)
{
    const struct sg_active *active =
        sg_actives_at(&scanner->actives, scanner->field, scanner->place);
    begin_lane(&scanner->text, active);
    begin_lane(&scanner->view, active);
    scanner->culprit = NULL;
    if (scanner->folding) /* of a value that was given up */
        sg_fold_clear(&scanner->fold);
    scanner->folding = false;
    scanner->same_to = 0;
    scanner->check_ended = false;
    scanner->sums[0] = scanner->sums[1] = 0;
    scanner->begun = true;
}

/* How much of the text at hand may go: all but the undecided bytes and the context before them. */
static size_t spent(const struct sg_scanner *scanner, uint64_t base)
{
    uint64_t context = scanner->set->behind + SG_WINDOW_MARGIN;
    uint64_t decided = scanner->frontier - base;
    return decided > context ? (size_t)(decided - context) : 0;
}

/* The text and its view part somewhere behind what is decided: the view's lane goes on from where
 * the text's is. */
static enum scrubgate_status fork_view(struct sg_scanner *scanner, const struct sg_window *window,
                                       size_t same)
{
    struct lane *text = &scanner->text, *view = &scanner->view;
    sg_progress_copy(&view->run.progress, &text->run.progress);
    sg_progress_copy(&view->checked.progress, &text->checked.progress);
    view->frontier = text->frontier;
    view->end = text->end;
    scanner->folding = true;
    /* The view begins with the context of what is not decided. */
    size_t start = spent(scanner, window->base);
    struct sg_bytes shared = {window->text.data + start, same - start};
    return sg_fold_begin(&scanner->fold, window->base + start, shared);
}

static enum scrubgate_status advance_lane(struct lane *lane, const struct sg_window *window)
{
    struct sg_scanner *scanner = lane->scanner;
    uint64_t frontier = 0, unused = 0;
    enum scrubgate_status rc = scanner->engine->advance(&lane->run, window, &frontier);
    if (rc < 0) {
        scanner->culprit = lane->run.culprit;
        return rc;
    }
    if (frontier > lane->frontier)
        lane->frontier = frontier;
    lane->end = window->base + window->text.len;
    /* The checked engine may give up where the other does not: that leaks nothing. */
    if (scanner->checking && !scanner->check_ended)
        scanner->check_ended = sg_engine_sweep.advance(&lane->checked, window, &unused) < 0;
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

/* Takes the window's text into the view and advances its lane. */
static enum scrubgate_status advance_view(struct sg_scanner *scanner,
                                          const struct sg_window *window)
{
    struct sg_fold *fold = &scanner->fold;
    struct lane *lane = &scanner->view;
    size_t from = (size_t)(fold->raw_end - window->base);
    struct sg_bytes more = {window->text.data + from, window->text.len - from};
    enum scrubgate_status rc = sg_fold_add(fold, more, window->last);
    if (rc < 0)
        return rc;
    struct sg_window view = {
        .text = sg_buf_bytes(&fold->view), .base = fold->view_base, .last = window->last};
    if (!view.last && view.base + view.text.len <= lane->end)
        return SCRUBGATE_OK;
    rc = advance_lane(lane, &view);
    if (rc < 0 || view.last)
        return rc;
    uint64_t spent = lane->frontier - fold->view_base;
    size_t context = scanner->set->behind + SG_WINDOW_MARGIN;
    if (spent > context && spent - context > view.text.len / 2)
        sg_fold_drop(fold, lane->frontier - context);
    return rc;
}

/* How far the text is surely the same as its view; folding from there on when it is not. */
static enum scrubgate_status compare_view(struct sg_scanner *scanner,
                                          const struct sg_window *window, size_t *same)
{
    bool changed = false;
    size_t from = (size_t)(scanner->same_to - window->base);
    *same = sg_fold_same(scanner->kernel, window->text, from, window->last, &changed);
    scanner->same_to = window->base + *same;
    return changed ? fork_view(scanner, window, *same) : SCRUBGATE_OK;
}

/* What may turn out to differ waits, so that both lanes can go on from the same place. */
static enum scrubgate_status advance_same(struct sg_scanner *scanner,
                                          const struct sg_window *window, size_t same)
{
    struct sg_window part = {
        .text = {window->text.data, same}, .base = window->base, .last = false};
    return advance_lane(&scanner->text, &part);
}

static enum scrubgate_status advance(struct sg_scanner *scanner, const struct sg_window *window)
{
    size_t same = window->text.len;
    enum scrubgate_status rc = SCRUBGATE_OK;
    if (!scanner->folding)
        rc = compare_view(scanner, window, &same);
    if (rc >= 0 && !scanner->folding && same < window->text.len)
        rc = advance_same(scanner, window, same);
    else if (rc >= 0)
        rc = advance_lane(&scanner->text, window);
    if (rc >= 0 && scanner->folding)
        rc = advance_view(scanner, window);
    if (rc < 0)
        return rc;
    uint64_t frontier = scanner->text.frontier;
    if (scanner->folding) {
        uint64_t seen = sg_fold_place(&scanner->fold, scanner->view.frontier);
        if (window->last)
            seen = window->base + window->text.len;
        frontier = seen < frontier ? seen : frontier;
    }
    frontier = at_code_point(window, frontier);
    if (frontier > scanner->frontier)
        scanner->frontier = frontier;
    return sg_resolver_settle(&scanner->resolver, window, scanner->frontier);
}

/* The value has ended: both engines found the same, or the checked one is wrong. */
static void end_value(struct sg_scanner *scanner)
{
    if (scanner->folding)
        sg_fold_clear(&scanner->fold);
    if (scanner->checking && !scanner->check_ended && scanner->config.rechecked != NULL)
        scanner->config.rechecked(scanner->config.ctx, scanner->sums[0] == scanner->sums[1]);
}

/* Nothing is held: scan the piece where it lies, then hold what is left. */
static enum scrubgate_status feed_in_place(struct sg_scanner *scanner, struct sg_bytes piece,
                                           bool last)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    struct sg_window window = {.text = {piece.data, 0}, .base = scanner->held_base};
    do {
        size_t left = piece.len - window.text.len;
        window.text.len += left < STEP ? left : STEP;
        window.last = last && window.text.len == piece.len;
        rc = advance(scanner, &window);
    } while (rc >= 0 && window.text.len < piece.len);
    if (rc < 0 || last)
        return rc;
    size_t gone = spent(scanner, window.base);
    scanner->held_base += gone;
    return sg_buf_add(&scanner->held, piece.data + gone, piece.len - gone);
}

/* Something is held: the piece goes behind it, step by step. */
static enum scrubgate_status feed_held(struct sg_scanner *scanner, struct sg_bytes piece, bool last)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    size_t pos = 0;
    do {
        size_t step = piece.len - pos < STEP ? piece.len - pos : STEP;
        if (step > 0)
            rc = sg_buf_add(&scanner->held, piece.data + pos, step);
        if (rc < 0)
            return rc;
        pos += step;
        struct sg_window window = {.text = sg_buf_bytes(&scanner->held),
                                   .base = scanner->held_base,
                                   .last = last && pos == piece.len};
        rc = advance(scanner, &window);
        size_t gone = rc < 0 ? 0 : spent(scanner, scanner->held_base);
        /* Moving the rest down costs its length: wait until it is worth it. */
        if (gone > scanner->held.len / 2) {
            sg_buf_drop(&scanner->held, gone);
            scanner->held_base += gone;
        }
    } while (rc >= 0 && pos < piece.len);
    return rc;
}

enum scrubgate_status sg_scanner_feed(struct sg_scanner *scanner, struct sg_bytes piece, bool last)
{
    if (piece.len == 0 && (!last || scanner->held.len == 0))
        return SCRUBGATE_OK; /* no rule matches empty text */
    if (!scanner->begun)
        begin_value(scanner);
    scanner->work += (uint64_t)piece.len * scanner->work_each;
    enum scrubgate_status rc = scanner->held.len == 0 ? feed_in_place(scanner, piece, last)
                                                      : feed_held(scanner, piece, last);
    if (rc >= 0 && !last &&
        scanner->held_base + scanner->held.len - scanner->frontier > scanner->config.max_held)
        rc = SCRUBGATE_ELIMIT;
    if (rc >= 0 && last)
        end_value(scanner);
    return rc;
}

const struct sg_rule *sg_scanner_culprit(const struct sg_scanner *scanner)
{
    return scanner->culprit;
}

uint64_t sg_scanner_content(const struct sg_scanner *scanner)
{
    return !scanner->keyed ? 0 : sg_content_value(&scanner->content);
}
