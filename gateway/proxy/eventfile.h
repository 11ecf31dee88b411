/* SPDX-License-Identifier: Apache-2.0 */
/*
 * eventfile.h - <state>/events/YYYY-MM-DD.ndjson: opened by the server, written by the workers.
 *
 *     worker: want(day) -> descriptor, or -1 and a ring -> server: opens it -> worker: want(day)
 *
 * A worker may open nothing (proxy/sandbox.h). All share one descriptor, of which the server
 * exchanges the file: who has just been told that it is the right one may write to the next day's.
 */
#ifndef SG_PROXY_EVENTFILE_H
#define SG_PROXY_EVENTFILE_H

#include <stdint.h>
#include <scrubgate/status.h>

#include "net/loop.h"

struct sg_eventfile;

/* Makes the folder and opens today's file; later ones on the loop's thread. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_eventfile_open(struct sg_eventfile **file,
                                                           const char *state, struct sg_loop *loop,
                                                           struct scrubgate_fault *fault);
/* The descriptor to append lines of that day to (days since 1970); -1: not open yet, and asked for.
 * Any thread. */
int sg_eventfile_want(struct sg_eventfile *file, uint64_t day);
/* The same, of whichever day is open: for what cannot wait. */
int sg_eventfile_any(const struct sg_eventfile *file);
void sg_eventfile_close(struct sg_eventfile *file); /* NULL is fine */

#endif
