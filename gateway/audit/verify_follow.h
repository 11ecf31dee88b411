/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify_follow.h - check a log while it grows: first all of it, then what is appended, as it
 * comes.
 *
 * Only what is signed is read: what lies behind the checkpoint may still be cut off. What was read
 * is not read again; that the log goes back, forks or falls silent is seen by its checkpoints.
 */
#ifndef SG_AUDIT_VERIFY_FOLLOW_H
#define SG_AUDIT_VERIFY_FOLLOW_H

#include <stdbool.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "audit/verify_log.h"

struct sg_follow;

/* As sg_verify_log_since; dir, watch, report and what config names are borrowed until close. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_follow_open(struct sg_follow **follow, const char *dir,
                                                        const struct sg_verify_config *config,
                                                        const struct sg_verify_since *since,
                                                        const struct sg_verify_watch *watch,
                                                        struct sg_verify_report *report,
                                                        struct scrubgate_fault *fault);
/* Looks once; now_ns is the time by a clock that does not step. OK: the report says how far it is
 * proven; DONE: it has a trouble. Below zero: it could not be read. After both it is only closed.
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_follow_look(struct sg_follow *follow, uint64_t now_ns,
                                                        struct scrubgate_fault *fault);
void sg_follow_close(struct sg_follow *follow); /* NULL is fine */

#endif
