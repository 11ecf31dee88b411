/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reserve.h - disk that is held back, so that the log of a full disk can still say so.
 *
 * <dir>/reserve: a file whose blocks are taken and hold nothing. Given back, there is room for the
 * records that tell what happened; messages do not get it (audit/log.h).
 */
#ifndef SG_AUDIT_RESERVE_H
#define SG_AUDIT_RESERVE_H

#include <stdint.h>
#include <scrubgate/status.h>

/* Takes so many bytes of disk; folder is the descriptor of <dir>. EIO: they are not there, and
 * nothing is held. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_reserve_hold(int folder, uint64_t bytes);
/* How many are held. */
uint64_t sg_reserve_held(int folder);
/* Gives them back. */
void sg_reserve_give(int folder);

#endif
