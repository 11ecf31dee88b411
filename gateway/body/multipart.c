/* SPDX-License-Identifier: Apache-2.0 */
/*
 * multipart.c - find the parts of a multipart body and put scrubbed ones back (RFC 2046, 7578).
 *
 *     gunzip -> [multipart: boundaries, heads] -> part: the stages of its type -> gzip
 *
 *     preamble CRLF --b CRLF head CRLF CRLF content CRLF --b … CRLF --b-- CRLF epilogue
 *
 * Readers differ in what they take for a boundary: at a line's beginning or anywhere, behind a bare
 * LF, with blanks behind it. So "--b" may stand nowhere but where all of them agree.
 */
#include "body/format.h"

#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "body/form_decode.h"
#include "body/multipart_head.h"
#include "body/multipart_part.h"
#include "body/needle.h"
#include "body/stepper.h"
#include "body/value.h"

struct multipart {
    struct sg_stepper stepper;
    struct sg_needle boundary; /* with its two dashes */
    struct sg_buf work;        /* what came and is not decided yet */
    uint64_t work_at;          /* body offset where it begins */
    size_t used;               /* of work, in this step */
    enum { PREAMBLE, AT_BOUNDARY, HEAD, CONTENT, CLOSED, EPILOGUE } state;
    size_t before; /* AT_BOUNDARY: bytes of the line's end before it */
    uint64_t parts;
    struct sg_multipart_part part;
    struct sg_value value;        /* a text in a head … */
    struct sg_outlet aside;       /* … and what became of it */
    struct sg_outlet held;        /* a part with its head, while its length is not known … */
    bool holds;                   /* … it is held */
    size_t length_at, length_end; /* in held: what its head says */
    struct scrubgate_out nowhere; /* what is set aside or held waits as a whole */
};

static enum scrubgate_status refuse(struct multipart *multipart, enum scrubgate_status rc,
                                    const char *why)
{
    multipart->stepper.stage.why = why;
    return rc;
}

/* What is not decided yet. */
static struct sg_bytes rest_of(const struct multipart *multipart)
{
    return (struct sg_bytes){multipart->work.data + multipart->used,
                             multipart->work.len - multipart->used};
}

static uint64_t at_of(const struct multipart *multipart)
{
    return multipart->work_at + multipart->used;
}

static bool starts_line(struct sg_bytes text)
{
    return sg_bytes_start_with(text, SG_BYTES("\r\n"));
}

/* Where what is scrubbed goes now. */
static struct sg_outlet *outlet_of(struct multipart *multipart)
{
    return multipart->holds ? &multipart->held : &multipart->stepper.outlet;
}

/* Copies the next n bytes as they came. */
static enum scrubgate_status give(struct multipart *multipart, size_t n)
{
    struct sg_bytes raw = {rest_of(multipart).data, n};
    multipart->used += n;
    return sg_outlet_add(outlet_of(multipart), raw);
}

/* --- lengths ---------------------------------------------------------------------------------- */

/* Lets go of what is held, with another length when one is given. */
static enum scrubgate_status release(struct multipart *multipart, const uint64_t *length)
{
    struct sg_outlet *outlet = &multipart->stepper.outlet;
    struct sg_bytes held = sg_buf_bytes(&multipart->held.rest);
    struct sg_bytes head = {held.data, multipart->length_at};
    size_t end = multipart->length_end;
    struct sg_buf digits = {0};
    enum scrubgate_status rc = SCRUBGATE_OK;
    if (length == NULL)
        rc = sg_buf_add(&digits, held.data + head.len, end - head.len);
    else
        rc = sg_buf_add_u64(&digits, *length);
    if (rc >= 0)
        rc = sg_outlet_add(outlet, head);
    if (rc >= 0)
        rc = sg_outlet_add(outlet, sg_buf_bytes(&digits));
    if (rc >= 0)
        rc = sg_outlet_add(outlet, (struct sg_bytes){held.data + end, held.len - end});
    sg_buf_fini(&digits);
    sg_buf_clear(&multipart->held.rest);
    multipart->holds = false;
    return rc;
}

