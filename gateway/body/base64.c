/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base64.c - the two stages around content that is written in base64.
 */
#include "body/base64.h"

#include <stdlib.h>

#include "base/digest.h"
#include "body/stepper.h"

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

uint64_t sg_base64_raw(const struct sg_base64_layout *layout, uint64_t offset, bool end)
{
    uint64_t byte = end && offset > 0 ? offset - 1 : offset;
    uint64_t letter = byte / 3 * 4 + byte % 3 + (end && offset > 0 ? 1 : 0);
    uint64_t breaks = layout->line == 0 ? 0 : letter / layout->line;
    return letter + 2 * breaks + (end && offset > 0 ? 1 : 0);
}

/* --- decoding --------------------------------------------------------------------------------- */

struct decoder {
    struct sg_stepper stepper;
    struct sg_base64_layout *layout;
    struct sg_buf head; /* raw: until the layout is known */
    bool known;
    enum { IN_LINE, BEHIND_CR, BEHIND_BREAK, AT_END } state;
    uint64_t column;
    uint32_t bits;
    uint8_t count, pads; /* of letters in bits, of = behind them */
    uint8_t digits;      /* in a row */
};

static enum scrubgate_status refuse(struct sg_stepper *stepper, enum scrubgate_status rc,
                                    const char *why)
{
    stepper->stage.why = why;
    return rc;
}

static enum scrubgate_status malformed(struct decoder *decoder)
{
    return refuse(&decoder->stepper, SCRUBGATE_EMALFORMED, "no base64 that can be put back");
}

/* 0 … 63, or -1. */
static int value_of(uint8_t c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (sg_is_digit(c))
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* The group is whole: its bytes. */
static enum scrubgate_status give_group(struct decoder *decoder)
{
    uint32_t bits = decoder->bits << (6 * decoder->pads);
    const uint8_t bytes[3] = {(uint8_t)(bits >> 16), (uint8_t)(bits >> 8), (uint8_t)bits};
    size_t n = 3U - decoder->pads;
    if ((n < 3 && bytes[2] != 0) || (n < 2 && bytes[1] != 0))
        return malformed(decoder);
    decoder->bits = 0;
    decoder->count = 0;
    return sg_outlet_add(&decoder->stepper.outlet, (struct sg_bytes){bytes, n});
}

static enum scrubgate_status take_letter(struct decoder *decoder, uint8_t c)
{
    int value = value_of(c);
    if (decoder->layout->line > 0 && decoder->column == decoder->layout->line)
        return malformed(decoder);
    decoder->column++;
    decoder->digits = sg_is_digit(c) ? (uint8_t)(decoder->digits + 1) : 0;
    if (decoder->digits > SG_BASE64_DIGITS_MOST)
        return refuse(&decoder->stepper, SCRUBGATE_EUNSUPPORTED,
                      "base64 that reads as a number as it stands");
    if (c == '=' && decoder->count >= 2) {
        decoder->pads++;
    } else if (value >= 0 && decoder->pads == 0) {
        decoder->bits = decoder->bits << 6 | (uint32_t)value;
        decoder->count++;
    } else {
        return malformed(decoder);
    }
    return decoder->count + decoder->pads == 4 ? give_group(decoder) : SCRUBGATE_OK;
}

/* After padding, or a line that is shorter than the first, only the last break may come. */
static bool is_over(const struct decoder *decoder)
{
    return decoder->pads > 0 || decoder->column < decoder->layout->line ||
           decoder->layout->line == 0;
}

static enum scrubgate_status take(struct decoder *decoder, uint8_t c)
{
    switch (decoder->state) {
    case IN_LINE:
        if (c != '\r')
            return take_letter(decoder, c);
        decoder->state = BEHIND_CR;
        return SCRUBGATE_OK;
    case BEHIND_CR:
        if (c != '\n')
            return malformed(decoder);
        decoder->state = is_over(decoder) ? AT_END : BEHIND_BREAK;
        return SCRUBGATE_OK;
    case BEHIND_BREAK:
        decoder->state = IN_LINE;
        decoder->column = 0;
        /* A break after a break is none that we would make. */
        return c == '\r' ? malformed(decoder) : take_letter(decoder, c);
    case AT_END:
        break;
    }
    return malformed(decoder);
}

static enum scrubgate_status take_all(struct decoder *decoder, struct sg_bytes text)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (size_t i = 0; i < text.len && rc >= 0; i++)
        rc = take(decoder, text.data[i]);
    return rc;
}

