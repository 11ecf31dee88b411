/* SPDX-License-Identifier: Apache-2.0 */
/*
 * eventlog.h - lines for collusion analysis, buffered: one worker's way to the day's file.
 *
 * Not a proof (the audit log is): whole lines are written (O_APPEND) when 64 KiB are waiting or a
 * second has passed.
 */
#ifndef SG_PROXY_EVENTLOG_H
#define SG_PROXY_EVENTLOG_H

#include <scrubgate/status.h>

#include "collusion/event.h"
#include "net/loop.h"
#include "proxy/eventfile.h"

struct sg_eventlog;
/* file is borrowed. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_eventlog_open(struct sg_eventlog **log,
                                                          struct sg_eventfile *file,
                                                          struct sg_loop *loop);
void sg_eventlog_add(struct sg_eventlog *log, const struct sg_collusion_event *event);
void sg_eventlog_close(struct sg_eventlog *log); /* writes what waits; NULL is fine */

#endif
