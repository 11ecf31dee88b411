/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keys_parts.h - what modules that read key files share; for them only.
 */
#ifndef SG_PROXY_KEYS_PARTS_H
#define SG_PROXY_KEYS_PARTS_H

#include <stdint.h>
#include <scrubgate/status.h>

#include "base/digest.h"

/* Opens the keys' folder. EINVAL: it is another user's, or others can write to it. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_keys_folder(const char *dir, int *folder,
                                                        struct scrubgate_fault *fault);
/* EINVAL: the file is not ours alone. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_keys_check(const char *dir, const char *name, int fd,
                                                       struct scrubgate_fault *fault);
/* A key as 64 hex digits and LF. Makes it when it is missing; *made counts. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_keys_make_file(const char *dir, int folder,
                                                           const char *name, unsigned *made,
                                                           struct scrubgate_fault *fault);
/* Puts that key there, whole or not at all, in the place of one that was. A process at a time. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_keys_put_file(const char *dir, int folder,
                                                          const char *name,
                                                          const uint8_t key[SG_KEY_SIZE],
                                                          struct scrubgate_fault *fault);
SCRUBGATE_MUST_USE enum scrubgate_status sg_keys_load_file(const char *dir, int folder,
                                                           const char *name,
                                                           uint8_t key[SG_KEY_SIZE],
                                                           struct scrubgate_fault *fault);
/* Overwrites it, then removes it. One that is not there is fine. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_keys_destroy_file(const char *dir, int folder,
                                                              const char *name,
                                                              struct scrubgate_fault *fault);
/* Ends what a crash cut off in the folder: a key that was being put there, and the destruction of
 * that file. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_keys_mend(const char *dir, int folder, const char *name,
                                                      struct scrubgate_fault *fault);
/* Names the file in the fault, and answers rc. */
enum scrubgate_status sg_keys_fail(const char *dir, const char *name, enum scrubgate_status rc,
                                   struct scrubgate_fault *fault, const char *what,
                                   const char *why);

#endif
