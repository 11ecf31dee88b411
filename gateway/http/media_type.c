/* SPDX-License-Identifier: Apache-2.0 */
/*
 * media_type.c - read a Content-Type: type/subtype; parameter=value (RFC 9110, 8.3.1).
 *
 * Strict, because what a body is taken for decides how it is searched: what cannot be read here
 * is not guessed.
 */
#include "http/media_type.h"

#include "http/header.h"

static void skip(struct sg_bytes *rest, size_t n)
{
    rest->data += n;
    rest->len -= n;
}

static bool take_char(struct sg_bytes *rest, uint8_t c)
{
    if (rest->len == 0 || rest->data[0] != c)
        return false;
    skip(rest, 1);
    return true;
}

static bool take_token(struct sg_bytes *rest, struct sg_bytes *token)
{
    size_t n = 0;
    while (n < rest->len && sg_is_token_char(rest->data[n]))
        n++;
    *token = (struct sg_bytes){rest->data, n};
    skip(rest, n);
    return n > 0;
}

static void take_blanks(struct sg_bytes *rest)
{
    while (take_char(rest, ' ') || take_char(rest, '\t'))
        ;
}

/* What stands between quotes, its backslashes still in it; rest is after the opening quote. */
static bool take_quoted(struct sg_bytes *rest, struct sg_bytes *text, bool *escaped)
{
    size_t n = 0;
    *escaped = false;
    while (n < rest->len && rest->data[n] != '"') {
        if (rest->data[n] == '\\') {
            *escaped = true;
            n++;
        }
        n++;
    }
    if (n >= rest->len)
        return false;
    *text = (struct sg_bytes){rest->data, n};
    skip(rest, n + 1);
    return sg_header_value_valid(*text);
}

static bool take_parameter(struct sg_bytes *rest, struct sg_media_type *out)
{
    struct sg_bytes name, value;
    bool escaped = false;
    if (!take_token(rest, &name) || !take_char(rest, '='))
        return false;
    bool ok = take_char(rest, '"') ? take_quoted(rest, &value, &escaped) : take_token(rest, &value);
    if (!ok || !sg_bytes_equal_nocase(name, SG_BYTES("charset")))
        return ok;
    /* Empty stands for absent in out, and an escaped one would have to be rewritten. */
    if (out->charset.len > 0 || value.len == 0 || escaped)
        return false;
    out->charset = value;
    return true;
}

bool sg_media_type_parse(struct sg_bytes value, struct sg_media_type *out)
{
    struct sg_bytes rest = sg_bytes_trim(value);
    *out = (struct sg_media_type){.charset = {NULL, 0}};
    if (!take_token(&rest, &out->type) || !take_char(&rest, '/') ||
        !take_token(&rest, &out->subtype))
        return false;
    for (;;) {
        take_blanks(&rest);
        if (rest.len == 0)
            return true;
        if (!take_char(&rest, ';'))
            return false;
        take_blanks(&rest);
        if (rest.len > 0 && rest.data[0] != ';' && !take_parameter(&rest, out))
            return false;
    }
}
