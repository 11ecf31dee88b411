/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stage.c - holds every stage to its contract: a refusal moves nothing and stays.
 */
#include "body/stage.h"

#include <assert.h>

#include "base/digest.h"

enum scrubgate_status sg_stage_push(struct sg_stage *stage, struct scrubgate_in *in,
                                    struct scrubgate_out *out, bool last)
{
    size_t in_before = in->pos, out_before = out->pos;
    if (stage->refused < 0)
        return stage->refused;

    enum scrubgate_status rc = stage->ops->push(stage, in, out, last);
    assert(in->pos >= in_before && in->pos <= in->len);
    assert(out->pos >= out_before && out->pos <= out->cap);
    stage->taken += in->pos - in_before;
    if (rc < 0) {
        /* What this call wrote may stand on what was only now found to be wrong. */
        if (out->pos > out_before)
            sg_wipe((uint8_t *)out->data + out_before, out->pos - out_before);
        out->pos = out_before;
        stage->refused = rc;
        return rc;
    }
    assert(rc != SCRUBGATE_OK || (in->pos == in->len && !last));
    assert(rc != SCRUBGATE_DONE || last);
    stage->given += out->pos - out_before;
    return rc;
}

void sg_stage_free(struct sg_stage *stage)
{
    if (stage != NULL)
        stage->ops->free(stage);
}
