/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scanner.c - one text value in, in pieces; clear bytes and edits out, in order.
 *
 *     body -> feed -> window -> [lanes: the text, its views] -> resolve -> keep and edit, to the
 * body
 *                        \-> [lanes: what was said before, the text] -/
 *
 * A value that comes whole is scanned where it lies; of one that comes in pieces only what is not
 * decided yet, and the context before it, is copied and held. Where its sender's last messages left
 * something that it may complete, the two together are scanned as well; what any finds is masked.
 */
#include "scan/scanner.h"

#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "scan/content.h"
#include "scan/fingerprint.h"
#include "scan/resolve.h"
#include "scan/rig.h"
#include "scan/scratch.h"
#include "scan/tail.h"

enum {
    STEP = 32 * 1024, /* text is taken in steps of so many bytes: bounds what is done in one go */
    WORK_FIRST = 4 * 1000 * 1000, /* units of the match limit: what any message may cost ... */
    WORK_EACH = 2000,             /* ... and what each byte of it adds ... */
    WORK_RULE = 256,              /* ... for each rule that may start there */
    JOINT_STEP = 1024, /* behind what was said before, in smaller ones: the reach ends it soon */
    JOINT_REACH = 512, /* what was said before says nothing of what starts so far behind it */
    LOOKED_BACK = 64   /* findings among which the same value may have been found already */
};

/* The value behind what its sender said before: scanned beside it. */
struct joint {
    struct sg_buf text; /* what was said before, and of the value what is not decided */
    uint64_t base;      /* offset of text's first byte */
    uint64_t before;    /* bytes that were said before */
    bool open;
    bool used; /* it was open in this value */
};

struct sg_scanner {
    const struct scrubgate_ruleset *set;
    struct sg_scan_config config;
    struct sg_rig *rig; /* NULL: none is needed, no value is open */
    struct joint joint;
    uint64_t work;      /* units that the message may still cost */
    uint64_t work_each; /* what each byte adds to them */
    const struct sg_rule *culprit;
    struct sg_scan_sink sink;
    struct sg_resolver resolver;
    struct sg_content content;
    struct scrubgate_scratch *scratch;
    bool keyed;          /* fingerprints are taken */
    bool checking;       /* both engines scan it */
    struct sg_buf held;  /* undecided bytes and the context before them */
    uint64_t held_base;  /* offset of held's first byte */
    uint64_t frontier;   /* decided up to here */
    enum sg_field field; /* of the value, until it has begun */
    struct sg_place place;
    bool begun; /* the value has had a feed, and has not ended */
};

/* --- findings ------------------------------------------------------------------------------ */

/* A finding of the same entity and bytes that still waits to be taken up: rules often find a value
 * together, and its fingerprints are known then. NULL: there is none. */
static const struct sg_finding *known_finding(const struct sg_resolver *resolver,
                                              const struct sg_finding *finding)
{
    size_t last = resolver->n_pending > LOOKED_BACK ? resolver->n_pending - LOOKED_BACK : 0;
    for (size_t i = resolver->n_pending; i-- > last;) {
        const struct sg_finding *other = &resolver->pending[i];
        if (other->start == finding->start && other->end == finding->end &&
            strcmp(other->rule->entity, finding->rule->entity) == 0 && other->fingerprint != 0)
            return other;
    }
    return NULL;
}

static enum scrubgate_status take_under(struct scrubgate_scratch *scratch, const uint8_t *key,
                                        const char *entity, struct sg_bytes value, uint64_t *out)
{
    const struct sg_scratch_keyed *keyed;
    enum scrubgate_status rc = sg_scratch_key(scratch, key, &keyed);
    if (rc >= 0)
        rc =
            sg_fingerprint_take(keyed->hmac, &scratch->normal, &scratch->spare, entity, value, out);
    return rc;
}

