/* SPDX-License-Identifier: Apache-2.0 */
/*
 * multipart_part.h - the content of one part on its way through the stages of its own type.
 *
 *     multipart -> [base64 decode] -> text|html|json|ndjson|form|sse -> [base64 encode] -> outlet
 *
 * A part that cannot be inspected is refused at its first byte: empty ones are sent where a form's
 * file was not chosen.
 */
#ifndef SG_BODY_MULTIPART_PART_H
#define SG_BODY_MULTIPART_PART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "body/base64.h"
#include "body/multipart_head.h"
#include "body/needle.h"
#include "body/outlet.h"
#include "body/scrub.h"
#include "body/stage.h"

enum { SG_PART_STAGES = 3, SG_PART_CHARSET = 16 };

/* One at a time; used again for the next. All-zero is closed. */
struct sg_multipart_part {
    struct sg_scrub *scrub;                  /* borrowed */
    struct sg_stage *chain;                  /* NULL: it cannot be inspected, or is closed */
    struct sg_stage *stages[SG_PART_STAGES]; /* the chain's, to ask them */
    size_t n_stages;
    struct sg_base64_layout layout;
    bool base64;
    struct sg_step step; /* its place, unless it is none: preamble and epilogue */
    uint8_t name[SG_STEP_NAME];
    uint64_t at;    /* body offset of its content */
    uint64_t taken; /* of it */
    uint64_t given; /* what became of it */
    bool has_length;
    uint64_t length;         /* as its head says */
    const char *unsupported; /* why it cannot be inspected */
    bool names_charset;      /* it says in what charset the others are (RFC 7578, 4.6) */
    uint8_t charset[SG_PART_CHARSET];
    size_t charset_len;
    const char *why; /* it was refused */
};

/* Where texts of the head of part number stand. */
void sg_multipart_part_name(struct sg_multipart_part *part, const struct sg_multipart_head *head,
                            uint64_t number);
/* Its content begins at that body offset. head NULL: text that stands in no part. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_multipart_part_open(
    struct sg_multipart_part *part, const struct sg_multipart_head *head, uint64_t at);
/* Takes all of text. needle: what no part may hold when it leaves. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_multipart_part_push(struct sg_multipart_part *part,
                                                                struct sg_outlet *outlet,
                                                                struct sg_needle *needle,
                                                                struct sg_bytes text, bool last);
void sg_multipart_part_close(struct sg_multipart_part *part);

#endif
