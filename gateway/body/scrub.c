/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scrub.c - scrub a body's values one after another, and add up what the message holds.
 *
 *     json|form|text -> [scrub] -> scanner
 *                          └─> events, captures, tallies
 */
#include "body/scrub.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "rule/pattern.h"
#include "scan/scratch.h"
#include "scan/tail.h"

/* A capture looks for its value, copies it, or is done with. */
enum capture_state { SEEKING, FILLING, SETTLED, COMPARING };

/* How far a capture is. */
struct seeker {
    enum capture_state state;
    size_t same; /* COMPARING: bytes of the value that were those of the first one */
};

struct sg_scrub {
    struct sg_scanner *scanner;
    struct sg_scrub_config config;
    const struct sg_matcher *matcher; /* the scratch's: knows why it failed */
    struct sg_summary summary;
    bool content_due; /* something was fed since summary.content was taken */
    size_t cap_tallies;
    struct seeker *seekers;  /* of config.captures */
    size_t n_filling;        /* or comparing */
    uint64_t passed;         /* captures_only: bytes of the value */
    struct sg_splice splice; /* of the current value */
    struct sg_place place;
    struct sg_frame frame; /* raw NULL: none */
    struct sg_step *steps; /* of a place within the frame */
    size_t cap_steps;
    struct sg_buf path; /* its printed place, NUL-ended; empty until an event asks */
    char reason[192];
};

/* --- captures --------------------------------------------------------------------------------- */

static bool is_busy(const struct seeker *seeker)
{
    return seeker->state == FILLING || seeker->state == COMPARING;
}

static void begin_captures(struct sg_scrub *scrub)
{
    for (size_t i = 0; i < scrub->config.n_captures; i++) {
        struct sg_capture *capture = &scrub->config.captures[i];
        struct seeker *seeker = &scrub->seekers[i];
        if (capture->unclear || !sg_path_matches(capture->path, scrub->place))
            continue;
        *seeker = (struct seeker){seeker->state == SEEKING ? FILLING : COMPARING, 0};
        scrub->n_filling++;
    }
}

static enum scrubgate_status fill(struct sg_capture *capture, struct sg_bytes piece)
{
    if (piece.len <= SG_CAPTURE_LONGEST - capture->value.len)
        return sg_buf_add_bytes(&capture->value, piece);
    sg_buf_clear(&capture->value);
    capture->unclear = true;
    return SCRUBGATE_OK;
}

/* Readers differ in which of two they take. */
static void compare(struct sg_capture *capture, struct seeker *seeker, struct sg_bytes piece,
                    bool last)
{
    const struct sg_bytes first = sg_buf_bytes(&capture->value);
    const size_t left = first.len - seeker->same;
    const struct sg_bytes want = {left == 0 ? NULL : first.data + seeker->same,
                                  piece.len < left ? piece.len : left};
    capture->unclear = !sg_bytes_equal(piece, want) || (last && piece.len != left);
    seeker->same += piece.len;
}

static enum scrubgate_status fill_captures(struct sg_scrub *scrub, struct sg_bytes piece, bool last)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (size_t i = 0; i < scrub->config.n_captures && scrub->n_filling > 0 && rc >= 0; i++) {
        struct sg_capture *capture = &scrub->config.captures[i];
        struct seeker *seeker = &scrub->seekers[i];
        if (!is_busy(seeker))
            continue;
        if (seeker->state == FILLING)
            rc = fill(capture, piece);
        else
            compare(capture, seeker, piece, last);
        if (!last && !capture->unclear)
            continue;
        if (seeker->state == FILLING)
            capture->found = !capture->unclear;
        seeker->state = SETTLED;
        scrub->n_filling--;
    }
    return rc;
}

/* --- what the scanner tells ------------------------------------------------------------------- */

static enum scrubgate_status keep(void *ctx, uint64_t start, struct sg_bytes text)
{
    struct sg_scrub *scrub = ctx;
    return scrub->splice.keep(scrub->splice.ctx, start, text);
}

static enum scrubgate_status edit(void *ctx, uint64_t start, uint64_t end,
                                  struct sg_bytes replacement)
{
    struct sg_scrub *scrub = ctx;
    scrub->summary.edits++;
    return scrub->splice.edit(scrub->splice.ctx, start, end, replacement);
}

/* Rules often find one value together: whoever counts values wants it once. */
static bool is_apart(const struct sg_summary *summary, const struct sg_finding *finding)
{
    for (size_t i = 0; i < summary->n_tallies; i++) {
        const struct sg_tally *one = &summary->tallies[i];
        if (one->value == summary->values && one->end > finding->start &&
            strcmp(one->rule->entity, finding->rule->entity) == 0)
            return false;
    }
    return true;
}

