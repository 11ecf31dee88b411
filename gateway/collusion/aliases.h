/* SPDX-License-Identifier: Apache-2.0 */
/*
 * aliases.h - ids that are one thing's under the keys of two epochs.
 *
 *     {"customer":"B","was":{"customer":"A"}}   B is A under the next key: both are B from now on
 *
 * What is told in any order joins up, over as many epochs as there are. Exact: it grows with the
 * ids that have an earlier one.
 */
#ifndef SG_COLLUSION_ALIASES_H
#define SG_COLLUSION_ALIASES_H

#include <stdint.h>
#include <scrubgate/status.h>

#include "collusion/numbering.h"

struct sg_aliases {
    struct sg_numbering ids;
    uint32_t *next; /* by number: the later id's; its own: the newest */
    size_t cap;
};

SCRUBGATE_MUST_USE enum scrubgate_status sg_aliases_init(struct sg_aliases *aliases);
void sg_aliases_fini(struct sg_aliases *aliases);

/* Either is 0: nothing is told. ENOMEM; ELIMIT over 2^31 ids. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_aliases_add(struct sg_aliases *aliases, uint64_t id,
                                                        uint64_t was);
/* The same thing's newest id; the id itself when it has no other. */
uint64_t sg_aliases_newest(struct sg_aliases *aliases, uint64_t id);

#endif
