/* SPDX-License-Identifier: Apache-2.0 */
/*
 * quoted.c - text that is written in quoted-printable: find it, splice it back.
 *
 *     multipart -> [quoted] -> scrub
 *
 *     jo=40ex=        a code point is one escape, with the line breaks that do not count before
 *     ample.com       or inside it: "o" · "=40" · "ex" · "=CRLFa" · "mple.com"
 */
#include "body/quoted.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "body/html.h"
#include "body/stepper.h"
#include "body/value.h"

struct quoted {
    struct sg_stepper stepper;
    struct sg_value value;
    struct sg_utf8 utf8;
    uint8_t raw[SG_ESCAPE_RAW]; /* of the code point being read */
    uint8_t raw_len;
    uint8_t text[SG_ESCAPE_TEXT];
    uint8_t text_len;
    uint8_t high; /* the first digit of =XX */
    enum { PLAIN, BEHIND_EQUALS, BEHIND_DIGIT, BEHIND_SOFT_CR, BEHIND_CR } state;
    bool blank; /* the last byte was one, as it stands */
    bool begun;
};

static enum scrubgate_status malformed(struct quoted *quoted, const char *why)
{
    quoted->stepper.stage.why = why;
    return SCRUBGATE_EMALFORMED;
}

/* --- writing ---------------------------------------------------------------------------------- */

static enum scrubgate_status encode_text(struct sg_buf *to, struct sg_bytes text)
{
    static const char hex[] = "0123456789ABCDEF";
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (size_t i = 0; i < text.len && rc >= 0; i++) {
        uint8_t c = text.data[i];
        const uint8_t escaped[3] = {'=', (uint8_t)hex[c >> 4], (uint8_t)hex[c & 15]};
        if (c > ' ' && c < 0x7F && c != '=')
            rc = sg_buf_add_byte(to, c);
        else
            rc = sg_buf_add(to, escaped, sizeof escaped);
    }
    return rc;
}

static enum scrubgate_status encode_html(struct sg_buf *to, struct sg_bytes text)
{
    struct sg_buf html = {0};
    enum scrubgate_status rc = sg_html_encode(&html, text);
    if (rc >= 0)
        rc = encode_text(to, sg_buf_bytes(&html));
    sg_buf_fini(&html);
    return rc;
}

/* --- reading ---------------------------------------------------------------------------------- */

/* The raw bytes up to `end` (a body offset) read as one more byte. */
static enum scrubgate_status take_byte(struct quoted *quoted, uint8_t c, uint64_t end)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    if (c == 0)
        return malformed(quoted, "a NUL byte");
    if (!sg_utf8_push(&quoted->utf8, (struct sg_bytes){&c, 1}))
        return malformed(quoted, "invalid UTF-8");
    quoted->text[quoted->text_len++] = c;
    if (!sg_utf8_complete(&quoted->utf8))
        return SCRUBGATE_OK;
    rc = sg_value_escape(&quoted->value, end - quoted->raw_len,
                         (struct sg_bytes){quoted->raw, quoted->raw_len},
                         (struct sg_bytes){quoted->text, quoted->text_len});
    quoted->raw_len = quoted->text_len = 0;
    return rc;
}

/* One raw byte of a code point that is more than a plain byte. */
static enum scrubgate_status take(struct quoted *quoted, uint8_t c, uint64_t end)
{
    int digit = sg_hex_value(c);
    if (quoted->raw_len == SG_ESCAPE_RAW)
        return malformed(quoted, "too many line breaks inside a character");
    quoted->raw[quoted->raw_len++] = c;
    quoted->blank = false;
    switch (quoted->state) {
    case BEHIND_CR: /* read_plain has it */
    case PLAIN:
        quoted->state = c == '=' ? BEHIND_EQUALS : c == '\r' ? BEHIND_CR : PLAIN;
        quoted->blank = c == ' ' || c == '\t';
        return c == '=' ? SCRUBGATE_OK : take_byte(quoted, c, end);
    case BEHIND_EQUALS:
        if (c != '\r' && digit < 0)
            break;
        quoted->state = c == '\r' ? BEHIND_SOFT_CR : BEHIND_DIGIT;
        quoted->high = (uint8_t)(digit < 0 ? 0 : digit);
        return SCRUBGATE_OK;
    case BEHIND_DIGIT:
        if (digit < 0)
            break;
        quoted->state = PLAIN;
        return take_byte(quoted, (uint8_t)(quoted->high << 4 | digit), end);
    case BEHIND_SOFT_CR:
        if (c != '\n')
            break;
        quoted->state = PLAIN;
        return SCRUBGATE_OK;
    }
    return malformed(quoted, "a broken = escape");
}

