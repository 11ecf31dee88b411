/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json.c - find the strings and numbers of a JSON body and splice scrubbed ones back.
 *
 *     gunzip -> [json] -> scrub, value by value -> gzip
 *
 *     {"to":"jo\u0040x.org","n":17}    the body
 *     {"":"","":17}                    the skeleton, which the judge of the grammar sees
 *
 * Bytes outside values are copied, not rebuilt: spacing, key order and escapes survive. String
 * bodies are read here and go straight to the scanner, so a long one costs no more than its length.
 * The judge has always approved what stands before a value that is scanned and before a byte that
 * leaves: a key is a key for both of us, or the body is refused.
 */
#include "body/format.h"

#include <stdlib.h>

#include "base/digest.h"
#include "base/json.h"
#include "body/json_number.h"
#include "body/json_string.h"
#include "body/json_walk.h"
#include "body/stepper.h"
#include "body/value.h"

enum { SKELETON = 256 };

struct json {
    struct sg_stepper stepper;
    struct sg_value value;
    struct sg_json_judge *judge;
    uint8_t skeleton[SKELETON]; /* not yet judged */
    size_t skeleton_len;
    struct sg_json_walk walk;
    struct sg_json_string string;
    struct sg_json_number number;
    enum { OUTSIDE, IN_KEY, IN_TEXT, IN_NUMBER } state;
};

/* One step's way through its piece. */
struct walker {
    struct json *json;
    struct sg_bytes piece;
    size_t pos;   /* read up to here */
    size_t given; /* copied, or left out, up to here */
};

/* --- the skeleton ----------------------------------------------------------------------------- */

static enum scrubgate_status judge(struct json *json)
{
    struct sg_bytes text = {json->skeleton, json->skeleton_len};
    if (text.len == 0)
        return SCRUBGATE_OK;
    json->skeleton_len = 0;
    return sg_json_judge_push(json->judge, text);
}

static enum scrubgate_status add_skeleton(struct json *json, uint8_t c)
{
    if (json->skeleton_len == SKELETON) {
        enum scrubgate_status rc = judge(json);
        if (rc < 0)
            return rc;
    }
    json->skeleton[json->skeleton_len++] = c;
    return SCRUBGATE_OK;
}

static enum scrubgate_status refuse(struct json *json, enum scrubgate_status rc, const char *why)
{
    json->stepper.stage.why = why;
    return rc;
}

/* --- copying ---------------------------------------------------------------------------------- */

/* Copies the piece up to that place as it came. */
static enum scrubgate_status give(struct walker *walker, size_t to)
{
    if (to == walker->given)
        return SCRUBGATE_OK; /* the last piece may be empty, and nowhere */
    struct sg_bytes raw = {walker->piece.data + walker->given, to - walker->given};
    walker->given = to;
    return sg_outlet_add(&walker->json->stepper.outlet, raw);
}

/* --- strings ---------------------------------------------------------------------------------- */

static enum scrubgate_status begin_string(struct walker *walker)
{
    struct json *json = walker->json;
    json->string = (struct sg_json_string){.raw_len = 0};
    walker->pos++;
    enum scrubgate_status rc = add_skeleton(json, '"');
    if (rc >= 0)
        rc = add_skeleton(json, '"');
    if (rc < 0)
        return rc;
    if (json->walk.key_next) {
        json->state = IN_KEY;
        return sg_json_walk_begin_key(&json->walk);
    }
    json->state = IN_TEXT;
    rc = judge(json);
    if (rc >= 0)
        rc = give(walker, walker->pos);
    if (rc < 0)
        return rc;
    return sg_value_begin(&json->value, sg_json_walk_place(&json->walk), SG_PATH_JSON,
                          json->stepper.at + walker->pos);
}

static enum scrubgate_status read_key(struct walker *walker)
{
    struct json *json = walker->json;
    struct sg_json_part part = {.kind = SG_JSON_RUN};
    enum scrubgate_status rc = SCRUBGATE_OK;
    while (rc >= 0) {
        rc = sg_json_string_next(&json->string, walker->piece, &walker->pos, &part,
                                 &json->stepper.stage.why);
        if (rc < 0 || part.kind == SG_JSON_MORE)
            break;
        if (part.kind == SG_JSON_END) {
            json->state = OUTSIDE;
            break;
        }
        rc = sg_json_walk_add_key(&json->walk, part.text);
    }
    return rc;
}

