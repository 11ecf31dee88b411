/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scanner.c - one text value in, in pieces; clear bytes and edits out, in order.
 *
 *     body -> [feed -> window -> engine -> resolve] -> keep and edit, back to the body
 *
 * A value that comes whole is scanned where it lies; of one that comes in pieces only what is not
 * decided yet, and the context before it, is copied and held.
 */
#include "scan/scanner.h"

#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "scan/content.h"
#include "scan/engine.h"
#include "scan/fingerprint.h"
#include "scan/prefilter.h"
#include "scan/resolve.h"
#include "scan/scratch.h"
#include "scan/where.h"

/* Text is taken in steps of this many bytes: bounds what is found, held and done in one go. */
enum { STEP = 32 * 1024 };

/* A rule that is active in this message, with what is asked about it for every value. */
struct candidate {
    const struct sg_rule *rule;
    const struct sg_needs *needs;
    size_t min; /* length of a match */
};

struct sg_scanner {
    const struct scrubgate_ruleset *set;
    struct sg_scan_config config;
    const struct sg_engine *engine;
    struct sg_engine_run run;
    size_t n_candidates; /* run.rules: those that are active in this value */
    size_t shortest;     /* no candidate matches fewer bytes */
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
    bool begun;                    /* the value has had a feed */
    struct candidate candidates[]; /* then run.rules, in the same block */
};

/* The fingerprint of a finding of the same entity and bytes that still waits to be taken up: rules
 * often find a value together. 0: there is none. */
static uint64_t known_fingerprint(const struct sg_resolver *resolver,
                                  const struct sg_finding *finding)
{
    for (size_t i = resolver->n_pending; i-- > 0;) {
        const struct sg_finding *other = &resolver->pending[i];
        if (other->start == finding->start && other->end == finding->end &&
            strcmp(other->rule->entity, finding->rule->entity) == 0)
            return other->fingerprint;
    }
    return 0;
}

/* Whoever is told of a finding may want its fingerprint: taken here, the value is in hand. */
static enum scrubgate_status found(void *ctx, const struct sg_finding *finding,
                                   const struct sg_window *window)
{
    struct sg_scanner *scanner = ctx;
    struct sg_finding own = *finding;
    if (scanner->keyed)
        own.fingerprint = known_fingerprint(&scanner->resolver, &own);
    if (scanner->keyed && own.fingerprint == 0) {
        struct sg_bytes value = {window->text.data + (own.start - window->base),
                                 (size_t)(own.end - own.start)};
        struct scrubgate_scratch *scratch = scanner->scratch;
        enum scrubgate_status rc =
            sg_fingerprint_take(scratch->hmac, &scratch->normal, &scratch->spare, own.rule->entity,
                                value, &own.fingerprint);
        if (rc < 0)
            return rc;
    }
    return sg_resolver_add(&scanner->resolver, &own);
}

enum scrubgate_status sg_scanner_new(struct sg_scanner **scanner,
                                     const struct scrubgate_ruleset *rules,
                                     struct scrubgate_scratch *scratch,
                                     const struct sg_scan_config *config)
{
    *scanner = NULL;
    enum scrubgate_status rc = SCRUBGATE_OK;
    size_t each = sizeof(struct candidate) + sizeof(struct sg_rule_state);
    struct sg_scanner *made = malloc(sizeof *made + rules->n_rules * each);
    if (made == NULL)
        return SCRUBGATE_ENOMEM;
    *made = (struct sg_scanner){.set = rules, .config = *config, .scratch = scratch};
    made->keyed = config->key != NULL;
    made->shortest = SIZE_MAX;
    made->run.level = config->level;
    made->run.matcher = scratch->matcher;
    made->run.leads = &rules->leads;
    made->run.places = scratch->places;
    made->run.found = found;
    made->run.ctx = made;
    made->run.rules = (struct sg_rule_state *)(made->candidates + rules->n_rules);
    for (size_t i = 0; i < rules->n_rules; i++) {
        const struct sg_rule *rule = rules->rules[i];
        if (rule->level > config->level ||
            !sg_rule_runs_in(rule, config->direction, config->channel))
            continue;
        size_t min = sg_pattern_extent(rule->pattern)->min;
        made->candidates[made->n_candidates++] =
            (struct candidate){rule, sg_pattern_needs(rule->pattern), min};
        if (min < made->shortest)
            made->shortest = min;
    }
    if (made->keyed)
        rc = sg_scratch_key(scratch, config->key);
    if (rc < 0)
        goto out;
    sg_content_init(&made->content, scratch->seed);
    sg_resolver_init(&made->resolver, config->shadow, made->keyed ? &made->content : NULL);
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
    sg_resolver_fini(&scanner->resolver);
    sg_buf_fini(&scanner->held);
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

/* Which rules run in the value that begins: those of its place, and when it is wholly at hand not
 * those that cannot match it. */
static void choose_rules(struct sg_scanner *scanner, struct sg_bytes text, bool whole)
{
    struct sg_engine_run *run = &scanner->run;
    struct sg_census census;
    run->n_rules = 0;
    run->culprit = NULL;
    if (whole && text.len < scanner->shortest)
        return;
    if (whole)
        sg_census_take(&census, text);
    for (size_t i = 0; i < scanner->n_candidates; i++) {
        const struct candidate *own = &scanner->candidates[i];
        if ((whole && !sg_census_allows(&census, own->needs, own->min)) ||
            !sg_rule_runs_at(own->rule, scanner->field, scanner->place))
            continue;
        run->rules[run->n_rules++] = (struct sg_rule_state){own->rule, 0};
    }
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

static enum scrubgate_status advance(struct sg_scanner *scanner, const struct sg_window *window)
{
    uint64_t frontier = 0;
    enum scrubgate_status rc = scanner->engine->advance(&scanner->run, window, &frontier);
    if (rc < 0)
        return rc;
    frontier = at_code_point(window, frontier);
    if (frontier > scanner->frontier)
        scanner->frontier = frontier;
    return sg_resolver_settle(&scanner->resolver, window, scanner->frontier);
}

/* How much of the text at hand may go: all but the undecided bytes and the context before them. */
static size_t spent(const struct sg_scanner *scanner, uint64_t base)
{
    uint64_t context = scanner->set->behind + SG_WINDOW_MARGIN;
    uint64_t decided = scanner->frontier - base;
    return decided > context ? (size_t)(decided - context) : 0;
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
    if (!scanner->begun) {
        bool whole = last && !scanner->config.reference;
        choose_rules(scanner, piece, whole);
        scanner->engine =
            whole && piece.len <= SG_PLACES_TEXT ? &sg_engine_leads : &sg_engine_reference;
    }
    scanner->begun = true;
    enum scrubgate_status rc = scanner->held.len == 0 ? feed_in_place(scanner, piece, last)
                                                      : feed_held(scanner, piece, last);
    if (rc >= 0 && !last &&
        scanner->held_base + scanner->held.len - scanner->frontier > scanner->config.max_held)
        rc = SCRUBGATE_ELIMIT;
    return rc;
}

const struct sg_rule *sg_scanner_culprit(const struct sg_scanner *scanner)
{
    return scanner->run.culprit;
}

uint64_t sg_scanner_content(const struct sg_scanner *scanner)
{
    return !scanner->keyed ? 0 : sg_content_value(&scanner->content);
}