static bool is_plain(uint8_t c)
{
    return (c >= ' ' && c < 0x7F && c != '=') || c == '\t';
}

/* Takes what stands for itself: a run, or one byte of a line's end. *n 0: none of these. */
static enum scrubgate_status read_plain(struct quoted *quoted, struct sg_bytes rest, size_t *n)
{
    uint8_t c = rest.data[0];
    *n = 0;
    if (quoted->state == BEHIND_CR) {
        if (c != '\n')
            return malformed(quoted, "a bare CR");
        *n = 1;
        quoted->state = PLAIN;
    } else if (quoted->state == PLAIN) {
        if (c == '\n')
            return malformed(quoted, "a bare LF");
        if (c == '\r' && quoted->blank)
            return malformed(quoted, "a blank at a line's end");
        if ((c < ' ' && c != '\t' && c != '\r') || c == 0x7F)
            return malformed(quoted, c == 0 ? "a NUL byte" : "a control");
        if (quoted->raw_len > 0)
            return SCRUBGATE_OK; /* it ends a code point */
        while (*n < rest.len && is_plain(rest.data[*n]))
            ++*n;
        if (*n > 0) {
            quoted->blank = rest.data[*n - 1] == ' ' || rest.data[*n - 1] == '\t';
        } else if (c == '\r') {
            *n = 1;
            quoted->state = BEHIND_CR;
        }
    }
    rest.len = *n;
    return *n == 0 ? SCRUBGATE_OK : sg_value_run(&quoted->value, rest);
}

static enum scrubgate_status finish(struct quoted *quoted)
{
    if (quoted->state != PLAIN || quoted->raw_len > 0)
        return malformed(quoted, "cut off inside a character");
    return quoted->blank ? malformed(quoted, "a blank at a line's end") : SCRUBGATE_OK;
}

static enum scrubgate_status step(struct sg_stepper *stepper, struct sg_bytes piece, bool last)
{
    struct quoted *quoted = (struct quoted *)stepper;
    const struct sg_place top = {NULL, 0};
    enum scrubgate_status rc = SCRUBGATE_OK;
    if (!quoted->begun) {
        if (piece.len == 0)
            return SCRUBGATE_OK;
        quoted->begun = true;
        rc = sg_value_begin(&quoted->value, top, SG_PATH_NONE, stepper->at);
    }
    for (size_t pos = 0; rc >= 0 && pos < piece.len;) {
        struct sg_bytes rest = {piece.data + pos, piece.len - pos};
        size_t n;
        rc = read_plain(quoted, rest, &n);
        pos += n;
        if (rc >= 0 && n == 0) {
            pos++;
            rc = take(quoted, rest.data[0], stepper->at + pos);
        }
    }
    if (rc >= 0 && last)
        rc = finish(quoted);
    if (rc < 0 && rc != SCRUBGATE_EMALFORMED)
        return rc;
    /* What stands before a fault is scanned, so that a block rule wins or not however it was cut.
     */
    enum scrubgate_status fed = sg_value_feed(&quoted->value, last && rc >= 0);
    if (fed < 0)
        stepper->stage.why = NULL; /* the fault behind it was not the first */
    return fed < 0 ? fed : rc;
}

static void quoted_free(struct sg_stage *stage)
{
    struct quoted *quoted = (struct quoted *)stage;
    sg_value_fini(&quoted->value);
    sg_stepper_fini(&quoted->stepper);
    sg_wipe(quoted, sizeof *quoted);
    free(quoted);
}

static const struct sg_stage_ops ops = {"quoted", sg_stepper_push, quoted_free};

enum scrubgate_status sg_quoted_new(struct sg_stage **stage, struct sg_scrub *scrub, bool html)
{
    struct quoted *quoted = calloc(1, sizeof *quoted);
    *stage = NULL;
    if (quoted == NULL)
        return SCRUBGATE_ENOMEM;
    quoted->stepper.stage.ops = &ops;
    quoted->stepper.step = step;
    quoted->stepper.scrub = scrub;
    sg_value_init(&quoted->value, scrub, &quoted->stepper.outlet, html ? encode_html : encode_text);
    *stage = &quoted->stepper.stage;
    return SCRUBGATE_OK;
}
