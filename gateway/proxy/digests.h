/* SPDX-License-Identifier: Apache-2.0 */
/*
 * digests.h - what a worker digests names with: for the log, for this epoch, for the one before.
 *
 * The log finds a conversation's key by a digest that is the same for ever, and agents are the same
 * for ever; all else is under the epoch's key (proxy/epochs.h).
 */
#ifndef SG_PROXY_DIGESTS_H
#define SG_PROXY_DIGESTS_H

#include <scrubgate/status.h>

#include "collusion/facet.h"
#include "proxy/epochs.h"
#include "proxy/keys.h"

struct sg_digests {
    struct sg_facets *names;        /* agents, and the log's customers and conversations */
    struct sg_facets *now, *before; /* the same two all its life, under other keys */
    struct sg_epoch *epoch;         /* whose keys those are; held */
};

/* Keyed for the epoch; a hold is taken. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_digests_init(struct sg_digests *digests,
                                                         const struct sg_keys *keys,
                                                         struct sg_epoch *epoch);
void sg_digests_fini(struct sg_digests *digests); /* all-zero is fine */
/* Keys them for another one. Cheap when it is the same: messages of two epochs take turns for as
 * long as the older ones last. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_digests_use(struct sg_digests *digests,
                                                        struct sg_epoch *epoch);

#endif
