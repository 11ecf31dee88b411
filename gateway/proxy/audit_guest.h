/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audit_guest.h - writes for another process, which lent its log, what that sends on its link.
 *
 *     its ledger --records--> [guest: a thread] --> auditor: append, commit
 *                <--numbers--
 */
#ifndef SG_PROXY_AUDIT_GUEST_H
#define SG_PROXY_AUDIT_GUEST_H

#include <stdbool.h>
#include <scrubgate/status.h>

#include "net/loop.h"
#include "proxy/auditor.h"

struct sg_audit_guest;

/* Starts it on a link, its own from the call on, also on an error. gone (borrowed) is rung when the
 * other process has closed its end. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_audit_guest_start(struct sg_audit_guest **guest,
                                                              int link, struct sg_auditor *auditor,
                                                              struct sg_wake *gone);
bool sg_audit_guest_gone(const struct sg_audit_guest *guest);
/* Cuts it off, after what it is writing, and frees it. NULL is fine. */
void sg_audit_guest_stop(struct sg_audit_guest *guest);

#endif