static enum scrubgate_status add_tally(struct sg_scrub *scrub, const struct sg_finding *finding)
{
    struct sg_summary *summary = &scrub->summary;
    size_t i = 0;
    while (i < summary->n_tallies && summary->tallies[i].rule != finding->rule)
        i++;
    if (i == scrub->cap_tallies) {
        size_t cap = scrub->cap_tallies == 0 ? 8 : scrub->cap_tallies * 2;
        struct sg_tally *grown = realloc(summary->tallies, cap * sizeof *grown);
        if (grown == NULL)
            return SCRUBGATE_ENOMEM;
        summary->tallies = grown;
        scrub->cap_tallies = cap;
    }
    if (i == summary->n_tallies)
        summary->tallies[summary->n_tallies++] = (struct sg_tally){.rule = finding->rule};
    struct sg_tally *tally = &summary->tallies[i];
    tally->apart += is_apart(summary, finding);
    tally->count++;
    tally->bytes += finding->end - finding->start;
    if (tally->value != summary->values || tally->end < finding->end)
        tally->end = finding->end;
    tally->value = summary->values;
    summary->findings++;
    return SCRUBGATE_OK;
}

void sg_summary_fini(struct sg_summary *summary)
{
    free(summary->tallies);
    *summary = (struct sg_summary){0};
}

static void add_identity(struct sg_summary *summary, const struct sg_finding *finding)
{
    size_t most = sizeof summary->identities / sizeof summary->identities[0];
    if (finding->fingerprint == 0 || summary->n_identities == most)
        return;
    for (size_t i = 0; i < summary->n_identities; i++) {
        if (summary->identities[i] == finding->fingerprint)
            return;
    }
    summary->identities_before[summary->n_identities] = finding->was;
    summary->identities[summary->n_identities++] = finding->fingerprint;
}

static enum scrubgate_status print_path(struct sg_scrub *scrub)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    if (scrub->path.len > 0)
        return rc;
    if (scrub->splice.style == SG_PATH_JSON)
        rc = sg_place_print(scrub->place, &scrub->path);
    else if (scrub->splice.style == SG_PATH_FIELD && scrub->place.n > 0)
        rc = sg_buf_add_bytes(&scrub->path, scrub->place.steps[0].name);
    return rc < 0 ? rc : sg_buf_add_byte(&scrub->path, 0);
}

/* An offset of the value as one of the body. */
static uint64_t raw_of(const struct sg_scrub *scrub, uint64_t offset, bool end)
{
    uint64_t raw = scrub->splice.raw(scrub->splice.ctx, offset, end);
    return scrub->frame.raw == NULL ? raw : scrub->frame.raw(scrub->frame.ctx, raw, end);
}

static enum scrubgate_status tell(struct sg_scrub *scrub, const struct sg_finding *finding)
{
    if (scrub->config.on_event == NULL)
        return SCRUBGATE_OK;
    enum scrubgate_status rc = print_path(scrub);
    if (rc < 0)
        return rc;
    const struct scrubgate_event event = {
        .rule = finding->rule->id,
        .entity = finding->rule->entity,
        .action = finding->rule->action,
        .level = finding->level,
        .start = raw_of(scrub, finding->start, false),
        .end = raw_of(scrub, finding->end, true),
        .path = (const char *)scrub->path.data,
        .contextual = finding->contextual,
        .fingerprint = finding->fingerprint,
    };
    scrub->config.on_event(scrub->config.ctx, &event);
    return SCRUBGATE_OK;
}

static enum scrubgate_status found(void *ctx, const struct sg_finding *finding)
{
    struct sg_scrub *scrub = ctx;
    enum scrubgate_status rc = add_tally(scrub, finding);
    if (rc < 0)
        return rc;
    add_identity(&scrub->summary, finding);
    rc = tell(scrub, finding);
    if (rc < 0)
        return rc;
    if (finding->rule->action == SCRUBGATE_DIVERT)
        scrub->summary.diverted = true;
    if (finding->rule->action != SCRUBGATE_BLOCK)
        return SCRUBGATE_OK;
    scrub->summary.blocked = true;
    if (scrub->config.scan.shadow)
        return SCRUBGATE_OK;
    (void)snprintf(scrub->reason, sizeof scrub->reason, "rule %s: blocked", finding->rule->id);
    return SCRUBGATE_EBLOCKED;
}

/* --- a message -------------------------------------------------------------------------------- */

enum scrubgate_status sg_scrub_new(struct sg_scrub **scrub, const struct scrubgate_ruleset *rules,
                                   struct scrubgate_scratch *scratch,
                                   const struct sg_scrub_config *config)
{
    enum scrubgate_status rc = SCRUBGATE_ENOMEM;
    *scrub = NULL;
    struct sg_scrub *made = malloc(sizeof *made); /* calloc passes malloc's cache by */
    if (made == NULL)
        return rc;
    *made = (struct sg_scrub){0};
    made->config = *config;
    made->matcher = scratch->matcher;
    if (config->n_captures > 0) {
        made->seekers = calloc(config->n_captures, sizeof *made->seekers);
        if (made->seekers == NULL)
            goto out;
    }
    if (config->scan.tail != NULL && !config->captures_only)
        sg_tail_message(config->scan.tail);
    rc = SCRUBGATE_OK;
    if (!config->captures_only)
        rc = sg_scanner_new(&made->scanner, rules, scratch, &config->scan);
    if (rc < 0)
        goto out;
    *scrub = made;
    made = NULL; /* the caller's now: the exit frees nothing */
out:
    sg_scrub_free(made);
    return rc;
}

