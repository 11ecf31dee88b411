/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log_keys.h - the audit log's keys below <state>/keys.
 *
 *     log.key   signs checkpoints: PRIVATE+KEY+name+id+base64, as Go's sumdb/note writes it
 *     log.vkey  its public half, for everybody
 *     seal.key  the key of this epoch (audit/seal_file.h)
 */
#ifndef SG_PROXY_LOG_KEYS_H
#define SG_PROXY_LOG_KEYS_H

#include <stdbool.h>
#include <scrubgate/status.h>

#include "audit/log.h"

/*
 * Makes those that are missing; dir is there. The name of log.key is the log's origin; NULL: only
 * seal.key is made. *fresh: seal.key was made now, and *first is K(0), which is kept nowhere: show
 * it to whom it belongs, and wipe it.
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_log_keys_make(const char *dir, const char *origin,
                                                          unsigned *made, bool *fresh,
                                                          struct sg_seal_key *first,
                                                          struct scrubgate_fault *fault);
/* EINVAL: others can read one, its form is not right, or log.key is of another origin. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_log_keys_open(struct sg_log_keys *keys, const char *dir,
                                                          const char *origin,
                                                          struct scrubgate_fault *fault);

#endif
