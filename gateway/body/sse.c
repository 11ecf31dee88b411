/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sse.c - find the values of a stream of events and splice scrubbed ones back.
 *
 *     gunzip -> [sse] -> scrub, event by event -> gzip
 *
 *     data: {"t":        lines of data, joined by LF, are one value: here {"t":LF"x"}, which is
 *     id: 7              JSON and goes through its stage. Put back, each line keeps its beginning
 *     data: "x"}         and its end: in what comes out are as many LF as in what went in.
 */
#include "body/format.h"

#include <stdlib.h>

#include "base/digest.h"
#include "base/json.h"
#include "base/utf8.h"
#include "body/splicer.h"
#include "body/sse_line.h"
#include "body/stepper.h"

enum { ROOM = 4096 };

struct sse {
    struct sg_stepper stepper;
    struct sg_buf event; /* as it came, up to its blank line */
    uint64_t event_at;   /* body offset where it begins */
    size_t line_at;      /* in event: the line that is not whole yet */
    struct sg_buf data;  /* its data, joined */
    struct sg_splicer splicer;
    struct sg_splice splice; /* the splicer's */
    struct sg_outlet aside;  /* a value that is spliced, until its lines are put back */
    struct sg_bytes value;   /* what is scanned now */
    uint64_t value_at;       /* its body offset, when it is no data */
    struct {                 /* where offsets of the data were looked for last */
        size_t next;
        uint64_t text;
        struct sg_sse_line line;
    } cursor;
};

static enum scrubgate_status refuse(struct sse *sse, enum scrubgate_status rc, const char *why)
{
    sse->stepper.stage.why = why;
    return rc;
}

/* The event's text from one offset to another. */
static struct sg_bytes cut(const struct sse *sse, size_t from, size_t to)
{
    return (struct sg_bytes){sse->event.data + from, to - from};
}

/* --- where the data stands -------------------------------------------------------------------- */

static bool next_data_line(const struct sse *sse, size_t *pos, struct sg_sse_line *line)
{
    while (sg_sse_line_next(sg_buf_bytes(&sse->event), pos, line)) {
        if (line->field == SG_SSE_DATA)
            return true;
    }
    return false;
}

static void rewind_cursor(struct sse *sse)
{
    sse->cursor.next = sse->cursor.text = 0;
    (void)next_data_line(sse, &sse->cursor.next, &sse->cursor.line);
}

/* An offset of the joined data as one of the body. Mostly the next one asked for is further on. */
static uint64_t raw_of_data(void *ctx, uint64_t offset, bool end)
{
    struct sse *sse = ctx;
    (void)end;
    if (offset < sse->cursor.text)
        rewind_cursor(sse);
    struct sg_sse_line *line = &sse->cursor.line;
    while (offset > sse->cursor.text + (line->end - line->value)) {
        sse->cursor.text += line->end - line->value + 1;
        if (!next_data_line(sse, &sse->cursor.next, line))
            break;
    }
    return sse->event_at + line->value + (offset - sse->cursor.text);
}

/* --- a value that is text --------------------------------------------------------------------- */

/* A line's end inside a replacement would end the line. */
static enum scrubgate_status encode(struct sg_buf *to, struct sg_bytes text)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (size_t i = 0; i < text.len && rc >= 0; i++) {
        uint8_t c = text.data[i];
        rc = sg_buf_add_byte(to, c == '\n' || c == '\r' ? ' ' : c);
    }
    return rc;
}

static enum scrubgate_status keep(void *ctx, uint64_t start, struct sg_bytes text)
{
    struct sse *sse = ctx;
    return sse->splice.keep(sse->splice.ctx, start, text);
}

/* The ends of lines inside an edit stay. */
static enum scrubgate_status edit(void *ctx, uint64_t start, uint64_t end,
                                  struct sg_bytes replacement)
{
    struct sse *sse = ctx;
    enum scrubgate_status rc = sse->splice.edit(sse->splice.ctx, start, end, replacement);
    for (uint64_t i = start; i < end && rc >= 0; i++) {
        if (sse->value.data[i] == '\n')
            rc = sg_outlet_add(&sse->aside, SG_BYTES("\n"));
    }
    return rc;
}

static uint64_t raw_of_line(void *ctx, uint64_t offset, bool end)
{
    const struct sse *sse = ctx;
    (void)end;
    return sse->value_at + offset;
}

/* Into aside. */
static enum scrubgate_status scrub_text(struct sse *sse, enum sg_sse_field field)
{
    const struct sg_step step = {.name = sg_bytes_of(sg_sse_field_name(field))};
    const struct sg_place place = {&step, 1};
    const struct sg_splice splice = {
        keep, edit, field == SG_SSE_DATA ? raw_of_data : raw_of_line, SG_PATH_FIELD, sse, false};
    struct sg_scrub *scrub = sse->stepper.scrub;
    sg_splicer_begin(&sse->splicer, 0);
    enum scrubgate_status rc = sg_scrub_begin(scrub, SG_FIELD_TEXT, place, &splice);
    return rc < 0 ? rc : sg_scrub_feed(scrub, sse->value, true);
}

