/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audit_warden.h - the small process that makes the audit log's writer, and makes it again.
 *
 *     gateway ── forks, first of all ──> warden ── forks ──> writer
 *             ── start ────────────────>        ── kills, waits, forks ──> the next one
 *
 * The gateway itself must be able to make no process once it reads strangers' bytes, and would
 * copy all its rules into one. The warden has nothing of it, not even its config: it is told.
 */
#ifndef SG_PROXY_AUDIT_WARDEN_H
#define SG_PROXY_AUDIT_WARDEN_H

#include <sys/types.h>
#include <scrubgate/status.h>

#include "proxy/config.h"

/* With one end of the writer's socket: another one, when the one before is dead. */
#define SG_WARDEN_START "start\n"

struct sg_audit_warden {
    int socket; /* to it; it ends when that closes, after the writer has; 0: there is none */
    pid_t pid;
};

/* While this process has one thread, and before it has anything of value. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_audit_warden_start(struct sg_audit_warden *warden,
                                                               struct scrubgate_fault *fault);
/* What it and the writers give up; keys: the folder of the log's keys. Before the first start. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_audit_warden_confine(struct sg_audit_warden *warden,
                                                                 const struct sg_config *config,
                                                                 const char *keys,
                                                                 struct scrubgate_fault *fault);
/* Waits for its end. */
void sg_audit_warden_stop(struct sg_audit_warden *warden);

#endif
