/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log_lock.h - who writes an audit log: one process alone, whom nobody that may only read it can
 * keep out, pretend to be, or disturb by asking.
 *
 *     <dir>/lock  0600  locked by the writer; nobody else can open it
 *     <dir>/live  0640  locked by the writer, so that others see that there is one
 *
 * Both locks are for writing, which takes a descriptor that can write. They belong to what was
 * opened (OFD locks): they go along with the descriptor, into another process too, and with the
 * last copy of it they are gone.
 */
#ifndef SG_AUDIT_LOG_LOCK_H
#define SG_AUDIT_LOG_LOCK_H

#include <stdbool.h>
#include <scrubgate/status.h>

#include "base/diag.h"

/* Both files are made where they are missing. EIO: another has it ("in use"), or they cannot be
 * made. *lock is the caller's to close. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_log_lock_take(const char *dir, int *lock,
                                                          struct scrubgate_fault *fault);
/* Whether lock is the one of dir, by what it is, not by what it is called: two processes may run in
 * different folders. */
bool sg_log_lock_is_of(int lock, const char *dir);
/* Whether nobody has it; only for who could take it. */
bool sg_log_lock_is_free(const char *dir);

/* Shows that the log is being written, until *sign (-1: it could not be shown) is closed. Somebody
 * who reads can keep it from being shown, and nothing more. */
void sg_log_lock_show(const char *dir, int *sign);
/* Whether it is shown. */
bool sg_log_lock_is_shown(const char *dir);

#endif
