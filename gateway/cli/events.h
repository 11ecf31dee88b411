/* SPDX-License-Identifier: Apache-2.0 */
/*
 * events.h - events from a file, or from a folder of days (<state>/events), one after the other.
 */
#ifndef SG_CLI_EVENTS_H
#define SG_CLI_EVENTS_H

#include <scrubgate/status.h>

#include "cli/progress.h"
#include "collusion/event.h"

/*
 * Hands each event of path (a file, a folder with *.ndjson, or "-") to take, until one call fails.
 * EMALFORMED: a line that is no event, with file:line; EIO.
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_events_each(
    const char *path, enum scrubgate_status (*take)(void *ctx, const struct sg_collusion_event *),
    void *ctx, struct sg_progress *progress, struct scrubgate_fault *fault);

#endif