/* What a part's head says of its length must hold for what leaves, too. */
static enum scrubgate_status keep_length(struct multipart *multipart, bool last)
{
    const struct sg_multipart_part *part = &multipart->part;
    bool same = part->given == part->length;
    if (multipart->holds && part->given > SG_MULTIPART_HELD_MOST) {
        enum scrubgate_status rc = release(multipart, NULL);
        if (rc < 0)
            return rc;
    }
    if (!last || !part->has_length)
        return SCRUBGATE_OK;
    if (multipart->holds)
        return release(multipart, same ? NULL : &part->given);
    return same ? SCRUBGATE_OK
                : refuse(multipart, SCRUBGATE_ELIMIT, "an edit in a part too long to count again");
}

/* --- content ---------------------------------------------------------------------------------- */

static enum scrubgate_status open_part(struct multipart *multipart,
                                       const struct sg_multipart_head *head)
{
    sg_needle_restart(&multipart->boundary);
    return sg_multipart_part_open(&multipart->part, head, at_of(multipart));
}

/* Hands the next n bytes to the part. */
static enum scrubgate_status push_part(struct multipart *multipart, size_t n, bool last)
{
    struct sg_bytes text = {rest_of(multipart).data, n};
    multipart->used += n;
    if (n == 0 && !last)
        return SCRUBGATE_OK;
    enum scrubgate_status rc = sg_multipart_part_push(&multipart->part, outlet_of(multipart),
                                                      &multipart->boundary, text, last);
    if (rc < 0)
        return refuse(multipart, rc, multipart->part.why);
    return keep_length(multipart, last);
}

/* Content, preamble or epilogue up to a boundary; as much of it as cannot be a part of one. */
static enum scrubgate_status read_content(struct multipart *multipart, bool last, bool *more)
{
    struct sg_bytes rest = rest_of(multipart);
    size_t found = sg_needle_find(&multipart->boundary, rest);
    if (found == rest.len) {
        size_t open = last ? 0 : multipart->boundary.len + 1; /* CR LF and all but its last byte */
        *more = false;
        return push_part(multipart, rest.len > open ? rest.len - open : 0, false);
    }
    bool first = multipart->state == PREAMBLE && at_of(multipart) + found == 0;
    bool line = found >= 2 && starts_line((struct sg_bytes){rest.data + found - 2, 2});
    bool fits = multipart->state != EPILOGUE && (first || line);
    multipart->before = first ? 0 : 2;
    enum scrubgate_status rc =
        push_part(multipart, fits ? found - multipart->before : found, false);
    if (rc < 0)
        return rc;
    if (!fits)
        return refuse(multipart, SCRUBGATE_EMALFORMED, "a boundary where none can be");
    multipart->state = AT_BOUNDARY;
    return SCRUBGATE_OK;
}

/* --- boundaries ------------------------------------------------------------------------------- */

static enum scrubgate_status read_boundary(struct multipart *multipart, bool last, bool *more)
{
    size_t len = multipart->before + multipart->boundary.len;
    struct sg_bytes rest = rest_of(multipart);
    if (rest.len < len + 2) {
        *more = false;
        return last ? refuse(multipart, SCRUBGATE_EMALFORMED, "cut off in a boundary")
                    : SCRUBGATE_OK;
    }
    struct sg_bytes behind = {rest.data + len, 2};
    bool closes = sg_bytes_equal(behind, SG_BYTES("--"));
    if (!closes && !starts_line(behind))
        return refuse(multipart, SCRUBGATE_EMALFORMED, "a boundary with something behind it");
    enum scrubgate_status rc = push_part(multipart, 0, true);
    if (rc >= 0)
        rc = give(multipart, len + 2);
    if (rc >= 0 && !closes && multipart->parts == SG_MULTIPART_PARTS_MOST)
        rc = refuse(multipart, SCRUBGATE_ELIMIT, "too many parts");
    multipart->state = closes ? CLOSED : HEAD;
    return rc;
}

