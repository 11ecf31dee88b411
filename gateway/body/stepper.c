/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stepper.c - input in small steps, all output of one before the next.
 */
#include "body/stepper.h"

#include <assert.h>

enum scrubgate_status sg_stepper_push(struct sg_stage *stage, struct scrubgate_in *in,
                                      struct scrubgate_out *out, bool last)
{
    struct sg_stepper *stepper = (struct sg_stepper *)stage;
    enum scrubgate_status rc = SCRUBGATE_OK;
    stepper->outlet.out = out;
    for (;;) {
        if (!sg_outlet_drain(&stepper->outlet)) {
            rc = SCRUBGATE_FULL;
            goto out;
        }
        size_t left = in->len - in->pos;
        if (stepper->done) {
            assert(last && left == 0);
            rc = SCRUBGATE_DONE;
            goto out;
        }
        if (left == 0 && !last) {
            rc = SCRUBGATE_OK;
            goto out;
        }
        struct sg_bytes piece = {NULL, left < SG_STEP ? left : SG_STEP};
        if (left > 0)
            piece.data = (const uint8_t *)in->data + in->pos;
        bool final = last && piece.len == left;
        rc = stepper->step(stepper, piece, final);
        if (rc < 0)
            goto out;
        in->pos += piece.len;
        stepper->at += piece.len;
        stepper->done = final;
    }
out:
    stepper->outlet.out = NULL; /* the caller's window ends with the call */
    return rc;
}

void sg_stepper_fini(struct sg_stepper *stepper)
{
    sg_outlet_fini(&stepper->outlet);
}
