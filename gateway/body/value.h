/* SPDX-License-Identifier: Apache-2.0 */
/*
 * value.h - one value of a body on its way to the scanner, as the runs and escapes it is written
 * in.
 *
 *     run · escape · run  ->  [value: decoded, in one go]  ->  scrub  ->  splicer  ->  outlet
 */
#ifndef SG_BODY_VALUE_H
#define SG_BODY_VALUE_H

#include <stdbool.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "body/scrub.h"
#include "body/splicer.h"

/* One at a time; used again for the next. */
struct sg_value {
    struct sg_scrub *scrub; /* borrowed */
    struct sg_splicer splicer;
    struct sg_buf gathered; /* decoded, not yet fed; empty while there is only a run */
    struct sg_bytes run;    /* the last run, borrowed from the piece, not yet gathered */
    uint64_t fed;           /* decoded bytes before gathered */
};

void sg_value_init(struct sg_value *value, struct sg_scrub *scrub, struct sg_outlet *outlet,
                   enum scrubgate_status (*encode)(struct sg_buf *to, struct sg_bytes text));
void sg_value_fini(struct sg_value *value);

/* Starts a text value whose first raw byte stands at that body offset. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_value_begin(struct sg_value *value,
                                                        struct sg_place place,
                                                        enum sg_path_style style, uint64_t raw);
/* What comes next: a run that stays where it is until sg_value_feed, or an escape that begins at
 * body offset at. ELIMIT: too many escapes wait. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_value_run(struct sg_value *value, struct sg_bytes run);
SCRUBGATE_MUST_USE enum scrubgate_status sg_value_escape(struct sg_value *value, uint64_t at,
                                                         struct sg_bytes raw, struct sg_bytes text);
/* Scans what has come. Call it before the piece goes away, and with last at the value's end. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_value_feed(struct sg_value *value, bool last);

#endif
