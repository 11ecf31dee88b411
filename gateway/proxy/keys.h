/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keys.h - the key files below <state>/keys: made when missing, refused when others can read them.
 */
#ifndef SG_PROXY_KEYS_H
#define SG_PROXY_KEYS_H

#include <stdint.h>
#include <scrubgate/status.h>

#include "base/digest.h"

struct sg_keys {
    uint8_t fingerprint[SG_KEY_SIZE]; /* fingerprint.key: 64 hex digits and LF */
};

/* Makes the folder (0700) and every missing key file (0600) from the system's randomness. *made
 * counts the files made; existing ones are left alone. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_keys_make(const char *dir, unsigned *made,
                                                      struct scrubgate_fault *fault);
/* Reads them. EINVAL: a file that group or others can read or write, of another owner, or of
 * another form; says which mode to set. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_keys_load(struct sg_keys *keys, const char *dir,
                                                      struct scrubgate_fault *fault);
void sg_keys_wipe(struct sg_keys *keys);

#endif
