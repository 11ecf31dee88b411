/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chunked.c - the chunked transfer coding (RFC 9112, 7.1), read strictly in pieces.
 *
 * Stricter than the standard where parsers are known to differ: nothing but `;` or CRLF behind the
 * size, and trailers must be header lines, so that no next request is swallowed as one.
 */
#include "http/chunked.h"

#include <stdio.h>

#include "http/framing.h"
#include "http/header.h"

enum { MAX_DIGITS = 16, MAX_EXTENSION = 4096, MAX_TRAILER = 8192 };

enum {
    SIZE,
    EXTENSION,
    SIZE_LF,
    DATA,
    DATA_CR,
    DATA_LF,
    TRAILER, /* at the start of a line */
    TRAILER_NAME,
    TRAILER_VALUE,
    TRAILER_LF,
    LAST_LF,
    ENDED,
    BROKEN
};

static bool is_control(uint8_t c)
{
    return c < 0x20 || c == 0x7F;
}

/* Each returns NULL, or what is wrong with c. */
static const char *take_size(struct sg_chunked *s, uint8_t c)
{
    int digit = sg_hex_value(c);
    if (digit >= 0) {
        if (++s->digits > MAX_DIGITS)
            return "a chunk size over 16 digits";
        s->left = s->left << 4 | (uint64_t)digit;
        return NULL;
    }
    if (s->digits == 0 || (c != ';' && c != '\r'))
        return "a chunk size that is no hex number";
    if (s->left > SG_BODY_MOST - s->total)
        return "a chunked body over 2^53 bytes";
    s->total += s->left;
    s->state = c == ';' ? EXTENSION : SIZE_LF;
    return NULL;
}

static const char *take_extension(struct sg_chunked *s, uint8_t c)
{
    if (c == '\r')
        s->state = SIZE_LF;
    else if (is_control(c))
        return "a control character in a chunk extension";
    else if (++s->extension > MAX_EXTENSION)
        return "over 4 KiB of chunk extensions";
    return NULL;
}

static const char *take_lf(struct sg_chunked *s, uint8_t c, int next)
{
    s->state = next;
    return c == '\n' ? NULL : "a CR without LF in the chunked coding";
}

static const char *take_trailer(struct sg_chunked *s, uint8_t c)
{
    if (++s->trailer > MAX_TRAILER)
        return "over 8 KiB of trailers";
    if (s->state == TRAILER && c == '\r')
        s->state = LAST_LF;
    else if (s->state == TRAILER_VALUE && c == '\r')
        s->state = TRAILER_LF;
    else if (s->state == TRAILER_VALUE)
        return is_control(c) && c != '\t' ? "a control character in a trailer" : NULL;
    else if (s->state == TRAILER_NAME && c == ':')
        s->state = TRAILER_VALUE;
    else if (sg_is_token_char(c))
        s->state = TRAILER_NAME;
    else
        return "a trailer that is no header line";
    return NULL;
}

static const char *take_byte(struct sg_chunked *s, uint8_t c)
{
    switch (s->state) {
    case SIZE:
        return take_size(s, c);
    case EXTENSION:
        return take_extension(s, c);
    case SIZE_LF:
        s->digits = 0;
        return take_lf(s, c, s->left > 0 ? DATA : TRAILER);
    case DATA_CR:
        s->state = DATA_LF;
        return c == '\r' ? NULL : "a chunk that does not end where its size says";
    case DATA_LF:
        return take_lf(s, c, SIZE);
    case TRAILER:
    case TRAILER_NAME:
    case TRAILER_VALUE:
        return take_trailer(s, c);
    case TRAILER_LF:
        return take_lf(s, c, TRAILER);
    case LAST_LF:
        return take_lf(s, c, ENDED);
    default:
        return "a chunked body that was refused before";
    }
}

enum scrubgate_status sg_chunked_read(struct sg_chunked *state, struct sg_bytes text, size_t *pos,
                                      struct sg_bytes *body, const char **why)
{
    *body = (struct sg_bytes){NULL, 0};
    while (state->state != ENDED && *pos < text.len) {
        if (state->state == DATA) {
            size_t rest = text.len - *pos;
            size_t run = state->left < rest ? (size_t)state->left : rest;
            *body = (struct sg_bytes){text.data + *pos, run};
            *pos += run;
            state->left -= run;
            if (state->left == 0)
                state->state = DATA_CR;
            return SCRUBGATE_OK;
        }
        *why = take_byte(state, text.data[*pos]);
        if (*why != NULL) {
            state->state = BROKEN;
            return SCRUBGATE_EMALFORMED;
        }
        ++*pos;
    }
    return state->state == ENDED ? SCRUBGATE_DONE : SCRUBGATE_OK;
}

enum scrubgate_status sg_chunked_add(struct sg_buf *out, struct sg_bytes body)
{
    char size[24];
    if (body.len == 0) /* an empty chunk would be the end */
        return SCRUBGATE_OK;
    int digits = snprintf(size, sizeof size, "%zx\r\n", body.len);
    if (digits < 0 || body.len > SIZE_MAX / 2)
        return SCRUBGATE_EINVAL;
    enum scrubgate_status rc = sg_buf_reserve(out, (size_t)digits + body.len + 2);
    if (rc >= 0)
        rc = sg_buf_add(out, size, (size_t)digits);
    if (rc >= 0)
        rc = sg_buf_add_bytes(out, body);
    return rc < 0 ? rc : sg_buf_add_text(out, "\r\n");
}

enum scrubgate_status sg_chunked_add_end(struct sg_buf *out)
{
    return sg_buf_add_text(out, "0\r\n\r\n");
}

const struct sg_bytes sg_chunked_end = {(const uint8_t *)"\r\n", 2};
const struct sg_bytes sg_chunked_last = {(const uint8_t *)"0\r\n\r\n", 5};

size_t sg_chunked_put_size(uint8_t *body, size_t len)
{
    uint8_t *at = body;
    *--at = '\n';
    *--at = '\r';
    do {
        *--at = (uint8_t) "0123456789abcdef"[len & 15];
        len >>= 4;
    } while (len > 0);
    return (size_t)(body - at);
}