static enum scrubgate_status read_closed(struct multipart *multipart, bool last, bool *more)
{
    struct sg_bytes rest = rest_of(multipart);
    if (rest.len < 2 && !(last && rest.len == 1)) {
        *more = false;
        return SCRUBGATE_OK;
    }
    if (!starts_line(rest))
        return refuse(multipart, SCRUBGATE_EMALFORMED, "a boundary with something behind it");
    enum scrubgate_status rc = give(multipart, 2);
    if (rc >= 0)
        rc = open_part(multipart, NULL);
    multipart->state = EPILOGUE;
    return rc;
}

/* --- heads ------------------------------------------------------------------------------------ */

static enum scrubgate_status encode_line(struct sg_buf *to, struct sg_bytes text)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (size_t i = 0; i < text.len && rc >= 0; i++) {
        uint8_t c = text.data[i];
        rc = sg_buf_add_byte(to, c < ' ' || c == 0x7F ? ' ' : c);
    }
    return rc;
}

/* As browsers do: what would end the quotes is %XX. */
static enum scrubgate_status encode_quoted(struct sg_buf *to, struct sg_bytes text)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (size_t i = 0; i < text.len && rc >= 0; i++) {
        struct sg_bytes one = {text.data + i, 1};
        if (one.data[0] == '"')
            rc = sg_buf_add_text(to, "%22");
        else if (one.data[0] == '\\')
            rc = sg_buf_add_text(to, "%5C");
        else
            rc = encode_line(to, one);
    }
    return rc;
}

static enum scrubgate_status encode_extended(struct sg_buf *to, struct sg_bytes text)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (size_t i = 0; i < text.len && rc >= 0; i++)
        rc = sg_is_alnum(text.data[i]) ? sg_buf_add_byte(to, text.data[i])
                                       : sg_buf_addf(to, "%%%02X", text.data[i]);
    return rc;
}

/* What stands behind UTF-8'': as a form's value, but for the marks that mean something there. */
static enum scrubgate_status read_extended(struct multipart *multipart, struct sg_bytes text,
                                           uint64_t at)
{
    struct sg_form_decode decode = {.raw_len = 0};
    struct sg_form_part part = {.kind = SG_FORM_RUN};
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (size_t pos = 0; rc >= 0 && pos < text.len;) {
        const char *why = NULL;
        if (sg_form_next(&decode, text, &pos, &part, &why) < 0)
            return refuse(multipart, SCRUBGATE_EMALFORMED, why);
        if (part.kind == SG_FORM_ESCAPE && part.raw.data[0] != '+')
            rc = sg_value_escape(&multipart->value, at + pos - part.raw.len, part.raw, part.text);
        else if (part.kind != SG_FORM_MORE)
            rc = sg_value_run(&multipart->value,
                              (struct sg_bytes){text.data + pos - part.raw.len, part.raw.len});
    }
    if (rc >= 0 && !sg_form_complete(&decode))
        rc = refuse(multipart, SCRUBGATE_EMALFORMED, "cut off inside a character");
    sg_wipe(&decode, sizeof decode);
    return rc;
}

/* Scrubs a text of a head that stands at that body offset, into aside. */
static enum scrubgate_status scrub_head_text(struct multipart *multipart,
                                             const struct sg_head_text *text, uint64_t at)
{
    enum scrubgate_status (*const encoders[])(struct sg_buf *, struct sg_bytes) = {
        [SG_HEAD_LINE] = encode_line,
        [SG_HEAD_QUOTED] = encode_quoted,
        [SG_HEAD_TOKEN] = encode_quoted,
        [SG_HEAD_EXTENDED] = encode_extended, /* LENGTH is no text */
    };
    const struct sg_step steps[2] = {
        multipart->part.step,
        {.name = {text->label.data,
                  text->label.len < SG_STEP_NAME ? text->label.len : SG_STEP_NAME},
         .cut = text->label.len > SG_STEP_NAME}};
    const struct sg_place place = {steps, 2};
    multipart->value.splicer.encode = encoders[text->kind];
    enum scrubgate_status rc = sg_value_begin(&multipart->value, place, SG_PATH_JSON, at);
    if (rc >= 0 && text->kind == SG_HEAD_EXTENDED)
        rc = read_extended(multipart, text->text, at);
    else if (rc >= 0)
        rc = sg_value_run(&multipart->value, text->text);
    return rc < 0 ? rc : sg_value_feed(&multipart->value, true);
}