static enum scrubgate_status read_text(struct walker *walker)
{
    struct json *json = walker->json;
    struct sg_json_part part = {.kind = SG_JSON_RUN};
    enum scrubgate_status rc = SCRUBGATE_OK, fed = SCRUBGATE_OK;
    const char *why = NULL;
    while (fed >= 0) {
        rc = sg_json_string_next(&json->string, walker->piece, &walker->pos, &part, &why);
        if (rc < 0 || part.kind == SG_JSON_MORE || part.kind == SG_JSON_END)
            break;
        uint64_t at = json->stepper.at + walker->pos - part.raw.len;
        fed = part.kind == SG_JSON_RUN ? sg_value_run(&json->value, part.raw)
                                       : sg_value_escape(&json->value, at, part.raw, part.text);
    }
    /* What stands before a fault is scanned, so that a block rule wins or not however it was cut.
     */
    bool ended = rc >= 0 && part.kind == SG_JSON_END;
    if (fed >= 0)
        fed = sg_value_feed(&json->value, ended);
    if (fed < 0)
        return fed;
    if (rc < 0)
        return refuse(json, rc, why);
    /* The closing quote is copied with what follows it. */
    walker->given = ended ? walker->pos - 1 : walker->pos;
    if (ended)
        json->state = OUTSIDE;
    return SCRUBGATE_OK;
}

/* --- numbers ---------------------------------------------------------------------------------- */

static bool in_number(uint8_t c)
{
    return sg_is_digit(c) || c == '.' || c == '-' || c == '+' || c == 'e' || c == 'E';
}

/* The number that ends at pos and whose part in this piece begins at start. */
static enum scrubgate_status end_number(struct walker *walker, size_t start)
{
    struct json *json = walker->json;
    struct sg_buf *token = &json->number.token;
    struct sg_bytes text = {walker->piece.data + start, walker->pos - start};
    struct sg_bytes instead;
    enum scrubgate_status rc = SCRUBGATE_OK;
    bool held = token->len > 0;
    if (held) {
        rc = sg_buf_add_bytes(token, text);
        text = sg_buf_bytes(token);
    }
    for (size_t i = 0; i < text.len && rc >= 0; i++)
        rc = add_skeleton(json, text.data[i]);
    /* A space ends the number for the judge, who else would set it aside until the next byte comes.
     * Outside of all brackets that byte itself must be a space, so there it is awaited. */
    if (rc >= 0 && json->walk.depth > 0)
        rc = add_skeleton(json, ' ');
    if (rc >= 0)
        rc = judge(json);
    if (rc < 0)
        return rc;
    json->number.raw = json->stepper.at + walker->pos - text.len;
    rc = sg_json_number_scrub(&json->number, json->stepper.scrub, sg_json_walk_place(&json->walk),
                              text, &instead);
    if (rc >= 0 && (held || instead.len > 0)) {
        rc = give(walker, start);
        walker->given = walker->pos;
        if (rc >= 0)
            rc = sg_outlet_add(&json->stepper.outlet, instead.len > 0 ? instead : text);
    }
    sg_buf_clear(token);
    json->state = OUTSIDE;
    return rc;
}

static enum scrubgate_status read_number(struct walker *walker, bool last)
{
    struct json *json = walker->json;
    size_t start = walker->pos;
    while (walker->pos < walker->piece.len && in_number(walker->piece.data[walker->pos]))
        walker->pos++;
    size_t len = walker->pos - start;
    if (json->number.token.len + len > SG_JSON_NUMBER_LONGEST)
        return refuse(json, SCRUBGATE_ELIMIT, "a number too long");
    if (walker->pos < walker->piece.len || last)
        return end_number(walker, start);
    enum scrubgate_status rc = give(walker, start);
    walker->given = walker->pos;
    return rc < 0 ? rc : sg_buf_add(&json->number.token, walker->piece.data + start, len);
}

/* --- what is between -------------------------------------------------------------------------- */