/* Whoever is told of a finding may want its fingerprint: taken here, the value is in hand. */
static enum scrubgate_status take_fingerprint(struct sg_scanner *scanner,
                                              struct sg_finding *finding, struct sg_bytes value)
{
    const struct sg_finding *known = known_finding(&scanner->resolver, finding);
    const struct sg_scan_config *config = &scanner->config;
    const char *entity = finding->rule->entity;
    if (known != NULL) {
        finding->fingerprint = known->fingerprint;
        finding->was = known->was;
        return SCRUBGATE_OK;
    }
    enum scrubgate_status rc =
        take_under(scanner->scratch, config->key, entity, value, &finding->fingerprint);
    if (rc >= 0 && config->key_before != NULL)
        rc = take_under(scanner->scratch, config->key_before, entity, value, &finding->was);
    return rc;
}

static enum scrubgate_status found(void *ctx, const struct sg_finding *finding,
                                   struct sg_bytes value)
{
    struct sg_scanner *scanner = ctx;
    struct sg_finding own = *finding;
    enum scrubgate_status rc = SCRUBGATE_OK;
    if (scanner->keyed)
        rc = take_fingerprint(scanner, &own, value);
    return rc < 0 ? rc : sg_resolver_add(&scanner->resolver, &own, value);
}

/* What reaches into the value counts as far as it lies there. What begins far behind what was said
 * before has nothing to do with it. */
static enum scrubgate_status found_jointly(void *ctx, const struct sg_finding *finding,
                                           struct sg_bytes value)
{
    struct sg_scanner *scanner = ctx;
    struct sg_finding own = *finding;
    uint64_t before = scanner->joint.before;
    if (own.end <= before || own.start >= before + JOINT_REACH)
        return SCRUBGATE_OK;
    own.start = own.start > before ? own.start - before : 0;
    own.end -= before;
    own.folded = true; /* the value is not what lies there */
    return found(scanner, &own, value);
}

/* --- one message --------------------------------------------------------------------------- */

static void put_idle(struct scrubgate_scratch *scratch, struct sg_scanner *scanner)
{
    if (scratch->n_idle == SG_SCRATCH_SPARES) {
        sg_scanner_dispose(scratch->idle[0]);
        scratch->n_idle--;
        memmove(scratch->idle, scratch->idle + 1, scratch->n_idle * sizeof scanner);
    }
    scratch->idle[scratch->n_idle++] = scanner;
}

/* What both texts of a message are scanned with. */
static enum scrubgate_status set_lanes(struct sg_scanner *scanner)
{
    const struct sg_scan_config *config = &scanner->config;
    const struct scrubgate_ruleset *set = scanner->set;
    struct scrubgate_scratch *scratch = scanner->scratch;
    struct sg_lanes_setup setup = {
        .set = set,
        .kernel = config->kernel != NULL ? config->kernel : set->kernel,
        .matcher = scratch->matcher,
        .sweep = scratch->sweep,
        .level = config->level,
        .work = &scanner->work,
        .found = found,
        .ctx = scanner,
    };
    setup.checking = scanner->checking;
    setup.engine = config->reference || setup.checking ? &sg_engine_reference : &sg_engine_sweep;
    enum scrubgate_status rc = sg_lanes_set(&scanner->rig->lanes, &setup);
    if (rc < 0 || config->tail == NULL)
        return rc;
    setup.found = found_jointly;
    return sg_lanes_set(&scanner->rig->joint, &setup);
}

static enum scrubgate_status take_rig(struct sg_scanner *scanner)
{
    scanner->rig = sg_rig_take(scanner->scratch, scanner->set, &scanner->config);
    return scanner->rig == NULL ? SCRUBGATE_ENOMEM : set_lanes(scanner);
}

static void give_rig(struct sg_scanner *scanner)
{
    if (scanner->rig != NULL)
        sg_rig_give(scanner->scratch, scanner->rig);
    scanner->rig = NULL;
}

static struct sg_scanner *take_scanner(struct scrubgate_scratch *scratch)
{
    return scratch->n_idle > 0 ? scratch->idle[--scratch->n_idle]
                               : calloc(1, sizeof(struct sg_scanner));
}

