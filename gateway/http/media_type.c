/* SPDX-License-Identifier: Apache-2.0 */
/*
 * media_type.c - read a Content-Type: type/subtype; parameter=value (RFC 9110, 8.3.1).
 *
 * Strict, because what a body is taken for decides how it is searched: what cannot be read here
 * is not guessed.
 */
#include "http/media_type.h"

#include "http/parameter.h"

/* Keeps the parameter when it is that one. */
static bool keep(const struct sg_parameter *parameter, const char *name, struct sg_bytes *value)
{
    if (!sg_bytes_equal_nocase(parameter->name, sg_bytes_of(name)))
        return true;
    /* Empty stands for absent in out, and an escaped one would have to be rewritten. */
    if (value->len > 0 || parameter->value.len == 0 || parameter->escaped)
        return false;
    *value = parameter->value;
    return true;
}

bool sg_media_type_parse(struct sg_bytes value, struct sg_media_type *out)
{
    struct sg_bytes rest = sg_bytes_trim(value);
    struct sg_parameter parameter;
    *out = (struct sg_media_type){.charset = {NULL, 0}};
    if (!sg_token_take(&rest, &out->type) || rest.len == 0 || rest.data[0] != '/')
        return false;
    rest.data++;
    rest.len--;
    if (!sg_token_take(&rest, &out->subtype))
        return false;
    while (sg_parameter_next(&rest, &parameter)) {
        if (parameter.name.len == 0)
            return true;
        if (!keep(&parameter, "charset", &out->charset) ||
            !keep(&parameter, "boundary", &out->boundary))
            return false;
    }
    return false;
}
