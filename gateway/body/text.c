/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text.c - a body that is one text value: plain text, or HTML.
 *
 *     gunzip -> [text] -> scrub -> gzip
 *
 * HTML is text here, too: which of its marks and references hide a value is for rules to know. *
 * UTF-8 is checked before the text is scanned: rules never see what cannot be read.
 */
#include "body/format.h"

#include <stdlib.h>

#include "base/utf8.h"
#include "body/html.h"
#include "body/stepper.h"
#include "body/value.h"

struct text {
    struct sg_stepper stepper;
    struct sg_value value;
    struct sg_utf8 utf8;
    bool begun;
};

static enum scrubgate_status step(struct sg_stepper *stepper, struct sg_bytes piece, bool last)
{
    struct text *text = (struct text *)stepper;
    enum scrubgate_status rc = SCRUBGATE_OK;
    if (!text->begun) {
        if (piece.len == 0)
            return SCRUBGATE_OK; /* an empty body holds no value */
        text->begun = true;
        struct sg_place top = {NULL, 0};
        rc = sg_value_begin(&text->value, top, SG_PATH_NONE, stepper->at);
    }
    /* What stands before a fault is scanned, so that a block rule wins or not however it was cut.
     */
    /* No text holds a NUL. UTF-16 without its mark does, and is valid UTF-8 all the same. */
    struct sg_bytes plain = {piece.data, sg_bytes_find(piece, 0)};
    struct sg_bytes valid = {plain.data, sg_utf8_prefix(&text->utf8, plain)};
    bool broken = valid.len < piece.len || (last && !sg_utf8_complete(&text->utf8));
    if (rc >= 0)
        rc = sg_value_run(&text->value, valid);
    if (rc >= 0)
        rc = sg_value_feed(&text->value, last && !broken);
    if (rc < 0 || !broken)
        return rc;
    stepper->stage.why =
        valid.len < piece.len && piece.data[valid.len] == 0 ? "a NUL byte" : "invalid UTF-8";
    return SCRUBGATE_EMALFORMED;
}

static void text_free(struct sg_stage *stage)
{
    struct text *text = (struct text *)stage;
    sg_value_fini(&text->value);
    sg_stepper_fini(&text->stepper);
    free(text);
}

static const struct sg_stage_ops text_ops = {"text", sg_stepper_push, text_free};
static const struct sg_stage_ops html_ops = {"html", sg_stepper_push, text_free};

static enum scrubgate_status make(struct sg_stage **stage, struct sg_scrub *scrub,
                                  const struct sg_stage_ops *ops,
                                  enum scrubgate_status (*encode)(struct sg_buf *to,
                                                                  struct sg_bytes text))
{
    struct text *text = calloc(1, sizeof *text);
    *stage = NULL;
    if (text == NULL)
        return SCRUBGATE_ENOMEM;
    text->stepper.stage.ops = ops;
    text->stepper.step = step;
    text->stepper.scrub = scrub;
    sg_value_init(&text->value, scrub, &text->stepper.outlet, encode);
    *stage = &text->stepper.stage;
    return SCRUBGATE_OK;
}

enum scrubgate_status sg_text_new(struct sg_stage **stage, struct sg_scrub *scrub)
{
    return make(stage, scrub, &text_ops, NULL);
}

enum scrubgate_status sg_html_new(struct sg_stage **stage, struct sg_scrub *scrub)
{
    return make(stage, scrub, &html_ops, sg_html_encode);
}