/* --- data that is JSON ------------------------------------------------------------------------ */

/* Whether a reader could take the data for JSON. ELIMIT: it is nested too deep to tell. */
static enum scrubgate_status look_for_json(struct sg_bytes data, bool *is_json)
{
    struct sg_json_judge *judge = NULL;
    size_t i = 0;
    *is_json = false;
    while (i < data.len && (data.data[i] == ' ' || data.data[i] == '\t' || data.data[i] == '\n' ||
                            data.data[i] == '\r'))
        i++;
    if (i == data.len || (data.data[i] != '{' && data.data[i] != '[' && data.data[i] != '"'))
        return SCRUBGATE_OK;
    enum scrubgate_status rc = sg_json_judge_new(&judge, SG_JSON_DEPTH, false);
    if (rc >= 0)
        rc = sg_json_judge_push(judge, data);
    if (rc >= 0)
        rc = sg_json_judge_end(judge);
    sg_json_judge_free(judge);
    *is_json = rc >= 0;
    return rc == SCRUBGATE_EMALFORMED ? SCRUBGATE_OK : rc;
}

/* Into aside. */
static enum scrubgate_status scrub_json(struct sse *sse)
{
    const struct sg_step step = {.name = SG_BYTES("data")};
    const struct sg_frame frame = {{&step, 1}, raw_of_data, sse};
    struct sg_stage *json = NULL;
    uint8_t room[ROOM];
    struct scrubgate_in in = {sse->value.data, sse->value.len, 0};
    enum scrubgate_status rc = sg_json_new(&json, sse->stepper.scrub, false);
    if (rc < 0)
        return rc;
    sg_scrub_enter(sse->stepper.scrub, &frame);
    do {
        struct scrubgate_out out = {room, sizeof room, 0};
        rc = sg_stage_push(json, &in, &out, true);
        if (rc < 0)
            sse->stepper.stage.why = json->why;
        else if (sg_outlet_add(&sse->aside, (struct sg_bytes){room, out.pos}) < 0)
            rc = SCRUBGATE_ENOMEM;
        sg_wipe(room, out.pos);
    } while (rc == SCRUBGATE_FULL);
    sg_scrub_enter(sse->stepper.scrub, NULL);
    sg_stage_free(json);
    return rc;
}

/* --- an event --------------------------------------------------------------------------------- */

/* What could be read in two ways, or not at all. */
static enum scrubgate_status check(struct sse *sse)
{
    struct sg_bytes event = sg_buf_bytes(&sse->event);
    struct sg_sse_line line;
    size_t start = 0, lines = 0;
    if (!sg_utf8_valid(event))
        return refuse(sse, SCRUBGATE_EMALFORMED, "invalid UTF-8");
    if (sg_bytes_find(event, 0) < event.len)
        return refuse(sse, SCRUBGATE_EMALFORMED, "a NUL byte");
    for (size_t pos = 0; sg_sse_line_next(event, &pos, &line); start = pos) {
        struct sg_bytes text = cut(sse, start, line.end);
        if (sg_bytes_find(text, '\r') < text.len)
            return refuse(sse, SCRUBGATE_EMALFORMED, "a bare CR");
        if (++lines > SG_SSE_LINES_MOST)
            return refuse(sse, SCRUBGATE_ELIMIT, "an event of too many lines");
    }
    return SCRUBGATE_OK;
}

/* The event's data, spliced, into spliced; *any is false when it has none. */
static enum scrubgate_status scrub_data(struct sse *sse, struct sg_buf *spliced, bool *any)
{
    struct sg_sse_line line;
    size_t pos = 0;
    bool is_json;
    enum scrubgate_status rc = SCRUBGATE_OK;
    *any = false;
    while (rc >= 0 && next_data_line(sse, &pos, &line)) {
        if (*any)
            rc = sg_buf_add_byte(&sse->data, '\n');
        if (rc >= 0)
            rc = sg_buf_add_bytes(&sse->data, cut(sse, line.value, line.end));
        *any = true;
    }
    if (rc < 0 || sse->data.len == 0)
        return rc;
    rewind_cursor(sse);
    sse->value = sg_buf_bytes(&sse->data);
    rc = look_for_json(sse->value, &is_json);
    if (rc < 0)
        return refuse(sse, rc, rc == SCRUBGATE_ELIMIT ? "nested too deep" : NULL);
    rc = is_json ? scrub_json(sse) : scrub_text(sse, SG_SSE_DATA);
    sg_buf_move(spliced, &sse->aside.rest);
    return rc;
}

