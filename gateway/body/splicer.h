/* SPDX-License-Identifier: Apache-2.0 */
/*
 * splicer.h - put a scrubbed value back: kept text as its raw bytes were, edits encoded anew.
 *
 *     decoded   j  o  @        x     what the rules see
 *     raw       j  o  \u0040   x     what came and, when kept, what leaves
 *
 * The unit is the code point, however it was written: it leaves wholly or is wholly replaced, also
 * when an edit begins or ends inside it.
 */
#ifndef SG_BODY_SPLICER_H
#define SG_BODY_SPLICER_H

#include <stdbool.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "body/outlet.h"
#include "body/scrub.h"

/* The longest is quoted-printable: four =XX, with line breaks before and between them. */
enum { SG_ESCAPE_RAW = 22, SG_ESCAPE_TEXT = 4 };

/* One code point that is written otherwise than it reads. */
struct sg_escape {
    uint64_t text, raw; /* where it stands in the value, and in the body */
    uint8_t text_len, raw_len;
    uint8_t bytes[SG_ESCAPE_RAW]; /* raw */
};

struct sg_splicer {
    struct sg_outlet *outlet;
    /* Writes a replacement in the format's way; NULL: as it is. */
    enum scrubgate_status (*encode)(struct sg_buf *to, struct sg_bytes text);
    struct sg_buf encoded; /* one replacement */
    struct sg_buf escapes; /* struct sg_escape each, in order */
    size_t decided;        /* how many of them are kept or replaced */
    uint64_t base_text;    /* an offset of the value before the first of escapes … */
    uint64_t base_raw;     /* … and the body offset where it stands */
    uint64_t at;           /* all of the value before here is decided */
    uint8_t part[4];       /* head of a code point that at stands in, kept so far */
    uint8_t part_len;
    bool dirty; /* an edit has touched the code point that at stands in */
};

void sg_splicer_init(struct sg_splicer *splicer, struct sg_outlet *outlet,
                     enum scrubgate_status (*encode)(struct sg_buf *to, struct sg_bytes text));
void sg_splicer_fini(struct sg_splicer *splicer);

/* A new value, whose first raw byte stands at that body offset. */
void sg_splicer_begin(struct sg_splicer *splicer, uint64_t raw);
/* Names the escape at text (an offset of the value) before its text is fed. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_splicer_escape(struct sg_splicer *splicer,
                                                           const struct sg_escape *escape);
/* The callbacks for sg_scrub_begin. */
struct sg_splice sg_splicer_splice(struct sg_splicer *splicer, enum sg_path_style style);

#endif
