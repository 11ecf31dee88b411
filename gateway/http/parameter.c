/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parameter.c - read the parameters of a header value: ; name=value; name="value" (RFC
 * 9110, 5.6.6).
 */
#include "http/parameter.h"

#include "http/header.h"
#include "http/run.h"

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

static void take_blanks(struct sg_bytes *rest)
{
    while (take_char(rest, ' ') || take_char(rest, '\t'))
        ;
}

bool sg_token_take(struct sg_bytes *rest, struct sg_bytes *token)
{
    size_t n = sg_run_token(*rest, 0);
    *token = (struct sg_bytes){rest->data, n};
    skip(rest, n);
    return n > 0;
}

/* What stands between quotes; rest is after the opening quote. */
static bool take_quoted(struct sg_bytes *rest, struct sg_parameter *parameter)
{
    size_t n = 0;
    parameter->quoted = true;
    while (n < rest->len && rest->data[n] != '"') {
        if (rest->data[n] == '\\') {
            parameter->escaped = true;
            n++;
        }
        n++;
    }
    if (n >= rest->len)
        return false;
    parameter->value = (struct sg_bytes){rest->data, n};
    skip(rest, n + 1);
    return sg_header_value_valid(parameter->value);
}

bool sg_parameter_next(struct sg_bytes *rest, struct sg_parameter *parameter)
{
    *parameter = (struct sg_parameter){.quoted = false};
    for (;;) {
        take_blanks(rest);
        if (rest->len == 0)
            return true;
        if (!take_char(rest, ';'))
            return false;
        take_blanks(rest);
        if (rest->len > 0 && rest->data[0] != ';')
            break;
    }
    if (!sg_token_take(rest, &parameter->name) || !take_char(rest, '='))
        return false;
    return take_char(rest, '"') ? take_quoted(rest, parameter)
                                : sg_token_take(rest, &parameter->value);
}
