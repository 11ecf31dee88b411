/* SPDX-License-Identifier: Apache-2.0 */
/*
 * form_decode.h - read application/x-www-form-urlencoded text, piece by piece, as runs and escapes.
 *
 *     a=jo%40x+y&b   ->   run a · equals · run jo · escape @ · run x · escape (space) · run y · end
 *
 * A code point of several bytes is one escape, whichever of its bytes are written as %XX.
 */
#ifndef SG_BODY_FORM_DECODE_H
#define SG_BODY_FORM_DECODE_H

#include <stdint.h>
#include <scrubgate/status.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/utf8.h"

enum sg_form_part_kind {
    SG_FORM_RUN,    /* ASCII that reads as it is written */
    SG_FORM_ESCAPE, /* one code point */
    SG_FORM_EQUALS, /* = */
    SG_FORM_END,    /* & */
    SG_FORM_MORE    /* the piece is used up */
};

struct sg_form_part {
    enum sg_form_part_kind kind;
    struct sg_bytes raw;  /* RUN, ESCAPE, EQUALS; borrowed from the piece or from the state */
    struct sg_bytes text; /* what it reads */
};

/* Text being read. All-zero is the start. */
struct sg_form_decode {
    struct sg_utf8 utf8;
    uint8_t raw[12]; /* of the code point being read */
    uint8_t raw_len;
    uint8_t text[4];
    uint8_t text_len;
    uint8_t digits; /* of %XX still to come */
};

/* Takes bytes of piece from *pos on. EMALFORMED with *why, static. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_form_next(struct sg_form_decode *decode,
                                                      struct sg_bytes piece, size_t *pos,
                                                      struct sg_form_part *part, const char **why);
/* Whether the text may end here: not inside an escape or a code point. */
bool sg_form_complete(const struct sg_form_decode *decode);

/* Writes text as a form value. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_form_encode(struct sg_buf *out, struct sg_bytes text);

#endif
