/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_number.h - scrub one JSON number: a card number need not stand in quotes.
 *
 * A number with an edit can be no number any more: it leaves as a string, [CARD ••1111] in quotes.
 * One with an exponent is scanned as it is written and as it would be without.
 */
#ifndef SG_BODY_JSON_NUMBER_H
#define SG_BODY_JSON_NUMBER_H

#include <stdbool.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/buf.h"
#include "body/scrub.h"
#include "rule/path.h"

/* All-zero is empty. */
struct sg_json_number {
    struct sg_buf token;  /* the part that earlier pieces held */
    struct sg_buf plain;  /* its text without exponent */
    struct sg_buf edited; /* its text with edits, while it is scanned */
    bool changed;
    uint64_t raw, raw_len; /* where it stands in the body */
};

void sg_json_number_fini(struct sg_json_number *number);

/* Scrubs a whole number at that place. When it must change, *instead is the JSON string to write,
 * borrowed until the next call; else *instead is empty. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_json_number_scrub(struct sg_json_number *number,
                                                              struct sg_scrub *scrub,
                                                              struct sg_place place,
                                                              struct sg_bytes text,
                                                              struct sg_bytes *instead);
#endif
