/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pipeline.h - stages in a row, themselves a stage.
 *
 *     in -> [gunzip] -> [json] -> [gzip] -> out
 *
 * Between two stages stands one buffer of SG_PIPELINE_BUFFER bytes, wiped when freed.
 */
#ifndef SG_BODY_PIPELINE_H
#define SG_BODY_PIPELINE_H

#include <stddef.h>
#include <scrubgate/status.h>

#include "body/stage.h"

enum { SG_PIPELINE_BUFFER = 16 * 1024, SG_PIPELINE_STAGES = 8 };

/* Takes the n stages (1 … SG_PIPELINE_STAGES), also on error. With n 1 it is that stage itself. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_pipeline_new(struct sg_stage **pipeline,
                                                         struct sg_stage *const *stages, size_t n);

#endif