static bool is_space(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static enum scrubgate_status read_outside(struct walker *walker)
{
    struct json *json = walker->json;
    enum scrubgate_status rc = SCRUBGATE_OK;
    while (rc >= 0 && walker->pos < walker->piece.len) {
        uint8_t c = walker->piece.data[walker->pos];
        if (c == '"')
            return begin_string(walker);
        if (sg_is_digit(c) || c == '-') {
            json->state = IN_NUMBER;
            return SCRUBGATE_OK;
        }
        walker->pos++;
        if (is_space(c)) {
            size_t n = json->skeleton_len;
            if (n == 0 || json->skeleton[n - 1] != ' ') /* one stands for many */
                rc = add_skeleton(json, ' ');
            continue;
        }
        rc = sg_json_walk_take(&json->walk, c);
        if (rc == SCRUBGATE_ELIMIT)
            return refuse(json, rc, "nested too deep");
        if (rc >= 0)
            rc = add_skeleton(json, c);
    }
    return rc;
}

/* --- the stage -------------------------------------------------------------------------------- */

static enum scrubgate_status finish(struct walker *walker)
{
    struct json *json = walker->json;
    if (json->stepper.at + walker->piece.len == 0)
        return SCRUBGATE_OK; /* an empty body: nothing is there to inspect */
    if (json->state == IN_NUMBER) {
        enum scrubgate_status rc = end_number(walker, walker->pos);
        if (rc < 0)
            return rc;
    }
    if (json->state != OUTSIDE)
        return refuse(json, SCRUBGATE_EMALFORMED, "a string without an end");
    enum scrubgate_status rc = judge(json);
    return rc < 0 ? rc : sg_json_judge_end(json->judge);
}

static enum scrubgate_status step(struct sg_stepper *stepper, struct sg_bytes piece, bool last)
{
    struct json *json = (struct json *)stepper;
    struct walker walker = {json, piece, 0, 0};
    enum scrubgate_status rc = SCRUBGATE_OK;
    while (rc >= 0 && walker.pos < piece.len) {
        switch (json->state) {
        case OUTSIDE:
            rc = read_outside(&walker);
            break;
        case IN_KEY:
            rc = read_key(&walker);
            break;
        case IN_TEXT:
            rc = read_text(&walker);
            break;
        case IN_NUMBER:
            rc = read_number(&walker, last);
            break;
        }
    }
    if (rc >= 0 && last)
        rc = finish(&walker);
    if (rc >= 0)
        rc = give(&walker, piece.len);
    /* The judge is heard first, also on our own faults: whichever stands earlier is told. */
    enum scrubgate_status verdict = judge(json);
    if (verdict < 0)
        rc = refuse(json, verdict, NULL);
    if (rc < 0 && stepper->stage.why == NULL && rc == SCRUBGATE_EMALFORMED)
        stepper->stage.why = "no valid JSON";
    return rc;
}

static void json_free(struct sg_stage *stage)
{
    struct json *json = (struct json *)stage;
    sg_json_judge_free(json->judge);
    sg_json_walk_fini(&json->walk);
    sg_json_number_fini(&json->number);
    sg_value_fini(&json->value);
    sg_stepper_fini(&json->stepper);
    sg_wipe(json, sizeof *json);
    free(json);
}

static const struct sg_stage_ops ops = {"json", sg_stepper_push, json_free};

enum scrubgate_status sg_json_new(struct sg_stage **stage, struct sg_scrub *scrub, bool lines)
{
    struct json *json = malloc(sizeof *json); /* calloc passes malloc's cache by */
    enum scrubgate_status rc = SCRUBGATE_ENOMEM;
    *stage = NULL;
    if (json == NULL)
        return rc;
    *json = (struct json){0};
    json->stepper.stage.ops = &ops;
    json->stepper.step = step;
    json->stepper.scrub = scrub;
    sg_value_init(&json->value, scrub, &json->stepper.outlet, sg_json_add_spliced);
    rc = sg_json_judge_new(&json->judge, SG_JSON_DEPTH, lines);
    if (rc >= 0)
        *stage = &json->stepper.stage;
    else
        json_free(&json->stepper.stage);
    return rc;
}
