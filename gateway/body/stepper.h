/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stepper.h - what the format stages share: input in small steps, all output of one before the
 * next.
 *
 * So a stage's memory depends on what it holds back and on SG_STEP, never on the size of the body.
 */
#ifndef SG_BODY_STEPPER_H
#define SG_BODY_STEPPER_H

#include <stdbool.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/bytes.h"
#include "body/outlet.h"
#include "body/scrub.h"
#include "body/stage.h"

enum { SG_STEP = 8 * 1024 };

/* A format stage's struct begins with this; all-zero but what is set here is the start. */
struct sg_stepper {
    struct sg_stage stage; /* with sg_stepper_push as its push */
    /* Takes all of piece (at most SG_STEP bytes, may be empty only with last). */
    enum scrubgate_status (*step)(struct sg_stepper *stepper, struct sg_bytes piece, bool last);
    struct sg_scrub *scrub; /* borrowed */
    struct sg_outlet outlet;
    uint64_t at; /* body offset of the piece's first byte */
    bool done;
};

enum scrubgate_status sg_stepper_push(struct sg_stage *stage, struct scrubgate_in *in,
                                      struct scrubgate_out *out, bool last);
void sg_stepper_fini(struct sg_stepper *stepper);

#endif
