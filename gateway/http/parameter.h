/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parameter.h - read the parameters of a header value: ; name=value; name="value" (RFC
 * 9110, 5.6.6).
 */
#ifndef SG_HTTP_PARAMETER_H
#define SG_HTTP_PARAMETER_H

#include <stdbool.h>

#include "base/bytes.h"

/* Borrowed from the value it was read from. */
struct sg_parameter {
    struct sg_bytes name;  /* empty: there are no more */
    struct sg_bytes value; /* without quotes, its backslashes still in it */
    bool quoted, escaped;  /* escaped: there is a backslash in it */
};

/* Takes a token from the beginning of rest; false when none is there. */
bool sg_token_take(struct sg_bytes *rest, struct sg_bytes *token);
/* Takes the next parameter, its ; included, past empty ones. False when what comes is none. */
bool sg_parameter_next(struct sg_bytes *rest, struct sg_parameter *parameter);

#endif
