/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keys.h - the key files below <state>/keys: made when missing, refused when others can read them.
 *
 *     agent.key         of agents' digests, and of what else outlives an epoch; never replaced
 *     customer.key      of the ids by which <state>/pseudonyms finds a customer's key,
 *     conversation.key      and a conversation's; never replaced
 *     fingerprint.key   of all other fingerprints in the epoch in which a gateway first finds it
 *                       (proxy/epochs.h), which takes it from here
 */
#ifndef SG_PROXY_KEYS_H
#define SG_PROXY_KEYS_H

#include <stdint.h>
#include <scrubgate/status.h>

#include "base/digest.h"

/* Each file: 64 hex digits and LF. */
struct sg_keys {
    uint8_t agent[SG_KEY_SIZE], customer[SG_KEY_SIZE], conversation[SG_KEY_SIZE];
};

#define SG_KEYS_FINGERPRINT "fingerprint.key"

/*
 * Makes the folder (0700) and every missing key file (0600). *made counts the files made; existing
 * ones are left alone. agent.key comes of fingerprint.key, so that gateways which were given the
 * same one agree about agents; so do the other two of one that an earlier version made, whose
 * digests stay what they were. EINVAL: one is missing, and so is what it came of.
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_keys_make(const char *dir, unsigned *made,
                                                      struct scrubgate_fault *fault);
/* Reads the three that are never replaced. EINVAL: a file that group or others can read or write,
 * of another owner, or of another form; says which mode to set. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_keys_load(struct sg_keys *keys, const char *dir,
                                                      struct scrubgate_fault *fault);
void sg_keys_wipe(struct sg_keys *keys);

#endif
