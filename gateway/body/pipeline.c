/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pipeline.c - stages in a row, themselves a stage.
 *
 *     in -> stage 0 -> [link 0] -> stage 1 -> [link 1] -> … -> out
 *
 * A stage that refuses is silent from then on; its answer is given once all it gave before has gone
 * through the stages behind it. So the earlier fault in the bytes wins, however they were cut.
 */
#include "body/pipeline.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"

/* The bytes between two stages. */
struct link {
    size_t start, end;
    size_t used; /* most that was ever in data */
    uint8_t data[SG_PIPELINE_BUFFER];
};

struct pipeline {
    struct sg_stage stage;
    size_t n;
    struct sg_stage *stages[SG_PIPELINE_STAGES];
    struct link *links[SG_PIPELINE_STAGES - 1];
    enum scrubgate_status said[SG_PIPELINE_STAGES]; /* each stage's last answer */
};

/* Lets stage i read what stands before it and write behind it. */
static void turn(struct pipeline *pipeline, size_t i, struct scrubgate_in *in,
                 struct scrubgate_out *out, bool last)
{
    struct link *before = i == 0 ? NULL : pipeline->links[i - 1];
    struct link *behind = i + 1 == pipeline->n ? NULL : pipeline->links[i];
    struct scrubgate_in own_in = {0};
    struct scrubgate_out own_out = {0};
    if (before != NULL) {
        own_in = (struct scrubgate_in){before->data, before->end, before->start};
        in = &own_in;
        last = pipeline->said[i - 1] == SCRUBGATE_DONE;
    }
    if (behind != NULL) {
        own_out = (struct scrubgate_out){behind->data, sizeof behind->data, behind->end};
        out = &own_out;
    }
    pipeline->said[i] = sg_stage_push(pipeline->stages[i], in, out, last);
    if (behind != NULL) {
        behind->end = own_out.pos;
        if (behind->end > behind->used)
            behind->used = behind->end;
    }
    if (before != NULL) {
        before->start = own_in.pos;
        if (before->start == before->end)
            before->start = before->end = 0;
    }
}

/* Whether stage i has something to do: bytes before it, an end to hear of, or output to go on with.
 * What stands before the first one only the caller knows. */
static bool is_due(const struct pipeline *pipeline, size_t i)
{
    enum scrubgate_status said = pipeline->said[i];
    if (said < 0 || said == SCRUBGATE_DONE)
        return false;
    if (i == 0 || said == SCRUBGATE_FULL)
        return true;
    const struct link *before = pipeline->links[i - 1];
    return before->start < before->end || pipeline->said[i - 1] == SCRUBGATE_DONE;
}

/* Where a refusal stands with nothing left to do behind it; n when nowhere. */
static size_t ripe_refusal(const struct pipeline *pipeline)
{
    for (size_t i = pipeline->n; i-- > 0;) {
        if (pipeline->said[i] < 0)
            return i;
        if (is_due(pipeline, i))
            return pipeline->n;
    }
    return pipeline->n;
}

static enum scrubgate_status pipeline_push(struct sg_stage *stage, struct scrubgate_in *in,
                                           struct scrubgate_out *out, bool last)
{
    struct pipeline *pipeline = (struct pipeline *)stage;
    size_t final = pipeline->n - 1;
    bool fed = false; /* the first stage has seen this call's input */
    for (;;) {
        for (size_t i = 0; i < pipeline->n; i++) {
            if (is_due(pipeline, i) && (i > 0 || !fed || pipeline->said[0] == SCRUBGATE_FULL))
                turn(pipeline, i, in, out, last);
            fed = true;
        }
        if (pipeline->said[final] == SCRUBGATE_DONE)
            return SCRUBGATE_DONE;
        size_t refused = ripe_refusal(pipeline);
        if (refused < pipeline->n)
            return pipeline->said[refused];
        if (pipeline->said[final] == SCRUBGATE_FULL && out->pos == out->cap)
            return SCRUBGATE_FULL;
        bool idle = pipeline->said[0] != SCRUBGATE_FULL;
        for (size_t i = 1; i < pipeline->n; i++)
            idle = idle && !is_due(pipeline, i);
        if (idle)
            return SCRUBGATE_OK;
    }
}

static void pipeline_free(struct sg_stage *stage)
{
    struct pipeline *pipeline = (struct pipeline *)stage;
    for (size_t i = 0; i < pipeline->n; i++) {
        sg_stage_free(pipeline->stages[i]);
        if (i + 1 < pipeline->n && pipeline->links[i] != NULL) {
            sg_wipe(pipeline->links[i]->data, pipeline->links[i]->used);
            free(pipeline->links[i]);
        }
    }
    free(pipeline);
}

static const struct sg_stage_ops ops = {"pipeline", pipeline_push, pipeline_free};

enum scrubgate_status sg_pipeline_new(struct sg_stage **made, struct sg_stage *const *stages,
                                      size_t n)
{
    assert(n >= 1 && n <= SG_PIPELINE_STAGES);
    enum scrubgate_status rc = SCRUBGATE_ENOMEM;
    *made = NULL;
    if (n == 1) {
        *made = stages[0];
        return SCRUBGATE_OK;
    }
    struct pipeline *pipeline = calloc(1, sizeof *pipeline);
    if (pipeline == NULL) {
        for (size_t i = 0; i < n; i++)
            sg_stage_free(stages[i]);
        return rc;
    }
    pipeline->stage.ops = &ops;
    pipeline->n = n;
    for (size_t i = 0; i < n; i++)
        pipeline->stages[i] = stages[i];
    for (size_t i = 0; i + 1 < n; i++) {
        struct link *link = malloc(sizeof *link);
        pipeline->links[i] = link;
        if (link == NULL)
            goto out;
        link->start = link->end = link->used = 0;
    }
    *made = &pipeline->stage;
    pipeline = NULL; /* the caller's now: the exit frees nothing */
    rc = SCRUBGATE_OK;
out:
    if (pipeline != NULL)
        pipeline_free(&pipeline->stage);
    return rc;
}