enum scrubgate_status sg_scanner_new(struct sg_scanner **scanner,
                                     const struct scrubgate_ruleset *rules,
                                     struct scrubgate_scratch *scratch,
                                     const struct sg_scan_config *config)
{
    *scanner = NULL;
    struct sg_scanner *made = take_scanner(scratch);
    if (made == NULL)
        return SCRUBGATE_ENOMEM;
    made->set = rules;
    made->config = *config;
    made->scratch = scratch;
    made->culprit = NULL;
    made->keyed = config->key != NULL;
    made->work = WORK_FIRST;
    /* Rules that may be tried at many places are known to cost that. */
    made->work_each = WORK_EACH + WORK_RULE * scrubgate_ruleset_count(rules) + 2 * rules->slow_cost;
    made->checking = !config->reference && config->recheck > 0 &&
                     scratch->messages++ % config->recheck == config->recheck - 1;
    const struct sg_scratch_keyed *keyed = NULL;
    enum scrubgate_status rc =
        made->keyed ? sg_scratch_key(scratch, config->key, &keyed) : SCRUBGATE_OK;
    if (rc < 0)
        goto out;
    sg_content_init(&made->content, keyed != NULL ? keyed->seed : 0);
    sg_resolver_reset(&made->resolver, config->shadow, made->keyed ? &made->content : NULL);
    *scanner = made;
    made = NULL; /* the caller's now: the exit frees nothing */
out:
    sg_scanner_free(made);
    return rc;
}

/* The text before the value and that joined to it are of no more use. */
static void close_joint(struct sg_scanner *scanner)
{
    scanner->joint.open = false;
    sg_lanes_clear(&scanner->rig->joint);
    sg_buf_spare(&scanner->joint.text, SG_SPARE_MOST);
}

void sg_scanner_free(struct sg_scanner *scanner)
{
    if (scanner == NULL)
        return;
    sg_resolver_clear(&scanner->resolver);
    sg_buf_spare(&scanner->held, SG_SPARE_MOST);
    sg_buf_spare(&scanner->joint.text, SG_SPARE_MOST);
    give_rig(scanner);
    sg_sweep_wipe(scanner->scratch->sweep); /* of a text that did not end */
    put_idle(scanner->scratch, scanner);
}

void sg_scanner_dispose(struct sg_scanner *scanner)
{
    if (scanner == NULL)
        return;
    sg_resolver_fini(&scanner->resolver);
    sg_buf_fini(&scanner->held);
    sg_buf_fini(&scanner->joint.text);
    sg_rig_free(scanner->rig);
    free(scanner);
}