/* A text of the head, scrubbed; or where its length stands. */
static enum scrubgate_status give_head_text(struct multipart *multipart,
                                            const struct sg_head_text *text)
{
    struct sg_outlet *outlet = outlet_of(multipart);
    if (text->kind == SG_HEAD_LENGTH) {
        multipart->length_at = multipart->held.rest.len;
        multipart->length_end = multipart->length_at + text->text.len;
        return give(multipart, text->text.len);
    }
    enum scrubgate_status rc = scrub_head_text(multipart, text, at_of(multipart));
    if (rc < 0)
        return rc;
    struct sg_bytes scrubbed = sg_buf_bytes(&multipart->aside.rest);
    /* What stands in for a token is none. */
    bool quotes = text->kind == SG_HEAD_TOKEN && !sg_bytes_equal(scrubbed, text->text);
    if (quotes)
        rc = sg_outlet_add(outlet, SG_BYTES("\""));
    if (rc >= 0)
        rc = sg_outlet_add(outlet, scrubbed);
    if (rc >= 0 && quotes)
        rc = sg_outlet_add(outlet, SG_BYTES("\""));
    multipart->used += text->text.len;
    sg_buf_clear(&multipart->aside.rest);
    return rc;
}

/* Copies the head's n bytes but for its texts. */
static enum scrubgate_status give_head(struct multipart *multipart,
                                       const struct sg_multipart_head *head, size_t n)
{
    const uint8_t *end = rest_of(multipart).data + n;
    enum scrubgate_status rc = SCRUBGATE_OK;
    multipart->holds = head->has_length;
    for (size_t i = 0; i < head->n_texts && rc >= 0; i++) {
        rc = give(multipart, (size_t)(head->texts[i].text.data - rest_of(multipart).data));
        if (rc >= 0)
            rc = give_head_text(multipart, &head->texts[i]);
    }
    return rc < 0 ? rc : give(multipart, (size_t)(end - rest_of(multipart).data));
}

/* How long the head is, with the blank line behind it; 0: it has no end yet. */
static size_t head_length(struct sg_bytes rest)
{
    if (starts_line(rest))
        return 2;
    for (size_t at = 0; rest.len - at >= 4; at++) {
        struct sg_bytes ahead = {rest.data + at, rest.len - at};
        at += sg_bytes_find(ahead, '\r');
        ahead = (struct sg_bytes){rest.data + at, rest.len - at};
        if (sg_bytes_start_with(ahead, SG_BYTES("\r\n\r\n")))
            return at + 4;
        if (at == rest.len)
            break;
    }
    return 0;
}

static enum scrubgate_status read_head(struct multipart *multipart, bool last, bool *more)
{
    struct sg_multipart_head head;
    const char *why = NULL;
    struct sg_bytes rest = rest_of(multipart);
    size_t n = head_length(rest);
    if (n == 0 || n > SG_MULTIPART_HEAD_LONGEST) {
        *more = false;
        if (n > 0 || rest.len > SG_MULTIPART_HEAD_LONGEST)
            return refuse(multipart, SCRUBGATE_ELIMIT, "a part with too long a head");
        return last ? refuse(multipart, SCRUBGATE_EMALFORMED, "cut off in the head of a part")
                    : SCRUBGATE_OK;
    }
    struct sg_bytes block = {rest.data, n - 2};
    if (sg_needle_find(&multipart->boundary, block) < block.len)
        return refuse(multipart, SCRUBGATE_EMALFORMED, "a boundary where none can be");
    enum scrubgate_status rc = sg_multipart_head_read(&head, block, &why);
    if (rc < 0)
        return refuse(multipart, rc, why);
    sg_multipart_part_name(&multipart->part, &head, multipart->parts++);
    rc = give_head(multipart, &head, n);
    if (rc >= 0)
        rc = open_part(multipart, &head);
    multipart->state = CONTENT;
    return rc;
}

