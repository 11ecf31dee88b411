/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reading.h - what a passage says that does not stand there in letters and digits.
 *
 *     "jo (at) example dot com" -> address -> "jo@example.com"
 *     "four one one, double five" -> digits -> "41155", between 0x0E and 0x0F
 *
 * A fold rule (`fold: NAME`) finds the passage; the reading of that name says what a person reads
 * there, with a map back. A reading never decides what is personal: it only presents, and the other
 * rules judge the text with what was read in the passage's place. It depends on the passage only.
 */
#ifndef SG_RULE_READING_H
#define SG_RULE_READING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/buf.h"
#include "base/bytes.h"

struct sg_reading; /* a way of reading a passage */

/* Digits of which at least half were spelled are put between these, so that a rule may ask for it:
 * whoever spells a long number hides it. */
enum { SG_READING_SPELLED = 0x0E, SG_READING_SPELLED_END = 0x0F };

/* View bytes that stand for raw bytes. Each step is atomic: equal lengths do not mean byte by byte.
 * raw_len is never 0; view_len is where nothing is read. */
struct sg_reading_step {
    uint32_t view_len, raw_len;
};

/* What a passage reads as. Zeroed is empty; reused from passage to passage. */
struct sg_reading_text {
    struct sg_buf view;
    struct sg_reading_step *steps; /* cover passage and view in order, without gaps */
    size_t n, cap;
};

/* NULL: there is none of this name. */
const struct sg_reading *sg_reading_find(struct sg_bytes name);
const char *sg_reading_name(const struct sg_reading *reading);
/* The name nearest to a mistyped one (for "did you mean"), or NULL. */
const char *sg_reading_nearest(struct sg_bytes name);

/* Replaces what `out` holds by what the passage reads as. *reads false: as nothing else than it is,
 * and out is empty. ENOMEM. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_reading_read(const struct sg_reading *reading,
                                                         struct sg_bytes passage,
                                                         struct sg_reading_text *out, bool *reads);
/* Wipes and frees. */
void sg_reading_text_fini(struct sg_reading_text *text);

#endif
