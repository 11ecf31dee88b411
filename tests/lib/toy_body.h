/* SPDX-License-Identifier: Apache-2.0 */
/*
 * toy_body.h - a body stage over toy rules, made anew for each run.
 *
 *     apple                [FRUIT]        mask         a word
 *     card number (Luhn)   [CARD ••1111]  mask         also as a JSON number
 *     jo@example.com       [MAIL]         mask
 *     ünited               «ü"»           mask         not ASCII, and to be escaped
 *     spread over          [SPREAD]       mask         any blank between, also a line's end
 *     bomb                                block
 *     notable, elsewhere                  tag, divert
 */
#ifndef SG_TESTS_TOY_BODY_H
#define SG_TESTS_TOY_BODY_H

#include <scrubgate/ruleset.h>

#include "body/scrub.h"
#include "body/stage.h"
#include "splits.h"

/* Compiled once for the process. */
const struct scrubgate_ruleset *sg_toy_body_rules(void);
struct scrubgate_scratch *sg_toy_body_scratch(void);
void sg_toy_body_fini(void);

/* What is made for each run, and what the last run left. All-zero but make is fine. */
struct sg_toy_body {
    enum scrubgate_status (*make)(struct sg_stage **stage, struct sg_scrub *scrub);
    bool shadow;
    const uint8_t *key;
    struct sg_capture *captures; /* emptied before each run */
    size_t n_captures;
    void (*on_event)(void *ctx, const struct scrubgate_event *event);
    void *ctx;
    struct sg_scrub *scrub;     /* of the current run */
    struct sg_summary summary;  /* of the last run; its tallies are gone */
    char reason[192], why[128]; /* of the last run */
};

/* For sg_splits_check and sg_splits_run. */
struct sg_splits sg_toy_body_splits(struct sg_toy_body *body);

#endif