void sg_scrub_free(struct sg_scrub *scrub)
{
    if (scrub == NULL)
        return;
    sg_scanner_free(scrub->scanner);
    sg_buf_fini(&scrub->path);
    sg_summary_fini(&scrub->summary);
    free(scrub->seekers);
    free(scrub->steps); /* names point into the body's stages */
    free(scrub);
}

void sg_scrub_enter(struct sg_scrub *scrub, const struct sg_frame *frame)
{
    scrub->frame = frame == NULL ? (struct sg_frame){.raw = NULL} : *frame;
}

/* Puts the frame's place before the value's own. */
static enum scrubgate_status place_in_frame(struct sg_scrub *scrub)
{
    struct sg_place outer = scrub->frame.place, inner = scrub->place;
    size_t n = outer.n + inner.n;
    if (n > scrub->cap_steps) {
        struct sg_step *grown = realloc(scrub->steps, n * sizeof *grown);
        if (grown == NULL)
            return SCRUBGATE_ENOMEM;
        scrub->steps = grown;
        scrub->cap_steps = n;
    }
    for (size_t i = 0; i < n; i++)
        scrub->steps[i] = i < outer.n ? outer.steps[i] : inner.steps[i - outer.n];
    scrub->place = (struct sg_place){scrub->steps, n};
    bool field = n == 1 && scrub->steps[0].name.data != NULL;
    scrub->splice.style = n == 0 ? SG_PATH_NONE : field ? SG_PATH_FIELD : SG_PATH_JSON;
    return SCRUBGATE_OK;
}

enum scrubgate_status sg_scrub_begin(struct sg_scrub *scrub, enum sg_field field,
                                     struct sg_place place, const struct sg_splice *splice)
{
    const struct sg_scan_sink sink = {keep, edit, found, scrub};
    scrub->splice = *splice;
    scrub->place = place;
    if (scrub->frame.raw != NULL) {
        enum scrubgate_status rc = place_in_frame(scrub);
        if (rc < 0)
            return rc;
    }
    sg_buf_clear(&scrub->path);
    scrub->summary.values++;
    assert(scrub->n_filling == 0); /* the value before has ended */
    if (!splice->again)
        begin_captures(scrub);
    scrub->passed = 0;
    return scrub->config.captures_only
               ? SCRUBGATE_OK
               : sg_scanner_begin(scrub->scanner, field, scrub->place, &sink);
}

static enum scrubgate_status pass(struct sg_scrub *scrub, struct sg_bytes piece)
{
    uint64_t start = scrub->passed;
    scrub->passed += piece.len;
    return piece.len == 0 ? SCRUBGATE_OK : keep(scrub, start, piece);
}

static void explain(struct sg_scrub *scrub, enum scrubgate_status rc)
{
    if (scrub->config.captures_only)
        return;
    const struct sg_rule *culprit = sg_scanner_culprit(scrub->scanner);
    if (scrub->reason[0] != '\0' || rc != SCRUBGATE_EMATCH || culprit == NULL)
        return;
    scrub->summary.failed = culprit;
    (void)snprintf(scrub->reason, sizeof scrub->reason, "rule %s: the matcher failed: %s",
                   culprit->id, sg_matcher_error(scrub->matcher));
}

enum scrubgate_status sg_scrub_feed(struct sg_scrub *scrub, struct sg_bytes piece, bool last)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    scrub->content_due = !scrub->config.captures_only;
    if (scrub->n_filling > 0)
        rc = fill_captures(scrub, piece, last);
    if (rc >= 0 && scrub->config.captures_only)
        rc = pass(scrub, piece);
    else if (rc >= 0)
        rc = sg_scanner_feed(scrub->scanner, piece, last);
    if (rc < 0)
        explain(scrub, rc);
    return rc;
}

void sg_scrub_rest(struct sg_scrub *scrub)
{
    if (scrub->scanner != NULL)
        sg_scanner_rest(scrub->scanner);
}

struct sg_summary *sg_scrub_summary(struct sg_scrub *scrub)
{
    /* A record, an event and the counters each ask: the fingerprint is computed once. */
    if (scrub->content_due)
        scrub->summary.content = sg_scanner_content(scrub->scanner);
    scrub->content_due = false;
    return &scrub->summary;
}

const char *sg_scrub_reason(const struct sg_scrub *scrub)
{
    return scrub->reason;
}
