/* SPDX-License-Identifier: Apache-2.0 */
/*
 * form.c - find the values of a form and splice scrubbed ones back.
 *
 *     gunzip -> [form] -> scrub, value by value -> gzip
 *
 *     from=c1&text=call+me&just+text      three values, the last without a name
 *
 * Names are not scanned. Whether a part has a name shows at its =, so the bytes before it wait; a
 * part whose = is further than SG_FORM_NAME_LONGEST bytes away is a value as a whole, = and all.
 */
#include "body/format.h"

#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "body/form_decode.h"
#include "body/stepper.h"
#include "body/value.h"

struct form {
    struct sg_stepper stepper;
    struct sg_value value;
    struct sg_form_decode decode;
    struct sg_buf waiting; /* raw: a name, or a value without one */
    uint64_t part_at;      /* body offset where this part begins */
    struct sg_step step;   /* the name, for places */
    uint8_t name[SG_STEP_NAME];
    enum { IN_NAME, IN_VALUE } state;
};

/* One step's way through its piece. */
struct walker {
    struct form *form;
    struct sg_bytes piece;
    size_t pos;
    const char *why;
};

static enum scrubgate_status give(struct form *form, struct sg_bytes raw)
{
    return sg_outlet_add(&form->stepper.outlet, raw);
}

/* --- values ----------------------------------------------------------------------------------- */

static enum scrubgate_status begin_value(struct form *form, uint64_t at)
{
    struct sg_place place = {&form->step, 1};
    form->state = IN_VALUE;
    form->step.name.data = form->name;
    return sg_value_begin(&form->value, place, SG_PATH_FIELD, at);
}

static enum scrubgate_status add_part(struct form *form, const struct sg_form_part *part,
                                      uint64_t end)
{
    if (part->kind == SG_FORM_ESCAPE)
        return sg_value_escape(&form->value, end - part->raw.len, part->raw, part->text);
    return sg_value_run(&form->value, part->raw); /* also a = inside a value */
}

/* What waited for a = is a value without a name, or its head. It was read once, so it can be read
 * again. */
static enum scrubgate_status begin_nameless(struct form *form, bool last)
{
    struct sg_form_decode again = {.raw_len = 0};
    struct sg_bytes waiting = sg_buf_bytes(&form->waiting);
    struct sg_form_part part = {.kind = SG_FORM_RUN};
    const char *why = NULL;
    size_t pos = 0;
    form->step = (struct sg_step){.cut = false};
    enum scrubgate_status rc = begin_value(form, form->part_at);
    while (rc >= 0) {
        rc = sg_form_next(&again, waiting, &pos, &part, &why);
        if (rc < 0 || part.kind == SG_FORM_MORE)
            break;
        rc = add_part(form, &part, form->part_at + pos);
    }
    if (rc >= 0)
        rc = sg_value_feed(&form->value, last);
    sg_buf_clear(&form->waiting);
    sg_wipe(&again, sizeof again);
    return rc;
}

static enum scrubgate_status read_value(struct walker *walker)
{
    struct form *form = walker->form;
    struct sg_form_part part = {.kind = SG_FORM_RUN};
    enum scrubgate_status rc = SCRUBGATE_OK, fed = SCRUBGATE_OK;
    while (fed >= 0) {
        rc = sg_form_next(&form->decode, walker->piece, &walker->pos, &part, &walker->why);
        if (rc < 0 || part.kind == SG_FORM_MORE || part.kind == SG_FORM_END)
            break;
        fed = add_part(form, &part, form->stepper.at + walker->pos);
    }
    /* What stands before a fault is scanned, so that a block rule wins or not however it was cut.
     */
    bool ended = rc >= 0 && part.kind == SG_FORM_END;
    if (fed >= 0)
        fed = sg_value_feed(&form->value, ended);
    if (fed < 0) {
        walker->why = NULL; /* the fault behind it was not the first */
        return fed;
    }
    if (rc < 0 || !ended)
        return rc;
    form->state = IN_NAME;
    form->part_at = form->stepper.at + walker->pos;
    form->step = (struct sg_step){.cut = false};
    return give(form, part.raw);
}