/* --- the stage -------------------------------------------------------------------------------- */

static enum scrubgate_status finish(struct multipart *multipart)
{
    switch (multipart->state) {
    case EPILOGUE:
        return push_part(multipart, 0, true);
    case CLOSED:
        return SCRUBGATE_OK;
    case PREAMBLE:
        return refuse(multipart, SCRUBGATE_EMALFORMED, "no boundary in it");
    default:
        return refuse(multipart, SCRUBGATE_EMALFORMED, "no boundary at its end");
    }
}

static enum scrubgate_status turn(struct multipart *multipart, bool last, bool *more)
{
    switch (multipart->state) {
    case PREAMBLE:
    case CONTENT:
    case EPILOGUE:
        return read_content(multipart, last, more);
    case AT_BOUNDARY:
        return read_boundary(multipart, last, more);
    case HEAD:
        return read_head(multipart, last, more);
    case CLOSED:
        return read_closed(multipart, last, more);
    }
    return SCRUBGATE_EINVAL;
}

static enum scrubgate_status step(struct sg_stepper *stepper, struct sg_bytes piece, bool last)
{
    struct multipart *multipart = (struct multipart *)stepper;
    enum scrubgate_status rc = SCRUBGATE_OK;
    if (stepper->at + piece.len == 0)
        return SCRUBGATE_OK; /* an empty body: nothing is there to inspect */
    if (stepper->at == 0)
        rc = open_part(multipart, NULL);
    if (rc >= 0)
        rc = sg_buf_add_bytes(&multipart->work, piece);
    for (bool more = true; rc >= 0 && more;)
        rc = turn(multipart, last, &more);
    sg_buf_drop(&multipart->work, multipart->used);
    multipart->work_at += multipart->used;
    multipart->used = 0;
    return rc >= 0 && last ? finish(multipart) : rc;
}

static void multipart_free(struct sg_stage *stage)
{
    struct multipart *multipart = (struct multipart *)stage;
    sg_multipart_part_close(&multipart->part);
    sg_buf_fini(&multipart->work);
    sg_value_fini(&multipart->value);
    sg_outlet_fini(&multipart->aside);
    sg_outlet_fini(&multipart->held);
    sg_stepper_fini(&multipart->stepper);
    sg_wipe(multipart, sizeof *multipart);
    free(multipart);
}

static const struct sg_stage_ops ops = {"multipart", sg_stepper_push, multipart_free};

enum scrubgate_status sg_multipart_new(struct sg_stage **stage, struct sg_scrub *scrub,
                                       struct sg_bytes boundary)
{
    uint8_t dashed[2 + SG_BOUNDARY_LONGEST] = "--";
    *stage = NULL;
    if (!sg_media_boundary_valid(boundary))
        return SCRUBGATE_EINVAL;
    struct multipart *multipart = calloc(1, sizeof *multipart);
    if (multipart == NULL)
        return SCRUBGATE_ENOMEM;
    memcpy(dashed + 2, boundary.data, boundary.len);
    sg_needle_init(&multipart->boundary, (struct sg_bytes){dashed, boundary.len + 2});
    multipart->stepper.stage.ops = &ops;
    multipart->stepper.step = step;
    multipart->stepper.scrub = scrub;
    multipart->part.scrub = scrub;
    multipart->aside.out = multipart->held.out = &multipart->nowhere;
    sg_value_init(&multipart->value, scrub, &multipart->aside, NULL);
    *stage = &multipart->stepper.stage;
    return SCRUBGATE_OK;
}
