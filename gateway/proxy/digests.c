/* SPDX-License-Identifier: Apache-2.0 */
/*
 * digests.c - what a worker digests names with: for the log, for this epoch, for the one before.
 */
#include "proxy/digests.h"

#include <stddef.h>

enum scrubgate_status sg_digests_init(struct sg_digests *digests, const struct sg_keys *keys,
                                      struct sg_epoch *epoch)
{
    *digests = (struct sg_digests){.epoch = NULL};
    enum scrubgate_status rc = sg_facets_of_agents(&digests->names, keys->agent);
    if (rc >= 0)
        rc = sg_facets_set_own(digests->names, NULL, keys->customer, keys->conversation);
    if (rc >= 0)
        rc = sg_facets_new(&digests->now, epoch->key);
    if (rc >= 0)
        rc = sg_facets_new(&digests->before, epoch->before);
    if (rc >= 0)
        digests->epoch = sg_epoch_hold(epoch);
    else
        sg_digests_fini(digests);
    return rc;
}

void sg_digests_fini(struct sg_digests *digests)
{
    sg_facets_free(digests->names);
    sg_facets_free(digests->now);
    sg_facets_free(digests->before);
    sg_epoch_drop(digests->epoch);
    *digests = (struct sg_digests){.epoch = NULL};
}

enum scrubgate_status sg_digests_use(struct sg_digests *digests, struct sg_epoch *epoch)
{
    if (digests->epoch == epoch)
        return SCRUBGATE_OK;
    /* Should the second fail, the next call does both again. */
    sg_epoch_drop(digests->epoch);
    digests->epoch = NULL;
    enum scrubgate_status rc = sg_facets_rekey(digests->now, epoch->key);
    if (rc >= 0)
        rc = sg_facets_rekey(digests->before, epoch->before);
    if (rc >= 0)
        digests->epoch = sg_epoch_hold(epoch);
    return rc;
}