/* --- names ------------------------------------------------------------------------------------ */

static void add_name(struct form *form, struct sg_bytes text)
{
    struct sg_bytes *name = &form->step.name;
    size_t room = SG_STEP_NAME - name->len;
    if (form->step.cut)
        return;
    form->step.cut = text.len > room;
    if (form->step.cut)
        text.len = room;
    memcpy(form->name + name->len, text.data, text.len);
    name->len += text.len;
    if (form->step.cut)
        name->len -= sg_utf8_open_tail((struct sg_bytes){form->name, name->len});
}

static enum scrubgate_status end_nameless(struct form *form)
{
    if (form->waiting.len == 0)
        return SCRUBGATE_OK; /* nothing between two & */
    enum scrubgate_status rc = begin_nameless(form, true);
    form->state = IN_NAME;
    return rc;
}

static enum scrubgate_status read_name(struct walker *walker)
{
    struct form *form = walker->form;
    struct sg_form_part part = {.kind = SG_FORM_RUN};
    enum scrubgate_status rc =
        sg_form_next(&form->decode, walker->piece, &walker->pos, &part, &walker->why);
    if (rc < 0)
        return rc;
    switch (part.kind) {
    case SG_FORM_MORE:
        return SCRUBGATE_OK;
    case SG_FORM_RUN:
    case SG_FORM_ESCAPE:
        rc = sg_buf_add_bytes(&form->waiting, part.raw);
        add_name(form, part.text);
        if (rc >= 0 && form->waiting.len > SG_FORM_NAME_LONGEST)
            rc = begin_nameless(form, false);
        return rc;
    case SG_FORM_EQUALS:
        rc = give(form, sg_buf_bytes(&form->waiting));
        sg_buf_clear(&form->waiting);
        if (rc >= 0)
            rc = give(form, part.raw);
        return rc < 0 ? rc : begin_value(form, form->stepper.at + walker->pos);
    case SG_FORM_END:
        rc = end_nameless(form);
        form->part_at = form->stepper.at + walker->pos;
        form->step = (struct sg_step){.cut = false};
        return rc < 0 ? rc : give(form, part.raw);
    }
    return SCRUBGATE_EINVAL;
}

/* --- the stage -------------------------------------------------------------------------------- */

static enum scrubgate_status finish(struct walker *walker)
{
    struct form *form = walker->form;
    if (!sg_form_complete(&form->decode)) {
        walker->why = "cut off inside a character";
        return SCRUBGATE_EMALFORMED;
    }
    return form->state == IN_VALUE ? sg_value_feed(&form->value, true) : end_nameless(form);
}

static enum scrubgate_status step(struct sg_stepper *stepper, struct sg_bytes piece, bool last)
{
    struct form *form = (struct form *)stepper;
    struct walker walker = {form, piece, 0, NULL};
    enum scrubgate_status rc = SCRUBGATE_OK;
    while (rc >= 0 && walker.pos < piece.len)
        rc = form->state == IN_NAME ? read_name(&walker) : read_value(&walker);
    if (rc >= 0 && last)
        rc = finish(&walker);
    if (rc < 0)
        stepper->stage.why = walker.why;
    return rc;
}

static void form_free(struct sg_stage *stage)
{
    struct form *form = (struct form *)stage;
    sg_buf_fini(&form->waiting);
    sg_value_fini(&form->value);
    sg_stepper_fini(&form->stepper);
    sg_wipe(form, sizeof *form);
    free(form);
}

static const struct sg_stage_ops ops = {"form", sg_stepper_push, form_free};

enum scrubgate_status sg_form_new(struct sg_stage **stage, struct sg_scrub *scrub)
{
    struct form *form = calloc(1, sizeof *form);
    *stage = NULL;
    if (form == NULL)
        return SCRUBGATE_ENOMEM;
    form->stepper.stage.ops = &ops;
    form->stepper.step = step;
    form->stepper.scrub = scrub;
    sg_value_init(&form->value, scrub, &form->stepper.outlet, sg_form_encode);
    *stage = &form->stepper.stage;
    return SCRUBGATE_OK;
}
