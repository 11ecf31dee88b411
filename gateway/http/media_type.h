/* SPDX-License-Identifier: Apache-2.0 */
/*
 * media_type.h - read a Content-Type: type/subtype; parameter=value (RFC 9110, 8.3.1).
 */
#ifndef SG_HTTP_MEDIA_TYPE_H
#define SG_HTTP_MEDIA_TYPE_H

#include <stdbool.h>

#include "base/bytes.h"

/* Borrowed from the value it was read from. */
struct sg_media_type {
    struct sg_bytes type, subtype;
    struct sg_bytes charset;  /* without quotes; empty when absent */
    struct sg_bytes boundary; /* likewise */
};

/* False when it is none, or names charset or boundary twice, empty or with escapes. */
bool sg_media_type_parse(struct sg_bytes value, struct sg_media_type *out);

#endif
