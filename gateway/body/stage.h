/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stage.h - the one contract of everything that turns bytes into bytes.
 *
 * push() moves what it can from in to out and never blocks:
 *
 *     SCRUBGATE_OK     in is used up: call again with more.
 *     SCRUBGATE_FULL   out is used up: call again with room (in may be used up too). A stage that
 *                      will refuse says FULL first, with room left, when it has moved out: so what
 *                      stands behind it sees all that came before the fault.
 *     SCRUBGATE_DONE   last was set and everything is out.
 *     below zero       refused: out has not moved, and every later call says the same.
 *
 * The concatenation of all output depends on the concatenation of all input only, never on how
 * either was cut. A stage holds back a bounded number of bytes.
 */
#ifndef SG_BODY_STAGE_H
#define SG_BODY_STAGE_H

#include <stdbool.h>
#include <stdint.h>
#include <scrubgate/status.h>
#include <scrubgate/stream.h>

struct sg_stage;

struct sg_stage_ops {
    const char *name; /* "gunzip", "json": for reasons and explain */
    enum scrubgate_status (*push)(struct sg_stage *stage, struct scrubgate_in *in,
                                  struct scrubgate_out *out, bool last);
    void (*free)(struct sg_stage *stage); /* wipes what is held */
};

/* Every stage's struct begins with this. All but ops is zero at first. */
struct sg_stage {
    const struct sg_stage_ops *ops;
    enum scrubgate_status refused; /* below zero once it has refused; sg_stage_push keeps it */
    const char *why;               /* what the stage refused, static; NULL: the status says it */
    uint64_t taken, given;         /* bytes so far */
};

SCRUBGATE_MUST_USE enum scrubgate_status sg_stage_push(struct sg_stage *stage,
                                                       struct scrubgate_in *in,
                                                       struct scrubgate_out *out, bool last);
void sg_stage_free(struct sg_stage *stage); /* NULL is fine */

#endif
