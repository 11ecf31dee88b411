/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_string.h - read the body of a JSON string, piece by piece, as runs and escapes.
 *
 *     "jo\u0040x"   ->   run jo · escape @ · run x · end
 *
 * Strict: control bytes, invalid UTF-8, unknown escapes and lone surrogates are refused.
 */
#ifndef SG_BODY_JSON_STRING_H
#define SG_BODY_JSON_STRING_H

#include <stdbool.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/bytes.h"
#include "base/utf8.h"

enum sg_json_part_kind {
    SG_JSON_RUN,    /* raw bytes that read as they are written */
    SG_JSON_ESCAPE, /* one code point, written as an escape or a surrogate pair */
    SG_JSON_END,    /* the closing quote */
    SG_JSON_MORE    /* the piece is used up */
};

struct sg_json_part {
    enum sg_json_part_kind kind;
    struct sg_bytes raw;  /* RUN, ESCAPE; borrowed from the piece or from the state */
    struct sg_bytes text; /* what it reads; for RUN the same bytes */
};

/* A string being read. All-zero is the start, behind the opening quote. */
struct sg_json_string {
    struct sg_utf8 utf8;
    uint8_t raw[12]; /* of the escape being read */
    uint8_t raw_len;
    uint8_t text[4];
    bool broken; /* the next call says so: what stood before the fault came first */
};

/* Takes bytes of piece from *pos on. EMALFORMED with *why, static. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_json_string_next(struct sg_json_string *string,
                                                             struct sg_bytes piece, size_t *pos,
                                                             struct sg_json_part *part,
                                                             const char **why);

#endif
