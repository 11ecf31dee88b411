/* SPDX-License-Identifier: Apache-2.0 */
/*
 * form_decode.c - read and write application/x-www-form-urlencoded text (WHATWG URL, section 5).
 */
#include "body/form_decode.h"

static bool is_plain(uint8_t c)
{
    return c < 0x80 && c != '%' && c != '+' && c != '&' && c != '=';
}

/* Takes one more raw byte of a code point; *c is the byte it reads once *read is true. */
static bool take(struct sg_form_decode *decode, uint8_t raw, uint8_t *c, bool *read)
{
    decode->raw[decode->raw_len++] = raw;
    *read = false;
    if (decode->digits > 0) {
        if (sg_hex_value(raw) < 0)
            return false;
        decode->digits--;
        const uint8_t *end = decode->raw + decode->raw_len;
        if (decode->digits == 0) {
            *c = (uint8_t)(sg_hex_value(end[-2]) << 4 | sg_hex_value(end[-1]));
            *read = true;
        }
    } else if (raw == '%') {
        decode->digits = 2;
    } else {
        *c = raw == '+' ? ' ' : raw;
        *read = true;
    }
    return true;
}

/* Reads one code point that is more than a plain byte. */
static enum scrubgate_status next_escape(struct sg_form_decode *decode, struct sg_bytes piece,
                                         size_t *pos, struct sg_form_part *part, const char **why)
{
    while (*pos < piece.len) {
        uint8_t c = 0;
        bool read = false;
        if (!take(decode, piece.data[(*pos)++], &c, &read)) {
            *why = "a broken % escape";
            return SCRUBGATE_EMALFORMED;
        }
        if (!read)
            continue;
        if (!sg_utf8_push(&decode->utf8, (struct sg_bytes){&c, 1})) {
            *why = "invalid UTF-8";
            return SCRUBGATE_EMALFORMED;
        }
        decode->text[decode->text_len++] = c;
        if (sg_utf8_complete(&decode->utf8)) {
            *part = (struct sg_form_part){
                SG_FORM_ESCAPE, {decode->raw, decode->raw_len}, {decode->text, decode->text_len}};
            decode->raw_len = decode->text_len = 0;
            return SCRUBGATE_OK;
        }
    }
    part->kind = SG_FORM_MORE;
    return SCRUBGATE_OK;
}

enum scrubgate_status sg_form_next(struct sg_form_decode *decode, struct sg_bytes piece,
                                   size_t *pos, struct sg_form_part *part, const char **why)
{
    if (decode->raw_len > 0)
        return next_escape(decode, piece, pos, part, why);
    size_t start = *pos;
    while (*pos < piece.len && is_plain(piece.data[*pos]))
        (*pos)++;
    struct sg_bytes run = {piece.data + start, *pos - start};
    if (run.len > 0) {
        *part = (struct sg_form_part){SG_FORM_RUN, run, run};
        return SCRUBGATE_OK;
    }
    if (*pos == piece.len) {
        part->kind = SG_FORM_MORE;
        return SCRUBGATE_OK;
    }
    uint8_t c = piece.data[*pos];
    if (c != '&' && c != '=')
        return next_escape(decode, piece, pos, part, why);
    (*pos)++;
    run.len = 1;
    *part = (struct sg_form_part){c == '&' ? SG_FORM_END : SG_FORM_EQUALS, run, run};
    return SCRUBGATE_OK;
}

bool sg_form_complete(const struct sg_form_decode *decode)
{
    return decode->raw_len == 0;
}

static bool is_kept(uint8_t c)
{
    return sg_is_alnum(c) || c == '*' || c == '-' || c == '.' || c == '_';
}

enum scrubgate_status sg_form_encode(struct sg_buf *out, struct sg_bytes text)
{
    static const char hex[] = "0123456789ABCDEF";
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (size_t i = 0; i < text.len && rc >= 0; i++) {
        uint8_t c = text.data[i];
        uint8_t escaped[3] = {'%', (uint8_t)hex[c >> 4], (uint8_t)hex[c & 15]};
        if (is_kept(c))
            rc = sg_buf_add_byte(out, c);
        else if (c == ' ')
            rc = sg_buf_add_byte(out, '+');
        else
            rc = sg_buf_add(out, escaped, sizeof escaped);
    }
    return rc;
}
