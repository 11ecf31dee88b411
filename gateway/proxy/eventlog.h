/* SPDX-License-Identifier: Apache-2.0 */
/*
 * eventlog.h - <state>/events/YYYY-MM-DD.ndjson: lines for collusion analysis, buffered.
 *
 * Not a proof (the audit log is): lines are written by one thread's own file handle in whole lines
 * (O_APPEND) when 64 KiB are waiting or a second has passed.
 */
#ifndef SG_PROXY_EVENTLOG_H
#define SG_PROXY_EVENTLOG_H

#include <scrubgate/status.h>

#include "collusion/event.h"
#include "net/loop.h"

struct sg_eventlog;
SCRUBGATE_MUST_USE enum scrubgate_status sg_eventlog_open(struct sg_eventlog **log,
                                                          const char *state, struct sg_loop *loop,
                                                          struct scrubgate_fault *fault);
void sg_eventlog_add(struct sg_eventlog *log, const struct sg_collusion_event *event);
void sg_eventlog_close(struct sg_eventlog *log); /* writes what waits; NULL is fine */

#endif