void sg_scanner_rest(struct sg_scanner *scanner)
{
    if (!scanner->begun)
        give_rig(scanner);
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

/* The value's first bytes are here: which rules run in it, and nothing is decided. */
static enum scrubgate_status begin_value(struct sg_scanner *scanner)
{
    struct joint *joint = &scanner->joint;
    struct sg_tail *tail = scanner->config.tail;
    const struct sg_active *folds = NULL;
    enum scrubgate_status rc = scanner->rig == NULL ? take_rig(scanner) : SCRUBGATE_OK;
    if (rc < 0)
        return rc;
    struct sg_rig *rig = scanner->rig;
    const struct sg_active *rules = sg_actives_at(&rig->actives, scanner->set, &scanner->config,
                                                  scanner->field, scanner->place);
    if (scanner->set->folds != NULL && scanner->config.only == NULL)
        folds = sg_actives_at(&rig->folds, scanner->set, &scanner->config, scanner->field,
                              scanner->place);
    sg_lanes_begin(&rig->lanes, rules, folds);
    scanner->culprit = NULL;
    scanner->begun = true;
    joint->open = joint->used = false;
    if (tail == NULL)
        return SCRUBGATE_OK;
    sg_buf_clear(&joint->text);
    rc = sg_tail_before(tail, scanner->field, scanner->place, &joint->text);
    sg_tail_begin(tail, scanner->field, scanner->place);
    joint->before = joint->text.len;
    joint->base = 0;
    joint->open = joint->used = rc >= 0 && joint->before > 0;
    if (joint->open) {
        sg_lanes_begin(&rig->joint, rules, folds);
        scanner->work += joint->before * scanner->work_each; /* it is scanned once more */
    }
    return rc;
}

/* Scans what the window has of the value behind what was said before it. *frontier: no finding
 * there that starts before it in the value is still to come. */
static enum scrubgate_status advance_joint(struct sg_scanner *scanner,
                                           const struct sg_window *window, uint64_t *frontier)
{
    struct joint *joint = &scanner->joint;
    struct sg_lanes *lanes = &scanner->rig->joint;
    enum scrubgate_status rc = SCRUBGATE_OK;
    const uint64_t end = window->base + window->text.len;
    uint64_t taken = joint->base + joint->text.len - joint->before; /* of the value */
    *frontier = end;
    do {
        uint64_t step = end - taken < JOINT_STEP ? end - taken : JOINT_STEP;
        rc = sg_buf_add(&joint->text, window->text.data + (taken - window->base), (size_t)step);
        if (rc < 0)
            return rc;
        taken += step;
        struct sg_window part = {.text = sg_buf_bytes(&joint->text),
                                 .base = joint->base,
                                 .last = window->last && taken == end};
        rc = sg_lanes_advance(lanes, &part);
        scanner->culprit = lanes->culprit;
        if (rc < 0)
            return rc;
        size_t gone = sg_window_spent(scanner->set, lanes->frontier, joint->base);
        sg_buf_drop(&joint->text, gone);
        joint->base += gone;
        if (part.last || lanes->frontier >= joint->before + JOINT_REACH) {
            close_joint(scanner);
            return rc;
        }
    } while (taken < end);
    uint64_t decided = lanes->frontier;
    *frontier = decided > joint->before ? decided - joint->before : 0;
    return rc;
}

static enum scrubgate_status advance(struct sg_scanner *scanner, const struct sg_window *window)
{
    uint64_t joined = window->base + window->text.len;
    enum scrubgate_status rc = sg_lanes_advance(&scanner->rig->lanes, window);
    scanner->culprit = scanner->rig->lanes.culprit;
    if (rc >= 0 && scanner->joint.open)
        rc = advance_joint(scanner, window, &joined);
    if (rc < 0)
        return rc;
    uint64_t frontier = scanner->rig->lanes.frontier;
    frontier = joined < frontier ? joined : frontier;
    if (frontier > scanner->frontier)
        scanner->frontier = frontier;
    return sg_resolver_settle(&scanner->resolver, window, scanner->frontier);
}

/* The value has ended: both engines found the same, or the checked one is wrong. */
static void end_value(struct sg_scanner *scanner)
{
    const struct sg_lanes *lanes = &scanner->rig->lanes, *joined = &scanner->rig->joint;
    bool same = sg_lanes_agree(lanes);
    if (scanner->config.tail != NULL) {
        sg_tail_end(scanner->config.tail);
        /* Else its sums are another message's, of whom only one engine may have been asked. */
        same = same && (!scanner->joint.used || sg_lanes_agree(joined));
    }
    if (lanes->setup.checking && !lanes->check_ended && scanner->config.rechecked != NULL)
        scanner->config.rechecked(scanner->config.ctx, same);
    sg_lanes_clear(&scanner->rig->lanes);
    scanner->begun = false;
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
    size_t gone = sg_window_spent(scanner->set, scanner->frontier, window.base);
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
        size_t gone =
            rc < 0 ? 0 : sg_window_spent(scanner->set, scanner->frontier, scanner->held_base);
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
    if (piece.len == 0 && (!last || scanner->held.len == 0)) {
        scanner->begun = scanner->begun && !last;
        return SCRUBGATE_OK; /* no rule matches empty text */
    }
    enum scrubgate_status rc = scanner->begun ? SCRUBGATE_OK : begin_value(scanner);
    if (rc < 0)
        return rc;
    if (scanner->config.tail != NULL)
        sg_tail_feed(scanner->config.tail, piece);
    scanner->work += (uint64_t)piece.len * scanner->work_each;
    rc = scanner->held.len == 0 ? feed_in_place(scanner, piece, last)
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
