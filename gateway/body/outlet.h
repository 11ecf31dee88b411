/* SPDX-License-Identifier: Apache-2.0 */
/*
 * outlet.h - where a stage's output goes: into the caller's window while it has room, else it
 * waits.
 *
 * All-zero is valid and empty.
 */
#ifndef SG_BODY_OUTLET_H
#define SG_BODY_OUTLET_H

#include <stdbool.h>
#include <scrubgate/status.h>
#include <scrubgate/stream.h>

#include "base/buf.h"
#include "base/bytes.h"

struct sg_outlet {
    struct scrubgate_out *out; /* the caller's, for the length of one push */
    struct sg_buf rest;        /* what found no room */
    size_t drained;            /* how much of rest has left */
};

void sg_outlet_fini(struct sg_outlet *outlet);
SCRUBGATE_MUST_USE enum scrubgate_status sg_outlet_add(struct sg_outlet *outlet,
                                                       struct sg_bytes text);
/* Moves what waits into out. True when nothing waits any more. */
bool sg_outlet_drain(struct sg_outlet *outlet);

#endif