/* Puts the line's value back: data has its scrubbed lines. */
static enum scrubgate_status give_value(struct sse *sse, const struct sg_sse_line *line,
                                        struct sg_bytes *data)
{
    struct sg_outlet *outlet = &sse->stepper.outlet;
    if (line->field == SG_SSE_DATA) {
        struct sg_bytes own = {data->data, sg_bytes_find(*data, '\n')};
        size_t used = own.len < data->len ? own.len + 1 : own.len;
        if (used > 0)
            *data = (struct sg_bytes){data->data + used, data->len - used};
        return sg_outlet_add(outlet, own);
    }
    sse->value = cut(sse, line->value, line->end);
    sse->value_at = sse->event_at + line->value;
    if (sse->value.len == 0)
        return SCRUBGATE_OK;
    enum scrubgate_status rc = scrub_text(sse, line->field);
    if (rc >= 0)
        rc = sg_outlet_add(outlet, sg_buf_bytes(&sse->aside.rest));
    sg_buf_clear(&sse->aside.rest);
    return rc;
}

static enum scrubgate_status give_lines(struct sse *sse, struct sg_bytes data)
{
    struct sg_outlet *outlet = &sse->stepper.outlet;
    struct sg_sse_line line;
    size_t pos = 0, start = 0;
    enum scrubgate_status rc = SCRUBGATE_OK;
    while (rc >= 0 && sg_sse_line_next(sg_buf_bytes(&sse->event), &pos, &line)) {
        rc = sg_outlet_add(outlet, cut(sse, start, line.value));
        if (rc >= 0)
            rc = give_value(sse, &line, &data);
        if (rc >= 0)
            rc = sg_outlet_add(outlet, cut(sse, line.end, line.next));
        start = line.next;
    }
    return rc;
}

/* A mark of the byte order at the body's beginning is no part of its first line. */
static enum scrubgate_status give_mark(struct sse *sse)
{
    const struct sg_bytes mark = SG_BYTES("\xEF\xBB\xBF");
    if (sse->event_at > 0 || !sg_bytes_start_with(sg_buf_bytes(&sse->event), mark))
        return SCRUBGATE_OK;
    sg_buf_drop(&sse->event, mark.len);
    sse->event_at += mark.len;
    return sg_outlet_add(&sse->stepper.outlet, mark);
}

static enum scrubgate_status end_event(struct sse *sse)
{
    struct scrubgate_out none = {NULL, 0, 0};
    struct sg_buf spliced = {0};
    bool any = false;
    sse->aside.out = &none; /* all of it waits in aside.rest */
    enum scrubgate_status rc = give_mark(sse);
    if (rc >= 0)
        rc = check(sse);
    if (rc >= 0)
        rc = scrub_data(sse, &spliced, &any);
    if (rc >= 0)
        rc = give_lines(sse, sg_buf_bytes(&spliced));
    sse->event_at += sse->event.len;
    sse->line_at = 0;
    sg_buf_clear(&sse->event);
    sg_buf_clear(&sse->data);
    sg_buf_fini(&spliced);
    sse->aside.out = NULL;
    return rc;
}

/* --- the stage -------------------------------------------------------------------------------- */

/* Whether the event's last line, which is whole, ends it. */
static bool is_blank(const struct sse *sse)
{
    size_t len = sse->event.len - sse->line_at;
    return len == 1 || (len == 2 && sse->event.data[sse->line_at] == '\r');
}

static enum scrubgate_status step(struct sg_stepper *stepper, struct sg_bytes piece, bool last)
{
    struct sse *sse = (struct sse *)stepper;
    enum scrubgate_status rc = SCRUBGATE_OK;
    while (rc >= 0 && piece.len > 0) {
        size_t n = sg_bytes_find(piece, '\n');
        bool whole = n < piece.len;
        n += whole ? 1 : 0;
        if (n > SG_SSE_EVENT_LONGEST - sse->event.len)
            return refuse(sse, SCRUBGATE_ELIMIT, "an event too long");
        rc = sg_buf_add(&sse->event, piece.data, n);
        piece = (struct sg_bytes){piece.data + n, piece.len - n};
        if (rc < 0 || !whole)
            continue;
        if (is_blank(sse))
            rc = end_event(sse);
        else
            sse->line_at = sse->event.len;
    }
    /* Readers drop an event without its blank line; who looks at the bytes does not. */
    if (rc >= 0 && last && sse->event.len > 0)
        rc = end_event(sse);
    return rc;
}

static void sse_free(struct sg_stage *stage)
{
    struct sse *sse = (struct sse *)stage;
    sg_buf_fini(&sse->event);
    sg_buf_fini(&sse->data);
    sg_splicer_fini(&sse->splicer);
    sg_outlet_fini(&sse->aside);
    sg_stepper_fini(&sse->stepper);
    free(sse);
}

static const struct sg_stage_ops ops = {"sse", sg_stepper_push, sse_free};

enum scrubgate_status sg_sse_new(struct sg_stage **stage, struct sg_scrub *scrub)
{
    struct sse *sse = calloc(1, sizeof *sse);
    *stage = NULL;
    if (sse == NULL)
        return SCRUBGATE_ENOMEM;
    sse->stepper.stage.ops = &ops;
    sse->stepper.step = step;
    sse->stepper.scrub = scrub;
    sg_splicer_init(&sse->splicer, &sse->aside, encode);
    sse->splice = sg_splicer_splice(&sse->splicer, SG_PATH_FIELD);
    *stage = &sse->stepper.stage;
    return SCRUBGATE_OK;
}
