/* SPDX-License-Identifier: Apache-2.0 */
/*
 * numbering.h - numbers 0, 1, 2 … for 64-bit ids, in the order in which they come.
 *
 * A table with open addressing under a keyed hash (SipHash-2-4): whoever chooses ids cannot choose
 * which of them meet.
 */
#ifndef SG_COLLUSION_NUMBERING_H
#define SG_COLLUSION_NUMBERING_H

#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

struct sg_numbering {
    uint64_t *ids;   /* by number */
    uint32_t *slots; /* 1 + number; 0: free */
    size_t n, cap, n_slots;
    uint8_t key[16];
};

/* EIO: the system has no random bytes for the key. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_numbering_init(struct sg_numbering *numbering);
void sg_numbering_fini(struct sg_numbering *numbering);

/* The number of id, a new one when it was never seen. ENOMEM; ELIMIT over 2^31. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_numbering_add(struct sg_numbering *numbering,
                                                          uint64_t id, uint32_t *number);
/* UINT32_MAX: never seen. */
uint32_t sg_numbering_find(const struct sg_numbering *numbering, uint64_t id);

#endif
