/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pruned.h - where a log begins whose oldest files were removed, and the removing.
 *
 *     <dir>/pruned: first <number of the first record that is kept> LF
 *     <dir>/hold:   while it is there nothing is removed
 *
 * The file is durable before anything goes: what lies before it may be there or not. folder is the
 * descriptor of <dir>. Tiles of level 2 and higher stay for good: of each 65,536 records that were
 * removed they keep one hash, by which all checkpoints can still be compared.
 */
#ifndef SG_AUDIT_PRUNED_H
#define SG_AUDIT_PRUNED_H

#include <stdbool.h>
#include <stdint.h>
#include <scrubgate/status.h>

#define SG_HOLD_NAME "hold"

/* *first is 0 when nothing was removed. EMALFORMED: the file is none of ours, EIO. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_pruned_read(int folder, const char *dir,
                                                        uint64_t *first,
                                                        struct scrubgate_fault *fault);
SCRUBGATE_MUST_USE enum scrubgate_status sg_pruned_write(int folder, const char *dir,
                                                         uint64_t first,
                                                         struct scrubgate_fault *fault);
/* Removes what is left of a segment: lines, index, what was torn, tiles of level 0 and 1. EIO: some
 * of it is still there. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_pruned_remove(int folder, uint64_t segment);
/* Also when it cannot be told. */
bool sg_pruned_is_held(int folder);

#endif
