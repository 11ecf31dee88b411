/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_number.c - scrub one JSON number; with an edit it becomes a string.
 */
#include "body/json_number.h"

#include "base/json.h"
#include "body/format.h"

enum { PLAIN_MOST = 40 }; /* digits before the point */

void sg_json_number_fini(struct sg_json_number *number)
{
    sg_buf_fini(&number->token);
    sg_buf_fini(&number->plain);
    sg_buf_fini(&number->edited);
}

static enum scrubgate_status keep(void *ctx, uint64_t start, struct sg_bytes text)
{
    struct sg_json_number *number = ctx;
    (void)start;
    return sg_json_add_spliced(&number->edited, text);
}

static enum scrubgate_status edit(void *ctx, uint64_t start, uint64_t end,
                                  struct sg_bytes replacement)
{
    struct sg_json_number *number = ctx;
    (void)start;
    (void)end;
    number->changed = true;
    return sg_json_add_spliced(&number->edited, replacement);
}

static uint64_t raw(void *ctx, uint64_t offset, bool end)
{
    const struct sg_json_number *number = ctx;
    if (number->plain.len > 0) /* written otherwise: the whole number stands for any part of it */
        return end ? number->raw + number->raw_len : number->raw;
    return number->raw + offset;
}

/* What the exponent, whose letter stands at e, moves the point by; over PLAIN_MOST when far. */
static int64_t exponent_of(struct sg_bytes text, size_t e)
{
    int64_t value = 0;
    for (size_t i = e + 1; i < text.len; i++) {
        if (sg_is_digit(text.data[i]) && value <= SG_JSON_NUMBER_LONGEST)
            value = value * 10 + (text.data[i] - '0');
    }
    return e + 1 < text.len && text.data[e + 1] == '-' ? -value : value;
}

/*
 * 4.111111111111111E15 without its exponent: so some languages print any large number. Empty when
 * there is none, or when nobody would write the number out.
 */
static enum scrubgate_status write_out(struct sg_buf *plain, struct sg_bytes text)
{
    size_t e = 0, whole = 0;
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (bool pointed = false; e < text.len && text.data[e] != 'e' && text.data[e] != 'E'; e++) {
        pointed = pointed || text.data[e] == '.';
        whole += !pointed && sg_is_digit(text.data[e]) ? 1 : 0;
    }
    if (e == text.len)
        return rc;
    int64_t point = (int64_t)whole + exponent_of(text, e), n = 0;
    if (point <= 0 || point > PLAIN_MOST)
        return rc;
    bool leading = true;
    for (size_t i = 0; i < e && rc >= 0; i++) {
        uint8_t c = text.data[i];
        if (c == '-')
            rc = sg_buf_add_byte(plain, c);
        if (!sg_is_digit(c))
            continue;
        leading = leading && c == '0' && n + 1 < point;
        if (n++ == point)
            rc = sg_buf_add_byte(plain, '.');
        if (rc >= 0 && !leading)
            rc = sg_buf_add_byte(plain, c);
    }
    for (; n < point && rc >= 0; n++)
        rc = sg_buf_add_byte(plain, '0');
    return rc;
}

/* Scans it as one value, in one of its spellings. */
static enum scrubgate_status scan(struct sg_json_number *number, struct sg_scrub *scrub,
                                  struct sg_place place, struct sg_bytes text, bool again)
{
    const struct sg_splice splice = {keep, edit, raw, SG_PATH_JSON, number, again};
    sg_buf_clear(&number->edited);
    enum scrubgate_status rc = sg_buf_add_byte(&number->edited, '"');
    if (rc >= 0)
        rc = sg_scrub_begin(scrub, SG_FIELD_NUMBER, place, &splice);
    if (rc >= 0)
        rc = sg_scrub_feed(scrub, text, true);
    return rc < 0 ? rc : sg_buf_add_byte(&number->edited, '"');
}

enum scrubgate_status sg_json_number_scrub(struct sg_json_number *number, struct sg_scrub *scrub,
                                           struct sg_place place, struct sg_bytes text,
                                           struct sg_bytes *instead)
{
    *instead = (struct sg_bytes){NULL, 0};
    number->changed = false;
    number->raw_len = text.len;
    sg_buf_clear(&number->plain);
    enum scrubgate_status rc = scan(number, scrub, place, text, false);
    if (rc >= 0 && !number->changed)
        rc = write_out(&number->plain, text);
    if (rc >= 0 && number->plain.len > 0)
        rc = scan(number, scrub, place, sg_buf_bytes(&number->plain), true);
    if (rc >= 0 && number->changed)
        *instead = sg_buf_bytes(&number->edited);
    return rc;
}
