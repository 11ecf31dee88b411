/* SPDX-License-Identifier: Apache-2.0 */
/*
 * format.h - the format stages: each finds the values of its format and splices edits back.
 *
 * A body of no bytes is clean in every format: there is nothing to inspect.
 */
#ifndef SG_BODY_FORMAT_H
#define SG_BODY_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "body/media.h"
#include "body/scrub.h"
#include "body/stage.h"

enum {
    SG_JSON_DEPTH = 64,
    SG_JSON_NUMBER_LONGEST = 4096,
    SG_FORM_NAME_LONGEST = 4096,
    SG_SSE_EVENT_LONGEST = 256 * 1024, /* as it came; over it: ELIMIT, as all below */
    SG_SSE_LINES_MOST = 4096,          /* of an event */
    SG_MULTIPART_HEAD_LONGEST = 8 * 1024,
    SG_MULTIPART_PARTS_MOST = 1024,
    SG_MULTIPART_HELD_MOST = 64 * 1024 /* of a part with a Content-Length, which may change */
};

/* Each borrows scrub until freed. *stage is NULL on error. */

/* The whole body is one text value. Invalid UTF-8 is EMALFORMED. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_text_new(struct sg_stage **stage,
                                                     struct sg_scrub *scrub);
/* String values and numbers of a JSON text; lines: any number of JSON values (ndjson). */
SCRUBGATE_MUST_USE enum scrubgate_status sg_json_new(struct sg_stage **stage,
                                                     struct sg_scrub *scrub, bool lines);
/* Values of application/x-www-form-urlencoded; a part without =, or with none in its first
 * SG_FORM_NAME_LONGEST bytes, is a value without a name. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_form_new(struct sg_stage **stage,
                                                     struct sg_scrub *scrub);
/* The whole body is one text value, in which replacements are written so that no browser takes them
 * for markup. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_html_new(struct sg_stage **stage,
                                                     struct sg_scrub *scrub);
/*
 * text/event-stream: of each event the data, its lines joined by LF, is a value, scanned as JSON
 * where it is some; so is every other line. An event is held until it is whole, as readers do. A
 * bare CR is EMALFORMED: some take it for a line's end, some do not.
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_sse_new(struct sg_stage **stage,
                                                    struct sg_scrub *scrub);
/*
 * The parts of a multipart body, each by its own type, at $.name, or at $[n] without a name; texts
 * in their heads; what stands before the first and behind the last. EMALFORMED where two readers
 * could see different parts; EUNSUPPORTED: a part that cannot be inspected.
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_multipart_new(struct sg_stage **stage,
                                                          struct sg_scrub *scrub,
                                                          struct sg_bytes boundary);
/* The stage that media names; gzip is not its. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_format_new(struct sg_stage **stage,
                                                       struct sg_scrub *scrub,
                                                       const struct sg_media *media);
/* Inflates gzip (RFC 1952, any number of members). Over max_out bytes or, past the first 64 KiB,
 * over a ratio of 200 (looked at every 256 bytes of input): ELIMIT. Truncated or broken:
 * EMALFORMED. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_gunzip_new(struct sg_stage **stage, uint64_t max_out);
/* Deflates into one gzip member without name or time. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_gzip_new(struct sg_stage **stage);
/* "zlib 1.2.13", static. */
const char *sg_gzip_library(void);

#endif