/* The first line tells how long lines are, once something follows it. */
static enum scrubgate_status look(struct decoder *decoder, struct sg_bytes piece, bool last)
{
    enum scrubgate_status rc = sg_buf_add_bytes(&decoder->head, piece);
    struct sg_bytes head = sg_buf_bytes(&decoder->head);
    if (rc < 0)
        return rc;
    size_t line = sg_bytes_find(head, '\r');
    bool one_line = line > SG_BASE64_LINE_LONGEST; /* whatever comes */
    if (!last && !one_line && head.len < line + 3)
        return SCRUBGATE_OK;
    if (one_line)
        line = head.len;
    if (line + 2 < head.len)
        decoder->layout->line = (uint32_t)line;
    decoder->known = true;
    rc = take_all(decoder, head);
    sg_buf_fini(&decoder->head);
    return rc;
}

static enum scrubgate_status decode(struct sg_stepper *stepper, struct sg_bytes piece, bool last)
{
    struct decoder *decoder = (struct decoder *)stepper;
    enum scrubgate_status rc =
        decoder->known ? take_all(decoder, piece) : look(decoder, piece, last);
    if (rc < 0 || !last)
        return rc;
    if (decoder->state == BEHIND_CR || (decoder->count > 0 && decoder->count + decoder->pads < 4))
        return refuse(stepper, SCRUBGATE_EMALFORMED, "base64 that is cut off");
    decoder->layout->final_break = decoder->state != IN_LINE;
    return SCRUBGATE_OK;
}

static void decoder_free(struct sg_stage *stage)
{
    struct decoder *decoder = (struct decoder *)stage;
    sg_buf_fini(&decoder->head);
    sg_stepper_fini(&decoder->stepper);
    sg_wipe(decoder, sizeof *decoder);
    free(decoder);
}

static const struct sg_stage_ops decode_ops = {"base64", sg_stepper_push, decoder_free};

enum scrubgate_status sg_base64_decode_new(struct sg_stage **stage, struct sg_base64_layout *layout)
{
    struct decoder *decoder = calloc(1, sizeof *decoder);
    *stage = NULL;
    if (decoder == NULL)
        return SCRUBGATE_ENOMEM;
    decoder->stepper.stage.ops = &decode_ops;
    decoder->stepper.step = decode;
    decoder->layout = layout;
    *stage = &decoder->stepper.stage;
    return SCRUBGATE_OK;
}

/* --- encoding --------------------------------------------------------------------------------- */

struct encoder {
    struct sg_stepper stepper;
    const struct sg_base64_layout *layout;
    uint32_t column;
    uint8_t held[3]; /* bytes that make no group yet */
    uint8_t n_held;
};

static enum scrubgate_status put_letter(struct encoder *encoder, uint8_t letter)
{
    struct sg_outlet *outlet = &encoder->stepper.outlet;
    enum scrubgate_status rc = SCRUBGATE_OK;
    if (encoder->layout->line > 0 && encoder->column == encoder->layout->line) {
        rc = sg_outlet_add(outlet, SG_BYTES("\r\n"));
        encoder->column = 0;
    }
    encoder->column++;
    return rc < 0 ? rc : sg_outlet_add(outlet, (struct sg_bytes){&letter, 1});
}

static enum scrubgate_status put_group(struct encoder *encoder)
{
    uint32_t bits = 0;
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (size_t i = 0; i < 3; i++)
        bits = bits << 8 | (i < encoder->n_held ? encoder->held[i] : 0U);
    for (unsigned i = 0; i < 4 && rc >= 0; i++) {
        bool padded = i > encoder->n_held;
        rc = put_letter(encoder, padded ? '=' : (uint8_t)letters[bits >> (18 - 6 * i) & 63]);
    }
    encoder->n_held = 0;
    return rc;
}

static enum scrubgate_status encode(struct sg_stepper *stepper, struct sg_bytes piece, bool last)
{
    struct encoder *encoder = (struct encoder *)stepper;
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (size_t i = 0; i < piece.len && rc >= 0; i++) {
        encoder->held[encoder->n_held++] = piece.data[i];
        if (encoder->n_held == 3)
            rc = put_group(encoder);
    }
    if (rc >= 0 && last && encoder->n_held > 0)
        rc = put_group(encoder);
    if (rc >= 0 && last && encoder->layout->final_break)
        rc = sg_outlet_add(&stepper->outlet, SG_BYTES("\r\n"));
    return rc;
}

static void encoder_free(struct sg_stage *stage)
{
    struct encoder *encoder = (struct encoder *)stage;
    sg_stepper_fini(&encoder->stepper);
    sg_wipe(encoder, sizeof *encoder);
    free(encoder);
}

static const struct sg_stage_ops encode_ops = {"base64", sg_stepper_push, encoder_free};

enum scrubgate_status sg_base64_encode_new(struct sg_stage **stage,
                                           const struct sg_base64_layout *layout)
{
    struct encoder *encoder = calloc(1, sizeof *encoder);
    *stage = NULL;
    if (encoder == NULL)
        return SCRUBGATE_ENOMEM;
    encoder->stepper.stage.ops = &encode_ops;
    encoder->stepper.step = encode;
    encoder->layout = layout;
    *stage = &encoder->stepper.stage;
    return SCRUBGATE_OK;
}
